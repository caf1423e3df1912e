//! The casebook of a subject: every answer of every form, and who gave, corrected and signed it, where that is recorded.

use std::collections::BTreeMap;

use tercel_exchange::form::{Captured, Choice, FORMS, Field, Form, Kind, NotTaken};

use super::About;
use crate::printed::{Page, PageBuilder, Role};

/// Most columns of a table of records; a form with more answers has a table a record.
const MOST_COLUMNS: usize = 10;

/// Everything of one subject.
#[derive(Debug, Clone, Copy)]
pub struct Casebook<'c> {
    /// The subject.
    pub subject: &'c str,
    /// Its records.
    pub records: &'c [CaseRecord],
    /// What the data hold of it that is on no form.
    pub not_taken: &'c [NotTaken],
    /// Whether the records come from a record with who and when; `false`: from files that do not say.
    pub audited: bool,
}

/// A record with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The answers as they stand.
    pub captured: Captured,
    /// Who entered it, when, as which version; empty where files do not say.
    pub entered: Option<Remark>,
    /// What was changed since, in order.
    pub changes: Vec<Change>,
    /// Signatures, verifications, queries and their answers, locks.
    pub remarks: Vec<Remark>,
    /// Whether it was marked as entered in error.
    pub voided: bool,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What.
    pub what: String,
    /// Who, with the role.
    pub by: String,
    /// When, in universal time.
    pub at: String,
}

/// A corrected answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Version of the record that it made.
    pub version: i64,
    /// The field.
    pub field: String,
    /// What stood there; empty where nothing did.
    pub from: String,
    /// What stands there since; empty where it was taken out.
    pub to: String,
    /// Why.
    pub reason: String,
    /// Who, with the role.
    pub by: String,
    /// When, in universal time.
    pub at: String,
}

/// The casebook of a subject.
pub fn casebook(about: &About<'_>, case: &Casebook<'_>) -> Page {
    let source = if case.audited {
        "the trial's record, with its audit trail"
    } else {
        "dataset files, which do not say who entered what and when"
    };
    let mut page = about.page(
        &format!("casebook of {}", case.subject),
        &[
            ("Subject", case.subject.to_owned()),
            ("Records", case.records.len().to_string()),
            ("Source", source.to_owned()),
        ],
    );
    for form in FORMS {
        let records: Vec<&CaseRecord> = case
            .records
            .iter()
            .filter(|record| record.captured.form == form.id)
            .collect();
        if !records.is_empty() {
            write_form(&mut page, form, &records, case.audited);
        }
    }
    not_taken(&mut page, case);
    page.finish()
}

fn write_form(page: &mut PageBuilder, form: &Form, records: &[&CaseRecord], audited: bool) {
    page.heading(1, form.title.en);
    let answered: Vec<&Field> = form
        .fields
        .iter()
        .filter(|field| records.iter().any(|record| record.captured.value(field.id).is_some()))
        .collect();
    if answered.len() <= MOST_COLUMNS {
        side_by_side(page, form, records, &answered, audited);
    } else {
        for record in records {
            below_each_other(page, form, record);
        }
    }
    changes(page, form, records);
    remarks(page, form, records);
}

/// One row a record.
fn side_by_side(page: &mut PageBuilder, form: &Form, records: &[&CaseRecord], answered: &[&Field], audited: bool) {
    let mut head = vec!["No."];
    head.extend(answered.iter().map(|field| field.label.en));
    if audited {
        head.push("Entered");
    }
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|record| {
            let mut row = vec![number(record)];
            row.extend(answered.iter().map(|field| value(field, record)));
            if audited {
                row.push(entered(record));
            }
            row
        })
        .collect();
    page.table(form.title.en, &head, &rows);
}

/// One table a record, one row a question.
fn below_each_other(page: &mut PageBuilder, form: &Form, record: &CaseRecord) {
    let rows: Vec<Vec<String>> = form
        .fields
        .iter()
        .filter(|field| record.captured.value(field.id).is_some())
        .map(|field| vec![field.label.en.to_owned(), value(field, record)])
        .collect();
    let title = format!("{}, record {}", form.title.en, number(record));
    page.table(&title, &["Question", "Answer"], &rows);
    if record.entered.is_some() {
        page.paragraph(Role::Quiet, &format!("Entered {}.", entered(record).replace('\n', " ")));
    }
}

fn number(record: &CaseRecord) -> String {
    let voided = if record.voided { "\nentered in error" } else { "" };
    format!("{}{voided}", record.captured.number)
}

fn entered(record: &CaseRecord) -> String {
    record
        .entered
        .as_ref()
        .map_or_else(String::new, |remark| format!("{}\nby {}", remark.at, remark.by))
}

/// An answer with what it means, where a list says so.
fn value(field: &Field, record: &CaseRecord) -> String {
    let Some(text) = record.captured.value(field.id) else {
        return String::new();
    };
    meaning(&field.kind, &record.captured.values, text)
}

fn meaning(kind: &Kind, values: &BTreeMap<String, String>, text: &str) -> String {
    let of = |choices: &[Choice]| {
        let known = choices.iter().find(|choice| choice.value.eq_ignore_ascii_case(text));
        let label = known.map_or("", |choice| choice.label.en);
        if label.is_empty() || label.eq_ignore_ascii_case(text) {
            text.to_owned()
        } else {
            format!("{text} ({label})")
        }
    };
    let unit = |unit: Option<&str>| unit.map_or_else(|| text.to_owned(), |unit| format!("{text} {unit}"));
    match kind {
        Kind::Choice(choices) | Kind::Suggested { choices, .. } => of(choices),
        Kind::YesNo if text.eq_ignore_ascii_case("Y") => format!("{text} (Yes)"),
        Kind::YesNo if text.eq_ignore_ascii_case("N") => format!("{text} (No)"),
        Kind::Integer { unit: own, .. } | Kind::Decimal { unit: own, .. } | Kind::Result { unit: own, .. } => {
            unit(*own)
        }
        Kind::By {
            field,
            kinds,
            otherwise,
        } => {
            let other = values.get(*field).map_or("", String::as_str);
            let own = kinds.iter().find(|(value, _)| *value == other);
            meaning(own.map_or(otherwise, |(_, kind)| kind), values, text)
        }
        Kind::YesNo
        | Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Date
        | Kind::DateTime
        | Kind::PartialDate
        | Kind::TrialChoice(_) => text.to_owned(),
    }
}

fn changes(page: &mut PageBuilder, form: &Form, records: &[&CaseRecord]) {
    let label = |field: &str| {
        form.field(field)
            .map_or_else(|| field.to_owned(), |field| field.label.en.to_owned())
    };
    let rows: Vec<Vec<String>> = records
        .iter()
        .flat_map(|record| record.changes.iter().map(move |change| (record, change)))
        .map(|(record, change)| {
            let said = |text: &str| {
                if text.is_empty() {
                    "(blank)".to_owned()
                } else {
                    text.to_owned()
                }
            };
            vec![
                format!("{}, version {}", record.captured.number, change.version),
                label(&change.field),
                said(&change.from),
                said(&change.to),
                change.reason.clone(),
                format!("{}\nby {}", change.at, change.by),
            ]
        })
        .collect();
    page.table(
        &format!("{}: corrections", form.title.en),
        &["Record", "Question", "From", "To", "Reason", "When and by whom"],
        &rows,
    );
}

fn remarks(page: &mut PageBuilder, form: &Form, records: &[&CaseRecord]) {
    let rows: Vec<Vec<String>> = records
        .iter()
        .flat_map(|record| record.remarks.iter().map(move |remark| (record, remark)))
        .map(|(record, remark)| {
            vec![
                record.captured.number.to_string(),
                remark.what.clone(),
                format!("{}\nby {}", remark.at, remark.by),
            ]
        })
        .collect();
    page.table(
        &format!("{}: queries, verification, signatures", form.title.en),
        &["Record", "What", "When and by whom"],
        &rows,
    );
}

/// What the data hold beside the forms.
fn not_taken(page: &mut PageBuilder, case: &Casebook<'_>) {
    if case.not_taken.is_empty() {
        return;
    }
    page.heading(1, "On no form");
    page.paragraph(
        Role::Quiet,
        "What the datasets hold of this subject that no form of the study asks for.",
    );
    let mut groups: Vec<(String, String, usize, String)> = Vec::new();
    for one in case.not_taken {
        let column = one.column.clone().unwrap_or_else(|| "whole row".to_owned());
        let place = format!("{}: {column}", one.dataset);
        let why = one.to_string();
        match groups.iter_mut().find(|(known, ..)| *known == place) {
            Some((_, _, number, _)) => *number += 1,
            None => groups.push((place, why, 1, one.value.clone().unwrap_or_default())),
        }
    }
    let rows: Vec<Vec<String>> = groups
        .into_iter()
        .map(|(place, why, number, value)| vec![place, number.to_string(), value, why])
        .collect();
    page.table(
        "On no form",
        &["Dataset and variable", "Values", "The first of them", "Why"],
        &rows,
    );
}
