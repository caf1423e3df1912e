//! The grade of one laboratory result.
//!
//! # What it derives
//! What a result says of each CTCAE term of its test that values decide, against the subject's own baseline.
//!
//! # Source
//! [`crate::grade::ctcae`] (`ctcae5`, `ctcae6`), by `safety.ctcae`; the baseline by `safety.baseline`.
//!
//! # Formula
//! A result before the end of the baseline is graded by the limits of normal alone; a later one against the last value of the
//! test before that end.
//!
//! # Example
//! ALT 130 U/L with an upper limit of 40 after a baseline of 30: grade 2, above 3 times the limit.
//!
//! # Limits
//! A baseline in another unit than the result is no baseline for it.

use std::collections::BTreeMap;

use super::Facts;
use super::lab_baseline::lab_baseline;
use super::lab_course::terms_of;
use crate::grade::Toxicity;
use crate::grade::ctcae::{Baseline, LabGrade, LabOutcome, LabResult, grade_term};
use crate::protocol::Trial;
use crate::study::{Lab, RecordId, Subject, baseline_end};

/// Grades a result of a subject by every term of its test; none for a test without one.
pub fn grade_result(trial: &Trial, subject: &Subject, lab: &Lab) -> Vec<LabGrade<'static>> {
    grade(&Facts::derive(trial, subject, None), lab)
}

fn grade(facts: &Facts<'_>, lab: &Lab) -> Vec<LabGrade<'static>> {
    let end = baseline_end(facts.trial, facts.subject).filter(|end| end.precedes(lab.when));
    let before = end.and_then(|end| lab_baseline(facts, lab, end));
    let result = LabResult {
        value: lab.value,
        unit: Some(lab.unit.as_str()).filter(|unit| !unit.is_empty()),
        lln: lab.lln,
        uln: lab.uln,
        baseline: before.filter(|before| before.unit == lab.unit).map(|before| Baseline {
            value: before.value,
            lln: before.lln,
            uln: before.uln,
            range: None,
        }),
        is_baseline: end.is_none(),
    };
    let terms = terms_of(facts.trial, &lab.test);
    terms.into_iter().map(|term| grade_term(term, &result)).collect()
}

/// A result with its grades.
#[derive(Debug, Clone, PartialEq)]
pub struct GradedResult<'a> {
    /// The result.
    pub lab: &'a Lab,
    /// What it says of each term of its test that values decide, as [`grade_result`].
    pub grades: Vec<LabGrade<'static>>,
    /// Whether later results of the test are held against it.
    pub is_baseline: bool,
}

impl GradedResult<'_> {
    /// The lowest and highest grade that its worst term leaves open; `None`: no term has a grade.
    pub fn worst(&self) -> Option<(Toxicity, Toxicity)> {
        let bounds = |grade: &LabGrade<'_>| match grade.outcome {
            LabOutcome::Graded(toxicity) => Some((toxicity, toxicity)),
            LabOutcome::Range { min, max, .. } => Some((min, max)),
            LabOutcome::NotGradable(_) => None,
        };
        let of_terms = self.grades.iter().filter_map(bounds);
        of_terms.max_by_key(|(low, high)| (*high, *low))
    }
}

/// Every laboratory result of a subject in order of time, graded.
pub fn grade_results<'a>(facts: &Facts<'a>) -> Vec<GradedResult<'a>> {
    let end = baseline_end(facts.trial, facts.subject);
    let mut baselines: BTreeMap<&str, &RecordId> = BTreeMap::new();
    for lab in facts.subject.labs.iter().filter(|lab| lab.value.is_some()) {
        if end.is_some_and(|end| end.follows(lab.when)) {
            baselines.insert(&lab.test, &lab.record);
        }
    }
    let labs = facts.subject.labs.iter();
    labs.map(|lab| GradedResult {
        lab,
        grades: grade(facts, lab),
        is_baseline: baselines.get(lab.test.as_str()) == Some(&&lab.record),
    })
    .collect()
}
