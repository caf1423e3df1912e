//! Where an outcome asks for something else than its method gives: other response criteria, stable disease as a response,
//! a time that does not begin at infusion.

use super::RecordOutcome;
use super::answer::Question;
use super::words::{holds, plain, sentences, words};

/// Methods that rest on tumour response.
const OF_RESPONSE: [&str; 7] = ["orr", "dcr", "pfs", "median-pfs", "pfs-rate", "ttr", "dor"];

/// Criteria that the methods use.
pub(super) const KNOWN: [&str; 3] = ["RECIST 1.1", "mRECIST", "iRECIST"];

/// Words that name criteria, and their name. RECIST without its version is in neither list: it is asked about.
const NAMED: [(&str, &str); 20] = [
    ("recist", "RECIST"),
    ("mrecist", "mRECIST"),
    ("irecist", "iRECIST"),
    ("imrecist", "imRECIST"),
    ("itrecist", "itRECIST"),
    ("irano", "iRANO"),
    ("immunotherapy response assessment in neuro oncology", "iRANO"),
    ("rano", "RANO"),
    ("response assessment in neuro oncology", "RANO"),
    ("lugano", "Lugano"),
    ("cheson", "Cheson"),
    ("imwg", "IMWG"),
    ("pcwg", "PCWG"),
    ("pcwg3", "PCWG3"),
    ("percist", "PERCIST"),
    ("choi", "Choi"),
    ("inrc", "INRC"),
    ("gcig", "GCIG"),
    ("irrc", "irRC"),
    ("iwcll", "iwCLL"),
];

/// Where the record's words ask for something else than the method gives.
pub(super) fn differences(
    outcome: &RecordOutcome,
    methods: &[&str],
    criteria: &[(&'static str, String)],
) -> Vec<Question> {
    let mut differences = Vec::new();
    for (name, sentence) in criteria {
        if !KNOWN.contains(name) && *name != "RECIST" {
            let text = format!(
                "The response criteria: the record names {name}, the method uses those of response.criteria ({}).",
                KNOWN.join(" or ")
            );
            let words = sentence.clone();
            differences.push(Question { text, words });
        }
    }
    if let Some(words) = Some(outcome)
        .filter(|_| methods.contains(&"orr"))
        .and_then(counts_stable_disease)
    {
        let text = "Whether stable disease is a response: the record counts it, the method counts CR and PR only.";
        let text = text.to_owned();
        differences.push(Question { text, words });
    }
    let from_infusion = methods.iter().any(|method| FROM_INFUSION.contains(method));
    if let Some(words) = Some(outcome).filter(|_| from_infusion).and_then(starts_elsewhere) {
        let text = "What the time is counted from: the record names another start than the infusion.".to_owned();
        differences.push(Question { text, words });
    }
    differences
}

/// Criteria that a text names, with the sentence.
fn named(text: &str) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for sentence in sentences(text) {
        let words = words(&sentence);
        for (phrase, name) in NAMED {
            let name = match name {
                "RECIST" if holds(&words, "modified recist") => "mRECIST",
                "RECIST" if sentence.contains("1.1") => "RECIST 1.1",
                // "Immunotherapy response assessment in neuro-oncology" holds the other's words too.
                "RANO" if found.iter().any(|(known, _)| *known == "iRANO") => continue,
                name => name,
            };
            if holds(&words, phrase) && !found.iter().any(|(known, _)| *known == name) {
                found.push((name, sentence.clone()));
            }
        }
    }
    found
}

/// Criteria that an outcome names, where a method that its words name rests on tumour response.
pub(super) fn named_criteria(outcome: &RecordOutcome, methods: &[&str]) -> Vec<(&'static str, String)> {
    if !methods.iter().any(|method| OF_RESPONSE.contains(method)) {
        return Vec::new();
    }
    let mut found = named(&outcome.measure);
    for (name, sentence) in named(&outcome.description) {
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, sentence));
        }
    }
    found
}

/// The words by which stable disease counts as a response: "CR + PR + SD" of a response rate.
fn counts_stable_disease(outcome: &RecordOutcome) -> Option<String> {
    let texts = [outcome.measure.as_str(), outcome.description.as_str()];
    texts.into_iter().flat_map(sentences).find(|sentence| {
        sentence.split(';').any(|part| {
            let words = words(&plain(part).replace('+', " "));
            let first = |phrases: &[&str]| {
                (0..words.len()).find(|at| {
                    let rest = words.get(*at..).unwrap_or_default();
                    phrases.iter().any(|phrase| {
                        let phrase: Vec<&str> = phrase.split(' ').collect();
                        rest.len() >= phrase.len() && rest.iter().zip(&phrase).all(|(word, part)| word == part)
                    })
                })
            };
            // A definition of stable disease names it before the responses that it is not.
            let response = first(&["pr", "partial response", "partial remission", "partial responses"]);
            let stable = first(&["sd", "stable disease"]);
            let of_control = holds(&words, "disease control") || holds(&words, "dcr");
            !of_control && matches!((response, stable), (Some(response), Some(stable)) if response < stable)
        })
    })
}

/// Methods that count time from infusion.
const FROM_INFUSION: [&str; 6] = ["pfs", "median-pfs", "pfs-rate", "median-os", "os-rate", "ttr"];

/// The sentence that counts from another day: "the time from initial diagnosis to death".
fn starts_elsewhere(outcome: &RecordOutcome) -> Option<String> {
    const STARTS: [&str; 13] = [
        "diagnosis",
        "enrollment",
        "enrolment",
        "registration",
        "consent",
        "randomization",
        "randomisation",
        "apheresis",
        "leukapheresis",
        "lymphodepletion",
        "lymphodepleting",
        "collection",
        "screening",
    ];
    sentences(&outcome.description).into_iter().find(|sentence| {
        let words = words(sentence);
        let from = words.iter().position(|word| word == "from" || word == "since");
        let after = from.and_then(|from| words.get(from + 1..)).unwrap_or_default();
        let start: Vec<&String> = after
            .iter()
            .take_while(|word| !["to", "until", "till"].contains(&word.as_str()))
            .collect();
        start.iter().any(|word| STARTS.contains(&word.as_str())) && !start.iter().any(|word| word.starts_with("infus"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Kind;

    fn outcome(description: &str) -> RecordOutcome {
        RecordOutcome {
            kind: Kind::Secondary,
            measure: "Objective response rate".to_owned(),
            description: description.to_owned(),
            time_frame: String::new(),
        }
    }

    #[test]
    fn criteria_are_named_with_their_version() {
        let names = |text: &str| {
            let found = named_criteria(&outcome(text), &["orr"]);
            found.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names("per RECIST 1.1"), ["RECIST 1.1"]);
        assert_eq!(names("RECIST v1.1 and mRECIST"), ["RECIST 1.1", "mRECIST"]);
        assert_eq!(names("by RECIST"), ["RECIST"]);
        assert_eq!(
            names("per Immunotherapy response assessment in neuro-oncology (iRANO) criteria"),
            ["iRANO"]
        );
        assert_eq!(names("Lugano 2014"), ["Lugano"]);
        assert_eq!(named_criteria(&outcome("RECIST"), &["dlt"]), []);
    }

    #[test]
    fn stable_disease_counts_only_where_it_is_added_to_the_responses() {
        let counts = |text: &str| counts_stable_disease(&outcome(text)).is_some();
        assert!(counts("the percentage with [CR + PR + stable disease] per iRANO"));
        assert!(counts("Proportion of subjects with CR, PR or SD"));
        assert!(!counts(
            "CR+PR. Stable disease (SD): Does not qualify for CR, PR or progressive disease"
        ));
        assert!(!counts("ORR is CR+PR; DCR is CR+PR+SD"));
    }
}
