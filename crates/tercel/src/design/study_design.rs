//! The protocol's design applied to a study: who is pending and for how long, the latest cohort, the decision, and what
//! each open outcome would change.

use jiff::civil::Date;

use super::conduct::last_infused;
use super::escalation_rules::EscalationRules;
use super::{Attribution, Count, Decision, Pending, WhatIf};
use crate::dlt::Status;
use crate::endpoint::Analysis;
use crate::protocol::{DoseLevel, PerLevel};
use crate::study::{Subject, SubjectId};

/// A subject whose window is open.
pub(super) struct Open {
    pub(super) subject: SubjectId,
    pub(super) pending: Pending,
}

/// The subjects pending, with the share of the window they were seen in by the data cut.
pub(super) fn open_windows(analysis: &Analysis<'_>) -> Vec<Open> {
    let window = f64::from(analysis.trial.dlt.window_days);
    // Days nobody saw the subject are no follow-up: it ends at the latest contact, not at the cut.
    let followed = |subject: &Subject, day0: Date| {
        let contacts = subject.contacts.iter().map(|contact| contact.when.date.earliest());
        let seen = contacts.filter(|day| analysis.cut.is_some_and(|cut| *day <= cut)).max();
        let days = seen.map_or(0, |seen| (seen - day0).get_days());
        (f64::from(days) / window).clamp(0.0, 1.0)
    };
    let each = analysis.facts.iter().filter_map(|facts| {
        let Status::Pending(_) = facts.dlt.as_ref()?.status else {
            return None;
        };
        Some(Open {
            subject: facts.subject.id.clone(),
            pending: Pending {
                level: facts.level?,
                followed: facts.day0.map_or(0.0, |day0| followed(facts.subject, day0)),
            },
        })
    });
    each.collect()
}

/// Level of the latest infusion, and the outcomes of the latest subjects known there, as many as a cohort has; `supposed` is
/// an outcome taken as known.
pub(crate) fn latest_cohort(
    analysis: &Analysis<'_>,
    supposed: Option<(&SubjectId, bool)>,
) -> Option<(DoseLevel, Count)> {
    let (current, _) = last_infused(analysis)?;
    let size = analysis.trial.escalation.cohort_size as usize;
    let mut known: Vec<(Date, bool)> = analysis
        .facts
        .iter()
        .filter(|facts| facts.level == Some(current))
        .filter_map(|facts| {
            let known = supposed.filter(|(subject, _)| **subject == facts.subject.id);
            let dlt = match facts.dlt.as_ref()?.status {
                Status::Pending(_) | Status::Dlt if known.is_some() => known?.1,
                Status::Dlt => true,
                Status::NoDlt => false,
                Status::Pending(_) | Status::NotEvaluable(_) => return None,
            };
            Some((facts.day0?, dlt))
        })
        .collect();
    known.sort_unstable();
    let mut latest = Count::default();
    for (_, dlt) in known.into_iter().rev().take(size) {
        latest.evaluable += 1;
        latest.dlt += u32::from(dlt);
    }
    Some((current, latest))
}

/// The protocol's design on a study.
pub(super) struct Conduct<'a> {
    analysis: &'a Analysis<'a>,
}

impl<'a> Conduct<'a> {
    pub(super) const fn new(analysis: &'a Analysis<'a>) -> Self {
        Self { analysis }
    }

    /// The decision from these outcomes and pending subjects.
    pub(super) fn decide(&self, counts: &PerLevel<Count>, pending: &[Pending]) -> Decision {
        self.decide_supposing(None, counts, pending)
    }

    /// The same where the outcome of one subject is taken as known.
    fn decide_supposing(
        &self,
        supposed: Option<(&SubjectId, bool)>,
        counts: &PerLevel<Count>,
        pending: &[Pending],
    ) -> Decision {
        let rules = EscalationRules {
            escalation: &self.analysis.trial.escalation,
            latest: latest_cohort(self.analysis, supposed),
        };
        rules.decide(counts, pending)
    }

    /// What follows from each open outcome, the others staying open.
    pub(super) fn what_if(&self, counts: &PerLevel<Count>, open: &[Open]) -> Vec<WhatIf> {
        let turned_out = |index: usize, level: DoseLevel, dlt: bool| {
            let mut counts = counts.clone();
            if let Some(count) = counts.get_mut(level) {
                count.pending = count.pending.saturating_sub(1);
                count.evaluable += 1;
                count.dlt += u32::from(dlt);
            }
            let others = open.iter().enumerate().filter(|(other, _)| *other != index);
            let pending: Vec<Pending> = others.map(|(_, open)| open.pending).collect();
            let subject = open.get(index).map(|open| (&open.subject, dlt));
            self.decide_supposing(subject, &counts, &pending)
        };
        let each = open.iter().enumerate().map(|(index, open)| WhatIf {
            subject: open.subject.clone(),
            level: open.pending.level,
            if_dlt: turned_out(index, open.pending.level, true),
            if_no_dlt: turned_out(index, open.pending.level, false),
        });
        each.collect()
    }

    /// What follows if the DLT of one subject were not one, for each subject with a DLT.
    pub(super) fn attribution(&self, counts: &PerLevel<Count>, open: &[Open]) -> Vec<Attribution> {
        let pending: Vec<Pending> = open.iter().map(|open| open.pending).collect();
        let each = self.analysis.facts.iter().filter_map(|facts| {
            let has_dlt = facts.dlt.as_ref()?.status == Status::Dlt;
            let level = facts.level.filter(|_| has_dlt)?;
            let mut counts = counts.clone();
            let count = counts.get_mut(level)?;
            count.dlt = count.dlt.saturating_sub(1);
            Some(Attribution {
                subject: facts.subject.id.clone(),
                level,
                decision: self.decide_supposing(Some((&facts.subject.id, false)), &counts, &pending),
            })
        });
        each.collect()
    }
}
