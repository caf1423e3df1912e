//! `tercel export --to ctgov` and `--to usdm`: trials with and without data, records of the registry, and what is no record.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::tercel;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn export(what: &Path, to: &str, out: &Path) -> Value {
    let output = tercel(&[
        "export",
        what.to_str().unwrap(),
        "--to",
        to,
        "--out",
        out.to_str().unwrap(),
        "--json",
    ]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(out: &Path, name: &str) -> String {
    fs::read_to_string(out.join(name)).unwrap()
}

/// The text of the first element of a name.
fn element<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

#[test]
fn every_number_of_run_stands_in_the_results() {
    let out = tempfile::tempdir().unwrap();
    let trial = root().join("trials/il1rap-hcc");
    export(&trial, "ctgov", out.path());
    let results = text(out.path(), "results.xml");
    let outcomes = element(&results, "outcomeMeasures").unwrap();
    let values = outcomes.split("<reportedValue>").skip(1);
    let values: Vec<&str> = values
        .filter_map(|text| text.split("</reportedValue>").next())
        .collect();
    let run = tercel(&["run", trial.to_str().unwrap(), "--json"]);
    let run: Value = serde_json::from_slice(&run.stdout).unwrap();
    let cells = run["outcomes"].as_array().unwrap();
    assert_eq!(values.len(), cells.len());
    for (value, cell) in values.iter().zip(cells) {
        let group = cell["dose_level"]
            .as_u64()
            .map_or("all".to_owned(), |level| format!("level{level}"));
        assert!(element(value, "reportingGroupId").unwrap().ends_with(&group), "{cell}");
        let analysed = value.rsplit_once("<subjectsAnalyzed>").unwrap().1;
        assert!(analysed.starts_with(&format!("{}<", cell["denominator"])), "{cell}");
        let written = element(value, "parameterValue").unwrap();
        let Some(exact) = cell["value"].as_f64() else {
            assert_eq!(written, "NA");
            let reason = cell["reason"].as_str().unwrap();
            assert!(
                element(value, "naComment")
                    .unwrap()
                    .contains(&reason.replace('>', "&gt;").replace('<', "&lt;")),
                "{cell}"
            );
            continue;
        };
        let exact = if cell["unit"] == "" { 100.0 * exact } else { exact };
        let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let rounding = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap());
        let written: f64 = written.parse().unwrap();
        // Whole numbers of a level are rounded to three significant digits.
        assert!(
            (written - exact).abs() <= rounding.max(0.005 * exact.abs()) * (1.0 + 1e-9),
            "{written}: {cell}"
        );
    }
}

#[test]
fn the_same_trial_gives_the_same_files_which_a_second_export_replaces() {
    let trial = root().join("trials/gbm-car-t");
    let out = tempfile::tempdir().unwrap();
    let first = export(&trial, "ctgov", out.path());
    assert_eq!(first, export(&trial, "ctgov", out.path()));
    let limitations = element(&text(out.path(), "results.xml"), "limitationsAndCaveats")
        .unwrap()
        .to_owned();
    assert!(
        limitations.contains("Adverse events are not in the source"),
        "{limitations}"
    );
}

#[test]
fn a_treated_subject_that_demography_does_not_know_is_named_beside_the_results() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("sdtm");
    fs::create_dir(&data).unwrap();
    let source = root().join("crates/tercel-cli/tests/data/hand/sdtm");
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, data.join(path.file_name().unwrap())).unwrap();
    }
    let dm = fs::read_to_string(data.join("dm.csv")).unwrap();
    let (known, _) = dm.trim_end().rsplit_once('\n').unwrap();
    fs::write(data.join("dm.csv"), format!("{known}\n")).unwrap();
    let protocol = root().join("trials/il1rap-hcc/protocol.toml");
    for target in ["ctgov", "define", "adam"] {
        let out = tempfile::tempdir().unwrap();
        let output = tercel(&[
            "export",
            protocol.to_str().unwrap(),
            "--data",
            data.to_str().unwrap(),
            "--to",
            target,
            "--out",
            out.path().to_str().unwrap(),
            "--json",
        ]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = answer["findings"].to_string();
        assert!(findings.contains("unknown-subject"), "{target}: {findings}");
    }
}

#[test]
fn a_trial_without_data_has_its_registration_and_says_that_it_has_no_results() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        root().join("trials/il1rap-hcc/protocol.toml"),
        folder.path().join("protocol.toml"),
    )
    .unwrap();
    let out = tempfile::tempdir().unwrap();
    let answer = export(folder.path(), "ctgov", out.path());
    assert_eq!(answer["files"].as_array().unwrap().len(), 1);
    let notes = answer["notes"].to_string();
    assert!(notes.contains("the trial has no data"), "{notes}");
    let usdm = tempfile::tempdir().unwrap();
    export(folder.path(), "usdm", usdm.path());
    let definition: Value = serde_json::from_str(&text(usdm.path(), "usdm.json")).unwrap();
    assert_eq!(definition["study"]["name"], "IL1RAP-HCC");
}

#[test]
fn a_record_with_results_is_written_as_it_is_uploaded() {
    let record = root().join("crates/tercel-exchange/tests/data/registry/NCT02296125.json");
    let out = tempfile::tempdir().unwrap();
    let answer = export(&record, "ctgov", out.path());
    assert!(text(out.path(), "results.xml").contains("<parameterValue>18.9</parameterValue>"));
    assert!(text(out.path(), "protocol.xml").contains("<phase>Phase 3</phase>"));
    assert!(
        answer["notes"].to_string().contains("is median-pfs"),
        "{}",
        answer["notes"]
    );
    let without = root().join("crates/tercel-exchange/tests/data/registry/NCT05366179.json");
    let out = tempfile::tempdir().unwrap();
    let answer = export(&without, "ctgov", out.path());
    assert!(
        answer["notes"].to_string().contains("the record has no results"),
        "{}",
        answer["notes"]
    );
    assert!(!out.path().join("results.xml").exists());
}

#[test]
fn a_record_that_is_checked_has_its_page_too() {
    let record = root().join("crates/tercel-exchange/tests/data/registry/NCT02296125.json");
    let out = tempfile::tempdir().unwrap();
    let (record, folder) = (record.to_str().unwrap(), out.path().to_str().unwrap());
    let output = tercel(&["export", record, "--to", "ctgov", "--out", folder, "--check"]);
    assert_eq!(output.status.code(), Some(0));
    let page = text(out.path(), "checks.html");
    assert!(
        page.contains("Every XML and JSON file is well-formed") && page.contains("2 files"),
        "{page}"
    );
    assert!(page.contains("test site of the PRS"));
}

#[test]
fn what_is_no_record_is_refused_with_what_is_wrong_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record.json");
    let whole = fs::read_to_string(root().join("crates/tercel-exchange/tests/data/registry/NCT02296125.json")).unwrap();
    for (bytes, said) in [
        (whole[..whole.len() / 2].to_owned(), "line"),
        ("[".repeat(200), "nested"),
        ("{}".to_owned(), "protocolSection"),
        (
            whole.replace(
                "\"OG001\",\n         \"value\": \"277\"",
                "\"OG007\",\n         \"value\": \"277\"",
            ),
            "OG007",
        ),
    ] {
        fs::write(&record, bytes).unwrap();
        let out = folder.path().join("out");
        let output = tercel(&[
            "export",
            record.to_str().unwrap(),
            "--to",
            "ctgov",
            "--out",
            out.to_str().unwrap(),
        ]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(output.stdout.is_empty() && error.contains(said), "{error}");
        assert!(!out.exists());
    }
}

#[test]
fn events_below_the_threshold_are_left_out_and_the_registry_takes_none_above_five_percent() {
    let trial = root().join("trials/il1rap-hcc");
    let folder = tempfile::tempdir().unwrap();
    let (all, some) = (folder.path().join("all"), folder.path().join("some"));
    export(&trial, "ctgov", &all);
    let run = |threshold: &str, out: &Path| {
        tercel(&[
            "export",
            trial.to_str().unwrap(),
            "--to",
            "ctgov",
            "--out",
            out.to_str().unwrap(),
            "--threshold",
            threshold,
        ])
    };
    assert_eq!(run("5", &some).status.code(), Some(0));
    let [all, some] = [&all, &some].map(|out| text(out, "results.xml"));
    let threshold = |xml: &str| element(xml, "frequencyReportingThreshold").map(str::to_owned);
    assert_eq!(
        (threshold(&all), threshold(&some)),
        (Some("0".to_owned()), Some("5".to_owned()))
    );
    assert!(some.len() <= all.len());
    // The protocol states it too, and the option goes before it.
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let protocol = std::fs::read_to_string(trial.join("protocol.toml")).unwrap();
    let stated = |percent: &str| {
        protocol.replace(
            "registry_threshold_percent = 0\n",
            &format!("registry_threshold_percent = {percent}\n"),
        )
    };
    let data = trial.join("data");
    let by_protocol = |percent: &str, more: &[&str], name: &str| {
        std::fs::write(own.join("protocol.toml"), stated(percent)).unwrap();
        let out = folder.path().join(name);
        let (own, data, to) = (own.to_str().unwrap(), data.to_str().unwrap(), out.to_str().unwrap());
        let arguments = ["export", own, "--data", data, "--to", "ctgov", "--out", to];
        let run = tercel(&[&arguments[..], more].concat());
        (run.status.code(), out)
    };
    let (code, out) = by_protocol("5", &[], "by-protocol");
    assert_eq!((code, text(&out, "results.xml")), (Some(0), some));
    let (code, out) = by_protocol("5", &["--threshold", "0"], "by-option");
    assert_eq!((code, text(&out, "results.xml")), (Some(0), all));
    assert_eq!(by_protocol("6", &[], "too-high").0, Some(2));
    let refused = run("6", &folder.path().join("refused"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("from 0 to 5"));
}
