//! The published schema of the protocol file: what the reader asks for, and what the protocols here hold.

use serde_json::{Map, Value};
use tercel_exchange::protocol_schema;

const PUBLISHED: &str = include_str!("../../../../docs/protocol.schema.json");

/// Every protocol file that the reader accepts.
const PROTOCOLS: [(&str, &str); 3] = [
    (
        "il1rap-hcc",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    ),
    ("gbm-car-t", include_str!("../../../../trials/gbm-car-t/protocol.toml")),
    (
        "rehearsal",
        include_str!("../../../tercel/tests/data/rehearsal/protocol.toml"),
    ),
];

#[test]
fn the_published_schema_is_the_one_the_reader_gives() {
    let now = protocol_schema();
    let published = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol.schema.json");
    assert!(
        now == PUBLISHED,
        "the reader has changed: write what `tercel schema` prints to {}",
        published.display()
    );
}

/// What of `value` the schema refuses.
fn refused(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let none = Map::new();
    let mut refuse = |what: &str| found.push(format!("{path}: {what}"));
    if let Some(list) = schema["enum"].as_array() {
        if !list.contains(value) {
            refuse("not in the list");
        }
        return;
    }
    match (schema["type"].as_str().unwrap(), value) {
        ("object", Value::Object(object)) => {
            let properties = schema["properties"].as_object().unwrap_or(&none);
            for name in schema["required"].as_array().into_iter().flatten() {
                if !object.contains_key(name.as_str().unwrap()) {
                    refuse(&format!("{name} is missing"));
                }
            }
            for (name, value) in object {
                match properties.get(name) {
                    Some(schema) => refused(schema, value, &format!("{path}.{name}"), found),
                    None => found.push(format!("{path}.{name}: unknown")),
                }
            }
        }
        ("array", Value::Array(list)) => {
            for (at, value) in list.iter().enumerate() {
                refused(&schema["items"], value, &format!("{path}[{at}]"), found);
            }
        }
        ("string", Value::String(text)) if !text.is_empty() => {}
        ("boolean", Value::Bool(_)) => {}
        ("integer", Value::Number(number)) if number.is_i64() => {}
        ("number", Value::Number(number)) => {
            let number = number.as_f64().unwrap();
            if number < schema["minimum"].as_f64().unwrap() || number > schema["maximum"].as_f64().unwrap() {
                refuse("out of range");
            }
        }
        (kind, _) => refuse(&format!("no {kind}")),
    }
}

/// TOML as JSON; a date is a text, as editors see it.
fn json(text: &str) -> Value {
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(flag) => flag.into(),
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(list) => list.into_iter().map(plain).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        }
    }
    plain(toml::Value::Table(toml::from_str(text).unwrap()))
}

#[test]
fn every_protocol_that_is_in_order_fits_the_schema_and_a_misspelt_one_does_not() {
    let schema: Value = serde_json::from_str(PUBLISHED).unwrap();
    for (name, text) in PROTOCOLS {
        let mut found = Vec::new();
        refused(&schema, &json(text), name, &mut found);
        assert!(found.is_empty(), "{found:#?}");
    }
    let (_, text) = PROTOCOLS[0];
    for (right, wrong) in [
        ("sentinel_days", "sentinel_day"),
        ("variant = \"korn-strict\"", "variant = \"korn\""),
        ("amount = 1.0e8", "amount = \"1e8\""),
        ("ecog_max = 1", "ecog_max = 9"),
    ] {
        let mut found = Vec::new();
        refused(&schema, &json(&text.replacen(right, wrong, 1)), "wrong", &mut found);
        assert!(!found.is_empty(), "{wrong}");
    }
}
