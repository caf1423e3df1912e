//! Accelerated titration: single subjects climb until the first DLT, then 3+3.
//!
//! # What it decides
//! One subject a level up to the first DLT; that level is filled to three, and from there on 3+3 decides.
//!
//! # Source
//! `simon1997titration` (designs 2 to 4, the switch to cohorts of three); `korn1994` for what confirms the maximum tolerated
//! dose.
//!
//! # Formula
//! While every level has at most one subject and no DLT: escalate. After the first DLT, or at the highest level: 3+3 with
//! every level filled to three, then six. A level passed by a single subject is no maximum tolerated dose before three of
//! its subjects had no DLT, or six at most one.
//!
//! # Example
//! ```
//! use tercel::design::{AcceleratedTitration, Action, Count, Design, Stage};
//! use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};
//!
//! // 1N: the second level is next, again with one subject.
//! let design = AcceleratedTitration { variant: ThreePlusThreeVariant::KornStrict };
//! let counts = PerLevel::new(vec![Count::complete(1, 0), Count::default()]);
//! let stage = Stage { counts: &counts, current: DoseLevel::FIRST, latest: Count::complete(1, 0) };
//! let second = DoseLevel::FIRST.above();
//! assert_eq!(design.decide(&stage).action, Action::Escalate(second));
//! assert_eq!(design.cohort(&counts, second, 3), 1);
//! ```
//!
//! # Limits
//! The switch by a second moderate toxicity needs grades, which counts of DLTs do not hold: only a DLT ends the single
//! subjects here. Doses are not raised within a subject. The paper's own simulations follow a model of grades and of doses
//! within subjects, and are not reproduced.

use super::late_onset::towards;
use super::{Action, Because, Count, Decision, Design, Stage, ThreePlusThree};
use crate::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

/// Accelerated titration before 3+3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceleratedTitration {
    /// What confirms the maximum tolerated dose.
    pub variant: ThreePlusThreeVariant,
}

/// Whether single subjects are still climbing.
fn climbing(counts: &PerLevel<Count>) -> bool {
    counts
        .values()
        .iter()
        .all(|count| count.evaluable <= 1 && count.dlt == 0)
}

/// Whether enough subjects tolerated a level for 3+3 to leave it upwards.
const fn tolerated(count: Count) -> bool {
    matches!((count.evaluable, count.dlt), (3.., 0) | (6.., 1))
}

impl AcceleratedTitration {
    const fn rule(self) -> ThreePlusThree {
        ThreePlusThree {
            variant: self.variant,
            start: DoseLevel::FIRST,
        }
    }
}

impl Design for AcceleratedTitration {
    fn decide(&self, stage: &Stage<'_>) -> Decision {
        let above = stage.current.above();
        if climbing(stage.counts) && stage.counts.get(above).is_some() {
            return Decision {
                action: Action::Escalate(above),
                because: Because::NoDlt(stage.current, stage.counts.at(stage.current)),
            };
        }
        let decision = self.rule().decide(stage);
        match (decision.action, stage.counts.iter().find(|(_, count)| count.dlt >= 2)) {
            (Action::Stop(Some(below)), Some((closed, &count))) if !tolerated(stage.counts.at(below)) => Decision {
                action: towards(stage.current, below),
                because: Because::TooToxic { closed, count, below },
            },
            _ => decision,
        }
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        let selected = self.rule().select(counts);
        selected.filter(|level| tolerated(counts.at(*level)))
    }

    fn cohort(&self, counts: &PerLevel<Count>, level: DoseLevel, usual: u32) -> u32 {
        if climbing(counts) && counts.at(level).evaluable == 0 {
            1
        } else {
            self.rule().cohort(counts, level, usual)
        }
    }
}
