//! `ADAE`.

use super::{
    Assigned, CORE, Cdisc, Date, Derived, Described, IMPUTED, Integer, Line, Of, Open, Own, SEQUENCE, SUBJECT, Text,
    flag, v,
};
use crate::adam::EMERGENT;

pub(super) const DATASET: Described = Described {
    name: "ADAE",
    label: "Adverse Events Analysis Dataset",
    class: "OCCURRENCE DATA STRUCTURE",
    structure: "One record per adverse event per subject",
    keys: &["STUDYID", "USUBJID", "ASTDT", "AESEQ"],
    repeats: true,
    carries: Some("AE"),
    lines: &[SUBJECT, SEQUENCE, DERIVED, CORE],
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
    flag("TRTEMFL", "Treatment Emergent Analysis Flag", EMERGENT),
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
    v(
        "CQ01NAM",
        "Customized Query 01 Name",
        Text,
        Own,
        Derived("CYTOKINE RELEASE SYNDROME where the event is of the protocol's class of CRS (safety.crs_class)."),
    ),
    v(
        "CQ02NAM",
        "Customized Query 02 Name",
        Text,
        Own,
        Derived(
            "IMMUNE EFFECTOR CELL-ASSOCIATED NEUROTOXICITY SYNDROME where the event is of the protocol's class of ICANS (safety.icans_class).",
        ),
    ),
    flag(
        "AOCCFL",
        "1st Occurrence within Subject Flag",
        "Y for the first treatment emergent event of the subject (TRTEMFL) by ASTDT, of one day the one of the lower AESEQ.",
    ),
    flag(
        "AOCCPFL",
        "1st Occurrence of Preferred Term Flag",
        "As AOCCFL, within AEDECOD; within AETERM where the event is not coded.",
    ),
    flag(
        "AOCC01FL",
        "1st Occurrence of CRS Flag",
        "As AOCCFL, of the events with CQ01NAM: the onset of CRS is its ASTDT.",
    ),
    flag(
        "AOCC02FL",
        "1st Occurrence of ICANS Flag",
        "As AOCCFL, of the events with CQ02NAM: the onset of ICANS is its ASTDT.",
    ),
    flag(
        "AOCC03FL",
        "1st Max Grade Occurrence of CRS Flag",
        "Y for the treatment emergent event with CQ01NAM of the highest AETOXGR, of equals the first.",
    ),
    flag(
        "AOCC04FL",
        "1st Max Grade Occurrence of ICANS Flag",
        "Y for the treatment emergent event with CQ02NAM of the highest AETOXGR, of equals the first.",
    ),
    flag(
        "ASSOCFL",
        "Treatment Associated in Window Flag",
        "Y where the possible onset of the event meets AEWSDT to AEWEDT and the strongest recorded relation reaches the protocol's least relatedness, or none is recorded.",
    ),
];
