//! BF-BOIN: dose escalation by BOIN while further subjects are treated at lower levels that have shown a response.
//!
//! # What it decides
//! Which levels below the current one are open for backfilling, and the next dose of the escalation from the outcomes of all
//! subjects, backfilled ones included. Where a lower level contradicts the current one, their outcomes are pooled.
//!
//! # Source
//! `zhao2024bfboin` (opening and closing of levels, pooling); `liu2015boin` (boundaries and selection).
//!
//! # Formula
//! With q = y/n of all subjects evaluated at a level and λe, λd of BOIN: level b below the current level d is open when it or
//! a lower level has a response, fewer than `n_cap` subjects were enrolled there, and q_b < λd or (y_b + y_{b+1})/(n_b + n_{b+1}) < λd; a level
//! that fails the last condition closes those above it too. Conflict: d asks for escalation and a lower level does not, or a
//! lower level asks for de-escalation and d does not ask for escalation. Then b* is the highest such level and
//! q* = Σ_{b*..d} y / Σ_{b*..d} n: escalate where q* ≤ λe; where q* ≥ λd go to the highest level k with
//! Σ_{b*..k} y / Σ_{b*..k} n < λd, or below b* where there is none; else stay.
//!
//! # Example
//! ```
//! use tercel::design::{Action, BfBoin, EfficacyCount, Target};
//! use tercel::protocol::{DoseLevel, PerLevel};
//!
//! let design = BfBoin::new(Target::new(0.25)?).design(60)?;
//! let two = DoseLevel::FIRST.above();
//! // Level 1: 1 DLT and 2 responses among 6; level 2: no DLT among 3.
//! let outcomes = [EfficacyCount::complete(6, 1, 2, 0), EfficacyCount::complete(3, 0, 0, 0), EfficacyCount::default()];
//! let counts = PerLevel::new(outcomes.to_vec());
//! assert_eq!(design.open(&counts, two), [DoseLevel::FIRST]);
//! assert_eq!(design.decide(&counts, two).action, Action::Escalate(two.above()));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! A response at a lower level opens a level too: so the operating characteristics of the paper's table 4 are met, while an
//! independent program (the R package bfboin) asks for one at the level itself and backfills fewer.
//! Pending subjects count as enrolled and enter no rate. A current level closed by its own outcomes is left even where the
//! pooled rate would stay; a lower level is judged by pooling alone until the final selection.

use std::fmt;

use super::late_onset::towards;
use super::{
    Action, Because, Boin, Count, Decision, Design, EfficacyCount, Held, IntervalDesign, InvalidDesign, Side, Stage,
    Target,
};
use crate::protocol::{DoseLevel, PerLevel};

/// BF-BOIN and its options.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BfBoin {
    /// BOIN, which escalates.
    pub boin: Boin,
    /// A level with this many subjects takes no more for backfilling.
    pub n_cap: u32,
    /// Whether a level needs a response, at it or below, before it opens.
    pub response_required: bool,
    /// Whether one DLT in three at the current level means stay.
    pub stay_on_one_of_three: bool,
}

/// BF-BOIN, ready for so many subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct BfBoinDesign {
    options: BfBoin,
    interval: IntervalDesign,
}

/// Why backfilled outcomes led to the decision. `Display` gives the sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Backfilled {
    /// A lower level contradicts the current one.
    Pooled {
        /// Current level.
        level: DoseLevel,
        /// Its outcomes.
        count: Count,
        /// Highest level that contradicts it.
        lower: DoseLevel,
        /// Outcomes there.
        lower_count: Count,
        /// Outcomes of both and what lies between.
        pooled: Count,
        /// Where the pooled rate lies.
        side: Side,
        /// What keeps the design from the level the pooled rate points to.
        held: Option<Held>,
    },
    /// One DLT in three, and the protocol says to stay.
    OneOfThree(DoseLevel),
    /// Subjects of the latest cohort are pending.
    CohortPending(DoseLevel, u32),
}

impl BfBoin {
    /// The design with its published defaults.
    pub fn new(target: Target) -> Self {
        Self {
            boin: Boin::new(target),
            n_cap: 12,
            response_required: true,
            stay_on_one_of_three: false,
        }
    }

    /// The design, ready for up to `max_n` subjects over all levels.
    pub fn design(&self, max_n: u32) -> Result<BfBoinDesign, InvalidDesign> {
        if self.n_cap == 0 {
            return Err(InvalidDesign::Cap);
        }
        Ok(BfBoinDesign {
            options: *self,
            interval: self.boin.design(max_n)?,
        })
    }
}

impl BfBoinDesign {
    /// Its options.
    pub const fn options(&self) -> &BfBoin {
        &self.options
    }

    /// Levels open for backfilling while the escalation is at `current`, highest first: the next backfilled subject goes to
    /// the first.
    pub fn open(&self, counts: &PerLevel<EfficacyCount>, current: DoseLevel) -> Vec<DoseLevel> {
        let mut open = Vec::new();
        let mut responded = !self.options.response_required;
        for (level, count) in counts.iter().take_while(|(level, _)| *level < current) {
            let here = count.dlts;
            let full = self.room(*count) == 0;
            let pair = sum([here, counts.at(level.above()).dlts]);
            if self.side(here) == Side::High && self.side(pair) == Side::High {
                break;
            }
            responded |= count.response > 0;
            if here.evaluable > 0 && responded && !full {
                open.push(level);
            }
        }
        open.reverse();
        open
    }

    /// Subjects a level can still take for backfilling by its cap.
    pub fn room(&self, count: EfficacyCount) -> u32 {
        self.options
            .n_cap
            .saturating_sub(count.dlts.evaluable + count.dlts.pending)
    }

    /// What follows the latest cohort of the escalation, treated at `current`, of whom `pending` are not evaluated yet.
    pub fn next(&self, counts: &PerLevel<EfficacyCount>, current: DoseLevel, pending: u32) -> Decision {
        if pending > 0 {
            return Decision {
                action: Action::Wait,
                because: Because::Backfilled(Backfilled::CohortPending(current, pending)),
            };
        }
        self.decide(counts, current)
    }

    /// What follows the latest cohort of the escalation, treated at `current` and evaluated.
    pub fn decide(&self, counts: &PerLevel<EfficacyCount>, current: DoseLevel) -> Decision {
        self.decide_dlts(&counts.dlts(), current)
    }

    /// The decision looks at DLTs alone; responses open levels.
    fn decide_dlts(&self, dlts: &PerLevel<Count>, current: DoseLevel) -> Decision {
        let here = dlts.at(current);
        let stays = self.options.stay_on_one_of_three && here.evaluable == 3 && here.dlt == 1;
        let side = if stays { Side::Between } else { self.side(here) };
        let contradicts = |lower: Side| match side {
            Side::Low => lower != Side::Low,
            Side::Between | Side::High => lower == Side::High,
        };
        let below = |(level, count): &(DoseLevel, &Count)| *level < current && contradicts(self.side(**count));
        if let Some((lower, _)) = dlts.iter().rfind(below) {
            return self.pool(dlts, current, lower);
        }
        if stays {
            return Decision {
                action: Action::Stay(current),
                because: Because::Backfilled(Backfilled::OneOfThree(current)),
            };
        }
        self.interval.decide(&Stage {
            counts: dlts,
            current,
            latest: here,
        })
    }

    /// The decision by the outcomes pooled from the highest conflicting level up to the current one.
    fn pool(&self, dlts: &PerLevel<Count>, current: DoseLevel, lower: DoseLevel) -> Decision {
        let pooled_to = |top: DoseLevel| {
            let within = dlts.iter().filter(|(level, _)| (lower..=top).contains(level));
            sum(within.map(|(_, count)| *count))
        };
        let pooled = pooled_to(current);
        let side = self.side(pooled);
        let above = current.above();
        let (to, held) = match side {
            Side::Low if dlts.get(above).is_none() => (Some(current), Some(Held::Top)),
            Side::Low if self.interval.closes(above, dlts.at(above)) => (Some(current), Some(Held::AboveClosed)),
            Side::Low => (Some(above), None),
            Side::Between => (Some(current), None),
            Side::High => {
                let below = dlts.levels().filter(|level| (lower..current).contains(level));
                let safe = below.rev().find(|top| self.side(pooled_to(*top)) != Side::High);
                (safe.or(lower.below()), None)
            }
        };
        let own_closed = self.interval.closes(current, dlts.at(current));
        let because = Because::Backfilled(Backfilled::Pooled {
            level: current,
            count: dlts.at(current),
            lower,
            lower_count: dlts.at(lower),
            pooled,
            side,
            held,
        });
        match to {
            Some(to) if own_closed && to >= current => Decision {
                action: current.below().map_or(Action::Stop(None), Action::DeEscalate),
                because: self.interval.closing(current, dlts.at(current)),
            },
            Some(to) => Decision {
                action: towards(current, to),
                because,
            },
            None if self.interval.closes(DoseLevel::FIRST, dlts.at(DoseLevel::FIRST)) => Decision {
                action: Action::Stop(None),
                because: self.interval.closing(DoseLevel::FIRST, dlts.at(DoseLevel::FIRST)),
            },
            None => Decision {
                action: Action::DeEscalate(DoseLevel::FIRST),
                because,
            },
        }
    }

    /// The maximum tolerated dose when the trial ends, backfilled subjects included.
    pub fn select(&self, counts: &PerLevel<EfficacyCount>) -> Option<DoseLevel> {
        self.interval.select(&counts.dlts())
    }

    /// Where a rate lies; an untried level is no obstacle.
    fn side(&self, count: Count) -> Side {
        if count.evaluable == 0 {
            return Side::Low;
        }
        self.interval.side(count)
    }
}

impl Design for BfBoinDesign {
    fn decide(&self, stage: &Stage<'_>) -> Decision {
        self.decide_dlts(stage.counts, stage.current)
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        self.interval.select(counts)
    }
}

fn sum(counts: impl IntoIterator<Item = Count>) -> Count {
    counts.into_iter().fold(Count::default(), |all, count| {
        Count::complete(all.evaluable + count.evaluable, all.dlt + count.dlt)
    })
}

impl fmt::Display for Backfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pooled {
                level,
                count,
                lower,
                lower_count,
                pooled,
                side,
                held,
            } => {
                write!(
                    f,
                    "DLT in {} of {} evaluable subjects at level {level}, which level {lower} contradicts with {} of {}; pooled \
                     from level {lower} to level {level} DLT in {} of {}, ",
                    count.dlt, count.evaluable, lower_count.dlt, lower_count.evaluable, pooled.dlt, pooled.evaluable
                )?;
                f.write_str(match side {
                    Side::Low => "at or below the escalation boundary",
                    Side::Between => "between the boundaries",
                    Side::High => {
                        "at or above the de-escalation boundary: the highest level below that is safe by the pooled rate is next"
                    }
                })?;
                held.map_or(Ok(()), |held| write!(f, "; {held}"))
            }
            Self::OneOfThree(level) => write!(
                f,
                "DLT in 1 of 3 evaluable subjects at level {level}, where the protocol says to stay"
            ),
            Self::CohortPending(level, count) => write!(
                f,
                "{count} of the latest cohort at level {level} pending: the escalation is decided once the cohort is evaluated"
            ),
        }
    }
}
