//! Designs that treat the next subject while outcomes are pending.

use super::{Action, Because, Count, Decision};
use crate::protocol::{DoseLevel, PerLevel};

/// A subject whose window is still open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pending {
    /// Dose level.
    pub level: DoseLevel,
    /// Share of the window followed without DLT, from 0 to 1.
    pub followed: f64,
}

/// What a late-onset design knows when a subject is offered.
#[derive(Debug, Clone, Copy)]
pub struct Interim<'a> {
    /// Outcomes per level: evaluable with a known outcome, and pending.
    pub counts: &'a PerLevel<Count>,
    /// The subjects pending.
    pub pending: &'a [Pending],
    /// Level of the latest subject.
    pub current: DoseLevel,
}

impl Interim<'_> {
    /// Sum of the shares followed at a level: the standardised total follow-up time of its pending subjects.
    pub fn followed(&self, level: DoseLevel) -> f64 {
        let here = self.pending.iter().filter(|pending| pending.level == level);
        here.map(|pending| pending.followed).sum()
    }
}

/// A design for outcomes that come late.
pub trait LateOnsetDesign: Sync {
    /// What to do with the subject offered now: a level, wait, or stop. At least one subject has been treated.
    fn offer(&self, interim: &Interim<'_>) -> Decision;

    /// The maximum tolerated dose once all outcomes are known; `None` where no level qualifies.
    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel>;
}

/// The move from one level to another as an action.
pub(super) fn towards(current: DoseLevel, to: DoseLevel) -> Action {
    match to.cmp(&current) {
        std::cmp::Ordering::Greater => Action::Escalate(to),
        std::cmp::Ordering::Equal => Action::Stay(to),
        std::cmp::Ordering::Less => Action::DeEscalate(to),
    }
}

/// Nobody is treated until more outcomes are known.
pub(super) fn suspended(level: DoseLevel, count: Count) -> Decision {
    Decision {
        action: Action::Wait,
        because: Because::Suspended(level, count),
    }
}
