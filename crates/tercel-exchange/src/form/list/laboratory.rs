//! Laboratory results (`LB`, `SUPPLB`).

use super::shared::{NOT_DONE, SAMPLED, SAMPLED_HELP, STATUS, STATUS_HELP};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind, Panel, Required};
use tercel::protocol::Assessed;

const TESTS: &[Choice] = &[
    choice("ALT", "Alanine Aminotransferase", "丙氨酸氨基转移酶"),
    choice("AST", "Aspartate Aminotransferase", "天门冬氨酸氨基转移酶"),
    choice("ALP", "Alkaline Phosphatase", "碱性磷酸酶"),
    choice("GGT", "Gamma Glutamyl Transferase", "γ-谷氨酰转移酶"),
    choice("BILI", "Bilirubin", "总胆红素"),
    choice("ALB", "Albumin", "白蛋白"),
    choice("CREAT", "Creatinine", "肌酐"),
    choice("INR", "Prothrombin Intl. Normalized Ratio", "国际标准化比值"),
    choice("APTT", "Activated Partial Thromboplastin Time", "活化部分凝血活酶时间"),
    choice("FIBRINO", "Fibrinogen", "纤维蛋白原"),
    choice("WBC", "Leukocytes", "白细胞"),
    choice("NEUT", "Neutrophils", "中性粒细胞"),
    choice("LYM", "Lymphocytes", "淋巴细胞"),
    choice("HGB", "Hemoglobin", "血红蛋白"),
    choice("PLAT", "Platelets", "血小板"),
    choice("SODIUM", "Sodium", "钠"),
    choice("K", "Potassium", "钾"),
    choice("CA", "Calcium", "钙"),
    choice("PHOS", "Phosphate", "磷"),
    choice("MG", "Magnesium", "镁"),
    choice("GLUC", "Glucose", "葡萄糖"),
    choice("LDH", "Lactate Dehydrogenase", "乳酸脱氢酶"),
    choice("CRP", "C Reactive Protein", "C 反应蛋白"),
    choice("FERRITIN", "Ferritin", "铁蛋白"),
    choice("AFP", "Alpha Fetoprotein", "甲胎蛋白"),
    choice("AMMONIA", "Ammonia", "血氨"),
];

const UNITS: &[Choice] = &[
    choice("U/L", "U/L", "U/L（单位/升）"),
    choice("10^9/L", "10⁹/L", "10⁹/L（10⁹/升）"),
    choice("g/L", "g/L", "g/L（克/升）"),
    choice("umol/L", "µmol/L", "µmol/L（微摩尔/升）"),
    choice("mmol/L", "mmol/L", "mmol/L（毫摩尔/升）"),
    choice("mg/L", "mg/L", "mg/L（毫克/升）"),
    choice("ug/L", "µg/L", "µg/L（微克/升）"),
    choice("ng/mL", "ng/mL", "ng/mL（纳克/毫升）"),
    choice("mg/dL", "mg/dL", "mg/dL（毫克/分升）"),
    choice("s", "s", "s（秒）"),
];

const SPECIMENS: &[Choice] = &[
    choice("BLOOD", "Blood", "血液"),
    choice("SERUM", "Serum", "血清"),
    choice("PLASMA", "Plasma", "血浆"),
    choice("URINE", "Urine", "尿液"),
    choice("CEREBROSPINAL FLUID", "Cerebrospinal fluid", "脑脊液"),
    choice("PERITONEAL FLUID", "Peritoneal fluid (ascites)", "腹腔积液（腹水）"),
];

/// One laboratory result.
pub(super) const LABORATORY: Form = Form {
    id: "laboratory",
    title: text("Laboratory result", "实验室检查"),
    help: text(
        "As on the report, with unit and reference range: grades are worked out from them.",
        "按化验单填写结果、单位和参考范围：分级据此计算。",
    ),
    domain: Some("LB"),
    derived: &[
        ("LBTEST", Derived::Name("lbtestcd")),
        ("LBSTRESC", Derived::Converted("lborres")),
        ("LBSTRESN", Derived::ConvertedNumber("lborres")),
        ("LBSTRESU", Derived::Converted("lborresu")),
        ("LBSTNRLO", Derived::Converted("lbornrlo")),
        ("LBSTNRHI", Derived::Converted("lbornrhi")),
    ],
    happened: Some("lbdtc"),
    assessed: Some(Assessed::Laboratory),
    panel: Some(Panel {
        shared: &["lbdtc"],
        rows: &[
            &[("lbtestcd", "ALT"), ("lborresu", "U/L")],
            &[("lbtestcd", "AST"), ("lborresu", "U/L")],
            &[("lbtestcd", "ALP"), ("lborresu", "U/L")],
            &[("lbtestcd", "GGT"), ("lborresu", "U/L")],
            &[("lbtestcd", "BILI"), ("lborresu", "umol/L")],
            &[("lbtestcd", "ALB"), ("lborresu", "g/L")],
            &[("lbtestcd", "CREAT"), ("lborresu", "umol/L")],
            &[("lbtestcd", "INR")],
            &[("lbtestcd", "FIBRINO"), ("lborresu", "g/L")],
            &[("lbtestcd", "WBC"), ("lborresu", "10^9/L")],
            &[("lbtestcd", "NEUT"), ("lborresu", "10^9/L")],
            &[("lbtestcd", "LYM"), ("lborresu", "10^9/L")],
            &[("lbtestcd", "HGB"), ("lborresu", "g/L")],
            &[("lbtestcd", "PLAT"), ("lborresu", "10^9/L")],
            &[("lbtestcd", "CRP"), ("lborresu", "mg/L")],
            &[("lbtestcd", "FERRITIN"), ("lborresu", "ug/L")],
            &[("lbtestcd", "AFP"), ("lborresu", "ng/mL")],
        ],
    }),
    fields: &[
        Field::of(
            "lbtestcd",
            "LBTESTCD",
            Kind::Suggested { choices: TESTS, max: 8 },
            text("Test", "检查项目"),
            text("SDTM code of the test.", "检查项目的 SDTM 代码。"),
        )
        .required(),
        Field::of(
            "lbspec",
            "LBSPEC",
            Kind::Suggested {
                choices: SPECIMENS,
                max: 40,
            },
            text("Specimen", "标本"),
            text(
                "Blank for blood, serum and plasma; a result of another specimen is not graded.",
                "血液、血清和血浆留空；其他标本的结果不分级。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "lborres",
            "LBORRES",
            Kind::By {
                field: "lbtestcd",
                kinds: RESULTS,
                otherwise: &ANY_RESULT,
            },
            text("Result", "结果"),
            text(
                "As printed; < or > before a value beyond what the assay measures.",
                "按化验单填写；超出检测范围时在数值前加 < 或 >。",
            ),
        )
        .required_if(Required::Unless("lbstat")),
        Field::of(
            "lborresu",
            "LBORRESU",
            Kind::Suggested {
                choices: UNITS,
                max: 40,
            },
            text("Unit", "单位"),
            text(
                "As printed; blank for a ratio such as INR.",
                "按化验单填写；INR 等比值留空。",
            ),
        ),
        Field::of(
            "lbornrlo",
            "LBORNRLO",
            LIMIT,
            text("Lower limit of normal", "参考值下限"),
            text("In the unit of the result.", "与结果同一单位。"),
        ),
        Field::of(
            "lbornrhi",
            "LBORNRHI",
            LIMIT,
            text("Upper limit of normal", "参考值上限"),
            text("In the unit of the result.", "与结果同一单位。"),
        ),
        Field::of(
            "lbclsig",
            "LBCLSIG",
            Kind::YesNo,
            text("Clinically significant", "是否有临床意义"),
            text(
                "The investigator's judgement of an abnormal result.",
                "研究者对异常结果的判断。",
            ),
        ),
        Field::supplement(
            "lbaeseq",
            "LBAESEQ",
            Kind::Integer {
                least: 1,
                min: 1,
                max: 9999,
                unit: None,
            },
            text("Adverse event", "对应的不良事件"),
            text(
                "Number of the subject's adverse event that the result belongs to.",
                "该结果所对应的受试者不良事件编号。",
            ),
        ),
        Field::of("lbstat", "LBSTAT", Kind::Choice(NOT_DONE), STATUS, STATUS_HELP).only_if_asked(),
        Field::of("lbdtc", "LBDTC", Kind::DateTime, SAMPLED, SAMPLED_HELP).required(),
    ],
    ..BLANK
};

const LIMIT: Kind = Kind::Decimal {
    // A normal range may begin below zero, as that of base excess.
    least: f64::NEG_INFINITY,
    min: 0.0,
    max: 1_000_000.0,
    unit: None,
};

/// A concentration, an activity, a ratio or a time.
const NUMBER: Kind = Kind::Result {
    least: 0.0,
    unit: None,
    words: &[],
};

/// The result of a test that is not listed: a number, or what a qualitative test finds.
const ANY_RESULT: Kind = Kind::Result {
    least: f64::NEG_INFINITY,
    unit: None,
    words: WORDS,
};

/// Every listed test is measured.
const RESULTS: &[(&str, Kind)] = &measured();

#[expect(
    clippy::indexing_slicing,
    reason = "worked out while compiling, within the length of the list"
)]
const fn measured() -> [(&'static str, Kind); TESTS.len()] {
    let mut kinds = [("", NUMBER); TESTS.len()];
    let mut at = 0;
    while at < TESTS.len() {
        kinds[at].0 = TESTS[at].value;
        at += 1;
    }
    kinds
}

const WORDS: &[Choice] = &[
    choice("POSITIVE", "Positive", "阳性"),
    choice("NEGATIVE", "Negative", "阴性"),
];
