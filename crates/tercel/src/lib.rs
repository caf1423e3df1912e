//! A Phase 1 cell-therapy trial as pure functions: protocol and study data in, decisions and outcomes out.
//!
//! | Task | Start here |
//! |---|---|
//! | read a protocol file | [`protocol`] |
//! | hold subject data, cut it at a date | [`study`] |
//! | grade a laboratory value, CRS or ICANS | [`grade`] |
//! | DLT status of a subject | [`dlt`] |
//! | next dose | [`design`] |
//! | exact operating characteristics of a design | [`exact`] |
//! | simulated operating characteristics | [`trials`] |
//! | tumour response from lesions | [`response`] |
//! | an outcome of the registry record | [`endpoint`] |
//! | survival curve, proportion, kinetics | [`estimate`] |
//! | cellular kinetics of a study | [`kinetics`] |
//! | rehearse the trial | [`simulate`] |
//! | report contents as data | [`report`] |
//! | adverse events as a safety report reads them | [`safety`] |
//! | adverse events coded by MedDRA | [`coding`] |
//! | the dose-decision meeting: packet, corrections, votes | [`meeting`] |
//! | languages of forms and pages | [`language`] |
//! | citations of the references | [`reference`](mod@reference) |
//!
//! Nothing here reads a clock, a file, the environment or a network; see `ARCHITECTURE.md`.
#![warn(missing_docs, clippy::wildcard_enum_match_arm, clippy::indexing_slicing)]

pub mod coding;
pub mod conduct;
pub mod design;
pub mod dlt;
pub mod endpoint;
pub mod estimate;
pub mod exact;
pub mod grade;
pub mod kinetics;
pub mod language;
pub mod meeting;
pub mod protocol;
pub mod reference;
pub mod report;
pub mod response;
pub mod safety;
pub mod simulate;
pub mod study;
pub mod trials;
