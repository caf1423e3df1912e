//! Dirt in the grades of adverse events; and what came after the other kinds, so that their subjects stay theirs.

use super::course::is_crs;
use super::entry::not_met;
use super::{Found, Kind, Mark, mark, one, shifted};
use crate::grade::Grade;
use crate::grade::dictionary::Dictionary;
use crate::protocol::Trial;
use crate::simulate::random::Draws;
use crate::study::{AdverseEvent, Lab, Subject, When, days_between};

kinds! {
    "grade the term does not have" "AE" off_scale Found::By("grade-not-in-term"), false;
    "event number of no event" "LB" no_such_event Found::By("disagree"), false;
    "limits in another unit" "LB" other_unit Found::By("disagree"), false;
    "lower limit above the upper" "LB" crossed Found::By("out-of-order"), false;
    "event of the year before" "AE" event_before Found::By("out-of-order"), false;
    "result of the year before" "LB" result_before Found::By("out-of-order"), false;
    "specimen dated after death" "LB" result_dead Found::By("out-of-order"), false;
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

fn no_such_event(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let next = subject
        .adverse_events
        .iter()
        .map(|event| event.record.number)
        .max()
        .unwrap_or(0)
        + 1;
    let lab = one(&mut subject.labs, draws, |lab| lab.event.is_none())?;
    lab.event = Some(next);
    Some(mark(
        &lab.record,
        "LBAESEQ",
        format!("{} was linked to event {next}", lab.test),
    ))
}

/// Limits of a result in µmol/L, in mg/dL.
fn other_unit(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let first = subject.labs.iter().find(|lab| lab.test == "BILI")?.record.clone();
    let fits = |lab: &Lab| lab.test == "BILI" && lab.record != first && lab.uln.is_some();
    let lab = one(&mut subject.labs, draws, fits)?;
    lab.lln = Some(0.2);
    let was = lab.uln.replace(1.2)?;
    let what = format!("upper limit {was} of {} became 1.2", lab.test);
    Some(mark(&lab.record, "LBSTNRHI", what))
}

fn crossed(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let lab = one(&mut subject.labs, draws, |lab| lab.test == "PLAT" && lab.lln < lab.uln)?;
    std::mem::swap(&mut lab.lln, &mut lab.uln);
    Some(mark(
        &lab.record,
        "LBSTNRLO",
        format!("the limits of {} changed places", lab.test),
    ))
}

/// The day a year before, where that lies more than a screening's length before consent.
fn year_before(subject: &Subject, when: When) -> Option<When> {
    let consented = subject.consent.first()?.when?.day()?;
    let early = shifted(when, -365)?;
    (days_between(early.day()?, consented) > 120).then_some(early)
}

fn event_before(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let known = subject.clone();
    let event = one(&mut subject.adverse_events, draws, |event| {
        let early = event.start.and_then(|start| year_before(&known, start));
        early.is_some() && !is_crs(trial, event) && event.grade < Some(Grade::G3)
    })?;
    let early = year_before(&known, event.start?)?;
    let was = event.start.replace(early)?;
    Some(mark(&event.record, "AESTDTC", format!("{was} became {early}")))
}

fn result_before(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let known = subject.clone();
    let lab = one(&mut subject.labs, draws, |lab| {
        lab.event.is_none() && year_before(&known, lab.when).is_some()
    })?;
    let early = year_before(&known, lab.when)?;
    let was = std::mem::replace(&mut lab.when, early);
    Some(mark(
        &lab.record,
        "LBDTC",
        format!("{} of {was} became of {early}", lab.test),
    ))
}

fn result_dead(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let died = subject.death.as_ref()?.when.day()?;
    let late = shifted(When::on(died), 4)?;
    let lab = one(&mut subject.labs, draws, |lab| lab.event.is_none())?;
    let was = std::mem::replace(&mut lab.when, late);
    Some(mark(
        &lab.record,
        "LBDTC",
        format!("{} of {was} became of {late}, after death", lab.test),
    ))
}
