//! Checks of the dose and at the bedside: lymphodepletion given, custody, two persons, thaw.

use jiff::civil::DateTime;

use super::gate::{Case, Missing};
use super::need::{CustodyDoubt, Need};
use super::product::{Custody, IdentityCheck, Reading};
use super::product_check::{bag, coi, ordered};
use crate::language::{Text, Words, both, without_case};
use crate::protocol::Cells;

/// The viable CAR-positive cells of the ordered bags, or of the ordered volumes of them, are the level's dose within tolerance.
pub(super) fn dose(case: &Case<'_>) -> Vec<Missing> {
    let Some(order) = case.order else {
        return Vec::new();
    };
    let since = [order.entry.at];
    let mut cells = 0.0;
    for (index, part) in order.bags.iter().enumerate() {
        let Some(bag) = bag(case, &part.label) else {
            return vec![case.missing(Need::NoCells, since)];
        };
        let twice = order.bags.iter().skip(index + 1).any(|other| other.label == part.label);
        let volume = part.volume.unwrap_or(bag.volume);
        let held = volume.is_finite() && bag.volume.is_finite() && volume > 0.0 && volume <= bag.volume;
        if twice || !held {
            return vec![case.missing(Need::BagVolume(part.label.clone()), since)];
        }
        // A whole bag is its cells exactly; of a part, multiply first.
        cells += part.volume.map_or(bag.cells.to_cells(), |volume| {
            bag.cells.to_cells() * volume / bag.volume
        });
    }
    let trial = case.study.trial;
    let group = case.level.and_then(|level| trial.dose_levels.get(level));
    let planned = group
        .map(|group| group.planned)
        .filter(|planned| !planned.is_placeholder());
    let given = Cells::new(cells).filter(|cells| cells.to_cells() > 0.0);
    let Some(percent) = planned.and_then(|planned| given?.percent_of(planned)) else {
        return vec![case.missing(Need::NoCells, since)];
    };
    let (min, max) = (trial.dlt.dose_percent_min, trial.dlt.dose_percent_max);
    let need = if percent < min {
        Need::DoseBelow { percent, min }
    } else if percent > max {
        Need::DoseAbove { percent, max }
    } else {
        return Vec::new();
    };
    vec![case.missing(need, since)]
}

/// Lymphodepletion was given to its end.
pub(super) fn lymphodepleted(case: &Case<'_>) -> Vec<Missing> {
    let now = case.now();
    let given = case.own.lymphodepletion.iter();
    let done = given
        .clone()
        .any(|one| one.completed.is_some_and(|at| one.began <= at && at <= now));
    if done {
        return Vec::new();
    }
    vec![case.missing(Need::LymphodepletionNotCompleted, given.map(|one| one.entry.at))]
}

/// The hand-overs of each ordered bag make one chain without doubt.
pub(super) fn custody(case: &Case<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    for bag in ordered(case) {
        let mut chain: Vec<&Custody> = case.own.custody.iter().filter(|one| one.bag == bag.label).collect();
        chain.sort_by_key(|one| one.when);
        for doubt in doubts(case, &chain) {
            let since = chain.iter().map(|one| one.entry.at);
            missing.push(case.missing(Need::Custody(bag.label.clone(), doubt), since));
        }
    }
    missing
}

fn doubts(case: &Case<'_>, chain: &[&Custody]) -> Vec<CustodyDoubt> {
    if chain.is_empty() {
        return vec![CustodyDoubt::None];
    }
    let mut doubts = Vec::new();
    let mut add = |doubt: CustodyDoubt| {
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    };
    let (from, to) = &case.rules.custody;
    let begins = chain.first().is_some_and(|first| without_case(&first.from, from));
    let ends = chain.last().is_some_and(|last| without_case(&last.to, to));
    if !begins || !ends {
        add(CustodyDoubt::Ends);
    }
    for pair in chain.windows(2) {
        let [before, after] = pair else { continue };
        if before.when == after.when {
            add(CustodyDoubt::Order);
        } else if !without_case(&before.to, &after.from) {
            add(CustodyDoubt::Chain);
        }
    }
    for one in chain {
        if one.when > case.now() {
            add(CustodyDoubt::Order);
        }
        let named = [&one.from, &one.to, &one.released_by, &one.received_by];
        if named.iter().any(|name| name.trim().is_empty()) {
            add(CustodyDoubt::Person);
        }
        let asked = [
            (one.temperature_kept, CustodyDoubt::Temperature),
            (one.intact, CustodyDoubt::Integrity),
            (one.label_matches, CustodyDoubt::Label),
        ];
        for (answer, doubt) in asked {
            if answer != Some(true) {
                add(doubt);
            }
        }
    }
    doubts
}

/// Each ordered bag was held against the subject by two persons, who both read what the records hold.
pub(super) fn two_persons(case: &Case<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    for ordered in case.order.iter().flat_map(|order| &order.bags) {
        let label = &ordered.label;
        let cleared = cleared(case, label);
        let own = case.own.identity.iter().filter(|one| one.bag == *label);
        let checks: Vec<&IdentityCheck> = own.filter(|one| cleared < Some(one.entry.at)).collect();
        if checks.is_empty() {
            missing.push(case.missing(Need::NotChecked(label.clone()), []));
        }
        // A reading that did not match stands, whatever a repetition gave, until two cleared up how it came about.
        for check in checks {
            let (first, second) = (&check.first, &check.second);
            let named = [first, second]
                .iter()
                .all(|one| !one.person.trim().is_empty() && one.at <= case.now());
            if !named {
                missing.push(case.missing(Need::NotChecked(label.clone()), [check.entry.at]));
            } else if without_case(&first.person, &second.person) {
                missing.push(case.missing(Need::SamePerson(label.clone()), [check.entry.at]));
            }
            for reading in [first, second] {
                missing.extend(misread(case, label, reading));
            }
        }
    }
    missing
}

/// When it was last entered that readings of a bag were cleared up, signed by two: what was read before counts no more.
fn cleared(case: &Case<'_>, label: &str) -> Option<DateTime> {
    let own = case.own.clearances.iter().filter(|one| {
        let mut named = one.signed_by.iter().filter(|person| !person.trim().is_empty());
        let first = named.next();
        let two = first.is_some_and(|first| named.any(|other| !without_case(first, other)));
        one.bag == label && two && one.signed.is_some_and(|signed| signed <= case.now())
    });
    own.map(|one| one.entry.at).max()
}

/// What a person read that is not what the records hold.
pub(super) fn misread(case: &Case<'_>, label: &str, reading: &Reading) -> Vec<Missing> {
    let known = bag(case, label);
    let held = [
        (
            Text::new("subject", "受试者"),
            case.own.subject.as_str(),
            reading.subject.as_str(),
        ),
        (
            Text::new("chain of identity", "身份链编号"),
            coi(case).unwrap_or_default(),
            reading.coi.as_str(),
        ),
        (
            Text::new("lot", "批次"),
            known.map_or("", |bag| bag.lot.as_str()),
            reading.lot.as_str(),
        ),
        (Text::new("bag", "产品袋"), label, reading.bag.as_str()),
    ];
    let wrong = held.into_iter().filter(|(_, expected, found)| expected != found);
    let missing = |(what, expected, found): (Text, &str, &str)| {
        let need = Need::Identity {
            place: both!(
                "{en} read by {person} for bag {label}",
                "{person} 核对产品袋 {label} 时读取的{zh}",
                en = what.en,
                zh = what.zh,
                person = reading.person,
            ),
            expected: Words::english(expected.to_owned()),
            found: found.to_owned(),
        };
        case.missing(need, [])
    };
    wrong.map(missing).collect()
}

/// Each ordered bag is thawed, and not too long ago.
pub(super) fn thaw(case: &Case<'_>) -> Vec<Missing> {
    let Some(max) = case.rules.thaw_minutes else {
        return Vec::new();
    };
    let mut missing = Vec::new();
    for bag in ordered(case) {
        let thaws = case
            .own
            .thaws
            .iter()
            .filter(|one| one.bag == bag.label && one.when <= case.now());
        // Of several, the first: thawed twice is thawed since.
        let Some(first) = thaws.min_by_key(|one| one.when) else {
            missing.push(case.missing(Need::NotThawed(bag.label.clone()), []));
            continue;
        };
        let since = first.when.duration_until(case.now());
        if since.as_secs() > i64::from(max) * 60 {
            let need = Need::ThawTooLong {
                bag: bag.label.clone(),
                minutes: since.as_mins(),
                max,
            };
            missing.push(case.missing(need, [first.entry.at]));
        }
    }
    missing
}
