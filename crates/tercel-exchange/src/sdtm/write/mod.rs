//! Typed records to SDTM datasets: the exact inverse of the reader.
//!
//! [`write_sdtm`] gives one table a dataset, in SDTM variable order, keys first. What SDTM has no variable for goes to
//! supplemental qualifiers (`SUPPAE`, `SUPPLB`). Synthetic data say so in every `STUDYID`.

mod beside;
mod dirt;
mod safety;
mod slips;
mod subject;
mod treatment;
mod tumour;

use tercel::protocol::Trial;
use tercel::simulate::SYNTHETIC;
use tercel::study::{RecordId, StudyData, Subject, When, days_between};

use crate::sdtm::evaluator;
use crate::table::Table;

pub(crate) use safety::qualifier_name;

pub use dirt::{soil_tables, table_dirt_kinds, to_ragged_csv};

/// What every dataset needs to know of the study.
#[derive(Debug, Clone, Copy)]
struct Study<'a> {
    trial: &'a Trial,
    id: &'a str,
    synthetic: bool,
}

/// Every dataset [`write_sdtm`] may write, beside the supplemental qualifiers.
pub const SDTM_DATASETS: [&str; 22] = [
    "AE", "CM", "CO", "CP", "DM", "DS", "DV", "EC", "EX", "FA", "IE", "LB", "MB", "MH", "PC", "PR", "RS", "SS", "SV",
    "TR", "TU", "VS",
];

/// Writes every SDTM dataset that has rows. `DM`, `AE`, `EX` and `SV` are written even when empty: without them a
/// reader cannot tell "none" from "not delivered".
pub fn write_sdtm(trial: &Trial, data: &StudyData) -> Vec<Table> {
    let suffix = if data.synthetic { SYNTHETIC } else { "" };
    let id = format!("{}{suffix}", trial.id);
    let study = Study {
        trial,
        id: &id,
        synthetic: data.synthetic,
    };
    let mut tables = subject::write(study, &data.subjects);
    tables.extend(treatment::write(study, &data.subjects));
    tables.extend(safety::write(study, &data.subjects));
    tables.extend(tumour::write(study, &data.subjects));
    if data.synthetic {
        tables.extend(beside::write(study, &data.subjects));
    }
    tables.retain(|table| !table.is_empty() || ["DM", "AE", "EX", "SV"].contains(&table.name.as_str()));
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    tables
}

/// A dataset being written: the keys are its own, the `N` other variables are given row by row.
#[derive(Debug)]
struct Sheet<'a, const N: usize> {
    study: Study<'a>,
    table: Table,
}

impl<'a, const N: usize> Sheet<'a, N> {
    /// A dataset with a sequence number.
    fn new(study: Study<'a>, name: &str, variables: [&str; N]) -> Self {
        let keys = ["STUDYID", "DOMAIN", "USUBJID"].map(str::to_owned);
        let sequence = format!("{name}SEQ");
        let columns = keys.into_iter().chain([sequence]).chain(variables.map(str::to_owned));
        Self {
            study,
            table: blank_table(name, columns.collect()),
        }
    }

    /// Adds the row of a record.
    fn row(&mut self, record: &RecordId, cells: [String; N]) {
        self.numbered(record, record.number, cells);
    }

    /// Adds a row under another number than its record's.
    fn numbered(&mut self, record: &RecordId, number: u32, cells: [String; N]) {
        let keys = [
            self.study.id.to_owned(),
            self.table.name.clone(),
            record.subject.to_string(),
            number.to_string(),
        ];
        let cells: Vec<String> = keys.into_iter().chain(cells).collect();
        self.table.push(cells.iter().map(String::as_str));
    }
}

fn blank_table(name: &str, columns: Vec<String>) -> Table {
    Table::new(name, &format!("{}.csv", name.to_lowercase()), columns)
}

/// Supplemental qualifiers of one dataset.
#[derive(Debug)]
struct Supplement<'a> {
    study: Study<'a>,
    domain: &'static str,
    table: Table,
}

impl<'a> Supplement<'a> {
    fn new(study: Study<'a>, domain: &'static str) -> Self {
        let columns = [
            "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL",
        ];
        let table = blank_table(&format!("SUPP{domain}"), columns.map(str::to_owned).to_vec());
        Self { study, domain, table }
    }

    /// Adds a qualifier of a record.
    fn row(&mut self, record: &RecordId, name: &str, label: &str, value: &str) {
        let (key, number) = (format!("{}SEQ", self.domain), record.number.to_string());
        self.table.push([
            self.study.id,
            self.domain,
            record.subject.as_str(),
            &key,
            &number,
            name,
            label,
            value,
            "Collected",
            evaluator(self.domain, name),
        ]);
    }
}

impl Study<'_> {
    /// What a rehearsal alone has where no record of the engine holds it; otherwise nothing is made up.
    fn rehearsed(&self, text: &str) -> String {
        if self.synthetic { text.to_owned() } else { String::new() }
    }
}

/// How a rehearsal sees lesions.
const IMAGED_BY: &str = "CONTRAST ENHANCED CT SCAN";

/// A date or nothing.
fn moment(when: Option<When>) -> String {
    when.map(|when| when.to_string()).unwrap_or_default()
}

/// A number or nothing.
fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// `Y`, `N` or nothing.
fn flag(value: Option<bool>) -> String {
    value
        .map(|yes| if yes { "Y" } else { "N" })
        .unwrap_or_default()
        .to_owned()
}

/// Study day from the first infusion, which is day 1; there is no day 0. Blank without an infusion or a day.
fn study_day(subject: &Subject, when: Option<When>) -> String {
    let reference = subject.infusions.first().and_then(|infusion| infusion.when.day());
    let (Some(reference), Some(day)) = (reference, when.and_then(When::day)) else {
        return String::new();
    };
    let days = days_between(reference, day);
    (if days < 0 { days } else { days + 1 }).to_string()
}

/// The label that goes with a code; the code itself where the list has none.
fn label<'c>(list: &[(&str, &'c str)], code: &'c str) -> &'c str {
    list.iter()
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, label)| label)
}
