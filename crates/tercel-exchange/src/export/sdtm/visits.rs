//! Visits: their numbers and planned days from the protocol's schedule, and the visit in which a finding was made.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::cells::{Columns, day, fill, fill_from, when};
use super::design::planned_day;
use super::{Study, has_variable, named};
use crate::table::Table;

/// The planned visits by name.
pub(super) struct Planned(BTreeMap<String, (String, String)>);

impl Planned {
    pub(super) fn of(study: &Study<'_>) -> Self {
        let visits = study.trial.schedule.iter().zip(1..).map(|(visit, number): (_, u32)| {
            let day = planned_day(visit.time).map_or_else(String::new, |day| day.to_string());
            (visit.name.to_uppercase(), (number.to_string(), day))
        });
        Self(visits.collect())
    }

    fn get(&self, name: &str) -> Option<&(String, String)> {
        self.0.get(&name.trim().to_uppercase())
    }
}

/// Numbers the visits of `SV`. A visit that is not planned, or the second of one name, has the number of the planned visit
/// before it and a fraction: 14.01 is the first after visit 14.
pub(super) fn complete_subject_visits(planned: &Planned, tables: &mut [Table]) {
    let Some(table) = tables.iter_mut().find(|table| table.name == "SV") else {
        return;
    };
    let columns = Columns::of(table);
    // Before anything is filled in: what stands here, the source says.
    let said_planned: BTreeSet<usize> = (0..table.len()).filter(|row| says_planned(&columns, *row)).collect();
    let mut by_subject: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in 0..table.len() {
        by_subject.entry(columns.text(row, "USUBJID")).or_default().push(row);
    }
    let mut numbers = BTreeMap::new();
    for mut rows in by_subject.into_values() {
        let numbered = |row: usize| columns.text(row, "SVSEQ").parse::<u32>().ok();
        let order = |row: &usize| {
            (
                when(columns.text(*row, "SVSTDTC")).map(tercel::study::When::order),
                numbered(*row),
                *row,
            )
        };
        rows.sort_by_key(order);
        let stated = rows.iter().map(|row| columns.text(*row, "VISITNUM").to_owned());
        let mut taken: BTreeSet<String> = stated.filter(|number| !number.is_empty()).collect();
        let mut last = 0;
        for row in rows {
            let number = planned
                .get(columns.text(row, "VISIT"))
                .map(|(number, _)| number.clone());
            let free = number.clone().filter(|number| taken.insert(number.clone()));
            if let Some(number) = number.and_then(|number| number.parse::<u32>().ok()) {
                last = number;
            }
            let between = || {
                let numbers = (1..=9999).map(|part: u32| format!("{last}.{part:02}"));
                let plain = |number: String| number.trim_end_matches('0').to_owned();
                numbers.map(plain).find(|number| taken.insert(number.clone()))
            };
            let number = if columns.is_blank(row, "VISITNUM") {
                free.or_else(between)
            } else {
                None
            };
            numbers.extend(number.map(|number| (row, number)));
        }
    }
    fill_from(table, "VISITNUM", &numbers);
    let is_planned = |columns: &Columns<'_>, row: usize| planned.get(columns.text(row, "VISIT")).is_some();
    fill(table, "SVPRESP", |columns, row| {
        is_planned(columns, row).then(|| "Y".to_owned())
    });
    fill(table, "SVOCCUR", |columns, row| {
        let took_place = is_planned(columns, row) && !columns.is_blank(row, "SVSTDTC");
        took_place.then(|| "Y".to_owned())
    });
    let columns = Columns::of(table);
    let unplanned = (0..table.len()).filter(|row| !is_planned(&columns, *row) && !said_planned.contains(row));
    let unplanned: BTreeMap<usize, String> = unplanned
        .map(|row| (row, columns.text(row, "VISIT").to_owned()))
        .collect();
    fill_from(table, "SVUPDES", &unplanned);
    planned_days(table, planned);
}

/// Whether the source calls a visit planned, though the protocol may lack it: it was asked for beforehand, has a planned day, or a
/// number without the fraction of an unplanned one (SDTMIG 3.4, SV).
fn says_planned(columns: &Columns<'_>, row: usize) -> bool {
    let whole = columns.text(row, "VISITNUM").parse::<u32>().is_ok();
    whole
        || columns.text(row, "SVPRESP") == "Y"
        || !columns.is_blank(row, "SVOCCUR")
        || !columns.is_blank(row, "VISITDY")
}

/// `VISITDY` goes by the number: an unplanned visit has none.
fn planned_days(table: &mut Table, planned: &Planned) {
    fill(table, "VISITDY", |columns, row| {
        let (number, day) = planned.get(columns.text(row, "VISIT"))?;
        (columns.text(row, "VISITNUM") == number).then(|| day.clone())
    });
}

/// A visit that took place.
struct Visit {
    first: Date,
    last: Date,
    number: String,
    name: String,
    occurred: bool,
}

/// The visits of every subject.
pub(super) struct Attended(BTreeMap<String, Vec<Visit>>);

impl Attended {
    pub(super) fn of(tables: &[Table]) -> Self {
        let mut all: BTreeMap<String, Vec<Visit>> = BTreeMap::new();
        if let Some(table) = named(tables, "SV") {
            let columns = Columns::of(table);
            for row in 0..table.len() {
                let text = |name| columns.text(row, name);
                let Some(first) = day(text("SVSTDTC")) else { continue };
                let last = day(text("SVENDTC")).filter(|last| *last >= first).unwrap_or(first);
                all.entry(text("USUBJID").to_owned()).or_default().push(Visit {
                    first,
                    last,
                    number: text("VISITNUM").to_owned(),
                    name: text("VISIT").to_owned(),
                    occurred: text("SVOCCUR") != "N",
                });
            }
        }
        for visits in all.values_mut() {
            visits.sort_by(|one, other| {
                let number = |visit: &Visit| visit.number.parse::<f64>().unwrap_or(f64::MAX);
                one.first.cmp(&other.first).then(number(one).total_cmp(&number(other)))
            });
        }
        Self(all)
    }

    /// The visit of this name, or without a name the first one of this day.
    fn find(&self, subject: &str, name: &str, date: &str) -> Option<&Visit> {
        let mut visits = self.0.get(subject)?.iter().filter(|visit| visit.occurred);
        let on = day(date);
        if name.is_empty() {
            let on = on?;
            return visits.find(|visit| visit.first <= on && on <= visit.last);
        }
        let named: Vec<&Visit> = visits.filter(|visit| visit.name.eq_ignore_ascii_case(name)).collect();
        let that_day = named
            .iter()
            .find(|visit| on.is_some_and(|on| visit.first <= on && on <= visit.last));
        that_day.or(named.first()).copied()
    }
}

/// Number, name and planned day of the visit of every finding.
pub(super) fn complete(table: &mut Table, planned: &Planned, attended: &Attended) {
    let domain = table.name.clone();
    let date = format!("{domain}DTC");
    if !has_variable(&domain, "VISITNUM") || !has_variable(&domain, &date) || !has_variable(&domain, "USUBJID") {
        return;
    }
    let columns = Columns::of(table);
    let (mut numbers, mut names) = (BTreeMap::new(), BTreeMap::new());
    for row in (0..table.len()).filter(|row| columns.is_blank(*row, "VISITNUM")) {
        let name = columns.text(row, "VISIT");
        let visit = attended.find(columns.text(row, "USUBJID"), name, columns.text(row, &date));
        let by_plan = || planned.get(name).map(|(number, _)| number.clone());
        let number = visit.map(|visit| visit.number.clone()).or_else(by_plan);
        numbers.extend(number.map(|number| (row, number)));
        // The reader of measurements takes what carries one name for one assessment: none is given afterwards.
        let named = visit.filter(|_| domain != "TR").map(|visit| (row, visit.name.clone()));
        names.extend(named);
    }
    fill_from(table, "VISITNUM", &numbers);
    fill_from(table, "VISIT", &names);
    planned_days(table, planned);
}
