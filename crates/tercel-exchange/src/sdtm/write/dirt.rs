//! Dirt that exists only as text: impossible dates, unknown codes, blank cells, rows that stand twice, missing columns.

use std::collections::{BTreeMap, BTreeSet};

use tercel::protocol::Trial;
use tercel::simulate::dirt::{Dirt, Found, pick};
use tercel::study::{Dataset, SubjectId};

use super::slips::{SLIPS, Slip};
use crate::table::{Table, TableError};

/// Columns of which one is left out of every part of its dataset, so that the files still fit together.
const COLUMNS: [(&str, &str); 2] = [("MH", "MHTERM"), ("EC", "ECTRT")];
/// The dataset that every second seed does not deliver.
const UNDELIVERED: &str = "SV";

/// What a cell may be asked for beside its text.
#[derive(Debug)]
struct Context<'a> {
    trial: &'a Trial,
    /// Subjects for whom no death is recorded.
    alive: BTreeSet<String>,
}

/// The name of every kind of dirt that [`soil_tables`] knows.
pub fn table_dirt_kinds() -> Vec<&'static str> {
    SLIPS.iter().map(|slip| slip.kind).chain(OTHERS).collect()
}

/// What is wrong with rows and datasets as a whole.
const OTHERS: [&str; 7] = [
    "column not delivered",
    "dataset not delivered",
    "duplicate subject",
    "number used twice",
    "row with a value too many",
    "row without a subject",
    "unknown subject",
];

/// Soils the datasets of one part of a rehearsal, after [`soil`](tercel::simulate::dirt::soil) has soiled its records.
///
/// What is wrong with rows is put into the first part (0) alone, what is wrong with a dataset into all. Adds to `dirt`,
/// and removes from it what lay in a dataset that is not delivered.
pub fn soil_tables(trial: &Trial, tables: &mut Vec<Table>, seed: u64, part: usize, dirt: &mut Vec<Dirt>) {
    let undelivered = pick(seed, "dataset not delivered", 2) == Some(0);
    if undelivered {
        tables.retain(|table| table.name != UNDELIVERED);
    }
    if part == 0 {
        dirt.retain(|piece| !(undelivered && piece.dataset.as_str() == UNDELIVERED));
        let deaths = tables.iter_mut().filter(|table| table.name == "DM");
        let alive = deaths
            .flat_map(|table| edit(table, |columns, rows| alive(columns, rows)))
            .collect();
        let context = Context { trial, alive };
        for table in tables.iter_mut() {
            soil_rows(&context, table, seed, dirt);
        }
        if undelivered {
            let what = "the dataset is not delivered".to_owned();
            dirt.push(whole("dataset not delivered", UNDELIVERED, "", what, "incomplete"));
        }
    }
    let column = pick(seed, "column not delivered", COLUMNS.len()).and_then(|at| COLUMNS.get(at));
    let Some((dataset, column)) = column else { return };
    let mut lost = false;
    for table in tables.iter_mut().filter(|table| table.name == *dataset) {
        lost |= edit(table, |columns, rows| drop_column(columns, rows, column));
    }
    if part == 0 && lost {
        let what = format!("the column {column} is not delivered");
        dirt.push(whole("column not delivered", dataset, column, what, "missing-column"));
        dirt.retain(|piece| piece.dataset.as_str() != *dataset || piece.subject.is_none());
    }
}

/// The CSV of a table with its ragged rows: each of them has a value more than the header names.
pub fn to_ragged_csv(table: &Table) -> Result<Vec<u8>, TableError> {
    let bytes = table.to_csv()?;
    let ragged: BTreeSet<usize> = table
        .ragged
        .iter()
        .filter_map(|row| usize::try_from(*row).ok())
        .collect();
    let mut written = Vec::with_capacity(bytes.len());
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let end = line.strip_suffix(b"\n").filter(|_| ragged.contains(&at));
        match end {
            Some(text) => written.extend(text.iter().copied().chain(*b",?\n")),
            None => written.extend_from_slice(line),
        }
    }
    Ok(written)
}

/// A table taken apart into rows, changed, and put together again.
fn edit<R>(table: &mut Table, change: impl FnOnce(&mut Vec<String>, &mut Vec<Vec<String>>) -> R) -> R {
    let mut columns = table.columns().to_vec();
    let mut rows: Vec<Vec<String>> = (0..table.len())
        .map(|row| table.row(row).map(str::to_owned).collect())
        .collect();
    let answer = change(&mut columns, &mut rows);
    let mut changed = Table::new(&table.name, &table.file, columns);
    for row in &rows {
        changed.push(row.iter().map(String::as_str));
    }
    changed.ragged = std::mem::take(&mut table.ragged);
    changed.notes = std::mem::take(&mut table.notes);
    *table = changed;
    answer
}

fn alive(columns: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let alive = rows.iter().filter(|row| cell(columns, row, "DTHDTC").is_empty());
    alive.map(|row| cell(columns, row, "USUBJID").to_owned()).collect()
}

fn drop_column(columns: &mut Vec<String>, rows: &mut [Vec<String>], name: &str) -> bool {
    let Some(at) = columns.iter().position(|column| column == name) else {
        return false;
    };
    columns.remove(at);
    for row in rows {
        if at < row.len() {
            row.remove(at);
        }
    }
    true
}

fn cell<'r>(columns: &[String], row: &'r [String], name: &str) -> &'r str {
    let at = columns.iter().position(|column| column == name);
    at.and_then(|at| row.get(at)).map_or("", String::as_str)
}

fn set(columns: &[String], row: &mut [String], name: &str, text: &str) {
    let at = columns.iter().position(|column| column == name);
    if let Some(cell) = at.and_then(|at| row.get_mut(at)) {
        text.clone_into(cell);
    }
}

fn whole(kind: &'static str, dataset: &str, field: &str, what: String, rule: &'static str) -> Dirt {
    Dirt {
        kind,
        subject: None,
        dataset: Dataset::new(dataset),
        record: None,
        field: field.to_owned(),
        what,
        found: Found::By(rule),
    }
}

/// Everything that goes wrong within the rows of one table.
fn soil_rows(context: &Context<'_>, table: &mut Table, seed: u64, dirt: &mut Vec<Dirt>) {
    let name = table.name.clone();
    let ragged = edit(table, |columns, rows| {
        let mut soiled: BTreeSet<usize> = BTreeSet::new();
        for slip in SLIPS.iter().filter(|slip| slip.table == name) {
            let Some(at) = place(context, columns, rows, slip, seed, &soiled, dirt) else {
                continue;
            };
            soiled.insert(at);
            if let Some(row) = rows.get_mut(at) {
                dirt.push(slip_into(columns, row, slip));
            }
        }
        let mut free: Vec<usize> = (0..rows.len()).filter(|at| !soiled.contains(at)).collect();
        let mut next = |kind: &str| pick(seed, kind, free.len()).map(|at| free.remove(at));
        match name.as_str() {
            "DM" => dirt.extend(next("duplicate subject").and_then(|at| repeat(columns, rows, at))),
            "VS" => {
                dirt.extend(next("row without a subject").and_then(|at| Some(orphan(columns, rows.get_mut(at)?))));
                dirt.extend(next("number used twice").and_then(|at| renumber(columns, rows, at)));
            }
            "PC" => dirt.extend(next("unknown subject").and_then(|at| rename(columns, rows.get_mut(at)?))),
            "MH" => return next("row with a value too many"),
            _ => {}
        }
        None
    });
    if let Some(row) = ragged.and_then(|at| u32::try_from(at + 1).ok()) {
        table.ragged.push(row);
        let what = format!("row {row} has one value more than the header names");
        dirt.push(whole("row with a value too many", &name, "", what, "incomplete"));
    }
}

/// The row a slip falls on: one that it fits, of a subject with the least dirt and none in this dataset yet.
fn place(
    context: &Context<'_>,
    columns: &[String],
    rows: &[Vec<String>],
    slip: &Slip,
    seed: u64,
    soiled: &BTreeSet<usize>,
    dirt: &[Dirt],
) -> Option<usize> {
    let mut load: BTreeMap<&str, usize> = BTreeMap::new();
    let mut here: BTreeSet<(&str, Option<u32>)> = BTreeSet::new();
    let mut typed: BTreeSet<&str> = BTreeSet::new();
    for piece in dirt {
        let Some(subject) = &piece.subject else { continue };
        *load.entry(subject.as_str()).or_default() += 1;
        if piece.dataset.as_str() == slip.dataset() {
            here.insert((subject.as_str(), piece.record));
            if !SLIPS.iter().any(|other| other.kind == piece.kind) {
                typed.insert(subject.as_str());
            }
        }
        if matches!(piece.found, Found::In(dataset, _) if dataset == slip.dataset()) {
            typed.insert(subject.as_str());
        }
    }
    let subject = |at: usize| rows.get(at).map_or("", |row| cell(columns, row, "USUBJID"));
    let fit: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(at, row)| {
            let id = subject(*at);
            let known = here.contains(&(id, slip.number(|name| cell(columns, row, name))));
            !soiled.contains(at) && !known && !typed.contains(id) && fits(context, columns, row, slip, dirt)
        })
        .map(|(at, _)| at)
        .collect();
    let weight = |at: usize| load.get(subject(at)).copied().unwrap_or(0);
    let least = fit.iter().map(|at| weight(*at)).min()?;
    let best: Vec<usize> = fit.into_iter().filter(|at| weight(*at) == least).collect();
    best.get(pick(seed, slip.kind, best.len())?).copied()
}

fn fits(context: &Context<'_>, columns: &[String], row: &[String], slip: &Slip, dirt: &[Dirt]) -> bool {
    let names = &context.trial.names;
    slip.only.iter().all(|(name, text)| {
        let value = cell(columns, row, name);
        match *text {
            "*" => !value.is_empty(),
            "@settled" => !dirt.iter().any(|piece| {
                let id = piece.subject.as_ref().map(SubjectId::as_str);
                id == Some(value) && ["DS", "EX", "SS", "SV"].contains(&piece.dataset.as_str())
            }),
            "@alive" => context.alive.contains(value),
            "@biomarker" => names.biomarker.iter().any(|known| known == value),
            "@infusion" => names.infusion.iter().any(|known| known == value),
            "@lymphodepletion" => names.lymphodepletion.iter().any(|known| known == value),
            text => value == text,
        }
    })
}

fn slip_into(columns: &[String], row: &mut [String], slip: &Slip) -> Dirt {
    let mut what = Vec::new();
    for (name, text) in slip.set {
        let was = cell(columns, row, name).to_owned();
        set(columns, row, name, text);
        if was != *text {
            what.push(format!("{name} \"{was}\" became \"{text}\""));
        }
    }
    Dirt {
        kind: slip.kind,
        subject: Some(SubjectId::new(cell(columns, row, "USUBJID"))),
        dataset: Dataset::new(slip.dataset()),
        record: slip.number(|name| cell(columns, row, name)),
        field: slip.field().to_owned(),
        what: what.join(", "),
        found: Found::By(slip.rule),
    }
}

fn repeat(columns: &[String], rows: &mut Vec<Vec<String>>, at: usize) -> Option<Dirt> {
    let row = rows.get(at)?.clone();
    let subject = SubjectId::new(cell(columns, &row, "USUBJID"));
    rows.push(row);
    let what = "the row stands again at the end".to_owned();
    Some(Dirt {
        subject: Some(subject),
        ..whole("duplicate subject", "DM", "USUBJID", what, "duplicate-subject")
    })
}

fn orphan(columns: &[String], row: &mut [String]) -> Dirt {
    let what = format!("the subject {} was left blank", cell(columns, row, "USUBJID"));
    set(columns, row, "USUBJID", "");
    whole("row without a subject", "VS", "USUBJID", what, "missing-value")
}

fn renumber(columns: &[String], rows: &mut [Vec<String>], at: usize) -> Option<Dirt> {
    let id = cell(columns, rows.get(at)?, "USUBJID").to_owned();
    let mut others = rows.iter().enumerate().filter(|(other, _)| *other != at);
    let other = others
        .find(|(_, row)| cell(columns, row, "USUBJID") == id && cell(columns, row, "VSSEQ").parse::<u32>().is_ok());
    let number = cell(columns, other?.1, "VSSEQ").to_owned();
    let row = rows.get_mut(at)?;
    let what = format!("VSSEQ {} became {number}", cell(columns, row, "VSSEQ"));
    set(columns, row, "VSSEQ", &number);
    Some(Dirt {
        subject: Some(SubjectId::new(&id)),
        record: number.parse().ok(),
        ..whole("number used twice", "VS", "VSSEQ", what, "duplicate-record")
    })
}

fn rename(columns: &[String], row: &mut [String]) -> Option<Dirt> {
    let was = cell(columns, row, "USUBJID").to_owned();
    let (stem, number) = was.rsplit_once('-')?;
    let other = format!("{stem}-9{number}");
    set(columns, row, "USUBJID", &other);
    let what = format!("{was} became {other}");
    Some(Dirt {
        subject: Some(SubjectId::new(&other)),
        ..whole("unknown subject", "PC", "USUBJID", what, "unknown-subject")
    })
}
