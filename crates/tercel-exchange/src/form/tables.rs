//! Records to SDTM datasets.

use std::collections::{BTreeMap, BTreeSet};

use tercel::protocol::Trial;
use tercel::simulate::SYNTHETIC;

use super::matching::forms_of;
use super::{Captured, Choice, Derived, FORMS, Form, Kind};
use crate::table::Table;

/// The variables of each dataset in the order of the implementation guide.
const ORDER: &str = include_str!("../../data/sdtmig-3.4-variables.txt");

/// The datasets that these records are, with every dataset that a form belongs to: an empty one says that nothing was
/// recorded in it. Supplemental qualifiers stand as columns of their parent. Rows are in order of subject and number.
///
/// Records of a site or of the study, and of forms without a dataset, become no row. A rehearsal keeps saying so: where a
/// subject's identifier carries the mark of one, so does `STUDYID`.
pub fn to_tables(trial: &Trial, captured: &[Captured]) -> Vec<Table> {
    let mark = format!("{}{SYNTHETIC}", trial.id);
    let of_rehearsal = |record: &Captured| {
        record
            .subject
            .as_deref()
            .is_some_and(|subject| subject.starts_with(&mark))
    };
    let study = if captured.iter().any(of_rehearsal) {
        mark
    } else {
        trial.id.clone()
    };
    let domains: BTreeSet<&str> = FORMS.iter().filter_map(|form| form.domain).collect();
    domains
        .into_iter()
        .map(|domain| table_of(domain, &study, trial, captured))
        .collect()
}

/// The cells of a row by variable.
pub(super) type Cells = BTreeMap<&'static str, String>;

fn table_of(domain: &str, study: &str, trial: &Trial, captured: &[Captured]) -> Table {
    let mut rows: BTreeMap<(&str, u32), Cells> = BTreeMap::new();
    let mut asked: BTreeSet<&'static str> = BTreeSet::new();
    for record in captured {
        let (Some(form), Some(subject)) = (record.definition(), record.subject.as_deref()) else {
            continue;
        };
        if form.domain != Some(domain) {
            continue;
        }
        // The subject-level dataset has one row a subject, which its forms share.
        let number = if domain == "DM" { 0 } else { record.number };
        let cells = cells_of(form, record, trial);
        asked.extend(cells.iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| *name));
        rows.entry((subject, number)).or_default().extend(cells);
    }
    let columns = columns_of(domain, &asked);
    let sequence = format!("{domain}SEQ");
    let mut keys = vec!["STUDYID".to_owned(), "DOMAIN".to_owned(), "USUBJID".to_owned()];
    keys.extend((domain != "DM").then_some(sequence));
    let names = keys
        .iter()
        .cloned()
        .chain(columns.iter().map(|name| (*name).to_owned()));
    let mut table = Table::new(domain, &format!("{}.csv", domain.to_lowercase()), names.collect());
    for ((subject, number), cells) in &rows {
        let number = number.to_string();
        let keys = [study, domain, *subject, number.as_str()].into_iter().take(keys.len());
        let values = columns.iter().map(|name| cells.get(name).map_or("", String::as_str));
        table.push(keys.chain(values));
    }
    table
}

/// The variables of a dataset: what its forms answer, without questions that nobody was asked, in the standard's order.
fn columns_of(domain: &str, asked: &BTreeSet<&'static str>) -> Vec<&'static str> {
    let order = ORDER
        .lines()
        .find_map(|line| line.strip_prefix(domain)?.strip_prefix(": "));
    let order: Vec<&str> = order.unwrap_or_default().split(' ').collect();
    let mut names: Vec<&'static str> = Vec::new();
    for form in forms_of(domain) {
        let optional = |name: &str| {
            let mut fields = form.fields.iter();
            fields.any(|field| field.variable() == Some(name) && field.only_if_asked)
        };
        for name in variables_of(form) {
            if !names.contains(&name) && (!optional(name) || asked.contains(name)) {
                names.push(name);
            }
        }
    }
    names.sort_by_key(|name| order.iter().position(|known| known == name).unwrap_or(usize::MAX));
    names
}

/// Every variable and qualifier that a form answers.
pub(super) fn variables_of(form: &Form) -> impl Iterator<Item = &'static str> {
    let constants = form.constants.iter().map(|(name, _)| *name);
    let fields = form.fields.iter().filter_map(super::Field::variable);
    constants
        .chain(fields)
        .chain(form.derived.iter().map(|(name, _)| *name))
}

/// What a record answers, by variable.
fn cells_of(form: &Form, record: &Captured, trial: &Trial) -> Cells {
    let mut cells = Cells::new();
    for (name, value) in form.constants {
        cells.insert(name, (*value).to_owned());
    }
    for field in form.fields {
        if let (Some(name), Some(value)) = (field.variable(), record.value(field.id)) {
            cells.insert(name, value.to_owned());
        }
    }
    for (name, derived) in form.derived {
        let value = match derived {
            Derived::Copy(field) | Derived::Standard(field) => record.value(field).map(str::to_owned),
            Derived::Number(field) => record
                .value(field)
                .filter(|text| text.parse::<f64>().is_ok())
                .map(str::to_owned),
            Derived::Name(field) => record.value(field).map(|value| name_of(form, field, value, trial)),
            Derived::Where(field, text) => record.value(field).map(|_| (*text).to_owned()),
        };
        if let Some(value) = value {
            cells.entry(name).or_insert(value);
        }
    }
    cells
}

/// The English name of a chosen value.
fn name_of(form: &Form, field: &str, value: &str, trial: &Trial) -> String {
    let listed = |choices: &[Choice]| {
        let found = choices.iter().find(|choice| choice.value.eq_ignore_ascii_case(value));
        found.map(|choice| choice.label.en.to_owned())
    };
    let found = match form.field(field).map(|field| field.kind) {
        Some(Kind::Choice(choices) | Kind::Suggested { choices, .. }) => listed(choices),
        Some(Kind::TrialChoice(super::FromTrial::Arms)) => {
            let mut groups = trial.dose_levels.iter();
            let group = groups.find(|(_, group)| group.arm.eq_ignore_ascii_case(value));
            group.map(|(_, group)| group.label.clone())
        }
        Some(_) | None => None,
    };
    found.unwrap_or_else(|| value.to_owned())
}
