//! A protocol drafted from a record: what the record states is taken over; what it does not is chosen and listed.

use std::fmt::Write as _;

use tercel::protocol::SETTINGS;

use super::defaults::DEFAULTS;
use super::dose::Level;
use super::eligibility::find_limits;
use super::find::{
    Answered, Dosing, answer, find_ae_window, find_dlt_window, find_dosing, find_names, states_three_plus_three,
};
use super::time::TimeFrame;
use super::{Kind, Record, sections};

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
        if let Some(question) = &outcome.question {
            found.not_stated.push(NotStated {
                path: format!("outcome.{}.method", outcome.id),
                question: question.clone(),
                choice: outcome.method.as_ref().map_or("none", |found| found.method).to_owned(),
                record: Some(outcome.measure.clone()),
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
    } else if found.dosing.stated.is_empty() {
        let question = "The dose levels: the record states no amount beyond doubt.";
        found.note("dose_level", question, "A placeholder level of 1 cell.", None);
    } else if !found.dosing.is_flat {
        let question = "The dose levels as numbers of cells: the record gives them by body size.";
        let words = found
            .dosing
            .stated
            .iter()
            .map(|level| format!("{:e} {}", level.amount, level.unit));
        let words = words.collect::<Vec<_>>().join(", ");
        found.note("dose_level", question, "A placeholder level of 1 cell.", Some(words));
    }
}

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
    let design = states_three_plus_three(record).then_some(());
    found.take("escalation.design", design, ());
    let window = found.window.clone();
    let window_days = found.take("dlt.window_days", window.as_ref().map(|(days, _)| *days), 28);
    let _ = write!(
        text,
        "[escalation]\ndesign = \"3+3\"\nvariant = \"korn-strict\"\nfirst_level_fails = \"stop\"\nstart_level = 1\n\
         sentinel_days = 14\nnext_subject_days = 7\nnext_level_days = {window_days}\n\n"
    );
    let liver = is_of_the_liver(record);
    write_eligibility(&mut text, found, liver);
    let _ = writeln!(text, "{}", sections::event_classes(liver));
    text.push_str("[dlt]\n");
    if let Some((_, words)) = &window {
        let _ = writeln!(text, "# The record: {}", quoted(words));
    }
    let _ = writeln!(
        text,
        "window_days = {window_days}\norigin = \"infusion\"\nrelatedness = \"possible\"\ndose_percent_min = 80\n\
         dose_percent_max = 120\n\n{}",
        sections::dlt_criteria(liver, window_days)
    );
    if !liver {
        found.omitted.push("dlt.lab_criterion");
    }
    let ae = find_ae_window(record);
    let ae_months = found.take("windows.ae_months", ae.months, 12);
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
        "[windows]\nae_months = {ae_months}\nae_days_uninfused = {uninfused}\nuninfused_end = \"R3\"\n\n{}{}{}",
        sections::time_points(&months),
        sections::visits(&months),
        sections::RULES
    );
    for outcome in &found.outcomes {
        write_outcome(&mut text, outcome);
    }
    text
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
    let usable = dosing.is_flat && !dosing.stated.is_empty();
    let levels = if usable {
        dosing.stated.as_slice()
    } else {
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
        if found.stated.contains(&path) || found.omitted.contains(&path) {
            continue;
        }
        let default = DEFAULTS.iter().find(|default| default.path == path);
        let (mut question, mut choice, reason) = default
            .map_or((setting.read_by, "As written above.", ""), |default| {
                (default.question, default.choice, default.reason)
            });
        let placeholder = found.dosing.stated.is_empty() || !found.dosing.is_flat;
        if path == "dose_level.unit" && placeholder {
            question = "The dose levels, and what their number of cells counts.";
            choice = "PLACEHOLDER: one level of 1 cell, which no study has; to be replaced.";
        }
        let words = found
            .not_stated
            .iter()
            .find(|known| known.path == path)
            .and_then(|known| known.record.clone());
        let silent = match &words {
            Some(words) => format!("The record does not settle it (\"{words}\"). {reason}"),
            None => format!("The record does not state it. {reason}"),
        };
        let _ = write!(
            text,
            "\n[[assumption]]\nid = {}\nquestion = {}\nchoice = {}\nreason = {}\n",
            quoted(path),
            quoted(question),
            quoted(&format!("To be confirmed: {choice}")),
            quoted(silent.trim_end())
        );
        found.note(path, question, choice, words);
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
