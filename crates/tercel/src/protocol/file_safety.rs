//! `[[safety.interest]]` of a protocol file.

use super::file_rules::{events, optional_grade};
use super::reader::{Section, check_unique};
use super::{EventClass, Interest};

/// The kinds of event of special interest; a protocol may name none.
pub(super) fn parse_interest(safety: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Vec<Interest>> {
    let sections = safety.sections("interest");
    check_unique(&sections, "id");
    let kinds: Vec<Option<Interest>> = sections.iter().map(|section| parse_kind(section, classes)).collect();
    kinds.into_iter().collect()
}

fn parse_kind(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Interest> {
    let id = section.text("id", "\"crs\"");
    let label = section.text("label", "\"Cytokine release syndrome\"");
    let events = events(section, classes);
    let grade_min = optional_grade(section, "grade_min");
    let present_on_day = section.optional_integer("present_on_day", 1..=365);
    section.finish();
    Some(Interest {
        id: id?,
        label: label?,
        events: events?,
        grade_min,
        present_on_day,
    })
}
