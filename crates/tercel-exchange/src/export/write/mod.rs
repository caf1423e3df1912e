//! Datasets as files, with everything their descriptions say of them.
//!
//! | format | file | numbers | dates of analysis | labels, keys |
//! |---|---|---|---|---|
//! | Dataset-JSON 1.1, one document or lines | `.json`, `.ndjson` | JSON numbers | ISO 8601 with `targetDataType` integer | yes |
//! | SAS XPORT version 5 | `.xpt` | IBM doubles | days or seconds from 1960 with `DATE9.`, `DATETIME20.` | labels |
//! | CSV | `.csv` | as in the table | ISO 8601 | no |
//! | Apache Parquet | `.parquet` | `INT64`, `DOUBLE` | `DATE`, `TIMESTAMP` | in the key-value metadata |
//!
//! A blank cell is missing in every format. The bytes depend on the dataset and on [`About`] alone.

mod dataset_json;
pub(super) mod parquet;
mod xport;

use jiff::civil::{Date, DateTime};

use super::{Dataset, Kind, Variable};
use crate::table::TableError;

/// Formats of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// CDISC Dataset-JSON 1.1, one document.
    DatasetJson,
    /// CDISC Dataset-JSON 1.1, line by line.
    Ndjson,
    /// SAS XPORT version 5.
    Xport,
    /// Values separated by commas.
    Csv,
    /// Apache Parquet, uncompressed.
    Parquet,
}

impl Format {
    /// Extension of its files.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::DatasetJson => "json",
            Self::Ndjson => "ndjson",
            Self::Xport => "xpt",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// What a file says of where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// When it was made.
    pub created: DateTime,
    /// The organisation that makes it; blank where nobody is named.
    pub originator: &'a str,
    /// The study.
    pub study: &'a str,
}

/// Name of the program in files.
pub const SOURCE_SYSTEM: &str = "tercel";

/// Version of the program in files.
pub const SOURCE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes a dataset; refused where the format cannot hold it or a cell is not of the kind its variable has.
pub fn write(dataset: &Dataset, format: Format, about: &About<'_>) -> Result<Vec<u8>, TableError> {
    check(dataset)?;
    match format {
        Format::DatasetJson => dataset_json::write(dataset, about, false),
        Format::Ndjson => dataset_json::write(dataset, about, true),
        Format::Xport => xport::write(dataset, about),
        Format::Csv => dataset.table.to_csv(),
        Format::Parquet => parquet::write(dataset),
    }
}

/// The variables are those of the table, in its order.
fn check(dataset: &Dataset) -> Result<(), TableError> {
    let described = dataset.variables.iter().map(|variable| &variable.name);
    if described.eq(dataset.table.columns()) {
        return Ok(());
    }
    Err(TableError::Write(format!(
        "the descriptions of {} are not those of its columns {}",
        dataset.name(),
        dataset.table.columns().join(", ")
    )))
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value<'v> {
    Blank,
    Text(&'v str),
    Whole(i64),
    Number(f64),
    Day(Date),
    Moment(DateTime),
}

/// The cells of a variable, in order of rows, worked out as they are asked for.
fn values<'d>(
    dataset: &'d Dataset,
    at: usize,
    variable: &'d Variable,
) -> impl Iterator<Item = Result<Value<'d>, TableError>> {
    (0..dataset.table.len()).map(move |row| value_of(dataset, row, at, variable))
}

/// The cell of a row and variable.
fn value_of<'d>(dataset: &'d Dataset, row: usize, at: usize, variable: &Variable) -> Result<Value<'d>, TableError> {
    let cell = dataset.table.cell(row, at);
    value(variable.kind, cell).ok_or_else(|| {
        let (name, number) = (dataset.name(), row + 1);
        let what = kind_name(variable.kind);
        TableError::Write(format!(
            "{name}.{} of row {number} is \"{cell}\", which is no {what}",
            variable.name
        ))
    })
}

fn value(kind: Kind, cell: &str) -> Option<Value<'_>> {
    if cell.is_empty() {
        return Some(Value::Blank);
    }
    match kind {
        Kind::Text | Kind::DateTimeText | Kind::DurationText => Some(Value::Text(cell)),
        Kind::Integer => cell.parse().ok().map(Value::Whole),
        Kind::Float => {
            let number = cell.parse::<f64>().ok();
            number.filter(|number| number.is_finite()).map(Value::Number)
        }
        Kind::Date => cell.parse().ok().map(Value::Day),
        Kind::DateTime => cell.parse().ok().map(Value::Moment),
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::DateTimeText | Kind::DurationText => "text",
        Kind::Integer => "whole number",
        Kind::Float => "number",
        Kind::Date => "date",
        Kind::DateTime => "date and time",
    }
}
