//! `ADDLT`: the DLT status of every subject, with what decided it.
//!
//! # What it derives
//! One row a subject, parameter `DLTSTAT`: `DLT`, `NODLT`, `PENDING` or `NOTEVAL` in `AVALC` (1 and 0 in `AVAL` for the first two),
//! with `DLTEVLFL` Y, Y, blank and N. `ADT` is the onset of the DLT, the last day of the window without one, or the day of what
//! made the subject not evaluable; `SRCDOM` and `SRCSEQ` name the record that day comes from, `SRCRECS` all that were decisive.
//!
//! # Source
//! [`tercel::dlt`] by the protocol's `[dlt]`; names of variables as in ADaM's BDS structure. No standard defines this dataset.
//!
//! # Limits
//! A subject never infused is `NOTEVAL` and in no count of the dose decision. A DLT by the committee's judgement alone has the
//! day of that judgement.

use jiff::civil::Date;
use tercel::dlt::{Ground, NotEvaluable, Status, Verdict, actual_percent, is_investigator};
use tercel::endpoint::{Analysis, Facts};
use tercel::study::{Adjudication, MedicationClass, RecordId, Subject, When};

use super::cells::{listed, maybe_day, maybe_number};
use crate::table::Table;

const COLUMNS: [&str; 25] = [
    "STUDYID", "USUBJID", "SITEID", "TRTSDT", "DOSELVL", "DOSELVLC", "DOSEPCT", "PARAMCD", "PARAM", "AVAL", "AVALC",
    "ADT", "DLTEVLFL", "DLTCRIT", "DLTTXT", "EVLREAS", "PENDUNDT", "WINSDT", "WINEDT", "ADJUD", "ADJEVAL", "ADJDT",
    "SRCDOM", "SRCSEQ", "SRCRECS",
];

/// The dataset of a study, which its data call `study`; `None` for data without dates, whose subjects have no verdict.
pub fn derive_addlt(analysis: &Analysis<'_>, study: &str) -> Option<Table> {
    analysis.cut?;
    let rows = analysis.enrolled().map(|facts| row(analysis, facts, study)).collect();
    Some(Table::from_rows("ADDLT", &COLUMNS, rows))
}

/// What a verdict comes to.
#[derive(Default)]
struct Answer {
    value: Option<f64>,
    code: &'static str,
    evaluable: &'static str,
    day: Option<Date>,
    criteria: Vec<String>,
    reason: String,
    until: Option<Date>,
    records: Vec<RecordId>,
}

fn row(analysis: &Analysis<'_>, facts: &Facts<'_>, study: &str) -> Vec<String> {
    let (trial, subject) = (analysis.trial, facts.subject);
    let answer = facts
        .dlt
        .as_ref()
        .map_or_else(never_infused, |verdict| read(subject, verdict));
    let window = facts.dlt.as_ref().and_then(|verdict| verdict.window);
    let percent = facts
        .infusion
        .and_then(|infusion| actual_percent(trial, subject, infusion));
    let sentence = facts
        .dlt
        .as_ref()
        .map_or_else(|| answer.reason.clone(), Verdict::sentence);
    let judged = last_judgement(subject);
    let source = answer.records.first();
    let identity = facts.identity();
    let records = distinct(answer.records.iter().chain(&identity));
    vec![
        study.to_owned(),
        subject.id.to_string(),
        subject.site.clone().unwrap_or_default(),
        maybe_day(facts.day0),
        facts.level.map_or_else(String::new, |level| level.number().to_string()),
        facts.level.map_or_else(String::new, |level| trial.level_label(level)),
        maybe_number(percent),
        "DLTSTAT".to_owned(),
        "DLT status".to_owned(),
        maybe_number(answer.value),
        answer.code.to_owned(),
        maybe_day(answer.day),
        answer.evaluable.to_owned(),
        answer.criteria.join(" "),
        sentence,
        answer.reason,
        maybe_day(answer.until),
        maybe_day(window.map(|window| window.first)),
        maybe_day(window.map(|window| window.last)),
        judged
            .map_or("", |judged| if judged.dlt { "DLT" } else { "NODLT" })
            .to_owned(),
        judged.map_or_else(String::new, |judged| judged.evaluator.clone()),
        maybe_day(judged.and_then(|judged| judged.when?.day())),
        source.map_or_else(String::new, |record| record.dataset.to_string()),
        source.map_or_else(String::new, |record| record.number.to_string()),
        listed(records.iter()),
    ]
}

fn never_infused() -> Answer {
    Answer {
        code: "NOTEVAL",
        evaluable: "N",
        reason: "not infused".to_owned(),
        ..Answer::default()
    }
}

fn read(subject: &Subject, verdict: &Verdict) -> Answer {
    match &verdict.status {
        Status::Dlt => {
            let judged = last_judgement(subject).filter(|judged| judged.dlt && verdict.met.is_empty());
            let first = verdict
                .met
                .iter()
                .min_by_key(|ground| (ground.since.is_none(), ground.since));
            let from = first.into_iter().chain(&verdict.met);
            Answer {
                value: Some(1.0),
                code: "DLT",
                evaluable: "Y",
                day: first
                    .and_then(|ground| ground.since)
                    .or(judged.and_then(|judged| judged.when?.day())),
                criteria: criteria(&verdict.met),
                records: distinct(
                    from.flat_map(|ground| &ground.records)
                        .chain(judged.map(|judged| &judged.record)),
                ),
                ..Answer::default()
            }
        }
        Status::NoDlt => {
            let last = verdict.window.map(|window| window.last);
            let contact = subject
                .contacts
                .iter()
                .find(|contact| last.is_some_and(|last| contact.when.date.earliest() >= last));
            Answer {
                value: Some(0.0),
                code: "NODLT",
                evaluable: "Y",
                day: last,
                records: contact.map(|contact| contact.record.clone()).into_iter().collect(),
                ..Answer::default()
            }
        }
        Status::Pending(until) => Answer {
            code: "PENDING",
            until: *until,
            criteria: criteria(&verdict.open),
            records: distinct(verdict.open.iter().flat_map(|ground| &ground.records)),
            ..Answer::default()
        },
        Status::NotEvaluable(why) => {
            let (day, record) = left_by(subject, why);
            Answer {
                code: "NOTEVAL",
                evaluable: "N",
                day,
                reason: why.to_string(),
                records: record.into_iter().collect(),
                ..Answer::default()
            }
        }
    }
}

/// The criteria named, each once.
fn criteria(grounds: &[Ground]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for criterion in grounds.iter().filter_map(|ground| ground.criterion.as_ref()) {
        if !named.contains(criterion) {
            named.push(criterion.clone());
        }
    }
    named
}

/// The records in order, each once.
fn distinct<'r>(records: impl Iterator<Item = &'r RecordId>) -> Vec<RecordId> {
    let mut kept: Vec<RecordId> = Vec::new();
    for record in records {
        if !kept.contains(record) {
            kept.push(record.clone());
        }
    }
    kept
}

/// When the subject stopped being evaluable, and the record that says so.
fn left_by(subject: &Subject, why: &NotEvaluable) -> (Option<Date>, Option<RecordId>) {
    match why {
        NotEvaluable::NewTherapy(day) => {
            let therapy = subject.medications.iter().find(|medication| {
                let begun = medication.start.map(|start| start.date.earliest());
                medication.class == MedicationClass::NewTherapy && begun == Some(*day)
            });
            (Some(*day), therapy.map(|therapy| therapy.record.clone()))
        }
        NotEvaluable::LeftStudy(day) => {
            let left = subject
                .dispositions
                .iter()
                .find(|left| left.when.is_some_and(|when| when.date.earliest() == *day));
            (Some(*day), left.map(|left| left.record.clone()))
        }
        NotEvaluable::Death(day) => (Some(*day), subject.died().map(|(_, record)| record.clone())),
        NotEvaluable::UnderDosed(_) => {
            let infusion = subject.infusions.first();
            let day = infusion.and_then(|infusion| infusion.when.day());
            (day, infusion.map(|infusion| infusion.record.clone()))
        }
    }
}

/// The committee's latest judgement; the investigator's where no committee judged.
fn last_judgement(subject: &Subject) -> Option<&Adjudication> {
    let is_committee = |judged: &Adjudication| !is_investigator(&judged.evaluator);
    subject
        .adjudications
        .iter()
        .max_by_key(|judged| (is_committee(judged), judged.when.map(When::order)))
}
