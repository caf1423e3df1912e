//! What a protocol needs, looked for in the whole record.

use super::dose::{Level, find_doses};
use super::method::{Match, biomarker, definition, find_methods};
use super::time::{TimeFrame, split_time_frames, times_in};
use super::words::{names_dlt, plain, words};
use super::{Kind, Record};

/// Doses of the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dosing {
    /// Levels beyond doubt, lowest first.
    pub(super) stated: Vec<Level>,
    /// Whether every level is a number of cells, whatever the size of the subject.
    pub(super) is_flat: bool,
    /// Words of doses that are in doubt.
    pub(super) uncertain: Vec<String>,
    /// The sentence that counts more levels than are stated.
    pub(super) missing: Option<String>,
}

pub(super) fn find_dosing(record: &Record) -> Dosing {
    let names = record.interventions.iter().map(|given| &given.name);
    let arms = record.arms.iter().flat_map(|arm| [&arm.label, &arm.description]);
    let descriptions = record.interventions.iter().map(|given| &given.description);
    let mut stated: Vec<Level> = Vec::new();
    let mut uncertain: Vec<String> = Vec::new();
    let mut read = |text: &str| {
        let doses = find_doses(text);
        for level in doses.levels {
            let same = |known: &Level| known.amount.total_cmp(&level.amount).is_eq() && known.unit == level.unit;
            if !stated.iter().any(same) {
                stated.push(level);
            }
        }
        for words in doses.uncertain {
            if !uncertain.contains(&words) {
                uncertain.push(words);
            }
        }
    };
    names.chain(arms).chain(descriptions).for_each(|text| read(text));
    // Summaries mention doses of other studies too, so they are asked only where nothing else has one.
    if stated.is_empty() && uncertain.is_empty() {
        let mut read = |text: &str| {
            let doses = find_doses(text);
            stated.extend(doses.levels);
            uncertain.extend(doses.uncertain);
        };
        record.summaries.iter().for_each(|text| read(text));
        stated.dedup_by(|a, b| a.amount.total_cmp(&b.amount).is_eq() && a.unit == b.unit);
    }
    stated.sort_by(|a, b| a.amount.total_cmp(&b.amount));
    let is_flat = stated.iter().all(|level| !level.unit.contains('/'))
        && stated
            .windows(2)
            .all(|pair| matches!(pair, [low, high] if low.amount < high.amount));
    name_levels(&mut stated);
    let missing = record.texts().find_map(|text| more_levels(text, stated.len()));
    Dosing {
        stated,
        is_flat,
        uncertain,
        missing,
    }
}

/// A level without a name of its own, or with that of another, is numbered.
fn name_levels(levels: &mut [Level]) {
    let mut taken: Vec<String> = Vec::new();
    for (index, level) in levels.iter_mut().enumerate() {
        if level.label.is_empty() || taken.contains(&level.label) {
            level.label = format!("Dose level {}", index + 1);
        }
        while taken.contains(&level.label) {
            level.label.push('\'');
        }
        taken.push(level.label.clone());
    }
}

/// The sentence "six doses will be explored", where fewer are stated.
fn more_levels(text: &str, stated: usize) -> Option<String> {
    const NUMBERS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    sentences(text).into_iter().find_map(|sentence| {
        let words = words(&sentence);
        let counted = words.windows(3).find_map(|run| {
            let [number, noun, next] = run else { return None };
            let count = NUMBERS
                .iter()
                .position(|known| known == number)
                .map(|at| at + 2)
                .or_else(|| number.parse().ok().filter(|count| (2..=10).contains(count)))?;
            let is_levels = noun == "doses" || (noun == "dose" && (next == "levels" || next == "groups"));
            is_levels.then_some(count)
        });
        (stated > 0 && counted.is_some_and(|count| count > stated)).then_some(sentence)
    })
}

fn sentences(text: &str) -> Vec<String> {
    let text = plain(text).replace(['\n', '\r'], ". ");
    let parts = text.split_inclusive(". ");
    parts
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.trim_matches('.').is_empty())
        .collect()
}

/// The DLT window in days with the words that state it; or the words that fail to, where there are some.
pub(super) fn find_dlt_window(record: &Record) -> Result<(u32, String), Option<String>> {
    const LONGEST: u32 = 365;
    let days = |frame: &TimeFrame| frame.days.filter(|days| (1..=LONGEST).contains(days));
    let mut vague = None;
    for outcome in &record.outcomes {
        let is_dlt = find_methods(&outcome.measure).iter().any(|found| found.method == "dlt");
        if !is_dlt {
            continue;
        }
        let frames = split_time_frames(&outcome.time_frame);
        if let Some(days) = frames.first().filter(|_| frames.len() == 1).and_then(days) {
            return Ok((days, outcome.time_frame.clone()));
        }
        if !outcome.time_frame.is_empty() {
            vague.get_or_insert_with(|| outcome.time_frame.clone());
        }
    }
    // A sentence that names DLTs and one time: "no DLTs within 4 weeks of the infusion".
    for sentence in record
        .texts()
        .flat_map(sentences)
        .filter(|sentence| names_dlt(sentence))
    {
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

/// The adverse-event window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct AeWindow {
    pub(super) months: Option<u32>,
    pub(super) days_uninfused: Option<u32>,
}

/// The window of the first adverse-event outcome that has one in months.
pub(super) fn find_ae_window(record: &Record) -> AeWindow {
    for outcome in &record.outcomes {
        let methods = find_methods(&outcome.measure);
        if !methods.iter().any(|found| found.method == "adverse-events") {
            continue;
        }
        let parts: Vec<&str> = outcome.time_frame.split([',', ';', '，']).collect();
        let (uninfused, infused): (Vec<&str>, Vec<&str>) = parts.into_iter().partition(|part| {
            let words = words(part);
            words.iter().any(|word| word == "without") && words.iter().any(|word| word.starts_with("infus"))
        });
        let months: Vec<u32> = infused
            .iter()
            .flat_map(|part| times_in(part))
            .filter_map(|time| time.months)
            .collect();
        let days: Vec<u32> = uninfused
            .iter()
            .flat_map(|part| times_in(part))
            .filter_map(|time| time.days)
            .collect();
        let only = |found: &[u32], limit: u32| match found {
            [one] if *one <= limit => Some(*one),
            _ => None,
        };
        return AeWindow {
            months: only(&months, 240),
            days_uninfused: only(&days, 3650),
        };
    }
    AeWindow::default()
}

/// Whether the record says 3+3; a modified 3+3 is another rule.
pub(super) fn states_three_plus_three(record: &Record) -> bool {
    let says = |text: &str| {
        let text = plain(text).to_lowercase().replace("3 + 3", "3+3");
        text.find("3+3").is_some_and(|at| {
            !text
                .get(..at)
                .is_some_and(|before| before.trim_end().ends_with("modified"))
        })
    };
    record
        .texts()
        .chain([record.brief_title.as_str(), record.official_title.as_str()])
        .any(says)
}

/// Names of treatments and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) infusion: Vec<String>,
    pub(super) lymphodepletion: Vec<String>,
    pub(super) biomarker: Vec<String>,
}

pub(super) fn find_names(record: &Record, outcomes: &[Answered]) -> Names {
    const AGENTS: [&str; 3] = ["fludarabine", "cyclophosphamide", "bendamustine"];
    let is_agent = |text: &str| AGENTS.iter().any(|agent| text.to_lowercase().contains(agent));
    let given = || {
        record
            .interventions
            .iter()
            .flat_map(|given| given.other_names.iter().chain([&given.name]))
    };
    let agents = AGENTS
        .iter()
        .filter(|agent| given().any(|name| name.to_lowercase().contains(*agent)));
    let lymphodepletion = agents.map(|agent| agent.to_uppercase()).collect();
    let mut infusion: Vec<String> = Vec::new();
    let of_cells = |text: &str| {
        let text = text.to_lowercase();
        ["car", "cell", "chimeric"].iter().any(|word| text.contains(word))
    };
    let candidates = || record.interventions.iter().filter(|given| !is_agent(&given.name));
    let cells: Vec<_> = candidates().filter(|given| of_cells(&given.name)).collect();
    let chosen = if cells.is_empty() {
        candidates().take(1).collect()
    } else {
        cells
    };
    for intervention in chosen {
        let name = without_dose(&intervention.name);
        if !name.is_empty() && !infusion.contains(&name) {
            infusion.push(name);
        }
    }
    if infusion.is_empty() {
        infusion.push("CAR-T CELLS".to_owned());
    }
    // A measure that does not name its test still needs a name in the data; the draft says that names are to be confirmed.
    let measures = outcomes.iter().filter(|outcome| outcome.uses("biomarker-change"));
    Names {
        infusion,
        lymphodepletion,
        biomarker: measures
            .map(|outcome| biomarker(&outcome.measure).unwrap_or_else(|| "BIOMARKER".to_owned()))
            .take(1)
            .collect(),
    }
}

/// The name before its dose, which does not belong to it.
fn without_dose(name: &str) -> String {
    let plain = plain(name);
    let dosed = !find_doses(&plain).levels.is_empty() || !find_doses(&plain).uncertain.is_empty();
    let kept = match plain.find([':', '(']) {
        Some(at) if dosed => plain.get(..at).unwrap_or(&plain),
        _ => &plain,
    };
    kept.trim().to_owned()
}

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
    pub(super) question: Option<String>,
}

impl Answered {
    fn uses(&self, method: &str) -> bool {
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
        let (method, months, question) = choose(&outcome.measure, &time_frames);
        let mut definition = match &method {
            Some(found) => definition(found.method).to_owned(),
            None => "No method answers this outcome: it is reported in the record's words, without a value.".to_owned(),
        };
        if !outcome.description.is_empty() {
            definition.push_str(" The record describes it: ");
            definition.push_str(&outcome.description);
        }
        answered.push(Answered {
            id: format!("{letter}{number}"),
            kind: outcome.kind,
            measure: outcome.measure.clone(),
            time_frame: outcome.time_frame.clone(),
            time_frames,
            method,
            months,
            definition,
            question,
        });
    }
    answered
}

/// The one method the words name, where the time frame suits it; otherwise none, and why.
fn choose(measure: &str, frames: &[TimeFrame]) -> (Option<Match>, Vec<u32>, Option<String>) {
    let mut found = find_methods(measure);
    let Some(first) = found.pop() else {
        return (None, Vec::new(), Some("How it is answered: no method does.".to_owned()));
    };
    if !found.is_empty() {
        let names: Vec<&str> = found.iter().chain([&first]).map(|found| found.method).collect();
        let question = format!("Which method answers it: its words name {}.", names.join(" and "));
        return (None, Vec::new(), Some(question));
    }
    let timed = tercel::endpoint::ALL
        .iter()
        .any(|method| method.name == first.method && method.at_time_points);
    if !timed {
        let question = first.question.map(str::to_owned);
        return (Some(first), Vec::new(), question);
    }
    let mut months: Vec<u32> = frames.iter().filter_map(|frame| frame.months).collect();
    months.sort_unstable();
    months.dedup();
    if months.is_empty() || months.iter().any(|month| *month > 240) || frames.iter().any(|frame| frame.months.is_none())
    {
        let question = format!(
            "At which months it is answered: the method {} needs time points in months, and the record gives none.",
            first.method
        );
        return (None, Vec::new(), Some(question));
    }
    let question = first.question.map(str::to_owned);
    (Some(first), months, question)
}
