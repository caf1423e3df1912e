//! Outcome measures from the cells of the outcome matrix.
//!
//! An outcome of the protocol is a measure, with a row for each of its components and time points; components in
//! different units are measures apart. A cell without a value is not available, with the reason as its comment.

use std::fmt::Write as _;

use tercel::endpoint::{ALL, Analysis, Cell, Detail, Reading, Statistic};
use tercel::protocol::{Outcome, OutcomeKind};

use super::super::{
    Denominator, Entry, Group, Measure, MeasureAnalysis, NOT_AVAILABLE, OutcomeMeasure, Row, RowValue, written,
};
use super::{everybody, level_group, level_id};

pub(super) fn outcomes(analysis: &Analysis<'_>, cells: &[Cell]) -> Vec<OutcomeMeasure> {
    let outcomes = analysis.trial.outcomes.iter().enumerate();
    let measures = outcomes.flat_map(|(index, outcome)| {
        let own: Vec<&Cell> = cells.iter().filter(|cell| cell.outcome == index).collect();
        let mut units: Vec<&str> = Vec::new();
        for cell in &own {
            if !units.contains(&cell.unit.as_str()) {
                units.push(&cell.unit);
            }
        }
        let several = units.len() > 1;
        let of_unit = units.into_iter().map(|unit| {
            let cells: Vec<&Cell> = own.iter().copied().filter(|cell| cell.unit == unit).collect();
            measure(analysis, outcome, several, &cells)
        });
        of_unit.collect::<Vec<OutcomeMeasure>>()
    });
    measures.collect()
}

fn measure(analysis: &Analysis<'_>, outcome: &Outcome, several: bool, cells: &[&Cell]) -> OutcomeMeasure {
    let method = ALL.iter().find(|method| method.name == outcome.method);
    let statistic = method.map(|method| method.statistic);
    let level = level(analysis);
    let mut ids: Vec<(&str, Option<u32>)> = Vec::new();
    for cell in cells {
        let id = (cell.id.as_str(), cell.time_point);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let (mut rows, mut analyses) = (Vec::new(), Vec::new());
    for id in &ids {
        let of_row: Vec<&Cell> = cells
            .iter()
            .copied()
            .filter(|cell| (cell.id.as_str(), cell.time_point) == *id)
            .collect();
        let title = row_title(outcome, id, several);
        rows.push(Row {
            title: if ids.len() > 1 { title.clone() } else { String::new() },
            values: of_row.iter().map(|cell| value(statistic, cell)).collect(),
        });
        analyses.extend(
            of_row
                .iter()
                .flat_map(|cell| analyses_of(statistic, cell, &title, &level)),
        );
    }
    let part = ids.first().map(|(id, _)| component(outcome, id)).filter(|_| several);
    let title = match part {
        Some(part) if !part.is_empty() => format!("{}: {part}", outcome.measure),
        Some(_) | None => outcome.measure.clone(),
    };
    let first = cells.first();
    let trial = analysis.trial;
    let levels = trial.dose_levels.levels().map(Some).chain([None]);
    let groups = levels.map(|level| {
        let group = level.map_or_else(everybody, |level| level_group(trial, level));
        let of_level: Vec<&Cell> = cells.iter().copied().filter(|cell| cell.level == level).collect();
        (group, analysed(&of_level))
    });
    OutcomeMeasure {
        rank: match outcome.kind {
            OutcomeKind::Primary => "Primary",
            OutcomeKind::Secondary => "Secondary",
            OutcomeKind::Other => "Other Pre-specified",
        }
        .to_owned(),
        title,
        time_frame: outcome.time_frame.clone(),
        measure: Measure {
            description: Some(description(outcome, statistic)),
            population: Some(population(cells)),
            parameter: statistic.map(|statistic| parameter(statistic).to_owned()),
            dispersion: statistic.map(|statistic| dispersion(statistic, &level)),
            level: None,
            unit: statistic.map(|statistic| unit(statistic, first.map_or("", |cell| &cell.unit))),
            percent: None,
            analysed: None,
            rows,
        },
        units: None,
        groups: groups.collect::<Vec<(Group, Denominator)>>(),
        analyses,
        expected: None,
    }
}

/// The confidence level in percent: `95`, `97.5`.
fn level(analysis: &Analysis<'_>) -> String {
    let percent = format!("{:.2}", 100.0 * analysis.trial.estimation.level);
    percent.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn parameter(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::Count => "Count of Participants",
        Statistic::Proportion | Statistic::SurvivalRate => "Number",
        Statistic::Median | Statistic::MedianTime | Statistic::SurvivalMedian => "Median",
        Statistic::RestrictedMean => "Mean",
    }
}

fn dispersion(statistic: Statistic, level: &str) -> String {
    match statistic {
        Statistic::Count => "Not Applicable".to_owned(),
        Statistic::Median | Statistic::MedianTime => "Full Range".to_owned(),
        Statistic::Proportion | Statistic::SurvivalMedian | Statistic::SurvivalRate | Statistic::RestrictedMean => {
            format!("{level}% Confidence Interval")
        }
    }
}

fn unit(statistic: Statistic, unit: &str) -> String {
    match (statistic, unit) {
        (Statistic::Count, _) => "Participants",
        (_, "") => "percentage of participants",
        (_, unit) if unit.starts_with('%') => "percent change from baseline",
        (_, unit) => unit,
    }
    .to_owned()
}

fn description(outcome: &Outcome, statistic: Option<Statistic>) -> String {
    let how = match statistic {
        None => "No method answers this outcome, so that no value is given.",
        Some(Statistic::Count) => "Number of participants counted.",
        Some(Statistic::Proportion) => "Percentage of participants counted, with its exact (Clopper-Pearson) interval.",
        Some(Statistic::Median) => "Median with full range; values below quantification rank below all others.",
        Some(Statistic::MedianTime) => "Median duration with full range.",
        Some(Statistic::SurvivalMedian) => "Kaplan-Meier median, follow-up truncated at the time point.",
        Some(Statistic::SurvivalRate) => "Kaplan-Meier estimate at the time point.",
        Some(Statistic::RestrictedMean) => "Restricted mean: area under the Kaplan-Meier curve to the time point.",
    };
    format!("{} {how}", outcome.definition).trim().to_owned()
}

/// Who was analysed, and who could not be yet.
fn population(cells: &[&Cell]) -> String {
    let mut text =
        "Participants assigned to a dose level of whom the outcome can be told, by its definition.".to_owned();
    for cell in cells.iter().filter(|cell| cell.level.is_none()) {
        if let Some(note) = &cell.note {
            let place = at(cell).unwrap_or_else(|| cell.id.clone());
            // Writing to a String cannot fail.
            let _ = write!(text, " {place}: {note}.");
        }
    }
    text
}

fn at(cell: &Cell) -> Option<String> {
    cell.time_point.map(|months| format!("Month {months}"))
}

/// The component of a cell in words; empty where there is none.
fn component(outcome: &Outcome, id: &str) -> String {
    let part = id
        .strip_prefix(outcome.id.as_str())
        .and_then(|rest| rest.strip_prefix('.'));
    match part.unwrap_or_default() {
        "ae" => "Adverse events",
        "sae" => "Serious adverse events",
        "crs" => "Cytokine release syndrome",
        "icans" => "Immune effector cell-associated neurotoxicity syndrome",
        "copies" => "CAR transgene copies",
        "cells" => "CAR-T cells",
        other => other,
    }
    .to_owned()
}

fn row_title(outcome: &Outcome, (id, months): &(&str, Option<u32>), several: bool) -> String {
    let part = if several { String::new() } else { component(outcome, id) };
    let months = months.map(|months| format!("Month {months}"));
    let parts: Vec<String> = [Some(part).filter(|part| !part.is_empty()), months]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

/// How many participants of a group any of the cells analysed.
fn analysed(cells: &[&Cell]) -> Denominator {
    let counted = |reading: Reading| !matches!(reading, Reading::Out | Reading::NotYet);
    let answered: Vec<&&Cell> = cells.iter().filter(|cell| cell.denominator > 0).collect();
    let mut subjects: Vec<_> = answered
        .iter()
        .flat_map(|cell| &cell.contributions)
        .filter(|part| counted(part.reading))
        .map(|part| &part.subject)
        .collect();
    subjects.sort();
    subjects.dedup();
    Denominator {
        subjects: Some(subjects.len().to_string()),
        units: None,
    }
}

fn value(statistic: Option<Statistic>, cell: &Cell) -> RowValue {
    RowValue {
        group: level_id(cell.level),
        analysed: Some(Denominator {
            subjects: Some(cell.denominator.to_string()),
            units: None,
        }),
        entries: vec![entry(statistic, cell)],
    }
}

fn entry(statistic: Option<Statistic>, cell: &Cell) -> Entry {
    let write = |value: f64| written(value, &cell.unit);
    let mut entry = Entry {
        value: Some(cell.value.map_or_else(|| NOT_AVAILABLE.to_owned(), write)),
        ..Entry::default()
    };
    let mut why = cell.reason.as_ref().map(ToString::to_string);
    let limits = match statistic {
        None | Some(Statistic::Count) => None,
        Some(Statistic::Median | Statistic::MedianTime) => Some(range(cell, &mut why)),
        Some(Statistic::SurvivalRate) if flat(cell) => {
            why = why.or_else(|| Some("interval not estimable: no event so far".to_owned()));
            Some((None, None))
        }
        Some(
            Statistic::Proportion | Statistic::SurvivalMedian | Statistic::SurvivalRate | Statistic::RestrictedMean,
        ) => Some((cell.lower, cell.upper)),
    };
    if let Some((lower, upper)) = limits {
        if lower.is_none() || upper.is_none() {
            why = why.or_else(|| Some("limit of the interval not estimable: too few events".to_owned()));
        }
        let write = |limit: Option<f64>| Some(limit.map_or_else(|| NOT_AVAILABLE.to_owned(), write));
        (entry.lower, entry.upper) = (write(lower), write(upper));
    }
    entry.comment = why;
    entry
}

/// Before the first event the limits of a Kaplan-Meier estimate fall together, which is no interval.
fn flat(cell: &Cell) -> bool {
    cell.lower.zip(cell.upper).is_some_and(|(lower, upper)| upper <= lower)
}

/// The smallest and the largest value; where values lie below quantification, the smallest is not a number.
fn range(cell: &Cell, why: &mut Option<String>) -> (Option<f64>, Option<f64>) {
    let of = |name: &str| detail(cell, name).and_then(|detail| detail.value);
    let lower = of("minimum").or_else(|| of("minimum quantified"));
    let upper = of("maximum").or_else(|| of("maximum quantified"));
    let below = cell.denominator.saturating_sub(cell.n);
    if below > 0
        && cell
            .contributions
            .iter()
            .any(|part| part.reading == Reading::BelowQuantification)
    {
        let text = format!("{below} of {} below the limit of quantification", cell.denominator);
        *why = Some(why.take().map_or(text.clone(), |why| {
            if why.contains("quantif") {
                why
            } else {
                format!("{why}; {text}")
            }
        }));
        return (None, upper);
    }
    (lower, upper)
}

fn detail<'c>(cell: &'c Cell, name: &str) -> Option<&'c Detail> {
    cell.details.iter().find(|detail| detail.statistic == name)
}

/// What is estimated, by which method: the value of a cell itself, and the estimates beside it: the share behind a count, survival at
/// the time point behind a median or mean.
fn analyses_of(statistic: Option<Statistic>, cell: &Cell, row: &str, level: &str) -> Vec<MeasureAnalysis> {
    let analysis = |[parameter, how]: [&str; 2], unit: &str, value: f64, limits: Option<(f64, f64)>| {
        let write = |value: f64| written(value, unit);
        let interval = limits.filter(|(lower, upper)| lower < upper);
        MeasureAnalysis {
            groups: vec![level_id(cell.level)],
            lower: interval.map(|(lower, _)| write(lower)),
            upper: interval.map(|(_, upper)| write(upper)),
            sides: interval.map(|_| "2-Sided".to_owned()),
            level: interval.map(|_| level.to_owned()),
            estimate_comment: (!row.is_empty()).then(|| row.to_owned()),
            group_comment: Some("One group; no hypothesis was tested".to_owned()),
            other: Some(how.to_owned()),
            parameter: "Other".to_owned(),
            other_parameter: Some(parameter.to_owned()),
            value: Some(write(value)),
            test_type: Some("Other".to_owned()),
            ..MeasureAnalysis::default()
        }
    };
    let own = statistic.and_then(estimated).zip(cell.value);
    let own = own.map(|(named, value)| analysis(named, &cell.unit, value, cell.lower.zip(cell.upper)));
    let beside = BESIDE.iter().filter_map(|(name, named)| {
        let detail = detail(cell, name)?;
        Some(analysis(
            *named,
            &detail.unit,
            detail.value?,
            detail.lower.zip(detail.upper),
        ))
    });
    own.into_iter().chain(beside).collect()
}

/// Estimates among the details of a cell.
const BESIDE: [(&str, [&str; 2]); 2] = [
    (
        "proportion",
        [
            "Percentage of participants",
            "Exact (Clopper-Pearson) interval of the percentage of participants counted",
        ],
    ),
    (
        "Kaplan-Meier estimate",
        [
            "Kaplan-Meier estimate",
            "Percentage of participants free of the event at the time point, with its Greenwood interval",
        ],
    ),
];

/// What the value of a cell estimates, and how; a count is analysed as the share it is.
fn estimated(statistic: Statistic) -> Option<[&'static str; 2]> {
    match statistic {
        Statistic::Count => None,
        Statistic::Proportion => Some([
            "Percentage of participants",
            "Estimate with its exact (Clopper-Pearson) interval",
        ]),
        Statistic::Median => Some([
            "Median",
            "Description of the group by median and full range; values below quantification rank below all others, and no interval \
             is estimated",
        ]),
        Statistic::MedianTime => Some([
            "Median time",
            "Description of those with the event by median and full range; no interval is estimated",
        ]),
        Statistic::SurvivalMedian => Some([
            "Kaplan-Meier median",
            "Median time with its Brookmeyer-Crowley interval, follow-up truncated at the time point",
        ]),
        Statistic::SurvivalRate => Some([
            "Kaplan-Meier estimate",
            "Percentage of participants free of the event at the time point, with its Greenwood interval",
        ]),
        Statistic::RestrictedMean => Some([
            "Restricted mean time",
            "Area under the Kaplan-Meier curve to the time point, with its interval",
        ]),
    }
}
