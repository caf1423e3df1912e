//! Findings as a report shows them: by what they hold up, then by place and rule, the rows beneath.

use super::listing::quotas;
use crate::study::{Blocks, Finding, FindingGroup, SubjectId, group_findings};

/// Findings that one action resolves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSection {
    /// What they hold up.
    pub blocks: Blocks,
    /// `LB · LBDTC · not-a-date`.
    pub name: String,
    /// `14 findings in 5 subjects`.
    pub extent: String,
    /// What to do about them.
    pub advice: &'static str,
    /// Number of findings, shown or not.
    pub findings: usize,
    /// One row per finding.
    pub rows: Vec<FindingRow>,
}

/// A finding as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// Subject, where known.
    pub subject: Option<SubjectId>,
    /// Record, or dataset and row where the record has no identity.
    pub place: String,
    /// The sentence.
    pub sentence: String,
}

/// Findings by group, of which at most `limit` rows are shown: small groups whole, large ones alike.
pub fn finding_sections(findings: &[Finding], limit: usize) -> Vec<FindingSection> {
    let groups = group_findings(findings);
    let sizes: Vec<usize> = groups.iter().map(|group| group.findings.len()).collect();
    let shown = quotas(&sizes, limit);
    groups
        .iter()
        .zip(shown)
        .map(|(group, shown)| section(group, shown))
        .collect()
}

fn section(group: &FindingGroup<'_>, shown: usize) -> FindingSection {
    let row = |finding: &&Finding| FindingRow {
        subject: finding.subject.clone(),
        place: finding.place(),
        sentence: finding.rule.to_string(),
    };
    FindingSection {
        blocks: group.blocks,
        name: group.name(),
        extent: group.extent(),
        advice: group.advice,
        findings: group.findings.len(),
        rows: group.findings.iter().take(shown).map(row).collect(),
    }
}
