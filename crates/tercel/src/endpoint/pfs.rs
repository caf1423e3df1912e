//! Progression-free survival to a time point.
//!
//! # What it derives
//! The restricted mean of progression-free survival to the month; events, censored, at risk and the curve beside it.
//!
//! # Source
//! The registry record (S5); `kaplan1958`; censoring in `docs/methods.md`, "Time to event".
//!
//! # Formula
//! Area under the Kaplan-Meier curve from infusion to the month; limits ± z·SE.
//!
//! # Example
//! Events at 2 and 4 months of two subjects: restricted mean to month 3 is 2 + ½ = 2.5 months.
//!
//! # Limits
//! Not estimable where follow-up ends, censored, before the month.

use super::{Duration, Method, NOT_INFUSED, Part, Reading, Statistic};
use crate::protocol::Assessed;

/// Settings every progression-free survival rests on.
pub(super) const SETTINGS: &[&str] = &[
    "response.criteria",
    "response.evaluator",
    "response.missed_assessments",
    "response.pfs_censoring",
    "response.new_therapy_procedures",
    "response.supportive_procedures",
    "schedule.visit",
    "estimation.count_first_day",
    "estimation.days_per_month",
    "estimation.conf_type",
    "estimation.level",
];

pub(super) const METHOD: Method = Method {
    name: "pfs",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Imaging),
    references: &["eisenhauer2009recist", "fda-endpoints2018", "kaplan1958"],
    settings: SETTINGS,
    statistic: Statistic::RestrictedMean,
    unit: |_, _| "months".to_owned(),
    records: "progression-free survival",
    datasets: &[],
    read: |facts, _| read(facts.pfs.as_ref()),
};

/// A duration from infusion as a contribution.
pub(super) fn read(duration: Option<&Duration>) -> Part {
    let Some(duration) = duration else {
        return Part::out(NOT_INFUSED);
    };
    let reading = Reading::Time {
        months: duration.months,
        event: duration.event,
    };
    let row = duration
        .situation
        .map_or_else(String::new, |situation| format!(" [{situation}]"));
    Part::new(
        reading,
        format!("{:.2} months: {}{row}", duration.months, duration.ended_by),
        duration.records.clone(),
    )
}
