//! Expedited reports: which events go to which authority, and by when.
//!
//! # What it derives
//! For each serious, suspected and unexpected event the reports due to the authorities the protocol names, their due days,
//! and how they stand at the data cut.
//!
//! # Source
//! `cfr312-32` (FDA), `ich-e2a` (EU), `nmpa-expedited` (NMPA); `docs/methods.md`, "Expedited reports".
//!
//! # Formula
//! Day 0 is the day on which the sponsor became aware. Fatal or life-threatening: 7 calendar days, and complete within 8
//! more (FDA: the written report within 15). An event that became so later (`AEAWURG`) has the days of others from the first awareness and
//! those of urgent ones from the later, whichever end first; a first report that was out before is completed within the 7 days. Otherwise 15 calendar days; where the protocol states other days, those
//! ([`crate::protocol::ReportingTimes`]). Ethics committee: the protocol's days. Suspected:
//! the investigator's or the sponsor's relation cannot exclude it; for the FDA the sponsor's, where there is one.
//!
//! # Example
//! Grade 4 CRS, aware on 2025-03-22: NMPA by 2025-03-29, complete by 2025-04-06.
//!
//! # Limits
//! An event without recorded seriousness is a finding and has no clock. Only an explicit "not life-threatening" frees an
//! event of grade 4, or without a grade, from 7 days. A partial day of awareness is read by its earliest day.

use jiff::civil::Date;

use super::{event_term, is_fatal};
use crate::dlt::add_days;
use crate::grade::Grade;
use crate::language::without_case;
use crate::protocol::{Authority, ReferenceInformation, Stage, Trial};
use crate::study::{AdverseEvent, When, days_between};

/// How a report stands at the data cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The day of awareness is not recorded.
    CannotStart,
    /// Not submitted, and so many days are left.
    Open(i32),
    /// Not submitted, so many days too late.
    Overdue(i32),
    /// Submitted by its day.
    InTime,
    /// Submitted so many days late.
    Late(i32),
}

impl Standing {
    /// Name in the JSON of `run`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CannotStart => "clock-cannot-start",
            Self::Open(_) => "open",
            Self::Overdue(_) => "overdue",
            Self::InTime => "in-time",
            Self::Late(_) => "late",
        }
    }
}

/// One report of one event to one authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// To whom.
    pub authority: Authority,
    /// First or complete report.
    pub stage: Stage,
    /// Day of awareness that starts it; `None`: it is not recorded.
    pub since: Option<Date>,
    /// Calendar days from it.
    pub days: u32,
    /// Last day; `None` while the clock cannot start.
    pub due: Option<Date>,
    /// When it was submitted.
    pub submitted: Option<When>,
    /// How it stands.
    pub standing: Standing,
}

/// Whether an event was to be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectedness<'a> {
    /// The reference safety information in force at onset lists it at its grade.
    Expected(&'a ReferenceInformation),
    /// The reference safety information in force at onset does not.
    Unexpected(&'a ReferenceInformation),
    /// None was in force.
    NoReference,
}

/// Whether a serious event is fatal or life-threatening for its clock.
pub fn is_urgent(event: &AdverseEvent) -> bool {
    let grave = event.grade.is_none_or(|grade| grade >= Grade::G4);
    is_fatal(event) || event.details.criteria.life_threatening.unwrap_or(grave)
}

/// Whether an event was expected by the reference safety information in force at its onset; without an onset, by the last.
pub fn derive_expectedness<'a>(trial: &'a Trial, event: &AdverseEvent) -> Expectedness<'a> {
    let onset = event.start.map(|start| start.date.earliest());
    let in_force = |version: &&ReferenceInformation| onset.is_none_or(|onset| version.from <= onset);
    let versions = trial.safety.reference_information.iter().filter(in_force);
    let Some(version) = versions.max_by_key(|version| version.from) else {
        return Expectedness::NoReference;
    };
    let terms = [event.term.as_str(), event_term(event)];
    let listed = version.expected.iter().any(|expected| {
        let named = expected
            .terms
            .iter()
            .any(|term| terms.iter().any(|own| without_case(own, term)));
        named && event.grade.is_some_and(|grade| grade <= expected.grade_max)
    });
    if listed {
        Expectedness::Expected(version)
    } else {
        Expectedness::Unexpected(version)
    }
}

/// Whether the event is suspected to be caused by what the study does, as this authority asks.
fn is_suspected(trial: &Trial, event: &AdverseEvent, authority: Authority) -> bool {
    let least = trial.safety.relatedness;
    let investigator = event.causality.strongest().is_none_or(|relation| relation >= least);
    let sponsor = event.details.sponsor.map(|relation| relation >= least);
    match authority {
        // The sponsor decides; until it has, the investigator's judgement stands.
        Authority::Fda => sponsor.unwrap_or(investigator),
        Authority::EthicsCommittee | Authority::Nmpa | Authority::Eu => investigator || sponsor == Some(true),
    }
}

/// The reports an event needs, whatever has been submitted: to whom, which, within how many days of awareness.
pub fn required_reports(trial: &Trial, event: &AdverseEvent) -> Vec<(Authority, Stage, u32)> {
    let expected = matches!(derive_expectedness(trial, event), Expectedness::Expected(_));
    if event.serious != Some(true) || expected {
        return Vec::new();
    }
    let (urgent, times) = (is_urgent(event), trial.safety.times);
    let asked = trial.safety.reporting.iter().copied();
    let suspected = asked.filter(|authority| is_suspected(trial, event, *authority));
    suspected
        .flat_map(|authority| {
            let first = match authority {
                Authority::EthicsCommittee => trial.safety.ethics_days,
                Authority::Fda | Authority::Nmpa | Authority::Eu if urgent => Some(times.urgent_days),
                Authority::Fda | Authority::Nmpa | Authority::Eu => Some(times.other_days),
            };
            let complete = match authority {
                Authority::EthicsCommittee => None,
                Authority::Fda | Authority::Nmpa | Authority::Eu => urgent.then_some(times.urgent_complete_days),
            };
            let first = first.map(|days| (authority, Stage::Initial, days));
            first
                .into_iter()
                .chain(complete.map(|days| (authority, Stage::Complete, days)))
        })
        .collect()
}

/// The reports an event needs, with their due days and how they stand at the cut.
pub fn derive_deadlines(trial: &Trial, event: &AdverseEvent, cut: Date) -> Vec<Deadline> {
    let submitted = |authority, stage| {
        let mut reports = event.details.reports.iter();
        let found = reports.find(|report| report.authority == authority && report.stage == stage);
        found.map(|report| report.when)
    };
    let deadline = |(authority, stage, days)| {
        let first = submitted(authority, Stage::Initial);
        let clock = clock(trial, event, first, (authority, stage, days));
        let (since, days) = clock.map_or((None, days), |(since, days)| (Some(since), days));
        let due = since.map(|since| add_days(since, days));
        let submitted = submitted(authority, stage);
        Deadline {
            authority,
            stage,
            since,
            days,
            due,
            submitted,
            standing: standing(due, submitted, cut),
        }
    };
    required_reports(trial, event).into_iter().map(deadline).collect()
}

/// The day that starts the clock of a report, and its days; `first`: when the first report to the same authority was out.
fn clock(
    trial: &Trial,
    event: &AdverseEvent,
    first: Option<When>,
    (authority, stage, days): (Authority, Stage, u32),
) -> Option<(Date, u32)> {
    let times = trial.safety.times;
    let aware = event.details.aware?.date.earliest();
    let later = event.details.urgent.map(|urgent| urgent.date.earliest());
    let later = later.filter(|later| *later > aware && is_urgent(event));
    let Some(later) = later.filter(|_| authority != Authority::EthicsCommittee) else {
        return Some((aware, days));
    };
    Some(match stage {
        Stage::Initial => {
            let clocks = [(aware, times.other_days), (later, times.urgent_days)];
            clocks.into_iter().min_by_key(|(since, days)| add_days(*since, *days))?
        }
        // What was reported before did not say so.
        Stage::Complete if first.is_some_and(|first| first.date.latest() < later) => (later, times.urgent_days),
        Stage::Complete => (later, times.urgent_complete_days),
    })
}

fn standing(due: Option<Date>, submitted: Option<When>, cut: Date) -> Standing {
    let Some(due) = due else {
        return Standing::CannotStart;
    };
    let until = submitted.map_or(cut, |when| when.date.latest());
    let late = days_between(due, until);
    match (submitted, late) {
        (Some(_), ..=0) => Standing::InTime,
        (Some(_), days) => Standing::Late(days),
        (None, ..=0) => Standing::Open(-late),
        (None, days) => Standing::Overdue(days),
    }
}
