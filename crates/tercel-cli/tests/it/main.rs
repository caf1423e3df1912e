//! Commands run as a user runs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails by panicking"
)]

mod broken;
mod check;
mod code;
mod derive;
mod design;
mod design_pages;
mod documents;
mod estimate;
mod export;
mod export_e2b;
mod export_registry;
mod fuzz;
mod gbm_car_t;
mod grade;
mod hand;
mod handover;
mod import;
mod inbound;
mod new;
#[path = "../../../tercel-store/tests/it/own_server.rs"]
mod own_server;
mod packet;
mod program;
mod record;
mod response;
mod safety;
mod serve;
mod sources;
mod synth;
mod trial;
