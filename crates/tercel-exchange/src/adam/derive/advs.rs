//! `ADVS`: vital signs with baseline and change.
//!
//! # What it derives
//! Per result: the baseline, which is the last result up to the first dose of treatment, change from it, the last result of each
//! visit after it. A parameter has one unit, the standard unit of its test where it converts; a value that does not convert has no
//! `AVAL`.
//!
//! # Source
//! Variables and flags as the template of `admiral` names them; structure BDS of ADaMIG 1.3.
//!
//! # Limits
//! On the day of the dose a result is before it where both times of day say so or one of them is not known: the schedule
//! asks for vital signs before the dose.

use std::collections::BTreeMap;

use tercel::study::{SubjectId, When};

use super::Subjects;
use super::adlb::analysis_visit;
use super::adsl::Subject;
use super::cells::{CellRow, Cells, as_exact_as, flag, maybe_day, maybe_number};
use super::rules::relative_day;
use super::units::{self, InUnit, Spellings, vital_sign, vital_sign_unit};
use crate::table::Table;

const COLUMNS: [&str; 18] = [
    "PARAMCD", "PARAM", "ADT", "ADTM", "ADY", "AVISIT", "AVISITN", "ATPT", "ATPTN", "AVAL", "AVALC", "AVALU", "BASE",
    "CHG", "PCHG", "ABLFL", "ANL01FL", "ONTRTFL",
];

/// A result as recorded, and what stands out about it.
struct Result<'c> {
    row: CellRow<'c>,
    when: Option<When>,
    order: [f64; 2],
    visit: String,
    analysed: InUnit,
    value: Option<f64>,
    /// Whether it was taken up to the first dose; `None` where that cannot be told.
    before: Option<bool>,
    is_baseline: bool,
    last_of_visit: bool,
}

/// Writes the dataset: one row a result, in the order of subject, parameter and time.
pub(super) fn write_advs(
    vs: &Cells<'_>,
    subjects: &Subjects,
    infusions: &BTreeMap<SubjectId, Vec<When>>,
    notes: &mut Vec<String>,
) -> Table {
    let recorded = vs.columns();
    let recorded: Vec<&str> = recorded
        .into_iter()
        .filter(|column| !COLUMNS.contains(column))
        .collect();
    let parameters = read_parameters(vs);
    let mut groups: BTreeMap<(SubjectId, String), Vec<Result<'_>>> = BTreeMap::new();
    for row in vs.rows() {
        let Some(id) = row.subject() else { continue };
        let dose = infusions.get(&id).and_then(|given| given.first()).copied();
        let code = row.text("VSTESTCD").to_ascii_uppercase();
        let unit = parameters.get(&code).map_or("", |parameter| &parameter.unit);
        groups.entry((id, code)).or_default().push(read(row, dose, unit));
    }
    let mut rows = Vec::new();
    for ((id, code), results) in &mut groups {
        let Some(parameter) = parameters.get(code) else {
            continue;
        };
        let Some(subject) = subjects.get(id) else {
            notes.push(format!("VS, subject {id}: not among the subjects of DM or ADSL"));
            continue;
        };
        note_units(results, parameter, id, code, notes);
        mark(results);
        let base = results
            .iter()
            .find(|result| result.is_baseline)
            .and_then(|result| result.value);
        for result in results.iter() {
            let mut row: Vec<String> = recorded
                .iter()
                .map(|column| result.row.text(column).to_owned())
                .collect();
            row.extend(derive(result, code, parameter, base, subject));
            rows.push(row);
        }
    }
    let columns: Vec<&str> = recorded.into_iter().chain(COLUMNS).collect();
    Table::from_rows("ADVS", &columns, rows)
}

/// Label and unit of a parameter.
struct Parameter {
    label: String,
    unit: String,
}

fn read_parameters(vs: &Cells<'_>) -> BTreeMap<String, Parameter> {
    let mut spelled: BTreeMap<String, [Spellings; 2]> = BTreeMap::new();
    for row in vs.rows() {
        let [names, units] = spelled.entry(row.text("VSTESTCD").to_ascii_uppercase()).or_default();
        names.count(row.text("VSTEST"), true);
        units.count(row.text("VSSTRESU"), row.number("VSSTRESN").is_some());
    }
    let parameters = spelled.into_iter().map(|(code, [names, units])| {
        let unit = vital_sign_unit(&code, units.commonest()).to_owned();
        let label = units::label(&code, names.commonest(), &unit);
        (code, Parameter { label, unit })
    });
    parameters.collect()
}

/// Says which values of one subject and parameter are in a unit that does not convert.
fn note_units(results: &[Result<'_>], parameter: &Parameter, id: &SubjectId, code: &str, notes: &mut Vec<String>) {
    let mut apart: BTreeMap<&str, usize> = BTreeMap::new();
    for result in results.iter().filter(|result| result.analysed == InUnit::Apart) {
        *apart.entry(result.row.text("VSSTRESU")).or_default() += 1;
    }
    for (unit, times) in apart {
        notes.push(units::apart(
            &format!("VS, subject {id}, {code}"),
            times,
            unit,
            &parameter.unit,
        ));
    }
}

fn read<'c>(row: CellRow<'c>, dose: Option<When>, unit: &str) -> Result<'c> {
    let when = row.when("VSDTC");
    let hours = dose.zip(when).and_then(|(dose, when)| dose.hours_until(when));
    let recorded = row.text("VSSTRESU");
    let analysed = InUnit::of(row.number("VSSTRESN"), |value| vital_sign(value, recorded, unit));
    Result {
        row,
        when,
        order: ["VISITNUM", "VSSEQ"].map(|column| row.number(column).unwrap_or(f64::INFINITY)),
        visit: analysis_visit(row.text("VISIT"), hours.is_some_and(|hours| hours > 0.0)),
        analysed,
        value: analysed.value(),
        before: hours.map(|hours| hours <= 0.0),
        is_baseline: false,
        last_of_visit: false,
    }
}

fn mark(results: &mut [Result<'_>]) {
    results.sort_by(|a, b| {
        let ([visit, number], [other_visit, other_number]) = (a.order, b.order);
        let recorded = visit.total_cmp(&other_visit).then(number.total_cmp(&other_number));
        a.when.map(When::order).cmp(&b.when.map(When::order)).then(recorded)
    });
    let before = |result: &Result<'_>| result.before == Some(true) && result.value.is_some();
    if let Some(at) = results.iter().rposition(before)
        && let Some(result) = results.get_mut(at)
    {
        result.is_baseline = true;
    }
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (at, result) in results.iter().enumerate() {
        if result.before == Some(false) && result.value.is_some() && !result.visit.is_empty() {
            last.insert(result.visit.clone(), at);
        }
    }
    for at in last.into_values() {
        if let Some(result) = results.get_mut(at) {
            result.last_of_visit = true;
        }
    }
}

fn derive(result: &Result<'_>, code: &str, parameter: &Parameter, base: Option<f64>, subject: &Subject) -> Vec<String> {
    let row = result.row;
    let day = result.when.and_then(When::day);
    let both = result.value.zip(base).filter(|_| result.before == Some(false));
    let change = both.map(|(value, base)| as_exact_as(value - base, value.abs().max(base.abs())));
    let percent = change.zip(base).filter(|(_, base)| base.abs() > 0.0);
    let percent = percent.map(|(change, base)| 100.0 * change / base.abs());
    let unit = row.text("VSSTRESU");
    let screening = result.visit == "Baseline";
    vec![
        code.to_owned(),
        parameter.label.clone(),
        maybe_day(day),
        result
            .when
            .filter(|when| when.clock.is_some())
            .map_or_else(String::new, |when| when.to_string()),
        day.zip(subject.treatment_start)
            .map_or_else(String::new, |(day, start)| relative_day(start, day).to_string()),
        result.visit.clone(),
        match (screening, result.visit.as_str()) {
            (true, _) => "0".to_owned(),
            (false, "") => String::new(),
            (false, _) => maybe_number(row.number("VISITNUM")),
        },
        row.text("VSTPT").to_owned(),
        row.text("VSTPTNUM").to_owned(),
        maybe_number(result.value),
        result.analysed.text(row.text("VSSTRESC"), unit),
        result.analysed.unit(unit, &parameter.unit).to_owned(),
        maybe_number(base),
        maybe_number(change),
        maybe_number(percent.map(|percent| as_exact_as(percent, percent.abs()))),
        flag(result.is_baseline),
        flag(result.last_of_visit),
        flag(result.before == Some(false)),
    ]
}
