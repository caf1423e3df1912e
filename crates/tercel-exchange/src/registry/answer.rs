//! Every outcome of a record with the method that answers it, and what the record leaves open about it.

use super::differ::{differences, named_criteria};
use super::method::{Match, definition, find_methods};
use super::time::{TimeFrame, split_time_frames};
use super::{Kind, Record, RecordOutcome};

/// An outcome with the method that answers it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answered {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) measure: String,
    pub(super) time_frame: String,
    pub(super) time_frames: Vec<TimeFrame>,
    pub(super) method: Option<Match>,
    /// Time points of the method.
    pub(super) months: Vec<u32>,
    pub(super) definition: String,
    /// What the record leaves open about the method.
    pub(super) questions: Vec<Question>,
    /// Response criteria that the record names, each with its sentence.
    pub(super) criteria: Vec<(&'static str, String)>,
}

/// Something left open, with the record's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) text: String,
    pub(super) words: String,
}

impl Answered {
    pub(super) fn uses(&self, method: &str) -> bool {
        self.method.as_ref().is_some_and(|found| found.method == method)
    }
}

/// Every outcome, in the record's order.
pub(super) fn answer(record: &Record) -> Vec<Answered> {
    let mut counts = [0_usize; 3];
    let mut answered = Vec::new();
    for outcome in &record.outcomes {
        let (letter, at) = match outcome.kind {
            Kind::Primary => ('P', 0),
            Kind::Secondary => ('S', 1),
            Kind::Other => ('O', 2),
        };
        let number = counts.get_mut(at).map_or(0, |count| {
            *count += 1;
            *count
        });
        let time_frames = split_time_frames(&outcome.time_frame);
        let (method, months, question) = choose(outcome, &time_frames);
        let name = method.as_ref().map_or("none", |found| found.method);
        let named: Vec<&str> = find_methods(&outcome.measure)
            .iter()
            .map(|found| found.method)
            .collect();
        let criteria = named_criteria(outcome, &named);
        let differences = differences(outcome, &named, &criteria);
        let definition = define(outcome, name, &differences);
        let questions = question.into_iter().chain(differences).collect();
        answered.push(Answered {
            id: format!("{letter}{number}"),
            kind: outcome.kind,
            measure: outcome.measure.clone(),
            time_frame: outcome.time_frame.clone(),
            time_frames,
            method,
            months,
            definition,
            questions,
            criteria,
        });
    }
    answered
}

/// What the method does, what the record says, and where they part.
fn define(outcome: &RecordOutcome, method: &str, differences: &[Question]) -> String {
    let mut text = match method {
        "none" => "No method answers this outcome: it is reported in the record's words, without a value.".to_owned(),
        method => definition(method).to_owned(),
    };
    if !outcome.description.is_empty() {
        text.push_str(" The record describes it: ");
        text.push_str(&outcome.description);
    }
    for difference in differences {
        text.push_str(" To be settled: ");
        text.push_str(&difference.text);
    }
    text
}

/// The one method the words name, where the time frame suits it; otherwise none, and why.
fn choose(outcome: &RecordOutcome, frames: &[TimeFrame]) -> (Option<Match>, Vec<u32>, Option<Question>) {
    let ask = |text: String, words: &str| {
        let words = words.to_owned();
        Some(Question { text, words })
    };
    let measure = outcome.measure.as_str();
    let mut found = find_methods(measure);
    let Some(first) = found.pop() else {
        let text = "How it is answered: no method does.".to_owned();
        return (None, Vec::new(), ask(text, measure));
    };
    if !found.is_empty() {
        let names: Vec<&str> = found.iter().chain([&first]).map(|found| found.method).collect();
        let text = format!("Which method answers it: its words name {}.", names.join(" and "));
        return (None, Vec::new(), ask(text, measure));
    }
    let question = first.question.and_then(|question| ask(question.to_owned(), measure));
    let timed = tercel::endpoint::ALL
        .iter()
        .any(|method| method.name == first.method && method.at_time_points);
    if !timed {
        return (Some(first), Vec::new(), question);
    }
    let mut months: Vec<u32> = frames.iter().filter_map(|frame| frame.months).collect();
    months.sort_unstable();
    months.dedup();
    if months.is_empty() || months.iter().any(|month| *month > 240) || frames.iter().any(|frame| frame.months.is_none())
    {
        let text = format!(
            "At which months it is answered: the method {} needs time points in months, and the record gives none.",
            first.method
        );
        let words = match outcome.time_frame.as_str() {
            "" => measure.to_owned(),
            time_frame => format!("{measure}, {time_frame}"),
        };
        return (None, Vec::new(), ask(text, &words));
    }
    (Some(first), months, question)
}
