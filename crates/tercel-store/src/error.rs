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
    Database(#[from] sqlx::Error),
    /// There is no record at the address.
    #[error("there is no record at {0}; start one with `tercel serve`")]
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
