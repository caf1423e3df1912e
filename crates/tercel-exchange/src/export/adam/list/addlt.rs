//! `ADDLT`.

use super::{
    Assigned, CORE, Date, Derived, Described, Float, Integer, Line, List, Of, Open, Own, PARAMETER, RECORDS, SEQUENCE,
    SOURCE, SUBJECT, Terms, Text, YES, v,
};

pub(super) const DATASET: Described = Described {
    name: "ADDLT",
    label: "Dose-Limiting Toxicity Analysis Dataset",
    class: "BASIC DATA STRUCTURE",
    structure: "One record per subject per parameter",
    keys: &["STUDYID", "USUBJID", "PARAMCD"],
    repeats: false,
    carries: None,
    lines: &[SUBJECT, SEQUENCE, DERIVED, PARAMETER, SOURCE, RECORDS, CORE],
};

const STATUS: List = Terms(&[
    ("DLT", "Dose-limiting toxicity"),
    ("NODLT", "No dose-limiting toxicity"),
    ("PENDING", "Not decided yet"),
    ("NOTEVAL", "Not evaluable"),
]);

const JUDGED: List = Terms(&[
    ("DLT", "Dose-limiting toxicity"),
    ("NODLT", "No dose-limiting toxicity"),
]);

const DERIVED: &[Line] = &[
    v("SITEID", "Study Site Identifier", Text, Open, Of("ADSL.SITEID")),
    v(
        "TRTSDT",
        "Date of First Exposure to Treatment",
        Date,
        Open,
        Of("ADSL.TRTSDT"),
    ),
    v("DOSELVL", "Dose Level", Integer, Open, Of("ADSL.DOSELVL")),
    v(
        "DOSELVLC",
        "Dose Level (C)",
        Text,
        Own,
        Assigned("Label of the dose level in the protocol."),
    ),
    v(
        "DOSEPCT",
        "Dose Infused in Percent of Planned",
        Float,
        Open,
        Derived("100 times the cells infused over those of the assigned dose level."),
    ),
    v(
        "AVAL",
        "Analysis Value",
        Integer,
        Open,
        Derived("1 for a DLT, 0 for none; blank while pending and where not evaluable."),
    ),
    v(
        "AVALC",
        "Analysis Value (C)",
        Text,
        STATUS,
        Derived("DLT status by the criteria, the window and the exclusions of the protocol."),
    ),
    v(
        "ADT",
        "Analysis Date",
        Date,
        Open,
        Derived(
            "Onset of the first DLT, or the day of the judgement that made it one; last day of the window without a DLT; day of what made the subject not evaluable.",
        ),
    ),
    v(
        "DLTEVLFL",
        "DLT Evaluable Flag",
        Text,
        YES,
        Derived("Y for DLT and NODLT, N for NOTEVAL, blank while pending."),
    ),
    v(
        "DLTCRIT",
        "DLT Criteria Met",
        Text,
        Open,
        Derived("Criteria of the protocol that are met, or that are open while pending, each once."),
    ),
    v(
        "DLTTXT",
        "DLT Verdict",
        Text,
        Open,
        Derived("The verdict as the committee reads it."),
    ),
    v(
        "EVLREAS",
        "Reason Not Evaluable",
        Text,
        Open,
        Derived("Exclusion of the protocol that holds."),
    ),
    v(
        "PENDUNDT",
        "Pending Until Date",
        Date,
        Open,
        Derived("Day on which the verdict is due."),
    ),
    v(
        "WINSDT",
        "DLT Window Start Date",
        Date,
        Open,
        Derived("First day of the DLT window of the protocol."),
    ),
    v(
        "WINEDT",
        "DLT Window End Date",
        Date,
        Open,
        Derived("Last day of the DLT window of the protocol."),
    ),
    v(
        "ADJUD",
        "Adjudicated DLT Status",
        Text,
        JUDGED,
        Derived("Latest judgement of the committee; the investigator's where no committee judged."),
    ),
    v("ADJEVAL", "Adjudicator", Text, Own, Derived("Who judged.")),
    v(
        "ADJDT",
        "Adjudication Date",
        Date,
        Open,
        Derived("Day of the judgement."),
    ),
];
