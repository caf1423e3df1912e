//! `tercel derive` as a user runs it.
#![expect(clippy::unwrap_used, reason = "an answer that cannot be read fails the test")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const ADSL: &str = include_str!("../../../tercel/tests/data/response/pharmaverse_adsl.csv");
const RS: &str = include_str!("../../../tercel/tests/data/response/pharmaverse_rs.csv");

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn derive(sdtm: &Path, out: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercel"));
    command.arg("derive").arg(sdtm).arg("--out").arg(out).arg("--json");
    command.args(options).output().unwrap()
}

/// Exit code 2, nothing on standard output, and a message that holds all these.
fn refused(sdtm: &Path, options: &[&str], parts: &[&str]) {
    let out = TempDir::new().unwrap();
    let output = derive(sdtm, out.path(), options);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty());
    for part in parts {
        assert!(message.contains(part), "\"{part}\" is not in: {message}");
    }
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_dataset_with_a_source_is_written_and_counted() {
    let (sdtm, out) = (folder(&[("adsl.csv", ADSL), ("rs.csv", RS)]), TempDir::new().unwrap());
    let answer = answer(&derive(sdtm.path(), &out.path().join("new/adam"), &[]));
    let files = answer["files"].as_array().unwrap();
    let names: Vec<&str> = files
        .iter()
        .map(|file| file["path"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, ["adsl.csv", "adrs.csv", "adtte.csv"]);
    for file in files {
        let text = std::fs::read_to_string(file["path"].as_str().unwrap()).unwrap();
        assert_eq!(text.lines().count() as u64, file["rows"].as_u64().unwrap() + 1);
    }
    let notes = answer["notes"].to_string();
    assert!(notes.contains("no TR dataset: adtr is not derived"), "{notes}");
}

#[test]
fn a_rule_given_on_the_command_line_changes_the_answer() {
    let (sdtm, out) = (folder(&[("adsl.csv", ADSL), ("rs.csv", RS)]), TempDir::new().unwrap());
    let confirmed = |options: &[&str]| {
        answer(&derive(sdtm.path(), out.path(), options));
        let adrs = std::fs::read_to_string(out.path().join("adrs.csv")).unwrap();
        let row = adrs.lines().find(|line| line.contains("01-701-1118,CBOR")).unwrap();
        row.contains(",PR,2,")
    };
    assert!(confirmed(&[]));
    assert!(!confirmed(&["--set", "response.max_ne=0"]));
    assert!(!confirmed(&["--set", "response.confirmation_days=43"]));
}

#[test]
fn the_version_of_the_ctcae_given_on_the_command_line_grades_the_values() {
    // Neutrophils 0.3 × 10⁹/L: grade 4 by 5.0 (below 0.5), grade 3 by 6.0 (0.5 to 0.1).
    let lb = "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBDTC\n1,1,NEUT,0.3,10^9/L,2,2024-01-09\n";
    let (sdtm, out) = (
        folder(&[("adsl.csv", "USUBJID,TRTSDT\n1,2024-01-01\n"), ("lb.csv", lb)]),
        TempDir::new().unwrap(),
    );
    for (version, grade) in [("5.0", "4"), ("6.0", "3")] {
        let setting = format!("grading.ctcae={version}");
        let answer = answer(&derive(sdtm.path(), out.path(), &["--set", &setting]));
        assert_eq!(answer["settings"]["grading.ctcae"], version);
        let adlb = std::fs::read_to_string(out.path().join("adlb.csv")).unwrap();
        let mut reader = csv::Reader::from_reader(adlb.as_bytes());
        let column = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "ATOXGRL")
            .unwrap();
        assert_eq!(&reader.records().next().unwrap().unwrap()[column], grade);
    }
}

#[test]
fn without_responses_the_other_datasets_are_still_written_and_overall_survival() {
    let (sdtm, out) = (folder(&[("adsl.csv", ADSL)]), TempDir::new().unwrap());
    let answer = answer(&derive(sdtm.path(), out.path(), &[]));
    let files = answer["files"].as_array().unwrap();
    assert_eq!(files.len(), 2, "{answer}");
    let adtte = std::fs::read_to_string(out.path().join("adtte.csv")).unwrap();
    assert!(adtte.contains(",OS,") && !adtte.contains(",PFS,"), "{adtte}");
    assert!(answer["notes"].to_string().contains("no RS dataset"), "{answer}");
}

#[test]
fn a_rule_that_does_not_exist_is_refused_with_those_that_do() {
    let sdtm = folder(&[("adsl.csv", ADSL), ("rs.csv", RS)]);
    let keys = [
        "response.confirmation_days",
        "response.sd_min_days",
        "response.max_ne",
        "response.accept_sd",
        "response.criteria",
        "grading.ctcae",
    ];
    refused(sdtm.path(), &["--set", "response.confirm=28"], &keys);
    refused(sdtm.path(), &["--set", "response.max_ne"], &keys);
}

#[test]
fn a_value_that_makes_no_sense_is_refused_with_what_is_expected() {
    let sdtm = folder(&[("adsl.csv", ADSL), ("rs.csv", RS)]);
    let cases = [
        ("response.max_ne=-1", "a whole number"),
        ("response.confirmation_days=soon", "days, 0 or more"),
        ("response.accept_sd=maybe", "true or false"),
        ("response.criteria=choi", "recist-1.1, mrecist or irecist"),
        ("grading.ctcae=4.03", "expected 5.0 or 6.0"),
    ];
    for (setting, expected) in cases {
        refused(sdtm.path(), &["--set", setting], &[expected]);
    }
}

#[test]
fn a_folder_that_is_not_there_or_names_no_subject_is_refused() {
    refused(Path::new("/nowhere/sdtm"), &[], &["failed to open /nowhere/sdtm"]);
    refused(folder(&[("rs.csv", RS)]).path(), &[], &["neither dm.csv nor adsl.csv"]);
    let twice = folder(&[("adsl.csv", "USUBJID;TRTSDT;TRTSDT\n1;2024-01-01;\n")]);
    refused(twice.path(), &[], &["adsl.csv", "two columns are named TRTSDT"]);
}

/// The trial folder with its rehearsed study.
fn rehearsal() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

#[test]
fn dlt_statuses_count_to_what_the_decision_counts() {
    let (trial, out) = (rehearsal(), TempDir::new().unwrap());
    let protocol = trial.to_str().unwrap();
    let answer = answer(&derive(&trial.join("data"), out.path(), &["--protocol", protocol]));
    assert!(!answer["notes"].to_string().contains("addlt"), "{answer}");
    // Durations are those of the protocol's outcomes, which know when a response was confirmed.
    let adtte = std::fs::read_to_string(out.path().join("adtte.csv")).unwrap();
    assert!(adtte.contains(",TTRSP,"), "{adtte}");
    let decision = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(["decide", protocol, "--json"])
        .output()
        .unwrap();
    let decision: Value = serde_json::from_slice(&decision.stdout).unwrap();
    let text = std::fs::read_to_string(out.path().join("addlt.csv")).unwrap();
    let rows: Vec<std::collections::BTreeMap<String, String>> = csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .map(Result::unwrap)
        .collect();
    let dm = std::fs::read_to_string(trial.join("data/dm.csv")).unwrap();
    let enrolled = dm.lines().skip(1).filter(|line| !line.ends_with("SCREEN FAILURE"));
    assert_eq!(rows.len(), enrolled.count());
    let levels = decision["levels"].as_array().unwrap();
    assert_eq!(levels.len(), 3);
    for level in levels {
        let number = level["dose_level"].to_string();
        let count = |codes: &[&str]| {
            let here = rows.iter().filter(|row| row["DOSELVL"] == number);
            here.filter(|row| codes.contains(&row["AVALC"].as_str())).count() as u64
        };
        assert_eq!(count(&["DLT", "NODLT"]), level["evaluable"].as_u64().unwrap());
        assert_eq!(count(&["DLT"]), level["dlt"].as_u64().unwrap());
        assert_eq!(count(&["PENDING"]), level["pending"].as_u64().unwrap());
    }
    assert!(rows.iter().any(|row| row["AVALC"] == "DLT"));
    let adsl = std::fs::read_to_string(out.path().join("adsl.csv")).unwrap();
    assert!(
        adsl.lines()
            .nth(1)
            .unwrap()
            .starts_with(&format!("{},", rows[0]["STUDYID"]))
    );
    for row in &rows {
        let evaluable = match row["AVALC"].as_str() {
            "DLT" | "NODLT" => "Y",
            "NOTEVAL" => "N",
            _ => "",
        };
        assert_eq!(row["DLTEVLFL"], evaluable, "{row:?}");
        if row["AVALC"] == "DLT" {
            assert!(!row["DLTCRIT"].is_empty() && !row["ADT"].is_empty(), "{row:?}");
        }
        if row["AVALC"] == "DLT" || row["AVALC"] == "NODLT" {
            // The record named is in its file.
            let file = trial.join("data").join(format!("{}.csv", row["SRCDOM"].to_lowercase()));
            let source = std::fs::read_to_string(file).unwrap();
            let found = format!("{},{},", row["USUBJID"], row["SRCSEQ"]);
            assert!(source.contains(&found), "{row:?}");
        }
    }
}

#[test]
fn without_a_protocol_the_dataset_of_dlts_is_missing_and_it_is_said_why() {
    let (sdtm, out) = (folder(&[("adsl.csv", ADSL)]), TempDir::new().unwrap());
    let answer = answer(&derive(sdtm.path(), out.path(), &[]));
    assert!(answer["notes"].to_string().contains("--protocol"), "{answer}");
    assert!(!out.path().join("addlt.csv").exists());
}
