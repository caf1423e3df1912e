//! Rows in the order of the keys.

use std::cmp::Ordering;

use crate::export::{Dataset, Kind};

/// Sorts the rows by the keys; blanks come first, numbers by their size, everything else by its letters.
pub(super) fn by_keys(dataset: &mut Dataset) {
    let table = &dataset.table;
    let keys = dataset.keys.iter().filter_map(|key| table.column(key));
    let keys: Vec<(usize, bool)> = keys
        .map(|at| {
            let kind = dataset.variables.get(at).map(|variable| variable.kind);
            (at, matches!(kind, Some(Kind::Integer | Kind::Float)))
        })
        .collect();
    let compare = |a: usize, b: usize| {
        let mut orders = keys.iter().map(|(at, numeric)| {
            let (a, b) = (table.cell(a, *at), table.cell(b, *at));
            match (numeric, a.parse::<f64>(), b.parse::<f64>()) {
                (true, Ok(a), Ok(b)) => a.total_cmp(&b),
                (_, _, _) => a.cmp(b),
            }
        });
        orders
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    };
    let mut order: Vec<usize> = (0..table.len()).collect();
    order.sort_by(|a, b| compare(*a, *b));
    dataset.table.reorder(&order);
}
