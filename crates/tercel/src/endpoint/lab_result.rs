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

use super::Facts;
use super::lab_baseline::lab_baseline;
use super::lab_course::terms_of;
use crate::grade::ctcae::{Baseline, LabGrade, LabResult, grade_term};
use crate::protocol::Trial;
use crate::study::{Lab, Subject, baseline_end};

/// Grades a result of a subject by every term of its test; none for a test without one.
pub fn grade_result(trial: &Trial, subject: &Subject, lab: &Lab) -> Vec<LabGrade<'static>> {
    let end = baseline_end(trial, subject).filter(|end| end.precedes(lab.when));
    let facts = Facts::derive(trial, subject, None);
    let before = end.and_then(|end| lab_baseline(&facts, lab, end));
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
    let terms = terms_of(trial, &lab.test);
    terms.into_iter().map(|term| grade_term(term, &result)).collect()
}
