//! Data entered into the record are answered as they are in datasets, at any time they were known.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tercel_store::{Address, Author, Change, Clock, Store};

fn trial() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

fn tercel(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(arguments)
        .output()
        .unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = tercel(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(trial().join("protocol.toml"), folder.path().join("protocol.toml")).unwrap();
    folder
}

#[test]
fn the_record_answers_as_the_datasets_do_and_as_it_was_known() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let files = trial().join("data");
    let entered = json(&["--json", "import", here, files.to_str().unwrap()]);
    assert_eq!(entered["entered"], 13763);
    assert_eq!(entered["not_taken"].as_array().unwrap().len(), 0);
    let again = json(&["--json", "import", here, files.to_str().unwrap()]);
    assert_eq!(again["entered"], 0, "what is there already is not entered twice");

    let original = trial();
    let run = |trial: &str| json(&["--json", "run", trial, "--as-of", "2026-12-01"]);
    let (of_record, of_files) = (run(here), run(original.to_str().unwrap()));
    for part in ["subjects", "decision", "outcomes", "findings", "safety", "episodes"] {
        assert_eq!(of_record[part], of_files[part], "{part}");
    }

    let entries = json(&["--json", "audit", "verify", here])["entries"].as_i64().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let before = runtime.block_on(remove_an_event(folder.path(), entries));
    let p2 = |more: &[&str]| {
        let mut arguments = vec!["--json", "run", here, "--as-of", "2026-12-01"];
        arguments.extend(more);
        let run = json(&arguments);
        let cells = run["outcomes"].as_array().unwrap().clone();
        let cell = cells
            .into_iter()
            .find(|cell| cell["id"] == "P2.ae" && cell["dose_level"].is_null());
        cell.unwrap()["records"].as_array().unwrap().len()
    };
    assert_eq!(p2(&["--known-at", &before]), p2(&["--data", files.to_str().unwrap()]));
    assert!(p2(&[]) < p2(&["--known-at", &before]), "the event was entered in error");
}

/// Marks an adverse event as entered in error; gives a time at which it still stood.
async fn remove_an_event(folder: &Path, last: i64) -> String {
    let store = Store::open(&Address::in_folder(folder), Clock::System).await.unwrap();
    let entries = store.entries_after(last - 1, last, 1).await.unwrap();
    let author = Author {
        account: "chen".to_owned(),
        role: "coordinator".to_owned(),
    };
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let change = Change::Void {
        record: "AE/IL1RAP-HCC-SYNTHETIC-0005/1".to_owned(),
        seen: 1,
        reason: "another subject's".to_owned(),
    };
    store.append(&author, None, &[change]).await.unwrap();
    entries[0].entered_at.clone()
}

#[test]
fn what_cannot_be_entered_is_said_and_nothing_is() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let table = folder.path().join("ae.csv");
    let complaint = |arguments: &[&str]| {
        let output = tercel(arguments);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let path = table.to_str().unwrap();
    fs::write(&table, "subject,aeterm,aetoxgr,aestdtc\nS-1,Fever,7,2026-02-30\n").unwrap();
    let said = complaint(&["import", here, path, "--form", "adverse-event"]);
    assert!(
        said.contains("nothing was entered") && said.contains("AETOXGR") && said.contains("AESTDTC"),
        "{said}"
    );
    fs::write(&table, "").unwrap();
    assert!(complaint(&["import", here, path, "--form", "adverse-event"]).contains("empty"));
    assert!(complaint(&["import", here, path, "--form", "adverse"]).contains("there is no such form"));
    assert!(complaint(&["import", here, "nowhere"]).contains("nowhere"));
    assert!(!folder.path().join("tercel.db").exists());
}
