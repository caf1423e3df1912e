//! Variables whose values depend on others of the row: results and units by the test, values of the summary by the parameter,
//! qualifiers by their name.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Columns;
use super::describe::{IN_UNIT, OF_TERMS, decimals, length, number_kind};
use super::summary::VALUE_LISTS;
use super::supplement::EMERGENT_FLAG;
use crate::adam::EMERGENT;
use crate::export::{Codelist, Dataset, Kind, Origin, Source, ValueLevel, Variable};
use crate::form::{Choice, Kind as Asked, asked_as};
use crate::table::Table;

/// Datasets whose tests are those of a category: two instruments may ask for one thing.
const BY_CATEGORY: [&str; 2] = ["PP", "RS"];

/// No, yes and what is neither.
const YES_NO: &str = "C66742";

/// Which variables tell the rows apart, and which depend on them.
struct Split {
    /// Told apart by; the last is the one that a value is called after.
    by: Vec<String>,
    /// What the value of the last is called.
    label: String,
    described: Vec<String>,
}

/// Adds what the values of a variable are for those of others.
pub(super) fn add(dataset: &mut Dataset) {
    let Some(split) = split_of(&dataset.table) else { return };
    let groups = groups(&dataset.table, &split);
    let (table, name) = (&dataset.table, dataset.table.name.as_str());
    for (at, variable) in dataset.variables.iter_mut().enumerate() {
        if !split.described.contains(&variable.name) {
            continue;
        }
        let levels = groups.iter().filter_map(|(when, rows)| {
            let when = split
                .by
                .iter()
                .cloned()
                .zip(when.iter().map(|value| (*value).to_owned()));
            level(table, name, variable, at, when.collect(), rows, &split.label)
        });
        let levels: Vec<ValueLevel> = levels.collect();
        // A unit or a number that every test has alike depends on none.
        let of_unit = ["ORRESU", "STRESU", "STRESN"]
            .iter()
            .any(|end| variable.name.ends_with(end));
        let distinct: BTreeSet<&str> = (0..table.len()).map(|row| table.cell(row, at)).collect();
        if !of_unit || (levels.len() > 1 && distinct.len() > 1) {
            variable.by_value = levels;
        }
    }
}

fn split_of(table: &Table) -> Option<Split> {
    let name = &table.name;
    let split = |by: Vec<String>, label: &str, described: &[&str]| Split {
        by,
        label: label.to_owned(),
        described: described.iter().map(|end| (*end).to_owned()).collect(),
    };
    if name == "TS" {
        return Some(split(vec!["TSPARMCD".to_owned()], "TSPARM", &["TSVAL"]));
    }
    if name.starts_with("SUPP") {
        return Some(split(vec!["QNAM".to_owned()], "QLABEL", &["QVAL"]));
    }
    let [category, test, label] = ["CAT", "TESTCD", "TEST"].map(|end| format!("{name}{end}"));
    table.column(&test)?;
    let described = ["ORRES", "ORRESU", "STRESC", "STRESN", "STRESU"].map(|end| format!("{name}{end}"));
    let apart = table.column(&category).is_some()
        && (BY_CATEGORY.contains(&name.as_str()) || is_ambiguous(table, &test, &category));
    let by = if apart { vec![category, test] } else { vec![test] };
    Some(Split {
        by,
        label,
        described: described.to_vec(),
    })
}

/// Whether a test occurs in two categories.
fn is_ambiguous(table: &Table, test: &str, category: &str) -> bool {
    let columns = Columns::of(table);
    let mut of: BTreeMap<&str, &str> = BTreeMap::new();
    (0..table.len()).any(|row| {
        let category = columns.text(row, category);
        *of.entry(columns.text(row, test)).or_insert(category) != category
    })
}

/// The rows by the values that tell them apart.
fn groups<'t>(table: &'t Table, split: &Split) -> BTreeMap<Vec<&'t str>, Vec<usize>> {
    let by: Vec<usize> = split.by.iter().filter_map(|name| table.column(name)).collect();
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for row in 0..table.len() {
        let values = by.iter().map(|at| table.cell(row, *at)).collect();
        groups.entry(values).or_default().push(row);
    }
    groups
}

/// What a variable is in these rows; nothing where it is blank in all.
fn level(
    table: &Table,
    name: &str,
    variable: &Variable,
    at: usize,
    when: Vec<(String, String)>,
    rows: &[usize],
    label: &str,
) -> Option<ValueLevel> {
    let columns = Columns::of(table);
    let cells = || {
        rows.iter()
            .map(|row| table.cell(*row, at))
            .filter(|cell| !cell.is_empty())
    };
    cells().next()?;
    let (of, first) = (when.last().map(|(_, value)| value.clone())?, *rows.first()?);
    let called = Some(columns.text(first, label)).filter(|text| !text.is_empty());
    let called = called.unwrap_or(&of).to_owned();
    let is_unit = variable.name.ends_with("RESU");
    let kind = if is_unit { Kind::Text } else { number_kind(cells()) };
    let (origin, method, codelist) = if variable.name == "QVAL" && of == EMERGENT_FLAG {
        let method = format!("{EMERGENT} N otherwise. As the source says it, where it does.");
        (Origin::Derived, Some(method), Some(Codelist::Cdisc(YES_NO)))
    } else if variable.name == "QVAL" {
        let parent = name.trim_start_matches("SUPP");
        (
            origin_of(columns.text(first, "QORIG")),
            None,
            qualifier_list(parent, &of),
        )
    } else {
        let method = match (&variable.method, kind) {
            (Some(_), Kind::Text) if variable.name.ends_with("STRESC") && no_number(table, name, rows) => {
                Some(OF_TERMS)
            }
            (Some(_), _) if variable.name.contains("STRES") => Some(IN_UNIT),
            (method, _) => method.as_deref(),
        };
        let method = method.map(str::to_owned);
        let codelist = if is_unit {
            variable.codelist.clone()
        } else {
            value_list(name, &of).map(Codelist::Cdisc)
        };
        (variable.origin.clone(), method, codelist)
    };
    let units: BTreeSet<&str> = if is_unit { cells().collect() } else { BTreeSet::new() };
    let units: Vec<&str> = units.into_iter().collect();
    Some(ValueLevel {
        when,
        label: if is_unit {
            format!("{called}: {}", units.join(", "))
        } else {
            called
        },
        kind,
        length: length(kind, cells()),
        decimals: decimals(kind, cells()),
        codelist,
        origin,
        method,
    })
}

/// Whether no row has its result as a number.
fn no_number(table: &Table, name: &str, rows: &[usize]) -> bool {
    let columns = Columns::of(table);
    let number = format!("{name}STRESN");
    rows.iter().all(|row| columns.is_blank(*row, &number))
}

/// Where a qualifier comes from, as its `QORIG` says.
fn origin_of(origin: &str) -> Origin {
    match origin.to_uppercase().as_str() {
        "COLLECTED" | "CRF" => Origin::Collected(Source::Investigator),
        "EDT" => Origin::Collected(Source::Vendor),
        "PROTOCOL" => Origin::Protocol,
        "ASSIGNED" => Origin::Assigned,
        // How it was worked out is not said with it.
        _ => Origin::NotAvailable,
    }
}

/// The codelist of a qualifier: of what the form that asks for it may be answered with.
fn qualifier_list(parent: &str, qualifier: &str) -> Option<Codelist> {
    match asked_as(parent, qualifier)? {
        Asked::YesNo => Some(Codelist::Cdisc(YES_NO)),
        Asked::Choice(choices) => Some(sponsor_list(parent, qualifier, choices)),
        Asked::Text { .. }
        | Asked::LongText { .. }
        | Asked::Integer { .. }
        | Asked::Decimal { .. }
        | Asked::Result { .. }
        | Asked::Date
        | Asked::DateTime
        | Asked::PartialDate
        | Asked::Suggested { .. }
        | Asked::TrialChoice(_)
        | Asked::By { .. } => None,
    }
}

fn sponsor_list(parent: &str, qualifier: &str, choices: &[Choice]) -> Codelist {
    let terms = choices
        .iter()
        .map(|choice| (choice.value.to_owned(), choice.label.en.to_owned()));
    Codelist::Sponsor {
        id: format!("SUPP{parent}.{qualifier}"),
        name: format!("{qualifier} of {parent}"),
        terms: terms.collect(),
    }
}

/// The codelist of the results of a test, or of the values of a parameter.
fn value_list(dataset: &str, test: &str) -> Option<&'static str> {
    match (dataset, test) {
        ("TS", _) => VALUE_LISTS
            .iter()
            .find(|(known, _)| *known == test)
            .map(|(_, list)| *list),
        ("RS", "OVRLRESP" | "TRGRESP" | "NTRGRESP" | "BESTRESP") => Some("C96785"),
        ("RS", "NEWLIND") => Some("C66742"),
        ("SS", "SURVSTAT") => Some("C124304"),
        _ => None,
    }
}
