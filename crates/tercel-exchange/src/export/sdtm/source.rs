//! The tables of the source as SDTM tables: identifiers in place, every record with its number.

use std::collections::{BTreeMap, BTreeSet};

use tercel::language::Words;
use tercel::protocol::Trial;
use tercel::study::{Blocks, Finding, RecordId, Rule, SubjectId};

use super::cells::{Columns, fill, fill_from};
use super::{guide, has_variable};
use crate::reader::parse_sequence;
use crate::sdtm::settle_forms;
use crate::table::Table;

/// Datasets that are exported even when empty: without them a reader cannot tell "none" from "not delivered".
const SAID_WHEN_EMPTY: [&str; 4] = ["AE", "DM", "EX", "SV"];

/// Keeps the tables that the guide has, and says which are left out. Analysis datasets are no part of SDTM and go without
/// a word.
pub(super) fn prepare(trial: &Trial, tables: Vec<Table>) -> (Vec<Table>, Vec<Finding>) {
    let (mut kept, mut findings) = (Vec::new(), Vec::new());
    let study = study_id(trial, &tables);
    let numbered: BTreeSet<String> = tables.iter().filter_map(numbered_apart).collect();
    for mut table in tables {
        // The record has a table for every form, a folder only for what was recorded: both give the same export.
        if table.is_empty() && !SAID_WHEN_EMPTY.contains(&table.name.as_str()) {
            continue;
        }
        settle_forms(&mut table);
        if table.name.starts_with("SUPP") {
            // Every dataset has its own qualifiers, whatever the file was called.
            kept.extend(by_parent(&table));
        } else if guide::dataset(&table.name).is_some() {
            blank_what_is_no_number(&mut table, &mut findings);
            identify(&mut table, &study, &numbered);
            kept.push(table);
        } else if !table.name.starts_with("AD") {
            findings.push(left_out(&table));
        }
    }
    (kept, findings)
}

/// The study as the tables name it; the protocol's identifier where none does.
pub(super) fn study_id(trial: &Trial, tables: &[Table]) -> String {
    // That of the subjects before any other.
    let subjects = tables.iter().filter(|table| table.name == "DM");
    let mut ids = subjects.chain(tables).filter_map(|table| {
        let id = Columns::of(table).text(0, "STUDYID").to_owned();
        Some(id).filter(|id| !id.is_empty())
    });
    ids.next().unwrap_or_else(|| trial.id.clone())
}

/// A dataset whose record numbers stand in its qualifiers, because the guide has no variable for them.
fn numbered_apart(table: &Table) -> Option<String> {
    let domain = table.name.strip_prefix("SUPP")?;
    let columns = Columns::of(table);
    let name = format!("{domain}SEQ");
    let numbered = (0..table.len()).any(|row| columns.text(row, "QNAM") == name);
    numbered.then(|| domain.to_owned())
}

/// Blanks every text that is no number in a variable of numbers, and says so: one `NaN` or `1,5` would make text of all the
/// others. What a numeric result says is kept as its character result, where that is blank.
fn blank_what_is_no_number(table: &mut Table, findings: &mut Vec<Finding>) {
    let Some(guide) = guide::dataset(&table.name) else {
        return;
    };
    let domain = table.name.clone();
    for variable in guide.variables.iter().filter(|variable| variable.numeric) {
        let columns = Columns::of(table);
        let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
        let wrong: BTreeMap<usize, String> = (0..table.len())
            .map(|row| (row, columns.text(row, variable.name).to_owned()))
            .filter(|(_, text)| !text.is_empty() && !is_number(text))
            .collect();
        if wrong.is_empty() {
            continue;
        }
        findings.extend(
            wrong
                .iter()
                .map(|(row, text)| no_number(table, *row, variable.name, text)),
        );
        if variable.name == format!("{domain}STRESN") {
            fill_from(table, &format!("{domain}STRESC"), &wrong);
        }
        let blanks = wrong.into_keys().map(|row| (row, String::new())).collect();
        table.set(variable.name, &blanks);
    }
}

fn no_number(table: &Table, row: usize, field: &str, text: &str) -> Finding {
    let columns = Columns::of(table);
    let name = tercel::study::Dataset::new(&table.name);
    let place = u32::try_from(row + 1).unwrap_or(u32::MAX);
    let subject = Some(columns.text(row, "USUBJID")).filter(|subject| !subject.is_empty());
    let subject = subject.map(SubjectId::new);
    let number = parse_sequence(columns.text(row, &format!("{name}SEQ")));
    let number = number.unwrap_or(if table.name == "DM" { 1 } else { place });
    Finding {
        record: subject.clone().map(|subject| RecordId {
            dataset: name.clone(),
            subject,
            number,
        }),
        subject,
        dataset: name,
        row: Some(place),
        field: field.to_owned(),
        rule: Rule::NotANumber(text.to_owned()),
        blocks: Blocks::Export,
    }
}

/// `STUDYID`, `DOMAIN` and the number of each record: that of its row where the source has none, which is the number
/// under which every report names it.
fn identify(table: &mut Table, study: &str, numbered: &BTreeSet<String>) {
    let domain = table.name.clone();
    fill(table, "STUDYID", |_, _| Some(study.to_owned()));
    if has_variable(&domain, "DOMAIN") {
        fill(table, "DOMAIN", |_, _| Some(domain.clone()));
    }
    let sequence = format!("{domain}SEQ");
    let of_subjects = has_variable(&domain, "USUBJID") && domain != "DM" && domain != "RELREC";
    if of_subjects && !numbered.contains(&domain) {
        fill(table, &sequence, |_, row| Some((row + 1).to_string()));
    }
}

/// The rows of a dataset of qualifiers by their parents.
fn by_parent(table: &Table) -> Vec<Table> {
    let columns = Columns::of(table);
    let parents: BTreeSet<&str> = (0..table.len()).map(|row| columns.text(row, "RDOMAIN")).collect();
    let of_parent = |parent: &&str| {
        let name = format!("SUPP{parent}");
        let file = format!("{}.csv", name.to_lowercase());
        let mut part = Table::new(&name, &file, table.columns().to_vec());
        for row in (0..table.len()).filter(|row| columns.text(*row, "RDOMAIN") == *parent) {
            part.push(table.row(row));
        }
        part
    };
    parents
        .iter()
        .filter(|parent| !parent.is_empty())
        .map(of_parent)
        .collect()
}

fn left_out(table: &Table) -> Finding {
    let sentence = format!(
        "{} is no dataset of SDTMIG 3.4; its {} rows are not exported: give it the name of a dataset of the guide",
        table.name,
        table.len()
    );
    Finding {
        subject: None,
        dataset: tercel::study::Dataset::new(&table.name),
        record: None,
        row: None,
        field: String::new(),
        rule: Rule::NotRead(Words::english(sentence)),
        blocks: Blocks::Export,
    }
}
