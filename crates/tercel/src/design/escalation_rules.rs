//! The protocol's escalation rules: from outcomes per level and who is pending to the decision.

use super::late_onset::suspended;
use super::{
    Action, Because, Count, Decision, Design, DesignName, Interim, InvalidDesign, LateConduct, LateOnsetDesign,
    Pending, Plan, SafetyStop, Stage, decide,
};
use crate::protocol::{DoseLevel, Escalation, PerLevel};

/// How the protocol's design decides.
enum Rule {
    Cohorts(Box<dyn Design>),
    LateOnset(Box<dyn LateOnsetDesign>),
}

/// The protocol's rules with what they need to know beside the counts.
pub(crate) struct EscalationRules<'a> {
    /// The rules.
    pub(crate) escalation: &'a Escalation,
    /// Level of the latest infusion, and the known outcomes of the latest cohort there.
    pub(crate) latest: Option<(DoseLevel, Count)>,
}

impl EscalationRules<'_> {
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
    pub(crate) fn decide(&self, counts: &PerLevel<Count>, pending: &[Pending]) -> Decision {
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
