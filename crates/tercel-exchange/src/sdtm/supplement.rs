//! Supplemental qualifiers (`SUPPAE`) become columns of their parent dataset.

use std::collections::HashMap;

use crate::table::Table;

/// Moves every `SUPP--` row to its parent record; rows that fit no parent stay in their own table.
pub(crate) fn merge_supplements(tables: &mut Vec<Table>) {
    let (supplements, mut parents): (Vec<Table>, Vec<Table>) = std::mem::take(tables)
        .into_iter()
        .partition(|table| table.name.starts_with("SUPP") || table.column("QNAM").is_some());
    for mut supplement in supplements {
        let mut indices: HashMap<(usize, String), Index> = HashMap::new();
        let rows = std::mem::take(&mut supplement.rows);
        let columns = supplement.columns.clone();
        let unplaced = |row: &Vec<String>| !place(&columns, row, &mut parents, &mut indices);
        supplement.rows = rows.into_iter().filter(unplaced).collect();
        if !supplement.rows.is_empty() {
            parents.push(supplement);
        }
    }
    *tables = parents;
}

/// Rows of a parent by subject and key value; the first row where several share them.
type Index = HashMap<(String, String), usize>;

/// Writes one qualifier into its parent row; `false` where there is none.
fn place(
    columns: &[String],
    row: &[String],
    parents: &mut [Table],
    indices: &mut HashMap<(usize, String), Index>,
) -> bool {
    let field = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.and_then(|at| row.get(at)).map_or("", String::as_str)
    };
    let (domain, name, value, key) = (field("RDOMAIN"), field("QNAM"), field("QVAL"), field("IDVAR"));
    if name.is_empty() {
        return false;
    }
    for (number, parent) in parents
        .iter_mut()
        .enumerate()
        .filter(|(_, parent)| parent.name == domain)
    {
        let index = indices
            .entry((number, key.to_owned()))
            .or_insert_with(|| index_of(parent, key));
        let Some(&found) = index.get(&(field("USUBJID").to_owned(), field("IDVARVAL").to_owned())) else {
            continue;
        };
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

/// An empty key stands for the subject's only row.
fn index_of(parent: &Table, key: &str) -> Index {
    let Some(subject_at) = parent.column("USUBJID") else {
        return Index::new();
    };
    let key_at = parent.column(key);
    if key_at.is_none() && !key.is_empty() {
        return Index::new();
    }
    let mut index = Index::new();
    for (at, cells) in parent.rows.iter().enumerate() {
        let cell = |at: usize| cells.get(at).cloned().unwrap_or_default();
        index
            .entry((cell(subject_at), key_at.map_or_else(String::new, cell)))
            .or_insert(at);
    }
    index
}
