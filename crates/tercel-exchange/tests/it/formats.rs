//! One study, whatever the format of its files, their encoding, separators, and how a dataset is divided among them.

use std::fmt::Write as _;
use std::path::Path;

use tercel::endpoint::{Analysis, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_exchange::format::{dataset_json, read_datasets, xport};
use tercel_exchange::{ReadError, Table, read_folder, write_sdtm};

fn trial() -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

fn tables(trial: &Trial) -> Vec<Table> {
    write_sdtm(trial, &rehearse(trial, RehearsalOptions { subjects: 12, seed: 4 }))
}

type Write = fn(&Table) -> (&'static str, Vec<u8>);

fn csv(table: &Table) -> (&'static str, Vec<u8>) {
    ("csv", table.to_csv().unwrap())
}

fn json(table: &Table) -> (&'static str, Vec<u8>) {
    ("json", dataset_json::write(table, "2026-01-01T00:00:00", false))
}

fn lines(table: &Table) -> (&'static str, Vec<u8>) {
    ("ndjson", dataset_json::write(table, "2026-01-01T00:00:00", true))
}

fn transport(table: &Table) -> (&'static str, Vec<u8>) {
    ("xpt", xport::write(table, "01JAN26:00:00:00").unwrap())
}

/// A German spreadsheet: UTF-16 with a byte-order mark, semicolons, Windows line ends.
fn spreadsheet(table: &Table) -> (&'static str, Vec<u8>) {
    let mut text = String::from("\u{feff}");
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let names = table.columns().iter().map(|name| quoted(&name.to_lowercase()));
    text.push_str(&names.collect::<Vec<_>>().join(";"));
    for row in 0..table.len() {
        let cells: Vec<String> = table.row(row).map(quoted).collect();
        let _ = write!(text, "\r\n{}", cells.join(";"));
    }
    ("csv", text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

fn put(folder: &Path, tables: &[Table], write: &[Write]) {
    for (at, table) in tables.iter().enumerate() {
        let (extension, bytes) = write[at % write.len()](table);
        std::fs::write(folder.join(format!("{}.{extension}", table.name.to_lowercase())), bytes).unwrap();
    }
}

/// Everything derived, and everything found.
fn results(trial: &Trial, data: &StudyData) -> String {
    let cut = data.last_day();
    let cells = derive_cells(&Analysis::new(trial, data, cut));
    let mut text = String::new();
    for cell in &cells {
        let bits = [cell.value, cell.lower, cell.upper].map(|value| value.map(f64::to_bits));
        let _ = writeln!(
            text,
            "{} {:?} {:?} {bits:?} {:?}",
            cell.id,
            cell.time_point,
            cell.level,
            cell.records()
        );
    }
    for finding in &data.findings {
        let _ = writeln!(text, "{finding:?}");
    }
    text
}

#[test]
fn the_same_study_in_every_format_and_mixed_gives_identical_results() {
    let trial = trial();
    let tables = tables(&trial);
    let read = |write: &[Write]| {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &tables, write);
        let data = read_folder(folder.path(), &trial).unwrap();
        (results(&trial, &data), data.subjects)
    };
    let usual = read(&[csv]);
    assert!(usual.0.lines().count() > 150, "{}", usual.0);
    for (name, write) in [
        ("Dataset-JSON", &[json as Write][..]),
        ("NDJSON", &[lines]),
        ("XPORT", &[transport]),
        ("UTF-16 with semicolons", &[spreadsheet]),
        ("mixed", &[csv, json, transport, lines, spreadsheet]),
    ] {
        let other = read(write);
        assert_eq!(other.0, usual.0, "{name}");
        assert_eq!(other.1, usual.1, "{name}");
    }
}

#[test]
fn a_dataset_in_several_files_is_one_dataset_and_the_same_in_two_formats_is_refused() {
    let trial = trial();
    let tables = tables(&trial);
    let whole = tempfile::tempdir().unwrap();
    put(whole.path(), &tables, &[csv]);
    let parts = tempfile::tempdir().unwrap();
    put(parts.path(), &tables, &[csv]);
    std::fs::remove_file(parts.path().join("lb.csv")).unwrap();
    let labs = tables.iter().find(|table| table.name == "LB").unwrap();
    for (name, odd) in [("lbhe.xpt", 0), ("lbch.csv", 1)] {
        let mut part = labs.clone();
        part.retain(|row| row % 2 == odd);
        let bytes = if odd == 0 { transport(&part).1 } else { csv(&part).1 };
        std::fs::write(parts.path().join(name), bytes).unwrap();
    }
    let (one, other) = (
        read_folder(whole.path(), &trial).unwrap(),
        read_folder(parts.path(), &trial).unwrap(),
    );
    assert_eq!(one.subjects, other.subjects);
    std::fs::write(whole.path().join("lb.json"), json(labs).1).unwrap();
    let refused = read_folder(whole.path(), &trial).unwrap_err();
    assert!(matches!(refused, ReadError::TwoFormats { .. }), "{refused}");
}

/// Written by pyreadstat 1.3.7 (ReadStat), see tests/data/README.md: what it reads back is in the `.csv` beside it.
#[test]
fn a_transport_file_of_another_program_is_read_as_that_program_reads_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let read = |name: &str| {
        read_datasets(name, &std::fs::read(data.join(name)).unwrap())
            .unwrap()
            .remove(0)
    };
    let (other, expected) = (read("pyreadstat_adlb.xpt"), read("pyreadstat_adlb.csv"));
    assert_eq!(other.columns(), expected.columns());
    assert_eq!(other.len(), expected.len());
    // Numbers to the last bit, whatever their digits; texts as they are.
    let value = |cell: &str| {
        cell.parse::<f64>()
            .map_or_else(|_| cell.to_owned(), |number| format!("{:x}", number.to_bits()))
    };
    for row in 0..expected.len() {
        assert!(
            other.row(row).map(value).eq(expected.row(row).map(value)),
            "row {row}: {other:?}"
        );
    }
}

#[test]
fn files_in_a_format_that_is_not_read_are_named() {
    let trial = trial();
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &tables(&trial), &[csv]);
    std::fs::write(folder.path().join("qs.sas7bdat"), b"x").unwrap();
    std::fs::write(folder.path().join("readme.txt"), b"data of the study").unwrap();
    let data = read_folder(folder.path(), &trial).unwrap();
    let named: Vec<String> = data.findings.iter().map(|finding| finding.rule.to_string()).collect();
    assert_eq!(
        named.iter().filter(|text| text.contains("qs.sas7bdat")).count(),
        1,
        "{named:?}"
    );
    assert!(!named.iter().any(|text| text.contains("readme")), "{named:?}");
}
