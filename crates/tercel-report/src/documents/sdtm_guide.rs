//! The reviewer's guide of the tabulation data of one study: what was handed over, by which conventions, and what is still
//! wrong with it.

use std::collections::BTreeSet;

use tercel::design::ALL;
use tercel::protocol::Trial;
use tercel::report::number::raise;
use tercel::study::Finding;
use tercel_exchange::Table;
use tercel_exchange::export::guide;
use tercel_exchange::export::terminology::TERMINOLOGY_VERSION;
use tercel_exchange::form::{FORMS, Form, Home};

use super::{About, assumptions, remaining};
use crate::printed::{Page, PageBuilder, Role};

/// The guide of these datasets with the findings that remain.
pub fn sdtm_guide(about: &About<'_>, tables: &[Table], findings: &[Finding]) -> Page {
    let trial = about.trial;
    let rows: usize = tables.iter().map(Table::len).sum();
    let mut page = about.page(
        "study data reviewer's guide",
        &[("Datasets", tables.len().to_string()), ("Records", rows.to_string())],
    );
    introduction(&mut page, trial);
    protocol(&mut page, trial);
    datasets(&mut page, tables);
    for table in tables {
        dataset(&mut page, table);
    }
    page.heading(1, "Conventions");
    page.list(&conventions(trial));
    page.heading(1, "Conformance");
    let found: Vec<&Finding> = findings.iter().collect();
    remaining(&mut page, "Findings that remain", &found);
    page.heading(1, "Assumptions of the protocol");
    assumptions(&mut page, trial, "Assumptions of the protocol", |_| true);
    page.finish()
}

fn introduction(page: &mut PageBuilder, trial: &Trial) {
    page.heading(1, "Introduction");
    page.paragraph(
        Role::Plain,
        "This guide describes the tabulation data of the study: its datasets, the conventions they follow, and what the \
         checks of the program still find in them.",
    );
    let dictionary = match (&trial.coding.meddra, &trial.coding.meddra_version) {
        (Some(_), Some(version)) => format!("MedDRA {version}"),
        (Some(_), None) => "MedDRA, version not stated".to_owned(),
        (None, _) => "as the data come; the protocol names no MedDRA release".to_owned(),
    };
    page.terms(&[
        ("Tabulation", "SDTMIG 3.4".to_owned()),
        (
            "Controlled terminology",
            format!("CDISC SDTM {TERMINOLOGY_VERSION}; grades by {}", trial.safety.ctcae),
        ),
        ("Adverse events", dictionary),
        ("CRS and ICANS", "ASTCT 2019".to_owned()),
    ]);
}

/// What the protocol plans.
fn protocol(page: &mut PageBuilder, trial: &Trial) {
    page.heading(1, "The protocol");
    let design = ALL.iter().find(|entry| entry.name == trial.escalation.design);
    page.terms(&[
        ("Title", trial.title.clone()),
        ("Condition", trial.condition.clone()),
        ("Dose escalation", design.map_or("", |entry| entry.title).to_owned()),
        (
            "Window of dose-limiting toxicity",
            format!("through day {} after infusion", trial.dlt.window_days),
        ),
    ]);
    let levels: Vec<Vec<String>> = trial
        .dose_levels
        .iter()
        .map(|(level, group)| {
            vec![
                level.to_string(),
                group.label.clone(),
                group.arm.clone(),
                raise(&group.planned.to_string()),
            ]
        })
        .collect();
    page.table("Dose groups", &["Level", "Label", "ARMCD", "Planned dose"], &levels);
    let visits: Vec<Vec<String>> = trial
        .schedule
        .iter()
        .map(|visit| {
            let time = match visit.time {
                tercel::protocol::VisitTime::Day(day) => format!("day {day}"),
                tercel::protocol::VisitTime::Months(months) => format!("month {months}"),
            };
            let names = tercel::protocol::Assessed::NAMES;
            let assessed = names.iter().filter(|(_, kind)| visit.assessments.contains(kind));
            vec![
                visit.name.clone(),
                time,
                format!("± {}", visit.window_days),
                assessed.map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
            ]
        })
        .collect();
    page.table(
        "Planned visits",
        &["Visit", "When", "Window, days", "Assessments"],
        &visits,
    );
}

fn datasets(page: &mut PageBuilder, tables: &[Table]) {
    page.heading(1, "Datasets");
    let rows: Vec<Vec<String>> = tables
        .iter()
        .map(|table| {
            let known = guide::dataset(&table.name);
            vec![
                table.name.clone(),
                known.map_or("", |dataset| dataset.label).to_owned(),
                known.map_or("not in SDTMIG 3.4", |dataset| dataset.class).to_owned(),
                known.map_or("", |dataset| dataset.structure).to_owned(),
                table.len().to_string(),
                subjects(table),
            ]
        })
        .collect();
    page.table(
        "Datasets",
        &["Dataset", "Label", "Class", "Structure", "Records", "Subjects"],
        &rows,
    );
}

fn subjects(table: &Table) -> String {
    table.column("USUBJID").map_or_else(String::new, |at| {
        let subjects: BTreeSet<&str> = (0..table.len()).map(|row| table.cell(row, at)).collect();
        subjects.len().to_string()
    })
}

/// What a dataset holds: its forms, its qualifiers, its variables that the implementation guide does not know.
fn dataset(page: &mut PageBuilder, table: &Table) {
    let known = guide::dataset(&table.name);
    let label = known.map_or("", |dataset| dataset.label);
    page.heading(2, &format!("{} {label}", table.name));
    let forms: Vec<&&Form> = FORMS
        .iter()
        .filter(|form| form.domain == Some(table.name.as_str()))
        .collect();
    let names: Vec<&str> = forms.iter().map(|form| form.title.en).collect();
    let mut sentences = Vec::new();
    if !names.is_empty() {
        sentences.push(format!("Collected on: {}.", names.join("; ")));
    }
    let of_guide = |name: &str| known.is_some_and(|dataset| dataset.variable(name).is_some());
    let qualifiers: Vec<&str> = forms
        .iter()
        .flat_map(|form| form.fields)
        .filter_map(|field| match field.home {
            Home::Supplement(name) => Some(name),
            Home::Variable(_) | Home::None(_) => None,
        })
        .collect();
    let beside: Vec<&str> = table
        .columns()
        .iter()
        .map(String::as_str)
        .filter(|name| known.is_some() && !of_guide(name))
        .collect();
    if !beside.is_empty() {
        let said: Vec<String> = beside
            .iter()
            .map(|name| {
                if qualifiers.contains(name) {
                    format!("{name} (a supplemental qualifier)")
                } else {
                    (*name).to_owned()
                }
            })
            .collect();
        sentences.push(format!("Variables beside those of SDTMIG 3.4: {}.", said.join(", ")));
    }
    let columns = table.columns().iter().enumerate();
    let never = columns.filter(|(at, _)| table.is_blank(*at));
    let never: Vec<&str> = never.map(|(_, name)| name.as_str()).collect();
    if !never.is_empty() && !table.is_empty() {
        sentences.push(format!("Blank in every record: {}.", never.join(", ")));
    }
    page.paragraph(Role::Plain, &sentences.join(" "));
}

/// Conventions of the data, with the settings of this protocol.
fn conventions(trial: &Trial) -> Vec<String> {
    let names = &trial.names;
    let before = trial.safety.baseline.before();
    vec![
        "A record is named by its dataset, subject and sequence number (--SEQ); the subject's own record in DM is number 1. \
         Reports and listings print the same name."
            .to_owned(),
        "Dates are ISO 8601 as known; an unknown day or month is left out and never imputed in the tabulation data.".to_owned(),
        format!("Study treatment (EX) is recorded as {}.", names.infusion.join(", ")),
        format!("Lymphodepletion (EX) is recorded as {}.", names.lymphodepletion.join(", ")),
        format!("Collection of cells (PR) is recorded as {}.", names.collection.join(", ")),
        format!(
            "Transgene copies are the test {}, CAR-T cells the test {}, the serum biomarker the test {}.",
            names.copies.join(", "),
            names.counts.join(", "),
            names.biomarker.join(", ")
        ),
        "A result below the limit of quantification is \"<\" and the limit in --ORRES; no number is put in its place.".to_owned(),
        format!("The baseline of laboratory results is the last one before {before}."),
        "CRS and ICANS are adverse events with an ASTCT grade; their assessments over time are findings about them (FA).".to_owned(),
        format!(
            "Tumour lesions are identified in TU, measured in TR and evaluated in RS; outcomes go by the evaluator {}.",
            trial.response.evaluator
        ),
    ]
}
