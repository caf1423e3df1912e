//! Who received the dose of another level than the assigned one, and what that changes.

use super::super::safety::level_name;
use super::super::{EventLine, EventTable, LevelName, SummaryRow, SummaryTable, number, outcome};
use crate::dlt::actual_percent;
use crate::endpoint::{ALL, Analysis, Cell, Facts, derive_cells};
use crate::protocol::{DoseLevel, Trial};

/// Outcomes shown by the dose received.
const METHODS: [&str; 9] = [
    "orr",
    "dcr",
    "pfs",
    "median-pfs",
    "pfs-rate",
    "ttr",
    "dor",
    "median-os",
    "os-rate",
];

/// Outcomes by the dose actually received.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// In a sentence, who moved.
    pub sentence: String,
    /// Each subject who received another dose than assigned.
    pub moved: EventTable,
    /// Outcomes at the levels that somebody left or joined, as assigned and as received; `None` where nobody moved to another level.
    pub outcomes: Option<SummaryTable>,
}

/// Where the cells that a subject received belong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Dose {
    /// Within the limits of this level's dose.
    Of(DoseLevel),
    /// Within the limits of no level's dose.
    NoLevel,
    /// The cells are not recorded.
    Unknown,
}

/// The level whose dose a subject received: its own where that holds, otherwise the lowest within whose limits the cells lie.
fn received(trial: &Trial, facts: &Facts<'_>) -> Option<(Dose, Option<f64>)> {
    let (own, infusion) = (facts.level?, facts.infusion?);
    let Some(percent) = actual_percent(trial, facts.subject, infusion) else {
        return Some((Dose::Unknown, None));
    };
    let planned = |level: DoseLevel| Some(trial.dose_levels.get(level)?.planned.to_cells());
    let limits = trial.dlt.dose_percent_min..=trial.dlt.dose_percent_max;
    let fits = |level: &DoseLevel| match (planned(own), planned(*level)) {
        (_, _) if *level == own => limits.contains(&percent),
        (Some(own), Some(other)) if other > 0.0 => limits.contains(&(percent * own / other)),
        (_, _) => false,
    };
    let level = std::iter::once(own).chain(trial.dose_levels.levels()).find(fits);
    Some((level.map_or(Dose::NoLevel, Dose::Of), Some(percent)))
}

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName], cells: &[Cell]) -> Received {
    let trial = analysis.trial;
    let mut lines = Vec::new();
    let (mut other, mut none, mut unknown, mut infused) = (0, 0, 0, 0);
    let mut by_dose = analysis.clone();
    for (facts, moving) in analysis.facts.iter().zip(&mut by_dose.facts) {
        let Some((dose, percent)) = received(trial, facts) else {
            continue;
        };
        infused += 1;
        let (count, words) = match dose {
            Dose::Of(level) if Some(level) == facts.level => continue,
            Dose::Of(level) => {
                moving.level = Some(level);
                let name = levels.iter().find(|name| name.level == level);
                (&mut other, name.map_or_else(String::new, |name| name.label.clone()))
            }
            Dose::NoLevel => {
                moving.level = None;
                (&mut none, "within the limits of no level".to_owned())
            }
            Dose::Unknown => {
                unknown += 1;
                continue;
            }
        };
        *count += 1;
        let percent = percent.map_or_else(|| number::MISSING.to_owned(), |percent| format!("{percent:.1}"));
        lines.push(EventLine {
            subject: facts.subject.id.clone(),
            level: level_name(facts, levels),
            cells: vec![words, percent],
            records: facts.identity(),
        });
    }
    lines.sort_by(|one, other| one.subject.cmp(&other.subject));
    let sentence = sentence(trial, infused, [other, none, unknown]);
    Received {
        sentence,
        moved: EventTable::new(
            "time_received",
            "Subjects who received another dose than assigned",
            vec!["Dose received", "% of the assigned dose"],
            lines,
            "The outcomes of this report are by the level assigned.",
        ),
        outcomes: (other + none > 0).then(|| outcomes(analysis, &by_dose, levels, cells)),
    }
}

fn sentence(trial: &Trial, infused: usize, [other, none, unknown]: [usize; 3]) -> String {
    let limits = format!(
        "{} to {} % of its planned cells",
        trial.dlt.dose_percent_min, trial.dlt.dose_percent_max
    );
    let mut parts = Vec::new();
    if other > 0 {
        parts.push(format!(
            "{} received the dose of another level",
            number::counted(other, "subject")
        ));
    }
    if none > 0 {
        parts.push(format!(
            "{} a dose that is no level's",
            number::counted(none, "subject")
        ));
    }
    if unknown > 0 {
        parts.push(format!(
            "the cells of {} are not recorded",
            number::counted(unknown, "subject")
        ));
    }
    match (infused, parts.is_empty()) {
        (0, _) => "Nobody was infused.".to_owned(),
        (_, true) => format!("Every infused subject received the dose of its level: {limits}."),
        (_, false) => format!(
            "Of {} infused ({limits}), {}.",
            number::count(infused),
            parts.join(", ")
        ),
    }
}

/// The cells of the levels that somebody left or joined, as assigned and as received.
fn outcomes(analysis: &Analysis<'_>, by_dose: &Analysis<'_>, levels: &[LevelName], cells: &[Cell]) -> SummaryTable {
    let pairs = || analysis.facts.iter().zip(&by_dose.facts);
    let changed: Vec<&LevelName> = levels
        .iter()
        .filter(|name| {
            pairs().any(|(one, other)| one.level != other.level && [one.level, other.level].contains(&Some(name.level)))
        })
        .collect();
    let received = derive_cells(by_dose);
    let mut rows = Vec::new();
    for cell in cells.iter().filter(|cell| cell.level.is_none()) {
        let named = analysis.trial.outcomes.get(cell.outcome);
        let method = named.and_then(|outcome| ALL.iter().find(|method| method.name == outcome.method));
        let Some(method) = method.filter(|method| METHODS.contains(&method.name)) else {
            continue;
        };
        let text = |from: &[Cell], level: DoseLevel| {
            let same =
                |other: &&Cell| (&other.id, other.time_point, other.level) == (&cell.id, cell.time_point, Some(level));
            let found = from.iter().find(same);
            found.map_or_else(
                || number::MISSING.to_owned(),
                |cell| outcome::answer(analysis.trial, levels, method.statistic, cell, "").text,
            )
        };
        let month = cell
            .time_point
            .map_or_else(String::new, |month| format!(", month {month}"));
        rows.push(SummaryRow {
            label: format!("{} {}{month}", cell.id, method.name),
            is_detail: false,
            cells: changed
                .iter()
                .flat_map(|name| [text(cells, name.level), text(&received, name.level)])
                .collect(),
        });
    }
    SummaryTable {
        anchor: "time_by_dose",
        title: "Outcomes by the dose assigned and by the dose received",
        note: "Only levels that somebody left or joined. Who received the dose of no level stands in none by the dose received.",
        columns: changed
            .iter()
            .flat_map(|name| [format!("{}, assigned", name.label), format!("{}, received", name.label)])
            .collect(),
        rows,
    }
}
