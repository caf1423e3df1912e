//! Progression-free survival rate at a time point.
//!
//! # What it derives
//! The Kaplan-Meier estimate at the month.
//!
//! # Source
//! The registry record (S11); `greenwood1926`, `kalbfleisch2002`.
//!
//! # Formula
//! Ŝ(τ) with log-log limits, or as the protocol says.
//!
//! # Example
//! One event at 2 months among four subjects followed to 3: 0.75.
//!
//! # Limits
//! Not estimable past the last, censored, observation.

use super::{Method, Statistic, pfs};
use crate::protocol::Assessed;

pub(super) const METHOD: Method = Method {
    name: "pfs-rate",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Imaging),
    references: &["eisenhauer2009recist", "fda-endpoints2018"],
    settings: pfs::SETTINGS,
    statistic: Statistic::SurvivalRate,
    unit: |_, _| String::new(),
    records: "progression-free survival",
    datasets: &[],
    read: |facts, _| pfs::read(facts.pfs.as_ref()),
};
