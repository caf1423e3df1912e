//! The sections `[[event_class]]` and `[dlt]` of a protocol file.

use super::file_measured::{parse_lab_criterion, parse_score_criterion};
use super::reader::{Section, check_unique, nearest};
use super::{Criterion, DltOrigin, DltRules, EventClass, Exclusion, PauseRule, Persistence, Relatedness};
use crate::grade::{Grade, Scale};
use crate::language::Words;

const HOURS: std::ops::RangeInclusive<f64> = 0.0..=8760.0;

pub(super) fn parse_event_classes(root: &Section<'_>) -> Option<Vec<EventClass>> {
    let sections = root.sections("event_class");
    check_unique(&sections, "id");
    let classes: Vec<Option<EventClass>> = sections.iter().map(parse_event_class).collect();
    let classes: Vec<EventClass> = classes.into_iter().collect::<Option<_>>()?;
    for (section, class) in sections.iter().zip(&classes) {
        for other in &class.except {
            // One step of "everything but" can be read aloud; a chain of them cannot.
            let listed = |known: &EventClass| known.id == *other && known.except.is_empty() && !known.all;
            if !classes.iter().any(listed) {
                let message = format!(
                    "the event class \"{}\" excepts \"{other}\", which lists no events",
                    class.id
                );
                let hint = "the id of an [[event_class]] with terms or organ_classes and without except";
                root.log().add(&section.span_of("except"), message, hint);
            }
        }
    }
    Some(classes)
}

fn parse_event_class(section: &Section<'_>) -> Option<EventClass> {
    let id = section.text("id", "\"crs\"");
    let all = section.optional_flag("all");
    let terms = section.texts("terms");
    let organ_classes = section.texts("organ_classes");
    let except = section.texts("except");
    section.finish();
    let class = EventClass {
        id: id?,
        all: all.unwrap_or(false),
        terms: terms?,
        organ_classes: organ_classes?,
        except: except?,
    };
    let names_some = !(class.terms.is_empty() && class.organ_classes.is_empty() && class.except.is_empty());
    if class.all && names_some {
        let message = format!("the event class \"{}\" holds all events, so it can name none", class.id);
        let hint = "all = true alone, or terms, organ_classes and except without it";
        section.log().add(&section.span_of("all"), message, hint);
    }
    if !class.all && !names_some {
        let message = format!("the event class \"{}\" holds no event", class.id);
        let hint = "terms = [\"…\"], organ_classes = [\"…\"], except = [\"…\"] or all = true";
        section.log().add(section.span(), message, hint);
    }
    Some(class)
}

pub(super) fn parse_dlt(section: &Section<'_>, event_classes: Option<Vec<EventClass>>) -> Option<DltRules> {
    let classes = event_classes.as_deref();
    let window_days = section.integer("window_days", 1..=365, "28");
    let origin = section.choice(
        "origin",
        &[
            ("infusion", DltOrigin::Infusion),
            ("lymphodepletion", DltOrigin::Lymphodepletion),
        ],
    );
    let relatedness = section.choice("relatedness", &Relatedness::NAMES);
    let dose_percent_min = section.number("dose_percent_min", 0.0..=100.0, "80");
    let dose_percent_max = section.number("dose_percent_max", 100.0..=1000.0, "120");
    let criteria = section.sections("criterion");
    let lab_criteria = section.sections("lab_criterion");
    let score_criteria = section.sections("score_criterion");
    let exclusions = section.sections("exclusion");
    let pauses = section.sections("pause");
    section.finish();
    if criteria.is_empty() && lab_criteria.is_empty() && score_criteria.is_empty() {
        // Without a criterion every subject would be free of DLT.
        let hint = "one [[dlt.criterion]], [[dlt.lab_criterion]] or [[dlt.score_criterion]] for each criterion of the protocol";
        section
            .log()
            .add_missing(section.span(), "there is no DLT criterion", hint);
    }
    let rules: Vec<Section<'_>> = [
        criteria.as_slice(),
        &lab_criteria,
        &score_criteria,
        &exclusions,
        &pauses,
    ]
    .concat();
    check_unique(&rules, "id");
    let criteria: Vec<_> = criteria.iter().map(|s| parse_criterion(s, classes)).collect();
    let lab_criteria: Vec<_> = lab_criteria.iter().map(parse_lab_criterion).collect();
    let score_criteria: Vec<_> = score_criteria.iter().map(parse_score_criterion).collect();
    let exclusions: Vec<_> = exclusions.iter().map(|s| parse_exclusion(s, classes)).collect();
    let pauses: Vec<_> = pauses.iter().map(|s| parse_pause(s, classes)).collect();
    Some(DltRules {
        window_days: window_days?,
        origin: origin?,
        relatedness: relatedness?,
        dose_percent_min: dose_percent_min?,
        dose_percent_max: dose_percent_max?,
        event_classes: event_classes?,
        criteria: criteria.into_iter().collect::<Option<_>>()?,
        lab_criteria: lab_criteria.into_iter().collect::<Option<_>>()?,
        score_criteria: score_criteria.into_iter().collect::<Option<_>>()?,
        exclusions: exclusions.into_iter().collect::<Option<_>>()?,
        pauses: pauses.into_iter().collect::<Option<_>>()?,
    })
}

pub(super) fn grade(section: &Section<'_>, key: &'static str) -> Option<Grade> {
    section
        .integer(key, 1..=5, "3")
        .and_then(|number| Grade::from_number(u8::try_from(number).ok()?))
}

pub(super) fn optional_grade(section: &Section<'_>, key: &'static str) -> Option<Grade> {
    section
        .optional_integer(key, 1..=5)
        .and_then(|number| Grade::from_number(u8::try_from(number).ok()?))
}

/// The event class a rule names, which must exist.
pub(super) fn events(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<String> {
    let id = section.text("events", "\"crs\"")?;
    known_class(section, &id, classes);
    Some(id)
}

/// Says where no event class is called so.
fn known_class(section: &Section<'_>, id: &str, classes: Option<&[EventClass]>) {
    if classes.is_some_and(|classes| !classes.iter().any(|class| class.id == id)) {
        let message = format!("no event class is called \"{id}\"");
        section
            .log()
            .add_missing(&section.span_of("events"), message, class_hint("events", id, classes));
    }
}

/// The event class that was meant, or how to make one.
pub(super) fn class_hint(key: &str, id: &str, classes: Option<&[EventClass]>) -> String {
    let known: Vec<&str> = classes
        .unwrap_or_default()
        .iter()
        .map(|class| class.id.as_str())
        .collect();
    match nearest(id, &known) {
        Some(near) => format!("{key} = \"{near}\""),
        None => format!("the id of an [[event_class]], or an [[event_class]] with id = \"{id}\""),
    }
}

/// `text`, and `text_zh` where the protocol has it in Chinese too.
pub(super) fn words(section: &Section<'_>, example: &str) -> Option<Words> {
    let (en, zh) = (section.text("text", example), section.optional_text("text_zh"));
    Some(Words::of_protocol(&en?, zh.as_deref()))
}

/// What else may explain the values, and its Chinese where the protocol has it.
pub(super) fn unless(section: &Section<'_>) -> Option<Words> {
    let (en, zh) = (section.optional_text("unless"), section.optional_text("unless_zh"));
    Some(Words::of_protocol(&en?, zh.as_deref()))
}

fn parse_criterion(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Criterion> {
    let id = section.text("id", "\"crs-3\"");
    let text = words(section, "\"CRS grade 3 not at grade 2 or lower within 72 hours\"");
    let events = events(section, classes);
    let scales: Vec<(&str, Scale)> = Scale::ALL.iter().map(|scale| (scale.name(), *scale)).collect();
    let scale = section.choice("scale", &scales);
    let grade_min = grade(section, "grade_min");
    let grade_max = optional_grade(section, "grade_max").unwrap_or(Grade::G5);
    let hours = section.optional_number("persists_hours", HOURS);
    let days = section.optional_integer("persists_days", 0..=365);
    let day = section.optional_integer("present_on_day", 1..=365);
    let recovers_to = optional_grade(section, "recovers_to");
    let exclusions_apply = section.flag("exclusions_apply", "true");
    section.finish();
    let persistence = match (hours, days, day) {
        (None, None, None) => Persistence::Any,
        (Some(hours), None, None) => Persistence::LongerThan { hours, recovers_to },
        (None, Some(days), None) => Persistence::LongerThanDays { days, recovers_to },
        (None, None, Some(day)) => Persistence::OnDay { day, recovers_to },
        _ => {
            let message = "a criterion has one of `persists_hours`, `persists_days` and `present_on_day`";
            section.log().add(
                section.span(),
                message,
                "one of them, and a second criterion for the other",
            );
            return None;
        }
    };
    let grade_min = grade_min?;
    if grade_min > grade_max {
        section.log().add(
            &section.span_of("grade_max"),
            "grade_max is below grade_min",
            "grade_max = 5",
        );
    }
    Some(Criterion {
        id: id?,
        text: text?,
        events: events?,
        scale: scale?,
        grade_min,
        grade_max,
        persistence,
        exclusions_apply: exclusions_apply?,
    })
}

fn parse_pause(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<PauseRule> {
    let id = section.text("id", "\"related-death\"");
    let text = words(section, "\"a related death within 30 days of infusion\"");
    let class = section.optional_text("events");
    let deviations = section.texts("deviations");
    let grade_min = optional_grade(section, "grade_min");
    let within_days = section.optional_integer("within_days", 0..=5500);
    let related = section.optional_flag("related");
    let subjects = section.optional_integer("subjects", 1..=1000);
    section.finish();
    let deviations = deviations?;
    if let Some(class) = &class {
        known_class(section, class, classes);
    }
    if class.is_some() != deviations.is_empty() {
        let message = "a pausing rule is about `events` or about `deviations`, one of them";
        let hint = "events = \"fatal\" with grade_min, or deviations = [\"wrong product\"]";
        section.log().add(section.span(), message, hint);
    }
    if class.is_some() && grade_min.is_none() {
        let message = "a pausing rule about events needs the lowest grade that halts enrolment";
        section.log().add_missing(section.span(), message, "grade_min = 4");
    }
    Some(PauseRule {
        id: id?,
        text: text?,
        events: class,
        deviations,
        grade_min: grade_min.unwrap_or(Grade::G1),
        within_days,
        related: related.unwrap_or(false),
        subjects: subjects.unwrap_or(1),
    })
}

fn parse_exclusion(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Exclusion> {
    let id = section.text("id", "\"fever\"");
    let text = words(section, "\"grade 3 fever controlled within 72 hours\"");
    let events = events(section, classes);
    let grade_max = grade(section, "grade_max");
    let within_hours = section.optional_number("within_hours", HOURS);
    section.finish();
    Some(Exclusion {
        id: id?,
        text: text?,
        events: events?,
        grade_max: grade_max?,
        within_hours,
    })
}
