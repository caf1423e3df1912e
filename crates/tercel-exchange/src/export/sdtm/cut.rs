//! Tables as they stood on a day, by the rules of [`tercel::study::StudyData::as_of`]: what began later is not there, what
//! ended later goes on, a death later has not happened.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::cells::{Columns, when};
use super::has_variable;
use crate::table::Table;
use tercel::study::is_screen_failure;

/// Datasets made of the whole of the others: they are made again of what is left.
const REMADE: [&str; 4] = ["PP", "RELREC", "SE", "TS"];

/// Datasets whose dates do not show that a subject is in the study: illnesses and lesions may be older.
const BEFORE_THE_STUDY: [&str; 2] = ["MH", "TU"];

/// The tables as of the end of `cut`.
pub fn cut_tables(tables: &mut Vec<Table>, cut: Date) {
    tables.retain(|table| !REMADE.contains(&table.name.as_str()));
    let later = later_deaths(tables, cut);
    let (consents, failures) = (consents(tables), failures(tables));
    let treated = treated(tables, cut);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for table in tables.iter_mut().filter(|table| !table.name.starts_with("SUPP")) {
        if table.name == "DM" || table.column("USUBJID").is_none() {
            continue;
        }
        let kept = kept(table, cut, &mut known);
        table.retain(|row| kept.contains(&row));
        hide_ends(table, cut, &later);
    }
    demography(tables, cut, &later, &mut known);
    let consents_later = |subject: &String| consents.get(subject).is_some_and(|day| *day > cut);
    known.retain(|subject| !consents_later(subject) || treated.contains(subject));
    let fails_later = |subject: &str| failures.get(subject).is_some_and(|day| *day > cut);
    blank_reasons(tables, fails_later);
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
    later.extend(undated_deaths(tables, cut));
    later
}

/// Deaths without a date of who is seen after the cut: they came later still.
fn undated_deaths(tables: &[Table], cut: Date) -> BTreeSet<String> {
    let named = |name: &str| tables.iter().find(|table| table.name == name);
    let mut dead = BTreeSet::new();
    if let Some(table) = named("DM") {
        let columns = Columns::of(table);
        let undated = (0..table.len()).filter(|row| {
            columns.text(*row, "DTHFL").eq_ignore_ascii_case("Y") && when(columns.text(*row, "DTHDTC")).is_none()
        });
        dead.extend(undated.map(|row| columns.text(row, "USUBJID").to_owned()));
    }
    let mut later = BTreeSet::new();
    for (name, date) in [
        ("AE", "AESTDTC"),
        ("EX", "EXSTDTC"),
        ("LB", "LBDTC"),
        ("SV", "SVSTDTC"),
        ("TR", "TRDTC"),
        ("VS", "VSDTC"),
    ] {
        let Some(table) = named(name).filter(|_| !dead.is_empty()) else {
            continue;
        };
        let columns = Columns::of(table);
        let seen = (0..table.len()).filter(|row| is_later(columns.text(*row, date), cut));
        let subjects = seen.map(|row| columns.text(row, "USUBJID"));
        later.extend(subjects.filter(|id| dead.contains(*id)).map(str::to_owned));
    }
    later
}

/// The first day of what a row of `DS` says, by subject.
fn first_said(tables: &[Table], says: impl Fn(&str, &str) -> bool) -> BTreeMap<String, Date> {
    let mut days: BTreeMap<String, Date> = BTreeMap::new();
    for table in tables.iter().filter(|table| table.name == "DS") {
        let columns = Columns::of(table);
        let says = |row: &usize| says(columns.text(*row, "DSCAT"), columns.text(*row, "DSDECOD"));
        for row in (0..table.len()).filter(says) {
            add_earlier(&mut days, columns.text(row, "USUBJID"), columns.text(row, "DSSTDTC"));
        }
    }
    days
}

fn add_earlier(days: &mut BTreeMap<String, Date>, subject: &str, text: &str) {
    if let Some(day) = when(text).map(|when| when.date.earliest()) {
        let first = days.entry(subject.to_owned()).or_insert(day);
        *first = day.min(*first);
    }
}

/// The first day of consent, where it is known.
fn consents(tables: &[Table]) -> BTreeMap<String, Date> {
    let mut days = first_said(tables, |category, term| {
        category.eq_ignore_ascii_case("PROTOCOL MILESTONE") && term.to_ascii_uppercase().contains("CONSENT")
    });
    for table in tables.iter().filter(|table| table.name == "DM") {
        let columns = Columns::of(table);
        for row in 0..table.len() {
            add_earlier(&mut days, columns.text(row, "USUBJID"), columns.text(row, "RFICDTC"));
        }
    }
    days
}

/// The first day on which screening is said to have failed.
fn failures(tables: &[Table]) -> BTreeMap<String, Date> {
    first_said(tables, |_, term| is_screen_failure(term))
}

/// Who had been treated: never hidden by a date of consent that must be wrong.
fn treated(tables: &[Table], cut: Date) -> BTreeSet<String> {
    let mut treated = BTreeSet::new();
    for table in tables.iter().filter(|table| table.name == "EX") {
        let columns = Columns::of(table);
        let rows = (0..table.len()).filter(|row| when(columns.text(*row, "EXSTDTC")).is_some());
        let rows = rows.filter(|row| !is_later(columns.text(*row, "EXSTDTC"), cut));
        treated.extend(rows.map(|row| columns.text(row, "USUBJID").to_owned()));
    }
    treated
}

/// Blanks why somebody has no arm, of those whose screening fails later.
fn blank_reasons(tables: &mut [Table], fails_later: impl Fn(&str) -> bool) {
    for table in tables.iter_mut().filter(|table| table.name == "DM") {
        let columns = Columns::of(table);
        let rows = (0..table.len()).filter(|row| fails_later(columns.text(*row, "USUBJID")));
        let rows: Vec<usize> = rows.collect();
        blank(table, "ARMNRS", &rows);
    }
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
        if dated.is_some() && !BEFORE_THE_STUDY.contains(&table.name.as_str()) {
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
    let (mut ended, mut fatal, mut five) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..table.len() {
        let of_grade_5 = columns.text(row, "AETOXGR").ends_with('5');
        let is_fatal = of_grade_5 || columns.text(row, "AEOUT").eq_ignore_ascii_case("FATAL");
        let dies = is_fatal && later.contains(columns.text(row, "USUBJID"));
        if is_later(columns.text(row, &end), cut) || (table.name == "AE" && dies) {
            ended.push(row);
            fatal.extend(is_fatal.then_some(row));
            five.extend(of_grade_5.then_some(row));
        }
    }
    blank(table, &end, &ended);
    blank(table, &day, &ended);
    if table.name == "AE" {
        let ongoing = ended.iter().map(|row| (*row, "NOT RECOVERED/NOT RESOLVED".to_owned()));
        let ongoing: BTreeMap<usize, String> = ongoing.collect();
        if !ongoing.is_empty() {
            table.set("AEOUT", &ongoing);
        }
        blank(table, "AETOXGR", &five);
        blank(table, "AESDTH", &fatal);
        // What the sponsor did with an event stands in columns of its own where no qualifiers were made yet.
        let own: Vec<String> = table
            .columns()
            .iter()
            .filter(|name| !has_variable("AE", name))
            .cloned()
            .collect();
        for name in own {
            let columns = Columns::of(table);
            let later: Vec<usize> = (0..table.len())
                .filter(|row| is_later(columns.text(*row, &name), cut))
                .collect();
            blank(table, &name, &later);
        }
    }
}

/// Blanks cells of a column, where there is one.
fn blank(table: &mut Table, name: &str, rows: &[usize]) {
    if table.column(name).is_some() && !rows.is_empty() {
        let blanks: BTreeMap<usize, String> = rows.iter().map(|row| (*row, String::new())).collect();
        table.set(name, &blanks);
    }
}

/// `DM`: subjects known by the cut, without what came later.
fn demography(tables: &mut [Table], cut: Date, later: &BTreeSet<String>, known: &mut BTreeSet<String>) {
    let Some(table) = tables.iter_mut().find(|table| table.name == "DM") else {
        return;
    };
    let columns = Columns::of(table);
    let mut died = Vec::new();
    for row in 0..table.len() {
        let consent = columns.text(row, "RFICDTC");
        if when(consent).is_some() && !is_later(consent, cut) {
            known.insert(columns.text(row, "USUBJID").to_owned());
        }
        if later.contains(columns.text(row, "USUBJID")) {
            died.push(row);
        }
    }
    let dates = ["RFENDTC", "RFXSTDTC", "RFXENDTC", "RFICDTC", "RFPENDTC", "DTHDTC"];
    for name in dates {
        let columns = Columns::of(table);
        let later: Vec<usize> = (0..table.len())
            .filter(|row| is_later(columns.text(*row, name), cut))
            .collect();
        blank(table, name, &later);
    }
    blank(table, "DTHFL", &died);
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
    for name in ["RFSTDTC", "ACTARMCD", "ACTARM", "ARMNRS"] {
        blank(table, name, &late);
    }
    subjects
}

fn forget_days(table: &mut Table, subjects: &BTreeSet<String>) {
    if subjects.is_empty() || table.column("USUBJID").is_none() {
        return;
    }
    let columns = Columns::of(table);
    let rows = (0..table.len()).filter(|row| subjects.contains(columns.text(*row, "USUBJID")));
    let rows: Vec<usize> = rows.collect();
    for name in ["DY", "STDY", "ENDY", "LOBXFL", "BLFL"].map(|suffix| format!("{}{suffix}", table.name)) {
        blank(table, &name, &rows);
    }
}

/// Comments and then qualifiers go with their records; of an event, what the sponsor did later is not there yet.
fn qualifiers(tables: &mut [Table], cut: Date) {
    go_with_records(tables, cut, |name| name == "CO");
    go_with_records(tables, cut, |name| name.starts_with("SUPP"));
}

fn go_with_records(tables: &mut [Table], cut: Date, is_beside: impl Fn(&str) -> bool) {
    let (mut supplements, parents): (Vec<&mut Table>, Vec<&mut Table>) =
        tables.iter_mut().partition(|table| is_beside(&table.name));
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
            if key.is_empty() {
                kept.insert(row);
                continue;
            }
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
