//! Reading a dataset cell by cell, and writing cells.

use std::collections::HashMap;

use jiff::civil::Date;
use tercel::study::{RecordId, SubjectId, When};

use crate::table::Table;

/// A dataset with its columns looked up by name.
pub(super) struct Cells<'a> {
    table: &'a Table,
    columns: HashMap<&'a str, usize>,
}

/// One row of it.
#[derive(Clone, Copy)]
pub(super) struct CellRow<'c> {
    cells: &'c Cells<'c>,
    row: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        let columns = table.columns().iter().enumerate();
        Self {
            table,
            columns: columns.map(|(at, name)| (name.as_str(), at)).collect(),
        }
    }

    /// Number of rows.
    fn len(&self) -> usize {
        self.table.len()
    }

    /// Its table.
    pub(super) fn table(&self) -> &'a Table {
        self.table
    }

    /// The text of one cell; blank where the column is not there.
    fn cell(&self, row: usize, column: &str) -> &str {
        let at = self.columns.get(column);
        at.map_or("", |&at| self.table.cell(row, at))
    }

    /// Whether the dataset has this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The names of its columns, in order.
    pub(super) fn columns(&self) -> Vec<&'a str> {
        let named = self.table.columns().iter().map(String::as_str);
        named.filter(|name| !name.is_empty()).collect()
    }

    /// Its rows, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = CellRow<'_>> {
        (0..self.len()).map(|row| CellRow { cells: self, row })
    }
}

impl<'c> CellRow<'c> {
    /// The text of a cell; blank for the missing codes `.` and `NA`.
    pub(super) fn text(self, column: &str) -> &'c str {
        match self.cells.cell(self.row, column).trim() {
            "." | "NA" => "",
            text => text,
        }
    }

    /// Whether the cell holds this word, in any case.
    pub(super) fn is(self, column: &str, word: &str) -> bool {
        self.text(column).eq_ignore_ascii_case(word)
    }

    /// The number of a cell.
    pub(super) fn number(self, column: &str) -> Option<f64> {
        let number = self.text(column).parse::<f64>().ok();
        number.filter(|number| number.is_finite())
    }

    /// The date of a cell, as far as it is known.
    pub(super) fn when(self, column: &str) -> Option<When> {
        When::parse(self.text(column)).ok()
    }

    /// The day of a cell, where it is known.
    pub(super) fn day(self, column: &str) -> Option<Date> {
        self.when(column)?.day()
    }

    /// The number of a record; its row where the dataset numbers none.
    pub(super) fn sequence(self, column: &str, place: usize) -> String {
        match self.text(column) {
            "" => place.to_string(),
            number => number.to_owned(),
        }
    }

    /// The subject of the row, where it names one.
    pub(super) fn subject(self) -> Option<SubjectId> {
        let name = self.text("USUBJID");
        (!name.is_empty()).then(|| SubjectId::new(name))
    }

    /// Whether the readings of this row are those of the evaluator asked for. A row that names nobody counts; an
    /// evaluation committee is several readers, of whom the accepted one counts.
    pub(super) fn is_read_by(self, evaluator: &str, by: &str, accepted: &str) -> bool {
        let name = self.text(by);
        let several = !self.text(&format!("{by}ID")).is_empty();
        (name.is_empty() || name.eq_ignore_ascii_case(evaluator)) && (!several || self.is(accepted, "Y"))
    }
}

/// A number as statistics programs print it: 15 significant digits, so that `0.1 + 0.2` reads 0.3.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.14e}").parse::<f64>().unwrap_or(value);
    // Negative zero has no place in a dataset.
    format!("{}", rounded + 0.0)
}

/// A result with the digits that numbers of this size carry, twelve: a difference of 0.3 is not 0.29999999999999716.
pub(super) fn as_exact_as(value: f64, size: f64) -> f64 {
    let written = format!("{size:e}");
    let exponent = written.rsplit('e').next().and_then(|exponent| exponent.parse().ok());
    let places = usize::try_from(11 - exponent.unwrap_or(0)).unwrap_or(0);
    format!("{value:.places$}").parse().unwrap_or(value)
}

/// A number or a blank.
pub(super) fn maybe_number(value: Option<f64>) -> String {
    value.map_or_else(String::new, number)
}

/// A day or a blank.
pub(super) fn maybe_day(day: Option<Date>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

/// Records as `SRCRECS` lists them.
pub(super) fn listed<'r>(records: impl Iterator<Item = &'r RecordId>) -> String {
    let records: Vec<String> = records.map(ToString::to_string).collect();
    records.join(" ")
}

/// `Y` or a blank: how flags are written.
pub(super) fn flag(set: bool) -> String {
    if set { "Y".to_owned() } else { String::new() }
}
