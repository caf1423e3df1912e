//! Worst grade of each term by dose level, and the shift from the grade of the baseline.

use super::{LAB_ROW_LIMIT, LevelName, with_unit};
use crate::endpoint::{Analysis, Certainty, Facts, GradedLab, Worst, lab_terms, worst_grades};
use crate::grade::Toxicity;
use crate::protocol::DoseLevel;
use crate::study::{RecordId, SubjectId};

/// Place of an unknown grade in the rows and columns of a shift table, after grades 0 to 4.
pub const SHIFT_UNKNOWN: usize = 5;

/// One term in every level.
#[derive(Debug, Clone, PartialEq)]
pub struct TermGrades {
    /// Test, as the protocol names it.
    pub test: String,
    /// Term of the CTCAE.
    pub term: String,
    /// `high` or `low`.
    pub direction: String,
    /// A row for each level with results, lowest first, then all of them.
    pub levels: Vec<LevelGrades>,
}

/// One term at one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelGrades {
    /// Name of the level.
    pub label: String,
    /// Subjects with a result after the baseline.
    pub subjects: usize,
    /// Subjects by worst grade, 0 to 4.
    pub grades: [usize; 5],
    /// Subjects none of whose results has a grade.
    pub unknown: usize,
    /// Of `grades`, how many hang on symptoms or on something missing.
    pub open: usize,
}

/// Subjects by baseline grade (rows) and worst grade (columns): 0 to 4, then unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Test, as the protocol names it.
    pub test: String,
    /// Term of the CTCAE.
    pub term: String,
    /// `high` or `low`.
    pub direction: String,
    /// Numbers of subjects.
    pub counts: [[usize; 6]; 6],
}

/// The worst result of a subject by one term.
#[derive(Debug, Clone, PartialEq)]
pub struct WorstResult {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Test and term.
    pub what: String,
    /// Baseline with its grade.
    pub baseline: String,
    /// Worst value with its grade and day.
    pub worst: String,
    /// The grade.
    pub grade: u8,
    /// The worst result and the baseline.
    pub records: Vec<RecordId>,
}

/// What this module derives.
pub(super) struct Found {
    pub(super) grades: Vec<TermGrades>,
    pub(super) quiet: Vec<String>,
    pub(super) ungraded: Vec<String>,
    pub(super) shifts: Vec<Shift>,
    pub(super) worst: Vec<WorstResult>,
    pub(super) worst_total: usize,
}

type Of<'f, 'a> = (&'f Facts<'a>, Vec<Worst<'a>>);

pub(super) fn grades<'a>(
    analysis: &Analysis<'a>,
    levels: &[LevelName],
    graded: &[(&Facts<'a>, Vec<GradedLab<'a>>)],
) -> Found {
    let all: Vec<Of<'_, 'a>> = graded
        .iter()
        .map(|(facts, labs)| (*facts, worst_grades(facts, labs)))
        .collect();
    let mut found = Found {
        grades: Vec::new(),
        quiet: Vec::new(),
        ungraded: Vec::new(),
        shifts: Vec::new(),
        worst: Vec::new(),
        worst_total: 0,
    };
    for test in &analysis.trial.safety.analytes {
        let terms = lab_terms(analysis.trial, test);
        if terms.is_empty() {
            found.ungraded.push(test.clone());
        }
        for term in terms {
            let of_term = all.iter().filter_map(|(facts, worst)| {
                let here = worst.iter().find(|worst| worst.test == *test && worst.term == term)?;
                Some((*facts, here))
            });
            let of_term: Vec<(&Facts<'_>, &Worst<'_>)> = of_term.collect();
            add_term(&mut found, levels, &of_term);
        }
    }
    found.worst_total = found.worst.len();
    found.worst.sort_by_key(|worst| std::cmp::Reverse(worst.grade));
    found.worst.truncate(LAB_ROW_LIMIT);
    found
}

fn add_term(found: &mut Found, levels: &[LevelName], of_term: &[(&Facts<'_>, &Worst<'_>)]) {
    let Some((_, first)) = of_term.first() else { return };
    let (test, term, direction) = (first.test.clone(), first.term.nci_term.clone(), first.term.direction);
    let toxic = |worst: &Worst<'_>| worst.value.is_some_and(|(_, grade, _)| grade > Toxicity::Absent);
    let unknown = |worst: &Worst<'_>| worst.value.is_none();
    if !of_term.iter().any(|(_, worst)| toxic(worst) || unknown(worst)) {
        found.quiet.push(format!("{test} {direction}"));
        return;
    }
    let row = |label: &str, level: Option<DoseLevel>| {
        let here = of_term
            .iter()
            .filter(|(facts, _)| level.is_none() || facts.level == level);
        let mut row = LevelGrades {
            label: label.to_owned(),
            subjects: 0,
            grades: [0; 5],
            unknown: 0,
            open: 0,
        };
        for (_, worst) in here {
            row.subjects += 1;
            match worst.value {
                Some((_, grade, certainty)) => {
                    if let Some(count) = row.grades.get_mut(usize::from(grade.number())) {
                        *count += 1;
                    }
                    row.open += usize::from(certainty != Certainty::Exact);
                }
                None => row.unknown += 1,
            }
        }
        row
    };
    let each = levels.iter().map(|name| row(&name.label, Some(name.level)));
    let mut rows: Vec<LevelGrades> = each.filter(|row| row.subjects > 0).collect();
    rows.push(row("All", None));
    found.grades.push(TermGrades {
        test: test.clone(),
        term: term.clone(),
        direction: direction.to_string(),
        levels: rows,
    });
    found.shifts.push(Shift {
        test,
        term,
        direction: direction.to_string(),
        counts: shift(of_term),
    });
    found
        .worst
        .extend(of_term.iter().filter_map(|(facts, worst)| listed(facts, worst)));
}

fn shift(of_term: &[(&Facts<'_>, &Worst<'_>)]) -> [[usize; 6]; 6] {
    let mut counts = [[0; 6]; 6];
    for (_, worst) in of_term {
        let place = |grade: Option<Toxicity>| grade.map_or(SHIFT_UNKNOWN, |grade| usize::from(grade.number()));
        let from = place(worst.baseline.and_then(|(_, counted)| counted.grade()));
        let to = place(worst.value.map(|(_, grade, _)| grade));
        if let Some(count) = counts.get_mut(from).and_then(|row| row.get_mut(to)) {
            *count += 1;
        }
    }
    counts
}

fn listed(facts: &Facts<'_>, worst: &Worst<'_>) -> Option<WorstResult> {
    let (lab, grade, certainty) = worst.value?;
    let number = grade.grade()?.number();
    let value = lab.value.map_or_else(String::new, |value| with_unit(value, &lab.unit));
    let baseline = worst.baseline.map(|(lab, counted)| {
        let value = lab.value.map_or_else(String::new, |value| with_unit(value, &lab.unit));
        match counted.grade() {
            Some(grade) => format!("{value} on {}, grade {grade}", lab.when),
            None => format!("{value} on {}, grade unknown", lab.when),
        }
    });
    let bound = match certainty {
        Certainty::Exact => "",
        Certainty::AtMost => " at most",
        Certainty::AtLeast => " at least",
    };
    let records = std::iter::once(&lab.record).chain(worst.baseline.map(|(baseline, _)| &baseline.record));
    Some(WorstResult {
        subject: facts.subject.id.clone(),
        level: facts.level?,
        what: format!("{}, {}", worst.test, worst.term.nci_term),
        baseline: baseline.unwrap_or_else(|| "none".to_owned()),
        worst: format!("{value} on {}, grade {number}{bound}", lab.when),
        grade: number,
        records: records.cloned().collect(),
    })
}
