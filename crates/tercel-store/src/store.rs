//! The store: opened once, appended to under a lock, read from the projection.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use sqlx::{AnyConnection, AnyPool};

use crate::address::Address;
use crate::change::{Author, Change, MAX_NAME, NewRecord, Refusal, Signer};
use crate::clock::{Clock, stamp};
use crate::database::{Dialect, begin, begin_reading, connect, has_entries, lay_vacant, settle};
use crate::door::Strangers;
use crate::entry::{Entry, Kind, NO_PRIOR};
use crate::error::StoreError;
use crate::head::end_of_chain;
use crate::rows::{BATCH, entries_between, insert_entries, put_records, record_of};
use crate::state::{Record, State, step};

/// What the first entry says of the study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Identifier of the study.
    pub study: String,
    /// A training study: its clock can be moved, its data are nobody's.
    pub training: bool,
}

/// The record of one study.
#[derive(Debug)]
pub struct Store {
    pub(crate) pool: AnyPool,
    pub(crate) dialect: Dialect,
    pub(crate) clock: Clock,
    address: Address,
    opening: Opening,
    /// One writer at a time in this program; the database's own lock keeps others out.
    writer: tokio::sync::Mutex<()>,
    pub(crate) strangers: std::sync::Mutex<Strangers>,
}

/// A statement and the texts bound to it.
pub(crate) type Beside = (&'static str, Vec<String>);

impl Store {
    /// Starts a record where there is none.
    pub async fn create(address: &Address, opening: &Opening, clock: Clock) -> Result<Self, StoreError> {
        let (pool, dialect) = connect(address, true).await?;
        let mut connection = pool.acquire().await?;
        let mut transaction = lay_vacant(&mut connection, dialect, address).await?;
        let payload = json!({"study": opening.study, "training": opening.training, "format": 1});
        let first = Entry {
            payload: payload.to_string(),
            ..blank(Kind::Open, "tercel", "system", &stamp(clock.now()))
        };
        insert_entries(&mut transaction, &[chained(first, 1, NO_PRIOR)]).await?;
        transaction.commit().await?;
        drop(connection);
        Ok(Self::over(pool, dialect, clock, address, opening.clone()))
    }

    /// Opens a record that exists.
    pub async fn open(address: &Address, clock: Clock) -> Result<Self, StoreError> {
        if let Address::Sqlite(path) = address
            && !path.is_file()
        {
            return Err(StoreError::Missing(address.to_string()));
        }
        let (pool, dialect) = connect(address, false).await?;
        let mut connection = pool.acquire().await?;
        if !has_entries(&mut connection, dialect).await? {
            return Err(StoreError::Missing(address.to_string()));
        }
        let payload: String = sqlx::query_scalar("SELECT payload FROM entry WHERE seq = 1")
            .fetch_one(&mut *connection)
            .await?;
        drop(connection);
        let payload: Value = serde_json::from_str(&payload).unwrap_or_default();
        let opening = Opening {
            study: payload
                .get("study")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            training: payload.get("training").and_then(Value::as_bool).unwrap_or(false),
        };
        Ok(Self::over(pool, dialect, clock, address, opening))
    }

    fn over(pool: AnyPool, dialect: Dialect, clock: Clock, address: &Address, opening: Opening) -> Self {
        Self {
            pool,
            dialect,
            clock,
            address: address.clone(),
            opening,
            writer: tokio::sync::Mutex::new(()),
            strangers: std::sync::Mutex::default(),
        }
    }

    /// The study the record is of.
    pub fn study(&self) -> &str {
        &self.opening.study
    }

    /// Whether this is a training study.
    pub fn is_training(&self) -> bool {
        self.opening.training
    }

    /// Ends its connections: SQLite then leaves nothing beside its file.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Where the record is kept.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The clock of entries.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Refuses a record of another study.
    pub fn require_study(&self, expected: &str) -> Result<(), StoreError> {
        if self.opening.study == expected {
            return Ok(());
        }
        Err(StoreError::OtherStudy {
            address: self.address.to_string(),
            found: self.opening.study.clone(),
            expected: expected.to_owned(),
        })
    }

    /// Writes changes, all or none. What comes back is on the disk.
    pub async fn append(
        &self,
        author: &Author,
        protocol: Option<&str>,
        changes: &[Change],
    ) -> Result<Vec<Entry>, StoreError> {
        self.append_beside(author, protocol, changes, &[]).await
    }

    /// Writes changes without end, all or none, and keeps none of them in memory. When it comes back they are on the disk.
    pub async fn append_all(
        &self,
        author: &Author,
        protocol: Option<&str>,
        changes: impl Iterator<Item = Change>,
    ) -> Result<(), StoreError> {
        let _writer = self.writer.lock().await;
        let mut connection = self.pool.acquire().await?;
        let answer = self.write_all(&mut connection, author, protocol, changes).await;
        settle(connection, answer)
    }

    async fn write_all(
        &self,
        connection: &mut AnyConnection,
        author: &Author,
        protocol: Option<&str>,
        changes: impl Iterator<Item = Change>,
    ) -> Result<(), StoreError> {
        let mut transaction = begin(connection, self.dialect).await?;
        let mut sitting = Sitting::start(&mut transaction).await?;
        for change in changes {
            sitting
                .take(&mut transaction, author, protocol, &change, &self.clock)
                .await?;
            if sitting.entries.len() == BATCH {
                sitting.write(&mut transaction).await?;
            }
        }
        sitting.write(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The same as [`Store::append`], with statements on the tables beside the chain in the same transaction.
    pub(crate) async fn append_beside(
        &self,
        author: &Author,
        protocol: Option<&str>,
        changes: &[Change],
        beside: &[Beside],
    ) -> Result<Vec<Entry>, StoreError> {
        let _writer = self.writer.lock().await;
        let mut connection = self.pool.acquire().await?;
        let answer = self
            .write(&mut connection, author, protocol, changes, &[], beside)
            .await;
        settle(connection, answer)
    }

    async fn write(
        &self,
        connection: &mut AnyConnection,
        author: &Author,
        protocol: Option<&str>,
        changes: &[Change],
        signers: &[Signer],
        beside: &[Beside],
    ) -> Result<Vec<Entry>, StoreError> {
        let mut transaction = begin(connection, self.dialect).await?;
        let mut sitting = Sitting::start(&mut transaction).await?;
        for change in changes {
            sitting
                .take(&mut transaction, author, protocol, change, &self.clock)
                .await?;
        }
        for signer in signers {
            let Some(sign) = sitting.entries.first().map(|made| signer.signs(made)) else {
                break;
            };
            sitting
                .take(&mut transaction, &signer.author, protocol, &sign, &self.clock)
                .await?;
        }
        let entries = sitting.write(&mut transaction).await?;
        for (sql, values) in beside {
            let mut query = sqlx::query(*sql);
            for value in values {
                query = query.bind(value.clone());
            }
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(entries)
    }

    /// Enters a record with signatures on the bytes entered, all in one: nobody finds it without them. Returns the entries,
    /// that of the record first.
    pub async fn append_signed(
        &self,
        author: &Author,
        protocol: Option<&str>,
        new: NewRecord,
        signers: &[Signer],
    ) -> Result<Vec<Entry>, StoreError> {
        let _writer = self.writer.lock().await;
        let mut connection = self.pool.acquire().await?;
        let answer = self
            .write(&mut connection, author, protocol, &[Change::Create(new)], signers, &[])
            .await;
        settle(connection, answer)
    }

    /// Lays the projection anew from the entries.
    pub async fn rebuild(&self) -> Result<usize, StoreError> {
        let _writer = self.writer.lock().await;
        let mut connection = self.pool.acquire().await?;
        let answer = lay_anew(&mut connection, self.dialect).await;
        settle(connection, answer)
    }

    /// The state after the entries up to a number.
    pub async fn fold(&self, last: i64) -> Result<State, StoreError> {
        let mut transaction = begin_reading(&self.pool, self.dialect).await?;
        fold(&mut transaction, last).await
    }
}

async fn lay_anew(connection: &mut AnyConnection, dialect: Dialect) -> Result<usize, StoreError> {
    let mut transaction = begin(connection, dialect).await?;
    let state = fold(&mut transaction, i64::MAX).await?;
    sqlx::query("DELETE FROM record").execute(&mut *transaction).await?;
    put_records(&mut transaction, state.records.values()).await?;
    transaction.commit().await?;
    Ok(state.records.len())
}

async fn fold(connection: &mut AnyConnection, last: i64) -> Result<State, StoreError> {
    let mut state = State::default();
    let mut from = 0;
    loop {
        let entries = entries_between(connection, from, last, 10_000).await?;
        let Some(end) = entries.last() else {
            return Ok(state);
        };
        from = end.seq;
        for entry in &entries {
            state.take(entry);
        }
    }
}

/// One transaction of writing: the end of the chain, the entries that are not written yet, and the records they touched.
struct Sitting {
    seq: i64,
    hash: String,
    entries: Vec<Entry>,
    records: BTreeMap<String, Record>,
    numbers: HashMap<String, u32>,
}

impl Sitting {
    async fn start(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let (seq, hash) = end_of_chain(connection).await?;
        Ok(Self {
            seq,
            hash,
            entries: Vec::new(),
            records: BTreeMap::new(),
            numbers: HashMap::new(),
        })
    }

    /// Takes in a change, by the rules: it becomes an entry.
    async fn take(
        &mut self,
        connection: &mut AnyConnection,
        author: &Author,
        protocol: Option<&str>,
        change: &Change,
        clock: &Clock,
    ) -> Result<(), StoreError> {
        let (key, above_all) = if let Change::Create(new) = change {
            let (key, above_all) = self.number(connection, new).await?;
            (Some(key), above_all)
        } else {
            (change.record().map(str::to_owned), false)
        };
        if let Some(key) = key.as_ref().filter(|_| !above_all) {
            self.look_up(connection, key).await?;
        }
        let current = key.as_ref().and_then(|key| self.records.get(key));
        if let (Change::Create(_), Some(record)) = (change, current) {
            return Err(Refusal::Exists(record.key.clone()).into());
        }
        let drafted = change.draft(current, author)?;
        let (form, subject, site) = match (change, current) {
            (Change::Create(new), _) => (Some(new.form.clone()), new.subject.clone(), new.site.clone()),
            (_, Some(record)) => (Some(record.form.clone()), record.subject.clone(), record.site.clone()),
            (_, None) => (None, None, None),
        };
        // The order of entries is their number: a clock set back shows as an earlier time, and `verify` says so.
        let entered_at = stamp(clock.now());
        let entry = Entry {
            record: key.clone(),
            version: drafted.version,
            form,
            subject,
            site,
            happened: drafted.happened,
            reason: drafted.reason,
            protocol: protocol.map(str::to_owned),
            payload: drafted.payload.to_string(),
            ..blank(drafted.kind, &author.account, &author.role, &entered_at)
        };
        plain(&entry)?;
        let entry = chained(entry, self.seq + 1, &self.hash);
        (self.seq, self.hash) = (entry.seq, entry.hash.clone());
        if let Some(key) = key {
            let before = self.records.remove(&key);
            if let Some(after) = step(before, &entry) {
                self.records.insert(key, after);
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    /// The key of a new record, and whether its number is above all of the series: then there is none of that key.
    async fn number(&mut self, connection: &mut AnyConnection, new: &NewRecord) -> Result<(String, bool), StoreError> {
        let fits = |letter: char| !letter.is_control() && letter != '\u{fffd}';
        if new.series.is_empty() || new.series.len() > 200 || !new.series.chars().all(fits) {
            return Err(Refusal::Key(new.series.clone()).into());
        }
        let last = if let Some(last) = self.numbers.get(&new.series) {
            *last
        } else {
            let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM record WHERE series = $1")
                .bind(new.series.clone())
                .fetch_one(&mut *connection)
                .await?;
            u32::try_from(last).unwrap_or(u32::MAX)
        };
        let number = new.number.unwrap_or(last.saturating_add(1));
        self.numbers.insert(new.series.clone(), number.max(last));
        Ok((format!("{}/{number}", new.series), number > last))
    }

    async fn look_up(&mut self, connection: &mut AnyConnection, key: &str) -> Result<(), StoreError> {
        // No key has such a letter, and PostgreSQL cannot be asked for one.
        if self.records.contains_key(key) || key.contains('\0') {
            return Ok(());
        }
        let row = sqlx::query("SELECT state, last_entry FROM record WHERE record = $1")
            .bind(key.to_owned())
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row {
            let record = record_of(&row)?;
            self.records.insert(record.key.clone(), record);
        }
        Ok(())
    }

    /// Writes the entries, and the records they touched to the projection. Returns the entries; the sitting goes on without them.
    async fn write(&mut self, connection: &mut AnyConnection) -> Result<Vec<Entry>, StoreError> {
        let (entries, records) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.records));
        insert_entries(connection, &entries).await?;
        put_records(connection, records.values()).await?;
        Ok(entries)
    }
}

/// Texts that a database column or its index cannot hold are refused before they are written.
fn plain(entry: &Entry) -> Result<(), Refusal> {
    let names = [
        ("the form", entry.form.as_deref()),
        ("the subject", entry.subject.as_deref()),
        ("the site", entry.site.as_deref()),
        ("the account", Some(entry.author.as_str())),
        ("the role", Some(entry.role.as_str())),
        ("the time it happened", entry.happened.as_deref()),
        ("the protocol version", entry.protocol.as_deref()),
    ];
    for (what, text) in names {
        crate::change::within(what, text.unwrap_or_default(), MAX_NAME)?;
    }
    let texts = names.into_iter().map(|(_, text)| text).chain([entry.reason.as_deref()]);
    for text in texts.flatten() {
        if text.contains('\0') {
            return Err(Refusal::Key(text.replace('\0', "\u{fffd}")));
        }
    }
    Ok(())
}

fn blank(kind: Kind, author: &str, role: &str, entered_at: &str) -> Entry {
    Entry {
        seq: 0,
        kind,
        record: None,
        version: None,
        form: None,
        subject: None,
        site: None,
        author: author.to_owned(),
        role: role.to_owned(),
        entered_at: entered_at.to_owned(),
        happened: None,
        reason: None,
        protocol: None,
        payload: String::new(),
        prior: String::new(),
        hash: String::new(),
    }
}

fn chained(mut entry: Entry, seq: i64, prior: &str) -> Entry {
    entry.seq = seq;
    prior.clone_into(&mut entry.prior);
    entry.hash = entry.derive_hash();
    entry
}
