//! Subjects with clinically significant laboratory changes.
//!
//! # What it derives
//! The number of subjects with at least one protocol analyte that the investigator calls clinically significant and that is worse than at baseline.
//!
//! # Source
//! The registry record (P4); `docs/methods.md`, "Laboratory changes".
//!
//! # Formula
//! Counted: in the adverse-event window, clinically significant = yes, outside the reference range on a side and further to that side than the baseline (the last value before lymphodepletion, infusion or PBMC collection, by `safety.baseline`). Not counted when linked to an adverse event judged unrelated. Without baseline or range it counts.
//!
//! # Example
//! ALT 180 U/L, range to 40, baseline 35, significant: counted. ALT 60 with baseline 75: not worse, not counted.
//!
//! # Limits
//! A value is compared with its own baseline only in the same unit; in another unit it counts.

use super::lab_baseline::lab_baseline;
use super::{Facts, Method, Part, Reading, Statistic};
use crate::grade::Toxicity;
use crate::grade::ctcae::{Baseline, Ctcae, LabGrade, LabOutcome, LabResult, grade_lab};
use crate::study::{AdverseEvent, Lab, RecordId, baseline_end};

pub(super) const METHOD: Method = Method {
    name: "lab-changes",
    components: &[],
    at_time_points: false,
    needs: None,
    references: &["ctcae5", "ctcae6"],
    settings: &[
        "safety.analytes",
        "safety.baseline",
        "safety.relatedness",
        "windows.ae_months",
        "windows.uninfused_end",
        "windows.ae_days_uninfused",
        "names.lymphodepletion",
        "estimation.level",
    ],
    statistic: Statistic::Count,
    unit: |_, _| "subjects".to_owned(),
    records: "laboratory results",
    datasets: &["LB"],
    read: |facts, _| read(facts),
};

fn read(facts: &Facts<'_>) -> Part {
    if facts.collection.is_none() && facts.day0.is_none() {
        return Part::out("no PBMC collection");
    }
    let Some(window) = &facts.ae_window else {
        return Part::out("no PBMC collection");
    };
    let end = baseline_end(facts.trial, facts.subject);
    let mut records = window.records.clone();
    let mut found: Vec<String> = Vec::new();
    let is_listed = |lab: &&Lab| {
        facts
            .trial
            .safety
            .analytes
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&lab.test))
    };
    for lab in facts.subject.labs.iter().filter(is_listed) {
        let day = lab.when.date;
        if lab.significant != Some(true) || day.latest() < window.from || day.earliest() > window.to {
            continue;
        }
        let baseline = end.and_then(|end| lab_baseline(facts, lab, end));
        records.push(lab.record.clone());
        records.extend(baseline.map(|baseline| baseline.record.clone()));
        let linked = linked_event(facts, lab);
        records.extend(linked.map(|event| event.record.clone()));
        let unrelated = linked.and_then(|event| event.causality.strongest());
        if unrelated.is_none_or(|relation| relation >= facts.trial.safety.relatedness) && is_worse(lab, baseline) {
            let value = lab.value.map_or_else(|| "?".to_owned(), |value| value.to_string());
            let grade = ctcae_grade(facts.trial.safety.ctcae, lab, baseline)
                .map_or_else(String::new, |grade| format!(", {grade}"));
            found.push(format!("{} {value} {} on {}{grade}", lab.test, lab.unit, lab.when.date));
        }
    }
    match found.as_slice() {
        [] => Part::new(Reading::No, "none", records),
        [one] => Part::new(Reading::Yes, one.clone(), records),
        [first, rest @ ..] => Part::new(Reading::Yes, format!("{first} and {} more", rest.len()), records),
    }
}

/// The CTCAE grade of the result by its worst term, beside the investigator's judgement; `None` where the value gives none.
fn ctcae_grade(version: Ctcae, lab: &Lab, baseline: Option<&Lab>) -> Option<String> {
    let same_unit = baseline.filter(|baseline| baseline.unit == lab.unit);
    let result = LabResult {
        value: lab.value,
        unit: Some(&lab.unit),
        lln: lab.lln,
        uln: lab.uln,
        baseline: same_unit.map(|baseline| Baseline {
            value: baseline.value,
            lln: baseline.lln,
            uln: baseline.uln,
            range: None,
        }),
        is_baseline: false,
    };
    let grades = grade_lab(version, &lab.test, &result).ok()?;
    let bounds = |grade: &LabGrade<'_>| match grade.outcome {
        LabOutcome::Graded(toxicity) => Some((toxicity, toxicity)),
        LabOutcome::Range { min, max, .. } => Some((min, max)),
        LabOutcome::NotGradable(_) => None,
    };
    let (low, high) = grades
        .iter()
        .filter_map(bounds)
        .max_by_key(|(low, high)| (*high, *low))?;
    let number = |toxicity: Toxicity| match toxicity {
        Toxicity::Absent => 0,
        Toxicity::Present(grade) => grade.number(),
    };
    let range = if low == high {
        number(low).to_string()
    } else {
        format!("{} to {}", number(low), number(high))
    };
    Some(format!("{version} grade {range}"))
}

fn linked_event<'a>(facts: &Facts<'a>, lab: &Lab) -> Option<&'a AdverseEvent> {
    let number = lab.event?;
    let is_linked = |event: &&AdverseEvent| {
        RecordId {
            number,
            ..event.record.clone()
        } == event.record
    };
    facts.subject.adverse_events.iter().find(is_linked)
}

/// Outside the range on the side to which it moved from the baseline. A limit, a baseline or a common unit that is not
/// known counts as such a change.
fn is_worse(lab: &Lab, baseline: Option<&Lab>) -> bool {
    let (Some(value), Some(baseline)) = (lab.value, baseline.filter(|baseline| baseline.unit == lab.unit)) else {
        return true;
    };
    let Some(before) = baseline.value else { return true };
    if value > before {
        lab.uln.is_none_or(|uln| value > uln)
    } else if value < before {
        lab.lln.is_none_or(|lln| value < lln)
    } else {
        false
    }
}
