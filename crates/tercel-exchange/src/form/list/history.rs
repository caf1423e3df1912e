//! Medical history (`MH`).

use crate::form::define::{BLANK, LINE, text};
use crate::form::{Field, Form, Kind};

/// A condition before the study.
pub(super) const MEDICAL_HISTORY: Form = Form {
    id: "medical-history",
    title: text("Medical history", "既往病史"),
    help: text(
        "One record for every condition before consent, the disease under study and viral hepatitis among them.",
        "签署知情同意前的每种疾病填写一条，包括研究疾病和病毒性肝炎。",
    ),
    domain: Some("MH"),
    happened: Some("mhstdtc"),
    order: &[("mhstdtc", "mhendtc")],
    fields: &[
        Field::of(
            "mhterm",
            "MHTERM",
            LINE,
            text("Condition", "疾病名称"),
            text("A diagnosis rather than its symptoms.", "填写诊断名称，而非症状。"),
        )
        .required(),
        Field::of(
            "mhstdtc",
            "MHSTDTC",
            Kind::PartialDate,
            text("Began", "开始日期"),
            text(
                "As much of the date as is known; a year is enough.",
                "按已知程度填写，可仅填年份。",
            ),
        ),
        Field::of(
            "mhendtc",
            "MHENDTC",
            Kind::PartialDate,
            text("Ended", "结束日期"),
            text("Blank while it goes on.", "仍在持续则留空。"),
        )
        .only_if_asked(),
    ],
    ..BLANK
};
