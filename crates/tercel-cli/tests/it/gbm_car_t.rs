//! The published GBM CAR-T trial against R's survfit (`trials/gbm-car-t/reference`).

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/gbm-car-t")
}

fn run() -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(["run", "--json"])
        .arg(folder())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn reference() -> Value {
    serde_json::from_slice(&std::fs::read(folder().join("reference/survfit.json")).unwrap()).unwrap()
}

/// The row of an outcome by statistic name, time point and level.
fn row<'v>(answer: &'v Value, statistic: &str, months: u64, level: &Value) -> &'v Value {
    let rows = answer["outcomes"].as_array().unwrap();
    let is_row = |row: &&Value| {
        let pfs = row["measure"].as_str().unwrap().to_lowercase().contains("progression");
        pfs && row["statistic"] == statistic && row["time_point_months"] == months && row["dose_level"] == *level
    };
    rows.iter().find(is_row).unwrap()
}

fn same(mine: &Value, theirs: &Value, what: &str) {
    match (mine.as_f64(), theirs.as_f64()) {
        (Some(mine), Some(theirs)) => assert!(
            (mine - theirs).abs() <= 1e-9 * theirs.abs().max(1.0),
            "{what}: {mine} against {theirs}"
        ),
        (None, None) => {}
        _ => panic!("{what}: {mine} against {theirs}"),
    }
}

/// R carries the curve past the last observation; here it ends there, unless it has fallen to zero.
fn estimable(group: &Value, at: &Value) -> bool {
    at["beyond_last"] == false || group["ends_at_zero"] == true
}

/// Our levels are counted from 1; the published labels are -1, 1, 2.
fn level_of(label: &Value) -> Value {
    match label.as_str() {
        None => Value::Null,
        Some("-1") => Value::from(1),
        Some("1") => Value::from(2),
        Some(_) => Value::from(3),
    }
}

#[test]
fn curve_medians_rates_and_restricted_means_of_pfs_agree_with_survfit() {
    let (answer, reference) = (run(), reference());
    let groups = reference["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 4);
    for group in groups {
        let level = level_of(&group["dose_level"]);
        let curves = group["intervals"].as_array().unwrap();
        let curve = curves
            .iter()
            .find(|curve| curve["conf_type"] == "log-log" && curve["conf_level"] == 0.95)
            .unwrap();
        let median = curve["quartiles"]
            .as_array()
            .unwrap()
            .iter()
            .find(|quantile| quantile["p"] == 0.5)
            .unwrap();
        let mine = row(&answer, "Kaplan-Meier median", 24, &level);
        same(&mine["value"], &median["estimate"], &format!("median of {level}"));
        same(
            &mine["lower"],
            &median["lower"],
            &format!("lower limit of the median of {level}"),
        );
        same(
            &mine["upper"],
            &median["upper"],
            &format!("upper limit of the median of {level}"),
        );
        for landmark in curve["landmarks"].as_array().unwrap() {
            let months = landmark["time"].as_f64().unwrap();
            if ![3.0, 6.0, 12.0].contains(&months) {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "3, 6 or 12")]
            let mine = row(&answer, "Kaplan-Meier estimate", months as u64, &level);
            let expected = if estimable(group, landmark) {
                &landmark["survival"]
            } else {
                &Value::Null
            };
            same(&mine["value"], expected, &format!("rate of {level} at {months}"));
        }
        let mine = row(&answer, "restricted mean", 12, &level);
        let steps: Vec<&Value> = mine["curve"].as_array().unwrap().iter().collect();
        for theirs in curve["steps"].as_array().unwrap() {
            if theirs["time"].as_f64().unwrap() > 12.0 {
                continue;
            }
            let mine = steps
                .iter()
                .find(|step| step["time"].as_f64() == theirs["time"].as_f64())
                .unwrap();
            for column in ["n_risk", "n_event", "survival", "lower", "upper"] {
                same(
                    &mine[column],
                    &theirs[column],
                    &format!("{column} of {level} at {}", theirs["time"]),
                );
            }
        }
        for mean in group["rmst"].as_array().unwrap() {
            let mine = row(&answer, "restricted mean", mean["tau"].as_u64().unwrap(), &level);
            let expected = if estimable(group, mean) {
                &mean["rmean"]
            } else {
                &Value::Null
            };
            same(&mine["value"], expected, &format!("restricted mean of {level}"));
        }
    }
}

#[test]
fn what_the_table_does_not_hold_is_not_estimable_and_says_so() {
    let answer = run();
    let overall_survival = answer["outcomes"].as_array().unwrap().iter().filter(|row| {
        row["measure"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("overall survival")
    });
    let mut count = 0;
    for row in overall_survival {
        count += 1;
        assert_eq!(row["value"], Value::Null);
        assert_eq!(row["estimable"], false);
        assert_eq!(
            row["reason"],
            "the source does not record whether survival ended in death"
        );
    }
    assert!(count >= 4, "{count}");
    assert_eq!(answer["decision"]["action"], "wait");
    assert_eq!(answer["data_cut"], Value::Null);
}
