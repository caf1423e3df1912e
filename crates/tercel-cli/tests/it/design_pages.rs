//! `tercel design paths`, `compare` and `report` as a user runs them.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const TRIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../trials/il1rap-hcc");

/// Standard output of `tercel design` with arguments that it takes.
fn tercel(args: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("design")
        .args(args)
        .output()
        .unwrap();
    let complaints = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{args:?}: {complaints}");
    String::from_utf8(run.stdout).unwrap()
}

fn answer(args: &[&str]) -> Value {
    serde_json::from_str(&tercel(&[args, &["--json"]].concat())).unwrap()
}

fn refused(args: &[&str], words: &str) {
    let run = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("design")
        .args(args)
        .output()
        .unwrap();
    let complaints = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{args:?}: {complaints}");
    assert!(complaints.contains(words), "{args:?}: {complaints}");
}

#[test]
fn pathways_are_a_tree_in_text_in_json_and_as_a_figure() {
    let boin = [
        "paths",
        "--design",
        "boin",
        "--target",
        "0.3",
        "--doses-count",
        "3",
        "--cohorts",
        "6",
    ];
    let text = tercel(&boin);
    for line in [
        "start -> start at level 1",
        "  1NNN -> escalate to level 2",
        "    2NTT -> de-escalate to level 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in {text}");
    }
    let tree = &answer(&boin)["tree"];
    assert_eq!(tree["children"].as_array().unwrap().len(), 4);
    let stopped = &tree["children"][3];
    assert_eq!(stopped["outcomes"], "1TTT");
    assert_eq!(
        (&stopped["action"], &stopped["dose_level"]),
        (&"stop".into(), &Value::Null)
    );
    assert_eq!(stopped["children"].as_array().unwrap().len(), 0);
    assert!(stopped["because"].as_str().unwrap().contains("exceeds 0.3"));

    let folder = TempDir::new().unwrap();
    for (name, start) in [("tree.svg", "<svg"), ("tree.html", "<!DOCTYPE html>")] {
        let path = folder.path().join(name);
        tercel(&[&boin[..], &["--out", path.to_str().unwrap()]].concat());
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(start), "{name}");
    }
    refused(&[&boin[..], &["--out", "tree.png"]].concat(), ".svg or .html");
    let endless = [
        "paths",
        "--design",
        "boin",
        "--target",
        "0.3",
        "--doses-count",
        "3",
        "--depth",
        "20",
    ];
    refused(&endless, "smaller depth");
    refused(
        &[&boin[..], &["--outcomes", "9NNN"]].concat(),
        "beyond the 3 dose levels",
    );
}

#[test]
fn pathways_go_on_from_the_outcomes_so_far() {
    let tree = &answer(&[
        "paths",
        "--design",
        "3+3",
        "--doses-count",
        "2",
        "--outcomes",
        "1NNN 2NNT",
        "--depth",
        "1",
    ])["tree"];
    assert_eq!((&tree["action"], &tree["dose_level"]), (&"stay".into(), &2.into()));
    let found: Vec<(&str, &str)> = tree["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| (child["outcomes"].as_str().unwrap(), child["action"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("1NNN 2NNT 2NNN", "stop"),
            ("1NNN 2NNT 2NNT", "de-escalate"),
            ("1NNN 2NNT 2NTT", "de-escalate"),
            ("1NNN 2NNT 2TTT", "de-escalate"),
        ]
    );
    assert_eq!(tree["children"][0]["mtd"], 2);
}

#[test]
fn a_comparison_has_every_design_and_its_probabilities_sum_to_one() {
    let compared = answer(&["compare", TRIAL, "--cohorts", "4", "--truth", "0.1,0.2,0.32"]);
    let designs = compared["designs"].as_array().unwrap();
    let words: Vec<&str> = designs
        .iter()
        .map(|design| design["design"].as_str().unwrap())
        .collect();
    let by_dlts = tercel::design::ALL
        .iter()
        .filter(|entry| !entry.name.looks_at_responses());
    let all: Vec<&str> = by_dlts.map(|entry| entry.word).collect();
    assert_eq!(words, all);
    for design in designs {
        let scenarios = design["scenarios"].as_array().unwrap();
        assert_eq!(scenarios.len(), 3 + 2 + 1, "{design}");
        for scenario in scenarios {
            let select: f64 = scenario["select"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_f64)
                .sum();
            let sum = select + scenario["select_none"].as_f64().unwrap();
            assert!((sum - 1.0).abs() < 1e-12, "{scenario}");
            let right = scenario["correct"].as_f64().unwrap() + scenario["overdose"].as_f64().unwrap();
            assert!((0.0..=1.0 + 1e-12).contains(&right), "{scenario}");
        }
        // 0.32 is closest to 0.3 and within the margin.
        assert_eq!(scenarios[5]["correct_level"], 3);
        assert_eq!(scenarios[5]["correct"], scenarios[5]["select"][2]);
    }
}

#[test]
fn the_comparison_fits_the_page_and_agrees_with_the_characteristics_of_one_design() {
    let args = [
        "compare",
        "--doses-count",
        "12",
        "--cohorts",
        "3",
        "--design",
        "boin,3+3",
    ];
    let folder = TempDir::new().unwrap();
    let text = tercel(&[&args[..], &["--out", folder.path().to_str().unwrap()]].concat());
    for line in text.lines().filter(|line| !line.starts_with("Page: ")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(folder.path().join("comparison.html").is_file());
    let compared = answer(&["compare", "--doses-count", "3", "--design", "boin"]);
    let second = &compared["designs"][0]["scenarios"][1];
    let oc = answer(&[
        "oc",
        "--design",
        "boin",
        "--target",
        "0.3",
        "--cohort-size",
        "3",
        "--cohorts",
        "6",
        "--truth",
        "0.155,0.3,0.501",
    ]);
    assert_eq!(second["select"], oc["scenarios"][0]["select"]);
    refused(&["compare", "--doses-count", "3", "--design", "bion"], "no such design");
    refused(
        &["compare", "--doses-count", "3", "--truth", "0.1,0.2"],
        "2 values, of 3 dose levels",
    );
    refused(&["compare"], "--doses-count");
}

#[test]
fn the_description_holds_the_rows_of_the_decision_table() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("made/appendix.html");
    let path = path.to_str().unwrap();
    let boin = ["--design", "boin", "--target", "0.28"];
    let size = [
        "--doses-count",
        "3",
        "--cohort-size",
        "3",
        "--cohorts",
        "4",
        "--out",
        path,
    ];
    let made = answer(&[&["report"], &boin[..], &size].concat());
    assert!(made["states"].as_u64().unwrap() > 10);
    let html = std::fs::read_to_string(path).unwrap();
    let table = answer(&[&["table"], &boin[..], &["--max-n", "12"]].concat());
    let cell = |sign: &str, value: &Value| {
        value
            .as_u64()
            .map_or("never".to_owned(), |value| format!("{sign} {value}"))
    };
    for row in table["rows"].as_array().unwrap() {
        let wanted = format!(
            "<th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td>",
            row["n"],
            cell("≤", &row["escalate_max"]),
            cell("≥", &row["deescalate_min"]),
            cell("≥", &row["eliminate_min"]),
        );
        assert!(html.contains(&wanted), "{wanted}");
    }
    assert!(html.contains("liu2015boin"));
}

#[test]
fn every_design_can_be_described() {
    let folder = TempDir::new().unwrap();
    for entry in tercel::design::ALL {
        if entry.name.looks_at_responses() {
            continue;
        }
        let path = folder.path().join("page.html");
        let mut args = vec![
            "report",
            "--design",
            entry.word,
            "--target",
            "0.3",
            "--doses-count",
            "3",
            "--cohorts",
            "4",
            "--out",
            path.to_str().unwrap(),
        ];
        if entry.options.contains(&"ref-dose") {
            args.extend([
                "--doses",
                "1,2,4",
                "--ref-dose",
                "2",
                "--prior-mean=-0.8,0",
                "--prior-sd",
                "2,1",
            ]);
        }
        tercel(&args);
        let html = std::fs::read_to_string(&path).unwrap();
        assert!(html.contains(&format!("Dose escalation by {}", entry.title)));
        assert!(html.contains("How the design decides") && html.contains("Operating characteristics"));
    }
}
