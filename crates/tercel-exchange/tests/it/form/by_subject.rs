//! Records read subject by subject give the study that reading all at once gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use tercel_exchange::form::{Captured, Columns, Datasets, SubjectRead, from_tables, put_together, to_tables};
use tercel_exchange::{read_datasets, read_tables};

use super::{folder, trial};

/// A change to one record.
#[derive(Debug, Clone)]
enum Edit {
    /// An answer is taken away.
    Blank(prop::sample::Index),
    /// An answer is replaced by what cannot be read.
    Spoil(prop::sample::Index),
    /// The record was entered in error.
    Void,
    /// The record is of a subject whose demography nobody entered.
    Stray,
    /// Every question of its form gets an answer.
    Fill,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Edit::Blank),
        any::<prop::sample::Index>().prop_map(Edit::Spoil),
        Just(Edit::Void),
        Just(Edit::Stray),
        Just(Edit::Fill),
    ]
}

fn make(edit: &Edit, records: &mut Vec<Captured>, at: usize) {
    let record = &mut records[at];
    let named = |place: &prop::sample::Index, record: &Captured| -> Option<String> {
        let names: Vec<&String> = record.values.keys().collect();
        (!names.is_empty()).then(|| (*place.get(&names)).clone())
    };
    match edit {
        Edit::Blank(place) => {
            if let Some(name) = named(place, record) {
                record.values.remove(&name);
            }
        }
        Edit::Spoil(place) => {
            if let Some(name) = named(place, record) {
                record.values.insert(name, "32 Smarch".to_owned());
            }
        }
        Edit::Void => {
            records.remove(at);
        }
        Edit::Stray => record.subject = Some("NOBODY-01-001".to_owned()),
        Edit::Fill => {
            for field in record.definition().map_or(&[][..], |form| form.fields) {
                record
                    .values
                    .entry(field.id.to_owned())
                    .or_insert_with(|| "1".to_owned());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn subject_by_subject_gives_what_all_at_once_gives(
        edits in prop::collection::vec((any::<prop::sample::Index>(), edit()), 1..10)
    ) {
        let trial = trial();
        let (tables, _) = read_datasets(&folder().join("data")).unwrap();
        let (mut records, _) = from_tables(&tables, &trial);
        let mut reads: BTreeMap<String, SubjectRead> = BTreeMap::new();
        let mut columns = Arc::new(Columns::default());
        let mut touched: BTreeSet<String> = records.iter().filter_map(|record| record.subject.clone()).collect();
        // The first round reads everything; each later one only what an edit touched.
        for edit in std::iter::once(None).chain(edits.iter().map(Some)) {
            if let Some((place, edit)) = edit {
                let at = place.index(records.len());
                touched.extend(records[at].subject.clone());
                make(edit, &mut records, at);
                touched.insert("NOBODY-01-001".to_owned());
            }
            loop {
                for subject in std::mem::take(&mut touched) {
                    let own = |record: &&Captured| record.subject.as_deref() == Some(subject.as_str());
                    let own: Vec<Captured> = records.iter().filter(own).cloned().collect();
                    reads.insert(subject, SubjectRead::new(&trial, &own, &columns));
                }
                let all = Arc::new(Columns::of(reads.values()));
                touched.extend(reads.iter().filter(|(_, read)| !read.is_with(&all)).map(|(id, _)| id.clone()));
                columns = all;
                if touched.is_empty() {
                    break;
                }
            }
            let tables = to_tables(&trial, &records);
            let mut by_subject: BTreeMap<Option<&str>, Vec<&Captured>> = BTreeMap::new();
            for record in &records {
                by_subject.entry(record.subject.as_deref()).or_default().push(record);
            }
            let mut datasets = Datasets::new(&trial);
            for records in by_subject.values() {
                datasets.add(records);
            }
            prop_assert_eq!(datasets.into_tables(), tables.clone());
            let mut whole = read_tables(tables, &trial).unwrap();
            whole.dated = true;
            let parts = put_together(&trial, &reads.values().collect::<Vec<_>>());
            prop_assert_eq!(&parts.findings, &whole.findings);
            prop_assert_eq!(&parts.datasets, &whole.datasets);
            prop_assert!(parts == whole);
        }
    }
}
