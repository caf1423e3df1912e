//! The rehearsal study through forms: datasets to records to datasets give the same study.

use tercel::study::Finding;
use tercel_exchange::form::{from_tables, to_tables};
use tercel_exchange::{read_datasets, read_folder, read_tables};

use super::{folder, trial};

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
    let (folder, trial) = (folder().join("data"), trial());
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
    assert_eq!(not_taken, []);
}

#[test]
fn the_datasets_of_the_rehearsal_come_back_cell_by_cell() {
    let (folder, trial) = (folder().join("data"), trial());
    let (mut tables, _) = read_datasets(&folder).unwrap();
    let (captured, _) = from_tables(&tables, &trial);
    let back = to_tables(&trial, &captured);
    tables.retain(|table| !table.name.starts_with("SUPP"));
    assert_eq!(back.len(), tables.len());
    for was in &tables {
        let now = back.iter().find(|now| now.name == was.name).unwrap();
        assert_eq!(now.len(), was.len(), "{}", was.name);
        for (at, name) in was.columns().iter().enumerate() {
            let here = now.column(name).unwrap_or_else(|| panic!("{} lost {name}", was.name));
            for row in 0..was.len() {
                assert_eq!(now.cell(row, here), was.cell(row, at), "{} row {row} {name}", was.name);
            }
        }
    }
}
