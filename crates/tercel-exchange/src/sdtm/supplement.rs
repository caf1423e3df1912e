//! Supplemental qualifiers (`SUPPAE`) become columns of their parent dataset.

use std::collections::{BTreeMap, HashMap};

use super::long::{Continuations, continuation, rejoin, rejoin_own};
use crate::table::Table;

/// Who judged a qualifier (`QEVAL`): it is for what a person judges, and blank for what was measured, counted, dated or derived
/// (SDTMIG 3.4, section 8.4.1).
pub(crate) fn evaluator(domain: &str, name: &str) -> &'static str {
    match (domain, name.strip_prefix(domain)) {
        ("AE", Some("RELLD" | "RELCOL" | "RELBRG" | "RELDIS" | "RELOTH")) | (_, Some("CLSIG")) => "INVESTIGATOR",
        ("AE", Some("RELSPN")) => "CLINICAL STUDY SPONSOR",
        _ => "",
    }
}

/// Moves every `SUPP--` row to its parent record; rows that fit no parent, or say otherwise than it, stay in their own table. The
/// first of the latter, by the name of the table.
pub(crate) fn merge_supplements(tables: &mut Vec<Table>) -> BTreeMap<String, usize> {
    let mut contradictions = BTreeMap::new();
    let (supplements, mut parents): (Vec<Table>, Vec<Table>) = std::mem::take(tables)
        .into_iter()
        .partition(|table| table.name.starts_with("SUPP") || table.column("QNAM").is_some());
    for mut supplement in supplements {
        let (placed, contradicts) = place(&supplement, &mut parents);
        if let Some(at) = contradicts {
            let before = placed.iter().take(at).filter(|placed| !**placed).count();
            contradictions.insert(supplement.name.clone(), before);
        }
        supplement.retain(|row| !placed.get(row).copied().unwrap_or(false));
        if !supplement.is_empty() {
            parents.push(supplement);
        }
    }
    parents.iter_mut().for_each(rejoin_own);
    *tables = parents;
    contradictions
}

/// Rows of a parent by subject and key value; the first row where several share them.
type Index<'t> = HashMap<(&'t str, &'t str), usize>;

/// Values by the row of the parent they belong to.
type Qualifier = BTreeMap<usize, String>;

/// Writes every qualifier into its parent row; for each row of the supplement whether it found one, and the first that says
/// otherwise than its record.
fn place(supplement: &Table, parents: &mut [Table]) -> (Vec<bool>, Option<usize>) {
    let mut contradicts = None;
    let names = ["RDOMAIN", "QNAM", "QVAL", "IDVAR", "USUBJID", "IDVARVAL", "QLABEL"];
    let columns = names.map(|name| supplement.column(name));
    let mut placed = vec![false; supplement.len()];
    let mut found: Vec<(BTreeMap<String, Qualifier>, Continuations)> = Vec::new();
    for parent in parents.iter() {
        let mut indices: HashMap<&str, Index<'_>> = HashMap::new();
        let mut qualifiers: BTreeMap<String, Qualifier> = BTreeMap::new();
        let mut continuations = Continuations::new();
        for (row, placed) in placed.iter_mut().enumerate().filter(|(_, placed)| !**placed) {
            let [domain, name, value, key, subject, key_value, label] =
                columns.map(|at| at.map_or("", |at| supplement.cell(row, at)));
            if name.is_empty() || parent.name != domain {
                continue;
            }
            let index = indices.entry(key).or_insert_with(|| index_of(parent, key));
            if let Some(&at) = index.get(&(subject, key_value)) {
                let name = name.to_uppercase();
                // A qualifier is of what the record itself does not say: its own variable is not written over.
                let own = parent.column(&name).map(|column| parent.cell(at, column));
                if own.is_some_and(|own| !own.is_empty() && own != value) && continuation(label).is_none() {
                    contradicts = contradicts.or(Some(row));
                    continue;
                }
                let cells = match continuation(label) {
                    Some(number) => continuations.entry((number, name)).or_default(),
                    None => qualifiers.entry(name).or_default(),
                };
                cells.insert(at, value.to_owned());
                *placed = true;
            }
        }
        found.push((qualifiers, continuations));
    }
    for (parent, (qualifiers, continuations)) in parents.iter_mut().zip(found) {
        for (name, cells) in qualifiers {
            parent.set(&name, &cells);
        }
        rejoin(parent, continuations);
    }
    (placed, contradicts)
}

/// An empty key stands for the subject's only row.
fn index_of<'t>(parent: &'t Table, key: &str) -> Index<'t> {
    let Some(subject_at) = parent.column("USUBJID") else {
        return Index::new();
    };
    let key_at = parent.column(key);
    if key_at.is_none() && !key.is_empty() {
        return Index::new();
    }
    let mut index = Index::new();
    for row in 0..parent.len() {
        let key = key_at.map_or("", |at| parent.cell(row, at));
        index.entry((parent.cell(row, subject_at), key)).or_insert(row);
    }
    index
}
