//! `denney2015`: kinetic parameters as computed by PKNCA 0.12.1, and by NonCompart 0.8.0 (`bae2018`) where it uses the same rules.
//!
//! `tests/data/nca_oracle.json`; 18 profiles, both area methods, 10 significant digits. Disagreements of the two programs: without a
//! sample at time 0 NonCompart starts the area from an assumed 0 and PKNCA gives none (followed here); NonCompart chooses other
//! points for some terminal slopes.

#![expect(clippy::unwrap_used, reason = "a missing field of the reference file fails the test")]

use serde_json::Value;
use tercel::estimate::kinetics::{BlqRules, Kinetics, Method, NcaOptions, Sample, estimate_kinetics};

#[test]
fn every_parameter_of_pknca_is_met() {
    let mut profiles = 0;
    for set in sets() {
        for row in set["pknca"].as_array().unwrap() {
            let method = match row["method"].as_str().unwrap() {
                "linear" => Method::Linear,
                "lin up/log down" => Method::LinearUpLogDown,
                other => panic!("unknown method {other}"),
            };
            let what = format!("{} {} {method:?}", set["name"], row["ID"]);
            let found = kinetics(&set, &row["ID"], method);
            let whole = &row["pknca"]["0-Inf"];
            let partial = &row["pknca"][format!("0-{}", set["partial_end"])];
            near(found.c_max, &whole["cmax"], &format!("{what} c_max"));
            near(found.t_max, &whole["tmax"], &format!("{what} t_max"));
            near(found.t_last, &whole["tlast"], &format!("{what} t_last"));
            near(found.c_last, &whole["clast.obs"], &format!("{what} c_last"));
            near(found.auc_last.ok(), &whole["auclast"], &format!("{what} auc_last"));
            near(found.auc_inf.ok(), &whole["aucinf.obs"], &format!("{what} auc_inf"));
            near(
                found.auc_partial.ok(),
                &partial["auclast"],
                &format!("{what} auc_partial"),
            );
            let interpolated = found.auc_partial_interpolated.ok();
            near(
                interpolated,
                &partial["aucint.last"],
                &format!("{what} auc_partial_interpolated"),
            );
            terminal(&found, whole, &what);
            profiles += 1;
        }
    }
    assert_eq!(profiles, 36);
}

fn terminal(found: &Kinetics, expected: &Value, what: &str) {
    let line = found.terminal.as_ref().ok();
    near(
        line.map(|line| line.lambda_z),
        &expected["lambda.z"],
        &format!("{what} lambda_z"),
    );
    near(
        line.map(|line| line.half_life),
        &expected["half.life"],
        &format!("{what} half_life"),
    );
    near(
        line.map(|line| line.r_squared),
        &expected["r.squared"],
        &format!("{what} r_squared"),
    );
    near(
        line.map(|line| line.adj_r_squared),
        &expected["adj.r.squared"],
        &format!("{what} adj_r_squared"),
    );
    near(
        line.map(|line| line.times.len() as f64),
        &expected["lambda.z.n.points"],
        &format!("{what} points"),
    );
    let first = line.and_then(|line| line.times.first().copied());
    let last = line.and_then(|line| line.times.last().copied());
    near(first, &expected["lambda.z.time.first"], &format!("{what} first time"));
    near(last, &expected["lambda.z.time.last"], &format!("{what} last time"));
}

#[test]
fn areas_and_agreeing_slopes_of_noncompart_are_met() {
    let (mut areas, mut slopes) = (0, 0);
    for set in sets() {
        for row in set["noncompart"].as_array().unwrap() {
            let method = match row["down"].as_str().unwrap() {
                "Linear" => Method::Linear,
                "Log" => Method::LinearUpLogDown,
                other => panic!("unknown method {other}"),
            };
            let what = format!("{} {} {method:?}", set["name"], row["ID"]);
            let found = kinetics(&set, &row["ID"], method);
            let expected = &row["res"];
            near(found.c_max, &expected["CMAX"], &what);
            near(found.t_max, &expected["TMAX"], &what);
            near(found.t_last, &expected["TLST"], &what);
            near(found.c_last, &expected["CLST"], &what);
            if let Ok(auc_last) = found.auc_last {
                near(Some(auc_last), &expected["AUCLST"], &what);
                areas += 1;
            }
            let Ok(line) = &found.terminal else { continue };
            if expected["LAMZNPT"] == line.times.len() {
                near(Some(line.lambda_z), &expected["LAMZ"], &what);
                near(Some(line.half_life), &expected["LAMZHL"], &what);
                near(Some(line.adj_r_squared), &expected["R2ADJ"], &what);
                slopes += 1;
            }
        }
    }
    assert_eq!(areas, 24);
    assert!(slopes >= 20, "{slopes}");
}

fn sets() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../data/nca_oracle.json")).unwrap();
    let sets = file["sets"].as_array().unwrap().clone();
    assert_eq!(sets.len(), 4);
    sets
}

fn kinetics(set: &Value, id: &Value, method: Method) -> Kinetics {
    let profile = set["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|profile| &profile["ID"] == id)
        .unwrap();
    let times = profile["time"].as_array().unwrap().iter();
    let samples: Vec<Sample> = times
        .zip(profile["conc"].as_array().unwrap())
        .map(|(time, conc)| Sample {
            time: time.as_f64().unwrap(),
            conc: conc.as_f64().unwrap(),
        })
        .collect();
    let options = NcaOptions {
        method,
        blq: BlqRules::PKNCA,
        partial_end: set["partial_end"].as_f64().unwrap(),
    };
    estimate_kinetics(&samples, &options).unwrap()
}

/// Within half a unit of the tenth significant digit; `null` is not estimable.
fn near(actual: Option<f64>, expected: &Value, what: &str) {
    match (actual, expected.as_f64()) {
        (None, None) => assert!(expected.is_null(), "{what}"),
        (Some(actual), Some(expected)) => {
            let unit = 10f64.powf(expected.abs().max(1e-300).log10().floor() - 9.0);
            assert!(
                (actual - expected).abs() <= 0.5001 * unit,
                "{what}: {actual}, expected {expected}"
            );
        }
        _ => panic!("{what}: {actual:?}, expected {expected}"),
    }
}
