//! Reading: records from the projection, entries from the chain.

use sqlx::{Any, AssertSqlSafe, QueryBuilder, Row};

use crate::entry::{Entry, Kind};
use crate::error::StoreError;
use crate::state::Record;
use crate::store::{ENTRY, Store, entry_of, record_of};

/// Which records. What is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Of this subject.
    pub subject: Option<String>,
    /// Of this form.
    pub form: Option<String>,
    /// Of one of these sites, or of none.
    pub sites: Option<Vec<String>>,
    /// With an open query.
    pub queried: bool,
}

/// Which entries. What is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Of this record.
    pub record: Option<String>,
    /// Of this subject.
    pub subject: Option<String>,
    /// By this account.
    pub author: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of this form.
    pub form: Option<String>,
    /// Of one of these sites, or of none.
    pub sites: Option<Vec<String>>,
    /// Entered at or after this time.
    pub from: Option<String>,
    /// Entered before this time.
    pub until: Option<String>,
    /// With a number below this one: for going back page by page.
    pub before: Option<i64>,
}

impl Store {
    /// Number and hash of the last entry.
    pub async fn head(&self) -> Result<(i64, String), StoreError> {
        let row = sqlx::query("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
            .fetch_one(&self.pool)
            .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// One record.
    pub async fn record(&self, key: &str) -> Result<Option<Record>, StoreError> {
        let row = sqlx::query("SELECT state, last_entry FROM record WHERE record = $1")
            .bind(key.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(record_of).transpose()
    }

    /// Records, by series and number.
    pub async fn records(&self, filter: &RecordFilter) -> Result<Vec<Record>, StoreError> {
        let mut query = QueryBuilder::<Any>::new("SELECT state, last_entry FROM record WHERE 1 = 1");
        same(&mut query, "subject", filter.subject.as_ref());
        same(&mut query, "form", filter.form.as_ref());
        among(&mut query, filter.sites.as_ref());
        if filter.queried {
            query.push(" AND open_queries > 0");
        }
        query.push(" ORDER BY series, number");
        let rows = query.build().fetch_all(&self.pool).await?;
        rows.iter().map(record_of).collect()
    }

    /// Records touched by the entries after a number: what a copy in memory lacks.
    pub async fn records_since(&self, seq: i64) -> Result<Vec<Record>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, last_entry FROM record WHERE record IN (SELECT record FROM entry WHERE seq > $1) ORDER BY series, number",
        )
        .bind(seq)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(record_of).collect()
    }

    /// Entries, the last first.
    pub async fn entries(&self, filter: &EntryFilter, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let mut query = QueryBuilder::<Any>::new("SELECT ");
        query.push(ENTRY).push(" FROM entry WHERE 1 = 1");
        same(&mut query, "record", filter.record.as_ref());
        same(&mut query, "subject", filter.subject.as_ref());
        same(&mut query, "author", filter.author.as_ref());
        same(&mut query, "form", filter.form.as_ref());
        same(
            &mut query,
            "kind",
            filter.kind.map(|kind| kind.name().to_owned()).as_ref(),
        );
        among(&mut query, filter.sites.as_ref());
        for (compare, bound) in [
            (" AND entered_at >= ", &filter.from),
            (" AND entered_at < ", &filter.until),
        ] {
            if let Some(bound) = bound {
                query.push(compare).push_bind(bound.clone());
            }
        }
        if let Some(before) = filter.before {
            query.push(" AND seq < ").push_bind(before);
        }
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(limit);
        let rows = query.build().fetch_all(&self.pool).await?;
        rows.iter().map(entry_of).collect()
    }

    /// Entries in order: after one number, up to another, at most `limit`.
    pub async fn entries_after(&self, after: i64, last: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("SELECT {ENTRY} FROM entry WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(after)
            .bind(last)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(entry_of).collect()
    }

    /// The last entry made by a time: what was known then. 0 where nothing was.
    pub async fn last_entry_by(&self, time: &str) -> Result<i64, StoreError> {
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM entry WHERE entered_at <= $1")
            .bind(time.to_owned())
            .fetch_one(&self.pool)
            .await?;
        Ok(last)
    }
}

fn same(query: &mut QueryBuilder<Any>, column: &'static str, value: Option<&String>) {
    if let Some(value) = value {
        query.push(" AND ").push(column).push(" = ").push_bind(value.clone());
    }
}

fn among(query: &mut QueryBuilder<Any>, sites: Option<&Vec<String>>) {
    let Some(sites) = sites else {
        return;
    };
    query.push(" AND (site IS NULL");
    for site in sites {
        query.push(" OR site = ").push_bind(site.clone());
    }
    query.push(")");
}
