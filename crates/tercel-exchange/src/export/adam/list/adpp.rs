//! `ADPP`.

use super::{
    Assigned, CORE, Date, Derived, Described, Float, Integer, Line, Open, Own, PARAMETER, RECORDS, SEQUENCE, SUBJECT,
    Text, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADPP",
    label: "CAR-T Kinetic Parameter Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per analyte per parameter",
    keys: &["STUDYID", "USUBJID", "PARCAT1", "PARAMCD"],
    repeats: true,
    carries: None,
    lines: &[SUBJECT, SEQUENCE, PARAMETER, DERIVED, RECORDS, CORE],
};

const DERIVED: &[Line] = &[
    v(
        "PARCAT1",
        "Parameter Category 1",
        Text,
        Own,
        Derived("Code of the test in PC or CP."),
    ),
    v(
        "PARAMN",
        "Parameter (N)",
        Integer,
        Open,
        Assigned("Order of the parameter."),
    ),
    v(
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived("Day of the first infusion."),
    ),
    v(
        "ADY",
        "Analysis Relative Day",
        Integer,
        Open,
        Derived("1, the day of the first infusion."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived(
            "Non-compartmental estimate from the ADPC records with ANL01FL, by the method and the rules for results below quantification that the settings state.",
        ),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Open,
        Derived("AVAL as text; Y or N of ONGOING; NE where it cannot be estimated."),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Own,
        Assigned("Unit of the level, days, or their product, as the parameter has it."),
    ),
    v(
        "PPREASND",
        "Reason Not Estimated",
        Text,
        Open,
        Derived("Why there is no estimate."),
    ),
    v(
        "SRCDOM",
        "Source Data",
        Text,
        Own,
        Assigned("Dataset of the concentrations."),
    ),
    v(
        "SRCNREC",
        "Number of Source Records",
        Integer,
        Open,
        Derived("Samples in the profile."),
    ),
];
