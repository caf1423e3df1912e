//! Every term of the CTCAE with its grades, definition and navigational note.
//!
//! # What it derives
//! The [`Term`] of a name, the terms a text may mean ([`Dictionary::search`]), the grades a term has
//! ([`Term::allowed_grades`]), and what a term of the other version is called here ([`Dictionary::named_after`]).
//!
//! # Source
//! `ctcae5` (837 terms), `ctcae6` (850 terms) and NCI's mapping of 5.0 to 6.0, in `data/ctcae_v5_terms.txt`,
//! `data/ctcae_v6_terms.txt` and `data/ctcae_v5_to_v6.txt`.
//!
//! # Formula
//! Names compare without case, punctuation and British digraphs. A search takes the first of these that finds anything: the name;
//! every word of the text among the words of the name or of its synonyms; the same with one letter wrong in a word of four to
//! seven letters, two in a longer one.
//!
//! # Example
//! ```
//! use tercel::grade::{Grade, dictionary::Dictionary};
//! let alopecia = Dictionary::v5().find("alopecia").unwrap();
//! assert_eq!(alopecia.allowed_grades(), [Grade::G1, Grade::G2]);
//! let now = Dictionary::v6().named_after("Platelet count decreased");
//! assert_eq!(now[0].name, "Thrombocytopenia");
//! ```
//!
//! # Limits
//! Categories are the chapter headings NCI prints, not a coding: an event keeps the system organ class its coder gave it. A term
//! of 5.0 may have several successors in 6.0, by grade; all are named.

mod search;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Grade;
use super::analyte::name_key;
use super::ctcae::Ctcae;
use crate::language::Words;
pub use search::{Match, Search};

/// Every term of a version.
#[derive(Debug)]
pub struct Dictionary {
    /// The version.
    pub version: Ctcae,
    /// The terms, by category, as NCI prints them.
    pub terms: Vec<Term>,
    /// Name key to position.
    index: BTreeMap<String, usize>,
}

/// An adverse-event term.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// The version it belongs to.
    pub version: Ctcae,
    /// Name as NCI spells it.
    pub name: &'static str,
    /// Heading of its chapter.
    pub category: &'static str,
    /// What it is; none for "Other, specify".
    pub definition: Option<&'static str>,
    /// What to consider, or report, instead.
    pub note: Option<&'static str>,
    texts: [Option<&'static str>; 5],
}

impl Term {
    /// The wording of a grade; `None` where the term does not have it.
    pub fn text(&self, grade: Grade) -> Option<&'static str> {
        let texts = Grade::ALL.into_iter().zip(self.texts);
        texts.filter(|&(of, _)| of == grade).find_map(|(_, text)| text)
    }

    /// The grades it has, ascending.
    pub fn allowed_grades(&self) -> Vec<Grade> {
        let has_text = |grade: &Grade| self.text(*grade).is_some();
        Grade::ALL.into_iter().filter(has_text).collect()
    }

    /// `1, 2 and 3`.
    pub fn allowed_text(&self) -> Words {
        let numbers: Vec<String> = self.allowed_grades().iter().map(Grade::to_string).collect();
        let en = match numbers.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            _ => numbers.concat(),
        };
        Words {
            en,
            zh: numbers.join("、"),
        }
    }
}

static V5: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::read(Ctcae::V5, include_str!("../../../data/ctcae_v5_terms.txt")));
static V6: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::read(Ctcae::V6, include_str!("../../../data/ctcae_v6_terms.txt")));
static SUCCESSORS: &str = include_str!("../../../data/ctcae_v5_to_v6.txt");

impl Dictionary {
    /// The terms of a version, read on first use.
    pub fn of(version: Ctcae) -> &'static Self {
        match version {
            Ctcae::V5 => &V5,
            Ctcae::V6 => &V6,
        }
    }

    /// CTCAE 5.0.
    pub fn v5() -> &'static Self {
        Self::of(Ctcae::V5)
    }

    /// CTCAE 6.0.
    pub fn v6() -> &'static Self {
        Self::of(Ctcae::V6)
    }

    /// The term of this name.
    pub fn find(&self, name: &str) -> Option<&Term> {
        self.index
            .get(&name_key(name))
            .and_then(|&position| self.terms.get(position))
    }

    /// The terms that hold what the other version calls by this name; empty where this version has the name itself, or neither
    /// has it.
    pub fn named_after(&self, name: &str) -> Vec<&Term> {
        if self.find(name).is_some() {
            return Vec::new();
        }
        let key = name_key(name);
        let pairs = SUCCESSORS.lines().filter_map(|line| line.split_once(" -> "));
        let pairs = pairs.flat_map(|(old, new)| new.split(" | ").map(move |new| (old, new)));
        let here: Vec<&str> = match self.version {
            Ctcae::V5 => pairs
                .filter(|(_, new)| name_key(new) == key)
                .map(|(old, _)| old)
                .collect(),
            Ctcae::V6 => pairs
                .filter(|(old, _)| name_key(old) == key)
                .map(|(_, new)| new)
                .collect(),
        };
        here.into_iter().filter_map(|name| self.find(name)).collect()
    }

    /// Reads the terms of a file; its form is described at its head.
    fn read(version: Ctcae, text: &'static str) -> Self {
        let mut category = "";
        let mut terms: Vec<Term> = Vec::new();
        for block in text.split("\n\n") {
            let mut lines = block.lines().filter(|line| !line.starts_with('#'));
            let Some(first) = lines.next() else { continue };
            if let Some(heading) = first.strip_prefix("== ") {
                category = heading;
                continue;
            }
            let mut term = Term {
                version,
                name: first,
                category,
                definition: None,
                note: None,
                texts: [None; 5],
            };
            for line in lines {
                term.add(line);
            }
            terms.push(term);
        }
        let names = terms.iter().enumerate();
        let index = names.map(|(position, term)| (name_key(term.name), position)).collect();
        Self { version, terms, index }
    }
}

impl Term {
    fn add(&mut self, line: &'static str) {
        match line.split_once(' ') {
            Some(("=", definition)) => self.definition = Some(definition),
            Some((">", note)) => self.note = Some(note),
            Some((number, text)) => {
                let grade = number.parse().ok().and_then(Grade::from_number);
                let place = Grade::ALL.into_iter().zip(&mut self.texts);
                for (_, place) in place.filter(|&(of, _)| Some(of) == grade) {
                    *place = Some(text);
                }
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_read_once_with_its_grades() {
        for (dictionary, terms, with_death, categories) in
            [(Dictionary::v5(), 837, 494, 26), (Dictionary::v6(), 850, 512, 26)]
        {
            assert_eq!(dictionary.terms.len(), terms);
            assert_eq!(
                dictionary.index.len(),
                terms,
                "no two terms have names that compare equal"
            );
            let deaths = dictionary.terms.iter().filter(|term| term.text(Grade::G5).is_some());
            assert_eq!(deaths.count(), with_death);
            let mut headings: Vec<&str> = dictionary.terms.iter().map(|term| term.category).collect();
            headings.dedup();
            assert_eq!(headings.len(), categories);
            for term in &dictionary.terms {
                assert!(!term.allowed_grades().is_empty(), "{}", term.name);
                assert!(
                    term.definition.is_some() || term.name.ends_with("Other, specify"),
                    "{}",
                    term.name
                );
            }
        }
    }

    #[test]
    fn a_term_has_only_the_grades_nci_prints() {
        let allowed = |name: &str| Dictionary::v5().find(name).unwrap().allowed_text().en;
        assert_eq!(allowed("Febrile neutropenia"), "3, 4 and 5");
        assert_eq!(allowed("ALOPECIA"), "1 and 2");
        assert_eq!(allowed("Death NOS"), "5");
        assert_eq!(allowed("anaemia"), "1, 2, 3, 4 and 5");
        let neutropenia = Dictionary::v5().find("febrile neutropaenia").unwrap();
        assert_eq!(neutropenia.category, "Blood and lymphatic system disorders");
        assert!(neutropenia.text(Grade::G3).unwrap().starts_with("ANC <1000/mm3"));
        assert_eq!(neutropenia.text(Grade::G2), None);
    }

    #[test]
    fn every_term_that_version_6_lacks_has_a_successor_there() {
        let (old, new) = (Dictionary::v5(), Dictionary::v6());
        let gone: Vec<&Term> = old.terms.iter().filter(|term| new.find(term.name).is_none()).collect();
        assert_eq!(gone.len(), 47);
        for term in gone {
            assert!(!new.named_after(term.name).is_empty(), "{}", term.name);
        }
        let before: Vec<&str> = old.named_after("Hematochezia").iter().map(|term| term.name).collect();
        assert_eq!(before.len(), 4);
        assert!(new.named_after("Anemia").is_empty());
        assert!(new.named_after("no such term").is_empty());
    }
}
