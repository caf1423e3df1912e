//! The rehearsal study through forms: datasets to records to datasets give the same study.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tercel::protocol::{Trial, parse_protocol};
use tercel::study::Finding;
use tercel_exchange::form::{NotTaken, Reason, from_tables, to_tables};
use tercel_exchange::{read_datasets, read_folder, read_tables};

fn rehearsal() -> (PathBuf, Trial) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc");
    let text = std::fs::read_to_string(folder.join("protocol.toml")).unwrap();
    (folder.join("data"), parse_protocol("protocol.toml", &text).unwrap())
}

/// Findings without their rows, which a folder counts by file.
fn placed(findings: &[Finding]) -> Vec<Finding> {
    let mut placed: Vec<Finding> = findings.to_vec();
    for finding in &mut placed {
        finding.row = None;
    }
    placed.sort_by_key(|finding| format!("{finding:?}"));
    placed
}

#[test]
fn the_rehearsal_comes_back_from_its_records() {
    let (folder, trial) = rehearsal();
    let (tables, _) = read_datasets(&folder).unwrap();
    let (captured, not_taken) = from_tables(&tables, &trial);
    let back = read_tables(to_tables(&trial, &captured), &trial).unwrap();
    let direct = read_folder(&folder, &trial).unwrap();
    assert_eq!(back.subjects.len(), direct.subjects.len());
    for (back, direct) in back.subjects.iter().zip(&direct.subjects) {
        assert_eq!(back, direct);
    }
    assert_eq!(placed(&back.findings), placed(&direct.findings));
    assert_eq!((back.synthetic, back.dated), (direct.synthetic, direct.dated));
    let mut columns: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for lost in &not_taken {
        assert_eq!((lost.reason.clone(), lost.row), (Reason::WorkedOut, None), "{lost:?}");
        let column = lost.column.as_deref().unwrap();
        columns.entry(lost.dataset.as_str()).or_default().push(column);
    }
    println!("{columns:?}");
    let _: Vec<NotTaken> = not_taken;
}
