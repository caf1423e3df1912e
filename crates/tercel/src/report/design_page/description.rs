//! A design described for a protocol.

use super::{
    Block, Page, Part, PathFigure, TextTable, cells, correct_rule, decision_table, how, levels_table, measures_table,
    options_used, scenario_table,
};
use crate::design::{DesignEntry, Pathway, Row, Settings, Target};
use crate::exact::{Assessment, CURVE_SLOPE, Scenario};
use crate::report::number::count;

/// What the description of a design is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Description<'a> {
    /// Which.
    pub entry: &'static DesignEntry,
    /// Its options.
    pub settings: &'a Settings,
    /// The trial it is set for, as name and value.
    pub facts: Vec<(String, String)>,
    /// Sentences on the rules around the design; empty where there are none.
    pub conduct: Vec<String>,
    /// Decision table; `None` for a design by a model.
    pub table: Option<Vec<Row>>,
    /// Pathways of the first cohorts.
    pub paths: Option<&'a Pathway>,
    /// What a level must have to be correct is measured from here.
    pub target: Target,
    /// Curves.
    pub scenarios: &'a [Scenario],
    /// Operating characteristics under each.
    pub assessment: &'a Assessment,
    /// Version of the program.
    pub version: &'a str,
}

/// The description as a page.
pub fn description_page(of: &Description<'_>) -> Page {
    let part = |id: &str, heading: &str, new_page: bool, blocks: Vec<Block>| Part {
        id: id.to_owned(),
        heading: heading.to_owned(),
        new_page,
        blocks,
    };
    let mut how = how::blocks(of.entry.name, of.settings);
    how.extend(of.conduct.iter().cloned().map(Block::Text));
    let decisions = match &of.table {
        Some(rows) => Block::Table(decision_table(of.entry.title, rows)),
        None => Block::Text(
            "The design decides by a model of all levels together and has no table of boundaries; the pathways show its \
             decisions."
                .to_owned(),
        ),
    };
    let options = TextTable {
        title: "Options of the design".to_owned(),
        head: cells(&["Option", "Value"]),
        rows: options_used(of.entry, of.settings)
            .into_iter()
            .map(|(name, value)| vec![name, value])
            .collect(),
        words: true,
    };
    Page {
        title: format!("Dose escalation by {}", of.entry.title),
        facts: of.facts.clone(),
        parts: vec![
            part("how", "How the design decides", false, how),
            part("decisions", "Decision table", false, vec![decisions]),
            part("pathways", "Pathways of the first cohorts", true, pathways(of)),
            part(
                "characteristics",
                "Operating characteristics",
                true,
                characteristics(of),
            ),
            part("options", "Options used", false, vec![Block::Table(options)]),
            part(
                "references",
                "References",
                false,
                vec![
                    Block::References(how::references(of.entry.name)),
                    Block::Text(format!("Made with tercel {}.", of.version)),
                ],
            ),
        ],
    }
}

fn pathways(of: &Description<'_>) -> Vec<Block> {
    let Some(paths) = of.paths else {
        let text = "The design treats subjects while outcomes are pending, so what follows depends on how long each has been \
                    followed; there are no cohorts whose outcomes could be written as a tree.";
        return vec![Block::Text(text.to_owned())];
    };
    let reading = "A cohort is written as its dose level and the outcome of each subject, N without a DLT and T with one; \
                   beside it stands what the design does next. The order of subjects within a cohort does not matter. To \
                   close a level is to treat nobody there or above again.";
    vec![
        Block::Text(reading.to_owned()),
        Block::Paths(PathFigure::new(of.entry.title, paths)),
    ]
}

fn characteristics(of: &Description<'_>) -> Vec<Block> {
    let found = of.assessment;
    let rows: Vec<(String, &crate::exact::Assessed)> = of
        .scenarios
        .iter()
        .map(|scenario| scenario.name.clone())
        .zip(&found.assessed)
        .collect();
    let exact = format!(
        "The numbers are exact. All courses a trial can take were followed through {} states to {} distinct endings, and the \
         probability of each ending was computed under each true curve; nothing was simulated, and there is no Monte Carlo \
         error.",
        count(usize::try_from(found.states).unwrap_or(usize::MAX)),
        count(found.endings)
    );
    let standard = format!(
        "The standard curves rise by {CURVE_SLOPE} per level on the logit scale and have the target {} exactly at the level \
         they are named after; where all levels are safe or too toxic, the target lies one and a half levels above the highest \
         or below the lowest.",
        of.target.value()
    );
    let mut blocks = vec![
        Block::Text(exact),
        Block::Table(scenario_table(of.scenarios)),
        Block::Text(standard),
        Block::Text(correct_rule(of.target)),
        Block::Table(measures_table(
            "What to expect under each true curve".to_owned(),
            "True curve",
            &rows,
        )),
    ];
    for (scenario, assessed) in of.scenarios.iter().zip(&found.assessed) {
        blocks.push(Block::Table(levels_table(scenario, assessed)));
    }
    blocks
}
