//! Vital signs (`VS`).

use super::shared::{LEAST_BODY_TEMPERATURE, NOT_DONE, STATUS, STATUS_HELP};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind, Panel, Required};
use tercel::protocol::Assessed;

const TESTS: &[Choice] = &[
    choice("TEMP", "Temperature", "体温"),
    choice("SYSBP", "Systolic Blood Pressure", "收缩压"),
    choice("DIABP", "Diastolic Blood Pressure", "舒张压"),
    choice("PULSE", "Pulse Rate", "脉搏"),
    choice("OXYSAT", "Oxygen Saturation", "血氧饱和度"),
    choice("RESP", "Respiratory Rate", "呼吸频率"),
    choice("WEIGHT", "Weight", "体重"),
    choice("HEIGHT", "Height", "身高"),
];

const CELSIUS: &[Choice] = &[choice("C", "°C", "℃（摄氏度）"), choice("F", "°F", "℉（华氏度）")];
const PRESSURE: &[Choice] = &[choice("mmHg", "mmHg", "mmHg（毫米汞柱）")];
const BEATS: &[Choice] = &[choice("beats/min", "beats/min", "次/分")];
const BREATHS: &[Choice] = &[choice("breaths/min", "breaths/min", "次/分")];
const PERCENT: &[Choice] = &[choice("%", "%", "%（百分比）")];
const KILOGRAM: &[Choice] = &[choice("kg", "kg", "kg（千克）")];
const CENTIMETRE: &[Choice] = &[choice("cm", "cm", "cm（厘米）")];
const ANY_UNIT: Kind = Kind::Text { max: 40 };

const fn within(min: f64, max: f64) -> Kind {
    Kind::Decimal {
        least: 0.0,
        min,
        max,
        unit: None,
    }
}

const RESULTS: &[(&str, Kind)] = &[
    (
        "TEMP",
        Kind::Decimal {
            least: LEAST_BODY_TEMPERATURE,
            min: 33.0,
            max: 43.0,
            unit: None,
        },
    ),
    ("SYSBP", within(60.0, 220.0)),
    ("DIABP", within(30.0, 140.0)),
    ("PULSE", within(30.0, 200.0)),
    ("OXYSAT", within(60.0, 100.0)),
    ("RESP", within(5.0, 60.0)),
    ("WEIGHT", within(30.0, 200.0)),
    ("HEIGHT", within(120.0, 220.0)),
];

const UNITS: &[(&str, Kind)] = &[
    ("TEMP", Kind::Choice(CELSIUS)),
    ("SYSBP", Kind::Choice(PRESSURE)),
    ("DIABP", Kind::Choice(PRESSURE)),
    ("PULSE", Kind::Choice(BEATS)),
    ("OXYSAT", Kind::Choice(PERCENT)),
    ("RESP", Kind::Choice(BREATHS)),
    ("WEIGHT", Kind::Choice(KILOGRAM)),
    ("HEIGHT", Kind::Choice(CENTIMETRE)),
];

/// One vital sign.
pub(super) const VITAL_SIGN: Form = Form {
    id: "vital-sign",
    title: text("Vital signs", "生命体征"),
    help: text(
        "Every reading with its time and unit. Without a fever nothing counts as CRS, so no temperature may be missing.",
        "每次测量均须填写时间和单位。CRS 的判定以发热为前提，体温不可遗漏。",
    ),
    domain: Some("VS"),
    derived: &[
        ("VSTEST", Derived::Name("vstestcd")),
        ("VSSTRESC", Derived::Converted("vsorres")),
        ("VSSTRESN", Derived::ConvertedNumber("vsorres")),
        ("VSSTRESU", Derived::Converted("vsorresu")),
    ],
    happened: Some("vsdtc"),
    assessed: Some(Assessed::Vitals),
    panel: Some(Panel {
        shared: &["vsdtc"],
        rows: &[
            &[("vstestcd", "TEMP"), ("vsorresu", "C")],
            &[("vstestcd", "SYSBP"), ("vsorresu", "mmHg")],
            &[("vstestcd", "DIABP"), ("vsorresu", "mmHg")],
            &[("vstestcd", "PULSE"), ("vsorresu", "beats/min")],
            &[("vstestcd", "OXYSAT"), ("vsorresu", "%")],
            &[("vstestcd", "RESP"), ("vsorresu", "breaths/min")],
        ],
    }),
    fields: &[
        Field::of(
            "vstestcd",
            "VSTESTCD",
            Kind::Suggested { choices: TESTS, max: 8 },
            text("Vital sign", "生命体征项目"),
            text("What was measured.", "测量项目。"),
        )
        .required(),
        Field::of(
            "vsorres",
            "VSORRES",
            Kind::By {
                field: "vstestcd",
                kinds: RESULTS,
                otherwise: &within(0.0, 1000.0),
            },
            text("Result", "结果"),
            text("Number alone; its unit stands beside it.", "仅填数字，单位另填。"),
        )
        .required_if(Required::Unless("vsstat")),
        Field::of(
            "vsorresu",
            "VSORRESU",
            Kind::By {
                field: "vstestcd",
                kinds: UNITS,
                otherwise: &ANY_UNIT,
            },
            text("Unit", "单位"),
            text("Unit in which it was read.", "读数的单位。"),
        )
        .required_if(Required::Unless("vsstat")),
        Field::of("vsstat", "VSSTAT", Kind::Choice(NOT_DONE), STATUS, STATUS_HELP).only_if_asked(),
        Field::of(
            "vsdtc",
            "VSDTC",
            Kind::DateTime,
            text("Measured at", "测量时间"),
            text("Day and time of the reading.", "测量的日期和时间。"),
        )
        .required(),
    ],
    ..BLANK
};
