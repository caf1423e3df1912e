//! `ADTTE`.

use super::{
    Assigned, CORE, Cdisc, Date, Derived, Described, Integer, Line, Open, PARAMETER, RECORDS, SEQUENCE, SOURCE,
    SOURCE_VARIABLE, SUBJECT, Terms, Text, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADTTE",
    label: "Time-to-Event Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter",
    keys: &["STUDYID", "USUBJID", "PARAMCD"],
    repeats: false,
    carries: None,
    lines: &[
        SUBJECT,
        SEQUENCE,
        PARAMETER,
        DERIVED,
        SOURCE,
        SOURCE_VARIABLE,
        RECORDS,
        CORE,
    ],
};

const DERIVED: &[Line] = &[
    v(
        "STARTDT",
        "Time-to-Event Origin Date for Subject",
        Date,
        Open,
        Derived(
            "Randomisation, or TRTSDT without one; under a protocol the first infusion of CAR-T cells; of RSD the first day of the response.",
        ),
    ),
    v(
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived("Day of the event or of the censoring, not before STARTDT."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Integer,
        Open,
        Derived("ADT - STARTDT + 1 day; under a protocol that does not count the first day, ADT - STARTDT."),
    ),
    v("AVALU", "Analysis Value Unit", Text, Cdisc("C66781"), Assigned("DAYS")),
    v(
        "CNSR",
        "Censor",
        Integer,
        Terms(&[("0", "Event"), ("1", "Censored")]),
        Derived("0 where the event ended the time, 1 where the observation did."),
    ),
    v(
        "EVNTDESC",
        "Event or Censoring Description",
        Text,
        Open,
        Derived(
            "What ended the time. Progression-free survival under a protocol follows its response.pfs_censoring; without one the first of progression and death ends it and the last assessment censors it.",
        ),
    ),
    v(
        "CNSDTDSC",
        "Censor Date Description",
        Text,
        Open,
        Derived("What the date of a censoring is."),
    ),
];
