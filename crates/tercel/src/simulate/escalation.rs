//! Which dose level each subject of a rehearsal is given, and when.
//!
//! The rehearsal follows the protocol's design on the outcomes its subjects will have: it must be a study that could have
//! happened. The decision a committee sees is made elsewhere, from the records alone. Designs that treat subjects while
//! outcomes are pending wait for each outcome here, as they may.

use jiff::ToSpan;
use jiff::civil::Date;

use super::RehearsalOptions;
use super::course::Fate;
use super::parameters as p;
use super::random::{Draws, Topic, round};
use crate::design::{Action, Count, EscalationRules};
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

/// Where the next subject goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Treat(DoseLevel),
    Expand(DoseLevel),
    Stop,
}

/// Outcomes as they are known once each window has closed.
struct Outcomes {
    counts: PerLevel<Count>,
    /// Level and DLT of each subject, in order.
    known: Vec<(DoseLevel, bool)>,
}

impl Outcomes {
    /// The step after these outcomes by the protocol's design.
    fn step(&self, trial: &Trial) -> Step {
        let size = trial.escalation.cohort_size as usize;
        let latest = self.known.last().map(|&(level, _)| {
            let here = self.known.iter().rev().filter(|(at, _)| *at == level).take(size);
            let cohort: Vec<bool> = here.map(|(_, dlt)| *dlt).collect();
            let dlt = cohort.iter().filter(|dlt| **dlt).count();
            (level, Count::complete(count(cohort.len()), count(dlt)))
        });
        let rules = EscalationRules {
            escalation: &trial.escalation,
            latest,
        };
        match rules.decide(&self.counts, &[]).action {
            Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) => Step::Treat(to),
            Action::Stop(Some(mtd)) => Step::Expand(mtd),
            Action::Stop(None) | Action::Wait => Step::Stop,
        }
    }

    fn know(&mut self, level: DoseLevel, dlt: bool) {
        if let Some(count) = self.counts.get_mut(level) {
            count.evaluable += 1;
            count.dlt += u32::from(dlt);
        }
        self.known.push((level, dlt));
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The places of all subjects; fewer than asked for where the first level fails.
pub(super) fn plan(trial: &Trial, options: RehearsalOptions) -> Vec<Slot> {
    let mut outcomes = Outcomes {
        counts: PerLevel::new(trial.dose_levels.levels().map(|_| Count::default()).collect()),
        known: Vec::new(),
    };
    let mut treated = PerLevel::new(trial.dose_levels.levels().map(|_| 0).collect());
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
        let Some(here) = treated.get_mut(level).filter(|_| fate.is_infused()) else {
            continue;
        };
        *here += 1;
        let first = *here == 1;
        let evaluable = fate.is_evaluable(trial);
        if evaluable {
            outcomes.know(level, fate.dlt.is_some());
        }
        let complete = outcomes.counts.at(level).evaluable;
        let rule = &trial.escalation;
        let mut wait = if first {
            rule.sentinel_days
        } else {
            rule.next_subject_days
        };
        if let Step::Treat(_) = next {
            next = outcomes.step(trial);
            // A cohort that is complete, or a subject to be replaced, is decided on when the window has closed.
            if complete.is_multiple_of(rule.cohort_size) || !evaluable || next != Step::Treat(level) {
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
