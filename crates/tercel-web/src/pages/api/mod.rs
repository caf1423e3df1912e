//! For programs: the operations of the pages by a token, with JSON in and out, described by an OpenAPI document.

mod openapi;
mod operations;
mod wire;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use tercel::language::{Language, both};
use tercel_store::{EntryFilter, Kind, RecordFilter};

pub(crate) use self::openapi::description;
pub(crate) use self::operations::only_known;
use self::wire::{Decision, Entries, EntryMade, Forms, OneRecord, RecordNow, Records};
use super::audit::{moment, no_moment};
use crate::ask::{Ask, Fields};
use crate::meeting::MEETING;
use crate::reply::{Fault, POLICY, Reply};
use crate::role::Permission;

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

/// An answer as JSON.
pub(super) fn answer(value: &impl Serialize) -> Result<Reply, Fault> {
    let bytes = serde_json::to_vec(value);
    Ok(Reply::File {
        kind: KIND,
        bytes: bytes.map_err(|_| Fault::Wrong(both!("the answer could not be written", "结果无法写出")))?,
    })
}

fn given(ask: &Ask, name: &str) -> Option<String> {
    ask.query.get(name).cloned().filter(|text| !text.is_empty())
}

pub(crate) async fn records(ask: Ask) -> Result<Reply, Fault> {
    let filter = RecordFilter {
        subject: given(&ask, "subject"),
        form: given(&ask, "form"),
        sites: ask.person()?.sites(Permission::Read),
        queried: given(&ask, "queried").is_some(),
    };
    let mut records = ask.app.store.records(&filter).await?;
    let meetings = ask.person()?.sees_meetings();
    records.retain(|record| record.form != "account" && (meetings || record.form != MEETING));
    answer(&Records {
        records: records.into_iter().map(RecordNow::of).collect(),
    })
}

pub(crate) async fn record(ask: Ask) -> Result<Reply, Fault> {
    let record = ask.record(Permission::Read, &ask.rest).await?;
    answer(&OneRecord {
        record: RecordNow::of(record),
    })
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
    answer(&Entries {
        entries: entries.into_iter().map(EntryMade::of).collect(),
    })
}

pub(crate) async fn decision(ask: Ask) -> Result<Reply, Fault> {
    if ask.person()?.sites(Permission::Read).is_some() {
        return Err(Fault::Forbidden);
    }
    let snapshot = ask.app.snapshot_now().await?;
    let made = tokio::task::spawn_blocking(move || Decision::derive(&snapshot));
    let decision = made
        .await
        .map_err(|_| Fault::Wrong(both!("the decision could not be derived", "剂量决策无法生成")))?;
    answer(&decision)
}

pub(crate) async fn forms(_: Ask) -> Result<Reply, Fault> {
    answer(&Forms::all())
}
