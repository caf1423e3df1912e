//! Integration tests of the exchange crate, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails by panicking"
)]

mod censoring_cases;
mod clock_cases;
mod coding_cases;
mod committee_cases;
mod compound_cases;
mod conduct_cases;
mod corruption;
mod criterion_cases;
mod crs_scales;
mod derive;
mod derive_dates;
mod derive_units;
mod dirt;
mod dlt_cases;
mod efficacy_cases;
mod export;
mod form;
mod formats;
mod halt_cases;
mod handed_in;
mod icsr;
mod inbound;
mod kinetics_cases;
mod lab_cases;
mod laws;
mod meddra;
mod packet_cases;
mod records;
mod registry;
mod registry_protocol;
mod registry_results;
mod safety_cases;
mod safety_findings;
mod safety_laws;
mod scale_cases;
mod schema;
mod sdtm_write;
mod time_laws;
mod usdm;
