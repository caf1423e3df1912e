//! The store: opened once, appended to under a lock, read from the projection.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyPool, AssertSqlSafe, Executor, Row, Transaction};

use crate::address::Address;
use crate::change::{Author, Change, NewRecord, Refusal};
use crate::clock::{Clock, stamp};
use crate::entry::{Entry, Kind, NO_PRIOR};
use crate::error::StoreError;
use crate::state::{Record, State, step};

/// The two databases, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

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
}

const TABLES: &str = include_str!("schema/tables.sql");
pub(crate) const GUARDS_SQLITE: &str = include_str!("schema/guards_sqlite.sql");
pub(crate) const GUARDS_POSTGRES: &str = include_str!("schema/guards_postgres.sql");

/// A statement and the texts bound to it.
pub(crate) type Beside = (&'static str, Vec<String>);

/// The columns of an entry, in order.
pub(crate) const ENTRY: &str = "seq, kind, record, version, form, subject, site, author, role, entered_at, happened, \
                                reason, protocol, payload, prior, hash";

impl Store {
    /// Starts a record where there is none.
    pub async fn create(address: &Address, opening: &Opening, clock: Clock) -> Result<Self, StoreError> {
        let (pool, dialect) = vacant(address).await?;
        let mut transaction = begin(&pool, dialect).await?;
        lay_tables(&mut transaction, dialect).await?;
        let payload = json!({"study": opening.study, "training": opening.training, "format": 1});
        let first = Entry {
            payload: payload.to_string(),
            ..blank(Kind::Open, "tercel", "system", &stamp(clock.now()))
        };
        insert_entry(&mut transaction, &chained(first, 1, NO_PRIOR)).await?;
        transaction.commit().await?;
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
        if !has_entries(&pool, dialect).await? {
            return Err(StoreError::Missing(address.to_string()));
        }
        let payload: String = sqlx::query_scalar("SELECT payload FROM entry WHERE seq = 1")
            .fetch_one(&pool)
            .await?;
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

    /// The same, with statements on the tables beside the chain in the same transaction.
    pub(crate) async fn append_beside(
        &self,
        author: &Author,
        protocol: Option<&str>,
        changes: &[Change],
        beside: &[Beside],
    ) -> Result<Vec<Entry>, StoreError> {
        let _writer = self.writer.lock().await;
        let mut transaction = begin(&self.pool, self.dialect).await?;
        let mut sitting = Sitting::start(&mut transaction).await?;
        let mut entries = Vec::with_capacity(changes.len());
        for change in changes {
            let entry = sitting
                .write(&mut transaction, author, protocol, change, &self.clock)
                .await?;
            entries.push(entry);
        }
        sitting.keep(&mut transaction).await?;
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

    /// Lays the projection anew from the entries.
    pub async fn rebuild(&self) -> Result<usize, StoreError> {
        let _writer = self.writer.lock().await;
        let state = self.fold(i64::MAX).await?;
        let mut transaction = begin(&self.pool, self.dialect).await?;
        sqlx::query("DELETE FROM record").execute(&mut *transaction).await?;
        for record in state.records.values() {
            put_record(&mut transaction, record).await?;
        }
        transaction.commit().await?;
        Ok(state.records.len())
    }

    /// The state after the entries up to a number.
    pub async fn fold(&self, last: i64) -> Result<State, StoreError> {
        let mut state = State::default();
        let mut from = 0;
        loop {
            let entries = self.entries_after(from, last, 10_000).await?;
            let Some(end) = entries.last() else {
                return Ok(state);
            };
            from = end.seq;
            for entry in &entries {
                state.take(entry);
            }
        }
    }
}

/// One transaction of writing: the records it touched, and the end of the chain.
struct Sitting {
    seq: i64,
    hash: String,
    records: BTreeMap<String, Record>,
    numbers: HashMap<String, u32>,
}

impl Sitting {
    async fn start(transaction: &mut Transaction<'static, Any>) -> Result<Self, StoreError> {
        let row = sqlx::query("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
            .fetch_one(&mut **transaction)
            .await?;
        Ok(Self {
            seq: row.try_get(0)?,
            hash: row.try_get(1)?,
            records: BTreeMap::new(),
            numbers: HashMap::new(),
        })
    }

    async fn write(
        &mut self,
        transaction: &mut Transaction<'static, Any>,
        author: &Author,
        protocol: Option<&str>,
        change: &Change,
        clock: &Clock,
    ) -> Result<Entry, StoreError> {
        let key = if let Change::Create(new) = change {
            Some(self.number(transaction, new).await?)
        } else {
            change.record().map(str::to_owned)
        };
        if let Some(key) = &key {
            self.look_up(transaction, key).await?;
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
        insert_entry(transaction, &entry).await?;
        (self.seq, self.hash) = (entry.seq, entry.hash.clone());
        if let Some(key) = key {
            let before = self.records.remove(&key);
            if let Some(after) = step(before, &entry) {
                self.records.insert(key, after);
            }
        }
        Ok(entry)
    }

    /// The key of a new record.
    async fn number(
        &mut self,
        transaction: &mut Transaction<'static, Any>,
        new: &NewRecord,
    ) -> Result<String, StoreError> {
        let fits = |letter: char| !letter.is_control() && letter != '\u{fffd}';
        if new.series.is_empty() || new.series.len() > 200 || !new.series.chars().all(fits) {
            return Err(Refusal::Key(new.series.clone()).into());
        }
        let last = if let Some(last) = self.numbers.get(&new.series) {
            *last
        } else {
            let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM record WHERE series = $1")
                .bind(new.series.clone())
                .fetch_one(&mut **transaction)
                .await?;
            u32::try_from(last).unwrap_or(u32::MAX)
        };
        let number = new.number.unwrap_or(last.saturating_add(1));
        self.numbers.insert(new.series.clone(), number.max(last));
        Ok(format!("{}/{number}", new.series))
    }

    async fn look_up(&mut self, transaction: &mut Transaction<'static, Any>, key: &str) -> Result<(), StoreError> {
        if self.records.contains_key(key) {
            return Ok(());
        }
        let row = sqlx::query("SELECT state, last_entry FROM record WHERE record = $1")
            .bind(key.to_owned())
            .fetch_optional(&mut **transaction)
            .await?;
        if let Some(row) = row {
            let record = record_of(&row)?;
            self.records.insert(record.key.clone(), record);
        }
        Ok(())
    }

    /// Writes the records touched to the projection.
    async fn keep(self, transaction: &mut Transaction<'static, Any>) -> Result<(), StoreError> {
        for record in self.records.values() {
            put_record(transaction, record).await?;
        }
        Ok(())
    }
}

/// Texts that a database column cannot hold are refused before they are written.
fn plain(entry: &Entry) -> Result<(), Refusal> {
    let texts = [&entry.subject, &entry.site, &entry.happened, &entry.reason, &entry.form];
    for text in texts.into_iter().flatten() {
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

pub(crate) async fn begin(pool: &AnyPool, dialect: Dialect) -> Result<Transaction<'static, Any>, StoreError> {
    Ok(match dialect {
        Dialect::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await?,
        Dialect::Postgres => {
            let mut transaction = pool.begin().await?;
            // The number stands for "the chain of this database"; any constant would do.
            sqlx::query("SELECT 1 FROM (SELECT pg_advisory_xact_lock(7283010)) AS held")
                .execute(&mut *transaction)
                .await?;
            transaction
        }
    })
}

/// Creates tables and guards where there are none.
pub(crate) async fn lay_tables(
    transaction: &mut Transaction<'static, Any>,
    dialect: Dialect,
) -> Result<(), StoreError> {
    let guards = match dialect {
        Dialect::Sqlite => GUARDS_SQLITE,
        Dialect::Postgres => GUARDS_POSTGRES,
    };
    for script in [TABLES, guards] {
        (&mut **transaction).execute(sqlx::raw_sql(script)).await?;
    }
    Ok(())
}

pub(crate) async fn insert_entry(transaction: &mut Transaction<'static, Any>, entry: &Entry) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO entry ({ENTRY}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(entry.seq)
        .bind(entry.kind.name())
        .bind(entry.record.clone())
        .bind(entry.version)
        .bind(entry.form.clone())
        .bind(entry.subject.clone())
        .bind(entry.site.clone())
        .bind(entry.author.clone())
        .bind(entry.role.clone())
        .bind(entry.entered_at.clone())
        .bind(entry.happened.clone())
        .bind(entry.reason.clone())
        .bind(entry.protocol.clone())
        .bind(entry.payload.clone())
        .bind(entry.prior.clone())
        .bind(entry.hash.clone())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(crate) async fn put_record(transaction: &mut Transaction<'static, Any>, record: &Record) -> Result<(), StoreError> {
    let series = record.key.rsplit_once('/').map_or("", |(series, _)| series);
    let open = i64::try_from(record.open_queries().count()).unwrap_or(i64::MAX);
    let state = serde_json::to_string(record).unwrap_or_default();
    sqlx::query(
        "INSERT INTO record (record, series, number, form, subject, site, open_queries, last_entry, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (record) DO UPDATE SET open_queries = excluded.open_queries, last_entry = excluded.last_entry,
             state = excluded.state",
    )
    .bind(record.key.clone())
    .bind(series.to_owned())
    .bind(i64::from(record.number()))
    .bind(record.form.clone())
    .bind(record.subject.clone())
    .bind(record.site.clone())
    .bind(open)
    .bind(record.last)
    .bind(state)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(crate) fn record_of(row: &AnyRow) -> Result<Record, StoreError> {
    let state: String = row.try_get("state")?;
    let seq: i64 = row.try_get("last_entry")?;
    serde_json::from_str(&state).map_err(|error| StoreError::Damaged {
        seq,
        what: format!("its record in the projection is no record ({error})"),
    })
}

pub(crate) fn entry_of(row: &AnyRow) -> Result<Entry, StoreError> {
    let seq: i64 = row.try_get("seq")?;
    let kind: String = row.try_get("kind")?;
    let damaged = || StoreError::Damaged {
        seq,
        what: format!("\"{kind}\" is no kind of entry"),
    };
    Ok(Entry {
        seq,
        kind: Kind::from_name(&kind).ok_or_else(damaged)?,
        record: row.try_get("record")?,
        version: row.try_get("version")?,
        form: row.try_get("form")?,
        subject: row.try_get("subject")?,
        site: row.try_get("site")?,
        author: row.try_get("author")?,
        role: row.try_get("role")?,
        entered_at: row.try_get("entered_at")?,
        happened: row.try_get("happened")?,
        reason: row.try_get("reason")?,
        protocol: row.try_get("protocol")?,
        payload: row.try_get("payload")?,
        prior: row.try_get("prior")?,
        hash: row.try_get("hash")?,
    })
}

/// A connection to an address that holds no record yet.
pub(crate) async fn vacant(address: &Address) -> Result<(AnyPool, Dialect), StoreError> {
    let (pool, dialect) = connect(address, true).await?;
    if has_entries(&pool, dialect).await? {
        return Err(StoreError::Occupied(address.to_string()));
    }
    Ok((pool, dialect))
}

async fn connect(address: &Address, create: bool) -> Result<(AnyPool, Dialect), StoreError> {
    sqlx::any::install_default_drivers();
    let (url, dialect) = match address {
        Address::Sqlite(path) => {
            let mode = if create { "rwc" } else { "rw" };
            let absolute = std::path::absolute(path).map_err(|source| StoreError::File {
                path: path.display().to_string(),
                source,
            })?;
            let path = percent_encoded(&absolute.to_string_lossy());
            (format!("sqlite://{path}?mode={mode}"), Dialect::Sqlite)
        }
        Address::Postgres(url) => (url.clone(), Dialect::Postgres),
    };
    let options = AnyPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(std::time::Duration::from_secs(20));
    let options = match dialect {
        Dialect::Sqlite => options.after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(PRAGMAS)).await?;
                Ok(())
            })
        }),
        Dialect::Postgres => options,
    };
    Ok((options.connect(&url).await?, dialect))
}

/// What is acknowledged is on the disk; a writer waits for another; no schema of a strange file is trusted.
const PRAGMAS: &str = "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF;";

fn percent_encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&crate::entry::hex(&[byte]).to_uppercase());
        }
    }
    text
}

async fn has_entries(pool: &AnyPool, dialect: Dialect) -> Result<bool, StoreError> {
    let sql = match dialect {
        Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'entry'",
        Dialect::Postgres => {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'entry' AND table_schema = current_schema()"
        }
    };
    let tables: i64 = sqlx::query_scalar(sql).fetch_one(pool).await?;
    Ok(tables > 0)
}
