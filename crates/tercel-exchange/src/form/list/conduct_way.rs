//! Records of a subject on its way to treatment.

use super::shared::{SIGNED, SITE_CLOCK};
use crate::form::define::{BLANK, LINE, PARAGRAPH, choice, text};
use crate::form::{Choice, Field, Form, FromTrial, Kind, Scope};

const MET: &[Choice] = &[
    choice("Y", "Met", "符合"),
    choice("N", "Not met", "不符合"),
    choice("U", "Not known", "不明"),
];

const GATE: &[Choice] = &[
    choice("LYMPHODEPLETION", "Lymphodepletion", "清淋"),
    choice("INFUSION", "Infusion", "回输"),
];

/// Screening.
pub(super) const SCREENING: Form = Form {
    id: "conduct-screening",
    title: text("Screening", "筛选"),
    help: text(
        "When screening began, and why it failed if it did.",
        "筛选开始时间；如失败填写原因。",
    ),
    scope: Scope::Subject,
    happened: Some("began"),
    fields: &[
        Field::kept(
            "began",
            Kind::Date,
            text("First day", "首日"),
            text("First day of screening.", "筛选首日。"),
        )
        .required(),
        Field::kept(
            "failed",
            PARAGRAPH,
            text("Reason of failure", "失败原因"),
            text("Blank unless screening failed.", "未失败则留空。"),
        ),
    ],
    ..BLANK
};

/// Consent version signed.
pub(super) const CONSENT: Form = Form {
    id: "conduct-consent",
    title: text("Consent version signed", "签署的知情同意书版本"),
    help: text(
        "Each signed version, new ones too: gates ask for the one in force.",
        "每个签署版本，包括新版：关口要求有效版本。",
    ),
    scope: Scope::Subject,
    happened: Some("signed"),
    fields: &[
        Field::kept(
            "version",
            LINE,
            text("Version", "版本"),
            text("Version as printed on the form.", "知情同意书上打印的版本。"),
        )
        .required(),
        SIGNED.required(),
    ],
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

/// Criterion of entry.
pub(super) const ELIGIBILITY: Form = Form {
    id: "conduct-eligibility",
    title: text("Criterion of entry", "入选标准"),
    help: text(
        "One record for each criterion of the protocol. There are no waivers.",
        "方案每条标准一条记录。不允许豁免。",
    ),
    scope: Scope::Subject,
    happened: Some("assessed"),
    fields: &[
        Field::kept(
            "criterion",
            LINE,
            text("Criterion", "标准"),
            text("Name of the criterion in the protocol.", "方案中标准的名称。"),
        )
        .required(),
        Field::kept(
            "cnorres",
            Kind::Decimal {
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Value", "数值"),
            text(
                "Value where the protocol gives bounds for it.",
                "方案规定界限时填写数值。",
            ),
        ),
        Field::kept(
            "cnorresu",
            LINE,
            text("Unit", "单位"),
            text("Unit as the laboratory writes it.", "按检验室书写的单位填写。"),
        ),
        Field::kept(
            "cnuln",
            Kind::Decimal {
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Upper limit of normal", "正常上限"),
            text(
                "In the same unit; needed where the bounds are multiples of it.",
                "单位相同；界限为其倍数时必填。",
            ),
        ),
        Field::kept("assessed", Kind::DateTime, text("Assessed", "评估时间"), SITE_CLOCK).required(),
        Field::kept(
            "met",
            Kind::Choice(MET),
            text("Met", "是否符合"),
            text("The judgement of who enters it.", "录入者的判断。"),
        )
        .required(),
        Field::kept(
            "supported",
            Kind::YesNo,
            text("Supported by transfusion or growth factor", "是否受输血或生长因子支持"),
            text(
                "Whether one was given in the days before that the protocol names.",
                "方案规定的天数内是否给予。",
            ),
        ),
        Field::kept(
            "waived",
            Kind::YesNo,
            text("Waived", "是否豁免"),
            text(
                "A waiver is recorded so that it is seen; it opens no gate.",
                "如有豁免须记录，但不会开放关口。",
            ),
        )
        .required(),
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
            LINE,
            text("Item", "项目"),
            text("Name of the item in the protocol.", "方案中项目的名称。"),
        )
        .required(),
        Field::kept(
            "cnorres",
            Kind::Decimal {
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Value", "数值"),
            text(
                "Value where the protocol gives bounds for it.",
                "方案规定界限时填写数值。",
            ),
        ),
        Field::kept(
            "cnorresu",
            LINE,
            text("Unit", "单位"),
            text("Unit as the laboratory writes it.", "按检验室书写的单位填写。"),
        ),
        Field::kept(
            "cnuln",
            Kind::Decimal {
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Upper limit of normal", "正常上限"),
            text(
                "In the same unit; needed where the bounds are multiples of it.",
                "单位相同；界限为其倍数时必填。",
            ),
        ),
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

/// Course of lymphodepletion.
pub(super) const LYMPHODEPLETION: Form = Form {
    id: "conduct-lymphodepletion",
    title: text("Course of lymphodepletion", "清淋疗程"),
    help: text("Begin, and end of the last dose.", "开始及最后一次给药结束时间。"),
    scope: Scope::Subject,
    happened: Some("began"),
    fields: &[
        Field::kept("began", Kind::DateTime, text("Begin", "开始时间"), SITE_CLOCK).required(),
        Field::kept("completed", Kind::DateTime, text("Completed", "完成时间"), SITE_CLOCK),
    ],
    ..BLANK
};

/// Left the study.
pub(super) const DEPARTURE: Form = Form {
    id: "conduct-departure",
    title: text("Left the study", "退出研究"),
    help: text("The last day in the study.", "在研究中的最后一天。"),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        Field::kept(
            "reason",
            PARAGRAPH,
            text("Reason", "原因"),
            text("Why the subject left.", "退出原因。"),
        )
        .required(),
        Field::kept(
            "when",
            Kind::Date,
            text("Last day", "末日"),
            text("Last day in the study.", "在研究中的最后一天。"),
        )
        .required(),
    ],
    ..BLANK
};

/// Sample for replication-competent vector.
pub(super) const VECTOR_SAMPLE: Form = Form {
    id: "conduct-vector-sample",
    title: text("Sample for replication-competent vector", "复制型病毒样本"),
    help: text(
        "Blood drawn for the test, and its result when it is known.",
        "为检测采集的血样及结果。",
    ),
    scope: Scope::Subject,
    happened: Some("drawn"),
    fields: &[
        Field::kept("drawn", Kind::DateTime, text("Drawn", "采样时间"), SITE_CLOCK).required(),
        Field::kept(
            "positive",
            Kind::YesNo,
            text("Found", "是否检出"),
            text("Blank while the result is awaited.", "结果待出时留空。"),
        ),
    ],
    ..BLANK
};

/// Deviation of conduct.
pub(super) const DEVIATION: Form = Form {
    id: "conduct-deviation",
    title: text("Deviation of conduct", "执行偏离"),
    help: text(
        "A deviation that a gate or an emergency release left to be recorded.",
        "关口或紧急放行要求记录的偏离。",
    ),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        Field::kept(
            "category",
            LINE,
            text("Kind", "类别"),
            text(
                "Eligibility, consent, visit window, dose, product or report.",
                "入选、知情同意、访视窗、剂量、产品或报告。",
            ),
        )
        .required(),
        Field::kept(
            "text",
            PARAGRAPH,
            text("What happened", "经过"),
            text("What happened, and its cause.", "经过及原因。"),
        )
        .required(),
        Field::kept(
            "important",
            Kind::YesNo,
            text("Important", "是否重要"),
            text(
                "Yes if rights, safety or reliability may be affected.",
                "可能影响权益、安全或可靠性选“是”。",
            ),
        )
        .required(),
        Field::kept("when", Kind::DateTime, text("When", "发生时间"), SITE_CLOCK).required(),
        Field::kept(
            "about",
            LINE,
            text("Missing item", "所缺项目"),
            text("The item of the gate it is about.", "相关的关口项目。"),
        ),
    ],
    ..BLANK
};
