//! Records to SDTM datasets.

use std::collections::{BTreeMap, BTreeSet};

use tercel::language::Language;
use tercel::protocol::Trial;
use tercel::simulate::SYNTHETIC;

use super::criteria::shortened;
use super::matching::forms_of;
use super::reported::add_report_days;
use super::standard::ToStandard;
use super::worked_out::work_out;
use super::{Captured, Choice, Derived, FORMS, Field, Form, FromTrial, Kind};
use crate::export::guide;
use crate::table::Table;

/// The datasets that these records are, with every dataset that a form belongs to: an empty one says that nothing was
/// recorded in it. Supplemental qualifiers stand as columns of their parent. Rows are in order of subject and number.
///
/// Records of a site or of the study, and of forms without a dataset, become no row. A rehearsal keeps saying so: where a
/// subject's identifier carries the mark of one, so does `STUDYID`.
pub fn to_tables(trial: &Trial, captured: &[Captured]) -> Vec<Table> {
    let mut records: Vec<&Captured> = captured.iter().collect();
    records.sort_by_key(|record| record.subject.as_deref());
    let mut datasets = Datasets::new(trial);
    let mut count = 0;
    let parts = records.chunk_by(|one, next| {
        count += 1;
        let together = count < PART || one.subject == next.subject;
        count *= usize::from(together);
        together
    });
    for part in parts {
        datasets.add(part);
    }
    datasets.into_tables()
}

/// So many records, and the others of their last subject, are rows in memory cell by cell at a time.
pub const PART: usize = 5_000;

/// The same datasets, put together of some subjects at a time.
#[derive(Debug)]
pub struct Datasets<'t> {
    trial: &'t Trial,
    tables: Vec<Table>,
    asked: Asked,
    of_rehearsal: bool,
}

impl<'t> Datasets<'t> {
    /// Datasets without a row.
    pub fn new(trial: &'t Trial) -> Self {
        Self {
            trial,
            tables: Vec::new(),
            asked: Asked::new(),
            of_rehearsal: false,
        }
    }

    /// Adds all records of some subjects, whose identifiers come after those of the subjects before.
    pub fn add(&mut self, captured: &[&Captured]) {
        let rows = rows_of(self.trial, captured);
        for (domain, names) in asked_of(&rows) {
            self.asked.entry(domain).or_default().extend(names);
        }
        self.of_rehearsal |= captured.iter().any(|record| is_of_rehearsal(record));
        // The study is named when all is known.
        let tables = tables_of(&rows, "", &self.asked);
        if self.tables.is_empty() {
            self.tables = tables;
            return;
        }
        for (whole, part) in self.tables.iter_mut().zip(&tables) {
            whole.add_rows(part);
            whole.arrange(part.columns());
        }
    }

    /// The datasets, with a column for each variable that some row has.
    pub fn into_tables(mut self) -> Vec<Table> {
        if self.tables.is_empty() {
            self.add(&[]);
        }
        let study = study_name(self.trial, self.of_rehearsal);
        for table in &mut self.tables {
            table.put("STUDYID", |_, _| Some(study.clone()));
        }
        self.tables
    }
}

/// Whether the record is of a subject whose identifier carries the mark of a rehearsal.
pub(super) fn is_of_rehearsal(record: &Captured) -> bool {
    let mark = SYNTHETIC.trim_start_matches('-');
    let says = |subject: &str| subject.to_uppercase().contains(mark);
    record.subject.as_deref().is_some_and(says)
}

/// What stands in `STUDYID`.
pub(super) fn study_name(trial: &Trial, of_rehearsal: bool) -> String {
    if of_rehearsal {
        format!("{}{SYNTHETIC}", trial.id)
    } else {
        trial.id.clone()
    }
}

/// The rows of every dataset that a form belongs to.
pub(super) fn rows_of<'r>(trial: &Trial, captured: &[&'r Captured]) -> BTreeMap<&'static str, Rows<'r>> {
    let mut rows: BTreeMap<&'static str, Rows<'_>> = BTreeMap::new();
    for domain in FORMS.iter().filter_map(|form| form.domain) {
        rows.entry(domain).or_default();
    }
    for record in captured {
        let (Some(form), Some(subject)) = (record.definition(), record.subject.as_deref()) else {
            continue;
        };
        let Some(of_domain) = form.domain.and_then(|domain| rows.get_mut(domain)) else {
            continue;
        };
        if !is_row(form, record) {
            continue;
        }
        // The subject-level dataset has one row a subject, which its forms share.
        let number = if form.domain == Some("DM") { 0 } else { record.number };
        let cells = cells_of(form, record, trial);
        of_domain.entry((subject, number)).or_default().extend(cells);
    }
    add_report_days(captured, &mut rows);
    work_out(trial, &mut rows);
    rows
}

/// Whether the record becomes a row of its dataset.
fn is_row(form: &Form, record: &Captured) -> bool {
    form.rows
        .is_none_or(|(field, values)| record.value(field).is_some_and(|value| values.contains(&value)))
}

/// The variables that have a value in some row, by dataset.
pub(super) type Asked = BTreeMap<&'static str, BTreeSet<&'static str>>;

pub(super) fn asked_of(rows: &BTreeMap<&'static str, Rows<'_>>) -> Asked {
    let asked = |rows: &Rows<'_>| rows.values().flat_map(BTreeMap::keys).copied().collect();
    rows.iter().map(|(domain, rows)| (*domain, asked(rows))).collect()
}

/// The datasets of these rows, with a column for each variable asked.
pub(super) fn tables_of(rows: &BTreeMap<&'static str, Rows<'_>>, study: &str, asked: &Asked) -> Vec<Table> {
    let none = BTreeSet::new();
    rows.iter()
        .map(|(domain, rows)| table_of(domain, study, rows, asked.get(domain).unwrap_or(&none)))
        .collect()
}

/// The cells of a row by variable; those that are there are not blank.
pub(super) type Cells = BTreeMap<&'static str, String>;

/// The rows of a dataset by subject and number.
pub(super) type Rows<'r> = BTreeMap<(&'r str, u32), Cells>;

fn table_of(domain: &str, study: &str, rows: &Rows<'_>, asked: &BTreeSet<&'static str>) -> Table {
    let columns = columns_of(domain, asked);
    let sequence = format!("{domain}SEQ");
    let mut keys = vec!["STUDYID".to_owned(), "DOMAIN".to_owned(), "USUBJID".to_owned()];
    keys.extend((domain != "DM").then_some(sequence));
    let names = keys
        .iter()
        .cloned()
        .chain(columns.iter().map(|name| (*name).to_owned()));
    let mut table = Table::new(domain, &format!("{}.csv", domain.to_lowercase()), names.collect());
    for ((subject, number), cells) in rows {
        let number = number.to_string();
        let keys = [study, domain, *subject, number.as_str()].into_iter().take(keys.len());
        let values = columns.iter().map(|name| cells.get(name).map_or("", String::as_str));
        table.push(keys.chain(values));
    }
    table
}

/// The names of the variables of a dataset in the standard's order.
fn order_of(domain: &str) -> impl Iterator<Item = &'static str> {
    let variables = guide::dataset(domain)
        .into_iter()
        .flat_map(|dataset| &dataset.variables);
    variables.map(|variable| variable.name)
}

/// The variable of a dataset with this ending, where the standard has it.
pub(super) fn variable_of(domain: &str, ending: &str) -> Option<&'static str> {
    order_of(domain).find(|name| name.strip_prefix(domain) == Some(ending))
}

/// The variables of a dataset: what its forms answer, without questions that nobody was asked, and what was worked out.
fn columns_of(domain: &str, asked: &BTreeSet<&'static str>) -> Vec<&'static str> {
    let mut names = asked.clone();
    for form in forms_of(domain) {
        let optional: Vec<&str> = form
            .fields
            .iter()
            .filter(|field| field.only_if_asked)
            .filter_map(Field::variable)
            .collect();
        names.extend(variables_of(form).filter(|name| !optional.contains(name)));
    }
    let mut names: Vec<&'static str> = names.into_iter().collect();
    let order: Vec<&str> = order_of(domain).collect();
    names.sort_by_key(|name| order.iter().position(|known| known == name).unwrap_or(usize::MAX));
    names
}

/// Every variable and qualifier that a form answers.
fn variables_of(form: &Form) -> impl Iterator<Item = &'static str> {
    let constants = form.constants.iter().map(|(name, _)| *name);
    let fields = form.fields.iter().filter_map(Field::variable);
    constants
        .chain(fields)
        .chain(form.derived.iter().map(|(name, _)| *name))
}

/// What a record answers, by variable.
fn cells_of(form: &Form, record: &Captured, trial: &Trial) -> Cells {
    let mut cells = Cells::new();
    let standard = ToStandard::of_record(form, &|field| record.value(field), trial);
    let converted = |field: &str| {
        let printed = record.value(field)?;
        Some(match &standard {
            Some(standard) if form.field(field).is_some_and(is_unit) => standard.unit().to_owned(),
            Some(standard) => standard.text(printed),
            None => printed.to_owned(),
        })
        .filter(|text| !text.is_empty())
    };
    let is_number = |text: &String| text.parse::<f64>().is_ok();
    for (name, value) in form.constants {
        cells.insert(name, (*value).to_owned());
    }
    for field in form.fields {
        if let (Some(name), Some(value)) = (field.variable(), record.value(field.id)) {
            let submitted = field.kind.named().map(|from| from.submitted(trial, value));
            cells.insert(name, submitted.unwrap_or_else(|| value.to_owned()));
        }
    }
    for (name, derived) in form.derived {
        let value = match derived {
            Derived::Copy(field) | Derived::Standard(field) => record.value(field).map(str::to_owned),
            Derived::Number(field) => record.value(field).map(str::to_owned).filter(is_number),
            Derived::Converted(field) => converted(field),
            Derived::ConvertedNumber(field) => converted(field).filter(is_number),
            Derived::Name(field) => record.value(field).map(|value| name_of(form, field, value, trial)),
            Derived::Where(field, text) => record.value(field).map(|_| (*text).to_owned()),
        };
        if let Some(value) = value {
            cells.entry(name).or_insert(value);
        }
    }
    cells
}

/// Whether a field holds the unit of a result as printed.
fn is_unit(field: &Field) -> bool {
    field.variable().is_some_and(|name| name.ends_with("ORRESU"))
}

/// The English name of a chosen value.
fn name_of(form: &Form, field: &str, value: &str, trial: &Trial) -> String {
    let listed = |choices: &[Choice]| {
        let found = choices.iter().find(|choice| choice.value.eq_ignore_ascii_case(value));
        found.map(|choice| choice.label.en.to_owned())
    };
    let found = match form.field(field).map(|field| field.kind) {
        Some(Kind::Choice(choices) | Kind::Suggested { choices, .. }) => listed(choices),
        Some(Kind::TrialChoice(FromTrial::Arms)) => {
            let mut groups = trial.dose_levels.iter();
            let group = groups.find(|(_, group)| group.arm.eq_ignore_ascii_case(value));
            group.map(|(_, group)| group.label.clone())
        }
        Some(Kind::TrialChoice(from @ FromTrial::Criteria)) => {
            let criteria = from.choices(trial, Language::English);
            let found = criteria.into_iter().find(|(id, _)| id == value);
            found.map(|(_, text)| shortened(&text))
        }
        Some(_) | None => None,
    };
    found.unwrap_or_else(|| value.to_owned())
}
