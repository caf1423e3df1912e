//! The dose decision with outcomes pending.

use tercel::design::{Action, Because, Count, Decision, Plan, Stage, ThreePlusThree};
use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

const STRICT: ThreePlusThree = ThreePlusThree {
    variant: ThreePlusThreeVariant::KornStrict,
    start: DoseLevel::FIRST,
};

/// Evaluable, DLT and pending subjects of one level.
type Level = (u32, u32, u32);

fn counts(levels: &[Level]) -> PerLevel<Count> {
    let count = |&(evaluable, dlt, pending): &Level| Count {
        evaluable,
        dlt,
        pending,
    };
    PerLevel::new(levels.iter().map(count).collect())
}

/// The strict variant on these outcomes, the latest cohort at the highest level tried.
fn decide(counts: &PerLevel<Count>) -> Decision {
    let tried = counts.iter().rfind(|(_, count)| count.evaluable + count.pending > 0);
    let current = tried.map_or(DoseLevel::FIRST, |(level, _)| level);
    let plan = Plan::new(&STRICT, u8::try_from(counts.len()).unwrap(), 3, None);
    tercel::design::decide(
        &plan,
        &Stage {
            counts,
            current,
            latest: counts.at(current),
        },
    )
}

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

#[test]
fn each_table_of_complete_outcomes_has_its_action() {
    let cases: [(&[Level], Action); 13] = [
        (&[(0, 0, 0), (0, 0, 0), (0, 0, 0)], Action::Stay(level(1))),
        (&[(1, 0, 0), (0, 0, 0), (0, 0, 0)], Action::Stay(level(1))),
        (&[(3, 0, 0), (0, 0, 0), (0, 0, 0)], Action::Escalate(level(2))),
        (&[(4, 0, 0), (0, 0, 0), (0, 0, 0)], Action::Escalate(level(2))),
        (&[(3, 1, 0), (0, 0, 0), (0, 0, 0)], Action::Stay(level(1))),
        (&[(6, 1, 0), (0, 0, 0), (0, 0, 0)], Action::Escalate(level(2))),
        (&[(2, 2, 0), (0, 0, 0), (0, 0, 0)], Action::Stop(None)),
        (&[(3, 0, 0), (3, 2, 0), (0, 0, 0)], Action::DeEscalate(level(1))),
        (&[(6, 1, 0), (3, 2, 0), (0, 0, 0)], Action::Stop(Some(level(1)))),
        (&[(3, 0, 0), (6, 2, 0), (0, 0, 0)], Action::DeEscalate(level(1))),
        (&[(3, 0, 0), (3, 0, 0), (3, 0, 0)], Action::Stay(level(3))),
        (&[(3, 0, 0), (3, 0, 0), (6, 1, 0)], Action::Stop(Some(level(3)))),
        (&[(6, 2, 0), (3, 0, 0), (0, 0, 0)], Action::Stop(None)),
    ];
    for (table, action) in cases {
        assert_eq!(decide(&counts(table)).action, action, "{table:?}");
    }
}

#[test]
fn a_pending_outcome_that_could_change_the_answer_is_waited_for() {
    let waiting: [&[Level]; 5] = [
        &[(0, 0, 3), (0, 0, 0), (0, 0, 0)],
        &[(2, 0, 1), (0, 0, 0), (0, 0, 0)],
        &[(3, 1, 2), (0, 0, 0), (0, 0, 0)],
        &[(5, 1, 1), (0, 0, 0), (0, 0, 0)],
        // All that is pending could go either way and still escalate, but the level is not complete.
        &[(5, 0, 1), (0, 0, 0), (0, 0, 0)],
    ];
    for table in waiting {
        let decision = decide(&counts(table));
        assert_eq!(decision.action, Action::Wait, "{table:?}");
        assert!(matches!(decision.because, Because::Pending(_)), "{table:?}");
    }
}

#[test]
fn any_action_but_escalation_is_taken_as_soon_as_it_is_settled() {
    // The sentinel is pending: whatever it becomes, the second subject is treated at level 1.
    assert_eq!(
        decide(&counts(&[(0, 0, 1), (0, 0, 0), (0, 0, 0)])).action,
        Action::Stay(level(1))
    );
    // Two DLTs close level 1, whatever the third becomes.
    let stop = decide(&counts(&[(2, 2, 1), (0, 0, 0), (0, 0, 0)]));
    assert_eq!(stop.action, Action::Stop(None));
    assert_eq!(
        stop.because,
        Because::FirstLevelTooToxic(Count {
            evaluable: 2,
            dlt: 2,
            pending: 1
        })
    );
}
