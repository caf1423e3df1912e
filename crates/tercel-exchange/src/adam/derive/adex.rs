//! `ADEX`: doses as recorded, their number and sum; under a protocol the cells infused against those planned.
//!
//! # What it derives
//! `DOSE` for each record of `EX`; `NDOSE` and `TDOSE` of each subject and treatment; `ACTCELL`, `PLNCELL`, `PCTCELL` and `DOSETOL` of the
//! first CAR-T infusion.
//!
//! # Source
//! Structure as the template of `admiral`; percent and tolerance are those of [`tercel::dlt::actual_percent`] and the protocol's
//! `dlt.dose_percent_min` and `dose_percent_max`.
//!
//! # Limits
//! A sum is formed of doses in one unit only. Doses of zero are listed and not counted.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::dlt::{actual_percent, cells_given};
use tercel::endpoint::{Analysis, Facts};
use tercel::protocol::Cells as Dose;
use tercel::study::SubjectId;

use super::Subjects;
use super::adsl::Subject;
use super::cells::{CellRow, Cells, maybe_day, maybe_number, number};
use super::rules::relative_day;
use crate::table::Table;

const COLUMNS: [&str; 17] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "PARCAT1", "EXTRT", "ASTDT", "AENDT", "ASTDY", "AENDY", "AVAL", "AVALC",
    "AVALU", "SRCDOM", "SRCVAR", "SRCSEQ", "SRCRECS",
];

/// What a row says beside its subject.
#[derive(Default)]
struct Entry {
    code: &'static str,
    label: &'static str,
    overall: bool,
    treatment: String,
    start: Option<Date>,
    end: Option<Date>,
    value: Option<f64>,
    text: Option<String>,
    unit: String,
    source: [String; 3],
    /// The records of a summary.
    records: Vec<String>,
}

impl Entry {
    /// The record of a dose, as it is listed.
    fn record(&self, id: &SubjectId) -> String {
        let [domain, _, sequence] = &self.source;
        format!("{domain}/{id}/{sequence}")
    }
}

/// Writes the dataset: the doses of each subject, then their number and sum by treatment.
pub(super) fn write_adex(ex: &Cells<'_>, subjects: &Subjects, notes: &mut Vec<String>) -> Table {
    let mut doses: BTreeMap<SubjectId, Vec<(CellRow<'_>, usize)>> = BTreeMap::new();
    for (row, place) in ex.rows().zip(1..) {
        let Some(id) = row.subject() else { continue };
        if subjects.contains_key(&id) {
            doses.entry(id).or_default().push((row, place));
        } else {
            notes.push(format!("EX, subject {id}: not among the subjects of DM or ADSL"));
        }
    }
    let mut rows = Vec::new();
    for (id, doses) in &doses {
        let Some(subject) = subjects.get(id) else { continue };
        let entries = doses.iter().map(|(row, place)| dose(*row, *place));
        let given: Vec<Entry> = entries.collect();
        let summaries = summaries(id, &given);
        rows.extend(given.iter().chain(&summaries).map(|entry| write(subject, entry)));
    }
    Table::from_rows("ADEX", &COLUMNS, rows)
}

fn dose(row: CellRow<'_>, place: usize) -> Entry {
    let start = row.day("EXSTDTC");
    Entry {
        code: "DOSE",
        label: "Dose Administered",
        overall: false,
        treatment: row.text("EXTRT").to_owned(),
        start,
        end: row.day("EXENDTC").or(start),
        value: row.number("EXDOSE"),
        text: None,
        unit: row.text("EXDOSU").to_owned(),
        source: ["EX".to_owned(), "EXDOSE".to_owned(), row.sequence("EXSEQ", place)],
        records: Vec::new(),
    }
}

/// Number and sum of the doses above zero of each treatment.
fn summaries(id: &SubjectId, doses: &[Entry]) -> Vec<Entry> {
    let mut by: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for dose in doses.iter().filter(|dose| dose.value.is_none_or(|value| value > 0.0)) {
        by.entry(&dose.treatment).or_default().push(dose);
    }
    let mut entries = Vec::new();
    for (treatment, doses) in by {
        let overall = |code, label| Entry {
            code,
            label,
            overall: true,
            treatment: treatment.to_owned(),
            start: doses.iter().filter_map(|dose| dose.start).min(),
            end: doses.iter().filter_map(|dose| dose.end).max(),
            source: ["EX".to_owned(), String::new(), String::new()],
            records: doses.iter().map(|dose| dose.record(id)).collect(),
            ..Entry::default()
        };
        entries.push(Entry {
            value: Some(doses.len() as f64),
            ..overall("NDOSE", "Number of Doses Administered")
        });
        let unit = doses.first().map(|dose| dose.unit.clone()).unwrap_or_default();
        let amounts: Option<Vec<f64>> = doses
            .iter()
            .map(|dose| dose.value.filter(|_| dose.unit == unit))
            .collect();
        if let Some(amounts) = amounts {
            entries.push(Entry {
                value: Some(amounts.iter().sum()),
                unit,
                source: ["EX", "EXDOSE", ""].map(str::to_owned),
                ..overall("TDOSE", "Total Dose Administered")
            });
        }
    }
    entries
}

fn write(subject: &Subject, entry: &Entry) -> Vec<String> {
    let day = |day: Option<Date>| {
        let both = subject.treatment_start.zip(day);
        both.map_or_else(String::new, |(start, day)| relative_day(start, day).to_string())
    };
    cells(
        &subject.study,
        subject.id.as_str(),
        entry,
        [day(entry.start), day(entry.end)],
    )
}

fn cells(study: &str, id: &str, entry: &Entry, [start_day, end_day]: [String; 2]) -> Vec<String> {
    let category = if entry.overall { "OVERALL" } else { "INDIVIDUAL" };
    let text = entry.text.clone().or(entry.value.map(number)).unwrap_or_default();
    let [domain, variable, sequence] = entry.source.clone();
    vec![
        study.to_owned(),
        id.to_owned(),
        entry.code.to_owned(),
        entry.label.to_owned(),
        category.to_owned(),
        entry.treatment.clone(),
        maybe_day(entry.start),
        maybe_day(entry.end),
        start_day,
        end_day,
        maybe_number(entry.value),
        text,
        entry.unit.clone(),
        domain,
        variable,
        sequence,
        entry.records.join(" "),
    ]
}

/// Adds the cells of the first CAR-T infusion of each subject, and whether they are within the protocol's tolerance.
pub(super) fn add_cells(adex: &mut Table, analysis: &Analysis<'_>, study: &str) {
    let mut added = Table::from_rows("ADEX", &COLUMNS, Vec::new());
    for facts in &analysis.facts {
        for entry in infused(analysis, facts) {
            let first = || "1".to_owned();
            let row = cells(study, facts.subject.id.as_str(), &entry, [first(), first()]);
            added.push(row.iter().map(String::as_str));
        }
    }
    adex.append(&added);
    "adex.csv".clone_into(&mut adex.file);
}

fn infused(analysis: &Analysis<'_>, facts: &Facts<'_>) -> Vec<Entry> {
    let (trial, subject) = (analysis.trial, facts.subject);
    let (Some(infusion), Some(day)) = (facts.infusion, facts.day0) else {
        return Vec::new();
    };
    let record = &infusion.record;
    let entry = |code, label, value: Option<f64>, unit: &str| Entry {
        code,
        label,
        overall: true,
        start: Some(day),
        end: Some(day),
        value,
        unit: unit.to_owned(),
        source: [
            record.dataset.to_string(),
            format!("{}DOSE", record.dataset),
            record.number.to_string(),
        ],
        ..Entry::default()
    };
    let given = cells_given(subject, infusion).map(Dose::to_cells);
    let of_level = facts
        .level
        .and_then(|level| trial.dose_levels.get(level))
        .map(|level| level.planned);
    let planned = of_level.or(infusion.planned).map(Dose::to_cells);
    // The level is the subject's; without one the plan stands with the infusion.
    let of_level = of_level.map(|_| ["ADSL", "DOSELVL", ""].map(str::to_owned));
    let percent = actual_percent(trial, subject, infusion);
    let mut entries = vec![
        entry("ACTCELL", "Cells Infused", given, "cells"),
        entry("PCTCELL", "Cells Infused in Percent of Planned", percent, "%"),
        match of_level {
            Some(source) => Entry {
                source,
                ..entry("PLNCELL", "Cells Planned", planned, "cells")
            },
            None => entry("PLNCELL", "Cells Planned", planned, "cells"),
        },
    ];
    if let Some(percent) = percent {
        let within = percent >= trial.dlt.dose_percent_min && percent <= trial.dlt.dose_percent_max;
        entries.push(Entry {
            text: Some(if within { "Y" } else { "N" }.to_owned()),
            ..entry(
                "DOSETOL",
                "Dose within Protocol Tolerance",
                Some(f64::from(u8::from(within))),
                "",
            )
        });
    }
    entries
}
