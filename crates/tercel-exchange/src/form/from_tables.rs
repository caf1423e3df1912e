//! SDTM datasets to records, with everything that no form takes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use tercel::protocol::Trial;

use super::matching::{form_of_row, forms_of};
use super::{Captured, Derived, Form, to_tables};
use crate::reader::{is_missing, parse_sequence};
use crate::sdtm::{merge_supplements, settle_forms};
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
            Self::NumberTaken(number) => write!(f, "another record has this number; the record became number {number}"),
        }
    }
}

/// Turns SDTM datasets into records, values as written, in order of form list, subject and number. Whatever the records do
/// not give back is listed.
pub fn from_tables(tables: &[Table], trial: &Trial) -> (Vec<Captured>, Vec<NotTaken>) {
    let mut tables = tables.to_vec();
    for table in &mut tables {
        settle_forms(table);
    }
    merge_supplements(&mut tables);
    let (mut captured, mut not_taken) = (Vec::new(), Vec::new());
    let mut sources: Vec<(&Table, Vec<Option<Key>>)> = Vec::new();
    for table in &tables {
        if forms_of(&table.name).next().is_none() {
            not_taken.push(whole_dataset(table));
            continue;
        }
        let keys = take_rows(table, trial, &mut captured, &mut not_taken);
        sources.push((table, keys));
    }
    captured.sort_by(|a, b| (&a.subject, &a.form, a.number).cmp(&(&b.subject, &b.form, b.number)));
    let given_back = to_tables(trial, &captured);
    for (table, keys) in sources {
        if let Some(now) = given_back.iter().find(|now| now.name == table.name) {
            not_taken.extend(lost(table, &keys, now));
        }
    }
    (captured, not_taken)
}

/// Subject and number of a record; of the subject's own row number 0.
type Key = (String, u32);

fn whole_dataset(table: &Table) -> NotTaken {
    NotTaken {
        dataset: table.name.clone(),
        column: None,
        row: None,
        value: None,
        reason: Reason::NoForm,
    }
}

fn whole_row(table: &Table, row: usize, reason: Reason) -> NotTaken {
    NotTaken {
        row: Some(counted(row)),
        reason,
        ..whole_dataset(table)
    }
}

fn counted(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}

/// Takes the rows of a dataset; the answer is the key of each row's record.
fn take_rows(
    table: &Table,
    trial: &Trial,
    captured: &mut Vec<Captured>,
    not_taken: &mut Vec<NotTaken>,
) -> Vec<Option<Key>> {
    let mut numbers = Numbers::new(table);
    let mut keys = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let cell = |name: &str| -> &str {
            let text = table.column(name).map_or("", |at| table.cell(row, at));
            if is_missing(text) { "" } else { text }
        };
        let subject = cell("USUBJID");
        if subject.is_empty() {
            not_taken.push(whole_row(table, row, Reason::NoSubject));
            keys.push(None);
            continue;
        }
        if table.name == "DM" {
            captured.extend(subject_level(subject, &cell));
            keys.push(Some((subject.to_owned(), 0)));
            continue;
        }
        let Some(form) = form_of_row(&table.name, &cell, trial) else {
            not_taken.push(whole_row(table, row, Reason::NoFormForRow));
            keys.push(None);
            continue;
        };
        let (number, taken) = numbers.of(row);
        not_taken.extend(taken);
        captured.push(record(form, subject, number, answers(form, &cell)));
        keys.push(Some((subject.to_owned(), number)));
    }
    keys
}

fn record(form: &Form, subject: &str, number: u32, values: BTreeMap<String, String>) -> Captured {
    Captured {
        form: form.id.to_owned(),
        subject: Some(subject.to_owned()),
        number,
        values,
    }
}

/// The forms of the subject's row: the first always, another where the row answers any of it.
fn subject_level<'c>(subject: &str, cell: &impl Fn(&str) -> &'c str) -> Vec<Captured> {
    let mut records = Vec::new();
    for (form, number) in forms_of("DM").zip(1..) {
        let values = answers(form, cell);
        let said = form
            .constants
            .iter()
            .any(|(name, value)| cell(name).eq_ignore_ascii_case(value));
        if number == 1 || said || !values.is_empty() {
            records.push(record(form, subject, number, values));
        }
    }
    records
}

/// The answers a row holds. A standard result that differs from the original one is taken in its place: the readers and the
/// reference range go by it.
fn answers<'c>(form: &Form, cell: &impl Fn(&str) -> &'c str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for field in form.fields {
        let text = field.variable().map_or("", cell);
        if !text.is_empty() {
            values.insert(field.id.to_owned(), text.to_owned());
        }
    }
    for field in form.fields {
        let (mut text, mut number) = ("", "");
        for (name, derived) in form.derived {
            match derived {
                Derived::Standard(of) if *of == field.id => text = cell(name),
                Derived::Number(of) if *of == field.id => number = cell(name),
                Derived::Standard(_)
                | Derived::Number(_)
                | Derived::Copy(_)
                | Derived::Name(_)
                | Derived::Where(..) => {}
            }
        }
        let as_number = |text: &str| text.parse::<f64>().ok();
        let same = number.is_empty() || as_number(text) == as_number(number);
        let taken = if text.is_empty() || !same { number } else { text };
        if !taken.is_empty() {
            values.insert(field.id.to_owned(), taken.to_owned());
        }
    }
    values
}

/// The numbers that records of a dataset get: their own where they have one, otherwise the next free one of the subject.
struct Numbers<'t> {
    table: &'t Table,
    subject: Option<usize>,
    sequence: Option<usize>,
    own: HashMap<&'t str, BTreeSet<u32>>,
    given: HashMap<&'t str, BTreeSet<u32>>,
}

impl<'t> Numbers<'t> {
    fn new(table: &'t Table) -> Self {
        let (subject, sequence) = (table.column("USUBJID"), table.column(&format!("{}SEQ", table.name)));
        let mut own: HashMap<&str, BTreeSet<u32>> = HashMap::new();
        if let (Some(subject), Some(sequence)) = (subject, sequence) {
            for row in 0..table.len() {
                let number = parse_sequence(table.cell(row, sequence));
                own.entry(table.cell(row, subject)).or_default().extend(number);
            }
        }
        Self {
            table,
            subject,
            sequence,
            own,
            given: HashMap::new(),
        }
    }

    /// The number of a row's record, and what is said where it is not the row's own.
    fn of(&mut self, row: usize) -> (u32, Option<NotTaken>) {
        let subject = self.subject.map_or("", |at| self.table.cell(row, at));
        let written = self.sequence.map(|at| self.table.cell(row, at));
        let (own, given) = (
            self.own.entry(subject).or_default(),
            self.given.entry(subject).or_default(),
        );
        if let Some(number) = written.and_then(parse_sequence).filter(|number| given.insert(*number)) {
            return (number, None);
        }
        let free = |number: &u32| !own.contains(number) && !given.contains(number);
        let number = (1..=u32::MAX).find(free).unwrap_or(u32::MAX);
        given.insert(number);
        let said = written.filter(|text| !text.is_empty()).map(|text| NotTaken {
            column: Some(format!("{}SEQ", self.table.name)),
            value: Some(text.to_owned()),
            ..whole_row(self.table, row, Reason::NumberTaken(number))
        });
        (number, said)
    }
}

/// What the records do not give back of a dataset: by column where no row of it is given back for one reason, otherwise by
/// cell.
fn lost(table: &Table, keys: &[Option<Key>], now: &Table) -> Vec<NotTaken> {
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
        for (row, key) in keys.iter().enumerate() {
            let (Some(key), text) = (key, table.cell(row, at)) else {
                continue;
            };
            if is_missing(text) {
                continue;
            }
            let given = rows
                .get(key)
                .and_then(|row| Some(now.cell(*row, here?)))
                .unwrap_or_default();
            if given == text.trim() {
                kept = true;
                continue;
            }
            lost.push((row, text, reason(&table.name, name, here.is_some(), given)));
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
    } else {
        Reason::NoField
    }
}

/// Study days, and what the subject's row repeats from other records.
fn is_worked_out(dataset: &str, name: &str) -> bool {
    const SUBJECT_LEVEL: [&str; 7] = [
        "SUBJID", "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC", "ARMNRS",
    ];
    if dataset == "DM" {
        return SUBJECT_LEVEL.contains(&name);
    }
    let days = ["DY", "STDY", "ENDY"];
    name.strip_prefix(dataset).is_some_and(|rest| days.contains(&rest))
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
