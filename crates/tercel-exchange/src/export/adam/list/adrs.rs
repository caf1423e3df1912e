//! `ADRS`.

use super::{
    CORE, Cdisc, Date, Derived, Described, Float, IMPUTED, Integer, Line, Of, Open, Own, PARAMETER, RECORDS, SEQUENCE,
    SOURCE, SOURCE_VARIABLE, SUBJECT, Text, flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADRS",
    label: "Tumor Response Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter per analysis date",
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
        Derived(
            "Day of the assessment that gives the value, RS.RSDTC with a missing day as the last of its month; day of death for DEATH; blank where no assessment does.",
        ),
    ),
    v(
        "ADTF",
        "Analysis Date Imputation Flag",
        Text,
        IMPUTED,
        Derived("D where the day was imputed; of DEATH ADSL.DTHDTF."),
    ),
    v(
        "AVISIT",
        "Analysis Visit",
        Text,
        Own,
        Derived("RS.VISIT of the assessment; the month for rates at months."),
    ),
    v(
        "AVISITN",
        "Analysis Visit (N)",
        Float,
        Open,
        Derived("RS.VISITNUM of the assessment; month after infusion for rates at months."),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Own,
        Derived(
            "The response, or Y or N, as PARAM says; NOT YET while the window of a month is open and OUT for a subject outside the denominator.",
        ),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Integer,
        Open,
        Derived("1 CR, 2 PR, 3 SD, 4 NON-CR/NON-PD, 5 PD, 6 NE, 7 MISSING; 1 for Y and 0 for N."),
    ),
    flag(
        "ANL01FL",
        "Analysis Flag 01",
        "Y for every derived parameter; of OVR for the assessment that counts: on or after the reference date, of several on one day the worst. Of a rate at a month for the subjects in its denominator.",
    ),
    flag(
        "ANL02FL",
        "Analysis Flag 02",
        "Y for an assessment up to and including the first progression.",
    ),
    v("VISIT", "Visit Name", Text, Own, Of("RS.VISIT")),
    v("VISITNUM", "Visit Number", Float, Open, Of("RS.VISITNUM")),
    v(
        "DTYPE",
        "Derivation Type",
        Text,
        Cdisc("C81224"),
        Derived(
            "PHANTOM where the value follows from the absence of records: no assessment that counts, no target lesion at baseline, no death. The subject is then in the dataset by ADSL alone.",
        ),
    ),
    v("RSSEQ", "Sequence Number", Integer, Open, Of("RS.RSSEQ")),
    v(
        "AREASON",
        "Reason for Analysis Value",
        Text,
        Open,
        Derived("What decided a rate at a month for the subject."),
    ),
];
