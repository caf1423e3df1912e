//! The analysis datasets and their variables: one file a dataset, one line a variable.

mod adae;
mod addlt;
mod adex;
mod adlb;
mod adout;
mod adpc;
mod adpp;
mod adrs;
mod adsl;
mod adtox;
mod adtr;
mod adtte;
mod advs;

use crate::export::Kind;

/// A dataset with its variables.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// As Define-XML 2.1 spells it.
    pub(super) class: &'static str,
    pub(super) structure: &'static str,
    /// Variables that name a row; those that a table lacks are passed over.
    pub(super) keys: &'static [&'static str],
    pub(super) repeats: bool,
    /// Tabulation dataset whose variables are carried where no line describes a column.
    pub(super) carries: Option<&'static str>,
    pub(super) lines: &'static [&'static [Line]],
}

impl Described {
    pub(super) fn line(&self, name: &str) -> Option<&'static Line> {
        self.lines.iter().copied().flatten().find(|line| line.name == name)
    }
}

/// A variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Its column in the derived table.
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: Kind,
    pub(super) list: List,
    pub(super) home: Home,
}

/// Where the values of a variable come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum List {
    /// Anywhere.
    Open,
    /// A codelist of CDISC, by its C-code.
    Cdisc(&'static str),
    /// Values with what they mean.
    Terms(&'static [(&'static str, &'static str)]),
    /// The values that occur, which mean what another column of the row says (`PARAMCD` by `PARAM`).
    By(&'static str),
    /// The values that occur.
    Own,
}

/// How a variable gets its values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Home {
    /// Worked out, so.
    Derived(&'static str),
    /// Given by the program or the protocol.
    Assigned(&'static str),
    /// Taken over.
    Of(&'static str),
}

use Home::{Assigned, Derived, Of};
use Kind::{Date, DateTime, DateTimeText, Float, Integer, Text};
use List::{By, Cdisc, Open, Own, Terms};

const fn v(name: &'static str, label: &'static str, kind: Kind, list: List, home: Home) -> Line {
    Line {
        name,
        label,
        kind,
        list,
        home,
    }
}

/// `Y` or blank.
const fn flag(name: &'static str, label: &'static str, method: &'static str) -> Line {
    v(name, label, Text, YES, Derived(method))
}

/// Yes and no.
const YES: List = Cdisc("C66742");

/// What of a date was imputed.
const IMPUTED: List = Cdisc("C81223");

/// Study and subject.
const SUBJECT: &[Line] = &[
    v("STUDYID", "Study Identifier", Text, Open, Of("DM.STUDYID")),
    v("USUBJID", "Unique Subject Identifier", Text, Open, Of("DM.USUBJID")),
];

/// What every dataset but `ADSL` takes over from it.
const CORE: &[Line] = &[
    v("TRTP", "Planned Treatment", Text, Own, Of("ADSL.TRT01P")),
    v("TRTA", "Actual Treatment", Text, Own, Of("ADSL.TRT01A")),
    v("SAFFL", "Safety Population Flag", Text, YES, Of("ADSL.SAFFL")),
];

/// A number for each row of a subject.
const SEQUENCE: &[Line] = &[v(
    "ASEQ",
    "Analysis Sequence Number",
    Integer,
    Open,
    Derived("Number of the row within the subject, in the order of derivation: unique."),
)];

/// The record a value comes from.
const SOURCE: &[Line] = &[
    v(
        "SRCDOM",
        "Source Data",
        Text,
        Own,
        Assigned(
            "Dataset of the record that the value or its date comes from; blank where no single record decided it.",
        ),
    ),
    v(
        "SRCSEQ",
        "Source Sequence Number",
        Integer,
        Open,
        Derived("--SEQ of that record; its row where the dataset numbers none."),
    ),
];

/// The variable of that record.
const SOURCE_VARIABLE: &[Line] = &[v(
    "SRCVAR",
    "Source Variable",
    Text,
    Own,
    Assigned("Variable of that record which holds the value or the date."),
)];

/// Records behind a row.
const RECORDS: &[Line] = &[v(
    "SRCRECS",
    "Source Records",
    Text,
    Open,
    Derived("Every record the row rests on: dataset, subject and number of each."),
)];

/// Parameter of a row.
const PARAMETER: &[Line] = &[
    v("PARAMCD", "Parameter Code", Text, By("PARAM"), Assigned("")),
    v("PARAM", "Parameter", Text, Own, Assigned("")),
];

/// Every analysis dataset, in the order they are handed over.
pub(super) const ALL: &[&Described] = &[
    &adsl::DATASET,
    &adae::DATASET,
    &addlt::DATASET,
    &adex::DATASET,
    &adlb::DATASET,
    &adout::DATASET,
    &adpc::DATASET,
    &adpp::DATASET,
    &adrs::DATASET,
    &adtox::DATASET,
    &adtr::DATASET,
    &adtte::DATASET,
    &advs::DATASET,
];
