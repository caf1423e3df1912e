//! Adverse events as a safety report shows them: tables of counts with what stands behind each number, and listings.

mod coding;
mod count;
mod events;
mod expedited;
mod narrative;

pub use coding::{RecodingLine, coding_sentence};
pub use count::{Behind, BehindLevel, BehindPart, CountCell, CountColumn, CountRow, CountTable, GRADES_SHOWN};
pub(super) use events::grade;
pub use events::{EventLine, EventTable};
pub use narrative::Narrative;

use super::{LISTING_LIMIT, LevelName};
use crate::endpoint::{Analysis, Facts};
use crate::safety::{Reference, SafetyEvent, Tables, derive_events, derive_tables};
use crate::study::{When, days_between};

/// The section of adverse events.
#[derive(Debug, Clone, PartialEq)]
pub struct Safety {
    /// Why there is nothing to show; `None` where there is.
    pub reason: Option<&'static str>,
    /// What a reader has to know of the numbers, a sentence each.
    pub notes: Vec<String>,
    /// Codings of a verbatim term that took the place of others.
    pub recodings: Vec<RecodingLine>,
    /// Tables of counts.
    pub counts: Vec<CountTable>,
    /// Listings of events and deaths.
    pub listings: Vec<EventTable>,
    /// What happened to the subjects most concerned.
    pub narratives: Vec<Narrative>,
    /// Number of all narratives, shown or not.
    pub narratives_total: usize,
}

/// Which tables are shown; the machine-readable answer has all.
const SHOWN: [(&str, Reference); 6] = [
    ("overview", Reference::Infusion),
    ("overview", Reference::Lymphodepletion),
    ("terms", Reference::Infusion),
    ("terms", Reference::Lymphodepletion),
    ("serious", Reference::Infusion),
    ("related", Reference::Infusion),
];

/// Lines shown of a table or listing that has more than [`LISTING_LIMIT`]: nobody reads it whole here.
const SAMPLE: usize = 100;

/// How many of so many lines are shown.
const fn shown_of(lines: usize) -> usize {
    if lines > LISTING_LIMIT { SAMPLE } else { lines }
}

/// A subject with its events.
struct Told<'a> {
    facts: &'a Facts<'a>,
    events: Vec<SafetyEvent<'a>>,
}

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName]) -> Safety {
    let mut safety = Safety {
        reason: None,
        notes: Vec::new(),
        recodings: coding::recodings(analysis),
        counts: Vec::new(),
        listings: Vec::new(),
        narratives: Vec::new(),
        narratives_total: 0,
    };
    if !analysis.data.dated || !analysis.data.holds("AE") {
        safety.reason = Some("The source does not record dated adverse events.");
        return safety;
    }
    let tables = derive_tables(analysis);
    for (id, reference) in SHOWN {
        let found = tables
            .tables
            .iter()
            .find(|table| table.id == id && table.reference == reference);
        let population = tables.populations.iter().find(|one| one.reference == reference);
        if let (Some(table), Some(population)) = (found, population) {
            safety.counts.push(count::table(table, population, levels));
        }
    }
    let mut told: Vec<Told<'_>> = analysis
        .facts
        .iter()
        .map(|facts| Told {
            facts,
            events: derive_events(facts),
        })
        .collect();
    told.sort_by(|one, other| one.facts.subject.id.cmp(&other.facts.subject.id));
    safety.listings = vec![
        events::serious(&told, levels),
        events::interest(&told, levels),
        events::deaths(&told, levels),
        expedited::table(analysis, &told, levels),
    ];
    (safety.narratives, safety.narratives_total) = narrative::narratives(&told, levels);
    safety.notes = notes(analysis, &tables);
    safety
}

fn notes(analysis: &Analysis<'_>, tables: &Tables) -> Vec<String> {
    let (not_coded, relation_not_recorded) = (tables.not_coded, tables.relation_not_recorded);
    let events = |number: usize| {
        if number == 1 {
            "1 event".to_owned()
        } else {
            format!("{} events", super::number::count(number))
        }
    };
    let least = analysis.trial.safety.relatedness.name();
    let mut notes = vec![
        "An event is counted after lymphodepletion (or infusion) if it began on or after its first day, if its onset is not \
         recorded or can lie there, or if it was there before and became worse. There is no last day."
            .to_owned(),
        "Each subject counts once in a row, by its worst grade; events are counted apart. A count of a grade is of that grade \
         or worse. Percentages are of the subjects named at the head of the column."
            .to_owned(),
        format!("Related is {least} or more closely; a relation that is not recorded counts as related."),
    ];
    if relation_not_recorded > 0 {
        notes.push(format!(
            "Of {} no relation to anything the study does is recorded.",
            events(relation_not_recorded)
        ));
    }
    notes.push(coding_sentence(analysis, tables.by_category, not_coded));
    if analysis.trial.safety.interest.is_empty() {
        notes.push("The protocol names no events of special interest.".to_owned());
    }
    let unassigned = analysis.facts.iter().filter(|facts| facts.level.is_none());
    if unassigned.clone().any(|facts| !facts.subject.adverse_events.is_empty()) {
        notes.push(
            "Subjects without a dose level are in no count; the listings of events and deaths name them too."
                .to_owned(),
        );
    }
    notes
}

/// `day 5`, counted from infusion, with the date as written; only the date where the day is not known.
pub(in crate::report) fn dated(facts: &Facts<'_>, when: When) -> String {
    let day = facts.day0.zip(when.day()).map(|(day0, day)| days_between(day0, day));
    day.map_or_else(|| when.to_string(), |day| format!("{when} (day {})", signed(day)))
}

/// A number of days with a minus sign where it is negative.
fn signed(days: i32) -> String {
    if days < 0 {
        format!("−{}", days.unsigned_abs())
    } else {
        days.to_string()
    }
}

pub(in crate::report) fn level_name(facts: &Facts<'_>, levels: &[LevelName]) -> String {
    let name = levels.iter().find(|name| Some(name.level) == facts.level);
    name.map_or_else(
        || facts.never_enrolled().unwrap_or("not assigned").to_owned(),
        |name| name.label.clone(),
    )
}
