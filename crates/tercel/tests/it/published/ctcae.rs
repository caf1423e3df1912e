//! What is checked of every version of the CTCAE's laboratory criteria.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own data has failed")]

use std::collections::{BTreeMap, BTreeSet};

use tercel::grade::criteria::{Bound, Direction, LabCriteria, LabTerm};
use tercel::grade::ctcae::{Baseline, Ctcae, LabOutcome, LabResult, RangeIndicator, grade_lab, grade_term};
use tercel::grade::units::{Dimension, convert};

const ONE_SUBJECT: &str = include_str!("../../data/adlb_ctcae_one_subject.csv");

/// The numbers of a text, without units that contain digits.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut text = text.replace(',', "");
    for unit in ["10e9", "/mm3", "10^9/L"] {
        text = text.replace(unit, " ");
    }
    let digits = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    digits
        .filter_map(|number| number.trim_matches('.').parse::<f64>().ok())
        .map(|number| number.to_string())
        .collect()
}

/// Every grade whose cut-points are not the numbers of its text: term, grade and text.
pub(super) fn disagreements(table: &str) -> Vec<String> {
    let table: toml::Table = table.parse().unwrap();
    let text_of = |value: &toml::Value, key: &str| value.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    // A term printed once for two tests has one text and the cut-points of both.
    let mut grades: BTreeMap<(String, i64, String), [BTreeSet<String>; 2]> = BTreeMap::new();
    for term in table["term"].as_array().unwrap() {
        let name = text_of(term, "nci_term").or_else(|| text_of(term, "name")).unwrap();
        for grade in term["grade"].as_array().unwrap() {
            let text = text_of(grade, "text").unwrap();
            let mut printed = numbers(&text);
            for ends in grade.get("ends").and_then(toml::Value::as_array).into_iter().flatten() {
                assert!(
                    printed.remove(&ends[0].to_string()),
                    "{name}: {ends} is not in \"{text}\""
                );
                printed.insert(ends[1].to_string());
            }
            let has = |key: &str| grade.get(key).is_some();
            if (has("beyond") || has("beyond_if")) && !has("cuts") && !has("cuts_if") {
                continue;
            }
            let cuts = ["cuts", "cuts_if"]
                .iter()
                .filter_map(|key| grade.get(*key)?.as_array())
                .flatten();
            let key = (name.clone(), grade["grade"].as_integer().unwrap(), text);
            let both = grades.entry(key).or_default();
            both[0].extend(printed);
            both[1].extend(cuts.flat_map(|cut| numbers(cut.as_str().unwrap())));
        }
    }
    grades
        .iter()
        .filter(|(_, [printed, cuts])| printed != cuts)
        .map(|((term, grade, text), [_, cuts])| format!("{term} grade {grade} \"{text}\": cut-points {cuts:?}"))
        .collect()
}

/// Alters each cut-point in turn; the comparison must name the text of its grade.
pub(super) fn alter_every_cut_point(table: &str) {
    let lines: Vec<&str> = table.lines().collect();
    let mut altered = 0;
    let mut text = "";
    for (index, line) in lines.iter().enumerate() {
        text = line.strip_prefix("text = ").map_or(text, |text| text.trim_matches('"'));
        if !line.starts_with("cuts") && !line.starts_with("    \"") {
            continue;
        }
        for (at, _) in line.match_indices(['>', '<']) {
            let number: String = line[at..]
                .chars()
                .skip_while(|c| "><=".contains(*c))
                .take_while(|c| "0123456789.".contains(*c))
                .collect();
            if number.is_empty() {
                continue;
            }
            let other = format!("{}", number.parse::<f64>().unwrap() + 0.013);
            let changed = format!("{}{}", &line[..at], line[at..].replacen(&number, &other, 1));
            let mut copy = lines.clone();
            copy[index] = &changed;
            let found = disagreements(&copy.join("\n"));
            assert!(
                found.iter().any(|message| message.contains(text)),
                "{changed}: {found:?}"
            );
            altered += 1;
        }
    }
    assert!(altered > 200, "{altered}");
}

/// A laboratory in one of the unit systems of a term, with limits inside its grade 1.
fn systems(term: &LabTerm) -> Vec<(&'static str, f64, f64, f64)> {
    match term.nci_term.as_str() {
        "Anemia" | "Hemoglobin increased" => vec![
            ("g/dL", 12., 16., 40.),
            ("g/L", 120., 160., 400.),
            ("mmol/L", 7.4, 9.9, 25.),
        ],
        "Leukocytosis" | "White blood cell decreased" => {
            vec![("10^9/L", 4., 10., 150.), ("/mm3", 4000., 10_000., 150_000.)]
        }
        "Lymphocyte count decreased" | "Lymphocyte count increased" | "Lymphopenia" => {
            vec![("10^9/L", 1.2, 3.5, 30.), ("/uL", 1200., 3500., 30_000.)]
        }
        "CD4 lymphocytes decreased" => vec![("/mm3", 600., 1500., 2000.)],
        "Neutrophil count decreased" | "Neutrophil count increased" => {
            vec![("10^9/L", 1.8, 7., 20.), ("K/uL", 1.8, 7., 20.)]
        }
        "Platelet count decreased" | "Thrombocytopenia" | "Thrombocytosis" => {
            vec![("10^9/L", 150., 400., 900.), ("/mm3", 150e3, 400e3, 900e3)]
        }
        "Creatinine clearance decreased" => vec![("mL/min", 90., 140., 200.), ("L/h", 5.4, 8.4, 12.)],
        "Hyperglycemia" => vec![("mmol/L", 3.9, 5.6, 40.), ("mg/dL", 70., 100., 700.)],
        "Cholesterol high" => vec![("mg/dL", 100., 200., 700.), ("mmol/L", 2.6, 5.2, 20.)],
        "Fibrinogen decreased" => vec![("g/L", 2., 4., 8.), ("mg/dL", 200., 400., 800.)],
        "Hypercalcemia" | "Hypocalcemia" if term.name.contains("Ionized") => vec![("mmol/L", 1.15, 1.3, 2.5)],
        "Hypercalcemia" | "Hypocalcemia" => vec![("mmol/L", 2.15, 2.55, 4.), ("mg/dL", 8.6, 10.2, 16.)],
        "Hyperkalemia" | "Hypokalemia" => vec![("mmol/L", 3.5, 5.1, 9.), ("mEq/L", 3.5, 5.1, 9.)],
        "Hypermagnesemia" | "Hypomagnesemia" => vec![("mmol/L", 0.7, 1., 4.), ("mg/dL", 1.7, 2.4, 10.)],
        "Hypernatremia" | "Hyponatremia" => vec![("mmol/L", 135., 145., 180.)],
        "Hypertriglyceridemia" => vec![("mg/dL", 50., 149., 1500.), ("mmol/L", 0.5, 1.7, 15.)],
        "Hypoalbuminemia" => vec![("g/L", 35., 50., 60.), ("g/dL", 3.5, 5., 6.)],
        "Hypoglycemia" => vec![("mmol/L", 3.9, 5.6, 10.), ("mg/dL", 70., 100., 200.)],
        "INR increased" => vec![("", 0.9, 1.2, 6.)],
        "Acidosis" | "Alkalosis" => vec![("pH", 7.35, 7.45, 8.)],
        "Creatinine increased" => vec![("umol/L", 60., 100., 900.), ("mg/dL", 0.7, 1.2, 12.)],
        _ => vec![("U/L", 20., 40., 1200.)],
    }
}

pub(super) fn bounds(outcome: &LabOutcome<'_>) -> Option<(u8, u8)> {
    match outcome {
        LabOutcome::Graded(toxicity) => Some((toxicity.number(), toxicity.number())),
        LabOutcome::Range { min, max, .. } => Some((min.number(), max.number())),
        LabOutcome::NotGradable(_) => None,
    }
}

/// Walks every term from the normal to the worst value: no grade falls, and each is given.
pub(super) fn walk_every_table(version: Ctcae) {
    for term in &LabCriteria::of(version).terms {
        for (unit, lln, uln, largest) in systems(term) {
            let mut seen = BTreeSet::new();
            for baseline in [f64::midpoint(lln, uln), 1.3 * uln, 0.8 * lln, 6. * uln] {
                let grade = |value: f64| {
                    let baseline = Some(Baseline {
                        value: Some(baseline),
                        ..Baseline::default()
                    });
                    let result = LabResult {
                        unit: Some(unit),
                        lln: Some(lln),
                        uln: Some(uln),
                        baseline,
                        ..LabResult::of(value)
                    };
                    bounds(&grade_term(term, &result).outcome).unwrap_or_else(|| panic!("{} {value} {unit}", term.name))
                };
                let steps = 5_000;
                let values = (0..=steps).map(|step| largest * f64::from(step) / f64::from(steps));
                let values: Vec<f64> = match term.direction {
                    Direction::High => values.collect(),
                    Direction::Low => values.rev().collect(),
                };
                let mut worst = (0, 0);
                for value in values {
                    let next = grade(value);
                    assert!(
                        next.0 >= worst.0 && next.1 >= worst.1,
                        "{} {value} {unit}: {next:?} after {worst:?}",
                        term.name
                    );
                    worst = next;
                    seen.extend([next.0, next.1]);
                }
                let deepest = term
                    .grades
                    .iter()
                    .filter(|grade| !grade.cuts.is_empty())
                    .map(|grade| grade.grade.number())
                    .max();
                // Twenty times a baseline of six times the limit is more than the walk covers.
                if baseline < 2. * uln {
                    assert_eq!(Some(worst.0), deepest.or(Some(0)), "{} {unit}", term.name);
                }
            }
            let by_value = term.grades.iter().filter(|grade| !grade.cuts.is_empty());
            for grade in by_value {
                assert!(
                    seen.contains(&grade.grade.number()),
                    "{} {unit}: grade {} is never given",
                    term.name,
                    grade.grade
                );
            }
        }
    }
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Grades the subject's rows by the terms the peer used: how many grades are the same, and how many differ for a reason.
pub(super) fn compare_with_peer(
    version: Ctcae,
    deliberate_difference: fn(term: &str, unit: &str) -> Option<&'static str>,
) -> (usize, usize) {
    let [low, high] = match version {
        Ctcae::V5 => ["ATOXGRL_V5", "ATOXGRH_V5"],
        Ctcae::V6 => ["ATOXGRL_V6", "ATOXGRH_V6"],
    };
    let mut reader = csv::Reader::from_reader(ONE_SUBJECT.as_bytes());
    let (mut same, mut differing) = (0, 0);
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        for (term, expected) in [(&row["ATOXDSCL"], &row[low]), (&row["ATOXDSCH"], &row[high])] {
            if term.is_empty() {
                continue;
            }
            let range = match row["BNRIND"].as_str() {
                "LOW" => Some(RangeIndicator::Low),
                "NORMAL" => Some(RangeIndicator::Normal),
                "HIGH" => Some(RangeIndicator::High),
                _ => None,
            };
            let result = LabResult {
                value: number(&row["AVAL"]),
                unit: Some(&row["AVALU"]),
                lln: number(&row["ANRLO"]),
                uln: number(&row["ANRHI"]),
                baseline: Some(Baseline {
                    value: number(&row["BASE"]),
                    range,
                    ..Baseline::default()
                }),
                is_baseline: row["ABLFL"] == "Y",
            };
            let grades = grade_lab(version, term, &result);
            let outcome = grades.as_ref().map(|grades| &grades[0].outcome);
            let got = match outcome {
                Ok(LabOutcome::Graded(toxicity)) => toxicity.to_string(),
                Ok(LabOutcome::Range { .. } | LabOutcome::NotGradable(_)) => String::from("?"),
                Err(_) => String::new(),
            };
            if &got == expected {
                same += 1;
            } else {
                let reason = deliberate_difference(term, &row["AVALU"]);
                assert!(reason.is_some(), "{row:?}: {got} {outcome:?}");
                differing += 1;
            }
        }
    }
    (same, differing)
}

/// Cut-points that NCI prints in two unit systems and that are more than half a per cent apart: a value between the two has
/// another grade in another unit.
pub(super) fn columns_apart(version: Ctcae) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    for term in &LabCriteria::of(version).terms {
        let Some(analyte) = term.analyte else { continue };
        for grade in &term.grades {
            let conditional = grade.conditional.iter().flat_map(|conditional| &conditional.cuts);
            let bounds: Vec<&Bound> = grade
                .cuts
                .iter()
                .chain(conditional)
                .flat_map(|cut| &cut.bounds)
                .collect();
            let printed = |dimension: Dimension| {
                let bounds = bounds.iter().filter_map(|bound| Some((bound.number, bound.unit()?)));
                bounds.filter(move |(_, unit)| unit.unit.dimension == dimension)
            };
            for (mass, substance) in printed(Dimension::Mass).zip(printed(Dimension::Substance)) {
                let (number, unit) = substance;
                let meant = convert(analyte, mass.0, mass.1.unit, unit.unit).unwrap();
                if (meant / number - 1.).abs() > 0.005 {
                    rows.insert(format!(
                        "| {} | {} {} | {meant:.2} | {number} {} |",
                        term.nci_term, mass.0, mass.1.spelled, unit.spelled
                    ));
                }
            }
        }
    }
    rows
}
