//! The hand-worked study: 16 subjects whose outcomes were worked out from the definitions, without the program.
//! `data/hand/README.md` tells each subject's story and the arithmetic of every cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const CUT: &str = "2025-06-30";

fn trial() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

fn hand(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hand").join(name)
}

fn bytes(command: &str, data: &Path, cut: &str, threads: &str) -> Vec<u8> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tercel"));
    program.arg(command).arg(trial()).arg("--data").arg(data);
    let output = program
        .args(["--as-of", cut, "--json"])
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn answer(command: &str, cut: &str) -> Value {
    serde_json::from_slice(&bytes(command, &hand("sdtm"), cut, "2")).unwrap()
}

fn key(outcome: &Value) -> (String, String, String) {
    let text = |name: &str| {
        outcome[name]
            .as_u64()
            .map_or_else(String::new, |number| number.to_string())
    };
    (
        outcome["id"].as_str().unwrap().to_owned(),
        text("time_point_months"),
        text("dose_level"),
    )
}

fn outcomes(run: &Value) -> BTreeMap<(String, String, String), Value> {
    let list = run["outcomes"].as_array().unwrap();
    let map: BTreeMap<_, _> = list.iter().map(|outcome| (key(outcome), outcome.clone())).collect();
    assert_eq!(map.len(), list.len(), "a cell is reported twice");
    map
}

/// What of an outcome differs from the expected row.
fn differences(expected: &BTreeMap<String, String>, outcome: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["value", "lower", "upper", "n", "denominator"] {
        let (wanted, got) = (expected[name].parse::<f64>().ok(), outcome[name].as_f64());
        let same = match (wanted, got) {
            (Some(wanted), Some(got)) => (wanted - got).abs() <= 1e-9 * wanted.abs(),
            (None, None) => outcome[name].is_null(),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            found.push(format!("{name} is {}, expected \"{}\"", outcome[name], expected[name]));
        }
    }
    if outcome["estimable"].as_bool() != expected["estimable"].parse().ok() {
        found.push(format!("estimable is {}", outcome["estimable"]));
    }
    if outcome["estimable"].as_bool() != Some(outcome["reason"].is_null()) {
        found.push(format!("the reason is {}", outcome["reason"]));
    }
    found
}

#[test]
fn every_cell_has_the_value_worked_out_by_hand() {
    let mut got = outcomes(&answer("run", CUT));
    let mut reader = csv::Reader::from_path(hand("expected.csv")).unwrap();
    let (mut wrong, mut rows) = (Vec::new(), 0);
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        rows += 1;
        let cell = ["id", "time_point_months", "dose_level"].map(|name| row[name].clone());
        let outcome = got.remove(&cell.clone().into());
        let found = outcome.map_or_else(|| vec!["missing".to_owned()], |outcome| differences(&row, &outcome));
        if !found.is_empty() {
            wrong.push(format!("{cell:?}: {}", found.join("; ")));
        }
    }
    assert_eq!(rows, 196);
    assert!(got.is_empty(), "not in expected.csv: {:?}", got.keys());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_level_and_the_whole_have_the_same_49_cells() {
    let cells = outcomes(&answer("run", CUT));
    let of = |level: &str| -> BTreeSet<(String, String)> {
        let at = cells.keys().filter(|(_, _, of)| of == level);
        at.map(|(id, month, _)| (id.clone(), month.clone())).collect()
    };
    assert_eq!(of("").len(), 49);
    for level in ["1", "2", "3"] {
        assert_eq!(of(level), of(""), "dose level {level}");
    }
    let months: BTreeSet<(String, String)> = [
        ("P1 P2.ae P2.sae P3.crs P3.icans P4", vec![""]),
        ("S1", vec!["3"]),
        ("S2 S3 S4.copies S4.cells S5 S6 S7 S8 S11", vec!["3", "6", "12", "24"]),
        ("S9 S10", vec!["6", "12", "24"]),
    ]
    .into_iter()
    .flat_map(|(ids, months)| {
        ids.split(' ').flat_map(move |id| {
            months
                .clone()
                .into_iter()
                .map(move |month| (id.to_owned(), month.to_owned()))
        })
    })
    .collect();
    assert_eq!(of(""), months);
}

#[test]
fn the_dose_decision_follows_three_plus_three_as_the_study_goes() {
    let expected = [
        // 00 and H-03 not yet at day 28: a DLT of hers would mean six subjects, none would mean the next level.
        (
            "2023-03-31",
            json!({"action": "wait", "dose_level": null, "waiting_on": ["H-03"]}),
        ),
        // 000, but H-04 (79.9 % of the dose) is on day 19 and can still have a DLT.
        (
            "2023-04-30",
            json!({"action": "wait", "dose_level": null, "waiting_on": ["H-04"]}),
        ),
        (
            "2023-05-31",
            json!({"action": "escalate", "dose_level": 2, "waiting_on": []}),
        ),
        // The DLT of H-06 is known before day 28; with 01 the level goes on.
        (
            "2023-08-31",
            json!({"action": "stay", "dose_level": 2, "waiting_on": []}),
        ),
        (
            "2024-03-31",
            json!({"action": "escalate", "dose_level": 3, "waiting_on": []}),
        ),
        // ICANS of grade 4 in H-11 halts enrolment until the committee lifts the halt on 2025-03-20.
        (
            "2025-03-19",
            json!({"action": "wait", "dose_level": null, "waiting_on": ["H-11"]}),
        ),
        // 10 and H-13 on day 20: a second DLT would close the top level.
        (
            CUT,
            json!({"action": "wait", "dose_level": null, "waiting_on": ["H-13"]}),
        ),
        (
            "2025-07-10",
            json!({"action": "stay", "dose_level": 3, "waiting_on": []}),
        ),
    ];
    for (day, wanted) in expected {
        let decision = answer("decide", day);
        let got = json!({
            "action": decision["action"], "dose_level": decision["dose_level"], "waiting_on": decision["waiting_on"],
        });
        assert_eq!(got, wanted, "{day}: {}", decision["because"]);
    }
}

#[test]
fn the_counts_behind_the_decision_are_those_of_the_hand_table() {
    let decision = answer("decide", CUT);
    let levels = &decision["levels"];
    assert_eq!(
        levels[0],
        json!({"dose_level": 1, "evaluable": 3, "dlt": 0, "pending": 0})
    );
    assert_eq!(
        levels[1],
        json!({"dose_level": 2, "evaluable": 6, "dlt": 1, "pending": 0})
    );
    assert_eq!(
        levels[2],
        json!({"dose_level": 3, "evaluable": 2, "dlt": 1, "pending": 1})
    );
    assert_eq!(answer("run", CUT)["decision"], decision);
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    for command in ["run", "decide"] {
        let one = bytes(command, &hand("sdtm"), CUT, "1");
        assert_eq!(one, bytes(command, &hand("sdtm"), CUT, "4"));
    }
}

/// Without the record ids: rows of DM and SV carry no sequence number and are known by their place.
fn without_records(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            map.remove("records");
            for inner in map.values_mut() {
                *inner = without_records(inner.take());
            }
        }
        Value::Array(list) => {
            for inner in list {
                *inner = without_records(inner.take());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}

#[test]
fn the_order_of_rows_does_not_matter() {
    type Permutation = fn(&mut Vec<&str>);
    let permutations: [Permutation; 3] = [
        |rows| rows.reverse(),
        |rows| {
            let third = rows.len() / 3;
            rows.rotate_left(third);
        },
        // A riffle: odd places first.
        |rows| {
            let odd: Vec<&str> = rows.iter().skip(1).step_by(2).copied().collect();
            let even: Vec<&str> = rows.iter().step_by(2).copied().collect();
            *rows = [odd, even].concat();
        },
    ];
    let usual = answer("run", CUT);
    for permute in permutations {
        let folder = TempDir::new().unwrap();
        for entry in fs::read_dir(hand("sdtm")).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            let mut rows = lines.split_off(1);
            permute(&mut rows);
            lines.extend(rows);
            fs::write(folder.path().join(path.file_name().unwrap()), lines.join("\n") + "\n").unwrap();
        }
        let permuted = serde_json::from_slice(&bytes("run", folder.path(), CUT, "2")).unwrap();
        assert_eq!(without_records(permuted), without_records(usual.clone()));
    }
}
