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
