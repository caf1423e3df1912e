//! A dataset as text: what every tabular format is read into, and written from.
//!
//! Cells are kept column by column: a million laboratory rows take a few bytes a cell more than their letters.

use tercel::study::TextColumn;
use thiserror::Error;

use crate::bounded::BoundedError;
use crate::format::delimited;

/// Why bytes are not a dataset.
#[derive(Debug, Error)]
pub enum TableError {
    /// Nothing in it.
    #[error("the file is empty; the first line must name the variables")]
    Empty,
    /// Not text in any encoding that is read.
    #[error("the file is not text; save it as CSV UTF-8, Dataset-JSON or SAS XPORT")]
    Encoding,
    /// A line of more than 1 MiB.
    #[error("line {0} is longer than 1 MiB; check the quotation marks before it")]
    LongLine(usize),
    /// A quotation mark that is never closed.
    #[error(
        "the quotation mark opened in line {0} is never closed; close it, or double it where it belongs to the text"
    )]
    OpenQuote(usize),
    /// Two columns of one name.
    #[error("two columns are named {0}; rename or remove one")]
    DuplicateColumn(String),
    /// Nested deeper than a dataset ever is.
    #[error("the JSON is nested more than {0} deep; a dataset is a list of rows")]
    Nesting(usize),
    /// JSON of another kind.
    #[error("the file is JSON, but no Dataset-JSON 1.1: {0}")]
    NotDatasetJson(String),
    /// Dataset-JSON that breaks off or is malformed.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// A transport file that breaks off or is malformed.
    #[error("the SAS transport file is damaged: {0}")]
    Xport(String),
    /// A Parquet file that cannot be read back.
    #[error("the Parquet file is damaged: {0}")]
    Parquet(String),
    /// A dataset that a format cannot hold.
    #[error("the dataset cannot be written: {0}")]
    Write(String),
    /// A header of more columns than any dataset has.
    #[error("the file has more than {0} columns, which no dataset has")]
    Columns(usize),
    /// Rows that end long before the header does.
    #[error("up to row {0}, more than {MAX_FILLED} values of the header's columns are not there; check the separator")]
    Sparse(usize),
    /// What no dataset has.
    #[error(transparent)]
    Extreme(#[from] crate::bounded::Extreme),
    /// What the system said.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Not CSV.
    #[error("the file is not valid CSV: {0}")]
    Csv(#[from] csv::Error),
}

impl From<BoundedError> for TableError {
    fn from(error: BoundedError) -> Self {
        match error {
            BoundedError::Io(error) => Self::Io(error),
            BoundedError::Extreme(extreme) => Self::Extreme(extreme),
        }
    }
}

/// More columns than this are in no dataset.
pub(crate) const MAX_COLUMNS: usize = 10_000;

/// Blanks that stand for values rows do not have. A small file must not become a large table by them.
const MAX_FILLED: usize = 20_000_000;

/// A dataset: named columns, rows of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Dataset name, upper case (`AE`).
    pub name: String,
    /// File it came from or goes to.
    pub file: String,
    /// Rows (from 1) that had more or fewer values than the header names.
    pub ragged: Vec<u32>,
    /// What had to be assumed to read the file, as sentences.
    pub notes: Vec<String>,
    names: Vec<String>,
    columns: Vec<TextColumn>,
    rows: usize,
    /// Values that rows did not have.
    filled: usize,
}

impl Table {
    /// A dataset without rows.
    pub fn new(name: &str, file: &str, columns: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            file: file.to_owned(),
            ragged: Vec::new(),
            notes: Vec::new(),
            columns: vec![TextColumn::default(); columns.len()],
            names: columns,
            rows: 0,
            filled: 0,
        }
    }

    /// A dataset made here: its file is named after it, every row has one text per column.
    pub fn from_rows(name: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        let mut table = Self::new(name, &format!("{}.csv", name.to_lowercase()), columns);
        for row in rows {
            table.push(row.iter().map(String::as_str));
        }
        table
    }

    /// Reads text with separated values. The name is taken from the `DOMAIN` column, or from the file name.
    pub fn parse_csv(file: &str, bytes: &[u8]) -> Result<Self, TableError> {
        delimited::read(file, bytes)
    }

    /// Adds a row; cells that are not given are blank, more than there are columns are dropped. The answer is whether
    /// the number of cells was right.
    pub fn push<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> bool {
        let mut cells = cells.into_iter();
        let mut complete = true;
        for column in &mut self.columns {
            let cell = cells.next();
            complete &= cell.is_some();
            self.filled += usize::from(cell.is_none());
            column.push(cell.unwrap_or_default());
        }
        self.rows += 1;
        complete && cells.next().is_none()
    }

    /// Refuses a table whose rows lack so many values that the file is none.
    pub(crate) const fn refuse_sparse(&self) -> Result<(), TableError> {
        if self.filled > MAX_FILLED {
            return Err(TableError::Sparse(self.rows));
        }
        Ok(())
    }

    /// Column names, upper case.
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column == name)
    }

    /// Gives a column another name.
    pub(crate) fn rename(&mut self, column: usize, name: &str) {
        if let Some(old) = self.names.get_mut(column) {
            name.clone_into(old);
        }
    }

    /// Number of rows.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The text of a cell; blank where there is none.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.columns.get(column).map_or("", |column| column.cell(row))
    }

    /// The cells of a row, in the order of the columns.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        self.columns.iter().map(move |column| column.cell(row))
    }

    /// Puts texts into cells of a column, which is added where there is none; of several for one row the last counts.
    pub fn set(&mut self, name: &str, cells: &std::collections::BTreeMap<usize, String>) {
        let at = self.column(name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.columns.push(TextColumn::blank(self.rows));
            self.names.len() - 1
        });
        if let Some(column) = self.columns.get_mut(at) {
            *column = column.map(|row, cell| Some(cells.get(&row).map_or(cell, String::as_str)));
        }
    }

    /// Puts the rows into another order, one column after the other: a large table never stands twice in memory.
    pub(crate) fn reorder(&mut self, order: &[usize]) {
        for column in &mut self.columns {
            *column = cells_at(column, order);
        }
        self.rows = order.len();
    }

    /// Puts a column of what `value` makes of each row, blank where that is nothing; it replaces one of that name.
    pub(crate) fn put(&mut self, name: &str, mut value: impl FnMut(&Self, usize) -> Option<String>) {
        let mut made = TextColumn::default();
        for row in 0..self.rows {
            made.push(&value(self, row).unwrap_or_default());
        }
        if let Some(column) = self.column(name).and_then(|at| self.columns.get_mut(at)) {
            *column = made;
        } else {
            self.names.push(name.to_owned());
            self.columns.push(made);
        }
    }

    /// Some of the columns with their names; the others are let go of.
    pub(crate) fn into_columns(self, places: &[usize]) -> Vec<(String, TextColumn)> {
        let columns = self.names.into_iter().zip(self.columns).enumerate();
        let kept = columns.filter(|(at, _)| places.contains(at));
        kept.map(|(_, column)| column).collect()
    }

    /// Whether no row has a value in a column.
    pub fn is_blank(&self, column: usize) -> bool {
        (0..self.rows).all(|row| self.cell(row, column).is_empty())
    }

    /// Puts the columns into the order of these names, which are those of the table.
    pub(crate) fn arrange(&mut self, names: &[String]) {
        let place = |name: &String| names.iter().position(|known| known == name);
        let old = std::mem::take(&mut self.names).into_iter();
        let mut columns: Vec<(String, TextColumn)> = old.zip(std::mem::take(&mut self.columns)).collect();
        columns.sort_by_key(|(name, _)| place(name));
        (self.names, self.columns) = columns.into_iter().unzip();
    }

    /// Keeps the columns whose name is wanted.
    pub(crate) fn retain_columns(&mut self, wanted: impl Fn(&str) -> bool) {
        let names = std::mem::take(&mut self.names).into_iter();
        let columns = names.zip(std::mem::take(&mut self.columns));
        (self.names, self.columns) = columns.filter(|(name, _)| wanted(name)).unzip();
    }

    /// The rows at these places, in this order.
    pub(crate) fn at(&self, places: &[usize]) -> Self {
        let mut table = Self::new(&self.name, &self.file, self.names.clone());
        table.columns = self.columns.iter().map(|column| cells_at(column, places)).collect();
        table.rows = places.len();
        table
    }

    /// Keeps the rows for which `keep` holds.
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        for column in &mut self.columns {
            *column = column.map(|row, cell| keep(row).then_some(cell));
        }
        self.rows = (0..self.rows).filter(|row| keep(*row)).count();
    }

    /// Adds the rows of another file of the same dataset; columns are matched by name.
    pub(crate) fn append(&mut self, other: &Self) {
        let before = u32::try_from(self.rows).unwrap_or(u32::MAX);
        self.add_rows(other);
        self.ragged
            .extend(other.ragged.iter().map(|row| row.saturating_add(before)));
        self.notes.extend(other.notes.iter().cloned());
        self.file = format!("{}, {}", self.file, other.file);
    }

    /// Adds the rows of another table; columns are matched by name.
    pub(crate) fn add_rows(&mut self, other: &Self) {
        for name in &other.names {
            if self.column(name).is_none() {
                self.set(name, &std::collections::BTreeMap::new());
            }
        }
        let sources: Vec<Option<usize>> = self.names.iter().map(|name| other.column(name)).collect();
        for row in 0..other.rows {
            let cells = sources.iter().map(|at| at.map_or("", |at| other.cell(row, at)));
            self.push(cells);
        }
    }

    /// Takes the name from the `DOMAIN` column, or from the file name where there is none.
    pub(crate) fn name_itself(&mut self) {
        let stem = self.file.rsplit('/').next().and_then(|name| name.split('.').next());
        let domain = self.column("DOMAIN").map(|at| self.cell(0, at).trim());
        let name = domain.filter(|name| !name.is_empty()).or(stem).unwrap_or_default();
        self.name = name.to_uppercase();
    }

    /// Writes CSV.
    pub fn to_csv(&self) -> Result<Vec<u8>, TableError> {
        // A name with another separator in it is quoted, or the reader would count that one.
        let plain = |name: &String| !name.contains([';', '\t', '|']);
        let style = if self.names.iter().all(plain) {
            csv::QuoteStyle::Necessary
        } else {
            csv::QuoteStyle::Always
        };
        let mut writer = csv::WriterBuilder::new().quote_style(style).from_writer(Vec::new());
        writer.write_record(&self.names)?;
        for row in 0..self.rows {
            writer.write_record(self.row(row))?;
        }
        writer
            .into_inner()
            .map_err(|error| TableError::Csv(error.into_error().into()))
    }
}

/// The cells of a column at these rows, in this order.
fn cells_at(column: &TextColumn, places: &[usize]) -> TextColumn {
    let mut moved = TextColumn::default();
    for row in places {
        moved.push(column.cell(*row));
    }
    moved
}

/// Refuses a header that names two columns alike; blank names are no names.
pub(crate) fn refuse_duplicates(columns: &[String]) -> Result<(), TableError> {
    if columns.len() > MAX_COLUMNS {
        return Err(TableError::Columns(MAX_COLUMNS));
    }
    let mut sorted: Vec<&String> = columns.iter().filter(|name| !name.is_empty()).collect();
    sorted.sort();
    let pair = sorted.windows(2).find(|pair| pair.first() == pair.last());
    match pair.and_then(|pair| pair.first()) {
        Some(name) => Err(TableError::DuplicateColumn((*name).clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn table() -> Table {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        Table::from_rows(
            "AE",
            &["USUBJID", "AETERM"],
            vec![row(["1", "Fieber"]), row(["2", ""]), row(["3", "é"])],
        )
    }

    #[test]
    fn cells_are_found_again_whatever_is_put_in_or_left_out() {
        let mut table = table();
        assert_eq!(table.row(2).collect::<Vec<_>>(), ["3", "é"]);
        table.set("AETERM", &BTreeMap::from([(1, "nausea".to_owned())]));
        table.set("AESEQ", &BTreeMap::from([(2, "7".to_owned())]));
        table.retain(|row| row != 0);
        assert_eq!(table.len(), 2);
        assert_eq!(table.row(0).collect::<Vec<_>>(), ["2", "nausea", ""]);
        assert_eq!(table.row(1).collect::<Vec<_>>(), ["3", "é", "7"]);
        assert_eq!(table.cell(9, 0), "");
    }

    #[test]
    fn files_of_one_dataset_are_put_together_by_the_names_of_their_columns() {
        let mut first = table();
        let cells = ["nausea", "1", "9"].map(str::to_owned).to_vec();
        first.append(&Table::from_rows("AE", &["AETERM", "AETOXGR", "USUBJID"], vec![cells]));
        assert_eq!(first.columns(), ["USUBJID", "AETERM", "AETOXGR"]);
        assert_eq!(first.row(3).collect::<Vec<_>>(), ["9", "nausea", "1"]);
        assert_eq!(first.row(0).collect::<Vec<_>>(), ["1", "Fieber", ""]);
    }
}
