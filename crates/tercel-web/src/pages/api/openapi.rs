//! The OpenAPI document, made of the list of routes, of what operations take, and of the types that answers are written from.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer;
use super::operations::{CHANGES, Changing, READINGS, parameters};
use crate::ask::Ask;
use crate::reply::{Fault, Reply};
use crate::routes::{ROUTES, Route, Rule, Verb};

/// What was made or changed.
#[derive(Serialize, JsonSchema)]
struct Done {
    /// The page of it.
    location: String,
}

/// Why nothing was done.
#[derive(Serialize, JsonSchema)]
struct Error {
    /// A sentence in the language of the request.
    error: String,
}

/// Answers that cannot be kept.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the shape alone is asked for")]
enum NotKept {
    Problems { problems: Vec<Problem> },
    Error { error: String },
}

/// A problem of one answer.
#[derive(Serialize, JsonSchema)]
struct Problem {
    /// The answer it is about, as it was sent.
    field: String,
    problem: String,
}

const REFUSALS: [(&str, &str); 5] = [
    (
        "400",
        "the request makes no sense: an answer that is missing, a parameter or a value that is not known",
    ),
    ("401", "no token in force"),
    ("403", "the roles do not allow it"),
    ("404", "not there, or not for these roles"),
    ("409", "a rule refuses it; nothing was changed"),
];

fn content(description: &str, schema: &Value) -> Value {
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

fn responses(done: Value, schemas: &mut SchemaGenerator) -> Value {
    let error = schemas.subschema_for::<Error>().to_value();
    let not_kept = schemas.subschema_for::<NotKept>().to_value();
    let mut all = Map::from_iter([("200".to_owned(), done)]);
    for (status, meaning) in REFUSALS {
        all.insert(status.to_owned(), content(meaning, &error));
    }
    let kept = "answers that cannot be kept; nothing was changed";
    all.insert("422".to_owned(), content(kept, &not_kept));
    Value::Object(all)
}

fn body(operation: &Changing) -> Value {
    let properties: Map<String, Value> = operation
        .given
        .iter()
        .map(|given| (given.name.to_owned(), given.takes.schema()))
        .collect();
    let needed = operation.given.iter().filter(|given| given.needed);
    let needed: Vec<&str> = needed.map(|given| given.name).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": false,
    });
    if let (Some(object), Some(pattern)) = (schema.as_object_mut(), operation.named) {
        let value = json!({"type": ["string", "number", "boolean", "null"]});
        object.insert("patternProperties".to_owned(), json!({pattern: value}));
    }
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

/// An operation of the document; nothing of a route that is for browsers alone.
fn described(route: &Route, schemas: &mut SchemaGenerator) -> Option<Value> {
    let reading = READINGS.iter().find(|reading| reading.path == route.path);
    let change = CHANGES.iter().find(|change| change.path == route.path);
    let (summary, done) = match (route.verb, reading, change) {
        (Verb::Get, Some(reading), _) => (reading.summary, (reading.answer)(schemas).to_value()),
        (Verb::Post, _, Some(change)) => (change.summary, schemas.subschema_for::<Done>().to_value()),
        (Verb::Get, None, _) | (Verb::Post, _, None) => return None,
    };
    let permission = match route.rule {
        Rule::May(permission) => format!("{permission:?}"),
        Rule::Public => "everybody".to_owned(),
        Rule::SignedIn => "any token".to_owned(),
    };
    let mut described = json!({
        "summary": summary,
        "description": format!("Asks for: {permission}"),
        "security": [{"token": []}],
        "responses": responses(content("done", &done), schemas),
    });
    let object = described.as_object_mut()?;
    if let Some(change) = change.filter(|_| route.verb == Verb::Post) {
        object.insert("requestBody".to_owned(), body(change));
    }
    let parameters = parameters(route.path);
    if !parameters.is_empty() {
        object.insert("parameters".to_owned(), Value::Array(parameters));
    }
    Some(described)
}

pub(crate) async fn description(ask: Ask) -> Result<Reply, Fault> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for route in &ROUTES {
        if let Some(described) = described(route, &mut schemas) {
            let path = route.path.replace("{*rest}", "{rest}");
            paths.insert(path, json!({route.verb.name().to_lowercase(): described}));
        }
    }
    answer(&json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("tercel: {}", ask.app.trial.title),
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Texts are in the language that Accept-Language prefers, English or Chinese.",
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas.take_definitions(true),
        },
        "paths": paths,
    }))
}
