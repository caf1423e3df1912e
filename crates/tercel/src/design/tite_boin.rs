//! TITE-BOIN: BOIN while outcomes are pending.
//!
//! # What it decides
//! The level of the subject offered now, from complete and partial outcomes at the current level; accrual is suspended while
//! more than half of its subjects are pending, and while the lowest level asks for de-escalation and has subjects pending.
//!
//! # Source
//! `yuan2018titeboin` (single mean imputation); `lin2020titeboin` (effective sample size); boundaries, closing of levels and
//! selection are BOIN's, `liu2015boin`.
//!
//! # Formula
//! At the current level *n* treated, *s* with DLT, *c* pending, STFT the sum of their shares of the window followed.
//! Effective sample size: p̂ = s/(n−c+STFT) against λe and λd. Single mean imputation: p̃ = (s+φ/2)/(n−c+1); if s/n < φ,
//! escalate where STFT ≥ c − (1−p̃)/p̃ (nλe − s); if s/n > φ, de-escalate where s/n ≥ λd or
//! STFT ≤ c − (1−p̃)/p̃ (nλd − s); else stay. Levels are closed on all *n* subjects.
//!
//! # Example
//! ```
//! use tercel::design::{Action, Boin, Count, Interim, LateOnsetDesign, Pending, Target, TiteBoin, TiteVariant};
//! use tercel::protocol::{DoseLevel, PerLevel};
//!
//! // Level 1: two without DLT, one followed for 19.4 of 28 days.
//! let design = TiteBoin::new(&Boin::new(Target::new(0.22)?), TiteVariant::EffectiveSampleSize, 30)?;
//! let level = DoseLevel::FIRST;
//! let counts = PerLevel::new(vec![Count { evaluable: 2, dlt: 0, pending: 1 }, Count::default()]);
//! let pending = [Pending { level, followed: 19.4 / 28.0 }];
//! let decision = design.offer(&Interim { counts: &counts, pending: &pending, current: level });
//! assert_eq!(decision.action, Action::Escalate(level.above()));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! The DLT is taken to be as likely on any day of the window.

use super::late_onset::{suspended, towards};
use super::{
    Action, Because, Boin, Count, Decision, Design, Held, Interim, IntervalDesign, InvalidDesign, LateOnsetDesign, Side,
};
use crate::protocol::{DoseLevel, PerLevel};

/// How pending outcomes enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TiteVariant {
    /// The follow-up of pending subjects counts as so many subjects.
    EffectiveSampleSize,
    /// Pending outcomes are imputed by their expectation.
    SingleMeanImputation,
}

/// TITE-BOIN and its options.
#[derive(Debug, Clone, PartialEq)]
pub struct TiteBoin {
    complete: IntervalDesign,
    variant: TiteVariant,
    target: f64,
    lambda_e: f64,
    lambda_d: f64,
    /// Accrual is suspended while more than this share of the level's subjects is pending.
    pub max_pending_fraction: f64,
    /// Whether accrual is suspended, rather than going on, while the lowest level asks for de-escalation and has subjects
    /// pending.
    pub suspend_at_lowest: bool,
}

impl TiteBoin {
    /// On a BOIN design, for up to `max_n` subjects a level.
    pub fn new(boin: &Boin, variant: TiteVariant, max_n: u32) -> Result<Self, InvalidDesign> {
        let (lambda_e, lambda_d) = boin.lambdas();
        Ok(Self {
            complete: boin.design(max_n)?,
            variant,
            target: boin.target.value(),
            lambda_e,
            lambda_d,
            max_pending_fraction: 0.5,
            suspend_at_lowest: true,
        })
    }

    /// Where the rate at a level lies, pending outcomes weighed by their follow-up.
    fn side(&self, count: Count, followed: f64) -> Side {
        let (known, dlts, pending) = (
            f64::from(count.evaluable),
            f64::from(count.dlt),
            f64::from(count.pending),
        );
        match self.variant {
            TiteVariant::EffectiveSampleSize => {
                let rate = dlts / (known + followed);
                if rate <= self.lambda_e {
                    Side::Low
                } else if rate >= self.lambda_d {
                    Side::High
                } else {
                    Side::Between
                }
            }
            TiteVariant::SingleMeanImputation => {
                let n = known + pending;
                let rate = dlts / n;
                let (escalate_from, deescalate_to) = self.imputation_limits(count);
                if rate >= self.lambda_d {
                    Side::High
                } else if rate < self.target && followed >= escalate_from {
                    Side::Low
                } else if rate > self.target && followed <= deescalate_to {
                    Side::High
                } else {
                    Side::Between
                }
            }
        }
    }

    /// Follow-up of the pending subjects from which single mean imputation escalates, and up to which it de-escalates.
    pub fn imputation_limits(&self, count: Count) -> (f64, f64) {
        let (known, dlts, pending) = (
            f64::from(count.evaluable),
            f64::from(count.dlt),
            f64::from(count.pending),
        );
        let n = known + pending;
        let imputed = (dlts + self.target / 2.0) / (known + 1.0);
        let odds = (1.0 - imputed) / imputed;
        (
            pending - odds * (n * self.lambda_e - dlts),
            pending - odds * (n * self.lambda_d - dlts),
        )
    }
}

/// Outcomes per level with every pending subject counted as without DLT: the closing of levels looks at all subjects.
fn all_counted(counts: &PerLevel<Count>) -> PerLevel<Count> {
    let all = |count: &Count| Count::complete(count.evaluable + count.pending, count.dlt);
    PerLevel::new(counts.values().iter().map(all).collect())
}

impl LateOnsetDesign for TiteBoin {
    fn offer(&self, interim: &Interim<'_>) -> Decision {
        let level = interim.current;
        let all = all_counted(interim.counts);
        let closed = self.complete.closed(&all);
        if let Some(closed) = closed.filter(|closed| *closed <= level) {
            return Decision {
                action: closed.below().map_or(Action::Stop(None), Action::DeEscalate),
                because: self.complete.closing(closed, all.at(closed)),
            };
        }
        let count = interim.counts.at(level);
        let treated = f64::from(all.at(level).evaluable);
        if f64::from(count.pending) > self.max_pending_fraction * treated {
            return suspended(level, count);
        }
        let side = self.side(count, interim.followed(level));
        if side == Side::High && level.below().is_none() && count.pending > 0 && self.suspend_at_lowest {
            return suspended(level, count);
        }
        let above = level.above();
        let (to, held) = match side {
            Side::Low if interim.counts.get(above).is_none() => (level, Some(Held::Top)),
            Side::Low if closed == Some(above) => (level, Some(Held::AboveClosed)),
            Side::Low => (above, None),
            Side::High => level.below().map_or((level, Some(Held::Bottom)), |below| (below, None)),
            Side::Between => (level, None),
        };
        Decision {
            action: towards(level, to),
            because: Because::Rate {
                level,
                count,
                side,
                held,
            },
        }
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        self.complete.select(counts)
    }
}
