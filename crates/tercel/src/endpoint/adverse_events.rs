//! Subjects with treatment-associated adverse events, and with serious ones.
//!
//! # What it derives
//! The number of subjects with at least one such event in the adverse-event window; components `ae` and `sae`.
//!
//! # Source
//! The registry record (P2); `docs/methods.md`, "Adverse-event window".
//!
//! # Formula
//! Counted: the possible onset interval meets the window, and the strongest relation to collection, bridging, lymphodepletion or infusion reaches the protocol's least relatedness; an event without any recorded relation counts. `sae` asks for serious = yes as well. Denominator: subjects with PBMC collection or infusion.
//!
//! # Example
//! An event with onset `2025-03` counts in a window from 2025-03-20 on: a partial date can be inside.
//!
//! # Limits
//! Seriousness that is not recorded is a finding, and does not make an event serious.

use super::{Facts, Method, Part, Question, Reading, Statistic};
use crate::dlt::scale_of;
use crate::grade::Scale;
use crate::protocol::Trial;
use crate::study::AdverseEvent;

pub(super) const METHOD: Method = Method {
    name: "adverse-events",
    components: &["ae", "sae"],
    at_time_points: false,
    needs: None,
    references: &["ctcae5"],
    settings: &[
        "safety.relatedness",
        "windows.ae_months",
        "windows.uninfused_end",
        "windows.ae_days_uninfused",
        "estimation.level",
    ],
    statistic: Statistic::Count,
    unit: |_, _| "subjects".to_owned(),
    records: "adverse events",
    datasets: &["AE"],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    if facts.collection.is_none() && facts.day0.is_none() {
        return Part::out("no PBMC collection");
    }
    let Some(window) = &facts.ae_window else {
        return Part::out("no PBMC collection");
    };
    let serious = question.component == Some("sae");
    let counted: Vec<&AdverseEvent> = associated(facts)
        .filter(|event| !serious || event.serious == Some(true))
        .collect();
    let mut records = window.records.clone();
    records.extend(counted.iter().map(|event| event.record.clone()));
    if counted.is_empty() {
        return Part::new(
            Reading::No,
            format!("none from {} to {}", window.from, window.to),
            records,
        );
    }
    let worst = worst_by_scale(facts.trial, &counted);
    let noun = if counted.len() == 1 { "event" } else { "events" };
    Part::new(Reading::Yes, format!("{} {noun}, {worst}", counted.len()), records)
}

/// The worst grade on each scale: grades of different scales do not compare.
fn worst_by_scale(trial: &Trial, events: &[&AdverseEvent]) -> String {
    let on = |scale: Scale| {
        let of_scale = events.iter().filter(|event| scale_of(trial, event) == scale);
        let worst = of_scale.filter_map(|event| event.grade).max()?;
        Some(format!("worst {scale} grade {worst}"))
    };
    let worst: Vec<String> = Scale::ALL.into_iter().filter_map(on).collect();
    if worst.is_empty() {
        "not graded".to_owned()
    } else {
        worst.join(", ")
    }
}

/// The events of a subject that count: in its window, with a relation the protocol asks for or none recorded.
pub fn associated<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = &'f AdverseEvent> {
    let least = facts.trial.safety.relatedness;
    let related = move |event: &&AdverseEvent| event.causality.strongest().is_none_or(|relation| relation >= least);
    let events = facts.ae_window.iter().flat_map(|window| {
        let events = facts.subject.adverse_events.iter();
        events.filter(|event| in_window(event, window.from, window.to))
    });
    events.filter(related)
}

/// Whether the event may have begun within the window: by the end of its onset date, and no later than it ended.
pub(super) fn in_window(event: &AdverseEvent, from: jiff::civil::Date, to: jiff::civil::Date) -> bool {
    match event.start {
        Some(start) => {
            let (first, last) = (start.date.earliest(), start.date.latest());
            let ended = event.end.map(|end| end.date.latest()).filter(|end| *end >= first);
            ended.map_or(last, |end| end.min(last)) >= from && first <= to
        }
        None => event.end.is_none_or(|end| end.date.latest() >= from),
    }
}
