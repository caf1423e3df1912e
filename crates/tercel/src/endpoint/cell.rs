//! What an outcome's answer is made of: one [`Contribution`] per subject, one [`Cell`] per time point and dose level.

use std::fmt;

use crate::estimate::survival::Step;
use crate::protocol::DoseLevel;
use crate::study::{RecordId, SubjectId};

/// What one subject contributes to one outcome at one time point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// In the denominator, and counted.
    Yes,
    /// In the denominator, not counted.
    No,
    /// A measured value.
    Value(f64),
    /// Below the lower limit of quantification.
    BelowQuantification,
    /// A duration in months, ended by the event (`true`) or censored.
    Time {
        /// Duration.
        months: f64,
        /// Whether the event ended it.
        event: bool,
    },
    /// Cannot be told yet: the window is open, or an outcome is pending.
    NotYet,
    /// Not in the denominator, for the reason the contribution gives.
    Out,
}

impl Reading {
    /// The measured value, if it is one.
    pub const fn value(self) -> Option<f64> {
        if let Self::Value(value) = self {
            Some(value)
        } else {
            None
        }
    }

    /// The duration in months and whether the event ended it, if it is one.
    pub const fn time(self) -> Option<(f64, bool)> {
        if let Self::Time { months, event } = self {
            Some((months, event))
        } else {
            None
        }
    }
}

/// One subject's part in an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level assigned.
    pub level: Option<DoseLevel>,
    /// What it contributes.
    pub reading: Reading,
    /// Why, as a sentence fragment for the listing.
    pub note: String,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

/// A statistic beside the main one.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Name (`proportion`, `events`).
    pub statistic: &'static str,
    /// Unit.
    pub unit: String,
    /// Value; `None` where not estimable.
    pub value: Option<f64>,
    /// Lower confidence limit.
    pub lower: Option<f64>,
    /// Upper confidence limit.
    pub upper: Option<f64>,
}

/// Why a cell has no value.
#[derive(Debug, Clone, PartialEq)]
pub enum NotEstimable {
    /// No subject is in the denominator.
    NoSubject(String),
    /// Every subject of the denominator still has an open window.
    NotYetFollowed {
        /// Subjects whose window is open.
        open: usize,
        /// Subjects who could contribute.
        of: usize,
        /// What they are not yet followed to.
        until: String,
    },
    /// The curve does not fall to one half by the time point.
    MedianNotReached {
        /// Time point in months.
        months: f64,
        /// Survival at the end of follow-up within it.
        survival: f64,
    },
    /// Follow-up ends, censored, before the time point.
    FollowUpEnds {
        /// Last observation in months.
        last: f64,
        /// Time point in months.
        months: f64,
    },
    /// The median lies below the limit of quantification.
    MedianBelowQuantification {
        /// Samples with a quantified value.
        detected: usize,
        /// Samples.
        of: usize,
    },
    /// The source does not hold what the outcome needs.
    NotRecorded(String),
    /// The protocol names no method: the outcome stands in the record's words only.
    NoMethod,
}

impl fmt::Display for NotEstimable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSubject(why) => write!(f, "no subject to count: {why}"),
            Self::NotYetFollowed { open, of, until } => write!(f, "{open} of {of} not yet followed to {until}"),
            Self::MedianNotReached { months, survival } => {
                write!(
                    f,
                    "median not reached by month {months}: the curve stands at {survival:.3}"
                )
            }
            Self::FollowUpEnds { last, months } => {
                write!(f, "follow-up ends censored at {last:.1} months, before month {months}")
            }
            Self::MedianBelowQuantification { detected, of } => {
                write!(
                    f,
                    "median below the limit of quantification: {detected} of {of} quantified"
                )
            }
            Self::NotRecorded(what) => write!(f, "the source does not record {what}"),
            Self::NoMethod => write!(f, "no method answers this outcome"),
        }
    }
}

/// One cell of the outcome matrix: an outcome at a time point, for a dose level or overall.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Outcome, with its component (`P2.ae`).
    pub id: String,
    /// Index of the outcome in the protocol.
    pub outcome: usize,
    /// Measure in the record's words.
    pub measure: String,
    /// Time point in months.
    pub time_point: Option<u32>,
    /// Dose level; `None`: overall.
    pub level: Option<DoseLevel>,
    /// Name of the main statistic (`count`, `proportion`, `median`, `rate`, `restricted mean`).
    pub statistic: &'static str,
    /// Unit of the value.
    pub unit: String,
    /// Value.
    pub value: Option<f64>,
    /// Lower confidence limit.
    pub lower: Option<f64>,
    /// Upper confidence limit.
    pub upper: Option<f64>,
    /// Subjects counted, events, or values.
    pub n: usize,
    /// Subjects in the denominator.
    pub denominator: usize,
    /// Why there is no value; `None` where there is one.
    pub reason: Option<NotEstimable>,
    /// What to know beside the value (`2 of 6 not yet followed to month 12`).
    pub note: Option<String>,
    /// Further statistics.
    pub details: Vec<Detail>,
    /// The survival curve to the time point, where the outcome is one.
    pub curve: Vec<Step>,
    /// Each subject's part, in order of subject.
    pub contributions: Vec<Contribution>,
}

impl Cell {
    /// Whether the cell has a value.
    pub const fn estimable(&self) -> bool {
        self.reason.is_none()
    }

    /// Every record the cell rests on, in order, each once.
    pub fn records(&self) -> Vec<RecordId> {
        let mut records: Vec<RecordId> = self
            .contributions
            .iter()
            .flat_map(|contribution| contribution.records.iter().cloned())
            .collect();
        records.sort();
        records.dedup();
        records
    }
}
