//! `tercel export --to e2b`: a file a report, what is missing, and studies that have nothing to report.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{export, study, tercel};

/// Every report of a folder by its name.
fn reports(folder: &Path) -> Vec<(String, String)> {
    let mut reports: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .filter(|(name, _)| name.starts_with("icsr-"))
        .collect();
    reports.sort();
    reports
}

fn rules(answer: &Value) -> String {
    answer["findings"].to_string()
}

#[test]
fn every_report_is_listed_and_what_is_missing_is_found() {
    let out = tempfile::tempdir().unwrap();
    let answer = export("e2b", &study(), out.path(), &[]);
    let written = reports(out.path());
    assert!(!written.is_empty());
    assert_eq!(answer["files"].as_array().unwrap().len(), written.len());
    for (file, (name, xml)) in answer["files"].as_array().unwrap().iter().zip(&written) {
        assert!(file["path"].as_str().unwrap().ends_with(name.as_str()), "{file}");
        assert_eq!(
            tercel_exchange::sha256_hex(xml.as_bytes()),
            file["sha256"].as_str().unwrap()
        );
        assert!(xml.contains("PORR_IN049016UV"), "{name}");
    }
    let found = rules(&answer);
    for setting in ["icsr.sender", "icsr.receiver"] {
        assert!(found.contains(setting), "{setting}: {found}");
    }
    let checked = tercel(&[
        "export",
        study().to_str().unwrap(),
        "--to",
        "e2b",
        "--out",
        out.path().to_str().unwrap(),
        "--check",
    ]);
    assert_eq!(checked.status.code(), Some(1));
}

#[test]
fn identifiers_of_sender_and_receiver_are_given_and_the_bytes_are_the_same_again() {
    let [first, again] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let more = [
        "--sender",
        "SENDER-ID",
        "--receiver",
        "RECEIVER-ID",
        "--created",
        "2027-03-04T05:06:07",
    ];
    let answer = export("e2b", &study(), first.path(), &more);
    export("e2b", &study(), again.path(), &more);
    let written = reports(first.path());
    assert_eq!(written, reports(again.path()));
    for (name, xml) in &written {
        assert_eq!(xml.matches("extension=\"SENDER-ID\"").count(), 2, "{name}");
        assert_eq!(xml.matches("extension=\"RECEIVER-ID\"").count(), 2, "{name}");
        assert!(xml.contains("value=\"20270304050607"), "{name}");
    }
    assert!(!rules(&answer).contains("icsr.receiver"), "{answer}");
}

#[test]
fn a_study_without_serious_events_or_data_has_no_report_and_says_so() {
    let out = tempfile::tempdir().unwrap();
    let without = |more: &[&str], trial: &Path| {
        let answer = export("e2b", trial, out.path(), more);
        assert_eq!(answer["files"].as_array().unwrap().len(), 0);
        answer["notes"].to_string()
    };
    // The first serious event of the rehearsal is not known yet, while others are.
    let early = without(&["--as-of", "2025-05-01"], &study());
    assert!(early.contains("no event of the data is recorded as serious"), "{early}");
    let table = without(&[], &study().join("../gbm-car-t"));
    assert!(table.contains("the data have no adverse event"), "{table}");

    let empty = tempfile::tempdir().unwrap();
    fs::copy(study().join("protocol.toml"), empty.path().join("protocol.toml")).unwrap();
    let answer = without(&[], empty.path());
    assert!(answer.contains("the trial has no data"), "{answer}");
    assert!(reports(out.path()).is_empty());
}

#[test]
fn identifiers_that_are_none_and_targets_that_take_none_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let refused = |to: &str, more: &[&str]| {
        let here = study();
        let mut arguments = vec!["export", here.to_str().unwrap(), "--to", to, "--out"];
        arguments.push(out.path().to_str().unwrap());
        arguments.extend(more);
        let output = tercel(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let long = "X".repeat(61);
    for given in ["", " ", long.as_str()] {
        assert!(refused("e2b", &["--sender", given]).contains("--sender"));
    }
    assert!(refused("sdtm", &["--receiver", "R"]).contains("--receiver"));
    assert!(reports(out.path()).is_empty());
}
