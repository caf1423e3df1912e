//! The protocol's design applied to a study: who is pending and for how long, the latest cohort, the decision, and what
//! each open outcome would change.

use jiff::civil::Date;

use super::conduct::last_infused;
use super::late_onset::suspended;
use super::{
    Action, Because, Count, Decision, Design, DesignName, Interim, InvalidDesign, LateConduct, LateOnsetDesign,
    Pending, Plan, SafetyStop, Stage, WhatIf, decide,
};
use crate::dlt::Status;
use crate::endpoint::Analysis;
use crate::protocol::{DoseLevel, Escalation, PerLevel};
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
fn latest_cohort(analysis: &Analysis<'_>, supposed: Option<(&SubjectId, bool)>) -> Option<(DoseLevel, Count)> {
    let (current, _) = last_infused(analysis)?;
    let size = analysis.trial.escalation.cohort_size as usize;
    let mut known: Vec<(Date, bool)> = analysis
        .facts
        .iter()
        .filter(|facts| facts.level == Some(current))
        .filter_map(|facts| {
            let known = supposed.filter(|(subject, _)| **subject == facts.subject.id);
            let dlt = match facts.dlt.as_ref()?.status {
                Status::Pending(_) if known.is_some() => known?.1,
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

/// How the protocol's design decides.
enum Rule {
    Cohorts(Box<dyn Design>),
    LateOnset(Box<dyn LateOnsetDesign>),
}

/// The protocol's design with what it needs to know beside the counts.
pub(super) struct Conduct<'a> {
    analysis: &'a Analysis<'a>,
    escalation: &'a Escalation,
    latest: Option<(DoseLevel, Count)>,
}

impl<'a> Conduct<'a> {
    pub(super) fn new(analysis: &'a Analysis<'a>) -> Self {
        Self {
            analysis,
            escalation: &analysis.trial.escalation,
            latest: latest_cohort(analysis, None),
        }
    }

    fn rule(&self, counts: &PerLevel<Count>) -> Result<Rule, InvalidDesign> {
        let doses = u8::try_from(counts.len()).unwrap_or(u8::MAX);
        let most = counts
            .values()
            .iter()
            .map(|count| count.evaluable + count.pending)
            .max();
        let most = most.unwrap_or(0).max(1);
        let (name, rule) = (self.escalation.design, &self.escalation.rule);
        match rule.late_onset(name, doses, most)? {
            Some(design) => Ok(Rule::LateOnset(design)),
            None => Ok(Rule::Cohorts(rule.design(name, doses, most)?)),
        }
    }

    /// The decision from these outcomes and pending subjects.
    pub(super) fn decide(&self, counts: &PerLevel<Count>, pending: &[Pending]) -> Decision {
        let current = self.latest.map_or(self.escalation.start_level, |(level, _)| level);
        let nobody = counts.values().iter().all(|count| *count == Count::default());
        match self.rule(counts) {
            Err(error) => Decision {
                action: Action::Wait,
                because: Because::NoDesign(error),
            },
            Ok(_) if nobody => Decision {
                action: Action::Stay(self.escalation.start_level),
                because: Because::Start,
            },
            Ok(Rule::LateOnset(design)) => {
                let design = LateConduct {
                    safety_stop: self.safety_stop(),
                    stop_at: self.escalation.stop_at,
                    demand: self.escalation.demand,
                    no_skipping: self.escalation.no_skipping,
                    ..LateConduct::new(design.as_ref())
                };
                let treated: u32 = counts
                    .values()
                    .iter()
                    .map(|count| count.evaluable + count.pending)
                    .sum();
                if self.escalation.max_n.is_some_and(|max| treated >= max) {
                    if !pending.is_empty() {
                        return suspended(current, counts.at(current));
                    }
                    let mtd = design.select(counts);
                    return Decision {
                        action: Action::Stop(mtd),
                        because: Because::Complete(mtd),
                    };
                }
                design.offer(&Interim {
                    counts,
                    pending,
                    current,
                })
            }
            Ok(Rule::Cohorts(design)) => self.decide_cohorts(design.as_ref(), counts, current),
        }
    }

    fn safety_stop(&self) -> Option<SafetyStop> {
        let target = self.escalation.rule.target;
        let asked = self.escalation.safety_stop.zip(target);
        asked.map(|(cutoff, target)| SafetyStop {
            target,
            cutoff,
            min_n: 1,
        })
    }

    fn decide_cohorts(&self, design: &dyn Design, counts: &PerLevel<Count>, current: DoseLevel) -> Decision {
        let escalation = self.escalation;
        let doses = u8::try_from(counts.len()).unwrap_or(u8::MAX);
        let plan = Plan {
            start: escalation.start_level,
            stop_at: escalation.stop_at,
            demand: escalation.demand,
            no_skipping: escalation.no_skipping,
            safety_stop: self.safety_stop(),
            ..Plan::new(design, doses, escalation.cohort_size, escalation.max_n)
        };
        let stage = Stage {
            counts,
            current,
            latest: self.latest.map_or(Count::default(), |(_, count)| count),
        };
        match self.missing(counts.at(current)) {
            0 => decide(&plan, &stage),
            missing => decide_open_cohort(&plan, &stage, missing),
        }
    }

    /// Subjects that the latest cohort still lacks; 3+3 and its kind say themselves when a level is filled.
    fn missing(&self, count: Count) -> u32 {
        let itself = matches!(
            self.escalation.design,
            DesignName::ThreePlusThree | DesignName::AcceleratedTitration
        );
        let size = self.escalation.cohort_size;
        match (count.evaluable + count.pending) % size {
            0 => 0,
            _ if itself => 0,
            treated => size - treated,
        }
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
            let latest = latest_cohort(self.analysis, subject);
            Self { latest, ..*self }.decide(&counts, &pending)
        };
        let each = open.iter().enumerate().map(|(index, open)| WhatIf {
            subject: open.subject.clone(),
            level: open.pending.level,
            if_dlt: turned_out(index, open.pending.level, true),
            if_no_dlt: turned_out(index, open.pending.level, false),
        });
        each.collect()
    }
}

/// A cohort is filled before the next level is opened; a lower level, or a stop, needs only that the subjects to come could
/// not change it.
fn decide_open_cohort(plan: &Plan<'_>, stage: &Stage<'_>, missing: u32) -> Decision {
    let current = stage.current;
    let mut filled = stage.counts.clone();
    if let Some(count) = filled.get_mut(current) {
        count.pending += missing;
    }
    let decision = decide(
        plan,
        &Stage {
            counts: &filled,
            ..*stage
        },
    );
    match decision.action {
        Action::DeEscalate(_) | Action::Stop(_) => decision,
        Action::Escalate(_) | Action::Stay(_) | Action::Wait => Decision {
            action: Action::Stay(current),
            because: Because::CohortOpen(current, stage.counts.at(current)),
        },
    }
}
