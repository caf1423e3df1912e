//! Flags of the last observation before exposure, and of baseline.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::protocol::Trial;
use tercel::study::{BaselineEnd, Clock, When, baseline_end};

use super::cells::{Columns, fill_from, when};
use super::supplement::EMERGENT_FLAG;
use super::timing::References;
use super::{Study, guide, has_variable, named};
use crate::adam::{DeriveOptions, emergent_events};
use crate::export::guide::Core;
use crate::table::Table;

/// What makes two results one series beside subject and test.
const SERIES: [&str; 11] = [
    "CAT", "SCAT", "SPEC", "METHOD", "LOC", "LAT", "POS", "OBJ", "LNKID", "EVAL", "EVALID",
];

/// A moment before which results count.
#[derive(Clone, Copy)]
struct Limit {
    day: Date,
    clock: Option<Clock>,
}

impl Limit {
    fn of(when: When) -> Option<Self> {
        Some(Self {
            day: when.day()?,
            clock: when.clock,
        })
    }

    /// Whether a result is known to lie before; without both times of day one of the same day is not.
    fn follows(self, at: When) -> bool {
        let earlier = || at.day() == Some(self.day) && at.clock.zip(self.clock).is_some_and(|(at, end)| at < end);
        at.date.latest() < self.day || earlier()
    }
}

/// Flags a findings dataset.
pub(super) fn complete(study: &Study<'_>, table: &mut Table, references: &References) {
    let domain = table.name.clone();
    let flag = format!("{domain}LOBXFL");
    let expected = guide::variable(&domain, &flag).is_some_and(|variable| variable.core != Core::Permissible);
    if expected || table.column(&flag).is_some() {
        let exposed = |subject: &str| references.get(subject)?.exposed.and_then(Limit::of);
        let last = last_before(table, &flag, |subject, at| Some(exposed(subject)?.follows(at)));
        fill_from(table, &flag, &last);
    }
    let baseline = format!("{domain}BLFL");
    if domain == "LB" && has_variable(&domain, &baseline) {
        let ends: BTreeMap<&str, BaselineEnd> = study
            .data
            .subjects
            .iter()
            .filter_map(|subject| Some((subject.id.as_str(), baseline_end(study.trial, subject)?)))
            .collect();
        let last = last_before(table, &baseline, |subject, at| Some(ends.get(subject)?.follows(at)));
        fill_from(table, &baseline, &last);
    }
}

/// The qualifier of `AE` that says whether an event is treatment-emergent: as `TRTEMFL` of `ADAE`, and not by halves beside what
/// the source says of some.
pub(super) fn flag_emergent(trial: &Trial, tables: &mut [Table]) {
    let qualified = named(tables, "SUPPAE").is_some_and(|table| {
        let columns = Columns::of(table);
        (0..table.len()).any(|row| columns.text(row, "QNAM") == EMERGENT_FLAG)
    });
    if qualified || named(tables, "AE").is_none_or(|table| table.column(EMERGENT_FLAG).is_some()) {
        return;
    }
    let emergent = emergent_events(tables, &DeriveOptions::of(trial));
    let emergent = emergent.into_iter().enumerate();
    let cells = emergent.filter_map(|(row, emergent)| Some((row, if emergent? { "Y" } else { "N" }.to_owned())));
    let cells = cells.collect();
    if let Some(table) = tables.iter_mut().find(|table| table.name == "AE") {
        fill_from(table, EMERGENT_FLAG, &cells);
    }
}

/// The rows to flag: of every series the last result before the limit. A series in which the source flagged one is left.
fn last_before(table: &Table, flag: &str, precedes: impl Fn(&str, When) -> Option<bool>) -> BTreeMap<usize, String> {
    let domain = &table.name;
    let columns = Columns::of(table);
    let name = |suffix: &str| format!("{domain}{suffix}");
    let [code, text, number, date, sequence] = ["TESTCD", "STRESC", "STRESN", "DTC", "SEQ"].map(name);
    let series = SERIES.map(name);
    // Of results of one moment the one with the highest number counts, whatever the order of the rows.
    let mut best: BTreeMap<Vec<&str>, Option<(When, u32, usize)>> = BTreeMap::new();
    for row in 0..table.len() {
        let subject = columns.text(row, "USUBJID");
        let mut key = vec![subject, columns.text(row, &code)];
        key.extend(series.iter().map(|name| columns.text(row, name)));
        if !columns.is_blank(row, flag) {
            best.insert(key, None);
            continue;
        }
        if columns.is_blank(row, &text) && columns.is_blank(row, &number) {
            continue;
        }
        let Some(at) = when(columns.text(row, &date)) else {
            continue;
        };
        if precedes(subject, at) != Some(true) {
            continue;
        }
        let numbered = columns.text(row, &sequence).parse().unwrap_or(0);
        let entry = best.entry(key).or_insert(Some((at, numbered, row)));
        if let Some((known, number, _)) = entry
            && (at.order(), numbered) > (known.order(), *number)
        {
            *entry = Some((at, numbered, row));
        }
    }
    let flagged = best.into_values().flatten();
    flagged.map(|(_, _, row)| (row, "Y".to_owned())).collect()
}
