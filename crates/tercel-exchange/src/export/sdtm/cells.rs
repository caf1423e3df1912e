//! Cells of a table by the names of variables.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::study::When;

use crate::reader::is_missing;
use crate::table::Table;

/// The columns of one table by name, so that they are looked up once.
pub(super) struct Columns<'t> {
    table: &'t Table,
    at: BTreeMap<&'t str, usize>,
}

impl<'t> Columns<'t> {
    pub(super) fn of(table: &'t Table) -> Self {
        let names = table.columns().iter().enumerate();
        Self {
            table,
            at: names.map(|(at, name)| (name.as_str(), at)).collect(),
        }
    }

    /// Text of a cell; blank where there is none, and for the missing values of SAS.
    pub(super) fn text(&self, row: usize, name: &str) -> &'t str {
        let text = self.at.get(name).map_or("", |at| self.table.cell(row, *at));
        if text.starts_with('.') && is_missing(text) {
            ""
        } else {
            text
        }
    }

    /// Whether a cell is blank.
    pub(super) fn is_blank(&self, row: usize, name: &str) -> bool {
        self.text(row, name).is_empty()
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.at.contains_key(name)
    }
}

/// Fills the blank cells of a variable; the column is added only where something comes into it.
pub(super) fn fill<'v>(table: &mut Table, name: &str, value: impl Fn(&Columns<'_>, usize) -> Option<String> + 'v) {
    let columns = Columns::of(table);
    let blank = (0..table.len()).filter(|row| columns.is_blank(*row, name));
    let filled = blank.filter_map(|row| Some((row, value(&columns, row)?)));
    let filled: BTreeMap<usize, String> = filled.filter(|(_, text)| !text.is_empty()).collect();
    if !filled.is_empty() {
        table.set(name, &filled);
    }
}

/// Fills a variable from values by row, where it is blank.
pub(super) fn fill_from(table: &mut Table, name: &str, values: &BTreeMap<usize, String>) {
    fill(table, name, |_, row| values.get(&row).cloned());
}

/// Day and, where known, time of day of a text in ISO 8601.
pub(super) fn when(text: &str) -> Option<When> {
    When::parse(text).ok()
}

/// The day of a text in ISO 8601, where it is complete.
pub(super) fn day(text: &str) -> Option<Date> {
    when(text)?.day()
}

/// A moment as text.
pub(super) fn moment(when: Option<When>) -> String {
    when.map(|when| when.to_string()).unwrap_or_default()
}
