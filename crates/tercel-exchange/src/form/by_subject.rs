//! Records read subject by subject, so that an entry about one of them does not mean reading all again.
//!
//! Reading a dataset asks in a few places whether it has a column, and a column is there where any subject has an answer to
//! it. Each subject is therefore read with the columns of the whole study.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tercel::protocol::Trial;
use tercel::study::{DatasetRead, Finding, Rule, StudyData, Subject, TextColumn};

use super::Captured;
use super::tables::{Asked, asked_of, is_of_rehearsal, rows_of, study_name, tables_of};
use crate::folder::{missing_datasets, read_each};

/// The columns that the records of a study fill, by dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(Asked);

impl Columns {
    /// Adds the columns of others; the answer is whether there was a new one.
    fn add(&mut self, other: &Self) -> bool {
        let mut new = false;
        for (domain, names) in &other.0 {
            let own = self.0.entry(domain).or_default();
            for name in names {
                new |= own.insert(name);
            }
        }
        new
    }

    /// The columns of a study with these subjects.
    pub fn of<'r>(reads: impl IntoIterator<Item = &'r SubjectRead>) -> Self {
        let mut all = Self::default();
        for read in reads {
            all.add(&read.own);
        }
        all
    }
}

/// What the records of one subject say.
#[derive(Debug)]
pub struct SubjectRead {
    own: Columns,
    with: Arc<Columns>,
    datasets: Vec<(DatasetRead, Vec<Finding>)>,
    subjects: Vec<Subject>,
    of_rehearsal: bool,
}

impl SubjectRead {
    /// Reads the records of one subject, with the columns that are known of the others.
    pub fn new(trial: &Trial, captured: &[Captured], known: &Arc<Columns>) -> Self {
        let records: Vec<&Captured> = captured.iter().collect();
        let rows = rows_of(trial, &records);
        let own = Columns(asked_of(&rows));
        let mut with = Arc::clone(known);
        let mut wider = Columns::clone(known);
        if wider.add(&own) {
            with = Arc::new(wider);
        }
        let tables = tables_of(&rows, &trial.id, &with.0);
        let (datasets, subjects) =
            read_each(tables, trial).map_or_else(Default::default, |read| (read.datasets, read.subjects));
        Self {
            own,
            with,
            datasets,
            subjects,
            of_rehearsal: captured.iter().any(is_of_rehearsal),
        }
    }

    /// Whether it was read with these columns: otherwise it has to be read again.
    pub fn is_with(&self, columns: &Arc<Columns>) -> bool {
        Arc::ptr_eq(&self.with, columns) || self.with == *columns
    }

    /// The columns it was read with.
    pub fn columns(&self) -> &Arc<Columns> {
        &self.with
    }
}

/// The study of these subjects, in order of their identifiers: what reading all records at once gives, where each subject
/// was read with the columns of all.
pub fn put_together(trial: &Trial, reads: &[&SubjectRead]) -> StudyData {
    let columns = Arc::new(Columns::of(reads.iter().copied()));
    let nobody = SubjectRead::new(trial, &[], &columns);
    let mut data = StudyData {
        dated: true,
        ..StudyData::default()
    };
    for (place, (empty, _)) in nobody.datasets.iter().enumerate() {
        let parts: Vec<_> = reads.iter().filter_map(|read| read.datasets.get(place)).collect();
        let (dataset, findings) = dataset_of(empty, &parts);
        data.datasets.push(dataset);
        data.findings.extend(findings);
    }
    data.subjects = reads.iter().flat_map(|read| &read.subjects).cloned().collect();
    let study = study_name(trial, reads.iter().any(|read| read.of_rehearsal));
    let filled = data.datasets.iter().any(|dataset| dataset.rows > 0);
    data.synthetic = filled && study.to_uppercase().contains("SYNTHETIC");
    data.findings.extend(missing_datasets(&data));
    data
}

/// One dataset from its rows of every subject.
fn dataset_of(empty: &DatasetRead, parts: &[&(DatasetRead, Vec<Finding>)]) -> (DatasetRead, Vec<Finding>) {
    let (mut findings, mut absent) = (Vec::new(), BTreeMap::new());
    let mut rows = 0;
    for (part, found) in parts {
        let before = u32::try_from(rows).unwrap_or(u32::MAX);
        for finding in found {
            if finding.row.is_none() && finding.rule == Rule::MissingColumn {
                absent.insert(finding.field.clone(), finding.clone());
                continue;
            }
            findings.push(Finding {
                row: finding.row.map(|row| row.saturating_add(before)),
                ..finding.clone()
            });
        }
        rows += part.rows;
    }
    findings.extend(absent.into_values());
    // What the rows of one subject are asked for was read; a column is aside where none is.
    let mut unread: BTreeSet<&str> = empty.aside.iter().map(|(name, _)| name.as_str()).collect();
    for (part, _) in parts {
        let own: BTreeSet<&str> = part.aside.iter().map(|(name, _)| name.as_str()).collect();
        unread.retain(|name| own.contains(name));
    }
    let column = |name: &str| {
        let mut whole = TextColumn::default();
        for (part, _) in parts {
            if let Some((_, cells)) = part.aside.iter().find(|(known, _)| known == name) {
                whole.append(cells);
            }
        }
        whole
    };
    let names = empty.aside.iter().map(|(name, _)| name);
    let aside = names.filter(|name| unread.contains(name.as_str()));
    let dataset = DatasetRead {
        rows,
        aside: aside.map(|name| (name.clone(), column(name))).collect(),
        ..empty.clone()
    };
    (dataset, findings)
}
