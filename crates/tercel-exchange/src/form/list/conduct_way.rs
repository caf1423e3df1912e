//! Records of a subject on its way to treatment.

use super::shared::{SITE_CLOCK, UNIT, UPPER_LIMIT, VALUE};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Field, Form, FromTrial, Kind, Scope};

const GATE: &[Choice] = &[
    choice("LYMPHODEPLETION", "Lymphodepletion", "清淋"),
    choice("INFUSION", "Infusion", "回输"),
];

/// Screening.
pub(super) const SCREENING: Form = Form {
    id: "conduct-screening",
    title: text("Screening", "筛选"),
    help: text(
        "When screening began. A failure is an end of participation, with its reason.",
        "筛选开始时间。筛选失败请填写“结束研究”及原因。",
    ),
    scope: Scope::Subject,
    happened: Some("began"),
    fields: &[Field::kept(
        "began",
        Kind::Date,
        text("First day", "首日"),
        text("First day of screening.", "筛选首日。"),
    )
    .required()],
    ..BLANK
};

/// Consent withdrawn.
pub(super) const WITHDRAWAL: Form = Form {
    id: "conduct-withdrawal",
    title: text("Consent withdrawn", "撤回知情同意"),
    help: text(
        "What the subject withdrew from, in whole or in part.",
        "受试者全部或部分撤回的内容。",
    ),
    scope: Scope::Subject,
    happened: Some("when"),
    one_yes: &["treatment", "visits", "data", "samples"],
    fields: &[
        Field::kept(
            "treatment",
            Kind::YesNo,
            text("Treatment", "治疗"),
            text("Yes if no further study treatment.", "不再接受研究治疗选“是”。"),
        )
        .required(),
        Field::kept(
            "visits",
            Kind::YesNo,
            text("Visits", "访视"),
            text("Yes if no further visits or contacts.", "不再接受访视或联系选“是”。"),
        )
        .required(),
        Field::kept(
            "data",
            Kind::YesNo,
            text("Data", "数据"),
            text("Yes if no further data may be collected.", "不再允许收集数据选“是”。"),
        )
        .required(),
        Field::kept(
            "samples",
            Kind::YesNo,
            text("Samples", "样本"),
            text(
                "Yes if samples may not be kept or used.",
                "不允许保存或使用样本选“是”。",
            ),
        )
        .required(),
        Field::kept("when", Kind::DateTime, text("Withdrawn", "撤回时间"), SITE_CLOCK).required(),
    ],
    ..BLANK
};

/// Place at a dose level.
pub(super) const SLOT: Form = Form {
    id: "conduct-slot",
    title: text("Place at a dose level", "剂量水平名额"),
    help: text("Reserved before cells are collected.", "采集前预留。"),
    scope: Scope::Subject,
    happened: Some("reserved"),
    fields: &[
        Field::kept(
            "arm",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        )
        .required(),
        Field::kept("reserved", Kind::DateTime, text("Reserved", "预留时间"), SITE_CLOCK).required(),
        Field::kept("released", Kind::DateTime, text("Given up", "放弃时间"), SITE_CLOCK),
    ],
    ..BLANK
};

/// Item of a gate.
pub(super) const ITEM: Form = Form {
    id: "conduct-item",
    title: text("Item of a gate", "关口检查项目"),
    help: text(
        "What must hold when lymphodepletion or infusion begins.",
        "清淋或回输开始时须符合的项目。",
    ),
    scope: Scope::Subject,
    happened: Some("assessed"),
    fields: &[
        Field::kept(
            "gate",
            Kind::Choice(GATE),
            text("Gate", "关口"),
            text("The gate it belongs to.", "所属关口。"),
        )
        .required(),
        Field::kept(
            "item",
            Kind::TrialChoice(FromTrial::Items),
            text("Item", "项目"),
            text("As the protocol states it.", "方案规定的项目。"),
        )
        .required(),
        VALUE,
        UNIT,
        UPPER_LIMIT,
        Field::kept(
            "holds",
            Kind::YesNo,
            text("Holds", "是否符合"),
            text("The answer where there is no value.", "无数值时的回答。"),
        ),
        Field::kept("assessed", Kind::DateTime, text("Assessed", "评估时间"), SITE_CLOCK).required(),
    ],
    ..BLANK
};
