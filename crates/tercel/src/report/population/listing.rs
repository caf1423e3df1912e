//! Listings by subject: what was done and when, supportive treatment, deviations.

use super::super::safety::dated;
use super::super::{EventLine, EventTable, LevelName, number};
use super::summary::CLASSES;
use crate::dlt::{actual_percent, cells_given};
use crate::endpoint::Facts;
use crate::study::MedicationClass;

pub(super) fn conduct(facts: &[&Facts<'_>], levels: &[LevelName]) -> EventTable {
    let lines = facts.iter().map(|facts| one(facts, levels)).collect();
    EventTable::new(
        "population_conduct",
        "Conduct of each subject",
        vec![
            "Consent",
            "Collection",
            "Lymphodepletion",
            "Infusion",
            "Cells infused",
            "% of dose",
            "Latest contact",
            "End of study",
        ],
        lines,
        "Dates as entered; days count from infusion. The records are those of the dates.",
    )
}

fn one(facts: &Facts<'_>, levels: &[LevelName]) -> EventLine {
    let subject = facts.subject;
    let missing = || number::MISSING.to_owned();
    let consent = subject.consent.first();
    let depletion = subject.lymphodepletion.first();
    let contact = subject.contacts.iter().max_by_key(|contact| contact.when.order());
    let end = subject
        .dispositions
        .iter()
        .max_by_key(|left| left.when.map(crate::study::When::order));
    let records = [
        Some(&subject.record),
        consent.map(|consent| &consent.record),
        facts.collection.map(|collection| &collection.record),
        depletion.map(|dose| &dose.record),
        facts.infusion.map(|infusion| &infusion.record),
        contact.map(|contact| &contact.record),
        end.map(|left| &left.record),
    ];
    let records = records.into_iter().flatten().cloned().collect();
    let cells = vec![
        consent
            .and_then(|consent| consent.when)
            .map_or_else(missing, |when| when.to_string()),
        facts
            .collection
            .map_or_else(missing, |collection| dated(facts, collection.start)),
        depletion.map_or_else(missing, |dose| dated(facts, dose.start)),
        facts
            .infusion
            .map_or_else(missing, |infusion| infusion.when.to_string()),
        facts
            .infusion
            .and_then(|infusion| cells_given(facts.subject, infusion))
            .map_or_else(missing, |cells| number::raise(&cells.to_string())),
        facts
            .infusion
            .and_then(|infusion| actual_percent(facts.trial, subject, infusion))
            .map_or_else(missing, |percent| format!("{percent:.1}")),
        contact.map_or_else(missing, |contact| dated(facts, contact.when)),
        end.map_or_else(
            || "in follow-up".to_owned(),
            |left| match left.when {
                Some(when) => format!("{} on {}", left.term, dated(facts, when)),
                None => left.term.clone(),
            },
        ),
    ];
    EventLine::of(facts, levels, cells, records)
}

/// Treatment of toxicity, transfusions, bridging and new therapy; other medication stands in the data.
pub(super) fn supportive(facts: &[&Facts<'_>], levels: &[LevelName]) -> EventTable {
    let mut lines = Vec::new();
    for facts in facts {
        for medication in facts
            .subject
            .medications
            .iter()
            .filter(|one| one.class != MedicationClass::Other)
        {
            let class = CLASSES.iter().find(|(class, _)| *class == medication.class);
            let when = |when: Option<crate::study::When>| {
                when.map_or_else(|| number::MISSING.to_owned(), |when| dated(facts, when))
            };
            let cells = vec![
                class.map_or_else(String::new, |(_, label)| (*label).to_owned()),
                medication.name.clone(),
                when(medication.start),
                when(medication.end),
            ];
            lines.push(EventLine::of(facts, levels, cells, vec![medication.record.clone()]));
        }
    }
    EventTable::new(
        "population_supportive",
        "Supportive treatment, bridging and new therapy",
        vec!["Class", "Name", "From", "To"],
        lines,
        "Every record of these classes; days count from infusion.",
    )
}

pub(super) fn deviations(facts: &[&Facts<'_>], levels: &[LevelName]) -> EventTable {
    let mut lines = Vec::new();
    for facts in facts {
        for deviation in &facts.subject.deviations {
            let when = deviation
                .when
                .map_or_else(|| number::MISSING.to_owned(), |when| dated(facts, when));
            lines.push(EventLine::of(
                facts,
                levels,
                vec![when, deviation.term.clone()],
                vec![deviation.record.clone()],
            ));
        }
    }
    EventTable::new(
        "population_deviations",
        "Protocol deviations",
        vec!["When", "Deviation"],
        lines,
        "As recorded; days count from infusion.",
    )
}
