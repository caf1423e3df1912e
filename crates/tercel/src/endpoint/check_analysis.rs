//! Everything that is wrong or missing in a study, from every check there is.

use super::{Analysis, check_derived};
use crate::design::check_infusions;
use crate::safety::check_safety;
use crate::study::{Finding, check_study};

/// Everything wrong or missing: in the files, between records, between readings, between what was done and the decision. What
/// blocks the most comes first, then by subject and record.
pub fn check_analysis(analysis: &Analysis<'_>) -> Vec<Finding> {
    let mut findings = of_subjects(analysis);
    findings.extend(check_infusions(analysis));
    in_order(findings)
}

/// The same but for infusions against the decision, which rests on the subjects before: of some of the subjects alone.
pub fn check_subjects(analysis: &Analysis<'_>) -> Vec<Finding> {
    in_order(of_subjects(analysis))
}

fn of_subjects(analysis: &Analysis<'_>) -> Vec<Finding> {
    let mut findings = analysis.data.findings.clone();
    findings.extend(check_study(analysis.trial, analysis.data));
    findings.extend(check_derived(analysis));
    findings.extend(check_safety(analysis));
    findings
}

fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    let key = |finding: &Finding| {
        (
            finding.blocks,
            finding.subject.clone(),
            finding.dataset.clone(),
            finding.record.clone(),
            finding.field.clone(),
        )
    };
    findings.sort_by_key(key);
    findings
}
