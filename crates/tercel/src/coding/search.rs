//! Which lowest level terms a text may mean.

use std::collections::{BTreeMap, BTreeSet};

use super::meddra::{LowestLevelTerm, Meddra, fold};

/// How a term was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Its name is the text.
    Exact,
    /// Its name begins with the text.
    Prefix,
    /// Its name has every word of the text.
    Words,
    /// Its name has every word of the text, with one letter wrong in words of four and more.
    Spelling,
}

impl Rank {
    /// Name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Words => "words",
            Self::Spelling => "spelling",
        }
    }
}

/// An index of the words of a dictionary: making it costs as much as a few searches without it.
#[derive(Debug)]
pub struct Search<'m> {
    meddra: &'m Meddra,
    /// Words to the places of the current terms that have them, ascending.
    words: BTreeMap<String, Vec<usize>>,
    /// Folded names of the current terms with their places, ascending.
    names: Vec<(String, usize)>,
}

impl<'m> Search<'m> {
    /// Reads the words of every current lowest level term.
    pub fn new(meddra: &'m Meddra) -> Self {
        let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut names = Vec::new();
        for (at, llt) in meddra.llts().iter().enumerate().filter(|(_, llt)| llt.current) {
            let name = fold(&llt.name);
            for word in words_of(&name) {
                match words.get_mut(word) {
                    Some(places) => places.push(at),
                    None => {
                        words.insert(word.to_owned(), vec![at]);
                    }
                }
            }
            names.push((name, at));
        }
        names.sort();
        Self { meddra, words, names }
    }

    /// The first `most` current terms by rank, within a rank the shortest name first. Terms that are not current are found by
    /// their whole name alone, so that one sees why they cannot be chosen.
    pub fn find(&self, text: &str, most: usize) -> Vec<(Rank, &'m LowestLevelTerm)> {
        let text = fold(text);
        if words_of(&text).next().is_none() {
            return Vec::new();
        }
        let mut found: Vec<(Rank, &LowestLevelTerm)> = Vec::new();
        let exact: Vec<&LowestLevelTerm> = self.meddra.llts_named(&text).collect();
        add(&mut found, Rank::Exact, exact);
        let start = self.names.partition_point(|(name, _)| name.as_str() < text.as_str());
        let beginning = self.names.iter().skip(start);
        let prefixed = beginning.take_while(|(name, _)| name.starts_with(&text));
        add(&mut found, Rank::Prefix, self.terms(prefixed.map(|(_, at)| *at)));
        for (rank, is_alike) in [(Rank::Words, is_same as Alike), (Rank::Spelling, is_near)] {
            if found.len() < most {
                add(
                    &mut found,
                    rank,
                    self.terms(self.with_words(&text, is_alike).into_iter()),
                );
            }
        }
        found.truncate(most);
        found
    }

    fn terms(&self, places: impl Iterator<Item = usize>) -> Vec<&'m LowestLevelTerm> {
        places.filter_map(|at| self.meddra.llts().get(at)).collect()
    }

    /// Places of the terms that have every word, or one like it.
    fn with_words(&self, text: &str, is_alike: Alike) -> BTreeSet<usize> {
        let mut common: Option<BTreeSet<usize>> = None;
        for wanted in words_of(text) {
            let alike = self.words.iter().filter(|(word, _)| is_alike(wanted, word));
            let having: BTreeSet<usize> = alike.flat_map(|(_, places)| places.iter().copied()).collect();
            common = Some(match common {
                Some(before) => before.intersection(&having).copied().collect(),
                None => having,
            });
        }
        common.unwrap_or_default()
    }
}

type Alike = fn(&str, &str) -> bool;

/// Adds what no better rank has found.
fn add<'m>(found: &mut Vec<(Rank, &'m LowestLevelTerm)>, rank: Rank, mut terms: Vec<&'m LowestLevelTerm>) {
    let known: BTreeSet<_> = found.iter().map(|(_, llt)| llt.code).collect();
    terms.retain(|llt| !known.contains(&llt.code));
    terms.sort_by_key(|llt| (!llt.current, llt.name.chars().count(), &llt.name, llt.code));
    found.extend(terms.into_iter().map(|llt| (rank, llt)));
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

fn is_same(wanted: &str, word: &str) -> bool {
    wanted == word
}

/// The same word, or one letter inserted, left out or replaced; of short words only the same.
fn is_near(wanted: &str, word: &str) -> bool {
    if wanted == word {
        return true;
    }
    if wanted.len().abs_diff(word.len()) > 4 || wanted.chars().count() < 4 {
        return false;
    }
    let mut one = wanted.chars();
    let mut other = word.chars();
    loop {
        let (left, right) = (one.as_str(), other.as_str());
        match (one.next(), other.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return true,
            // From the first letter that differs, one of the three must make the rest equal.
            (Some(_), Some(_)) => {
                return one.as_str() == other.as_str() || one.as_str() == right || left == other.as_str();
            }
            (Some(_), None) => return one.as_str().is_empty(),
            (None, Some(_)) => return other.as_str().is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_may_be_wrong_in_a_word_of_four() {
        for (wanted, word) in [
            ("zorb", "zorb"),
            ("zorbe", "zorb"),
            ("zorb", "zorbe"),
            ("zarb", "zorb"),
            ("orbe", "zorbe"),
        ] {
            assert!(is_near(wanted, word), "{wanted} {word}");
        }
        for (wanted, word) in [
            ("zo", "ze"),
            ("zorb", "zrob"),
            ("zorb", "zorbes"),
            ("zorbes", "zorb"),
            ("éclat", "oclut"),
        ] {
            assert!(!is_near(wanted, word), "{wanted} {word}");
        }
        assert!(is_near("éclat", "eclat"));
    }
}
