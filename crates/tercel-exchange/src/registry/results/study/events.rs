//! Adverse events by the tables of the report: serious ones, and the others above the threshold.
//!
//! Counted are events that emerged under treatment, from lymphodepletion on where the study has it, otherwise from the
//! infusion on; deaths are those of everybody in the data. A term whose event is recorded as neither serious nor not
//! stands with the others.

use tercel::endpoint::Analysis;
use tercel::protocol::DoseLevel;
use tercel::safety::{Population, Reference, Row, SafetyTable, Tables};

use super::super::{EventCount, EventGroup, EventRow, ReportedEvents};
use super::{ResultsOptions, everybody, level_group, level_id};

/// What stands in the tables for the group of events without a system organ class.
const NOT_CODED: &str = "Not coded";

/// The events; `None` where the source has none that are dated.
pub(super) fn events(analysis: &Analysis<'_>, tables: &Tables, options: ResultsOptions) -> Option<ReportedEvents> {
    if !analysis.data.dated || !analysis.data.holds("AE") {
        return None;
    }
    let population = tables.populations.iter().find(|one| !one.subjects.is_empty())?;
    let reference = population.reference;
    let levels: Vec<Option<DoseLevel>> = analysis.trial.dose_levels.levels().map(Some).chain([None]).collect();
    let rows = |id: &str| {
        let of = |table: &&SafetyTable| table.id == id && table.reference == reference;
        let table = tables.tables.iter().find(of);
        table.map_or(&[][..], |table| table.rows.as_slice())
    };
    let serious: Vec<&Row> = rows("serious").iter().filter(|row| row.is_term).collect();
    let above = |row: &&Row| row.is_term && levels.iter().any(|level| exceeds(row, population, *level, options));
    let others: Vec<&Row> = rows("non-serious").iter().filter(above).collect();
    let groups = levels.iter().map(|level| {
        let facts = analysis
            .enrolled()
            .filter(|facts| level.is_none() || facts.level == *level);
        let at_risk = population.count(*level).to_string();
        EventGroup {
            group: level.map_or_else(everybody, |level| level_group(analysis.trial, level)),
            deaths: Some(
                facts
                    .clone()
                    .filter(|facts| facts.subject.is_dead())
                    .count()
                    .to_string(),
            ),
            deaths_at_risk: Some(facts.count().to_string()),
            serious: Some(affected(&serious, *level).to_string()),
            serious_at_risk: Some(at_risk.clone()),
            others: Some(affected(&others, *level).to_string()),
            others_at_risk: Some(at_risk),
        }
    });
    let event = |row: &&Row| event_row(row, population, &levels);
    Some(ReportedEvents {
        mortality_comment: None,
        assessment: Some("Systematic Assessment".to_owned()),
        threshold: Some(threshold(options)),
        time_frame: Some(time_frame(analysis, reference)),
        notes: Some(notes(analysis, tables)),
        vocabulary: Some(vocabulary(analysis, tables)),
        groups: groups.collect(),
        serious: serious.iter().map(event).collect(),
        others: others.iter().map(event).collect(),
    })
}

fn threshold(options: ResultsOptions) -> String {
    options.threshold_percent.to_string()
}

fn exceeds(row: &Row, population: &Population, level: Option<DoseLevel>, options: ResultsOptions) -> bool {
    let (affected, of) = (row.subjects(level), population.count(level));
    of > 0 && 100.0 * affected as f64 > options.threshold_percent * of as f64
}

/// Subjects at a level with any of the rows.
fn affected(rows: &[&Row], level: Option<DoseLevel>) -> usize {
    let parts = rows.iter().flat_map(|row| &row.parts);
    let mut subjects: Vec<_> = parts
        .filter(|part| level.is_none_or(|level| level == part.level))
        .map(|part| &part.subject)
        .collect();
    subjects.sort();
    subjects.dedup();
    subjects.len()
}

fn event_row(row: &Row, population: &Population, levels: &[Option<DoseLevel>]) -> EventRow {
    let counts = levels.iter().map(|level| EventCount {
        group: level_id(*level),
        events: Some(row.occurrences(*level).to_string()),
        affected: Some(row.subjects(*level).to_string()),
        at_risk: Some(population.count(*level).to_string()),
    });
    let coded = row.id != NOT_CODED;
    EventRow {
        term: row.label.clone(),
        organ_class: coded.then(|| row.id.clone()),
        notes: (!coded).then(|| "Not coded".to_owned()),
        counts: counts.collect(),
        ..EventRow::default()
    }
}

fn time_frame(analysis: &Analysis<'_>, reference: Reference) -> String {
    let from = match reference {
        Reference::Lymphodepletion => "the first dose of lymphodepletion",
        Reference::Infusion => "the infusion of CAR-T cells",
    };
    let to = analysis
        .cut
        .map_or_else(|| "the data cut".to_owned(), |cut| format!("the data cut, {cut}"));
    format!("Events from {from} on; deaths from enrolment on; both up to {to}")
}

fn notes(analysis: &Analysis<'_>, tables: &Tables) -> String {
    let unknown = analysis.facts.iter().flat_map(|facts| &facts.subject.adverse_events);
    let unknown = unknown.filter(|event| event.serious.is_none()).count();
    let mut notes = vec![
        "An event counts if it began under treatment, may have begun under it, or became worse under it. Each participant \
         counts once in a row. An event whose grade changes from day to day is one event."
            .to_owned(),
    ];
    if unknown > 0 {
        notes.push(format!(
            "Of {unknown} events it is not recorded whether they were serious; they stand with the others."
        ));
    }
    if tables.not_coded > 0 {
        notes.push(format!("{} events have no system organ class.", tables.not_coded));
    }
    notes.join(" ")
}

/// The dictionary of the classes.
fn vocabulary(analysis: &Analysis<'_>, tables: &Tables) -> String {
    match &analysis.data.coding {
        Some(coding) => format!("MedDRA {}", coding.release.version),
        None if tables.by_category > 0 => format!("MedDRA and CTCAE {}", analysis.trial.safety.ctcae.number()),
        None => "MedDRA".to_owned(),
    }
}
