//! What a meeting can decide, as the forms and the steps of its record write it.

use serde_json::Value;
use tercel::design::Action;
use tercel::language::Language;
use tercel::meeting::{Choice, Occasion, Packet};
use tercel::protocol::{DoseLevel, Trial};

/// `escalate:2`, `wait`, `stop`, `stop:1` with a tolerated dose, `rp2d:2`, `rp2d`.
pub(crate) fn choice_of(text: &str) -> Option<Choice> {
    let (what, level) = text
        .split_once(':')
        .map_or((text, None), |(what, level)| (what, Some(level)));
    let level = level.map(|level| level.parse().ok().and_then(DoseLevel::new));
    let level = match level {
        Some(None) => return None,
        Some(level) => level,
        None => None,
    };
    Some(match (what, level) {
        ("escalate", Some(level)) => Choice::Dose(Action::Escalate(level)),
        ("stay", Some(level)) => Choice::Dose(Action::Stay(level)),
        ("de-escalate", Some(level)) => Choice::Dose(Action::DeEscalate(level)),
        ("wait", None) => Choice::Dose(Action::Wait),
        ("stop", level) => Choice::Dose(Action::Stop(level)),
        ("rp2d", level) => Choice::Recommended(level),
        _ => return None,
    })
}

/// The recommended choice.
pub(crate) fn recommended(packet: &Packet) -> String {
    let action = packet.recommendation.advice.action;
    let name = action.name();
    match action.level().or(action.mtd()) {
        Some(level) => format!("{name}:{}", level.number()),
        None => name.to_owned(),
    }
}

/// How many subjects a level takes, as a step says.
pub(crate) fn places(step: &Value) -> Option<u32> {
    step.get("places")
        .and_then(Value::as_u64)
        .and_then(|places| u32::try_from(places).ok())
}

/// Whether a choice opens a level to the next subject.
pub(crate) fn opens_level(choice: Choice) -> bool {
    matches!(choice, Choice::Dose(action) if action.level().is_some())
}

/// Every choice a meeting has.
pub(crate) fn choices(packet: &Packet, trial: &Trial, language: Language) -> Vec<(String, String)> {
    let levels: Vec<u8> = trial.dose_levels.iter().map(|(level, _)| level.number()).collect();
    let ids: Vec<String> = if packet.occasion == Occasion::RecommendedDose {
        std::iter::once("rp2d".to_owned())
            .chain(levels.iter().map(|level| format!("rp2d:{level}")))
            .collect()
    } else {
        let actions = ["escalate", "stay", "de-escalate"];
        let each = actions
            .iter()
            .flat_map(|action| levels.iter().map(move |level| format!("{action}:{level}")));
        let ends = ["wait".to_owned(), "stop".to_owned()];
        each.chain(ends)
            .chain(levels.iter().map(|level| format!("stop:{level}")))
            .collect()
    };
    ids.into_iter()
        .filter_map(|id| choice_of(&id).map(|choice| (id, choice.words(language))))
        .collect()
}
