//! Data of other systems: what becomes of it, and what is said of the rest.

mod fhir;
mod hostile;
mod laboratory;
mod odm;

use std::collections::BTreeMap;

use tercel_exchange::Table;
use tercel_exchange::inbound::{Inbound, Left};

/// A dataset of what was read.
fn table<'i>(inbound: &'i Inbound, name: &str) -> &'i Table {
    let found = inbound.tables.iter().find(|table| table.name == name);
    found.unwrap_or_else(|| {
        panic!(
            "no {name} among {:?}",
            inbound.tables.iter().map(|table| &table.name).collect::<Vec<_>>()
        )
    })
}

/// The texts of some columns of the row in which a column has a text; a column that is not there is blank.
fn row<'i, const N: usize>(table: &'i Table, of: (&str, &str), columns: [&str; N]) -> [&'i str; N] {
    let at = table.column(of.0).unwrap();
    let rows: Vec<usize> = (0..table.len()).filter(|row| table.cell(*row, at) == of.1).collect();
    assert_eq!(rows.len(), 1, "rows with {} {}", of.0, of.1);
    columns.map(|name| table.column(name).map_or("", |at| table.cell(rows[0], at)))
}

/// What was said, by place.
fn said(lines: &[Left]) -> BTreeMap<&str, String> {
    lines
        .iter()
        .map(|line| (line.place.as_str(), line.why.to_string()))
        .collect()
}
