//! `ADPC`.

use super::{
    Assigned, CORE, Cdisc, Date, DateTime, Derived, Described, Float, Integer, Line, Open, Own, PARAMETER, SEQUENCE,
    SOURCE, SOURCE_VARIABLE, SUBJECT, Text, flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADPC",
    label: "CAR-T Concentration Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter per sample, and one beside each below quantification",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "ASEQ"],
    repeats: true,
    carries: None,
    lines: &[SUBJECT, SEQUENCE, SOURCE, SOURCE_VARIABLE, PARAMETER, TIME, VALUE, CORE],
};

const TIME: &[Line] = &[
    v(
        "PARCAT1",
        "Parameter Category 1",
        Text,
        Own,
        Derived("PC.PCSPEC or CP.CPSPEC."),
    ),
    v(
        "ADTM",
        "Analysis Datetime",
        DateTime,
        Open,
        Derived("PC.PCDTC or CP.CPDTC where the time of day is known."),
    ),
    v(
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived("Day of PC.PCDTC or CP.CPDTC."),
    ),
    v(
        "ATMF",
        "Analysis Time Imputation Flag",
        Text,
        Cdisc("C81226"),
        Derived("H where the time of day is not known: hours are then 24 for each day."),
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
        Derived("Day of the planned hours NFRLT, else VISIT."),
    ),
    v(
        "AVISITN",
        "Analysis Visit (N)",
        Float,
        Open,
        Derived("NFRLT / 24 rounded down, plus 1; else VISITNUM."),
    ),
    v(
        "ATPT",
        "Analysis Timepoint",
        Text,
        Own,
        Derived("PCTPT or CPTPT; Pre-dose where that is blank and AFRLT is not above 0."),
    ),
    v(
        "ATPTN",
        "Analysis Timepoint (N)",
        Float,
        Open,
        Derived("PCTPTNUM or CPTPTNUM."),
    ),
    v(
        "NFRLT",
        "Nominal Rel. Time from First Dose",
        Float,
        Open,
        Derived("PCTPTNUM or CPTPTNUM, else 24 x (VISITDY - 1), not below 0."),
    ),
    v(
        "AFRLT",
        "Actual Rel. Time from First Dose",
        Float,
        Open,
        Derived("Hours from the first infusion."),
    ),
    v("FRLTU", "Rel. Time from First Dose Unit", Text, Own, Assigned("h")),
    v(
        "NRRLT",
        "Nominal Rel. Time from Ref. Dose",
        Float,
        Open,
        Derived("NFRLT where the reference infusion is the first."),
    ),
    v(
        "ARRLT",
        "Actual Rel. Time from Ref. Dose",
        Float,
        Open,
        Derived("Hours from the reference infusion PCRFTDTM."),
    ),
    v("RRLTU", "Rel. Time from Ref. Dose Unit", Text, Own, Assigned("h")),
    v(
        "PCRFTDTM",
        "Reference Datetime of Dose",
        Text,
        Open,
        Derived(
            "Date, with the time of day where it is known, of the last infusion before the sample, else of the first.",
        ),
    ),
];

const VALUE: &[Line] = &[
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived(
            "The quantified result in the unit of its parameter, blank where its unit does not convert; on a record with DTYPE half the limit of quantification; else blank below it.",
        ),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Own,
        Derived(
            "Unit of the parameter, the standard (else original) unit of most of its results; blank where there is no result in it.",
        ),
    ),
    v(
        "AVALCAT1",
        "Analysis Value Category 1",
        Text,
        Open,
        Derived("AVAL to three significant digits, <BLQ below quantification."),
    ),
    v(
        "ALLOQ",
        "Analysis Lower Limit of Quantitation",
        Float,
        Open,
        Derived("PC.PCLLOQ or CP.CPLLOQ in the unit of the parameter."),
    ),
    flag("BLQFL", "Below Lower Limit of Quant Flag", "Y below quantification."),
    v(
        "DTYPE",
        "Derivation Type",
        Text,
        Cdisc("C81224"),
        Derived("HALFLLOQ on the record beside a result below a known limit."),
    ),
    flag(
        "ABLFL",
        "Baseline Record Flag",
        "Y for the last result up to the first infusion.",
    ),
    v(
        "BASE",
        "Baseline Value",
        Float,
        Open,
        Derived("AVAL of the record with ABLFL."),
    ),
    v(
        "CHG",
        "Change from Baseline",
        Float,
        Open,
        Derived("AVAL - BASE after the first infusion."),
    ),
    flag(
        "ANL01FL",
        "Analysis Flag 01: In Profile",
        "Y for the samples of the profile after the first infusion, which ADPP analyses.",
    ),
    flag(
        "ANL02FL",
        "Analysis Flag 02: As Recorded",
        "Y for results as recorded, blank for records with DTYPE.",
    ),
];
