//! `tercel synth`.

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

#[test]
fn the_committed_rehearsal_is_what_its_seed_gives() {
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc");
    let folder = tempfile::tempdir().unwrap();
    let (trial, out) = (study.to_str().unwrap(), folder.path().to_str().unwrap());
    let size = ["--subjects", "18", "--screen-failures", "4", "--seed", "7"];
    let run = synth(&[&[trial, "--out", out], &size[..]].concat());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let names = |path: &Path| -> Vec<_> {
        let mut names: Vec<_> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(folder.path()), names(&study.join("data")));
    for name in names(folder.path()) {
        let same = text(&folder.path().join(&name)) == text(&study.join("data").join(&name));
        assert!(same, "{} differs; write the rehearsal again", name.display());
    }
}

#[test]
fn dirt_is_put_in_on_request_and_every_piece_is_listed_and_found_by_check() {
    let (trial, folder) = (trial(), tempfile::tempdir().unwrap());
    let (trial, out) = (trial.path().to_str().unwrap(), folder.path().to_str().unwrap());
    let arguments = [trial, "--subjects", "24", "--seed", "3", "--out", out, "--force"];
    let clean = synth(&[&arguments[..], &["--json"]].concat());
    let clean: serde_json::Value = serde_json::from_slice(&clean.stdout).unwrap();
    assert!(clean.get("dirt").is_none());
    let soiled = synth(&[&arguments[..], &["--dirt", "--json"]].concat());
    let answer: serde_json::Value = serde_json::from_slice(&soiled.stdout).unwrap();
    let dirt = answer["dirt"].as_array().unwrap();
    assert!(dirt.len() > 100, "{}", dirt.len());
    for piece in dirt {
        assert!(piece["kind"].is_string() && piece["what"].is_string() && piece["dataset"].is_string());
        assert_ne!(piece["found_by"].is_null(), piece["not_found"].is_null());
    }
    let mut check = Command::new(env!("CARGO_BIN_EXE_tercel"));
    let check = check.args(["check", trial, "--data", out, "--json"]).output().unwrap();
    assert_eq!(
        check.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );
    let answer: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    for piece in dirt.iter().filter(|piece| piece["found_by"].is_string()) {
        let same = |finding: &serde_json::Value| {
            finding["subject"] == piece["subject"]
                && finding["dataset"] == piece["found_in"]
                && finding["field"] == piece["field"]
                && finding["rule"] == piece["found_by"]
        };
        assert!(findings.iter().any(same), "{piece}");
    }
    let printed = synth(&[&arguments[..], &["--dirt"]].concat());
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.contains(&format!("Dirt put in: {}", dirt.len())), "{printed}");
    assert!(printed.contains("[found by missing-value]"), "{printed}");
}

/// The whole page, every anchor in its range or with the reason why not.
#[test]
fn the_calibration_in_the_documents_is_what_the_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let trial = root.join("trials/il1rap-hcc");
    let arguments = [
        trial.to_str().unwrap(),
        "--calibration",
        "--subjects",
        "2000",
        "--seed",
        "1",
    ];
    let printed = String::from_utf8(synth(&arguments).stdout).unwrap();
    let page = text(&root.join("docs/validation/rehearsal.md"));
    assert!(printed == page, "write docs/validation/rehearsal.md again:\n{printed}");
    let json = synth(&[&arguments[..], &["--json"]].concat());
    let answer: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let anchors = answer["anchors"].as_array().unwrap();
    assert!(anchors.len() > 30);
    for anchor in anchors {
        assert!(anchor["value"].is_number(), "{anchor}");
        assert_ne!(anchor["inside"] == true, anchor["remark"].is_string(), "{anchor}");
    }
}

#[test]
fn a_calibration_writes_no_datasets_and_a_rehearsal_needs_a_folder() {
    let trial = trial();
    let trial = trial.path().to_str().unwrap();
    assert_eq!(synth(&[trial]).status.code(), Some(2));
    let both = synth(&[trial, "--calibration", "--out", "x"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(synth(&[trial, "--calibration", "--subjects", "30"]).status.success());
}

#[test]
fn dirt_in_a_rehearsal_written_in_parts_leaves_files_that_fit_together() {
    let (trial, folder) = (trial(), tempfile::tempdir().unwrap());
    let (trial, out) = (trial.path().to_str().unwrap(), folder.path().to_str().unwrap());
    for seed in ["1", "2"] {
        let arguments = [
            trial,
            "--subjects",
            "520",
            "--seed",
            seed,
            "--dirt",
            "--out",
            out,
            "--force",
        ];
        assert!(synth(&arguments).status.success());
        let mut check = Command::new(env!("CARGO_BIN_EXE_tercel"));
        let check = check.args(["check", trial, "--data", out, "--json"]).output().unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
        let findings = answer["findings"].as_array().unwrap();
        let ragged = findings
            .iter()
            .filter(|finding| finding["message"].to_string().contains("than the header names"));
        assert_eq!(ragged.count(), 1, "seed {seed}");
        let columns = findings.iter().filter(|finding| finding["rule"] == "missing-column");
        assert_eq!(columns.count(), 1);
    }
}
