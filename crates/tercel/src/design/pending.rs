//! The decision while outcomes are pending.

use super::{Action, Because, Count, Decision, Plan, Stage};
use crate::protocol::{DoseLevel, PerLevel};

/// The decision with outcomes pending: an escalation needs every subject dosed at the level to be complete, any other
/// action needs only that no pending outcome can change it.
pub fn decide(plan: &Plan<'_>, stage: &Stage<'_>) -> Decision {
    let counts = stage.counts;
    let pending: Vec<(DoseLevel, Count)> = counts
        .iter()
        .filter(|(_, count)| count.pending > 0)
        .map(|(level, count)| (level, *count))
        .collect();
    if pending.is_empty() {
        return plan.next(stage);
    }
    let mut outcomes = completions(counts).into_iter().map(|counts| {
        plan.next(&Stage {
            counts: &counts,
            ..*stage
        })
    });
    let Some(first) = outcomes.next() else {
        return plan.next(stage);
    };
    let settled = outcomes.all(|other| other.action == first.action);
    let complete = match first.action {
        // Everybody dosed at the level that is left must be complete.
        Action::Escalate(to) => to
            .below()
            .and_then(|from| counts.get(from))
            .is_none_or(|from| from.pending == 0),
        Action::Stay(_) | Action::DeEscalate(_) | Action::Wait | Action::Stop(_) => true,
    };
    if settled && complete {
        // The counts in the sentence are what is known now, not a completion of it.
        return Decision {
            because: restate(first.because, counts),
            ..first
        };
    }
    Decision {
        action: Action::Wait,
        because: Because::Pending(pending),
    }
}

/// Every way the pending outcomes can turn out.
fn completions(counts: &PerLevel<Count>) -> Vec<PerLevel<Count>> {
    let mut all: Vec<Vec<Count>> = vec![Vec::new()];
    for (_, count) in counts.iter() {
        let turned_out = |dlt: u32| Count {
            evaluable: count.evaluable + count.pending,
            dlt: count.dlt + dlt,
            pending: 0,
        };
        all = all
            .into_iter()
            .flat_map(|prefix| {
                (0..=count.pending).map(move |dlt| {
                    let mut next = prefix.clone();
                    next.push(turned_out(dlt));
                    next
                })
            })
            .collect();
    }
    all.into_iter().map(PerLevel::new).collect()
}

fn restate(because: Because, counts: &PerLevel<Count>) -> Because {
    let now = |level: DoseLevel| counts.get(level).copied().unwrap_or_default();
    match because {
        Because::Start => Because::Start,
        Because::CohortOpen(level, _) => Because::CohortOpen(level, now(level)),
        Because::NoDlt(level, _) => Because::NoDlt(level, now(level)),
        Because::OneInSix(level, _) => Because::OneInSix(level, now(level)),
        Because::OneDlt(level, _) => Because::OneDlt(level, now(level)),
        Because::ConfirmSix(level, _) => Because::ConfirmSix(level, now(level)),
        Because::TooToxic { closed, below, .. } => Because::TooToxic {
            closed,
            count: now(closed),
            below,
        },
        Because::FirstLevelTooToxic(_) => Because::FirstLevelTooToxic(now(DoseLevel::FIRST)),
        Because::Mtd(level, _) => Because::Mtd(level, now(level)),
        Because::Rate { level, side, held, .. } => Because::Rate {
            level,
            count: now(level),
            side,
            held,
        },
        Because::Enough(level, _) => Because::Enough(level, now(level)),
        same @ (Because::Closed { .. }
        | Because::Model { .. }
        | Because::Overdose { .. }
        | Because::NoneAdmissible { .. }
        | Because::TooFew { .. }
        | Because::Backfilled(_)
        | Because::Utility(_)
        | Because::Suspended(..)
        | Because::NoDesign(_)
        | Because::Complete(_)) => same,
        Because::NotRecorded(what) => Because::NotRecorded(what),
        Because::Unassigned(count) => Because::Unassigned(count),
        held @ (Because::HeldUp { .. } | Because::Halted { .. }) => held,
        Because::Pending(levels) => Because::Pending(levels),
    }
}
