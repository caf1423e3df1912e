//! CDISC Dataset-JSON 1.1 of a described dataset.
//!
//! Source: CDISC Dataset-JSON 1.1 specification and its JSON Schema. Numeric dates of analysis are texts of ISO 8601 whose
//! `targetDataType` is integer; `--DTC` may be partial and is a string. A missing value is null.

use std::io;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{About, SOURCE_SYSTEM, SOURCE_VERSION, Value, value_of};
use crate::export::oid;
use crate::export::{Dataset, Kind, Variable};
use crate::table::TableError;

/// Writes a document, or the metadata and each row on a line of its own.
pub(super) fn write(dataset: &Dataset, about: &About<'_>, lines: bool) -> Result<Vec<u8>, TableError> {
    let mut bytes = Json::Object(describe(dataset, about)).to_string().into_bytes();
    if !lines {
        // The rows are the last member of the document.
        bytes.pop();
        bytes.extend_from_slice(b",\"rows\":[");
    }
    for row in 0..dataset.table.len() {
        match (lines, row) {
            (true, _) => bytes.push(b'\n'),
            (false, 0) => {}
            (false, _) => bytes.push(b','),
        }
        bytes.push(b'[');
        for (at, variable) in dataset.variables.iter().enumerate() {
            if at > 0 {
                bytes.push(b',');
            }
            let value = value_of(dataset, row, at, variable)?;
            serde_json::to_writer(&mut bytes, &value).map_err(io::Error::from)?;
        }
        bytes.push(b']');
    }
    bytes.extend_from_slice(if lines { b"\n" } else { b"]}\n" });
    Ok(bytes)
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

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Blank => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Day(day) => serializer.collect_str(day),
            Self::Moment(moment) => serializer.collect_str(&moment.strftime("%Y-%m-%dT%H:%M:%S")),
        }
    }
}
