//! Reading: records from the projection, entries from the chain.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, Row, Transaction};

use crate::database::begin_reading;
use crate::entry::{Entry, Kind};
use crate::error::StoreError;
use crate::head::end_of_chain;
use crate::rows::{ENTRY, entries_between, entry_of, record_of};
use crate::state::Record;
use crate::store::Store;

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
        let mut connection = self.pool.acquire().await?;
        end_of_chain(&mut connection).await
    }

    /// One record.
    pub async fn record(&self, key: &str) -> Result<Option<Record>, StoreError> {
        // No key has such a letter, and PostgreSQL cannot be asked for one.
        if key.contains('\0') {
            return Ok(None);
        }
        let row = sqlx::query("SELECT state, last_entry FROM record WHERE record = $1")
            .bind(key.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(record_of).transpose()
    }

    /// Records, by series and number.
    pub async fn records(&self, filter: &RecordFilter) -> Result<Vec<Record>, StoreError> {
        let mut query = Select::new("SELECT state, last_entry FROM record WHERE 1 = 1");
        query.is("subject", filter.subject.as_deref());
        query.is("form", filter.form.as_deref());
        query.among_sites(filter.sites.as_deref());
        if filter.queried {
            query.sql.push_str(" AND open_queries > 0");
        }
        query.sql.push_str(" ORDER BY series, number");
        query.read(&self.pool, record_of).await
    }

    /// Begins to read one state of the record, whoever writes meanwhile.
    pub async fn reading(&self) -> Result<Reading, StoreError> {
        let mut transaction = begin_reading(&self.pool, self.dialect).await?;
        let (entry, hash) = end_of_chain(&mut transaction).await?;
        Ok(Reading {
            transaction,
            entry,
            hash,
        })
    }

    /// The site of a subject's records, without reading them: `None` where there is no record, inside it where none has a
    /// site.
    pub async fn site_of(&self, subject: &str) -> Result<Option<Option<String>>, StoreError> {
        if subject.contains('\0') {
            return Ok(None);
        }
        for also in [" AND site IS NOT NULL", ""] {
            let sql = format!("SELECT site FROM record WHERE subject = $1{also} LIMIT 1");
            let site: Option<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(subject.to_owned())
                .fetch_optional(&self.pool)
                .await?;
            if site.is_some() {
                return Ok(site);
            }
        }
        Ok(None)
    }

    /// Entries, the last first.
    pub async fn entries(&self, filter: &EntryFilter, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let mut query = Self::chosen(ENTRY, filter);
        let _ = write!(query.sql, " ORDER BY seq DESC LIMIT {}", limit.max(0));
        query.read(&self.pool, entry_of).await
    }

    /// How many entries there are.
    pub async fn count_entries(&self, filter: &EntryFilter) -> Result<i64, StoreError> {
        let count = |row: &AnyRow| Ok(row.try_get(0)?);
        let counted = Self::chosen("COUNT(*)", filter).read(&self.pool, count).await?;
        Ok(counted.first().copied().unwrap_or(0))
    }

    fn chosen(columns: &str, filter: &EntryFilter) -> Select {
        let mut query = Select::new(&format!("SELECT {columns} FROM entry WHERE 1 = 1"));
        query.is("record", filter.record.as_deref());
        query.is("subject", filter.subject.as_deref());
        query.is("author", filter.author.as_deref());
        query.is("form", filter.form.as_deref());
        // An expression has no index: the entries of one record or subject are few, those of a kind many, which a database
        // without statistics does not know.
        let narrow = filter.record.is_some() || filter.subject.is_some();
        query.is(if narrow { "kind || ''" } else { "kind" }, filter.kind.map(Kind::name));
        query.among_sites(filter.sites.as_deref());
        query.holds("entered_at >=", filter.from.as_deref());
        query.holds("entered_at <", filter.until.as_deref());
        if let Some(before) = filter.before {
            let _ = write!(query.sql, " AND seq < {before}");
        }
        query
    }

    /// Entries in order: after one number, up to another, at most `limit`.
    pub async fn entries_after(&self, after: i64, last: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        entries_between(&mut connection, after, last, limit).await
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

/// One state of the record, while it is read.
#[derive(Debug)]
pub struct Reading {
    transaction: Transaction<'static, Any>,
    /// Its last entry.
    pub entry: i64,
    /// The hash of it.
    pub hash: String,
}

impl Reading {
    /// Subjects whose records were touched by the entries after a number; `None` stands for records of no subject. After 0
    /// these are all.
    pub async fn touched_since(&mut self, seq: i64) -> Result<Vec<Option<String>>, StoreError> {
        let sql = if seq == 0 {
            "SELECT DISTINCT subject FROM record WHERE last_entry > $1"
        } else {
            "SELECT DISTINCT subject FROM entry WHERE seq > $1 AND record IS NOT NULL"
        };
        Ok(sqlx::query_scalar(sql)
            .bind(seq)
            .fetch_all(&mut *self.transaction)
            .await?)
    }

    /// The records of a subject, or those of none, by key.
    pub async fn records(&mut self, subject: Option<&str>) -> Result<Vec<Record>, StoreError> {
        let condition = subject.map_or("IS NULL", |_| "= $1");
        let sql = format!("SELECT state, last_entry FROM record WHERE subject {condition} ORDER BY record");
        let query = sqlx::query(AssertSqlSafe(sql));
        let rows = match subject {
            Some(subject) => query.bind(subject.to_owned()),
            None => query,
        };
        let rows = rows.fetch_all(&mut *self.transaction).await?;
        rows.iter().map(record_of).collect()
    }
}

/// A query whose conditions are known when it is asked. Texts are bound, never written into it.
struct Select {
    sql: String,
    bound: Vec<String>,
}

impl Select {
    fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            bound: Vec::new(),
        }
    }

    fn is(&mut self, column: &'static str, value: Option<&str>) {
        match value {
            // No column holds such a letter, and PostgreSQL cannot be asked for one.
            Some(value) if value.contains('\0') => self.sql.push_str(" AND 1 = 0"),
            value => self.holds(&format!("{column} ="), value),
        }
    }

    fn holds(&mut self, compared: &str, value: Option<&str>) {
        if let Some(value) = value {
            let place = self.bind(value);
            let _ = write!(self.sql, " AND {compared} {place}");
        }
    }

    fn among_sites(&mut self, sites: Option<&[String]>) {
        let Some(sites) = sites else {
            return;
        };
        self.sql.push_str(" AND (site IS NULL");
        for site in sites.iter().filter(|site| !site.contains('\0')) {
            let place = self.bind(site);
            let _ = write!(self.sql, " OR site = {place}");
        }
        self.sql.push(')');
    }

    fn bind(&mut self, value: &str) -> String {
        self.bound.push(value.replace('\0', "\u{fffd}"));
        format!("${}", self.bound.len())
    }

    /// What is read of each row as it comes: a record of a million rows does not stand in memory twice.
    async fn read<T>(self, pool: &AnyPool, read: fn(&AnyRow) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(self.sql));
        for value in self.bound {
            query = query.bind(value);
        }
        let mut rows = query.fetch(pool);
        let mut all = Vec::new();
        while let Some(row) = rows.try_next().await? {
            all.push(read(&row)?);
        }
        Ok(all)
    }
}
