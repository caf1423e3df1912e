//! Checks of the items of lymphodepletion and infusion.

use jiff::civil::DateTime;

use super::gate::{Case, Missing};
use super::measured::{NO_VALUE, compare, written};
use super::need::{Named, Need, Shortfall};
use super::record::{Assessment, ItemGate};
use crate::protocol::GateItem;

/// The items of lymphodepletion, as of its begin; now where it has not begun.
pub(super) fn lymphodepletion(case: &Case<'_>) -> Vec<Missing> {
    let at = case.depleted.unwrap_or(case.now());
    all(case, ItemGate::Lymphodepletion, &case.rules.lymphodepletion_items, at)
}

/// The items of infusion, now.
pub(super) fn infusion(case: &Case<'_>) -> Vec<Missing> {
    all(case, ItemGate::Infusion, &case.rules.infusion_items, case.now())
}

fn all(case: &Case<'_>, gate: ItemGate, items: &[GateItem], at: DateTime) -> Vec<Missing> {
    let mut missing = Vec::new();
    for item in items {
        let known = latest(case, gate, &item.id, at);
        let how = match known.as_slice() {
            [] => Some(Shortfall::NotAssessed),
            [first, rest @ ..] if rest.iter().any(|one| differs(first, one)) => Some(Shortfall::Ambiguous),
            [first, ..] => shortfall(item, first, at),
        };
        if let Some(how) = how {
            let named = Named {
                id: item.id.clone(),
                text: item.text.clone(),
                text_zh: item.text_zh.clone(),
            };
            let since = known.iter().map(|one| one.entry.at);
            missing.push(case.missing(Need::Item(gate, named, how), since));
        }
    }
    missing
}

/// The assessments of an item at the latest moment it was assessed.
pub(super) fn latest<'c>(case: &Case<'c>, gate: ItemGate, item: &str, at: DateTime) -> Vec<&'c Assessment> {
    let own = case.own.assessments.iter();
    let known: Vec<&Assessment> = own
        .filter(|one| one.gate == gate && one.item == item && one.assessed <= at)
        .collect();
    let last = known.iter().map(|one| one.assessed).max();
    known.into_iter().filter(|one| Some(one.assessed) == last).collect()
}

fn differs(one: &Assessment, other: &Assessment) -> bool {
    one.value != other.value || one.holds != other.holds
}

fn shortfall(item: &GateItem, known: &Assessment, at: DateTime) -> Option<Shortfall> {
    match (&item.limits, &known.value) {
        (Some(limits), Some(value)) => match compare(limits, item.measure.as_deref(), value) {
            Err(why) => return Some(Shortfall::NotComparable(why)),
            Ok(false) => return Some(Shortfall::NotMet(written(value))),
            // An answer beside the value must not contradict it.
            Ok(true) if known.holds == Some(false) => return Some(Shortfall::NotMet(written(value))),
            Ok(true) => {}
        },
        (Some(_), None) => return Some(Shortfall::NotComparable(NO_VALUE.into())),
        (None, _) => match known.holds {
            Some(true) => {}
            Some(false) => return Some(Shortfall::NotMet(String::new())),
            None => return Some(Shortfall::Unknown),
        },
    }
    let age = known.assessed.duration_until(at).as_secs();
    (age > i64::from(item.max_age_hours) * 3600).then_some(Shortfall::TooOld(known.assessed))
}
