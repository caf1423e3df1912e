//! Laboratory values on, above and below every cut-point of CTCAE 5.0, as NCI prints them, with normal and abnormal baselines.

use tercel::grade::ctcae::{Baseline, Ctcae, LabOutcome, LabResult, grade_lab};

/// What a laboratory and a subject give: term, unit, limits, baseline.
struct Case {
    term: &'static str,
    unit: &'static str,
    lln: Option<f64>,
    uln: Option<f64>,
    baseline: Option<f64>,
    /// Values with their grades, in order.
    graded: &'static [(f64, u8)],
}

fn outcome(case: &Case, value: f64) -> LabOutcome<'static> {
    let result = LabResult {
        unit: Some(case.unit),
        lln: case.lln,
        uln: case.uln,
        baseline: case.baseline.map(|value| Baseline {
            value: Some(value),
            ..Baseline::default()
        }),
        ..LabResult::of(value)
    };
    grade_lab(Ctcae::V5, case.term, &result).unwrap()[0].outcome.clone()
}

const fn high(term: &'static str, uln: f64, baseline: f64, graded: &'static [(f64, u8)]) -> Case {
    Case {
        term,
        unit: "U/L",
        lln: Some(1.0),
        uln: Some(uln),
        baseline: Some(baseline),
        graded,
    }
}

const fn low(term: &'static str, unit: &'static str, lln: f64, graded: &'static [(f64, u8)]) -> Case {
    Case {
        term,
        unit,
        lln: Some(lln),
        uln: None,
        baseline: Some(lln + 1.0),
        graded,
    }
}

const ALT: &str = "Alanine aminotransferase increased";
const AST: &str = "Aspartate aminotransferase increased";
const NORMAL_TRANSAMINASE: &[(f64, u8)] = &[
    (40.0, 0),
    (40.1, 1),
    (120.0, 1),
    (120.1, 2),
    (200.0, 2),
    (200.1, 3),
    (800.0, 3),
    (800.1, 4),
];
/// Baseline 60. From 60 to below 1.5 × 60 = 90 nothing is printed: worse than before, but of no grade.
const ABNORMAL_TRANSAMINASE: &[(f64, u8)] = &[
    (50.0, 0),
    (60.0, 0),
    (60.1, 0),
    (89.9, 0),
    (90.0, 1),
    (180.0, 1),
    (180.1, 2),
    (300.0, 2),
    (300.1, 3),
    (1200.0, 3),
    (1200.1, 4),
];

/// Baseline 200, limit 120: 2.0 × baseline is 400.
const ABNORMAL_ALP: &[(f64, u8)] = &[
    (399.9, 0),
    (400.0, 1),
    (500.0, 1),
    (500.1, 2),
    (1000.0, 2),
    (1000.1, 3),
    (4000.0, 3),
    (4000.1, 4),
];
const NORMAL_GGT: &[(f64, u8)] = &[
    (60.0, 0),
    (60.1, 1),
    (150.0, 1),
    (150.1, 2),
    (300.0, 2),
    (300.1, 3),
    (1200.0, 3),
    (1200.1, 4),
];
/// Baseline 30, limit 20.
const ABNORMAL_BILIRUBIN: &[(f64, u8)] = &[
    (30.0, 0),
    (30.1, 1),
    (45.0, 1),
    (45.1, 2),
    (90.0, 2),
    (90.1, 3),
    (300.0, 3),
    (300.1, 4),
];
const NORMAL_BILIRUBIN: &[(f64, u8)] = &[
    (20.0, 0),
    (20.1, 1),
    (30.0, 1),
    (30.1, 2),
    (60.0, 2),
    (60.1, 3),
    (200.0, 3),
    (200.1, 4),
];
/// Baseline 90, limit 100: above 1.5 × baseline = 135 comes before 1.5 × limit = 150.
const CREATININE: &[(f64, u8)] = &[
    (100.0, 0),
    (100.1, 1),
    (135.0, 1),
    (135.1, 2),
    (270.0, 2),
    (270.1, 3),
    (600.0, 3),
    (600.1, 4),
];
const NEUTROPHILS: &[(f64, u8)] = &[
    (2.0, 0),
    (1.99, 1),
    (1.5, 1),
    (1.49, 2),
    (1.0, 2),
    (0.999, 3),
    (0.5, 3),
    (0.499, 4),
    (0.0, 4),
];
const PLATELETS: &[(f64, u8)] = &[
    (150.0, 0),
    (149.0, 1),
    (75.0, 1),
    (74.9, 2),
    (50.0, 2),
    (49.9, 3),
    (25.0, 3),
    (24.9, 4),
];
const HAEMOGLOBIN: &[(f64, u8)] = &[
    (130.0, 0),
    (129.0, 1),
    (100.0, 1),
    (99.0, 2),
    (80.0, 2),
    (79.0, 3),
    (40.0, 3),
];
const LYMPHOCYTES: &[(f64, u8)] = &[
    (1.1, 0),
    (1.09, 1),
    (0.8, 1),
    (0.79, 2),
    (0.5, 2),
    (0.49, 3),
    (0.2, 3),
    (0.19, 4),
];
const ALBUMIN: &[(f64, u8)] = &[(35.0, 0), (34.9, 1), (30.0, 1), (29.9, 2), (20.0, 2), (19.9, 3)];

fn cases() -> Vec<Case> {
    let molar = |case: Case| Case { unit: "umol/L", ..case };
    vec![
        high(ALT, 40.0, 30.0, NORMAL_TRANSAMINASE),
        high(AST, 40.0, 40.0, NORMAL_TRANSAMINASE),
        high(ALT, 40.0, 60.0, ABNORMAL_TRANSAMINASE),
        high(AST, 40.0, 60.0, ABNORMAL_TRANSAMINASE),
        high("Alkaline phosphatase increased", 120.0, 200.0, ABNORMAL_ALP),
        high("GGT increased", 60.0, 50.0, NORMAL_GGT),
        molar(high("Blood bilirubin increased", 20.0, 30.0, ABNORMAL_BILIRUBIN)),
        molar(high("Blood bilirubin increased", 20.0, 10.0, NORMAL_BILIRUBIN)),
        molar(high("Creatinine increased", 100.0, 90.0, CREATININE)),
        low("Neutrophil count decreased", "10^9/L", 2.0, NEUTROPHILS),
        low("Platelet count decreased", "10^9/L", 150.0, PLATELETS),
        low("Anemia", "g/L", 130.0, HAEMOGLOBIN),
        low("Lymphocyte count decreased", "10^9/L", 1.1, LYMPHOCYTES),
        low("Hypoalbuminemia", "g/L", 35.0, ALBUMIN),
    ]
}

#[test]
fn a_value_on_a_cut_point_has_the_grade_the_text_gives_it() {
    for case in cases() {
        for &(value, grade) in case.graded {
            match outcome(&case, value) {
                LabOutcome::Graded(toxicity) => {
                    assert_eq!(toxicity.number(), grade, "{} {value} {:?}", case.term, case.baseline);
                }
                other => panic!("{} {value}: {other:?}", case.term),
            }
        }
    }
}

#[test]
fn without_a_limit_or_a_baseline_a_value_is_not_of_grade_zero() {
    for case in cases() {
        let without: Vec<Case> = [
            (None, None, case.baseline),
            (case.lln, case.uln, None),
            (None, None, None),
        ]
        .into_iter()
        .map(|(lln, uln, baseline)| Case {
            lln,
            uln,
            baseline,
            ..case
        })
        .collect();
        for &(value, grade) in case.graded {
            for bare in &without {
                let found = outcome(bare, value);
                let lower = match &found {
                    LabOutcome::Graded(toxicity) => toxicity.number() < grade,
                    LabOutcome::Range { max, .. } => max.number() < grade,
                    LabOutcome::NotGradable(_) => false,
                };
                assert!(!lower, "{} {value} ({:?}): {found:?}", case.term, bare.baseline);
            }
        }
        // A value that only the limit could call normal.
        let bare = Case {
            lln: None,
            uln: None,
            baseline: None,
            ..case
        };
        let normal = case.graded[0].0;
        assert!(
            matches!(outcome(&bare, normal), LabOutcome::NotGradable(_)),
            "{}",
            case.term
        );
    }
}
