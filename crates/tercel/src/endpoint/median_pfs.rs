//! Median progression-free survival at a time point.
//!
//! # What it derives
//! The Kaplan-Meier median of progression-free survival with follow-up truncated at the month.
//!
//! # Source
//! The registry record (S6); `brookmeyer1982`.
//!
//! # Formula
//! Smallest time at which the curve is at or below one half, the midpoint where it equals one half over an interval; limits by inverting the band.
//!
//! # Example
//! Events at 1 and 2 months, one subject censored at 3: median 2 months.
//!
//! # Limits
//! Not reached by the month is a reason, not a number.

use super::{Method, Statistic, pfs};
use crate::protocol::Assessed;

pub(super) const METHOD: Method = Method {
    name: "median-pfs",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Imaging),
    references: &["eisenhauer2009recist", "fda-endpoints2018"],
    settings: pfs::SETTINGS,
    statistic: Statistic::SurvivalMedian,
    unit: |_, _| "months".to_owned(),
    records: "progression-free survival",
    datasets: &[],
    read: |facts, _| pfs::read(facts.pfs.as_ref()),
};
