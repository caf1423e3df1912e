//! What interval designs share: boundaries per number of subjects, the conduct over them, and the final selection.
//!
//! The designs differ only in how they fill the [`Row`]s.

use super::boin::check_elimination;
use super::isotonic::closest;
use super::{Action, Because, Count, Decision, Design, Held, InvalidDesign, Margins, Side, Stage, Target};
use crate::protocol::{DoseLevel, PerLevel};

/// Decision boundaries for one number of subjects; `None` where no number of DLTs leads to the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Escalate at this many DLTs or fewer.
    pub escalate_max: Option<u32>,
    /// De-escalate at this many DLTs or more.
    pub deescalate_min: Option<u32>,
    /// Close the level and those above at this many DLTs or more.
    pub eliminate_min: Option<u32>,
}

/// When a level is closed for good.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elimination {
    /// Close where Pr(p > target | Beta(1+y, 1+n−y)) is above this.
    pub cutoff: f64,
    /// Fewest subjects at the level for the rule to apply.
    pub min_n: u32,
}

/// A stricter stopping rule at the lowest level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExtraSafe {
    /// Taken off the elimination cutoff.
    pub offset: f64,
}

/// The decision table of an interval design.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundaries {
    /// Target DLT probability.
    pub target: Target,
    /// Rows for 1, 2, … subjects.
    pub rows: Vec<Row>,
    /// Closing of levels, if the design has it.
    pub elimination: Option<Elimination>,
    /// Stricter stopping at the lowest level.
    pub extra_safe: Option<ExtraSafe>,
    /// Largest isotonic estimate of a selected dose.
    pub estimate_limit: Option<f64>,
}

/// What designs with an interval around the target are made of; they differ in the side they see an outcome on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetInterval {
    /// Target DLT probability.
    pub target: Target,
    /// The interval around it.
    pub interval: Margins,
    /// When a level is closed, if ever.
    pub elimination: Option<Elimination>,
    /// Stricter stopping at the lowest level.
    pub extra_safe: Option<ExtraSafe>,
}

impl TargetInterval {
    /// Without stricter stopping.
    pub const fn new(target: Target, interval: Margins, elimination: Option<Elimination>) -> Self {
        Self {
            target,
            interval,
            elimination,
            extra_safe: None,
        }
    }

    /// The decision table for up to `max_n` subjects a level of a rule that names a side for *y* of *n*.
    pub(super) fn boundaries(&self, max_n: u32, side: impl Fn(u32, u32) -> Side) -> Result<Boundaries, InvalidDesign> {
        if let Some(rule) = self.elimination {
            check_elimination(rule, self.extra_safe)?;
        }
        let row = |n: u32| Row {
            escalate_max: (0..=n).rfind(|&y| side(n, y) == Side::Low),
            deescalate_min: (0..=n).find(|&y| side(n, y) == Side::High),
            eliminate_min: self.elimination.and_then(|rule| rule.least(self.target, n)),
        };
        Ok(Boundaries {
            target: self.target,
            rows: (1..=max_n).map(row).collect(),
            elimination: self.elimination,
            extra_safe: self.extra_safe,
            estimate_limit: None,
        })
    }
}

/// An interval design, ready to decide about up to as many subjects a level as its table has rows.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalDesign {
    boundaries: Boundaries,
    /// DLTs that stop the trial at the lowest level, per number of subjects.
    stop_min: Vec<Option<u32>>,
}

/// Pr(p > target) when *y* of *n* subjects had a DLT and p has the prior Beta(1, 1).
///
/// The posterior is Beta(1+y, 1+n−y), so this is the probability of at most *y* DLTs among *n*+1 subjects at the target.
pub fn probability_above(target: f64, n: u32, y: u32) -> f64 {
    let odds = target / (1.0 - target);
    let mut term = (f64::from(n + 1) * (-target).ln_1p()).exp();
    if term < f64::MIN_POSITIVE {
        return far_tail(target, n, y);
    }
    let mut sum = term;
    for k in 1..=y.min(n) {
        term *= odds * f64::from(n + 2 - k) / f64::from(k);
        sum += term;
    }
    sum.min(1.0)
}

/// The same by the incomplete beta function, where the first term of the sum underflows.
fn far_tail(target: f64, n: u32, y: u32) -> f64 {
    let (a, b) = (f64::from(y + 1), f64::from(n.saturating_sub(y) + 1));
    statrs::function::beta::checked_beta_reg(b, a, 1.0 - target).unwrap_or(f64::NAN)
}

/// Fewest DLTs among *n* with Pr(p > target) above the cutoff.
pub(super) fn least_above(target: Target, cutoff: f64, n: u32) -> Option<u32> {
    (0..=n).find(|&y| probability_above(target.value(), n, y) > cutoff)
}

impl Elimination {
    /// Fewest DLTs among *n* that close a level.
    pub(super) fn least(self, target: Target, n: u32) -> Option<u32> {
        (n >= self.min_n).then(|| least_above(target, self.cutoff, n)).flatten()
    }
}

impl IntervalDesign {
    /// From a decision table.
    pub fn new(boundaries: Boundaries) -> Self {
        let stop_min = (1..).zip(&boundaries.rows).map(|(n, row)| {
            let extra = boundaries
                .extra_safe
                .zip(boundaries.elimination)
                .and_then(|(extra, rule)| {
                    let cutoff = rule.cutoff - extra.offset;
                    Elimination { cutoff, ..rule }.least(boundaries.target, n)
                });
            match (extra, row.eliminate_min) {
                (Some(extra), Some(eliminate)) => Some(extra.min(eliminate)),
                (either, other) => either.or(other),
            }
        });
        Self {
            stop_min: stop_min.collect(),
            boundaries,
        }
    }

    /// The decision table.
    pub const fn boundaries(&self) -> &Boundaries {
        &self.boundaries
    }

    /// The lowest level closed as too toxic.
    pub(super) fn closed(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        let too_toxic = |(level, count): &(DoseLevel, &Count)| self.closes(*level, **count);
        counts.iter().find(too_toxic).map(|(level, _)| level)
    }

    /// Whether these outcomes close a level.
    pub(super) fn closes(&self, level: DoseLevel, count: Count) -> bool {
        let Some(row) = place(count.evaluable) else {
            return false;
        };
        let eliminate = self.boundaries.rows.get(row).and_then(|row| row.eliminate_min);
        let least = if level == DoseLevel::FIRST {
            self.stop_min.get(row).copied().flatten()
        } else {
            eliminate
        };
        least.is_some_and(|least| count.dlt >= least)
    }

    /// Where the rate of these outcomes lies.
    pub(super) fn side(&self, count: Count) -> Side {
        match place(count.evaluable).and_then(|row| self.boundaries.rows.get(row)) {
            Some(row) if row.escalate_max.is_some_and(|most| count.dlt <= most) => Side::Low,
            Some(row) if row.deescalate_min.is_some_and(|least| count.dlt >= least) => Side::High,
            Some(_) | None => Side::Between,
        }
    }

    pub(super) fn closing(&self, level: DoseLevel, count: Count) -> Because {
        let target = self.boundaries.target.value();
        let offset = match self.boundaries.extra_safe {
            Some(extra) if level == DoseLevel::FIRST => extra.offset,
            Some(_) | None => 0.0,
        };
        Because::Closed {
            level,
            count,
            target,
            probability: probability_above(target, count.evaluable, count.dlt),
            cutoff: self.boundaries.elimination.map_or(1.0, |rule| rule.cutoff) - offset,
        }
    }
}

/// Row of *n* subjects in a table that begins with one subject.
fn place(n: u32) -> Option<usize> {
    usize::try_from(n).ok()?.checked_sub(1)
}

impl Design for IntervalDesign {
    fn decide(&self, stage: &Stage<'_>) -> Decision {
        let level = stage.current;
        let closed = self.closed(stage.counts);
        if let Some(closed) = closed.filter(|closed| *closed <= level) {
            let because = self.closing(closed, stage.counts.at(closed));
            let action = closed.below().map_or(Action::Stop(None), Action::DeEscalate);
            return Decision { action, because };
        }
        let count = stage.counts.at(level);
        let side = self.side(count);
        let above = level.above();
        let (action, held) = match side {
            Side::Low if stage.counts.get(above).is_none() => (Action::Stay(level), Some(Held::Top)),
            Side::Low if closed == Some(above) => (Action::Stay(level), Some(Held::AboveClosed)),
            Side::Low => (Action::Escalate(above), None),
            Side::High => level
                .below()
                .map_or((Action::Stay(level), Some(Held::Bottom)), |below| {
                    (Action::DeEscalate(below), None)
                }),
            Side::Between => (Action::Stay(level), None),
        };
        let because = Because::Rate {
            level,
            count,
            side,
            held,
        };
        Decision { action, because }
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        let open = self
            .closed(counts)
            .map_or(counts.len(), |level| usize::from(level.number()) - 1);
        let limit = self.boundaries.estimate_limit;
        closest(counts, open, self.boundaries.target.value(), limit)
    }
}
