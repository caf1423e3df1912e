//! Designs side by side over a set of true curves.

use super::{
    BarGrid, Block, Page, Part, TextTable, correct_rule, levels_table, measures_table, percent, scenario_table,
};
use crate::design::{DesignEntry, Target};
use crate::exact::{Assessed, Assessment, Averaged, CURVE_SLOPE, Mean, Scenario};

/// A design with its assessment, or the reason why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Which.
    pub entry: &'static DesignEntry,
    /// Its options, as name and value.
    pub options: Vec<(String, String)>,
    /// One for each curve, or why not.
    pub assessment: Result<Assessment, String>,
    /// Its average over random curves.
    pub averaged: Option<Averaged>,
}

/// Random curves that a comparison averages over.
pub const RANDOM_CURVES: usize = 500;

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Title of the trial, where there is one.
    pub trial: Option<String>,
    /// Label of each dose level, where there are labels.
    pub labels: Vec<String>,
    /// Target DLT probability.
    pub target: Target,
    /// How the designs are set, as name and value.
    pub facts: Vec<(String, String)>,
    /// Sentences on how the designs are set.
    pub notes: Vec<String>,
    /// Curves.
    pub scenarios: Vec<Scenario>,
    /// Of these, how many are standard curves; they stand first.
    pub standard: usize,
    /// Designs.
    pub designs: Vec<Compared>,
}

impl Compared {
    /// Its options in one sentence: `target 0.3, elimination-cutoff 0.95`.
    pub fn set(&self) -> String {
        let each = self.options.iter().map(|(name, value)| format!("{name} {value}"));
        each.collect::<Vec<String>>().join("; ")
    }
}

impl Comparison {
    /// Designs that were assessed.
    pub fn assessed(&self) -> impl Iterator<Item = (&'static DesignEntry, &Assessment)> {
        let each = self.designs.iter();
        each.filter_map(|design| Some((design.entry, design.assessment.as_ref().ok()?)))
    }

    /// Every assessed design under one curve.
    pub fn under(&self, place: usize) -> Vec<(String, &Assessed)> {
        self.assessed()
            .filter_map(|(entry, found)| Some((entry.title.to_owned(), found.assessed.get(place)?)))
            .collect()
    }

    /// Designs that have the same numbers as an earlier one, in words.
    pub fn alike(&self) -> Vec<String> {
        let mut groups: Vec<(&Assessment, Vec<&str>)> = Vec::new();
        for (entry, found) in self.assessed() {
            match groups.iter_mut().find(|(other, _)| other.assessed == found.assessed) {
                Some((_, titles)) => titles.push(entry.title),
                None => groups.push((found, vec![entry.title])),
            }
        }
        let several = groups.into_iter().filter(|(_, titles)| titles.len() > 1);
        let sentence = |(_, titles): (&Assessment, Vec<&str>)| {
            format!(
                "{} have the same numbers because they take the same decisions after cohorts of this size.",
                titles.join(", ")
            )
        };
        several.map(sentence).collect()
    }

    /// How the standard curves were made, in words.
    pub fn standard_rule(&self) -> Option<String> {
        (self.standard > 0).then(|| {
            format!(
                "The standard curves rise by {CURVE_SLOPE} per level on the logit scale and have the target exactly at the \
                 level they are named after; where all levels are safe or too toxic, the target lies one and a half levels \
                 above the highest or below the lowest."
            )
        })
    }

    /// One measure of every design under every curve, with the mean over the curves last.
    pub fn overview(&self, title: &str, measure: fn(&Assessed) -> f64) -> TextTable {
        let columns = (1..=self.scenarios.len()).map(curve_name);
        let head = std::iter::once("Design".to_owned())
            .chain(columns)
            .chain(["Mean".to_owned()]);
        let row = |(entry, found): (&DesignEntry, &Assessment)| {
            let values: Vec<f64> = found.assessed.iter().map(measure).collect();
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            let cells = values.iter().map(|value| percent(*value));
            std::iter::once(entry.title.to_owned())
                .chain(cells)
                .chain([percent(mean)])
                .collect()
        };
        TextTable {
            title: title.to_owned(),
            head: head.collect(),
            rows: self.assessed().map(row).collect(),
            words: false,
        }
    }

    /// The averages over random curves; `None` where there are none.
    pub fn over_random_curves(&self) -> Option<TextTable> {
        let with = |mean: Mean, scale: f64| format!("{:.1} ± {:.1}", scale * mean.mean, scale * mean.se);
        let row = |design: &Compared| {
            let averaged = design.averaged.as_ref()?;
            Some(vec![
                design.entry.title.to_owned(),
                with(averaged.correct, 100.0),
                with(averaged.overdose, 100.0),
                with(averaged.patients_above, 1.0),
                with(averaged.patients, 1.0),
            ])
        };
        let rows: Vec<Vec<String>> = self.designs.iter().filter_map(row).collect();
        let head = [
            "Design",
            "Correct selection, %",
            "Selection above, %",
            "Subjects above",
            "Subjects",
        ];
        (!rows.is_empty()).then(|| TextTable {
            title: format!("Averages over {RANDOM_CURVES} random curves (clertant2017), ± standard error"),
            head: head.map(str::to_owned).to_vec(),
            rows,
            words: false,
        })
    }

    fn bars(&self, id: &'static str, title: &str, harm: bool, measure: fn(&Assessed) -> f64) -> BarGrid {
        let row = |(entry, found): (&DesignEntry, &Assessment)| {
            let values = found.assessed.iter().map(measure).collect();
            (entry.title.to_owned(), values)
        };
        let numbered = (1..).zip(&self.scenarios);
        BarGrid {
            id,
            title: title.to_owned(),
            description: format!(
                "{title}, a row for each design and a column for each true curve; the numbers stand in the tables."
            ),
            harm,
            columns: numbered
                .map(|(place, scenario)| format!("{place}. {}", scenario.name))
                .collect(),
            rows: self.assessed().map(row).collect(),
        }
    }
}

fn curve_name(place: usize) -> String {
    format!("Curve {place}")
}

/// The comparison as a page.
pub fn comparison_page(comparison: &Comparison) -> Page {
    let title = comparison.trial.as_ref().map_or_else(
        || "Dose-escalation designs compared".to_owned(),
        |trial| format!("{trial}: dose-escalation designs compared"),
    );
    let mut parts = vec![measured(comparison), overview(comparison)];
    for (place, scenario) in comparison.scenarios.iter().enumerate() {
        let under = comparison.under(place);
        let mut blocks = vec![Block::Table(measures_table(
            format!("{}: what each design does", scenario.name),
            "Design",
            &under,
        ))];
        blocks.push(Block::Table(selection(scenario, &under)));
        parts.push(Part {
            id: format!("curve_{}", place + 1),
            heading: format!("Curve {}: {}", place + 1, scenario.name),
            new_page: false,
            blocks,
        });
    }
    Page {
        title,
        facts: comparison.facts.clone(),
        parts,
    }
}

/// How it was measured: the curves, what is correct, how the designs are set.
fn measured(comparison: &Comparison) -> Part {
    let mut blocks = Vec::new();
    if !comparison.labels.is_empty() {
        blocks.push(Block::Table(TextTable {
            title: "Dose levels".to_owned(),
            head: vec!["Level".to_owned(), "Dose".to_owned()],
            rows: (1..)
                .zip(&comparison.labels)
                .map(|(level, label): (usize, _)| vec![level.to_string(), label.clone()])
                .collect(),
            words: true,
        }));
    }
    let mut table = scenario_table(&comparison.scenarios);
    for (place, row) in (1..).zip(&mut table.rows) {
        if let Some(name) = row.first_mut() {
            let place: usize = place;
            *name = format!("{place}. {name}");
        }
    }
    blocks.push(Block::Table(table));
    blocks.extend(comparison.standard_rule().map(Block::Text));
    blocks.push(Block::Text(correct_rule(comparison.target)));
    blocks.extend(comparison.notes.iter().cloned().map(Block::Text));
    blocks.push(Block::Table(TextTable {
        title: "Options of each design".to_owned(),
        head: vec!["Design".to_owned(), "Options".to_owned()],
        rows: comparison
            .designs
            .iter()
            .map(|design| vec![design.entry.title.to_owned(), design.set()])
            .collect(),
        words: true,
    }));
    blocks.extend(comparison.alike().into_iter().map(Block::Text));
    for design in &comparison.designs {
        if let Err(reason) = &design.assessment {
            blocks.push(Block::Text(format!("{} is left out: {reason}.", design.entry.title)));
        }
    }
    let exact = "Every number is exact: all outcomes a trial can have are counted, none is simulated.";
    blocks.push(Block::Text(exact.to_owned()));
    Part {
        id: "measured".to_owned(),
        heading: "True curves and how designs are measured".to_owned(),
        new_page: false,
        blocks,
    }
}

fn overview(comparison: &Comparison) -> Part {
    let mut blocks = vec![
        Block::Bars(comparison.bars("bars_correct", "Correct selection, %", false, |found| found.correct)),
        Block::Bars(
            comparison.bars("bars_above", "Selection above the correct level, %", true, |found| {
                found.overdose
            }),
        ),
        Block::Bars(comparison.bars(
            "bars_subjects",
            "Subjects treated above the correct level, % of all subjects",
            true,
            |found| found.patients_above / found.found.n_total.max(f64::MIN_POSITIVE),
        )),
        Block::Table(comparison.overview("Correct selection, %", |found| found.correct)),
    ];
    blocks.extend(comparison.over_random_curves().map(Block::Table));
    Part {
        id: "overview".to_owned(),
        heading: "Overview".to_owned(),
        new_page: true,
        blocks,
    }
}

/// What each design selects under a curve.
fn selection(scenario: &Scenario, under: &[(String, &Assessed)]) -> TextTable {
    let mut table: Option<TextTable> = None;
    for (name, assessed) in under {
        let levels = levels_table(scenario, assessed);
        let table = table.get_or_insert_with(|| TextTable {
            title: format!("{}: probability to select each level, %", scenario.name),
            rows: levels.rows.first().cloned().into_iter().map(shortened).collect(),
            head: shortened(levels.head.clone()),
            words: false,
        });
        if let Some(mut selected) = levels.rows.into_iter().nth(1).map(shortened) {
            if let Some(first) = selected.first_mut() {
                first.clone_from(name);
            }
            table.rows.push(selected);
        }
    }
    table.unwrap_or_else(|| TextTable {
        title: "No design".to_owned(),
        head: Vec::new(),
        rows: Vec::new(),
        words: false,
    })
}

/// A row without its last cell, the sum over all levels.
fn shortened(mut row: Vec<String>) -> Vec<String> {
    row.pop();
    row
}
