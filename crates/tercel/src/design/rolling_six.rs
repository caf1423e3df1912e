//! The rolling six design.
//!
//! # What it decides
//! Up to six subjects are treated at a level without waiting for each other; the decision follows from how many are
//! enrolled, had a DLT, finished without one, and are pending.
//!
//! # Source
//! `skolnik2008rolling`; the decisions are those of its table as `frankel2020queue` prints it (table 2, column "Rolling 6").
//!
//! # Formula
//! Two DLTs: close the level, de-escalate. No DLT in 3, 4 or 5 complete and nobody pending: escalate. Six enrolled:
//! escalate where at least five finished without DLT and at most one had one or is pending, else suspend. Otherwise treat
//! at the same level. The maximum tolerated dose is the highest level with at most one DLT in six.
//!
//! # Example
//! ```
//! use tercel::design::{Action, Count, Interim, LateOnsetDesign, RollingSix};
//! use tercel::protocol::{DoseLevel, PerLevel};
//!
//! let counts = PerLevel::new(vec![Count { evaluable: 3, dlt: 0, pending: 1 }, Count::default()]);
//! let interim = Interim { counts: &counts, pending: &[], current: DoseLevel::FIRST };
//! assert_eq!(RollingSix.offer(&interim).action, Action::Stay(DoseLevel::FIRST));
//! ```
//!
//! # Limits
//! No target rate. A level below a closed one is filled to six before it is declared. The printed table lets five subjects
//! without DLT, or six of whom one is pending, be the maximum tolerated dose; here all six must be known.

use super::late_onset::suspended;
use super::{Action, Because, Count, Decision, Interim, LateOnsetDesign};
use crate::protocol::{DoseLevel, PerLevel};

/// The rolling six design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollingSix;

impl LateOnsetDesign for RollingSix {
    fn offer(&self, interim: &Interim<'_>) -> Decision {
        let counts = interim.counts;
        if let Some((closed, &count)) = counts.iter().find(|(_, count)| count.dlt >= 2) {
            return below_closed(closed, count, counts);
        }
        let level = interim.current;
        let count = counts.at(level);
        let above = level.above();
        let has_above = counts.get(above).is_some();
        let without = count.evaluable - count.dlt;
        let enrolled = count.evaluable + count.pending;
        let (action, because) = match (enrolled, count.dlt, count.pending) {
            (6.., _, _) if without >= 5 && has_above => (Action::Escalate(above), Because::OneInSix(level, count)),
            (6.., _, 0) => (Action::Stop(Some(level)), Because::Mtd(level, count)),
            (6.., _, _) => return suspended(level, count),
            (3.., 0, 0) if has_above => (Action::Escalate(above), Because::NoDlt(level, count)),
            (3.., 0, 0) => (Action::Stay(level), Because::ConfirmSix(level, count)),
            (_, 1, _) => (Action::Stay(level), Because::OneDlt(level, count)),
            _ => (Action::Stay(level), Because::CohortOpen(level, count)),
        };
        Decision { action, because }
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        let closed = counts.iter().find(|(_, count)| count.dlt >= 2).map(|(level, _)| level);
        let tolerated = |(level, count): &(DoseLevel, &Count)| {
            count.evaluable >= 6 && count.dlt <= 1 && closed.is_none_or(|closed| *level < closed)
        };
        counts.iter().rfind(tolerated).map(|(level, _)| level)
    }
}

/// The level below a closed one is filled to six; with six known it is the maximum tolerated dose.
fn below_closed(closed: DoseLevel, count: Count, counts: &PerLevel<Count>) -> Decision {
    let Some(below) = closed.below() else {
        return Decision {
            action: Action::Stop(None),
            because: Because::FirstLevelTooToxic(count),
        };
    };
    let there = counts.at(below);
    match (there.evaluable + there.pending, there.pending) {
        (6.., 0) => Decision {
            action: Action::Stop(Some(below)),
            because: Because::Mtd(below, there),
        },
        (6.., _) => suspended(below, there),
        _ => Decision {
            action: Action::DeEscalate(below),
            because: Because::TooToxic { closed, count, below },
        },
    }
}
