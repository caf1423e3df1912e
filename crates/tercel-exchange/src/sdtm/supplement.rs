//! Supplemental qualifiers (`SUPPAE`) become columns of their parent dataset.

use std::collections::BTreeMap;

use crate::table::Table;

/// Moves every `SUPP--` row to its parent record; rows that fit no parent stay in their own table.
pub(crate) fn merge_supplements(tables: &mut Vec<Table>) {
    let (supplements, mut parents): (Vec<Table>, Vec<Table>) = std::mem::take(tables)
        .into_iter()
        .partition(|table| table.name.starts_with("SUPP") || table.column("QNAM").is_some());
    for mut supplement in supplements {
        let rows = std::mem::take(&mut supplement.rows);
        supplement.rows = rows
            .into_iter()
            .filter(|row| !place(&supplement.columns, row, &mut parents))
            .collect();
        if !supplement.rows.is_empty() {
            parents.push(supplement);
        }
    }
    *tables = parents;
}

/// Writes one qualifier into its parent row; `false` where there is none.
fn place(columns: &[String], row: &[String], parents: &mut [Table]) -> bool {
    let fields: BTreeMap<&str, &str> = columns
        .iter()
        .map(String::as_str)
        .zip(row.iter().map(String::as_str))
        .collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    let (domain, name, value) = (field("RDOMAIN"), field("QNAM"), field("QVAL"));
    if name.is_empty() {
        return false;
    }
    for parent in parents.iter_mut().filter(|parent| parent.name == domain) {
        let Some(subject_at) = parent.column("USUBJID") else {
            continue;
        };
        let key_at = if field("IDVAR").is_empty() {
            None
        } else {
            parent.column(field("IDVAR"))
        };
        let found = parent.rows.iter().position(|cells| {
            let same = |at: usize, text: &str| cells.get(at).is_some_and(|cell| cell == text);
            same(subject_at, field("USUBJID")) && key_at.is_none_or(|at| same(at, field("IDVARVAL")))
        });
        let Some(found) = found else { continue };
        let at = parent.column(name).unwrap_or_else(|| {
            parent.columns.push(name.to_owned());
            for cells in &mut parent.rows {
                cells.push(String::new());
            }
            parent.columns.len() - 1
        });
        if let Some(cell) = parent.rows.get_mut(found).and_then(|cells| cells.get_mut(at)) {
            value.clone_into(cell);
            return true;
        }
    }
    false
}
