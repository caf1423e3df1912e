//! Overall survival rate at a time point.
//!
//! # What it derives
//! The Kaplan-Meier estimate of overall survival at the month.
//!
//! # Source
//! The registry record (S10); `greenwood1926`, `kalbfleisch2002`.
//!
//! # Formula
//! Ŝ(τ) with log-log limits, or as the protocol says.
//!
//! # Example
//! One death at 5 months among four subjects followed to 6: 0.75.
//!
//! # Limits
//! Not estimable past the last, censored, observation.

use super::{Method, Statistic, median_os, pfs};
use crate::protocol::Assessed;

pub(super) const METHOD: Method = Method {
    name: "os-rate",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Contact),
    references: &["fda-endpoints2018"],
    settings: median_os::SETTINGS,
    statistic: Statistic::SurvivalRate,
    unit: |_, _| String::new(),
    records: "whether survival ended in death",
    datasets: &[],
    read: |facts, _| pfs::read(facts.os.as_ref()),
};
