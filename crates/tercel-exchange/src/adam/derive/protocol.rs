//! What the protocol adds to the analysis datasets: the same facts that the outcomes rest on.
//!
//! # What it derives
//! `ADTTE` by the protocol's origin, censoring and confirmation; response and disease control at months in `ADRS`; `ADOUT` for the
//! other outcomes; dose level, cells and adverse-event window in `ADSL`; scale, association, class and occurrence of events in `ADAE`; `ADDLT`, `ADTOX`.
//!
//! # Source
//! [`tercel::endpoint`]: every value is one subject's contribution to a cell of the outcome matrix.
//!
//! # Limits
//! Nothing is added to data without dates.

use std::collections::{BTreeMap, BTreeSet};

use tercel::dlt::cells_given;
use tercel::endpoint::{Analysis, Facts, associated_events};

use super::adae::label_scales;
use super::cells::{Cells, flag, maybe_day, number};
use super::core::{complete, fill};
use super::occurrence::flag_occurrences;
use super::{addlt, adex, adout, adrs, adtox, adtte_protocol};
use crate::table::Table;

/// Adds to derived datasets what the protocol says. `false` where the data carry no dates, and nothing is added.
pub fn apply_protocol(tables: &mut Vec<Table>, analysis: &Analysis<'_>) -> bool {
    if analysis.cut.is_none() {
        return false;
    }
    let study = &study_name(tables, &analysis.trial.id);
    for table in tables.iter_mut() {
        match table.name.as_str() {
            "ADSL" => add_subjects(table, analysis),
            "ADAE" => {
                *table = label_scales(table, analysis.trial);
                add_association(table, analysis);
                flag_occurrences(table, analysis.trial);
            }
            "ADEX" => adex::add_cells(table, analysis, study),
            _ => {}
        }
    }
    if analysis.facts.iter().any(|facts| facts.day0.is_some()) {
        tables.retain(|table| table.name != "ADTTE");
        tables.push(adtte_protocol::write_adtte(analysis, study));
    }
    let (rates, others) = adout::outcomes(analysis);
    if !rates.is_empty() {
        if tables.iter().all(|table| table.name != "ADRS") {
            tables.push(adrs::blank());
        }
        for adrs in tables.iter_mut().filter(|table| table.name == "ADRS") {
            adrs::add_rates(adrs, &rates, study);
        }
    }
    if !others.is_empty() {
        tables.push(adout::write_adout(&others, study));
    }
    tables.extend(addlt::derive_addlt(analysis, study));
    tables.extend(adtox::derive_adtox(analysis, study));
    complete(tables);
    true
}

/// The name the data give the study; that of the protocol where they give none.
fn study_name(tables: &[Table], otherwise: &str) -> String {
    let adsl = tables.iter().find(|table| table.name == "ADSL");
    let named = adsl.and_then(|adsl| Some(adsl.cell(0, adsl.column("STUDYID")?)));
    named.filter(|name| !name.is_empty()).unwrap_or(otherwise).to_owned()
}

fn add_subjects(adsl: &mut Table, analysis: &Analysis<'_>) {
    let facts: BTreeMap<&str, &Facts<'_>> = analysis
        .facts
        .iter()
        .map(|facts| (facts.subject.id.as_str(), facts))
        .collect();
    let of = |id: &str| facts.get(id).copied();
    fill(adsl, "DOSELVL", |id, _| Some(of(id)?.level?.number().to_string()));
    fill(adsl, "DOSEACT", |id, _| {
        let facts = of(id)?;
        Some(number(cells_given(facts.subject, facts.infusion?)?.to_cells()))
    });
    fill(adsl, "ENRLFL", |id, _| {
        let enrolled = of(id).is_some_and(|facts| facts.subject.is_enrolled());
        Some(if enrolled { "Y" } else { "N" }.to_owned())
    });
    fill(adsl, "AEPOPFL", |id, _| {
        let counts = |facts: &Facts<'_>| {
            let opened = facts.collection.is_some() || facts.day0.is_some();
            facts.level.is_some() && facts.ae_window.is_some() && opened
        };
        Some(if of(id).is_some_and(counts) { "Y" } else { "N" }.to_owned())
    });
    fill(adsl, "AEWSDT", |id, _| {
        Some(maybe_day(Some(of(id)?.ae_window.as_ref()?.from)))
    });
    fill(adsl, "AEWEDT", |id, _| {
        Some(maybe_day(Some(of(id)?.ae_window.as_ref()?.to)))
    });
}

/// Marks the events that count as associated with treatment.
fn add_association(adae: &mut Table, analysis: &Analysis<'_>) {
    let counted: BTreeSet<(String, u32)> = analysis
        .facts
        .iter()
        .flat_map(|facts| associated_events(facts).map(|event| (facts.subject.id.to_string(), event.record.number)))
        .collect();
    let cells = Cells::new(adae);
    let numbers: Vec<Option<u32>> = cells.rows().map(|row| row.text("AESEQ").parse().ok()).collect();
    fill(adae, "ASSOCFL", |id, row| {
        let number = numbers.get(row).copied().flatten();
        Some(flag(
            number.is_some_and(|number| counted.contains(&(id.to_owned(), number))),
        ))
    });
}
