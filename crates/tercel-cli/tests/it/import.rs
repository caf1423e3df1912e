//! Data entered into the record are answered as they are in datasets, at any time they were known.

use std::fs;
use std::path::Path;

use tercel_store::{Address, Author, Change, Clock, Store};

use crate::program::{json, study as trial, tercel};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(trial().join("protocol.toml"), folder.path().join("protocol.toml")).unwrap();
    folder
}

/// A file with this text; gives its path.
fn table(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_record_answers_as_the_datasets_do_and_as_it_was_known() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let files = trial().join("data");
    let entered = json(&["--json", "import", here, files.to_str().unwrap()]);
    assert_eq!(entered["entered"], 14032);
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

#[test]
fn a_table_imported_twice_is_entered_once_and_a_subject_nobody_knows_is_refused() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let table = |name: &str, text: &str| table(folder.path(), name, text);
    let visits = table(
        "visits.csv",
        "subject,visit,svstdtc\nS-1,Screening,2026-02-01\nS-1,Day 0,2026-03-01\n",
    );
    let output = tercel(&["import", here, &visits, "--form", "visit"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("the site of subject S-1") && said.contains("Nothing was entered"),
        "{said}"
    );

    let people = table("people.csv", "subject,siteid,rficdtc,age,sex\nS-1,01,2026-02-01,60,F\n");
    assert_eq!(
        json(&["--json", "import", here, &people, "--form", "demography", "--dry-run"])["entered"],
        1
    );
    assert_eq!(
        json(&["--json", "import", here, &people, "--form", "demography"])["entered"],
        1
    );
    for (dry, entered) in [(true, 2), (false, 2), (false, 0), (true, 0)] {
        let mut arguments = vec!["--json", "import", here, &visits, "--form", "visit"];
        arguments.extend(dry.then_some("--dry-run"));
        assert_eq!(json(&arguments)["entered"], entered);
    }
}

#[cfg(unix)]
#[test]
fn the_record_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    json(&[
        "--json",
        "import",
        folder.path().to_str().unwrap(),
        trial().join("data").to_str().unwrap(),
    ]);
    let mode = fs::metadata(folder.path().join("tercel.db"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_import_ends_no_halt_that_stands() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let table = |name: &str, text: &str| table(folder.path(), name, text);
    let enter = |file: &str, form: &str| json(&["--json", "import", here, file, "--form", form])["entered"].clone();
    let people = table("people.csv", "subject,siteid,rficdtc,age,sex\nS-1,01,2026-02-01,60,F\n");
    assert_eq!(enter(&people, "demography"), 1);
    let wrong = table(
        "deviations.csv",
        "subject,dvterm,dvcat,dvimp,dvstdtc\nS-1,Wrong product infused,PRODUCT,Y,2026-03-01\n",
    );
    assert_eq!(enter(&wrong, "deviation"), 1);
    let lift = table(
        "lifted.csv",
        "subject,faorres,faeval,fadtc\nS-1,LIFTED,SAFETY REVIEW COMMITTEE,2026-03-02\n",
    );
    let refused = |file: &str, form: &str, why: &str| {
        for more in [&["--dry-run"][..], &[], &["--halt"]] {
            let arguments = [&["import", here, file, "--form", form], more].concat();
            let output = tercel(&arguments);
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.code() == Some(2) && said.contains(why), "{said}");
        }
    };
    refused(&lift, "halt-lifted", "two persons sign it in the browser");
    let pause = table("pause.csv", "subject,reason,from\nS-1,asked,2026-03-02T08:00\n");
    refused(&pause, "conduct-pause", "is of the study, not of a subject");
    // As a sitting of another system brings it: what happened, and that it was decided.
    let whole = folder.path().join("whole");
    fs::create_dir(&whole).unwrap();
    fs::write(
        whole.join("dm.csv"),
        "USUBJID,SITEID,RFICDTC,AGE,SEX,ARMCD\nS-2,01,2026-02-01,60,F,DL1\n",
    )
    .unwrap();
    fs::write(
        whole.join("fa.csv"),
        "USUBJID,FASEQ,FATESTCD,FAOBJ,FAORRES,FAEVAL,FADTC\nS-2,1,PAUSE,ENROLMENT,LIFTED,SAFETY REVIEW COMMITTEE,2026-03-02\n",
    )
    .unwrap();
    assert_eq!(json(&["--json", "import", here, whole.to_str().unwrap()])["entered"], 2);
    let bag = |subject: &str, label: &str| {
        let text = "subject,bag,lot,coi,cndose,cndosu,volume,expires\n";
        table(
            "bag.csv",
            &format!("{text}{subject},{label},L1,C1,100,10^6 cells,20,2026-09-01T00:00\n"),
        )
    };
    assert_eq!(enter(&bag("S-1", "C1-12"), "conduct-bag"), 1);
    refused(&bag("S-2", "c1 12"), "conduct-bag", "reads as C1-12");
    assert_eq!(enter(&bag("S-2", "C11-2"), "conduct-bag"), 1);
    let tomorrow = table("visits.csv", "subject,visit,svstdtc\nS-1,Day 1,2026-03-02\n");
    assert_eq!(enter(&tomorrow, "visit"), 1, "what lets go of nothing is entered");
}
