//! The JSON Schema of `protocol.toml`, from what its reader asks for: editors complete and check the file by it.
//!
//! Source: JSON Schema draft-07, the version that editors of TOML know. It checks names, types, ranges and lists; what hangs
//! on several keys at once is for `tercel check`.

use serde_json::{Map, Value, json};
use tercel::protocol::{Key, KeyKind, SETTINGS, protocol_keys};

/// File name of the schema beside a draft; the draft's first line names it.
pub const SCHEMA_FILE: &str = "protocol.schema.json";

/// The schema as a JSON document.
pub fn protocol_schema() -> String {
    let keys = protocol_keys();
    let mut schema = table(&keys, "");
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        object.insert("title".to_owned(), json!("Protocol of a Phase 1 cell-therapy trial"));
        object.insert(
            "description".to_owned(),
            json!("Checks names, types, ranges and lists; `tercel check` checks all the rest."),
        );
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The schema of the table at `path`.
fn table(keys: &[Key], path: &str) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in keys {
        let (parent, name) = key.path.rsplit_once('.').unwrap_or(("", &key.path));
        if parent != path {
            continue;
        }
        if key.required {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), value(keys, key));
    }
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), Value::Array(required));
    }
    object.insert("additionalProperties".to_owned(), json!(false));
    Value::Object(object)
}

fn value(keys: &[Key], key: &Key) -> Value {
    let mut value = match &key.kind {
        KeyKind::Section => table(keys, &key.path),
        KeyKind::Sections => json!({"type": "array", "items": table(keys, &key.path)}),
        KeyKind::Text => json!({"type": "string", "minLength": 1}),
        KeyKind::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
        KeyKind::Integer(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        KeyKind::Flag => json!({"type": "boolean"}),
        KeyKind::Date => json!({"type": "string", "format": "date"}),
        KeyKind::Choice(names) => json!({"enum": names}),
        KeyKind::Texts(names) if names.is_empty() => {
            json!({"type": "array", "items": {"type": "string", "minLength": 1}})
        }
        KeyKind::Texts(names) => json!({"type": "array", "items": {"enum": names}}),
        KeyKind::Numbers(low, high) => {
            json!({"type": "array", "items": {"type": "number", "minimum": low, "maximum": high}})
        }
        KeyKind::Integers(low, high) => {
            json!({"type": "array", "items": {"type": "integer", "minimum": low, "maximum": high}, "uniqueItems": true})
        }
    };
    let setting = SETTINGS.iter().find(|setting| setting.path == key.path);
    let read_by = setting.map(|setting| {
        format!(
            "Read by: {}. Stated by the record (trial.stated), or explained by an [[assumption]].",
            setting.read_by
        )
    });
    let example = (!key.example.is_empty()).then(|| format!("Example: {} = {}", name_of(key), key.example));
    let about: Vec<String> = read_by.into_iter().chain(example).collect();
    if let Some(object) = value.as_object_mut()
        && !about.is_empty()
    {
        object.insert("description".to_owned(), json!(about.join(" ")));
    }
    value
}

fn name_of(key: &Key) -> &str {
    key.path.rsplit('.').next().unwrap_or(&key.path)
}
