//! Check of entry: every criterion assessed, met and supported; no waivers.

use jiff::civil::DateTime;

use super::gate::{Case, Missing, Study};
use super::measured::{NO_VALUE, compare, written};
use super::need::{Named, Need, Shortfall};
use super::record::{EligibilityItem, Met};
use super::records::SubjectConduct;
use crate::protocol::EntryCriterion;
use crate::study::{MedicationClass, days_between};

/// Every criterion of the protocol, by the latest assessment when the place was reserved, or now where there is none yet.
pub(super) fn eligibility(case: &Case<'_>) -> Vec<Missing> {
    let (own, now) = (case.own, case.now());
    let at = own.slot(now).map_or(now, |slot| slot.reserved.min(now));
    let mut missing = Vec::new();
    for criterion in &case.rules.criteria {
        let (how, since) = match latest(&own.eligibility, &criterion.id, at) {
            Latest::None => (Some(Shortfall::NotAssessed), None),
            Latest::Two(at) => (Some(Shortfall::Ambiguous), Some(at)),
            Latest::One(item) => (shortfall(case, criterion, item, at), Some(item.entry.at)),
        };
        if let Some(how) = how {
            missing.push(case.missing(Need::Criterion(name(criterion), how), since));
        }
    }
    missing
}

/// The criteria that are not met by their latest assessments, each with its value where there is one and its record.
pub(super) fn not_met(case: &Case<'_>) -> Vec<(Named, String, String)> {
    let now = case.now();
    let unmet = case.rules.criteria.iter().filter_map(|criterion| {
        let Latest::One(item) = latest(&case.own.eligibility, &criterion.id, now) else {
            return None;
        };
        match shortfall(case, criterion, item, now)? {
            Shortfall::NotMet(value) => Some((name(criterion), value, item.entry.id.clone())),
            Shortfall::NotAssessed
            | Shortfall::Unknown
            | Shortfall::TooOld(_)
            | Shortfall::Supported
            | Shortfall::SupportNotSaid
            | Shortfall::Waived
            | Shortfall::Ambiguous
            | Shortfall::NotComparable(_)
            | Shortfall::Pending => None,
        }
    });
    unmet.collect()
}

fn name(criterion: &EntryCriterion) -> Named {
    Named {
        id: criterion.id.clone(),
        text: criterion.text.clone(),
        text_zh: criterion.text_zh.clone(),
    }
}

enum Latest<'i> {
    None,
    One(&'i EligibilityItem),
    /// Two of the same moment that differ, the later entered then.
    Two(DateTime),
}

/// The latest assessment of a criterion by a moment. Of several of one moment, one that was entered later corrects nothing:
/// a correction replaces its record.
fn latest<'i>(items: &'i [EligibilityItem], criterion: &str, at: DateTime) -> Latest<'i> {
    let known = items
        .iter()
        .filter(|item| item.criterion == criterion && item.assessed <= at);
    let Some(last) = known.clone().max_by_key(|item| item.assessed) else {
        return Latest::None;
    };
    let differs = |item: &&EligibilityItem| {
        let same = item.met == last.met && item.value == last.value && item.supported == last.supported;
        item.assessed == last.assessed && !(same && item.waived == last.waived)
    };
    match known.filter(differs).map(|item| item.entry.at).max() {
        Some(entered) => Latest::Two(entered.max(last.entry.at)),
        None => Latest::One(last),
    }
}

fn shortfall(case: &Case<'_>, criterion: &EntryCriterion, item: &EligibilityItem, at: DateTime) -> Option<Shortfall> {
    if item.waived {
        return Some(Shortfall::Waived);
    }
    if let Some(limits) = &criterion.limits {
        let Some(value) = &item.value else {
            return Some(Shortfall::NotComparable(NO_VALUE.into()));
        };
        match compare(limits, criterion.measure.as_deref(), value) {
            Err(why) => return Some(Shortfall::NotComparable(why)),
            Ok(false) => return Some(Shortfall::NotMet(written(value))),
            Ok(true) => {}
        }
    }
    match item.met {
        Met::NotMet => return Some(Shortfall::NotMet(item.value.as_ref().map(written).unwrap_or_default())),
        Met::Unknown => return Some(Shortfall::Unknown),
        Met::Met => {}
    }
    let age = days_between(item.assessed.date(), at.date());
    if i64::from(age) > i64::from(case.rules.screening_days) {
        return Some(Shortfall::TooOld(item.assessed));
    }
    let days = criterion.unsupported_days?;
    match item.supported {
        None => Some(Shortfall::SupportNotSaid),
        Some(true) => Some(Shortfall::Supported),
        Some(false) if is_supported(case, item, days) => Some(Shortfall::Supported),
        Some(false) => None,
    }
}

/// Whether the data hold a transfusion or growth factor that may lie in the days before the assessment.
fn is_supported(case: &Case<'_>, item: &EligibilityItem, days: u32) -> bool {
    let Some(subject) = case.study.subject(&case.own.subject) else {
        return false;
    };
    let drawn = item.assessed.date();
    let supports = |class: MedicationClass| match class {
        MedicationClass::GrowthFactor | MedicationClass::Transfusion => true,
        MedicationClass::Bridging
        | MedicationClass::NewTherapy
        | MedicationClass::Anticytokine
        | MedicationClass::Steroid
        | MedicationClass::Other => false,
    };
    let given = subject.medications.iter().filter(|given| supports(given.class));
    given.into_iter().any(|given| {
        let began = given.start.map(|start| start.date.earliest());
        let last = given.end.or(given.start).map(|end| end.date.latest());
        let before = began.is_none_or(|began| began <= drawn);
        let recent = last.is_none_or(|last| i64::from(days_between(last, drawn)) <= i64::from(days));
        before && recent
    })
}

/// Whether every criterion is met now.
pub(super) fn is_eligible(study: &Study<'_>, own: &SubjectConduct) -> bool {
    Case::at_enrolment(study, own).is_some_and(|case| eligibility(&case).is_empty())
}
