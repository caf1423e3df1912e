//! The 3+3 design and its variants.
//!
//! # What it decides
//! The next dose level after cohorts of three: escalate on 0 of 3 or at most 1 of 6, expand on 1 of 3, close a level on
//! two or more DLTs.
//!
//! # Source
//! `storer1989` (design A); `korn1994` (six subjects at the maximum tolerated dose). Variants differ only in what
//! confirms the maximum tolerated dose.
//!
//! # Formula
//! With *d* DLTs in *n* evaluable subjects at the highest level tried, *k*:
//! *d* ≥ 2: close *k* and above; *d* = 0 and *n* ≥ 3, or *d* = 1 and *n* ≥ 6: escalate to *k*+1 if open; *d* = 1 and
//! *n* < 6: expand *k*. P(escalate | p) = (1−p)³ + 3p(1−p)⁵.
//!
//! # Example
//! ```
//! use tercel::design::{Action, Count, Design, Stage, ThreePlusThree};
//! use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};
//!
//! let design = ThreePlusThree { variant: ThreePlusThreeVariant::KornStrict, start: DoseLevel::FIRST };
//! // 1NNN 2NNT: level 2 is expanded to six.
//! let counts = PerLevel::new(vec![
//!     Count::complete(3, 0),
//!     Count::complete(3, 1),
//!     Count::default(),
//! ]);
//! let second = DoseLevel::new(2).unwrap();
//! let stage = Stage { counts: &counts, current: second, latest: Count::complete(3, 1) };
//! assert_eq!(design.decide(&stage).action, Action::Stay(second));
//! ```
//!
//! # Limits
//! No target rate; the maximum tolerated dose is a level with at most one DLT in six, nothing more.

use super::{Action, Because, Count, Decision, Design, Stage};
use crate::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

/// The 3+3 design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreePlusThree {
    /// What confirms the maximum tolerated dose.
    pub variant: ThreePlusThreeVariant,
    /// Level of the first subject.
    pub start: DoseLevel,
}

impl Design for ThreePlusThree {
    fn decide(&self, stage: &Stage<'_>) -> Decision {
        let decision = self.decide_counts(stage.counts);
        match decision.action {
            // The level below is already the current one where its cohorts have begun.
            Action::DeEscalate(level) if level == stage.current => Decision {
                action: Action::Stay(level),
                ..decision
            },
            Action::DeEscalate(_) | Action::Escalate(_) | Action::Stay(_) | Action::Wait | Action::Stop(_) => decision,
        }
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        self.decide_counts(counts).action.mtd()
    }

    /// A level is filled to three, then to six.
    fn cohort(&self, counts: &PerLevel<Count>, level: DoseLevel, usual: u32) -> u32 {
        usual - counts.at(level).evaluable.checked_rem(usual).unwrap_or(0)
    }
}

impl ThreePlusThree {
    fn decide_counts(self, counts: &PerLevel<Count>) -> Decision {
        let closed = counts.iter().find(|(_, count)| count.dlt >= 2);
        if let Some((level, count)) = closed {
            return self.after_closing(level, *count, counts);
        }
        let tried = counts.iter().rfind(|(_, count)| count.evaluable > 0);
        let Some((level, &count)) = tried else {
            return Decision {
                action: Action::Stay(self.start),
                because: Because::Start,
            };
        };
        let above = level.above();
        let has_above = counts.get(above).is_some();
        match (count.dlt, count.evaluable) {
            (_, 0..3) => stay(level, Because::CohortOpen(level, count)),
            (0, _) if has_above => escalate(above, Because::NoDlt(level, count)),
            (1, 3..6) => stay(level, Because::OneDlt(level, count)),
            (_, 6..) if has_above => escalate(above, Because::OneInSix(level, count)),
            (_, 6..) => mtd(level, count),
            _ => match self.variant {
                ThreePlusThreeVariant::KornStrict => stay(level, Because::ConfirmSix(level, count)),
                ThreePlusThreeVariant::KornTop3 | ThreePlusThreeVariant::Storer => mtd(level, count),
            },
        }
    }

    /// A level has two or more DLTs: the one below is the maximum tolerated dose, once enough were treated there.
    fn after_closing(self, closed: DoseLevel, count: Count, counts: &PerLevel<Count>) -> Decision {
        let Some(below) = closed.below().filter(|below| *below >= DoseLevel::FIRST) else {
            return Decision {
                action: Action::Stop(None),
                because: Because::FirstLevelTooToxic(count),
            };
        };
        let at_below = counts.get(below).copied().unwrap_or_default();
        let confirmed = match self.variant {
            ThreePlusThreeVariant::Storer => true,
            ThreePlusThreeVariant::KornTop3 | ThreePlusThreeVariant::KornStrict => at_below.evaluable >= 6,
        };
        if confirmed {
            return mtd(below, at_below);
        }
        Decision {
            action: Action::DeEscalate(below),
            because: Because::TooToxic { closed, count, below },
        }
    }
}

fn stay(level: DoseLevel, because: Because) -> Decision {
    Decision {
        action: Action::Stay(level),
        because,
    }
}

fn escalate(level: DoseLevel, because: Because) -> Decision {
    Decision {
        action: Action::Escalate(level),
        because,
    }
}

fn mtd(level: DoseLevel, count: Count) -> Decision {
    Decision {
        action: Action::Stop(Some(level)),
        because: Because::Mtd(level, count),
    }
}
