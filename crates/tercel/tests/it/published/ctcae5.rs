//! National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE) version 5.0. 27 November 2017.
//!
//! The tables against their own wording, and two sets of graded values (sources in `tests/data/ctcae_sources.md`).

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own data has failed")]

use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use tercel::grade::analyte::Analyte;
use tercel::grade::ctcae::{Baseline, Ctcae, LabGrade, LabOutcome, LabResult, Undecided, UnknownLab};
use tercel::grade::units::{Unit, convert, rounded};

use super::ctcae::{alter_every_cut_point, bounds, compare_with_peer, disagreements, number, walk_every_table};

const TABLE: &str = include_str!("../../../data/ctcae_v5.toml");
const BOUNDARY_CASES: &str = include_str!("../../data/ctcae5_boundary_cases.csv");

fn grade_lab(name: &str, result: &LabResult<'_>) -> Result<Vec<LabGrade<'static>>, UnknownLab> {
    tercel::grade::ctcae::grade_lab(Ctcae::V5, name, result)
}

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
    walk_every_table(Ctcae::V5);
}

#[test]
fn the_end_of_each_range_belongs_to_the_grade_that_prints_it() {
    let cases = [
        ("Hyponatremia", 130., "mmol/L", Some(135.), None, (1, 1)),
        ("Hyponatremia", 129.5, "mmol/L", Some(135.), None, (2, 3)),
        ("Hyponatremia", 125., "mmol/L", Some(135.), None, (2, 3)),
        ("Hyponatremia", 124.5, "mmol/L", Some(135.), None, (3, 3)),
        ("Hyponatremia", 120., "mmol/L", Some(135.), None, (3, 3)),
        ("Hyponatremia", 119.9, "mmol/L", Some(135.), None, (4, 4)),
        ("Neutrophil count decreased", 500., "/uL", Some(1800.), None, (3, 3)),
        ("Neutrophil count decreased", 499., "/uL", Some(1800.), None, (4, 4)),
        ("Neutrophil count decreased", 0.5, "GI/L", Some(1.8), None, (3, 3)),
        ("Platelet count decreased", 75., "K/uL", Some(150.), None, (1, 1)),
        ("Platelet count decreased", 25., "10*9/L", Some(150.), None, (3, 3)),
        ("Anemia", 80., "g/L", Some(120.), None, (2, 2)),
        ("Anemia", 7.99, "g/dL", Some(12.), None, (3, 3)),
        ("Anemia", 4.9, "mmol/L", Some(7.4), None, (2, 2)),
        ("Hypokalemia", 3.0, "mmol/L", Some(3.5), None, (1, 2)),
        ("Hypokalemia", 2.99, "mmol/L", Some(3.5), None, (3, 3)),
        ("Lipase increased", 80., "U/L", None, Some(40.), (2, 2)),
        ("Lipase increased", 200., "U/L", None, Some(40.), (2, 3)),
        ("Lipase increased", 201., "U/L", None, Some(40.), (3, 4)),
        ("Serum amylase increased", 60., "", None, Some(40.), (1, 1)),
        ("Hyperuricemia", 421., "umol/L", None, Some(420.), (1, 3)),
        ("Hyperuricemia", 420., "umol/L", None, Some(420.), (0, 0)),
        ("Hypertriglyceridemia", 150., "mg/dL", None, None, (1, 1)),
        ("Hypertriglyceridemia", 149.9, "mg/dL", None, None, (0, 0)),
        ("CPK increased", 2.5 * 0.2, "ukat/L", None, Some(0.2), (1, 1)),
        ("Leukocytosis", 100., "10^9/L", None, None, (0, 0)),
        ("Leukocytosis", 100.1, "10^9/L", None, None, (3, 3)),
        ("Lymphocyte count increased", 4.1, "10^9/L", None, None, (2, 2)),
        ("Hemoglobin increased", 15.2, "g/dL", None, Some(13.2), (1, 1)),
        ("Hemoglobin increased", 15.21, "g/dL", None, Some(13.2), (2, 2)),
        ("Acidosis", 7.3, "", Some(7.35), None, (1, 1)),
        ("Acidosis", 7.29, "", None, None, (3, 3)),
        ("Fibrinogen decreased", 49., "mg/dL", None, None, (4, 4)),
    ];
    for (term, value, unit, lln, uln, expected) in cases {
        let baseline = Some(Baseline {
            value: Some(value),
            ..Baseline::default()
        });
        let result = LabResult {
            unit: Some(unit),
            lln,
            uln,
            baseline,
            ..LabResult::of(value)
        };
        let grades = grade_lab(term, &result).unwrap();
        assert_eq!(
            bounds(&grades[0].outcome),
            Some(expected),
            "{term} {value} {unit}: {}",
            grades[0].reason()
        );
    }
}

fn graded(term: &str, value: f64, uln: f64, baseline: Baseline) -> Option<(u8, u8)> {
    let result = LabResult {
        unit: Some("U/L"),
        lln: Some(uln / 4.),
        uln: Some(uln),
        baseline: Some(baseline),
        ..LabResult::of(value)
    };
    bounds(&grade_lab(term, &result).unwrap()[0].outcome)
}

#[test]
fn an_abnormal_baseline_replaces_the_upper_limit() {
    let base = |value| Baseline {
        value: Some(value),
        ..Baseline::default()
    };
    // ULN 40. Normal baseline: 3 ULN = 120. Baseline 100 is abnormal: 1.5 x 100 = 150, 3 x 100 = 300.
    assert_eq!(graded("ALT", 121., 40., base(40.)), Some((2, 2)));
    assert_eq!(graded("ALT", 121., 40., base(100.)), Some((0, 0)));
    assert_eq!(graded("ALT", 149.9, 40., base(100.)), Some((0, 0)));
    assert_eq!(graded("ALT", 150., 40., base(100.)), Some((1, 1)));
    assert_eq!(graded("ALT", 300., 40., base(100.)), Some((1, 1)));
    assert_eq!(graded("ALT", 300.1, 40., base(100.)), Some((2, 2)));
    assert_eq!(graded("ALP", 199., 40., base(100.)), Some((0, 0)));
    assert_eq!(graded("GGT", 200., 40., base(100.)), Some((1, 1)));
    assert_eq!(graded("BILI", 100., 40., base(100.)), Some((0, 0)));
    assert_eq!(graded("BILI", 100.1, 40., base(100.)), Some((1, 1)));
    // A baseline below the lower limit is not abnormal for a term that grades high values.
    assert_eq!(graded("ALT", 121., 40., base(5.)), Some((2, 2)));
    // The baseline is judged by its own limit where it has one.
    let own = Baseline {
        uln: Some(110.),
        ..base(100.)
    };
    assert_eq!(graded("ALT", 121., 40., own), Some((2, 2)));
    assert_eq!(graded("ALT", 121., 40., Baseline::default()), None);
}

#[test]
fn a_baseline_value_is_graded_against_the_limits_and_not_against_itself() {
    let itself = |is_baseline| {
        let baseline = Some(Baseline {
            value: Some(130.),
            ..Baseline::default()
        });
        let result = LabResult {
            uln: Some(40.),
            baseline,
            is_baseline,
            ..LabResult::of(130.)
        };
        bounds(&grade_lab("AST", &result).unwrap()[0].outcome)
    };
    assert_eq!(itself(true), Some((2, 2)));
    assert_eq!(itself(false), Some((0, 0)));
}

#[test]
fn creatinine_takes_the_worse_of_baseline_and_upper_limit() {
    let base = |value| Baseline {
        value: Some(value),
        ..Baseline::default()
    };
    assert_eq!(graded("CREAT", 110., 100., base(100.)), Some((1, 1)));
    assert_eq!(graded("CREAT", 95., 100., base(60.)), Some((2, 2)));
    assert_eq!(graded("CREAT", 190., 100., base(60.)), Some((3, 3)));
    assert_eq!(graded("CREAT", 600., 100., base(100.)), Some((3, 3)));
    assert_eq!(graded("CREAT", 601., 100., base(100.)), Some((4, 4)));
    // Without a baseline 2 x ULN is at least grade 2, and grade 3 if it is three times a baseline nobody gave.
    assert_eq!(graded("CREAT", 200., 100., Baseline::default()), Some((2, 3)));
    assert_eq!(graded("CREAT", 400., 100., Baseline::default()), Some((3, 3)));
    assert_eq!(graded("CREAT", 90., 100., Baseline::default()), None);
}

#[test]
fn inr_and_fibrinogen_follow_their_own_rules() {
    let inr = |value, baseline| {
        let baseline = Some(Baseline {
            value: baseline,
            ..Baseline::default()
        });
        let result = LabResult {
            uln: Some(1.2),
            baseline,
            ..LabResult::of(value)
        };
        bounds(&grade_lab("INR", &result).unwrap()[0].outcome)
    };
    assert_eq!(inr(1.2, Some(1.2)), Some((0, 0)));
    assert_eq!(inr(1.5, Some(1.0)), Some((1, 1)));
    assert_eq!(inr(1.4, Some(0.9)), Some((1, 2)));
    assert_eq!(inr(2.6, Some(2.4)), Some((3, 3)));
    assert_eq!(inr(1.6, None), Some((2, 3)));
    let fibrinogen = |value, baseline: Option<f64>| {
        let baseline = Some(Baseline {
            value: baseline,
            ..Baseline::default()
        });
        let result = LabResult {
            unit: Some("g/L"),
            lln: Some(2.),
            baseline,
            ..LabResult::of(value)
        };
        bounds(&grade_lab("FIBRINO", &result).unwrap()[0].outcome)
    };
    assert_eq!(fibrinogen(2.0, Some(8.)), Some((0, 0)));
    assert_eq!(fibrinogen(1.5, Some(1.5)), Some((1, 1)));
    assert_eq!(fibrinogen(1.5, Some(2.)), Some((2, 2)));
    assert_eq!(fibrinogen(1.8, Some(3.6)), Some((3, 3)));
    assert_eq!(fibrinogen(1.0, Some(4.)), Some((4, 4)));
    assert_eq!(fibrinogen(0.9, None), Some((3, 4)));
    assert_eq!(fibrinogen(0.49, None), Some((4, 4)));
}

#[test]
fn a_test_with_two_terms_gives_high_before_low_and_intervention_terms_a_range() {
    let result = LabResult {
        unit: Some("mg/dL"),
        lln: Some(70.),
        uln: Some(100.),
        baseline: Some(Baseline {
            value: Some(90.),
            ..Baseline::default()
        }),
        ..LabResult::of(260.)
    };
    let grades = grade_lab("glucose", &result).unwrap();
    let names: Vec<_> = grades.iter().map(|grade| grade.term.name.as_str()).collect();
    assert_eq!(names, ["Hyperglycemia", "Hypoglycemia"]);
    assert_eq!(bounds(&grades[0].outcome), Some((1, 4)));
    assert!(grades[0].reason().starts_with("needs clinical input: grade 2 if"));
    assert_eq!(bounds(&grades[1].outcome), Some((0, 0)));
}

#[test]
fn what_cannot_be_graded_says_why() {
    let reason = |name, result: LabResult<'_>| grade_lab(name, &result).unwrap()[0].reason();
    let potassium = LabResult {
        unit: Some("furlong"),
        ..LabResult::of(4.)
    };
    assert_eq!(reason("K", potassium), "not gradable: unknown unit \"furlong\"");
    let wrong = LabResult {
        unit: Some("g/L"),
        ..LabResult::of(4.)
    };
    assert_eq!(
        reason("NEUT", wrong),
        "not gradable: unit \"g/L\" does not convert to /mm3 for neutrophils"
    );
    assert_eq!(reason("ALT", LabResult::of(-1.)), "not gradable: the value is negative");
    assert_eq!(
        reason("ALT", LabResult::of(f64::NAN)),
        "not gradable: the value is missing"
    );
    let swapped = LabResult {
        lln: Some(40.),
        uln: Some(10.),
        ..LabResult::of(4.)
    };
    assert_eq!(
        reason("ALT", swapped),
        "not gradable: the lower limit of normal exceeds the upper"
    );
    let unknown = grade_lab("potasium", &LabResult::of(4.)).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "unknown term or test \"potasium\"; nearest is \"potassium\""
    );
    let chloride = grade_lab("CL", &LabResult::of(4.)).unwrap_err();
    assert_eq!(chloride.to_string(), "CTCAE 5.0 has no laboratory term for \"CL\"");
}

#[test]
fn boundary_cases_of_four_terms_come_out_as_expected() {
    let mut reader = csv::Reader::from_reader(BOUNDARY_CASES.as_bytes());
    let mut count = 0;
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let result = LabResult {
            value: number(&row["AVAL"]),
            unit: Some(&row["AVALU"]),
            lln: number(&row["ANRLO"]),
            uln: number(&row["ANRHI"]),
            baseline: None,
            is_baseline: false,
        };
        let grades = grade_lab(&row["TERM"], &result).unwrap();
        let got = match &grades[0].outcome {
            LabOutcome::Graded(toxicity) => toxicity.to_string(),
            LabOutcome::NotGradable(Undecided::Missing(_)) => String::new(),
            other => panic!("{row:?}: {other:?}"),
        };
        assert_eq!(got, row["EXPECTED"], "{row:?}: {}", grades[0].reason());
        count += 1;
    }
    assert_eq!(count, 69);
}

/// Rows where this program answers otherwise, with the reason.
fn deliberate_difference(term: &str, unit: &str) -> Option<&'static str> {
    match (term, unit) {
        ("Anemia" | "Hemoglobin increased", "mmol/L") => {
            Some("version 5.0 prints limits in mmol/L; the peer knows only g/L")
        }
        ("Hypophosphatemia" | "Glucose intolerance", _) => {
            Some("graded by intervention: a range, where the peer gives nothing")
        }
        _ => None,
    }
}

#[test]
fn one_subject_of_the_cdisc_pilot_is_graded_as_its_peer_does_or_for_a_stated_reason() {
    assert_eq!(compare_with_peer(Ctcae::V5, deliberate_difference), (220, 40));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Values with three decimals, as laboratories print them, so that both spellings name the same number.
    #[test]
    fn the_unit_a_value_is_written_in_does_not_change_its_grade(thousandths in 0_u32..400_000, baseline in 1_u32..400_000) {
        for (test, from, to, factor) in [
            ("PLAT", "10^9/L", "/uL", 1000.),
            ("NEUT", "10^3/uL", "cells/mm3", 1000.),
            ("LYM", "GI/L", "10^6/L", 1000.),
            ("HGB", "g/dL", "g/L", 10.),
            ("ALB", "g/dL", "mg/L", 10_000.),
            ("FIBRINO", "g/L", "mg/dL", 100.),
            ("CHOL", "mmol/L", "umol/L", 1000.),
            ("CHOL", "mg/dL", "g/L", 0.01),
            ("K", "mmol/L", "mEq/L", 1.),
            ("ALT", "ukat/L", "U/L", 60.),
            ("CREAT", "umol/L", "nmol/L", 1000.),
        ] {
            let in_unit = |version, unit, factor: f64| {
                let scale = |thousandths: u32| f64::from(thousandths) / 1000. * factor;
                let result = LabResult {
                    unit: Some(unit),
                    lln: Some(scale(3_500)),
                    uln: Some(scale(5_100)),
                    baseline: Some(Baseline { value: Some(scale(baseline)), ..Baseline::default() }),
                    ..LabResult::of(scale(thousandths))
                };
                let grades = tercel::grade::ctcae::grade_lab(version, test, &result).unwrap();
                grades.iter().map(|grade| bounds(&grade.outcome)).collect::<Vec<_>>()
            };
            for version in Ctcae::ALL {
                prop_assert_eq!(in_unit(version, from, 1.), in_unit(version, to, factor), "{} {} {} {}", version, test, from, to);
            }
        }
    }
}

/// A value at exactly 1.5, 3 or 6 times its limit of normal does not exceed it, whatever the unit: the product of two decimal
/// fractions is not exact in binary.
#[test]
fn a_value_at_the_limit_has_the_same_grade_in_every_unit() {
    let creatinine = Analyte::named("creatinine").unwrap();
    let unit = |text: &str| Unit::parse(text).unwrap();
    let to_molar = |value: f64| rounded(convert(creatinine, value, unit("mg/dL"), unit("umol/L")).unwrap());
    for tenths in 5..200 {
        for times in [1.5, 3.0, 6.0] {
            let uln = f64::from(tenths) / 10.0;
            let value = rounded(uln * times);
            let grade = |value: f64, uln: f64, unit: &'static str| {
                let result = LabResult {
                    unit: Some(unit),
                    uln: Some(uln),
                    ..LabResult::of(value)
                };
                bounds(&grade_lab("Creatinine increased", &result).unwrap()[0].outcome)
            };
            let printed = grade(value, uln, "mg/dL");
            assert_eq!(
                printed,
                grade(to_molar(value), to_molar(uln), "umol/L"),
                "{value} {uln}"
            );
        }
    }
}
