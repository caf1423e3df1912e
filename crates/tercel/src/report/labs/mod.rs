//! Laboratory safety as data: worst grades and shifts, Hy's law, recovery of blood counts, results against adverse events.

mod grades;
mod hys_law;
mod recovery;

pub use grades::{LevelGrades, SHIFT_UNKNOWN, Shift, TermGrades, WorstResult};
pub use hys_law::{HysLaw, HysPoint, HysScale, HysSubject};
pub use recovery::{CountLine, CountMedian, Recovery, Shade};

use super::LevelName;
use crate::endpoint::{Analysis, Facts, GradedLab, graded_labs, unreconciled};
use crate::study::{RecordId, SubjectId};

/// Most rows that the listings of this part show.
pub const LAB_ROW_LIMIT: usize = 300;

/// The laboratory part of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct LabSafety {
    /// What the baseline is, and by what values are graded, in a sentence.
    pub conventions: String,
    /// Worst grade by term and level, in the protocol's order of analytes, high before low.
    pub grades: Vec<TermGrades>,
    /// Terms in which nobody was worse than grade 0, by name.
    pub quiet: Vec<String>,
    /// Analytes of the protocol without a grade that a value decides.
    pub ungraded: Vec<String>,
    /// Baseline grade against worst grade, for the terms of `grades`.
    pub shifts: Vec<Shift>,
    /// The results behind the worst grades of 1 or more; at most [`LAB_ROW_LIMIT`].
    pub worst: Vec<WorstResult>,
    /// Number of all of them.
    pub worst_total: usize,
    /// Transaminases against bilirubin.
    pub hys_law: HysLaw,
    /// Neutrophils, platelets and haemoglobin over time, where measured.
    pub recovery: Vec<Recovery>,
    /// What results and adverse events lack of one another; at most [`LAB_ROW_LIMIT`].
    pub unreconciled: Vec<Mismatch>,
    /// Number of all of them.
    pub unreconciled_total: usize,
}

/// A result without its adverse event, or an event without its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// Subject.
    pub subject: SubjectId,
    /// What lacks what.
    pub kind: &'static str,
    /// Test and term, or reported term.
    pub what: String,
    /// Day, as written.
    pub when: String,
    /// In a sentence.
    pub text: String,
    /// The records, the one in question first.
    pub records: Vec<RecordId>,
    /// Whether it stands among the findings; otherwise the investigator has judged it, or another finding asks.
    pub asked: bool,
}

pub(super) fn labs(analysis: &Analysis<'_>, levels: &[LevelName]) -> LabSafety {
    let assigned = analysis.facts.iter().filter(|facts| facts.level.is_some());
    let graded: Vec<(&Facts<'_>, Vec<GradedLab<'_>>)> = assigned.map(|facts| (facts, graded_labs(facts))).collect();
    let found = grades::grades(analysis, levels, &graded);
    let mut mismatches: Vec<Mismatch> = graded
        .iter()
        .flat_map(|(facts, labs)| mismatches(facts, labs))
        .collect();
    let unreconciled_total = mismatches.len();
    mismatches.truncate(LAB_ROW_LIMIT);
    LabSafety {
        conventions: format!(
            "Results from the end of the baseline to the end of the adverse-event window, graded by {}. The baseline is the \
             last value before {}; it is graded by the limits of normal. Where symptoms decide between grades, the \
             highest counts.",
            analysis.trial.safety.ctcae,
            analysis.trial.safety.baseline.before()
        ),
        grades: found.grades,
        quiet: found.quiet,
        ungraded: found.ungraded,
        shifts: found.shifts,
        worst: found.worst,
        worst_total: found.worst_total,
        hys_law: hys_law::hys_law(&graded),
        recovery: recovery::recovery(analysis),
        unreconciled: mismatches,
        unreconciled_total,
    }
}

fn mismatches(facts: &Facts<'_>, labs: &[GradedLab<'_>]) -> Vec<Mismatch> {
    let found = unreconciled(facts, labs).into_iter().map(|found| Mismatch {
        subject: facts.subject.id.clone(),
        kind: found.kind,
        what: found.what,
        when: found.when,
        text: found.text.en,
        records: found.records,
        asked: found.asked,
    });
    found.collect()
}

/// A value with its unit, as recorded.
fn with_unit(value: f64, unit: &str) -> String {
    format!("{value} {unit}").trim_end().to_owned()
}
