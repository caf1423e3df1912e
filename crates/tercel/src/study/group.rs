//! Findings put together so that someone can act: by what they hold up, then by place and rule.

use std::collections::{BTreeMap, BTreeSet};

use super::{Blocks, Dataset, Finding};

/// Findings that one action resolves: the same rule, broken in the same variable of the same dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingGroup<'f> {
    /// What they hold up.
    pub blocks: Blocks,
    /// Dataset.
    pub dataset: &'f Dataset,
    /// Variable.
    pub field: &'f str,
    /// Identifier of the rule.
    pub rule: &'static str,
    /// What to do about them.
    pub advice: &'static str,
    /// The findings, in the order given; never empty.
    pub findings: Vec<&'f Finding>,
    /// Number of subjects concerned; 0 where no row names one.
    pub subjects: usize,
}

impl FindingGroup<'_> {
    /// `LB · LBDTC · not-a-date`.
    pub fn name(&self) -> String {
        [self.dataset.as_str(), self.field, self.rule]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// `14 findings in 5 subjects`.
    pub fn extent(&self) -> String {
        let counted = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        let findings = counted(self.findings.len(), "finding");
        match self.subjects {
            0 => findings,
            subjects => format!("{findings} in {}", counted(subjects, "subject")),
        }
    }
}

impl Blocks {
    /// Heading over the findings of this kind.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Decision => "These hold up the dose decision",
            Self::Infusion => "These hold up an infusion",
            Self::Export => "To resolve before an export is handed over",
            Self::None => "To know",
        }
    }
}

/// Groups of findings, what blocks the most first, then by dataset, variable and rule.
pub fn group_findings(findings: &[Finding]) -> Vec<FindingGroup<'_>> {
    let mut groups: BTreeMap<(Blocks, &Dataset, &str, &'static str), FindingGroup<'_>> = BTreeMap::new();
    for finding in findings {
        let (blocks, dataset, field, rule) = (
            finding.blocks,
            &finding.dataset,
            finding.field.as_str(),
            finding.rule.id(),
        );
        let group = groups
            .entry((blocks, dataset, field, rule))
            .or_insert_with(|| FindingGroup {
                blocks,
                dataset,
                field,
                rule,
                advice: finding.rule.advice(),
                findings: Vec::new(),
                subjects: 0,
            });
        group.findings.push(finding);
    }
    let mut groups: Vec<FindingGroup<'_>> = groups.into_values().collect();
    for group in &mut groups {
        let subjects: BTreeSet<_> = group
            .findings
            .iter()
            .filter_map(|finding| finding.subject.as_ref())
            .collect();
        group.subjects = subjects.len();
    }
    groups
}

/// Most findings named before the decision.
const NAMED_FIRST: usize = 5;

/// What is named before the dose decision, a sentence each ([`Finding::leads`]).
pub fn named_first(findings: &[Finding]) -> Vec<String> {
    let leading: Vec<&Finding> = findings.iter().filter(|finding| finding.leads()).collect();
    let sentence = |finding: &&Finding| format!("{}: {}", finding.place(), finding.rule);
    let mut sentences: Vec<String> = leading.iter().take(NAMED_FIRST).map(sentence).collect();
    let more = leading.len().saturating_sub(NAMED_FIRST);
    if more > 0 {
        sentences.push(format!("{more} more of this kind are listed among the findings"));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Words;
    use crate::study::{Rule, SubjectId};

    fn finding(blocks: Blocks, subject: Option<&str>, dataset: &str, field: &str, rule: Rule) -> Finding {
        Finding {
            subject: subject.map(SubjectId::new),
            dataset: Dataset::new(dataset),
            record: None,
            row: None,
            field: field.to_owned(),
            rule,
            blocks,
        }
    }

    #[test]
    fn findings_that_one_action_resolves_stand_together_and_what_blocks_the_most_comes_first() {
        let blank = || Rule::MissingValue;
        let findings = [
            finding(Blocks::None, Some("1"), "LB", "LBDTC", blank()),
            finding(Blocks::None, Some("2"), "LB", "LBDTC", blank()),
            finding(Blocks::None, Some("2"), "LB", "LBDTC", blank()),
            finding(Blocks::None, Some("2"), "LB", "LBDTC", Rule::NotANumber("x".to_owned())),
            finding(Blocks::None, Some("2"), "LB", "LBORRES", blank()),
            finding(Blocks::Decision, None, "DM", "AGE", Rule::MissingColumn),
        ];
        let groups = group_findings(&findings);
        let names: Vec<String> = groups
            .iter()
            .map(|group| format!("{}: {}", group.name(), group.extent()))
            .collect();
        assert_eq!(
            names,
            [
                "DM · AGE · missing-column: 1 finding",
                "LB · LBDTC · missing-value: 3 findings in 2 subjects",
                "LB · LBDTC · not-a-number: 1 finding in 1 subject",
                "LB · LBORRES · missing-value: 1 finding in 1 subject",
            ]
        );
    }

    #[test]
    fn the_same_place_blocking_more_and_less_is_two_groups() {
        let findings = [
            finding(Blocks::Export, Some("1"), "AE", "AETOXGR", Rule::MissingValue),
            finding(Blocks::Decision, Some("2"), "AE", "AETOXGR", Rule::MissingValue),
        ];
        let blocks: Vec<Blocks> = group_findings(&findings).iter().map(|group| group.blocks).collect();
        assert_eq!(blocks, [Blocks::Decision, Blocks::Export]);
    }

    #[test]
    fn what_is_named_before_the_decision_blocks_it_and_is_counted_where_there_is_too_much() {
        let off = |blocks| {
            finding(
                blocks,
                Some("1"),
                "EX",
                "EXDOSE",
                Rule::OffDose(Words::english("ten times".to_owned())),
            )
        };
        let blank = finding(Blocks::Decision, Some("1"), "AE", "AESER", Rule::MissingValue);
        assert_eq!(
            named_first(&[blank, off(Blocks::None), off(Blocks::Decision)]),
            ["EX: ten times"]
        );
        let many = vec![off(Blocks::Decision); 7];
        assert_eq!(named_first(&many).len(), 6);
        assert_eq!(
            named_first(&many)[5],
            "2 more of this kind are listed among the findings"
        );
    }

    #[test]
    fn no_finding_is_lost_and_none_invented() {
        assert_eq!(group_findings(&[]), []);
        let findings: Vec<Finding> = (0..40)
            .map(|number| {
                let field = if number % 3 == 0 { "A" } else { "B" };
                finding(Blocks::None, Some(&number.to_string()), "AE", field, Rule::MissingValue)
            })
            .collect();
        let total: usize = group_findings(&findings).iter().map(|group| group.findings.len()).sum();
        assert_eq!(total, findings.len());
    }
}
