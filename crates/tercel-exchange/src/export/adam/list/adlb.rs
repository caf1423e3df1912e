//! `ADLB`.

use super::{
    Assigned, CORE, Cdisc, Date, Derived, Described, Float, Integer, Line, List, Of, Open, Own, PARAMETER, SEQUENCE,
    SUBJECT, Text, flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADLB",
    label: "Laboratory Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter per result",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "ADT", "LBSEQ"],
    repeats: true,
    carries: Some("LB"),
    lines: &[SUBJECT, SEQUENCE, PARAMETER, VALUE, FLAGS, TOXICITY, CORE],
};

const VALUE: &[Line] = &[
    v(
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived("Day of LB.LBDTC where it is known."),
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
        Derived("Baseline for a screening visit, blank for an unscheduled one, else LB.VISIT with capital initials."),
    ),
    v(
        "AVISITN",
        "Analysis Visit (N)",
        Float,
        Open,
        Derived("0 for Baseline, else LB.VISITNUM; blank where AVISIT is."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived(
            "LB.LBSTRESN in the unit that most values of the parameter have in LB.LBSTRESU; a value in another unit is converted, blank where no conversion is known.",
        ),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Open,
        Derived(
            "LB.LBSTRESC; AVAL of a value that was converted, and LB.LBSTRESC with LB.LBSTRESU of one that does not convert.",
        ),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Own,
        Derived(
            "The LB.LBSTRESU of most values of the parameter, GI/L written 10^9/L; blank where the record has neither a value nor a unit, or its unit does not convert.",
        ),
    ),
    v(
        "ANRLO",
        "Analysis Normal Range Lower Limit",
        Float,
        Open,
        Derived("LB.LBSTNRLO in the unit of AVAL."),
    ),
    v(
        "ANRHI",
        "Analysis Normal Range Upper Limit",
        Float,
        Open,
        Derived("LB.LBSTNRHI in the unit of AVAL."),
    ),
    v(
        "ANRIND",
        "Analysis Reference Range Indicator",
        Text,
        RANGE,
        Derived(
            "LOW where LB.LBSTRESN is below LB.LBSTNRLO, HIGH above LB.LBSTNRHI, NORMAL where a limit is known and neither holds; of a result beyond what the assay measures (LB.LBSTRESC) by that limit, where it is certain.",
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
        "BNRIND",
        "Baseline Reference Range Indicator",
        Text,
        RANGE,
        Derived("ANRIND of the record with ABLFL."),
    ),
    v(
        "CHG",
        "Change from Baseline",
        Float,
        Open,
        Derived("AVAL - BASE; blank at baseline and at screening."),
    ),
    v(
        "PCHG",
        "Percent Change from Baseline",
        Float,
        Open,
        Derived("100 x CHG / |BASE|; blank where BASE is 0."),
    ),
    v("R2BASE", "Ratio to Baseline", Float, Open, Derived("AVAL / BASE.")),
    v(
        "R2ANRLO",
        "Ratio to Analysis Range Lower Limit",
        Float,
        Open,
        Derived("AVAL / ANRLO."),
    ),
    v(
        "R2ANRHI",
        "Ratio to Analysis Range Upper Limit",
        Float,
        Open,
        Derived("AVAL / ANRHI."),
    ),
    v("SEX", "Sex", Text, Cdisc("C66731"), Of("ADSL.SEX")),
];

const RANGE: List = Cdisc("C78736");

const FLAGS: &[Line] = &[
    flag(
        "ABLFL",
        "Baseline Record Flag",
        "Y for the last result with a value of a subject and parameter before treatment, by safety.baseline of the protocol.",
    ),
    flag(
        "ANL01FL",
        "Analysis Flag 01: Last of Visit",
        "Y for the last result of an analysis visit under treatment; of several on one day the highest.",
    ),
    flag(
        "ANL02FL",
        "Analysis Flag 02: Worst Low Grade",
        "Y for the result under treatment with the highest ATOXGRL after baseline; of several the lowest value, of these the first.",
    ),
    flag(
        "ANL03FL",
        "Analysis Flag 03: Worst High Grade",
        "Y for the result under treatment with the highest ATOXGRH after baseline; of several the highest value, of these the first.",
    ),
    flag(
        "LVOTFL",
        "Last Value on Treatment Flag",
        "Y for the last result with a value under treatment of a subject and parameter.",
    ),
    flag(
        "ONTRTFL",
        "On Treatment Record Flag",
        "Y from TRTSDT on, and not at a screening visit.",
    ),
];

const TOXICITY: &[Line] = &[
    v(
        "ATOXVER",
        "Analysis Toxicity Grade Version",
        Text,
        Own,
        Assigned("Version of the CTCAE; blank where no term applies to the parameter."),
    ),
    v(
        "ATOXDSCL",
        "Analysis Toxicity Description Low",
        Text,
        Own,
        Assigned("Term of the CTCAE by which low values are graded."),
    ),
    v(
        "ATOXDSCH",
        "Analysis Toxicity Description High",
        Text,
        Own,
        Assigned("Term of the CTCAE by which high values are graded."),
    ),
    v(
        "ATOXGRL",
        "Analysis Toxicity Grade Low",
        Text,
        Open,
        Derived(
            "Grade of LB.LBSTRESN, or of the limit of a result beyond what the assay measures (LB.LBSTRESC) where it is certain, in its own unit by ATOXDSCL with the limits of normal, and with the baseline where that is recorded in the same unit; the highest where symptoms decide between several.",
        ),
    ),
    v(
        "ATOXGRH",
        "Analysis Toxicity Grade High",
        Text,
        Open,
        Derived(
            "Grade of LB.LBSTRESN, or of the limit of a result beyond what the assay measures (LB.LBSTRESC) where it is certain, in its own unit by ATOXDSCH with the limits of normal, and with the baseline where that is recorded in the same unit; the highest where symptoms decide between several.",
        ),
    ),
    v(
        "ATOXGR",
        "Analysis Toxicity Grade",
        Text,
        Open,
        Derived(
            "ATOXGRH where it is above 0, else ATOXGRL with a minus where it is above 0, else 0 where one is known.",
        ),
    ),
    v(
        "BTOXGRL",
        "Baseline Toxicity Grade Low",
        Text,
        Open,
        Derived("ATOXGRL of the record with ABLFL."),
    ),
    v(
        "BTOXGRH",
        "Baseline Toxicity Grade High",
        Text,
        Open,
        Derived("ATOXGRH of the record with ABLFL."),
    ),
    v(
        "BTOXGR",
        "Baseline Toxicity Grade",
        Text,
        Open,
        Derived("ATOXGR of the record with ABLFL."),
    ),
    v(
        "SHIFT1",
        "Shift 1: Reference Range",
        Text,
        Own,
        Derived("BNRIND to ANRIND, NULL for what is not known."),
    ),
    v(
        "SHIFT2",
        "Shift 2: Toxicity Grade",
        Text,
        Own,
        Derived("BTOXGR to ATOXGR, NULL for what is not known."),
    ),
    v(
        "SHIFT2L",
        "Shift 2: Toxicity Grade Low",
        Text,
        Own,
        Derived("BTOXGRL to ATOXGRL, NULL for what is not known."),
    ),
    v(
        "SHIFT2H",
        "Shift 2: Toxicity Grade High",
        Text,
        Own,
        Derived("BTOXGRH to ATOXGRH, NULL for what is not known."),
    ),
];
