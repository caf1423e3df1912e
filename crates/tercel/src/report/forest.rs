//! The forest plot as data: response, disease control and survival by dose level, each estimate with its interval.

use super::{LevelName, number, outcome};
use crate::endpoint::{ALL, Cell, Statistic};
use crate::protocol::{DoseLevel, Trial};

/// Outcomes drawn, each with its name and the months at which it is drawn; all months where there are none.
const DRAWN: [(&str, &str, &[u32]); 4] = [
    ("orr", "Objective response", &[]),
    ("dcr", "Disease control", &[3, 6, 12]),
    ("pfs-rate", "Progression-free", &[6, 12]),
    ("os-rate", "Alive", &[6, 12]),
];

/// Estimates between 0 and 1 with their intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    /// The same in sentences, for readers who do not see it, or why there is nothing to draw.
    pub description: String,
    /// Confidence level of the intervals (`95 %`).
    pub confidence: String,
    /// One panel for each outcome and time point.
    pub panels: Vec<ForestPanel>,
}

/// One outcome at one time point.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestPanel {
    /// Title (`Disease control at month 6`).
    pub title: String,
    /// Dose levels, lowest first, then overall.
    pub rows: Vec<ForestRow>,
}

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestRow {
    /// Dose level; `None`: overall.
    pub level: Option<DoseLevel>,
    /// Its name.
    pub label: String,
    /// What was counted (`2/6`), or the events (`2 ev. in 6`).
    pub counted: String,
    /// Estimate and limits as shares; none where not estimable.
    pub estimate: Option<f64>,
    /// Confidence limits, where they exist.
    pub limits: Option<(f64, f64)>,
    /// Estimate and interval in digits, or a dash.
    pub text: String,
}

pub(super) fn forest(trial: &Trial, levels: &[LevelName], cells: &[Cell]) -> Forest {
    let mut panels = Vec::new();
    for (method, title, months) in DRAWN {
        let here = |cell: &&Cell| {
            let outcome = trial.outcomes.get(cell.outcome);
            let wanted = months.is_empty() || cell.time_point.is_some_and(|month| months.contains(&month));
            wanted && outcome.is_some_and(|outcome| outcome.method == method)
        };
        let own: Vec<&Cell> = cells.iter().filter(here).collect();
        for overall in own.iter().filter(|cell| cell.level.is_none()) {
            let rows = own
                .iter()
                .filter(|cell| (&cell.id, cell.time_point) == (&overall.id, overall.time_point))
                .map(|cell| row(trial, levels, method, cell));
            let month = overall
                .time_point
                .map_or_else(String::new, |month| format!(" at month {month}"));
            panels.push(ForestPanel {
                title: format!("{} {title}{month}", overall.id),
                rows: rows.collect(),
            });
        }
    }
    panels.retain(|panel| panel.rows.iter().any(|row| row.estimate.is_some()));
    let sentences: Vec<String> = panels
        .iter()
        .map(|panel| {
            let rows = panel.rows.iter().map(|row| format!("{} {}", row.label, row.text));
            format!("{}: {}.", panel.title, rows.collect::<Vec<_>>().join("; "))
        })
        .collect();
    Forest {
        description: if sentences.is_empty() {
            "No rate can be estimated yet.".to_owned()
        } else {
            sentences.join(" ")
        },
        confidence: number::confidence(trial.estimation.level),
        panels,
    }
}

fn row(trial: &Trial, levels: &[LevelName], method: &str, cell: &Cell) -> ForestRow {
    let statistic = ALL.iter().find(|one| one.name == method).map(|one| one.statistic);
    let label = statistic.map_or_else(String::new, |statistic| {
        outcome::answer(trial, levels, statistic, cell, "").label
    });
    // Before the first event both limits of a survival rate are 1: that is no interval.
    let limits = cell.lower.zip(cell.upper).filter(|(lower, upper)| lower < upper);
    let digits = limits.and_then(|(lower, upper)| number::limits(Some(lower), Some(upper), number::percent_digits));
    let digits = digits.map_or_else(String::new, |digits| format!(" ({digits})"));
    ForestRow {
        level: cell.level,
        label,
        counted: if statistic == Some(Statistic::SurvivalRate) {
            format!("{} ev. in {}", cell.n, cell.denominator)
        } else {
            format!("{}/{}", cell.n, cell.denominator)
        },
        estimate: cell.value,
        limits,
        text: cell.value.map_or_else(
            || number::MISSING.to_owned(),
            |value| format!("{}{digits}", number::percent(value)),
        ),
    }
}
