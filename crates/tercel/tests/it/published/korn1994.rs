//! 3+3 in its three variants against exact operating characteristics made elsewhere (`tests/data/README.md`).

use serde_json::Value;
use tercel::design::{Plan, ThreePlusThree};
use tercel::protocol::{DoseLevel, ThreePlusThreeVariant};

use super::fixture::{agrees, numbers};

fn variant(name: &str) -> ThreePlusThreeVariant {
    match name {
        "storer" => ThreePlusThreeVariant::Storer,
        "korn_top3" => ThreePlusThreeVariant::KornTop3,
        "korn_strict" => ThreePlusThreeVariant::KornStrict,
        other => panic!("{other}"),
    }
}

#[test]
fn every_variant_has_the_exact_operating_characteristics() {
    let fixture: Value = serde_json::from_str(include_str!("../../data/three_plus_three_exact.json")).unwrap();
    let scenarios = fixture["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 6);
    for scenario in scenarios {
        let design = ThreePlusThree {
            variant: variant(scenario["variant"].as_str().unwrap()),
            start: DoseLevel::FIRST,
        };
        let truth = numbers(scenario, "p_true");
        let plan = Plan::new(&design, u8::try_from(truth.len()).unwrap(), 3, None);
        agrees(&plan, &truth, scenario, 1e-9);
    }
}

/// Demanding six subjects at the dose declared turns Storer's design into Korn's strict one.
#[test]
fn six_demanded_at_the_dose_declared_makes_storer_korn() {
    let fixture: Value = serde_json::from_str(include_str!("../../data/three_plus_three_exact.json")).unwrap();
    for scenario in fixture["scenarios"].as_array().unwrap() {
        if scenario["variant"] != "korn_strict" {
            continue;
        }
        let design = ThreePlusThree {
            variant: ThreePlusThreeVariant::Storer,
            start: DoseLevel::FIRST,
        };
        let truth = numbers(scenario, "p_true");
        let plan = Plan {
            demand: Some(6),
            ..Plan::new(&design, u8::try_from(truth.len()).unwrap(), 3, None)
        };
        agrees(&plan, &truth, scenario, 1e-9);
    }
}
