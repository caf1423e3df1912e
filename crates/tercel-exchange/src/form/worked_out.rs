//! Variables that follow from several records: study days, and the dates and arms of the subject's row.

use std::collections::BTreeMap;

use tercel::protocol::Trial;
use tercel::study::{When, days_between, failed_screening, is_screen_failure};

use super::tables::{Rows, variable_of};

/// What a subject's records say of its course.
#[derive(Debug, Default)]
struct Course {
    infused: Option<When>,
    first_given: Option<When>,
    last_given: Option<When>,
    left: Option<When>,
    /// When screening failed; who was treated afterwards did not leave by it.
    failed: Option<When>,
    failed_screening: bool,
}

impl Course {
    fn left(&self) -> Option<When> {
        let failed = self.failed.filter(|_| self.first_given.is_none());
        [self.left, failed]
            .into_iter()
            .flatten()
            .max_by_key(|when| when.order())
    }
}

/// Adds what follows from several records to the rows of every dataset. Day 1 is the day of the first infusion; there is no
/// day 0.
pub(super) fn work_out(trial: &Trial, rows: &mut BTreeMap<&'static str, Rows<'_>>) {
    let courses = courses(trial, rows);
    let none = Course::default();
    for (domain, rows) in rows.iter_mut() {
        for ((subject, _), cells) in rows.iter_mut() {
            let course = courses.get(subject).unwrap_or(&none);
            if *domain == "DM" {
                let text = |when: Option<When>| when.map(|when| when.to_string());
                let arm = cells.contains_key("ARMCD");
                let reason = match (arm, course.first_given.is_some()) {
                    (true, true) => None,
                    (true, false) => Some("ASSIGNED, NOT TREATED".to_owned()),
                    (false, _) if course.failed_screening => Some("SCREEN FAILURE".to_owned()),
                    (false, _) => Some("NOT ASSIGNED".to_owned()),
                };
                let found = [
                    ("SUBJID", subject.rsplit('-').next().map(str::to_owned)),
                    ("RFSTDTC", text(course.infused)),
                    ("RFENDTC", text(course.left().filter(|_| course.infused.is_some()))),
                    ("RFXSTDTC", text(course.first_given)),
                    ("RFXENDTC", text(course.last_given)),
                    ("RFPENDTC", text(course.left())),
                    ("ARMNRS", reason),
                ];
                cells.extend(found.into_iter().filter_map(|(name, text)| Some((name, text?))));
                continue;
            }
            let Some(first) = course.infused.and_then(When::day) else {
                continue;
            };
            for (date, day) in [("STDTC", "STDY"), ("ENDTC", "ENDY"), ("DTC", "DY")] {
                let (Some(date), Some(day)) = (variable_of(domain, date), variable_of(domain, day)) else {
                    continue;
                };
                let when = cells.get(date).and_then(|text| When::parse(text).ok()?.day());
                if let Some(when) = when {
                    let days = days_between(first, when);
                    cells.insert(day, (if days < 0 { days } else { days + 1 }).to_string());
                }
            }
        }
    }
}

fn courses<'r>(trial: &Trial, rows: &BTreeMap<&'static str, Rows<'r>>) -> BTreeMap<&'r str, Course> {
    let mut courses: BTreeMap<&str, Course> = BTreeMap::new();
    let order = |when: &Option<When>| when.map(When::order);
    for ((subject, _), cells) in rows.get("EX").into_iter().flatten() {
        let when = cells.get("EXSTDTC").and_then(|text| When::parse(text).ok());
        let course = courses.entry(subject).or_default();
        let name = cells.get("EXTRT").map_or("", String::as_str);
        let first = |one: Option<When>| [one, when].into_iter().flatten().min_by_key(|when| when.order());
        if trial
            .names
            .infusion
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            course.infused = first(course.infused);
        }
        course.first_given = first(course.first_given);
        course.last_given = [course.last_given, when].into_iter().max_by_key(order).flatten();
    }
    let mut terms: BTreeMap<&str, Vec<(&str, Option<When>)>> = BTreeMap::new();
    for ((subject, _), cells) in rows.get("DS").into_iter().flatten() {
        let milestone = cells
            .get("DSCAT")
            .is_some_and(|category| category == "PROTOCOL MILESTONE");
        let when = cells.get("DSSTDTC").and_then(|text| When::parse(text).ok());
        let course = courses.entry(subject).or_default();
        let term = cells.get("DSDECOD").map(|term| (term.as_str(), when));
        terms.entry(subject).or_default().extend(term);
        if !milestone {
            let fails = cells.get("DSDECOD").is_some_and(|term| is_screen_failure(term));
            let last = if fails { &mut course.failed } else { &mut course.left };
            *last = [*last, when].into_iter().max_by_key(order).flatten();
        }
    }
    for (subject, said) in terms {
        courses.entry(subject).or_default().failed_screening = failed_screening(said.into_iter()).is_some();
    }
    courses
}
