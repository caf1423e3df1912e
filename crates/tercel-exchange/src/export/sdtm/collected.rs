//! `EC` of what was given: the infusion as the form collects it, beside the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Columns;
use super::{Study, has_variable, named};
use crate::table::Table;

/// The mood of what was done.
pub(crate) const PERFORMED: &str = "PERFORMED";

/// Adds every infusion of the study treatment in `EX` as it was collected, to subjects of whom the source has none in `EC`: no form
/// asks for it twice.
pub(super) fn add_given(study: &Study<'_>, tables: &mut Vec<Table>) {
    let Some(exposure) = named(tables, "EX") else { return };
    let (mut highest, mut collected) = (BTreeMap::new(), BTreeSet::new());
    if let Some(table) = named(tables, "EC") {
        let columns = Columns::of(table);
        for row in 0..table.len() {
            let subject = columns.text(row, "USUBJID").to_owned();
            let number = columns.text(row, "ECSEQ").parse().unwrap_or(0_u32);
            let known = highest.entry(subject.clone()).or_insert(0);
            *known = number.max(*known);
            if columns.text(row, "ECMOOD") != "SCHEDULED" {
                collected.insert(subject);
            }
        }
    }
    let columns = Columns::of(exposure);
    let carried: Vec<&str> = exposure
        .columns()
        .iter()
        .filter_map(|name| name.strip_prefix("EX"))
        .filter(|end| !["SEQ", "STDY", "ENDY"].contains(end) && has_variable("EC", &format!("EC{end}")))
        .collect();
    let names = &study.trial.names.infusion;
    let is_infusion = |row: &usize| {
        names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(columns.text(*row, "EXTRT")))
    };
    let mut rows = Vec::new();
    for row in (0..exposure.len()).filter(is_infusion) {
        let subject = columns.text(row, "USUBJID");
        if collected.contains(subject) {
            continue;
        }
        let number = highest.entry(subject.to_owned()).or_insert(0);
        *number += 1;
        let keys = [study.id.as_str(), "EC", subject, &number.to_string(), PERFORMED].map(str::to_owned);
        let cells = carried
            .iter()
            .map(|end| columns.text(row, &format!("EX{end}")).to_owned());
        rows.push(keys.into_iter().chain(cells).collect());
    }
    if rows.is_empty() {
        return;
    }
    let carried = carried.iter().map(|end| format!("EC{end}"));
    let keys = ["STUDYID", "DOMAIN", "USUBJID", "ECSEQ", "ECMOOD"].map(str::to_owned);
    let names: Vec<String> = keys.into_iter().chain(carried).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let given = Table::from_rows("EC", &names, rows);
    match tables.iter_mut().find(|table| table.name == "EC") {
        Some(table) => {
            let file = table.file.clone();
            table.append(&given);
            table.file = file;
        }
        None => tables.push(given),
    }
}
