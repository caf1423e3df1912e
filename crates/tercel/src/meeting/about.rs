//! What a packet is about: the occasion, and what only the caller knows of the data.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::freeze::NotFrozen;
use crate::language::Words;
use crate::protocol::DoseLevel;
use crate::study::{RecordId, SubjectId};

/// What was known when the packet was made: everything entered by this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knowledge {
    /// The moment, in universal time.
    pub at: Timestamp,
    /// Number of the last entry known.
    pub entry: u64,
}

/// A rule that halts enrolment, and who met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseMet {
    /// Name of the rule.
    pub rule: String,
    /// The rule in the protocol's words.
    pub text: Words,
}

/// Why the committee meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// Scheduled: everybody dosed at this level has passed the DLT window.
    LevelCompleted(DoseLevel),
    /// Ad hoc: the design treats nobody at this level any more, who is pending there or not.
    LevelClosed(DoseLevel),
    /// Ad hoc: these rules halt enrolment.
    Pause(Vec<PauseMet>),
    /// The recommended dose of Phase 2.
    RecommendedDose,
    /// Any other, in words.
    Other(String),
}

/// A question about a record that is not answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenQuery {
    /// Record it is about, where there is one.
    pub record: Option<RecordId>,
    /// Variable or form field.
    pub field: String,
    /// The question.
    pub text: String,
}

/// How much of what is expected of a subject by the data cut has been entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// What is expected by the data cut: the forms begun, and each visit and assessment of the schedule that is missing.
    pub expected: u32,
    /// Of these, what is entered in full.
    pub entered: u32,
    /// What is missing, a name each.
    pub missing: Vec<Words>,
}

/// What the caller knows beside the study data. Data cut and protocol version are those of the analysis, so that a packet
/// cannot name others than it was computed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Why the committee meets.
    pub occasion: Occasion,
    /// Entry cut; `None` where the data carry no entry times.
    pub known: Option<Knowledge>,
    /// SHA-256 of the protocol file in hexadecimal, where known.
    pub protocol_digest: Option<String>,
    /// Open queries by subject; a subject that is not in it has none. `None`: nobody asked.
    pub open_queries: Option<BTreeMap<SubjectId, Vec<OpenQuery>>>,
    /// Completeness of entry by subject; of a subject that is not in it, it is not known.
    pub completeness: BTreeMap<SubjectId, Completeness>,
}

impl About {
    /// An occasion with nothing known beside the data.
    pub fn occasion(occasion: Occasion) -> Self {
        Self {
            occasion,
            known: None,
            protocol_digest: None,
            open_queries: None,
            completeness: BTreeMap::new(),
        }
    }

    /// What makes no sense in it.
    pub(super) fn check(&self, levels: usize) -> Result<(), NotFrozen> {
        match &self.occasion {
            Occasion::LevelCompleted(level) | Occasion::LevelClosed(level) if usize::from(level.number()) > levels => {
                return Err(NotFrozen::NoSuchLevel(*level));
            }
            Occasion::Other(words) if words.trim().is_empty() => return Err(NotFrozen::NoOccasion),
            Occasion::Pause(rules) if rules.is_empty() => return Err(NotFrozen::NoOccasion),
            Occasion::LevelCompleted(_)
            | Occasion::LevelClosed(_)
            | Occasion::Pause(_)
            | Occasion::RecommendedDose
            | Occasion::Other(_) => {}
        }
        let too_many = |one: &Completeness| one.entered > one.expected;
        match self.completeness.iter().find(|(_, one)| too_many(one)) {
            Some((subject, _)) => Err(NotFrozen::Completeness(subject.clone())),
            None => Ok(()),
        }
    }
}
