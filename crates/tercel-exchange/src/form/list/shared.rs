//! Lists and fields that several forms use.

use crate::form::define::{LINE, choice, text};
use crate::form::{Choice, Field, Kind};
use tercel::language::Text;

/// The strength of a causal relation.
pub(super) const RELATION: &[Choice] = &[
    choice("NOT RELATED", "Not related", "无关"),
    choice("UNLIKELY RELATED", "Unlikely related", "可能无关"),
    choice("POSSIBLY RELATED", "Possibly related", "可能有关"),
    choice("PROBABLY RELATED", "Probably related", "很可能有关"),
    choice("RELATED", "Definitely related", "肯定有关"),
];

/// CTCAE and ASTCT grades of an event.
pub(super) const GRADE: &[Choice] = &[
    choice("1", "1 (mild)", "1 级（轻度）"),
    choice("2", "2 (moderate)", "2 级（中度）"),
    choice("3", "3 (severe)", "3 级（重度）"),
    choice("4", "4 (life-threatening)", "4 级（危及生命）"),
    choice("5", "5 (death)", "5 级（死亡）"),
];

/// Grades of an assessment, which may find nothing.
pub(super) const GRADE_OR_NONE: &[Choice] = &[
    choice("0", "0 (none)", "0 级（无）"),
    choice("1", "1 (mild)", "1 级（轻度）"),
    choice("2", "2 (moderate)", "2 级（中度）"),
    choice("3", "3 (severe)", "3 级（重度）"),
    choice("4", "4 (life-threatening)", "4 级（危及生命）"),
    choice("5", "5 (death)", "5 级（死亡）"),
];

/// How lesions were seen.
pub(super) const IMAGING: &[Choice] = &[
    choice("CONTRAST ENHANCED CT SCAN", "CT with contrast", "增强 CT"),
    choice("CT SCAN", "CT", "CT"),
    choice("CONTRAST ENHANCED MRI", "MRI with contrast", "增强 MRI"),
    choice("MRI", "MRI", "MRI"),
    choice("PET/CT SCAN", "PET/CT", "PET/CT"),
    choice("ULTRASOUND", "Ultrasound", "超声"),
    choice("X-RAY", "X-ray", "X 线"),
    choice("PHYSICAL EXAMINATION", "Physical examination", "体格检查"),
];

/// How nucleic acid was measured.
pub(super) const AMPLIFICATION: &[Choice] = &[
    choice(
        "REAL-TIME POLYMERASE CHAIN REACTION ASSAY",
        "Real-time PCR",
        "实时定量 PCR",
    ),
    choice("DROPLET DIGITAL PCR", "Droplet digital PCR", "微滴式数字 PCR"),
    choice(
        "QUANTITATIVE REVERSE TRANSCRIPTASE POLYMERASE CHAIN REACTION",
        "Quantitative reverse transcriptase PCR",
        "定量逆转录 PCR",
    ),
];

/// A method that may be asked for.
pub(super) const fn method(id: &'static str, name: &'static str, choices: &'static [Choice], help: Text) -> Field {
    let kind = Kind::Suggested { choices, max: 100 };
    Field::of(id, name, kind, text("Method", "检测方法"), help).only_if_asked()
}

/// Who read the images or judged.
pub(super) const READER: &[Choice] = &[
    choice("INVESTIGATOR", "Investigator", "研究者"),
    choice("INDEPENDENT ASSESSOR", "Independent assessor", "独立评估者"),
];

/// Who decides for the study.
pub(super) const DECIDER: &[Choice] = &[
    choice("INVESTIGATOR", "Investigator", "研究者"),
    choice("ADJUDICATION COMMITTEE", "Safety review committee", "安全性审查委员会"),
];

/// What was not done.
pub(super) const NOT_DONE: &[Choice] = &[choice("NOT DONE", "Not done", "未做")];

/// Units of a dose of cells.
pub(super) const CELL_UNIT: &[Choice] = &[
    choice("10^6 Therapeutic Cells", "10⁶ CAR+ cells", "10⁶ 个 CAR 阳性细胞"),
    choice("10^8 cells", "10⁸ CAR+ cells", "10⁸ 个 CAR 阳性细胞"),
];

/// Lower is no temperature of a body, in °C and in °F.
pub(super) const LEAST_BODY_TEMPERATURE: f64 = 25.0;

/// Powers of ten that a number of cells counts.
pub(super) const CELLS: &[Choice] = &[
    choice("cells", "cells", "个细胞"),
    choice("10^6 cells", "10⁶ cells", "10⁶ 个细胞"),
    choice("10^8 cells", "10⁸ cells", "10⁸ 个细胞"),
];

/// Dosage forms.
pub(super) const DOSE_FORM: &[Choice] = &[choice(
    "INJECTION, SUSPENSION",
    "Suspension for injection",
    "注射用混悬液",
)];

/// How often a dose is given.
pub(super) const ONCE: &[Choice] = &[choice("ONCE", "Once", "单次")];

/// Routes.
pub(super) const ROUTE: &[Choice] = &[
    choice("INTRAVENOUS", "Intravenous", "静脉输注"),
    choice("INTRA-ARTERIAL", "Intra-arterial", "动脉内给药"),
    choice("ORAL", "By mouth", "口服"),
    choice("SUBCUTANEOUS", "Subcutaneous", "皮下注射"),
    choice("INTRAMUSCULAR", "Intramuscular", "肌内注射"),
];

/// When a sample was taken.
pub(super) const SAMPLED: Text = text("Sampling time", "采样时间");

/// How to enter it.
pub(super) const SAMPLED_HELP: Text = text(
    "Day and time the blood was drawn, not when the laboratory received it.",
    "填写采血的日期和时间，而非实验室收样时间。",
);

/// A status, where there is no result.
pub(super) const STATUS: Text = text("Not done", "未做");

/// When to choose it.
pub(super) const STATUS_HELP: Text = text(
    "Choose it where the test was planned but not done; the result then stays blank.",
    "计划检测但未做时选择，此时结果留空。",
);

/// What to enter where the gates need the minute.
pub(super) const SITE_CLOCK: Text = text(
    "Day and time, by the clock of the site; a day alone is not enough.",
    "日期和时间（按中心时钟）；仅填日期不够。",
);

const fn signer(id: &'static str, label: Text) -> Field {
    Field::kept(id, LINE, label, text("Name of a person who signed.", "签署人姓名。"))
}

/// Who signed, up to three.
pub(super) const SIGNERS: (Field, Field, Field) = (
    signer("signer1", text("Signed by (1)", "签署人（1）")),
    signer("signer2", text("Signed by (2)", "签署人（2）")),
    signer("signer3", text("Signed by (3)", "签署人（3）")),
);

/// When it was signed.
pub(super) const SIGNED: Field = Field::kept("signed", Kind::DateTime, text("Signed", "签署时间"), SITE_CLOCK);

/// The label of a bag.
pub(super) const BAG_LABEL: Field = Field::kept(
    "bag",
    LINE,
    text("Bag", "产品袋"),
    text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
)
.required();

/// A number that the protocol may bound.
const BOUNDED: Kind = Kind::Decimal {
    least: f64::NEG_INFINITY,
    min: 0.0,
    max: 1e12,
    unit: None,
};

/// The value that a criterion or an item of a gate is about.
pub(super) const VALUE: Field = Field::kept(
    "cnorres",
    BOUNDED,
    text("Value", "数值"),
    text(
        "Value where the protocol gives bounds for it.",
        "方案规定界限时填写数值。",
    ),
);

/// Its unit.
pub(super) const UNIT: Field = Field::kept(
    "cnorresu",
    LINE,
    text("Unit", "单位"),
    text("Unit as the laboratory writes it.", "按检验室书写的单位填写。"),
);

/// Its upper limit of normal.
pub(super) const UPPER_LIMIT: Field = Field::kept(
    "cnuln",
    BOUNDED,
    text("Upper limit of normal", "正常上限"),
    text(
        "In the same unit; needed where the bounds are multiples of it.",
        "单位相同；界限为其倍数时必填。",
    ),
);
