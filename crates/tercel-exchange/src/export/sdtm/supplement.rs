//! Supplemental qualifiers: what a table holds beyond the variables of the guide.

use std::collections::BTreeSet;

use super::cells::Columns;
use super::{has_variable, long};
use crate::form::qualifier_label;
use crate::sdtm::long::{continued_label, continued_name, parts};
use crate::sdtm::{evaluator, qualifier_name};
use crate::table::Table;

/// Variables of a dataset of qualifiers.
const COLUMNS: [&str; 10] = [
    "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL",
];

/// Whether an event is treatment-emergent: the name the FDA asks for, and of the pilot study of CDISC.
pub(super) const EMERGENT_FLAG: &str = "AETRTEM";

/// Labels of qualifiers that no form has, by the end of their name.
const LABELS: [(&str, &str); 8] = [
    ("SEQ", "Sequence Number"),
    ("LLOQ", "Lower Limit of Quantitation"),
    ("ULOQ", "Upper Limit of Quantitation"),
    ("DILFAC", "Dilution Factor"),
    ("CLSIG", "Clinically Significant"),
    ("DTC", "Date/Time"),
    ("TOXGR", "Toxicity Grade"),
    ("TRTEM", "Treatment Emergent Flag"),
];

/// Adds a row for every value in a column that the guide does not have to the qualifiers of the source.
pub(super) fn rows(table: &Table, known: Option<&Table>) -> Option<Table> {
    let domain = &table.name;
    let mut made = Table::from_rows(&format!("SUPP{domain}"), &COLUMNS, Vec::new());
    let mut there: BTreeSet<[String; 4]> = BTreeSet::new();
    let identity = |columns: &Columns<'_>, row| {
        ["USUBJID", "IDVAR", "IDVARVAL", "QNAM"].map(|name| columns.text(row, name).to_owned())
    };
    if let Some(known) = known {
        let columns = Columns::of(known);
        for row in 0..known.len() {
            there.insert(identity(&columns, row));
            let cells = COLUMNS.map(|name| columns.text(row, name));
            push_parts(&mut made, cells);
        }
    }
    let columns = Columns::of(table);
    let mut names: BTreeSet<String> = BTreeSet::new();
    for column in table.columns().iter().filter(|column| !has_variable(domain, column)) {
        if column.is_empty() {
            continue;
        }
        let name = unique(column, &mut names);
        let known = known_label(domain, column);
        // Nobody says where a column comes from that no form asks for and the guide has no name for.
        let origin = match known {
            _ if *column == format!("{domain}SEQ") => "Assigned",
            _ if column == EMERGENT_FLAG => "Derived",
            Some(_) => "Collected",
            None => "Not Available",
        };
        let label = known.unwrap_or_else(|| short_label(column));
        let by = evaluator(domain, &name);
        for row in 0..table.len() {
            let value = columns.text(row, column);
            let [study, subject] = ["STUDYID", "USUBJID"].map(|name| columns.text(row, name));
            let (key, number) = parent_key(domain, &columns, row);
            let identity = [subject, &key, number, &name].map(str::to_owned);
            if value.is_empty() || !there.insert(identity) {
                continue;
            }
            push_parts(
                &mut made,
                [study, domain, subject, &key, number, &name, &label, value, origin, by],
            );
        }
    }
    Some(made).filter(|made| !made.is_empty())
}

/// Adds a qualifier, with continuations of a value that one does not hold.
fn push_parts(made: &mut Table, cells: [&str; 10]) {
    let [study, domain, subject, key, number, name, label, value, origin, by] = cells;
    for (part, value) in parts(value).into_iter().enumerate() {
        let (name, label) = match part {
            0 => (name.to_owned(), label.to_owned()),
            part => (continued_name(name, part), continued_label(label, part)),
        };
        made.push([study, domain, subject, key, number, &name, &label, value, origin, by]);
    }
}

/// The variable that names a record, and its value.
fn parent_key<'t>(domain: &str, columns: &Columns<'t>, row: usize) -> (String, &'t str) {
    let name = match domain {
        "DM" => return Default::default(),
        "SV" => "VISITNUM".to_owned(),
        _ => format!("{domain}SEQ"),
    };
    let value = columns.text(row, &name);
    (name, value)
}

/// A name of at most 8 letters and digits that no other column of the dataset was given.
fn unique(column: &str, taken: &mut BTreeSet<String>) -> String {
    let upper = column.to_uppercase();
    let mut name: String = upper.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, 'Q');
        name.truncate(8);
    }
    let base: String = name.chars().take(6).collect();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{base}{number}");
    }
    name
}

/// What the qualifier is called: as the writer of a rehearsal says, or as the form asks; `None` where neither knows it.
fn known_label(domain: &str, column: &str) -> Option<String> {
    let ending = || {
        let known = LABELS.iter().find(|(end, _)| column.strip_prefix(domain) == Some(end));
        known.map(|(_, label)| *label)
    };
    if let Some(continued) = long::label(domain, column) {
        return Some(continued);
    }
    let text = qualifier_name(column).or_else(|| qualifier_label(domain, column));
    text.or_else(ending).map(short_label)
}

/// A label of at most 40 bytes, cut between words.
pub(super) fn short_label(text: &str) -> String {
    if text.len() <= 40 {
        return text.to_owned();
    }
    let mut short = String::new();
    for word in text.split_inclusive(' ') {
        if short.len() + word.trim_end().len() > 40 {
            break;
        }
        short.push_str(word);
    }
    let short = short.trim_end();
    if short.is_empty() {
        text.chars().take(10).collect()
    } else {
        short.to_owned()
    }
}
