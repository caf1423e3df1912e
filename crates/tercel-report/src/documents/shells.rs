//! Shells of the tables of every outcome: the rows and columns they will have, with the estimand behind each number.

use tercel::protocol::Trial;
use tercel::report::{Block, OutcomeSection, Report};

use super::About;
use super::estimand::{Estimand, describe, source};
use crate::printed::{Page, PageBuilder, Role};

/// The shells of the outcomes of a protocol. Of the report only labels are taken, never a number.
pub fn table_shells(about: &About<'_>, report: &Report) -> Page {
    let trial = about.trial;
    let mut page = about.page(
        "table shells and estimands",
        &[("Outcomes", trial.outcomes.len().to_string())],
    );
    page.heading(1, "Outcomes");
    let rows: Vec<Vec<String>> = trial
        .outcomes
        .iter()
        .map(|one| {
            vec![
                one.id.clone(),
                one.kind.to_string(),
                one.measure.clone(),
                one.time_frame.clone(),
            ]
        })
        .collect();
    page.table(
        "Outcomes of the registry record",
        &["Outcome", "Rank", "Measure", "Time frame"],
        &rows,
    );
    for (outcome, section) in trial.outcomes.iter().zip(&report.outcomes) {
        page.heading(1, &format!("{} {}", outcome.id, outcome.measure));
        let estimand = describe(trial, outcome);
        attributes(&mut page, section, &estimand);
        events(&mut page, section, &estimand);
        shell(&mut page, section, report);
        listing(&mut page, section, &outcome.method);
    }
    populations(&mut page, trial);
    page.finish()
}

fn attributes(page: &mut PageBuilder, section: &OutcomeSection, estimand: &Estimand) {
    page.terms(&[
        ("Population", estimand.population.clone()),
        ("Treatment", estimand.treatment.clone()),
        ("Variable", section.definition.clone()),
        ("Population-level summary", section.statistic.clone()),
    ]);
}

fn events(page: &mut PageBuilder, section: &OutcomeSection, estimand: &Estimand) {
    let rows: Vec<Vec<String>> = estimand
        .events
        .iter()
        .map(|one| vec![one.event.to_owned(), one.strategy.to_owned(), one.handling.clone()])
        .collect();
    page.table(
        &format!("{}: intercurrent events", section.id),
        &["Event", "Strategy (ICH E9(R1))", "What is done"],
        &rows,
    );
}

/// The table with letters for its digits.
fn shell(page: &mut PageBuilder, section: &OutcomeSection, report: &Report) {
    let levels: Vec<String> = report
        .levels
        .iter()
        .map(|level| format!("{} ({})\nN = xx", level.label, level.dose))
        .collect();
    let mut head = vec!["Part, time point, statistic"];
    head.extend(levels.iter().map(String::as_str));
    head.push("Overall\nN = xx");
    let rows: Vec<Vec<String>> = section
        .blocks
        .iter()
        .map(|block| {
            let mut row = vec![label(block)];
            row.extend(std::iter::repeat_n(placeholder(block), head.len() - 1));
            row
        })
        .collect();
    page.table_of_class("shell", &format!("{} {}", section.id, section.measure), &head, &rows);
    page.paragraph(
        Role::Quiet,
        "N: subjects of the population. A number that cannot be estimated is NE, with its reason as a footnote.",
    );
}

fn label(block: &Block) -> String {
    let part = block.component.clone();
    let time = block.time_point.map(|months| format!("month {months}"));
    let parts: Vec<String> = part.into_iter().chain(time).collect();
    if parts.is_empty() {
        block.quantity()
    } else {
        format!("{}\n{}", parts.join(", "), block.quantity())
    }
}

fn placeholder(block: &Block) -> String {
    match block.unit.as_str() {
        "subjects" => "xx of xx\nxx.x % (xx.x–xx.x)".to_owned(),
        "" => "xx.x %\n(xx.x–xx.x)\nn = xx".to_owned(),
        unit if unit.starts_with('%') => "xx.x %\nn = xx".to_owned(),
        "months" => "xx.xx months\n(xx.xx–xx.xx)\nn = xx, events = xx".to_owned(),
        unit => format!("xx.x {unit}\nn = xx"),
    }
}

fn listing(page: &mut PageBuilder, section: &OutcomeSection, method: &str) {
    page.paragraph(
        Role::Plain,
        &format!(
            "Listing behind {}: a row for every subject of the population with dose group, reading, reason and records. \
             Analysis data: {}.",
            section.id,
            source(method)
        ),
    );
}

/// The populations of all outcomes, each with its outcomes.
fn populations(page: &mut PageBuilder, trial: &Trial) {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for outcome in &trial.outcomes {
        let population = describe(trial, outcome).population;
        match found.iter_mut().find(|(known, _)| *known == population) {
            Some((_, outcomes)) => outcomes.push(&outcome.id),
            None => found.push((population, vec![&outcome.id])),
        }
    }
    page.heading(1, "Populations");
    let rows: Vec<Vec<String>> = found
        .into_iter()
        .map(|(who, outcomes)| vec![who, outcomes.join(", ")])
        .collect();
    page.table("Populations", &["Population", "Outcomes"], &rows);
}
