//! Subjects with cytokine release syndrome, and with neurotoxicity.
//!
//! # What it derives
//! The number of infused subjects with CRS (component `crs`) or ICANS (`icans`) of grade 1 or more.
//!
//! # Source
//! The registry record (P3); `lee2019astct`.
//!
//! # Formula
//! Counted: an adverse event of the protocol's class with onset at or after infusion in the adverse-event window, or an ASTCT grade of 1 or more in the findings of the same period.
//!
//! # Example
//! A subject with fever graded 1 on day 2 and no event record is counted, and the missing event is a finding.
//!
//! # Limits
//! An event of the class before infusion is impossible; it is a finding and not counted.

use super::adverse_events::in_window;
use super::{Facts, Method, NOT_INFUSED, Part, Question, Reading, Statistic};
use crate::dlt::is_in_class;
use crate::study::{AdverseEvent, RecordId, Toxicity};

pub(super) const METHOD: Method = Method {
    name: "crs-icans",
    components: &["crs", "icans"],
    at_time_points: false,
    needs: None,
    settings: &["safety.scale", "windows.ae_months", "estimation.level"],
    statistic: Statistic::Count,
    unit: |_, _| "subjects".to_owned(),
    records: "CRS or ICANS",
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let (Some(day0), Some(window)) = (facts.day0, &facts.ae_window) else {
        return Part::out(NOT_INFUSED);
    };
    let trial = facts.trial;
    let (class, toxicity) = match question.component {
        Some("icans") => (&trial.safety.icans_class, Toxicity::Icans),
        _ => (&trial.safety.crs_class, Toxicity::Crs),
    };
    let class = trial.event_class(class);
    let of_class = |event: &&AdverseEvent| {
        class.is_some_and(|class| is_in_class(trial, class, event)) && in_window(event, day0, window.to)
    };
    let events: Vec<&AdverseEvent> = facts.subject.adverse_events.iter().filter(of_class).collect();
    let findings = facts.toxicity_grades(toxicity);
    let graded = findings
        .iter()
        .filter(|(when, grade, _)| *grade >= 1 && when.date.latest() >= day0 && when.date.earliest() <= window.to);
    let graded: Vec<(u8, &[RecordId])> = graded.map(|(_, grade, records)| (*grade, records.as_slice())).collect();
    let mut records = window.records.clone();
    records.extend(events.iter().map(|event| event.record.clone()));
    records.extend(graded.iter().flat_map(|(_, records)| records.iter().cloned()));
    if events.is_empty() && graded.is_empty() {
        return Part::new(Reading::No, "none", records);
    }
    let recorded = events
        .iter()
        .filter_map(|event| event.grade.map(crate::grade::Grade::number));
    let worst = recorded.chain(graded.iter().map(|(grade, _)| *grade)).max();
    let worst = worst.map_or_else(|| "not graded".to_owned(), |grade| grade.to_string());
    Part::new(Reading::Yes, format!("worst grade {worst}"), records)
}
