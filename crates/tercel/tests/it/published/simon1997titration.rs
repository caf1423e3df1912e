//! Accelerated titration against the paths of single subjects that a guide's rule gives elsewhere, and by hand.
//!
//! The paths are those in the documentation of the Python package mdanderson-stats for the rule of the U-BOIN guide (MD
//! Anderson, version 2.4.4, "Accelerated Titration"): single subjects to the first DLT or the highest dose, where the cohort
//! is then filled. Of `simon1997titration` only the abstract was read; its percentages come from a model of grades and of
//! doses within subjects and cannot be worked out from DLTs. The chances below are worked out by hand from the rule.

use tercel::design::{AcceleratedTitration, Action, Boin, Count, Design, Plan, Stage, Target};
use tercel::exact::{Curve, Limit, compile};
use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// Levels of the first subjects, in order, up to the end of the first cohort that is full; subjects at `dlt` have a DLT.
fn path(plan: &Plan<'_>, dlt: Option<u8>) -> Vec<u8> {
    let mut counts = PerLevel::new(vec![Count::default(); usize::from(plan.doses)]);
    let (mut current, mut latest) = (plan.start, Count::default());
    let mut treated = Vec::new();
    while counts.at(current).evaluable < plan.cohort_size {
        let decision = plan.next(&Stage {
            counts: &counts,
            current,
            latest,
        });
        let Some(next) = decision
            .action
            .level()
            .filter(|_| !matches!(decision.action, Action::Stop(_)))
        else {
            break;
        };
        let size = plan.cohort(&counts, next);
        // The first subject at the level has the DLT.
        let here = counts.get_mut(next).unwrap();
        latest = Count::complete(size, u32::from(dlt == Some(next.number()) && here.dlt == 0));
        here.evaluable += size;
        here.dlt += latest.dlt;
        treated.extend(vec![next.number(); size as usize]);
        current = next;
    }
    treated
}

const STRICT: AcceleratedTitration = AcceleratedTitration {
    variant: ThreePlusThreeVariant::KornStrict,
};

#[test]
fn single_subjects_climb_as_documented_elsewhere() {
    let boin = Boin::new(Target::new(0.3).unwrap()).design(24).unwrap();
    let before_boin = Plan {
        titration: true,
        ..Plan::new(&boin, 4, 3, Some(24))
    };
    for plan in [Plan::new(&STRICT, 4, 3, None), before_boin] {
        assert_eq!(path(&plan, None), [1, 2, 3, 4, 4, 4]);
        assert_eq!(path(&plan, Some(2)), [1, 2, 2, 2]);
    }
    let from_third = Plan {
        start: level(3),
        ..before_boin
    };
    assert_eq!(path(&from_third, None), [3, 4, 4, 4]);
    let of_three = Plan {
        max_n: Some(3),
        ..before_boin
    };
    assert_eq!(path(&of_three, Some(2)), [1, 2, 2]);
}

#[test]
fn chances_are_those_worked_out_by_hand() {
    let (p, q) = (0.1_f64, 0.3_f64);
    let plan = Plan::new(&STRICT, 2, 3, None);
    let compiled = compile(&plan, Limit { bytes: 1 << 26 }, &mut |_, _| true).unwrap();
    let found = compiled.evaluate(&Curve::new(vec![p, q]).unwrap()).unwrap();
    let close = |mine: f64, by_hand: f64| assert!((mine - by_hand).abs() < 1e-12, "{mine} against {by_hand}");
    // The highest level is the maximum tolerated dose after at most one DLT in six; it is reached by a single subject without
    // DLT, or after a DLT of the first subject and none of five more.
    let tolerated = (1.0 - q).powi(6) + 6.0 * q * (1.0 - q).powi(5);
    let reached = (1.0 - p) + p * (1.0 - p).powi(5);
    close(found.select.values()[1], reached * tolerated);
    // Three subjects in all: a DLT of the first and of at least one of the two that fill the level.
    let chance = |total: u32| {
        found
            .n_distribution
            .iter()
            .find(|(n, _)| *n == total)
            .map_or(0.0, |(_, p)| *p)
    };
    close(chance(3), p * (1.0 - (1.0 - p).powi(2)));
    assert!(found.n_distribution.iter().all(|(n, p)| *n >= 3 || *p == 0.0));
}

#[test]
fn no_level_passed_by_one_subject_is_the_maximum_tolerated_dose() {
    let storer = AcceleratedTitration {
        variant: ThreePlusThreeVariant::Storer,
    };
    let decide = |first: Count, current: u8| {
        let counts = PerLevel::new(vec![first, Count::complete(3, 2), Count::default()]);
        let stage = Stage {
            counts: &counts,
            current: level(current),
            latest: counts.at(level(current)),
        };
        (storer.decide(&stage).action, storer.select(&counts))
    };
    assert_eq!(decide(Count::complete(1, 0), 2), (Action::DeEscalate(level(1)), None));
    assert_eq!(decide(Count::complete(3, 1), 1), (Action::Stay(level(1)), None));
    assert_eq!(
        decide(Count::complete(3, 0), 1),
        (Action::Stop(Some(level(1))), Some(level(1)))
    );
    assert_eq!(
        decide(Count::complete(6, 1), 1),
        (Action::Stop(Some(level(1))), Some(level(1)))
    );
    assert_eq!(decide(Count::complete(3, 2), 1), (Action::Stop(None), None));
}
