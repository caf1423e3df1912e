//! From tables to datasets: variables of the guide in its order, with labels, kinds, codelists and origins; rows sorted by
//! their keys.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::cells::Columns;
use super::{Study, guide, supplement, values};
use crate::export::guide::{Core, GuideDataset, GuideVariable};
use crate::export::terminology;
use crate::export::{Codelist, Dataset, Kind, Origin, Source, Standard, Variable};
use crate::table::Table;

/// How a standard result comes from the original one: of a number, and of words.
pub(super) const IN_UNIT: &str = "Original result in the standard unit; a result that is no number as it was written.";
pub(super) const OF_TERMS: &str = "Original result as the term or score that the controlled terminology has for it; as it was written where it has none.";

/// Permissible variables whose presence says that the question was asked, so that a blank column is kept.
const ASKED: [&str; 6] = ["AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE"];

/// Every table as a dataset, with its qualifiers.
pub(super) fn all(study: &Study<'_>, tables: Vec<Table>) -> Vec<Dataset> {
    let (known, parents): (Vec<Table>, Vec<Table>) =
        tables.into_iter().partition(|table| table.name.starts_with("SUPP"));
    let mut datasets = Vec::new();
    for table in parents {
        let name = format!("SUPP{}", table.name);
        let known = known.iter().find(|supplement| supplement.name == name);
        if let Some(supplement) = supplement::rows(&table, known) {
            datasets.extend(describe(study, &supplement));
        }
        datasets.extend(describe(study, &table));
    }
    // Qualifiers of a dataset that is not there are kept all the same.
    let orphans = known
        .iter()
        .filter(|table| !datasets.iter().any(|made: &Dataset| made.name() == table.name));
    let orphans: Vec<Dataset> = orphans
        .filter_map(|table| {
            let domain = table.name.trim_start_matches("SUPP");
            let parent = Table::from_rows(domain, &[], Vec::new());
            describe(study, &supplement::rows(&parent, Some(table))?)
        })
        .collect();
    datasets.extend(orphans);
    datasets
}

fn describe(study: &Study<'_>, source: &Table) -> Option<Dataset> {
    let guide = guide::dataset(&source.name)?;
    let shown: Vec<&GuideVariable> = guide
        .variables
        .iter()
        .filter(|variable| is_shown(source, variable))
        .collect();
    let sorted = sorted(guide, source, &shown);
    let variables: Vec<Variable> = shown
        .iter()
        .enumerate()
        .map(|(at, variable)| variable_of(study, &sorted, at, variable))
        .collect();
    let of_subjects = guide.variable("USUBJID").is_some();
    let mut dataset = Dataset {
        standard: Standard::Sdtm,
        label: label_of(guide, &source.name),
        class: guide.class,
        structure: guide.structure,
        keys: keys_of(guide, &source.name, &shown),
        repeats: of_subjects.then_some(source.name != "DM"),
        variables,
        table: sorted,
    };
    values::add(&mut dataset);
    Some(dataset)
}

fn label_of(guide: &GuideDataset, name: &str) -> String {
    match name.strip_prefix("SUPP") {
        Some(parent) => format!("Supplemental Qualifiers for {parent}"),
        None => supplement::short_label(guide.label),
    }
}

/// A variable stands in the dataset where the guide requires or expects it, or where it has a value; a study day also beside its
/// date (CDISC rules CORE-000321 and CORE-000793), though nobody of the dataset was treated.
fn is_shown(table: &Table, variable: &GuideVariable) -> bool {
    let columns = Columns::of(table);
    let has_value = |name: &str| (0..table.len()).any(|row| !columns.is_blank(row, name));
    let date = || variable.name.strip_suffix("DY").map(|stem| format!("{stem}DTC"));
    let kept =
        columns.has(variable.name) && (ASKED.contains(&variable.name) || date().is_some_and(|date| has_value(&date)));
    kept || variable.core != Core::Permissible || has_value(variable.name)
}

/// Variables that name a row, in the order of sorting.
fn keys_of(guide: &GuideDataset, name: &str, shown: &[&GuideVariable]) -> Vec<String> {
    let ends: &[&str] = match (guide.name, guide.class) {
        ("DM", _) => &["USUBJID"],
        ("SV", _) => &["USUBJID", "VISITNUM"],
        ("SE", _) => &["USUBJID", "TAETORD", "SESEQ"],
        ("TA", _) => &["ARMCD", "TAETORD"],
        ("TE", _) => &["ETCD"],
        ("TI", _) => &["IETESTCD", "TIVERS"],
        ("TV", _) => &["VISITNUM", "ARMCD"],
        ("TS", _) => &["TSPARMCD", "TSSEQ"],
        ("RELREC", _) => &["USUBJID", "RELID", "RDOMAIN", "IDVAR", "IDVARVAL"],
        ("SUPPQUAL", _) => &["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"],
        (_, "INTERVENTIONS") => &["USUBJID", "--TRT", "--STDTC", "--SEQ"],
        (_, "EVENTS") => &["USUBJID", "--CAT", "--DECOD", "--TERM", "--STDTC", "--SEQ"],
        (_, "FINDINGS" | "FINDINGS ABOUT") => &[
            "USUBJID", "--CAT", "--OBJ", "--TESTCD", "--LNKID", "--EVAL", "VISITNUM", "--DTC", "--SEQ",
        ],
        _ => &["USUBJID", "--SEQ"],
    };
    let full = ends.iter().map(|end| end.replace("--", name));
    let there = full.filter(|key| shown.iter().any(|variable| variable.name == key));
    std::iter::once("STUDYID".to_owned()).chain(there).collect()
}

/// The rows in order of the keys, with the variables shown; a number is written in its shortest form, so that it comes
/// back as it was from any format.
fn sorted(guide: &GuideDataset, source: &Table, shown: &[&GuideVariable]) -> Table {
    let columns = Columns::of(source);
    let numeric = |name: &str| guide.variable(name).is_some_and(|variable| variable.numeric) || name == "IDVARVAL";
    let keys: Vec<(String, bool)> = keys_of(guide, &source.name, shown)
        .into_iter()
        .map(|key| (key.clone(), numeric(&key)))
        .collect();
    let mut rows: Vec<usize> = (0..source.len()).collect();
    let compare = |one: &usize, other: &usize| {
        let mut order = keys.iter().map(|(key, numeric)| {
            let texts = (columns.text(*one, key), columns.text(*other, key));
            let numbers = (texts.0.parse::<f64>(), texts.1.parse::<f64>());
            match (numeric, numbers) {
                (true, (Ok(one), Ok(other))) => one.total_cmp(&other),
                _ => texts.0.cmp(texts.1),
            }
        });
        order.find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
    };
    rows.sort_by(compare);
    let names = shown.iter().map(|variable| variable.name.to_owned()).collect();
    let mut table = Table::new(&source.name, &format!("{}.csv", source.name.to_lowercase()), names);
    for row in rows {
        let cells: Vec<String> = shown
            .iter()
            .map(|variable| {
                let text = columns.text(row, variable.name);
                let number = text
                    .parse::<f64>()
                    .ok()
                    .filter(|number| variable.numeric && number.is_finite());
                number.map_or_else(|| text.to_owned(), |number| number.to_string())
            })
            .collect();
        table.push(cells.iter().map(String::as_str));
    }
    table
}

fn variable_of(study: &Study<'_>, table: &Table, at: usize, variable: &GuideVariable) -> Variable {
    let cells = || {
        (0..table.len())
            .map(|row| table.cell(row, at))
            .filter(|cell| !cell.is_empty())
    };
    let kind = if variable.numeric {
        number_kind(cells())
    } else if variable.described.contains("duration") && !variable.described.contains("datetime") {
        Kind::DurationText
    } else if variable.described.contains("datetime") {
        Kind::DateTimeText
    } else {
        Kind::Text
    };
    let numeric = Columns::of(table).has(&format!("{}STRESN", table.name));
    let (origin, method) = origin(study, &table.name, variable, numeric);
    Variable {
        name: variable.name.to_owned(),
        label: variable.label.to_owned(),
        kind,
        length: length(kind, cells()),
        decimals: decimals(kind, cells()),
        codelist: codelist(study, variable, cells()),
        role: variable.role,
        mandatory: variable.core == Core::Required,
        origin,
        method,
        by_value: Vec::new(),
    }
}

/// Whole numbers, numbers, or text where a value is no number.
pub(super) fn number_kind<'c>(cells: impl Iterator<Item = &'c str>) -> Kind {
    let mut kind = Kind::Integer;
    for cell in cells {
        if !cell.parse::<f64>().is_ok_and(f64::is_finite) {
            return Kind::Text;
        }
        if cell.parse::<i64>().is_err() {
            kind = Kind::Float;
        }
    }
    kind
}

/// Longest text in bytes, most digits of a number.
pub(super) fn length<'c>(kind: Kind, cells: impl Iterator<Item = &'c str>) -> usize {
    let digits = |cell: &str| cell.bytes().filter(u8::is_ascii_digit).count();
    let lengths = cells.map(|cell| match kind {
        Kind::Integer | Kind::Float => digits(cell),
        Kind::Text | Kind::DateTimeText | Kind::DurationText | Kind::Date | Kind::DateTime => cell.len(),
    });
    lengths.max().unwrap_or(0).max(1)
}

pub(super) fn decimals<'c>(kind: Kind, cells: impl Iterator<Item = &'c str>) -> usize {
    if kind != Kind::Float {
        return 0;
    }
    let places = cells.map(|cell| cell.split_once('.').map_or(0, |(_, places)| places.len()));
    places.max().unwrap_or(0)
}

/// Of the codelists the guide gives, the one that has most of the values.
fn codelist<'c>(study: &Study<'_>, variable: &GuideVariable, cells: impl Iterator<Item = &'c str>) -> Option<Codelist> {
    if variable.described == "MedDRA" {
        let version = study.trial.coding.meddra_version.clone().unwrap_or_default();
        return Some(Codelist::Dictionary("MedDRA".to_owned(), version));
    }
    if matches!(variable.name, "ARMCD" | "ACTARMCD") {
        let groups = study.trial.dose_levels.iter();
        return Some(Codelist::Sponsor {
            id: "ARMCD".to_owned(),
            name: "Arm Code".to_owned(),
            terms: groups
                .map(|(_, group)| (group.arm.clone(), group.label.clone()))
                .collect(),
        });
    }
    if let [only] = variable.codelists.as_slice() {
        return Some(Codelist::Cdisc(only));
    }
    let mut held: BTreeMap<&'static str, usize> = variable.codelists.iter().map(|code| (*code, 0)).collect();
    for cell in cells {
        for (code, count) in &mut held {
            *count += usize::from(terminology::codelist(code).is_some_and(|list| list.term(cell).is_some()));
        }
    }
    held.into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(code, _)| Codelist::Cdisc(code))
}

/// Where a variable comes from, and how it is worked out.
fn origin(study: &Study<'_>, dataset: &str, variable: &GuideVariable, has_numbers: bool) -> (Origin, Option<String>) {
    let ending = variable.name.strip_prefix(dataset).unwrap_or(variable.name);
    let derived = |method: &str| (Origin::Derived, Some(method.to_owned()));
    if variable.described == "MedDRA" || ending == "BODSYS" {
        return (Origin::Assigned, None);
    }
    match (dataset, ending) {
        (
            _,
            "DOMAIN" | "RDOMAIN" | "USUBJID" | "SUBJID" | "SEQ" | "GRPID" | "LNKID" | "LNKGRP" | "TESTCD" | "TEST"
            | "OBJ" | "DECOD" | "CAT" | "SCAT" | "PRESP" | "IDVAR" | "IDVARVAL" | "QNAM" | "QLABEL" | "QORIG" | "QEVAL",
        ) => (Origin::Assigned, None),
        (_, "STUDYID" | "VISIT" | "VISITNUM" | "VISITDY") | ("TA" | "TE" | "TI" | "TV" | "TS", _) => {
            (Origin::Protocol, None)
        }
        (_, "DY" | "STDY" | "ENDY") => {
            derived("Date of the record minus RFSTDTC in days, plus 1 from that day on; there is no day 0.")
        }
        (_, "EPOCH") => derived("Epoch of the last element of SE begun by the date of the record."),
        (_, "LOBXFL") => derived("Last result of the test before RFXSTDTC."),
        (_, "BLFL") => derived(&format!(
            "Last result of the test before {}.",
            study.trial.safety.baseline.before()
        )),
        (_, "NRIND") => derived("Standard numeric result against the limits of its reference range."),
        (_, "STRESC") if !has_numbers => derived(OF_TERMS),
        (_, "STRESC" | "STRESN" | "STRESU") => derived(IN_UNIT),
        ("DM", "RFSTDTC") => derived("First CAR-T infusion."),
        ("DM", "RFENDTC" | "RFPENDTC") => derived("Last disposition, death or contact."),
        ("DM", "RFXSTDTC" | "RFXENDTC") => derived("First and last protocol-specified treatment in EX."),
        ("DM", "ACTARMCD" | "ACTARM" | "ARMNRS") => {
            derived("Planned arm of subjects who were given lymphodepletion or the infusion.")
        }
        ("SE", _) => derived(&format!(
            "Consent, collection, lymphodepletion, infusion, and the end of the observation for DLT {} days after it; the last element of a subject who has not left has no end.",
            study.trial.dlt.window_days
        )),
        ("PP", _) => derived(&format!(
            "Non-compartmental analysis of PC and CP; areas by the method \"{}\".",
            study.trial.kinetics.auc_method.name()
        )),
        ("DD", _) => derived("Term of the fatal adverse event."),
        ("RELREC", _) => (Origin::Assigned, None),
        ("LB" | "PC" | "CP" | "MB", _) => (Origin::Collected(Source::Vendor), None),
        _ => (Origin::Collected(Source::Investigator), None),
    }
}
