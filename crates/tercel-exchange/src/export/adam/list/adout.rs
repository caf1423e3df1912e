//! `ADOUT`.

use super::{
    Assigned, CORE, Derived, Described, Float, Integer, Line, Of, Open, Own, PARAMETER, RECORDS, SEQUENCE, SUBJECT,
    Text, flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADOUT",
    label: "Registered Outcomes by Subject",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per outcome per time point",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "AVISITN"],
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
        Assigned("Outcome of the registry record, with its component."),
    ),
    v("DOSELVL", "Dose Level", Integer, Open, Of("ADSL.DOSELVL")),
    v(
        "AVISIT",
        "Analysis Visit",
        Text,
        Own,
        Derived("Time point of the outcome."),
    ),
    v(
        "AVISITN",
        "Analysis Visit (N)",
        Integer,
        Open,
        Derived("Months after infusion."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived(
            "1 where the subject is counted and 0 where it is in the denominator and not counted; the measured value of an outcome that is one.",
        ),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Open,
        Derived(
            "Y, N, the value, <LLOQ below quantification; NOT YET while the window is open and OUT outside the denominator.",
        ),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Own,
        Assigned("Unit of the value."),
    ),
    flag(
        "ANL01FL",
        "Analysis Flag 01: In Denominator",
        "Y for a subject in the denominator.",
    ),
    v(
        "AREASON",
        "Reason for Analysis Value",
        Text,
        Open,
        Derived("What decided the value for the subject."),
    ),
];
