//! A paragraph for each subject with a serious event, a death, a DLT, or an event of special interest of grade 3 or worse,
//! put together from its records in plain sentences.

use super::super::{LevelName, number};
use super::events::{duration, grade, onset, related, standing, treatments};
use super::{Told, dated, shown_of};
use crate::dlt::{Status, cells_given};
use crate::endpoint::Facts;
use crate::grade::Grade;
use crate::safety::SafetyEvent;
use crate::study::{RecordId, Sex, SubjectId};

/// What happened to one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Narrative {
    /// Subject.
    pub subject: SubjectId,
    /// Why it is told: `serious event, DLT`.
    pub because: String,
    /// The sentences.
    pub text: String,
    /// Records they rest on.
    pub records: Vec<RecordId>,
}

/// Narratives in order of subject, and the number of all; of very many the first.
pub(super) fn narratives(told: &[Told<'_>], levels: &[LevelName]) -> (Vec<Narrative>, usize) {
    let mut narratives: Vec<Narrative> = told.iter().filter_map(|told| narrative(told, levels)).collect();
    let total = narratives.len();
    narratives.truncate(shown_of(total));
    (narratives, total)
}

fn narrative(told: &Told<'_>, levels: &[LevelName]) -> Option<Narrative> {
    let facts = told.facts;
    let limiting = facts.dlt.as_ref().filter(|verdict| verdict.status == Status::Dlt);
    let is_limiting = |event: &SafetyEvent<'_>| {
        let met = limiting.into_iter().flat_map(|verdict| &verdict.met);
        met.flat_map(|ground| &ground.records)
            .any(|record| *record == event.event.record)
    };
    let grave = |event: &&SafetyEvent<'_>| event.interest.is_some() && event.event.grade >= Some(Grade::G3);
    let mut reasons = Vec::new();
    if told.events.iter().any(|event| event.serious == Some(true)) {
        reasons.push("serious event");
    }
    if facts.subject.is_dead() {
        reasons.push("death");
    }
    if limiting.is_some() {
        reasons.push("DLT");
    }
    if told.events.iter().any(|event| grave(&event)) {
        reasons.push("event of special interest of grade 3 or worse");
    }
    if reasons.is_empty() {
        return None;
    }
    let mut chosen: Vec<&SafetyEvent<'_>> = told
        .events
        .iter()
        .filter(|event| event.serious == Some(true) || event.fatal || grave(event) || is_limiting(event))
        .collect();
    chosen.sort_by_key(|event| {
        (
            event.event.start.is_none(),
            event.event.start.map(crate::study::When::order),
        )
    });
    let mut records = vec![facts.subject.record.clone()];
    let mut sentences = vec![who(facts, levels), treated(facts, &mut records)];
    sentences.extend(chosen.iter().map(|event| happened(facts, event, &mut records)));
    if let Some(verdict) = &facts.dlt {
        sentences.push(format!("DLT verdict: {}.", verdict.sentence()));
        records.extend(verdict.met.iter().flat_map(|ground| ground.records.iter().cloned()));
    }
    sentences.push(ended(facts, &mut records));
    records.sort();
    records.dedup();
    Some(Narrative {
        subject: facts.subject.id.clone(),
        because: reasons.join(", "),
        text: sentences.join(" "),
        records,
    })
}

fn who(facts: &Facts<'_>, levels: &[LevelName]) -> String {
    let subject = facts.subject;
    let sex = match subject.sex {
        Some(Sex::Female) => "woman",
        Some(Sex::Male) => "man",
        None => "subject whose sex is not recorded",
    };
    let age = subject.age.map_or_else(
        || "of an age not recorded".to_owned(),
        |age| format!("aged {age} years"),
    );
    let name = levels.iter().find(|name| Some(name.level) == facts.level);
    let level = name.map_or_else(
        || match facts.never_enrolled() {
            Some(ended) => format!("who {ended}"),
            None => "assigned to no dose level".to_owned(),
        },
        |name| format!("assigned to the {} ({})", lower(&name.label), name.dose),
    );
    format!("A {sex} {age}, {level}.")
}

/// A label within a sentence: its first letter small unless the word is an abbreviation.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    let (first, second) = (letters.next(), letters.next());
    match (first, second) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            let rest = label.get(first.len_utf8()..).unwrap_or_default();
            first.to_lowercase().collect::<String>() + rest
        }
        _ => label.to_owned(),
    }
}

fn treated(facts: &Facts<'_>, records: &mut Vec<RecordId>) -> String {
    let mut parts = Vec::new();
    if let Some(collection) = facts.collection {
        records.push(collection.record.clone());
        parts.push(format!("PBMC were collected on {}", dated(facts, collection.start)));
    }
    if let Some(dose) = facts.subject.lymphodepletion.first() {
        records.push(dose.record.clone());
        parts.push(format!("lymphodepletion began on {}", dated(facts, dose.start)));
    }
    parts.push(match facts.infusion {
        Some(infusion) => {
            records.push(infusion.record.clone());
            let cells = cells_given(facts.subject, infusion).map_or_else(
                || "a number of cells not recorded".to_owned(),
                |cells| number::raise(&cells.to_string()),
            );
            format!("{cells} were infused on {}", infusion.when)
        }
        None => "no CAR-T cells were infused".to_owned(),
    });
    let text = parts.join(", ");
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

fn happened(facts: &Facts<'_>, event: &SafetyEvent<'_>, records: &mut Vec<RecordId>) -> String {
    records.extend(event.records.iter().cloned());
    let own = event.event;
    let graded = own.grade.map_or_else(
        || "without a grade".to_owned(),
        |_| format!("of grade {}", grade(facts, own)),
    );
    let serious = match (event.serious, own.details.criteria.met()) {
        (Some(true), met) if met.is_empty() => "serious",
        (Some(true), met) => &format!("serious ({})", met.join(", ")),
        (Some(false), _) => "not serious",
        (None, _) => "of seriousness not recorded",
    };
    let given = treatments(facts, own);
    records.extend(given.iter().map(|medication| medication.record.clone()));
    let given: Vec<String> = given
        .iter()
        .map(|medication| {
            let from = medication
                .start
                .map_or_else(String::new, |start| format!(" on {}", dated(facts, start)));
            format!("{}{from}", medication.name)
        })
        .collect();
    let given = if given.is_empty() {
        String::new()
    } else {
        format!(" Begun in its course: {}.", given.join(", "))
    };
    format!(
        "{} {graded}, onset {}: {serious}; related to: {}; duration: {}; outcome: {}.{given}",
        event.term(),
        onset(facts, own),
        related(event),
        duration(facts, own),
        standing(own)
    )
}

fn ended(facts: &Facts<'_>, records: &mut Vec<RecordId>) -> String {
    if let Some((when, record)) = facts.subject.died() {
        records.push(record.clone());
        return format!("Died on {}.", dated(facts, when));
    }
    if let Some(record) = facts.subject.death_record() {
        records.push(record.clone());
        return "Died; the day is not recorded.".to_owned();
    }
    match facts.last_seen() {
        Some((day, record)) => {
            records.push(record.clone());
            format!("Last seen on {}.", dated(facts, crate::study::When::on(day)))
        }
        None => "When the subject was last seen is not recorded.".to_owned(),
    }
}
