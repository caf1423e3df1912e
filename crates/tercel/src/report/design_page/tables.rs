//! Tables of designs: decisions, scenarios, operating characteristics.

use super::{TextTable, cells, percent};
use crate::design::{Row, Target};
use crate::exact::{Assessed, CORRECT_MARGIN, Scenario};
use crate::protocol::DoseLevel;
use crate::report::number::MISSING;

/// A decision table in words, for 1, 2, … evaluable subjects.
pub fn decision_table(title: &str, rows: &[Row]) -> TextTable {
    let at_most = |value: Option<u32>| value.map_or_else(|| "never".to_owned(), |value| format!("≤ {value}"));
    let at_least = |value: Option<u32>| value.map_or_else(|| "never".to_owned(), |value| format!("≥ {value}"));
    let each = (1_u32..).zip(rows).map(|(n, row)| {
        vec![
            n.to_string(),
            at_most(row.escalate_max),
            at_least(row.deescalate_min),
            at_least(row.eliminate_min),
        ]
    });
    TextTable {
        title: format!("{title}: number of DLTs at the current level that leads to each decision; in between, stay"),
        head: cells(&["Evaluable", "Escalate", "De-escalate", "Close the level"]),
        rows: each.collect(),
        words: false,
    }
}

/// What counts as correct, in words.
pub fn correct_rule(target: Target) -> String {
    let phi = target.value();
    format!(
        "The correct level of a curve is the one whose true DLT probability is closest to the target {phi}, among those at \
         most {CORRECT_MARGIN} above it; of two as close it is the higher. Where every level lies above, it is correct to \
         select none. \"Above\" means the levels higher than the correct one, all of them where none is correct."
    )
}

/// Curves with their correct levels.
pub fn scenario_table(scenarios: &[Scenario]) -> TextTable {
    let doses = scenarios.first().map_or(0, |scenario| scenario.curve.values().len());
    let levels = (1..=doses).map(|level| format!("Level {level}"));
    let head = std::iter::once("True curve".to_owned())
        .chain(levels)
        .chain(["Correct".to_owned()]);
    let row = |scenario: &Scenario| {
        let values = scenario.curve.values().iter().map(|p| format!("{p:.3}"));
        let correct = correct_level(scenario.correct);
        std::iter::once(scenario.name.clone())
            .chain(values)
            .chain([correct])
            .collect()
    };
    TextTable {
        title: "True DLT probabilities".to_owned(),
        head: head.collect(),
        rows: scenarios.iter().map(row).collect(),
        words: false,
    }
}

fn correct_level(level: Option<DoseLevel>) -> String {
    level.map_or_else(|| "none".to_owned(), |level| format!("level {level}"))
}

/// Level by level under one curve: selection, subjects, DLTs.
pub fn levels_table(scenario: &Scenario, assessed: &Assessed) -> TextTable {
    let found = &assessed.found;
    let levels = (1..=scenario.curve.values().len()).map(|level| format!("Level {level}"));
    let head = std::iter::once(String::new())
        .chain(levels)
        .chain(cells(&["None", "All"]));
    let row = |name: &str, values: &[f64], write: fn(f64) -> String, none: String, all: String| -> Vec<String> {
        let values = values.iter().map(|value| write(*value));
        std::iter::once(name.to_owned())
            .chain(values)
            .chain([none, all])
            .collect()
    };
    let two = |value: f64| format!("{value:.2}");
    let missing = || MISSING.to_owned();
    TextTable {
        title: format!("{}; correct: {}", scenario.name, correct_level(scenario.correct)),
        head: head.collect(),
        rows: vec![
            row(
                "True DLT probability",
                scenario.curve.values(),
                |p| format!("{p:.3}"),
                missing(),
                missing(),
            ),
            row(
                "Selected, %",
                found.select.values(),
                percent,
                percent(found.select_none),
                percent(1.0),
            ),
            row(
                "Subjects, expected",
                found.patients.values(),
                two,
                missing(),
                two(found.n_total),
            ),
            row(
                "DLTs, expected",
                found.dlts.values(),
                two,
                missing(),
                two(found.dlts.values().iter().sum()),
            ),
        ],
        words: false,
    }
}

/// What matters most of each row, a curve or a design.
pub fn measures_table(title: String, first: &str, rows: &[(String, &Assessed)]) -> TextTable {
    let row = |(name, assessed): &(String, &Assessed)| {
        let found = &assessed.found;
        vec![
            name.clone(),
            percent(assessed.correct),
            percent(assessed.overdose),
            percent(found.select_none),
            format!("{:.1}", found.n_total),
            format!("{:.2}", found.dlts.values().iter().sum::<f64>()),
            format!("{:.1}", assessed.patients_above),
        ]
    };
    TextTable {
        title,
        head: cells(&[
            first,
            "Correct, %",
            "Above, %",
            "None, %",
            "Subjects",
            "DLTs",
            "Subjects above",
        ]),
        rows: rows.iter().map(row).collect(),
        words: false,
    }
}
