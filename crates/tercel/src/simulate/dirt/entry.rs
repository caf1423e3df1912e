//! Dirt about who the subject is, what it was given, and how follow-up ended.

use super::{Found, Kind, Mark, blur, mark, next_record, one, shifted};
use crate::protocol::{Cells, Trial};
use crate::simulate::random::Draws;
use crate::study::{
    Contact, Disposition, DispositionReason, Infusion, MedicationClass, ScoreKind, StudyData, Subject, When,
};

kinds! {
    "infusion known to the month" "EX" blur_infusion Found::By("incomplete"), true;
    "infused without a dose group" "DM" lose_group Found::In("EX", "incomplete"), true;
    "consent not entered" "DM" lose_consent Found::By("incomplete"), true;
    "death dated before infusion" "DM" die_before Found::In("EX", "out-of-order"), true;
    "early death" "DM" die_early Found::Nowhere("no mistake: outcomes must cope with it"), true;
    "age outside the protocol" "DM" age Found::By("incomplete"), false;
    "consent after collection" "DM" consent_late Found::In("PR", "out-of-order"), false;
    "ECOG waived" "RS" ecog Found::By("incomplete"), false;
    "Child-Pugh waived" "RS" child_pugh Found::By("incomplete"), false;
    "under-dose of 62 %" "EX" under_dose Found::By("incomplete"), false;
    "10^6 for 10^8 cells" "EX" hundredth Found::By("off-dose"), false;
    "dose not entered" "EX" lose_dose Found::By("incomplete"), false;
    "infusion split over two days" "EX" split Found::By("disagree"), false;
    "collection not entered" "PR" lose_collection Found::In("DM", "incomplete"), false;
    "new therapy before infusion" "CM" therapy_early Found::By("out-of-order"), false;
    "visit after death" "SV" visit_dead Found::By("out-of-order"), false;
    "survival contact after death" "SS" contact_dead Found::By("out-of-order"), false;
    "death only as disposition" "DM" hide_death Found::In("DS", "disagree"), true;
    "visit missed" "SV" miss_visit Found::Nowhere("a visit that took place nowhere leaves no record"), false;
    "visit late" "SV" delay_visit Found::Nowhere("a day outside the window is possible"), false;
}

fn blur_infusion(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let infusion = subject.infusions.first_mut()?;
    let was = blur(&mut infusion.when)?;
    Some(mark(
        &infusion.record,
        "EXSTDTC",
        format!("{was} became {}", infusion.when),
    ))
}

fn lose_group(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let group = subject.level.filter(|_| !subject.infusions.is_empty())?;
    subject.level = None;
    let what = format!("the arm of dose level {} was left blank", group.number());
    Some(mark(&subject.record, "ARMCD", what))
}

fn lose_consent(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    if subject.infusions.is_empty() || subject.consent.is_empty() {
        return None;
    }
    subject.consent.clear();
    Some(mark(&subject.record, "RFICDTC", "the consent was left out".to_owned()))
}

fn die_before(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when;
    let death = subject.death.as_mut()?;
    let was = std::mem::replace(&mut death.when, When::on(shifted(infused, -20)?.day()?));
    Some(mark(
        &subject.record,
        "EXSTDTC",
        format!("death on {was} became {}", death.when),
    ))
}

/// Everything after the day is cut off, as if the study had ended then.
fn die_early(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when;
    let day = draws.whole(10, 28);
    let when = When::on(shifted(infused, day)?.day()?);
    let whole = StudyData {
        subjects: vec![subject.clone()],
        dated: true,
        ..StudyData::default()
    };
    let mut cut = whole.as_of(when.day()?).subjects.into_iter().next()?;
    let record = next_record(
        &cut,
        "DS",
        cut.consent.iter().chain(&cut.milestones).map(|made| &made.record),
    );
    cut.dispositions = vec![Disposition {
        record,
        term: "DEATH".to_owned(),
        reason: DispositionReason::Death,
        when: Some(when),
    }];
    cut.death = Some(crate::study::Death {
        record: cut.record.clone(),
        when,
    });
    *subject = cut;
    Some(mark(&subject.record, "DTHDTC", format!("death on day {day}, {when}")))
}

fn age(trial: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let was = subject.age.filter(|_| !subject.infusions.is_empty())?;
    let age = trial.eligibility.age_max + 4.0;
    subject.age = Some(age);
    Some(mark(&subject.record, "AGE", format!("{was} became {age}")))
}

fn consent_late(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let collected = subject.procedures.iter().find(|procedure| procedure.collection)?.start;
    let late = When::on(shifted(collected, 3)?.day()?);
    let was = subject.consent.first()?.when?;
    for consent in &mut subject.consent {
        consent.when = Some(late);
    }
    Some(mark(
        &subject.record,
        "PRSTDTC",
        format!("consent on {was} became {late}"),
    ))
}

fn waive(subject: &mut Subject, kind: ScoreKind, limit: Option<f64>) -> Option<Mark> {
    let (limit, infused) = (limit?, subject.infusions.first()?.when.order());
    let before = |score: &&mut crate::study::Score| score.kind == kind && score.when.order() <= infused;
    let score = subject.scores.iter_mut().rfind(before)?;
    let was = std::mem::replace(&mut score.value, limit + 1.0);
    Some(mark(&score.record, "RSSTRESN", format!("{was} became {}", score.value)))
}

fn ecog(trial: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    waive(subject, ScoreKind::Ecog, trial.eligibility.ecog_max)
}

fn child_pugh(trial: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    waive(subject, ScoreKind::ChildPugh, trial.eligibility.child_pugh_max)
}

/// The cells given become a part of those planned.
fn give(trial: &Trial, subject: &mut Subject, part: f64) -> Option<Mark> {
    let planned = trial.dose_levels.get(subject.level?)?.planned;
    let infusion = subject.infusions.first_mut()?;
    let was = infusion.actual?;
    let given = Cells::millions((planned.to_millions() * part * 10.0).round() / 10.0)?;
    infusion.actual = Some(given);
    Some(mark(&infusion.record, "EXDOSE", format!("{was} became {given}")))
}

fn under_dose(trial: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    give(trial, subject, 0.62)
}

fn hundredth(trial: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    give(trial, subject, 0.01)
}

fn lose_dose(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let infusion = subject.infusions.first_mut()?;
    let was = infusion.actual.take()?;
    Some(mark(&infusion.record, "EXDOSE", format!("{was} was left blank")))
}

fn split(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let first = subject.infusions.first()?.clone();
    let half = Cells::millions(first.actual?.to_millions() / 2.0)?;
    let doses = subject.lymphodepletion.iter().map(|dose| &dose.record);
    let record = next_record(subject, "EX", doses.chain([&first.record]));
    let when = shifted(first.when, 1)?;
    subject.infusions.push(Infusion {
        record: record.clone(),
        when,
        planned: None,
        actual: Some(half),
    });
    Some(mark(
        &record,
        "EXSTDTC",
        format!("a second infusion of {half} on {when}"),
    ))
}

fn lose_collection(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let collected = subject.procedures.iter().position(|procedure| procedure.collection)?;
    subject.infusions.first()?;
    let was = subject.procedures.remove(collected);
    Some(mark(
        &was.record,
        "PRTRT",
        format!("{} of {} was left out", was.name, was.start),
    ))
}

fn therapy_early(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when;
    let early = When::on(shifted(infused, -40)?.day()?);
    let therapy = one(&mut subject.medications, draws, |given| {
        given.class == MedicationClass::NewTherapy
    })?;
    let was = therapy.start.replace(early)?;
    therapy.end = None;
    Some(mark(&therapy.record, "CMSTDTC", format!("{was} became {early}")))
}

fn visit_dead(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let late = shifted(When::on(subject.death.as_ref()?.when.day()?), 5)?;
    let visit = subject
        .contacts
        .iter_mut()
        .rfind(|contact| contact.record.dataset.as_str() == "SV")?;
    let was = std::mem::replace(&mut visit.when, late);
    Some(mark(
        &visit.record,
        "SVSTDTC",
        format!("{} on {was} became {late}", visit.name),
    ))
}

fn contact_dead(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let when = shifted(When::on(subject.death.as_ref()?.when.day()?), 12)?;
    let record = next_record(subject, "SS", subject.contacts.iter().map(|contact| &contact.record));
    subject.contacts.push(Contact {
        record: record.clone(),
        name: "survival contact".to_owned(),
        when,
    });
    Some(mark(&record, "SSDTC", format!("alive on {when}, after death")))
}

fn hide_death(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let died = |left: &Disposition| left.reason == DispositionReason::Death;
    if !subject.dispositions.iter().any(died) {
        return None;
    }
    let death = subject.death.take()?;
    Some(mark(
        &subject.record,
        "DTHDTC",
        format!("the death on {} was left out", death.when),
    ))
}

pub(super) fn not_met(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let mut milestones = subject.milestones.iter_mut();
    let met = milestones.find(|milestone| milestone.term == "ELIGIBILITY CRITERIA MET")?;
    "ELIGIBILITY CRITERIA NOT MET".clone_into(&mut met.term);
    Some(mark(
        &met.record,
        "DSDECOD",
        "criteria of entry were recorded as not met".to_owned(),
    ))
}

fn miss_visit(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when.order();
    let fits = |contact: &Contact| contact.record.dataset.as_str() == "SV" && contact.when.order() > infused;
    let visit = one(&mut subject.contacts, draws, fits)?.record.clone();
    subject.contacts.retain(|contact| contact.record != visit);
    Some(mark(&visit, "SVSTDTC", "a visit was left out".to_owned()))
}

fn delay_visit(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when.order();
    let alive = subject.death.is_none();
    let fits = |contact: &Contact| alive && contact.record.dataset.as_str() == "SV" && contact.when.order() > infused;
    let visit = one(&mut subject.contacts, draws, fits)?;
    let late = shifted(visit.when, 9)?;
    let was = std::mem::replace(&mut visit.when, late);
    Some(mark(
        &visit.record,
        "SVSTDTC",
        format!("{} on {was} became {late}", visit.name),
    ))
}
