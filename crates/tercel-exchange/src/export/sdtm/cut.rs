//! Tables as they stood on a day, by the rules of [`tercel::study::StudyData::as_of`]: what began later is not there, what
//! ended later goes on, a death later has not happened.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::cells::{Columns, when};
use crate::table::Table;

/// Datasets made of the whole of the others: they are made again of what is left.
const REMADE: [&str; 4] = ["PP", "RELREC", "SE", "TS"];

/// The tables as of the end of `cut`.
pub fn cut_tables(tables: &mut Vec<Table>, cut: Date) {
    tables.retain(|table| !REMADE.contains(&table.name.as_str()));
    let later = later_deaths(tables, cut);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for table in tables.iter_mut().filter(|table| !table.name.starts_with("SUPP")) {
        if table.name == "DM" || table.column("USUBJID").is_none() {
            continue;
        }
        let kept = kept(table, cut, &mut known);
        table.retain(|row| kept.contains(&row));
        hide_ends(table, cut, &later);
    }
    demography(tables, cut, &mut known);
    let references = late_references(tables, cut);
    for table in tables.iter_mut() {
        let columns = Columns::of(table);
        let of_known = |row: &usize| !columns.has("USUBJID") || known.contains(columns.text(*row, "USUBJID"));
        let kept: BTreeSet<usize> = (0..table.len()).filter(of_known).collect();
        table.retain(|row| kept.contains(&row));
        forget_days(table, &references);
    }
    qualifiers(tables, cut);
}

/// Whether a text is a moment after the cut; a partial date is read by its earliest day.
fn is_later(text: &str, cut: Date) -> bool {
    when(text).is_some_and(|when| when.date.earliest() > cut)
}

fn later_deaths(tables: &[Table], cut: Date) -> BTreeSet<String> {
    let mut later = BTreeSet::new();
    for (dataset, date) in [("DM", "DTHDTC"), ("DS", "DSSTDTC")] {
        let Some(table) = tables.iter().find(|table| table.name == dataset) else {
            continue;
        };
        let columns = Columns::of(table);
        for row in 0..table.len() {
            let died = dataset == "DM" || columns.text(row, "DSDECOD").eq_ignore_ascii_case("DEATH");
            if died && is_later(columns.text(row, date), cut) {
                later.insert(columns.text(row, "USUBJID").to_owned());
            }
        }
    }
    later
}

/// The rows that had begun; their subjects are known.
fn kept(table: &Table, cut: Date, known: &mut BTreeSet<String>) -> BTreeSet<usize> {
    let columns = Columns::of(table);
    let starts = ["STDTC", "DTC"].map(|suffix| format!("{}{suffix}", table.name));
    let mut kept = BTreeSet::new();
    for row in 0..table.len() {
        let start = starts
            .iter()
            .map(|name| columns.text(row, name))
            .find(|text| !text.is_empty());
        let dated = start.and_then(when);
        if dated.is_some_and(|start| start.date.earliest() > cut) {
            continue;
        }
        if dated.is_some() {
            known.insert(columns.text(row, "USUBJID").to_owned());
        }
        kept.insert(row);
    }
    kept
}

/// Ends after the cut are blank. An event that ended later, or in a later death, was not resolved and not yet fatal.
fn hide_ends(table: &mut Table, cut: Date, later: &BTreeSet<String>) {
    let (end, day) = (format!("{}ENDTC", table.name), format!("{}ENDY", table.name));
    let columns = Columns::of(table);
    let mut blanks: BTreeMap<usize, String> = BTreeMap::new();
    let (mut outcomes, mut grades) = (BTreeMap::new(), BTreeMap::new());
    for row in 0..table.len() {
        let fatal =
            table.name == "AE" && (columns.text(row, "AEOUT") == "FATAL" || columns.text(row, "AETOXGR") == "5");
        let dies = fatal && later.contains(columns.text(row, "USUBJID"));
        if !is_later(columns.text(row, &end), cut) && !dies {
            continue;
        }
        blanks.insert(row, String::new());
        outcomes.insert(row, "NOT RECOVERED/NOT RESOLVED".to_owned());
        if fatal {
            grades.insert(row, String::new());
        }
    }
    let has = |table: &Table, name: &str| table.column(name).is_some();
    for name in [&end, &day] {
        if has(table, name) {
            table.set(name, &blanks);
        }
    }
    if table.name == "AE" {
        if has(table, "AEOUT") {
            table.set("AEOUT", &outcomes);
        }
        let columns = Columns::of(table);
        let five = grades.keys().filter(|row| columns.text(**row, "AETOXGR") == "5");
        let five: BTreeMap<usize, String> = five.map(|row| (*row, String::new())).collect();
        for (name, cells) in [("AETOXGR", &five), ("AESDTH", &grades)] {
            if has(table, name) {
                table.set(name, cells);
            }
        }
    }
}

/// `DM`: subjects known by the cut, without what came later.
fn demography(tables: &mut [Table], cut: Date, known: &mut BTreeSet<String>) {
    let Some(table) = tables.iter_mut().find(|table| table.name == "DM") else {
        return;
    };
    let columns = Columns::of(table);
    let mut died = BTreeMap::new();
    for row in 0..table.len() {
        let consent = columns.text(row, "RFICDTC");
        if when(consent).is_some() && !is_later(consent, cut) {
            known.insert(columns.text(row, "USUBJID").to_owned());
        }
        if is_later(columns.text(row, "DTHDTC"), cut) {
            died.insert(row, String::new());
        }
    }
    let dates = [
        "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFICDTC", "RFPENDTC", "DTHDTC",
    ];
    for name in dates {
        let columns = Columns::of(table);
        let later = (0..table.len()).filter(|row| is_later(columns.text(*row, name), cut));
        let later: BTreeMap<usize, String> = later.map(|row| (row, String::new())).collect();
        // The reference days are kept until the study days that rest on them are gone.
        if name != "RFSTDTC" && !later.is_empty() {
            table.set(name, &later);
        }
    }
    if table.column("DTHFL").is_some() {
        table.set("DTHFL", &died);
    }
}

/// Subjects whose day 1 lies after the cut: their study days are not known yet.
fn late_references(tables: &mut [Table], cut: Date) -> BTreeSet<String> {
    let Some(table) = tables.iter_mut().find(|table| table.name == "DM") else {
        return BTreeSet::new();
    };
    let columns = Columns::of(table);
    let late: Vec<usize> = (0..table.len())
        .filter(|row| is_later(columns.text(*row, "RFSTDTC"), cut))
        .collect();
    let subjects = late
        .iter()
        .map(|row| columns.text(*row, "USUBJID").to_owned())
        .collect();
    let blanks: BTreeMap<usize, String> = late.into_iter().map(|row| (row, String::new())).collect();
    if !blanks.is_empty() {
        for name in ["RFSTDTC", "ACTARMCD", "ACTARM", "ARMNRS"] {
            if table.column(name).is_some() {
                table.set(name, &blanks);
            }
        }
    }
    subjects
}

fn forget_days(table: &mut Table, subjects: &BTreeSet<String>) {
    if subjects.is_empty() || table.column("USUBJID").is_none() {
        return;
    }
    let columns = Columns::of(table);
    let rows = (0..table.len()).filter(|row| subjects.contains(columns.text(*row, "USUBJID")));
    let blanks: BTreeMap<usize, String> = rows.map(|row| (row, String::new())).collect();
    for name in ["DY", "STDY", "ENDY", "LOBXFL", "BLFL"].map(|suffix| format!("{}{suffix}", table.name)) {
        if table.column(&name).is_some() {
            table.set(&name, &blanks);
        }
    }
}

/// Qualifiers go with their records; of an event, what the sponsor did later is not there yet.
fn qualifiers(tables: &mut [Table], cut: Date) {
    let (mut supplements, parents): (Vec<&mut Table>, Vec<&mut Table>) =
        tables.iter_mut().partition(|table| table.name.starts_with("SUPP"));
    for supplement in &mut supplements {
        let columns = Columns::of(supplement);
        let mut there: BTreeMap<(String, String), BTreeSet<(String, String)>> = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for row in 0..supplement.len() {
            let [domain, key, subject, value] =
                ["RDOMAIN", "IDVAR", "USUBJID", "IDVARVAL"].map(|name| columns.text(row, name).to_owned());
            let records = there.entry((domain.clone(), key.clone())).or_insert_with(|| {
                let parent = parents.iter().find(|parent| parent.name == domain);
                parent.map(|parent| records_of(parent, &key)).unwrap_or_default()
            });
            let reported = columns.text(row, "QNAM").starts_with("AE") && is_later(columns.text(row, "QVAL"), cut);
            if records.contains(&(subject, value)) && !reported {
                kept.insert(row);
            }
        }
        supplement.retain(|row| kept.contains(&row));
    }
}

fn records_of(parent: &Table, key: &str) -> BTreeSet<(String, String)> {
    let columns = Columns::of(parent);
    let text = |row, name: &str| columns.text(row, name).to_owned();
    (0..parent.len())
        .map(|row| (text(row, "USUBJID"), text(row, key)))
        .collect()
}
