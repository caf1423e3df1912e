//! The data cut: what was known of a study on a day.
//!
//! A record is kept if it began by the cut. What came later is hidden: the end of an event that was still going on, a
//! death, a fatal outcome. A partial date is read by its earliest day, and a finding says so.

use jiff::civil::Date;

use super::{
    AdverseEvent, Blocks, Disposition, EventOutcome, Finding, Medication, RecordId, Rule, StudyData, Subject, When,
    is_screen_failure,
};
use crate::grade::Grade;
use crate::language::both;

impl StudyData {
    /// The data as they stood at the end of `cut`.
    #[must_use]
    pub fn as_of(&self, cut: Date) -> Self {
        self.clone().into_as_of(cut)
    }

    /// The same of data that are needed no longer: a large study is not held twice.
    #[must_use]
    pub fn into_as_of(self, cut: Date) -> Self {
        let mut data = self;
        let mut findings = Vec::new();
        if data.dated {
            data.subjects.retain(|subject| !consents_later(subject, cut));
        }
        for subject in &mut data.subjects {
            cut_subject(subject, cut, &mut findings);
        }
        // Without any date, published durations are all there is; they stand for the day of publication.
        if data.dated {
            data.subjects.retain(|subject| is_known(subject, cut));
        }
        data.findings.extend(findings);
        data.halts.retain(|halt| halt.from <= cut);
        for halt in &mut data.halts {
            halt.ended = halt.ended.filter(|day| *day <= cut);
        }
        data
    }

    /// The latest day any record mentions; `None` where the data have no dates. What the sponsor did with an event (awareness,
    /// reports to authorities) is nothing that was seen of a subject, and moves no cut.
    pub fn last_day(&self) -> Option<Date> {
        self.subjects
            .iter()
            .flat_map(all_moments)
            .map(|when| when.date.earliest())
            .max()
    }
}

/// Whether every consent lies after the cut and nobody had been treated: whatever older there is, the subject was not in the
/// study. Who was treated is never hidden by a date of consent that must be wrong.
fn consents_later(subject: &Subject, cut: Date) -> bool {
    let later = |when: When| when.date.earliest() > cut;
    let prepared = subject.lymphodepletion.iter().map(|dose| dose.start);
    let mut treated = prepared.chain(subject.infusions.iter().map(|infusion| infusion.when));
    let mut consents = subject.consent.iter().filter_map(|consent| consent.when).peekable();
    consents.peek().is_some() && consents.all(later) && treated.all(later)
}

/// A subject is known once it consented; without a dated consent, once anything was recorded.
fn is_known(subject: &Subject, cut: Date) -> bool {
    !subject.consent.is_empty() || all_moments(subject).iter().any(|when| when.date.earliest() <= cut)
}

fn cut_subject(subject: &mut Subject, cut: Date, findings: &mut Vec<Finding>) {
    // The row of the subject has no date: it is of the day of the failure that it repeats.
    let left = subject.dispositions.iter().map(|left| (&left.term, left.when));
    let said = left.chain(subject.milestones.iter().map(|one| (&one.term, one.when)));
    let mut failed = said
        .filter(|(term, _)| is_screen_failure(term))
        .filter_map(|(_, when)| when)
        .peekable();
    if failed.peek().is_some() && failed.all(|when| when.date.earliest() > cut) {
        subject.screened_out = false;
    }
    let seen_later = all_moments(subject).iter().any(|when| when.date.earliest() > cut);
    // A death without a date came after whatever else is recorded.
    let undated_later = subject.died_undated && seen_later;
    subject.died_undated &= !undated_later;
    let dies_later = undated_later || subject.died().is_some_and(|(when, _)| when.date.earliest() > cut);
    let mut keep = |record: &RecordId, field: &str, when: Option<When>| {
        let Some(when) = when else { return true };
        let kept = when.date.earliest() <= cut;
        if kept && when.date.latest() > cut {
            let sentence = both!(
                "\"{when}\" may lie after the data cut {cut}; it was read by its earliest day",
                "“{when}”可能晚于数据截止日{cut}；已按其最早日期读取"
            );
            findings.push(Finding::of(record, field, Rule::PartialAtCut(sentence), Blocks::None));
        }
        kept
    };
    subject.consent.retain(|r| keep(&r.record, "DSSTDTC", r.when));
    subject.milestones.retain(|r| keep(&r.record, "DSSTDTC", r.when));
    subject.history.retain(|r| keep(&r.record, "MHSTDTC", r.start));
    subject.scores.retain(|r| keep(&r.record, "RSDTC", Some(r.when)));
    subject.procedures.retain(|r| keep(&r.record, "PRSTDTC", Some(r.start)));
    subject.medications.retain(|r| keep(&r.record, "CMSTDTC", r.start));
    subject
        .lymphodepletion
        .retain(|r| keep(&r.record, "EXSTDTC", Some(r.start)));
    subject.infusions.retain(|r| keep(&r.record, "EXSTDTC", Some(r.when)));
    subject.vitals.retain(|r| keep(&r.record, "VSDTC", Some(r.when)));
    subject.adverse_events.retain(|r| keep(&r.record, "AESTDTC", r.start));
    subject.labs.retain(|r| keep(&r.record, "LBDTC", Some(r.when)));
    subject.biomarker.retain(|r| keep(&r.record, "LBDTC", Some(r.when)));
    subject.copies.retain(|r| keep(&r.record, "PCDTC", Some(r.when)));
    subject.counts.retain(|r| keep(&r.record, "CPDTC", Some(r.when)));
    subject.toxicity.retain(|r| keep(&r.record, "FADTC", Some(r.when)));
    subject.lesions.retain(|r| keep(&r.record, "TUDTC", r.when));
    subject.measurements.retain(|r| keep(&r.record, "TRDTC", Some(r.when)));
    subject.responses.retain(|r| keep(&r.record, "RSDTC", Some(r.when)));
    subject
        .response_parts
        .retain(|r| keep(&r.record, "RSDTC", Some(r.when)));
    subject.deviations.retain(|r| keep(&r.record, "DVSTDTC", r.when));
    subject.contacts.retain(|r| keep(&r.record, "SVSTDTC", Some(r.when)));
    subject.dispositions.retain(|r| keep(&r.record, "DSSTDTC", r.when));
    subject.adjudications.retain(|r| keep(&r.record, "FADTC", r.when));
    subject.lifted.retain(|r| keep(&r.record, "FADTC", r.when));
    subject.death = subject
        .death
        .take()
        .filter(|death| keep(&death.record, "DTHDTC", Some(death.when)));
    for event in &mut subject.adverse_events {
        hide_end(event, cut, dies_later);
        let known = |when: &When| when.date.earliest() <= cut;
        event.details.aware = event.details.aware.filter(known);
        event.details.urgent = event.details.urgent.filter(known);
        event.details.reports.retain(|report| known(&report.when));
    }
    for Medication { end, .. } in &mut subject.medications {
        *end = end.filter(|end| end.date.earliest() <= cut);
    }
}

/// An event that ended after the cut was ongoing at the cut; if it ended in death, its grade was not yet 5.
fn hide_end(event: &mut AdverseEvent, cut: Date, dies_later: bool) {
    let fatal = event.grade == Some(Grade::G5) || event.outcome == EventOutcome::Fatal;
    let ends_later = event.end.is_some_and(|end| end.date.earliest() > cut) || (fatal && dies_later);
    if !ends_later {
        return;
    }
    event.end = None;
    event.outcome = EventOutcome::Ongoing;
    if event.grade == Some(Grade::G5) {
        event.grade = None;
    }
    // The event was serious for a reason that still lay ahead; no criterion stands for it.
    if fatal {
        event.details.criteria.death = None;
    }
}

/// Every moment recorded for a subject.
fn all_moments(subject: &Subject) -> Vec<When> {
    let mut moments: Vec<Option<When>> = Vec::new();
    moments.extend(subject.consent.iter().chain(&subject.milestones).map(|r| r.when));
    moments.extend(subject.scores.iter().map(|r| Some(r.when)));
    moments.extend(subject.procedures.iter().map(|r| Some(r.start)));
    moments.extend(subject.medications.iter().flat_map(|r| [r.start, r.end]));
    moments.extend(subject.lymphodepletion.iter().map(|r| Some(r.start)));
    moments.extend(subject.infusions.iter().map(|r| Some(r.when)));
    moments.extend(subject.vitals.iter().map(|r| Some(r.when)));
    moments.extend(subject.adverse_events.iter().flat_map(|r| [r.start, r.end]));
    // A sample that was not taken is no moment of the subject.
    let taken = subject.labs.iter().filter(|r| r.value.is_some() || r.unread);
    moments.extend(taken.map(|r| Some(r.when)));
    let levels = [&subject.biomarker, &subject.copies, &subject.counts];
    moments.extend(levels.into_iter().flatten().map(|r| Some(r.when)));
    moments.extend(subject.toxicity.iter().map(|r| Some(r.when)));
    moments.extend(subject.measurements.iter().map(|r| Some(r.when)));
    moments.extend(subject.responses.iter().map(|r| Some(r.when)));
    moments.extend(subject.response_parts.iter().map(|r| Some(r.when)));
    moments.extend(subject.deviations.iter().map(|r| r.when));
    moments.extend(subject.contacts.iter().map(|r| Some(r.when)));
    moments.extend(subject.dispositions.iter().map(|Disposition { when, .. }| *when));
    moments.extend(subject.adjudications.iter().map(|r| r.when));
    moments.extend(subject.lifted.iter().map(|r| r.when));
    moments.extend(subject.death.iter().map(|r| Some(r.when)));
    moments.into_iter().flatten().collect()
}
