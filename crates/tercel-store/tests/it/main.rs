//! The store as its users see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails by panicking"
)]

mod access;
mod contract;
mod databases;
mod forged;
mod forgery;
mod full_disk;
mod kill;
mod own_server;
mod races;
mod random;
mod schema;
mod signatures;
mod story;
mod tampering;
mod texts;
mod validation;
