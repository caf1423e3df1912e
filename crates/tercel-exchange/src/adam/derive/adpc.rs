//! `ADPC`: concentrations of transgene copies and CAR-T cells with their times from the infusion.
//!
//! # What it derives
//! Per result: `AFRLT` hours from the first infusion and `ARRLT` from the last one before it (`PCRFTDTM`), `NFRLT` and `NRRLT` planned
//! hours, `AVAL` with `AVALCAT1` and `BLQFL`, baseline and change. A result below quantification has no `AVAL`; a record beside it
//! holds half the limit (`DTYPE` `HALFLLOQ`).
//!
//! A code has one name and one unit, those of most of its results; results in another unit are converted, or have no `AVAL` and are
//! said.
//!
//! # Source
//! Variables and values as the template of `admiral` names them.
//!
//! # Limits
//! Hours are by the clock where both times of day are known, otherwise 24 for each day; `ATMF` `H` marks a result without one.
//! `ANL01FL` marks the records of the profile that `ADPP` analyses; records of doses and copies for the next dose are not made.

use std::collections::BTreeMap;

use tercel::kinetics::Profile;
use tercel::study::{Amount, Level, SubjectId, When};

use super::Subjects;
use super::adsl::Subject;
use super::cells::{as_exact_as, flag, maybe_day, maybe_number, number};
use super::concentration::{Concentration, Groups, Parameter};
use super::rules::relative_day;
use crate::table::Table;

const COLUMNS: [&str; 35] = [
    "STUDYID", "USUBJID", "ASEQ", "SRCDOM", "SRCVAR", "SRCSEQ", "PARAMCD", "PARAM", "PARCAT1", "ADTM", "ADT", "ATMF",
    "ADY", "AVISIT", "AVISITN", "ATPT", "ATPTN", "NFRLT", "AFRLT", "FRLTU", "NRRLT", "ARRLT", "RRLTU", "PCRFTDTM",
    "AVAL", "AVALU", "AVALCAT1", "ALLOQ", "BLQFL", "DTYPE", "ABLFL", "BASE", "CHG", "ANL01FL", "ANL02FL",
];

/// Writes the dataset: one row a result and one beside each below quantification, in order of subject, parameter and time.
pub(super) fn write_adpc(
    groups: &Groups<'_>,
    subjects: &Subjects,
    infusions: &BTreeMap<SubjectId, Vec<When>>,
    parameters: &BTreeMap<String, Parameter>,
    notes: &mut Vec<String>,
) -> Table {
    let unnamed = Parameter::default();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut sequence = (None, 0);
    for ((id, code), results) in groups {
        let Some(subject) = subjects.get(id) else {
            notes.push(format!("PC or CP, subject {id}: not among the subjects of DM or ADSL"));
            continue;
        };
        let given = infusions.get(id).map(Vec::as_slice).unwrap_or_default();
        if sequence.0 != Some(id) {
            sequence = (Some(id), 0);
        }
        let analysed = analysed(id, given, results);
        let baseline = results.iter().rposition(|result| {
            result.amount.is_some() && hours(given.first(), result).is_some_and(|hours| hours <= 0.0)
        });
        let base = baseline.and_then(|at| value(results.get(at)?));
        for (at, result) in results.iter().enumerate() {
            let mark = Mark {
                code,
                parameter: parameters.get(code).unwrap_or(&unnamed),
                base,
                is_baseline: baseline == Some(at),
                is_analysed: analysed.contains(&(result.domain, result.number)),
            };
            for imputed in [false, true] {
                if imputed && half_limit(result).is_none() {
                    continue;
                }
                sequence.1 += 1;
                rows.push(row(subject, result, given, &mark, imputed, sequence.1));
            }
        }
    }
    Table::from_rows("ADPC", &COLUMNS, rows)
}

/// What stands out about a result.
struct Mark<'m> {
    code: &'m str,
    parameter: &'m Parameter,
    base: Option<f64>,
    is_baseline: bool,
    is_analysed: bool,
}

/// Datasets and numbers of the results that are in the profile after the first infusion.
fn analysed(id: &SubjectId, given: &[When], results: &[Concentration<'_>]) -> Vec<(&'static str, u32)> {
    let levels: Vec<Level> = results.iter().filter_map(|result| result.level(id)).collect();
    let profile = Profile::new(given, &levels);
    let domain = results.first().map_or("PC", |result| result.domain);
    profile.map_or_else(Vec::new, |profile| {
        let samples = profile.samples.iter();
        samples.map(|sample| (domain, sample.level.record.number)).collect()
    })
}

fn hours(from: Option<&When>, result: &Concentration<'_>) -> Option<f64> {
    from?.hours_until(result.when?)
}

fn value(result: &Concentration<'_>) -> Option<f64> {
    result.amount.and_then(Amount::quantified)
}

fn half_limit(result: &Concentration<'_>) -> Option<f64> {
    match result.amount? {
        Amount::Below(limit) => limit.map(|limit| limit / 2.0),
        Amount::Quantified(_) => None,
    }
}

/// The infusion a result is read against: the last one not after it, else the first.
fn reference<'w>(given: &'w [When], result: &Concentration<'_>) -> Option<&'w When> {
    let before = given
        .iter()
        .rfind(|infusion| hours(Some(infusion), result).is_some_and(|hours| hours > 0.0));
    before.or_else(|| given.first())
}

fn row(
    subject: &Subject,
    result: &Concentration<'_>,
    given: &[When],
    mark: &Mark<'_>,
    imputed: bool,
    sequence: usize,
) -> Vec<String> {
    let day = result.when.and_then(When::day);
    let actual = hours(given.first(), result);
    let reference = reference(given, result);
    let since = hours(reference, result);
    let nominal = nominal(result);
    let value = if imputed { half_limit(result) } else { value(result) };
    let below = matches!(result.amount, Some(Amount::Below(_)));
    let change = value
        .zip(mark.base)
        .filter(|_| actual.is_some_and(|hours| hours > 0.0) && !imputed);
    let change = change.map(|(value, base)| as_exact_as(value - base, value.abs().max(base.abs())));
    let time_point = match (result.text("TPT"), actual) {
        ("", Some(hours)) if hours <= 0.0 => "Pre-dose",
        (recorded, _) => recorded,
    };
    let visit_day = nominal.map(|hours| (hours / 24.0).floor() + 1.0);
    let unit_of_time = |time: Option<f64>| if time.is_some() { "h" } else { "" }.to_owned();
    vec![
        subject.study.clone(),
        subject.id.to_string(),
        sequence.to_string(),
        result.domain.to_owned(),
        "SEQ".to_owned(),
        result.number.to_string(),
        mark.code.to_owned(),
        mark.parameter.label.clone(),
        result.text("SPEC").to_owned(),
        result
            .when
            .filter(|when| when.clock.is_some())
            .map_or_else(String::new, |when| when.to_string()),
        maybe_day(day),
        if result.when.is_some_and(|when| when.clock.is_none()) {
            "H"
        } else {
            ""
        }
        .to_owned(),
        day.zip(subject.treatment_start)
            .map_or_else(String::new, |(day, start)| relative_day(start, day).to_string()),
        visit_day.map_or_else(|| result.row.text("VISIT").to_owned(), |day| format!("Day {day}")),
        visit_day.map_or_else(|| maybe_number(result.row.number("VISITNUM")), number),
        time_point.to_owned(),
        result.text("TPTNUM").to_owned(),
        maybe_number(nominal),
        maybe_number(actual),
        unit_of_time(actual.or(nominal)),
        // The schedule is planned from the first infusion only.
        maybe_number(nominal.filter(|_| reference == given.first())),
        maybe_number(since),
        unit_of_time(since),
        reference.map_or_else(String::new, ToString::to_string),
        maybe_number(value),
        unit(result, mark.parameter).to_owned(),
        category(result),
        maybe_number(result.limit),
        flag(below),
        if imputed { "HALFLLOQ" } else { "" }.to_owned(),
        flag(mark.is_baseline && !imputed),
        maybe_number(mark.base),
        maybe_number(change),
        flag(mark.is_analysed),
        flag(!imputed),
    ]
}

/// The unit of the parameter, where there is a result in it.
fn unit<'m>(result: &Concentration<'_>, parameter: &'m Parameter) -> &'m str {
    let has_none = result.amount.is_none() && (result.unit.is_empty() || result.in_other_unit);
    if has_none { "" } else { &parameter.unit }
}

fn category(result: &Concentration<'_>) -> String {
    match result.amount {
        Some(Amount::Below(_)) => "<BLQ".to_owned(),
        Some(Amount::Quantified(value)) => format!("{value:.2e}").parse().map_or_else(|_| number(value), number),
        None => String::new(),
    }
}

/// Planned hours from the first infusion: as recorded, else those of the planned day of the visit; not before the infusion.
fn nominal(result: &Concentration<'_>) -> Option<f64> {
    let of_visit = || {
        result
            .row
            .number("VISITDY")
            .map(|day| 24.0 * (if day > 0.0 { day - 1.0 } else { day }))
    };
    let recorded = result.row.number(&format!("{}TPTNUM", result.domain));
    recorded.or_else(of_visit).map(|hours| hours.max(0.0))
}
