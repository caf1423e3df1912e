//! `tercel documents`, and pages as Word documents and PDF.

use std::fs;

use serde_json::Value;
use tercel_exchange::sha256_hex;

use crate::program::{study, tercel};

#[test]
fn every_document_is_written_and_listed_with_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (study(), folder.path().to_str().unwrap());
    let output = tercel(&["documents", study.to_str().unwrap(), "--out", out, "--tables", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = answer["files"].as_array().unwrap();
    for file in files {
        let bytes = fs::read(file["path"].as_str().unwrap()).unwrap();
        assert_eq!(file["sha256"], sha256_hex(&bytes));
        assert!(file["rows"].as_u64().unwrap() > 0);
    }
    let named = |end: &str| {
        files
            .iter()
            .filter(|file| file["path"].as_str().unwrap().ends_with(end))
            .count()
    };
    // 22 subjects with those who failed screening, and six documents of the study, each as a page and as a Word document.
    assert_eq!((named(".html"), named(".docx")), (28, 28));
    for name in [
        "annotated-forms",
        "sdtm-reviewers-guide",
        "adam-reviewers-guide",
        "table-shells",
        "spirit-define-checklist",
        "consort-define-checklist",
    ] {
        assert_eq!(named(&format!("{name}.html")), 1, "{name}");
    }
    // The same bytes again.
    let again = tercel(&["documents", study.to_str().unwrap(), "--out", out, "--tables", "--json"]);
    assert_eq!(again.stdout, output.stdout);
}

#[test]
fn one_casebook_can_be_asked_for_and_an_unknown_subject_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (study(), folder.path().to_str().unwrap());
    let ask = |subject: &str| {
        let only = ["--only", "casebooks", "--subject", subject, "--json"];
        tercel(&[["documents", study.to_str().unwrap(), "--out", out].as_slice(), &only].concat())
    };
    let output = ask("IL1RAP-HCC-SYNTHETIC-0003");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["files"].as_array().unwrap().len(), 1);
    let unknown = ask("NOBODY");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(unknown.stdout.is_empty() && String::from_utf8_lossy(&unknown.stderr).contains("NOBODY"));
}

#[test]
fn the_tables_of_a_report_a_packet_and_a_design_stand_beside_their_pages() {
    let folder = tempfile::tempdir().unwrap();
    let study = study();
    let study = study.to_str().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let runs: [Vec<String>; 3] = [
        vec!["run".into(), study.into(), "--out".into(), at("")],
        vec!["packet".into(), study.into(), "--out".into(), at("packet.html")],
        ["design", "report", "--design", "3+3", "--doses-count", "2", "--out"]
            .map(str::to_owned)
            .into_iter()
            .chain([at("design.html")])
            .collect(),
    ];
    for run in &runs {
        let arguments: Vec<&str> = run.iter().map(String::as_str).chain(["--tables", "--json"]).collect();
        let output = tercel(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for name in ["report.html", "tables.docx", "packet.docx", "design.docx"] {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        assert!(bytes.len() > 1000, "{name}");
    }
}

#[test]
fn a_document_beside_nothing_is_refused() {
    let study = study();
    for command in ["run", "packet"] {
        let output = tercel(&[command, study.to_str().unwrap(), "--tables", "--json"]);
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(output.stdout.is_empty() && String::from_utf8_lossy(&output.stderr).contains("--out"));
    }
}

#[cfg(not(feature = "pdf"))]
#[test]
fn a_program_without_pdf_says_how_to_get_one_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (study, page) = (study(), folder.path().join("page.html"));
    let (study, page) = (study.to_str().unwrap(), page.to_str().unwrap());
    let asked: [&[&str]; 4] = [
        &["run", study, "--out", page, "--pdf"],
        &["packet", study, "--out", page, "--pdf"],
        &["documents", study, "--out", page, "--pdf"],
        &[
            "design",
            "report",
            "--design",
            "3+3",
            "--doses-count",
            "2",
            "--out",
            page,
            "--pdf",
        ],
    ];
    for arguments in asked {
        let output = tercel(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("--features pdf"));
        assert!(!std::path::Path::new(page).exists());
    }
}

#[cfg(feature = "pdf")]
#[test]
fn a_report_a_packet_and_a_design_are_written_as_pdf_with_the_same_bytes_again() {
    let folder = tempfile::tempdir().unwrap();
    let study = study();
    let study = study.to_str().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let asked = |name: &str| -> Vec<Vec<String>> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        vec![
            words(&["run", study, "--pdf", "--out", &at(name)]),
            words(&["packet", study, "--out", &at(&format!("{name}-packet.pdf"))]),
            words(&[
                "design",
                "report",
                "--design",
                "boin",
                "--target",
                "0.3",
                "--doses-count",
                "2",
                "--cohorts",
                "3",
                "--pdf",
                "--out",
                &at(&format!("{name}-design.html")),
            ]),
        ]
    };
    for name in ["one", "two"] {
        for arguments in asked(name) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = tercel(&arguments);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    for kind in ["/report", "-packet", "-design"] {
        let [one, two] = ["one", "two"].map(|name| fs::read(at(&format!("{name}{kind}.pdf"))).unwrap());
        assert!(one.starts_with(b"%PDF-1.7"), "{kind}");
        assert_eq!(one, two, "{kind}");
    }
}
