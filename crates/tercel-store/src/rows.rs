//! Rows of the tables: to and from entries and records.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use crate::entry::{Entry, Kind};
use crate::error::StoreError;
use crate::state::Record;

/// The columns of an entry, in order.
pub(crate) const ENTRY: &str = "seq, kind, record, version, form, subject, site, author, role, entered_at, happened, \
                                reason, protocol, payload, prior, hash";

pub(crate) async fn insert_entry(connection: &mut AnyConnection, entry: &Entry) -> Result<(), StoreError> {
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
        .execute(connection)
        .await?;
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

pub(crate) async fn put_record(connection: &mut AnyConnection, record: &Record) -> Result<(), StoreError> {
    let row = Projected::of(record);
    sqlx::query(
        "INSERT INTO record (record, series, number, form, subject, site, open_queries, last_entry, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (record) DO UPDATE SET open_queries = excluded.open_queries, last_entry = excluded.last_entry,
             state = excluded.state",
    )
    .bind(row.record)
    .bind(row.series)
    .bind(row.number)
    .bind(row.form)
    .bind(row.subject)
    .bind(row.site)
    .bind(row.open_queries)
    .bind(row.last_entry)
    .bind(row.state)
    .execute(connection)
    .await?;
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
