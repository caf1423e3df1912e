//! The screening log: everybody who was screened, and what came of it.
//!
//! # What it derives
//! A [`ScreeningLine`] for a subject: when it consented, when screening began, and whether it was enrolled, failed screening and by
//! which criteria, or waits for what; and [`ScreeningTotals`] over such lines.
//!
//! # Source
//! ICH E6(R2), 8.3.20: the log documents who entered pre-trial screening. Criteria are those of `[[conduct.criterion]]`.
//!
//! # Formula
//! Enrolled: cells collected, infused, or a place standing at a level; by the datasets alone, the milestone of entry. Failed: a failure
//! recorded, or the subject withdrew consent, left or died before it was enrolled. A recorded failure goes before a place, and after
//! a collection. Otherwise pending.
//!
//! # Example
//! A failure recorded for a subject whose Child-Pugh score is 8: failed, by the criterion "Child-Pugh score at most 6".
//!
//! # Limits
//! A subject who failed by three criteria counts under each of them: the totals by reason do not add up to the subjects.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::consent::{consent, unread, withdrawn_scopes};
use super::eligibility::{eligibility, not_met};
use super::gate::{Case, Missing, Study};
use super::need::{Named, Need, Severity};
use super::record::{Entry, Scope};
use super::records::SubjectConduct;
use crate::language::{Language, Text, Words};
use crate::protocol::{DoseLevel, VisitTime};
use crate::study::{DispositionReason, Milestone, RecordId, Subject, SubjectId, When, is_screen_failure};

/// A day of a subject's way, with the record that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The day; of a partial date its earliest.
    pub day: Date,
    /// As it was written.
    pub written: String,
    /// Record.
    pub record: String,
}

impl Step {
    fn at(when: DateTime, entry: &Entry) -> Self {
        Self {
            day: when.date(),
            written: when.strftime("%Y-%m-%dT%H:%M").to_string(),
            record: entry.id.clone(),
        }
    }

    fn on(day: Date, entry: &Entry) -> Self {
        Self {
            day,
            written: day.to_string(),
            record: entry.id.clone(),
        }
    }

    fn in_data(when: When, record: &RecordId) -> Self {
        Self {
            day: when.date.earliest(),
            written: when.to_string(),
            record: record.to_string(),
        }
    }
}

/// Why a subject was not enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureReason {
    /// A criterion of entry that is not met, with the value as recorded where there is one.
    Criterion(Named, String),
    /// The subject withdrew consent.
    Withdrew,
    /// The subject died.
    Died,
    /// The subject was lost to follow-up.
    Lost,
    /// Another reason, in the words of the record.
    Other(Words),
}

impl FailureReason {
    /// The reason in a language, without the value of the subject.
    pub fn text(&self, language: Language) -> String {
        let text = match self {
            Self::Criterion(named, _) => {
                let zh = named.text_zh.as_ref().filter(|_| language == Language::Chinese);
                return zh.unwrap_or(&named.text).clone();
            }
            Self::Withdrew => Text::new("Consent withdrawn", "撤回知情同意"),
            Self::Died => Text::new("Death", "死亡"),
            Self::Lost => Text::new("Lost to follow-up", "失访"),
            Self::Other(text) => return text.of(language).to_owned(),
        };
        text.of(language).to_owned()
    }

    /// The value by which a criterion is not met, where there is one.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Criterion(_, value) if !value.is_empty() => Some(value),
            Self::Criterion(..) | Self::Withdrew | Self::Died | Self::Lost | Self::Other(_) => None,
        }
    }

    /// What two subjects who failed for the same reason share.
    fn class(&self) -> (u8, &str) {
        match self {
            Self::Criterion(named, _) => (0, &named.id),
            Self::Withdrew => (1, ""),
            Self::Died => (2, ""),
            Self::Lost => (3, ""),
            Self::Other(text) => (4, &text.en),
        }
    }
}

/// What came of screening.
#[derive(Debug, Clone, PartialEq)]
pub enum ScreeningOutcome {
    /// Enrolled.
    Enrolled {
        /// Level of the place, or of the planned arm.
        level: Option<DoseLevel>,
        /// When; `None`: on a day that is not known.
        when: Option<Step>,
    },
    /// Not enrolled and not to be, each reason with its record.
    Failed(Vec<(FailureReason, Option<String>)>),
    /// Not decided yet, and what is missing.
    Pending(Vec<Missing>),
}

impl ScreeningOutcome {
    /// Stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Enrolled { .. } => "enrolled",
            Self::Failed(_) => "failed",
            Self::Pending(_) => "pending",
        }
    }
}

/// A line of the screening log.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreeningLine {
    /// Subject.
    pub subject: SubjectId,
    /// First consent.
    pub consented: Option<Step>,
    /// Begin of screening.
    pub screened: Option<Step>,
    /// What came of it.
    pub outcome: ScreeningOutcome,
}

/// The line of a subject.
pub fn derive_screening(study: &Study<'_>, subject: &SubjectId) -> ScreeningLine {
    let nothing = SubjectConduct::of(subject.clone());
    let own = study.records.of(subject).unwrap_or(&nothing);
    let data = study.subject(subject);
    ScreeningLine {
        subject: subject.clone(),
        consented: consented(study, own, data),
        screened: screened(study, own, data),
        outcome: outcome(study, own, data),
    }
}

fn first(steps: impl Iterator<Item = Step>) -> Option<Step> {
    steps.min_by(|one, other| (one.day, &one.written).cmp(&(other.day, &other.written)))
}

fn of_milestones<'m>(milestones: impl Iterator<Item = &'m Milestone>) -> Option<Step> {
    first(milestones.filter_map(|one| Some(Step::in_data(one.when?, &one.record))))
}

fn consented(study: &Study<'_>, own: &SubjectConduct, data: Option<&Subject>) -> Option<Step> {
    let signed = own.consents.iter().filter(|one| one.signed <= study.now);
    let recorded = first(signed.map(|one| Step::at(one.signed, &one.entry)));
    recorded.or_else(|| of_milestones(data?.consent.iter()))
}

/// The first day of screening as recorded; by the datasets, the first visit of the schedule where that lies before the infusion.
fn screened(study: &Study<'_>, own: &SubjectConduct, data: Option<&Subject>) -> Option<Step> {
    let recorded = first(own.screening.iter().map(|one| Step::on(one.began, &one.entry)));
    let visits = study.trial.schedule.iter().filter_map(|visit| match visit.time {
        VisitTime::Day(day) if day < 0 => Some((day, visit.name.as_str())),
        VisitTime::Day(_) | VisitTime::Months(_) => None,
    });
    recorded.or_else(|| {
        let (_, name) = visits.min_by_key(|(day, _)| *day)?;
        let held = data?.contacts.iter().filter(|contact| contact.name == name);
        first(held.map(|contact| Step::in_data(contact.when, &contact.record)))
    })
}

fn outcome(study: &Study<'_>, own: &SubjectConduct, data: Option<&Subject>) -> ScreeningOutcome {
    let treated = own.collections.iter().any(|one| one.began <= study.now)
        || own.infused(study.now).is_some()
        || data.is_some_and(|data| data.is_infused() || data.procedures.iter().any(|procedure| procedure.collection));
    let reasons = if treated {
        Vec::new()
    } else {
        failures(study, own, data)
    };
    if !reasons.is_empty() {
        return ScreeningOutcome::Failed(reasons);
    }
    let entered = of_milestones(data.into_iter().flat_map(|data| milestones(data, ENTERED)));
    let standing = own.slot(study.now);
    if treated || standing.is_some() || entered.is_some() {
        let place = standing.or_else(|| own.slots.iter().max_by_key(|slot| slot.reserved));
        return ScreeningOutcome::Enrolled {
            level: place.map(|slot| slot.level).or(data.and_then(|data| data.level)),
            when: place
                .map(|slot| Step::at(slot.reserved, &slot.entry))
                .or(entered)
                .or_else(|| first_treatment(own, data)),
        };
    }
    let left = left_before(own, data);
    if left.is_empty() {
        ScreeningOutcome::Pending(missing(study, own))
    } else {
        ScreeningOutcome::Failed(left)
    }
}

/// A milestone as the terminology has it.
const ENTERED: &str = "ENTERED INTO TRIAL";

fn milestones<'d>(data: &'d Subject, term: &'static str) -> impl Iterator<Item = &'d Milestone> {
    let of_term = move |one: &&Milestone| one.term.trim().eq_ignore_ascii_case(term);
    data.milestones.iter().filter(of_term)
}

fn first_treatment(own: &SubjectConduct, data: Option<&Subject>) -> Option<Step> {
    let collected = own.collections.iter().map(|one| Step::at(one.began, &one.entry));
    let infused = own.infusions.iter().map(|one| Step::at(one.began, &one.entry));
    let in_data = data.into_iter().flat_map(|data| {
        let collected = data.procedures.iter().filter(|procedure| procedure.collection);
        let collected = collected.map(|procedure| Step::in_data(procedure.start, &procedure.record));
        let infused = data.infusions.iter();
        collected.chain(infused.map(|infusion| Step::in_data(infusion.when, &infusion.record)))
    });
    first(collected.chain(infused).chain(in_data))
}

/// The reasons of a recorded failure: the criteria that are not met, or the words of the record where all are.
fn failures(study: &Study<'_>, own: &SubjectConduct, data: Option<&Subject>) -> Vec<(FailureReason, Option<String>)> {
    let recorded = own.departures.iter().filter(|left| is_screen_failure(&left.reason.en));
    let recorded = recorded.map(|left| (FailureReason::Other(left.reason.clone()), Some(left.entry.id.clone())));
    let in_data = data.and_then(Subject::screen_failure);
    let in_data = in_data.map(|(term, record)| {
        let term = Words::english(term.to_owned());
        (FailureReason::Other(term), Some(record.to_string()))
    });
    let mut said: Vec<_> = recorded.chain(in_data).collect();
    if said.is_empty() {
        return said;
    }
    let unmet = Case::at_enrolment(study, own)
        .map(|case| not_met(&case))
        .unwrap_or_default();
    let unmet: Vec<_> = unmet
        .into_iter()
        .map(|(named, value, record)| (FailureReason::Criterion(named, value), Some(record)))
        .collect();
    if unmet.is_empty() {
        said.truncate(1);
        return said;
    }
    unmet
}

/// How a subject that was not enrolled left all the same.
fn left_before(own: &SubjectConduct, data: Option<&Subject>) -> Vec<(FailureReason, Option<String>)> {
    if let Some((_, record)) = data.and_then(Subject::died) {
        return vec![(FailureReason::Died, Some(record.to_string()))];
    }
    let stops = |scope: &Scope| *scope != Scope::Samples;
    if withdrawn_scopes(own).iter().any(stops) {
        let last = own.withdrawals.iter().filter(|one| one.scopes.iter().any(stops));
        let record = last.max_by_key(|one| one.when).map(|one| one.entry.id.clone());
        return vec![(FailureReason::Withdrew, record)];
    }
    if let Some(left) = data.and_then(|data| data.dispositions.first()) {
        let reason = match left.reason {
            DispositionReason::Withdrawal => FailureReason::Withdrew,
            DispositionReason::Lost => FailureReason::Lost,
            DispositionReason::Death => FailureReason::Died,
            DispositionReason::Completed | DispositionReason::Other => {
                let mut recorded = own.departures.iter().map(|one| &one.reason);
                let same = recorded.find(|reason| reason.en.starts_with(&left.term));
                FailureReason::Other(same.map_or_else(|| Words::english(left.term.clone()), Words::clone))
            }
        };
        return vec![(reason, Some(left.record.to_string()))];
    }
    let left = own.departures.iter().min_by_key(|left| left.when);
    left.map(|left| (FailureReason::Other(left.reason.clone()), Some(left.entry.id.clone())))
        .into_iter()
        .collect()
}

/// What the subject itself still lacks for a place: consent, criteria and the place; not what the level or the site lacks.
fn missing(study: &Study<'_>, own: &SubjectConduct) -> Vec<Missing> {
    let lacks = |need: Need| Missing {
        need,
        severity: Severity::Absolute,
        since: None,
    };
    let Some(case) = Case::at_enrolment(study, own) else {
        return vec![lacks(Need::NotConfigured)];
    };
    let unread = own.unread.iter().map(|one| unread(&case, one));
    let mut missing: Vec<Missing> = unread.chain(consent(&case)).chain(eligibility(&case)).collect();
    if missing.is_empty() {
        missing.push(case.missing(Need::NoSlot, []));
    }
    missing
}

/// A reason with the number of subjects who failed by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonTotal {
    /// The reason; of a criterion without a value.
    pub reason: FailureReason,
    /// Subjects.
    pub subjects: usize,
}

/// Numbers over lines of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScreeningTotals {
    /// Subjects screened.
    pub screened: usize,
    /// Enrolled, by level; `None`: at a level that is not known.
    pub enrolled: BTreeMap<Option<DoseLevel>, usize>,
    /// Failed.
    pub failed: usize,
    /// Pending.
    pub pending: usize,
    /// Failed, by reason: most subjects first. A subject counts under each of its reasons.
    pub reasons: Vec<ReasonTotal>,
}

/// The totals of these lines.
pub fn count_screening<'l>(lines: impl Iterator<Item = &'l ScreeningLine>) -> ScreeningTotals {
    let mut totals = ScreeningTotals::default();
    let mut reasons: BTreeMap<(u8, &str), ReasonTotal> = BTreeMap::new();
    for line in lines {
        totals.screened += 1;
        match &line.outcome {
            ScreeningOutcome::Enrolled { level, .. } => *totals.enrolled.entry(*level).or_default() += 1,
            ScreeningOutcome::Pending(_) => totals.pending += 1,
            ScreeningOutcome::Failed(why) => {
                totals.failed += 1;
                let classes: BTreeMap<_, _> = why.iter().map(|(reason, _)| (reason.class(), reason)).collect();
                for (class, reason) in classes {
                    let total = reasons.entry(class).or_insert_with(|| ReasonTotal {
                        reason: without_value(reason),
                        subjects: 0,
                    });
                    total.subjects += 1;
                }
            }
        }
    }
    totals.reasons = reasons.into_values().collect();
    totals.reasons.sort_by_key(|total| std::cmp::Reverse(total.subjects));
    totals
}

fn without_value(reason: &FailureReason) -> FailureReason {
    match reason {
        FailureReason::Criterion(named, _) => FailureReason::Criterion(named.clone(), String::new()),
        FailureReason::Withdrew | FailureReason::Died | FailureReason::Lost | FailureReason::Other(_) => reason.clone(),
    }
}
