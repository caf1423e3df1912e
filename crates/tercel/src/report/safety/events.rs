//! Listings of single events: serious ones, those of special interest, and deaths. They name every subject, also one
//! without a dose level.

use super::super::{LevelName, number};
use super::{Told, dated, level_name, shown_of, signed};
use crate::dlt::scale_of;
use crate::endpoint::Facts;
use crate::safety::{Reference, Relation, SafetyEvent};
use crate::study::{
    AdverseEvent, EventOutcome, Medication, MedicationClass, PartialDate, RecordId, SubjectId, days_between,
};

/// A listing.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTable {
    /// Place in the document.
    pub anchor: &'static str,
    /// Title.
    pub title: &'static str,
    /// Columns after subject and dose level, before the records.
    pub columns: Vec<&'static str>,
    /// Lines; of a large listing the first.
    pub lines: Vec<EventLine>,
    /// Number of all lines.
    pub total: usize,
    /// How to read it.
    pub note: &'static str,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLine {
    /// Subject.
    pub subject: SubjectId,
    /// Label of its dose level.
    pub level: String,
    /// A text for each column.
    pub cells: Vec<String>,
    /// Records.
    pub records: Vec<RecordId>,
}

impl EventLine {
    /// A line of a subject.
    pub(in crate::report) fn of(
        facts: &Facts<'_>,
        levels: &[LevelName],
        cells: Vec<String>,
        records: Vec<RecordId>,
    ) -> Self {
        Self {
            subject: facts.subject.id.clone(),
            level: level_name(facts, levels),
            cells,
            records,
        }
    }
}

impl EventTable {
    /// A listing of these lines; a large one is cut short.
    pub(in crate::report) fn new(
        anchor: &'static str,
        title: &'static str,
        columns: Vec<&'static str>,
        mut lines: Vec<EventLine>,
        note: &'static str,
    ) -> Self {
        let total = lines.len();
        lines.truncate(shown_of(total));
        Self {
            anchor,
            title,
            columns,
            lines,
            total,
            note,
        }
    }
}

fn line(told: &Told<'_>, levels: &[LevelName], cells: Vec<String>, mut records: Vec<RecordId>) -> EventLine {
    records.sort();
    records.dedup();
    EventLine {
        subject: told.facts.subject.id.clone(),
        level: level_name(told.facts, levels),
        cells,
        records,
    }
}

pub(super) fn serious(told: &[Told<'_>], levels: &[LevelName]) -> EventTable {
    let lines = told.iter().flat_map(|told| {
        let events = told.events.iter().filter(|event| event.serious == Some(true));
        events.map(|event| {
            let cells = vec![
                event.term().to_owned(),
                grade(told.facts, event.event),
                onset(told.facts, event.event),
                end(told.facts, event.event),
                emerged(event),
                words(&event.event.details.criteria.met()),
                related(event),
            ];
            line(told, levels, cells, event.records.clone())
        })
    });
    EventTable::new(
        "safety_listing_serious",
        "Serious adverse events",
        vec![
            "Event",
            "Grade",
            "Onset",
            "End",
            "Emerged",
            "Serious because of",
            "Related to",
        ],
        lines.collect(),
        "Every serious event recorded, whenever it began. Days are counted from infusion, which is day 0.",
    )
}

pub(super) fn interest(told: &[Told<'_>], levels: &[LevelName]) -> EventTable {
    let lines = told.iter().flat_map(|told| {
        let events = told
            .events
            .iter()
            .filter_map(|event| event.interest.map(|kind| (event, kind)));
        events.map(|(event, kind)| {
            let given = treatments(told.facts, event.event);
            let mut records = event.records.clone();
            records.extend(given.iter().map(|medication| medication.record.clone()));
            let cells = vec![
                kind.label.clone(),
                event.term().to_owned(),
                grade(told.facts, event.event),
                onset(told.facts, event.event),
                duration(told.facts, event.event),
                treatment(event.event, &given),
                standing(event.event).to_owned(),
            ];
            line(told, levels, cells, records)
        })
    });
    EventTable::new(
        "safety_listing_interest",
        "Adverse events of special interest",
        vec!["Kind", "Event", "Grade", "Onset", "Duration", "Treatment", "Outcome"],
        lines.collect(),
        "Treatment: tocilizumab or another anticytokine agent and systemic steroids begun from onset to end; whether it was \
         given for this event the record does not say.",
    )
}

pub(super) fn deaths(told: &[Told<'_>], levels: &[LevelName]) -> EventTable {
    let lines = told.iter().filter_map(|told| {
        let record = told.facts.subject.death_record()?;
        let died = told.facts.subject.died();
        let when = died.map_or_else(|| "day not recorded".to_owned(), |(when, _)| dated(told.facts, when));
        let fatal: Vec<&SafetyEvent<'_>> = told.events.iter().filter(|event| event.fatal).collect();
        let mut records = vec![record.clone()];
        records.extend(fatal.iter().flat_map(|event| event.records.iter().cloned()));
        let infused = told
            .facts
            .infusion
            .map_or_else(|| "not infused".to_owned(), |infusion| infusion.when.date.to_string());
        let list = |write: fn(&SafetyEvent<'_>) -> String| {
            if fatal.is_empty() {
                return "no event recorded as leading to death".to_owned();
            }
            fatal.iter().map(|event| write(event)).collect::<Vec<_>>().join("; ")
        };
        let cells = vec![
            infused,
            when,
            list(|event| event.term().to_owned()),
            if fatal.is_empty() {
                number::MISSING.to_owned()
            } else {
                list(related)
            },
        ];
        Some(line(told, levels, cells, records))
    });
    EventTable::new(
        "safety_listing_deaths",
        "Deaths",
        vec!["Infused", "Died", "Events leading to death", "Related to"],
        lines.collect(),
        "Every death recorded, whatever its cause and however long after infusion.",
    )
}

/// The grade with its scale.
pub(in crate::report) fn grade(facts: &Facts<'_>, event: &AdverseEvent) -> String {
    let Some(grade) = event.grade else {
        return number::MISSING.to_owned();
    };
    format!("{grade} ({})", scale_of(facts.trial, event))
}

pub(super) fn onset(facts: &Facts<'_>, event: &AdverseEvent) -> String {
    event
        .start
        .map_or_else(|| "not recorded".to_owned(), |start| dated(facts, start))
}

fn end(facts: &Facts<'_>, event: &AdverseEvent) -> String {
    match event.end {
        Some(end) if event.outcome == EventOutcome::Fatal => format!("{}, fatal", dated(facts, end)),
        Some(end) => dated(facts, end),
        None => standing(event).to_owned(),
    }
}

/// How an event stands, in words.
pub(super) const fn standing(event: &AdverseEvent) -> &'static str {
    match event.outcome {
        EventOutcome::Recovered => "recovered",
        EventOutcome::Ongoing => "ongoing",
        EventOutcome::Fatal => "fatal",
        EventOutcome::Unknown => "not known",
    }
}

fn emerged(event: &SafetyEvent<'_>) -> String {
    let after = |reference: Reference| event.emergence(reference).counts();
    match (after(Reference::Infusion), after(Reference::Lymphodepletion)) {
        (true, _) => "after infusion",
        (false, true) => "after lymphodepletion",
        (false, false) => "before, or without either",
    }
    .to_owned()
}

/// Causes the event is related to; whether nothing is recorded.
pub(super) fn related(event: &SafetyEvent<'_>) -> String {
    let each = event.related.each();
    let causes = each.into_iter().filter(|(_, relation)| *relation == Relation::Related);
    let mut names: Vec<&str> = causes.map(|(name, _)| name).collect();
    if event.event.causality.strongest().is_none() {
        names.push("study treatments not recorded");
    } else if event.related.infusion == Relation::NotRecorded {
        names.push("CAR-T cells not recorded");
    }
    if names.is_empty() {
        "nothing of the study".to_owned()
    } else {
        names.join(", ")
    }
}

pub(super) fn words(list: &[&'static str]) -> String {
    if list.is_empty() {
        "not recorded".to_owned()
    } else {
        list.join(", ")
    }
}

/// Days of an event, its first and last included; a range where a date is partial, at least so many while it is open.
pub(super) fn duration(facts: &Facts<'_>, event: &AdverseEvent) -> String {
    let Some(start) = event.start.map(|start| start.date) else {
        return "not known".to_owned();
    };
    let days = |start: PartialDate, end: PartialDate| {
        let least = (days_between(start.latest(), end.earliest()) + 1).max(1);
        let most = (days_between(start.earliest(), end.latest()) + 1).max(least);
        (least, most)
    };
    let died = facts.subject.died().map(|(when, _)| when.date);
    let open_until = died.or(facts.cut.map(PartialDate::Day));
    let (end, open) = match (event.end, open_until) {
        (Some(end), _) => (end.date, false),
        (None, Some(until)) => (until, died.is_none()),
        (None, None) => return "ongoing".to_owned(),
    };
    let (least, most) = days(start, end);
    let noun = if most == 1 { "day" } else { "days" };
    match (open, least == most) {
        (true, _) => format!("{} {noun} or more, {}", signed(least), standing(event)),
        (false, true) => format!("{most} {noun}"),
        (false, false) => format!("{least} to {most} {noun}"),
    }
}

/// Anticytokine agents and steroids that may have begun from onset to end.
pub(super) fn treatments<'f>(facts: &'f Facts<'_>, event: &AdverseEvent) -> Vec<&'f Medication> {
    let Some(start) = event.start.map(|start| start.date.earliest()) else {
        return Vec::new();
    };
    let end = event.end.map(|end| end.date.latest());
    let given = facts.subject.medications.iter().filter(|medication| {
        let class = matches!(
            medication.class,
            MedicationClass::Anticytokine | MedicationClass::Steroid
        );
        let within = medication
            .start
            .is_some_and(|begun| begun.date.latest() >= start && end.is_none_or(|end| begun.date.earliest() <= end));
        class && within
    });
    given.collect()
}

fn treatment(event: &AdverseEvent, given: &[&Medication]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for medication in given {
        let from = medication
            .start
            .map_or_else(String::new, |start| format!(" from {start}"));
        parts.push(format!("{}{from}", medication.name));
    }
    match event.details.treated {
        Some(true) if parts.is_empty() => parts.push("treated, by the record".to_owned()),
        Some(false) => parts.push("none given for it, by the record".to_owned()),
        Some(true) | None => {}
    }
    if parts.is_empty() {
        "none recorded".to_owned()
    } else {
        parts.join("; ")
    }
}
