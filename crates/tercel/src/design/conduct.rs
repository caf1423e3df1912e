//! The dose decision of a study: DLT verdicts counted per level, the design's decision, who is waited for, and the
//! earliest day of the next infusion.

use jiff::civil::Date;

use super::study_design::{Conduct, open_windows};
use super::{Action, Because, Count, Decision};
use crate::dlt::{Halt, Status, add_days, standing_halts};
use crate::endpoint::Analysis;
use crate::language::{Text, Words, both};
use crate::protocol::{DoseLevel, Escalation, PerLevel};
use crate::study::{Finding, RecordId, SubjectId};

/// A subject whose outcome is awaited.
#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level, where one is assigned.
    pub level: Option<DoseLevel>,
    /// What is awaited, until when.
    pub sentence: Words,
}

/// What would be decided if one pending subject turned out one way or the other.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The subject.
    pub subject: SubjectId,
    /// Its dose level.
    pub level: DoseLevel,
    /// The decision if it has a DLT.
    pub if_dlt: Decision,
    /// The decision if it passes the window without one.
    pub if_no_dlt: Decision,
}

impl WhatIf {
    /// `If 003 (level 2) has a DLT: de-escalate to level 1; if not: escalate to level 3.`
    pub fn sentence(&self) -> String {
        format!(
            "If {} (level {}) has a DLT: {}; if not: {}.",
            self.subject, self.level, self.if_dlt.action, self.if_no_dlt.action
        )
    }
}

/// What would be decided if one subject's DLT were judged not to be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The subject.
    pub subject: SubjectId,
    /// Its dose level.
    pub level: DoseLevel,
    /// The decision then.
    pub decision: Decision,
}

impl Attribution {
    /// `If the DLT of 003 (level 2) were not one: escalate to level 3.`
    pub fn sentence(&self) -> String {
        format!(
            "If the DLT of {} (level {}) were not one: {}.",
            self.subject, self.level, self.decision.action
        )
    }
}

/// The decision for the next subject of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyDecision {
    /// Action and reason.
    pub decision: Decision,
    /// Outcomes per level.
    pub levels: PerLevel<Count>,
    /// Subjects waited for; empty unless the action is to wait.
    pub waiting_on: Vec<Awaited>,
    /// What follows from each outcome still open, the others staying as they are.
    pub what_if: Vec<WhatIf>,
    /// What would follow if one DLT were judged not to be one, for each.
    pub attribution: Vec<Attribution>,
    /// First day on which the next infusion keeps the protocol's spacing.
    pub earliest_infusion: Option<Date>,
    /// Records the decision rests on.
    pub records: Vec<RecordId>,
}

/// Decides the next dose from everything known at the data cut.
///
/// Without dated data no subject has a DLT verdict, so the decision would be that of a study without subjects: `None`.
pub fn decide_study(analysis: &Analysis<'_>) -> Option<StudyDecision> {
    analysis.cut?;
    let trial = analysis.trial;
    let mut counts = PerLevel::new(vec![Count::default(); trial.dose_levels.len()]);
    let mut awaited = Vec::new();
    let mut unassigned = Vec::new();
    let mut records = Vec::new();
    for facts in &analysis.facts {
        let Some(verdict) = &facts.dlt else { continue };
        let Some((level, count)) = facts.level.and_then(|level| Some((level, counts.get_mut(level)?))) else {
            let sentence = Text::new("infused, but assigned to no dose level", "已回输，但未分配剂量水平").into();
            unassigned.push(Awaited {
                subject: facts.subject.id.clone(),
                level: None,
                sentence,
            });
            continue;
        };
        records.extend(verdict.records.iter().cloned());
        match verdict.status {
            Status::Dlt => {
                count.evaluable += 1;
                count.dlt += 1;
            }
            Status::NoDlt => count.evaluable += 1,
            Status::Pending(_) => {
                count.pending += 1;
                awaited.push(Awaited {
                    subject: facts.subject.id.clone(),
                    level: Some(level),
                    sentence: Words::in_each(|language| verdict.words(language)),
                });
            }
            Status::NotEvaluable(_) => {}
        }
    }
    records.sort();
    records.dedup();
    let open = open_windows(analysis);
    let conduct = Conduct::new(analysis);
    let mut decision = conduct.decide(&counts, &open.iter().map(|open| open.pending).collect::<Vec<_>>());
    let mut what_if = conduct.what_if(&counts, &open);
    let mut attribution = conduct.attribution(&counts, &open);
    if !unassigned.is_empty() {
        decision = Decision {
            action: Action::Wait,
            because: Because::Unassigned(unassigned.len()),
        };
        awaited.append(&mut unassigned);
    }
    let anybody = analysis.facts.iter().any(|facts| facts.dlt.is_some());
    if let Some(what) = analysis.unrecorded().filter(|_| anybody) {
        decision = Decision {
            action: Action::Wait,
            because: Because::NotRecorded(what),
        };
    }
    if matches!(decision.because, Because::NotRecorded(_) | Because::Unassigned(_)) {
        what_if.clear();
        attribution.clear();
    }
    if decision.action != Action::Wait {
        awaited.clear();
    }
    let earliest_infusion = decision
        .action
        .level()
        .and_then(|level| earliest_infusion(analysis, level))
        .map(|day| analysis.cut.map_or(day, |cut| day.max(cut)));
    let decided = StudyDecision {
        decision,
        levels: counts,
        what_if,
        attribution,
        waiting_on: awaited,
        earliest_infusion,
        records,
    };
    Some(decided.held_up_by(&analysis.data.findings).halted_by(analysis.halts()))
}

impl StudyDecision {
    /// The decision while safety data stand unread ([`Finding::is_unread`]): nobody is treated and no dose is declared
    /// tolerated. To treat lower, or to stop without a tolerated dose, needs no waiting. A study without subjects starts.
    fn held_up_by(mut self, findings: &[Finding]) -> Self {
        let open: Vec<&Finding> = findings.iter().filter(|one| one.is_unread()).collect();
        let otherwise = self.decision.action;
        let anybody = self.levels.iter().any(|(_, count)| *count != Count::default());
        match otherwise {
            Action::Escalate(_) | Action::Stay(_) | Action::Stop(Some(_)) if !open.is_empty() && anybody => {}
            Action::Escalate(_) | Action::Stay(_) | Action::Stop(_) | Action::DeEscalate(_) | Action::Wait => {
                return self;
            }
        }
        let mut subjects: Vec<&SubjectId> = open.iter().filter_map(|one| one.subject.as_ref()).collect();
        subjects.sort();
        subjects.dedup();
        let awaited = subjects.into_iter().map(|subject| Awaited {
            subject: subject.clone(),
            level: None,
            sentence: Text::new("data the decision rests on cannot be read", "决定所依据的数据无法读取").into(),
        });
        self.waiting_on = awaited.collect();
        self.withheld(|otherwise, because| Because::HeldUp {
            findings: open.len(),
            otherwise,
            because,
        })
    }

    /// The decision while enrolment is halted: nobody is treated and no dose is declared tolerated. To stop without a tolerated
    /// dose needs no committee to lift the halt.
    fn halted_by(mut self, halts: Vec<Halt>) -> Self {
        if halts.is_empty() || self.decision.action == Action::Stop(None) {
            return self;
        }
        let subjects = halts.iter().flat_map(|halt| halt.subjects.iter());
        for (subject, what) in subjects {
            if !self.waiting_on.iter().any(|awaited| awaited.subject == *subject) {
                self.waiting_on.push(Awaited {
                    subject: subject.clone(),
                    level: None,
                    sentence: both!(
                        "the committee decides whether enrolment goes on: {en}",
                        "由委员会决定是否继续入组：{zh}",
                        en = what.en,
                        zh = what.zh
                    ),
                });
            }
        }
        self.records
            .extend(halts.iter().flat_map(|halt| halt.records.iter().cloned()));
        self.records.sort();
        self.records.dedup();
        self.withheld(|otherwise, because| Because::Halted {
            halts,
            otherwise,
            because,
        })
    }

    /// A wait in place of the decision, whatever an outcome would change: what would be done otherwise stands in the reason
    /// alone.
    fn withheld(mut self, because: impl FnOnce(Action, Box<Because>) -> Because) -> Self {
        self.what_if.clear();
        self.attribution.clear();
        self.earliest_infusion = None;
        self.decision = Decision {
            action: Action::Wait,
            because: because(self.decision.action, Box::new(self.decision.because)),
        };
        self
    }
}

impl Analysis<'_> {
    /// The halts that stand: by the protocol's rules over the data, then those the record of the study holds.
    pub fn halts(&self) -> Vec<Halt> {
        let subjects: Vec<_> = self.facts.iter().map(|facts| (facts.subject, facts.day0)).collect();
        let mut halts = standing_halts(self.trial, &subjects);
        let entered = self.data.halts.iter().filter(|halt| halt.ended.is_none());
        halts.extend(entered.map(|halt| Halt {
            rule: halt.id.clone(),
            text: halt.reason.clone(),
            subjects: Vec::new(),
            records: Vec::new(),
        }));
        halts
    }

    /// What DLTs are judged by and the source does not hold.
    pub fn unrecorded(&self) -> Option<&'static str> {
        if !self.data.holds("AE") {
            Some("adverse event")
        } else if !self.trial.dlt.lab_criteria.is_empty() && !self.data.holds("LB") {
            Some("laboratory result")
        } else if !self.trial.dlt.score_criteria.is_empty() && !self.data.holds("RS") {
            Some("clinical score")
        } else {
            None
        }
    }
}

/// Level and day of the latest infusion.
pub(super) fn last_infused(analysis: &Analysis<'_>) -> Option<(DoseLevel, Date)> {
    let infused = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.level?, facts.day0?)));
    infused.max_by_key(|(level, day)| (*day, *level))
}

/// The first day on which an infusion at `level` keeps the protocol's spacing to those given; `None` before the first.
pub(crate) fn earliest_after(rules: &Escalation, infused: &[(DoseLevel, Date)], level: DoseLevel) -> Option<Date> {
    let (last_level, last_day) = infused.iter().copied().max_by_key(|(level, day)| (*day, *level))?;
    if last_level != level {
        return Some(add_days(last_day, rules.next_level_days));
    }
    let at_level = infused.iter().filter(|(other, _)| *other == level).count();
    let days = if at_level == 1 {
        rules.sentinel_days
    } else {
        rules.next_subject_days
    };
    Some(add_days(last_day, days))
}

/// The spacing rules: sentinel, between subjects, between levels.
fn earliest_infusion(analysis: &Analysis<'_>, level: DoseLevel) -> Option<Date> {
    let infused = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.level?, facts.day0?)));
    earliest_after(&analysis.trial.escalation, &infused.collect::<Vec<_>>(), level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halt_holds_every_decision_but_a_stop_without_a_tolerated_dose() {
        let halt = Halt {
            rule: "halt".to_owned(),
            text: Words::english("ICANS of grade 4".to_owned()),
            subjects: vec![(SubjectId::new("S"), Words::english("ICANS from 2025-03-09".to_owned()))],
            records: Vec::new(),
        };
        let first = DoseLevel::FIRST;
        for action in [
            Action::Escalate(first.above()),
            Action::Stay(first),
            Action::DeEscalate(first),
            Action::Wait,
            Action::Stop(Some(first)),
            Action::Stop(None),
        ] {
            let decided = StudyDecision {
                decision: Decision {
                    action,
                    because: Because::Start,
                },
                levels: PerLevel::new(vec![Count::default(); 2]),
                waiting_on: Vec::new(),
                what_if: Vec::new(),
                attribution: Vec::new(),
                earliest_infusion: None,
                records: Vec::new(),
            };
            assert_eq!(decided.clone().halted_by(Vec::new()), decided);
            let halted = decided.clone().halted_by(vec![halt.clone()]);
            if action == Action::Stop(None) {
                assert_eq!(halted, decided);
            } else {
                assert_eq!(halted.decision.action, Action::Wait, "{action:?}");
                assert_eq!(halted.waiting_on.len(), 1, "{action:?}");
            }
        }
    }
}
