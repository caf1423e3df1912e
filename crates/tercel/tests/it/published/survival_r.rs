//! `therneau2024`: Kaplan-Meier curves as computed by the R package survival 3.8-6 under R 4.2.2.
//!
//! `tests/data/km_oracle.json`; 20 samples (tied, continuous, all censored, last an event, n from 2 to 68), three kinds of limits, 12
//! significant digits. Disagreement by intention: past a censored last observation R carries the curve forward on request, here it
//! is not estimable (`strict_ne` in the file).

#![expect(clippy::unwrap_used, reason = "a missing field of the reference file fails the test")]

use serde_json::Value;
use tercel::estimate::{
    Level,
    survival::{ConfType, KaplanMeier, Observation},
};

struct Case {
    json: Value,
    curve: KaplanMeier,
    level: Level,
}

const CONF_TYPES: [(&str, ConfType); 3] = [
    ("log", ConfType::Log),
    ("log-log", ConfType::LogLog),
    ("plain", ConfType::Plain),
];

#[test]
fn every_curve_is_met_at_every_time_with_every_kind_of_limits() {
    let mut compared = 0;
    for case in cases() {
        assert_eq!(case.curve.n(), count(&case.json["n"]));
        assert_eq!(case.curve.events(), count(&case.json["events"]));
        for (name, conf_type) in CONF_TYPES {
            let expected = case.json["conf_types"][name]["table"].as_array().unwrap();
            let steps = case.curve.steps(conf_type, case.level);
            assert_eq!(steps.len(), expected.len(), "{}", case.json["id"]);
            for (step, row) in steps.iter().zip(expected) {
                let what = format!("{} {name} at {}", case.json["id"], row["time"]);
                near(Some(step.time), &row["time"], &what);
                assert_eq!(step.n_risk, count(&row["n_risk"]), "{what}");
                assert_eq!(step.n_event, count(&row["n_event"]), "{what}");
                assert_eq!(step.n_censor, count(&row["n_censor"]), "{what}");
                near(Some(step.survival), &row["surv"], &what);
                near(step.se, &row["se_greenwood"], &what);
                near(step.lower, &row["lower"], &what);
                near(step.upper, &row["upper"], &what);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 570);
}

#[test]
fn every_quartile_is_met_with_its_limits() {
    let mut compared = 0;
    for case in cases() {
        for (name, conf_type) in CONF_TYPES {
            for row in case.json["conf_types"][name]["quartiles"].as_array().unwrap() {
                let what = format!("{} {name} quartile {}", case.json["id"], row["p"]);
                let found = case.curve.quantile(row["p"].as_f64().unwrap(), conf_type, case.level);
                near(found.estimate, &row["est"], &what);
                near(found.lower, &row["lower"], &what);
                near(found.upper, &row["upper"], &what);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 180);
}

#[test]
fn every_landmark_is_met_or_not_estimable() {
    let mut compared = 0;
    for case in cases() {
        for (name, conf_type) in CONF_TYPES {
            for row in case.json["conf_types"][name]["landmarks"].as_array().unwrap() {
                let what = format!("{} {name} at {}", case.json["id"], row["t"]);
                let found = case.curve.landmark(row["t"].as_f64().unwrap(), conf_type, case.level);
                assert_eq!(found.n_risk, count(&row["n_risk"]), "{what}");
                if row["strict_ne"] == true {
                    assert_eq!(
                        (found.estimate, found.se, found.lower, found.upper),
                        (None, None, None, None),
                        "{what}"
                    );
                } else {
                    near(found.estimate, &row["est_r_extend"], &what);
                    near(found.se, &row["se"], &what);
                    near(found.lower, &row["lower"], &what);
                    near(found.upper, &row["upper"], &what);
                }
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 297);
}

#[test]
fn every_follow_up_and_restricted_mean_is_met() {
    for case in cases() {
        let what = format!("{}", case.json["id"]);
        // The file was made with log-log limits here.
        let found = case.curve.follow_up(ConfType::LogLog, case.level);
        let expected = &case.json["reverse_km_median_followup"];
        near(found.estimate, &expected["est"], &what);
        near(found.lower, &expected["lower"], &what);
        near(found.upper, &expected["upper"], &what);
        let mean = case.curve.last_time().and_then(|last| case.curve.restricted_mean(last));
        near(mean.map(|mean| mean.value), &case.json["rmean_to_max"], &what);
        near(mean.map(|mean| mean.se), &case.json["rmean_se"], &what);
    }
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("../../data/km_oracle.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    cases
        .iter()
        .map(|json| {
            let times = json["time"].as_array().unwrap().iter();
            let events = json["event"].as_array().unwrap().iter();
            let observations: Vec<Observation> = times
                .zip(events)
                .map(|(time, event)| Observation {
                    time: time.as_f64().unwrap(),
                    event: event == 1,
                })
                .collect();
            Case {
                curve: KaplanMeier::new(&observations).unwrap(),
                level: Level::new(json["conf_level"].as_f64().unwrap()).unwrap(),
                json: json.clone(),
            }
        })
        .collect()
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Equal to 1e-10 of the value (12 digits are printed); `null` is not estimable.
fn near(actual: Option<f64>, expected: &Value, what: &str) {
    match (actual, expected.as_f64()) {
        (None, None) => assert!(expected.is_null(), "{what}"),
        (Some(actual), Some(expected)) => assert!(
            (actual - expected).abs() <= 1e-10 * expected.abs().max(1e-3),
            "{what}: {actual}, expected {expected}"
        ),
        _ => panic!("{what}: {actual:?}, expected {expected}"),
    }
}

/// `tests/data/km_small_oracle.json`, made by `km_small_oracle.R` beside it with survival 3.5-3: the smallest samples. Disagreement by
/// intention: before the first event that version gives no log-log limits where log and plain ones are 1; here all are 1.
#[test]
fn the_smallest_samples_are_met() {
    let file: Value = serde_json::from_str(include_str!("../../data/km_small_oracle.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let times = case["time"].as_array().unwrap().iter();
        let observations: Vec<Observation> = times
            .zip(case["event"].as_array().unwrap())
            .map(|(time, event)| Observation {
                time: time.as_f64().unwrap(),
                event: event == 1,
            })
            .collect();
        let curve = KaplanMeier::new(&observations).unwrap();
        let mean = curve.last_time().and_then(|last| curve.restricted_mean(last));
        near(mean.map(|mean| mean.value), &case["rmean"], id);
        near(mean.map(|mean| mean.se), &case["rmean_se"], id);
        for (name, conf_type) in CONF_TYPES {
            let expected = &case["conf_types"][name];
            let steps = curve.steps(conf_type, Level::NINETY_FIVE);
            assert_eq!(steps.len(), expected["time"].as_array().unwrap().len(), "{id}");
            for (place, step) in steps.iter().enumerate() {
                let what = format!("{id}, {name} at {}", step.time);
                near(Some(step.time), &expected["time"][place], &what);
                assert_eq!(step.n_risk, count(&expected["n_risk"][place]), "{what}");
                assert_eq!(step.n_event, count(&expected["n_event"][place]), "{what}");
                near(Some(step.survival), &expected["survival"][place], &what);
                near(step.se, &expected["se"][place], &what);
                if step.survival >= 1.0 {
                    assert_eq!((step.lower, step.upper), (Some(1.0), Some(1.0)), "{what}");
                    continue;
                }
                near(step.lower, &expected["lower"][place], &what);
                near(step.upper, &expected["upper"][place], &what);
            }
            for (place, p) in [0.25, 0.5, 0.75].into_iter().enumerate() {
                let what = format!("{id}, {name}, quartile {p}");
                let found = curve.quantile(p, conf_type, Level::NINETY_FIVE);
                near(found.estimate, &expected["q"][place], &what);
                near(found.lower, &expected["q_lower"][place], &what);
                near(found.upper, &expected["q_upper"][place], &what);
            }
        }
    }
}
