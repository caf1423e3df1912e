//! Subjects with dose-limiting toxicity.
//!
//! # What it derives
//! The number of DLT-evaluable subjects with a DLT.
//!
//! # Source
//! The registry record (P1); DLT rules of the protocol (`docs/methods.md`, "DLT status").
//!
//! # Formula
//! Count of status DLT over count of status DLT or no DLT; Clopper-Pearson interval of the share (`clopper1934`).
//!
//! # Example
//! `1NNT`: one DLT in three evaluable subjects, share 0.333 (95 % 0.008 to 0.906).
//!
//! # Limits
//! Pending subjects are in neither count; the note of the cell says how many there are.

use super::{Facts, Method, NOT_INFUSED, Part, Reading, Statistic};
use crate::dlt::Status;

pub(super) const METHOD: Method = Method {
    name: "dlt",
    components: &[],
    at_time_points: false,
    needs: None,
    references: &["ctcae5", "lee2019astct"],
    settings: &[
        "dlt.window_days",
        "dlt.origin",
        "dlt.relatedness",
        "dlt.dose_percent_min",
        "dlt.dose_percent_max",
        "dlt.criterion",
        "dlt.lab_criterion",
        "dlt.score_criterion",
        "dlt.exclusion",
        "event_class",
        "safety.scale",
        "estimation.level",
    ],
    statistic: Statistic::Count,
    unit: |_, _| "subjects".to_owned(),
    records: "dated adverse events and laboratory results",
    datasets: &["AE"],
    read: |facts, _| read(facts),
};

fn read(facts: &Facts<'_>) -> Part {
    let Some(verdict) = &facts.dlt else {
        return Part::out(NOT_INFUSED);
    };
    let reading = match verdict.status {
        Status::Dlt => Reading::Yes,
        Status::NoDlt => Reading::No,
        Status::Pending(_) => Reading::NotYet,
        Status::NotEvaluable(_) => Reading::Out,
    };
    Part::new(reading, verdict.sentence(), verdict.records.clone())
}
