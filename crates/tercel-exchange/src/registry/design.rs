//! The escalation design in the words of a record.

use super::Record;
use super::words::{holds, plain, sentences, words};

/// Designs that the draft does not have: words that name one, and its name.
const OTHERS: [(&str, &str); 24] = [
    ("i3+3", "i3+3"),
    ("boin", "BOIN"),
    ("bayesian optimal interval", "BOIN"),
    ("accelerated titration", "accelerated titration"),
    ("crm", "CRM"),
    ("continual reassessment", "CRM"),
    ("rolling six", "rolling six"),
    ("rolling 6", "rolling six"),
    ("mtpi", "mTPI"),
    ("mtpi 2", "mTPI"),
    ("toxicity probability interval", "mTPI"),
    ("keyboard design", "keyboard"),
    ("blrm", "BLRM"),
    ("bayesian logistic regression", "BLRM"),
    ("ewoc", "EWOC"),
    ("dose expansion", "dose expansion"),
    ("bayesian design", "a Bayesian design"),
    ("escalation expansion", "dose expansion"),
    ("dose escalation and expansion", "dose expansion"),
    ("expansion cohort", "dose expansion"),
    ("expansion cohorts", "dose expansion"),
    ("expansion phase", "dose expansion"),
    ("expansion part", "dose expansion"),
    ("expansion stage", "dose expansion"),
];

/// What a record says of its design.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Design {
    /// Whether it names 3+3 as it is usually described.
    pub(super) plain: bool,
    /// Names of what differs from that.
    pub(super) others: Vec<&'static str>,
    /// The sentences that name either.
    pub(super) quotes: Vec<String>,
}

impl Design {
    /// Whether the draft's 3+3 is the record's.
    pub(super) fn is_stated(&self) -> bool {
        self.plain && self.others.is_empty()
    }
}

pub(super) fn find_design(record: &Record) -> Design {
    let titles = [record.brief_title.as_str(), record.official_title.as_str()];
    let mut design = Design::default();
    for sentence in record.texts().chain(titles).flat_map(sentences) {
        let (plain, others) = named(&sentence);
        if !plain && others.is_empty() {
            continue;
        }
        design.plain |= plain;
        for other in others {
            if !design.others.contains(&other) {
                design.others.push(other);
            }
        }
        if !design.quotes.contains(&sentence) {
            design.quotes.push(sentence);
        }
    }
    design
}

/// Whether a sentence names 3+3, and what else it names.
fn named(sentence: &str) -> (bool, Vec<&'static str>) {
    let mut text = plain(sentence).to_lowercase();
    for writing in [
        "3 + 3",
        "3 +3",
        "3+ 3",
        "3 plus 3",
        "three plus three",
        "three-plus-three",
    ] {
        text = text.replace(writing, "3+3");
    }
    let words = words(&text);
    let of_three: Vec<usize> = (0..words.len())
        .filter(|at| words.get(*at).is_some_and(|word| word == "3+3"))
        .collect();
    let is_modified = |at: &usize| {
        let before = words.get(at.saturating_sub(2)..*at).unwrap_or_default();
        before.iter().any(|word| word == "modified" || word == "adapted")
    };
    let mut others = Vec::new();
    if of_three.iter().any(is_modified) {
        others.push("modified 3+3");
    }
    for (phrase, name) in OTHERS {
        if holds(&words, phrase) && !others.contains(&name) {
            others.push(name);
        }
    }
    (of_three.iter().any(|at| !is_modified(at)), others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn designs_are_told_apart_by_their_words() {
        let names = |text: &str| named(text);
        assert_eq!(names("in a dose-escalating 3+3 design"), (true, vec![]));
        assert_eq!(names("a 3 + 3 dose escalation design in two cohorts"), (true, vec![]));
        assert_eq!(
            names("the modified 3+3 dose-finding rule"),
            (false, vec!["modified 3+3"])
        );
        assert_eq!(names("An i3+3 design"), (false, vec!["i3+3"]));
        assert_eq!(names("Bayesian Optimal Interval (BOIN) design"), (false, vec!["BOIN"]));
        assert_eq!(
            names("accelerated titration followed by a standard 3+3 design"),
            (true, vec!["accelerated titration"])
        );
        assert_eq!(names("a rolling-six design"), (false, vec!["rolling six"]));
        assert_eq!(
            names("dose-escalation (3+3) and dose-expansion"),
            (true, vec!["dose expansion"])
        );
        assert_eq!(names("dose-escalation/expansion"), (false, vec!["dose expansion"]));
        assert_eq!(names("expansion of CAR-T cells in blood"), (false, vec![]));
    }
}
