//! `tercel check`, `decide` and `run` on the study's own folder, and on folders that are wrong.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{study, tercel};

fn json(arguments: &[&str]) -> Value {
    let output = tercel(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// A trial folder with the study's protocol and some datasets.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(study().join("protocol.toml"), folder.path().join("protocol.toml")).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    folder
}

fn refused(arguments: &[&str]) -> String {
    let output = tercel(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

const DM: &str = "USUBJID,RFICDTC,AGE,SEX,ARMCD\n";
const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\n";

#[test]
fn the_matrix_of_the_study_is_complete_and_every_gap_has_its_reason() {
    let trial = study();
    let answer = json(&["run", trial.to_str().unwrap(), "--json"]);
    let outcomes = answer["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), 49 * 4);
    assert_eq!(answer["synthetic"], true);
    for row in outcomes {
        assert_eq!(row["estimable"], !row["value"].is_null(), "{row}");
        assert_eq!(row["estimable"], row["reason"].is_null(), "{row}");
        assert!(!row["records"].as_array().unwrap().is_empty(), "{row}");
        let bounds = (row["lower"].as_f64(), row["value"].as_f64(), row["upper"].as_f64());
        if let (Some(lower), Some(value), Some(upper)) = bounds {
            assert!(lower <= value && value <= upper, "{row}");
        }
    }
    assert_eq!(answer["decision"], json(&["decide", trial.to_str().unwrap(), "--json"]));
}

#[test]
fn the_report_is_written_where_asked_and_names_the_data_synthetic() {
    let out = tempfile::tempdir().unwrap();
    let trial = study();
    let output = tercel(&["run", trial.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
    assert!(output.status.success());
    let page = fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(page.contains("SYNTHETIC") && page.contains("</html>"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines()
            .all(|line| line.chars().count() <= 120 || line.contains("report.html")),
        "{text}"
    );
}

#[test]
fn the_report_is_written_in_the_language_asked_for() {
    let out = tempfile::tempdir().unwrap();
    let (trial, folder) = (study(), out.path().to_str().unwrap().to_owned());
    let run = |language: &str| tercel(&["run", trial.to_str().unwrap(), "--out", &folder, "--language", language]);
    assert!(run("zh").status.success());
    let page = fs::read_to_string(out.path().join("report.html")).unwrap();
    for said in [
        "lang=\"zh-Hans\"",
        "<h2>结局矩阵</h2>",
        "第一剂量组",
        "靶向IL1RAP嵌合抗原受体T细胞",
        "剂量决策",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("Outcome matrix") && !page.contains("First dose group"));
    let refused = run("fr");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("choose en or zh"));
}

#[test]
fn a_data_cut_hides_what_came_later() {
    let trial = study();
    let early = json(&["run", trial.to_str().unwrap(), "--as-of", "2025-02-01", "--json"]);
    assert_eq!(early["data_cut"], "2025-02-01");
    assert_eq!(early["subjects"]["infused"], 0);
    assert_eq!(early["decision"]["action"], "stay");
}

#[test]
fn a_data_cut_long_after_the_last_record_is_asked_about() {
    let trial = study();
    let said = |day: &str| {
        let output = tercel(&["decide", trial.to_str().unwrap(), "--as-of", day]);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("2035-01-01").contains("warning: --as-of 2035-01-01 lies more than a year after the last record"));
    assert_eq!(said("2026-01-01"), "");
}

#[test]
fn subjects_treated_after_the_maximum_tolerated_dose_was_found_are_named() {
    let trial = study();
    let output = tercel(&["check", trial.to_str().unwrap(), "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    let against = findings.iter().filter(|finding| finding["rule"] == "against-decision");
    let told: Vec<(&str, &str)> = against
        .map(|finding| {
            (
                finding["subject"].as_str().unwrap(),
                finding["blocks"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("IL1RAP-HCC-SYNTHETIC-0017", "none"),
            ("IL1RAP-HCC-SYNTHETIC-0018", "none")
        ]
    );
}

#[test]
fn wrong_requests_say_what_to_do() {
    let trial = study();
    let trial = trial.to_str().unwrap();
    assert!(refused(&["run", "no-such-folder"]).contains("give a folder that holds protocol.toml"));
    assert!(refused(&["decide", trial, "--as-of", "01/02/2025"]).contains("write it as YYYY-MM-DD"));
    assert!(refused(&["decide", trial, "--known-at", "2025-01-01"]).contains("entry times"));
    assert!(refused(&["run", trial, "--data", "no-such-folder"]).contains("failed to open no-such-folder"));
    let empty = folder(&[]);
    assert!(refused(&["run", empty.path().to_str().unwrap()]).contains("neither dataset DM nor ADSL"));
    let blank = folder(&[("dm.csv", "")]);
    assert!(refused(&["run", blank.path().to_str().unwrap()]).contains("dm.csv: the file is empty"));
    let twice = folder(&[("dm.csv", "USUBJID,AGE,AGE\nA,1,2\n")]);
    assert!(refused(&["run", twice.path().to_str().unwrap()]).contains("two columns are named AGE"));
}

#[test]
fn a_wrong_protocol_is_shown_with_its_place_and_remedy() {
    let folder = folder(&[]);
    let path = folder.path().join("protocol.toml");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("amount = 2.5e8", "amount = \"2.5e8\"");
    fs::write(&path, text).unwrap();
    let trial = folder.path().to_str().unwrap();
    let message = refused(&["run", trial]);
    assert!(
        message.contains("`dose_level.amount` must be a finite number without quotes"),
        "{message}"
    );
    assert!(
        message.contains("^^^^^^^") && message.contains("write: amount = "),
        "{message}"
    );
    let output = tercel(&["check", trial, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["ok"], false);
    assert!(answer["diagnostics"][0]["line"].as_u64().unwrap() > 1);
}

#[test]
fn wrong_data_are_findings_that_name_the_place() {
    let dm = format!("{DM}A,2025-01-02,54,F,DL1\nA,2025-01-02,54,F,DL1\nB,2025-02-30,17,X,DL9\n");
    let ex = format!(
        "{EX}A,1,ANTI-IL1RAP CAR-T CELLS,1000,10^6 Therapeutic Cells,2025-02-01T10:00\nC,1,ANTI-IL1RAP CAR-T CELLS,1,cells,2025-02-01\n"
    );
    let folder = folder(&[("dm.csv", &dm), ("ex.csv", &ex)]);
    let output = tercel(&["check", folder.path().to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    for (subject, dataset, field, rule) in [
        ("A", "DM", "USUBJID", "duplicate-subject"),
        ("B", "DM", "RFICDTC", "not-a-date"),
        ("B", "DM", "SEX", "not-in-codelist"),
        ("B", "DM", "ARMCD", "not-in-protocol"),
        ("C", "EX", "USUBJID", "unknown-subject"),
        // Ten times the dose of the first group.
        ("A", "EX", "EXDOSE", "off-dose"),
    ] {
        let found = findings.iter().any(|finding| {
            finding["subject"] == subject
                && finding["dataset"] == dataset
                && finding["field"] == field
                && finding["rule"] == rule
        });
        assert!(found, "{subject} {dataset} {field} {rule} is not among {findings:#?}");
    }
}

/// The study's data at a cut where all is read and the answer is to escalate, with `ae.csv` changed.
fn decided_with_events(change: impl Fn(&str) -> String) -> Value {
    let read = |name: &str| fs::read_to_string(study().join("data").join(name)).unwrap();
    let names = ["dm.csv", "ex.csv", "lb.csv", "rs.csv", "sv.csv", "ss.csv", "ds.csv"];
    let mut files: Vec<(&str, String)> = names.iter().map(|name| (*name, read(name))).collect();
    files.push(("ae.csv", change(&read("ae.csv"))));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = folder(&files);
    let trial = folder.path().to_str().unwrap();
    json(&["decide", trial, "--as-of", "2025-05-02", "--json"])
}

#[test]
fn nobody_is_treated_higher_on_adverse_events_that_cannot_be_read() {
    assert_eq!(decided_with_events(str::to_owned)["action"], "escalate");
    let header_alone = decided_with_events(|text| text.lines().take(1).collect::<Vec<_>>().join("\n"));
    let dates_turned = decided_with_events(|text| text.replace("2025-02-24", "24/02/2025"));
    let nobody_known = decided_with_events(|text| text.replacen("SYNTHETIC-0001,1,", "SYNTHETIC-9901,1,", 1));
    for answer in [header_alone, dates_turned, nobody_known] {
        assert_eq!(answer["action"], "wait", "{answer}");
        assert_eq!(answer["dose_level"], Value::Null);
        let because = answer["because"].as_str().unwrap();
        assert!(
            because.contains("cannot be read") && because.contains("escalate to level 2"),
            "{because}"
        );
    }
}
