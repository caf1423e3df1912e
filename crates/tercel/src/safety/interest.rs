//! The kind of special interest an adverse event belongs to.

use crate::dlt::{add_days, is_in_class};
use crate::endpoint::Facts;
use crate::protocol::Interest;
use crate::study::AdverseEvent;

/// The first kind of the protocol that holds the event.
pub(super) fn find<'a>(facts: &Facts<'a>, event: &AdverseEvent) -> Option<&'a Interest> {
    let trial = facts.trial;
    trial.safety.interest.iter().find(|kind| {
        let graded = kind.grade_min.is_none_or(|least| event.grade >= Some(least));
        graded
            && is_in_class(trial, &kind.events, event)
            && kind.present_on_day.is_none_or(|day| is_present(facts, event, day))
    })
}

/// Whether an event may have begun by a day after infusion and is not known to have ended before it. What is still open
/// counts once the day has come.
fn is_present(facts: &Facts<'_>, event: &AdverseEvent, day: u32) -> bool {
    let Some(day) = facts.day0.map(|day0| add_days(day0, day)) else {
        return false;
    };
    let began = event.start.is_none_or(|start| start.date.earliest() <= day);
    let died = facts.subject.died().map(|(when, _)| when.date.latest());
    let ended = event.end.map(|end| end.date.latest());
    let until = [ended.or(facts.cut), died].into_iter().flatten().min();
    began && until.is_some_and(|until| until >= day)
}
