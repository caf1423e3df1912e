//! `ADLB`: laboratory results with baseline, change, range indicator and CTCAE 5.0 grade.
//!
//! The grade of the baseline itself is that by the limits of normal. Where the value leaves several grades open because
//! symptoms decide, the highest is written, as admiral does; what is graded by intervention alone stays blank.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::grade::criteria::Direction;
use tercel::grade::ctcae::{Baseline, Ctcae, LabOutcome, LabResult, RangeIndicator, Undecided, grade_lab};
use tercel::study::SubjectId;

use super::Subjects;
use super::adsl::Subject;
use super::cells::{CellRow, Cells, as_exact_as, flag, maybe_day, maybe_number};
use super::rules::relative_day;
use crate::table::Table;

const COLUMNS: [&str; 26] = [
    "PARAMCD", "PARAM", "ADT", "ADY", "AVISIT", "AVISITN", "AVAL", "AVALC", "AVALU", "ANRLO", "ANRHI", "ANRIND",
    "BASE", "BNRIND", "CHG", "PCHG", "ABLFL", "ANL01FL", "ONTRTFL", "SEX", "ATOXDSCL", "ATOXDSCH", "ATOXGRL",
    "ATOXGRH", "ATOXGR", "SHIFT1",
];

/// The tests that admiral knows: test, parameter, low and high term. Any other is its own parameter, graded by the terms of
/// its analyte.
const PARAMETERS: [(&str, &str, &str, &str); 38] = [
    ("ALB", "ALB", "Hypoalbuminemia", ""),
    ("ALP", "ALKPH", "", "Alkaline phosphatase increased"),
    ("ALT", "ALT", "", "Alanine aminotransferase increased"),
    ("AST", "AST", "", "Aspartate aminotransferase increased"),
    ("BASO", "BASO", "", ""),
    ("BILI", "BILI", "", "Blood bilirubin increased"),
    ("BUN", "BUN", "", ""),
    ("CA", "CA", "Hypocalcemia", "Hypercalcemia"),
    ("CHOL", "CHOLES", "", "Cholesterol high"),
    ("CK", "CK", "", "CPK increased"),
    ("CL", "CL", "", ""),
    ("CREAT", "CREAT", "", "Creatinine increased"),
    ("EOS", "EOS", "", ""),
    ("GGT", "GGT", "", "GGT increased"),
    ("GLUC", "GLUC", "Hypoglycemia", "Glucose intolerance"),
    ("HGB", "HGB", "Anemia", "Hemoglobin increased"),
    ("K", "POTAS", "Hypokalemia", "Hyperkalemia"),
    ("KETONES", "KETON", "", ""),
    (
        "LYM",
        "LYMPH",
        "Lymphocyte count decreased",
        "Lymphocyte count increased",
    ),
    ("LYMLE", "LYMPHLE", "", ""),
    ("MACROCY", "MACROC", "", ""),
    ("MICROCY", "MICROC", "", ""),
    ("MONO", "MONO", "", ""),
    // The pH of urine; that of blood is reported under its own code.
    ("PH", "PH", "", ""),
    ("PHOS", "PHOS", "Hypophosphatemia", ""),
    ("PLAT", "PLAT", "Platelet count decreased", ""),
    ("POIKILO", "POIKIL", "", ""),
    ("POLYCHR", "POLYCH", "", ""),
    ("PROT", "PROT", "", ""),
    ("RBC", "RBC", "", ""),
    ("SODIUM", "SODIUM", "Hyponatremia", "Hypernatremia"),
    ("SPGRAV", "SPGRAV", "", ""),
    ("TSH", "TSH", "", ""),
    ("URATE", "URATE", "", "Hyperuricemia"),
    ("UROBIL", "UROBIL", "", ""),
    ("CHOLES", "CHOLES", "", "Cholesterol high"),
    ("VITB12", "VITB12", "", ""),
    ("WBC", "WBC", "White blood cell decreased", "Leukocytosis"),
];

/// What CTCAE 5.0 grades by the treatment given, not by the value.
const BY_INTERVENTION: [&str; 4] = [
    "Glucose intolerance",
    "Hyperglycemia",
    "Hyperphosphatemia",
    "Hypophosphatemia",
];

/// A result as recorded.
struct Result<'c> {
    row: CellRow<'c>,
    parameter: Parameter,
    day: Option<Date>,
    analysis_visit: String,
    value: Option<f64>,
    range: Option<RangeIndicator>,
    is_baseline: bool,
    last_of_visit: bool,
}

#[derive(Clone)]
struct Parameter {
    code: String,
    low: String,
    high: String,
}

/// Writes the dataset: one row a result, in the order of subject, parameter and date.
pub(super) fn write_adlb(lb: &Cells<'_>, subjects: &Subjects, notes: &mut Vec<String>) -> Table {
    let recorded: Vec<&str> = lb
        .columns()
        .into_iter()
        .filter(|column| !COLUMNS.contains(column))
        .collect();
    let mut parameters: BTreeMap<String, Parameter> = BTreeMap::new();
    let mut groups: BTreeMap<(SubjectId, String), Vec<Result<'_>>> = BTreeMap::new();
    for row in lb.rows() {
        let Some(id) = row.subject() else { continue };
        let test = row.text("LBTESTCD").to_ascii_uppercase();
        let parameter = parameters.entry(test.clone()).or_insert_with(|| find_parameter(&test));
        let result = read_result(row, parameter.clone());
        groups.entry((id, parameter.code.clone())).or_default().push(result);
    }
    let mut rows = Vec::new();
    let mut worst_cases = 0;
    for ((id, _), results) in &mut groups {
        let Some(subject) = subjects.get(id) else {
            notes.push(format!("LB, subject {id}: not among the subjects of DM or ADSL"));
            continue;
        };
        mark(results, subject);
        let baseline = results.iter().find(|result| result.is_baseline);
        for result in results.iter() {
            let mut row: Vec<String> = recorded
                .iter()
                .map(|column| result.row.text(column).to_owned())
                .collect();
            row.extend(derive_result(result, baseline, subject, &mut worst_cases));
            rows.push(row);
        }
    }
    if worst_cases > 0 {
        notes.push(format!(
            "LB: {worst_cases} grades hang on symptoms that no value shows; the highest possible is written"
        ));
    }
    let columns: Vec<&str> = recorded.into_iter().chain(COLUMNS).collect();
    Table::from_rows("ADLB", &columns, rows)
}

/// The parameter of a test, and the terms it is graded by.
fn find_parameter(test: &str) -> Parameter {
    if let Some((_, code, low, high)) = PARAMETERS.iter().find(|(known, ..)| *known == test) {
        let [code, low, high] = [code, low, high].map(|text| (*text).to_owned());
        return Parameter { code, low, high };
    }
    let terms = grade_lab(Ctcae::V5, test, &LabResult::of(1.0)).unwrap_or_default();
    let first = |direction: Direction| {
        let found = terms.iter().find(|grade| grade.term.direction == direction);
        found.map_or_else(String::new, |grade| grade.term.nci_term.clone())
    };
    Parameter {
        code: test.to_owned(),
        low: first(Direction::Low),
        high: first(Direction::High),
    }
}

fn read_result(row: CellRow<'_>, parameter: Parameter) -> Result<'_> {
    let value = row.number("LBSTRESN");
    Result {
        row,
        parameter,
        day: row.day("LBDTC"),
        analysis_visit: analysis_visit(row.text("VISIT")),
        value,
        range: indicate(value, row.number("LBSTNRLO"), row.number("LBSTNRHI")),
        is_baseline: false,
        last_of_visit: false,
    }
}

/// `WEEK 2` is `Week 2`, a screening visit `Baseline`; an unscheduled visit belongs to none.
fn analysis_visit(visit: &str) -> String {
    let upper = visit.to_ascii_uppercase();
    if upper.contains("SCREEN") {
        return "Baseline".to_owned();
    }
    if ["UNSCHED", "RETRIEVAL", "AMBUL"]
        .iter()
        .any(|word| upper.contains(word))
    {
        return String::new();
    }
    let mut word_begins = true;
    let title = |letter: char| {
        let cased = if word_begins {
            letter
        } else {
            letter.to_ascii_lowercase()
        };
        word_begins = !letter.is_alphanumeric();
        cased
    };
    upper.chars().map(title).collect()
}

/// Where a value lies; a limit that is not given does not speak.
fn indicate(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<RangeIndicator> {
    let value = value?;
    if low.is_some_and(|low| value < low) {
        Some(RangeIndicator::Low)
    } else if high.is_some_and(|high| value > high) {
        Some(RangeIndicator::High)
    } else {
        low.or(high).map(|_| RangeIndicator::Normal)
    }
}

/// Marks the last result not after the first dose, and the last of each visit under treatment.
fn mark(results: &mut [Result<'_>], subject: &Subject) {
    results.sort_by(|a, b| {
        let number = |result: &Result<'_>, column| result.row.number(column).unwrap_or(f64::INFINITY);
        let by = |column| number(a, column).total_cmp(&number(b, column));
        a.day.cmp(&b.day).then(by("VISITNUM")).then(by("LBSEQ"))
    });
    let before = |result: &Result<'_>| {
        let dated = result.day.zip(subject.treatment_start);
        result.value.is_some() && dated.is_some_and(|(day, start)| day <= start)
    };
    if let Some(at) = results.iter().rposition(before)
        && let Some(result) = results.get_mut(at)
    {
        result.is_baseline = true;
    }
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (at, result) in results.iter().enumerate() {
        if !result.analysis_visit.is_empty() && is_on_treatment(result, subject) {
            // Of several on one day the highest is kept.
            let kept = last.entry(result.analysis_visit.clone()).or_insert(at);
            let earlier = results.get(*kept).map(|kept| (kept.day, kept.value));
            if earlier.is_none_or(|(day, value)| day < result.day || value <= result.value) {
                *kept = at;
            }
        }
    }
    for at in last.into_values() {
        if let Some(result) = results.get_mut(at) {
            result.last_of_visit = true;
        }
    }
}

/// From the first dose to the last; a treatment given once has no end.
fn is_on_treatment(result: &Result<'_>, subject: &Subject) -> bool {
    let end = subject
        .treatment_end
        .filter(|end| Some(*end) != subject.treatment_start);
    let dated = result.day.zip(subject.treatment_start);
    result.analysis_visit != "Baseline"
        && dated.is_some_and(|(day, start)| day >= start && end.is_none_or(|end| day <= end))
}

fn derive_result(
    result: &Result<'_>,
    baseline: Option<&Result<'_>>,
    subject: &Subject,
    worst_cases: &mut usize,
) -> Vec<String> {
    let row = result.row;
    let base = baseline.and_then(|baseline| baseline.value);
    let difference = |(value, base): (f64, f64)| as_exact_as(value - base, value.abs().max(base.abs()));
    let change = result.value.zip(base).map(difference);
    let change = change.filter(|_| !result.is_baseline && result.analysis_visit != "Baseline");
    let percent = change
        .zip(base)
        .filter(|(_, base)| base.abs() > 0.0)
        .map(|(change, base)| 100.0 * change / base.abs())
        .map(|percent| as_exact_as(percent, percent.abs()));
    let day = subject.treatment_start.zip(result.day);
    let [low, high] = [&result.parameter.low, &result.parameter.high].map(|term| grade(term, result, baseline));
    *worst_cases += [low, high].iter().flatten().filter(|grade| grade.1).count();
    let [low, high] = [low, high].map(|grade| grade.map(|(number, _)| number));
    let name = [row.text("LBTEST"), row.text("LBSTRESU")];
    let label = match name {
        ["", _] => result.parameter.code.clone(),
        [test, ""] => test.to_owned(),
        [test, unit] => format!("{test} ({unit})"),
    };
    let (from, to) = (word(baseline.and_then(|baseline| baseline.range)), word(result.range));
    let shift = if from.is_empty() && to.is_empty() {
        String::new()
    } else {
        let of = |word: &str| if word.is_empty() { "NULL" } else { word }.to_owned();
        format!("{} to {}", of(from), of(to))
    };
    let written = |grade: Option<u8>| grade.map_or_else(String::new, |grade| grade.to_string());
    vec![
        result.parameter.code.clone(),
        label,
        maybe_day(result.day),
        day.map_or_else(String::new, |(start, day)| relative_day(start, day).to_string()),
        result.analysis_visit.clone(),
        visit_number(result),
        maybe_number(result.value),
        row.text("LBSTRESC").to_owned(),
        unit(row.text("LBSTRESU")).to_owned(),
        maybe_number(row.number("LBSTNRLO")),
        maybe_number(row.number("LBSTNRHI")),
        to.to_owned(),
        maybe_number(base),
        from.to_owned(),
        maybe_number(change),
        maybe_number(percent),
        flag(result.is_baseline),
        flag(result.last_of_visit),
        flag(is_on_treatment(result, subject)),
        subject.sex.clone(),
        result.parameter.low.clone(),
        result.parameter.high.clone(),
        written(low),
        written(high),
        both_directions(low, high),
        shift,
    ]
}

fn visit_number(result: &Result<'_>) -> String {
    match result.analysis_visit.as_str() {
        "Baseline" => "0".to_owned(),
        "" => String::new(),
        _ => maybe_number(result.row.number("VISITNUM")),
    }
}

/// Units that grading tables spell differently.
fn unit(unit: &str) -> &str {
    match unit {
        "GI/L" => "10^9/L",
        unit => unit,
    }
}

fn word(range: Option<RangeIndicator>) -> &'static str {
    match range {
        Some(RangeIndicator::Low) => "LOW",
        Some(RangeIndicator::Normal) => "NORMAL",
        Some(RangeIndicator::High) => "HIGH",
        None => "",
    }
}

/// The grade by one term, and whether it is the highest of several that the value leaves open.
fn grade(term: &str, result: &Result<'_>, baseline: Option<&Result<'_>>) -> Option<(u8, bool)> {
    if term.is_empty() || BY_INTERVENTION.contains(&term) {
        return None;
    }
    let limits = |result: &Result<'_>| (result.row.number("LBSTNRLO"), result.row.number("LBSTNRHI"));
    let (lln, uln) = limits(result);
    let baseline = baseline.map(|baseline| Baseline {
        value: baseline.value,
        lln: limits(baseline).0,
        uln: limits(baseline).1,
        range: baseline.range,
    });
    let value = LabResult {
        value: result.value,
        unit: Some(unit(result.row.text("LBSTRESU"))).filter(|unit| !unit.is_empty()),
        lln,
        uln,
        baseline,
        is_baseline: result.is_baseline,
    };
    let grades = grade_lab(Ctcae::V5, term, &value).ok()?;
    match &grades.first()?.outcome {
        LabOutcome::Graded(toxicity) => Some((toxicity.number(), false)),
        LabOutcome::Range {
            max,
            because: Undecided::NeedsClinicalInput(_),
            ..
        } => Some((max.number(), true)),
        LabOutcome::Range { .. } | LabOutcome::NotGradable(_) => None,
    }
}

/// The grade whatever the direction: a low one is negative.
fn both_directions(low: Option<u8>, high: Option<u8>) -> String {
    match (low, high) {
        (_, Some(high)) if high > 0 => high.to_string(),
        (Some(low), _) if low > 0 => format!("-{low}"),
        (Some(_), _) | (_, Some(_)) => "0".to_owned(),
        (None, None) => String::new(),
    }
}
