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
use crate::grade::{Grade, Scale};
use crate::study::{AdverseEvent, RecordId, Syndrome};

pub(super) const METHOD: Method = Method {
    name: "crs-icans",
    components: &["crs", "icans"],
    at_time_points: false,
    needs: None,
    references: &["lee2019astct"],
    settings: &["safety.scale", "event_class", "windows.ae_months", "estimation.level"],
    statistic: Statistic::Count,
    unit: |_, _| "subjects".to_owned(),
    records: "CRS or ICANS",
    datasets: &["AE"],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let syndrome = match question.component {
        Some("icans") => Syndrome::Icans,
        _ => Syndrome::Crs,
    };
    let (Some(occurred), Some(window)) = (occurred(facts, syndrome), &facts.ae_window) else {
        return Part::out(NOT_INFUSED);
    };
    let records = [window.records.clone(), occurred.records].concat();
    if !occurred.any {
        return Part::new(Reading::No, "none", records);
    }
    let worst = occurred.worst.map_or_else(
        || "not graded".to_owned(),
        |grade| format!("worst {} grade {grade}", Scale::Astct2019),
    );
    Part::new(Reading::Yes, worst, records)
}

/// What of a syndrome occurred in the adverse-event window after infusion.
pub(crate) struct Occurred {
    /// Whether an event or a finding of grade 1 or more shows it.
    pub(crate) any: bool,
    /// Worst grade, recorded or found; `None` without one.
    pub(crate) worst: Option<u8>,
    /// Events and findings.
    records: Vec<RecordId>,
}

/// Events and findings of a syndrome; `None` without infusion.
pub(crate) fn occurred(facts: &Facts<'_>, syndrome: Syndrome) -> Option<Occurred> {
    let (day0, window) = (facts.day0?, facts.ae_window.as_ref()?);
    let trial = facts.trial;
    let class = match syndrome {
        Syndrome::Crs => &trial.safety.crs_class,
        Syndrome::Icans => &trial.safety.icans_class,
    };
    let of_class = |event: &&AdverseEvent| is_in_class(trial, class, event) && in_window(event, day0, window.to);
    let events: Vec<&AdverseEvent> = facts.subject.adverse_events.iter().filter(of_class).collect();
    let findings = facts.toxicity_grades(syndrome);
    let graded = findings
        .iter()
        .filter(|finding| finding.when.date.latest() >= day0 && finding.when.date.earliest() <= window.to);
    let graded: Vec<u8> = graded
        .filter_map(|finding| finding.worst().filter(|grade| *grade >= 1))
        .collect();
    let mut records: Vec<RecordId> = events.iter().map(|event| event.record.clone()).collect();
    // One assessment bears on the next: an episode that fever opened stays open without it.
    records.extend(findings.iter().flat_map(|finding| finding.records.iter().cloned()));
    let recorded = events.iter().filter_map(|event| event.grade.map(Grade::number));
    Some(Occurred {
        any: !events.is_empty() || !graded.is_empty(),
        worst: recorded.chain(graded.iter().copied()).max(),
        records,
    })
}
