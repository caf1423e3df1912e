//! Dose-limiting toxicity: three-valued status per subject.
//!
//! # What it derives
//! For each infused subject: a DLT, no DLT, still pending (until when, on what), or not evaluable (why).
//!
//! # Source
//! The protocol's `[dlt]` rules; evaluability and the three-valued status follow the practice summarised in
//! `docs/methods.md`, section "DLT status".
//!
//! # Formula
//! 1. An event in the window that meets a criterion, attributed and with a complete onset date: **DLT**.
//! 2. Otherwise, anything that could still turn out to be one: **pending**.
//! 3. Otherwise, a reason why the window was not observed as planned: **not evaluable**.
//! 4. Otherwise, followed by a contact on or after the last day of the window: **no DLT**; else **pending**.
//!
//! # Limits
//! A record of absence (a contact, a recovery) can only move a status from pending to no DLT; taking one away never does.

mod event;
mod lab;

use std::fmt;

use jiff::civil::Date;

use crate::protocol::{DltOrigin, EventClass, Trial};
use crate::study::{
    Adjudication, AdverseEvent, Disposition, DispositionReason, Infusion, MedicationClass, RecordId, Subject,
    days_between,
};

/// Where a subject stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// At least one DLT.
    Dlt,
    /// Observed through the window without one.
    NoDlt,
    /// Not decided yet; the day by which it will be, where that is known.
    Pending(Option<Date>),
    /// Not evaluable, to be replaced.
    NotEvaluable(NotEvaluable),
}

/// Why a subject without DLT does not count.
#[derive(Debug, Clone, PartialEq)]
pub enum NotEvaluable {
    /// Other anticancer therapy began within the window.
    NewTherapy(Date),
    /// Withdrew or was lost within the window.
    LeftStudy(Date),
    /// Death within the window that the committee judged not to be a DLT.
    Death(Date),
    /// Fewer cells than the protocol's tolerance, in percent of the group's dose.
    UnderDosed(f64),
}

impl fmt::Display for NotEvaluable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewTherapy(day) => write!(f, "other anticancer therapy on {day}, within the DLT window"),
            Self::LeftStudy(day) => write!(f, "left the study on {day}, within the DLT window"),
            Self::Death(day) => write!(f, "died on {day}, judged by the committee not to be a DLT"),
            Self::UnderDosed(percent) => write!(f, "received {percent:.1} % of the group's dose"),
        }
    }
}

/// One reason behind a status.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// Criterion, where one is concerned.
    pub criterion: Option<String>,
    /// The sentence for the listing.
    pub text: String,
    /// Records it rests on.
    pub records: Vec<RecordId>,
    /// Until when it is open, for pending ones.
    pub until: Option<Date>,
}

/// The DLT verdict of one infused subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Status.
    pub status: Status,
    /// First and last day of the window.
    pub window: (Date, Date),
    /// Criteria met.
    pub met: Vec<Ground>,
    /// What is still open.
    pub open: Vec<Ground>,
    /// Everything the verdict rests on.
    pub records: Vec<RecordId>,
}

impl Verdict {
    /// One sentence for the listing.
    pub fn sentence(&self) -> String {
        let list = |grounds: &[Ground]| grounds.iter().map(|g| g.text.as_str()).collect::<Vec<_>>().join("; ");
        match &self.status {
            Status::Dlt => format!("DLT: {}", list(&self.met)),
            Status::NoDlt => format!("no DLT, followed through {}", self.window.1),
            Status::Pending(Some(until)) => format!("pending until {until}: {}", list(&self.open)),
            Status::Pending(None) => format!("pending: {}", list(&self.open)),
            Status::NotEvaluable(why) => format!("not evaluable: {why}"),
        }
    }
}

/// What a criterion says of an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// It is met.
    Met(Ground),
    /// It may yet be met.
    Open(Ground),
    /// It is not met.
    No,
}

/// The DLT verdict of a subject as of `cut`; `None` if the subject was not infused on a known day.
pub fn derive_dlt(trial: &Trial, subject: &Subject, cut: Date) -> Option<Verdict> {
    let infusion = subject.infusions.first()?;
    let day0 = infusion.when.day()?;
    let start = match trial.dlt.origin {
        DltOrigin::Infusion => day0,
        DltOrigin::Lymphodepletion => subject
            .lymphodepletion
            .first()
            .and_then(|dose| dose.start.day())
            .unwrap_or(day0),
    };
    let end = add_days(day0, trial.dlt.window_days);
    let window = (start, end);
    let mut verdict = Verdict {
        status: Status::Pending(Some(end)),
        window,
        met: Vec::new(),
        open: Vec::new(),
        records: vec![subject.record.clone(), infusion.record.clone()],
    };
    verdict
        .records
        .extend(subject.lymphodepletion.first().map(|dose| dose.record.clone()));
    let mut consulted = Vec::new();
    let mut answers = Vec::new();
    for event in &subject.adverse_events {
        answers.push(event::judge(trial, subject, event, window, cut, &mut consulted));
    }
    for rule in &trial.dlt.lab_criteria {
        answers.push(lab::judge(rule, subject, window, cut, &mut consulted));
    }
    verdict.records.extend(consulted);
    for answer in answers {
        match answer {
            Answer::Met(ground) => verdict.met.push(ground),
            Answer::Open(ground) => verdict.open.push(ground),
            Answer::No => {}
        }
    }
    let committee = committee(subject);
    if let Some(ground) = unadjudicated_death(subject, window, committee) {
        verdict.open.push(ground);
    }
    let percent = actual_percent(trial, subject, infusion);
    let over_dosed = percent.is_some_and(|percent| percent > trial.dlt.dose_percent_max);
    verdict.status = if committee.is_some_and(|judged| judged.dlt) {
        Status::Dlt
    } else if over_dosed && !verdict.met.is_empty() && committee.is_none() {
        verdict.open.push(pending(
            "a DLT above the dose tolerance waits for the committee",
            &infusion.record,
        ));
        Status::Pending(None)
    } else if !verdict.met.is_empty() {
        Status::Dlt
    } else {
        if committee.is_some() {
            // The committee has looked at what the rules leave open.
            verdict.open.clear();
        }
        without_dlt(trial, subject, infusion, window, cut, &mut verdict)
    };
    let grounds = verdict.met.iter().chain(&verdict.open);
    verdict
        .records
        .extend(grounds.flat_map(|ground| ground.records.clone()));
    verdict.records.extend(
        subject
            .adjudications
            .iter()
            .map(|adjudication| adjudication.record.clone()),
    );
    verdict.records.sort();
    verdict.records.dedup();
    Some(verdict)
}

/// The status of a subject with no criterion met.
fn without_dlt(
    trial: &Trial,
    subject: &Subject,
    infusion: &Infusion,
    window: (Date, Date),
    cut: Date,
    verdict: &mut Verdict,
) -> Status {
    if !verdict.open.is_empty() {
        let untils: Option<Vec<Date>> = verdict.open.iter().map(|ground| ground.until).collect();
        return Status::Pending(untils.and_then(|untils| untils.into_iter().max()));
    }
    if let Some((why, record)) = not_evaluable(trial, subject, infusion, window) {
        verdict.records.extend(record);
        if matches!(why, NotEvaluable::UnderDosed(_)) && cut < window.1 {
            let text = format!("{why}: replaced, but a DLT by {} would count", window.1);
            verdict.open.push(Ground {
                criterion: None,
                text,
                records: Vec::new(),
                until: Some(window.1),
            });
            return Status::Pending(Some(window.1));
        }
        return Status::NotEvaluable(why);
    }
    if infusion.actual.is_none() {
        verdict
            .open
            .push(pending("the number of cells infused is not recorded", &infusion.record));
        return Status::Pending(None);
    }
    let contact = subject
        .contacts
        .iter()
        .find(|contact| contact.when.date.earliest() >= window.1);
    match contact {
        Some(contact) if cut >= window.1 => {
            verdict.records.push(contact.record.clone());
            Status::NoDlt
        }
        Some(_) | None => {
            let text = format!("no contact on or after {}, the last day of the window", window.1);
            verdict.open.push(Ground {
                criterion: None,
                text,
                records: Vec::new(),
                until: Some(window.1),
            });
            Status::Pending(Some(window.1))
        }
    }
}

fn pending(text: &str, record: &RecordId) -> Ground {
    Ground {
        criterion: None,
        text: text.to_owned(),
        records: vec![record.clone()],
        until: None,
    }
}

/// The committee's judgement, latest first.
fn committee(subject: &Subject) -> Option<&Adjudication> {
    let is_committee = |by: &str| !by.eq_ignore_ascii_case("INVESTIGATOR");
    subject
        .adjudications
        .iter()
        .rev()
        .find(|adjudication| is_committee(&adjudication.evaluator))
}

/// Any death in the window is pending until the committee has signed.
fn unadjudicated_death(subject: &Subject, window: (Date, Date), committee: Option<&Adjudication>) -> Option<Ground> {
    let death = subject.death.as_ref()?;
    let in_window = death.when.date.earliest() <= window.1 && death.when.date.latest() >= window.0;
    (in_window && committee.is_none()).then(|| Ground {
        criterion: None,
        text: format!("death on {} waits for the committee's judgement", death.when),
        records: vec![death.record.clone()],
        until: None,
    })
}

fn not_evaluable(
    trial: &Trial,
    subject: &Subject,
    infusion: &Infusion,
    window: (Date, Date),
) -> Option<(NotEvaluable, Vec<RecordId>)> {
    let within = |day: Date| day >= window.0 && day <= window.1;
    if let Some(percent) = actual_percent(trial, subject, infusion)
        && percent < trial.dlt.dose_percent_min
    {
        return Some((NotEvaluable::UnderDosed(percent), Vec::new()));
    }
    if let Some(death) = &subject.death
        && within(death.when.date.earliest())
    {
        return Some((
            NotEvaluable::Death(death.when.date.earliest()),
            vec![death.record.clone()],
        ));
    }
    let therapy = subject
        .medications
        .iter()
        .filter(|medication| medication.class == MedicationClass::NewTherapy);
    let mut starts = therapy.filter_map(|therapy| Some((therapy.start?.date.earliest(), &therapy.record)));
    if let Some((day, record)) = starts.find(|(day, _)| within(*day)) {
        return Some((NotEvaluable::NewTherapy(day), vec![record.clone()]));
    }
    let left = subject.dispositions.iter().find_map(|disposition| {
        let Disposition {
            record, reason, when, ..
        } = disposition;
        let leaves = matches!(reason, DispositionReason::Withdrawal | DispositionReason::Lost);
        let day = (*when)?.date.earliest();
        (leaves && within(day)).then(|| (day, record.clone()))
    });
    left.map(|(day, record)| (NotEvaluable::LeftStudy(day), vec![record]))
}

/// Actual cells in percent of the planned ones.
pub fn actual_percent(trial: &Trial, subject: &Subject, infusion: &Infusion) -> Option<f64> {
    let group = subject
        .level
        .and_then(|level| trial.dose_levels.get(level))
        .map(|group| group.planned);
    infusion.actual?.percent_of(group.or(infusion.planned)?)
}

/// Whether an event belongs to a class; `None` where its organ class decides and is not coded.
pub fn class_holds(trial: &Trial, class: &EventClass, event: &AdverseEvent) -> Option<bool> {
    let terms: Vec<&str> = std::iter::once(event.term.as_str())
        .chain(event.preferred_term.as_deref())
        .collect();
    class.holds(&trial.dlt.event_classes, &terms, event.organ_class.as_deref())
}

/// Whether an event is known to belong to the class of this name.
pub fn is_in_class(trial: &Trial, class: &str, event: &AdverseEvent) -> bool {
    let class = trial.event_class(class);
    class.is_some_and(|class| class_holds(trial, class, event) == Some(true))
}

/// `days` after `date`; the far end of the calendar stays where it is.
pub(crate) fn add_days(date: Date, days: u32) -> Date {
    date.saturating_add(jiff::Span::new().days(i64::from(days)))
}

/// Whole days from one day to another, for durations that count calendar days.
pub(crate) fn days_from(from: Date, to: Date) -> i32 {
    days_between(from, to)
}
