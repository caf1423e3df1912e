//! The laboratory results of a subject as a table: a test a row, a day a column, every result with its grade.

use std::collections::{BTreeMap, BTreeSet};

use tercel::endpoint::{Facts, GradedResult, grade_results};
use tercel::grade::Toxicity;
use tercel::study::days_between;

use crate::serve::encode;

/// Most days in the table; the latest come first.
const MOST_DAYS: usize = 40;

/// The table.
pub(crate) struct LabTable {
    /// Days, latest first: as written, and counted from the infusion.
    pub(crate) days: Vec<(String, String)>,
    /// Days that are not shown.
    pub(crate) hidden: usize,
    pub(crate) rows: Vec<LabRow>,
}

/// A test.
pub(crate) struct LabRow {
    pub(crate) test: String,
    pub(crate) unit: String,
    /// Results of each day.
    pub(crate) cells: Vec<Vec<LabCell>>,
}

/// A result.
pub(crate) struct LabCell {
    pub(crate) value: String,
    /// Where it differs from that of the row.
    pub(crate) unit: String,
    pub(crate) link: String,
    /// The reference range.
    pub(crate) range: String,
    /// `G3`, `G1–3` where something is missing or symptoms decide; blank for grade 0.
    pub(crate) grade: String,
    /// The shade, by the highest grade that it may be.
    pub(crate) class: &'static str,
    pub(crate) is_baseline: bool,
}

/// The table of a subject; nothing where it has no results.
pub(crate) fn lab_table(facts: &Facts<'_>) -> Option<LabTable> {
    let graded = grade_results(facts);
    let mut by_day: BTreeMap<(jiff::civil::Date, String), String> = BTreeMap::new();
    for result in &graded {
        let when = result.lab.when;
        let counted = facts.day0.zip(when.day());
        let counted = counted.map_or_else(String::new, |(day0, day)| format!("D{}", days_between(day0, day)));
        by_day.insert((when.date.earliest(), when.date.to_string()), counted);
    }
    let all = by_day.len();
    let days: Vec<(String, String)> = by_day
        .into_iter()
        .rev()
        .take(MOST_DAYS)
        .map(|((_, day), counted)| (day, counted))
        .collect();
    let rows = tests_of(facts, &graded).into_iter().filter_map(|test| {
        let of_test: Vec<&GradedResult<'_>> = graded.iter().filter(|result| result.lab.test == test).collect();
        let unit = of_test.last()?.lab.unit.clone();
        let cells: Vec<Vec<LabCell>> = days
            .iter()
            .map(|(day, _)| {
                let here = of_test.iter().filter(|result| result.lab.when.date.to_string() == *day);
                here.map(|result| cell(result, &unit)).collect()
            })
            .collect();
        cells
            .iter()
            .any(|cell| !cell.is_empty())
            .then_some(LabRow { test, unit, cells })
    });
    let rows: Vec<LabRow> = rows.collect();
    (!rows.is_empty()).then_some(LabTable {
        hidden: all.saturating_sub(days.len()),
        days,
        rows,
    })
}

/// The tests: those that the protocol watches in its order, then the others by name.
fn tests_of(facts: &Facts<'_>, graded: &[GradedResult<'_>]) -> Vec<String> {
    let known: BTreeSet<&str> = graded.iter().map(|result| result.lab.test.as_str()).collect();
    let place = |test: &str| {
        let mut analytes = facts.trial.safety.analytes.iter();
        analytes
            .position(|name| name.eq_ignore_ascii_case(test))
            .unwrap_or(usize::MAX)
    };
    let mut tests: Vec<String> = known.into_iter().map(str::to_owned).collect();
    tests.sort_by(|one, other| (place(one), one).cmp(&(place(other), other)));
    tests
}

fn cell(result: &GradedResult<'_>, unit: &str) -> LabCell {
    let lab = result.lab;
    let number = |limit: f64| limit.to_string();
    let range = match (lab.lln, lab.uln) {
        (Some(low), Some(high)) => format!("{}–{}", number(low), number(high)),
        (None, Some(high)) => format!("≤ {}", number(high)),
        (Some(low), None) => format!("≥ {}", number(low)),
        (None, None) => String::new(),
    };
    let worst = result.worst();
    let grade = match worst {
        Some((_, Toxicity::Absent)) => String::new(),
        Some((low, high)) if low == high => format!("G{high}"),
        Some((low, high)) => format!("G{low}–{high}"),
        None if result.grades.is_empty() => String::new(),
        None => "G?".to_owned(),
    };
    LabCell {
        value: lab.value.map_or_else(|| "?".to_owned(), number),
        unit: if lab.unit == unit {
            String::new()
        } else {
            lab.unit.clone()
        },
        link: encode(&lab.record.to_string()),
        range,
        grade,
        class: match worst.map(|(_, high)| high.number()) {
            Some(1) => "g1",
            Some(2) => "g2",
            Some(3) => "g3",
            Some(4 | 5) => "g4",
            Some(_) | None => "",
        },
        is_baseline: result.is_baseline,
    }
}
