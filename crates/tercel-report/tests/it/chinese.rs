//! The report in Chinese: the same numbers in the same places, and no sentence left in English.

use std::collections::BTreeSet;

use tercel::language::Language;
use tercel::protocol::Trial;
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_report::render_parts;

use super::{markup, report, trial};

/// What a person reads of a page, text by text, in order.
fn texts(page: &str) -> Vec<String> {
    let without = |page: &str, tag: &str| {
        let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
        let mut parts = page.split(&open);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |page, part| {
            page + "<>" + part.split_once(&close).map_or("", |(_, after)| after)
        })
    };
    let page = without(&without(&without(page, "code"), "math"), "cite");
    let mut texts = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        if let Some(label) = tag.split_once("aria-label=\"") {
            texts.push(label.1.split('"').next().unwrap_or_default().to_owned());
        }
        texts.push(text.trim().to_owned());
    }
    let plain = |text: String| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    texts.into_iter().map(plain).collect()
}

/// The numbers in a text; a text in Chinese may put them in another order.
fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Units and names of parameters are the same in both languages.
const UNITS: [&str; 5] = ["umol/L", "mmol/L", "copies/µg DNA", "cells/µL", "C_max"];

fn has_word(text: &str) -> bool {
    let text = UNITS.iter().fold(text.to_owned(), |text, unit| text.replace(unit, ""));
    text.split(|letter: char| !letter.is_ascii_lowercase())
        .any(|word| word.len() >= 3)
}

/// A text of the protocol, the data, a dictionary or a publication, with what stands before it: a code, a number.
fn is_own(text: &str, own: &str) -> bool {
    let text = text.strip_prefix(": ").unwrap_or(text);
    let after = |mark: &str| text.split_once(mark).map_or(text, |(_, after)| after);
    let shortened = text.strip_suffix('…');
    [text, after(", "), after(" ")]
        .iter()
        .any(|text| own.contains(&format!("\"{}\"", text.replace('"', "\\\""))))
        || shortened.is_some_and(|start| own.contains(&format!("\"{start}")))
}

/// Names that are the same in both languages.
const NAMES: [&str; 25] = [
    "Brookmeyer-Crowley",
    "Clopper-Pearson",
    "Child-Pugh",
    "Kaplan-Meier",
    "C_max",
    "C_last",
    "T_max",
    "T_last",
    "t_max",
    "exp(s²)",
    "tercel",
    "copies/µg",
    "Greenwood",
    "Log-rank",
    "log-log",
    "Log-log",
    "Cox",
    "Efron",
    "Stein",
    "Hy's law",
    "linear-up-log-down",
    "linear v1",
    "korn-strict",
    "kinetics.vector_copy_number",
    "tercel check --out",
];

/// Outcomes as the matrix names them.
const OUTCOMES: [&str; 9] = [
    "dcr",
    "dor",
    "median-os",
    "median-pfs",
    "orr",
    "os-rate",
    "pfs",
    "pfs-rate",
    "ttr",
];

fn is_outcome(word: &str) -> bool {
    let number = word.strip_prefix(['P', 'S']);
    number.is_some_and(|number| number.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// The texts of the study, the longest first, as a page in Chinese may write them.
fn texts_of(trial: &Trial, data: &StudyData) -> Vec<String> {
    let (trial, data) = (format!("{trial:?}"), format!("{data:?}"));
    let quoted = |text: &str| -> Vec<String> { text.split('"').skip(1).step_by(2).map(str::to_owned).collect() };
    let sentences = quoted(&trial).into_iter().filter(|text| text.contains(' '));
    let texts: BTreeSet<String> = sentences
        .chain(quoted(&data))
        .filter(|text| text.len() > 3)
        .flat_map(|text| {
            let wide = text.replace(" (", "（").replace(')', "）");
            [text.to_lowercase(), wide, text]
        })
        .collect();
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

/// Whether a text in Chinese has English words that are none of the study's own.
fn is_mixed(chinese: &str, own: &[String]) -> bool {
    let without = |text: String, name: &str| text.replace(name, "");
    let text = NAMES.into_iter().fold(chinese.to_owned(), without);
    let text = own.iter().map(String::as_str).fold(text, without);
    // `P2.sae` and `S5 ttr, month 3` are outcomes of the matrix.
    let mut words = text
        .split([' ', '，'])
        .filter(|word| !is_outcome(word) && !OUTCOMES.contains(word));
    words.any(has_word)
}

/// Texts that are English on the Chinese page and no words of the study's own.
fn left_in_english(trial: &Trial, data: &StudyData, cut: Option<&str>) -> BTreeSet<String> {
    let (report, _) = report(trial, data, cut);
    let (english, chinese) = (
        render_parts(&report, Language::English),
        render_parts(&report, Language::Chinese),
    );
    markup::check(&format!(
        "<!DOCTYPE html>\n<html lang=\"zh-Hans\"><body><main>{chinese}</main></body></html>"
    ));
    let (english, chinese) = (texts(&english), texts(&chinese));
    assert_eq!(english.len(), chinese.len(), "the pages have the same texts");
    // Publications, terms of the CTCAE and of the chart are those of the report.
    let own = format!(
        "{trial:?} {data:?} {:?} {:?} {:?}",
        report.outcomes, report.labs, report.figures
    );
    let texts = texts_of(trial, data);
    let mut left = BTreeSet::new();
    for (english, chinese) in english.iter().zip(&chinese) {
        // A narrow column has the name of a dose level in two lines.
        let of_label = report.levels.iter().any(|name| name.label.contains(english.as_str()));
        if english == chinese && has_word(english) && !of_label && !is_own(english, &own) {
            left.insert(english.clone());
        } else if english != chinese && numbers(english) != numbers(chinese) {
            left.insert(format!("NUMBERS {english} => {chinese}"));
        } else if english != chinese && has_word(chinese) && is_mixed(chinese, &texts) {
            left.insert(format!("MIXED {english} => {chinese}"));
        }
    }
    left
}

#[test]
fn a_rehearsal_reads_in_chinese_with_the_same_numbers() {
    let trial = trial().in_language(Language::Chinese);
    let mut left = BTreeSet::new();
    for (seed, subjects) in [(1, 18), (2, 6), (3, 40), (4, 120)] {
        let data = rehearse(&trial, RehearsalOptions { subjects, seed });
        let last = data.last_day().map(|day| day.to_string());
        for cut in [
            None,
            Some("2025-02-26"),
            Some("2025-04-20"),
            Some("2025-10-01"),
            last.as_deref(),
        ] {
            left.extend(left_in_english(&trial, &data, cut));
        }
    }
    let all: Vec<String> = left.into_iter().collect();
    assert!(all.is_empty(), "{} texts:\n{}", all.len(), all.join("\n"));
}
