//! `[[outcome]]`: the record's outcomes, each with the method that answers it and what that method needs.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::reader::{Section, check_unique};
use super::{Assessed, Outcome, OutcomeChinese, OutcomeKind, TimePointWindow, Visit, VisitTime, Windows};
use crate::endpoint;

/// Key of `[names]` without which a method finds no records.
const NAMES: [(&str, &str, &str); 5] = [
    ("adverse-events", "ae", "collection"),
    ("adverse-events", "sae", "collection"),
    ("biomarker-change", "", "biomarker"),
    ("car-t-level", "copies", "copies"),
    ("car-t-level", "cells", "counts"),
];

pub(super) fn parse_outcomes(root: &Section<'_>) -> Option<Vec<Outcome>> {
    let sections = root.sections("outcome");
    check_unique(&sections, "id");
    let outcomes: Vec<Option<Outcome>> = sections.iter().map(|section| parse_outcome(root, section)).collect();
    if outcomes.is_empty() {
        root.log().add_missing(
            &(0..0),
            "there is no [[outcome]]",
            "one [[outcome]] for each outcome of the record",
        );
        return None;
    }
    outcomes.into_iter().collect()
}

fn parse_outcome(root: &Section<'_>, section: &Section<'_>) -> Option<Outcome> {
    let id = section.text("id", "\"P1\"");
    let kind = section.choice(
        "kind",
        &[
            ("primary", OutcomeKind::Primary),
            ("secondary", OutcomeKind::Secondary),
            ("other", OutcomeKind::Other),
        ],
    );
    let measure = section.text("measure", "\"the record's own words\"");
    let time_frame = section.text("time_frame", "\"the record's own words\"");
    let methods: Vec<(&str, Option<&'static endpoint::Method>)> = endpoint::ALL
        .iter()
        .map(|method| (method.name, Some(*method)))
        .chain([(endpoint::NO_METHOD, None)])
        .collect();
    let method = section.choice("method", &methods);
    let parts: Vec<&str> = endpoint::ALL
        .iter()
        .flat_map(|method| method.components)
        .copied()
        .collect();
    let components = section.texts_among("components", &parts);
    let time_points = section.ascending("time_points_months", 1..=240, "[3, 6, 12, 24]");
    let definition = section.text("definition", "\"what is counted, in whom, until when\"");
    let zh = OutcomeChinese {
        measure: section.optional_text("measure_zh"),
        time_frame: section.optional_text("time_frame_zh"),
        definition: section.optional_text("definition_zh"),
    };
    section.finish();
    let (method, components, time_points) = (method?, components?, time_points?);
    match method {
        Some(method) => {
            check_components(section, method, &components);
            check_time_points(section, method, &time_points);
            check_names(root, section, method, &components);
        }
        None if !components.is_empty() => {
            let message = "an outcome without a method has no components";
            section
                .log()
                .add(&section.span_of("components"), message, "no components");
        }
        None => {}
    }
    Some(Outcome {
        id: id?,
        kind: kind?,
        measure: measure?,
        time_frame: time_frame?,
        method: method.map_or(endpoint::NO_METHOD, |method| method.name).to_owned(),
        components,
        time_points,
        definition: definition?,
        zh,
    })
}

fn check_components(section: &Section<'_>, method: &endpoint::Method, components: &[String]) {
    let log = section.log();
    let written = format!("components = [\"{}\"]", method.components.join("\", \""));
    let place = section.span_of("components");
    let hint = match method.components {
        [] => "no components",
        _ => &written,
    };
    for (index, component) in components.iter().enumerate() {
        if !method.components.contains(&component.as_str()) {
            let message = format!("the method {} has no component \"{component}\"", method.name);
            log.add(&place, message, hint);
        } else if components.iter().take(index).any(|earlier| earlier == component) {
            log.add(&place, format!("the component \"{component}\" stands here twice"), hint);
        }
    }
    if components.is_empty() && !method.components.is_empty() {
        log.add(
            &section.span_of("method"),
            format!("the method {} needs components", method.name),
            hint,
        );
    }
}

fn check_time_points(section: &Section<'_>, method: &endpoint::Method, time_points: &[u32]) {
    if method.at_time_points == time_points.is_empty() {
        let (key, message, hint) = if method.at_time_points {
            ("method", "needs time points", "time_points_months = [3, 6, 12, 24]")
        } else {
            ("time_points_months", "has no time points", "no time_points_months")
        };
        let message = format!("the method {} {message}", method.name);
        section.log().add(&section.span_of(key), message, hint);
    }
}

/// The data are searched for names the protocol gives: without one, every answer would be empty.
fn check_names(root: &Section<'_>, section: &Section<'_>, method: &endpoint::Method, components: &[String]) {
    let used = |component: &str| component.is_empty() || components.iter().any(|used| used == component);
    let mut missing: Vec<&str> = NAMES
        .iter()
        .filter(|(name, component, key)| {
            *name == method.name && used(component) && !root.has_texts(&format!("names.{key}"))
        })
        .map(|(_, _, key)| *key)
        .collect();
    missing.dedup();
    for key in missing {
        let message = format!("the method {} needs `names.{key}`, which is missing", method.name);
        let hint = format!("{key} = [\"…\"] in [names], as the data write it");
        section.log().add_missing(&section.span_of("method"), message, hint);
    }
}

/// Every time point of an outcome has an analysis window, and a planned assessment whose own window lies inside it.
pub(super) fn check_outcomes(root: &Section<'_>, outcomes: &[Outcome], windows: &Windows, schedule: &[Visit]) {
    let spans: Vec<TimePoint> = windows.time_points.iter().copied().map(TimePoint::new).collect();
    for (section, outcome) in root.sections("outcome").iter().zip(outcomes) {
        let method = endpoint::ALL.iter().find(|method| method.name == outcome.method);
        let needs = method.and_then(|method| method.needs);
        let place = section.span_of("time_points_months");
        for &months in &outcome.time_points {
            let Some(point) = spans.iter().find(|point| point.months == months) else {
                let message = format!(
                    "outcome {} is at month {months}, which has no analysis window",
                    outcome.id
                );
                let hint = format!("[[windows.time_point]] with months = {months} and half_width_days");
                root.log().add(&place, message, hint);
                continue;
            };
            let Some(needs) = needs else { continue };
            if schedule
                .iter()
                .any(|visit| visit.assessments.contains(&needs) && point.holds(visit))
            {
                continue;
            }
            let (name, width) = (name_of(needs), point.half_width);
            let message = format!(
                "outcome {} needs {name} at month {months}, but no visit plans it within ±{width} days",
                outcome.id
            );
            let hint = format!(
                "[[schedule.visit]] with months = {months}, window_days = {width} or less, assess = [\"{name}\"]"
            );
            root.log().add_missing(&place, message, hint);
        }
    }
}

fn name_of(assessed: Assessed) -> &'static str {
    let found = Assessed::NAMES.iter().find(|(_, kind)| *kind == assessed);
    found.map_or("", |(name, _)| name)
}

/// The analysis window of a time point, in days from infusion.
struct TimePoint {
    months: u32,
    half_width: u32,
    /// Fewest and most days that so many calendar months can be.
    shortest: i64,
    longest: i64,
}

impl TimePoint {
    fn new(window: TimePointWindow) -> Self {
        const FIRST: Date = date(2001, 1, 1);
        const LEAP_CYCLE: i64 = 4 * 365 + 1;
        let length = |offset: i64| {
            let start = FIRST.checked_add(offset.days()).ok()?;
            let end = start.checked_add(i64::from(window.months).months()).ok()?;
            Some(i64::from((end - start).get_days()))
        };
        let lengths = || (0..LEAP_CYCLE).filter_map(length);
        Self {
            months: window.months,
            half_width: window.half_width_days,
            shortest: lengths().min().unwrap_or(0),
            longest: lengths().max().unwrap_or(0),
        }
    }

    /// Whether the visit's window lies inside this one, whatever the day of infusion.
    fn holds(&self, visit: &Visit) -> bool {
        match visit.time {
            VisitTime::Months(planned) => planned == self.months && visit.window_days <= self.half_width,
            VisitTime::Day(day) => {
                let (day, slack) = (
                    i64::from(day),
                    i64::from(self.half_width) - i64::from(visit.window_days),
                );
                self.longest - day <= slack && day - self.shortest <= slack
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TimePoint;
    use crate::protocol::{Assessed, TimePointWindow, Visit, VisitTime};

    fn point(months: u32) -> TimePoint {
        TimePoint::new(TimePointWindow {
            months,
            half_width_days: 14,
        })
    }

    #[test]
    fn calendar_months_differ_in_days() {
        // From 30 November 2001 to 28 February 2002 are 31 + 31 + 28 = 90 days, from 30 January to 30 April 90; from
        // 1 February to 1 May 28 + 31 + 30 = 89; from 1 March to 1 June 31 + 30 + 31 = 92.
        assert_eq!((point(3).shortest, point(3).longest), (89, 92));
        assert_eq!((point(12).shortest, point(12).longest), (365, 366));
        assert_eq!((point(24).shortest, point(24).longest), (730, 731));
    }

    #[test]
    fn a_visit_on_a_day_covers_a_month_only_if_it_does_for_every_infusion_date() {
        let holds = |time: VisitTime, window_days: u32| {
            point(3).holds(&Visit {
                name: "visit".to_owned(),
                name_zh: None,
                time,
                window_days,
                assessments: vec![Assessed::Imaging],
            })
        };
        // Month 3 is day 89 to 92, so its window of ±14 days always holds days 78 to 103.
        assert!(holds(VisitTime::Day(90), 12));
        assert!(!holds(VisitTime::Day(90), 13));
        assert!(holds(VisitTime::Day(78), 0));
        assert!(!holds(VisitTime::Day(77), 0));
        assert!(holds(VisitTime::Day(103), 0));
        assert!(!holds(VisitTime::Day(104), 0));
        assert!(holds(VisitTime::Months(3), 14));
        assert!(!holds(VisitTime::Months(3), 15));
        assert!(!holds(VisitTime::Months(4), 0));
    }
}
