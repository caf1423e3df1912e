//! Which dose level each subject of a rehearsal is given, and when.
//!
//! The rehearsal follows 3+3 with six subjects at the maximum tolerated dose (`korn1994`, strict): it must be a study
//! that could have happened. The decision a committee sees is made elsewhere, from the records alone.

use jiff::ToSpan;
use jiff::civil::Date;

use super::RehearsalOptions;
use super::course::Fate;
use super::parameters as p;
use super::random::{Draws, Topic, round};
use crate::protocol::{DoseLevel, PerLevel, Trial};

/// A subject's place in the study.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// Number, from 1, in order of consent.
    pub(super) number: u64,
    pub(super) level: DoseLevel,
    /// Day of infusion, or the day it was planned for.
    pub(super) infusion: Date,
}

/// Evaluable subjects and DLTs at a level.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    treated: u32,
    evaluable: u32,
    dlt: u32,
}

/// Where the next subject goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Treat(DoseLevel),
    Expand(DoseLevel),
    Stop,
}

/// One 3+3 step after a subject at `level`; levels from `closed` up are not open.
fn step(counts: &PerLevel<Count>, level: DoseLevel, closed: &mut Option<DoseLevel>) -> Step {
    let count = counts.get(level).copied().unwrap_or_default();
    if count.dlt >= 2 {
        *closed = Some(level);
        return match level.below().map(|below| (below, counts.get(below))) {
            None => Step::Stop,
            Some((below, Some(count))) if count.evaluable >= 6 => Step::Expand(below),
            Some((below, _)) => Step::Treat(below),
        };
    }
    let above = level.above();
    let open = counts.get(above).is_some() && closed.is_none_or(|closed| above < closed);
    match count.evaluable {
        6.. if open => Step::Treat(above),
        6.. => Step::Expand(level),
        3.. if count.dlt == 0 && open => Step::Treat(above),
        _ => Step::Treat(level),
    }
}

/// The places of all subjects; fewer than asked for where the first level fails.
pub(super) fn plan(trial: &Trial, options: RehearsalOptions) -> Vec<Slot> {
    let mut counts = PerLevel::new(trial.dose_levels.levels().map(|_| Count::default()).collect());
    let mut closed = None;
    let mut next = Step::Treat(trial.escalation.start_level);
    let mut consent = trial.version_date;
    let mut earliest = trial.version_date;
    let mut slots = Vec::new();
    for number in 1..=u64::from(options.subjects) {
        let (Step::Treat(level) | Step::Expand(level)) = next else {
            break;
        };
        let fate = Fate::draw(trial, options.seed, number, level);
        let mut draws = Draws::new(options.seed, number, Topic::Accrual);
        consent = later(consent, round(draws.exponential(p::ACCRUAL_INTERVAL.get())).max(1));
        let infusion = later(consent, -fate.consent).max(earliest);
        consent = later(infusion, fate.consent);
        slots.push(Slot {
            number,
            level,
            infusion,
        });
        let Some(count) = counts.get_mut(level).filter(|_| fate.is_infused()) else {
            continue;
        };
        count.treated += 1;
        let evaluable = fate.is_evaluable(trial);
        count.evaluable += u32::from(evaluable);
        count.dlt += u32::from(evaluable && fate.dlt.is_some());
        let (treated, complete) = (count.treated, count.evaluable);
        let rule = &trial.escalation;
        let mut wait = if treated == 1 {
            rule.sentinel_days
        } else {
            rule.next_subject_days
        };
        if let Step::Treat(_) = next {
            next = step(&counts, level, &mut closed);
            // A cohort that is complete, or a subject to be replaced, is decided on when the window has closed.
            if complete % 3 == 0 || !evaluable || next != Step::Treat(level) {
                wait = wait.max(rule.next_level_days).max(trial.dlt.window_days) + 1;
                wait += round(p::SIGN_OFF.get()).unsigned_abs();
            }
        }
        earliest = later(infusion, wait.try_into().unwrap_or(i32::MAX));
    }
    slots
}

/// `date` and so many days; the calendar ends in the year 9999.
pub(super) fn later(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(number: u8) -> DoseLevel {
        DoseLevel::new(number).unwrap()
    }

    fn after(table: &[(u32, u32)], at: u8, mut closed: Option<DoseLevel>) -> Step {
        let counts = table.iter().map(|&(evaluable, dlt)| Count {
            treated: evaluable,
            evaluable,
            dlt,
        });
        step(&PerLevel::new(counts.collect()), level(at), &mut closed)
    }

    #[test]
    fn three_plus_three_goes_where_the_rule_says() {
        assert_eq!(after(&[(2, 0), (0, 0)], 1, None), Step::Treat(level(1)));
        assert_eq!(after(&[(3, 0), (0, 0)], 1, None), Step::Treat(level(2)));
        assert_eq!(after(&[(3, 1), (0, 0)], 1, None), Step::Treat(level(1)));
        assert_eq!(after(&[(6, 1), (0, 0)], 1, None), Step::Treat(level(2)));
        assert_eq!(after(&[(4, 2), (0, 0)], 1, None), Step::Stop);
        assert_eq!(after(&[(3, 0), (2, 2)], 2, None), Step::Treat(level(1)));
        assert_eq!(after(&[(6, 1), (3, 2)], 2, None), Step::Expand(level(1)));
        assert_eq!(after(&[(3, 0), (3, 0)], 2, None), Step::Treat(level(2)));
        assert_eq!(after(&[(3, 0), (6, 1)], 2, None), Step::Expand(level(2)));
        assert_eq!(after(&[(4, 0), (3, 2)], 1, Some(level(2))), Step::Treat(level(1)));
        assert_eq!(after(&[(6, 0), (3, 2)], 1, Some(level(2))), Step::Expand(level(1)));
    }
}
