//! The sections `[[event_class]]` and `[dlt]` of a protocol file.

use super::reader::Section;
use super::{Criterion, DltOrigin, DltRules, EventClass, Exclusion, LabCriterion, Persistence, Relatedness};
use crate::grade::{Grade, Scale};

const HOURS: std::ops::RangeInclusive<f64> = 0.0..=8760.0;

pub(super) fn parse_event_classes(root: &Section<'_>) -> Option<Vec<EventClass>> {
    let read = |section: &Section<'_>| {
        let id = section.text("id", "\"crs\"");
        let terms = section.texts("terms");
        let organ_classes = section.texts("organ_classes");
        let except = section.texts("except");
        section.finish();
        let class = EventClass {
            id: id?,
            terms: terms?,
            organ_classes: organ_classes?,
            except: except?,
        };
        if class.terms.is_empty() && class.organ_classes.is_empty() && class.except.is_empty() {
            let hint = "terms = [\"…\"], organ_classes = [\"…\"] or except = [\"…\"]";
            section.log().add(
                section.span(),
                format!("the event class \"{}\" holds no event", class.id),
                hint,
            );
        }
        Some(class)
    };
    let classes: Vec<Option<EventClass>> = root.sections("event_class").iter().map(read).collect();
    let classes: Vec<EventClass> = classes.into_iter().collect::<Option<_>>()?;
    for class in &classes {
        for other in &class.except {
            // One step of "everything but" can be read aloud; a chain of them cannot.
            if !classes
                .iter()
                .any(|known| known.id == *other && known.except.is_empty())
            {
                let message = format!(
                    "the event class \"{}\" excepts \"{other}\", which is no class of terms",
                    class.id
                );
                root.log().add(
                    &root.span_of("event_class"),
                    message,
                    "the id of an [[event_class]] with terms",
                );
            }
        }
    }
    Some(classes)
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
    let criteria: Vec<_> = section
        .sections("criterion")
        .iter()
        .map(|s| parse_criterion(s, classes))
        .collect();
    let lab_criteria: Vec<_> = section
        .sections("lab_criterion")
        .iter()
        .map(parse_lab_criterion)
        .collect();
    let exclusions: Vec<_> = section
        .sections("exclusion")
        .iter()
        .map(|s| parse_exclusion(s, classes))
        .collect();
    section.finish();
    Some(DltRules {
        window_days: window_days?,
        origin: origin?,
        relatedness: relatedness?,
        dose_percent_min: dose_percent_min?,
        dose_percent_max: dose_percent_max?,
        event_classes: event_classes?,
        criteria: criteria.into_iter().collect::<Option<_>>()?,
        lab_criteria: lab_criteria.into_iter().collect::<Option<_>>()?,
        exclusions: exclusions.into_iter().collect::<Option<_>>()?,
    })
}

fn grade(section: &Section<'_>, key: &'static str) -> Option<Grade> {
    section
        .integer(key, 1..=5, "3")
        .and_then(|number| Grade::from_number(u8::try_from(number).ok()?))
}

fn optional_grade(section: &Section<'_>, key: &'static str) -> Option<Grade> {
    section
        .optional_integer(key, 1..=5)
        .and_then(|number| Grade::from_number(u8::try_from(number).ok()?))
}

/// The event class a rule names, which must exist.
fn events(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<String> {
    let id = section.text("events", "\"crs\"")?;
    if classes.is_some_and(|classes| !classes.iter().any(|class| class.id == id)) {
        let message = format!("no event class is called \"{id}\"");
        section
            .log()
            .add(&section.span_of("events"), message, "the id of an [[event_class]]");
    }
    Some(id)
}

fn parse_criterion(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Criterion> {
    let id = section.text("id", "\"crs-3\"");
    let text = section.text("text", "\"CRS grade 3 not at grade 2 or lower within 72 hours\"");
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

fn parse_exclusion(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Exclusion> {
    let id = section.text("id", "\"fever\"");
    let text = section.text("text", "\"grade 3 fever controlled within 72 hours\"");
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

fn parse_lab_criterion(section: &Section<'_>) -> Option<LabCriterion> {
    let id = section.text("id", "\"alt-8\"");
    let text = section.text(
        "text",
        "\"ALT or AST above 8 times the upper limit of normal for more than 5 days\"",
    );
    let analytes = section.texts("analytes");
    let above_uln = section.number("above_uln", 1.0..=1000.0, "8");
    let days = section.integer("days", 0..=365, "5");
    section.finish();
    Some(LabCriterion {
        id: id?,
        text: text?,
        analytes: analytes?,
        above_uln: above_uln?,
        days: days?,
    })
}
