//! Objective response rate at a time point.
//!
//! # What it derives
//! The share of infused subjects with a confirmed complete or partial response.
//!
//! # Source
//! The registry record (S1); `eisenhauer2009recist`; reading of "at 3 months" in `docs/methods.md`.
//!
//! # Formula
//! Cumulative reading: first CR or PR no later than the last day of the month's window, confirmed then or later. In-window reading: CR or PR at the assessment nearest the target day within the window, part of a confirmed response. Clopper-Pearson interval.
//!
//! # Example
//! PR on day 57, PR on day 92: a responder at month 3.
//!
//! # Limits
//! A response that a later scan can still confirm is not yet decided, and is in neither count; none can once the subject
//! died, left or began new anticancer therapy.

use jiff::civil::Date;

use super::{Facts, Method, NOT_INFUSED, Part, Question, Reading, Source, Statistic};
use crate::dlt::add_days;
use crate::protocol::{Assessed, OrrReading};
use crate::study::days_between;

pub(super) const METHOD: Method = Method {
    name: "orr",
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
        "response.orr",
        "response.new_therapy_procedures",
        "response.supportive_procedures",
        "windows.time_point",
        "estimation.level",
    ],
    statistic: Statistic::Proportion,
    unit: |_, _| String::new(),
    records: "dated tumour assessments",
    datasets: &[],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let (Some(day0), Some(months), Some(cut)) = (facts.day0, question.months, facts.cut) else {
        return Part::out(NOT_INFUSED);
    };
    let (Some((target, from, to)), Some(best)) = (facts.time_point(months), &facts.tumour.best) else {
        return Part::out(NOT_INFUSED);
    };
    let records = facts.response_records();
    let part = |reading, note: String| Part::new(reading, note, records.clone());
    let last_day = days_between(day0, to);
    if let Some(response) = best.confirmed_response
        && response.day <= last_day
    {
        let note = format!(
            "{} on day {}, confirmed on day {}",
            response.overall, response.day, response.confirmed_on
        );
        return match facts.trial.response.orr {
            OrrReading::Cumulative => part(Reading::Yes, note),
            OrrReading::InWindow if responds_within(facts, target, from, to) => part(Reading::Yes, note),
            OrrReading::InWindow => part(
                Reading::No,
                format!("{note}; no response at the assessment in the window"),
            ),
        };
    }
    if let Some(day) = facts.awaiting_confirmation()
        && day <= last_day
    {
        return part(Reading::NotYet, format!("response on day {day} awaits confirmation"));
    }
    let progression = best
        .progression_day
        .map(|day| (add_days(day0, u32::try_from(day).unwrap_or(0)), "progression"));
    let ends = [progression, facts.response_over()].into_iter().flatten();
    match ends.min_by_key(|(day, _)| *day) {
        Some((day, what)) if day <= to => part(Reading::No, format!("no confirmed response by {what} on {day}")),
        Some(_) | None if cut < to => part(Reading::NotYet, format!("window open until {to}")),
        Some(_) | None if facts.tumour.source == Source::None => part(Reading::No, "no tumour assessment".to_owned()),
        Some(_) | None => part(Reading::No, format!("no confirmed response; best {}", best.confirmed)),
    }
}

/// Whether the assessment nearest the target, within the window, is a response.
fn responds_within(facts: &Facts<'_>, target: Date, from: Date, to: Date) -> bool {
    let within = facts
        .tumour
        .points
        .iter()
        .filter(|point| point.is_adequate() && point.day >= from && point.day <= to);
    let nearest = within.min_by_key(|point| {
        let distance = days_between(target, point.day);
        (distance.abs(), -distance)
    });
    nearest.is_some_and(|point| point.overall.is_response())
}
