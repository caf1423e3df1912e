//! `ADVS`.

use super::{
    CORE, Date, DateTime, Derived, Described, Float, Integer, Line, Of, Open, Own, PARAMETER, SEQUENCE, SUBJECT, Text,
    flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADVS",
    label: "Vital Signs Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter per result",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "ADT", "VSSEQ"],
    repeats: true,
    carries: Some("VS"),
    lines: &[SUBJECT, SEQUENCE, PARAMETER, DERIVED, CORE],
};

const DERIVED: &[Line] = &[
    v(
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived("Day of VS.VSDTC where it is known."),
    ),
    v(
        "ADTM",
        "Analysis Datetime",
        DateTime,
        Open,
        Derived("VS.VSDTC where the time of day is known."),
    ),
    v(
        "ADY",
        "Analysis Relative Day",
        Integer,
        Open,
        Derived("ADT - TRTSDT + 1 from TRTSDT on, ADT - TRTSDT before."),
    ),
    v(
        "AVISIT",
        "Analysis Visit",
        Text,
        Own,
        Derived("Baseline for a screening visit, blank for an unscheduled one, else VS.VISIT with capital initials."),
    ),
    v(
        "AVISITN",
        "Analysis Visit (N)",
        Float,
        Open,
        Derived("0 for Baseline, else VS.VISITNUM; blank where AVISIT is."),
    ),
    v("ATPT", "Analysis Timepoint", Text, Own, Of("VS.VSTPT")),
    v("ATPTN", "Analysis Timepoint (N)", Float, Open, Of("VS.VSTPTNUM")),
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived("VS.VSSTRESN in the unit of the parameter; blank where its unit does not convert."),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Open,
        Derived(
            "VS.VSSTRESC; AVAL of a value that was converted, and VS.VSSTRESC with VS.VSSTRESU of one that does not convert.",
        ),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Own,
        Derived(
            "Standard unit of the test (C, mmHg, beats/min, breaths/min, %, kg, cm) where the VS.VSSTRESU of most of its values converts to it, else that unit; blank where the record has neither a value nor a unit, or its unit does not convert.",
        ),
    ),
    v(
        "BASE",
        "Baseline Value",
        Float,
        Open,
        Derived("AVAL of the record with ABLFL of the same subject and parameter."),
    ),
    v(
        "CHG",
        "Change from Baseline",
        Float,
        Open,
        Derived("AVAL - BASE of a result after the baseline."),
    ),
    v(
        "PCHG",
        "Percent Change from Baseline",
        Float,
        Open,
        Derived("100 x CHG / |BASE|; blank where BASE is 0."),
    ),
    flag(
        "ABLFL",
        "Baseline Record Flag",
        "Y for the last result with a value up to the first dose of treatment, by the clock where both times of day are known, else by the day.",
    ),
    flag(
        "ANL01FL",
        "Analysis Flag 01: Last of Visit",
        "Y for the last result with a value of an analysis visit after the baseline.",
    ),
    flag(
        "ONTRTFL",
        "On Treatment Record Flag",
        "Y for a result after the first dose of treatment, by the clock where both times of day are known, else from the day after.",
    ),
];
