//! TITE-CRM, conduct and weights: an example printed in a book, decisions of the R package dfcrm, and its weights by hand.
//!
//! The example is on page 124 of `cheung2011crm`, as the tests of the R package trialr quote it; the book itself was not
//! read. The fits of `dfcrm_titecrm` are held in `oquigley1990crm.rs` too; here they pass through the design. The weights
//! are worked out by hand on the data of dfcrm's manual page from the rule in its source, for the page prints no output.

use tercel::design::{
    Action, Count, Crm, Interim, LateOnsetDesign, Observation, Pending, Target, TiteCrm, adaptive_weights,
};
use tercel::protocol::{DoseLevel, PerLevel};

use super::fixture::{fixture, integer};
use super::oquigley1990crm::{crm, observations};

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// The design's offer after these subjects; those without DLT and less than full weight are pending.
fn offer(crm: Crm, observations: &[Observation], current: DoseLevel) -> Action {
    let mut counts = PerLevel::new(vec![Count::default(); crm.doses()]);
    let mut pending = Vec::new();
    for one in observations {
        let count = counts.get_mut(one.level).unwrap();
        if one.dlt || one.weight >= 1.0 {
            count.evaluable += 1;
            count.dlt += u32::from(one.dlt);
        } else {
            count.pending += 1;
            pending.push(Pending {
                level: one.level,
                followed: one.weight,
            });
        }
    }
    let design = TiteCrm {
        crm,
        max_pending_fraction: None,
    };
    let interim = Interim {
        counts: &counts,
        pending: &pending,
        current,
    };
    design.offer(&interim).action
}

#[test]
fn the_book_s_example_escalates_with_four_subjects_pending() {
    // Four subjects at the third of five levels, followed for 73, 66, 35 and 28 of 126 days without DLT.
    let skeleton = vec![0.05, 0.12, 0.25, 0.40, 0.55];
    let crm = Crm::new(Target::new(0.25).unwrap(), skeleton).unwrap();
    let subjects = [73.0, 66.0, 35.0, 28.0].map(|days| Observation {
        level: level(3),
        dlt: false,
        weight: days / 126.0,
    });
    let estimate = crm.fit(&subjects).unwrap().estimate;
    assert!((estimate - 0.49).abs() < 0.005, "{estimate}");
    assert_eq!(offer(crm, &subjects, level(3)), Action::Escalate(level(4)));
}

#[test]
fn every_level_offered_is_that_of_dfcrm() {
    let mut pending = 0;
    for case in fixture("dfcrm_titecrm")["cases"].as_array().unwrap() {
        let mut crm = crm(case, "prior");
        // dfcrm gives the model's own choice.
        crm.allow_skipping = true;
        crm.allow_incoherent = true;
        let subjects = observations(case);
        pending += subjects.iter().filter(|one| one.weight < 1.0).count();
        let current = subjects.last().unwrap().level;
        let offered = offer(crm, &subjects, current).level().unwrap();
        assert_eq!(u32::from(offered.number()), integer(case, "mtd"), "{case}");
    }
    assert!(pending > 50, "{pending}");
}

#[test]
fn adaptive_weights_are_those_of_the_rule_of_dfcrm() {
    // Two DLTs, on days 24 and 168 of 180: three pieces of a third each.
    let followed = [178.0, 181.0, 168.0, 181.0, 24.0, 181.0, 179.0, 102.0, 42.0, 3.0];
    let dlts = [false, false, true, false, true, false, false, false, false, false];
    let by_hand = [
        (2.0 + 10.0 / 12.0) / 3.0,
        1.0,
        1.0,
        1.0,
        1.0,
        1.0,
        (2.0 + 11.0 / 12.0) / 3.0,
        (1.0 + 78.0 / 144.0) / 3.0,
        (1.0 + 18.0 / 144.0) / 3.0,
        3.0 / 24.0 / 3.0,
    ];
    for (mine, by_hand) in adaptive_weights(&followed, &dlts, 180.0).iter().zip(by_hand) {
        assert!((mine - by_hand).abs() < 1e-12, "{mine} against {by_hand}");
    }
}
