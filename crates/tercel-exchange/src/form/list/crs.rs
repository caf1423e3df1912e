//! Bedside findings that grade CRS (`FA`).

use super::shared::{GRADE_OR_NONE, LEAST_BODY_TEMPERATURE};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind, Panel};
use tercel::protocol::Assessed;

const ITEMS: &[Choice] = &[
    choice("TEMP", "Temperature", "体温（℃）"),
    choice("HYPOTEN", "Hypotension", "低血压"),
    choice("VASOPRES", "Number of Vasopressors", "血管升压药种数（不含血管加压素）"),
    choice("VASOPN", "Vasopressin", "血管加压素"),
    choice("O2DEV", "Oxygen Device", "吸氧装置"),
    choice("O2FLOW", "Oxygen Flow (L/min)", "氧流量（L/min）"),
    choice("FIO2", "Fraction of Inspired Oxygen", "吸入氧浓度（%）"),
    choice("MASKTRT", "Fever-Masking Treatment", "可掩盖发热的治疗"),
    choice("ATTRIB", "Attributed to the Toxicity", "归因于该毒性"),
    choice("TOXGR", "Toxicity Grade", "毒性分级"),
];

const DEVICES: &[Choice] = &[
    choice("none", "None", "无"),
    choice("nasal_cannula", "Nasal cannula", "鼻导管"),
    choice("blow_by", "Blow-by", "面旁吹氧"),
    choice("high_flow", "High-flow nasal cannula", "经鼻高流量氧疗"),
    choice("mask", "Face mask", "普通面罩"),
    choice("non_rebreather", "Non-rebreather mask", "非重复呼吸面罩"),
    choice("venturi", "Venturi mask", "文丘里面罩"),
    choice("cpap", "CPAP", "持续气道正压通气（CPAP）"),
    choice("bipap", "BiPAP", "双水平气道正压通气（BiPAP）"),
    choice("ventilator", "Mechanical ventilation", "有创机械通气"),
];

const RESULTS: &[(&str, Kind)] = &[
    (
        "TEMP",
        Kind::Decimal {
            least: LEAST_BODY_TEMPERATURE,
            min: 33.0,
            max: 43.0,
            unit: Some("°C"),
        },
    ),
    ("HYPOTEN", Kind::YesNo),
    (
        "VASOPRES",
        Kind::Integer {
            least: 0,
            min: 0,
            max: 6,
            unit: None,
        },
    ),
    ("VASOPN", Kind::YesNo),
    ("O2DEV", Kind::Choice(DEVICES)),
    (
        "O2FLOW",
        Kind::Decimal {
            least: 0.0,
            min: 0.0,
            max: 70.0,
            unit: Some("L/min"),
        },
    ),
    (
        "FIO2",
        Kind::Decimal {
            least: 0.0,
            min: 21.0,
            max: 100.0,
            unit: Some("%"),
        },
    ),
    ("MASKTRT", Kind::YesNo),
    ("ATTRIB", Kind::YesNo),
    ("TOXGR", Kind::Choice(GRADE_OR_NONE)),
];

/// One finding of a CRS assessment.
pub(super) const CRS: Form = Form {
    id: "crs-finding",
    title: text("CRS assessment", "细胞因子释放综合征（CRS）评估"),
    help: text(
        "All items of one assessment under one time. Number of vasopressors without vasopressin; flow in L/min, since 6 and 6.1 differ by a grade.",
        "同一次评估的各项使用同一时间。升压药种数不含血管加压素；氧流量以 L/min 填写，6 与 6.1 的分级不同。",
    ),
    domain: Some("FA"),
    constants: &[("FAOBJ", "Cytokine release syndrome"), ("FAEVAL", "INVESTIGATOR")],
    synonyms: &[("FAOBJ", &["CRS"])],
    derived: &[
        ("FATEST", Derived::Name("fatestcd")),
        ("FASTRESC", Derived::Standard("faorres")),
    ],
    tells: &["FAOBJ", "fatestcd"],
    happened: Some("fadtc"),
    assessed: Some(Assessed::Vitals),
    panel: Some(Panel {
        shared: &["fadtc"],
        rows: &[
            &[("fatestcd", "TEMP")],
            &[("fatestcd", "HYPOTEN")],
            &[("fatestcd", "VASOPRES")],
            &[("fatestcd", "VASOPN")],
            &[("fatestcd", "O2DEV")],
            &[("fatestcd", "O2FLOW")],
            &[("fatestcd", "MASKTRT")],
            &[("fatestcd", "ATTRIB")],
            &[("fatestcd", "TOXGR")],
        ],
    }),
    fields: &[
        Field::of(
            "fatestcd",
            "FATESTCD",
            Kind::Choice(ITEMS),
            text("Item", "评估项目"),
            text("What was assessed.", "所评估的项目。"),
        )
        .required(),
        Field::of(
            "faorres",
            "FAORRES",
            Kind::By {
                field: "fatestcd",
                kinds: RESULTS,
                otherwise: &Kind::Text { max: 40 },
            },
            text("Result", "结果"),
            text(
                "What was found; the grade is the investigator's and is compared with the items.",
                "评估所见；分级由研究者判定，并与各项结果核对。",
            ),
        )
        .required(),
        Field::of(
            "fadtc",
            "FADTC",
            Kind::DateTime,
            text("Assessed at", "评估时间"),
            text("The same for all items of the assessment.", "同一次评估的各项须一致。"),
        )
        .required(),
    ],
    ..BLANK
};
