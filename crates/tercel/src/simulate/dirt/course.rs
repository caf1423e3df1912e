//! Dirt in adverse events, laboratory results, and the assessments of CRS and ICANS.

use super::{Found, Kind, Mark, mark, month_of, next_record, one, shifted};
use crate::dlt::is_in_class;
use crate::grade::Grade;
use crate::protocol::{Relatedness, Trial};
use crate::simulate::random::Draws;
use crate::study::{
    Adjudication, AdverseEvent, EventOutcome, Lab, Level, Subject, Syndrome, ToxicityFinding, days_between,
};

kinds! {
    "event ends before it begins" "AE" end_early Found::By("out-of-order"), false;
    "seriousness not entered" "AE" lose_seriousness Found::By("missing-value"), false;
    "grade 5 without a death" "AE" fatal Found::By("disagree"), false;
    "CRS before infusion" "AE" crs_early Found::By("out-of-order"), false;
    "onset of a severe event known to the year" "AE" blur_onset Found::Nowhere("asked about only where a criterion of the protocol reads the event"), false;
    "onset known to the month" "AE" blur_mild Found::Nowhere("a partial date is kept as written; no outcome hangs on it"), false;
    "change of grade entered twice" "AE" twice Found::Nowhere("two events of one term may both be true"), false;
    "bilirubin in mg/dL as umol/L" "LB" milligrams Found::Nowhere("so low a bilirubin is possible"), false;
    "result a thousand times too large" "LB" thousandfold Found::By("out-of-range"), false;
    "specimens swapped" "LB" swap Found::Nowhere("both values are possible on both days"), false;
    "significant without an event" "LB" unlink Found::By("incomplete"), false;
    "biomarker a thousand times too small" "LB" thousandth Found::By("incomplete"), false;
    "CRS grade without fever" "FA" no_fever Found::By("disagree"), false;
    "ICE 0 without level of arousal" "FA" no_arousal Found::By("disagree"), false;
    "ICANS grade against its items" "FA" misgrade Found::By("disagree"), false;
    "grade in Roman numerals" "FA" roman Found::By("incomplete"), false;
    "committee against the rules" "FA" overrule Found::By("disagree"), false;
}

pub(super) fn is_crs(trial: &Trial, event: &AdverseEvent) -> bool {
    is_in_class(trial, &trial.safety.crs_class, event)
}

fn end_early(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let event = one(&mut subject.adverse_events, draws, |event| {
        event.end.is_some() && !is_crs(trial, event) && event.grade < Some(Grade::G3)
    })?;
    let early = shifted(event.start?, -2)?;
    let was = event.end.replace(early)?;
    Some(mark(&event.record, "AEENDTC", format!("{was} became {early}")))
}

fn lose_seriousness(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let event = one(&mut subject.adverse_events, draws, |event| event.serious.is_some())?;
    event.serious = None;
    Some(mark(&event.record, "AESER", "seriousness was left blank".to_owned()))
}

fn fatal(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    if subject.death.is_some() {
        return None;
    }
    let event = one(&mut subject.adverse_events, draws, |event| {
        event.grade >= Some(Grade::G3)
    })?;
    let was = event.grade.replace(Grade::G5)?;
    event.outcome = EventOutcome::Fatal;
    Some(mark(
        &event.record,
        "AETOXGR",
        format!("grade {} became 5", was.number()),
    ))
}

fn crs_early(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let early = shifted(subject.infusions.first()?.when, -3)?;
    let event = one(&mut subject.adverse_events, draws, |event| is_crs(trial, event))?;
    let was = event.start.replace(early)?;
    Some(mark(&event.record, "AESTDTC", format!("{was} became {early}")))
}

/// An event that could limit the dose, were its day known.
fn blur_onset(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when.day()?;
    let window = i32::try_from(trial.dlt.window_days).ok()?;
    let fits = |event: &AdverseEvent| {
        let severe = event.grade >= Some(Grade::G3) && event.causality.infusion >= Some(Relatedness::Possible);
        let day = event.start.and_then(crate::study::When::day);
        severe && day.is_some_and(|day| (0..=window).contains(&days_between(infused, day)))
    };
    let event = one(&mut subject.adverse_events, draws, fits)?;
    let was = event.start?;
    let year = crate::study::PartialDate::Year(was.day()?.year());
    event.start = Some(crate::study::When {
        date: year,
        clock: None,
    });
    event.end = None;
    Some(mark(
        &event.record,
        "AESTDTC",
        format!("onset {was} became {year}, the end was left blank"),
    ))
}

fn blur_mild(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let event = one(&mut subject.adverse_events, draws, |event| {
        event.grade == Some(Grade::G1)
    })?;
    let was = event.start?;
    let month = month_of(was)?;
    event.start = Some(month);
    Some(mark(&event.record, "AESTDTC", format!("{was} became {month}")))
}

fn twice(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let first = one(&mut subject.adverse_events, draws, |event| {
        event.grade == Some(Grade::G2)
    })?
    .clone();
    let record = next_record(subject, "AE", subject.adverse_events.iter().map(|event| &event.record));
    let what = format!("{} of {} stands again as grade 1", first.term, first.record);
    subject.adverse_events.push(AdverseEvent {
        record: record.clone(),
        grade: Some(Grade::G1),
        serious: Some(false),
        ..first
    });
    Some(mark(&record, "AETOXGR", what))
}

fn milligrams(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let lab = one(&mut subject.labs, draws, |lab| {
        lab.test == "BILI" && lab.event.is_none()
    })?;
    let was = lab.value?;
    // 1 mg/dL of bilirubin is 17.1 umol/L.
    let slipped = (was / 17.1 * 10.0).round() / 10.0;
    lab.value = Some(slipped);
    Some(mark(&lab.record, "LBSTRESN", format!("{was} became {slipped}")))
}

fn thousandfold(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let fits = |lab: &Lab| {
        let listed = trial
            .safety
            .analytes
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&lab.test));
        listed
            && lab
                .value
                .zip(lab.uln)
                .is_some_and(|(value, uln)| 1000.0 * value > 100.0 * uln)
    };
    let lab = one(&mut subject.labs, draws, fits)?;
    let was = lab.value?;
    let slipped = was * 1000.0;
    lab.value = Some(slipped);
    Some(mark(&lab.record, "LBSTRESN", format!("{was} became {slipped}")))
}

fn swap(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let tests: Vec<usize> = (0..subject.labs.len())
        .filter(|at| subject.labs.get(*at).is_some_and(|lab| lab.test == "PLAT"))
        .collect();
    let (first, last) = (*tests.first()?, *tests.last()?);
    let (was, other) = (subject.labs.get(first)?.clone(), subject.labs.get(last)?.clone());
    if was.value == other.value {
        return None;
    }
    subject.labs.get_mut(first)?.value = other.value;
    subject.labs.get_mut(last)?.value = was.value;
    let what = format!(
        "{} of {} and of {} exchanged their values",
        was.test, was.when, other.when
    );
    Some(mark(&was.record, "LBSTRESN", what))
}

fn unlink(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let fits = |lab: &Lab| {
        let listed = trial
            .safety
            .analytes
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&lab.test));
        listed && lab.significant == Some(true) && lab.event.is_some()
    };
    let lab = one(&mut subject.labs, draws, fits)?;
    let was = lab.event.take()?;
    Some(mark(
        &lab.record,
        "LBAESEQ",
        format!("the link to event {was} was left out"),
    ))
}

fn thousandth(trial: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let floor = trial.kinetics.biomarker_floor;
    let small = |level: &Level| level.amount.quantified().is_some_and(|value| value / 1000.0 < floor);
    let level = one(&mut subject.biomarker, draws, small)?;
    let was = level.amount.quantified()?;
    let slipped = (was * 10.0).round() / 10_000.0;
    level.amount = crate::study::Amount::Quantified(slipped);
    Some(mark(&level.record, "LBSTRESN", format!("{was} became {slipped}")))
}

/// The records of one assessment: those of a syndrome at the moment of a written grade that fits.
fn assessment(
    subject: &Subject,
    syndrome: Syndrome,
    draws: &mut Draws,
    fits: impl Fn(&str) -> bool,
) -> Option<Vec<usize>> {
    let graded: Vec<_> = subject
        .toxicity
        .iter()
        .filter(|item| item.toxicity == syndrome && item.item == "TOXGR" && fits(&item.result))
        .map(|item| item.when.order())
        .collect();
    let when = *graded.get(super::choose(draws, graded.len())?)?;
    let at = subject.toxicity.iter().enumerate();
    let same = at.filter(|(_, item)| item.toxicity == syndrome && item.when.order() == when);
    Some(same.map(|(at, _)| at).collect())
}

/// Writes items of an assessment; the first record of it is where a finding points.
fn write(subject: &mut Subject, at: &[usize], items: &[(&str, &str)]) -> Option<Mark> {
    let first = subject.toxicity.get(*at.first()?)?.record.clone();
    for at in at {
        let item = subject.toxicity.get_mut(*at)?;
        if let Some((_, result)) = items.iter().find(|(name, _)| *name == item.item) {
            (*result).clone_into(&mut item.result);
        }
    }
    let written: Vec<String> = items.iter().map(|(item, result)| format!("{item} {result}")).collect();
    Some(mark(&first, "FASTRESC", format!("became {}", written.join(", "))))
}

fn no_fever(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    // The first assessment: later ones may rest on an earlier fever, treated since.
    let crs = |item: &&ToxicityFinding| item.toxicity == Syndrome::Crs;
    let when = subject.toxicity.iter().find(crs)?.when.order();
    let at = subject.toxicity.iter().enumerate();
    let at: Vec<usize> = at
        .filter(|(_, item)| item.toxicity == Syndrome::Crs && item.when.order() == when)
        .map(|(at, _)| at)
        .collect();
    let items = [
        ("TEMP", "36.7"),
        ("HYPOTEN", "N"),
        ("O2DEV", "none"),
        ("O2FLOW", "0"),
        ("TOXGR", "1"),
        ("MASKTRT", "N"),
    ];
    write(subject, &at, &items)
}

fn no_arousal(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let at = assessment(subject, Syndrome::Icans, draws, |grade| grade == "0")?;
    let mut mark = write(subject, &at, &[("ICE", "0")])?;
    mark.what.push_str(", and the level of arousal was left out");
    let when = subject.toxicity.get(*at.first()?)?.when.order();
    subject
        .toxicity
        .retain(|item| !(item.toxicity == Syndrome::Icans && item.item == "AROUSAL" && item.when.order() == when));
    Some(mark)
}

fn misgrade(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let at = assessment(subject, Syndrome::Icans, draws, |grade| grade == "0")?;
    write(subject, &at, &[("TOXGR", "3")])
}

/// Nobody has judged it yet: the verdict waits for a grade that can be read.
fn roman(trial: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when.day()?;
    let window = i32::try_from(trial.dlt.window_days).ok()?;
    let items = subject.toxicity.iter().enumerate();
    let mut graded = items.filter(|(_, item)| item.toxicity == Syndrome::Crs && item.item == "TOXGR");
    let (_, grade) = graded.find(|(_, item)| {
        let day = item.when.day().map(|day| days_between(infused, day));
        day.is_some_and(|day| (1..window).contains(&day))
    })?;
    let when = grade.when.order();
    let same = |item: &ToxicityFinding| item.toxicity == Syndrome::Crs && item.when.order() == when;
    let at: Vec<usize> = (0..subject.toxicity.len())
        .filter(|at| subject.toxicity.get(*at).is_some_and(same))
        .collect();
    let mark = write(subject, &at, &[("TOXGR", "II")])?;
    subject.adjudications.clear();
    let what = format!("{}; the committee's verdict was left out", mark.what);
    Some(Mark {
        field: "DLT",
        what,
        ..mark
    })
}

fn overrule(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let judged = one(&mut subject.adjudications, draws, |judged: &Adjudication| !judged.dlt)?;
    judged.dlt = true;
    Some(mark(&judged.record, "FASTRESC", "the verdict became a DLT".to_owned()))
}
