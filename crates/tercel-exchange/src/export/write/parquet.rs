//! Apache Parquet of a described dataset: columns of types, uncompressed, one row group.
//!
//! Source: Apache Parquet format, logical types `STRING`, `DATE` and `TIMESTAMP`. A missing value is null. The label of the
//! dataset, its keys, and the label and SAS format of each variable are in the key-value metadata (`label`, `keys`,
//! `label.AETERM`, `format.ADT`), where pandas, R and DuckDB show them. What was written is read back for the checks of an export.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::Field;
use parquet::schema::types::Type;

use super::{SOURCE_SYSTEM, SOURCE_VERSION, Value, values};
use crate::export::described::{Column, Described};
use crate::export::{Dataset, Kind, Variable};
use crate::table::{Table, TableError};

/// Writes the dataset.
pub(super) fn write(dataset: &Dataset) -> Result<Vec<u8>, TableError> {
    let refused = |error: ParquetError| TableError::Write(error.to_string());
    let (schema, properties) = layout(dataset).map_err(refused)?;
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, properties).map_err(refused)?;
    let mut group = file.next_row_group().map_err(refused)?;
    for (at, variable) in dataset.variables.iter().enumerate() {
        let cells = values(dataset, at, variable).collect::<Result<Vec<Value<'_>>, _>>()?;
        if let Some(mut writer) = group.next_column().map_err(refused)? {
            write_cells(&mut writer, variable.kind, &cells).map_err(refused)?;
            writer.close().map_err(refused)?;
        }
    }
    group.close().map_err(refused)?;
    file.close().map_err(refused)?;
    Ok(bytes)
}

/// The types of the columns, and what is said of them.
fn layout(dataset: &Dataset) -> Result<(Arc<Type>, Arc<WriterProperties>), ParquetError> {
    let fields = dataset.variables.iter().map(|variable| Ok(Arc::new(field(variable)?)));
    let schema = Type::group_type_builder("schema")
        .with_fields(fields.collect::<Result<_, ParquetError>>()?)
        .build()?;
    let properties = WriterProperties::builder()
        .set_created_by(format!("{SOURCE_SYSTEM} version {SOURCE_VERSION}"))
        .set_compression(Compression::UNCOMPRESSED)
        .set_key_value_metadata(Some(said_of(dataset)))
        .build();
    Ok((Arc::new(schema), Arc::new(properties)))
}

fn field(variable: &Variable) -> Result<Type, ParquetError> {
    let (physical, logical) = match variable.kind {
        Kind::Text | Kind::DateTimeText | Kind::DurationText => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Float => (Physical::DOUBLE, None),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
        Kind::DateTime => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MILLIS))),
    };
    Type::primitive_type_builder(&variable.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

fn said_of(dataset: &Dataset) -> Vec<KeyValue> {
    let pair = |key: String, value: &str| KeyValue::new(key, value.to_owned());
    let mut said = vec![
        pair("label".to_owned(), &dataset.label),
        pair("keys".to_owned(), &dataset.keys.join(" ")),
    ];
    for variable in &dataset.variables {
        said.push(pair(format!("label.{}", variable.name), &variable.label));
        match variable.kind {
            Kind::Date => said.push(pair(format!("format.{}", variable.name), "DATE9.")),
            Kind::DateTime => said.push(pair(format!("format.{}", variable.name), "DATETIME20.")),
            Kind::Text | Kind::DateTimeText | Kind::DurationText | Kind::Integer | Kind::Float => {}
        }
    }
    said
}

fn write_cells(writer: &mut SerializedColumnWriter<'_>, kind: Kind, cells: &[Value<'_>]) -> Result<(), ParquetError> {
    // A definition level of 0 is a null, 1 a value.
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(*cell != Value::Blank)).collect();
    let levels = Some(levels.as_slice());
    match kind {
        Kind::Text | Kind::DateTimeText | Kind::DurationText => {
            let texts = cells.iter().filter_map(|cell| match cell {
                Value::Text(text) => Some(ByteArray::from(*text)),
                Value::Blank | Value::Whole(_) | Value::Number(_) | Value::Day(_) | Value::Moment(_) => None,
            });
            let texts: Vec<ByteArray> = texts.collect();
            writer.typed::<ByteArrayType>().write_batch(&texts, levels, None)?;
        }
        Kind::Integer | Kind::DateTime => {
            let numbers: Vec<i64> = cells.iter().filter_map(whole).collect();
            writer.typed::<Int64Type>().write_batch(&numbers, levels, None)?;
        }
        Kind::Float => {
            let numbers = cells.iter().filter_map(|cell| match cell {
                Value::Number(number) => Some(*number),
                Value::Blank | Value::Text(_) | Value::Whole(_) | Value::Day(_) | Value::Moment(_) => None,
            });
            let numbers: Vec<f64> = numbers.collect();
            writer.typed::<DoubleType>().write_batch(&numbers, levels, None)?;
        }
        Kind::Date => {
            let days = cells.iter().filter_map(whole);
            let days: Vec<i32> = days.filter_map(|days| i32::try_from(days).ok()).collect();
            writer.typed::<Int32Type>().write_batch(&days, levels, None)?;
        }
    }
    Ok(())
}

/// A whole number; days from 1970 of a date, milliseconds of a date and time.
fn whole(cell: &Value<'_>) -> Option<i64> {
    let from = date(1970, 1, 1).at(0, 0, 0, 0);
    let milliseconds = |moment: DateTime| moment.duration_since(from).as_millis();
    match cell {
        Value::Whole(number) => Some(*number),
        Value::Day(day) => i64::try_from(milliseconds((*day).into()).div_euclid(86_400_000)).ok(),
        Value::Moment(moment) => i64::try_from(milliseconds(*moment)).ok(),
        Value::Blank | Value::Text(_) | Value::Number(_) => None,
    }
}

/// The first bytes of a file.
pub(crate) const MAGIC: &[u8] = b"PAR1";

fn open(bytes: &[u8]) -> Result<SerializedFileReader<bytes::Bytes>, ParquetError> {
    SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes))
}

/// What a file says of itself.
pub(crate) fn describe(bytes: &[u8]) -> Result<Described, TableError> {
    let file = open(bytes).map_err(|why| unread(&why))?;
    let about = file.metadata().file_metadata();
    let said = |key: &str| {
        let mut pairs = about.key_value_metadata().into_iter().flatten();
        pairs.find(|pair| pair.key == key).and_then(|pair| pair.value.clone())
    };
    let columns = about.schema().get_fields().iter().map(|field| Column {
        name: field.name().to_owned(),
        label: said(&format!("label.{}", field.name())).or_else(|| Some(String::new())),
        numeric: Some(field.get_physical_type() != Physical::BYTE_ARRAY),
        length: None,
        key: None,
    });
    Ok(Described {
        label: said("label").or_else(|| Some(String::new())),
        columns: columns.collect(),
    })
}

/// Reads a file of the types that are written here.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let file = open(bytes).map_err(|why| unread(&why))?;
    let fields = file.metadata().file_metadata().schema().get_fields();
    let columns = fields.iter().map(|field| field.name().to_owned()).collect();
    let mut table = Table::new("", name, columns);
    for row in file.get_row_iter(None).map_err(|why| unread(&why))? {
        let row = row.map_err(|why| unread(&why))?;
        let cells = row.get_column_iter().map(|(_, cell)| text(cell));
        let cells = cells.collect::<Option<Vec<String>>>();
        let cells = cells.ok_or_else(|| TableError::Parquet("it has a column of another type".to_owned()))?;
        table.push(cells.iter().map(String::as_str));
    }
    table.name_itself();
    Ok(table)
}

fn unread(error: &ParquetError) -> TableError {
    TableError::Parquet(error.to_string())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other types of the format are none that is written here"
)]
fn text(cell: &Field) -> Option<String> {
    let from = date(1970, 1, 1);
    Some(match cell {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Date(days) => from.checked_add(days.days()).ok()?.to_string(),
        Field::TimestampMillis(moment) => {
            let moment = from.at(0, 0, 0, 0).checked_add(moment.milliseconds()).ok()?;
            moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
        }
        _ => return None,
    })
}
