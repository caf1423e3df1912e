//! The cover: which trial, which data, how many subjects, how many findings.

use jiff::civil::Date;

use crate::dlt::Status;
use crate::endpoint::Analysis;
use crate::study::{Blocks, Finding};

/// What the report is about, and who is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    /// Short identifier of the trial.
    pub trial: String,
    /// Public title.
    pub title: String,
    /// Registry number, where there is one.
    pub registry: Option<String>,
    /// Condition studied.
    pub condition: String,
    /// Protocol version.
    pub version: String,
    /// Day from which it is in force.
    pub version_date: Date,
    /// Data cut; `None` where the data carry no dates.
    pub cut: Option<Date>,
    /// Whether the data are a rehearsal.
    pub synthetic: bool,
    /// Subjects in the data who failed screening, and are not enrolled.
    pub screen_failures: usize,
    /// Subjects in the data who left or died in screening, and are not enrolled.
    pub left_in_screening: usize,
    /// All other subjects in the data.
    pub enrolled: usize,
    /// Of these, subjects assigned to a dose level.
    pub assigned: usize,
    /// Subjects with PBMC collection; `None` where the source does not record it.
    pub collected: Option<usize>,
    /// Subjects infused; `None` where the source does not record it.
    pub infused: Option<usize>,
    /// Subjects with a DLT, or observed without one; `None` where the source does not record it.
    pub evaluable: Option<usize>,
    /// Subjects whose DLT outcome is pending; `None` where the source does not record it.
    pub pending: Option<usize>,
    /// Findings by what they hold up.
    pub findings: FindingCounts,
}

/// Findings by what they hold up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FindingCounts {
    /// The dose decision.
    pub decision: usize,
    /// An infusion.
    pub infusion: usize,
    /// The export.
    pub export: usize,
    /// Nothing.
    pub none: usize,
}

impl FindingCounts {
    /// All findings.
    pub const fn total(self) -> usize {
        self.decision + self.infusion + self.export + self.none
    }

    /// Name of each kind with its number, what blocks the most first.
    pub const fn each(self) -> [(&'static str, usize); 4] {
        [
            (Blocks::Decision.name(), self.decision),
            (Blocks::Infusion.name(), self.infusion),
            (Blocks::Export.name(), self.export),
            (Blocks::None.name(), self.none),
        ]
    }
}

pub(super) fn cover(analysis: &Analysis<'_>, findings: &[Finding]) -> Cover {
    let trial = analysis.trial;
    let count = |counts: fn(&crate::endpoint::Facts<'_>) -> bool| {
        let dated = analysis.data.dated;
        dated.then(|| analysis.facts.iter().filter(|facts| counts(facts)).count())
    };
    let mut blocked = FindingCounts::default();
    for finding in findings {
        match finding.blocks {
            Blocks::Decision => blocked.decision += 1,
            Blocks::Infusion => blocked.infusion += 1,
            Blocks::Export => blocked.export += 1,
            Blocks::None => blocked.none += 1,
        }
    }
    Cover {
        trial: trial.id.clone(),
        title: trial.title.clone(),
        registry: trial.registry.clone(),
        condition: trial.condition.clone(),
        version: trial.version.clone(),
        version_date: trial.version_date,
        cut: analysis.cut,
        synthetic: analysis.data.synthetic,
        screen_failures: analysis.screen_failures(),
        left_in_screening: analysis.left_in_screening(),
        enrolled: analysis.enrolled().count(),
        assigned: analysis.enrolled().filter(|facts| facts.level.is_some()).count(),
        collected: count(|facts| facts.collection.is_some()),
        infused: count(|facts| facts.infusion.is_some()),
        evaluable: count(|facts| {
            let status = facts.dlt.as_ref().map(|verdict| &verdict.status);
            matches!(status, Some(Status::Dlt | Status::NoDlt))
        }),
        pending: count(|facts| {
            let status = facts.dlt.as_ref().map(|verdict| &verdict.status);
            matches!(status, Some(Status::Pending(_)))
        }),
        findings: blocked,
    }
}
