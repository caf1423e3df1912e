//! Subjects who fail screening: a laboratory value of their only visit breaks a criterion of entry.

use jiff::civil::Date;

use super::RehearsalOptions;
use super::course::Uninfused;
use super::escalation::{Slot, later};
use super::labs::{ANALYTES, Analyte, Sample, draw_panels};
use super::number::number_records;
use super::random::{Draws, Topic, decimals};
use super::recorder::Recorder;
use crate::protocol::{Limits, Trial};
use crate::study::{DispositionReason, PartialDate, StudyData, Subject, days_between};

/// Adds subjects who failed screening while the others were enrolled, numbered after the last place of the rehearsal. They
/// change nothing of the others.
///
/// The criterion that each fails is drawn from those of the protocol about a value of the panel; where it has none, only the
/// disposition says that screening failed.
pub fn add_screen_failures(trial: &Trial, data: &mut StudyData, options: RehearsalOptions, failures: u32) {
    let width = options.subjects.to_string().len().max(4);
    let consents = data.subjects.iter().filter_map(consented);
    let last = consents.max().unwrap_or(trial.version_date);
    let days = days_between(trial.version_date, last);
    let failed = (1..=u64::from(failures)).map(|nth| {
        let number = u64::from(options.subjects) + nth;
        let mut draws = Draws::new(options.seed, number, Topic::Screening);
        let consent = later(trial.version_date, draws.whole(1, days.max(1)));
        write_failed(trial, options.seed, number, consent, width, &mut draws)
    });
    data.subjects.extend(failed);
}

fn consented(subject: &Subject) -> Option<Date> {
    match subject.consent.first()?.when?.date {
        PartialDate::Day(day) => Some(day),
        PartialDate::Month(..) | PartialDate::Year(_) => None,
    }
}

fn write_failed(trial: &Trial, seed: u64, number: u64, consent: Date, width: usize, draws: &mut Draws) -> Subject {
    let level = trial.escalation.start_level;
    let slot = |infusion| Slot {
        number,
        level,
        infusion,
    };
    // Days count from an infusion that never was.
    let mut recorder = Recorder::new(trial, seed, slot(consent), width);
    recorder.slot = slot(later(consent, -recorder.fate.consent));
    let end = recorder.fate.collection - 1;
    recorder.fate.uninfused = Some((Uninfused::Withdrawal, end));
    recorder.visits.retain(|visit| visit.day < end);
    recorder.visits.truncate(1);
    recorder.subject.level = None;
    recorder.subject.screened_out = true;
    recorder.write_consent();
    recorder.write_person();
    recorder.write_visits();
    let days = recorder.laboratory_days();
    let (fate, tumour) = (&recorder.fate, &recorder.tumour);
    let (mut samples, _) = draw_panels(&days, fate, None, tumour, trial.dlt.window_days, seed, number);
    for sample in &mut samples {
        sample.events.fill(None);
        fail(trial, sample, draws);
    }
    recorder.write_panels(&samples, &[]);
    recorder.disposition("SCREEN FAILURE", DispositionReason::Other, end);
    number_records(recorder.subject)
}

/// Moves one value of a panel beyond a bound that the protocol sets.
fn fail(trial: &Trial, sample: &mut Sample, draws: &mut Draws) {
    let criteria = trial.conduct.iter().flat_map(|conduct| &conduct.criteria);
    let bounded: Vec<(usize, f64)> = criteria
        .filter_map(|criterion| {
            let at = ANALYTES
                .iter()
                .position(|one| Some(one.code) == criterion.measure.as_deref())?;
            Some((
                at,
                beyond(criterion.limits.as_ref()?, ANALYTES.get(at)?, draws.uniform())?,
            ))
        })
        .collect();
    let last = i32::try_from(bounded.len()).unwrap_or(0) - 1;
    let drawn = usize::try_from(draws.whole(0, last.max(0))).unwrap_or(0);
    if let Some(&(at, value)) = bounded.get(drawn)
        && let Some(slot) = sample.values.get_mut(at)
    {
        *slot = value;
    }
}

/// A value that does not keep the bounds, in the unit of the analyte; `None` where the bounds have another unit.
fn beyond(limits: &Limits, analyte: &Analyte, share: f64) -> Option<f64> {
    let unit = if limits.unit == Limits::ULN {
        analyte.uln
    } else if limits.unit == analyte.unit {
        1.0
    } else {
        return None;
    };
    let low = limits
        .at_least
        .or(limits.above)
        .map(|bound| bound * (0.6 + 0.35 * share));
    let high = limits
        .at_most
        .or(limits.below)
        .map(|bound| bound * (1.08 + 0.6 * share));
    let value = decimals(low.or(high)? * unit, analyte.places);
    (!limits.hold(value / unit)).then_some(value)
}
