//! What the design says of the next dose, beside what a committee knew when it opened a level.

use std::collections::BTreeMap;

use super::{Action, Count, StudyDecision};
use crate::dlt::Status;
use crate::endpoint::Analysis;
use crate::language::Language;
use crate::protocol::DoseLevel;
use crate::study::SubjectId;

/// What the design says of the next dose, and the outcomes it says it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseAnswer {
    /// What would be done if no rule halted enrolment and all data could be read: a halt does not hide that a level is closed.
    pub action: Action,
    /// Outcomes per level.
    pub counts: BTreeMap<DoseLevel, Count>,
    /// Subjects known to have a DLT, each with which.
    pub dlts: BTreeMap<SubjectId, String>,
}

impl DoseAnswer {
    /// The answer of a decision, with the outcomes of the data it was made from.
    pub fn of(analysis: &Analysis<'_>, decided: &StudyDecision) -> Self {
        let levels = analysis.trial.dose_levels.levels();
        let with_dlt = analysis.facts.iter().filter_map(|facts| {
            let verdict = facts.dlt.as_ref().filter(|verdict| verdict.status == Status::Dlt)?;
            Some((facts.subject.id.clone(), verdict.words(Language::English)))
        });
        Self {
            action: decided.decision.otherwise().unwrap_or(decided.decision.action),
            counts: levels
                .filter_map(|level| Some((level, *decided.levels.get(level)?)))
                .collect(),
            dlts: with_dlt.collect(),
        }
    }

    /// The highest level anybody is treated at, or that is declared tolerated, 0 for none; `None` where it is to wait, which
    /// closes no level.
    const fn highest(&self) -> Option<u8> {
        match self.action {
            Action::Escalate(level) | Action::Stay(level) | Action::DeEscalate(level) | Action::Stop(Some(level)) => {
                Some(level.number())
            }
            Action::Stop(None) => Some(0),
            Action::Wait => None,
        }
    }

    /// The subjects whose DLT was not known then, or was another.
    pub fn new_since<'s>(&'s self, then: &'s Self) -> impl Iterator<Item = &'s SubjectId> {
        let new = self
            .dlts
            .iter()
            .filter(|(id, which)| then.dlts.get(*id) != Some(*which));
        new.map(|(id, _)| id)
    }

    /// The highest level that stays open, 0 for none, where this closes `level` by more than was known then: it was not closed
    /// then, or a DLT came after. What a committee knew does not count against its decision.
    pub fn closes(&self, level: DoseLevel, then: Option<&Self>) -> Option<u8> {
        let highest = self.highest().filter(|highest| level.number() > *highest)?;
        let was_known = then.is_some_and(|then| {
            let closed = then.highest().is_some_and(|known| known <= highest);
            closed && self.new_since(then).next().is_none()
        });
        (!was_known).then_some(highest)
    }
}
