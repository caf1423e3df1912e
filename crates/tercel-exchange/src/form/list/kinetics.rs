//! Levels in blood: the serum biomarker (`LB`), transgene copies (`PC`), CAR-T cells (`CP`).

use super::shared::{AMPLIFICATION, NOT_DONE, SAMPLED, SAMPLED_HELP, STATUS, STATUS_HELP, method};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, FromTrial, Kind, Required};
use tercel::language::Text;
use tercel::protocol::Assessed;

const BELOW: &[Choice] = &[
    choice("BLQ", "Below quantification", "低于定量下限"),
    choice("NOT DETECTED", "Not detected", "未检出"),
];

const fn level(unit: Option<&'static str>) -> Kind {
    Kind::Result {
        least: 0.0,
        unit,
        words: BELOW,
    }
}

const RESULT: Text = text("Result", "结果");
const RESULT_HELP: Text = text(
    "As reported; < before the limit where it is below quantification, which is not zero.",
    "按报告填写；低于定量下限时在限值前加 <，不等于零。",
);
const UNIT: Text = text("Unit", "单位");
const UNIT_HELP: Text = text(
    "As reported; check it against the laboratory manual.",
    "按报告填写，并与实验室手册核对。",
);
const LIMIT: Text = text("Lower limit of quantification", "定量下限");
const LIMIT_HELP: Text = text(
    "Of the assay, before dilution, in the unit of the result.",
    "检测方法的定量下限（稀释前），与结果同一单位。",
);
const DILUTION: Text = text("Dilution", "稀释倍数");
const DILUTION_HELP: Text = text(
    "Factor by which the sample was diluted; blank if it was not.",
    "样本稀释倍数；未稀释则留空。",
);
const ASSAY: Text = text("Assay", "检测项目");
const ASSAY_HELP: Text = text("As the protocol names it.", "方案规定的检测项目。");

const POSITIVE: Kind = Kind::Decimal {
    least: 0.0,
    min: 0.0,
    max: 1e9,
    unit: None,
};
const FACTOR: Kind = Kind::Decimal {
    least: 0.0,
    min: 1.0,
    max: 1e6,
    unit: None,
};

const BIOMARKER_UNITS: &[Choice] = &[
    choice("ng/mL", "ng/mL", "ng/mL（纳克/毫升）"),
    choice("ug/L", "µg/L", "µg/L（微克/升）"),
];
const COPY_UNITS: &[Choice] = &[choice("copies/ug", "copies/µg DNA", "拷贝/µg DNA")];
const CELL_UNITS: &[Choice] = &[choice("10^6/L", "10⁶/L (cells/µL)", "10⁶/L（个/µL）")];
const BLOOD: &[Choice] = &[choice("BLOOD", "Blood", "血液")];
const METHODS: &[Choice] = &[choice("FLOW CYTOMETRY", "Flow cytometry", "流式细胞术")];

/// The serum biomarker.
pub(super) const BIOMARKER: Form = Form {
    id: "serum-biomarker",
    title: text("Serum biomarker", "血清生物标志物"),
    help: text(
        "Every planned sample. Its change from baseline is an outcome.",
        "每次计划采样均须填写。其较基线的变化为研究结局。",
    ),
    domain: Some("LB"),
    derived: &[
        ("LBTEST", Derived::Name("lbtestcd")),
        ("LBSTRESC", Derived::Converted("lborres")),
        ("LBSTRESN", Derived::ConvertedNumber("lborres")),
        ("LBSTRESU", Derived::Converted("lborresu")),
    ],
    tells: &["lbtestcd"],
    happened: Some("lbdtc"),
    assessed: Some(Assessed::Biomarker),
    fields: &[
        Field::of(
            "lbtestcd",
            "LBTESTCD",
            Kind::TrialChoice(FromTrial::Biomarker),
            ASSAY,
            ASSAY_HELP,
        )
        .required(),
        Field::of("lborres", "LBORRES", level(None), RESULT, RESULT_HELP).required_if(Required::Unless("lbstat")),
        Field::of(
            "lborresu",
            "LBORRESU",
            Kind::Suggested {
                choices: BIOMARKER_UNITS,
                max: 40,
            },
            UNIT,
            UNIT_HELP,
        )
        .required_if(Required::Unless("lbstat")),
        Field::of("lblloq", "LBLLOQ", POSITIVE, LIMIT, LIMIT_HELP),
        Field::supplement("lbdilfac", "LBDILFAC", FACTOR, DILUTION, DILUTION_HELP).only_if_asked(),
        Field::of("lbstat", "LBSTAT", Kind::Choice(NOT_DONE), STATUS, STATUS_HELP).only_if_asked(),
        Field::of("lbdtc", "LBDTC", Kind::DateTime, SAMPLED, SAMPLED_HELP).required(),
    ],
    ..BLANK
};

/// Transgene copies.
pub(super) const COPIES: Form = Form {
    id: "transgene-copies",
    title: text("CAR transgene copies", "CAR 转基因拷贝数"),
    help: text(
        "Every planned sample, by PCR.",
        "每次计划采样均须填写，采用 PCR 法检测。",
    ),
    domain: Some("PC"),
    constants: &[("PCTEST", "CAR Transgene Copies")],
    derived: &[
        ("PCSTRESC", Derived::Standard("pcorres")),
        ("PCSTRESN", Derived::Number("pcorres")),
        ("PCSTRESU", Derived::Standard("pcorresu")),
    ],
    happened: Some("pcdtc"),
    assessed: Some(Assessed::Kinetics),
    fields: &[
        Field::of(
            "pctestcd",
            "PCTESTCD",
            Kind::TrialChoice(FromTrial::Copies),
            ASSAY,
            ASSAY_HELP,
        )
        .required(),
        Field::of("pcorres", "PCORRES", level(None), RESULT, RESULT_HELP).required_if(Required::Unless("pcstat")),
        Field::of(
            "pcorresu",
            "PCORRESU",
            Kind::Suggested {
                choices: COPY_UNITS,
                max: 40,
            },
            UNIT,
            UNIT_HELP,
        )
        .required_if(Required::Unless("pcstat")),
        Field::of(
            "pcspec",
            "PCSPEC",
            Kind::Suggested {
                choices: BLOOD,
                max: 60,
            },
            text("Specimen", "样本类型"),
            text("What was sampled.", "所采集的样本。"),
        ),
        method(
            "pcmethod",
            "PCMETHOD",
            AMPLIFICATION,
            text("How the copies were measured.", "拷贝数检测方法。"),
        ),
        Field::of("pclloq", "PCLLOQ", POSITIVE, LIMIT, LIMIT_HELP),
        Field::supplement("pcdilfac", "PCDILFAC", FACTOR, DILUTION, DILUTION_HELP).only_if_asked(),
        Field::of("pcstat", "PCSTAT", Kind::Choice(NOT_DONE), STATUS, STATUS_HELP).only_if_asked(),
        Field::of("pcdtc", "PCDTC", Kind::DateTime, SAMPLED, SAMPLED_HELP).required(),
    ],
    ..BLANK
};

/// CAR-T cells.
pub(super) const COUNTS: Form = Form {
    id: "cart-cells",
    title: text("CAR-T cells in blood", "血液中 CAR-T 细胞计数"),
    help: text(
        "Every planned sample, by flow cytometry.",
        "每次计划采样均须填写，采用流式细胞术检测。",
    ),
    domain: Some("CP"),
    constants: &[("CPTEST", "CAR Positive T Cells")],
    derived: &[
        ("CPSTRESC", Derived::Standard("cporres")),
        ("CPSTRESN", Derived::Number("cporres")),
        ("CPSTRESU", Derived::Standard("cporresu")),
    ],
    happened: Some("cpdtc"),
    assessed: Some(Assessed::Kinetics),
    fields: &[
        Field::of(
            "cptestcd",
            "CPTESTCD",
            Kind::TrialChoice(FromTrial::Counts),
            ASSAY,
            ASSAY_HELP,
        )
        .required(),
        Field::of(
            "cpmrkstr",
            "CPMRKSTR",
            Kind::Text { max: 200 },
            text("Markers", "标志物组合"),
            text(
                "As the assay names them, such as CD45+CD3+CAR+.",
                "按检测方法填写，如 CD45+CD3+CAR+。",
            ),
        ),
        Field::of("cporres", "CPORRES", level(None), RESULT, RESULT_HELP).required_if(Required::Unless("cpstat")),
        Field::of(
            "cporresu",
            "CPORRESU",
            Kind::Suggested {
                choices: CELL_UNITS,
                max: 40,
            },
            UNIT,
            UNIT_HELP,
        )
        .required_if(Required::Unless("cpstat")),
        Field::of(
            "cpspec",
            "CPSPEC",
            Kind::Suggested {
                choices: BLOOD,
                max: 60,
            },
            text("Specimen", "样本类型"),
            text("What was sampled.", "所采集的样本。"),
        ),
        Field::of(
            "cpmethod",
            "CPMETHOD",
            Kind::Suggested {
                choices: METHODS,
                max: 60,
            },
            text("Method", "检测方法"),
            text("How the cells were counted.", "细胞计数方法。"),
        ),
        Field::of("cplloq", "CPLLOQ", POSITIVE, LIMIT, LIMIT_HELP),
        Field::supplement("cpdilfac", "CPDILFAC", FACTOR, DILUTION, DILUTION_HELP).only_if_asked(),
        Field::of("cpstat", "CPSTAT", Kind::Choice(NOT_DONE), STATUS, STATUS_HELP).only_if_asked(),
        Field::of("cpdtc", "CPDTC", Kind::DateTime, SAMPLED, SAMPLED_HELP).required(),
    ],
    ..BLANK
};
