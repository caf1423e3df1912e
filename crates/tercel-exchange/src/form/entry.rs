//! What a record newly breaks, before it is kept.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::endpoint::{Analysis, check_subjects};
use tercel::protocol::Trial;
use tercel::study::{Finding, RecordId, StudyData, SubjectId};

use super::matching::forms_of;
use super::{Captured, Form, to_tables};
use crate::folder::read_tables;

/// The findings about a subject that its records have with the proposed ones and do not have without: what one record says
/// and another contradicts, what the protocol does not allow, what a grade or a decision lacks.
///
/// `before` holds the subject's records; a proposed record takes the place of the one with its number in the same dataset.
/// `today` is the day up to which the data are read. Findings are compared by record, variable and sentence.
pub fn check_entry(trial: &Trial, before: &[Captured], proposed: &[Captured], today: Date) -> Vec<Finding> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let subjects: Vec<SubjectId> = proposed
        .iter()
        .filter_map(|record| record.subject.as_deref().map(SubjectId::new))
        .collect();
    for finding in findings(trial, before, today) {
        *known.entry(identity(&finding)).or_default() += 1;
    }
    let mut new = Vec::new();
    for finding in findings(trial, &with(before, proposed), today) {
        if !finding
            .subject
            .as_ref()
            .is_some_and(|subject| subjects.contains(subject))
        {
            continue;
        }
        match known.get_mut(&identity(&finding)) {
            Some(left) if *left > 0 => *left -= 1,
            Some(_) | None => new.push(finding),
        }
    }
    new
}

/// The records of a subject with the proposed ones in their places.
pub(super) fn with(before: &[Captured], proposed: &[Captured]) -> Vec<Captured> {
    let same = |a: &Captured, b: &Captured| {
        let domain = |record: &Captured| record.definition().and_then(|form| form.domain);
        a.subject == b.subject
            && a.number == b.number
            && domain(a) == domain(b)
            && (domain(a).is_some() || a.form == b.form)
    };
    let kept = before.iter().filter(|old| !proposed.iter().any(|new| same(old, new)));
    kept.chain(proposed).cloned().collect()
}

/// The data that records hold.
pub(super) fn study_of(trial: &Trial, records: &[Captured]) -> StudyData {
    read_tables(to_tables(trial, records), trial).unwrap_or_default()
}

fn findings(trial: &Trial, records: &[Captured], today: Date) -> Vec<Finding> {
    let data = study_of(trial, records);
    let analysis = Analysis::new(trial, &data, Some(today));
    check_subjects(&analysis)
}

fn identity(finding: &Finding) -> String {
    format!("{} {} {}", finding.place(), finding.field, finding.rule)
}

/// The record that an identity in a report or a finding names.
pub fn record_of<'c>(captured: &'c [Captured], id: &RecordId) -> Option<&'c Captured> {
    let of_subject = |record: &&Captured| record.subject.as_deref() == Some(id.subject.as_str());
    let mut records = captured.iter().filter(of_subject);
    records.find(|record| {
        let domain = record.definition().and_then(|form| form.domain);
        // The subject's row has no number of its own.
        domain == Some(id.dataset.as_str()) && (domain == Some("DM") || record.number == id.number)
    })
}

/// The number that the next record of a form gets, given the records of its subject.
pub fn next_number(form: &Form, of_subject: &[Captured]) -> u32 {
    if let Some(domain) = form.domain.filter(|domain| *domain == "DM") {
        let place = forms_of(domain).zip(1..).find(|(other, _)| other.id == form.id);
        return place.map_or(1, |(_, number)| number);
    }
    let same = |record: &&Captured| match form.domain {
        None => record.form == form.id,
        Some(_) => record.definition().is_some_and(|other| other.domain == form.domain),
    };
    let taken = of_subject.iter().filter(same).map(|record| record.number);
    taken.max().unwrap_or(0).saturating_add(1)
}
