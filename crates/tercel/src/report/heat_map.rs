//! Adverse events as a heat map: subjects by term and dose level, of any grade and of grade 3 or worse.

use std::collections::BTreeMap;

use super::{LevelName, number};
use crate::endpoint::{Analysis, Facts, associated_events};
use crate::grade::Grade;
use crate::study::AdverseEvent;

/// Most terms shown.
pub const TERM_LIMIT: usize = 25;

/// Terms by dose level.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// Columns: the levels with subjects at risk, lowest first, then all of them.
    pub columns: Vec<HeatColumn>,
    /// Rows, the most frequent term first; at most [`TERM_LIMIT`].
    pub rows: Vec<HeatRow>,
    /// Number of all terms.
    pub terms: usize,
    /// The figure in a sentence; where there is no row, why.
    pub description: String,
}

/// A dose level, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatColumn {
    /// Name of the level.
    pub label: String,
    /// Subjects under observation for adverse events.
    pub subjects: usize,
}

/// A term.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatRow {
    /// Dictionary term, otherwise the reported one.
    pub term: String,
    /// A cell for each column.
    pub cells: Vec<HeatCell>,
}

/// Subjects with a term at a level, each counted once by the worst grade.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatCell {
    /// Subjects with the term.
    pub any: usize,
    /// Subjects with the term at grade 3 or worse.
    pub severe: usize,
    /// `any` as a share of the column's subjects.
    pub any_share: f64,
    /// `severe` as a share of the column's subjects.
    pub severe_share: f64,
    /// All of it in a sentence.
    pub hint: String,
}

/// Worst grade of a term in each subject: by column, the grades of the subjects that had it.
type Worst = BTreeMap<usize, Vec<Option<Grade>>>;

pub(super) fn heat_map(analysis: &Analysis<'_>, levels: &[LevelName]) -> HeatMap {
    let observed = |facts: &&Facts<'_>| facts.level.is_some() && facts.ae_window.is_some();
    let observed: Vec<&Facts<'_>> = analysis.facts.iter().filter(observed).collect();
    let present: Vec<&LevelName> = levels
        .iter()
        .filter(|name| observed.iter().any(|facts| facts.level == Some(name.level)))
        .collect();
    let mut columns: Vec<HeatColumn> = present
        .iter()
        .map(|name| HeatColumn {
            label: name.label.clone(),
            subjects: observed.iter().filter(|facts| facts.level == Some(name.level)).count(),
        })
        .collect();
    columns.push(HeatColumn {
        label: "All".to_owned(),
        subjects: observed.len(),
    });
    let mut terms: BTreeMap<String, (String, Worst)> = BTreeMap::new();
    for facts in &observed {
        let place = present.iter().position(|name| facts.level == Some(name.level));
        for (key, (term, grade)) in worst(facts) {
            let (_, columns_of) = terms.entry(key).or_insert_with(|| (term, Worst::new()));
            for column in place.into_iter().chain([present.len()]) {
                columns_of.entry(column).or_default().push(grade);
            }
        }
    }
    let total = terms.len();
    let mut rows: Vec<HeatRow> = terms
        .into_values()
        .map(|(term, worst)| row(term, &worst, &columns))
        .collect();
    rows.sort_by(|one, other| {
        let by = |row: &HeatRow| row.cells.last().map(|all| (all.any, all.severe));
        by(other).cmp(&by(one)).then_with(|| one.term.cmp(&other.term))
    });
    rows.truncate(TERM_LIMIT);
    HeatMap {
        description: description(analysis, &rows, total, observed.len()),
        columns,
        rows,
        terms: total,
    }
}

fn name(event: &AdverseEvent) -> &str {
    let coded = event.preferred_term.as_deref().filter(|term| !term.trim().is_empty());
    coded.unwrap_or(&event.term).trim()
}

/// Terms of a subject, whatever their capitals, each with its worst grade; an event without a grade ranks below any.
fn worst(facts: &Facts<'_>) -> BTreeMap<String, (String, Option<Grade>)> {
    let mut terms: BTreeMap<String, (String, Option<Grade>)> = BTreeMap::new();
    for event in associated_events(facts) {
        let term = name(event);
        let entry = terms.entry(term.to_lowercase());
        let (_, grade) = entry.or_insert_with(|| (term.to_owned(), None));
        *grade = (*grade).max(event.grade);
    }
    terms
}

fn row(term: String, worst: &Worst, columns: &[HeatColumn]) -> HeatRow {
    let none = Vec::new();
    let cells = columns.iter().enumerate().map(|(place, column)| {
        let grades = worst.get(&place).unwrap_or(&none);
        let severe = grades.iter().filter(|grade| **grade >= Some(Grade::G3)).count();
        let share = |count: usize| {
            if column.subjects == 0 {
                0.0
            } else {
                count as f64 / column.subjects as f64
            }
        };
        HeatCell {
            any: grades.len(),
            severe,
            any_share: share(grades.len()),
            severe_share: share(severe),
            hint: hint(&term, column, grades, share(grades.len()), severe, share(severe)),
        }
    });
    HeatRow {
        cells: cells.collect(),
        term,
    }
}

fn hint(
    term: &str,
    column: &HeatColumn,
    grades: &[Option<Grade>],
    any_share: f64,
    severe: usize,
    severe_share: f64,
) -> String {
    let mut each: Vec<String> = Grade::ALL
        .iter()
        .filter_map(|grade| {
            let number = grades.iter().filter(|worst| **worst == Some(*grade)).count();
            (number > 0).then(|| format!("grade {grade}: {number}"))
        })
        .collect();
    let ungraded = grades.iter().filter(|grade| grade.is_none()).count();
    if ungraded > 0 {
        each.push(format!("not graded: {ungraded}"));
    }
    let each = if each.is_empty() {
        String::new()
    } else {
        format!("; worst {}", each.join(", "))
    };
    format!(
        "{term}, {}: {} of {} ({}), grade 3 or worse {severe} ({}){each}",
        column.label,
        grades.len(),
        column.subjects,
        number::percent(any_share),
        number::percent(severe_share)
    )
}

fn description(analysis: &Analysis<'_>, rows: &[HeatRow], terms: usize, observed: usize) -> String {
    if !analysis.data.dated {
        return "The data carry no dates, so no adverse event can be placed in a window.".to_owned();
    }
    if !analysis.data.holds("AE") {
        return "The source does not record adverse events.".to_owned();
    }
    if rows.is_empty() {
        return format!(
            "No treatment-associated adverse event is recorded in {} under observation.",
            number::counted(observed, "subject")
        );
    }
    let first = rows.iter().take(3).filter_map(|row| {
        let all = row.cells.last()?;
        Some(format!("{} in {}", row.term, number::count(all.any)))
    });
    format!(
        "Treatment-associated adverse events of {} in {}; the most frequent: {}.",
        number::counted(terms, "term"),
        number::counted(observed, "subject"),
        first.collect::<Vec<_>>().join(", ")
    )
}
