//! `tercel export` as a user runs it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tercel_store::Head;

use crate::program::{export, json, study as trial, tercel};

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn the_record_and_the_datasets_give_the_same_bytes_and_the_export_the_same_outcomes() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("trial");
    fs::create_dir(&here).unwrap();
    fs::copy(trial().join("protocol.toml"), here.join("protocol.toml")).unwrap();
    json(&[
        "--json",
        "import",
        here.to_str().unwrap(),
        trial().join("data").to_str().unwrap(),
    ]);
    let [of_files, of_record, again] = ["files", "record", "again"].map(|name| folder.path().join(name));
    let answer = export("sdtm", &trial(), &of_files, &[]);
    export("sdtm", &here, &of_record, &[]);
    assert_eq!(files(&of_files), files(&of_record));
    // What is listed is what is there, with the sums of its bytes.
    let listed = answer["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files(&of_files).len());
    for file in listed {
        let bytes = fs::read(file["path"].as_str().unwrap()).unwrap();
        assert_eq!(tercel_exchange::sha256_hex(&bytes), file["sha256"].as_str().unwrap());
    }
    // Read as data it is the same study.
    let data = of_files.to_str().unwrap();
    export("sdtm", &trial(), &again, &["--data", data]);
    assert_eq!(files(&of_files), files(&again));
    let run = |more: &[&str]| {
        let original = trial();
        let mut arguments = vec!["--json", "run", original.to_str().unwrap()];
        arguments.extend(more);
        json(&arguments)
    };
    assert_eq!(run(&[]), run(&["--data", data]));
    // Taking data out of the record is an entry of its chain; the head after it is signed.
    let head: Head = serde_json::from_slice(&fs::read(folder.path().join("record.head.json")).unwrap()).unwrap();
    assert!(head.is_genuine());
    assert!(!folder.path().join("files.head.json").exists());
    let log = json(&["--json", "audit", "log", here.to_str().unwrap()]).to_string();
    assert!(log.contains("\"export\""), "{}", &log[log.len().saturating_sub(600)..]);
    assert_eq!(json(&["--json", "audit", "verify", here.to_str().unwrap()])["ok"], true);
}

#[test]
fn an_earlier_export_is_replaced_and_another_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    export("sdtm", &trial(), &out, &["--format", "csv"]);
    assert!(out.join("dm.csv").exists());
    let answer = export(
        "sdtm",
        &trial(),
        &out,
        &["--format", "xpt", "--created", "2026-12-31T12:30:00"],
    );
    assert_eq!(answer["created"], "2026-12-31T12:30:00");
    assert!(!out.join("dm.csv").exists() && out.join("dm.xpt").exists());
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let (trial, out) = (trial(), out.to_str().unwrap().to_owned());
    let refused = tercel(&["export", trial.to_str().unwrap(), "--to", "sdtm", "--out", &out]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        message.contains("notes.txt, which no export wrote; give an empty folder"),
        "{message}"
    );
    assert_eq!(fs::read(Path::new(&out).join("notes.txt")).unwrap(), b"mine");
}

#[test]
fn a_check_ends_with_1_where_something_is_wrong_and_a_wrong_request_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (trial, out) = (trial(), out.to_str().unwrap().to_owned());
    let ask_of = |trial: &Path, more: &[&str]| {
        let mut arguments = vec!["--json", "export", trial.to_str().unwrap(), "--out", &out];
        arguments.extend(more);
        tercel(&arguments)
    };
    let ask = |more: &[&str]| ask_of(&trial, more);
    let checked = ask(&["--to", "sdtm", "--check"]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    // Nobody says in which country the sites are.
    let text = fs::read_to_string(trial.join("protocol.toml")).unwrap();
    let silent = text.replace("country = \"CHN\"\n", "");
    fs::write(folder.path().join("protocol.toml"), silent).unwrap();
    let data = trial.join("data");
    let checked = ask_of(
        folder.path(),
        &["--data", data.to_str().unwrap(), "--to", "sdtm", "--check"],
    );
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    let answer: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (&findings[0]["dataset"], &findings[0]["field"]),
        (&"DM".into(), &"COUNTRY".into())
    );
    for (wrong, says) in [
        (vec!["--to", "sas"], "sdtm"),
        (vec!["--to", "sdtm", "--created", "noon"], "2026-03-04T08:30:00"),
        (vec!["--to", "sdtm", "--as-of", "soon"], "YYYY-MM-DD"),
        (vec!["--to", "sdtm", "--known-at", "2026-01-01"], "--as-of"),
        (vec!["--to", "sdtm", "--data", "/nowhere"], "/nowhere"),
    ] {
        let refused = ask(&wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        let message = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn an_export_as_of_a_day_gives_the_outcomes_of_that_day() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let original = trial();
    export("sdtm", &original, &out, &["--as-of", "2025-09-01"]);
    let run = |more: &[&str]| {
        let mut arguments = vec!["--json", "run", original.to_str().unwrap(), "--as-of", "2025-09-01"];
        arguments.extend(more);
        json(&arguments)
    };
    let (of_source, of_export) = (run(&[]), run(&["--data", out.to_str().unwrap()]));
    for part in ["data_cut", "subjects", "outcomes", "safety", "episodes"] {
        assert_eq!(of_source[part], of_export[part], "{part}");
    }
    let text = String::from_utf8(fs::read(out.join("ts.json")).unwrap()).unwrap();
    assert!(text.contains("2025-09-01"));
}

#[test]
fn a_value_outside_a_closed_codelist_is_exported_as_it_is_and_said_aloud_without_a_check() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    for entry in fs::read_dir(trial().join("data")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
    }
    let events = fs::read_to_string(data.join("ae.csv")).unwrap();
    let changed = events.replacen("Gastrointestinal disorders,N,", "Gastrointestinal disorders,MAYBE,", 1);
    assert_ne!(events, changed);
    fs::write(data.join("ae.csv"), changed).unwrap();
    let out = folder.path().join("out");
    let trial = trial();
    let arguments = [
        "--json",
        "export",
        trial.to_str().unwrap(),
        "--to",
        "sdtm",
        "--format",
        "csv",
    ];
    let paths = ["--data", data.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let output = tercel(&[&arguments[..], &paths].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("outside closed codelists"), "{said}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["outside_closed_codelists"], 1);
    // Nothing is lost.
    assert!(fs::read_to_string(out.join("ae.csv")).unwrap().contains(",MAYBE,"));
}
