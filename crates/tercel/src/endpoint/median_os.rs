//! Median overall survival at a time point.
//!
//! # What it derives
//! The Kaplan-Meier median of overall survival with follow-up truncated at the month.
//!
//! # Source
//! The registry record (S9); `brookmeyer1982`.
//!
//! # Formula
//! Infusion to death from any cause, censored at the last contact.
//!
//! # Example
//! Deaths at 5 and 9 months of three subjects, one alive at 12: median 9 months at month 12, not reached at month 6.
//!
//! # Limits
//! A laboratory sample is no contact: only visits and survival contacts show that a subject was alive.

use super::{Method, Statistic, pfs};
use crate::protocol::Assessed;

/// Settings every overall survival rests on.
pub(super) const SETTINGS: &[&str] = &[
    "estimation.count_first_day",
    "estimation.days_per_month",
    "estimation.conf_type",
    "estimation.level",
];

pub(super) const METHOD: Method = Method {
    name: "median-os",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Contact),
    references: &["fda-endpoints2018"],
    settings: SETTINGS,
    statistic: Statistic::SurvivalMedian,
    unit: |_, _| "months".to_owned(),
    records: "whether survival ended in death",
    datasets: &[],
    read: |facts, _| pfs::read(facts.os.as_ref()),
};
