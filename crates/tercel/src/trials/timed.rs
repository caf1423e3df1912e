//! Any design on continuous time.

use rayon::prelude::*;

use super::backfill::Backfill;
use super::conditions::Conditions;
use super::draws::Draws;
use super::subject::marginal;
use super::sums::Sums;
use super::trial::Trial;
use super::{Simulated, SimulationError, check_question};
use crate::design::{LateOnsetDesign, Plan};
use crate::exact::Curve;
use crate::protocol::DoseLevel;

/// Trials of one part.
const PART: u64 = 1 << 10;

/// What decides about the next subject.
#[derive(Clone, Copy)]
pub enum Rule<'a> {
    /// A cohort design: each cohort waits until all outcomes of the one before are known.
    Cohorts(&'a Plan<'a>),
    /// The same, while further subjects are treated at lower levels. The subjects planned are those of the cohorts; who is
    /// backfilled comes on top, and is among the subjects, the DLTs and the days of the answer.
    Backfilled(&'a Plan<'a>, Backfill<'a>),
    /// A design that goes on while outcomes are pending.
    LateOnset {
        /// The rule itself.
        design: &'a dyn LateOnsetDesign,
        /// Number of dose levels.
        doses: u8,
        /// Level of the first subject.
        start: DoseLevel,
        /// Subjects analysed in all; a design that stops by itself may end before.
        max_n: u32,
    },
}

impl std::fmt::Debug for Rule<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cohorts(plan) => f.debug_tuple("Cohorts").field(plan).finish(),
            Self::Backfilled(plan, _) => f.debug_tuple("Backfilled").field(plan).finish_non_exhaustive(),
            Self::LateOnset { doses, max_n, .. } => f
                .debug_struct("LateOnset")
                .field("doses", doses)
                .field("max_n", max_n)
                .finish_non_exhaustive(),
        }
    }
}

impl Rule<'_> {
    /// Number of dose levels.
    pub const fn doses(&self) -> u8 {
        match self {
            Self::Cohorts(plan) | Self::Backfilled(plan, _) => plan.doses,
            Self::LateOnset { doses, .. } => *doses,
        }
    }

    /// Level of the first subject.
    pub const fn start(&self) -> DoseLevel {
        match self {
            Self::Cohorts(plan) | Self::Backfilled(plan, _) => plan.start,
            Self::LateOnset { start, .. } => *start,
        }
    }

    /// How subjects are backfilled, where they are.
    pub(super) const fn backfill(&self) -> Option<&Backfill<'_>> {
        match self {
            Self::Backfilled(_, backfill) => Some(backfill),
            Self::Cohorts(_) | Self::LateOnset { .. } => None,
        }
    }

    /// Whether the counts the rule decides from hold everybody infused.
    pub(super) fn counts_backfilled(&self) -> bool {
        self.backfill().is_none_or(|backfill| backfill.counted)
    }
}

/// Simulates a design on continuous time under a true curve.
///
/// A subject offered consents where the design would treat somebody now and there is room: in the cohort, or in the
/// trial, products in the making counted. The level is that of the day of infusion. A product whose infusion is not
/// allowed yet keeps. A late-onset design is asked when a subject is offered, when a product is ready, and for whoever
/// waits at each outcome that becomes known.
///
/// # Errors
/// A curve of another length than the design's, fewer than 2 trials, conditions no trial can meet, no subjects, or a design
/// that does not end, waits for nothing or gives no level.
pub fn simulate_timed(
    rule: &Rule<'_>,
    conditions: &Conditions,
    curve: &Curve,
    trials: u64,
    seed: u64,
) -> Result<Simulated, SimulationError> {
    check_question(rule.doses(), rule.start(), curve.values(), trials)?;
    conditions.check(rule.doses())?;
    if let Rule::Backfilled(plan, backfill) = rule {
        backfill.check(plan)?;
    }
    let doses = curve.values().len();
    let parts: Result<Vec<Sums>, SimulationError> = (0..trials.div_ceil(PART))
        .into_par_iter()
        .map(|part| {
            let mut sums = Sums::new(doses);
            let mut trial = Trial::new(rule, conditions, curve.values(), [Draws::new(seed), Draws::new(seed)]);
            for number in part * PART..trials.min((part + 1) * PART) {
                trial.run(number)?;
                sums.add(trial.ended(), 1);
            }
            Ok(sums)
        })
        .collect();
    let mut sums = Sums::new(doses);
    for part in parts? {
        sums.merge(&part);
    }
    let marginals: Vec<f64> = curve
        .values()
        .iter()
        .map(|p| marginal(*p, conditions.frailty_sd))
        .collect();
    Ok(sums.estimate(seed, &marginals))
}
