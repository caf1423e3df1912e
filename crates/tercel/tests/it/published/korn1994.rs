//! 3+3 in its three variants against exact operating characteristics made elsewhere (`tests/data/README.md`): the
//! decision function is walked through every path of cohorts of three.

use std::collections::BTreeMap;

use serde_json::Value;
use tercel::design::{Action, Count, ThreePlusThree, decide};
use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

#[derive(Default)]
struct Outcome {
    select_none: f64,
    select: Vec<f64>,
    patients: Vec<f64>,
    dlts: Vec<f64>,
    n_total: BTreeMap<u32, f64>,
}

fn binomial(n: i32, k: i32, p: f64) -> f64 {
    let ways = [1.0, 3.0, 3.0, 1.0][usize::try_from(k).unwrap()];
    ways * p.powi(k) * (1.0 - p).powi(n - k)
}

fn walk(design: ThreePlusThree, truth: &[f64], counts: &[Count], weight: f64, outcome: &mut Outcome) {
    let decision = decide(&design, &PerLevel::new(counts.to_vec()));
    let level = match decision.action {
        Action::Escalate(level) | Action::Stay(level) | Action::DeEscalate(level) => level,
        Action::Wait => panic!("nothing is pending"),
        Action::Stop(mtd) => {
            match mtd {
                None => outcome.select_none += weight,
                Some(level) => outcome.select[usize::from(level.number()) - 1] += weight,
            }
            for (level, count) in counts.iter().enumerate() {
                outcome.patients[level] += weight * f64::from(count.evaluable);
                outcome.dlts[level] += weight * f64::from(count.dlt);
            }
            let total = counts.iter().map(|count| count.evaluable).sum();
            *outcome.n_total.entry(total).or_default() += weight;
            return;
        }
    };
    let at = usize::from(level.number()) - 1;
    for dlt in 0..=3 {
        let mut next = counts.to_vec();
        next[at].evaluable += 3;
        next[at].dlt += u32::try_from(dlt).unwrap();
        walk(design, truth, &next, weight * binomial(3, dlt, truth[at]), outcome);
    }
}

#[test]
fn every_variant_has_the_exact_operating_characteristics() {
    let fixture: Value = serde_json::from_str(include_str!("../../data/three_plus_three_exact.json")).unwrap();
    let scenarios = fixture["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 6);
    for scenario in scenarios {
        let numbers = |key: &str| -> Vec<f64> {
            scenario[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|value| value.as_f64().unwrap())
                .collect()
        };
        let variant = match scenario["variant"].as_str().unwrap() {
            "storer" => ThreePlusThreeVariant::Storer,
            "korn_top3" => ThreePlusThreeVariant::KornTop3,
            "korn_strict" => ThreePlusThreeVariant::KornStrict,
            other => panic!("{other}"),
        };
        let truth = numbers("p_true");
        let design = ThreePlusThree {
            variant,
            start: DoseLevel::FIRST,
        };
        let zeros = vec![0.0; truth.len()];
        let mut outcome = Outcome {
            select: zeros.clone(),
            patients: zeros.clone(),
            dlts: zeros,
            ..Outcome::default()
        };
        walk(design, &truth, &vec![Count::default(); truth.len()], 1.0, &mut outcome);
        let close = |left: f64, right: f64| assert!((left - right).abs() < 1e-9, "{variant:?}: {left} against {right}");
        close(outcome.select_none, scenario["sel_none"].as_f64().unwrap());
        for (mine, theirs) in [
            (&outcome.select, "sel"),
            (&outcome.patients, "expected_n"),
            (&outcome.dlts, "expected_dlt"),
        ] {
            for (mine, theirs) in mine.iter().zip(numbers(theirs)) {
                close(*mine, theirs);
            }
        }
        for (total, weight) in scenario["n_total_dist"].as_object().unwrap() {
            close(
                outcome.n_total[&total.parse::<u32>().unwrap()],
                weight.as_f64().unwrap(),
            );
        }
    }
}
