//! Reading of the dose-finding fixtures (`tests/data/README.md`).

use std::path::Path;

use serde_json::Value;
use tercel::design::{Count, Plan};
use tercel::exact::{Curve, Limit, compile};
use tercel::protocol::PerLevel;

pub(super) fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/dose/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(super) fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} in {value}"))
}

pub(super) fn numbers(value: &Value, key: &str) -> Vec<f64> {
    let list = value[key].as_array().unwrap_or_else(|| panic!("{key} in {value}"));
    list.iter().map(|value| value.as_f64().unwrap()).collect()
}

pub(super) fn integer(value: &Value, key: &str) -> u32 {
    optional(&value[key]).unwrap_or_else(|| panic!("{key} in {value}"))
}

pub(super) fn integers(value: &Value, key: &str) -> Vec<u32> {
    let list = value[key].as_array().unwrap_or_else(|| panic!("{key} in {value}"));
    list.iter().map(|value| optional(value).unwrap()).collect()
}

/// A count; none where the fixture has null or -1.
pub(super) fn optional(value: &Value) -> Option<u32> {
    value.as_u64().map(|value| u32::try_from(value).unwrap())
}

pub(super) fn counts(n: &[u32], y: &[u32]) -> PerLevel<Count> {
    PerLevel::new(n.iter().zip(y).map(|(&n, &y)| Count::complete(n, y)).collect())
}

/// Holds the exact characteristics of a plan against those of a fixture.
pub(super) fn agrees(plan: &Plan<'_>, truth: &[f64], expected: &Value, tolerance: f64) {
    let compiled = compile(plan, Limit { bytes: 1 << 30 }, &mut |_, _| true).unwrap();
    let found = compiled.evaluate(&Curve::new(truth.to_vec()).unwrap()).unwrap();
    let close = |mine: f64, theirs: f64, what: &str| {
        assert!(
            (mine - theirs).abs() < tolerance,
            "{what}: {mine} against {theirs}, {expected}"
        );
    };
    close(found.select_none, number(expected, "sel_none"), "none selected");
    for (mine, key) in [
        (&found.select, "sel"),
        (&found.patients, "expected_n"),
        (&found.dlts, "expected_dlt"),
    ] {
        for (mine, theirs) in mine.values().iter().zip(numbers(expected, key)) {
            close(*mine, theirs, key);
        }
    }
    close(found.n_total, number(expected, "expected_N"), "subjects");
    let totals = expected["n_total_dist"].as_object().unwrap();
    assert_eq!(
        found.n_distribution.iter().filter(|(_, p)| *p > 0.0).count(),
        totals.len()
    );
    for (total, chance) in found.n_distribution.iter().filter(|(_, p)| *p > 0.0) {
        close(*chance, totals[&total.to_string()].as_f64().unwrap(), "distribution");
    }
    let sum: f64 = found.select_none + found.select.values().iter().sum::<f64>();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
}

/// The letter of a decision table, closing of levels apart.
pub(super) fn decision(boundaries: &tercel::design::Boundaries, n: u32, y: u32) -> &'static str {
    let row = boundaries.rows[n as usize - 1];
    if row.escalate_max.is_some_and(|most| y <= most) {
        "E"
    } else if row.deescalate_min.is_some_and(|least| y >= least) {
        "D"
    } else {
        "S"
    }
}
