//! The results of a study from its analysis, by the same cells and tables as the report.
//!
//! Groups are the dose levels of the protocol, and all together where the registry takes a group of all: in baseline,
//! outcomes and adverse events, but not in participant flow, where a participant is in one group.

mod baseline;
mod events;
mod flow;
mod origin;
mod outcomes;

use tercel::endpoint::{Analysis, Cell, Facts};
use tercel::protocol::{DoseLevel, Trial};
use tercel::safety::Tables;

pub use origin::Origins;

use super::{Group, Results};

/// Choices that the registry leaves to the sponsor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResultsOptions {
    /// Percentage of a group, 0 to 5, above which events that are not serious are reported.
    pub threshold_percent: f64,
}

/// Subjects of a group.
struct Arm<'a> {
    group: Group,
    facts: Vec<&'a Facts<'a>>,
}

/// Results of a study: its cells as [`tercel::endpoint::derive_cells`] gives them, its events as
/// [`tercel::safety::derive_tables`] does, its participants' origins as their datasets have them. What the data do not hold is left out, and the limitations say so. The
/// point of contact and agreements stand in no record of a study; they are entered in the registry.
pub fn build_results(
    analysis: &Analysis<'_>,
    cells: &[Cell],
    tables: &Tables,
    origins: &Origins,
    options: ResultsOptions,
) -> Results {
    let outcomes = outcomes::outcomes(analysis, cells);
    let events = events::events(analysis, tables, options);
    Results {
        flow: Some(flow::flow(analysis)),
        baseline: baseline::baseline(analysis, origins),
        limitations: Some(limitations(analysis, cells, events.is_some())),
        outcomes,
        events,
        agreement: None,
        contact: None,
    }
}

/// The dose levels with their subjects, lowest first.
fn arms<'a>(analysis: &'a Analysis<'a>) -> Vec<Arm<'a>> {
    let levels = analysis.trial.dose_levels.levels();
    levels
        .map(|level| Arm {
            group: level_group(analysis.trial, level),
            facts: analysis.enrolled().filter(|facts| facts.level == Some(level)).collect(),
        })
        .collect()
}

/// Subjects without a dose level.
fn unassigned<'a>(analysis: &'a Analysis<'a>) -> Option<Arm<'a>> {
    let facts: Vec<&Facts<'_>> = analysis.enrolled().filter(|facts| facts.level.is_none()).collect();
    let group = Group {
        id: "none".to_owned(),
        title: "Not assigned to a dose level".to_owned(),
        description: "Participants enrolled and not assigned to a dose level".to_owned(),
    };
    (!facts.is_empty()).then_some(Arm { group, facts })
}

fn level_group(trial: &Trial, level: DoseLevel) -> Group {
    let dose = trial.dose_levels.get(level);
    let label = dose.map_or_else(String::new, |dose| dose.label.clone());
    let title = if label.is_empty() || label.parse::<f64>().is_ok() {
        format!(
            "Dose level {}",
            if label.is_empty() { level.to_string() } else { label }
        )
    } else {
        label
    };
    Group {
        id: level_id(Some(level)),
        title,
        description: dose.map_or_else(String::new, |dose| format!("Planned dose: {}", dose.planned)),
    }
}

/// Identifier of the group of a level, or of all.
fn level_id(level: Option<DoseLevel>) -> String {
    level.map_or_else(|| "all".to_owned(), |level| format!("level{level}"))
}

fn everybody() -> Group {
    Group {
        id: level_id(None),
        title: "All dose levels".to_owned(),
        description: "All dose levels together".to_owned(),
    }
}

/// What a reader has to know of the numbers; the registry takes 250 words.
fn limitations(analysis: &Analysis<'_>, cells: &[Cell], has_events: bool) -> String {
    let mut text = Vec::new();
    if analysis.data.synthetic {
        text.push("Synthetic data of a rehearsal: not for submission.".to_owned());
    }
    match analysis.cut {
        Some(cut) => text.push(format!("Data as of {cut}.")),
        None => text.push(
            "Source data without calendar dates: times are as published, and what needs dates is not reported."
                .to_owned(),
        ),
    }
    let missing = cells.iter().filter(|cell| !cell.estimable()).count();
    if missing > 0 {
        text.push(format!(
            "Of {} values by outcome, time point and group {missing} are not estimable (NA); each has its reason.",
            cells.len()
        ));
    }
    if !has_events {
        text.push("Adverse events are not in the source and are not reported here.".to_owned());
    }
    text.push("Groups are small, and no hypothesis was tested.".to_owned());
    text.join(" ")
}
