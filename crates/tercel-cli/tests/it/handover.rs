//! `tercel export --to adam|define` as a user runs it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::study as trial;

fn tercel(words: &[&str], paths: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercel"));
    command.args(words).arg("--json");
    for (name, path) in paths {
        if !name.is_empty() {
            command.arg(name);
        }
        command.arg(path);
    }
    command.output().unwrap()
}

fn export(to: &str, format: &str, out: &Path) -> Value {
    let output = tercel(
        &["export", "--to", to, "--format", format],
        &[("", &trial()), ("--out", out)],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Names and sums of the files of an answer.
fn files(answer: &Value) -> BTreeMap<String, String> {
    let of = |file: &Value| {
        let path = PathBuf::from(file["path"].as_str().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(tercel_exchange::sha256_hex(&bytes), file["sha256"].as_str().unwrap());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, file["sha256"].as_str().unwrap().to_owned())
    };
    answer["files"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn analysis_datasets_are_exported_in_every_format_with_the_same_bytes_every_time() {
    let names = [
        "adae", "addlt", "adex", "adlb", "adout", "adpc", "adpp", "adrs", "adsl", "adtox", "adtr", "adtte", "advs",
    ];
    for (format, extension) in [
        ("xpt", "xpt"),
        ("dataset-json", "json"),
        ("ndjson", "ndjson"),
        ("parquet", "parquet"),
    ] {
        let out = TempDir::new().unwrap();
        let answer = export("adam", format, &out.path().join("adam"));
        let first = files(&answer);
        let expected: Vec<String> = names.iter().map(|name| format!("{name}.{extension}")).collect();
        assert_eq!(first.keys().cloned().collect::<Vec<_>>(), expected);
        let again = files(&export("adam", format, &out.path().join("adam")));
        assert_eq!(first, again, "{format}");
    }
}

#[test]
fn define_describes_both_standards_for_programs_and_people() {
    let out = TempDir::new().unwrap();
    let answer = export("define", "xpt", &out.path().join("define"));
    let made = files(&answer);
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "adam-reviewers-guide.html",
            "annotated-forms.html",
            "define-adam.html",
            "define-adam.xml",
            "define-sdtm.html",
            "define-sdtm.xml",
            "sdtm-reviewers-guide.html"
        ]
    );
    let read = |name: &str| std::fs::read_to_string(out.path().join("define").join(name)).unwrap();
    let adam = read("define-adam.xml");
    for part in [
        "def:DefineVersion=\"2.1.0\"",
        "xlink:href=\"adtte.xpt\"",
        "<arm:AnalysisResult OID=\"AR.S9.6\"",
    ] {
        assert!(adam.contains(part), "{part}");
    }
    let sdtm = read("define-sdtm.xml");
    assert!(sdtm.contains("xlink:href=\"suppae.xpt\"") && !sdtm.contains("arm:"));
    assert!(read("define-adam.html").contains("href=\"define-adam.xml\""));
    let documents = [
        (&sdtm, "sdtm", "AnnotatedCRF", "annotated-forms.html"),
        (&sdtm, "sdtm", "SupplementalDoc", "sdtm-reviewers-guide.html"),
        (&adam, "adam", "SupplementalDoc", "adam-reviewers-guide.html"),
    ];
    for (xml, standard, element, file) in documents {
        let named = xml.split(&format!("<def:{element}>")).nth(1).unwrap();
        let leaf = named.split("leafID=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(
            xml.contains(&format!("<def:leaf ID=\"{leaf}\" xlink:href=\"{file}\">")),
            "{file}"
        );
        assert!(read(&format!("define-{standard}.html")).contains(&format!("href=\"{file}\"")));
        assert!(read(file).starts_with("<!"), "{file}");
    }
    assert!(!adam.contains("annotated-forms") && !sdtm.contains("adam-reviewers"));
    // What is collected says on which form: every place is there, for programs and for people.
    let (forms, page) = (read("annotated-forms.html"), read("define-sdtm.html"));
    let links = page.split("href=\"annotated-forms.html#").skip(1);
    let named = sdtm.split("PageRefs=\"").skip(1);
    let named = named.flat_map(|text| text.split('"').next().unwrap().split(' '));
    let places: BTreeSet<&str> = named.collect();
    let linked: BTreeSet<&str> = links.map(|text| text.split('"').next().unwrap()).collect();
    assert!(places.len() > 20 && places.contains("form-adverse-event"), "{places:?}");
    assert_eq!(places, linked);
    for place in places {
        assert!(forms.contains(&format!(" id=\"{place}\"")), "{place}");
    }
}

#[test]
fn exported_analysis_datasets_are_read_again_as_a_study_with_the_same_times() {
    let folder = TempDir::new().unwrap();
    let again = folder.path().join("again");
    std::fs::create_dir(&again).unwrap();
    std::fs::copy(trial().join("protocol.toml"), again.join("protocol.toml")).unwrap();
    export("adam", "dataset-json", &again.join("data"));
    let run = |trial: &Path| -> Vec<Value> {
        let output = tercel(&["run"], &[("", trial)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["outcomes"].as_array().unwrap().clone()
    };
    let (source, read) = (run(&trial()), run(&again));
    let mut compared = 0;
    for (source, read) in source.iter().zip(&read) {
        assert_eq!(source["id"], read["id"]);
        if ["S5", "S6", "S9", "S10", "S11"].contains(&source["id"].as_str().unwrap()) {
            for field in ["value", "lower", "upper", "n", "denominator"] {
                let (source_value, value) = (source[field].as_f64(), read[field].as_f64());
                let same = match (source_value, value) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9 * a.abs().max(1.0),
                    (a, b) => a.is_none() && b.is_none(),
                };
                assert!(same, "{} {field}: {source_value:?} became {value:?}", source["id"]);
            }
            compared += 1;
        }
    }
    assert!(compared >= 40, "{compared}");
}

#[test]
fn a_study_without_tabulation_datasets_is_told_so() {
    let out = TempDir::new().unwrap();
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/gbm-car-t");
    let output = tercel(
        &["export", "--to", "adam"],
        &[("", &other), ("--out", &out.path().join("x"))],
    );
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty() && message.contains("hold no DM"), "{message}");
}

#[test]
fn a_checked_export_comes_with_a_page_of_what_was_checked_and_what_was_not() {
    for (to, format, checks) in [
        ("sdtm", "xpt", 13),
        ("sdtm", "parquet", 13),
        ("adam", "xpt", 11),
        ("define", "xpt", 14),
        ("usdm", "csv", 2),
    ] {
        let out = TempDir::new().unwrap();
        let folder = out.path().join("export");
        let words = ["export", "--to", to, "--format", format, "--check"];
        let output = tercel(&words, &[("", &trial()), ("--out", &folder)]);
        assert!(
            output.status.success(),
            "{to}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let made = answer["checks"].as_array().unwrap();
        assert_eq!(made.len(), checks, "{to}");
        assert!(files(&answer).contains_key("checks.html"), "{to}");
        let page = std::fs::read_to_string(folder.join("checks.html")).unwrap();
        for check in made {
            assert_eq!(check["findings"], 0, "{check}");
            assert!(page.contains(check["what"].as_str().unwrap()), "{check}");
        }
        assert!(
            page.contains("What was not checked") && page.contains("validator"),
            "{to}"
        );
    }
}
