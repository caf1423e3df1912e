//! Grades of `ADLB`: by the terms of the parameter, of the value and of its baseline, and the worst under treatment.

use tercel::grade::ctcae::{Baseline, LabOutcome, LabResult, Undecided, grade_term};

use super::Treated;
use super::parameter::Term;

/// The grade in each direction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Grades {
    /// Of a low value.
    pub(super) low: Option<u8>,
    /// Of a high value.
    pub(super) high: Option<u8>,
}

impl Grades {
    /// The grade whatever the direction: a low one is negative.
    pub(super) fn both(self) -> String {
        match (self.low, self.high) {
            (_, Some(high)) if high > 0 => high.to_string(),
            (Some(low), _) if low > 0 => format!("-{low}"),
            (Some(_), _) | (_, Some(_)) => "0".to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// Grades every result of one parameter of one subject; returns how many grades are the highest of several that the value
/// leaves open.
pub(super) fn grade(results: &mut [super::Result<'_>]) -> usize {
    let baseline = results.iter().find(|result| result.is_baseline);
    let before = baseline.map(|baseline| {
        let given = Baseline {
            value: baseline.recorded.value,
            lln: baseline.recorded.lln,
            uln: baseline.recorded.uln,
            range: baseline.range,
        };
        (baseline.recorded.unit, given)
    });
    let mut worst_cases = 0;
    for result in results {
        let recorded = result.recorded;
        let value = LabResult {
            value: recorded.certain,
            unit: Some(recorded.unit).filter(|unit| !unit.is_empty()),
            lln: recorded.lln,
            uln: recorded.uln,
            baseline: before
                .filter(|(unit, _)| *unit == recorded.unit)
                .map(|(_, given)| given),
            is_baseline: result.is_baseline,
        };
        let mut by = |term: &Term| {
            let (grade, is_worst_case) = grade_by(term, &value)?;
            worst_cases += usize::from(is_worst_case);
            Some(grade)
        };
        result.grades = Grades {
            low: by(&result.parameter.low),
            high: by(&result.parameter.high),
        };
    }
    worst_cases
}

/// The grade by one term, and whether it is the highest of several that the value leaves open.
fn grade_by(term: &Term, value: &LabResult<'_>) -> Option<(u8, bool)> {
    match grade_term(term.by_value()?, value).outcome {
        LabOutcome::Graded(toxicity) => Some((toxicity.number(), false)),
        LabOutcome::Range {
            max,
            because: Undecided::NeedsClinicalInput(_),
            ..
        } => Some((max.number(), true)),
        LabOutcome::Range { .. } | LabOutcome::NotGradable(_) => None,
    }
}

/// Marks the worst result under treatment in each direction: of the highest grade the most extreme value, of several such
/// the first.
pub(super) fn mark_worst(results: &mut [super::Result<'_>], treated: &Treated<'_>) {
    let worst = |grade: fn(Grades) -> Option<u8>, extreme: fn(f64) -> f64| {
        let graded = results.iter().enumerate().filter_map(|(at, result)| {
            let counts = !result.is_baseline && treated.covers(result);
            let grade = grade(result.grades).filter(|_| counts)?;
            // What does not convert is less extreme than any value of its grade.
            Some((at, grade, result.value.map_or(f64::NEG_INFINITY, extreme)))
        });
        let worst = graded.reduce(|worst, next| {
            let beyond = next.1.cmp(&worst.1).then(next.2.total_cmp(&worst.2));
            if beyond.is_gt() { next } else { worst }
        });
        worst.map(|(at, ..)| at)
    };
    let (low, high) = (
        worst(|grades| grades.low, |value| -value),
        worst(|grades| grades.high, |value| value),
    );
    if let Some(result) = low.and_then(|at| results.get_mut(at)) {
        result.worst_low = true;
    }
    if let Some(result) = high.and_then(|at| results.get_mut(at)) {
        result.worst_high = true;
    }
}
