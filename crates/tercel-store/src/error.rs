//! What can go wrong with the store itself.

use thiserror::Error;

use crate::change::Refusal;

/// Why the store could not answer. A [`Refusal`] is the user's to solve, the rest are the operator's.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The change breaks a rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database said no.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// No space is left where the record is kept.
    #[error(
        "the disk that holds the record is full: nothing of this was saved, what was saved before is safe; free some space and do it again"
    )]
    Full(#[source] sqlx::Error),
    /// Another program holds the record for longer than a writer waits.
    #[error("another program has been writing to the record for too long: nothing of this was saved; do it again")]
    Busy(#[source] sqlx::Error),
    /// A PostgreSQL database in an encoding that cannot hold every text.
    #[error("{address} is encoded in {encoding}; make a database with: createdb --encoding=UTF8 --template=template0")]
    Encoding {
        /// Address.
        address: String,
        /// Its encoding.
        encoding: String,
    },
    /// There is no record at the address.
    #[error("there is no record at {0}; start one with `tercel user add` or `tercel serve`")]
    Missing(String),
    /// There is a record at the address already.
    #[error("{0} holds a record already; nothing was changed")]
    Occupied(String),
    /// The record is of another study.
    #[error("{address} holds the record of study {found}, not of {expected}; give the right address with --database")]
    OtherStudy {
        /// Address.
        address: String,
        /// Study in the record.
        found: String,
        /// Study asked for.
        expected: String,
    },
    /// A row that no entry can be.
    #[error("entry {seq} cannot be read: {what}; run `tercel audit verify`")]
    Damaged {
        /// Entry.
        seq: i64,
        /// What is wrong.
        what: String,
    },
    /// A backup that cannot be restored.
    #[error("the backup cannot be restored: {0}")]
    Backup(String),
    /// A file failed.
    #[error("failed to use {path}")]
    File {
        /// Path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Signing key or signed head.
    #[error("{0}")]
    Key(String),
    /// Password hashing failed.
    #[error("the password could not be hashed")]
    Password,
    /// No random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        match code.as_deref() {
            // SQLITE_FULL, SQLITE_IOERR_SHMSIZE; disk_full of PostgreSQL.
            Some("13" | "4874" | "53100") => Self::Full(error),
            // SQLITE_BUSY and its kinds; lock_not_available of PostgreSQL.
            Some("5" | "261" | "517" | "773" | "55P03") => Self::Busy(error),
            _ => Self::Database(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sqlx::Executor as _;

    use super::StoreError;
    use crate::{Address, Author, Change, Clock, Opening, Store};

    /// Sets how many pages the database may have, for every connection of the pool: at the last one SQLite says what it says
    /// of a full disk, and nobody needs to be allowed to mount one.
    async fn let_grow_to(store: &Store, pages: i64) {
        let mut connections = Vec::new();
        for _ in 0..store.pool.options().get_max_connections() {
            let mut connection = store.pool.acquire().await.unwrap();
            let sql = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
            (&mut *connection).execute(sqlx::raw_sql(sql)).await.unwrap();
            connections.push(connection);
        }
    }

    #[tokio::test]
    async fn a_database_that_may_not_grow_says_so_loses_nothing_and_goes_on_when_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let opening = Opening {
            study: "S".to_owned(),
            training: false,
        };
        let address = Address::in_folder(folder.path());
        let store = Store::create(&address, &opening, Clock::System).await.unwrap();
        let by = Author {
            account: "nurse".to_owned(),
            role: "coordinator".to_owned(),
        };
        let change = |size: usize| Change::Access {
            event: json!({"text": "x".repeat(size)}),
        };
        let_grow_to(&store, 200).await;
        let (mut acknowledged, mut size) = (1, 100_000);
        let error = loop {
            match store.append(&by, None, &[change(size), change(size)]).await {
                Ok(entries) => acknowledged = entries[1].seq,
                // Down to the last page.
                Err(_) if size > 100 => size /= 10,
                Err(error) => break error,
            }
            assert!(acknowledged < 10_000, "it grows on");
        };
        assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        assert!(acknowledged > 5, "{acknowledged}");
        assert_eq!(store.head().await.unwrap().0, acknowledged);
        let_grow_to(&store, 100_000).await;
        for _ in 0..5 {
            store.append(&by, None, &[change(10_000), change(10)]).await.unwrap();
        }
        drop(store);
        let found = Store::open(&address, Clock::System)
            .await
            .unwrap()
            .verify(None)
            .await
            .unwrap();
        assert!(found.is_ok(), "{found:?}");
        assert_eq!(found.entries, acknowledged + 10);
    }
}
