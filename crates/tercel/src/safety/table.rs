//! Subjects and events counted by dose level: the overview, and by system organ class and term.
//!
//! A row holds what each subject contributes ([`Part`]); the number of a level and of all filter the same parts, so that a
//! listing and the number above it cannot differ. Counts by grade are cumulative (a grade or worse), so that one event
//! more never lowers any.

use std::collections::BTreeMap;

use super::{Reference, SafetyEvent, derive_events, derive_occurrences};
use crate::dlt::scale_of;
use crate::endpoint::{Analysis, Facts};
use crate::grade::ctcae::Ctcae;
use crate::grade::dictionary::Dictionary;
use crate::grade::{Grade, Scale};
use crate::protocol::DoseLevel;
use crate::study::{RecordId, SubjectId};

/// Name of the group of events without a system organ class.
pub(super) const NOT_CODED: &str = "Not coded";

/// Whom a table counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// The treatment its subjects had.
    pub reference: Reference,
    /// Its subjects, in order of identifier, with the records that say so.
    pub subjects: Vec<Part>,
}

impl Population {
    /// Number of subjects at a level, or of all.
    pub fn count(&self, level: Option<DoseLevel>) -> usize {
        self.subjects.iter().filter(|part| part.is_at(level)).count()
    }
}

/// One subject in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level assigned.
    pub level: DoseLevel,
    /// Worst grade; `None` where no event has one.
    pub worst: Option<Grade>,
    /// Number of events: of records, of which an event that changes its grade has several.
    pub events: usize,
    /// Number of occurrences, however many records each has.
    pub occurrences: usize,
    /// Scales of the grades of its events, each once.
    pub scales: Vec<Scale>,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

impl Part {
    fn is_at(&self, level: Option<DoseLevel>) -> bool {
        level.is_none_or(|level| level == self.level)
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Stable name; in a table by term the system organ class.
    pub id: String,
    /// What is counted.
    pub label: String,
    /// Whether it stands under the row of its system organ class.
    pub is_term: bool,
    /// One part a subject, in order of identifier.
    pub parts: Vec<Part>,
}

impl Row {
    /// Number of subjects at a level, or of all.
    pub fn subjects(&self, level: Option<DoseLevel>) -> usize {
        self.parts.iter().filter(|part| part.is_at(level)).count()
    }

    /// Scales of the grades counted, in the order of [`Scale::ALL`]. Grades of several scales stand side by side in a row of more
    /// than one term; a count of a grade or worse asks each event on its own scale.
    pub fn scales(&self) -> Vec<Scale> {
        let used = |scale: &Scale| self.parts.iter().any(|part| part.scales.contains(scale));
        Scale::ALL.into_iter().filter(used).collect()
    }

    /// Number of subjects whose worst grade is this or worse.
    pub fn subjects_from(&self, grade: Grade, level: Option<DoseLevel>) -> usize {
        let severe = |part: &&Part| part.is_at(level) && part.worst >= Some(grade);
        self.parts.iter().filter(severe).count()
    }

    /// Number of events at a level, or of all.
    pub fn events(&self, level: Option<DoseLevel>) -> usize {
        let at_level = self.parts.iter().filter(|part| part.is_at(level));
        at_level.map(|part| part.events).sum()
    }

    /// Number of occurrences at a level, or of all.
    pub fn occurrences(&self, level: Option<DoseLevel>) -> usize {
        let at_level = self.parts.iter().filter(|part| part.is_at(level));
        at_level.map(|part| part.occurrences).sum()
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct SafetyTable {
    /// Stable name (`overview`, `terms`, `serious`, `non-serious`, `related`).
    pub id: &'static str,
    /// The treatment its events emerged under.
    pub reference: Reference,
    /// Rows.
    pub rows: Vec<Row>,
}

/// All tables with their populations.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables {
    /// Subjects with lymphodepletion, and infused ones.
    pub populations: Vec<Population>,
    /// For each population an overview and the tables by term.
    pub tables: Vec<SafetyTable>,
    /// Events in the tables that have no system organ class.
    pub not_coded: usize,
    /// Events without a system organ class that stand under the category of their CTCAE term.
    pub by_category: usize,
    /// Events in the tables without any recorded relation to what the study does; they count as related.
    pub relation_not_recorded: usize,
}

type Chosen = fn(&SafetyEvent<'_>) -> bool;

/// Rows of the overview.
const OVERVIEW: [(&str, &str, Chosen); 10] = [
    ("any", "Any event", |_| true),
    ("grade-3", "Grade 3 or worse", is_severe),
    ("serious", "Serious", is_serious),
    ("related", "Related to any study procedure or treatment", |event| {
        event.related.study.counts()
    }),
    ("related-cells", "Related to the CAR-T cells", |event| {
        event.related.infusion.counts()
    }),
    (
        "related-grade-3",
        "Related to the CAR-T cells, grade 3 or worse",
        |event| event.related.infusion.counts() && is_severe(event),
    ),
    (
        "related-serious",
        "Related to any study procedure or treatment, serious",
        |event| event.related.study.counts() && is_serious(event),
    ),
    (
        "related-cells-serious",
        "Related to the CAR-T cells, serious",
        |event| event.related.infusion.counts() && is_serious(event),
    ),
    ("interest", "Of special interest", |event| event.interest.is_some()),
    ("fatal", "Leading to death", |event| event.fatal),
];

/// Tables by system organ class and term.
const BY_TERM: [(&str, Chosen); 4] = [
    ("terms", |_| true),
    ("serious", is_serious),
    ("non-serious", |event| !is_serious(event)),
    ("related", |event| event.related.infusion.counts()),
];

fn is_severe(event: &SafetyEvent<'_>) -> bool {
    event.event.grade >= Some(Grade::G3)
}

fn is_serious(event: &SafetyEvent<'_>) -> bool {
    event.serious == Some(true)
}

/// A subject of a table.
struct Counted<'a> {
    facts: &'a Facts<'a>,
    level: DoseLevel,
    events: Vec<SafetyEvent<'a>>,
}

/// Counts every subject assigned to a dose level.
pub fn derive_tables(analysis: &Analysis<'_>) -> Tables {
    let mut subjects: Vec<Counted<'_>> = analysis
        .facts
        .iter()
        .filter_map(|facts| {
            let level = facts.level?;
            let events = derive_events(facts);
            Some(Counted { facts, level, events })
        })
        .collect();
    subjects.sort_by(|one, other| one.facts.subject.id.cmp(&other.facts.subject.id));
    let grouping = stand_in(analysis);
    let mut tables = Tables {
        populations: Vec::new(),
        tables: Vec::new(),
        not_coded: 0,
        by_category: 0,
        relation_not_recorded: 0,
    };
    for reference in Reference::ALL {
        tables.populations.push(population(&subjects, reference));
        let rows = OVERVIEW.iter().map(|(id, label, chosen)| Row {
            id: (*id).to_owned(),
            label: (*label).to_owned(),
            is_term: false,
            parts: parts(&subjects, reference, *chosen),
        });
        tables.tables.push(SafetyTable {
            id: "overview",
            reference,
            rows: rows.collect(),
        });
        for (id, chosen) in BY_TERM {
            tables.tables.push(SafetyTable {
                id,
                reference,
                rows: by_term(&subjects, reference, chosen, grouping),
            });
        }
    }
    let emerged = subjects.iter().flat_map(|subject| &subject.events);
    for event in emerged.filter(|event| Reference::ALL.iter().any(|one| event.emergence(*one).counts())) {
        match (coded(event), grouping.and_then(|version| category(event, version))) {
            (Some(_), _) => {}
            (None, Some(_)) => tables.by_category += 1,
            (None, None) => tables.not_coded += 1,
        }
        tables.relation_not_recorded += usize::from(event.event.causality.strongest().is_none());
    }
    tables
}

fn population(subjects: &[Counted<'_>], reference: Reference) -> Population {
    let treated = subjects.iter().filter_map(|counted| {
        Some(Part {
            subject: counted.facts.subject.id.clone(),
            level: counted.level,
            worst: None,
            events: 0,
            occurrences: 0,
            scales: Vec::new(),
            records: vec![counted.facts.subject.record.clone(), treated(counted.facts, reference)?],
        })
    });
    Population {
        reference,
        subjects: treated.collect(),
    }
}

/// The record that says a subject had the treatment.
fn treated(facts: &Facts<'_>, reference: Reference) -> Option<RecordId> {
    match reference {
        Reference::Lymphodepletion => facts.subject.lymphodepletion.first().map(|dose| dose.record.clone()),
        Reference::Infusion => facts.infusion.map(|infusion| infusion.record.clone()),
    }
}

fn parts(subjects: &[Counted<'_>], reference: Reference, chosen: Chosen) -> Vec<Part> {
    let mut parts = Vec::new();
    for counted in subjects {
        let events = counted
            .events
            .iter()
            .filter(|event| event.emergence(reference).counts() && chosen(event));
        parts.extend(part(counted, &events.collect::<Vec<_>>()));
    }
    parts
}

/// What a subject contributes with these events; nothing without one.
fn part(counted: &Counted<'_>, events: &[&SafetyEvent<'_>]) -> Option<Part> {
    if events.is_empty() {
        return None;
    }
    let mut records: Vec<RecordId> = events.iter().flat_map(|event| event.records.iter().cloned()).collect();
    records.push(counted.facts.subject.record.clone());
    records.sort();
    records.dedup();
    let mut scales = Vec::new();
    for event in events.iter().filter(|event| event.event.grade.is_some()) {
        let scale = scale_of(counted.facts.trial, event.event);
        if !scales.contains(&scale) {
            scales.push(scale);
        }
    }
    Some(Part {
        subject: counted.facts.subject.id.clone(),
        level: counted.level,
        worst: events.iter().filter_map(|event| event.event.grade).max(),
        events: events.len(),
        occurrences: derive_occurrences(events.iter().map(|event| event.event)).len(),
        scales,
        records,
    })
}

/// The CTCAE whose categories stand in for system organ classes; none where a dictionary codes the events, since the two
/// are not to be mixed in a table.
fn stand_in(analysis: &Analysis<'_>) -> Option<Ctcae> {
    match analysis.data.coding {
        Some(_) => None,
        None => Some(analysis.trial.safety.ctcae),
    }
}

/// System organ class of an event; where it is not coded, the category that stands in for it.
fn class<'e>(event: &'e SafetyEvent<'_>, grouping: Option<Ctcae>) -> &'e str {
    let category = || category(event, grouping?);
    coded(event).or_else(category).unwrap_or(NOT_CODED)
}

fn coded<'e>(event: &'e SafetyEvent<'_>) -> Option<&'e str> {
    let coded = event.event.organ_class.as_deref().map(str::trim);
    coded.filter(|class| !class.is_empty())
}

/// The category of the reported term, or of the coded one.
fn category(event: &SafetyEvent<'_>, version: Ctcae) -> Option<&'static str> {
    let dictionary = Dictionary::of(version);
    let coded = event.event.preferred_term.as_deref();
    let names = std::iter::once(event.event.term.as_str()).chain(coded);
    names
        .filter_map(|name| dictionary.find(name))
        .map(|term| term.category)
        .next()
}

/// Rows by system organ class, each followed by its terms: what most subjects had comes first. Capitals do not matter.
fn by_term(subjects: &[Counted<'_>], reference: Reference, chosen: Chosen, grouping: Option<Ctcae>) -> Vec<Row> {
    let mut classes: BTreeMap<String, (Row, BTreeMap<String, Row>)> = BTreeMap::new();
    for counted in subjects {
        let mut own: BTreeMap<String, BTreeMap<String, Vec<&SafetyEvent<'_>>>> = BTreeMap::new();
        let events = counted.events.iter();
        for event in events.filter(|event| event.emergence(reference).counts() && chosen(event)) {
            let terms = own.entry(class(event, grouping).to_lowercase()).or_default();
            terms.entry(event.term().to_lowercase()).or_default().push(event);
        }
        for (key, terms) in own {
            let all: Vec<&SafetyEvent<'_>> = terms.values().flatten().copied().collect();
            let name = all.first().map_or(NOT_CODED, |event| class(event, grouping)).to_owned();
            let (row, rows) = classes
                .entry(key)
                .or_insert_with(|| (blank_row(&name, &name, false), BTreeMap::new()));
            row.parts.extend(part(counted, &all));
            for (key, events) in terms {
                let term = events.first().map_or("", |event| event.term());
                let row = rows.entry(key).or_insert_with(|| blank_row(&name, term, true));
                row.parts.extend(part(counted, &events));
            }
        }
    }
    let mut ordered: Vec<(Row, Vec<Row>)> = classes
        .into_values()
        .map(|(class, terms)| (class, most_first(terms.into_values().collect())))
        .collect();
    ordered.sort_by_key(|(class, _)| rank(class));
    let flat = ordered.into_iter();
    flat.flat_map(|(class, terms)| std::iter::once(class).chain(terms))
        .collect()
}

fn blank_row(class: &str, label: &str, is_term: bool) -> Row {
    Row {
        id: class.to_owned(),
        label: label.to_owned(),
        is_term,
        parts: Vec::new(),
    }
}

fn most_first(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(rank);
    rows
}

/// Order of a row: what is not coded last, then by number of subjects, then by name.
fn rank(row: &Row) -> (bool, std::cmp::Reverse<usize>, String) {
    let last = !row.is_term && row.label == NOT_CODED;
    (last, std::cmp::Reverse(row.subjects(None)), row.label.to_lowercase())
}
