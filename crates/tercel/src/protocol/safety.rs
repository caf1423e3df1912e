//! Which adverse events a protocol watches most closely, and to whom it reports them.

use jiff::civil::Date;

use crate::grade::Grade;

/// To whom serious, suspected and unexpected events are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// The ethics committee, first of all where an investigator initiates the study.
    EthicsCommittee,
    /// US Food and Drug Administration.
    Fda,
    /// China's National Medical Products Administration.
    Nmpa,
    /// The authorities of the European Union.
    Eu,
}

impl Authority {
    /// Names in protocol files and reports.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("ethics committee", Self::EthicsCommittee),
        ("FDA", Self::Fda),
        ("NMPA", Self::Nmpa),
        ("EU", Self::Eu),
    ];

    /// Name in protocol files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EthicsCommittee => "ethics committee",
            Self::Fda => "FDA",
            Self::Nmpa => "NMPA",
            Self::Eu => "EU",
        }
    }
}

/// Which report of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The first.
    Initial,
    /// The complete one that follows it.
    Complete,
}

impl Stage {
    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "first report",
            Self::Complete => "complete report",
        }
    }
}

/// Within what time reports of serious events are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportingTimes {
    /// Hours from the investigator's awareness to the report to the sponsor.
    pub investigator_hours: u32,
    /// Calendar days from the sponsor's awareness to the first report of a fatal or life-threatening event.
    pub urgent_days: u32,
    /// Calendar days from the sponsor's awareness to the complete report of such an event.
    pub urgent_complete_days: u32,
    /// Calendar days from the sponsor's awareness to the report of any other event.
    pub other_days: u32,
    /// Calendar days from the sponsor's knowledge of what is new to the follow-up.
    pub follow_up_days: u32,
}

impl ReportingTimes {
    /// What holds where the protocol states nothing: 24 hours as protocols have it for "immediately" (`ich-e2a` leaves the hours
    /// open); 7, 15 and 15 days of `cfr312-32`, `nmpa-expedited` and `ich-e2a`, and 15 days of `nmpa-expedited` for what is new.
    pub const USUAL: Self = Self {
        investigator_hours: 24,
        urgent_days: 7,
        urgent_complete_days: 15,
        other_days: 15,
        follow_up_days: 15,
    };
}

/// The dictionary adverse events are coded by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodingRules {
    /// Folder of the sponsor's MedDRA release, from the protocol's folder or absolute; `None`: events are coded by nothing
    /// but the data.
    pub meddra: Option<String>,
    /// Version that must stand in that folder; `None`: whichever stands there.
    pub meddra_version: Option<String>,
}

/// A version of the reference safety information: what is expected of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceInformation {
    /// Document and version.
    pub version: String,
    /// First day in force.
    pub from: Date,
    /// Expected events.
    pub expected: Vec<Expected>,
}

/// Events that are expected up to a grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Reported or dictionary terms, compared without case.
    pub terms: Vec<String>,
    /// Highest grade that is expected.
    pub grade_max: Grade,
}

/// A kind of adverse event of special interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// Stable name.
    pub id: String,
    /// Name in reports.
    pub label: String,
    /// Event class it looks at.
    pub events: String,
    /// Lowest grade that belongs to it; `None`: any, and no grade too.
    pub grade_min: Option<Grade>,
    /// Still present this many days after infusion; `None`: however long it lasts.
    pub present_on_day: Option<u32>,
}
