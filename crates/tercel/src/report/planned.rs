//! Samples put to the planned visits, for medians over subjects whose samples are not all of one day.

use crate::endpoint::{Facts, median_above, sample_at};
use crate::protocol::{Assessed, Trial, VisitTime};
use crate::study::{Level, days_between};

/// Which series of a subject's samples.
pub(super) type Series = for<'s> fn(&'s Facts<'_>) -> &'s [Level];

/// Days of a month on an axis of days.
const MONTH: f64 = 30.4375;

/// A planned visit as a place on the time axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    time: VisitTime,
    /// Days since infusion.
    pub(super) day: f64,
}

/// The visits from infusion on at which this is assessed.
pub(super) fn visits(trial: &Trial, assessed: Assessed) -> Vec<Planned> {
    let asked = trial
        .schedule
        .iter()
        .filter(|visit| visit.assessments.contains(&assessed));
    let mut planned: Vec<Planned> = asked
        .map(|visit| Planned {
            time: visit.time,
            day: match visit.time {
                VisitTime::Day(day) => f64::from(day),
                VisitTime::Months(months) => (f64::from(months) * MONTH).round(),
            },
        })
        .filter(|visit| visit.day >= 0.0)
        .collect();
    planned.sort_by(|one, other| one.day.total_cmp(&other.day));
    planned
}

/// The sample of a visit. At a month that outcomes are reported at it is the one those use; elsewhere the nearest sample
/// that lies no nearer to another visit.
pub(super) fn sample_of<'s>(
    facts: &'s Facts<'_>,
    series: Series,
    visits: &[Planned],
    visit: Planned,
) -> Option<&'s Level> {
    let samples = series(facts);
    if let VisitTime::Months(months) = visit.time {
        let mut reported = facts.trial.windows.time_points.iter();
        if reported.any(|window| window.months == months) {
            return sample_at(facts, samples, months).0;
        }
    }
    let day0 = facts.day0?;
    let distance = |sample: &Level, visit: Planned| {
        let day = sample.when.day().map(|day| days_between(day0, day))?;
        Some((f64::from(day) - visit.day).abs())
    };
    let own = samples.iter().filter_map(|sample| {
        let distance_here = distance(sample, visit)?;
        let nearer = visits
            .iter()
            .filter_map(|other| distance(sample, *other))
            .any(|there| there < distance_here);
        (!nearer).then_some((sample, distance_here))
    });
    let nearest = own.min_by(|(_, one), (_, other)| one.total_cmp(other));
    nearest.map(|(sample, _)| sample)
}

/// The median of values, those below quantification first; `Some(None)` where it lies below quantification.
#[expect(
    clippy::option_option,
    reason = "no sample and a median below quantification are drawn differently"
)]
pub(super) fn median(mut values: Vec<f64>, below: usize) -> Option<Option<f64>> {
    if values.len() + below < FEWEST {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(median_above(&values, below))
}

/// A median of fewer subjects than this is a subject's own line again.
pub(super) const FEWEST: usize = 2;
