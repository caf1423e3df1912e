//! `therneau2024`: log-rank tests, tests for trend and Cox models as computed by the R package survival 3.5-3 under R 4.2.2.
//!
//! `tests/data/groups_oracle.json`, made by `groups_oracle.R` beside it; data sets of that package and one with every kind of tie.
//! Printed outputs on the same data: `survdiff(Surv(time, status) ~ sex)` of `lung` (Chiu, Machine Learning with R Cookbook,
//! second edition, "Using the log-rank test"); `survdiff(Surv(time, status) ~ factor(celltype))` of `veteran` (Sestelo, A short
//! course on survival analysis applied to the financial industry, section 6.3).

#![expect(clippy::unwrap_used, reason = "a missing field of the reference file fails the test")]

use serde_json::Value;
use tercel::estimate::{
    Level,
    groups::{Grouped, Groups},
    survival::Observation,
};

#[test]
fn every_test_and_hazard_ratio_is_met() {
    let mut compared = 0;
    for (case, groups) in cases() {
        let what = case["id"].as_str().unwrap();
        for (place, count) in groups.counts().iter().enumerate() {
            assert_eq!(Some(count.n as u64), case["n"][place].as_u64(), "{what}");
            near(count.observed, &case["observed"][place], what);
            near(count.expected, &case["expected"][place], what);
        }
        let test = groups.log_rank().unwrap();
        assert_eq!(Some(test.df as u64), case["df"].as_u64(), "{what}");
        near(test.chi_square, &case["chisq"], what);
        near(test.p, &case["p"], what);
        let trend = groups.trend().unwrap();
        near(trend.chi_square, &case["trend_chisq"], what);
        near(trend.p, &case["trend_p"], what);
        let ratio = groups.hazard_ratio(Level::NINETY_FIVE).unwrap();
        near(ratio.value.unwrap(), &case["hr"], what);
        near(ratio.log_se.unwrap(), &case["se"], what);
        let (lower, upper) = ratio.wald.unwrap();
        near(lower, &case["hr_lower"], what);
        near(upper, &case["hr_upper"], what);
        near(ratio.profile_lower.unwrap(), &case["profile_lower"], what);
        near(ratio.profile_upper.unwrap(), &case["profile_upper"], what);
        compared += 1;
    }
    assert_eq!(compared, 7);
}

#[test]
fn the_printed_tables_are_met_to_the_last_digit() {
    let printed = |value: f64, expected: f64, half: f64| {
        assert!((value - expected).abs() <= half, "{value}, printed {expected}");
    };
    let lung = of("lung sex");
    for (count, (n, observed, expected)) in lung.counts().iter().zip([(138, 112.0, 91.5817), (90, 53.0, 73.4183)]) {
        assert_eq!(count.n, n);
        printed(count.observed, observed, 0.0);
        printed(count.expected, expected, 0.00005);
    }
    let test = lung.log_rank().unwrap();
    printed(test.chi_square, 10.3267, 0.00005);
    printed(test.p, 0.001_311_16, 0.000_000_005);
    let veteran = of("veteran celltype");
    let table = [(35, 31.0, 47.7), (48, 45.0, 30.1), (27, 26.0, 15.7), (27, 26.0, 34.5)];
    for (count, (n, observed, expected)) in veteran.counts().iter().zip(table) {
        assert_eq!(count.n, n);
        printed(count.observed, observed, 0.0);
        printed(count.expected, expected, 0.05);
    }
    let test = veteran.log_rank().unwrap();
    assert_eq!(test.df, 3);
    printed(test.chi_square, 25.4, 0.05);
    printed(test.p, 1.27e-5, 0.005e-5);
}

fn of(id: &str) -> Groups {
    let found = cases().into_iter().find(|(case, _)| case["id"] == id);
    found.unwrap().1
}

fn cases() -> Vec<(Value, Groups)> {
    let file: Value = serde_json::from_str(include_str!("../../data/groups_oracle.json")).unwrap();
    let read = |case: &Value| {
        let numbers = |name: &str| -> Vec<f64> {
            let list = case[name].as_array().unwrap().iter();
            list.map(|number| number.as_f64().unwrap()).collect()
        };
        let (times, events, groups) = (numbers("time"), numbers("event"), numbers("group"));
        let subjects: Vec<Grouped> = times
            .iter()
            .zip(&events)
            .zip(&groups)
            .map(|((&time, &event), &group)| Grouped {
                // R counts groups from 1.
                group: (1..9)
                    .position(|number| (f64::from(number) - group).abs() < 0.5)
                    .unwrap(),
                observation: Observation {
                    time,
                    event: event > 0.5,
                },
            })
            .collect();
        let count = case["n"].as_array().unwrap().len();
        (case.clone(), Groups::new(&subjects, count).unwrap())
    };
    file["cases"].as_array().unwrap().iter().map(read).collect()
}

/// Equal to 1e-8 of the value: R stops its iterations there.
fn near(actual: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (actual - expected).abs() <= 1e-8 * expected.abs().max(1e-3),
        "{what}: {actual}, expected {expected}"
    );
}
