//! The dose decision in words, and the board of who was treated at which level.

use jiff::civil::Date;

use super::LevelName;
use crate::design::{Action, Attribution, Count, StudyDecision, WhatIf};
use crate::dlt::Status;
use crate::endpoint::{Analysis, Facts};
use crate::protocol::DoseLevel;
use crate::study::{Blocks, Finding, RecordId, SubjectId, named_first};

/// The dose decision.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionPart {
    /// What to do with the next subject, as a sentence.
    pub sentence: String,
    /// Why, as a sentence fragment.
    pub because: String,
    /// Level of the next subject.
    pub next_level: Option<DoseLevel>,
    /// Maximum tolerated dose, if declared.
    pub mtd: Option<DoseLevel>,
    /// Subjects waited for.
    pub waiting_on: Vec<Waiting>,
    /// What follows from each outcome still open, one sentence a subject.
    pub what_if: Vec<String>,
    /// What would follow if a DLT were judged not to be one, one sentence a subject.
    pub attribution: Vec<String>,
    /// First day on which the next infusion keeps the protocol's spacing.
    pub earliest_infusion: Option<Date>,
    /// What must be known before the decision is acted on, a sentence each.
    pub first: Vec<String>,
    /// Findings in the data that hold the decision up.
    pub held_up_by: usize,
    /// Records the decision rests on.
    pub records: Vec<RecordId>,
}

/// A subject whose outcome is awaited.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Subject.
    pub subject: SubjectId,
    /// Label of its dose level.
    pub level: String,
    /// What is awaited, until when.
    pub sentence: String,
}

/// DLT status as a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardMark {
    /// DLT.
    Dlt,
    /// No DLT.
    NoDlt,
    /// Pending.
    Pending,
    /// Not evaluable, to be replaced.
    NotEvaluable,
}

impl BoardMark {
    /// All marks, in the order of the legend.
    pub const ALL: [Self; 4] = [Self::NoDlt, Self::Dlt, Self::Pending, Self::NotEvaluable];

    /// Name in the legend.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dlt => "DLT",
            Self::NoDlt => "no DLT",
            Self::Pending => "pending",
            Self::NotEvaluable => "not evaluable",
        }
    }
}

/// One subject on the board.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardSubject {
    /// Subject.
    pub subject: SubjectId,
    /// Day of infusion.
    pub infused: Date,
    /// DLT status.
    pub mark: BoardMark,
    /// The verdict as a sentence.
    pub sentence: String,
}

/// One level of the board.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardLevel {
    /// The level.
    pub level: DoseLevel,
    /// Subjects in order of infusion.
    pub subjects: Vec<BoardSubject>,
    /// Outcomes counted.
    pub count: Count,
}

impl BoardLevel {
    /// `1NNT`: level, then N without, T with DLT, a dot for each pending outcome; the level alone without subjects. More
    /// than can be counted at a glance are written in figures: `1[889N 42T 3.]`.
    pub fn notation(&self) -> String {
        let count = self.count;
        if count.evaluable + count.pending <= AT_A_GLANCE {
            return format!("{}{count}", self.level);
        }
        let without = count.evaluable.saturating_sub(count.dlt);
        format!("{}[{without}N {}T {}.]", self.level, count.dlt, count.pending)
    }
}

/// Most letters in a row that a reader can count.
const AT_A_GLANCE: u32 = 24;

fn label(level: DoseLevel, levels: &[LevelName]) -> String {
    let name = levels.iter().find(|name| name.level == level);
    name.map_or_else(
        || format!("level {level}"),
        |name| format!("level {level}, {} ({})", name.label, name.dose),
    )
}

pub(super) fn decision(decision: &StudyDecision, levels: &[LevelName], findings: &[Finding]) -> DecisionPart {
    let action = decision.decision.action;
    let sentence = match action {
        Action::Escalate(level) => format!("Escalate: treat the next subject at {}.", label(level, levels)),
        Action::Stay(level) => format!("Stay: treat the next subject at {}.", label(level, levels)),
        Action::DeEscalate(level) => format!("De-escalate: treat the next subject at {}.", label(level, levels)),
        Action::Wait => "Wait: treat nobody until what is open is known.".to_owned(),
        Action::Stop(Some(level)) => format!("Stop: the maximum tolerated dose is {}.", label(level, levels)),
        Action::Stop(None) => "Stop: no maximum tolerated dose was found.".to_owned(),
    };
    let waiting_on = decision.waiting_on.iter().map(|awaited| Waiting {
        subject: awaited.subject.clone(),
        level: awaited
            .level
            .map_or_else(|| "no dose level".to_owned(), |level| label(level, levels)),
        sentence: awaited.sentence.en.clone(),
    });
    DecisionPart {
        sentence,
        because: decision.decision.because.to_string(),
        next_level: action.level(),
        mtd: action.mtd(),
        waiting_on: waiting_on.collect(),
        what_if: decision.what_if.iter().map(WhatIf::sentence).collect(),
        attribution: decision.attribution.iter().map(Attribution::sentence).collect(),
        earliest_infusion: decision.earliest_infusion,
        first: named_first(findings),
        held_up_by: findings
            .iter()
            .filter(|finding| finding.blocks == Blocks::Decision)
            .count(),
        records: decision.records.clone(),
    }
}

pub(super) fn board(analysis: &Analysis<'_>, levels: &[LevelName]) -> Vec<BoardLevel> {
    let at = |level: DoseLevel| {
        let here = analysis.facts.iter().filter(|facts| facts.level == Some(level));
        let mut subjects: Vec<BoardSubject> = here.filter_map(subject).collect();
        subjects.sort_by(|one, other| (one.infused, &one.subject).cmp(&(other.infused, &other.subject)));
        let mut count = Count::default();
        for subject in &subjects {
            match subject.mark {
                BoardMark::Dlt => {
                    count.evaluable += 1;
                    count.dlt += 1;
                }
                BoardMark::NoDlt => count.evaluable += 1,
                BoardMark::Pending => count.pending += 1,
                BoardMark::NotEvaluable => {}
            }
        }
        BoardLevel { level, subjects, count }
    };
    levels.iter().map(|name| at(name.level)).collect()
}

pub(super) fn subject(facts: &Facts<'_>) -> Option<BoardSubject> {
    let verdict = facts.dlt.as_ref()?;
    let mark = match verdict.status {
        Status::Dlt => BoardMark::Dlt,
        Status::NoDlt => BoardMark::NoDlt,
        Status::Pending(_) => BoardMark::Pending,
        Status::NotEvaluable(_) => BoardMark::NotEvaluable,
    };
    Some(BoardSubject {
        subject: facts.subject.id.clone(),
        infused: facts.day0?,
        mark,
        sentence: verdict.sentence(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_written_as_letters_while_they_can_be_counted() {
        let level = |evaluable, dlt, pending| BoardLevel {
            level: DoseLevel::FIRST,
            subjects: Vec::new(),
            count: Count {
                evaluable,
                dlt,
                pending,
            },
        };
        assert_eq!(level(0, 0, 0).notation(), "1");
        assert_eq!(level(3, 1, 1).notation(), "1NNT.");
        assert_eq!(level(931, 42, 3).notation(), "1[889N 42T 3.]");
    }
}
