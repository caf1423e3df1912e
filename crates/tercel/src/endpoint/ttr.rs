//! Time to response at a time point.
//!
//! # What it derives
//! The median time from infusion to the first confirmed response, among responses seen by the month.
//!
//! # Source
//! The registry record (S7, "time to remission").
//!
//! # Formula
//! Median of (first day of the confirmed response − infusion + 1) / days per month over responders.
//!
//! # Example
//! Responses on days 28 and 56: (29 + 57) / 2 / 30.4375 = 1.41 months.
//!
//! # Limits
//! Responders only; it says nothing of subjects who never respond.

use super::{Facts, Method, NOT_INFUSED, Part, Question, Reading, Statistic};
use crate::dlt::add_days;
use crate::protocol::Assessed;
use crate::study::days_between;

pub(super) const METHOD: Method = Method {
    name: "ttr",
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
        "response.new_therapy_procedures",
        "response.supportive_procedures",
        "estimation.count_first_day",
        "estimation.days_per_month",
    ],
    statistic: Statistic::MedianTime,
    unit: |_, _| "months".to_owned(),
    records: "dated responses",
    datasets: &[],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    match response_by(facts, question) {
        Ok((months, mut part)) => {
            part.reading = Reading::Time { months, event: true };
            part
        }
        Err(part) => part,
    }
}

/// Months to the first confirmed response seen by the time point, or why there is none.
pub(super) fn response_by(facts: &Facts<'_>, question: Question<'_>) -> Result<(f64, Part), Part> {
    let (Some(day0), Some(tau), Some(cut)) = (facts.day0, question.months, facts.cut) else {
        return Err(Part::out(NOT_INFUSED));
    };
    let records = facts.response_records();
    let Some(response) = facts.tumour.best.and_then(|best| best.confirmed_response) else {
        let by = days_between(day0, super::add_months(day0, tau));
        let open = facts.awaiting_confirmation().filter(|day| *day <= by);
        let (reading, note) = match open {
            Some(day) => (Reading::NotYet, format!("response on day {day} awaits confirmation")),
            None => (Reading::Out, "no confirmed response".to_owned()),
        };
        return Err(Part::new(reading, note, records));
    };
    let day = add_days(day0, u32::try_from(response.day).unwrap_or(0));
    let months = facts.months_to(day0, day);
    let by = super::add_months(day0, tau);
    if day > by.min(cut) {
        return Err(Part::new(
            Reading::Out,
            format!("first response on {day}, after month {tau}"),
            records,
        ));
    }
    let note = format!(
        "{} on {day}, {months:.2} months, confirmed on day {}",
        response.overall, response.confirmed_on
    );
    Ok((months, Part::new(Reading::Out, note, records)))
}
