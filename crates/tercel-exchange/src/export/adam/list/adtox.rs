//! `ADTOX`.

use super::{
    Assigned, CORE, Cdisc, Date, DateTimeText, Derived, Described, Float, Integer, Line, Of, Open, Own, PARAMETER,
    RECORDS, SEQUENCE, SUBJECT, Text, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADTOX",
    label: "CRS and ICANS Episode Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per episode per scale",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "AEPISODE", "ATOXVER"],
    repeats: true,
    carries: None,
    lines: &[SUBJECT, SEQUENCE, PARAMETER, DERIVED, RECORDS, CORE],
};

const DERIVED: &[Line] = &[
    v(
        "TRTSDT",
        "Date of First Exposure to Treatment",
        Date,
        Open,
        Of("ADSL.TRTSDT"),
    ),
    v("DOSELVL", "Dose Level", Integer, Open, Of("ADSL.DOSELVL")),
    v(
        "AEPISODE",
        "Episode Number",
        Integer,
        Open,
        Derived("Number of the episode of the syndrome within the subject; episodes are those of ASTCT 2019."),
    ),
    v(
        "ATOXVER",
        "Analysis Toxicity Grade Version",
        Text,
        Own,
        Assigned("Scale of the grade."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Integer,
        Open,
        Derived("Worst grade of the episode on the scale, where the findings determine it."),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Open,
        Derived("AVAL, or its bounds where the findings leave it open."),
    ),
    v(
        "ATOXMIN",
        "Least Possible Toxicity Grade",
        Integer,
        Open,
        Derived("Lower bound of the worst grade."),
    ),
    v(
        "ATOXMAX",
        "Greatest Possible Toxicity Grade",
        Integer,
        Open,
        Derived("Upper bound of the worst grade."),
    ),
    v(
        "NOTGRAD",
        "Reason Not Gradable",
        Text,
        Open,
        Derived("What leaves the grade open."),
    ),
    v(
        "ASTDTC",
        "Analysis Start Date (C)",
        DateTimeText,
        Open,
        Derived("First finding of the episode, as recorded."),
    ),
    v(
        "AWSTDTC",
        "Analysis Worst Grade Date (C)",
        DateTimeText,
        Open,
        Derived("First finding of the worst grade, as recorded."),
    ),
    v(
        "AENDTC",
        "Analysis End Date (C)",
        DateTimeText,
        Open,
        Derived("Finding that ends the episode, as recorded; blank while it goes on."),
    ),
    v(
        "ADURN",
        "Analysis Duration (N)",
        Float,
        Open,
        Derived("Hours from ASTDTC to AENDTC."),
    ),
    v(
        "ADURU",
        "Analysis Duration Units",
        Text,
        Cdisc("C66781"),
        Assigned("HOURS where ADURN is known."),
    ),
];
