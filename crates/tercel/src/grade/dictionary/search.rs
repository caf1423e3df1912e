//! What a text may mean.

use super::{Dictionary, Term};
use crate::grade::analyte::name_key;
use crate::grade::text::edit_distance;

/// How a text led to terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is the name.
    Name,
    /// Its words are in the name or in a synonym.
    Words,
    /// Its words are, with a letter or two wrong.
    Spelling,
    /// Nothing has all its words; what comes near.
    Near,
}

/// What a search found.
#[derive(Debug)]
pub struct Search<'d> {
    /// How.
    pub by: Match,
    /// The terms, best first; at most five where nothing but nearness was found.
    pub terms: Vec<&'d Term>,
}

impl Dictionary {
    /// The terms a text may mean.
    pub fn search(&self, text: &str) -> Search<'_> {
        if let Some(term) = self.find(text) {
            let terms = vec![term];
            return Search { by: Match::Name, terms };
        }
        let wanted = words(text);
        let same: fn(&str, &str) -> bool = |wanted, word| word == wanted;
        let begins: fn(&str, &str) -> bool = |wanted, word| wanted.len() > 2 && word.starts_with(wanted);
        let misspelt: fn(&str, &str) -> bool = is_misspelt;
        for (by, is_alike) in [
            (Match::Words, same),
            (Match::Words, begins),
            (Match::Spelling, misspelt),
        ] {
            let terms = self.with_words(&wanted, is_alike);
            if !terms.is_empty() {
                return Search { by, terms };
            }
        }
        let terms = self.near(text, &wanted);
        Search { by: Match::Near, terms }
    }

    /// The terms that have all the words, those with the fewest others first.
    fn with_words(&self, wanted: &[String], is_alike: fn(&str, &str) -> bool) -> Vec<&Term> {
        let has_all = |names: &[String]| {
            let has = |wanted: &String| names.iter().any(|word| is_alike(wanted, word));
            !wanted.is_empty() && wanted.iter().all(has)
        };
        let mut found: Vec<(usize, &Term)> = Vec::new();
        for term in &self.terms {
            let of_name = words(term.name);
            let of_synonym = words(synonyms(term));
            if has_all(&of_name) || has_all(&of_synonym) {
                found.push((of_name.len(), term));
            }
        }
        found.sort_by_key(|&(length, _)| length);
        found.into_iter().map(|(_, term)| term).collect()
    }

    /// The names nearest to the text, those that share a word first.
    fn near(&self, text: &str, wanted: &[String]) -> Vec<&Term> {
        let key = name_key(text);
        let length = key.chars().count();
        let mut found: Vec<(usize, usize, &Term)> = Vec::new();
        for term in &self.terms {
            let of_name = words(term.name);
            let alike = |wanted: &&String| wanted.len() > 3 && of_name.iter().any(|word| is_misspelt(wanted, word));
            let shared = wanted.iter().filter(alike).count();
            let distance = edit_distance(&key, &name_key(term.name));
            if shared > 0 || distance <= length / 3 {
                found.push((wanted.len() - shared, distance, term));
            }
        }
        found.sort_by_key(|&(missing, distance, _)| (missing, distance));
        found.into_iter().take(5).map(|(.., term)| term).collect()
    }
}

/// What NCI names as a synonym in the navigational note.
fn synonyms(term: &Term) -> &'static str {
    let after = term
        .note
        .and_then(|note| note.split_once("Synonym"))
        .map(|(_, after)| after);
    let names = after.map(|after| after.split('.').next().unwrap_or_default());
    names.unwrap_or_default()
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(name_key).collect()
}

fn is_misspelt(wanted: &str, word: &str) -> bool {
    let allowed = match wanted.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    wanted.len().abs_diff(word.len()) <= 2 * allowed && edit_distance(wanted, word) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Match, Vec<&'static str>) {
        let search = Dictionary::v5().search(text);
        (search.by, search.terms.iter().map(|term| term.name).collect())
    }

    #[test]
    fn a_name_comes_before_words_and_words_before_spelling() {
        assert_eq!(found("ANEMIA"), (Match::Name, vec!["Anemia"]));
        assert_eq!(found("neutropenia"), (Match::Words, vec!["Febrile neutropenia"]));
        assert_eq!(
            found("count platelet"),
            (Match::Words, vec!["Platelet count decreased"])
        );
        assert_eq!(
            found("febrile neutropnia"),
            (Match::Spelling, vec!["Febrile neutropenia"])
        );
        assert_eq!(found("diarrhoea"), (Match::Name, vec!["Diarrhea"]));
        let (by, names) = found("hemorrhage");
        assert_eq!((by, names.len() > 20), (Match::Words, true));
        assert_eq!(
            found("cardiac fibrillation"),
            (Match::Near, found("cardiac fibrillation").1)
        );
    }

    #[test]
    fn nothing_alike_gives_what_is_near_or_nothing() {
        let (by, names) = found("platelet low");
        assert_eq!((by, names.first()), (Match::Near, Some(&"Platelet count decreased")));
        assert_eq!(found("zzzzzz"), (Match::Near, Vec::new()));
        assert_eq!(found(""), (Match::Near, Vec::new()));
    }
}
