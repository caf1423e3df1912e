//! The CRM against the R package dfcrm and exact operating characteristics made elsewhere (`tests/data/README.md`).

use serde_json::Value;
use tercel::design::{Crm, CrmMethod, CrmModel, Observation, Plan, Target, indifference_skeleton};
use tercel::protocol::DoseLevel;

use super::fixture::{agrees, fixture, integer, integers, number, numbers};

fn model(case: &Value) -> CrmModel {
    match case["model"].as_str().unwrap() {
        "empiric" => CrmModel::Power,
        "logistic" => CrmModel::Logistic {
            intercept: number(case, "intcpt"),
        },
        other => panic!("{other}"),
    }
}

pub(super) fn crm(case: &Value, skeleton: &str) -> Crm {
    let target = Target::new(number(case, "target")).unwrap();
    let sd = case["scale"].as_f64().unwrap_or(1.0);
    Crm::with_model(target, numbers(case, skeleton), model(case), sd).unwrap()
}

pub(super) fn observations(case: &Value) -> Vec<Observation> {
    let weights = case["weights"].as_array();
    integers(case, "level")
        .into_iter()
        .zip(integers(case, "tox"))
        .enumerate()
        .map(|(index, (level, dlt))| Observation {
            level: DoseLevel::new(u8::try_from(level).unwrap()).unwrap(),
            dlt: dlt == 1,
            weight: weights.map_or(1.0, |weights| weights[index].as_f64().unwrap()),
        })
        .collect()
}

#[test]
fn every_fit_is_that_of_dfcrm() {
    let mut fits = 0;
    for name in ["dfcrm_crm", "dfcrm_titecrm"] {
        for case in fixture(name)["cases"].as_array().unwrap() {
            let mut crm = crm(case, "prior");
            let mle = case["method"] == "mle";
            if mle {
                crm.method = CrmMethod::MaximumLikelihood;
            }
            let fit = crm.fit(&observations(case)).unwrap();
            // dfcrm stops its search for the maximum at 1e-4.
            let tolerance = if mle { 1e-4 } else { 1e-5 };
            assert!((fit.estimate - number(case, "estimate")).abs() < tolerance, "{case}");
            for (mine, theirs) in fit.probabilities.values().iter().zip(numbers(case, "ptox")) {
                assert!((mine - theirs).abs() < tolerance, "{mine} against {theirs}: {case}");
            }
            assert_eq!(u32::from(fit.recommended.number()), integer(case, "mtd"), "{case}");
            if let Some(exact) = case["exact_estimate"].as_f64() {
                assert!((fit.estimate - exact).abs() < 1e-10, "{case}");
                assert!((fit.variance - number(case, "exact_post_var")).abs() < 1e-9, "{case}");
            }
            fits += 1;
        }
    }
    assert!(fits > 40, "{fits}");
}

#[test]
fn operating_characteristics_are_exact() {
    for scenario in fixture("crm_exact_oc")["scenarios"].as_array().unwrap() {
        let crm = crm(scenario, "prior");
        let truth = numbers(scenario, "PI");
        let plan = Plan::new(
            &crm,
            u8::try_from(truth.len()).unwrap(),
            integer(scenario, "mcohort"),
            Some(integer(scenario, "n")),
        );
        agrees(&plan, &truth, &scenario["exact"], 1e-9);
    }
}

#[test]
fn skeletons_are_those_of_dfcrm() {
    for case in fixture("dfcrm_getprior")["cases"].as_array().unwrap() {
        let skeleton = indifference_skeleton(
            Target::new(number(case, "target")).unwrap(),
            number(case, "halfwidth"),
            u8::try_from(integer(case, "nlevel")).unwrap(),
            u8::try_from(integer(case, "nu")).unwrap(),
            model(case),
        )
        .unwrap();
        for (mine, theirs) in skeleton.iter().zip(numbers(case, "prior")) {
            assert!((mine - theirs).abs() < 1e-12, "{mine} against {theirs}");
        }
    }
}

#[test]
fn an_example_printed_in_a_book() {
    // Page 21 of `cheung2011crm`, as the tests of the R package trialr quote it; the book itself was not read.
    let skeleton = vec![0.05, 0.12, 0.25, 0.40, 0.55];
    let model = CrmModel::Logistic { intercept: 3.0 };
    let crm = Crm::with_model(Target::new(0.25).unwrap(), skeleton, model, 1.34_f64.sqrt()).unwrap();
    let subjects = [(3, false), (5, false), (5, true), (3, false), (4, false)].map(|(level, dlt)| Observation {
        level: DoseLevel::new(level).unwrap(),
        dlt,
        weight: 1.0,
    });
    let fit = crm.fit(&subjects).unwrap();
    assert!((fit.estimate - 0.28).abs() < 0.005, "{}", fit.estimate);
    assert_eq!(fit.recommended.number(), 4);
    // Not in the book but of dfcrm, from the same tests.
    for (mine, theirs) in fit.probabilities.values().iter().zip([0.01, 0.03, 0.08, 0.18, 0.33]) {
        assert!((mine - theirs).abs() < 0.005, "{mine} against {theirs}");
    }
}
