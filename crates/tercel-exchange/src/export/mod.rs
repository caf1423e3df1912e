//! What is handed over: datasets with everything a file format or a define.xml must say of them.
//!
//! A [`Dataset`] is a [`Table`] with its description. Descriptions are made where the variables are made, once; every
//! format, the define.xml, the annotated form and the reviewer's guide read them and know nothing else of a variable.

pub mod adam;
pub mod checks;
mod conform;
pub mod define;
pub mod described;
pub mod guide;
mod oid;
pub mod references;
pub mod sdtm;
pub mod terminology;
pub mod write;

use std::collections::BTreeMap;

use crate::table::Table;

/// The standard a dataset follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standard {
    /// SDTMIG 3.4.
    Sdtm,
    /// ADaMIG 1.3.
    Adam,
}

/// A dataset as it is handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Standard it follows.
    pub standard: Standard,
    /// Label, at most 40 characters: what SAS XPORT holds.
    pub label: String,
    /// Class of the standard: `EVENTS`, `FINDINGS`, `BASIC DATA STRUCTURE` and so on, as Define-XML 2.1 spells it.
    pub class: &'static str,
    /// What a row is: "One record per lab test per time point per visit per subject".
    pub structure: &'static str,
    /// Variables that together name a row, in the order of sorting.
    pub keys: Vec<String>,
    /// Whether a subject may have several rows; `None` where rows are not of subjects (trial design).
    pub repeats: Option<bool>,
    /// One for each column of the table, in its order.
    pub variables: Vec<Variable>,
    /// The rows, sorted by the keys. Its name is that of the dataset.
    pub table: Table,
}

/// Gives a text variable one length in all datasets, that of its longest value in any; supplemental qualifiers keep their own (FDA,
/// Study Data Technical Conformance Guide: dataset column length).
fn level_lengths(datasets: &mut [Dataset]) {
    let of_study = |dataset: &Dataset| !dataset.name().starts_with("SUPP");
    let is_text = |kind: Kind| matches!(kind, Kind::Text | Kind::DateTimeText | Kind::DurationText);
    let mut longest: BTreeMap<String, usize> = BTreeMap::new();
    for dataset in datasets.iter().filter(|dataset| of_study(dataset)) {
        for variable in dataset.variables.iter().filter(|variable| is_text(variable.kind)) {
            let length = longest.entry(variable.name.clone()).or_default();
            *length = variable.length.max(*length);
        }
    }
    for dataset in datasets.iter_mut().filter(|dataset| of_study(dataset)) {
        for variable in dataset.variables.iter_mut().filter(|variable| is_text(variable.kind)) {
            variable.length = longest.get(&variable.name).copied().unwrap_or(variable.length);
        }
    }
}

/// What a variable is.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Name, at most 8 characters.
    pub name: String,
    /// Label, at most 40 characters.
    pub label: String,
    /// Kind of its values.
    pub kind: Kind,
    /// Longest value in bytes (text; of all datasets that have the variable), digits (numbers); at least 1.
    pub length: usize,
    /// Significant digits after the point, for [`Kind::Float`].
    pub decimals: usize,
    /// Codelist that its values come from.
    pub codelist: Option<Codelist>,
    /// Role of SDTM, as the implementation guide spells it; empty in ADaM.
    pub role: &'static str,
    /// Whether no row may leave it blank.
    pub mandatory: bool,
    /// Where its values come from.
    pub origin: Origin,
    /// How it is worked out, or what else must be known of it: a sentence.
    pub method: Option<String>,
    /// Descriptions of the values that depend on another variable of the row: units and kinds of `LBORRES` by `LBTESTCD`.
    pub by_value: Vec<ValueLevel>,
}

/// Kind of the values of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Float,
    /// A date of ISO 8601 in text, which may be partial or have a time.
    DateTimeText,
    /// Days as a number, from 1960-01-01 in SAS (`ADT`): the table holds `2025-02-24`.
    Date,
    /// Seconds as a number, from 1960-01-01T00:00:00 in SAS (`ADTM`): the table holds `2025-02-24T10:30`.
    DateTime,
    /// A duration of ISO 8601 in text.
    DurationText,
}

/// Where the values of a variable come from, in the words of Define-XML 2.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On a form; of whom it was asked.
    Collected(Source),
    /// Worked out from others.
    Derived,
    /// Given by the sponsor, in the protocol or in this program.
    Assigned,
    /// Stands in the protocol.
    Protocol,
    /// Taken over from another variable: `DM.USUBJID`.
    Predecessor(String),
    /// Nobody says where.
    NotAvailable,
}

/// Who collected a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The investigator or site.
    Investigator,
    /// A laboratory, a reader of images or another vendor.
    Vendor,
    /// The subject.
    Subject,
}

/// A codelist of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codelist {
    /// Of CDISC controlled terminology, by its C-code.
    Cdisc(&'static str),
    /// Of the sponsor: identifier, name, and its terms with what they mean.
    Sponsor {
        /// Identifier: `ARMCD`.
        id: String,
        /// Name.
        name: String,
        /// Terms with what they mean.
        terms: Vec<(String, String)>,
    },
    /// A dictionary outside: name and version (`MedDRA`, `27.0`).
    Dictionary(String, String),
}

/// A variable where another one of the row has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueLevel {
    /// The variables and the value that each has: `("LBTESTCD", "ALT")`; all hold.
    pub when: Vec<(String, String)>,
    /// Label of the value, as "Alanine Aminotransferase".
    pub label: String,
    /// Kind of the values.
    pub kind: Kind,
    /// As [`Variable::length`].
    pub length: usize,
    /// As [`Variable::decimals`].
    pub decimals: usize,
    /// As [`Variable::codelist`].
    pub codelist: Option<Codelist>,
    /// As [`Variable::origin`].
    pub origin: Origin,
    /// As [`Variable::method`].
    pub method: Option<String>,
}

impl ValueLevel {
    /// The rows it is about.
    pub fn rows<'t>(&'t self, table: &'t Table) -> impl Fn(usize) -> bool + 't {
        let when: Vec<Option<usize>> = self.when.iter().map(|(name, _)| table.column(name)).collect();
        move |row| {
            let mut cells = self.when.iter().zip(&when);
            cells.all(|((_, value), at)| at.is_some_and(|at| table.cell(row, at) == value))
        }
    }

    /// The same in words: `RSCAT = ECOG and RSTESTCD = ECOG101`.
    pub fn in_words(&self) -> String {
        let parts = self.when.iter().map(|(name, value)| format!("{name} = {value}"));
        parts.collect::<Vec<_>>().join(" and ")
    }
}

impl Dataset {
    /// Name: `AE`.
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// Whether no row has a value of this variable.
    pub fn has_no_data(&self, variable: &str) -> bool {
        let at = self.table.column(variable);
        at.is_none_or(|at| self.table.is_blank(at))
    }
}
