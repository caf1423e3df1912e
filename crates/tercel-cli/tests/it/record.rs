//! Users, audit trail, backup and restore as an operator uses them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
const PASSWORD: &str = "vier gelbe Ziegen";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("protocol.toml"), PROTOCOL).unwrap();
    folder
}

/// Runs the program with a line on standard input.
fn tercel(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not ask has ended by now.
    let _ = writeln!(child.stdin.take().unwrap(), "{input}");
    child.wait_with_output().unwrap()
}

/// The JSON answer of a command that succeeds.
fn answer(arguments: &[&str], input: &str) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let output = tercel(&arguments, input);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command that fails says; it fails with 2.
fn complaint(arguments: &[&str], input: &str) -> String {
    let output = tercel(arguments, input);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn add(trial: &str, name: &str, role: &str) -> Value {
    let arguments = [
        "user",
        "add",
        trial,
        name,
        "--printed",
        "Chen Li",
        "--role",
        role,
        "--password-stdin",
    ];
    answer(&arguments, PASSWORD)
}

#[test]
fn users_are_added_changed_disabled_and_listed_and_each_act_names_who_did_it() {
    let folder = folder();
    let trial = folder.path().to_str().unwrap();
    assert!(complaint(&["user", "list", trial], "").contains("there is no record"));
    assert_eq!(
        add(trial, "chen", "coordinator@01")["roles"],
        serde_json::json!(["coordinator@01"])
    );
    add(trial, "root", "administrator@*");
    let role = [
        "user",
        "role",
        trial,
        "chen",
        "--role",
        "monitor@*",
        "--role",
        "data-manager@02",
        "--reason",
        "new task",
    ];
    assert_eq!(
        answer(&role, "")["roles"],
        serde_json::json!(["data-manager@02", "monitor@*"])
    );
    answer(
        &["user", "password", trial, "chen", "--password-stdin"],
        "fünf blaue Pferde",
    );
    assert_eq!(
        answer(&["user", "disable", trial, "chen", "--reason", "left"], "")["disabled"],
        true
    );
    assert_eq!(
        answer(&["user", "enable", trial, "chen", "--reason", "came back"], "")["disabled"],
        false
    );
    let list = answer(&["user", "list", trial], "");
    assert_eq!(list.as_array().unwrap().len(), 2);

    the_log_names_each_act(trial);
}

fn the_log_names_each_act(trial: &str) {
    let log = answer(&["audit", "log", trial], "");
    let entries = log.as_array().unwrap();
    assert!(
        entries
            .iter()
            .rev()
            .skip(1)
            .all(|entry| entry["author"].as_str().unwrap().starts_with("os:")),
        "{log}"
    );
    assert!(!log.to_string().contains("Ziegen") && !log.to_string().contains("argon2"));
    let events: Vec<&str> = entries
        .iter()
        .rev()
        .filter_map(|entry| entry["payload"]["command"].as_str())
        .collect();
    assert_eq!(
        events,
        [
            "user add",
            "user add",
            "user role",
            "user password",
            "user disable",
            "user enable"
        ]
    );
    let kinds = answer(
        &[
            "audit",
            "log",
            trial,
            "--record",
            "ACCOUNT/chen/1",
            "--kind",
            "correct",
            "--limit",
            "2",
        ],
        "",
    );
    assert_eq!(kinds[0]["reason"], "came back");
    assert_eq!(kinds.as_array().unwrap().len(), 2);
    assert_eq!(
        answer(&["audit", "log", trial, "--until", "2020-01-01"], "")
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let text = String::from_utf8(tercel(&["audit", "log", trial], "").stdout).unwrap();
    assert!(
        text.starts_with("entry  entered (UTC)") && text.contains("command line: user add"),
        "{text}"
    );
    let all = answer(&["audit", "log", trial], "").as_array().unwrap().len();
    let few = tercel(&["audit", "log", trial, "--limit", "2"], "");
    let told = String::from_utf8(few.stderr).unwrap();
    let more = format!("{} older entries are not shown; see all with --limit {all}", all - 2);
    assert!(told.contains(&more), "{told}");
    assert!(tercel(&["audit", "log", trial], "").stderr.is_empty());
}

#[test]
fn a_wrong_request_is_told_what_to_do() {
    let folder = folder();
    let trial = folder.path().to_str().unwrap();
    let add_with = |name: &'static str, role: &'static str, password: &'static str| {
        let arguments = [
            "user",
            "add",
            trial,
            name,
            "--printed",
            "Chen Li",
            "--role",
            role,
            "--password-stdin",
        ];
        complaint(&arguments, password)
    };
    assert!(add_with("chen", "coordinator", PASSWORD).contains("write coordinator@01"));
    assert!(add_with("chen", "doctor@01", PASSWORD).contains("medical-monitor"));
    assert!(add_with("chen", "coordinator@01 monitor@01", PASSWORD).contains("cannot be one person's"));
    assert!(add_with("chen", "administrator@* investigator@01", PASSWORD).contains("cannot be one person's"));
    assert!(add_with("x y", "coordinator@01", PASSWORD).contains("cannot be an account"));
    assert!(add_with("chen", "coordinator@01", "short").contains("at least 12"));
    assert!(!folder.path().join("tercel.db").exists(), "nothing was started");
    let without = [
        "user",
        "add",
        trial,
        "chen",
        "--printed",
        "Chen Li",
        "--role",
        "coordinator@01",
    ];
    assert!(complaint(&without, PASSWORD).contains("--password-stdin"));
    add(trial, "chen", "coordinator@01");
    assert!(add_with("chen", "coordinator@01", PASSWORD).contains("already"));
    assert!(add_with("CHEN", "coordinator@01", PASSWORD).contains("there is an account chen already"));
    assert!(complaint(&["user", "disable", trial, "nobody", "--reason", "x"], "").contains("no account nobody"));
    assert!(complaint(&["user", "enable", trial, "chen", "--reason", "x"], "").contains("nothing is different"));
    assert!(complaint(&["audit", "log", trial, "--kind", "change"], "").contains("take one of open, create"));
    assert!(complaint(&["audit", "log", trial, "--from", "soon"], "").contains("write 2026-03-01"));
    let protocol = PROTOCOL.replacen("id = \"IL1RAP-HCC\"", "id = \"OTHER\"", 1);
    assert_ne!(protocol, PROTOCOL);
    fs::write(folder.path().join("protocol.toml"), protocol).unwrap();
    assert!(complaint(&["user", "list", trial], "").contains("holds the record of study"));
}

fn verify(trial: &str, head: Option<&Path>) -> (Option<i32>, Value) {
    let mut arguments = vec!["audit", "verify", trial, "--json"];
    if let Some(head) = head {
        arguments.extend(["--head", head.to_str().unwrap()]);
    }
    let output = tercel(&arguments, "");
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_record_is_verified_backed_up_and_restored() {
    let folder = folder();
    let trial = folder.path().to_str().unwrap();
    add(trial, "chen", "coordinator@01");
    let head = folder.path().join("head.json");
    let backup = folder.path().join("backup");
    answer(&["audit", "head", trial, "--out", head.to_str().unwrap()], "");
    let (code, found) = verify(trial, Some(&head));
    assert_eq!(
        (code, found["ok"].as_bool(), found["entries"].as_i64()),
        (Some(0), Some(true), Some(4)),
        "{found}"
    );
    assert_eq!(found["first_bad"], Value::Null);
    // No committee has met.
    let replayed = answer(&["audit", "replay", trial], "");
    assert_eq!(replayed, serde_json::json!({"packets": [], "same": true}));
    let written = answer(&["backup", trial, "--out", backup.to_str().unwrap()], "");
    assert_eq!(written["head"]["entries"], 5);

    let elsewhere = folder.path().join("elsewhere.db");
    let there = elsewhere.to_str().unwrap();
    let restored = answer(&["restore", backup.to_str().unwrap(), "--database", there], "");
    assert_eq!(restored["entries"], 5);
    assert!(complaint(&["restore", backup.to_str().unwrap(), "--database", there], "").contains("nothing was changed"));
    let list = answer(&["user", "list", trial, "--database", there], "");
    assert_eq!(list[0]["name"], "chen");

    // A record that was cut off shows beside its head, and says without one that it cannot be seen.
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("tercel.db{end}")));
    }
    add(trial, "chen", "coordinator@01");
    let (code, found) = verify(trial, Some(&head));
    assert_eq!((code, found["ok"].as_bool()), (Some(1), Some(false)), "{found}");
    assert_eq!(found["first_bad"], 4);
    let (code, found) = verify(trial, None);
    assert_eq!(code, Some(0));
    assert!(found["notes"][0].as_str().unwrap().contains("cut off"));
    fs::write(folder.path().join("tercel.db"), b"no database at all").unwrap();
    let (code, found) = verify(trial, None);
    assert_eq!(code, Some(1), "{found}");
    let half = fs::read(&backup).unwrap();
    fs::write(&backup, &half[..half.len() / 2]).unwrap();
    let third = folder.path().join("third.db");
    let complaint = complaint(
        &[
            "restore",
            backup.to_str().unwrap(),
            "--database",
            third.to_str().unwrap(),
        ],
        "",
    );
    assert!(complaint.contains("line "), "{complaint}");
    assert!(!third.exists());
}
