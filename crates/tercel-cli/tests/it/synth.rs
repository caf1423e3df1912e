//! `tercel synth`.
#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::path::Path;
use std::process::{Command, Output};

use tercel::protocol::SETTINGS;

/// A trial folder whose protocol states every setting.
fn trial() -> tempfile::TempDir {
    let stated = format!("stated = {:?}", SETTINGS.map(|setting| setting.path));
    let text = include_str!("../../../tercel/tests/data/rehearsal/protocol.toml").replace("stated = []", &stated);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("protocol.toml"), text).unwrap();
    folder
}

fn synth(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercel"));
    command.arg("synth").args(arguments).output().unwrap()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_rehearsal_writes_datasets_that_call_themselves_synthetic() {
    let (trial, folder) = (trial(), tempfile::tempdir().unwrap());
    let out = folder.path().join("data");
    let protocol = trial.path().join("protocol.toml");
    let run = synth(&[
        protocol.to_str().unwrap(),
        "--subjects",
        "6",
        "--seed",
        "4",
        "--out",
        out.to_str().unwrap(),
        "--json",
    ]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(answer["subjects"], 6);
    assert_eq!(answer["seed"], 4);
    assert_eq!(answer["synthetic"], true);
    for file in answer["files"].as_array().unwrap() {
        let written = text(Path::new(file["path"].as_str().unwrap()));
        assert_eq!(written.lines().count() as u64, file["rows"].as_u64().unwrap() + 1);
        assert!(
            written
                .lines()
                .skip(1)
                .all(|line| line.starts_with("REHEARSAL-SYNTHETIC,"))
        );
    }
    assert_eq!(text(&out.join("dm.csv")).lines().count(), 7);
}

#[test]
fn the_text_answer_lists_one_dataset_a_line() {
    let (trial, folder) = (trial(), tempfile::tempdir().unwrap());
    let run = synth(&[trial.path().to_str().unwrap(), "--out", folder.path().to_str().unwrap()]);
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(printed.contains("SYNTHETIC"));
    assert!(
        printed
            .lines()
            .any(|line| line.starts_with("DM ") && line.contains("18 rows")),
        "{printed}"
    );
}

#[test]
fn a_folder_with_datasets_is_left_alone_unless_forced() {
    let (trial, folder) = (trial(), tempfile::tempdir().unwrap());
    let trial = trial.path().to_str().unwrap();
    std::fs::write(folder.path().join("dm.csv"), "USUBJID\nREAL-001\n").unwrap();
    std::fs::write(folder.path().join("notes.csv"), "a\n1\n").unwrap();
    let out = folder.path().to_str().unwrap();
    let refused = synth(&[trial, "--out", out]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"));
    assert_eq!(text(&folder.path().join("dm.csv")), "USUBJID\nREAL-001\n");
    assert!(synth(&[trial, "--out", out, "--force"]).status.success());
    assert!(text(&folder.path().join("dm.csv")).contains("SYNTHETIC"));
    assert_eq!(text(&folder.path().join("notes.csv")), "a\n1\n");
}

#[test]
fn mistakes_in_the_protocol_are_shown_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("protocol.toml"), "[trial]\nid = 7\n").unwrap();
    let out = folder.path().join("data");
    let run = synth(&[folder.path().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty());
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(message.contains("protocol.toml:2:6"), "{message}");
    assert!(message.contains('^') && message.contains("id = 7"), "{message}");
    assert!(!out.exists());
}
