//! The best response of each subject, and every assessment, by each criteria.

use jiff::civil::Date;

use super::super::{EventLine, EventTable, LevelName, number};
use super::ReadBy;
use crate::endpoint::{Facts, Point, Tumour};
use crate::response::irecist::spell_best;
use crate::response::{Bor, Immune};
use crate::study::days_between;

pub(super) fn subjects(facts: &[&Facts<'_>], levels: &[LevelName], readings: &[ReadBy<'_>]) -> EventTable {
    let lines = facts.iter().map(|facts| {
        let tumour = &facts.tumour;
        let best = tumour.best;
        let day = |day: Option<i32>| day.map_or_else(|| number::MISSING.to_owned(), |day| format!("day {day}"));
        let response = best.and_then(|best| best.confirmed_response);
        let change = facts
            .assessments_on_treatment()
            .filter_map(|point| tumour.change(point))
            .min_by(f64::total_cmp);
        let awaiting = best.and_then(|best| best.awaiting_confirmation);
        let others = readings.iter().skip(1).map(|reading| {
            let found = reading
                .of
                .get(&facts.subject.id)
                .and_then(|tumour| Some((tumour.best?, tumour)));
            let text = found.map(|(best, tumour)| format!("{} ({})", spell(tumour, best.confirmed), reading.label));
            text.unwrap_or_default()
        });
        let others: Vec<String> = others.filter(|text| !text.is_empty()).collect();
        let cells = vec![
            best.map_or_else(String::new, |best| spell(tumour, best.confirmed)),
            best.map_or_else(String::new, |best| spell(tumour, best.unconfirmed)),
            day(best.and_then(|best| best.first_response_day)),
            match (response, awaiting) {
                (Some(response), _) => format!("day {} by {}", response.confirmed_on, response.confirmed_by),
                (None, Some(day)) => format!("that of day {day} awaits it"),
                (None, None) => number::MISSING.to_owned(),
            },
            day(best.and_then(|best| best.progression_day)),
            change.map_or_else(|| number::MISSING.to_owned(), number::change),
            others.join("; "),
        ];
        EventLine::of(facts, levels, cells, tumour.records.clone())
    });
    EventTable::new(
        "response_subjects",
        "Best response of each subject",
        vec![
            "Best, confirmed",
            "Best, confirmed or not",
            "First response",
            "Confirmed",
            "Progression",
            "Best change of the sum",
            "By others",
        ],
        lines.collect(),
        "Infused subjects, by the criteria of the protocol; days count from infusion. Confirmed responses alone count as \
         responses in the outcomes.",
    )
}

pub(super) fn assessments(facts: &[&Facts<'_>], levels: &[LevelName], readings: &[ReadBy<'_>]) -> EventTable {
    let mut lines = Vec::new();
    for facts in facts {
        let Some(day0) = facts.day0 else { continue };
        for point in &facts.tumour.points {
            let mut others: Vec<String> = Vec::new();
            for reading in readings.iter().skip(1) {
                let of = reading.of.get(&facts.subject.id);
                let response = of.and_then(|tumour| response_near(tumour, point.day));
                others.extend(response.map(|response| format!("{response} ({})", reading.label)));
            }
            let change = facts.tumour.change(point).map(number::change);
            let cells = vec![
                format!("{} (day {})", point.day, days_between(day0, point.day)),
                point.visit.clone(),
                point.sum.map_or_else(|| number::MISSING.to_owned(), number::level),
                change.unwrap_or_else(|| number::MISSING.to_owned()),
                point.response(),
                point.reason.en.clone(),
                others.join("; "),
            ];
            lines.push(EventLine::of(facts, levels, cells, Vec::new()));
        }
    }
    EventTable::new(
        "response_assessments",
        "Tumour assessments",
        vec!["Date", "Visit", "Sum, mm", "Change", "Response", "Why", "By others"],
        lines,
        "Every assessment after infusion, in order of time. Its records are among those of the subject's best response.",
    )
}

/// The response nearest to a day, within a week of it: progression is dated to the first scan of a visit.
fn response_near(tumour: &Tumour, day: Date) -> Option<String> {
    let distance = |other: Date| days_between(day, other).abs();
    let near = tumour.points.iter().filter(|point| distance(point.day) <= 7);
    near.min_by_key(|point| distance(point.day)).map(Point::response)
}

/// A best response in the words of its criteria.
fn spell(tumour: &Tumour, best: Bor) -> String {
    let course: Option<Vec<Immune>> = tumour.points.iter().map(|point| point.immune).collect();
    match course.filter(|course| !course.is_empty()) {
        Some(course) => spell_best(best, &course).to_owned(),
        None => best.to_string(),
    }
}
