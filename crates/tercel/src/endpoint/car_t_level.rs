//! CAR-T level in blood at a time point.
//!
//! # What it derives
//! The median level in the month's window: transgene copies (component `copies`) or cells (`cells`).
//!
//! # Source
//! The registry record (S4); `docs/methods.md`, "CAR-T level".
//!
//! # Formula
//! Median over subjects with a sample in the window; a sample below quantification ranks below every quantified one. Of several samples the one nearest the target day counts, the later one on a tie.
//!
//! # Example
//! 110, 61 and one below quantification: median 61 copies/µg.
//!
//! # Limits
//! A level at one time, not exposure: see the kinetics estimators for areas.

use super::{Facts, Method, NOT_INFUSED, Part, Question, Reading, Statistic};
use crate::protocol::Assessed;
use crate::study::{Amount, Level, days_between};

pub(super) const METHOD: Method = Method {
    name: "car-t-level",
    components: &["copies", "cells"],
    at_time_points: true,
    needs: Some(Assessed::Kinetics),
    references: &[],
    settings: &["windows.time_point"],
    statistic: Statistic::Median,
    unit: |_, question| unit(question).to_owned(),
    records: "CAR-T levels",
    datasets: &[],
    read,
};

/// Unit of transgene copies.
pub(crate) const COPIES: &str = "copies/µg DNA";

/// Unit of CAR-T cell counts.
pub(crate) const CELLS: &str = "cells/µL";

fn unit(question: Question<'_>) -> &'static str {
    if question.component == Some("cells") {
        CELLS
    } else {
        COPIES
    }
}

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let Some(months) = question.months else {
        return Part::out(NOT_INFUSED);
    };
    let is_cells = question.component == Some("cells");
    let series = if is_cells {
        &facts.subject.counts
    } else {
        &facts.subject.copies
    };
    let (sample, part) = sample_at(facts, series, months);
    let Some(sample) = sample else { return part };
    let (reading, note) = match sample.amount {
        Amount::Quantified(value) => (
            Reading::Value(value),
            format!("{value} {} on {}", unit(question), sample.when),
        ),
        Amount::Below(_) => (
            Reading::BelowQuantification,
            format!("below quantification on {}", sample.when),
        ),
    };
    Part { reading, note, ..part }
}

/// The sample in the window of a time point, or why there is none.
pub(crate) fn sample_at<'s>(facts: &Facts<'_>, series: &'s [Level], months: u32) -> (Option<&'s Level>, Part) {
    let (Some(cut), Some((target, from, to))) = (facts.cut, facts.time_point(months)) else {
        return (None, Part::out(NOT_INFUSED));
    };
    let within = |sample: &&Level| sample.when.day().is_some_and(|day| day >= from && day <= to);
    let distance = |sample: &&Level| sample.when.day().map(|day| days_between(target, day));
    let nearest = series.iter().filter(within).min_by_key(|sample| {
        let distance = distance(sample).unwrap_or(i32::MAX);
        (distance.abs(), -distance)
    });
    if let Some(sample) = nearest {
        return (Some(sample), Part::new(Reading::Out, "", vec![sample.record.clone()]));
    }
    let records = facts.death_records();
    let part = match facts.death_day() {
        Some(day) if day <= to => Part::new(Reading::Out, format!("died on {day}"), records),
        Some(_) | None if cut < to => Part::new(Reading::NotYet, format!("window open until {to}"), records),
        Some(_) | None => Part::new(Reading::Out, format!("no sample from {from} to {to}"), records),
    };
    (None, part)
}
