//! Texts longer than a variable of SAS holds go on in further variables: `SRCRECS`, `SRCRECS1`, …

use crate::export::{Dataset, Kind, Variable};
use crate::table::Table;

/// Bytes a text variable holds.
const LONGEST: usize = 200;

/// Longest name of a variable.
const NAME: usize = 8;

/// Splits every text variable with longer values; a part ends at a blank where there is one.
pub(super) fn split(dataset: &mut Dataset) {
    let is_long = |variable: &Variable| variable.kind == Kind::Text && variable.length > LONGEST;
    if !dataset.variables.iter().any(is_long) {
        return;
    }
    let table = &dataset.table;
    let mut variables = Vec::new();
    let mut columns: Vec<Vec<String>> = Vec::new();
    for (at, variable) in dataset.variables.iter().enumerate() {
        let cells = (0..table.len()).map(|row| table.cell(row, at));
        if !is_long(variable) {
            variables.push(variable.clone());
            columns.push(cells.map(str::to_owned).collect());
            continue;
        }
        let parts: Vec<Vec<&str>> = cells.map(parts).collect();
        for place in 0..parts.iter().map(Vec::len).max().unwrap_or(1) {
            let column = parts.iter().map(|parts| parts.get(place).copied().unwrap_or_default());
            let column: Vec<String> = column.map(str::to_owned).collect();
            variables.push(part(variable, place, &column));
            columns.push(column);
        }
    }
    let names = variables.iter().map(|variable| variable.name.clone()).collect();
    let mut split = Table::new(&table.name, &table.file, names);
    for row in 0..table.len() {
        split.push(columns.iter().map(|column| column.get(row).map_or("", String::as_str)));
    }
    dataset.variables = variables;
    dataset.table = split;
}

fn part(variable: &Variable, place: usize, column: &[String]) -> Variable {
    let mut part = variable.clone();
    part.length = column.iter().map(String::len).max().unwrap_or(0).max(1);
    if place > 0 {
        let number = place.to_string();
        let stem: String = variable.name.chars().take(NAME - number.len()).collect();
        part.name = format!("{stem}{number}");
        let words: String = variable.label.chars().take(40 - 5 - number.len()).collect();
        part.label = format!("{} (+{number})", words.trim_end());
        part.method = Some(format!("Continues {}.", variable.name));
        part.mandatory = false;
    }
    part
}

fn parts(cell: &str) -> Vec<&str> {
    let mut rest = cell;
    let mut parts = Vec::new();
    while rest.len() > LONGEST {
        let mut end = LONGEST;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (head, _) = rest.split_at(end);
        let end = head.rfind(' ').filter(|blank| *blank > 0).unwrap_or(end);
        let (head, tail) = rest.split_at(end);
        parts.push(head);
        rest = tail.trim_start();
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_the_whole_text() {
        let text = "AE/S-01/12 ".repeat(60);
        let split = parts(text.trim_end());
        assert!(split.iter().all(|part| part.len() <= LONGEST));
        assert_eq!(split.join(" "), text.trim_end());
        let dense = "é".repeat(150);
        assert_eq!(parts(&dense).concat(), dense);
    }
}
