//! The rehearsal of the repository and a synthetic study of another seed, with their analysis datasets.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime, date};
use tercel::endpoint::Analysis;
use tercel::protocol::{Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_exchange::adam::{DeriveOptions, apply_protocol, derive_datasets};
use tercel_exchange::export::Dataset;
use tercel_exchange::export::adam::describe_adam;
use tercel_exchange::export::write::About;
use tercel_exchange::{Table, read_datasets, read_tables, write_sdtm};

pub(super) const CREATED: DateTime = date(2025, 9, 1).at(12, 30, 0, 0);

pub(super) const ABOUT: About<'static> = About {
    created: CREATED,
    originator: "Tercel tests",
    study: "IL1RAP-HCC",
};

pub(super) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

pub(super) fn trial() -> Trial {
    let text = std::fs::read_to_string(workspace("trials/il1rap-hcc/protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

/// Tabulation datasets of the rehearsal.
pub(super) fn rehearsal() -> Vec<Table> {
    read_datasets(&workspace("trials/il1rap-hcc/data")).unwrap().0
}

/// Tabulation datasets of a synthetic study.
pub(super) fn synthetic(trial: &Trial, seed: u64) -> Vec<Table> {
    let options = RehearsalOptions { subjects: 24, seed };
    write_sdtm(trial, &rehearse(trial, options))
}

/// The study as records, cut at its last day.
pub(super) fn records(trial: &Trial, tables: Vec<Table>) -> (StudyData, Date) {
    let whole = read_tables(tables, trial).unwrap();
    let cut = whole.last_day().unwrap();
    (whole.into_as_of(cut), cut)
}

/// Its analysis datasets as they are derived.
pub(super) fn derived(trial: &Trial, tables: Vec<Table>, analysis: &Analysis<'_>) -> Vec<Table> {
    let mut derived = derive_datasets(tables, &DeriveOptions::of(trial), None).unwrap();
    assert!(apply_protocol(&mut derived.tables, analysis));
    derived.tables
}

/// The rehearsal's analysis datasets with their descriptions.
pub(super) fn described() -> Vec<Dataset> {
    let trial = trial();
    let (data, cut) = records(&trial, rehearsal());
    let analysis = Analysis::new(&trial, &data, Some(cut));
    describe_adam(derived(&trial, rehearsal(), &analysis), Some("27.0"), Some(&trial))
}
