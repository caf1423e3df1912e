//! Checks of the place, the level, its room and halts.

use jiff::civil::DateTime;

use super::gate::{Case, Missing, Study};
use super::need::Need;
use super::record::{Choice, ClosedLevelChoice, OpenLevel, SignedDecision};
use super::records::SubjectConduct;
use crate::protocol::DoseLevel;
use crate::study::SubjectId;

/// A place is reserved.
pub(super) fn slot(case: &Case<'_>) -> Vec<Missing> {
    match case.own.slot(case.now()) {
        Some(_) => Vec::new(),
        None => vec![case.missing(Need::NoSlot, [])],
    }
}

/// From when a decision holds: not before it was signed. `None`: it is not signed, or says no moment.
pub(super) fn holds_from(decision: &SignedDecision, now: DateTime) -> Option<DateTime> {
    let signed = decision.signed.filter(|signed| *signed <= now)?;
    let named = decision.signed_by.iter().any(|person| !person.trim().is_empty());
    Some(signed.max(decision.effective?)).filter(|_| named)
}

/// The decision in force at a moment as it is known now: of those in effect the one signed last. `Err`: two were signed at one
/// moment and differ, or the last is superseded.
pub(super) fn in_force<'s>(study: &'s Study<'_>, at: DateTime) -> Result<Option<&'s SignedDecision>, Box<Need>> {
    let in_effect = |one: &&SignedDecision| holds_from(one, study.now).is_some_and(|from| from <= at);
    let held = study.records.decisions.iter().filter(in_effect);
    let Some(last) = held.clone().max_by_key(|one| one.signed) else {
        return Ok(None);
    };
    if held
        .into_iter()
        .any(|other| other.signed == last.signed && other.open != last.open)
    {
        return Err(Box::new(Need::DecisionsDisagree));
    }
    if last.superseded.is_some_and(|until| until <= at) {
        return Err(Box::new(Need::DecisionSuperseded(last.entry.id.clone())));
    }
    Ok(Some(last))
}

/// The line of a decision that opens a level.
pub(super) fn opens(decision: &SignedDecision, level: DoseLevel) -> Option<&OpenLevel> {
    decision.open.iter().find(|open| open.level == level)
}

/// Whether the decision in force opens a level.
pub(super) fn is_open(case: &Case<'_>, level: DoseLevel) -> bool {
    let decision = in_force(case.study, case.now()).ok().flatten();
    decision.is_some_and(|decision| opens(decision, level).is_some())
}

/// The committee's last signed choice for a subject whose level closed.
pub(super) fn choice(own: &SubjectConduct, now: DateTime) -> Option<&Choice> {
    let signed = own.choices.iter().filter(|choice| {
        let named = choice.signed_by.iter().any(|person| !person.trim().is_empty());
        named && choice.signed.is_some_and(|signed| signed <= now)
    });
    signed.max_by_key(|choice| choice.signed)
}

/// The level a subject is treated at: that of the committee's choice, otherwise of the place.
pub(super) fn treatment_level(study: &Study<'_>, own: &SubjectConduct) -> Option<DoseLevel> {
    let chosen = choice(own, study.now).and_then(|choice| match choice.choice {
        ClosedLevelChoice::DoseAt(level) => Some(level),
        ClosedLevelChoice::Hold | ClosedLevelChoice::Withdraw => None,
    });
    let reserved = own.slot(study.now).map(|slot| slot.level);
    // A choice lowers the dose, never raises it.
    match (chosen, reserved) {
        (Some(chosen), Some(reserved)) => Some(chosen.min(reserved)),
        (None, reserved) => reserved,
        (Some(_), None) => None,
    }
}

/// The level a subject is treated at: that of the committee's choice, otherwise of its place; `None` without a place.
pub fn derive_treatment_level(study: &Study<'_>, subject: &SubjectId) -> Option<DoseLevel> {
    treatment_level(study, study.records.of(subject)?)
}

/// The level is open by the decision in force, now and when the infusion begins.
pub(super) fn level(case: &Case<'_>) -> Vec<Missing> {
    let Some(level) = case.level else {
        // Without a place there is no level to be open; the check of the place says so.
        return Vec::new();
    };
    let mut missing = chosen(case);
    if case.study.trial.dose_levels.get(level).is_none() {
        missing.push(case.missing(Need::LevelNotOpen(level), []));
        return missing;
    }
    let now = case.now();
    let planned = case.infusion().filter(|planned| *planned > now);
    for at in [Some(now), planned].into_iter().flatten() {
        let found = closed(case, level, at);
        if let Some(one) = found.filter(|found| missing.iter().all(|known| known.need != found.need)) {
            missing.push(one);
            return missing;
        }
    }
    missing.extend(closed_by_rule(case, level));
    missing
}

/// A level that the design closed after the committee opened it: it decides again before anybody goes on there. What it knew
/// when it decided does not count against its decision.
fn closed_by_rule(case: &Case<'_>, level: DoseLevel) -> Option<Missing> {
    let decision = in_force(case.study, case.now()).ok().flatten()?;
    let highest = case.study.answer?.closes(level, decision.known.as_ref())?;
    let need = Need::RuleCloses {
        level,
        highest: DoseLevel::new(highest),
    };
    Some(case.missing(need, []))
}

/// The levels that the decision in force opens and the design closed since, as [`DoseAnswer::closes`](crate::design::DoseAnswer::closes) has it.
pub fn closed_since(study: &Study<'_>) -> Vec<DoseLevel> {
    let Some((decision, answer)) = in_force(study, study.now).ok().flatten().zip(study.answer) else {
        return Vec::new();
    };
    let opened = decision.open.iter().map(|open| open.level);
    opened
        .filter(|level| answer.closes(*level, decision.known.as_ref()).is_some())
        .collect()
}

/// What the committee chose for the subject, where it is not to treat.
fn chosen(case: &Case<'_>) -> Vec<Missing> {
    let Some(choice) = choice(case.own, case.now()) else {
        return Vec::new();
    };
    let need = match choice.choice {
        ClosedLevelChoice::DoseAt(_) => return Vec::new(),
        ClosedLevelChoice::Hold => Need::Held,
        ClosedLevelChoice::Withdraw => Need::WithdrawChosen,
    };
    vec![case.missing(need, [choice.entry.at])]
}

/// Why a level is not open at a moment.
fn closed(case: &Case<'_>, level: DoseLevel, at: DateTime) -> Option<Missing> {
    let study = case.study;
    let decisions = &study.records.decisions;
    let entered = decisions.iter().map(|one| one.entry.at).max();
    let in_force = match in_force(study, at) {
        Err(need) => return Some(case.missing(*need, entered)),
        Ok(decision) => decision,
    };
    if in_force.is_some_and(|decision| opens(decision, level).is_some()) {
        return None;
    }
    // What was signed before the decision in force opens nothing any more.
    let signed = in_force.and_then(|decision| decision.signed);
    let is_newer = |one: &&SignedDecision| one.signed.is_none_or(|own| signed.is_none_or(|signed| own > signed));
    let opening = || {
        let all = decisions.iter().filter(is_newer);
        all.filter(|one| opens(one, level).is_some())
    };
    let later = opening().find_map(|one| Some((one, holds_from(one, study.now).filter(|from| *from > at)?)));
    let unsigned = opening().find(|one| holds_from(one, study.now).is_none());
    let made = case.own.lots.iter().any(|lot| lot.level == level);
    let need = if let Some((decision, effective)) = later {
        Need::DecisionNotEffective {
            id: decision.entry.id.clone(),
            effective,
            at,
        }
    } else if let Some(decision) = unsigned {
        Need::DecisionUnsigned(decision.entry.id.clone())
    } else if in_force.is_none() {
        Need::NoDecision
    } else if made {
        Need::LevelClosed {
            level,
            below: level.below(),
        }
    } else {
        Need::LevelNotOpen(level)
    };
    Some(case.missing(need, entered))
}

/// Room at the level: others with a place there, or infused there, leave one.
pub(super) fn places(case: &Case<'_>) -> Vec<Missing> {
    let (Some(level), Ok(Some(decision))) = (case.level, in_force(case.study, case.now())) else {
        // The check of the level says what is missing.
        return Vec::new();
    };
    let Some(open) = opens(decision, level) else {
        return Vec::new();
    };
    let Some(places) = open.places else {
        return vec![case.missing(Need::PlacesNotSaid(level), [decision.entry.at])];
    };
    let taken = taken(case.study, &case.own.subject, level);
    if u32::try_from(taken).is_ok_and(|taken| taken < places) {
        return Vec::new();
    }
    vec![case.missing(Need::LevelFull { level, places }, [decision.entry.at])]
}

/// How many others have a place at a level or were infused there.
fn taken(study: &Study<'_>, own: &SubjectId, level: DoseLevel) -> usize {
    let by_place = study.records.subjects.iter().filter(|other| {
        let left = !other.departures.is_empty() && other.infused(study.now).is_none();
        !left && treatment_level(study, other) == Some(level)
    });
    let all = study.data.subjects.iter();
    let infused = all.filter(|other| other.is_infused() && other.level == Some(level));
    let mut others: Vec<&SubjectId> = by_place
        .map(|one| &one.subject)
        .chain(infused.map(|one| &one.id))
        .collect();
    others.retain(|other| *other != own);
    others.sort();
    others.dedup();
    others.len()
}
