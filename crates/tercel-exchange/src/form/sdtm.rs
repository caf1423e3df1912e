//! Records to SDTM datasets as they are submitted, with supplemental qualifiers in datasets of their own.

use std::collections::BTreeSet;

use tercel::protocol::Trial;

use super::matching::forms_of;
use super::{Captured, Field, Home, to_tables};
use crate::table::Table;

/// The datasets of [`to_tables`] that have rows, with their qualifiers in `SUPP--`: read back, they give the same study.
pub fn to_sdtm(trial: &Trial, captured: &[Captured]) -> Vec<Table> {
    let mut tables = Vec::new();
    for table in to_tables(trial, captured) {
        if table.is_empty() {
            continue;
        }
        let (parent, supplement) = split(&table);
        tables.push(parent);
        tables.extend(Some(supplement).filter(|supplement| !supplement.is_empty()));
    }
    tables
}

/// A dataset without its qualifiers, and these as rows.
fn split(table: &Table) -> (Table, Table) {
    let qualifiers: Vec<(usize, &'static Field)> = table
        .columns()
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, qualifier(&table.name, name)?)))
        .collect();
    let apart: BTreeSet<usize> = qualifiers.iter().map(|(at, _)| *at).collect();
    let kept = |at: &usize| !apart.contains(at);
    let names = table.columns().iter().enumerate();
    let names = names.filter(|(at, _)| kept(at)).map(|(_, name)| name.clone());
    let mut parent = Table::new(&table.name, &table.file, names.collect());
    let columns = [
        "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL",
    ];
    let mut supplement = Table::from_rows(&format!("SUPP{}", table.name), &columns, Vec::new());
    let key = format!("{}SEQ", table.name);
    let column = |name: &str| table.column(name);
    let (study, subject, sequence) = (column("STUDYID"), column("USUBJID"), column(&key));
    for row in 0..table.len() {
        let cells = table.row(row).enumerate();
        parent.push(cells.filter(|(at, _)| kept(at)).map(|(_, cell)| cell));
        let cell = |at: Option<usize>| at.map_or("", |at| table.cell(row, at));
        for (at, field) in &qualifiers {
            let value = table.cell(row, *at);
            if value.is_empty() {
                continue;
            }
            // The subject's only row needs no number.
            let (key, number) = sequence.map_or(("", ""), |at| (key.as_str(), table.cell(row, at)));
            supplement.push([
                cell(study),
                table.name.as_str(),
                cell(subject),
                key,
                number,
                field.variable().unwrap_or_default(),
                field.label.en,
                value,
                "Collected",
                "",
            ]);
        }
    }
    (parent, supplement)
}

/// The field that a column is the qualifier of.
fn qualifier(domain: &str, column: &str) -> Option<&'static Field> {
    let mut fields = forms_of(domain).flat_map(|form| form.fields);
    fields.find(|field| matches!(field.home, Home::Supplement(name) if name == column))
}

/// The label of a qualifier that a form asks for.
pub(crate) fn qualifier_label(domain: &str, column: &str) -> Option<&'static str> {
    qualifier(domain, column).map(|field| field.label.en)
}
