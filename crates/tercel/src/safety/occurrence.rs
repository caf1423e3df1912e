//! Records of adverse events that are one occurrence of an event.

use crate::coding::fold;
use crate::study::{AdverseEvent, When, days_between};

/// Puts together the records of a subject that are one occurrence: the same coded term, each from no later than the day after
/// the one before ended. Where the grade rises or falls, every grade has a record of its own with its dates; an event that
/// comes again after a day without it is another occurrence. In order of onset, each in order of time.
pub fn derive_occurrences<'a>(events: impl IntoIterator<Item = &'a AdverseEvent>) -> Vec<Vec<&'a AdverseEvent>> {
    let mut events: Vec<&AdverseEvent> = events.into_iter().collect();
    events.sort_by_key(|event| (event.start.map(When::order), event.record.number));
    let mut occurrences: Vec<Vec<&AdverseEvent>> = Vec::new();
    for event in events {
        let goes_on = |records: &&mut Vec<&AdverseEvent>| records.last().is_some_and(|last| goes_on_in(last, event));
        match occurrences.iter_mut().find(goes_on) {
            Some(records) => records.push(event),
            None => occurrences.push(vec![event]),
        }
    }
    occurrences
}

fn goes_on_in(last: &AdverseEvent, next: &AdverseEvent) -> bool {
    let days = || Some((last.start?.day()?, last.end?.day()?, next.start?.day()?));
    let follows = days().is_some_and(|(began, ended, begins)| begins >= began && days_between(ended, begins) <= 1);
    follows && term_of(last) == term_of(next)
}

fn term_of(event: &AdverseEvent) -> String {
    let coded = event.preferred_term.as_deref().filter(|term| !term.trim().is_empty());
    fold(coded.unwrap_or(&event.term))
}
