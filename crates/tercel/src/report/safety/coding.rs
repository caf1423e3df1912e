//! What the events are coded by, in words.

use std::fmt::Write as _;

use super::super::number::{count, counted};
use crate::coding::{Choice, StudyCoding};
use crate::endpoint::Analysis;

/// A choice that took the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecodingLine {
    /// The verbatim term.
    pub term: String,
    /// When, in UTC.
    pub at: String,
    /// Who.
    pub coder: String,
    /// The lowest level term before: code and version.
    pub from: String,
    /// The lowest level term since.
    pub to: String,
    /// Why.
    pub reason: String,
}

pub(super) fn recodings(analysis: &Analysis<'_>) -> Vec<RecodingLine> {
    let recodings = analysis.data.coding.iter().flat_map(|coding| &coding.recodings);
    let chosen = |choice: &Choice| format!("{} (MedDRA {})", choice.llt, choice.version);
    recodings
        .map(|recoding| RecodingLine {
            term: recoding.to.term.clone(),
            at: recoding.to.at.to_string(),
            coder: recoding.to.coder.clone(),
            from: chosen(&recoding.from),
            to: chosen(&recoding.to),
            reason: recoding.to.reason.clone(),
        })
        .collect()
}

/// The dictionary with its version and how many events came to their coding in which way, or that there is none. The two
/// numbers are of events in the tables: those under a CTCAE category, and those under neither class nor category.
pub fn coding_sentence(analysis: &Analysis<'_>, by_category: usize, not_coded: usize) -> String {
    let (mut text, missing) = match &analysis.data.coding {
        Some(coding) => (by_dictionary(coding), "a system organ class"),
        None => (
            "No MedDRA: terms and classes are those of the data.".to_owned(),
            "a system organ class or a CTCAE term",
        ),
    };
    // Writing to a String cannot fail.
    if by_category > 0 {
        let events = counted(by_category, "event");
        let _ = write!(
            text,
            " {events} without a system organ class, grouped by CTCAE category."
        );
    }
    if not_coded > 0 {
        let events = counted(not_coded, "event");
        let _ = write!(text, " {events} without {missing}; they stand under \"Not coded\".");
    }
    text
}

fn by_dictionary(coding: &StudyCoding) -> String {
    let ways = [
        (coding.exact, "by the verbatim term itself"),
        (coding.log, "by the coding log"),
        (coding.study, "as the data carry it"),
        (coding.not_coded, "not coded"),
    ];
    let ways: Vec<String> = ways
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, way)| format!("{} {way}", count(*number)))
        .collect();
    let by = format!("Preferred term and primary system organ class by {}.", coding.release);
    if ways.is_empty() {
        return by;
    }
    format!("{by} Events: {}.", ways.join(", "))
}
