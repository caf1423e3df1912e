//! One infused subject as the committee sees it.
//!
//! # What it derives
//! Level, dose, DLT verdict, day in the window, contact at its end, worst grades, serious events, deviations; beside them what the
//! caller knows of completeness and queries.
//!
//! # Formula
//! Worst grades are taken from the infusion to the data cut. CRS and ICANS: the higher of the recorded adverse event and the graded
//! findings, whose grade lies between two bounds where an item is missing. Other events: those of the protocol's class
//! `non-haematological`, where it has one; otherwise every event but CRS and ICANS. An event whose class cannot be told counts. A
//! fatal event is of grade 5.
//!
//! # Limits
//! A worst grade rests on every event and every graded finding of the subject: each of them could have been higher.

use jiff::civil::Date;

use super::about::{About, Completeness, OpenQuery};
use super::in_order;
use crate::dlt::{NotEvaluable, Status, Verdict, actual_percent, class_holds};
use crate::endpoint::Facts;
use crate::grade::Grade;
use crate::language::Words;
use crate::protocol::{Cells, DoseLevel};
use crate::safety::{event_term, is_fatal};
use crate::study::{AdverseEvent, EventOutcome, RecordId, SubjectId, Syndrome};

/// Name of the event class of the worst other grade.
const NON_HAEMATOLOGICAL: &str = "non-haematological";

/// The events of that class, in words.
pub(super) const NON_HAEMATOLOGICAL_EVENTS: &str = "events of the class non-haematological";

/// The events of the worst other grade where the protocol has no such class.
pub(super) const OTHER_EVENTS: &str = "every event but CRS and ICANS";

/// Where a subject stands in the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Evaluable, with a DLT.
    Dlt,
    /// Evaluable, without a DLT.
    NoDlt,
    /// Open until a day, where that is known.
    Pending(Option<Date>),
    /// Not evaluable: replaced, never counted as without a DLT.
    Replaced,
}

/// The DLT verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictLine {
    /// Where the subject stands.
    pub standing: Standing,
    /// The verdict with its reason, as a sentence fragment.
    pub sentence: Words,
    /// Last day of the window; `None` while the day of infusion is not known.
    pub window_last: Option<Date>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// What was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Dose {
    /// Day of the infusion; `None` where it is not known.
    pub infused: Option<Date>,
    /// Cells given on that day, all bags together; `None` where not recorded.
    pub actual: Option<f64>,
    /// In percent of the planned ones; `None` where it cannot be told.
    pub percent: Option<f64>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// First contact on or after the last day of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactLine {
    /// Visit or kind of contact, with its day as written; `None`: none yet.
    pub seen: Option<(String, String)>,
    /// Records: every contact, each could have been it.
    pub records: Vec<RecordId>,
}

/// The worst grade of a kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worst {
    /// The least and the most it can be; `None` where nothing of the kind is graded.
    pub grade: Option<(u8, u8)>,
    /// The scale.
    pub scale: String,
    /// Events and findings of the kind without a grade that can be read.
    pub ungraded: u32,
    /// Records.
    pub records: Vec<RecordId>,
}

/// A serious adverse event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriousLine {
    /// Dictionary term where coded, otherwise as reported.
    pub term: String,
    /// Grade with its scale; `None` where not recorded.
    pub grade: Option<String>,
    /// First day as written; `None` where not recorded.
    pub start: Option<String>,
    /// Relation to the infusion; `None` where not recorded.
    pub related: Option<String>,
    /// How it stands.
    pub outcome: String,
    /// Record.
    pub record: RecordId,
}

/// A protocol deviation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationLine {
    /// Description.
    pub text: String,
    /// Day as written; `None` where not recorded.
    pub when: Option<String>,
    /// Record.
    pub record: RecordId,
}

/// One infused subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectLine {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level, where one is assigned.
    pub level: Option<DoseLevel>,
    /// What was given.
    pub dose: Dose,
    /// DLT verdict.
    pub verdict: VerdictLine,
    /// Days from the infusion to the data cut; `None` while the day of infusion is not known.
    pub day: Option<i32>,
    /// Contact at the end of the window.
    pub contact: ContactLine,
    /// CRS.
    pub crs: Worst,
    /// ICANS.
    pub icans: Worst,
    /// Other events.
    pub other: Worst,
    /// Serious events.
    pub serious: Vec<SeriousLine>,
    /// Events of which nobody recorded whether they are serious.
    pub seriousness_unknown: u32,
    /// Records of all events: each could have been serious.
    pub event_records: Vec<RecordId>,
    /// Protocol deviations.
    pub deviations: Vec<DeviationLine>,
    /// Completeness of entry, where the caller knows it.
    pub completeness: Option<Completeness>,
    /// Open queries; `None`: nobody asked.
    pub open_queries: Option<Vec<OpenQuery>>,
}

impl SubjectLine {
    /// The line of an infused subject.
    pub(super) fn derive(facts: &Facts<'_>, verdict: &Verdict, about: &About) -> Self {
        let subject = facts.subject;
        let serious = subject
            .adverse_events
            .iter()
            .filter(|event| event.serious == Some(true));
        let mut queries = about
            .open_queries
            .as_ref()
            .map(|queries| queries.get(&subject.id).cloned().unwrap_or_default());
        if let Some(queries) = &mut queries {
            queries.sort();
        }
        let mut deviations: Vec<DeviationLine> = subject
            .deviations
            .iter()
            .map(|deviation| DeviationLine {
                text: deviation.term.clone(),
                when: deviation.when.map(|when| when.to_string()),
                record: deviation.record.clone(),
            })
            .collect();
        deviations.sort_by(|one, other| one.record.cmp(&other.record));
        let mut serious: Vec<SeriousLine> = serious.map(|event| serious_line(facts, event)).collect();
        serious.sort_by(|one, other| one.record.cmp(&other.record));
        let events = subject.adverse_events.iter();
        Self {
            subject: subject.id.clone(),
            level: facts.level,
            dose: dose(facts),
            verdict: VerdictLine {
                standing: standing(&verdict.status),
                sentence: Words::in_each(|language| verdict.words(language)),
                window_last: verdict.window.map(|window| window.last),
                records: in_order(verdict.records.clone()),
            },
            day: facts
                .day0
                .zip(facts.cut)
                .map(|(day0, cut)| crate::study::days_between(day0, cut)),
            contact: contact(facts, verdict),
            crs: syndrome(facts, Syndrome::Crs, &facts.trial.safety.crs_class),
            icans: syndrome(facts, Syndrome::Icans, &facts.trial.safety.icans_class),
            other: other(facts),
            serious,
            seriousness_unknown: count(events.clone().filter(|event| event.serious.is_none())),
            event_records: in_order(events.map(|event| event.record.clone()).collect()),
            deviations,
            completeness: about.completeness.get(&subject.id).cloned(),
            open_queries: queries,
        }
    }

    /// Everything the line rests on.
    pub fn records(&self) -> Vec<RecordId> {
        let worst = [&self.crs, &self.icans, &self.other];
        let mut records: Vec<RecordId> = self.dose.records.clone();
        records.extend(self.verdict.records.iter().cloned());
        records.extend(self.contact.records.iter().cloned());
        records.extend(worst.into_iter().flat_map(|worst| worst.records.iter().cloned()));
        records.extend(self.event_records.iter().cloned());
        records.extend(self.deviations.iter().map(|deviation| deviation.record.clone()));
        in_order(records)
    }
}

fn count<T>(each: impl Iterator<Item = T>) -> u32 {
    u32::try_from(each.count()).unwrap_or(u32::MAX)
}

fn standing(status: &Status) -> Standing {
    match status {
        Status::Dlt => Standing::Dlt,
        Status::NoDlt => Standing::NoDlt,
        Status::Pending(until) => Standing::Pending(*until),
        Status::NotEvaluable(
            NotEvaluable::NewTherapy(_)
            | NotEvaluable::LeftStudy(_)
            | NotEvaluable::Death(_)
            | NotEvaluable::UnderDosed(_),
        ) => Standing::Replaced,
    }
}

fn dose(facts: &Facts<'_>) -> Dose {
    let subject = facts.subject;
    let given = facts.infusion.and_then(|infusion| {
        let same_day = subject
            .infusions
            .iter()
            .filter(|other| other.when.date == infusion.when.date);
        let cells: Option<Vec<f64>> = same_day.map(|bag| bag.actual.map(Cells::to_cells)).collect();
        // Whole cells: the order in which bags are added leaves no trace.
        cells.map(|cells| cells.iter().sum::<f64>().round())
    });
    let percent = facts
        .infusion
        .and_then(|infusion| actual_percent(facts.trial, subject, infusion));
    let mut records = vec![subject.record.clone()];
    records.extend(subject.infusions.iter().map(|infusion| infusion.record.clone()));
    records.extend(subject.undated_infusions.iter().cloned());
    Dose {
        infused: facts.day0,
        actual: given.filter(|_| subject.undated_infusions.is_empty()),
        percent: percent.map(super::frozen),
        records: in_order(records),
    }
}

fn contact(facts: &Facts<'_>, verdict: &Verdict) -> ContactLine {
    let contacts = &facts.subject.contacts;
    let after = verdict.window.and_then(|window| {
        let late = contacts
            .iter()
            .filter(|contact| contact.when.date.earliest() >= window.last);
        late.min_by_key(|contact| (contact.when.order(), &contact.record))
    });
    ContactLine {
        seen: after.map(|contact| (contact.name.clone(), contact.when.to_string())),
        records: in_order(contacts.iter().map(|contact| contact.record.clone()).collect()),
    }
}

/// Whether an event may have begun on the day of the infusion or later.
fn since_infusion(facts: &Facts<'_>, event: &AdverseEvent) -> bool {
    let after = |day0: Date| event.start.is_none_or(|start| start.date.latest() >= day0);
    facts.day0.is_none_or(after)
}

fn grade_of(event: &AdverseEvent) -> Option<Grade> {
    if is_fatal(event) { Some(Grade::G5) } else { event.grade }
}

/// Puts a grade that lies between two bounds beside the worst so far.
fn raise(worst: &mut Option<(u8, u8)>, (least, most): (u8, u8)) {
    let (was_least, was_most) = worst.unwrap_or((least, most));
    *worst = Some((was_least.max(least), was_most.max(most)));
}

fn syndrome(facts: &Facts<'_>, syndrome: Syndrome, class: &str) -> Worst {
    let mut worst = Worst {
        grade: None,
        scale: crate::grade::Scale::Astct2019.to_string(),
        ungraded: 0,
        records: Vec::new(),
    };
    let class = facts.trial.event_class(class);
    for event in &facts.subject.adverse_events {
        worst.records.push(event.record.clone());
        let in_class = class.is_some_and(|class| class_holds(facts.trial, class, event) == Some(true));
        if in_class && since_infusion(facts, event) {
            match grade_of(event) {
                Some(grade) => raise(&mut worst.grade, (grade.number(), grade.number())),
                None => worst.ungraded += 1,
            }
        }
    }
    for moment in facts.toxicity_grades(syndrome) {
        let in_time = facts.day0.is_none_or(|day0| moment.when.date.latest() >= day0);
        match moment.worst_bounds().filter(|_| in_time) {
            Some(bounds) => raise(&mut worst.grade, bounds),
            None if in_time => worst.ungraded += 1,
            None => {}
        }
    }
    worst
        .records
        .extend(facts.subject.toxicity.iter().map(|item| item.record.clone()));
    worst.records.extend(identity(facts));
    worst.records = in_order(worst.records);
    worst
}

/// The subject's own record and its infusions: what the time of an event is counted from.
fn identity(facts: &Facts<'_>) -> Vec<RecordId> {
    facts.identity()
}

/// The events of the worst other grade, in words.
pub(super) fn other_events(trial: &crate::protocol::Trial) -> String {
    let class = trial.event_class(NON_HAEMATOLOGICAL);
    class.map_or(OTHER_EVENTS, |_| NON_HAEMATOLOGICAL_EVENTS).to_owned()
}

fn other(facts: &Facts<'_>) -> Worst {
    let trial = facts.trial;
    let holds = |name: &str, event: &AdverseEvent| {
        trial
            .event_class(name)
            .and_then(|class| class_holds(trial, class, event))
    };
    let counts = |event: &AdverseEvent| match trial.event_class(NON_HAEMATOLOGICAL) {
        Some(_) => holds(NON_HAEMATOLOGICAL, event) != Some(false),
        None => {
            holds(&trial.safety.crs_class, event) != Some(true) && holds(&trial.safety.icans_class, event) != Some(true)
        }
    };
    let mut worst = Worst {
        grade: None,
        scale: crate::grade::Scale::Ctcae(trial.safety.ctcae).to_string(),
        ungraded: 0,
        records: facts.identity(),
    };
    for event in &facts.subject.adverse_events {
        worst.records.push(event.record.clone());
        if counts(event) && since_infusion(facts, event) {
            match grade_of(event) {
                Some(grade) => raise(&mut worst.grade, (grade.number(), grade.number())),
                None => worst.ungraded += 1,
            }
        }
    }
    worst.records = in_order(worst.records);
    worst
}

fn serious_line(facts: &Facts<'_>, event: &AdverseEvent) -> SeriousLine {
    let scale = crate::dlt::scale_of(facts.trial, event);
    SeriousLine {
        term: event_term(event).to_owned(),
        grade: grade_of(event).map(|grade| format!("{scale} grade {grade}")),
        start: event.start.map(|start| start.to_string()),
        related: event.causality.infusion.map(|related| related.name().to_owned()),
        outcome: match event.outcome {
            EventOutcome::Recovered => "recovered",
            EventOutcome::Ongoing => "ongoing",
            EventOutcome::Fatal => "fatal",
            EventOutcome::Unknown => "unknown",
        }
        .to_owned(),
        record: event.record.clone(),
    }
}
