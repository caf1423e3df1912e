//! From contributions to one number with its interval.

use std::collections::BTreeMap;

use super::{Cell, Contribution, Detail, NotEstimable, Reading};
use crate::estimate::proportion::Proportion;
use crate::estimate::summary::Summary;
use crate::estimate::survival::{KaplanMeier, Observation};
use crate::estimate::{Level, proportion};
use crate::protocol::Trial;

/// How contributions become the main statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Number of subjects counted.
    Count,
    /// Share of subjects counted, with its Clopper-Pearson interval.
    Proportion,
    /// Median of measured values.
    Median,
    /// Median of durations that all ended.
    MedianTime,
    /// Kaplan-Meier median with follow-up truncated at the time point.
    SurvivalMedian,
    /// Kaplan-Meier estimate at the time point.
    SurvivalRate,
    /// Area under the Kaplan-Meier curve to the time point.
    RestrictedMean,
}

impl Statistic {
    /// Name in JSON and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Proportion => "proportion",
            Self::Median => "median",
            Self::MedianTime => "median time",
            Self::SurvivalMedian => "Kaplan-Meier median",
            Self::SurvivalRate => "Kaplan-Meier estimate",
            Self::RestrictedMean => "restricted mean",
        }
    }

    /// Keys of the publications it is taken from; a median of plain values has none.
    pub const fn references(self) -> &'static [&'static str] {
        match self {
            Self::Count | Self::Proportion => &["clopper1934"],
            Self::Median | Self::MedianTime => &[],
            Self::SurvivalMedian => &["kaplan1958", "brookmeyer1982"],
            Self::SurvivalRate => &["kaplan1958", "greenwood1926", "kalbfleisch2002"],
            Self::RestrictedMean => &["kaplan1958", "royston2013"],
        }
    }
}

/// Fills in value, interval, counts, reason and details from the contributions the cell already holds.
pub(super) fn summarize(trial: &Trial, statistic: Statistic, cell: &mut Cell) {
    match statistic {
        Statistic::Count | Statistic::Proportion => summarize_counts(trial, statistic, cell),
        Statistic::Median => summarize_values(cell),
        Statistic::MedianTime => summarize_times(cell),
        Statistic::SurvivalMedian | Statistic::SurvivalRate | Statistic::RestrictedMean => {
            summarize_survival(trial, statistic, cell);
        }
    }
    let open = cell
        .contributions
        .iter()
        .filter(|part| part.reading == Reading::NotYet)
        .count();
    if open > 0 && cell.estimable() {
        let of = open + cell.denominator;
        let open = format!("{open} of {of} {}", until(cell));
        cell.note = Some(cell.note.take().map_or(open.clone(), |note| format!("{open}; {note}")));
    }
}

fn until(cell: &Cell) -> String {
    match cell.time_point {
        Some(months) => format!("not yet followed to month {months}"),
        None => "pending".to_owned(),
    }
}

fn level(trial: &Trial) -> Level {
    Level::new(trial.estimation.level).unwrap_or(Level::NINETY_FIVE)
}

/// The reason for an empty denominator: everybody is out, or everybody is still open.
fn nobody(cell: &Cell) -> NotEstimable {
    let open = cell
        .contributions
        .iter()
        .filter(|part| part.reading == Reading::NotYet)
        .count();
    if open > 0 {
        let until = cell
            .time_point
            .map_or_else(|| "a decided outcome".to_owned(), |months| format!("month {months}"));
        return NotEstimable::NotYetFollowed { open, of: open, until };
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for part in &cell.contributions {
        *reasons.entry(kind(&part.note)).or_default() += 1;
    }
    let listed: Vec<String> = reasons
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    NotEstimable::NoSubject(if listed.is_empty() {
        "nobody was assigned to it".to_owned()
    } else {
        listed.join(", ")
    })
}

/// A note without its dates and figures, so that alike ones can be counted.
fn kind(note: &str) -> &str {
    let words = note
        .split(|letter: char| letter.is_ascii_digit())
        .next()
        .unwrap_or_default();
    let words = words.trim_end();
    [" on", " from", " by", " at", " of"]
        .iter()
        .find_map(|end| words.strip_suffix(end))
        .unwrap_or(words)
        .trim_end()
}

fn summarize_counts(trial: &Trial, statistic: Statistic, cell: &mut Cell) {
    let count = |reading: Reading| cell.contributions.iter().filter(|part| part.reading == reading).count();
    let yes = count(Reading::Yes);
    cell.n = yes;
    cell.denominator = yes + count(Reading::No);
    let Ok(share) = Proportion::new(yes as u64, cell.denominator as u64) else {
        cell.reason = Some(nobody(cell));
        return;
    };
    let interval = share.clopper_pearson(level(trial));
    let proportion::Interval { lower, upper } = interval;
    if statistic == Statistic::Proportion {
        (cell.value, cell.lower, cell.upper) = (Some(share.estimate()), Some(lower), Some(upper));
        return;
    }
    cell.value = Some(yes as f64);
    cell.details.push(Detail {
        statistic: "proportion",
        unit: String::new(),
        value: Some(share.estimate()),
        lower: Some(lower),
        upper: Some(upper),
    });
}

fn detail(statistic: &'static str, unit: &str, value: Option<f64>) -> Detail {
    Detail {
        statistic,
        unit: unit.to_owned(),
        value,
        lower: None,
        upper: None,
    }
}

/// Values below quantification rank below every quantified one.
fn summarize_values(cell: &mut Cell) {
    let mut values: Vec<f64> = cell
        .contributions
        .iter()
        .filter_map(|part| part.reading.value())
        .collect();
    let below = cell
        .contributions
        .iter()
        .filter(|part| part.reading == Reading::BelowQuantification)
        .count();
    values.sort_by(f64::total_cmp);
    cell.denominator = values.len() + below;
    cell.n = values.len();
    if cell.denominator == 0 {
        cell.reason = Some(nobody(cell));
        return;
    }
    match median_above(&values, below) {
        Some(median) => cell.value = Some(median),
        None => {
            cell.reason = Some(NotEstimable::MedianBelowQuantification {
                detected: values.len(),
                of: cell.denominator,
            });
        }
    }
    let unit = cell.unit.clone();
    cell.details
        .push(detail("quantified", "subjects", Some(values.len() as f64)));
    if let Some(summary) = Summary::of(&values) {
        cell.details
            .push(detail("minimum quantified", &unit, Some(summary.min)));
        cell.details
            .push(detail("maximum quantified", &unit, Some(summary.max)));
        if below == 0 {
            cell.details.push(detail("mean", &unit, Some(summary.mean)));
            cell.details.push(detail("standard deviation", &unit, summary.sd));
        }
    }
}

/// The median of quantified values in ascending order and of samples below quantification, which rank below every one of
/// them; `None` where it lies below quantification, or without any sample.
pub(crate) fn median_above(values: &[f64], below: usize) -> Option<f64> {
    let all = values.len() + below;
    // Positions of the middle pair among all samples, those below quantification first.
    let at = |position: usize| position.checked_sub(below).and_then(|index| values.get(index)).copied();
    Some(f64::midpoint(at(all.checked_sub(1)? / 2)?, at(all / 2)?))
}

fn durations(cell: &Cell) -> Vec<Observation> {
    let time = |part: &Contribution| {
        let (time, event) = part.reading.time()?;
        Some(Observation { time, event })
    };
    cell.contributions.iter().filter_map(time).collect()
}

fn summarize_times(cell: &mut Cell) {
    let times: Vec<f64> = durations(cell).iter().map(|duration| duration.time).collect();
    cell.n = times.len();
    cell.denominator = times.len();
    let Some(summary) = Summary::of(&times) else {
        cell.reason = Some(nobody(cell));
        return;
    };
    cell.value = Some(summary.median);
    cell.details.push(detail("minimum", "months", Some(summary.min)));
    cell.details.push(detail("maximum", "months", Some(summary.max)));
}

fn summarize_survival(trial: &Trial, statistic: Statistic, cell: &mut Cell) {
    let observations = durations(cell);
    let months = cell.time_point.map_or(f64::INFINITY, f64::from);
    cell.denominator = observations.len();
    cell.n = observations
        .iter()
        .filter(|duration| duration.event && duration.time <= months)
        .count();
    let (Ok(curve), false) = (KaplanMeier::new(&observations), observations.is_empty()) else {
        cell.reason = Some(nobody(cell));
        return;
    };
    let Ok(truncated) = curve.truncated_at(months) else {
        return;
    };
    let (conf_type, level) = (trial.estimation.conf_type, level(trial));
    let at_point = curve.landmark(months, conf_type, level);
    let last = curve.last_time().unwrap_or(0.0);
    match statistic {
        Statistic::SurvivalMedian => {
            let median = truncated.quantile(0.5, conf_type, level);
            (cell.value, cell.lower, cell.upper) = (median.estimate, median.lower, median.upper);
            if median.estimate.is_none() {
                let survival = truncated
                    .steps(conf_type, level)
                    .last()
                    .map_or(1.0, |step| step.survival);
                cell.reason = Some(NotEstimable::MedianNotReached { months, survival });
            }
        }
        Statistic::SurvivalRate => {
            (cell.value, cell.lower, cell.upper) = (at_point.estimate, at_point.lower, at_point.upper);
        }
        Statistic::RestrictedMean => {
            cell.curve = truncated.steps(conf_type, level);
            if let Some(mean) = curve.restricted_mean(months) {
                let half = level.z() * mean.se;
                (cell.value, cell.lower, cell.upper) = (
                    Some(mean.value),
                    Some((mean.value - half).max(0.0)),
                    Some((mean.value + half).min(months)),
                );
            }
        }
        Statistic::Count | Statistic::Proportion | Statistic::Median | Statistic::MedianTime => {}
    }
    if cell.value.is_none() && cell.reason.is_none() {
        cell.reason = Some(NotEstimable::FollowUpEnds { last, months });
    }
    let censored = observations
        .iter()
        .filter(|duration| !duration.event && duration.time < months)
        .count();
    cell.details.push(detail("events", "subjects", Some(cell.n as f64)));
    cell.details
        .push(detail("censored before", "subjects", Some(censored as f64)));
    cell.details
        .push(detail("at risk", "subjects", Some(at_point.n_risk as f64)));
    if statistic != Statistic::SurvivalRate {
        let (value, lower, upper) = (at_point.estimate, at_point.lower, at_point.upper);
        cell.details.push(Detail {
            statistic: "Kaplan-Meier estimate",
            unit: String::new(),
            value,
            lower,
            upper,
        });
    }
}
