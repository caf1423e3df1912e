//! Section H: the narrative, put together from the data alone.

use std::fmt::Write as _;

use tercel::safety::{Expectedness, derive_expectedness};
use tercel::study::{AdverseEvent, Sex, When, days_between};

use super::Writing;
use super::case::{Case, Reaction};
use super::drug::{given_sentences, infusions_before};
use super::patient::{age, history_text, linked, weight};
use super::reaction::outcome;
use super::relation::{
    BY_SPONSOR, TO_ANOTHER_CAUSE, TO_BRIDGING, TO_CELLS, TO_COLLECTION, TO_DISEASE, TO_LYMPHODEPLETION, word,
};

/// Longest narrative (H.1).
const MAX_NARRATIVE: usize = 100_000;

/// The narrative (H.1).
pub(super) fn narrative(writing: &Writing<'_>, case: &Case<'_>) -> String {
    let mut text = subject_sentence(writing, case);
    text.push_str(&given_sentences(writing, case));
    for (at, reaction) in case.reactions.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n\nEvent {}: ", at + 1);
        text.push_str(&reaction_sentences(writing, case, reaction));
    }
    let tests = linked(case).len();
    if tests > 0 {
        let _ = write!(
            text,
            "\n\nResults linked to the events, which section F lists: {tests}."
        );
    }
    let treated = started_during(case);
    if !treated.is_empty() {
        let _ = write!(text, "\n\nMedications begun while an event went on: {treated}.");
    }
    if let Some((died, _)) = case.subject.died() {
        let _ = write!(text, "\n\nThe subject died on {died}.");
    } else if case.subject.is_dead() {
        text.push_str("\n\nThe subject died; the day is not recorded.");
    }
    let cut = writing.study.cut;
    let as_of = cut.map_or_else(String::new, |cut| format!(" as of {cut}"));
    let _ = write!(
        text,
        "\n\nPut together from the data of the study{as_of}; nothing was added that they do not hold."
    );
    if writing.study.data.synthetic {
        text.push_str(" SYNTHETIC DATA: a rehearsal; no patient stands behind this report.");
    }
    text.chars().take(MAX_NARRATIVE).collect()
}

fn subject_sentence(writing: &Writing<'_>, case: &Case<'_>) -> String {
    let (trial, subject) = (writing.study.trial, case.subject);
    let registry = trial
        .registry
        .as_ref()
        .map_or_else(String::new, |number| format!(", {number}"));
    let mut text = format!(
        "Report from the clinical trial {}{registry} ({}), protocol version {}. Subject {}",
        trial.id, trial.title, trial.version, subject.id
    );
    if let Some(years) = age(writing, case) {
        let _ = write!(text, ", {years} years old");
    }
    match subject.sex {
        Some(Sex::Female) => text.push_str(", female"),
        Some(Sex::Male) => text.push_str(", male"),
        None => {}
    }
    if let Some(kilograms) = weight(case) {
        let _ = write!(text, ", {kilograms} kg");
    }
    let _ = write!(text, "; condition under study: {}", trial.condition);
    if let Some(level) = subject.level {
        let _ = write!(text, "; dose group: {}", trial.level_label(level));
    }
    text.push('.');
    let history = history_text(subject);
    if !history.is_empty() {
        let _ = write!(text, " Medical history: {history}.");
    }
    text
}

fn reaction_sentences(writing: &Writing<'_>, case: &Case<'_>, reaction: &Reaction<'_>) -> String {
    let Some(lead) = reaction.lead() else {
        return String::new();
    };
    let mut text = format!("\"{}\"", lead.term);
    if let Some(grade) = reaction.grade() {
        let _ = write!(text, ", worst grade {grade}");
    }
    text.push_str(&dates(reaction.start(), reaction.end()));
    let infusions = infusions_before(case);
    if let (Some(infusion), Some(onset)) = (infusions.last(), reaction.start())
        && let (Some(day), Some(began)) = (infusion.when.day(), onset.day())
        && began >= day
    {
        let _ = write!(text, ", {} days after the infusion", days_between(day, began));
    }
    text.push('.');
    if reaction.records().len() > 1 {
        let by_grade = reaction.records().iter().map(|record| {
            let grade = record
                .grade
                .map_or_else(|| "grade not recorded".to_owned(), |grade| format!("grade {grade}"));
            format!("{grade}{}", dates(record.start, record.end))
        });
        let _ = write!(text, " Its course: {}.", by_grade.collect::<Vec<String>>().join("; "));
    }
    let mut met: Vec<&str> = Vec::new();
    for name in reaction
        .records()
        .iter()
        .flat_map(|record| record.details.criteria.met())
    {
        if !met.contains(&name) {
            met.push(name);
        }
    }
    if met.is_empty() {
        text.push_str(" Serious; criterion not recorded.");
    } else {
        let _ = write!(text, " Serious by: {}.", met.join(", "));
    }
    if let Some(aware) = reaction.aware() {
        let _ = write!(text, " The sponsor became aware on {aware}.");
    }
    if let Some(last) = reaction.last() {
        let _ = write!(text, " Outcome: {}.", outcome(writing, last).1);
    }
    if reaction
        .records()
        .iter()
        .any(|record| record.details.treated == Some(true))
    {
        text.push_str(" A treatment was given for it.");
    }
    text.push_str(&relation_sentence(writing, reaction));
    text.push_str(&expectedness_sentence(writing, lead));
    text
}

fn dates(from: Option<When>, until: Option<When>) -> String {
    let mut text = from.map_or_else(|| ", onset not recorded".to_owned(), |from| format!(", from {from}"));
    if let Some(until) = until {
        let _ = write!(text, " to {until}");
    }
    text
}

fn relation_sentence(writing: &Writing<'_>, reaction: &Reaction<'_>) -> String {
    let judged = [
        ("the CAR-T cells", TO_CELLS),
        ("lymphodepletion", TO_LYMPHODEPLETION),
        ("the collection", TO_COLLECTION),
        ("bridging therapy", TO_BRIDGING),
        ("the disease under study", TO_DISEASE),
        ("another cause", TO_ANOTHER_CAUSE),
    ];
    let recorded = judged
        .into_iter()
        .filter_map(|(to, judged)| Some(format!("to {to}: {}", word(writing, reaction, judged)?)));
    let recorded: Vec<String> = recorded.collect();
    let mut text = if recorded.is_empty() {
        " The investigator's judgement of its cause is not recorded.".to_owned()
    } else {
        format!(" Relation in the investigator's judgement {}.", recorded.join(", "))
    };
    if let Some(relation) = word(writing, reaction, BY_SPONSOR) {
        let _ = write!(text, " Relation in the sponsor's judgement: {relation}.");
    }
    text
}

fn expectedness_sentence(writing: &Writing<'_>, event: &AdverseEvent) -> String {
    match derive_expectedness(writing.study.trial, event) {
        Expectedness::Expected(version) => format!(" Expected by {}.", version.version),
        Expectedness::Unexpected(version) => format!(" Not expected by {}.", version.version),
        Expectedness::NoReference => " No reference safety information was in force.".to_owned(),
    }
}

/// Medications that began while an event went on: they may have been given for it.
fn started_during(case: &Case<'_>) -> String {
    let during = |start: When| {
        case.reactions.iter().any(|reaction| {
            let begins = reaction
                .start()
                .is_some_and(|onset| onset.date.earliest() <= start.date.earliest());
            begins
                && reaction
                    .end()
                    .is_none_or(|end| start.date.earliest() <= end.date.latest())
        })
    };
    let begun = case.subject.medications.iter().filter_map(|medication| {
        let start = medication.start?;
        during(start).then(|| format!("{} on {start}", medication.name))
    });
    begun.collect::<Vec<String>>().join("; ")
}
