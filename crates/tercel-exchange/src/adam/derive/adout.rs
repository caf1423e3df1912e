//! `ADOUT`: what each subject contributes to the outcomes of the registry record that no other dataset holds.
//!
//! # What it derives
//! One row a subject, outcome with component, and time point: `AVAL` 1 or 0 or the measured value, `ANL01FL` in the denominator,
//! `AREASON` why, `SRCRECS` the records it rests on.
//!
//! # Source
//! [`tercel::endpoint::derive_cells`]. No standard defines this dataset.
//!
//! # Limits
//! Outcomes by DLT are in `ADDLT`, response and disease control in `ADRS`, times in `ADTTE`. A subject never assigned to a dose level
//! is in no outcome, and `OUT`.

use std::collections::BTreeSet;

use tercel::endpoint::{Analysis, Cell, Contribution, Reading, derive_cells};

use super::cells::{listed, number};
use crate::table::Table;

/// Methods whose contributions are rows of `ADRS`, with the parameters they are there.
const RATES: [(&str, &str, &str); 2] = [
    (tercel::endpoint::ORR, "ORR", "Objective Response"),
    (tercel::endpoint::DCR, "DCR", "Disease Control"),
];

/// Methods whose contributions are rows of `ADDLT` and `ADTTE`.
const ELSEWHERE: [&str; 8] = [
    "dlt",
    "pfs",
    "median-pfs",
    "pfs-rate",
    "ttr",
    "dor",
    "median-os",
    "os-rate",
];

const COLUMNS: [&str; 14] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "PARCAT1", "DOSELVL", "AVISIT", "AVISITN", "AVAL", "AVALC", "AVALU",
    "ANL01FL", "AREASON", "SRCRECS",
];

/// An outcome at a time point with every subject's part.
pub(super) struct Answered {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) cell: Cell,
}

/// The parameter that answers an outcome's cells, and the dataset it is in.
pub(crate) fn parameter(
    method: &str,
    id: &str,
    component: Option<&str>,
    others: &[String],
) -> Option<(&'static str, String)> {
    if method == tercel::endpoint::NO_METHOD {
        return None;
    }
    let times = [
        ("pfs", "PFS"),
        ("median-pfs", "PFS"),
        ("pfs-rate", "PFS"),
        ("ttr", "TTRSP"),
        ("dor", "RSD"),
        ("median-os", "OS"),
        ("os-rate", "OS"),
    ];
    if let Some((_, code)) = times.iter().find(|(name, _)| *name == method) {
        return Some(("ADTTE", (*code).to_owned()));
    }
    if let Some((_, code, _)) = RATES.iter().find(|(name, ..)| *name == method) {
        return Some(("ADRS", (*code).to_owned()));
    }
    if method == "dlt" {
        return Some(("ADDLT", "DLTSTAT".to_owned()));
    }
    let whole = component.map_or_else(|| id.to_owned(), |part| format!("{id}.{part}"));
    Some(("ADOUT", code(&whole, others)))
}

/// A parameter code of at most eight letters and digits of an outcome's identifier, unlike those of the others.
pub(crate) fn code(id: &str, others: &[String]) -> String {
    let plain = |id: &str| {
        id.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_uppercase()
    };
    let short: String = plain(id).chars().take(8).collect();
    let alike = others
        .iter()
        .filter(|other| plain(other).chars().take(8).eq(short.chars()));
    if alike.count() <= 1 && short.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return short;
    }
    let place = others.iter().position(|other| other == id).map_or(0, |place| place + 1);
    format!("OUT{place:03}")
}

/// Identifiers of every outcome with its components, in order.
pub(crate) fn identifiers(analysis: &Analysis<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for outcome in &analysis.trial.outcomes {
        if outcome.components.is_empty() {
            ids.push(outcome.id.clone());
        }
        ids.extend(outcome.components.iter().map(|part| format!("{}.{part}", outcome.id)));
    }
    ids
}

/// The rates of `ADRS` and the outcomes of `ADOUT`.
pub(super) fn outcomes(analysis: &Analysis<'_>) -> (Vec<Answered>, Vec<Answered>) {
    let ids = identifiers(analysis);
    let (mut rates, mut others) = (Vec::new(), Vec::new());
    let mut seen: BTreeSet<(String, Option<u32>)> = BTreeSet::new();
    for cell in derive_cells(analysis).into_iter().filter(|cell| cell.level.is_none()) {
        let Some(outcome) = analysis.trial.outcomes.get(cell.outcome) else {
            continue;
        };
        let method = outcome.method.as_str();
        if ELSEWHERE.contains(&method) || cell.contributions.is_empty() {
            continue;
        }
        if let Some((_, code, label)) = RATES.iter().find(|(name, ..)| *name == method) {
            let (code, label) = ((*code).to_owned(), (*label).to_owned());
            if seen.insert((code.clone(), cell.time_point)) {
                rates.push(Answered { code, label, cell });
            }
            continue;
        }
        let code = code(&cell.id, &ids);
        let part = cell
            .id
            .strip_prefix(&outcome.id)
            .and_then(|rest| rest.strip_prefix('.'));
        let label = part.map_or_else(
            || outcome.measure.clone(),
            |part| format!("{} ({part})", outcome.measure),
        );
        others.push(Answered { code, label, cell });
    }
    (rates, others)
}

/// Value, text, whether in the denominator.
pub(super) fn reading(part: &Contribution) -> (String, String, bool) {
    let of = |value: &str, text: &str, counts| (value.to_owned(), text.to_owned(), counts);
    match part.reading {
        Reading::Yes => of("1", "Y", true),
        Reading::No => of("0", "N", true),
        Reading::Value(value) => (number(value), number(value), true),
        Reading::BelowQuantification => of("", "<LLOQ", true),
        Reading::Time { months, .. } => (number(months), number(months), true),
        Reading::NotYet => of("", "NOT YET", false),
        Reading::Out => of("", "OUT", false),
    }
}

/// Name of a time point.
pub(super) fn visit(months: Option<u32>) -> [String; 2] {
    months.map_or_else(Default::default, |months| {
        [format!("Month {months}"), months.to_string()]
    })
}

/// The records, as they are listed.
pub(super) fn records(part: &Contribution) -> String {
    listed(part.records.iter())
}

/// Writes the dataset.
pub(super) fn write_adout(outcomes: &[Answered], study: &str) -> Table {
    let mut rows = Vec::new();
    for Answered { code, label, cell } in outcomes {
        for part in &cell.contributions {
            let (value, text, counts) = reading(part);
            let [visit, months] = visit(cell.time_point);
            let unit = if part.reading.value().is_some() {
                cell.unit.as_str()
            } else {
                ""
            };
            rows.push(vec![
                study.to_owned(),
                part.subject.to_string(),
                code.clone(),
                label.clone(),
                cell.id.clone(),
                part.level.map_or_else(String::new, |level| level.number().to_string()),
                visit,
                months,
                value,
                text,
                unit.to_owned(),
                if counts { "Y" } else { "" }.to_owned(),
                part.note.clone(),
                records(part),
            ]);
        }
    }
    Table::from_rows("ADOUT", &COLUMNS, rows)
}
