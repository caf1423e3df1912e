//! Change of the serum biomarker at a time point.
//!
//! # What it derives
//! The median percent change from baseline of the sample in the month's window.
//!
//! # Source
//! The registry record (S3); `docs/methods.md`, "Serum biomarker".
//!
//! # Formula
//! 100 (x − b) / b with b the last quantified sample before infusion (or lymphodepletion, by protocol) and x the sample nearest the target day, the later one on a tie. A sample below quantification stands for the lower limit of quantification.
//!
//! # Example
//! b = 350 ng/mL, x = 280 ng/mL: −20 %.
//!
//! # Limits
//! Not a response: the biomarker follows liver function and steroids as well.

use super::car_t_level::sample_at;
use super::{Facts, Method, NOT_INFUSED, Part, Question, Reading, Statistic};
use crate::protocol::{Assessed, BaselineRule};
use crate::study::{Amount, Level};

pub(super) const METHOD: Method = Method {
    name: "biomarker-change",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Biomarker),
    references: &[],
    settings: &["kinetics.baseline", "kinetics.biomarker_unit", "windows.time_point"],
    statistic: Statistic::Median,
    unit: |_, _| "% of baseline".to_owned(),
    records: "biomarker samples",
    datasets: &[],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let (Some(_), Some(months)) = (facts.day0, question.months) else {
        return Part::out(NOT_INFUSED);
    };
    let (sample, mut part) = sample_at(facts, &facts.subject.biomarker, months);
    let conditioned = facts.subject.lymphodepletion.first();
    let baseline = baseline(facts);
    part.records.extend(conditioned.map(|dose| dose.record.clone()));
    part.records.extend(baseline.map(|(sample, _)| sample.record.clone()));
    let Some(sample) = sample else { return part };
    let Some((_, base)) = baseline.filter(|(_, base)| *base > 0.0) else {
        return Part {
            reading: Reading::Out,
            note: "no quantified baseline".to_owned(),
            ..part
        };
    };
    let Some((value, change)) = change(sample, base) else {
        return Part {
            reading: Reading::Out,
            note: "below an unstated limit of quantification".to_owned(),
            ..part
        };
    };
    let note = format!(
        "{base} to {value} {} ({change:+.1} %)",
        facts.trial.kinetics.biomarker_unit
    );
    Part {
        reading: Reading::Value(change),
        note,
        ..part
    }
}

/// The last quantified sample before infusion (or lymphodepletion, by protocol), with its value.
pub(crate) fn baseline<'a>(facts: &Facts<'a>) -> Option<(&'a Level, f64)> {
    let day0 = facts.day0?;
    let conditioned = facts.subject.lymphodepletion.first();
    let before = match facts.trial.kinetics.baseline {
        BaselineRule::BeforeInfusion => day0,
        BaselineRule::BeforeLymphodepletion => conditioned.map_or(day0, |dose| dose.start.date.earliest()),
    };
    let samples = facts.subject.biomarker.iter();
    let earlier = samples.filter(|sample| precedes(facts, sample, before));
    earlier
        .filter_map(|sample| Some((sample, sample.amount.quantified()?)))
        .next_back()
}

/// The value a sample stands for, and its change from a baseline above 0 in percent; `None` below an unstated limit.
pub(crate) fn change(sample: &Level, baseline: f64) -> Option<(f64, f64)> {
    let value = match sample.amount {
        Amount::Quantified(value) | Amount::Below(Some(value)) => value,
        Amount::Below(None) => return None,
    };
    Some((value, 100.0 * (value - baseline) / baseline))
}

/// Whether the sample was drawn before the infusion (or before the day, where times of day do not tell).
fn precedes(facts: &Facts<'_>, sample: &Level, before: jiff::civil::Date) -> bool {
    let Some(day) = sample.when.day() else { return false };
    if day != before {
        return day < before;
    }
    match (
        sample.when.clock,
        facts.infusion.and_then(|infusion| infusion.when.clock),
    ) {
        (Some(drawn), Some(infused)) => facts.day0 == Some(before) && drawn < infused,
        // A sample on the day of infusion without times is the pre-dose sample the schedule asks for.
        (None, _) | (_, None) => facts.day0 == Some(before),
    }
}
