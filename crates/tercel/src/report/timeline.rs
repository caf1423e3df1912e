//! The dose escalation in calendar time as data: who was infused when, at which level, until when DLTs count.

use jiff::civil::Date;

use super::{BoardMark, BoardSubject, LevelName, board, number};
use crate::endpoint::Analysis;
use crate::protocol::DoseLevel;
use crate::study::days_between;

/// Most subjects drawn.
pub const TIMELINE_LIMIT: usize = 60;

/// Most ticks on the axis of dates.
const MOST_TICKS: usize = 8;

/// Months between ticks that a reader can follow.
const STEPS: [u32; 7] = [1, 2, 3, 6, 12, 24, 60];

/// Infusions in calendar time.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Subjects in order of infusion; at most [`TIMELINE_LIMIT`].
    pub marks: Vec<TimelineMark>,
    /// Number of all subjects infused on a known day.
    pub subjects: usize,
    /// First day of the axis.
    pub start: Option<Date>,
    /// Last day of the axis, in days from the first.
    pub days: f64,
    /// Ticks: days from the first, and the date.
    pub ticks: Vec<(f64, String)>,
    /// The data cut in days from the first, and as text, where it is on the axis.
    pub cut: Option<(f64, String)>,
    /// The figure in a sentence; where there is no mark, why.
    pub description: String,
}

/// One infused subject.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineMark {
    /// Subject with its DLT status.
    pub subject: BoardSubject,
    /// Dose level.
    pub level: DoseLevel,
    /// Place in the order of infusion, from 1.
    pub order: usize,
    /// Day of infusion in days from the first day of the axis.
    pub day: f64,
    /// Last day of the DLT window in days from the first day of the axis.
    pub window_end: f64,
    /// All of it in a sentence.
    pub hint: String,
}

pub(super) fn timeline(analysis: &Analysis<'_>, levels: &[LevelName]) -> Timeline {
    let mut infused: Vec<(DoseLevel, BoardSubject, Option<Date>)> = analysis
        .facts
        .iter()
        .filter_map(|facts| {
            let window = facts.dlt.as_ref().and_then(|verdict| verdict.window);
            Some((facts.level?, board::subject(facts)?, window.map(|window| window.last)))
        })
        .collect();
    infused.sort_by(|(_, one, _), (_, other, _)| (one.infused, &one.subject).cmp(&(other.infused, &other.subject)));
    let subjects = infused.len();
    let complete = subjects <= TIMELINE_LIMIT;
    infused.truncate(TIMELINE_LIMIT);
    let Some(start) = infused.first().map(|(_, subject, _)| subject.infused.first_of_month()) else {
        return nothing(analysis);
    };
    let from_start = |day: Date| f64::from(days_between(start, day));
    let marks: Vec<TimelineMark> = infused
        .into_iter()
        .enumerate()
        .map(|(place, (level, subject, window))| {
            let last = window.unwrap_or(subject.infused).max(subject.infused);
            let label = levels.iter().find(|name| name.level == level);
            let label = label.map_or_else(String::new, |name| format!(" ({})", name.label));
            TimelineMark {
                hint: format!(
                    "{}, number {} infused, {} at dose level {level}{label}: {}; DLT window to {last}",
                    subject.subject,
                    place + 1,
                    subject.infused,
                    subject.sentence
                ),
                level,
                order: place + 1,
                day: from_start(subject.infused),
                window_end: from_start(last),
                subject,
            }
        })
        .collect();
    let last = marks.iter().map(|mark| mark.window_end).fold(1.0, f64::max);
    // The cut belongs on the axis where the last infusions are drawn; long after them it would squeeze the escalation.
    let cut = analysis
        .cut
        .filter(|_| complete)
        .map(|cut| (from_start(cut), format!("data cut {cut}")));
    let cut = cut.filter(|(day, _)| *day >= 0.0 && *day <= 2.0 * last);
    let days = cut.as_ref().map_or(last, |(day, _)| last.max(*day));
    Timeline {
        description: description(&marks, levels),
        marks,
        subjects,
        start: Some(start),
        days,
        ticks: ticks(start, days),
        cut,
    }
}

fn nothing(analysis: &Analysis<'_>) -> Timeline {
    let description = if analysis.cut.is_none() {
        "The data carry no dates, so no infusion can be placed in time."
    } else {
        "No subject was infused on a known day."
    };
    Timeline {
        marks: Vec::new(),
        subjects: 0,
        start: None,
        days: 0.0,
        ticks: Vec::new(),
        cut: None,
        description: description.to_owned(),
    }
}

/// The first days of months, a readable number of them.
fn ticks(start: Date, days: f64) -> Vec<(f64, String)> {
    let at = |step: u32| -> Vec<(f64, String)> {
        (0..)
            .map(|place: u32| crate::endpoint::add_months(start, place.saturating_mul(step)))
            .map(|day| (f64::from(days_between(start, day)), day.strftime("%Y-%m").to_string()))
            .take_while(|(day, _)| *day <= days)
            .take(MOST_TICKS + 1)
            .collect()
    };
    let fits = STEPS.into_iter().map(at).find(|ticks| ticks.len() <= MOST_TICKS);
    fits.unwrap_or_else(|| at(120))
}

fn description(marks: &[TimelineMark], levels: &[LevelName]) -> String {
    let each = levels.iter().filter_map(|name| {
        let here: Vec<&TimelineMark> = marks.iter().filter(|mark| mark.level == name.level).collect();
        let (first, last) = (here.first()?, here.last()?);
        let dlt = here.iter().filter(|mark| mark.subject.mark == BoardMark::Dlt).count();
        Some(format!(
            "{}: {} infused from {} to {}, {dlt} with DLT.",
            name.label,
            number::counted(here.len(), "subject"),
            first.subject.infused,
            last.subject.infused
        ))
    });
    each.collect::<Vec<_>>().join(" ")
}
