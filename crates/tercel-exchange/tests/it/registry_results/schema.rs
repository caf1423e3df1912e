//! Documents against the registry's schemas, by xmllint.

use std::path::Path;
use std::process::Command;

use tercel::study::Finding;
use tercel_exchange::export::references::check_groups;
use tercel_exchange::registry::results::{OutcomeMeasure, Results, write_results};

use super::{TRIALS, with_study};

/// Whether xmllint is here. Where it must be (`CI` is set), its absence fails.
pub(crate) fn has_xmllint() -> bool {
    let found = Command::new("xmllint").arg("--version").output().is_ok();
    if !found {
        assert!(
            std::env::var_os("CI").is_none(),
            "xmllint is not installed (Debian: libxml2-utils), so no document was held against its schema"
        );
        eprintln!(
            "NOT TESTED: xmllint is not installed (Debian: libxml2-utils), so no document was held against its schema"
        );
    }
    found
}

/// What the schema refuses; empty where the document is valid.
pub(crate) fn refused(schema: &str, document: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.xml");
    std::fs::write(&file, document).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/prs")
        .join(schema);
    let answer = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg(&file)
        .output()
        .unwrap();
    if answer.status.success() {
        String::new()
    } else {
        String::from_utf8_lossy(&answer.stderr).into_owned()
    }
}

/// References to groups that the document does not have, which xmllint does not look for.
pub(super) fn unresolved(document: &str) -> Vec<Finding> {
    check_groups("results.xml", document.as_bytes()).findings
}

#[test]
fn results_of_the_trials_are_valid() {
    if !has_xmllint() {
        return;
    }
    for name in TRIALS {
        let document = with_study(name, |_, _, results| write_results(results));
        assert_eq!(refused("RRSUploadSchema.xsd", &document), "", "{name}");
    }
}

#[test]
fn every_reference_of_the_trials_is_to_a_group_of_the_document() {
    for name in TRIALS {
        let document = with_study(name, |_, _, results| write_results(results));
        assert_eq!(unresolved(&document), [], "{name}");
    }
}

#[test]
fn a_document_that_is_not_valid_is_refused() {
    let document = with_study("il1rap-hcc", |_, _, results| write_results(results));
    let broken = document.replacen("<reportingGroupId>B.", "<reportingGroupId>X.", 1);
    assert_eq!(unresolved(&broken).len(), 1);
    if has_xmllint() {
        let broken = document.replacen("parameterType>", "kind>", 2);
        assert!(refused("RRSUploadSchema.xsd", &broken).contains("kind"));
        let twice = document.replacen("id=\"B.level2\"", "id=\"B.level1\"", 1);
        assert!(refused("RRSUploadSchema.xsd", &twice).contains("B.level1"));
    }
}

#[test]
fn results_with_nothing_and_with_odd_words_are_valid() {
    if !has_xmllint() {
        return;
    }
    let odd = Results {
        outcomes: vec![OutcomeMeasure {
            rank: "Primary".to_owned(),
            title: "<&> \u{1} \u{ffff} 首要".to_owned(),
            ..OutcomeMeasure::default()
        }],
        ..Results::default()
    };
    for results in [Results::default(), odd] {
        assert_eq!(refused("RRSUploadSchema.xsd", &write_results(&results)), "");
    }
}

#[test]
fn the_same_study_gives_the_same_bytes() {
    let write = || with_study("il1rap-hcc", |_, _, results| write_results(results));
    assert_eq!(write(), write());
}
