//! What every dataset takes over from `ADSL`, and a number for each row.

use std::collections::BTreeMap;

use super::cells::Cells;
use crate::table::Table;

/// Datasets whose rows have a number `ASEQ` already.
const NUMBERED: [&str; 2] = ["ADPC", "ADPP"];

/// Adds planned and actual treatment to `ADSL`; to the other datasets the same with the safety flag, and `ASEQ`.
pub(super) fn complete(tables: &mut [Table]) {
    let Some(adsl) = tables.iter_mut().find(|table| table.name == "ADSL") else {
        return;
    };
    let treatments = treatments(adsl);
    for (name, of) in [("TRT01P", 0), ("TRT01A", 1)] {
        fill(adsl, name, |id, _| treatments.get(id)?.get(of).cloned());
    }
    for table in tables.iter_mut().filter(|table| table.name != "ADSL") {
        for (name, of) in [("TRTP", 0), ("TRTA", 1), ("SAFFL", 2)] {
            fill(table, name, |id, _| treatments.get(id)?.get(of).cloned());
        }
        if !NUMBERED.contains(&table.name.as_str()) {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            fill(table, "ASEQ", |id, _| {
                let count = counts.entry(id.to_owned()).or_default();
                *count += 1;
                Some(count.to_string())
            });
        }
    }
}

/// Planned treatment, actual treatment and safety flag of each subject.
fn treatments(adsl: &Table) -> BTreeMap<String, [String; 3]> {
    let cells = Cells::new(adsl);
    let of = cells.rows().map(|row| {
        let planned = row.text("ARM");
        let actual = match (row.is("SAFFL", "Y"), row.text("ACTARM")) {
            (false, _) => "",
            (true, "") => planned,
            (true, actual) => actual,
        };
        let values = [planned, actual, row.text("SAFFL")].map(str::to_owned);
        (row.text("USUBJID").to_owned(), values)
    });
    of.collect()
}

/// Sets a column by the subject of each row and its number; blank where there is no value.
pub(super) fn fill(table: &mut Table, name: &str, mut value: impl FnMut(&str, usize) -> Option<String>) {
    let Some(subject) = table.column("USUBJID") else { return };
    table.put(name, |table, row| {
        let id = table.cell(row, subject).trim().to_owned();
        value(&id, row)
    });
}
