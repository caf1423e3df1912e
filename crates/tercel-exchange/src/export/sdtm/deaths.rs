//! `DD`: the cause of each death, as the adverse events or the record of the death state it.

use std::collections::BTreeMap;

use tercel::study::{EventOutcome, Subject};

use super::cells::{Columns, moment};
use super::{Study, named};
use crate::table::Table;

/// One row a death. The cause is the fatal adverse event, or what the record of the death says; `UNKNOWN` where neither
/// states one.
pub(super) fn details(study: &Study<'_>, tables: &[Table]) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "USUBJID", "DDSEQ", "DDTESTCD", "DDTEST", "DDORRES", "DDSTRESC", "DDEVAL", "DDDTC",
    ];
    let stated = stated(study, tables);
    let deaths = study.data.subjects.iter().filter(|subject| subject.is_dead());
    let rows = deaths.map(|subject: &Subject| {
        let fatal = subject
            .adverse_events
            .iter()
            .find(|event| event.outcome == EventOutcome::Fatal);
        let of_record = stated.get(subject.id.as_str()).map(String::as_str);
        let reported = fatal.map(|event| event.term.as_str()).or(of_record);
        let coded = fatal.and_then(|event| event.preferred_term.as_deref()).or(reported);
        let by = if reported.is_some() { "INVESTIGATOR" } else { "" };
        let cells = [
            study.id.as_str(),
            "DD",
            subject.id.as_str(),
            "1",
            "PRCDTH",
            "Primary Cause of Death",
            reported.unwrap_or("UNKNOWN"),
            coded.unwrap_or("UNKNOWN"),
            by,
        ];
        cells
            .into_iter()
            .map(str::to_owned)
            .chain([moment(subject.died().map(|(when, _)| when))])
            .collect()
    });
    Table::from_rows("DD", &columns, rows.collect())
}

/// The cause of death by subject, as the qualifiers of `DM` state it: in words, or that it was the disease.
fn stated(study: &Study<'_>, tables: &[Table]) -> BTreeMap<String, String> {
    let mut causes = BTreeMap::new();
    let mut state = |subject: &str, words: &str, kind: &str| {
        let cause = match (words, kind) {
            ("", "DISEASE") => study.trial.condition.as_str(),
            (words, _) => words,
        };
        if !cause.is_empty() {
            causes.insert(subject.to_owned(), cause.to_owned());
        }
    };
    if let Some(table) = named(tables, "DM") {
        let columns = Columns::of(table);
        for row in 0..table.len() {
            let [subject, words, kind] = ["USUBJID", "DTHTEXT", "DTHCAUSE"].map(|name| columns.text(row, name));
            state(subject, words, kind);
        }
    }
    if let Some(table) = named(tables, "SUPPDM") {
        let columns = Columns::of(table);
        // The kind first, so that the words win.
        for name in ["DTHCAUSE", "DTHTEXT"] {
            for row in (0..table.len()).filter(|row| columns.text(*row, "QNAM") == name) {
                let [subject, value] = ["USUBJID", "QVAL"].map(|name| columns.text(row, name));
                let (words, kind) = if name == "DTHTEXT" { (value, "") } else { ("", value) };
                state(subject, words, kind);
            }
        }
    }
    causes
}
