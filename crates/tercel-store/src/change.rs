//! What a user asks of the store, and the rules by which it is refused.

use serde_json::{Value, json};
use thiserror::Error;

use crate::entry::{Entry, Kind};
use crate::state::{Record, Values};

/// Who acts, in which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Account.
    pub account: String,
    /// Role.
    pub role: String,
}

/// A record to be entered for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// Series the number is counted in: `AE/<USUBJID>`.
    pub series: String,
    /// Number, where it is given from outside; the next of the series otherwise.
    pub number: Option<u32>,
    /// Form.
    pub form: String,
    /// Subject.
    pub subject: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// When it happened, as written.
    pub happened: Option<String>,
    /// Values.
    pub values: Values,
}

/// One thing asked of the store. `seen` is the version the user had on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Enter a record.
    Create(NewRecord),
    /// Enter a new version.
    Correct {
        /// Record.
        record: String,
        /// Version corrected.
        seen: i64,
        /// New values, all of them.
        values: Values,
        /// When it happened, as written.
        happened: Option<String>,
        /// Why.
        reason: String,
    },
    /// Mark as entered in error.
    Void {
        /// Record.
        record: String,
        /// Version seen.
        seen: i64,
        /// Why.
        reason: String,
    },
    /// Sign a version. The caller has checked the signer's password for this very signature.
    Sign {
        /// Record.
        record: String,
        /// Version signed.
        seen: i64,
        /// Hash of the version signed, as it was shown.
        content: String,
        /// Printed name.
        name: String,
        /// Meaning of the signature.
        meaning: String,
    },
    /// Ask about a record.
    Query {
        /// Record.
        record: String,
        /// Field, where it is about one.
        field: Option<String>,
        /// Question.
        text: String,
    },
    /// Answer a query.
    Answer {
        /// Record.
        record: String,
        /// Query.
        query: i64,
        /// Answer.
        text: String,
    },
    /// Close a query.
    Close {
        /// Record.
        record: String,
        /// Query.
        query: i64,
    },
    /// State that a version agrees with its source.
    Verify {
        /// Record.
        record: String,
        /// Version verified.
        seen: i64,
    },
    /// Accept no more versions.
    Lock {
        /// Record.
        record: String,
        /// Version locked.
        seen: i64,
    },
    /// Open a locked record, with a second person. The caller has checked both passwords.
    Unlock {
        /// Record.
        record: String,
        /// The second person's account.
        second: String,
        /// Why.
        reason: String,
    },
    /// A step of a decision.
    Decide {
        /// Record of the decision.
        record: String,
        /// Last entry about it as it was read: a step rests on those before it. `None`: whatever they are.
        last: Option<i64>,
        /// The step, as JSON.
        step: Value,
        /// Why, for an override.
        reason: Option<String>,
    },
    /// Somebody came in, was refused, or left.
    Access {
        /// What happened, as JSON; no passwords, no tokens.
        event: Value,
    },
    /// Something was taken out.
    Export {
        /// What, as JSON.
        event: Value,
    },
}

/// Why a change is refused. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The record exists already.
    #[error("{0} was entered already; open it and correct it instead")]
    Exists(String),
    /// No such record.
    #[error("there is no record {0}")]
    Unknown(String),
    /// Somebody else was faster.
    #[error(
        "{record} was changed by {by} at {at} while you had version {seen} open; nothing of yours was saved. Look at version {current} and enter your change again"
    )]
    Stale {
        /// Record.
        record: String,
        /// Version the user had.
        seen: i64,
        /// Version now.
        current: i64,
        /// Who changed it.
        by: String,
        /// When.
        at: String,
    },
    /// Another step was taken since.
    #[error("somebody took another step in {0} since you opened it; nothing of yours was saved. Open it again")]
    Moved(String),
    /// The record is locked.
    #[error("{0} is locked; an unlock by two persons comes first")]
    Locked(String),
    /// The record is not locked.
    #[error("{0} is not locked")]
    NotLocked(String),
    /// The record was entered in error.
    #[error("{0} is marked as entered in error; enter a new record")]
    Voided(String),
    /// A reason is missing.
    #[error("say why: a correction keeps its reason")]
    NoReason,
    /// Nothing is different.
    #[error("nothing was changed in {0}")]
    Same(String),
    /// Data entry and verification by one person.
    #[error("{account} entered {record} and cannot verify it; ask a monitor who did not")]
    OwnWork {
        /// Account.
        account: String,
        /// Record.
        record: String,
    },
    /// One person where two are asked for.
    #[error("the second person must be another than {0}")]
    SamePerson(String),
    /// The signature was meant for other bytes.
    #[error("the text signed is not version {version} of {record}; read it again and sign again")]
    OtherContent {
        /// Record.
        record: String,
        /// Version.
        version: i64,
    },
    /// No such open query.
    #[error("query {query} of {record} is not open")]
    NoQuery {
        /// Record.
        record: String,
        /// Query.
        query: i64,
    },
    /// A text is missing.
    #[error("{0} is missing")]
    Blank(&'static str),
    /// A text is too long.
    #[error("{what} has {length} bytes; at most {limit} are kept")]
    TooLong {
        /// What.
        what: &'static str,
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// An account of this name is there; capitals make no other name.
    #[error("there is an account {0} already; capitals and small letters make no other name")]
    NameTaken(String),
    /// A key that is none.
    #[error("\"{0}\" cannot be the key of a record")]
    Key(String),
}

/// Who signs a new record, whose password the caller has checked for this very signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Account and role.
    pub author: Author,
    /// Printed name.
    pub name: String,
    /// Meaning of the signature.
    pub meaning: String,
}

impl Signer {
    /// The signature on what an entry made.
    pub(crate) fn signs(&self, made: &Entry) -> Change {
        Change::Sign {
            record: made.record.clone().unwrap_or_default(),
            seen: 1,
            content: made.hash.clone(),
            name: self.name.clone(),
            meaning: self.meaning.clone(),
        }
    }
}

/// Bytes of one payload: a decision packet of a large study stays well below.
pub const MAX_PAYLOAD: usize = 4 << 20;
/// Bytes of a reason, a question, an answer.
pub const MAX_TEXT: usize = 8 << 10;
/// Bytes of a name: of a form, a subject, a site, an account, a role, a time as written, a protocol version. What an
/// index of PostgreSQL holds is not much more.
pub const MAX_NAME: usize = 200;

/// The parts of an entry that the change determines.
pub(crate) struct Drafted {
    pub(crate) kind: Kind,
    pub(crate) version: Option<i64>,
    pub(crate) happened: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) payload: Value,
}

impl Change {
    /// The record a change is about; `None` for a new one and for what is about none.
    pub fn record(&self) -> Option<&str> {
        match self {
            Self::Create(_) | Self::Access { .. } | Self::Export { .. } => None,
            Self::Correct { record, .. }
            | Self::Void { record, .. }
            | Self::Sign { record, .. }
            | Self::Query { record, .. }
            | Self::Answer { record, .. }
            | Self::Close { record, .. }
            | Self::Verify { record, .. }
            | Self::Lock { record, .. }
            | Self::Unlock { record, .. }
            | Self::Decide { record, .. } => Some(record),
        }
    }

    /// What is to be written, if the rules allow it for the record as it stands.
    pub(crate) fn draft(&self, current: Option<&Record>, author: &Author) -> Result<Drafted, Refusal> {
        match self {
            Self::Create(new) => {
                within("the record", &json!(new.values).to_string(), MAX_PAYLOAD)?;
                let payload = json!({"values": new.values});
                Ok(drafted(Kind::Create, Some(1), payload).at(new.happened.clone()))
            }
            Self::Access { event } => {
                within("the event", &event.to_string(), MAX_PAYLOAD)?;
                Ok(drafted(Kind::Access, None, event.clone()))
            }
            Self::Export { event } => {
                within("the event", &event.to_string(), MAX_PAYLOAD)?;
                Ok(drafted(Kind::Export, None, event.clone()))
            }
            Self::Correct { .. }
            | Self::Void { .. }
            | Self::Sign { .. }
            | Self::Query { .. }
            | Self::Answer { .. }
            | Self::Close { .. }
            | Self::Verify { .. }
            | Self::Lock { .. }
            | Self::Unlock { .. }
            | Self::Decide { .. } => {
                let unknown = || Refusal::Unknown(self.record().unwrap_or_default().to_owned());
                self.draft_on(current.ok_or_else(unknown)?, author)
            }
        }
    }

    fn draft_on(&self, record: &Record, author: &Author) -> Result<Drafted, Refusal> {
        match self {
            Self::Correct {
                seen,
                values,
                happened,
                reason,
                ..
            } => correction(record, *seen, values, happened.clone(), reason),
            Self::Void { seen, reason, .. } => {
                may_change(record, *seen)?;
                Ok(drafted(Kind::Void, Some(record.version + 1), json!({})).because(stated(reason)?))
            }
            Self::Sign {
                seen,
                content,
                name,
                meaning,
                ..
            } => signature(record, *seen, content, name, meaning),
            Self::Query { field, text, .. } => {
                let text = filled("the question", text)?;
                within("the field", field.as_deref().unwrap_or_default(), MAX_TEXT)?;
                let payload = json!({"field": field, "text": text});
                Ok(drafted(Kind::Query, Some(record.version), payload))
            }
            Self::Answer { query, text, .. } => {
                open_query(record, *query)?;
                let payload = json!({"query": query, "text": filled("the answer", text)?});
                Ok(drafted(Kind::Answer, Some(record.version), payload))
            }
            Self::Close { query, .. } => {
                open_query(record, *query)?;
                Ok(drafted(Kind::Close, Some(record.version), json!({"query": query})))
            }
            Self::Verify { seen, .. } => {
                current(record, *seen)?;
                if record.authors.contains(&author.account) {
                    return Err(Refusal::OwnWork {
                        account: author.account.clone(),
                        record: record.key.clone(),
                    });
                }
                Ok(drafted(Kind::Verify, Some(record.version), json!({})))
            }
            Self::Lock { seen, .. } => {
                current(record, *seen)?;
                not_locked(record)?;
                Ok(drafted(Kind::Lock, Some(record.version), json!({})))
            }
            Self::Unlock { second, reason, .. } => {
                if !record.locked {
                    return Err(Refusal::NotLocked(record.key.clone()));
                }
                if *second == author.account {
                    return Err(Refusal::SamePerson(second.clone()));
                }
                let payload = json!({"second": filled("the second person", second)?});
                Ok(drafted(Kind::Unlock, Some(record.version), payload).because(stated(reason)?))
            }
            Self::Decide { last, step, reason, .. } => {
                if last.is_some_and(|last| last != record.last) {
                    return Err(Refusal::Moved(record.key.clone()));
                }
                within("the step", &step.to_string(), MAX_PAYLOAD)?;
                let mut drafted = drafted(Kind::Decide, Some(record.version), step.clone());
                drafted.reason = reason.as_deref().map(stated).transpose()?;
                Ok(drafted)
            }
            Self::Create(_) | Self::Access { .. } | Self::Export { .. } => Err(Refusal::Exists(record.key.clone())),
        }
    }
}

impl Drafted {
    fn at(mut self, happened: Option<String>) -> Self {
        self.happened = happened;
        self
    }

    fn because(mut self, reason: String) -> Self {
        self.reason = Some(reason);
        self
    }
}

fn drafted(kind: Kind, version: Option<i64>, payload: Value) -> Drafted {
    Drafted {
        kind,
        version,
        happened: None,
        reason: None,
        payload,
    }
}

fn correction(
    record: &Record,
    seen: i64,
    values: &Values,
    happened: Option<String>,
    reason: &str,
) -> Result<Drafted, Refusal> {
    may_change(record, seen)?;
    if *values == record.values {
        return Err(Refusal::Same(record.key.clone()));
    }
    within("the record", &json!(values).to_string(), MAX_PAYLOAD)?;
    let payload = json!({"values": values});
    Ok(drafted(Kind::Correct, Some(record.version + 1), payload)
        .at(happened)
        .because(stated(reason)?))
}

fn signature(record: &Record, seen: i64, content: &str, name: &str, meaning: &str) -> Result<Drafted, Refusal> {
    current(record, seen)?;
    if content != record.content {
        return Err(Refusal::OtherContent {
            record: record.key.clone(),
            version: record.version,
        });
    }
    let (name, meaning) = (filled("the printed name", name)?, filled("the meaning", meaning)?);
    let payload = json!({"name": name, "meaning": meaning, "content": content});
    Ok(drafted(Kind::Sign, Some(record.version), payload))
}

fn current(record: &Record, seen: i64) -> Result<(), Refusal> {
    if record.voided {
        return Err(Refusal::Voided(record.key.clone()));
    }
    if record.version == seen {
        return Ok(());
    }
    Err(Refusal::Stale {
        record: record.key.clone(),
        seen,
        current: record.version,
        by: record.changed.by.clone(),
        at: record.changed.at.clone(),
    })
}

fn not_locked(record: &Record) -> Result<(), Refusal> {
    if record.locked {
        return Err(Refusal::Locked(record.key.clone()));
    }
    Ok(())
}

fn may_change(record: &Record, seen: i64) -> Result<(), Refusal> {
    current(record, seen)?;
    not_locked(record)
}

fn open_query(record: &Record, query: i64) -> Result<(), Refusal> {
    if record.open_queries().any(|open| open.id == query) {
        return Ok(());
    }
    Err(Refusal::NoQuery {
        record: record.key.clone(),
        query,
    })
}

pub(crate) fn within(what: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    let length = text.len();
    if length > limit {
        return Err(Refusal::TooLong { what, length, limit });
    }
    Ok(())
}

fn filled(what: &'static str, text: &str) -> Result<String, Refusal> {
    within(what, text, MAX_TEXT)?;
    match text.trim() {
        "" => Err(Refusal::Blank(what)),
        text => Ok(text.to_owned()),
    }
}

fn stated(reason: &str) -> Result<String, Refusal> {
    within("the reason", reason, MAX_TEXT)?;
    match reason.trim() {
        "" => Err(Refusal::NoReason),
        reason => Ok(reason.to_owned()),
    }
}
