//! For programs: the operations of the pages by a token, with JSON in and out, described by an OpenAPI document.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Map, Value, json};
use tercel::design::decide_study;
use tercel::endpoint::{Analysis, check_analysis};
use tercel::language::{Language, both};
use tercel::protocol::DoseLevel;
use tercel::study::{Blocks, named_first};
use tercel_exchange::form::FORMS;
use tercel_store::{EntryFilter, Kind, RecordFilter};

use super::audit::{moment, no_moment};
use crate::ask::{Ask, Fields};
use crate::meeting::MEETING;
use crate::reply::{Fault, POLICY, Reply};
use crate::role::Permission;
use crate::routes::{ROUTES, Rule, Verb};

/// What each operation takes, beside those that only a browser needs.
pub(crate) const OPERATIONS: [(&str, &str, &[&str]); 22] = [
    (
        "/enter/{*rest}",
        "Enter a record: rest is form/subject, demography/new for a new subject; answers by field as v.<field>; confirmed=Y keeps unusual answers, confirmed=Y also makes a second subject with the answers of one of today, happened=Y with why keeps what was done at a closed gate",
        &["confirmed", "happened", "why"],
    ),
    (
        "/correct/{*rest}",
        "Enter a new version: rest is the record; all answers as v.<field>",
        &["seen", "reason", "confirmed"],
    ),
    (
        "/void",
        "Mark a record as entered in error",
        &["record", "seen", "reason"],
    ),
    (
        "/verify",
        "State that a version agrees with its source",
        &["record", "seen"],
    ),
    (
        "/sign",
        "Sign a version: meaning is reviewed or responsible",
        &["record", "seen", "content", "meaning", "account", "password"],
    ),
    (
        "/protocol",
        "Register the version of the protocol that the program runs, signed by the sponsor's physician",
        &["summary", "account", "password"],
    ),
    (
        "/protocol/site",
        "Make a registered version effective at a site, signed by its investigator; dates as 2026-03-31",
        &[
            "version",
            "site",
            "approval",
            "approved",
            "effective",
            "account",
            "password",
        ],
    ),
    ("/query", "Ask about a record", &["record", "field", "text"]),
    ("/answer", "Answer a query", &["record", "query", "text"]),
    ("/close", "Close a query", &["record", "query"]),
    ("/lock", "Accept no more versions", &["record", "seen"]),
    (
        "/unlock",
        "Open a locked record, with a second person",
        &["record", "reason", "password", "second", "second_password"],
    ),
    (
        "/meetings",
        "Freeze a decision packet: member.<account> is member or physician",
        &["occasion", "words", "quorum", "roles_needed"],
    ),
    (
        "/propose",
        "Put a decision to a meeting",
        &[
            "record",
            "choice",
            "places",
            "overrides",
            "reason",
            "despite",
            "conditions",
            "effective",
        ],
    ),
    ("/conflict", "Declare a conflict of interest", &["record", "text"]),
    (
        "/vote",
        "Vote on a proposal, signed",
        &["record", "proposal", "vote", "comment", "account", "password"],
    ),
    ("/resolve", "Close a vote", &["record"]),
    (
        "/panel/{*rest}",
        "Enter several records of a form together: rest is form/subject; shared answers as v.<field>, those of row n as rn.<field>",
        &["confirmed"],
    ),
    (
        "/countersign/{*rest}",
        "Enter a record of two persons: rest is form/subject; answers by field as v.<field>; covers: what a lift or a verdict is about, as its page shows; mismatch: Y where what was read is not what the records hold",
        &["password", "second", "second_password", "covers", "mismatch"],
    ),
    (
        "/people/add",
        "Add an account",
        &["account", "printed", "grants", "password", "again"],
    ),
    (
        "/people/change",
        "Change roles, or disable an account",
        &["account", "seen", "grants", "disabled", "reason"],
    ),
    (
        "/people/password",
        "Set a first password",
        &["account", "password", "again"],
    ),
];

/// What a reading operation takes in its query, and what it means.
const QUERIES: [(&str, &[(&str, &str)]); 2] = [
    (
        "/api/records",
        &[
            ("subject", "Records of this subject"),
            ("form", "Records of this form"),
            ("queried", "Any value: only records with an open query"),
        ],
    ),
    (
        "/api/entries",
        &[
            ("record", "Entries about this record"),
            ("subject", "Entries about this subject"),
            ("author", "Entries by this account"),
            ("kind", "Entries of this kind"),
            ("from", "Entered at or after this day or time, UTC"),
            ("until", "Entered before this day or time, UTC"),
            (
                "before",
                "Entries before this number; 500 are given at once, the last first",
            ),
        ],
    ),
];

fn queries(path: &str) -> &'static [(&'static str, &'static str)] {
    QUERIES
        .iter()
        .find(|(known, _)| *known == path)
        .map_or(&[], |(_, names)| names)
}

/// A parameter that would not be read is refused: who asks for less is not given all.
fn only_known(ask: &Ask, path: &str) -> Result<(), Fault> {
    let known = |name: &str| queries(path).iter().any(|(known, _)| *known == name);
    match ask.query.keys().find(|name| !known(name)) {
        Some(name) => Err(Fault::Wrong(both!(
            "{path} takes no parameter \"{name}\"; /api/openapi.json lists what it takes",
            "{path}没有参数“{name}”；可用参数见/api/openapi.json"
        ))),
        None => Ok(()),
    }
}

/// The parameters of an operation as OpenAPI describes them.
fn parameters(path: &str) -> Vec<Value> {
    let rest = json!({"name": "rest", "in": "path", "required": true, "schema": {"type": "string"}});
    let described = |(name, meaning): &(&str, &str)| {
        let schema = if *name == "kind" {
            json!({"type": "string", "enum": Kind::ALL.map(Kind::name)})
        } else {
            json!({"type": "string"})
        };
        json!({"name": name, "in": "query", "required": false, "description": meaning, "schema": schema})
    };
    let rest = path.contains("{*rest}").then_some(rest);
    rest.into_iter().chain(queries(path).iter().map(described)).collect()
}

/// The fields of a JSON object of texts, numbers and yes or no.
pub(crate) fn fields(text: &str) -> Result<Fields, Fault> {
    let wrong = || {
        Fault::Wrong(both!(
            "the body is a JSON object of texts; nothing was changed",
            "请求体须为由文本组成的JSON对象；未作任何更改"
        ))
    };
    let Ok(Value::Object(object)) = serde_json::from_str(text) else {
        return Err(wrong());
    };
    object
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            Value::Number(number) => Ok((name, number.to_string())),
            Value::Bool(yes) => Ok((name, if yes { "Y" } else { "N" }.to_owned())),
            Value::Null => Ok((name, String::new())),
            Value::Array(_) | Value::Object(_) => Err(wrong()),
        })
        .collect()
}

/// Answers and faults as a program reads them.
pub(crate) fn respond(reply: Result<Reply, Fault>, language: Language) -> Response<Body> {
    let (status, value) = match reply {
        Ok(Reply::PageWith { .. }) => (StatusCode::OK, json!({"location": "/"})),
        Ok(Reply::Go(to) | Reply::GoWith { to, .. }) => (StatusCode::OK, json!({"location": to})),
        Ok(Reply::RejectedFor { problems, .. }) => {
            let each = |(field, sentence): &(String, String)| json!({"field": field, "problem": sentence});
            let problems: Vec<Value> = problems.iter().map(each).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, json!({"problems": problems}))
        }
        Ok(Reply::Rejected(_)) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({"error": "what was given is not accepted; nothing was changed"}),
        ),
        Ok(Reply::Page(_)) => (
            StatusCode::NOT_ACCEPTABLE,
            json!({"error": "this is a page for people; /api/openapi.json lists what there is for programs"}),
        ),
        Ok(file @ Reply::File { .. }) => return file.into_response(),
        Err(fault) => {
            let (status, sentence) = fault.status(language);
            (status, json!({"error": sentence}))
        }
    };
    crate::reply::respond(status, KIND, value.to_string().into_bytes(), POLICY)
}

const KIND: &str = "application/json";

fn document(value: &Value) -> Reply {
    Reply::File {
        kind: KIND,
        bytes: value.to_string().into_bytes(),
    }
}

fn given(ask: &Ask, name: &str) -> Option<String> {
    ask.query.get(name).cloned().filter(|text| !text.is_empty())
}

pub(crate) async fn records(ask: Ask) -> Result<Reply, Fault> {
    only_known(&ask, "/api/records")?;
    let filter = RecordFilter {
        subject: given(&ask, "subject"),
        form: given(&ask, "form"),
        sites: ask.person()?.sites(Permission::Read),
        queried: given(&ask, "queried").is_some(),
    };
    let mut records = ask.app.store.records(&filter).await?;
    let meetings = ask.person()?.sees_meetings();
    records.retain(|record| record.form != "account" && (meetings || record.form != MEETING));
    Ok(document(&json!({"records": records})))
}

pub(crate) async fn record(ask: Ask) -> Result<Reply, Fault> {
    let record = ask.record(Permission::Read, &ask.rest).await?;
    Ok(document(&json!({"record": record})))
}

fn kind(name: &str) -> Result<Kind, Fault> {
    Kind::from_name(name).ok_or_else(|| {
        let known = Kind::ALL.map(Kind::name).join(", ");
        Fault::Wrong(both!(
            "\"{name}\" is no kind of entry; take one of {known}",
            "“{name}”不是条目类型；可用：{known}"
        ))
    })
}

fn time(text: &str) -> Result<String, Fault> {
    moment(text).ok_or_else(|| Fault::Wrong(no_moment(text)))
}

pub(crate) async fn entries(ask: Ask) -> Result<Reply, Fault> {
    only_known(&ask, "/api/entries")?;
    let before = given(&ask, "before").map(|text| text.parse());
    let filter = EntryFilter {
        record: given(&ask, "record"),
        subject: given(&ask, "subject"),
        author: given(&ask, "author"),
        kind: given(&ask, "kind").map(|name| kind(&name)).transpose()?,
        from: given(&ask, "from").map(|text| time(&text)).transpose()?,
        until: given(&ask, "until").map(|text| time(&text)).transpose()?,
        sites: ask.person()?.sites(Permission::Audit),
        before: before
            .transpose()
            .map_err(|_| Fault::Wrong(both!("before is the number of an entry", "before须为条目编号")))?,
        ..EntryFilter::default()
    };
    let mut entries = ask.app.store.entries(&filter, 500).await?;
    let meetings = ask.person()?.sees_meetings();
    entries.retain(|entry| meetings || entry.form.as_deref() != Some(MEETING));
    let entry = |entry: &tercel_store::Entry| {
        json!({
            "seq": entry.seq, "kind": entry.kind.name(), "record": entry.record, "version": entry.version,
            "form": entry.form, "subject": entry.subject, "site": entry.site, "author": entry.author,
            "role": entry.role, "entered_at": entry.entered_at, "happened": entry.happened, "reason": entry.reason,
            "protocol": entry.protocol, "payload": serde_json::from_str::<Value>(&entry.payload).unwrap_or_default(),
            "prior": entry.prior, "hash": entry.hash,
        })
    };
    Ok(document(
        &json!({"entries": entries.iter().map(entry).collect::<Vec<Value>>()}),
    ))
}

pub(crate) async fn decision(ask: Ask) -> Result<Reply, Fault> {
    only_known(&ask, "/api/decision")?;
    if ask.person()?.sites(Permission::Read).is_some() {
        return Err(Fault::Forbidden);
    }
    let snapshot = ask.app.snapshot_now().await?;
    let trial = ask.app.trial.clone();
    let made = tokio::task::spawn_blocking(move || {
        let analysis = Analysis::new(&trial, snapshot.data(), Some(snapshot.today));
        let findings = check_analysis(&analysis);
        let blocking = findings
            .iter()
            .filter(|finding| finding.blocks == Blocks::Decision)
            .count();
        decide_study(&analysis).map(|decided| {
            let action = decided.decision.action;
            let levels: Vec<Value> = decided
                .levels
                .iter()
                .map(|(level, count)| {
                    json!({"dose_level": level.number(), "evaluable": count.evaluable, "dlt": count.dlt, "pending": count.pending})
                })
                .collect();
            json!({
                "action": action.name(),
                "dose_level": action.level().map(DoseLevel::number),
                "mtd": action.mtd().map(DoseLevel::number),
                "because": decided.decision.because.to_string(),
                "waiting_on": decided.waiting_on.iter().map(|one| one.sentence.en.clone()).collect::<Vec<String>>(),
                "levels": levels,
                "blocking_findings": blocking,
                "attention": named_first(&findings),
                "data_cut": snapshot.today.to_string(),
                "entry": snapshot.entry,
            })
        })
    });
    let decision = made
        .await
        .map_err(|_| Fault::Wrong(both!("the decision could not be derived", "剂量决策无法生成")))?;
    Ok(document(&decision.unwrap_or(Value::Null)))
}

pub(crate) async fn forms(_: Ask) -> Result<Reply, Fault> {
    let forms: Vec<Value> = FORMS
        .iter()
        .map(|form| {
            let fields: Vec<Value> = form
                .fields
                .iter()
                .map(|field| {
                    json!({"id": field.id, "en": field.label.en, "zh": field.label.zh, "help": field.help.en,
                           "variable": field.variable()})
                })
                .collect();
            json!({"id": form.id, "en": form.title.en, "zh": form.title.zh, "domain": form.domain, "repeats": form.repeats,
                   "fields": fields})
        })
        .collect();
    Ok(document(&json!({"forms": forms})))
}

/// The OpenAPI document, made of the list of routes.
pub(crate) async fn description(ask: Ask) -> Result<Reply, Fault> {
    let mut paths = Map::new();
    for route in ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/") || route.verb == Verb::Post)
    {
        let operation = OPERATIONS.iter().find(|(path, _, _)| *path == route.path);
        if route.verb == Verb::Post && operation.is_none() {
            continue;
        }
        let summary = operation.map_or("Read", |(_, summary, _)| *summary);
        let permission = match route.rule {
            Rule::May(permission) => format!("{permission:?}"),
            Rule::Public => "everybody".to_owned(),
            Rule::SignedIn => "any token".to_owned(),
        };
        let mut described = json!({
            "summary": summary,
            "description": format!("Asks for: {permission}"),
            "security": [{"token": []}],
            "responses": {
                "200": {"description": "done; location names what was made or changed"},
                "400": {"description": "the request makes no sense: an answer that is missing, a parameter or a value that is not known"},
                "401": {"description": "no token in force"},
                "403": {"description": "the roles do not allow it"},
                "404": {"description": "not there, or not for these roles"},
                "409": {"description": "a rule refuses it; nothing was changed"},
                "422": {"description": "answers that cannot be kept; nothing was changed"},
            },
        });
        if let (Some(object), Some((_, _, fields))) = (described.as_object_mut(), operation) {
            let properties: Map<String, Value> = fields
                .iter()
                .map(|field| ((*field).to_owned(), json!({"type": "string"})))
                .collect();
            object.insert(
                "requestBody".to_owned(),
                json!({"required": true, "content": {"application/json": {"schema":
                {"type": "object", "properties": properties, "additionalProperties": {"type": "string"}}}}}),
            );
        }
        let parameters = parameters(route.path);
        if let (Some(object), false) = (described.as_object_mut(), parameters.is_empty()) {
            object.insert("parameters".to_owned(), Value::Array(parameters));
        }
        let path = route.path.replace("{*rest}", "{rest}");
        paths.insert(path, json!({route.verb.name().to_lowercase(): described}));
    }
    Ok(document(&json!({
        "openapi": "3.1.0",
        "info": {"title": format!("tercel: {}", ask.app.trial.title), "version": env!("CARGO_PKG_VERSION")},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    })))
}
