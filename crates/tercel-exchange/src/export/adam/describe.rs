//! Derived tables to described datasets.

use std::collections::BTreeMap;

use tercel::protocol::Trial;

use super::list::{ALL, Described, Home, Line, List};
use super::{long, setting, sort};
use crate::export::guide;
use crate::export::{Codelist, Dataset, Kind, Origin, Standard, ValueLevel, Variable, level_lengths};
use crate::table::Table;

/// More values than this are no codelist.
const MOST_TERMS: usize = 300;

/// Columns whose names are longer, or of another kind, than the standard allows, with the names they are handed over by.
const RENAMED: [(&str, &str, &str); 2] = [("ADAE", "TRTEM30FL", "TREM30FL"), ("ADPC", "PCRFTDTM", "PCRFTDTC")];

/// Describes derived tables, in the order datasets are handed over; a table that is no analysis dataset is left out. Texts
/// too long for one variable go on in further ones. `meddra` is the version that events are coded by; methods that name a setting of
/// the protocol state its value in `trial`.
pub fn describe_adam(mut tables: Vec<Table>, meddra: Option<&str>, trial: Option<&Trial>) -> Vec<Dataset> {
    let described = ALL.iter().filter_map(|described| {
        let at = tables.iter().position(|table| table.name == described.name)?;
        Some(describe(described, tables.swap_remove(at), meddra, trial))
    });
    let mut described: Vec<Dataset> = described.collect();
    level_lengths(&mut described);
    described
}

fn describe(described: &Described, mut table: Table, meddra: Option<&str>, trial: Option<&Trial>) -> Dataset {
    let lines: Vec<(String, Option<&'static Line>)> = table
        .columns()
        .iter()
        .map(|column| (column.clone(), described.line(column)))
        .collect();
    table.file = format!("{}.csv", table.name.to_lowercase());
    for (name, from, to) in RENAMED {
        if let Some(at) = table.column(from).filter(|_| table.name == name) {
            table.rename(at, to);
        }
    }
    let keys: Vec<String> = described
        .keys
        .iter()
        .filter(|key| table.column(key).is_some())
        .map(|key| (*key).to_owned())
        .collect();
    let mut dataset = Dataset {
        standard: Standard::Adam,
        label: described.label.to_owned(),
        class: described.class,
        structure: described.structure,
        keys,
        repeats: Some(described.repeats),
        variables: Vec::new(),
        table,
    };
    for (at, (column, line)) in lines.iter().enumerate() {
        let variable = match line {
            Some(line) => of_line(&dataset.table, at, line, trial),
            None => carried(
                &dataset.table,
                at,
                column,
                described.carries.unwrap_or_default(),
                meddra,
            ),
        };
        dataset.variables.push(variable);
    }
    add_value_levels(&mut dataset);
    sort::by_keys(&mut dataset);
    long::split(&mut dataset);
    dataset
}

fn name(table: &Table, at: usize) -> String {
    table.columns().get(at).cloned().unwrap_or_default()
}

fn cells(table: &Table, at: usize) -> impl Iterator<Item = &str> + Clone {
    (0..table.len())
        .map(move |row| table.cell(row, at))
        .filter(|cell| !cell.is_empty())
}

fn of_line(table: &Table, at: usize, line: &Line, trial: Option<&Trial>) -> Variable {
    let stated = trial.and_then(|trial| setting::stated(trial, &table.name, line.name));
    let sentence = |text: &'static str| {
        let parts = [Some(text).filter(|text| !text.is_empty()), stated.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let (origin, method) = match line.home {
        Home::Derived(method) => (Origin::Derived, sentence(method)),
        Home::Assigned(method) => (Origin::Assigned, sentence(method)),
        Home::Of(variable) => (Origin::Predecessor(variable.to_owned()), None),
    };
    let kind = settle(line.kind, &cells(table, at));
    Variable {
        name: name(table, at),
        label: line.label.to_owned(),
        kind,
        length: length(kind, cells(table, at)),
        decimals: decimals(kind, cells(table, at)),
        codelist: codelist(table, at, line),
        role: "",
        mandatory: ["STUDYID", "USUBJID", "PARAMCD", "PARAM"].contains(&line.name),
        origin,
        method,
        by_value: Vec::new(),
    }
}

/// A variable of the tabulation dataset, as its guide describes it.
fn carried(table: &Table, at: usize, column: &str, domain: &str, meddra: Option<&str>) -> Variable {
    let known = guide::variable(domain, column).or_else(|| alike(domain, column));
    let stated = match known {
        Some(known) if known.numeric => Kind::Float,
        Some(known) if known.described.contains("duration") => Kind::DurationText,
        Some(_) | None if column.ends_with("DTC") => Kind::DateTimeText,
        Some(_) | None => Kind::Text,
    };
    let whole = stated == Kind::Float && cells(table, at).all(|cell| cell.parse::<i64>().is_ok());
    let kind = settle(if whole { Kind::Integer } else { stated }, &cells(table, at));
    let of_dictionary = known.is_some_and(|known| known.described == "MedDRA" && kind == Kind::Text);
    // Results may be words of a codelist and are mostly none.
    let is_result = column.ends_with("ORRES") || column.ends_with("STRESC");
    let coded = known
        .and_then(|known| known.codelists.first().copied())
        .filter(|_| !is_result);
    Variable {
        name: name(table, at),
        label: known.map_or(column, |known| known.label).to_owned(),
        kind,
        length: length(kind, cells(table, at)),
        decimals: decimals(kind, cells(table, at)),
        codelist: match (coded, meddra.filter(|_| of_dictionary)) {
            (Some(code), _) => Some(Codelist::Cdisc(code)),
            (None, Some(version)) => Some(Codelist::Dictionary("MedDRA".to_owned(), version.to_owned())),
            (None, None) => None,
        },
        role: "",
        mandatory: false,
        origin: Origin::Predecessor(match known {
            Some(_) => format!("{domain}.{column}"),
            // What the guide does not know came with the supplemental qualifiers.
            None => format!("SUPP{domain}.QVAL"),
        }),
        method: known.is_none().then(|| {
            format!("QVAL of SUPP{domain} where QNAM is {column}; a variable of {domain} where the data hold it there.")
        }),
        by_value: Vec::new(),
    }
}

/// The variable of the same fragment in another dataset: the guide gives `--LLOQ` to some findings, the model to all.
fn alike(domain: &str, column: &str) -> Option<&'static guide::GuideVariable> {
    let fragment = column.strip_prefix(domain).filter(|fragment| fragment.len() > 2)?;
    let variables = guide::datasets().flat_map(|dataset| {
        let own = dataset.variables.iter();
        own.filter(|variable| variable.name.strip_prefix(dataset.name) == Some(fragment))
    });
    variables.into_iter().next()
}

/// The kind, unless a value is of another: then of the next wider one.
fn settle<'c>(stated: Kind, cells: &(impl Iterator<Item = &'c str> + Clone)) -> Kind {
    let whole = |cell: &str| cell.parse::<i64>().is_ok();
    let number = |cell: &str| cell.parse::<f64>().is_ok_and(f64::is_finite);
    match stated {
        Kind::Integer if cells.clone().all(whole) => Kind::Integer,
        Kind::Integer | Kind::Float if cells.clone().all(number) => Kind::Float,
        Kind::Date if cells.clone().all(|cell| cell.parse::<jiff::civil::Date>().is_ok()) => Kind::Date,
        Kind::DateTime if cells.clone().all(|cell| cell.parse::<jiff::civil::DateTime>().is_ok()) => Kind::DateTime,
        Kind::Date | Kind::DateTime | Kind::DateTimeText => Kind::DateTimeText,
        Kind::DurationText => Kind::DurationText,
        Kind::Text | Kind::Integer | Kind::Float => Kind::Text,
    }
}

/// Bytes of the longest text, digits of the longest number.
fn length<'c>(kind: Kind, cells: impl Iterator<Item = &'c str>) -> usize {
    let size = |cell: &str| match kind {
        Kind::Integer | Kind::Float => cell.bytes().filter(u8::is_ascii_digit).count(),
        Kind::Date | Kind::DateTime => 8,
        Kind::Text | Kind::DateTimeText | Kind::DurationText => cell.len(),
    };
    cells.map(size).max().unwrap_or(0).max(1)
}

/// Digits after the point.
fn decimals<'c>(kind: Kind, cells: impl Iterator<Item = &'c str>) -> usize {
    let digits = |cell: &str| cell.split_once('.').map_or(0, |(_, digits)| digits.len());
    if kind == Kind::Float {
        cells.map(digits).max().unwrap_or(0)
    } else {
        0
    }
}

fn codelist(table: &Table, at: usize, line: &Line) -> Option<Codelist> {
    let sponsor = |name: String, terms: Vec<(String, String)>| {
        (!terms.is_empty() && terms.len() <= MOST_TERMS).then(|| Codelist::Sponsor {
            id: format!("{}.{}", table.name, line.name),
            name,
            terms,
        })
    };
    match line.list {
        List::Open => None,
        List::Cdisc(code) => Some(Codelist::Cdisc(code)),
        List::Terms(terms) => sponsor(
            line.label.to_owned(),
            terms
                .iter()
                .map(|(value, meaning)| ((*value).to_owned(), (*meaning).to_owned()))
                .collect(),
        ),
        List::By(meaning) => sponsor(
            line.label.to_owned(),
            pairs(table, at, table.column(meaning).unwrap_or(at)),
        ),
        List::Own => sponsor(line.label.to_owned(), pairs(table, at, at)),
    }
}

/// Every value with the first meaning it has.
fn pairs(table: &Table, value: usize, meaning: usize) -> Vec<(String, String)> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for row in 0..table.len() {
        let cell = table.cell(row, value);
        if !cell.is_empty() {
            found.entry(cell).or_insert_with(|| table.cell(row, meaning));
        }
    }
    found
        .into_iter()
        .map(|(value, meaning)| (value.to_owned(), meaning.to_owned()))
        .collect()
}

/// `AVAL` by parameter.
fn add_value_levels(dataset: &mut Dataset) {
    let table = &dataset.table;
    let (Some(code), Some(value)) = (table.column("PARAMCD"), table.column("AVAL")) else {
        return;
    };
    let parameters = pairs(table, code, table.column("PARAM").unwrap_or(code));
    if parameters.len() < 2 {
        return;
    }
    let Some(variable) = dataset.variables.get(value) else {
        return;
    };
    let levels = parameters.into_iter().filter_map(|(parameter, label)| {
        let rows = (0..table.len()).filter(|row| table.cell(*row, code) == parameter);
        let cells: Vec<&str> = rows
            .map(|row| table.cell(row, value))
            .filter(|cell| !cell.is_empty())
            .collect();
        let cells = || cells.iter().copied();
        cells().next()?;
        let whole = cells().all(|cell| cell.parse::<i64>().is_ok());
        let kind = settle(if whole { Kind::Integer } else { variable.kind }, &cells());
        Some(ValueLevel {
            when: vec![("PARAMCD".to_owned(), parameter)],
            label,
            kind,
            length: length(kind, cells()),
            decimals: decimals(kind, cells()),
            codelist: None,
            origin: variable.origin.clone(),
            method: variable.method.clone(),
        })
    });
    let levels: Vec<ValueLevel> = levels.collect();
    if let Some(variable) = dataset.variables.get_mut(value) {
        variable.by_value = levels;
    }
}
