//! What kind of variable a column is, where a format must say it and the table has only text.

use crate::table::Table;

/// Kind of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Float,
    /// Text, with the most bytes a cell has.
    Text(usize),
}

/// Ends of the names of SDTM variables that are numbers; every other variable is text, even where its values look like
/// numbers (`SITEID` 01).
const NUMERIC: [&str; 14] = [
    "SEQ", "STRESN", "STNRLO", "STNRHI", "DY", "DOSE", "LLOQ", "ULOQ", "AGE", "VISITNUM", "DUR", "AVAL", "CNSR", "BASE",
];

/// Kind of a column: a number where its name says so and every cell agrees.
pub(super) fn kind(table: &Table, column: usize) -> Kind {
    let name = table.columns().get(column).map_or("", String::as_str);
    let cells = || {
        (0..table.len())
            .map(|row| table.cell(row, column))
            .filter(|cell| !cell.is_empty())
    };
    let numeric = NUMERIC.iter().any(|end| name.ends_with(end));
    if numeric && cells().all(is_plain_number) {
        let whole = cells().all(|cell| cell.parse::<i64>().is_ok());
        return if whole { Kind::Integer } else { Kind::Float };
    }
    Kind::Text(cells().map(str::len).max().unwrap_or(0).max(1))
}

/// A number whose text comes back when the number is written again.
fn is_plain_number(cell: &str) -> bool {
    cell.parse::<f64>()
        .is_ok_and(|number| number.is_finite() && number.to_string() == cell)
}
