//! What is wrong with a dataset by itself: required variables left blank, records of one number.

use std::collections::BTreeSet;

use tercel::study::{Blocks, Finding, RecordId, Rule, SubjectId};

use super::cells::Columns;
use crate::export::Dataset;

/// A required variable without a value: each record, or the dataset once where no record has one.
pub(in crate::export) fn required(dataset: &Dataset, findings: &mut Vec<Finding>) {
    let columns = Columns::of(&dataset.table);
    for variable in dataset.variables.iter().filter(|variable| variable.mandatory) {
        let blank: Vec<usize> = (0..dataset.table.len())
            .filter(|row| columns.is_blank(*row, &variable.name))
            .collect();
        if blank.len() == dataset.table.len() && !blank.is_empty() {
            findings.push(finding(dataset, None, &variable.name, Rule::MissingColumn));
            continue;
        }
        let each = blank
            .into_iter()
            .map(|row| finding(dataset, Some(row), &variable.name, Rule::MissingValue));
        findings.extend(each);
    }
}

/// Two records of a subject under one number.
pub(in crate::export) fn numbers(dataset: &Dataset, findings: &mut Vec<Finding>) {
    let sequence = format!("{}SEQ", dataset.name());
    let columns = Columns::of(&dataset.table);
    if !columns.has(&sequence) || dataset.name() == "TS" {
        return;
    }
    let mut taken = BTreeSet::new();
    for row in 0..dataset.table.len() {
        if !taken.insert((columns.text(row, "USUBJID"), columns.text(row, &sequence))) {
            findings.push(finding(dataset, Some(row), &sequence, Rule::DuplicateRecord));
        }
    }
}

/// A finding in a record of an export.
pub(in crate::export) fn finding(dataset: &Dataset, row: Option<usize>, field: &str, rule: Rule) -> Finding {
    let columns = Columns::of(&dataset.table);
    let name = tercel::study::Dataset::new(dataset.name());
    let subject = row
        .map(|row| columns.text(row, "USUBJID"))
        .filter(|subject| !subject.is_empty());
    let subject = subject.map(SubjectId::new);
    let number = row.and_then(|row| columns.text(row, &format!("{name}SEQ")).parse().ok());
    let record = subject.clone().map(|subject| RecordId {
        dataset: name.clone(),
        subject,
        number: number.unwrap_or(1),
    });
    Finding {
        subject,
        dataset: name,
        record,
        row: row.and_then(|row| u32::try_from(row + 1).ok()),
        field: field.to_owned(),
        rule,
        blocks: Blocks::Export,
    }
}
