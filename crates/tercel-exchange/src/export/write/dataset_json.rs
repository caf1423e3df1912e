//! CDISC Dataset-JSON 1.1 of a described dataset.
//!
//! Source: CDISC Dataset-JSON 1.1 specification and its JSON Schema. Numeric dates of analysis are texts of ISO 8601 whose
//! `targetDataType` is integer; `--DTC` may be partial and is a string. A missing value is null.

use serde_json::{Map, Value as Json, json};

use super::{About, SOURCE_SYSTEM, SOURCE_VERSION, Value, values};
use crate::export::oid;
use crate::export::{Dataset, Kind, Variable};
use crate::table::TableError;

/// Writes a document, or the metadata and each row on a line of its own.
pub(super) fn write(dataset: &Dataset, about: &About<'_>, lines: bool) -> Result<Vec<u8>, TableError> {
    let mut meta = describe(dataset, about);
    let columns = dataset.variables.iter().enumerate();
    let columns: Vec<Vec<Value<'_>>> = columns
        .map(|(at, variable)| values(dataset, at, variable))
        .collect::<Result<_, _>>()?;
    let row = |row: usize| {
        let cells = columns.iter().map(|column| column.get(row).map_or(Json::Null, cell));
        Json::Array(cells.collect())
    };
    let rows = (0..dataset.table.len()).map(row);
    if lines {
        let mut text = Json::Object(meta).to_string();
        for row in rows {
            text.push('\n');
            text.push_str(&row.to_string());
        }
        text.push('\n');
        return Ok(text.into_bytes());
    }
    meta.insert("rows".to_owned(), rows.collect());
    Ok(format!("{}\n", Json::Object(meta)).into_bytes())
}

fn describe(dataset: &Dataset, about: &About<'_>) -> Map<String, Json> {
    let created = about.created.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let mut meta = Map::new();
    let mut say = |key: &str, value: Json| {
        if value != json!("") {
            meta.insert(key.to_owned(), value);
        }
    };
    say("datasetJSONCreationDateTime", json!(created));
    say("datasetJSONVersion", json!("1.1.0"));
    say(
        "fileOID",
        json!(format!("{}.{}", oid::study(about.study), dataset.name())),
    );
    say("originator", json!(about.originator));
    say(
        "sourceSystem",
        json!({"name": SOURCE_SYSTEM, "version": SOURCE_VERSION}),
    );
    say("studyOID", json!(oid::study(about.study)));
    say(
        "metaDataVersionOID",
        json!(oid::metadata(about.study, dataset.standard)),
    );
    say("itemGroupOID", json!(oid::dataset(dataset.name())));
    say("records", json!(dataset.table.len()));
    say("name", json!(dataset.name()));
    say("label", json!(dataset.label));
    let columns = dataset.variables.iter().map(|variable| column(dataset, variable));
    say("columns", columns.collect());
    meta
}

fn column(dataset: &Dataset, variable: &Variable) -> Json {
    let mut column = json!({
        "itemOID": oid::variable(dataset.name(), &variable.name),
        "name": variable.name,
        "label": variable.label,
        "dataType": match variable.kind {
            Kind::Text | Kind::DateTimeText | Kind::DurationText => "string",
            Kind::Integer => "integer",
            Kind::Float => "double",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
        },
    });
    let mut say = |key: &str, value: Json| {
        column
            .as_object_mut()
            .map(|column| column.insert(key.to_owned(), value))
    };
    match variable.kind {
        Kind::Text | Kind::DateTimeText | Kind::DurationText => {
            say("length", json!(variable.length));
        }
        Kind::Integer | Kind::Float => {}
        Kind::Date => {
            say("targetDataType", json!("integer"));
            say("displayFormat", json!("DATE9."));
        }
        Kind::DateTime => {
            say("targetDataType", json!("integer"));
            say("displayFormat", json!("DATETIME20."));
        }
    }
    if let Some(place) = dataset.keys.iter().position(|key| *key == variable.name) {
        say("keySequence", json!(place + 1));
    }
    column
}

fn cell(value: &Value<'_>) -> Json {
    match value {
        Value::Blank => Json::Null,
        Value::Text(text) => json!(text),
        Value::Whole(number) => json!(number),
        Value::Number(number) => json!(number),
        Value::Day(day) => json!(day.to_string()),
        Value::Moment(moment) => json!(moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
    }
}
