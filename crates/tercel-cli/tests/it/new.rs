//! `tercel new`: drafts from the study's own record and from three records of ClinicalTrials.gov.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::tercel;

fn record(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tercel-exchange/tests/data/registry")
        .join(name)
}

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc/registry-record.txt")
}

/// The JSON of a draft, which must be in order.
fn draft(path: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = tercel(&["--json", "new", path.to_str().unwrap(), "--out", out]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let check = tercel(&["check", out]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    serde_json::from_slice(&run.stdout).unwrap()
}

fn refused(bytes: &[u8], message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record");
    std::fs::write(&file, bytes).unwrap();
    let out = folder.path().join("trial");
    let run = tercel(&["--json", "new", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(run.stdout.is_empty());
    assert!(said.contains(message), "{said}");
    assert!(!out.exists());
}

fn open(answer: &Value, path: &str) -> bool {
    let list = answer["not_stated"].as_array().unwrap();
    list.iter().any(|open| open["path"] == path)
}

#[test]
fn the_studys_own_record_gives_its_levels_window_and_outcomes() {
    let answer = draft(&own());
    let amounts: Vec<f64> = answer["dose_levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| level["amount"].as_f64().unwrap())
        .collect();
    assert_eq!(amounts, [1.0e8, 2.5e8, 5.0e8]);
    assert_eq!(answer["dose_levels"][2]["label"], "Third dose group");
    assert_eq!(answer["dlt_window_days"], 28);
    let outcomes = answer["outcomes"].as_array().unwrap();
    let of = |kind: &str| outcomes.iter().filter(|outcome| outcome["kind"] == kind).count();
    assert_eq!((of("primary"), of("secondary"), of("other")), (4, 11, 0));
    let s1 = &outcomes[4];
    assert_eq!(
        s1["measure"],
        "Curative effect evaluation, 3-month objective response rate (ORR); 、"
    );
    assert_eq!(s1["time_frames"], serde_json::json!(["3 months"]));
    assert_eq!(
        outcomes[5]["time_frames"],
        serde_json::json!(["3 months", "6 months", "1 year", "2 years"])
    );
    assert!(outcomes.iter().all(|outcome| !outcome["method"].is_null()));
    assert!(open(&answer, "escalation.design"));
    assert!(!open(&answer, "dlt.window_days"));
}

#[test]
fn the_draft_of_the_studys_own_record_has_forty_nine_cells() {
    let bytes = std::fs::read(own()).unwrap();
    let record = tercel_exchange::registry::parse_record(&bytes, None).unwrap();
    let draft = tercel_exchange::registry::draft_protocol(&record);
    let trial = tercel::protocol::parse_protocol("protocol.toml", &draft.protocol).unwrap();
    let cells: usize = trial
        .outcomes
        .iter()
        .map(|outcome| outcome.components.len().max(1) * outcome.time_points.len().max(1))
        .sum();
    assert_eq!(cells, 49);
    assert_eq!(trial.windows.ae_months, 12);
    assert_eq!(trial.windows.ae_days_uninfused, 28);
}

#[test]
fn both_forms_of_a_record_give_the_same_measures() {
    for nct in ["NCT05366179", "NCT05515185", "NCT06646627"] {
        let (json, flat) = (
            draft(&record(&format!("{nct}.json"))),
            draft(&record(&format!("{nct}.txt"))),
        );
        let measures = |answer: &Value| {
            let list = answer["outcomes"].as_array().unwrap();
            list.iter()
                .map(|outcome| (outcome["measure"].clone(), outcome["time_frames"].clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(measures(&json), measures(&flat), "{nct}");
    }
}

#[test]
fn doses_in_a_description_are_found_and_those_not_given_are_listed() {
    let answer = draft(&record("NCT05366179.json"));
    assert_eq!(answer["dose_levels"][0]["amount"], 2e6);
    assert_eq!(answer["dose_levels"][1]["amount"], 5e6);
    assert_eq!(answer["dose_levels"].as_array().unwrap().len(), 2);
    assert_eq!(answer["dlt_window_days"], 28);
    assert!(open(&answer, "dose_level"));
    assert!(open(&answer, "eligibility.age_max"));
}

#[test]
fn a_lost_exponent_is_listed_and_never_repaired() {
    let answer = draft(&record("NCT06646627.json"));
    assert_eq!(answer["dose_levels"], serde_json::json!([]));
    let list = answer["not_stated"].as_array().unwrap();
    let lost = list.iter().filter(|open| open["path"] == "dose_level.amount").count();
    assert_eq!(lost, 8);
    assert_eq!(answer["dlt_window_days"], 28);
    assert!(!open(&answer, "escalation.design"));
}

#[test]
fn a_record_without_dose_or_secondary_outcome_gives_a_draft_in_order() {
    let answer = draft(&record("NCT05515185.json"));
    assert_eq!(answer["dose_levels"], serde_json::json!([]));
    assert_eq!(answer["dlt_window_days"], Value::Null);
    assert_eq!(answer["outcomes"].as_array().unwrap().len(), 2);
    assert_eq!(answer["outcomes"][1]["method"], Value::Null);
    assert!(!open(&answer, "eligibility.age_max"));
}

#[test]
fn a_placeholder_of_a_dose_is_an_open_gap_and_nothing_is_computed_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let path = record("NCT05515185.json");
    assert!(tercel(&["new", path.to_str().unwrap(), "--out", out]).status.success());
    let check = tercel(&["--json", "check", out]);
    assert!(check.status.success());
    let answer: Value = serde_json::from_slice(&check.stdout).unwrap();
    let gaps = answer["open_gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].as_str().unwrap().contains("PLACEHOLDER"));
    assert!(String::from_utf8_lossy(&tercel(&["check", out]).stdout).contains("open gap: the dose of level 1"));

    // Data beside it are neither checked nor analysed.
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/dm.csv"), "STUDYID,USUBJID\nA,A-1\n").unwrap();
    assert_eq!(tercel(&["check", out]).status.code(), Some(1));
    let rehearsal = folder.path().join("rehearsal");
    for arguments in [
        vec!["run", out],
        vec!["decide", out],
        vec!["synth", out, "--out", rehearsal.to_str().unwrap()],
    ] {
        let run = tercel(&arguments);
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("the protocol is not complete"), "{said}");
    }
}

#[test]
fn a_csv_download_is_read_and_of_several_studies_one_is_chosen() {
    let header =
        "NCT Number,Study Title,Conditions,Interventions,Primary Outcome Measures,Secondary Outcome Measures\n";
    let row = |nct: &str| {
        format!(
            "{nct},CAR-T cells,Glioma,BIOLOGICAL: CAR-T 1x10^7 cells|DRUG: Fludarabine,\"DLT, Within 4 weeks\",\
             \"Overall survival rate, 6 months, 1 year\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.csv");
    std::fs::write(&file, format!("{header}{}", row("NCT00000001"))).unwrap();
    let answer = draft(&file);
    assert_eq!(answer["dose_levels"][0]["amount"], 1e7);
    assert_eq!(answer["dlt_window_days"], 28);
    assert_eq!(
        answer["outcomes"][1]["time_frames"],
        serde_json::json!(["6 months", "1 year"])
    );
    let two = format!("{header}{}{}", row("NCT00000001"), row("NCT00000002"));
    refused(two.as_bytes(), "choose one with --nct");
    std::fs::write(&file, two).unwrap();
    let out = folder.path().join("trial");
    let arguments = [
        "new",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--nct",
        "NCT00000002",
    ];
    assert!(tercel(&arguments).status.success());
    // A protocol in the folder stays unless it is to be replaced.
    let again = tercel(&arguments);
    assert_eq!(again.status.code(), Some(2));
    assert!(tercel(&[&arguments[..], &["--force"]].concat()).status.success());
}

#[test]
fn what_is_no_record_is_refused_with_a_message() {
    refused(b"", "the file is empty");
    refused(&[0xff, 0xfe, 0, 1], "not UTF-8");
    refused(b"{\"a\": 1}", "no study of ClinicalTrials.gov");
    refused(b"{\"studies\": []}", "no study");
    refused(b"{\"a\": ", "is not");
    refused(b"NCT Number,Study Title\nNCT1,A\n", "no column \"Interventions\"");
    refused(b"a,b,c\n1,2,3\n", "no column");
    refused(b"just a sentence\n", "no registry record");
    refused("[".repeat(100_000).as_bytes(), "nested");
    refused(&vec![b'a'; 2 << 20], "longer than 1 MiB");
}
