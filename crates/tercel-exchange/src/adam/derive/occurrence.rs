//! Flags of occurrence in `ADAE`: events of special interest by class, the first of them and the one of the highest grade.
//!
//! # What it derives
//! `CQ01NAM` and `CQ02NAM` of the protocol's classes of CRS and ICANS; `AOCCFL`, `AOCCPFL`, `AOCC01FL` and `AOCC02FL`, the first treatment emergent
//! event of all, of its term and of each class; `AOCC03FL` and `AOCC04FL`, the one of the highest grade of each class.
//!
//! # Source
//! Names of ADaM's structure for occurrence data; the classes are those by which [`Trial::scale_of`] grades.
//!
//! # Limits
//! Grades are compared within CRS and within ICANS alone: grades of two scales have no order.

use std::collections::BTreeMap;

use tercel::protocol::Trial;

use super::adae::named;
use super::cells::{CellRow, Cells, flag};
use super::core::fill;
use crate::table::Table;

/// Names of the classes, and the flags of their first event and of the one of the highest grade.
const CLASSES: [(&str, &str, &str, &str); 2] = [
    ("CQ01NAM", "CYTOKINE RELEASE SYNDROME", "AOCC01FL", "AOCC03FL"),
    (
        "CQ02NAM",
        "IMMUNE EFFECTOR CELL-ASSOCIATED NEUROTOXICITY SYNDROME",
        "AOCC02FL",
        "AOCC04FL",
    ),
];

/// An event as far as its order goes.
struct Event {
    subject: String,
    term: String,
    emergent: bool,
    /// Which of the classes it is of.
    classes: [bool; 2],
    grade: Option<u8>,
    /// Day of onset, unknown last, then the number of the record.
    order: (bool, String, u32),
}

/// Adds the flags.
pub(super) fn flag_occurrences(adae: &mut Table, trial: &Trial) {
    let cells = Cells::new(adae);
    let events: Vec<Event> = cells.rows().map(|row| read(row, trial)).collect();
    let any = first(&events, |event| Some(event.subject.clone()));
    let of_term = first(&events, |event| Some(format!("{}/{}", event.subject, event.term)));
    put(adae, "AOCCFL", &any);
    put(adae, "AOCCPFL", &of_term);
    for (at, (name, text, occurred, worst)) in CLASSES.into_iter().enumerate() {
        let is_of = |event: &Event| event.classes.get(at) == Some(&true);
        fill(adae, name, |_, row| {
            events.get(row).filter(|event| is_of(event)).map(|_| text.to_owned())
        });
        let of_class = first(&events, |event| is_of(event).then(|| event.subject.clone()));
        put(adae, occurred, &of_class);
        let mut highest: BTreeMap<&str, u8> = BTreeMap::new();
        for event in events.iter().filter(|event| event.emergent && is_of(event)) {
            let known = highest.entry(&event.subject).or_default();
            *known = (*known).max(event.grade.unwrap_or(0));
        }
        let graded = first(&events, |event| {
            let worst = event.grade.is_some() && event.grade == highest.get(event.subject.as_str()).copied();
            (is_of(event) && worst).then(|| event.subject.clone())
        });
        put(adae, worst, &graded);
    }
}

fn read(row: CellRow<'_>, trial: &Trial) -> Event {
    let (terms, organ_class) = named(row);
    let is_of = |class: &str| {
        let class = trial.event_class(class);
        class.is_some_and(|class| class.holds(&trial.dlt.event_classes, &terms, organ_class) == Some(true))
    };
    let coded = row.text("AEDECOD");
    let term = if coded.is_empty() { row.text("AETERM") } else { coded };
    let day = row.text("ASTDT").to_owned();
    Event {
        subject: row.text("USUBJID").to_owned(),
        term: term.to_uppercase(),
        emergent: row.is("TRTEMFL", "Y"),
        classes: [is_of(&trial.safety.crs_class), is_of(&trial.safety.icans_class)],
        grade: row.text("AETOXGR").parse().ok(),
        order: (day.is_empty(), day, row.text("AESEQ").parse().unwrap_or(u32::MAX)),
    }
}

/// The rows that are the first treatment emergent one of their group; rows in no group are none.
fn first(events: &[Event], group: impl Fn(&Event) -> Option<String>) -> Vec<usize> {
    let mut found: BTreeMap<String, (&Event, usize)> = BTreeMap::new();
    for (row, event) in events.iter().enumerate().filter(|(_, event)| event.emergent) {
        let Some(group) = group(event) else { continue };
        let kept = found.entry(group).or_insert((event, row));
        if event.order < kept.0.order {
            *kept = (event, row);
        }
    }
    found.into_values().map(|(_, row)| row).collect()
}

fn put(adae: &mut Table, name: &str, rows: &[usize]) {
    fill(adae, name, |_, row| Some(flag(rows.contains(&row))));
}
