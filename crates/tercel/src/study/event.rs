//! What a safety report asks of an adverse event beyond term, grade and dates.

use super::When;
use crate::grade::Grade;
use crate::protocol::{Authority, Relatedness, Stage};

/// The grade an event had when it began, beside the worst it reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InitialGrade {
    /// The data have no place for it: an event that worsens is recorded anew.
    #[default]
    NotCollected,
    /// The data have a place for it, and it is blank or no grade.
    Missing,
    /// As recorded.
    Recorded(Grade),
}

/// Why an event is serious, criterion by criterion; `None` where a criterion is left blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeriousCriteria {
    /// Whether the data have a place for the criteria other than death.
    pub collected: bool,
    /// Results in death.
    pub death: Option<bool>,
    /// Is life-threatening.
    pub life_threatening: Option<bool>,
    /// Requires hospitalisation or prolongs it.
    pub hospitalisation: Option<bool>,
    /// Persistent or significant disability.
    pub disability: Option<bool>,
    /// Congenital anomaly.
    pub congenital: Option<bool>,
    /// Other medically important event.
    pub important: Option<bool>,
}

impl SeriousCriteria {
    /// The criteria with their names, in the order of the regulation.
    pub const fn each(self) -> [(&'static str, Option<bool>); 6] {
        [
            ("death", self.death),
            ("life-threatening", self.life_threatening),
            ("hospitalisation", self.hospitalisation),
            ("disability", self.disability),
            ("congenital anomaly", self.congenital),
            ("medically important", self.important),
        ]
    }

    /// Names of the criteria that are met.
    pub fn met(self) -> Vec<&'static str> {
        let met = |(name, met): (&'static str, Option<bool>)| (met == Some(true)).then_some(name);
        self.each().into_iter().filter_map(met).collect()
    }
}

/// A report of an event that was submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyReport {
    /// To whom.
    pub authority: Authority,
    /// First or complete.
    pub stage: Stage,
    /// When.
    pub when: When,
}

/// What is recorded of an event beyond what outcomes read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventDetails {
    /// Lowest level term of the dictionary, where coded.
    pub lowest_level_term: Option<String>,
    /// Grade at onset.
    pub initial_grade: InitialGrade,
    /// Why it is serious.
    pub criteria: SeriousCriteria,
    /// Whether a treatment was given for it.
    pub treated: Option<bool>,
    /// Relation to the study's treatments in the sponsor's judgement.
    pub sponsor: Option<Relatedness>,
    /// When the sponsor became aware of it, with subject, event, product and reporter.
    pub aware: Option<When>,
    /// When the sponsor became aware that it was fatal or life-threatening, where that was later.
    pub urgent: Option<When>,
    /// Reports submitted.
    pub reports: Vec<SafetyReport>,
}
