//! What was done at the bedside, held against order, labels and dose before it is kept: an infusion, a reading of a label.

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::bedside;
use super::gate::{Case, Gate, GateName, Missing, Study, infusion_gate};
use super::need::Need;
use super::product::{IdentityCheck, Infused};
use super::product_check::bag;
use super::records::SubjectConduct;
use crate::language::{Words, both};
use crate::protocol::Cells;
use crate::study::SubjectId;

/// More cells than the bags hold are more by this part: counts are written rounded.
const ROUNDING: f64 = 0.01;

/// The gate of infusion as it stood when this infusion began, by all that is entered now, with what of the infusion is not as
/// it was ordered.
pub fn derive_gate_as_given(study: &Study<'_>, subject: &SubjectId, infused: &Infused) -> Gate {
    let then = Study {
        trial: study.trial,
        data: study.data,
        records: study.records.clone(),
        now: last_second(infused.began).min(study.now),
        answer: study.answer.filter(|_| infused.began.date() == study.now.date()),
    };
    let mut gate = infusion_gate(&then, subject);
    let own = then.records.of(subject);
    gate.missing
        .extend(own.into_iter().flat_map(|own| as_given(&then, own, infused)));
    gate
}

/// A gate of a subject as it stood when its step began, by all that is entered now and the data as of that day.
pub fn derive_gate_when_begun(
    study: &Study<'_>,
    subject: &SubjectId,
    gate: fn(&Study<'_>, &SubjectId) -> Gate,
    began: DateTime,
) -> Gate {
    let data = study.data.as_of(began.date());
    let then = Study {
        trial: study.trial,
        data: &data,
        records: study.records.clone(),
        now: last_second(began).min(study.now),
        // What was known on an earlier day is not what the design says now.
        answer: study.answer.filter(|_| began.date() == study.now.date()),
    };
    gate(&then, subject)
}

/// Records tell the minute: what else was done within it may have come before.
fn last_second(began: DateTime) -> DateTime {
    began.saturating_add((59 - i64::from(began.second())).seconds())
}

/// What of an infusion that was corrected is not as it was ordered, or not as the bedside records of its bags have it: handed over, checked
/// and thawed before it began.
pub fn as_corrected(study: &Study<'_>, subject: &SubjectId, infused: &Infused) -> Vec<Missing> {
    let then = Study {
        trial: study.trial,
        data: study.data,
        records: study.records.clone(),
        now: last_second(infused.began).min(study.now),
        answer: None,
    };
    let Some(own) = then.records.of(subject) else {
        return Vec::new();
    };
    let mut missing = as_given(&then, own, infused);
    if let Some(case) = Case::new(&then, own, GateName::Infusion, None) {
        missing.extend(bedside::custody(&case));
        missing.extend(bedside::two_persons(&case));
        missing.extend(bedside::thaw(&case));
    }
    missing
}

/// What of an infusion is not as it was ordered.
pub fn as_given(study: &Study<'_>, own: &SubjectConduct, infused: &Infused) -> Vec<Missing> {
    let Some(case) = Case::new(study, own, GateName::Infusion, None) else {
        return Vec::new();
    };
    let needs = not_ordered(&case, infused)
        .into_iter()
        .chain(other_lot(&case, infused))
        .chain(more_than_held(&case, infused))
        .chain(off_dose(&case, infused));
    needs.map(|need| case.missing(need, [])).collect()
}

fn not_ordered(case: &Case<'_>, infused: &Infused) -> Vec<Need> {
    let ordered = |label: &str| {
        case.order
            .iter()
            .flat_map(|order| &order.bags)
            .any(|part| part.label == label)
    };
    let others = case
        .study
        .records
        .subjects
        .iter()
        .filter(|other| other.subject != case.own.subject);
    let given = infused.bags.iter().filter(|label| !ordered(label));
    given
        .map(|label| Need::NotOrdered {
            bag: label.clone(),
            whose: others
                .clone()
                .find(|other| other.labels().any(|bag| bag == label))
                .map(|other| other.subject.to_string()),
        })
        .collect()
}

/// The lot written with the infusion is none of its bags.
fn other_lot(case: &Case<'_>, infused: &Infused) -> Option<Need> {
    let written = infused.lot.as_deref()?;
    let bags = infused.bags.iter().filter_map(|label| bag(case, label));
    let mut lots: Vec<&str> = bags.map(|bag| bag.lot.as_str()).collect();
    lots.dedup();
    (!lots.is_empty() && !lots.contains(&written)).then(|| Need::Identity {
        place: both!("the batch of the infusion", "回输记录的批号"),
        expected: Words::english(lots.join(", ")),
        found: written.to_owned(),
    })
}

fn more_than_held(case: &Case<'_>, infused: &Infused) -> Option<Need> {
    let given = infused.cells?;
    let bags: Option<Vec<f64>> = infused
        .bags
        .iter()
        .map(|label| Some(bag(case, label)?.cells.to_cells()))
        .collect();
    let held = Cells::new(bags?.into_iter().sum())?;
    (given.to_cells() > held.to_cells() * (1.0 + ROUNDING)).then_some(Need::MoreThanHeld { given, held })
}

fn off_dose(case: &Case<'_>, infused: &Infused) -> Option<Need> {
    let trial = case.study.trial;
    let planned = trial.dose_levels.get(case.level?)?.planned;
    let percent = infused.cells?.percent_of(planned)?;
    let (min, max) = (trial.dlt.dose_percent_min, trial.dlt.dose_percent_max);
    (!(min..=max).contains(&percent)).then_some(Need::GivenOffDose { percent, min, max })
}

/// What two persons read at the bedside that is not what the records hold.
pub fn misread(study: &Study<'_>, subject: &SubjectId, check: &IdentityCheck) -> Vec<Need> {
    let nothing = SubjectConduct::of(subject.clone());
    let own = study.records.of(subject).unwrap_or(&nothing);
    let Some(case) = Case::new(study, own, GateName::Infusion, None) else {
        return Vec::new();
    };
    let readings = [&check.first, &check.second];
    let missing = readings
        .into_iter()
        .flat_map(|reading| bedside::misread(&case, &check.bag, reading));
    missing.map(|missing| missing.need).collect()
}
