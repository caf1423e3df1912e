//! Study days and epochs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::study::{When, days_between};

use super::cells::{Columns, day, fill, when};
use super::{has_variable, named};
use crate::table::Table;

/// Reference dates and elements of a subject.
#[derive(Debug, Default)]
pub(super) struct Reference {
    /// Day 1.
    pub(super) start: Option<Date>,
    /// First protocol-specified treatment.
    pub(super) exposed: Option<When>,
    /// Start, end, epoch and place in the arm of each element.
    elements: Vec<(When, Option<When>, String, String)>,
}

/// References by subject.
#[derive(Debug, Default)]
pub(super) struct References(BTreeMap<String, Reference>);

impl References {
    /// As `DM` and `SE` state them.
    pub(super) fn of(tables: &[Table]) -> Self {
        let mut all: BTreeMap<String, Reference> = BTreeMap::new();
        if let Some(table) = named(tables, "DM") {
            let columns = Columns::of(table);
            for row in 0..table.len() {
                let reference = all.entry(columns.text(row, "USUBJID").to_owned()).or_default();
                reference.start = day(columns.text(row, "RFSTDTC"));
                reference.exposed = when(columns.text(row, "RFXSTDTC"));
            }
        }
        if let Some(table) = named(tables, "SE") {
            let columns = Columns::of(table);
            for row in 0..table.len() {
                let text = |name| columns.text(row, name);
                let (Some(start), Some(reference)) = (when(text("SESTDTC")), all.get_mut(text("USUBJID"))) else {
                    continue;
                };
                let (epoch, order) = (text("EPOCH").to_owned(), text("TAETORD").to_owned());
                reference.elements.push((start, when(text("SEENDTC")), epoch, order));
            }
        }
        for reference in all.values_mut() {
            reference.elements.sort_by_key(|(start, ..)| start.order());
        }
        Self(all)
    }

    /// That of a subject.
    pub(super) fn get(&self, subject: &str) -> Option<&Reference> {
        self.0.get(subject)
    }
}

impl Reference {
    /// Study day; there is no day 0.
    fn study_day(&self, text: &str) -> Option<i32> {
        let days = days_between(self.start?, day(text)?);
        Some(if days < 0 { days } else { days + 1 })
    }

    /// The epoch of a moment of known day: that of the last element begun by then. A moment without a time of day on the
    /// day on which an element begins is in that element.
    fn epoch(&self, text: &str) -> Option<&str> {
        let (at, on) = (when(text)?, day(text)?);
        let begun = |start: When| match (start.clock, at.clock) {
            (Some(clock), Some(later)) if start.day() == Some(on) => clock <= later,
            _ => start.date.earliest() <= on,
        };
        let (_, end, epoch, _) = self.elements.iter().rfind(|(start, ..)| begun(*start))?;
        let over = end.is_some_and(|end| end.date.latest() < on);
        (!over).then_some(epoch.as_str())
    }
}

/// What is given once, at one point in time, ends as it begins (SDTMIG 3.4, assumptions of `EX` and `EC`).
fn at_one_point(table: &mut Table, domain: &str) {
    let [frequency, start, end] = ["DOSFRQ", "STDTC", "ENDTC"].map(|suffix| format!("{domain}{suffix}"));
    if ["EC", "EX"].contains(&domain) {
        fill(table, &end, |columns, row| {
            let once = columns.text(row, &frequency) == "ONCE";
            once.then(|| columns.text(row, &start).to_owned())
        });
    }
}

/// Study days and the epoch of every record of a dataset.
pub(super) fn complete(table: &mut Table, references: &References) {
    let domain = table.name.clone();
    at_one_point(table, &domain);
    let pairs = [("DTC", "DY"), ("STDTC", "STDY"), ("ENDTC", "ENDY")];
    for (date, number) in pairs.map(|(date, number)| (format!("{domain}{date}"), format!("{domain}{number}"))) {
        if !has_variable(&domain, &number) || table.column(&date).is_none() {
            continue;
        }
        // The variable is there with its date, also where no subject of the dataset was treated.
        table.set(&number, &BTreeMap::new());
        fill(table, &number, |columns, row| {
            let reference = references.get(columns.text(row, "USUBJID"))?;
            reference.study_day(columns.text(row, &date)).map(|day| day.to_string())
        });
    }
    if !has_variable(&domain, "EPOCH") || !has_variable(&domain, "USUBJID") {
        return;
    }
    let moments = ["STDTC", "DTC"].map(|suffix| format!("{domain}{suffix}"));
    fill(table, "EPOCH", |columns, row| {
        let reference = references.get(columns.text(row, "USUBJID"))?;
        let texts = moments.iter().map(|name| columns.text(row, name));
        let text = texts.into_iter().find(|text| !text.is_empty())?;
        reference.epoch(text).map(str::to_owned)
    });
}
