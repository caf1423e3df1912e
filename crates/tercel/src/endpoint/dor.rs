//! Duration of response at a time point.
//!
//! # What it derives
//! The Kaplan-Meier median of the time from the first confirmed response to progression or death, among responses that began by the month, with follow-up truncated at the month.
//!
//! # Source
//! The registry record (S8); `eisenhauer2009recist`.
//!
//! # Formula
//! From the first day of the confirmed response to the event or censoring of progression-free survival; time beyond the month after infusion is cut off as censored.
//!
//! # Example
//! Response in month 2, progression in month 5: at month 3 one month, censored; at month 6 three months, an event.
//!
//! # Limits
//! Responders only. Starts at the response that was confirmed, not at an earlier one that was not.

use super::ttr::response_by;
use super::{Facts, Method, Part, Question, Reading, Statistic};
use crate::protocol::Assessed;

pub(super) const METHOD: Method = Method {
    name: "dor",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Imaging),
    references: &["eisenhauer2009recist"],
    settings: &[
        "response.criteria",
        "response.evaluator",
        "response.confirmation_days",
        "response.max_ne",
        "response.accept_sd",
        "response.missed_assessments",
        "response.pfs_censoring",
        "response.new_therapy_procedures",
        "response.supportive_procedures",
        "schedule.visit",
        "estimation.count_first_day",
        "estimation.days_per_month",
        "estimation.conf_type",
        "estimation.level",
    ],
    statistic: Statistic::SurvivalMedian,
    unit: |_, _| "months".to_owned(),
    records: "dated responses",
    datasets: &[],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let (to_response, mut part) = match response_by(facts, question) {
        Ok(found) => found,
        Err(part) => return part,
    };
    let (Some(pfs), Some(tau)) = (&facts.pfs, question.months) else {
        return part;
    };
    part.records.extend(pfs.records.iter().cloned());
    // Both durations count their first day, so their difference counts none; give it back.
    let first_day =
        f64::from(i32::from(facts.trial.estimation.count_first_day)) / facts.trial.estimation.days_per_month;
    let whole = (pfs.months - to_response + first_day).max(0.0);
    let known = (f64::from(tau) - to_response + first_day).max(0.0);
    let (months, event) = if whole <= known {
        (whole, pfs.event)
    } else {
        (known, false)
    };
    let state = if event {
        pfs.ended_by.as_str()
    } else {
        "ongoing or censored"
    };
    part.note = format!("{}; {months:.2} months by month {tau}: {state}", part.note);
    part.reading = Reading::Time { months, event };
    part
}
