//! Which of our outcomes a reported outcome measure is.

use super::super::method::find_methods;
use super::Results;

/// A reported outcome measure and the method that would answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Title of the measure.
    pub title: String,
    /// Its rank.
    pub rank: String,
    /// Method, one of [`tercel::endpoint::ALL`]; `None` where its words name none, or several.
    pub method: Option<&'static str>,
    /// Components of the method that its words name.
    pub components: Vec<&'static str>,
}

/// The method of each outcome measure, by the words of its title.
pub fn match_outcomes(results: &Results) -> Vec<Matched> {
    let matched = results.outcomes.iter().map(|outcome| {
        let mut found = find_methods(&outcome.title);
        let only = if found.len() == 1 { found.pop() } else { None };
        Matched {
            title: outcome.title.clone(),
            rank: outcome.rank.clone(),
            method: only.as_ref().map(|found| found.method),
            components: only.map_or_else(Vec::new, |found| found.components),
        }
    });
    matched.collect()
}
