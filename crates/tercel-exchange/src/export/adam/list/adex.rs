//! `ADEX`.

use super::{
    Assigned, CORE, Date, Derived, Described, Float, Integer, Line, Of, Open, Own, PARAMETER, RECORDS, SEQUENCE,
    SOURCE, SOURCE_VARIABLE, SUBJECT, Text, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADEX",
    label: "Exposure Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter per dose, and one per subject for summaries",
    keys: &["STUDYID", "USUBJID", "PARAMCD", "EXTRT", "ASTDT", "ASEQ"],
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
        "PARCAT1",
        "Parameter Category 1",
        Text,
        Own,
        Assigned("INDIVIDUAL for a dose, OVERALL for a summary of the subject."),
    ),
    v("EXTRT", "Name of Treatment", Text, Own, Of("EX.EXTRT")),
    v(
        "ASTDT",
        "Analysis Start Date",
        Date,
        Open,
        Derived("Day of EX.EXSTDTC; of a summary the first of its doses."),
    ),
    v(
        "AENDT",
        "Analysis End Date",
        Date,
        Open,
        Derived("Day of EX.EXENDTC, else ASTDT; of a summary the last of its doses."),
    ),
    v(
        "ASTDY",
        "Analysis Start Relative Day",
        Integer,
        Open,
        Derived("ASTDT - TRTSDT + 1 from TRTSDT on, ASTDT - TRTSDT before."),
    ),
    v(
        "AENDY",
        "Analysis End Relative Day",
        Integer,
        Open,
        Derived("AENDT - TRTSDT + 1 from TRTSDT on, AENDT - TRTSDT before."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Float,
        Open,
        Derived(
            "DOSE: EX.EXDOSE. NDOSE: number of doses above zero. TDOSE: their sum, where they are in one unit. ACTCELL: cells of the first CAR-T infusion. PLNCELL: cells of the assigned dose level. PCTCELL: 100 x ACTCELL / PLNCELL, as the dose of the protocol is stated. DOSETOL: 1 where PCTCELL is within the protocol's dlt.dose_percent_min and dose_percent_max, else 0.",
        ),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        Open,
        Derived("AVAL as text; Y or N of DOSETOL."),
    ),
    v(
        "AVALU",
        "Analysis Value Unit",
        Text,
        Own,
        Derived("EX.EXDOSU for a dose; blank for counts."),
    ),
];
