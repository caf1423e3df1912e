//! How long a subject was followed: death, new anticancer therapy, withdrawal and loss.
//!
//! # What it derives
//! The day of each, and the day from which no response can be seen any more.
//!
//! # Source
//! `fda-endpoints2018`; `docs/methods.md`, "Follow-up".
//!
//! # Formula
//! Follow-up for response ends at the first of death, new anticancer therapy, and withdrawal or loss without a later
//! assessment.
//!
//! # Example
//! PR on day 56, withdrawn on day 70, no scan since: the response will never be confirmed.
//!
//! # Limits
//! A disposition without a date ends nothing.

use jiff::civil::Date;

use super::facts::Facts;
use crate::protocol::Trial;
use crate::study::{DispositionReason, Level, MedicationClass, RecordId, Subject, When};

impl<'a> Facts<'a> {
    /// Start of the first anticancer therapy after infusion.
    pub fn new_therapy(&self) -> Option<(Date, &'a RecordId)> {
        first_new_therapy(self.trial, self.subject)
    }

    /// When the subject died: from its subject-level record, otherwise from how it left the study.
    pub(super) fn death(&self) -> Option<(When, &'a RecordId)> {
        self.subject.died()
    }

    /// Day of death; a partial date is read as its earliest day, but not before the subject was last known to be alive.
    pub fn death_day(&self) -> Option<Date> {
        let (when, _) = self.death()?;
        let earliest = when.date.earliest();
        Some(match self.last_alive() {
            Some((seen, _)) if when.day().is_none() => seen.max(earliest),
            Some(_) | None => earliest,
        })
    }

    /// The record of death, and the last sign of life where the date of death is read with its help.
    pub fn death_records(&self) -> Vec<RecordId> {
        let Some((when, record)) = self.death() else {
            return Vec::new();
        };
        let alive = self.last_alive().filter(|_| when.day().is_none());
        let alive = alive.map(|(_, record)| record.clone());
        std::iter::once(record.clone()).chain(alive).collect()
    }

    /// The last record that needs a living subject, up to the last day a date of death can mean.
    fn last_alive(&self) -> Option<(Date, &'a RecordId)> {
        let (death, _) = self.death()?;
        let events = self.subject.adverse_events.iter();
        let onsets = events.filter_map(|event| Some((event.start?.date.earliest(), &event.record)));
        self.seen_alive()
            .chain(onsets)
            .filter(|(day, _)| *day <= death.date.latest())
            .max()
    }

    /// The last contact that is documented: a visit or a survival contact, an assessment made, or something given, for which the
    /// subject was there. A sample, what was planned or not done, and what was reported later is none.
    pub fn last_contact(&self) -> Option<(Date, &'a RecordId)> {
        let subject = self.subject;
        let lesions = subject.lesions.iter();
        let lesions = lesions.filter_map(|lesion| Some((lesion.when?, &lesion.record)));
        let responses = subject.responses.iter().map(|one| (one.when, &one.record));
        let scores = subject.scores.iter().map(|score| (score.when, &score.record));
        let beside = lesions.chain(responses).chain(scores);
        self.attended()
            .chain(beside.map(|(when, record)| (when.date.earliest(), record)))
            .chain(self.treated())
            .max()
    }

    /// The last day on which the subject was seen, treated, or sampled.
    pub(crate) fn last_seen(&self) -> Option<(Date, &'a RecordId)> {
        self.seen_alive().chain(self.treated()).max()
    }

    /// Procedures, and what was given beside the infusion.
    fn treated(&self) -> impl Iterator<Item = (Date, &'a RecordId)> {
        let procedures = self.subject.procedures.iter();
        let depleted = self.subject.lymphodepletion.iter();
        procedures
            .map(|procedure| (procedure.start.date.earliest(), &procedure.record))
            .chain(depleted.map(|dose| (dose.start.date.earliest(), &dose.record)))
    }

    /// Every record that needs a living subject.
    fn seen_alive(&self) -> impl Iterator<Item = (Date, &'a RecordId)> {
        let subject = self.subject;
        // What was not done shows nobody alive.
        let labs = subject.labs.iter().filter(|lab| lab.value.is_some() || lab.unread);
        let labs = labs.map(|lab| (lab.when, &lab.record));
        let series: [&[Level]; 3] = [&subject.biomarker, &subject.copies, &subject.counts];
        let levels = series.into_iter().flatten().map(|level| (level.when, &level.record));
        let sampled = labs.chain(levels);
        self.attended()
            .chain(sampled.map(|(when, record)| (when.date.earliest(), record)))
    }

    /// Records for which the subject was there, samples left out, and what was not done.
    fn attended(&self) -> impl Iterator<Item = (Date, &'a RecordId)> {
        let subject = self.subject;
        let contacts = subject.contacts.iter().map(|contact| (contact.when, &contact.record));
        let scans = subject.measurements.iter().filter(|scan| scan.result.is_some());
        let scans = scans.map(|scan| (scan.when, &scan.record));
        let vitals = subject.vitals.iter().map(|vital| (vital.when, &vital.record));
        let infused = subject.infusions.iter();
        let infused = infused.map(|infusion| (infusion.when, &infusion.record));
        let graded = subject.toxicity.iter().map(|finding| (finding.when, &finding.record));
        contacts
            .chain(scans)
            .chain(vitals)
            .chain(infused)
            .chain(graded)
            .map(|(when, record)| (when.date.earliest(), record))
    }

    /// Withdrawal or loss to follow-up after which no tumour assessment was made.
    pub(super) fn left(&self) -> Option<(Date, &'a RecordId)> {
        let assessed = self.tumour.points.iter().map(|point| point.day).max();
        let gone = self.subject.dispositions.iter().filter_map(|disposition| {
            let leaves = matches!(
                disposition.reason,
                DispositionReason::Withdrawal | DispositionReason::Lost
            );
            let day = disposition.when?.date.latest();
            (leaves && assessed.is_none_or(|assessed| assessed <= day)).then_some((day, &disposition.record))
        });
        gone.min()
    }

    /// From when on no response can be seen or confirmed any more, and why.
    pub(super) fn response_over(&self) -> Option<(Date, &'static str)> {
        let death = self.death_day().map(|day| (day, "death"));
        let therapy = self.new_therapy().map(|(day, _)| (day, "new anticancer therapy"));
        let left = self.left().map(|(day, _)| (day, "withdrawal or loss"));
        let ends = [death, therapy, left].into_iter().flatten();
        ends.min_by_key(|(day, _)| *day)
    }

    /// Day of a response that a later assessment may still confirm.
    pub(super) fn awaiting_confirmation(&self) -> Option<i32> {
        let waiting = self.tumour.best?.awaiting_confirmation?;
        self.response_over().is_none().then_some(waiting)
    }

    /// The records that response and its follow-up rest on.
    pub(super) fn response_records(&self) -> Vec<RecordId> {
        let mut records = self.tumour.records.clone();
        records.extend(self.death_records());
        records.extend(self.left().map(|(_, record)| record.clone()));
        records
    }
}

/// Start of the first new anticancer therapy; a partial date is read by its earliest day, but not before infusion.
///
/// Bridging therapy and procedures count where they begin after infusion; a procedure by the words of the protocol.
pub(super) fn first_new_therapy<'s>(trial: &Trial, subject: &'s Subject) -> Option<(Date, &'s RecordId)> {
    let day0 = subject.infusions.first().and_then(|infusion| infusion.when.day());
    let given = subject.medications.iter();
    let recorded = given.filter(|medication| medication.class == MedicationClass::NewTherapy);
    let recorded = recorded.filter_map(|medication| Some((medication.start?, &medication.record)));
    let recorded = recorded.filter_map(|(start, record)| {
        let date = start.date;
        if day0.is_some_and(|day0| date.latest() < day0) {
            return None;
        }
        let earliest = date.earliest();
        let start = day0
            .filter(|day0| *day0 > earliest && *day0 <= date.latest())
            .unwrap_or(earliest);
        Some((start, record))
    });
    let given = subject.medications.iter();
    let bridging = given.filter(|medication| medication.class == MedicationClass::Bridging);
    let bridging = bridging.filter_map(|medication| Some((medication.start?, &medication.record)));
    let done = subject.procedures.iter();
    let procedures = done.filter(|procedure| !procedure.collection && is_anticancer(trial, &procedure.name));
    let procedures = procedures.map(|procedure| (procedure.start, &procedure.record));
    let other = bridging.chain(procedures).filter_map(|(start, record)| {
        let earliest = start.date.earliest();
        (earliest > day0?).then_some((earliest, record))
    });
    recorded.chain(other).min_by_key(|(day, _)| *day)
}

/// Whether the words of the protocol make a procedure anticancer therapy.
fn is_anticancer(trial: &Trial, name: &str) -> bool {
    let name = name.to_uppercase();
    let holds = |words: &[String]| words.iter().any(|word| name.contains(&word.to_uppercase()));
    let response = &trial.response;
    holds(&response.new_therapy_procedures) && !holds(&response.supportive_procedures)
}
