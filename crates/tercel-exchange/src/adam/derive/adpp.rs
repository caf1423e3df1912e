//! `ADPP`: parameters of the kinetics after the first infusion, computed from `PC` and `CP`.
//!
//! # What it derives
//! `CMAX TMAX CLST TLST AUCLST AUCIFO LAMZ LAMZHL LAMZNPT LAMZLL LAMZUL R2ADJ` of each subject and analyte; `AUC0_28` and `AUC0_90` over
//! all of the days, `AUC0_28L` and `AUC0_90L` to the last quantified sample within them; `ONGOING`, whether the last sample of all was
//! quantified. Where a parameter has no value, `AVALC` is `NE` and `PPREASND` says why.
//!
//! # Source
//! Codes of the CDISC terminology of pharmacokinetic parameters as `admiral` lists them; the partial areas and `ONGOING` have none.
//! Values are those of [`tercel::kinetics`].
//!
//! # Limits
//! Times are in days. A `PP` of the sponsor is not read.

use std::collections::BTreeMap;

use tercel::kinetics::{Profile, ProfileParameters, estimate_profile};
use tercel::study::{Level, SubjectId, When};

use super::cells::{listed, maybe_day, number};
use super::concentration::{Groups, Parameter};
use super::{DeriveOptions, Subjects};
use crate::table::Table;

const COLUMNS: [&str; 16] = [
    "STUDYID", "USUBJID", "ASEQ", "PARCAT1", "PARAMCD", "PARAM", "PARAMN", "ADT", "ADY", "AVAL", "AVALC", "AVALU",
    "PPREASND", "SRCDOM", "SRCNREC", "SRCRECS",
];

/// Unit of a parameter, beside that of the level.
#[derive(Clone, Copy)]
enum Unit {
    Level,
    Day,
    Area,
    PerDay,
    None,
}

type Found = Result<f64, String>;

/// A parameter: code, label, unit, value or why there is none.
type Estimate = (&'static str, &'static str, Unit, fn(&ProfileParameters) -> Found);

const PARAMETERS: [Estimate; 17] = [
    ("CMAX", "Max Conc", Unit::Level, |found| {
        found.whole.c_max.ok_or_else(never)
    }),
    ("TMAX", "Time of CMAX", Unit::Day, |found| {
        found.whole.t_max.ok_or_else(never)
    }),
    ("CLST", "Last Nonzero Conc", Unit::Level, |found| {
        found.whole.c_last.ok_or_else(never)
    }),
    ("TLST", "Time of Last Nonzero Conc", Unit::Day, |found| {
        found.whole.t_last.ok_or_else(never)
    }),
    ("AUCLST", "AUC to Last Nonzero Conc", Unit::Area, |found| {
        found.whole.auc_last.map_err(|why| why.to_string())
    }),
    ("AUCIFO", "AUC Infinity Obs", Unit::Area, |found| {
        found.whole.auc_inf.map_err(|why| why.to_string())
    }),
    ("AUC0_28", "AUC from Day 0 to 28", Unit::Area, |found| {
        found.early.interpolated.map_err(|why| why.to_string())
    }),
    (
        "AUC0_28L",
        "AUC from Day 0 to Last Nonzero Conc within 28 Days",
        Unit::Area,
        |found| found.early.to_last.map_err(|why| why.to_string()),
    ),
    ("AUC0_90", "AUC from Day 0 to 90", Unit::Area, |found| {
        found.late.interpolated.map_err(|why| why.to_string())
    }),
    (
        "AUC0_90L",
        "AUC from Day 0 to Last Nonzero Conc within 90 Days",
        Unit::Area,
        |found| found.late.to_last.map_err(|why| why.to_string()),
    ),
    ("LAMZ", "Lambda z", Unit::PerDay, |found| {
        terminal(found, |line| line.lambda_z)
    }),
    ("LAMZHL", "Half-Life Lambda z", Unit::Day, |found| {
        terminal(found, |line| line.half_life)
    }),
    ("LAMZNPT", "Number of Points for Lambda z", Unit::None, |found| {
        terminal(found, |line| line.times.len() as f64)
    }),
    ("LAMZLL", "Lambda z Lower Limit", Unit::Day, |found| {
        terminal(found, |line| line.times.first().copied().unwrap_or_default())
    }),
    ("LAMZUL", "Lambda z Upper Limit", Unit::Day, |found| {
        terminal(found, |line| line.times.last().copied().unwrap_or_default())
    }),
    ("R2ADJ", "R Squared Adjusted", Unit::None, |found| {
        terminal(found, |line| line.adj_r_squared)
    }),
    ("ONGOING", "Quantified at Last Sample", Unit::None, |found| {
        let persistence = found.persistence.ok_or_else(never)?;
        Ok(f64::from(u8::from(persistence.ongoing)))
    }),
];

fn never() -> String {
    "never quantified".to_owned()
}

fn terminal(found: &ProfileParameters, value: fn(&tercel::estimate::kinetics::TerminalPhase) -> f64) -> Found {
    found.whole.terminal.as_ref().map(value).map_err(ToString::to_string)
}

/// Writes the dataset: one row a parameter, in order of subject and analyte.
pub(super) fn write_adpp(
    groups: &Groups<'_>,
    subjects: &Subjects,
    infusions: &BTreeMap<SubjectId, Vec<When>>,
    parameters: &BTreeMap<String, Parameter>,
    options: &DeriveOptions,
    notes: &mut Vec<String>,
) -> Table {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut sequence = (None, 0);
    for ((id, code), results) in groups {
        let Some(subject) = subjects.get(id) else { continue };
        let given = infusions.get(id).map(Vec::as_slice).unwrap_or_default();
        let first = results.first();
        let unit = parameters.get(code).map_or("", |parameter| parameter.unit.as_str());
        // The report takes no profile of two units either.
        if let Some(stray) = results.iter().find(|result| result.in_other_unit) {
            let stray = stray.unit;
            notes.push(format!(
                "{code}, subject {id}: results in \"{unit}\" and in \"{stray}\"; no parameters are derived"
            ));
            continue;
        }
        let levels: Vec<Level> = results.iter().filter_map(|result| result.level(id)).collect();
        let profile = Profile::new(given, &levels);
        let found = profile
            .as_ref()
            .and_then(|profile| estimate_profile(profile, options.auc_method, options.blq, None));
        let (Some(profile), Some(found)) = (profile, found) else {
            continue;
        };
        for (left_out, kept) in &profile.duplicates {
            notes.push(format!(
                "{}: of the time of {}, which is the one analysed",
                left_out.record, kept.record
            ));
        }
        if sequence.0 != Some(id) {
            sequence = (Some(id), 0);
        }
        let domain = first.map_or("PC", |result| result.domain);
        let records = listed(profile.samples.iter().map(|sample| &sample.level.record));
        for (place, (parameter, label, of, value)) in (1..).zip(PARAMETERS) {
            sequence.1 += 1;
            let value = value(&found);
            let text = |value: &f64| match (parameter, *value > 0.5) {
                ("ONGOING", true) => "Y".to_owned(),
                ("ONGOING", false) => "N".to_owned(),
                _ => number(*value),
            };
            let infused = given.first().and_then(|when| when.day());
            rows.push(vec![
                subject.study.clone(),
                id.to_string(),
                sequence.1.to_string(),
                code.clone(),
                parameter.to_owned(),
                label.to_owned(),
                place.to_string(),
                maybe_day(infused),
                infused.map_or_else(String::new, |_| "1".to_owned()),
                value.as_ref().map_or_else(|_| String::new(), |value| number(*value)),
                value.as_ref().map_or_else(|_| "NE".to_owned(), text),
                written(of, unit),
                value.err().unwrap_or_default(),
                domain.to_owned(),
                profile.samples.len().to_string(),
                records.clone(),
            ]);
        }
    }
    Table::from_rows("ADPP", &COLUMNS, rows)
}

fn written(of: Unit, unit: &str) -> String {
    match of {
        Unit::Level => unit.to_owned(),
        Unit::Day => "DAYS".to_owned(),
        Unit::Area => format!("DAY*{unit}"),
        Unit::PerDay => "/DAY".to_owned(),
        Unit::None => String::new(),
    }
}
