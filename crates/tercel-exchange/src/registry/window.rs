//! Windows of observation: of dose-limiting toxicity, and of adverse events.

use super::method::find_methods;
use super::time::{TimeFrame, has_time, split_time_frames, times_in};
use super::words::{names_dlt, sentences, words};
use super::{Record, RecordOutcome};

/// The DLT window in days with the words that state it; or the words that fail to, where there are some.
pub(super) fn find_dlt_window(record: &Record) -> Result<(u32, String), Option<String>> {
    const LONGEST: u32 = 365;
    let days = |frame: &TimeFrame| frame.days.filter(|days| (1..=LONGEST).contains(days));
    let mut vague = None;
    for outcome in record.outcomes.iter().filter(|outcome| answers(outcome, "dlt")) {
        let frames = split_time_frames(&outcome.time_frame);
        if let Some(days) = frames.first().filter(|_| frames.len() == 1).and_then(days) {
            return Ok((days, outcome.time_frame.clone()));
        }
        if !outcome.time_frame.is_empty() {
            vague.get_or_insert_with(|| outcome.time_frame.clone());
        }
    }
    // A sentence that names DLTs and one time: "no DLTs within 4 weeks of the infusion".
    for sentence in dlt_sentences(record) {
        let times: Vec<TimeFrame> = times_in(&sentence)
            .into_iter()
            .filter(|time| time.days.is_some())
            .collect();
        if let [time] = times.as_slice()
            && let Some(days) = days(time)
        {
            return Ok((days, sentence));
        }
    }
    Err(vague)
}

fn answers(outcome: &RecordOutcome, method: &str) -> bool {
    find_methods(&outcome.measure)
        .iter()
        .any(|found| found.method == method)
}

fn dlt_sentences(record: &Record) -> impl Iterator<Item = String> {
    record
        .texts()
        .flat_map(sentences)
        .filter(|sentence| names_dlt(sentence))
}

/// What the DLT window is counted from, in the record's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DltStart {
    /// No words say otherwise: the infusion.
    Silent,
    /// From lymphodepletion to days after infusion.
    Lymphodepletion(String),
    /// An administration after the first, or days counted from lymphodepletion: no window of a protocol is counted so.
    Other(String),
}

pub(super) fn find_dlt_start(record: &Record) -> DltStart {
    let frames = record
        .outcomes
        .iter()
        .filter(|outcome| names_dlt(&outcome.measure) || names_dlt(&outcome.description))
        .map(|outcome| outcome.time_frame.clone());
    let said: Vec<String> = frames
        .chain(dlt_sentences(record))
        .filter(|words| has_time(words))
        .collect();
    if let Some(later) = said.iter().find(|text| counts_from_later(text)) {
        return DltStart::Other(later.clone());
    }
    let of_depletion = said.iter().find_map(|text| {
        let words = words(text);
        let at = words.iter().position(|word| is_depletion(word))?;
        let before = words.get(..at)?;
        let near = |known: &[&str]| before.iter().rev().take(4).any(|word| known.contains(&word.as_str()));
        let goes_on = words
            .iter()
            .skip(at)
            .any(|word| ["to", "until", "till", "through"].contains(&word.as_str()));
        if !near(&["from", "after", "following", "since", "of", "post"]) {
            None
        } else if near(&["from", "since"]) && goes_on {
            Some(DltStart::Lymphodepletion(text.clone()))
        } else {
            Some(DltStart::Other(text.clone()))
        }
    });
    of_depletion.unwrap_or(DltStart::Silent)
}

fn is_depletion(word: &str) -> bool {
    word.starts_with("lymphodeplet") || word == "conditioning" || word == "preconditioning"
}

/// "after the third cellular product administration", "of each infusion", "post second dose".
fn counts_from_later(text: &str) -> bool {
    const COUNTED_FROM: [&str; 6] = ["after", "of", "following", "from", "post", "since"];
    const LATER: [&str; 13] = [
        "second", "third", "fourth", "fifth", "sixth", "last", "final", "each", "every", "2nd", "3rd", "4th", "repeat",
    ];
    const GIVEN: [&str; 7] = [
        "infusion",
        "administration",
        "dose",
        "dosing",
        "injection",
        "product",
        "treatment",
    ];
    let words = words(text);
    words.iter().enumerate().any(|(at, word)| {
        let counted = words.get(at.saturating_sub(2)..at).unwrap_or_default();
        let next = words.get(at + 1..).unwrap_or_default();
        let given = next.iter().take(4).position(|word| {
            let singular = word.strip_suffix('s').unwrap_or(word);
            GIVEN.contains(&singular)
        });
        let of_level = given.and_then(|given| next.get(given + 1)).is_some_and(|word| {
            ["level", "levels", "cohort", "group", "groups", "escalation"].contains(&word.as_str())
        });
        LATER.contains(&word.as_str())
            && counted.iter().any(|word| COUNTED_FROM.contains(&word.as_str()))
            && given.is_some()
            && !of_level
    })
}

/// The adverse-event window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AeWindow {
    /// Of the first adverse-event outcome that has one in months.
    pub(super) months: Option<u32>,
    pub(super) days_uninfused: Option<u32>,
    /// The time frames, where they do not agree on a number of months.
    pub(super) in_doubt: Option<String>,
}

pub(super) fn find_ae_window(record: &Record) -> AeWindow {
    let mut window = AeWindow::default();
    let mut in_doubt = false;
    let mut frames: Vec<&str> = Vec::new();
    for outcome in record
        .outcomes
        .iter()
        .filter(|outcome| answers(outcome, "adverse-events"))
    {
        if outcome.time_frame.is_empty() {
            continue;
        }
        let (months, days_uninfused) = ae_times(&outcome.time_frame);
        in_doubt |= months.is_none() || window.months.is_some_and(|known| Some(known) != months);
        window.months = window.months.or(months);
        window.days_uninfused = window.days_uninfused.or(days_uninfused);
        if !frames.contains(&outcome.time_frame.as_str()) {
            frames.push(&outcome.time_frame);
        }
    }
    window.in_doubt = in_doubt.then(|| frames.join("; "));
    window
}

/// Months for subjects infused, days for those who never were.
fn ae_times(time_frame: &str) -> (Option<u32>, Option<u32>) {
    let parts: Vec<&str> = time_frame.split([',', ';', '，']).collect();
    let (uninfused, infused): (Vec<&str>, Vec<&str>) = parts.into_iter().partition(|part| {
        let words = words(part);
        words.iter().any(|word| word == "without") && words.iter().any(|word| word.starts_with("infus"))
    });
    let times = |parts: &[&str]| parts.iter().flat_map(|part| times_in(part)).collect::<Vec<_>>();
    let months: Vec<u32> = times(&infused).iter().filter_map(|time| time.months).collect();
    let days: Vec<u32> = times(&uninfused).iter().filter_map(|time| time.days).collect();
    let only = |found: &[u32], limit: u32| match found {
        [one] if *one <= limit => Some(*one),
        _ => None,
    };
    (only(&months, 240), only(&days, 3650))
}
