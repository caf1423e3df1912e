//! The record of a trial: entries that are only ever added, each chained by hash to the one before it.
//!
//! | Task | Start here |
//! |---|---|
//! | start or open a record | [`Store::create`], [`Store::open`] |
//! | enter, correct, sign, query, decide | [`Store::append`] with [`Change`] |
//! | the current records | [`Store::records`] |
//! | what was known at a time | [`Store::last_entry_by`], [`Store::fold`] |
//! | the audit trail | [`Store::entries`] |
//! | whether it is as it was entered | [`verify()`], [`Store::signed_head`] |
//! | users, passwords, sessions | [`Store::add_account`], [`Store::sign_in`], [`Store::session`] |
//! | backup and restore | [`Store::backup`], [`Store::restore`] |
//!
//! A record is what [`step`] makes of its entries. The projection that is read from holds exactly that and can be laid
//! anew at any time ([`Store::rebuild`]).
#![warn(missing_docs, clippy::wildcard_enum_match_arm, clippy::indexing_slicing)]

mod accounts;
mod address;
mod backup;
mod change;
mod clock;
mod database;
mod door;
mod entry;
mod error;
mod guards;
mod head;
mod read;
mod rows;
mod state;
mod store;
mod verify;
mod walk;

pub use accounts::{
    ACCESS, ACCOUNTS, AccessRules, Account, Grant, OpenSession, PasswordProblem, Session, SignIn, new_token,
    password_problem,
};
pub use address::Address;
pub use change::{Author, Change, MAX_NAME, MAX_PAYLOAD, MAX_TEXT, NewRecord, Refusal, Signer};
pub use clock::{Clock, stamp};
pub use door::Door;
pub use entry::{Entry, Kind, NO_PRIOR, hex, sha256, unhex};
pub use error::StoreError;
pub use head::{Head, HeadKey};
pub use read::{EntryFilter, Reading, RecordFilter};
pub use state::{Query, Record, Signature, Stamp, State, Values, step};
pub use store::{Opening, Store};
pub use verify::{Problem, Verification, verify};
