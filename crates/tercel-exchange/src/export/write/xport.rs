//! SAS XPORT version 5 of a described dataset: labels, lengths, formats of dates.

use jiff::civil::{DateTime, date};

use super::{About, Value, value_of, values};
use crate::export::{Dataset, Kind, Variable};
use crate::format::xport::{Cell, Column, sas_time, write_columns};
use crate::table::TableError;

/// Texts of more bytes than this do not fit.
const LONGEST: usize = 200;

/// Writes the dataset; refused where a name, a label or a text is longer than the format holds.
pub(super) fn write(dataset: &Dataset, about: &About<'_>) -> Result<Vec<u8>, TableError> {
    let columns = dataset.variables.iter().enumerate();
    let columns: Vec<Column<'_>> = columns
        .map(|(at, variable)| column(dataset, at, variable))
        .collect::<Result<_, _>>()?;
    // Every cell was looked at for its column.
    let rows = (0..dataset.table.len()).map(|row| {
        let variables = dataset.variables.iter().enumerate();
        variables
            .map(move |(at, variable)| value_of(dataset, row, at, variable).map_or(Cell::Missing, |value| cell(&value)))
    });
    let created = sas_time(about.created);
    write_columns(dataset.name(), &dataset.label, &columns, rows, &created)
}

fn column<'d>(dataset: &Dataset, at: usize, variable: &'d Variable) -> Result<Column<'d>, TableError> {
    let mut longest = 0;
    for value in values(dataset, at, variable) {
        if let Value::Text(text) = value? {
            longest = longest.max(text.len());
        }
    }
    let whole = format!("{}.{}", dataset.name(), variable.name);
    if longest > LONGEST {
        return Err(TableError::Write(format!(
            "SAS XPORT version 5 has texts of at most {LONGEST} bytes and {whole} has one of {longest}; move the rest to a \
             supplemental qualifier, or send Dataset-JSON"
        )));
    }
    if variable.label.len() > 40 {
        return Err(TableError::Write(format!(
            "SAS XPORT version 5 has labels of at most 40 bytes; that of {whole} has {}",
            variable.label.len()
        )));
    }
    let (numeric, format, width) = match variable.kind {
        Kind::Text | Kind::DateTimeText | Kind::DurationText => (false, "", 0),
        Kind::Integer | Kind::Float => (true, "", 0),
        Kind::Date => (true, "DATE", 9),
        Kind::DateTime => (true, "DATETIME", 20),
    };
    Ok(Column {
        name: &variable.name,
        label: &variable.label,
        length: if numeric {
            8
        } else {
            longest.max(variable.length.min(LONGEST)).max(1)
        },
        numeric,
        format,
        width,
    })
}

fn cell<'v>(value: &Value<'v>) -> Cell<'v> {
    match value {
        Value::Blank => Cell::Missing,
        Value::Text(text) => Cell::Text(text),
        Value::Whole(number) => Cell::Number(*number as f64),
        Value::Number(number) => Cell::Number(*number),
        Value::Day(day) => Cell::Number(seconds((*day).into()) / 86_400.0),
        Value::Moment(moment) => Cell::Number(seconds(*moment)),
    }
}

/// Seconds from the start of 1960, from which SAS counts.
fn seconds(moment: DateTime) -> f64 {
    let from = date(1960, 1, 1).at(0, 0, 0, 0);
    moment.duration_since(from).as_secs_f64()
}
