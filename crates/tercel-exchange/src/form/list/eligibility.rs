//! Criteria of entry, those not met being the exceptions (`IE`).

use super::shared::{SITE_CLOCK, UNIT, UPPER_LIMIT, VALUE};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, FromTrial, Kind};

const MET: &[Choice] = &[
    choice("Y", "Met", "符合"),
    choice("N", "Not met", "不符合"),
    choice("U", "Not known", "不明"),
];

/// Criterion of entry.
pub(super) const ELIGIBILITY: Form = Form {
    id: "eligibility",
    title: text("Criterion of entry", "入选标准"),
    help: text(
        "One record for each criterion of the protocol. There are no waivers. Those not met are the exceptions that SDTM lists.",
        "方案每条标准一条记录。不允许豁免。不符合者即 SDTM 所列的例外。",
    ),
    domain: Some("IE"),
    rows: Some(("ieorres", &["N"])),
    constants: &[("IECAT", "INCLUSION")],
    derived: &[
        ("IETEST", Derived::Name("ietestcd")),
        ("IESTRESC", Derived::Copy("ieorres")),
    ],
    happened: Some("iedtc"),
    fields: &[
        Field::of(
            "ietestcd",
            "IETESTCD",
            Kind::TrialChoice(FromTrial::Criteria),
            text("Criterion", "标准"),
            text("As the protocol states it.", "方案规定的标准。"),
        )
        .required(),
        VALUE.as_supplement("CNORRES"),
        UNIT.as_supplement("CNORRESU"),
        UPPER_LIMIT.as_supplement("CNULN"),
        Field::of(
            "iedtc",
            "IEDTC",
            Kind::DateTime,
            text("Assessed", "评估时间"),
            SITE_CLOCK,
        )
        .required(),
        Field::of(
            "ieorres",
            "IEORRES",
            Kind::Choice(MET),
            text("Met", "是否符合"),
            text("The judgement of who enters it.", "录入者的判断。"),
        )
        .required(),
        Field::supplement(
            "support",
            "SUPPORT",
            Kind::YesNo,
            text("Transfusion or growth factor given", "是否受输血或生长因子支持"),
            text(
                "Whether one was given in the days before that the protocol names.",
                "方案规定的天数内是否给予。",
            ),
        ),
        Field::supplement(
            "waived",
            "WAIVED",
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
