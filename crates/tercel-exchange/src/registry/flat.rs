//! Flat text: one part of the record a line, lists separated by `|`, the parts of an outcome by commas.

use super::time::{has_time, is_time_start};
use super::{Form, Intervention, Kind, Record, RecordOutcome};

/// Kinds of intervention that ClinicalTrials.gov knows.
const KINDS: [&str; 11] = [
    "BIOLOGICAL",
    "DRUG",
    "GENETIC",
    "COMBINATION_PRODUCT",
    "DEVICE",
    "PROCEDURE",
    "RADIATION",
    "BEHAVIORAL",
    "DIETARY_SUPPLEMENT",
    "DIAGNOSTIC_TEST",
    "OTHER",
];

/// Lines: brief title, official title, conditions, interventions, primary, secondary and other outcomes, and the
/// official title once more. Lines of outcomes may be empty or left out from the end.
pub(super) fn parse(text: &str) -> Option<Record> {
    let mut lines: Vec<&str> = text.lines().map(str::trim).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let at = lines.iter().take(12).position(|line| kind_of(line).is_some())?;
    let mut before = lines.get(..at)?.iter().filter(|line| !line.is_empty());
    let mut record = Record::new(Form::Flat);
    (*before.next()?).clone_into(&mut record.brief_title);
    let rest: Vec<&&str> = before.collect();
    let (conditions, official) = rest
        .split_last()
        .map_or((None, None), |(last, rest)| (Some(**last), rest.first()));
    record.official_title = official.map(|title| (**title).to_owned()).unwrap_or_default();
    record.conditions = conditions
        .unwrap_or_default()
        .split('|')
        .map(|condition| condition.trim().to_owned())
        .filter(|condition| !condition.is_empty())
        .collect();
    record.interventions = parse_interventions(lines.get(at)?);
    let repeated = |line: &&&str| **line == record.official_title || **line == record.brief_title;
    let end = lines.len() - usize::from(lines.last().as_ref().is_some_and(repeated));
    let outcomes = lines.get(at + 1..end).unwrap_or_default();
    let kinds = [Kind::Primary, Kind::Secondary, Kind::Other];
    for (line, kind) in outcomes.iter().zip(kinds) {
        record.outcomes.extend(parse_outcomes(line, kind));
    }
    Some(record)
}

/// The kind of intervention a line begins with.
fn kind_of(line: &str) -> Option<(&'static str, &str)> {
    let (kind, name) = line.split_once([':', '：'])?;
    let kind = kind.trim().replace(' ', "_");
    let known = KINDS.iter().find(|known| known.eq_ignore_ascii_case(&kind))?;
    Some((known, name.trim()))
}

pub(super) fn parse_interventions(text: &str) -> Vec<Intervention> {
    text.split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (kind, name) = kind_of(part).unwrap_or(("", part));
            Intervention {
                kind: kind.to_owned(),
                name: name.to_owned(),
                ..Intervention::default()
            }
        })
        .collect()
}

pub(super) fn parse_outcomes(text: &str, kind: Kind) -> Vec<RecordOutcome> {
    text.split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| parse_outcome(part, kind))
        .collect()
}

/// Commas stand within measures and descriptions too, so the time frame is found first: the last parts that read as time.
fn parse_outcome(text: &str, kind: Kind) -> RecordOutcome {
    let commas: Vec<usize> = text.match_indices([',', '，']).map(|(at, _)| at).collect();
    let after = |at: usize| {
        text.get(at..)
            .unwrap_or_default()
            .trim_start_matches([',', '，'])
            .trim()
    };
    // The earliest comma after which every part has a time in it and the first begins with one.
    let mut start = None;
    let mut end = text.len();
    for &at in commas.iter().rev() {
        let part = text
            .get(at..end)
            .unwrap_or_default()
            .trim_start_matches([',', '，'])
            .trim();
        if is_time_start(part) {
            start = Some(at);
        } else if !has_time(part) {
            break;
        }
        end = at;
    }
    let (rest, time_frame) = match start {
        Some(at) => (text.get(..at).unwrap_or_default().trim(), after(at)),
        None => (text, ""),
    };
    let (measure, description) = split_description(rest);
    RecordOutcome {
        kind,
        measure: measure.to_owned(),
        description: description.to_owned(),
        time_frame: time_frame.to_owned(),
    }
}

/// A description begins with a capital letter after a comma outside brackets and is a sentence or an abbreviation;
/// anything else after a comma belongs to the measure.
fn split_description(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            ',' | '，' if depth == 0 => {
                let rest = text.get(at + letter.len_utf8()..).unwrap_or_default().trim();
                if is_description(rest) {
                    return (text.get(..at).unwrap_or_default().trim(), rest);
                }
            }
            _ => {}
        }
    }
    (text, "")
}

fn is_description(text: &str) -> bool {
    const SENTENCE: usize = 60;
    let starts = text.chars().next().is_some_and(char::is_uppercase);
    let abbreviation = text.len() <= 6 && text.chars().all(char::is_uppercase);
    starts && (abbreviation || text.chars().count() > SENTENCE || text.ends_with('.'))
}
