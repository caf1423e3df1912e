//! Medications (`CM`): concomitant, bridging, earlier and later anticancer therapy.

use super::shared::ROUTE;
use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Choice, Field, Form, Kind, Required};

const NAME: Field = Field::of(
    "cmtrt",
    "CMTRT",
    LINE,
    text("Medication", "药物名称"),
    text("Generic name.", "通用名。"),
)
.required();

const CODED: Field = Field::of(
    "cmdecod",
    "CMDECOD",
    LINE,
    text("Coded name", "编码名称"),
    text("Filled in when the medication is coded.", "由编码人员填写。"),
);

const START: Field = Field::of(
    "cmstdtc",
    "CMSTDTC",
    Kind::PartialDate,
    text("Began", "开始时间"),
    text(
        "As much as is known; with the time for treatment of CRS or ICANS.",
        "按已知程度填写；治疗 CRS 或 ICANS 的用药须填写时间。",
    ),
)
.required();

const END: Field = Field::of(
    "cmendtc",
    "CMENDTC",
    Kind::PartialDate,
    text("Ended", "结束时间"),
    text("Blank while it goes on.", "仍在使用则留空。"),
);

const DOSE: Field = Field::of(
    "cmdose",
    "CMDOSE",
    Kind::Decimal {
        least: 0.0,
        min: 0.0,
        max: 100_000.0,
        unit: None,
    },
    text("Dose", "单次剂量"),
    text("Number alone; its unit stands beside it.", "仅填数字，单位另填。"),
)
.only_if_asked();

const DOSE_UNIT: Field = Field::of(
    "cmdosu",
    "CMDOSU",
    Kind::Suggested {
        choices: UNITS,
        max: 40,
    },
    text("Unit of the dose", "剂量单位"),
    text("Unit of the single dose.", "单次剂量的单位。"),
)
.required_if(Required::With("cmdose"))
.only_if_asked();

const UNITS: &[Choice] = &[
    choice("mg", "mg", "mg（毫克）"),
    choice("g", "g", "g（克）"),
    choice("ug", "µg", "µg（微克）"),
    choice("mL", "mL", "mL（毫升）"),
    choice("IU", "IU", "IU（国际单位）"),
    choice("mg/kg", "mg/kg", "mg/kg（毫克/千克）"),
];

const ROUTE_OF: Field = Field::of(
    "cmroute",
    "CMROUTE",
    Kind::Suggested {
        choices: ROUTE,
        max: 60,
    },
    text("Route", "给药途径"),
    text("How it was given.", "给药方式。"),
)
.only_if_asked();

const INDICATION: Field = Field::of(
    "cmindc",
    "CMINDC",
    LINE,
    text("Given for", "用药原因"),
    text("The condition or event it treats.", "所治疗的疾病或事件。"),
)
.only_if_asked();

const CLASSES: &[Choice] = &[
    choice("CONCOMITANT", "Other concomitant medication", "其他合并用药"),
    choice(
        "ANTICYTOKINE",
        "Anticytokine (tocilizumab, siltuximab, anakinra)",
        "抗细胞因子药物（托珠单抗、司妥昔单抗、阿那白滞素）",
    ),
    choice("CORTICOSTEROID", "Systemic corticosteroid", "全身用糖皮质激素"),
    choice("GROWTH FACTOR", "Growth factor", "造血生长因子"),
    choice("TRANSFUSION", "Blood product", "血制品"),
];

/// Any medication that is not anticancer therapy.
pub(super) const CONCOMITANT: Form = Form {
    id: "concomitant-medication",
    title: text("Concomitant medication", "合并用药"),
    help: text(
        "Everything taken from consent on. Antipyretics, steroids and tocilizumab with their times: they decide how fever is read in CRS.",
        "自签署知情同意起的所有用药。退热药、激素和托珠单抗须填写时间：它们影响 CRS 中发热的判定。",
    ),
    domain: Some("CM"),
    happened: Some("cmstdtc"),
    order: &[("cmstdtc", "cmendtc")],
    fields: &[
        NAME,
        CODED,
        Field::of(
            "cmcat",
            "CMCAT",
            Kind::Choice(CLASSES),
            text("Class", "类别"),
            text("What it is for the study.", "该药物在本研究中所属的类别。"),
        )
        .required(),
        INDICATION,
        DOSE,
        DOSE_UNIT,
        ROUTE_OF,
        START,
        END,
    ],
    ..BLANK
};

/// Anticancer therapy before the study.
pub(super) const PRIOR: Form = Form {
    id: "prior-therapy",
    title: text("Prior anticancer therapy", "既往抗肿瘤治疗"),
    help: text(
        "One record for every line and agent before consent, local treatment included.",
        "签署知情同意前的每线每种治疗填写一条，包括局部治疗。",
    ),
    domain: Some("CM"),
    constants: &[("CMCAT", "PRIOR ANTICANCER THERAPY")],
    tells: &["CMCAT"],
    happened: Some("cmstdtc"),
    order: &[("cmstdtc", "cmendtc")],
    fields: &[NAME, CODED, START, END],
    ..BLANK
};

/// Therapy between collection and infusion.
pub(super) const BRIDGING: Form = Form {
    id: "bridging-therapy",
    title: text("Bridging therapy", "桥接治疗"),
    help: text(
        "Anticancer therapy between collection and lymphodepletion. The baseline scan comes after it.",
        "采集后至清淋预处理前的抗肿瘤治疗。基线影像学检查应在其后进行。",
    ),
    domain: Some("CM"),
    constants: &[("CMCAT", "BRIDGING THERAPY")],
    tells: &["CMCAT"],
    happened: Some("cmstdtc"),
    order: &[("cmstdtc", "cmendtc")],
    fields: &[NAME, CODED, START, END],
    ..BLANK
};

/// Therapy after infusion.
pub(super) const SUBSEQUENT: Form = Form {
    id: "subsequent-therapy",
    title: text("New anticancer therapy", "后续抗肿瘤治疗"),
    help: text(
        "The first dose of any anticancer therapy after infusion: response and progression count up to it.",
        "回输后任何抗肿瘤治疗的首次用药：疗效与进展的评估截至该日。",
    ),
    domain: Some("CM"),
    constants: &[("CMCAT", "SUBSEQUENT ANTICANCER THERAPY")],
    synonyms: &[("CMCAT", &["NEW ANTICANCER THERAPY"])],
    tells: &["CMCAT"],
    happened: Some("cmstdtc"),
    order: &[("cmstdtc", "cmendtc")],
    fields: &[NAME, CODED, START, END],
    ..BLANK
};
