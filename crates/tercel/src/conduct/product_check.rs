//! Checks of the order, the identity of the product, its release and its place.

use std::collections::BTreeSet;

use super::gate::{Case, GateName, Missing};
use super::measured::compare;
use super::need::{Named, Need, Shortfall};
use super::product::{Bag, Disposition, Lot, Release, TestOutcome, TestResult};
use super::record::Measured;
use crate::language::{Text, Words, both, without_case};
use crate::protocol::{ReleaseTest, Specification};

/// An order for the subject's level that names bags and is still ahead.
pub(super) fn order(case: &Case<'_>) -> Vec<Missing> {
    let Some(order) = case.order else {
        return vec![case.missing(Need::NoOrder, [])];
    };
    let since = [order.entry.at];
    let mut missing = Vec::new();
    if let Some(level) = case.level.filter(|level| *level != order.level) {
        let need = Need::OrderLevel {
            ordered: order.level,
            level,
        };
        missing.push(case.missing(need, since));
    }
    if order.bags.is_empty() {
        missing.push(case.missing(Need::NoBag, since));
    }
    // At the bedside the infusion is now; before, a moment in the past is an order that was not renewed.
    if case.gate == GateName::Lymphodepletion && order.planned < case.now() {
        missing.push(case.missing(Need::OrderPassed(order.planned), since));
    }
    missing
}

/// The subject's bag of a label; two of one label are no bag.
pub(super) fn bag<'c>(case: &Case<'c>, label: &str) -> Option<&'c Bag> {
    let mut named = case.own.bags.iter().filter(|bag| bag.label == label);
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

/// The bags of the order, as far as they are the subject's.
pub(super) fn ordered<'c>(case: &Case<'c>) -> Vec<&'c Bag> {
    let labels = case.order.iter().flat_map(|order| &order.bags);
    labels.filter_map(|ordered| bag(case, &ordered.label)).collect()
}

/// The lots of the ordered bags, as far as they are the subject's.
fn lots<'c>(case: &Case<'c>) -> Vec<&'c Lot> {
    let names: BTreeSet<&str> = ordered(case).iter().map(|bag| bag.lot.as_str()).collect();
    case.own
        .lots
        .iter()
        .filter(|lot| names.contains(lot.lot.as_str()))
        .collect()
}

/// The one chain-of-identity number of the subject's collections.
pub(super) fn coi<'c>(case: &Case<'c>) -> Option<&'c str> {
    let collection = case.own.collections.first()?;
    Some(collection.coi.as_str()).filter(|coi| !coi.trim().is_empty())
}

/// One chain-of-identity number from collection to lot to bag, that no other subject has.
pub(super) fn identity(case: &Case<'_>) -> Vec<Missing> {
    let Some(expected) = coi(case) else {
        return vec![case.missing(Need::NoCollection, [])];
    };
    let mut missing = Vec::new();
    let mut hold = |place: Words, found: &str| {
        if found != expected {
            let need = Need::Identity {
                place,
                expected: Words::english(expected.to_owned()),
                found: found.to_owned(),
            };
            missing.push(case.missing(need, []));
        }
    };
    for collection in &case.own.collections {
        hold(
            both!("collection {din}", "采集 {din}", din = collection.din),
            &collection.coi,
        );
    }
    for lot in lots(case) {
        hold(both!("lot {lot}", "批次 {lot}", lot = lot.lot), &lot.coi);
    }
    for bag in ordered(case) {
        hold(both!("bag {bag}", "产品袋 {bag}", bag = bag.label), &bag.coi);
    }
    missing.extend(donations(case));
    let subjects = case.study.records.subjects.iter();
    for other in subjects.filter(|other| other.subject != case.own.subject) {
        if other.collections.iter().any(|collection| collection.coi == expected) {
            let need = Need::Identity {
                place: both!("collection of {other}", "{other} 的采集", other = other.subject),
                expected: both!("another number than {expected}", "不同于 {expected} 的编号"),
                found: expected.to_owned(),
            };
            missing.push(case.missing(need, []));
        }
    }
    missing.extend(unknown_bags(case));
    missing
}

/// Every lot is made of collections of the subject.
fn donations(case: &Case<'_>) -> Vec<Missing> {
    let known: Vec<&str> = case.own.collections.iter().map(|one| one.din.as_str()).collect();
    let mut missing = Vec::new();
    for lot in lots(case) {
        let foreign = lot.dins.iter().find(|din| !known.contains(&din.as_str()));
        if lot.dins.is_empty() || foreign.is_some() {
            let need = Need::Identity {
                place: both!("lot {lot}", "批次 {lot}", lot = lot.lot),
                expected: Words::english(known.join(", ")),
                found: foreign.cloned().unwrap_or_default(),
            };
            missing.push(case.missing(need, []));
        }
    }
    missing
}

/// Bags of the order that are not the subject's, and bags without a lot.
fn unknown_bags(case: &Case<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    for ordered in case.order.iter().flat_map(|order| &order.bags) {
        let label = &ordered.label;
        let others = case.study.records.subjects.iter();
        let whose = others
            .filter(|other| other.subject != case.own.subject)
            .find(|other| other.labels().any(|bag| bag == label));
        let own = bag(case, label);
        let lot = own.and_then(|bag| case.own.lots.iter().find(|lot| lot.lot == bag.lot));
        let need = match (whose, own, lot) {
            (Some(other), ..) => Need::BagOfAnother {
                bag: label.clone(),
                subject: other.subject.to_string(),
            },
            (None, None, _) => Need::BagUnknown(label.clone()),
            (None, Some(_), None) => Need::NoLot,
            (None, Some(_), Some(_)) => continue,
        };
        missing.push(case.missing(need, []));
    }
    missing
}

/// Every lot of the order is released, signed, and within specification but for what is excepted.
pub(super) fn release(case: &Case<'_>) -> Vec<Missing> {
    let lots = lots(case);
    if lots.is_empty() {
        return vec![case.missing(Need::NoLot, [])];
    }
    let mut missing = Vec::new();
    for lot in lots {
        let name = &lot.lot;
        if lot.failed {
            missing.push(case.missing(Need::LotFailed(name.clone()), [lot.entry.at]));
        }
        let releases = case
            .own
            .releases
            .iter()
            .filter(|one| one.lot == *name && one.when <= case.now());
        let Some(release) = releases.max_by_key(|one| (one.when, one.entry.at)) else {
            missing.push(case.missing(Need::NotReleased(name.clone()), []));
            continue;
        };
        if release.disposition == Disposition::Rejected {
            missing.push(case.missing(Need::Rejected(name.clone()), [release.entry.at]));
            continue;
        }
        if !is_signed(case, release) {
            missing.push(case.missing(Need::ReleaseUnsigned(name.clone()), [release.entry.at]));
        }
        for test in &case.rules.release_tests {
            if let Some(how) = shortfall(case, name, test, release) {
                let named = Named {
                    id: test.id.clone(),
                    text: test.text.clone(),
                    text_zh: test.text_zh.clone(),
                };
                missing.push(case.missing(Need::Test(name.clone(), named, how), [release.entry.at]));
            }
        }
    }
    missing
}

/// A release has a signature; one by exception those of two persons.
fn is_signed(case: &Case<'_>, release: &Release) -> bool {
    let signed: Vec<&str> = release
        .signatures
        .iter()
        .filter(|one| one.at <= case.now() && !one.person.trim().is_empty())
        .map(|one| one.person.as_str())
        .collect();
    let Some(first) = signed.first() else {
        return false;
    };
    release.disposition != Disposition::ByException || signed.iter().any(|other| !without_case(first, other))
}

fn shortfall(case: &Case<'_>, lot: &str, test: &ReleaseTest, release: &Release) -> Option<Shortfall> {
    let now = case.now();
    let own = case.own.tests.iter();
    let results = own.filter(|one| one.lot == lot && one.test == test.id && one.reported <= now);
    let verdicts: Vec<Result<Option<bool>, Words>> = results.clone().map(|one| verdict(test, one)).collect();
    let written = |wanted: Option<bool>| {
        let mut found = results.clone().filter(|one| verdict(test, one) == Ok(wanted));
        found.next().map(result_text).unwrap_or_default()
    };
    // A result that failed stands, whatever a repetition gave, until a release excepts it.
    if verdicts.contains(&Ok(Some(false))) {
        let excepted = release.disposition == Disposition::ByException
            && test.may_be_excepted
            && release.excepted.contains(&test.id)
            && results.clone().all(|one| one.reported <= release.when);
        return (!excepted).then(|| Shortfall::NotMet(written(Some(false))));
    }
    if let Some(why) = verdicts.iter().find_map(|verdict| verdict.clone().err()) {
        return Some(Shortfall::NotComparable(why));
    }
    if verdicts.contains(&Ok(Some(true))) {
        return None;
    }
    match (verdicts.is_empty(), test.may_be_pending) {
        (true, _) => Some(Shortfall::NotAssessed),
        (false, true) => None,
        (false, false) => Some(Shortfall::Pending),
    }
}

/// Whether a result is within specification; `None`: it is awaited.
pub(super) fn verdict(test: &ReleaseTest, result: &TestResult) -> Result<Option<bool>, Words> {
    match (&test.specification, &result.outcome) {
        (_, TestOutcome::Pending) => Ok(None),
        (Specification::Limits(limits), TestOutcome::Value(value, unit)) => {
            let measured = Measured {
                value: *value,
                unit: unit.clone(),
                uln: None,
            };
            compare(limits, None, &measured).map(Some)
        }
        (Specification::Word(word), TestOutcome::Word(found)) => Ok(Some(without_case(word, found))),
        (Specification::Limits(_), TestOutcome::Word(_)) => Err(Text::new("a value is wanted", "应填写数值").into()),
        (Specification::Word(word), TestOutcome::Value(..)) => Err(both!("\"{word}\" is wanted", "应为“{word}”")),
    }
}

fn result_text(result: &TestResult) -> String {
    match &result.outcome {
        TestOutcome::Value(value, unit) => format!("{value} {unit}"),
        TestOutcome::Word(word) => word.clone(),
        TestOutcome::Pending => String::new(),
    }
}

/// Every bag of the order is accepted at the site, and has not expired when the infusion begins.
pub(super) fn on_site(case: &Case<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    for bag in ordered(case) {
        let receipts: Vec<_> = case.own.receipts.iter().filter(|one| one.bag == bag.label).collect();
        let accepted = |one: &&super::product::Receipt| one.accepted == Some(true) && one.when <= case.now();
        // One refusal is enough: two receipts that differ are for the site to settle.
        if receipts.is_empty() || !receipts.iter().all(accepted) {
            let since = receipts.iter().map(|one| one.entry.at);
            missing.push(case.missing(Need::NotReceived(bag.label.clone()), since));
        }
        let begins = case.infusion().unwrap_or(case.now()).max(case.now());
        if begins >= bag.expires {
            let need = Need::Expired {
                bag: bag.label.clone(),
                expires: bag.expires,
            };
            missing.push(case.missing(need, [bag.entry.at]));
        }
    }
    missing
}
