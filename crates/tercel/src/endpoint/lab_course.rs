//! Grades of the laboratory results of a subject after the baseline.
//!
//! # What it derives
//! For each result of a protocol analyte after the baseline and in the adverse-event window: its grade by each CTCAE term of the
//! test that values decide, and that of its baseline; for each term the worst.
//!
//! # Source
//! [`crate::grade::ctcae`] (`ctcae5`, `ctcae6`), by `safety.ctcae`; the baseline by `safety.baseline`.
//!
//! # Formula
//! A value counts at its grade; where symptoms decide between several, at the highest; where something is missing, at the grade
//! that is certain, and not at all where none is. The baseline is graded by the limits of normal. Of several results of the
//! worst grade the most extreme is shown, the first of several such.
//!
//! # Example
//! ALT 30, 130 and 90 U/L with an upper limit of 40: grades 0, 2 and 1; the worst is 2, of 130.
//!
//! # Limits
//! A term graded by intervention has no grade here. A baseline in another unit than the result is no baseline for it.

use std::collections::BTreeMap;

use super::Facts;
use super::lab_baseline::lab_baseline;
use crate::grade::Toxicity;
use crate::grade::criteria::{Direction, LabCriteria, LabTerm};
use crate::grade::ctcae::{Baseline, LabOutcome, LabResult, Undecided, grade_term};
use crate::protocol::Trial;
use crate::study::{BaselineEnd, Lab, baseline_end};

/// How sure a grade is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// The value decides.
    Exact,
    /// Symptoms could show it to be lower.
    AtMost,
    /// Something missing could show it to be higher.
    AtLeast,
}

/// What a value says of a term, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// The grade it counts at.
    At(Toxicity, Certainty),
    /// It has no grade.
    Unknown,
}

impl Counted {
    /// The grade, where there is one.
    pub(crate) const fn grade(self) -> Option<Toxicity> {
        match self {
            Self::At(grade, _) => Some(grade),
            Self::Unknown => None,
        }
    }
}

/// A result after the baseline.
#[derive(Debug, Clone)]
pub(crate) struct GradedLab<'a> {
    pub(crate) lab: &'a Lab,
    pub(crate) baseline: Option<&'a Lab>,
    pub(crate) grades: Vec<TermGrade>,
}

/// A result by one term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TermGrade {
    pub(crate) term: &'static LabTerm,
    pub(crate) value: Counted,
    /// The baseline, by the limits of normal.
    pub(crate) baseline: Counted,
}

impl TermGrade {
    /// Whether the result is of a higher grade than the baseline, as far as is known: an unknown baseline is none.
    pub(crate) fn is_worse(&self) -> bool {
        let before = self.baseline.grade().unwrap_or(Toxicity::Absent);
        self.value.grade().is_some_and(|grade| grade > before)
    }
}

/// The worst result of a subject by one term.
#[derive(Debug, Clone)]
pub(crate) struct Worst<'a> {
    pub(crate) test: String,
    pub(crate) term: &'static LabTerm,
    pub(crate) baseline: Option<(&'a Lab, Counted)>,
    pub(crate) value: Option<(&'a Lab, Toxicity, Certainty)>,
    /// Results that have no grade.
    pub(crate) ungraded: usize,
}

/// The terms of a test that values decide, high before low.
pub(crate) fn terms_of(trial: &Trial, test: &str) -> Vec<&'static LabTerm> {
    let found = LabCriteria::of(trial.safety.ctcae).find(test).unwrap_or_default();
    found.into_iter().filter(|term| term.is_graded_by_value()).collect()
}

/// The results after the baseline, in order of time.
pub(crate) fn graded_labs<'a>(facts: &Facts<'a>) -> Vec<GradedLab<'a>> {
    let mut terms: BTreeMap<&str, Vec<&'static LabTerm>> = BTreeMap::new();
    let graded = labs_after_baseline(facts).into_iter().map(|(lab, end)| {
        let baseline = lab_baseline(facts, lab, end);
        let terms = terms
            .entry(lab.test.as_str())
            .or_insert_with(|| terms_of(facts.trial, &lab.test));
        let grades = terms.iter().map(|term| grade(term, lab, baseline)).collect();
        GradedLab { lab, baseline, grades }
    });
    graded.collect()
}

/// The results of protocol analytes after the baseline and in the adverse-event window.
pub(crate) fn labs_after_baseline<'a>(facts: &Facts<'a>) -> Vec<(&'a Lab, BaselineEnd)> {
    let (Some(window), Some(end)) = (&facts.ae_window, baseline_end(facts.trial, facts.subject)) else {
        return Vec::new();
    };
    let listed = |test: &str| {
        let mut analytes = facts.trial.safety.analytes.iter();
        analytes.any(|name| name.eq_ignore_ascii_case(test))
    };
    let counts = |lab: &&Lab| {
        let date = lab.when.date;
        listed(&lab.test) && date.latest() >= window.from && date.earliest() <= window.to && end.precedes(lab.when)
    };
    facts.subject.labs.iter().filter(counts).map(|lab| (lab, end)).collect()
}

fn grade(term: &'static LabTerm, lab: &Lab, baseline: Option<&Lab>) -> TermGrade {
    let usable = baseline.filter(|baseline| baseline.unit == lab.unit);
    let of = |lab: &Lab, baseline: Option<Baseline>, is_baseline: bool| {
        let result = LabResult {
            value: lab.value,
            unit: Some(lab.unit.as_str()).filter(|unit| !unit.is_empty()),
            lln: lab.lln,
            uln: lab.uln,
            baseline,
            is_baseline,
        };
        counted(&grade_term(term, &result).outcome)
    };
    let before = usable.map(|baseline| Baseline {
        value: baseline.value,
        lln: baseline.lln,
        uln: baseline.uln,
        range: None,
    });
    TermGrade {
        term,
        value: of(lab, before, false),
        baseline: baseline.map_or(Counted::Unknown, |baseline| of(baseline, None, true)),
    }
}

fn counted(outcome: &LabOutcome<'_>) -> Counted {
    match outcome {
        LabOutcome::Graded(grade) => Counted::At(*grade, Certainty::Exact),
        LabOutcome::Range {
            max,
            because: Undecided::NeedsClinicalInput(_),
            ..
        } => Counted::At(*max, Certainty::AtMost),
        LabOutcome::Range { min, .. } => Counted::At(*min, Certainty::AtLeast),
        LabOutcome::NotGradable(_) => Counted::Unknown,
    }
}

/// The worst of each term, in the protocol's order of analytes, high before low.
pub(crate) fn worst_grades<'a>(facts: &Facts<'a>, graded: &[GradedLab<'a>]) -> Vec<Worst<'a>> {
    let mut all = Vec::new();
    for test in &facts.trial.safety.analytes {
        let of_test = || {
            graded
                .iter()
                .filter(|graded| graded.lab.test.eq_ignore_ascii_case(test))
        };
        for term in terms_of(facts.trial, test) {
            let results = of_test().filter_map(|graded| {
                let found = graded.grades.iter().find(|grade| grade.term == term)?;
                Some((graded, found))
            });
            all.extend(worst_of(test, term, results));
        }
    }
    all
}

fn worst_of<'g, 'a: 'g>(
    test: &str,
    term: &'static LabTerm,
    results: impl Iterator<Item = (&'g GradedLab<'a>, &'g TermGrade)>,
) -> Option<Worst<'a>> {
    let mut worst: Option<Worst<'a>> = None;
    for (graded, grade) in results {
        let worst = worst.get_or_insert_with(|| Worst {
            test: test.to_owned(),
            term,
            baseline: graded.baseline.map(|baseline| (baseline, grade.baseline)),
            value: None,
            ungraded: 0,
        });
        let (Counted::At(toxicity, certainty), Some(value)) = (grade.value, graded.lab.value) else {
            worst.ungraded += 1;
            continue;
        };
        let extreme = |value: f64| {
            if term.direction == Direction::High {
                value
            } else {
                -value
            }
        };
        let beyond = worst.value.is_none_or(|(lab, known, _)| {
            let known_value = extreme(lab.value.unwrap_or(value));
            toxicity > known || (toxicity == known && extreme(value) > known_value)
        });
        if beyond {
            worst.value = Some((graded.lab, toxicity, certainty));
        }
    }
    worst
}
