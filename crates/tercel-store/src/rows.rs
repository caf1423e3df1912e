//! Rows of the tables: to and from entries and records.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use crate::entry::{Entry, Kind};
use crate::error::StoreError;
use crate::state::Record;

/// The columns of an entry, in order.
pub(crate) const ENTRY: &str = "seq, kind, record, version, form, subject, site, author, role, entered_at, happened, \
                                reason, protocol, payload, prior, hash";

/// Rows that go to the database in one statement, where there are as many: each statement is a way to another thread and back.
/// Of many more SQLite looks through all places for each.
pub(crate) const BATCH: usize = 10;

/// Rows by statement: as many as one takes, or one alone, so that two statements are all that is ever prepared.
fn by_statement<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    rows.chunks(BATCH)
        .flat_map(|rows| rows.chunks(if rows.len() == BATCH { BATCH } else { 1 }))
}

/// The places of values in a statement: `($1, $2), ($3, $4)`.
fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

pub(crate) async fn insert_entries(connection: &mut AnyConnection, entries: &[Entry]) -> Result<(), StoreError> {
    for entries in by_statement(entries) {
        let sql = format!("INSERT INTO entry ({ENTRY}) VALUES {}", places(entries.len(), 16));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for entry in entries {
            query = query
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
                .bind(entry.hash.clone());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// A record as a row of the projection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Projected {
    pub(crate) record: String,
    series: String,
    number: i64,
    form: String,
    subject: Option<String>,
    site: Option<String>,
    open_queries: i64,
    pub(crate) last_entry: i64,
    pub(crate) state: String,
}

/// The columns of a row of the projection, in order.
pub(crate) const PROJECTED: &str = "record, series, number, form, subject, site, open_queries, last_entry, state";

impl Projected {
    pub(crate) fn of(record: &Record) -> Self {
        Self {
            record: record.key.clone(),
            series: record.key.rsplit_once('/').map_or("", |(series, _)| series).to_owned(),
            number: i64::from(record.number()),
            form: record.form.clone(),
            subject: record.subject.clone(),
            site: record.site.clone(),
            open_queries: i64::try_from(record.open_queries().count()).unwrap_or(i64::MAX),
            last_entry: record.last,
            state: serde_json::to_string(record).unwrap_or_default(),
        }
    }

    /// Reads columns in the order of [`PROJECTED`].
    pub(crate) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            record: row.try_get(0)?,
            series: row.try_get(1)?,
            number: row.try_get(2)?,
            form: row.try_get(3)?,
            subject: row.try_get(4)?,
            site: row.try_get(5)?,
            open_queries: row.try_get(6)?,
            last_entry: row.try_get(7)?,
            state: row.try_get(8)?,
        })
    }
}

pub(crate) async fn put_records(
    connection: &mut AnyConnection,
    records: impl Iterator<Item = &Record>,
) -> Result<(), StoreError> {
    let records: Vec<&Record> = records.collect();
    for records in by_statement(&records) {
        let sql = format!(
            "INSERT INTO record ({PROJECTED}) VALUES {}
             ON CONFLICT (record) DO UPDATE SET open_queries = excluded.open_queries, last_entry = excluded.last_entry,
                 state = excluded.state",
            places(records.len(), 9)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in records.iter().map(|record| Projected::of(record)) {
            query = query
                .bind(row.record)
                .bind(row.series)
                .bind(row.number)
                .bind(row.form)
                .bind(row.subject)
                .bind(row.site)
                .bind(row.open_queries)
                .bind(row.last_entry)
                .bind(row.state);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads `state, last_entry`.
pub(crate) fn record_of(row: &AnyRow) -> Result<Record, StoreError> {
    let state: String = row.try_get(0)?;
    let seq: i64 = row.try_get(1)?;
    serde_json::from_str(&state).map_err(|error| StoreError::Damaged {
        seq,
        what: format!("its record in the projection is no record ({error})"),
    })
}

/// Reads columns in the order of [`ENTRY`].
pub(crate) fn entry_of(row: &AnyRow) -> Result<Entry, StoreError> {
    let seq: i64 = row.try_get(0)?;
    let kind: String = row.try_get(1)?;
    let damaged = || StoreError::Damaged {
        seq,
        what: format!("\"{kind}\" is no kind of entry"),
    };
    Ok(Entry {
        seq,
        kind: Kind::from_name(&kind).ok_or_else(damaged)?,
        record: row.try_get(2)?,
        version: row.try_get(3)?,
        form: row.try_get(4)?,
        subject: row.try_get(5)?,
        site: row.try_get(6)?,
        author: row.try_get(7)?,
        role: row.try_get(8)?,
        entered_at: row.try_get(9)?,
        happened: row.try_get(10)?,
        reason: row.try_get(11)?,
        protocol: row.try_get(12)?,
        payload: row.try_get(13)?,
        prior: row.try_get(14)?,
        hash: row.try_get(15)?,
    })
}

/// Entries in order: after one number, up to another, at most `limit`.
pub(crate) async fn entries_between(
    connection: &mut AnyConnection,
    after: i64,
    last: i64,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let sql = format!("SELECT {ENTRY} FROM entry WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(after)
        .bind(last)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(entry_of).collect()
}
