//! A protocol drafted from a record: what the record states is taken over; what it does not is chosen and listed.

use std::fmt::Write as _;

use tercel::protocol::SETTINGS;

use super::answer::{Answered, answer};
use super::defaults::DEFAULTS;
use super::design::find_design;
use super::differ::KNOWN;
use super::dose::Level;
use super::eligibility::find_limits;
use super::find::{Dosing, find_dosing, find_names};
use super::time::TimeFrame;
use super::window::{DltStart, find_ae_window, find_dlt_start, find_dlt_window};
use super::{Kind, Record, order, sections};

/// A draft and what was found for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The text of the protocol file.
    pub protocol: String,
    /// Dose levels that the record states beyond doubt.
    pub dose_levels: Vec<Level>,
    /// Every outcome of the record.
    pub outcomes: Vec<DraftOutcome>,
    /// The DLT window, where the record states it.
    pub dlt_window_days: Option<u32>,
    /// What the record does not state.
    pub not_stated: Vec<NotStated>,
}

/// An outcome of the draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftOutcome {
    /// Identifier in the draft (`P1`).
    pub id: String,
    /// Rank.
    pub kind: Kind,
    /// The record's words.
    pub measure: String,
    /// The times of its time frame.
    pub time_frames: Vec<TimeFrame>,
    /// Method in the draft; `None` where no method answers it.
    pub method: Option<&'static str>,
}

/// Something the record does not state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStated {
    /// Path in the protocol file.
    pub path: String,
    /// What is not stated.
    pub question: String,
    /// What the draft has in its place.
    pub choice: String,
    /// The record's words, where it has some that do not settle it.
    pub record: Option<String>,
}

/// Everything found in a record, ready to be written.
struct Findings<'r> {
    record: &'r Record,
    dosing: Dosing,
    window: Option<(u32, String)>,
    outcomes: Vec<Answered>,
    stated: Vec<&'static str>,
    omitted: Vec<&'static str>,
    not_stated: Vec<NotStated>,
}

/// Drafts a protocol. The same record gives the same text.
pub fn draft_protocol(record: &Record) -> Draft {
    let window = find_dlt_window(record);
    let mut found = Findings {
        record,
        dosing: find_dosing(record),
        window: window.ok(),
        outcomes: answer(record),
        stated: Vec::new(),
        omitted: Vec::new(),
        not_stated: Vec::new(),
    };
    let body = write_body(&mut found);
    note_dosing(&mut found);
    if let Err(Some(words)) = find_dlt_window(record) {
        found.note(
            "dlt.window_days",
            "The length of the DLT window.",
            "28 days.",
            Some(words),
        );
    }
    for outcome in &found.outcomes {
        for question in &outcome.questions {
            found.not_stated.push(NotStated {
                path: format!("outcome.{}.method", outcome.id),
                question: question.text.clone(),
                choice: outcome.method.as_ref().map_or("none", |found| found.method).to_owned(),
                record: Some(question.words.clone()),
            });
        }
    }
    let assumptions = write_assumptions(&mut found);
    let protocol = format!("{}{body}{assumptions}", write_header(&mut found));
    Draft {
        protocol,
        dose_levels: found.dosing.stated,
        outcomes: found.outcomes.into_iter().map(draft_outcome).collect(),
        dlt_window_days: found.window.map(|(days, _)| days),
        not_stated: found.not_stated,
    }
}

fn draft_outcome(outcome: Answered) -> DraftOutcome {
    DraftOutcome {
        id: outcome.id,
        kind: outcome.kind,
        measure: outcome.measure,
        time_frames: outcome.time_frames,
        method: outcome.method.map(|found| found.method),
    }
}

impl Findings<'_> {
    fn note(&mut self, path: &str, question: &str, choice: &str, record: Option<String>) {
        self.not_stated.retain(|known| known.path != path);
        self.not_stated.push(NotStated {
            path: path.to_owned(),
            question: question.to_owned(),
            choice: choice.to_owned(),
            record,
        });
    }

    /// The value the record states, or the default.
    fn take<T>(&mut self, path: &'static str, stated: Option<T>, default: T) -> T {
        if stated.is_some() {
            self.stated.push(path);
        }
        stated.unwrap_or(default)
    }
}

/// What the doses leave open, beside their unit.
fn note_dosing(found: &mut Findings<'_>) {
    for words in found.dosing.uncertain.clone() {
        found.not_stated.push(NotStated {
            path: "dose_level.amount".to_owned(),
            question: "The amount meant: its exponent was lost, or it is one end of a range.".to_owned(),
            choice: "Left out of the draft.".to_owned(),
            record: Some(words),
        });
    }
    if let Some(words) = found.dosing.missing.clone() {
        found.note(
            "dose_level",
            "Dose levels that the record counts and does not all state.",
            "Left out of the draft.",
            Some(words),
        );
    }
    let below = found
        .dosing
        .stated
        .iter()
        .find(|level| is_below_the_first(&level.label));
    let label = below.map(|level| level.label.clone());
    if let Some(words) = label.or_else(|| order::level_below(found.record)) {
        let question = "The level of the first subject: the record has a level below its first.";
        found.note("escalation.start_level", question, "The lowest.", Some(words));
    }
    if let Some(words) = order::contradicting(&found.dosing.stated) {
        found.note(
            "dose_level.label",
            "Which dose belongs to which name: the names rank the levels otherwise than the amounts.",
            "The order of the amounts, each with the name beside it in the record.",
            Some(words),
        );
    }
    if !found.dosing.is_usable() {
        let question = if found.dosing.stated.is_empty() {
            "The dose levels: the record states no amount beyond doubt."
        } else {
            "The dose levels as numbers of cells: the record gives them by body size."
        };
        let words = Some(found.dosing.words.join(" … ")).filter(|words| !words.is_empty());
        for path in ["dose_level", "dose_level.unit"] {
            found.note(path, question, PLACEHOLDER, words.clone());
        }
    }
}

/// A level kept for a first level that proves too toxic: "Dose level -1".
fn is_below_the_first(label: &str) -> bool {
    label
        .split_whitespace()
        .last()
        .is_some_and(|word| word.starts_with('-'))
}

/// What stands where a level of the record should.
const PLACEHOLDER: &str =
    "PLACEHOLDER: one level of 1 cell, which no study has; nothing is computed until it is replaced.";

fn write_header(found: &mut Findings<'_>) -> String {
    let record = found.record;
    let id = record.nct.as_ref().or(record.org_id.as_ref());
    if id.is_none() {
        found.note("trial.id", "The identifier of the study.", "DRAFT-1", None);
    }
    let date = record.submitted.as_deref().filter(|date| is_date(date));
    if date.is_none() {
        found.note("trial.version_date", "The date of the protocol.", "2000-01-01", None);
    }
    if record.conditions.is_empty() {
        found.note("trial.condition", "The condition.", "not stated", None);
    }
    let mut text = format!(
        "# A draft from a registry record ({}). Measures, time frames and titles are the record's own words. What the\n\
         # record states is listed in `trial.stated`; everything else is a choice to be confirmed or replaced by the study\n\
         # team, and stands in an [[assumption]].\n\n[trial]\n",
        record.form.name()
    );
    let title = [&record.official_title, &record.brief_title]
        .into_iter()
        .find(|title| !title.is_empty());
    let conditions = record.conditions.join(", ");
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = {}", quoted(value));
    };
    line("id", id.map_or("DRAFT-1", String::as_str));
    line("title", title.map_or("not stated", String::as_str));
    if let Some(nct) = &record.nct {
        line("registry", nct);
    }
    line(
        "condition",
        if conditions.is_empty() {
            "not stated"
        } else {
            &conditions
        },
    );
    line("version", "0.1");
    let _ = writeln!(text, "# The day of the record, to be replaced by that of the protocol.");
    let _ = writeln!(text, "version_date = {}", date.unwrap_or("2000-01-01"));
    let _ = writeln!(text, "stated = {}\n", list(&found.stated));
    text
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn write_body(found: &mut Findings<'_>) -> String {
    let record = found.record;
    let mut text = String::new();
    let names = find_names(record, &found.outcomes);
    let _ = writeln!(
        text,
        "# How the data name treatments, procedures and tests: to be confirmed with data management.\n[names]"
    );
    let _ = writeln!(text, "infusion = {}", list(&names.infusion));
    let agents = (!names.lymphodepletion.is_empty()).then_some(names.lymphodepletion);
    let usual = vec!["FLUDARABINE".to_owned(), "CYCLOPHOSPHAMIDE".to_owned()];
    let agents = found.take("names.lymphodepletion", agents, usual);
    let _ = writeln!(text, "lymphodepletion = {}", list(&agents));
    text.push_str("collection = [\"LEUKAPHERESIS\"]\ncopies = [\"CARTCOPY\"]\ncounts = [\"CARTCELL\"]\n");
    let _ = writeln!(text, "biomarker = {}\n", list(&names.biomarker));
    write_levels(&mut text, &found.dosing);
    let window = found.window.clone();
    let window_days = found.take("dlt.window_days", window.as_ref().map(|(days, _)| *days), 28);
    text.push_str("[escalation]\n");
    write_design(&mut text, found);
    let _ = write!(
        text,
        "design = \"3+3\"\nvariant = \"korn-strict\"\nfirst_level_fails = \"stop\"\nstart_level = 1\n\
         sentinel_days = 14\nnext_subject_days = 7\nnext_level_days = {window_days}\n\n"
    );
    let liver = is_of_the_liver(record);
    write_eligibility(&mut text, found, liver);
    let _ = writeln!(text, "{}", sections::event_classes(liver));
    text.push_str("[dlt]\n");
    if let Some((_, words)) = &window {
        quote(&mut text, words);
    }
    let _ = writeln!(text, "window_days = {window_days}");
    write_dlt_start(&mut text, found);
    let _ = writeln!(
        text,
        "relatedness = \"possible\"\ndose_percent_min = 80\n\
         dose_percent_max = 120\n\n{}",
        sections::dlt_criteria(liver, window_days)
    );
    if !liver {
        found.omitted.extend(["dlt.lab_criterion", "dlt.score_criterion"]);
    }
    let ae = find_ae_window(record);
    let ae_stated = ae.months.filter(|_| ae.in_doubt.is_none());
    let ae_months = found.take("windows.ae_months", ae_stated, ae.months.unwrap_or(12));
    if let Some(words) = ae.in_doubt {
        let question =
            "How long adverse events are collected after infusion: the record gives no single number of months.";
        let choice = format!("{ae_months} months.");
        found.note("windows.ae_months", question, &choice, Some(words));
    }
    let uninfused = found.take("windows.ae_days_uninfused", ae.days_uninfused, 28);
    let mut months: Vec<u32> = found
        .outcomes
        .iter()
        .flat_map(|outcome| outcome.months.clone())
        .collect();
    months.sort_unstable();
    months.dedup();
    if months.is_empty() {
        found.omitted.push("windows.time_point");
    }
    let _ = writeln!(
        text,
        "[windows]\nae_months = {ae_months}\nae_days_uninfused = {uninfused}\nuninfused_end = \"R3\"\n\n{}{}",
        sections::time_points(&months),
        sections::visits(&months)
    );
    write_criteria(&mut text, found);
    let _ = writeln!(text, "{}", sections::RULES);
    for outcome in &found.outcomes {
        write_outcome(&mut text, outcome);
    }
    text
}

/// The record's words as a comment.
fn quote(text: &mut String, words: &str) {
    let _ = writeln!(text, "# The record: {}", quoted(words));
}

/// What the record says of its design, beside the one design there is.
fn write_design(text: &mut String, found: &mut Findings<'_>) {
    let design = find_design(found.record);
    for words in &design.quotes {
        quote(text, words);
    }
    if design.is_stated() {
        found.stated.push("escalation.design");
    } else if !design.others.is_empty() {
        let names = design.others.join(", ");
        let question = format!("The escalation rule: the record names {names}, which the draft does not have.");
        let choice = "3+3 as it is usually described; what differs is to be settled.";
        let words = Some(design.quotes.join(" … "));
        found.note("escalation.design", &question, choice, words);
    }
}

fn write_dlt_start(text: &mut String, found: &mut Findings<'_>) {
    let origin = match find_dlt_start(found.record) {
        DltStart::Silent => "infusion",
        DltStart::Lymphodepletion(words) => {
            quote(text, &words);
            found.stated.push("dlt.origin");
            "lymphodepletion"
        }
        DltStart::Other(words) => {
            quote(text, &words);
            let question = "What the DLT window is counted from: the record counts from something other than the first \
                            infusion.";
            let choice = "From the first infusion, which may end the window before the record does.";
            found.note("dlt.origin", question, choice, Some(words));
            "infusion"
        }
    };
    let _ = writeln!(text, "origin = \"{origin}\"");
}

/// The criteria that every outcome of response names, where the methods have them.
fn write_criteria(text: &mut String, found: &mut Findings<'_>) {
    let mut names: Vec<&str> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for (name, sentence) in found.outcomes.iter().flat_map(|outcome| &outcome.criteria) {
        if !names.contains(name) {
            names.push(name);
            if !words.contains(sentence) {
                words.push(sentence.clone());
            }
        }
    }
    text.push_str("[response]\n");
    for words in &words {
        quote(text, words);
    }
    let stated = match names.as_slice() {
        [name] if KNOWN.contains(name) => Some(*name),
        _ => None,
    };
    let criteria = found.take("response.criteria", stated, "RECIST 1.1");
    let _ = writeln!(text, "criteria = \"{criteria}\"");
    if stated.is_none() && !names.is_empty() {
        let question = format!("The response criteria: the record names {}.", names.join(", "));
        let choice = "RECIST 1.1, whatever the record names.";
        found.note("response.criteria", &question, choice, Some(words.join(" … ")));
    }
}

/// Whether the study is of a disease of the liver.
fn is_of_the_liver(record: &Record) -> bool {
    let titles = [&record.brief_title, &record.official_title];
    let mut texts = record.conditions.iter().chain(titles);
    texts.any(|text| {
        ["hcc", "hepat", "liver"]
            .iter()
            .any(|word| text.to_lowercase().contains(word))
    })
}

fn write_levels(text: &mut String, dosing: &Dosing) {
    let placeholder = Level {
        label: "PLACEHOLDER: the record states no dose level as a number of cells".to_owned(),
        amount: 1.0,
        unit: "cells".to_owned(),
    };
    let levels = if dosing.is_usable() {
        dosing.stated.as_slice()
    } else {
        let _ = writeln!(
            text,
            "# {PLACEHOLDER}\n# Write the levels of the protocol here, as numbers of cells."
        );
        if dosing.words.is_empty() {
            text.push_str("# The record gives no dose.\n");
        }
        for words in &dosing.words {
            quote(text, words);
        }
        std::slice::from_ref(&placeholder)
    };
    for (index, level) in levels.iter().enumerate() {
        let _ = write!(
            text,
            "[[dose_level]]\nlabel = {}\narm = \"DL{}\"\namount = {:e}\nunit = {}\n\n",
            quoted(&level.label),
            index + 1,
            level.amount,
            quoted(&level.unit)
        );
    }
}

fn write_eligibility(text: &mut String, found: &mut Findings<'_>, liver: bool) {
    let limits = find_limits(found.record);
    let age_min = found.take("eligibility.age_min", limits.age_min, 18.0);
    let age_max = found.take("eligibility.age_max", limits.age_max, 120.0);
    let ecog_max = found.take("eligibility.ecog_max", limits.ecog_max, 1);
    let _ = writeln!(
        text,
        "[eligibility]\nage_min = {age_min}\nage_max = {}\necog_max = {ecog_max}",
        age_max.max(age_min)
    );
    if liver {
        text.push_str("child_pugh_max = 6\n");
    } else {
        found.omitted.push("eligibility.child_pugh_max");
    }
    text.push('\n');
}

fn write_outcome(text: &mut String, outcome: &Answered) {
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("\n[[outcome]]\nid", &quoted(&outcome.id));
    line("kind", &quoted(outcome.kind.name()));
    line("measure", &quoted(&outcome.measure));
    let frame = if outcome.time_frame.is_empty() {
        "not stated"
    } else {
        &outcome.time_frame
    };
    line("time_frame", &quoted(frame));
    line(
        "method",
        &quoted(outcome.method.as_ref().map_or("none", |found| found.method)),
    );
    if let Some(found) = outcome.method.as_ref().filter(|found| !found.components.is_empty()) {
        line("components", &list(&found.components));
    }
    if !outcome.months.is_empty() {
        line("time_points_months", &format!("{:?}", outcome.months));
    }
    line("definition", &quoted(&outcome.definition));
}

fn write_assumptions(found: &mut Findings<'_>) -> String {
    let mut text = String::from("\n# What the record does not say: each to be confirmed.\n");
    for setting in SETTINGS {
        let path = setting.path;
        // A draft has no [conduct]: entry criteria and product specification are no defaults, and without it no gate opens.
        if path.starts_with("conduct.") || found.stated.contains(&path) || found.omitted.contains(&path) {
            continue;
        }
        let default = DEFAULTS.iter().find(|default| default.path == path);
        let reason = default.map_or("", |default| default.reason);
        let known = found.not_stated.iter().find(|known| known.path == path);
        let (question, choice, words) = match (known, default) {
            (Some(known), _) => (known.question.clone(), known.choice.clone(), known.record.clone()),
            (None, Some(default)) => (default.question.to_owned(), default.choice.to_owned(), None),
            (None, None) => (setting.read_by.to_owned(), "As written above.".to_owned(), None),
        };
        let silent = match &words {
            Some(words) => format!("The record does not settle it (\"{words}\"). {reason}"),
            None => format!("The record does not state it. {reason}"),
        };
        let _ = write!(
            text,
            "\n[[assumption]]\nid = {}\nquestion = {}\nchoice = {}\nreason = {}\n",
            quoted(path),
            quoted(&question),
            quoted(&format!("To be confirmed: {choice}")),
            quoted(silent.trim_end())
        );
        found.note(path, &question, &choice, words);
    }
    text
}

/// A list of texts as TOML.
fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

/// A text as TOML, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", letter as u32);
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
