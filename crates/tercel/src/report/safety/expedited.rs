//! Reports of serious, suspected and unexpected events: to whom, by when, and how they stand.

use super::super::{LevelName, number};
use super::events::{EventLine, EventTable, related, words};
use super::{Told, level_name};
use crate::endpoint::Analysis;
use crate::protocol::{Stage, Trial};
use crate::safety::{Deadline, Expectedness, SafetyEvent, Standing, derive_deadlines, derive_expectedness, is_urgent};

pub(super) fn table(analysis: &Analysis<'_>, told: &[Told<'_>], levels: &[LevelName]) -> EventTable {
    let trial = analysis.trial;
    let mut lines: Vec<((u8, Option<jiff::civil::Date>), EventLine)> = Vec::new();
    for told in told {
        for event in &told.events {
            let deadlines = analysis.cut.map(|cut| derive_deadlines(trial, event.event, cut));
            for deadline in deadlines.into_iter().flatten() {
                let aware = event.event.details.aware;
                let cells = vec![
                    event.term().to_owned(),
                    standing(deadline.standing),
                    addressee(&deadline),
                    deadline
                        .due
                        .map_or_else(|| number::MISSING.to_owned(), |due| due.to_string()),
                    deadline
                        .submitted
                        .map_or_else(|| number::MISSING.to_owned(), |when| when.to_string()),
                    aware.map_or_else(|| "not recorded".to_owned(), |aware| aware.to_string()),
                    why(trial, event),
                ];
                let line = EventLine {
                    subject: told.facts.subject.id.clone(),
                    level: level_name(told.facts, levels),
                    cells,
                    records: vec![event.event.record.clone()],
                };
                lines.push(((rank(deadline.standing), deadline.due), line));
            }
        }
    }
    lines.sort_by_key(|(order, _)| *order);
    EventTable::new(
        "safety_listing_expedited",
        "Expedited reports",
        vec![
            "Event",
            "At the data cut",
            "To",
            "Due",
            "Submitted",
            "Sponsor aware",
            "Why",
        ],
        lines.into_iter().map(|(_, line)| line).collect(),
        if trial.safety.reporting.is_empty() {
            "The protocol names nobody to report to."
        } else {
            "Serious events that are suspected and were not expected, what is overdue first. The day of awareness is day 0; \
             days are calendar days."
        },
    )
}

/// What needs someone comes first.
const fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Overdue(_) => 0,
        Standing::CannotStart => 1,
        Standing::Open(_) => 2,
        Standing::Late(_) => 3,
        Standing::InTime => 4,
    }
}

fn addressee(deadline: &Deadline) -> String {
    let days = number::counted(usize::try_from(deadline.days).unwrap_or(usize::MAX), "day");
    match deadline.stage {
        Stage::Initial => format!("{}, {days}", deadline.authority.name()),
        Stage::Complete => format!("{}, complete, {days}", deadline.authority.name()),
    }
}

fn why(trial: &Trial, event: &SafetyEvent<'_>) -> String {
    let criteria = event.event.details.criteria.met();
    let graded = event
        .event
        .grade
        .map_or_else(|| "not graded".to_owned(), |grade| format!("grade {grade}"));
    let clock = if event.fatal {
        "fatal"
    } else if is_urgent(event.event) {
        "life-threatening"
    } else {
        "other serious"
    };
    let sponsor = event.event.details.sponsor;
    let sponsor = sponsor.map_or_else(String::new, |relation| format!("; sponsor: {}", relation.name()));
    let unexpected = match derive_expectedness(trial, event.event) {
        Expectedness::Expected(version) => format!("expected by {}", version.version),
        Expectedness::Unexpected(version) => format!("not expected by {}", version.version),
        Expectedness::NoReference => "no reference safety information in force".to_owned(),
    };
    format!(
        "{clock} ({graded}; criterion {}); related to: {}{sponsor}; {unexpected}",
        words(&criteria),
        related(event)
    )
}

fn standing(standing: Standing) -> String {
    let days = |days: i32| number::counted(usize::try_from(days).unwrap_or(0), "day");
    match standing {
        Standing::CannotStart => "clock cannot start".to_owned(),
        Standing::Open(left) => format!("open, {} left", days(left)),
        Standing::Overdue(late) => format!("overdue by {}", days(late)),
        Standing::InTime => "in time".to_owned(),
        Standing::Late(late) => format!("late by {}", days(late)),
    }
}
