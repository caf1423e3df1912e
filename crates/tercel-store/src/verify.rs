//! Whether a record is what was entered: chain, order, signatures, guards, projection, passwords, signed head.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row};

use crate::accounts::Account;
use crate::address::Address;
use crate::clock::Clock;
use crate::entry::{Entry, Kind, NO_PRIOR, sha256};
use crate::error::StoreError;
use crate::head::Head;
use crate::read::RecordFilter;
use crate::state::{Record, State};
use crate::store::{Dialect, ENTRY, Store, entry_of};

/// Something that is not as the program left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Entry concerned, where it is one.
    pub entry: Option<i64>,
    /// What is wrong.
    pub what: String,
}

/// What `audit verify` found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Entries read.
    pub entries: i64,
    /// What is wrong, in the order of entries. Nothing: the record is in order.
    pub problems: Vec<Problem>,
    /// What is no fault and worth knowing; what could not be checked.
    pub notes: Vec<String>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }

    /// The first entry that is wrong.
    pub fn first_bad(&self) -> Option<i64> {
        self.problems.iter().filter_map(|problem| problem.entry).min()
    }

    fn say(&mut self, entry: Option<i64>, what: impl Into<String>) {
        // A spoilt record is wrong in a hundred places after the first; more would hide it.
        if self.problems.len() < 100 {
            self.problems.push(Problem {
                entry,
                what: what.into(),
            });
        }
    }
}

/// Verifies the record at an address. What makes it unreadable is a problem found, not a failure to look.
pub async fn verify(address: &Address, head: Option<&Head>) -> Result<Verification, StoreError> {
    let store = match Store::open(address, Clock::System).await {
        Ok(store) => store,
        Err(StoreError::Database(error)) => return Ok(unreadable(&error)),
        Err(error) => return Err(error),
    };
    match store.verify(head).await {
        Err(StoreError::Database(error)) => Ok(unreadable(&error)),
        Err(StoreError::Damaged { seq, what }) => {
            let mut found = Verification::default();
            found.say(Some(seq), what);
            Ok(found)
        }
        answer => answer,
    }
}

fn unreadable(error: &sqlx::Error) -> Verification {
    let mut found = Verification::default();
    found.say(None, format!("the database cannot be read: {error}"));
    found
}

impl Store {
    /// Verifies this record.
    pub async fn verify(&self, head: Option<&Head>) -> Result<Verification, StoreError> {
        let mut found = Verification::default();
        self.check_integrity(&mut found).await?;
        self.check_guards(&mut found).await?;
        let mut walk = Walk::default();
        let mut from = i64::MIN;
        loop {
            let sql = format!("SELECT {ENTRY} FROM entry WHERE seq > $1 ORDER BY seq LIMIT 20000");
            let rows = sqlx::query(AssertSqlSafe(sql)).bind(from).fetch_all(&self.pool).await?;
            let Some(last) = rows.last() else {
                break;
            };
            from = last.try_get("seq").unwrap_or(i64::MAX);
            for row in &rows {
                match entry_of(row) {
                    Ok(entry) => walk.take(&entry, head, &mut found),
                    Err(error) => found.say(Some(walk.seq + 1), error.to_string()),
                }
            }
        }
        found.entries = walk.seq;
        self.check_projection(&walk.state, &mut found).await?;
        self.check_credentials(&walk.state, &mut found).await?;
        self.check_head(head, &walk, &mut found);
        if walk.set_back > 0 {
            let verb = if walk.set_back == 1 {
                "entry has"
            } else {
                "entries have"
            };
            found.notes.push(format!(
                "{} {verb} an earlier time than the entry before: the machine's clock was set back",
                walk.set_back
            ));
        }
        Ok(found)
    }

    async fn check_integrity(&self, found: &mut Verification) -> Result<(), StoreError> {
        if self.dialect == Dialect::Sqlite {
            let answers: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)")
                .fetch_all(&self.pool)
                .await?;
            for answer in answers.iter().filter(|answer| *answer != "ok") {
                found.say(None, format!("the database file is damaged: {answer}"));
            }
        }
        Ok(())
    }

    /// The triggers that refuse changes must stand as they were laid.
    async fn check_guards(&self, found: &mut Verification) -> Result<(), StoreError> {
        let (sql, expected) = match self.dialect {
            Dialect::Sqlite => (
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'",
                ["entry_in_order", "entry_no_delete", "entry_no_update"].as_slice(),
            ),
            Dialect::Postgres => (
                "SELECT CAST(tgname AS TEXT), CAST(tgenabled AS TEXT) || ' ' || prosrc FROM pg_trigger \
                 JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgrelid = 'entry'::regclass AND NOT tgisinternal",
                [
                    "entry_in_order",
                    "entry_no_delete",
                    "entry_no_truncate",
                    "entry_no_update",
                ]
                .as_slice(),
            ),
        };
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let mut laid = BTreeMap::new();
        for row in &rows {
            laid.insert(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?);
        }
        for name in expected {
            let whole = laid.get(*name).is_some_and(|text| match self.dialect {
                Dialect::Sqlite => crate::store::GUARDS_SQLITE.contains(text.trim_end_matches(';')),
                Dialect::Postgres => text
                    .strip_prefix("O ")
                    .is_some_and(|body| crate::store::GUARDS_POSTGRES.contains(body)),
            });
            if !whole {
                found.say(
                    None,
                    format!("the guard {name} that keeps entries from being changed is missing or altered"),
                );
            }
        }
        Ok(())
    }

    async fn check_projection(&self, state: &State, found: &mut Verification) -> Result<(), StoreError> {
        let records = self.records(&RecordFilter::default()).await?;
        let read: BTreeMap<&str, &Record> = records.iter().map(|record| (record.key.as_str(), record)).collect();
        for (key, record) in &state.records {
            match read.get(key.as_str()) {
                None => found.say(Some(record.last), format!("{key} is missing among the current records")),
                Some(current) if *current != record => found.say(
                    Some(record.last),
                    format!("{key} reads otherwise among the current records than its entries say"),
                ),
                Some(_) => {}
            }
        }
        for key in read.keys().filter(|key| !state.records.contains_key(**key)) {
            found.say(
                None,
                format!("{key} stands among the current records and no entry made it"),
            );
        }
        Ok(())
    }

    async fn check_credentials(&self, state: &State, found: &mut Verification) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT account, hash FROM credential")
            .fetch_all(&self.pool)
            .await?;
        for row in &rows {
            let (name, hash): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let account = state.records.get(&format!("{}/{name}/1", crate::accounts::ACCOUNTS));
            let own =
                account.is_some_and(|record| Account::from_record(record).fingerprint() == sha256(hash.as_bytes()));
            if !own {
                found.say(None, format!("the password of {name} was not set through the program"));
            }
        }
        Ok(())
    }

    fn check_head(&self, head: Option<&Head>, walk: &Walk, found: &mut Verification) {
        let Some(head) = head else {
            found.notes.push(
                "without a signed head from elsewhere (--head FILE) it cannot be seen whether the last entries were cut \
                 off, the whole file replaced by an older one, or the chain computed anew"
                    .to_owned(),
            );
            return;
        };
        if !head.is_genuine() {
            found.say(None, "the signed head was altered: its signature does not fit");
        }
        if head.study != self.study() {
            found.say(
                None,
                format!(
                    "the signed head is of study {}, the record of {}",
                    head.study,
                    self.study()
                ),
            );
        }
        if walk.seq < head.entries {
            found.say(
                Some(walk.seq + 1),
                format!(
                    "the record ends with entry {}, and the signed head of {} knew {}: entries are gone",
                    walk.seq, head.at, head.entries
                ),
            );
        }
        let after = walk.seq - head.entries;
        if after > 0 {
            found.notes.push(format!(
                "{after} entries were made after the signed head of {}; only their chain was checked",
                head.at
            ));
        }
    }
}

/// The walk along the chain.
#[derive(Default)]
struct Walk {
    seq: i64,
    hash: String,
    time: String,
    set_back: usize,
    state: State,
}

impl Walk {
    fn take(&mut self, entry: &Entry, head: Option<&Head>, found: &mut Verification) {
        let seq = Some(entry.seq);
        if entry.seq != self.seq + 1 {
            found.say(
                Some(self.seq + 1),
                format!("after entry {} comes entry {}", self.seq, entry.seq),
            );
        }
        let prior = if self.hash.is_empty() { NO_PRIOR } else { &self.hash };
        if entry.prior != prior {
            found.say(seq, format!("entry {} does not follow the one before it", entry.seq));
        }
        if entry.hash != entry.derive_hash() {
            found.say(seq, format!("entry {} was altered: its hash does not fit", entry.seq));
        }
        if let Some(head) = head.filter(|head| head.entries == entry.seq)
            && head.hash != entry.hash
        {
            found.say(
                seq,
                format!(
                    "entry {} is another than the signed head of {} knew",
                    entry.seq, head.at
                ),
            );
        }
        if let Some(what) = self.out_of_order(entry) {
            found.say(seq, format!("entry {}: {what}", entry.seq));
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
        if kind == Kind::Sign {
            let content = serde_json::from_str::<serde_json::Value>(&entry.payload).unwrap_or_default();
            let content = content.get("content").and_then(serde_json::Value::as_str);
            if content != Some(record.content.as_str()) {
                return Some(format!("the signature is not on version {} of {key}", record.version));
            }
        }
        if kind == Kind::Verify && record.authors.contains(&entry.author) {
            return Some(format!("{} verified own entries of {key}", entry.author));
        }
        if record.locked && kind.makes_version() {
            return Some(format!("{key} was locked"));
        }
        None
    }
}
