//! The coding log: who chose which lowest level term for which verbatim term, and when that was changed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::meddra::{MeddraCode, fold};

/// A line of the log: a person's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The term as it was reported.
    pub term: String,
    /// The lowest level term chosen.
    pub llt: MeddraCode,
    /// Version of MedDRA it was chosen from.
    pub version: String,
    /// Who chose.
    pub coder: String,
    /// When.
    pub at: Timestamp,
    /// Why; may be blank where nothing was changed.
    pub reason: String,
    /// The preferred term and primary system organ class it led to then, where the line says so.
    pub led_to: Option<(MeddraCode, MeddraCode)>,
}

/// A choice that took the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoding {
    /// The choice before.
    pub from: Choice,
    /// The choice that took its place.
    pub to: Choice,
}

/// Every choice ever made, in the order made. Nothing is taken out: the last of a term holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodingLog {
    choices: Vec<Choice>,
    /// Folded term to the places of its choices.
    by_term: BTreeMap<String, Vec<usize>>,
}

impl CodingLog {
    /// A log of these choices, in the order made.
    pub fn new(choices: Vec<Choice>) -> Self {
        let mut by_term: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, choice) in choices.iter().enumerate() {
            by_term.entry(fold(&choice.term)).or_default().push(at);
        }
        Self { choices, by_term }
    }

    /// All choices, in the order made.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The choices of a term, in the order made; capitals and blanks aside.
    pub fn of_term(&self, term: &str) -> impl DoubleEndedIterator<Item = &Choice> {
        let places = self.by_term.get(&fold(term)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|&at| self.choices.get(at))
    }

    /// The choice that holds for a term.
    pub fn last(&self, term: &str) -> Option<&Choice> {
        self.of_term(term).next_back()
    }

    /// The choices that hold, one a term, in order of term.
    pub fn standing(&self) -> impl Iterator<Item = &Choice> {
        let last = self.by_term.values().filter_map(|places| places.last());
        last.filter_map(|&at| self.choices.get(at))
    }

    /// Every change of a choice, in the order made. The same term chosen again is a confirmation, no change.
    pub fn recodings(&self) -> Vec<Recoding> {
        let mut before: BTreeMap<String, &Choice> = BTreeMap::new();
        let mut recodings = Vec::new();
        for to in &self.choices {
            match before.insert(fold(&to.term), to) {
                Some(from) if from.llt != to.llt => recodings.push(Recoding {
                    from: from.clone(),
                    to: to.clone(),
                }),
                Some(_) | None => {}
            }
        }
        recodings
    }
}
