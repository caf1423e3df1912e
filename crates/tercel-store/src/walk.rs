//! The walk along the chain: hashes, order, and the rules by which entries are written.

use serde_json::Value;
use sqlx::any::AnyRow;

use crate::entry::{Entry, Kind, NO_PRIOR};
use crate::head::Head;
use crate::rows::entry_of;
use crate::state::{Record, State};
use crate::verify::Verification;

pub(crate) struct Walk {
    head: Option<Head>,
    pub(crate) found: Verification,
    /// Number of the last entry that could be read.
    pub(crate) seq: i64,
    /// Number of the last row, whether or not it is an entry.
    pub(crate) row: i64,
    pub(crate) rows: i64,
    hash: String,
    time: String,
    pub(crate) set_back: usize,
    pub(crate) state: State,
}

impl Walk {
    pub(crate) fn new(head: Option<Head>) -> Self {
        Self {
            head,
            found: Verification::default(),
            seq: 0,
            row: i64::MIN,
            rows: 0,
            hash: NO_PRIOR.to_owned(),
            time: String::new(),
            set_back: 0,
            state: State::default(),
        }
    }

    pub(crate) fn take_rows(&mut self, rows: &[AnyRow]) {
        for row in rows {
            self.rows += 1;
            match entry_of(row) {
                Ok(entry) => self.take(&entry),
                Err(error) => self.found.say(
                    Some(self.seq + 1),
                    format!("the entry after {} cannot be read: {}", self.seq, whole(&error)),
                ),
            }
        }
    }

    fn take(&mut self, entry: &Entry) {
        let seq = Some(entry.seq);
        if entry.seq != self.seq + 1 {
            self.found.say(
                Some(self.seq + 1),
                format!("after entry {} comes entry {}", self.seq, entry.seq),
            );
        }
        if entry.prior != self.hash {
            self.found
                .say(seq, format!("entry {} does not follow the one before it", entry.seq));
        }
        if entry.hash != entry.derive_hash() {
            self.found
                .say(seq, format!("entry {} was altered: its hash does not fit", entry.seq));
        }
        if let Some(head) = self.head.as_ref().filter(|head| head.entries == entry.seq)
            && head.hash != entry.hash
        {
            let what = format!(
                "entry {} is another than the signed head of {} knew",
                entry.seq, head.at
            );
            self.found.say(seq, what);
        }
        if let Some(what) = self.out_of_order(entry) {
            self.found.say(seq, format!("entry {}: {what}", entry.seq));
        }
        if entry.entered_at < self.time {
            self.set_back += 1;
        }
        self.state.take(entry);
        self.seq = entry.seq;
        entry.hash.clone_into(&mut self.hash);
        entry.entered_at.clone_into(&mut self.time);
    }

    /// What the rules of writing would have refused.
    fn out_of_order(&self, entry: &Entry) -> Option<String> {
        let kind = entry.kind;
        if (kind == Kind::Open) != (entry.seq == 1) {
            return Some("a study is opened by its first entry alone".to_owned());
        }
        let key = entry.record.as_ref()?;
        let Some(record) = self.state.records.get(key) else {
            return (kind != Kind::Create).then(|| format!("{key} was never entered"));
        };
        if kind == Kind::Create {
            return Some(format!("{key} was entered before"));
        }
        let expected = record.version + i64::from(kind.makes_version());
        if entry.version != Some(expected) {
            return Some(format!("{key} stands at version {}", record.version));
        }
        if record.voided && (kind.makes_version() || matches!(kind, Kind::Sign | Kind::Verify | Kind::Lock)) {
            return Some(format!("{key} was marked as entered in error"));
        }
        if record.locked && (kind.makes_version() || kind == Kind::Lock) {
            return Some(format!("{key} was locked"));
        }
        out_of_turn(entry, record)
    }
}

/// The rules of signatures, queries, verification and unlocking.
fn out_of_turn(entry: &Entry, record: &Record) -> Option<String> {
    let key = &record.key;
    let payload = || serde_json::from_str::<Value>(&entry.payload).unwrap_or_default();
    match entry.kind {
        Kind::Sign => {
            let content = payload();
            let content = content.get("content").and_then(Value::as_str);
            (content != Some(record.content.as_str()))
                .then(|| format!("the signature is not on version {} of {key}", record.version))
        }
        Kind::Verify => record
            .authors
            .contains(&entry.author)
            .then(|| format!("{} verified own entries of {key}", entry.author)),
        Kind::Unlock => {
            let second = payload();
            let second = second.get("second").and_then(Value::as_str);
            (!record.locked || second.is_none_or(|second| second == entry.author))
                .then(|| format!("{key} was not locked, or not unlocked by two persons"))
        }
        Kind::Answer | Kind::Close => {
            let query = payload().get("query").and_then(Value::as_i64);
            let is_open = record.open_queries().any(|open| Some(open.id) == query);
            (!is_open).then(|| format!("{key} has no such open query"))
        }
        Kind::Open
        | Kind::Create
        | Kind::Correct
        | Kind::Void
        | Kind::Query
        | Kind::Lock
        | Kind::Decide
        | Kind::Access
        | Kind::Export => None,
    }
}

/// An error with its causes.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
