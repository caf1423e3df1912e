//! Between the forms and the store: a record as the forms know it, and a record to be entered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use tercel_exchange::form::{Captured, Form};
use tercel_store::{Entry, Kind, NewRecord, Record, Values, step};

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

/// The record that a new one would be, entered by this account at this moment; `place` tells those without a number apart.
pub(crate) fn foreseen(new: &NewRecord, place: usize, by: &str, now: Timestamp) -> Option<Record> {
    let place = u32::try_from(place).unwrap_or(0);
    let number = new.number.unwrap_or(ABOVE_ALL + place);
    let entry = Entry {
        seq: i64::MAX,
        kind: Kind::Create,
        record: Some(format!("{}/{number}", new.series)),
        version: Some(1),
        form: Some(new.form.clone()),
        subject: new.subject.clone(),
        site: new.site.clone(),
        author: by.to_owned(),
        role: String::new(),
        entered_at: now.to_string(),
        happened: new.happened.clone(),
        reason: None,
        protocol: None,
        payload: json!({ "values": new.values }).to_string(),
        prior: String::new(),
        hash: String::new(),
    };
    step(None, &entry)
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
