//! The law of records: a record that a cell does not list can be deleted without changing the cell. Checked over every
//! row of the hand-worked study except those of `DM`, whose deletion removes the subject.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::{Table, read_tables};

/// The cut of the hand-worked study, and days on which other outcomes are open.
const CUTS: [Date; 4] = [
    date(2023, 5, 31),
    date(2024, 3, 31),
    date(2025, 6, 30),
    date(2025, 7, 31),
];

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn trial() -> Trial {
    let text = fs::read_to_string(workspace("trials/il1rap-hcc/protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

fn tables() -> Vec<Table> {
    let folder = workspace("crates/tercel-cli/tests/data/hand/sdtm");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        Table::parse_csv(&file, &fs::read(path).unwrap()).unwrap()
    };
    paths.iter().map(read).collect()
}

fn cells(tables: Vec<Table>, trial: &Trial, cut: Date) -> Vec<Cell> {
    let data = read_tables(tables, trial).unwrap().as_of(cut);
    derive_cells(&Analysis::new(trial, &data, Some(cut)))
}

/// The id of a row as the reports print it.
fn record(table: &Table, row: usize) -> String {
    let field = |name: &str| Some(table.cell(row, table.column(name)?).to_owned());
    // A subject has one record in DM, wherever its row stands.
    let row_number = if table.name == "DM" { 1 } else { row + 1 };
    let number = field(&format!("{}SEQ", table.name)).unwrap_or_else(|| row_number.to_string());
    format!("{}/{}/{number}", table.name, field("USUBJID").unwrap())
}

/// Everything that a reader of the report takes from a cell; numbers to the last bit.
fn content(cell: &Cell) -> String {
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    let reason = cell.reason.as_ref().map(ToString::to_string);
    format!(
        "value {:?} {:?}, limits {:?} {:?} {:?} {:?}, {} of {}, {:?}, {:?}, {:?}",
        cell.value,
        bits(cell.value),
        cell.lower,
        bits(cell.lower),
        cell.upper,
        bits(cell.upper),
        cell.n,
        cell.denominator,
        cell.estimable(),
        reason,
        cell.note,
    )
}

fn name(cell: &Cell) -> String {
    let month = cell
        .time_point
        .map_or_else(String::new, |month| format!(" month {month}"));
    let level = cell
        .level
        .map_or_else(|| "overall".to_owned(), |level| format!("level {level}"));
    format!("{}{month} {level}", cell.id)
}

/// Deletes each row in turn and returns every cell that changed without listing it.
fn breaches(trial: &Trial, tables: &[Table], cut: Date) -> Vec<String> {
    let usual = cells(tables.to_vec(), trial, cut);
    let listed: Vec<BTreeSet<String>> = usual
        .iter()
        .map(|cell| cell.records().iter().map(ToString::to_string).collect())
        .collect();
    let mut found = Vec::new();
    for (at, table) in tables.iter().enumerate().filter(|(_, table)| table.name != "DM") {
        for row in 0..table.len() {
            let gone = record(table, row);
            let mut fewer = tables.to_vec();
            fewer[at].retain(|other| other != row);
            let now = cells(fewer, trial, cut);
            assert_eq!(now.len(), usual.len(), "without {gone}");
            for ((before, after), records) in usual.iter().zip(&now).zip(&listed) {
                let (was, is) = (content(before), content(after));
                if !records.contains(&gone) && was != is {
                    found.push(format!(
                        "{cut}: {} without {gone}:\n  was {was}\n  is  {is}",
                        name(before)
                    ));
                }
            }
        }
    }
    found
}

#[test]
fn a_record_that_a_cell_does_not_list_can_go_without_changing_it() {
    let (trial, tables) = (trial(), tables());
    let rows: usize = tables.iter().map(Table::len).sum();
    assert!(rows > 400, "only {rows} rows");
    let broken: Vec<String> = CUTS
        .into_iter()
        .flat_map(|cut| breaches(&trial, &tables, cut))
        .collect();
    assert!(broken.is_empty(), "{} breaches\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn every_listed_record_is_a_row_of_the_data() {
    let (trial, tables) = (trial(), tables());
    let rows: BTreeSet<String> = tables
        .iter()
        .flat_map(|table| (0..table.len()).map(|row| record(table, row)))
        .collect();
    for cut in CUTS {
        for cell in cells(tables.clone(), &trial, cut) {
            for id in cell.records() {
                assert!(rows.contains(&id.to_string()), "{} lists {id}", name(&cell));
            }
        }
    }
}
