//! The packet as data.

use jiff::civil::Date;

use super::about::{Knowledge, Occasion};
use super::advice::{Advice, Opinion};
use super::recommended::Recommended;
use super::subject::{Standing, SubjectLine};
use crate::design::{Action, Count, DoseAnswer};
use crate::language::Words;
use crate::protocol::DoseLevel;
use crate::study::{RecordId, SubjectId};

/// Everything a committee is shown, as of a data cut. Made by [`Packet::freeze`].
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// Short identifier of the trial.
    pub trial: String,
    /// Public title.
    pub title: String,
    /// Registry number, where there is one.
    pub registry: Option<String>,
    /// Version of the protocol.
    pub protocol_version: String,
    /// Day from which it is in force.
    pub protocol_date: Date,
    /// SHA-256 of the protocol file in hexadecimal, where known.
    pub protocol_digest: Option<String>,
    /// Program and version that made the packet.
    pub software: String,
    /// Whether the data say that they are a rehearsal.
    pub synthetic: bool,
    /// The data cut.
    pub cut: Date,
    /// The entry cut; `None` where the data carry no entry times.
    pub known: Option<Knowledge>,
    /// Why the committee meets.
    pub occasion: Occasion,
    /// What the protocol's design says.
    pub recommendation: Recommendation,
    /// Confidence level of the intervals, 0 to 1.
    pub confidence: f64,
    /// Lowest and highest actual dose that is evaluable, in percent of the group's.
    pub dose_tolerance: (f64, f64),
    /// Last day of the DLT window after infusion.
    pub window_days: u32,
    /// What the worst other grade of a subject is taken over, in words of the protocol.
    pub other_events: String,
    /// Outcomes per level, lowest first.
    pub levels: Vec<LevelLine>,
    /// Every infused subject, in order of identifier.
    pub subjects: Vec<SubjectLine>,
    /// What each open outcome would change.
    pub what_if: Vec<IfOpen>,
    /// What would be decided if a DLT were none, for each.
    pub attribution: Vec<IfNone>,
    /// What other designs would say to the same counts, for information.
    pub other_designs: Vec<Opinion>,
    /// Findings in the data that hold up a dose decision.
    pub findings: Vec<BlockingFinding>,
    /// What the choice of the recommended dose rests on; only where that is the occasion.
    pub recommended: Option<Recommended>,
}

/// What the protocol's design says, and what it waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommendation {
    /// The design.
    pub design: String,
    /// Its settings, in words.
    pub settings: String,
    /// What to do, and why.
    pub advice: Advice,
    /// What would be done if no rule halted enrolment and all data could be read; `None` where nothing is withheld.
    pub otherwise: Option<Action>,
    /// Rules that halt enrolment.
    pub halts: Vec<HaltLine>,
    /// Subjects waited for, in order.
    pub waiting_on: Vec<WaitingFor>,
    /// First day on which the next infusion keeps the protocol's spacing.
    pub earliest_infusion: Option<Date>,
    /// Records the recommendation rests on.
    pub records: Vec<RecordId>,
}

/// A rule or a record that halts enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltLine {
    /// Name of the rule, or the record.
    pub rule: String,
    /// The rule in the protocol's words, or the reason of the record.
    pub text: Words,
    /// Who met the rule, with what; empty for a record.
    pub subjects: Vec<(SubjectId, Words)>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// A subject waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFor {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level, where one is assigned.
    pub level: Option<DoseLevel>,
    /// What is awaited, until when.
    pub sentence: Words,
}

/// Two confidence limits of a proportion, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// Outcomes at one dose level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelLine {
    /// The level.
    pub level: DoseLevel,
    /// Its label.
    pub label: String,
    /// Planned number of cells.
    pub planned: f64,
    /// Subjects infused.
    pub infused: u32,
    /// Subjects evaluated.
    pub evaluable: u32,
    /// Of these, subjects with a DLT.
    pub dlt: u32,
    /// Subjects whose outcome is open.
    pub pending: u32,
    /// Subjects not evaluable, to be replaced.
    pub replaced: u32,
    /// Of the DLTs, those of subjects given less than the tolerated dose.
    pub dlt_under_dosed: u32,
    /// Exact limits of the DLT rate among those evaluated; `None` where there are none.
    pub limits: Option<Limits>,
    /// Exact limits of the rate of known DLTs among all infused; `None` where there are none.
    pub limits_infused: Option<Limits>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// What would be decided if one open outcome were known.
#[derive(Debug, Clone, PartialEq)]
pub struct IfOpen {
    /// The subject.
    pub subject: SubjectId,
    /// Its dose level.
    pub level: DoseLevel,
    /// If it has a DLT.
    pub if_dlt: Advice,
    /// If it passes the window without one.
    pub if_no_dlt: Advice,
}

/// What would be decided if one DLT were none.
#[derive(Debug, Clone, PartialEq)]
pub struct IfNone {
    /// The subject.
    pub subject: SubjectId,
    /// Its dose level.
    pub level: DoseLevel,
    /// What then.
    pub advice: Advice,
}

/// A finding in the data that holds up a dose decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockingFinding {
    /// Subject, where the row names one.
    pub subject: Option<SubjectId>,
    /// Record, or dataset and row.
    pub place: String,
    /// Variable.
    pub field: String,
    /// What is wrong.
    pub sentence: Words,
    /// The record, where it could be identified.
    pub records: Vec<RecordId>,
}

impl Packet {
    /// What the design said, with the outcomes it said it by.
    pub fn answer(&self) -> DoseAnswer {
        let count = |line: &LevelLine| Count {
            evaluable: line.evaluable,
            dlt: line.dlt,
            pending: line.pending,
        };
        let with_dlt = self
            .subjects
            .iter()
            .filter(|line| line.verdict.standing == Standing::Dlt);
        DoseAnswer {
            action: self
                .recommendation
                .otherwise
                .unwrap_or(self.recommendation.advice.action),
            counts: self.levels.iter().map(|line| (line.level, count(line))).collect(),
            dlts: with_dlt
                .map(|line| (line.subject.clone(), line.verdict.sentence.en.clone()))
                .collect(),
        }
    }

    /// The line of a level.
    pub fn level(&self, level: DoseLevel) -> Option<&LevelLine> {
        self.levels.iter().find(|line| line.level == level)
    }

    /// The findings on one subject.
    pub fn findings_of<'p>(&'p self, subject: &'p SubjectId) -> impl Iterator<Item = &'p BlockingFinding> {
        self.findings
            .iter()
            .filter(move |finding| finding.subject.as_ref() == Some(subject))
    }

    /// Open queries in all; `None` where nobody asked.
    pub fn open_queries(&self) -> Option<usize> {
        let each: Option<Vec<usize>> = self
            .subjects
            .iter()
            .map(|line| line.open_queries.as_ref().map(Vec::len))
            .collect();
        each.filter(|each| !each.is_empty()).map(|each| each.iter().sum())
    }

    /// The highest level anybody was infused at.
    pub fn highest_tried(&self) -> Option<DoseLevel> {
        let tried = self.levels.iter().filter(|line| line.infused > 0);
        tried.map(|line| line.level).max()
    }
}
