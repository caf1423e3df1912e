//! Visits and survival contacts (`SV SS`).

use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, FromTrial, Kind, Required};
use tercel::protocol::Assessed;

/// A visit.
pub(super) const VISIT: Form = Form {
    id: "visit",
    title: text("Visit or contact", "访视或联系"),
    help: text(
        "Every planned visit, whether it took place or not, and every unplanned one. Follow-up without a DLT needs a contact on or after the last day of the window.",
        "每次计划访视无论是否进行均须填写，计划外访视同样填写。判定无 DLT 须在观察窗末日或之后有一次联系。",
    ),
    domain: Some("SV"),
    happened: Some("svstdtc"),
    order: &[("svstdtc", "svendtc")],
    assessed: Some(Assessed::Contact),
    fields: &[
        Field::of(
            "visit",
            "VISIT",
            Kind::TrialChoice(FromTrial::Visits),
            text("Visit", "访视"),
            text(
                "As the schedule names it, or what it was for.",
                "按方案访视名称填写；计划外访视填写其目的。",
            ),
        )
        .required(),
        Field::of(
            "svoccur",
            "SVOCCUR",
            Kind::YesNo,
            text("Took place", "是否进行"),
            text("No for a visit that was missed.", "漏访选择“否”。"),
        )
        .required(),
        Field::of(
            "svstdtc",
            "SVSTDTC",
            Kind::DateTime,
            text("Date", "日期"),
            text(
                "Day of the visit, its first day where it lasted longer.",
                "访视日期；持续多日者填写首日。",
            ),
        )
        .required_if(Required::When("svoccur", &["Y"])),
        Field::of(
            "svendtc",
            "SVENDTC",
            Kind::DateTime,
            text("Last day", "结束日期"),
            text("The same day where it did not last longer.", "未跨日者与访视日期相同。"),
        ),
    ],
    ..BLANK
};

const STATUS: &[Choice] = &[
    choice("ALIVE", "Alive", "存活"),
    choice("DEAD", "Dead", "死亡"),
    choice("UNKNOWN", "Unknown", "不详"),
];

/// Survival status.
pub(super) const SURVIVAL: Form = Form {
    id: "survival",
    title: text("Survival status", "生存状态"),
    help: text(
        "At every contact after the visits have ended. A death has its own form too.",
        "访视结束后每次随访联系时填写。死亡须另填死亡表。",
    ),
    domain: Some("SS"),
    constants: &[("SSTESTCD", "SURVSTAT"), ("SSTEST", "Survival Status")],
    derived: &[("SSSTRESC", Derived::Standard("ssorres"))],
    tells: &["SSTESTCD"],
    happened: Some("ssdtc"),
    assessed: Some(Assessed::Contact),
    fields: &[
        Field::of(
            "ssorres",
            "SSORRES",
            Kind::Choice(STATUS),
            text("Status", "状态"),
            text("As known on the day of the contact.", "联系当日所知的状态。"),
        )
        .required(),
        Field::of(
            "ssdtc",
            "SSDTC",
            Kind::DateTime,
            text("Date of contact", "联系日期"),
            text(
                "Last day on which the status is certain: overall survival is counted to it.",
                "可确认该状态的最后日期：总生存期计算至该日。",
            ),
        )
        .required(),
    ],
    ..BLANK
};
