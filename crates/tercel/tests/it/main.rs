//! Integration tests of the science crate, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails by panicking"
)]

mod conduct;
mod conformance;
mod crs_ctcae;
mod design;
mod dlt_laws;
mod episodes;
mod figures;
mod icaht;
mod lab_cut_points;
mod protocol;
mod published;
mod rehearsal;
mod survival_by_hand;
mod tidy;
mod time_to_event;
mod trials;
