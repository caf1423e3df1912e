//! Dirt in the grades of adverse events; and what came after the other kinds, so that their subjects stay theirs.

use super::course::is_crs;
use super::entry::not_met;
use super::{Found, Kind, Mark, mark, one};
use crate::grade::Grade;
use crate::grade::dictionary::Dictionary;
use crate::protocol::Trial;
use crate::simulate::random::Draws;
use crate::study::{AdverseEvent, Subject};

kinds! {
    "grade the term does not have" "AE" off_scale Found::By("grade-not-in-term"), false;
    "eligibility recorded as not met" "DS" not_met Found::By("disagree"), false;
}

/// Nausea of grade 4: a grade next to those that the term has.
fn off_scale(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let dictionary = Dictionary::of(trial.safety.ctcae);
    let missing = |event: &AdverseEvent| {
        let term = dictionary.find(&event.term).filter(|_| !is_crs(trial, event))?;
        let lower = [Grade::G4, Grade::G3, Grade::G2, Grade::G1];
        lower.into_iter().find(|grade| term.text(*grade).is_none())
    };
    let event = one(&mut subject.adverse_events, draws, |event| missing(event).is_some())?;
    let grade = missing(event)?;
    let was = event.grade.replace(grade)?;
    let what = format!("grade {was} of {} became {grade}", event.term);
    Some(mark(&event.record, "AETOXGR", what))
}
