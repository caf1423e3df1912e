//! What a protocol needs, looked for in the whole record.

use super::Record;
use super::answer::Answered;
use super::dose::{Doses, Level, find_doses};
use super::method::biomarker;
use super::words::{plain, sentences, words};

/// Doses of the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dosing {
    /// Levels beyond doubt, lowest first.
    pub(super) stated: Vec<Level>,
    /// Whether every level is a number of cells, whatever the size of the subject.
    pub(super) is_flat: bool,
    /// Words of doses that are in doubt.
    pub(super) uncertain: Vec<String>,
    /// The sentence that counts more levels than are stated.
    pub(super) missing: Option<String>,
    /// The sentences that give doses.
    pub(super) words: Vec<String>,
}

impl Dosing {
    /// Whether the record gives levels that a protocol can hold: numbers of cells.
    pub(super) fn is_usable(&self) -> bool {
        self.is_flat && !self.stated.is_empty()
    }
}

pub(super) fn find_dosing(record: &Record) -> Dosing {
    let names = record.interventions.iter().map(|given| &given.name);
    let arms = record.arms.iter().flat_map(|arm| [&arm.label, &arm.description]);
    let descriptions = record.interventions.iter().map(|given| &given.description);
    let given: Vec<String> = names.chain(arms).chain(descriptions).cloned().collect();
    let mut found = gather(&given);
    let mut said = given;
    // Summaries are asked only where nothing else has a dose, and without what they say of other studies.
    if found.levels.is_empty() && found.uncertain.is_empty() {
        said = record.summaries.iter().map(|text| of_this_study(text)).collect();
        found = gather(&said);
    }
    let Doses {
        levels: mut stated,
        uncertain,
    } = found;
    let words = if stated.is_empty() && uncertain.is_empty() {
        Vec::new()
    } else {
        said.iter()
            .flat_map(|text| sentences(text))
            .filter(|sentence| has_dose(sentence))
            .collect()
    };
    stated.sort_by(|a, b| a.amount.total_cmp(&b.amount));
    let is_flat = stated.iter().all(|level| !level.unit.contains('/'))
        && stated
            .windows(2)
            .all(|pair| matches!(pair, [low, high] if low.amount < high.amount));
    name_levels(&mut stated);
    let missing = record.texts().find_map(|text| more_levels(text, stated.len()));
    Dosing {
        stated,
        is_flat,
        uncertain,
        missing,
        words,
    }
}

fn has_dose(text: &str) -> bool {
    let doses = find_doses(text);
    !doses.levels.is_empty() || !doses.uncertain.is_empty()
}

/// The doses of several texts, each once: an amount told twice is one level, with the fuller unit and name.
fn gather(texts: &[String]) -> Doses {
    let mut all = Doses::default();
    for doses in texts.iter().map(|text| find_doses(text)) {
        for level in doses.levels {
            let known = all.levels.iter_mut().find(|known| {
                let bare = |unit: &str| unit == "cells";
                let units = known.unit == level.unit
                    || (!known.unit.contains('/')
                        && !level.unit.contains('/')
                        && (bare(&known.unit) || bare(&level.unit)));
                known.amount.total_cmp(&level.amount).is_eq() && units
            });
            match known {
                Some(known) => {
                    if known.label.is_empty() {
                        known.label = level.label;
                    }
                    if known.unit == "cells" {
                        known.unit = level.unit;
                    }
                }
                None => all.levels.push(level),
            }
        }
        for words in doses.uncertain {
            if !all.uncertain.contains(&words) {
                all.uncertain.push(words);
            }
        }
    }
    all
}

/// The text without sentences about other studies.
fn of_this_study(text: &str) -> String {
    const OTHER: [&str; 10] = [
        "previous",
        "previously",
        "prior",
        "earlier",
        "preclinical",
        "mice",
        "mouse",
        "published",
        "reported",
        "another",
    ];
    let kept = text.split_inclusive(". ").filter(|sentence| {
        let words = words(sentence);
        !OTHER.iter().any(|other| words.iter().any(|word| word == other))
    });
    kept.collect()
}

/// A level without a name of its own, or with that of another, is numbered.
fn name_levels(levels: &mut [Level]) {
    let mut taken: Vec<String> = Vec::new();
    for (index, level) in levels.iter_mut().enumerate() {
        if level.label.is_empty() || taken.contains(&level.label) {
            level.label = format!("Dose level {}", index + 1);
        }
        while taken.contains(&level.label) {
            level.label.push('\'');
        }
        taken.push(level.label.clone());
    }
}

/// The sentence "six doses will be explored", where fewer are stated.
fn more_levels(text: &str, stated: usize) -> Option<String> {
    const NUMBERS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    sentences(text).into_iter().find_map(|sentence| {
        let words = words(&sentence);
        let counted = words.windows(3).find_map(|run| {
            let [number, noun, next] = run else { return None };
            let count = NUMBERS
                .iter()
                .position(|known| known == number)
                .map(|at| at + 2)
                .or_else(|| number.parse().ok().filter(|count| (2..=10).contains(count)))?;
            let is_levels = noun == "doses" || (noun == "dose" && (next == "levels" || next == "groups"));
            is_levels.then_some(count)
        });
        (stated > 0 && counted.is_some_and(|count| count > stated)).then_some(sentence)
    })
}

/// Names of treatments and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) infusion: Vec<String>,
    pub(super) lymphodepletion: Vec<String>,
    pub(super) biomarker: Vec<String>,
}

pub(super) fn find_names(record: &Record, outcomes: &[Answered]) -> Names {
    const AGENTS: [&str; 3] = ["fludarabine", "cyclophosphamide", "bendamustine"];
    let is_agent = |text: &str| AGENTS.iter().any(|agent| text.to_lowercase().contains(agent));
    let given = || {
        record
            .interventions
            .iter()
            .flat_map(|given| given.other_names.iter().chain([&given.name]))
    };
    let agents = AGENTS
        .iter()
        .filter(|agent| given().any(|name| name.to_lowercase().contains(*agent)));
    let lymphodepletion = agents.map(|agent| agent.to_uppercase()).collect();
    let mut infusion: Vec<String> = Vec::new();
    let of_cells = |text: &str| {
        let text = text.to_lowercase();
        ["car", "cell", "chimeric"].iter().any(|word| text.contains(word))
    };
    let candidates = || record.interventions.iter().filter(|given| !is_agent(&given.name));
    let cells: Vec<_> = candidates().filter(|given| of_cells(&given.name)).collect();
    let chosen = if cells.is_empty() {
        candidates().take(1).collect()
    } else {
        cells
    };
    for intervention in chosen {
        let name = without_dose(&intervention.name);
        if !name.is_empty() && !infusion.contains(&name) {
            infusion.push(name);
        }
    }
    if infusion.is_empty() {
        infusion.push("CAR-T CELLS".to_owned());
    }
    // A measure that does not name its test still needs a name in the data; the draft says that names are to be confirmed.
    let measures = outcomes.iter().filter(|outcome| outcome.uses("biomarker-change"));
    Names {
        infusion,
        lymphodepletion,
        biomarker: measures
            .map(|outcome| biomarker(&outcome.measure).unwrap_or_else(|| "BIOMARKER".to_owned()))
            .take(1)
            .collect(),
    }
}

/// The name before its dose, which does not belong to it.
fn without_dose(name: &str) -> String {
    let plain = plain(name);
    let dosed = !find_doses(&plain).levels.is_empty() || !find_doses(&plain).uncertain.is_empty();
    let kept = match plain.find([':', '(']) {
        Some(at) if dosed => plain.get(..at).unwrap_or(&plain),
        _ => &plain,
    };
    kept.trim().to_owned()
}
