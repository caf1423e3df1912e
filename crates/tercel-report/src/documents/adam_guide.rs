//! The reviewer's guide of the analysis data of one study: which dataset answers which outcome, and by which rules.

use std::collections::BTreeSet;

use tercel::protocol::{OrrReading, Outcome, Trial, Unassessed};
use tercel::study::Finding;
use tercel_exchange::Table;
use tercel_exchange::export::adam::{Summary, summary};

use super::estimand::{describe, source};
use super::{About, assumptions, remaining};
use crate::printed::{Page, PageBuilder, Role};

/// The guide of these analysis datasets. `notes` say what could not be derived.
pub fn adam_guide(about: &About<'_>, tables: &[Table], notes: &[String], findings: &[Finding]) -> Page {
    let trial = about.trial;
    let rows: usize = tables.iter().map(Table::len).sum();
    let mut page = about.page(
        "analysis data reviewer's guide",
        &[("Datasets", tables.len().to_string()), ("Records", rows.to_string())],
    );
    page.heading(1, "Introduction");
    page.paragraph(
        Role::Plain,
        "This guide describes the analysis data of the study, made from its tabulation data by one program: which dataset \
         answers which outcome, by which rules, and what remains open.",
    );
    page.terms(&[
        (
            "Analysis data",
            "ADaMIG 1.3; ADDLT, ADOUT and ADTOX are the sponsor's own".to_owned(),
        ),
        ("Program", about.software.to_owned()),
        ("Grades", format!("{}; CRS and ICANS by ASTCT 2019", trial.safety.ctcae)),
    ]);
    outcomes(&mut page, trial);
    datasets(&mut page, tables);
    page.heading(1, "Rules");
    page.terms(&rules(trial));
    page.heading(1, "What could not be derived");
    if notes.is_empty() {
        page.paragraph(Role::Plain, "Everything was derived.");
    }
    page.list(notes);
    page.heading(1, "Conformance");
    let found: Vec<&Finding> = findings.iter().collect();
    remaining(&mut page, "Findings that remain in the source data", &found);
    page.heading(1, "Assumptions of the analysis");
    let analysis = |id: &str| {
        let areas = [
            "dlt",
            "windows",
            "response",
            "estimation",
            "safety",
            "kinetics",
            "event_class",
        ];
        areas.iter().any(|area| id.split('.').next() == Some(area))
    };
    assumptions(&mut page, trial, "Assumptions of the analysis", analysis);
    page.finish()
}

fn outcomes(page: &mut PageBuilder, trial: &Trial) {
    page.heading(1, "Outcomes and their data");
    let rows: Vec<Vec<String>> = trial
        .outcomes
        .iter()
        .map(|outcome: &Outcome| {
            let described = describe(trial, outcome);
            vec![
                outcome.id.clone(),
                outcome.kind.to_string(),
                outcome.measure.clone(),
                described.population,
                source(&outcome.method).to_owned(),
            ]
        })
        .collect();
    page.table(
        "Outcomes and their data",
        &["Outcome", "Rank", "Measure", "Population", "Analysis data"],
        &rows,
    );
}

fn datasets(page: &mut PageBuilder, tables: &[Table]) {
    page.heading(1, "Datasets");
    let rows: Vec<Vec<String>> = tables
        .iter()
        .map(|table| {
            let known = summary(table);
            let of = |text: fn(&Summary) -> String| known.as_ref().map(text).unwrap_or_default();
            let subjects: BTreeSet<&str> = table.column("USUBJID").map_or_else(BTreeSet::new, |at| {
                (0..table.len()).map(|row| table.cell(row, at)).collect()
            });
            vec![
                table.name.clone(),
                of(|known| known.label.to_owned()),
                of(|known| known.structure.to_owned()),
                of(|known| known.made_from.join(", ")),
                table.len().to_string(),
                subjects.len().to_string(),
            ]
        })
        .collect();
    let head = ["Dataset", "Label", "Structure", "Made from", "Records", "Subjects"];
    page.table("Datasets", &head, &rows);
    for table in tables {
        parameters(page, table);
    }
}

/// The parameters of a dataset with their numbers of records.
fn parameters(page: &mut PageBuilder, table: &Table) {
    let (Some(code), Some(name)) = (table.column("PARAMCD"), table.column("PARAM")) else {
        return;
    };
    let mut found: Vec<(&str, &str, usize)> = Vec::new();
    for row in 0..table.len() {
        let (code, name) = (table.cell(row, code), table.cell(row, name));
        match found.iter_mut().find(|(known, ..)| *known == code) {
            Some((.., number)) => *number += 1,
            None => found.push((code, name, 1)),
        }
    }
    let rows: Vec<Vec<String>> = found
        .into_iter()
        .map(|(code, name, number)| vec![code.to_owned(), name.to_owned(), number.to_string()])
        .collect();
    page.table(
        &format!("{}: parameters", table.name),
        &["PARAMCD", "PARAM", "Records"],
        &rows,
    );
}

/// The rules of the analysis, with the settings of this protocol.
fn rules(trial: &Trial) -> Vec<(&'static str, String)> {
    let (response, windows) = (&trial.response, &trial.windows);
    let first_day = if trial.estimation.count_first_day {
        "event − start + 1"
    } else {
        "event − start"
    };
    let orr = match response.orr {
        OrrReading::Cumulative => "a confirmed response seen by the end of the window",
        OrrReading::InWindow => "a response at the assessment in the window, part of a confirmed one",
    };
    let unassessed = match response.dcr_unassessed {
        Unassessed::NotControlled => "counts as not controlled",
        Unassessed::Excluded => "is left out",
    };
    let points: Vec<String> = windows
        .time_points
        .iter()
        .map(|point| format!("month {} ± {} days", point.months, point.half_width_days))
        .collect();
    vec![
        (
            "Dose-limiting toxicity",
            format!(
                "onset through day {}; evaluable with a DLT, or complete through the window at {} to {} % of the group's dose",
                trial.dlt.window_days, trial.dlt.dose_percent_min, trial.dlt.dose_percent_max
            ),
        ),
        (
            "Adverse-event window",
            format!(
                "to {} calendar months after infusion; {} days in subjects who are never infused",
                windows.ae_months, windows.ae_days_uninfused
            ),
        ),
        ("Time points", points.join(", ")),
        (
            "Response",
            format!(
                "confirmed after {} days; stable disease lasts {} days; the response rate is {orr}",
                response.confirmation_days, response.sd_min_days
            ),
        ),
        (
            "Disease control",
            format!("a subject followed and not assessed {unassessed}"),
        ),
        ("Progression-free survival", response.pfs_censoring.title().to_owned()),
        (
            "Durations",
            format!("{first_day}; {} days in a month", trial.estimation.days_per_month),
        ),
        ("Intervals", format!("{} %, two-sided", trial.estimation.level * 100.0)),
        (
            "Laboratory baseline",
            format!("last result before {}", trial.safety.baseline.before()),
        ),
    ]
}
