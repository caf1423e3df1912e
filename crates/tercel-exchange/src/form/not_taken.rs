//! What of datasets no record holds, and why.

use std::collections::HashMap;
use std::fmt;

use super::standard::is_converted;
use crate::reader::is_missing;
use crate::table::Table;

/// Something of a dataset that no record holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotTaken {
    /// Dataset.
    pub dataset: String,
    /// Variable; `None` for whole rows.
    pub column: Option<String>,
    /// Row, counted from 1 without the header; `None` for all rows.
    pub row: Option<u32>,
    /// The text that was not taken; `None` for whole rows and columns.
    pub value: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// `LB row 3, LBSPEC "BLOOD": no field …`
impl fmt::Display for NotTaken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.dataset)?;
        if let Some(row) = self.row {
            write!(out, " row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(out, ", {column}")?;
        }
        if let Some(value) = &self.value {
            write!(out, " \"{value}\"")?;
        }
        write!(out, ": {}", self.reason)
    }
}

/// Why something is not taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No form belongs to the dataset.
    NoForm,
    /// The row names no subject.
    NoSubject,
    /// No form of the dataset is for such a row.
    NoFormForRow,
    /// The form of the row has no such field.
    NoField,
    /// It is worked out anew from the answers.
    WorkedOut,
    /// The form answers it itself, or another variable says the same: what it says instead.
    Instead(String),
    /// The record gives the same amount in another unit, or to more digits.
    SameAmount,
    /// It is the unit of an original result, in whose place the standard one is taken.
    OtherUnit,
    /// The number belongs to another record of the subject: the number given instead.
    NumberTaken(u32),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoForm => f.write_str("no form belongs to this dataset"),
            Self::NoSubject => f.write_str("the row names no subject"),
            Self::NoFormForRow => f.write_str("no form is for such a row"),
            Self::NoField => f.write_str("the form of the row has no field for it"),
            Self::WorkedOut => f.write_str("it is worked out anew from the answers"),
            Self::Instead(text) => write!(f, "the record says \"{text}\" instead"),
            Self::SameAmount => f.write_str("the record gives the same amount in another unit or to more digits"),
            Self::OtherUnit => f.write_str("it is the unit of another result than the one taken"),
            Self::NumberTaken(number) => write!(f, "another record has this number; the record became number {number}"),
        }
    }
}

/// Subject and number of a record; of the subject's own row number 0.
pub(super) type Key = (String, u32);

/// What became of a row.
pub(super) struct Taken {
    pub(super) key: Key,
    /// Whether the record keeps the original result: the standard one is worked out anew.
    pub(super) as_printed: bool,
}

pub(super) fn whole_dataset(table: &Table) -> NotTaken {
    NotTaken {
        dataset: table.name.clone(),
        column: None,
        row: None,
        value: None,
        reason: Reason::NoForm,
    }
}

pub(super) fn whole_row(table: &Table, row: usize, reason: Reason) -> NotTaken {
    NotTaken {
        row: Some(counted(row)),
        reason,
        ..whole_dataset(table)
    }
}

fn counted(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}

/// What the records do not give back of a dataset: by column where no row of it is given back for one reason, otherwise by
/// cell.
pub(super) fn lost(table: &Table, taken: &[Option<Taken>], now: &Table) -> Vec<NotTaken> {
    let sequence = format!("{}SEQ", table.name);
    let rows = rows_by_key(now);
    let mut found = Vec::new();
    for (at, name) in table
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, name)| **name != sequence)
    {
        let here = now.column(name);
        let (mut lost, mut kept) = (Vec::new(), false);
        let of_result = is_converted(&table.name, name);
        let mut same_amount = false;
        for (row, taken) in taken.iter().enumerate() {
            let (Some(Taken { key, as_printed }), text) = (taken, table.cell(row, at)) else {
                continue;
            };
            if is_missing(text) {
                continue;
            }
            let given = rows
                .get(key)
                .and_then(|row| Some(now.cell(*row, here?)))
                .unwrap_or_default();
            if is_same(given, text.trim()) {
                kept = true;
                continue;
            }
            if of_result && *as_printed {
                same_amount = true;
                continue;
            }
            lost.push((row, text, reason(&table.name, name, here.is_some(), given)));
        }
        if same_amount {
            found.push(NotTaken {
                column: Some(name.clone()),
                reason: Reason::SameAmount,
                ..whole_dataset(table)
            });
        }
        let first = lost.first().map(|(_, _, reason)| reason.clone());
        match first {
            Some(reason) if !kept && lost.iter().all(|(_, _, other)| *other == reason) => found.push(NotTaken {
                column: Some(name.clone()),
                reason,
                ..whole_dataset(table)
            }),
            _ => found.extend(lost.into_iter().map(|(row, text, reason)| NotTaken {
                column: Some(name.clone()),
                value: Some(text.to_owned()),
                ..whole_row(table, row, reason)
            })),
        }
    }
    found
}

fn reason(dataset: &str, name: &str, is_answered: bool, given: &str) -> Reason {
    if is_worked_out(dataset, name) {
        Reason::WorkedOut
    } else if is_answered && !given.is_empty() {
        Reason::Instead(given.to_owned())
    } else if is_unit(dataset, name) {
        Reason::OtherUnit
    } else {
        Reason::NoField
    }
}

/// Study days, whether an event is treatment-emergent, and what the subject's row repeats from other records.
fn is_worked_out(dataset: &str, name: &str) -> bool {
    const SUBJECT_LEVEL: [&str; 7] = [
        "SUBJID", "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC", "ARMNRS",
    ];
    if dataset == "DM" {
        return SUBJECT_LEVEL.contains(&name);
    }
    let days = ["DY", "STDY", "ENDY"];
    name == "AETRTEM" || name.strip_prefix(dataset).is_some_and(|rest| days.contains(&rest))
}

fn rows_by_key(now: &Table) -> HashMap<Key, usize> {
    let (subject, sequence) = (now.column("USUBJID"), now.column(&format!("{}SEQ", now.name)));
    let cell = |row: usize, at: Option<usize>| at.map_or("", |at| now.cell(row, at));
    let key = |row: usize| {
        let number = cell(row, sequence).parse().unwrap_or(0);
        ((cell(row, subject).to_owned(), number), row)
    };
    (0..now.len()).map(key).collect()
}

/// The same text, or the same number.
fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    one == other || (number(one).is_some() && number(one) == number(other))
}

fn is_unit(dataset: &str, name: &str) -> bool {
    name.strip_prefix(dataset) == Some("ORRESU")
}
