//! Check of the intervals to other subjects on the day of the infusion.

use jiff::civil::{Date, DateTime};

use super::decision::treatment_level;
use super::gate::{Case, Missing, Study};
use super::need::Need;
use crate::design::earliest_after;
use crate::protocol::DoseLevel;
use crate::study::SubjectId;

/// An infusion of another subject, given or committed to by its lymphodepletion.
struct Other<'s> {
    subject: &'s SubjectId,
    level: Option<DoseLevel>,
    day: Option<Date>,
}

/// The day of infusion keeps the protocol's intervals: after each earlier infusion of others, and before each that is planned
/// for a subject already lymphodepleted.
pub(super) fn spacing(case: &Case<'_>) -> Vec<Missing> {
    let (Some(planned), Some(level)) = (case.infusion().map(DateTime::date), case.level) else {
        // The checks of order and place say what is missing.
        return Vec::new();
    };
    let others = others(case.study, &case.own.subject);
    let mut missing = Vec::new();
    let mut before: Vec<(&SubjectId, DoseLevel, Date)> = Vec::new();
    for other in &others {
        match (other.level, other.day) {
            (Some(level), Some(day)) if day <= planned => before.push((other.subject, level, day)),
            (Some(_), Some(_)) => {}
            (None, _) | (_, None) => {
                missing.push(case.missing(Need::OtherNotKnown(other.subject.to_string()), []));
            }
        }
    }
    let rules = &case.study.trial.escalation;
    let infused = |list: &[(&SubjectId, DoseLevel, Date)]| -> Vec<(DoseLevel, Date)> {
        list.iter().map(|(_, level, day)| (*level, *day)).collect()
    };
    let last = before.iter().max_by_key(|(_, level, day)| (*day, *level));
    if let (Some(earliest), Some((other, ..))) = (earliest_after(rules, &infused(&before), level), last)
        && planned < earliest
    {
        missing.push(case.missing(too_soon(other, earliest, planned), []));
    }
    // A subject already lymphodepleted for a later day must not be pushed back by this infusion.
    for other in &others {
        let (Some(their_level), Some(day)) = (other.level, other.day) else {
            continue;
        };
        if day <= planned {
            continue;
        }
        let mut with_own = before.clone();
        with_own.push((&case.own.subject, level, planned));
        let earliest = earliest_after(rules, &infused(&with_own), their_level);
        if let Some(earliest) = earliest.filter(|earliest| day < *earliest) {
            missing.push(case.missing(too_soon(other.subject, earliest, day), []));
        }
    }
    missing
}

fn too_soon(other: &SubjectId, earliest: Date, planned: Date) -> Need {
    Need::TooSoon {
        other: other.to_string(),
        earliest,
        planned,
    }
}

fn others<'s>(study: &'s Study<'_>, own: &SubjectId) -> Vec<Other<'s>> {
    let mut others: Vec<Other<'s>> = Vec::new();
    for subject in study.data.subjects.iter().filter(|subject| subject.id != *own) {
        if !subject.is_infused() {
            continue;
        }
        let conduct = study.records.of(&subject.id);
        let placed = conduct.and_then(|conduct| treatment_level(study, conduct));
        others.push(Other {
            subject: &subject.id,
            level: subject.level.or(placed),
            day: subject.infusions.first().and_then(|infusion| infusion.when.day()),
        });
    }
    for conduct in study.records.subjects.iter().filter(|other| other.subject != *own) {
        if others.iter().any(|other| *other.subject == conduct.subject) {
            continue;
        }
        // A record that cannot be read may say that lymphodepletion began or cells were given.
        let unread = |form: &str| conduct.unread.iter().any(|one| one.form == form);
        let infused = conduct.infused(study.now).map(DateTime::date);
        let began = conduct.lymphodepletion_began(study.now).is_some() || unread("lymphodepletion");
        let committed = began && conduct.departures.is_empty();
        // A planned day that has passed without an infusion may still be today.
        let planned = || {
            let planned = conduct.order().map(|order| order.planned.date());
            planned.map(|day| day.max(study.now.date()))
        };
        if infused.is_some() || committed || unread("infusion") {
            others.push(Other {
                subject: &conduct.subject,
                level: treatment_level(study, conduct),
                day: infused.or_else(|| planned().filter(|_| !unread("infusion"))),
            });
        }
    }
    others
}
