//! National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE) version 6.0. 22 July 2025.
//!
//! The tables against their own wording, their boundaries by hand from it, and one subject's graded values (sources in
//! `tests/data/ctcae_sources.md`).

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own data has failed")]

use std::collections::{BTreeMap, BTreeSet};

use tercel::grade::Scale;
use tercel::grade::criteria::LabCriteria;
use tercel::grade::ctcae::{Baseline, Ctcae, LabResult, UnknownLab, grade_lab};

use super::ctcae::{
    alter_every_cut_point, bounds, columns_apart, compare_with_peer, disagreements, number, walk_every_table,
};

const TABLE: &str = include_str!("../../../data/ctcae_v6.toml");
const BOUNDARIES: &str = include_str!("../../data/ctcae6_boundaries.csv");

#[test]
fn every_number_of_the_wording_is_a_cut_point_and_the_reverse() {
    assert_eq!(disagreements(TABLE), Vec::<String>::new());
}

#[test]
fn altering_any_cut_point_names_the_term_the_grade_and_the_text() {
    alter_every_cut_point(TABLE);
}

#[test]
fn every_table_has_no_gap_no_overlap_and_the_right_order() {
    walk_every_table(Ctcae::V6);
}

/// Value with its grade, or with the lowest and the highest it may be: `125=2-3`.
fn expected(text: &str) -> impl Iterator<Item = (f64, (u8, u8))> {
    text.split(' ').map(|case| {
        let (value, grades) = case.split_once('=').unwrap();
        let (min, max) = grades.split_once('-').unwrap_or((grades, grades));
        (value.parse().unwrap(), (min.parse().unwrap(), max.parse().unwrap()))
    })
}

#[test]
fn every_boundary_of_the_text_belongs_to_the_grade_that_prints_it() {
    let mut reader = csv::Reader::from_reader(BOUNDARIES.as_bytes());
    let mut terms = BTreeSet::new();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        for (value, grades) in expected(&row["grades"]) {
            let result = LabResult {
                unit: Some(&row["unit"]),
                lln: number(&row["lln"]),
                uln: number(&row["uln"]),
                baseline: Some(Baseline {
                    value: number(&row["baseline"]),
                    ..Baseline::default()
                }),
                ..LabResult::of(value)
            };
            let grade = grade_lab(Ctcae::V6, &row["term"], &result).unwrap().remove(0);
            assert_eq!(grade.scale(), Scale::Ctcae(Ctcae::V6));
            terms.insert(grade.term.name.as_str());
            assert_eq!(
                bounds(&grade.outcome),
                Some(grades),
                "{value} {row:?}: {}",
                grade.reason()
            );
        }
    }
    let all: BTreeSet<&str> = LabCriteria::v6().terms.iter().map(|term| term.name.as_str()).collect();
    assert_eq!(terms, all);
}

#[test]
fn a_term_that_is_gone_names_its_successor() {
    let refused = |name: &str| grade_lab(Ctcae::V6, name, &LabResult::of(1.)).unwrap_err();
    assert_eq!(
        refused("Platelet count decreased").to_string(),
        "\"Platelet count decreased\" is a laboratory term of CTCAE 5.0; in CTCAE 6.0 it is \"Thrombocytopenia\""
    );
    assert_eq!(refused("CK").to_string(), "CTCAE 6.0 has no laboratory term for \"CK\"");
    assert!(matches!(refused("CPK increased"), UnknownLab::OtherVersion { .. }));
    let back = grade_lab(Ctcae::V5, "Thrombocytopenia", &LabResult::of(1.)).unwrap_err();
    assert!(
        back.to_string()
            .ends_with("in CTCAE 5.0 it is \"Platelet count decreased\""),
        "{back}"
    );
}

/// Rows where this program answers otherwise, with the reason.
fn deliberate_difference(term: &str, unit: &str) -> Option<&'static str> {
    match (term, unit) {
        ("Anemia" | "Hemoglobin increased", "mmol/L") => {
            Some("version 6.0 prints limits in mmol/L, or converts to them; the peer knows only g/L")
        }
        ("Hypophosphatemia", _) => Some("graded by intervention: a range, where the peer gives nothing"),
        _ => None,
    }
}

#[test]
fn one_subject_of_the_cdisc_pilot_is_graded_as_its_peer_does_or_for_a_stated_reason() {
    assert_eq!(compare_with_peer(Ctcae::V6, deliberate_difference), (230, 30));
}

#[test]
fn the_methods_list_the_cut_points_that_differ_between_the_columns_of_a_term() {
    let methods = include_str!("../../../../../docs/methods.md");
    for version in Ctcae::ALL {
        for row in columns_apart(version) {
            assert!(methods.contains(&row), "{version}: {row}");
        }
    }
    let anemia = |value, unit| {
        let result = LabResult {
            unit: Some(unit),
            ..LabResult::of(value)
        };
        bounds(&grade_lab(Ctcae::V6, "Anemia", &result).unwrap()[0].outcome)
    };
    // 4.93 mmol/L is 7.94 g/dL: grade 2 in its own column, grade 3 in the other.
    assert_eq!(anemia(4.93, "mmol/L"), Some((2, 2)));
    assert_eq!(anemia(7.94, "g/dL"), Some((3, 3)));
}
