//! When the visits of the schedule take place.

use jiff::ToSpan;
use jiff::civil::Date;

use super::course::Fate;
use super::parameters as p;
use super::random::{Draws, Topic, round};
use crate::protocol::{Assessed, Trial, VisitTime};
use crate::study::days_between;

/// A visit that took place, or was missed.
#[derive(Debug, Clone)]
pub(super) struct VisitDone {
    pub(super) name: String,
    /// Day from infusion.
    pub(super) day: i32,
    /// Days after the end of its window.
    pub(super) late: i32,
    pub(super) missed: bool,
    pub(super) assessments: Vec<Assessed>,
}

impl VisitDone {
    pub(super) fn has(&self, kind: Assessed) -> bool {
        !self.missed && self.assessments.contains(&kind)
    }
}

/// Assessments that a baseline must hold, whatever the schedule says.
const BASELINE: [Assessed; 5] = [
    Assessed::Laboratory,
    Assessed::Vitals,
    Assessed::Kinetics,
    Assessed::Biomarker,
    Assessed::Ice,
];
/// Last day before lymphodepletion, which starts on day -5.
const BEFORE_LYMPHODEPLETION: i32 = -6;
/// A baseline scan is at most 28 days older than lymphodepletion.
const OLDEST_SCAN: i32 = -33;

/// All visits of a subject in order of day, as if nothing ended its follow-up.
pub(super) fn hold_visits(trial: &Trial, fate: &Fate, infusion: Date, seed: u64, subject: u64) -> Vec<VisitDone> {
    let mut draws = Draws::new(seed, subject, Topic::Visits);
    let mut planned: Vec<(i32, &crate::protocol::Visit)> = trial
        .schedule
        .iter()
        .map(|visit| (planned_day(visit.time, infusion), visit))
        .collect();
    planned.sort_by_key(|(day, _)| *day);
    let mut visits: Vec<VisitDone> = Vec::new();
    for (planned, visit) in planned {
        let window = i32::try_from(visit.window_days).unwrap_or(0);
        let (shift, late, missed) = (draws.uniform(), draws.uniform(), draws.uniform());
        let after_month = planned > 35 && window > 0;
        let late = if after_month && late < p::LATE_VISIT.get() {
            1 + round(late / p::LATE_VISIT.get() * 4.0)
        } else {
            0
        };
        let day = match planned {
            // Screening belongs between consent and collection.
            ..=-21 => fate.consent + 1,
            -20..=7 => planned,
            _ if late > 0 => planned + window + late,
            _ if u32::try_from(planned) == Ok(trial.dlt.window_days) => planned + round(shift * f64::from(window)),
            _ => planned + round((shift * 2.0 - 1.0) * 0.7 * f64::from(window)),
        };
        let previous = visits.last().map(|visit| visit.day).filter(|_| planned > 7);
        visits.push(VisitDone {
            name: visit.name.clone(),
            day: previous.map_or(day, |previous| day.max(previous + 1)),
            late,
            missed: after_month && missed < p::MISSED_VISIT.get(),
            assessments: visit.assessments.clone(),
        });
    }
    complete_baseline(&mut visits, fate);
    visits.sort_by_key(|visit| visit.day);
    visits
}

/// A baseline after bridging therapy, for all that the schedule leaves out.
fn complete_baseline(visits: &mut Vec<VisitDone>, fate: &Fate) {
    let before = |visit: &&VisitDone| visit.day <= BEFORE_LYMPHODEPLETION;
    let missing = BASELINE
        .into_iter()
        .filter(|kind| !visits.iter().filter(before).any(|visit| visit.has(*kind)));
    let mut assessments: Vec<Assessed> = missing.collect();
    let oldest = fate.bridging.map_or(OLDEST_SCAN, |(_, end)| end.max(OLDEST_SCAN));
    let scanned = visits
        .iter()
        .filter(before)
        .any(|visit| visit.has(Assessed::Imaging) && visit.day >= oldest);
    if !scanned {
        assessments.push(Assessed::Imaging);
    }
    if !assessments.is_empty() {
        visits.push(VisitDone {
            name: "Baseline".to_owned(),
            day: BEFORE_LYMPHODEPLETION,
            late: 0,
            missed: false,
            assessments,
        });
    }
}

fn planned_day(time: VisitTime, infusion: Date) -> i32 {
    match time {
        VisitTime::Day(day) => day,
        VisitTime::Months(months) => days_between(infusion, infusion.saturating_add(i64::from(months).months())),
    }
}

/// Day from infusion on which the last planned visit falls due.
pub(super) fn last_day(visits: &[VisitDone]) -> i32 {
    visits.iter().map(|visit| visit.day).max().unwrap_or(0)
}
