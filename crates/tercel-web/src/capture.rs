//! Between the forms and the store: a record as the forms know it, and a record to be entered.

use std::collections::BTreeMap;

use tercel_exchange::form::{Captured, Form};
use tercel_store::{NewRecord, Record, Values};

/// A number above every number in use: of what is only looked at, nothing is replaced.
pub(crate) const ABOVE_ALL: u32 = 1_000_000;

/// A record as the forms know it.
pub(crate) fn captured(record: &Record) -> Captured {
    Captured {
        form: record.form.clone(),
        subject: record.subject.clone(),
        number: record.number(),
        values: record.values.clone(),
    }
}

/// The series a record is numbered in: its dataset, or its form where it has none.
pub fn series(form: &Form, subject: Option<&str>) -> String {
    let name = form.domain.map_or_else(|| form.id.to_uppercase(), str::to_owned);
    format!("{name}/{}", subject.unwrap_or_default())
}

/// A record of these answers, under the next number of its series unless one is given.
pub fn new_record(
    form: &Form,
    subject: Option<&str>,
    site: Option<&str>,
    number: Option<u32>,
    values: Values,
) -> NewRecord {
    NewRecord {
        series: series(form, subject),
        number,
        form: form.id.to_owned(),
        subject: subject.map(str::to_owned),
        site: site.map(str::to_owned),
        happened: happened(form, &values),
        values,
    }
}

/// The clinical time that the answers state.
pub(crate) fn happened(form: &Form, values: &Values) -> Option<String> {
    values.get(form.happened?).cloned().filter(|value| !value.is_empty())
}

/// The site of each subject, by its demography.
pub fn sites_of(captured: &[Captured]) -> BTreeMap<String, String> {
    let demography = captured.iter().filter(|record| record.form == "demography");
    demography
        .filter_map(|record| Some((record.subject.clone()?, record.value("siteid")?.to_owned())))
        .collect()
}
