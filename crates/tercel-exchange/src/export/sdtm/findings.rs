//! Results of findings datasets: names of tests, original and standard results, range indicators.

use std::collections::BTreeMap;

use tercel::protocol::Trial;

use super::cells::{Columns, fill};
use super::{guide, has_variable};
use crate::export::terminology::decode;
use crate::form::ToStandard;
use crate::table::Table;

/// Datasets whose readers tell a result that was written from one that was standardised: nothing is copied in them.
const AS_WRITTEN: [&str; 2] = ["TR", "VS"];

/// Completes a findings dataset; others are left as they are.
pub(super) fn complete(table: &mut Table, trial: &Trial) {
    let domain = table.name.clone();
    let name = |suffix: &str| format!("{domain}{suffix}");
    let [code, test] = ["TESTCD", "TEST"].map(name);
    if !has_variable(&domain, &code) {
        events(table, &domain);
        return;
    }
    let lists = guide::variable(&domain, &code)
        .map(|variable| variable.codelists.clone())
        .unwrap_or_default();
    fill(table, &test, |columns, row| {
        let written = columns.text(row, &code);
        let known = lists.iter().find_map(|list| decode(list, written));
        Some(known.unwrap_or(written).to_owned())
    });
    results(table, &domain, trial);
    original_limits(table, &domain);
    ranges(table, &domain);
}

/// The system organ class of the primary path is the body system.
fn events(table: &mut Table, domain: &str) {
    let [body, class] = ["BODSYS", "SOC"].map(|suffix| format!("{domain}{suffix}"));
    if has_variable(domain, &class) {
        fill(table, &class, |columns, row| Some(columns.text(row, &body).to_owned()));
        fill(table, &body, |columns, row| Some(columns.text(row, &class).to_owned()));
    }
}

/// Where only one of original and standard result is given, it is both.
fn results(table: &mut Table, domain: &str, trial: &Trial) {
    let name = |suffix: &str| format!("{domain}{suffix}");
    let [written, written_unit, text, number, unit, status, derived] =
        ["ORRES", "ORRESU", "STRESC", "STRESN", "STRESU", "STAT", "DRVFL"].map(name);
    let as_written = AS_WRITTEN.contains(&domain);
    let only_standard = |columns: &Columns<'_>, row: usize| {
        let known = !columns.is_blank(row, &number) || (!columns.is_blank(row, &text) && !as_written);
        known && columns.is_blank(row, &status) && columns.text(row, &derived) != "Y"
    };
    if has_variable(domain, &written) {
        // The unit first: it goes by the blank result.
        if has_variable(domain, &written_unit) {
            fill(table, &written_unit, |columns, row| {
                let copied = only_standard(columns, row) && columns.is_blank(row, &written);
                copied.then(|| columns.text(row, &unit).to_owned())
            });
        }
        fill(table, &written, |columns, row| {
            let result = Some(columns.text(row, &text)).filter(|text| !text.is_empty());
            let result = result.unwrap_or_else(|| columns.text(row, &number));
            only_standard(columns, row).then(|| result.to_owned())
        });
    }
    if as_written {
        fill(table, &text, |columns, row| Some(columns.text(row, &number).to_owned()));
        converted(table, domain, trial);
        return;
    }
    if has_variable(domain, &unit) {
        fill(table, &unit, |columns, row| {
            let copied = columns.is_blank(row, &text) && columns.is_blank(row, &number);
            copied.then(|| columns.text(row, &written_unit).to_owned())
        });
    }
    if has_variable(domain, &text) {
        fill(table, &text, |columns, row| {
            let standard = Some(columns.text(row, &number)).filter(|text| !text.is_empty());
            Some(standard.unwrap_or_else(|| columns.text(row, &written)).to_owned())
        });
    }
    if has_variable(domain, &number) {
        fill(table, &number, |columns, row| {
            let standard = columns.text(row, &text);
            standard
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
                .map(|_| standard.to_owned())
        });
    }
}

/// A diameter or vital sign with its original result alone has it in the standard unit too.
fn converted(table: &mut Table, domain: &str, trial: &Trial) {
    let name = |suffix: &str| format!("{domain}{suffix}");
    let [test, written, written_unit, text, number, unit] =
        ["TESTCD", "ORRES", "ORRESU", "STRESC", "STRESN", "STRESU"].map(name);
    let columns = Columns::of(table);
    let standard = |row: usize| {
        let alone = columns.is_blank(row, &text) && columns.is_blank(row, &number);
        let result = columns.text(row, &written);
        if !alone || result.parse::<f64>().is_err() {
            return None;
        }
        let unit = columns.text(row, &written_unit);
        let standard = ToStandard::amount(domain, columns.text(row, &test), unit, trial)?;
        Some((standard.text(result), standard.unit().to_owned()))
    };
    let found: BTreeMap<usize, (String, String)> =
        (0..table.len()).filter_map(|row| Some((row, standard(row)?))).collect();
    for (name, is_unit) in [(&text, false), (&number, false), (&unit, true)] {
        fill(table, name, |_, row| {
            let (result, unit) = found.get(&row)?;
            Some(if is_unit { unit } else { result }.clone())
        });
    }
}

/// Limits of normal of the original unit are those of the standard unit where the units are the same.
fn original_limits(table: &mut Table, domain: &str) {
    let name = |suffix: &str| format!("{domain}{suffix}");
    let [written_unit, unit] = ["ORRESU", "STRESU"].map(name);
    for (original, standard) in [("ORNRLO", "STNRLO"), ("ORNRHI", "STNRHI")] {
        let (original, standard) = (name(original), name(standard));
        if has_variable(domain, &original) {
            fill(table, &original, |columns, row| {
                let same =
                    !columns.is_blank(row, &unit) && columns.text(row, &unit) == columns.text(row, &written_unit);
                same.then(|| columns.text(row, &standard).to_owned())
            });
        }
    }
}

/// `--NRIND` from the number and its limits of normal.
fn ranges(table: &mut Table, domain: &str) {
    let name = |suffix: &str| format!("{domain}{suffix}");
    let [indicator, number, low, high] = ["NRIND", "STRESN", "STNRLO", "STNRHI"].map(name);
    if !has_variable(domain, &indicator) {
        return;
    }
    fill(table, &indicator, |columns, row| {
        let value = |name: &str| columns.text(row, name).parse::<f64>().ok();
        let (value, low, high) = (value(&number)?, value(&low), value(&high));
        let found = match (low, high) {
            (Some(low), _) if value < low => "LOW",
            (_, Some(high)) if value > high => "HIGH",
            // With one limit, only a value beyond it is known to lie outside.
            (Some(_), Some(_)) => "NORMAL",
            (None, _) | (_, None) => return None,
        };
        Some(found.to_owned())
    });
}
