//! The web application as browsers, programs and intruders see it: requests through its router, without a network.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that cannot go on fails by panicking"
)]

mod api;
mod authorisation;
mod bodies;
mod closures;
mod crawl;
mod csrf;
mod demo;
mod guessing;
mod halts;
mod injection;
mod limits;
mod lists;
mod meeting;
mod occasions;
mod other_peoples;
mod page;
mod panel;
mod people;
mod program;
mod protocol;
mod races;
mod refused;
mod replayed;
mod sessions;
mod story;
mod words;
mod world;
