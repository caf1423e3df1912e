//! What a record is after its entries: one pure step per entry, used by the fold over the chain and by the projection.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entry::{Entry, Kind};

/// Values of a record by field id, as written.
pub type Values = BTreeMap<String, String>;

/// Who did something, in which entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Entry.
    pub entry: i64,
    /// Account.
    pub by: String,
    /// Role.
    pub role: String,
    /// When, UTC.
    pub at: String,
    /// Version of the record it was about.
    pub version: i64,
}

/// A signature on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who and when.
    pub stamp: Stamp,
    /// Printed name of the signer at that time.
    pub name: String,
    /// What the signature means.
    pub meaning: String,
    /// Hash of the entry that made the version signed.
    pub content: String,
}

/// A query, open until it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Entry that asked.
    pub id: i64,
    /// Field asked about, where it is one.
    pub field: Option<String>,
    /// What is asked.
    pub text: String,
    /// Who asked.
    pub asked: Stamp,
    /// Answers in order.
    pub answers: Vec<(String, Stamp)>,
    /// Closed by whom.
    pub closed: Option<Stamp>,
}

impl Query {
    /// Whether somebody still waits.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// A record after all its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Key: series and number.
    pub key: String,
    /// Form.
    pub form: String,
    /// Subject, where the record is of one.
    pub subject: Option<String>,
    /// Site, where the record belongs to one.
    pub site: Option<String>,
    /// Version of the values, from 1.
    pub version: i64,
    /// Values as written.
    pub values: Values,
    /// Entered in error.
    pub voided: bool,
    /// No more versions.
    pub locked: bool,
    /// First entry.
    pub created: Stamp,
    /// Entry of the current version.
    pub changed: Stamp,
    /// Hash of the entry of the current version: what a signature binds.
    pub content: String,
    /// Clinical time of the current version, as written.
    pub happened: Option<String>,
    /// Protocol version of the current version.
    pub protocol: Option<String>,
    /// Every account that entered a version.
    pub authors: BTreeSet<String>,
    /// Last verification, of whichever version.
    pub verified: Option<Stamp>,
    /// Signatures, of whichever version.
    pub signatures: Vec<Signature>,
    /// Queries.
    pub queries: Vec<Query>,
    /// Steps of a decision, in order.
    pub steps: Vec<(Value, Stamp)>,
    /// Last entry about the record.
    pub last: i64,
}

impl Record {
    /// Number within the series: the last part of the key.
    pub fn number(&self) -> u32 {
        number_of(&self.key)
    }

    /// A value, where it was given.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values
            .get(field)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether the current version was verified.
    pub fn is_verified(&self) -> bool {
        self.verified
            .as_ref()
            .is_some_and(|stamp| stamp.version == self.version)
    }

    /// The signatures on the current version.
    pub fn signatures_in_force(&self) -> impl Iterator<Item = &Signature> {
        self.signatures
            .iter()
            .filter(|signature| signature.stamp.version == self.version && signature.content == self.content)
    }

    /// Queries that are open.
    pub fn open_queries(&self) -> impl Iterator<Item = &Query> {
        self.queries.iter().filter(|query| query.is_open())
    }
}

/// The number at the end of a key, 0 where there is none.
pub(crate) fn number_of(key: &str) -> u32 {
    key.rsplit('/')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// The record after one more entry. An entry that makes no sense there leaves the record as it was: `append` refuses
/// such entries before they are written.
pub fn step(record: Option<Record>, entry: &Entry) -> Option<Record> {
    let stamp = Stamp {
        entry: entry.seq,
        by: entry.author.clone(),
        role: entry.role.clone(),
        at: entry.entered_at.clone(),
        version: entry.version.unwrap_or(0),
    };
    let payload: Value = serde_json::from_str(&entry.payload).unwrap_or(Value::Null);
    let Some(mut record) = record else {
        return (entry.kind == Kind::Create)
            .then(|| create(entry, &payload, stamp))
            .flatten();
    };
    record.last = entry.seq;
    match entry.kind {
        Kind::Correct | Kind::Void => {
            record.version = stamp.version;
            record.authors.insert(entry.author.clone());
            record.content.clone_from(&entry.hash);
            record.protocol.clone_from(&entry.protocol);
            record.changed = stamp;
            if entry.kind == Kind::Void {
                record.voided = true;
            } else {
                record.happened.clone_from(&entry.happened);
                record.values = values_of(&payload);
            }
        }
        Kind::Sign => record.signatures.push(Signature {
            stamp,
            name: text_of(&payload, "name"),
            meaning: text_of(&payload, "meaning"),
            content: text_of(&payload, "content"),
        }),
        Kind::Query => record.queries.push(Query {
            id: entry.seq,
            field: payload.get("field").and_then(Value::as_str).map(str::to_owned),
            text: text_of(&payload, "text"),
            asked: stamp,
            answers: Vec::new(),
            closed: None,
        }),
        Kind::Answer | Kind::Close => {
            let id = payload.get("query").and_then(Value::as_i64);
            if let Some(query) = record.queries.iter_mut().find(|query| Some(query.id) == id) {
                if entry.kind == Kind::Answer {
                    query.answers.push((text_of(&payload, "text"), stamp));
                } else {
                    query.closed = Some(stamp);
                }
            }
        }
        Kind::Verify => record.verified = Some(stamp),
        Kind::Lock => record.locked = true,
        Kind::Unlock => record.locked = false,
        Kind::Decide => record.steps.push((payload, stamp)),
        Kind::Open | Kind::Create | Kind::Access | Kind::Export => {}
    }
    Some(record)
}

fn create(entry: &Entry, payload: &Value, stamp: Stamp) -> Option<Record> {
    Some(Record {
        key: entry.record.clone()?,
        form: entry.form.clone()?,
        subject: entry.subject.clone(),
        site: entry.site.clone(),
        version: stamp.version,
        values: values_of(payload),
        voided: false,
        locked: false,
        created: stamp.clone(),
        changed: stamp,
        content: entry.hash.clone(),
        happened: entry.happened.clone(),
        protocol: entry.protocol.clone(),
        authors: BTreeSet::from([entry.author.clone()]),
        verified: None,
        signatures: Vec::new(),
        queries: Vec::new(),
        steps: Vec::new(),
        last: entry.seq,
    })
}

fn values_of(payload: &Value) -> Values {
    let Some(Value::Object(values)) = payload.get("values") else {
        return Values::new();
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    values
        .iter()
        .map(|(field, value)| (field.clone(), text(value)))
        .collect()
}

fn text_of(payload: &Value, key: &str) -> String {
    payload.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Every record after a run of entries, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Records by key.
    pub records: BTreeMap<String, Record>,
}

impl State {
    /// Takes in one more entry.
    pub fn take(&mut self, entry: &Entry) {
        let Some(key) = &entry.record else {
            return;
        };
        let before = self.records.remove(key);
        if let Some(after) = step(before, entry) {
            self.records.insert(key.clone(), after);
        }
    }

    /// SHA-256 over every record, for comparing two stores.
    pub fn hash(&self) -> String {
        let all: Vec<&Record> = self.records.values().collect();
        crate::entry::sha256(&serde_json::to_vec(&all).unwrap_or_default())
    }
}
