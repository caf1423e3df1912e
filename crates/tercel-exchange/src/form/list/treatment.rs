//! What the study gives: lymphodepletion and infusion (`EX`), the dose planned (`EC`).

use tercel::language::Text;

use super::shared::{CELL_UNIT, DOSE_FORM, ONCE, ROUTE};
use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Choice, Field, Form, FromTrial, Kind, Required};

const AGENT_UNITS: &[Choice] = &[
    choice("mg/m2", "mg/m²", "mg/m²（毫克/平方米）"),
    choice("mg", "mg", "mg（毫克）"),
    choice("mg/kg", "mg/kg", "mg/kg（毫克/千克）"),
];

const fn route(help: Text) -> Field {
    let kind = Kind::Suggested {
        choices: ROUTE,
        max: 60,
    };
    Field::of("exroute", "EXROUTE", kind, text("Route", "给药途径"), help)
}

/// A dose of lymphodepletion.
pub(super) const LYMPHODEPLETION: Form = Form {
    id: "lymphodepletion",
    title: text("Lymphodepletion", "清淋预处理"),
    help: text("One record for every agent and day.", "每种药物每日填写一条。"),
    domain: Some("EX"),
    tells: &["extrt"],
    happened: Some("exstdtc"),
    order: &[("exstdtc", "exendtc")],
    fields: &[
        Field::of(
            "extrt",
            "EXTRT",
            Kind::TrialChoice(FromTrial::Lymphodepletion),
            text("Agent", "药物"),
            text("As the protocol names it.", "方案规定的药物。"),
        )
        .required(),
        Field::of(
            "exdose",
            "EXDOSE",
            Kind::Decimal {
                least: 0.0,
                min: 0.0,
                max: 10_000.0,
                unit: None,
            },
            text("Dose given", "实际剂量"),
            text("Number alone; its unit stands beside it.", "仅填数字，单位另填。"),
        ),
        Field::of(
            "exdosu",
            "EXDOSU",
            Kind::Suggested {
                choices: AGENT_UNITS,
                max: 40,
            },
            text("Unit of the dose", "剂量单位"),
            text("Unit of the dose given.", "实际剂量的单位。"),
        )
        .required_if(Required::With("exdose")),
        route(text("How the agent was given.", "药物的给药方式。")).only_if_asked(),
        START,
        END,
        Field::supplement(
            "last",
            "LAST",
            Kind::YesNo,
            text("Last dose of the course", "是否为疗程最后一次给药"),
            text(
                "Yes for the last dose of all agents: the gate of infusion asks whether the course was completed.",
                "全部药物的最后一次给药选“是”：回输关口要求清淋已完成。",
            ),
        )
        .only_if_asked(),
    ],
    ..BLANK
};

const START: Field = Field::of(
    "exstdtc",
    "EXSTDTC",
    Kind::DateTime,
    text("Began", "开始时间"),
    text(
        "Day and time the infusion began: every outcome after infusion counts from it.",
        "回输开始的日期和时间：回输后的各项结局均以此计算。",
    ),
)
.required();

const END: Field = Field::of(
    "exendtc",
    "EXENDTC",
    Kind::DateTime,
    text("Ended", "结束时间"),
    text("Day and time the infusion ended.", "回输结束的日期和时间。"),
);

/// A bag that was given: its identity was checked by two persons.
const fn bag(id: &'static str, name: &'static str) -> Field {
    Field::supplement(
        id,
        name,
        LINE,
        text("Bag", "产品袋"),
        text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
    )
    .only_if_asked()
}

const CELLS: Kind = Kind::Decimal {
    least: 0.0,
    min: 0.01,
    max: 5000.0,
    unit: None,
};

/// The dose that was planned.
pub(super) const PLANNED_DOSE: Form = Form {
    id: "planned-dose",
    title: text("Planned dose", "计划剂量"),
    help: text(
        "The dose ordered for this subject, before it is given.",
        "为该受试者开具的计划剂量，于给药前填写。",
    ),
    domain: Some("EC"),
    repeats: true,
    constants: &[("ECMOOD", "SCHEDULED")],
    tells: &["ECMOOD"],
    happened: Some("ecstdtc"),
    fields: &[
        Field::of(
            "ectrt",
            "ECTRT",
            Kind::TrialChoice(FromTrial::Infusion),
            text("Study treatment", "研究治疗"),
            text("As the protocol names it.", "方案规定的研究治疗。"),
        )
        .required(),
        Field::of(
            "ecdose",
            "ECDOSE",
            CELLS,
            text("Planned CAR+ cells", "计划 CAR 阳性细胞数"),
            text(
                "Viable CAR+ cells in the unit beside it: 1.0 × 10⁸ cells are 100 in 10⁶ cells.",
                "活的 CAR 阳性细胞数，单位见旁项：1.0 × 10⁸ 个细胞以 10⁶ 为单位时填 100。",
            ),
        )
        .required(),
        Field::of(
            "ecdosu",
            "ECDOSU",
            Kind::Choice(CELL_UNIT),
            text("Unit of the dose", "剂量单位"),
            text("Check it against the order.", "请与医嘱核对。"),
        )
        .required(),
        Field::of(
            "ecdosfrm",
            "ECDOSFRM",
            Kind::Choice(DOSE_FORM),
            text("Dosage form", "剂型"),
            text("As in the order.", "与医嘱一致。"),
        ),
        Field::of(
            "ecdosfrq",
            "ECDOSFRQ",
            Kind::Choice(ONCE),
            text("Frequency", "给药频率"),
            text("As in the order.", "与医嘱一致。"),
        ),
        Field::of(
            "ecroute",
            "ECROUTE",
            Kind::Suggested {
                choices: ROUTE,
                max: 60,
            },
            text("Route", "给药途径"),
            text("As in the order.", "与医嘱一致。"),
        ),
        Field::of(
            "ecstdtc",
            "ECSTDTC",
            Kind::Date,
            text("Planned for", "计划日期"),
            text("Day of infusion; it may lie ahead.", "回输日期，可以是将来的日期。"),
        )
        .required()
        .may_be_future(),
    ],
    ..BLANK
};

/// The infusion.
pub(super) const INFUSION: Form = Form {
    id: "infusion",
    title: text("CAR-T cell infusion", "CAR-T 细胞回输"),
    help: text(
        "One record for every infusion. The cells given, not those planned: the difference decides whether the subject counts at its dose.",
        "每次回输填写一条。填写实际回输的细胞数而非计划数：两者之差决定受试者是否计入其剂量组。",
    ),
    domain: Some("EX"),
    tells: &["extrt"],
    happened: Some("exstdtc"),
    order: &[("exstdtc", "exendtc")],
    fields: &[
        Field::of(
            "extrt",
            "EXTRT",
            Kind::TrialChoice(FromTrial::Infusion),
            text("Study treatment", "研究治疗"),
            text("As the protocol names it.", "方案规定的研究治疗。"),
        )
        .required(),
        Field::of(
            "exdose",
            "EXDOSE",
            CELLS,
            text("CAR+ cells infused", "实际回输 CAR 阳性细胞数"),
            text(
                "Viable CAR+ cells in the unit beside it, after what stayed in bag and tubing.",
                "扣除袋内及管路残留后的活 CAR 阳性细胞数，单位见旁项。",
            ),
        )
        .required(),
        Field::of(
            "exdosu",
            "EXDOSU",
            Kind::Choice(CELL_UNIT),
            text("Unit of the dose", "剂量单位"),
            text("Check it against the product release.", "请与产品放行单核对。"),
        )
        .required(),
        Field::of(
            "exdosfrm",
            "EXDOSFRM",
            Kind::Choice(DOSE_FORM),
            text("Dosage form", "剂型"),
            text("As released.", "与产品放行单一致。"),
        ),
        Field::of(
            "exdosfrq",
            "EXDOSFRQ",
            Kind::Choice(ONCE),
            text("Frequency", "给药频率"),
            text("Once, unless the dose was split.", "除分次回输外均为单次。"),
        ),
        route(text("How the cells were given.", "细胞的给药方式。")).required(),
        Field::of(
            "exlot",
            "EXLOT",
            Kind::Text { max: 60 },
            text("Batch", "批号"),
            text("As printed on the bag.", "按产品袋上印制的批号填写。"),
        )
        .only_if_asked(),
        START,
        END,
        bag("bag1", "BAG1"),
        bag("bag2", "BAG2"),
        bag("bag3", "BAG3"),
        bag("bag4", "BAG4"),
    ],
    ..BLANK
};
