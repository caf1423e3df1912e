//! Tests for replication-competent vector (`MB`).

use super::shared::{AMPLIFICATION, method};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind};

const TESTS: &[Choice] = &[choice(
    "RCLRNA",
    "Replication Competent Lentivirus RNA",
    "复制型慢病毒 RNA",
)];

const RESULTS: &[Choice] = &[
    choice("NEGATIVE", "Negative", "阴性"),
    choice("POSITIVE", "Positive", "阳性"),
];

/// A sample for replication-competent vector.
pub(super) const VECTOR_TEST: Form = Form {
    id: "vector-test",
    title: text("Replication-competent vector", "复制型病毒检测"),
    help: text(
        "Blood drawn for the test, and its result when it is known.",
        "为检测采集的血样及结果。",
    ),
    domain: Some("MB"),
    constants: &[("MBSPEC", "BLOOD")],
    derived: &[
        ("MBTEST", Derived::Name("mbtestcd")),
        ("MBSTRESC", Derived::Copy("mborres")),
    ],
    happened: Some("mbdtc"),
    fields: &[
        Field::of(
            "mbtestcd",
            "MBTESTCD",
            Kind::Suggested { choices: TESTS, max: 8 },
            text("Test", "检测项目"),
            text("By the vector of the product.", "按产品所用载体。"),
        )
        .required(),
        method(
            "mbmethod",
            "MBMETHOD",
            AMPLIFICATION,
            text("How the vector was looked for.", "复制型病毒的检测方法。"),
        ),
        Field::of(
            "mbdtc",
            "MBDTC",
            Kind::DateTime,
            text("Drawn", "采样时间"),
            text("Day and time the blood was drawn.", "采血的日期和时间。"),
        )
        .required(),
        Field::of(
            "mborres",
            "MBORRES",
            Kind::Choice(RESULTS),
            text("Result", "结果"),
            text("Blank while it is awaited.", "结果待出时留空。"),
        ),
    ],
    ..BLANK
};
