//! `ADAE`.

use super::{
    Assigned, CORE, Cdisc, Date, Derived, Described, IMPUTED, Integer, Line, Of, Open, Own, SUBJECT, Text, flag, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADAE",
    label: "Adverse Events Analysis Dataset",
    class: "OCCURRENCE DATA STRUCTURE",
    structure: "One record per adverse event per subject",
    keys: &["STUDYID", "USUBJID", "ASTDT", "AESEQ"],
    repeats: true,
    carries: Some("AE"),
    lines: &[SUBJECT, DERIVED, CORE],
};

const DERIVED: &[Line] = &[
    v(
        "TRTSDT",
        "Date of First Exposure to Treatment",
        Date,
        Open,
        Of("ADSL.TRTSDT"),
    ),
    v(
        "TRTEDT",
        "Date of Last Exposure to Treatment",
        Date,
        Open,
        Of("ADSL.TRTEDT"),
    ),
    v(
        "ASTDT",
        "Analysis Start Date",
        Date,
        Open,
        Derived(
            "AE.AESTDTC; of a partial date the first day it can mean, but not before TRTSDT where the date can mean TRTSDT and AENDT is not before it.",
        ),
    ),
    v(
        "ASTDTF",
        "Analysis Start Date Imputation Flag",
        Text,
        IMPUTED,
        Derived("D where the day of AESTDTC was imputed, M where the month was."),
    ),
    v(
        "AENDT",
        "Analysis End Date",
        Date,
        Open,
        Derived(
            "AE.AEENDTC; of a partial date the last day it can mean, but not after DTHDT or EOSDT where the date can mean them.",
        ),
    ),
    v(
        "AENDTF",
        "Analysis End Date Imputation Flag",
        Text,
        IMPUTED,
        Derived("D where the day of AEENDTC was imputed, M where the month was."),
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
        "ADURN",
        "Analysis Duration (N)",
        Integer,
        Open,
        Derived("AENDT - ASTDT + 1."),
    ),
    v(
        "ADURU",
        "Analysis Duration Units",
        Text,
        Cdisc("C66781"),
        Assigned("DAYS where ADURN is known."),
    ),
    flag(
        "TRTEMFL",
        "Treatment Emergent Analysis Flag",
        "Y where the subject was treated, the event did not certainly end before the first dose, and did not certainly start before it or has no start. On one day times of day decide where both are known.",
    ),
    flag(
        "TRTEM30FL",
        "Treatment Emergent to 30 Days Flag",
        "As TRTEMFL, and the event has no start or started at most 30 days after TRTEDT.",
    ),
    flag(
        "TRTEMWFL",
        "Treatment Emergent or Worsened Flag",
        "As TRTEMFL, or the event started before the first dose, did not end before it and AETOXGR is above AEITOXGR or one of them is missing (where the source has AEITOXGR), or AEOUT is FATAL or AETOXGR 5 and the death is not certainly before the first dose.",
    ),
    v(
        "ATOXVER",
        "Analysis Toxicity Grade Version",
        Text,
        Own,
        Derived(
            "Scale of AETOXGR: ASTCT 2019 for events of the protocol's classes of CRS and ICANS, the protocol's CTCAE for every other graded event.",
        ),
    ),
    flag(
        "ASSOCFL",
        "Treatment Associated in Window Flag",
        "Y where the possible onset of the event meets AEWSDT to AEWEDT and the strongest recorded relation reaches the protocol's least relatedness, or none is recorded.",
    ),
];
