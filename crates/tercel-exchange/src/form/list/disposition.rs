//! Consent, other milestones and the end of participation (`DS`).

use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind};

/// Informed consent.
pub(super) const CONSENT: Form = Form {
    id: "consent",
    title: text("Informed consent", "知情同意"),
    help: text(
        "One record for every consent form that was signed; again when a new version is signed.",
        "每签署一份知情同意书填写一条；重新签署新版本时再填写一条。",
    ),
    domain: Some("DS"),
    constants: &[
        ("DSCAT", "PROTOCOL MILESTONE"),
        ("DSDECOD", "INFORMED CONSENT OBTAINED"),
        ("DSTERM", "INFORMED CONSENT OBTAINED"),
    ],
    tells: &["DSCAT", "DSDECOD"],
    happened: Some("dsstdtc"),
    fields: &[
        Field::of(
            "dsstdtc",
            "DSSTDTC",
            Kind::DateTime,
            text("Signed on", "签署日期"),
            text(
                "Before any study procedure; with the time where both fall on one day.",
                "须早于任何研究操作；同日进行时请填写时间。",
            ),
        )
        .required(),
        Field::supplement(
            "icfver",
            "ICFVER",
            Kind::Text { max: 40 },
            text("Version of the consent form", "知情同意书版本"),
            text(
                "Version and date as printed on the form.",
                "按知情同意书上印制的版本号和版本日期填写。",
            ),
        )
        .required(),
    ],
    ..BLANK
};

const MILESTONES: &[Choice] = &[
    choice("ELIGIBILITY CRITERIA MET", "Eligibility criteria met", "符合入选标准"),
    choice(
        "ELIGIBILITY CRITERIA NOT MET",
        "Eligibility criteria not met",
        "不符合入选标准",
    ),
    choice("ENTERED INTO TRIAL", "Enrolled", "入组"),
    choice(
        "OPTED TO CONTINUE INTO SURVIVAL FOLLOW-UP",
        "Agreed to survival follow-up",
        "同意继续生存随访",
    ),
    choice(
        "DECLINED TO CONTINUE INTO SURVIVAL FOLLOW-UP",
        "Declined survival follow-up",
        "拒绝继续生存随访",
    ),
];

/// Eligibility and enrolment.
pub(super) const MILESTONE: Form = Form {
    id: "milestone",
    title: text("Eligibility and enrolment", "入选与入组"),
    help: text(
        "One record for every step of the study that the subject reached.",
        "受试者每达到一个研究步骤填写一条。",
    ),
    domain: Some("DS"),
    constants: &[("DSCAT", "PROTOCOL MILESTONE")],
    derived: &[("DSTERM", Derived::Copy("dsdecod"))],
    tells: &["DSCAT"],
    happened: Some("dsstdtc"),
    fields: &[
        Field::of(
            "dsdecod",
            "DSDECOD",
            Kind::Suggested {
                choices: MILESTONES,
                max: 200,
            },
            text("Milestone", "里程碑"),
            text("What was reached.", "已达到的步骤。"),
        )
        .required(),
        Field::of(
            "dsstdtc",
            "DSSTDTC",
            Kind::DateTime,
            text("Date", "日期"),
            text("Day it was reached.", "达到该步骤的日期。"),
        )
        .required(),
    ],
    ..BLANK
};

const REASONS: &[Choice] = &[
    choice("COMPLETED", "Completed", "完成研究"),
    choice("DEATH", "Death", "死亡"),
    choice("LOST TO FOLLOW-UP", "Lost to follow-up", "失访"),
    choice("WITHDRAWAL BY SUBJECT", "Withdrawal by subject", "受试者退出"),
    choice("PHYSICIAN DECISION", "Physician decision", "研究者决定"),
    choice("ADVERSE EVENT", "Adverse event", "不良事件"),
    choice("PROGRESSIVE DISEASE", "Progressive disease", "疾病进展"),
    choice("PROTOCOL DEVIATION", "Protocol deviation", "方案偏离"),
    choice("SCREEN FAILURE", "Screening failure", "筛选失败"),
    choice("NEVER DOSED", "Never infused", "未接受回输"),
    choice(
        "STUDY TERMINATED BY SPONSOR",
        "Study ended by the sponsor",
        "申办方终止研究",
    ),
];

const CATEGORIES: &[Choice] = &[
    choice("DISPOSITION EVENT", "End of participation", "结束参与"),
    choice("OTHER EVENT", "Other event", "其他事件"),
];

/// How the subject left.
pub(super) const DISPOSITION: Form = Form {
    id: "disposition",
    title: text("End of participation", "结束研究"),
    help: text(
        "When the subject leaves the study or a part of it; follow-up counts to this day.",
        "受试者退出研究或研究的某一阶段时填写；随访计算至该日。",
    ),
    domain: Some("DS"),
    happened: Some("dsstdtc"),
    fields: &[
        Field::of(
            "dsdecod",
            "DSDECOD",
            Kind::Suggested {
                choices: REASONS,
                max: 200,
            },
            text("Reason", "原因"),
            text("The main reason.", "主要原因。"),
        )
        .required(),
        Field::of(
            "dsterm",
            "DSTERM",
            LINE,
            text("Reason in words", "原因描述"),
            text(
                "As the subject or the investigator put it.",
                "按受试者或研究者的原话填写。",
            ),
        )
        .required(),
        Field::of(
            "dscat",
            "DSCAT",
            Kind::Choice(CATEGORIES),
            text("Kind", "类别"),
            text(
                "End of participation, unless the event only changes it.",
                "通常选择“结束参与”；若仅改变参与方式则选择“其他事件”。",
            ),
        )
        .required(),
        Field::of(
            "dsstdtc",
            "DSSTDTC",
            Kind::DateTime,
            text("Date", "日期"),
            text(
                "Day of the event; after loss to follow-up the day of the last contact.",
                "事件发生日期；失访者填写最后一次联系日期。",
            ),
        )
        .required(),
    ],
    ..BLANK
};
