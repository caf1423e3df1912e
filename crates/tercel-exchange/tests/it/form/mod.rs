//! Forms of data capture.

mod against;
mod answers;
mod by_subject;
mod conduct;
mod csv;
mod document;
mod entry;
mod lists;
mod round_trip;
mod standard;
mod tidy;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::{Date, DateTime, date, datetime};
use tercel::language::Language;
use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::form::{Captured, Field, Form, FromTrial, Kind};

/// A day after everything that the examples and the rehearsal say has happened.
const TODAY: Date = date(2027, 6, 1);
const NOW: DateTime = datetime(2027, 6, 1, 12, 0, 0, 0);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

fn trial() -> Trial {
    let text = std::fs::read_to_string(folder().join("protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

/// A valid answer.
fn example(field: &Field, values: &BTreeMap<String, String>, trial: &Trial) -> String {
    match field.kind.settled(values) {
        Kind::Text { .. } | Kind::LongText { .. } => "T01".to_owned(),
        Kind::Integer { min, .. } => min.to_string(),
        Kind::Decimal { min, .. } => min.to_string(),
        Kind::Result { .. } => "12.5".to_owned(),
        Kind::Date | Kind::PartialDate => "2026-03-04".to_owned(),
        Kind::DateTime => "2026-03-04T08:30".to_owned(),
        Kind::YesNo => "Y".to_owned(),
        Kind::Choice(choices) | Kind::Suggested { choices, .. } => choices[0].value.to_owned(),
        Kind::TrialChoice(from) => from.choices(trial, Language::English)[0].0.clone(),
        Kind::By { .. } => panic!("{} depends on a field that depends on another", field.id),
    }
}

/// A record with every question answered.
fn full(form: &'static Form, trial: &Trial) -> Captured {
    let mut values = BTreeMap::new();
    // What others depend on comes first.
    let (by, plain): (Vec<&Field>, Vec<&Field>) = form
        .fields
        .iter()
        .partition(|field| matches!(field.kind, Kind::By { .. }));
    for field in plain.into_iter().chain(by) {
        let text = example(field, &values, trial);
        values.insert(field.id.to_owned(), text);
    }
    if let Some((field, texts)) = form.rows {
        values.insert(field.to_owned(), texts[0].to_owned());
    }
    // Nothing is both done and not done.
    values.retain(|field, _| !field.ends_with("stat"));
    Captured {
        form: form.id.to_owned(),
        subject: Some("IL1RAP-HCC-0001".to_owned()),
        number: 1,
        values,
    }
}

/// A record of one answer after another.
fn record(form: &str, subject: &str, number: u32, answers: &[(&str, &str)]) -> Captured {
    Captured {
        form: form.to_owned(),
        subject: Some(subject.to_owned()),
        number,
        values: answers
            .iter()
            .map(|(field, text)| ((*field).to_owned(), (*text).to_owned()))
            .collect(),
    }
}

/// What the protocol of the rehearsal names for a field.
fn named(from: FromTrial, trial: &Trial) -> String {
    from.choices(trial, Language::English)[0].0.clone()
}
