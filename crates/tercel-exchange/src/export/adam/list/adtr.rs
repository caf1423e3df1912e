//! `ADTR`.

use super::{
    Assigned, CORE, Cdisc, Date, Derived, Described, Float, IMPUTED, Integer, Line, Of, Open, Own, PARAMETER, RECORDS,
    SEQUENCE, SOURCE, SOURCE_VARIABLE, SUBJECT, Text, flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADTR",
    label: "Tumor Results Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter per visit",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT", "ASEQ"],
    repeats: true,
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
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived("TR.TRDTC, a missing day as the first of its month; of a sum the first day of its diameters."),
    ),
    v(
        "ADTF",
        "Analysis Date Imputation Flag",
        Text,
        IMPUTED,
        Derived("D where the day was imputed."),
    ),
    v(
        "ADY",
        "Analysis Relative Day",
        Integer,
        Open,
        Derived("Day from randomisation, or from TRTSDT without one: the reference day is 1, the day before it -1."),
    ),
    v(
        "AVISIT",
        "Analysis Visit",
        Text,
        Own,
        Derived("BASELINE for screening and baseline visits, else TR.VISIT; the date where there is no visit."),
    ),
    v(
        "AVISITN",
        "Analysis Visit (N)",
        Float,
        Open,
        Derived("0 for BASELINE, else TR.VISITNUM."),
    ),
    v("VISIT", "Visit Name", Text, Own, Of("TR.VISIT")),
    v("TRLNKID", "Link ID", Text, Open, Of("TR.TRLNKID")),
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived(
            "TR.TRSTRESN of a lesion in millimetres, blank where TR.TRSTRESU is neither blank, mm nor cm; 5 where TR.TRORRES or TR.TRSTRESC says too small to measure or gives a limit of at most 10 mm (<5); for SDIAM the sum over target lesions, the short axis of a node and the long axis of any other.",
        ),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Cdisc("C71620"),
        Assigned("mm where AVAL is known."),
    ),
    v(
        "BASE",
        "Baseline Value",
        Float,
        Open,
        Derived("SDIAM of the last visit up to the reference day."),
    ),
    v(
        "NADIR",
        "NADIR",
        Float,
        Open,
        Derived("Least complete sum before this one."),
    ),
    v("CHG", "Change from Baseline", Float, Open, Derived("AVAL - BASE.")),
    v(
        "PCHG",
        "Percent Change from Baseline",
        Float,
        Open,
        Derived("100 x (AVAL - BASE) / BASE."),
    ),
    v("CHGNAD", "Change from NADIR", Float, Open, Derived("AVAL - NADIR.")),
    v(
        "PCHGNAD",
        "Percent Change from NADIR",
        Float,
        Open,
        Derived("100 x (AVAL - NADIR) / NADIR."),
    ),
    flag(
        "ABLFL",
        "Baseline Record Flag",
        "Y for the last sum up to the reference day.",
    ),
    flag(
        "ANL01FL",
        "Analysis Flag 01: Complete Sum",
        "Y for a sum of all lesions expected, and for a lesion that was measured.",
    ),
    flag(
        "ANL02FL",
        "Analysis Flag 02: Deepest Response",
        "Y for the complete sum after the reference day with the least PCHG.",
    ),
    flag(
        "ANL03FL",
        "Analysis Flag 03: Before Progression",
        "Y for a sum that counts before the first progression.",
    ),
    flag(
        "ANL04FL",
        "Analysis Flag 04: Sum Counts",
        "Y for a complete sum, or one on a day of progression.",
    ),
    v(
        "LSEXP",
        "Lesion IDs Expected",
        Text,
        Open,
        Derived("Lesions at baseline."),
    ),
    v(
        "LSASS",
        "Lesion IDs Assessed",
        Text,
        Open,
        Derived("Lesions that were measured."),
    ),
];
