//! `ADLB`: laboratory results with baseline, change, range indicator and CTCAE grade.
//!
//! # What it derives
//! Per result: `BASE CHG PCHG` and the ratios to baseline and limits; `ANRIND BNRIND SHIFT1`; `ATOXGRL ATOXGRH ATOXGR` with the
//! terms they are grades of, the same of the baseline (`BTOXGR…`), and `SHIFT2` from the one to the other. `ANL01FL` is the last
//! result of a visit under treatment, `LVOTFL` the last of all, `ANL02FL` and `ANL03FL` the worst low and the worst high grade.
//!
//! A parameter has one unit, that of most of its values. Values and limits in another are converted to it; range and grade are
//! those of the result as recorded.
//!
//! # Source
//! Codes, flags and terms as `admiral` names them; grades are those of [`tercel::grade::ctcae`] (`ctcae5`, `ctcae6`).
//!
//! # Limits
//! The grade of the baseline itself is that by the limits of normal. Where the value leaves several grades open because
//! symptoms decide, the highest is written, as admiral does; what is graded by intervention alone stays blank, and so does a
//! grade for which a limit, the baseline or the unit is missing. A baseline recorded in another unit takes no part in a grade: the
//! cut-points of two units are rounded, and each result is graded by those of its own. A result whose unit does not convert has
//! no `AVAL`, no limits and no part in baseline and changes.

mod grade;
mod parameter;

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::grade::ctcae::{Ctcae, RangeIndicator};
use tercel::study::{BaselineEnd, SubjectId, When};

use super::adsl::Subject;
use super::cells::{CellRow, Cells, as_exact_as, flag, maybe_day, maybe_number};
use super::rules::relative_day;
use super::units::{self, InUnit, Spellings, laboratory};
use super::{DeriveOptions, Subjects};
use crate::result::certain;
use crate::specimen::{beside_blood, test_in};
use crate::table::Table;
use grade::{Grades, grade, mark_worst};
use parameter::Parameter;

const COLUMNS: [&str; 39] = [
    "PARAMCD", "PARAM", "ADT", "ADY", "AVISIT", "AVISITN", "AVAL", "AVALC", "AVALU", "ANRLO", "ANRHI", "ANRIND",
    "BASE", "BNRIND", "CHG", "PCHG", "R2BASE", "R2ANRLO", "R2ANRHI", "ABLFL", "ANL01FL", "ANL02FL", "ANL03FL",
    "LVOTFL", "ONTRTFL", "SEX", "ATOXVER", "ATOXDSCL", "ATOXDSCH", "ATOXGRL", "ATOXGRH", "ATOXGR", "BTOXGRL",
    "BTOXGRH", "BTOXGR", "SHIFT1", "SHIFT2", "SHIFT2L", "SHIFT2H",
];

/// A result as recorded, and what stands out about it.
struct Result<'c> {
    row: CellRow<'c>,
    parameter: &'c Parameter,
    day: Option<Date>,
    when: Option<When>,
    order: [f64; 2],
    analysis_visit: String,
    recorded: Recorded<'c>,
    analysed: InUnit,
    /// The value of analysis and its limits, in the unit of the parameter.
    value: Option<f64>,
    lln: Option<f64>,
    uln: Option<f64>,
    range: Option<RangeIndicator>,
    grades: Grades,
    is_baseline: bool,
    last_of_visit: bool,
    last_of_all: bool,
    worst_low: bool,
    worst_high: bool,
}

/// What the record holds, in its own unit.
#[derive(Clone, Copy)]
struct Recorded<'c> {
    value: Option<f64>,
    /// The value, or the limit that a result beyond what the assay measures is certain to reach.
    certain: Option<f64>,
    unit: &'c str,
    lln: Option<f64>,
    uln: Option<f64>,
}

/// Writes the dataset: one row a result, in the order of subject, parameter and date.
pub(super) fn write_adlb(
    lb: &Cells<'_>,
    subjects: &Subjects,
    options: &DeriveOptions,
    notes: &mut Vec<String>,
) -> Table {
    let version = options.ctcae;
    let recorded: Vec<&str> = lb
        .columns()
        .into_iter()
        .filter(|column| !COLUMNS.contains(column))
        .collect();
    let mut parameters = parameter::all_of(version, lb.rows().map(test));
    let mut spelled: BTreeMap<String, [Spellings; 2]> = BTreeMap::new();
    let mut groups: BTreeMap<(SubjectId, String), Vec<usize>> = BTreeMap::new();
    for (at, row) in lb.rows().enumerate() {
        let Some(id) = row.subject() else { continue };
        let Some(parameter) = parameters.get(&test(row)) else {
            continue;
        };
        let has_value = row.number("LBSTRESN").is_some();
        let [names, units] = spelled.entry(parameter.code.clone()).or_default();
        names.count(row.text("LBTEST"), true);
        units.count(unit(row.text("LBSTRESU")), has_value);
        groups.entry((id, parameter.code.clone())).or_default().push(at);
    }
    for parameter in parameters.values_mut() {
        if let Some([names, units]) = spelled.get(&parameter.code) {
            parameter.settle(names.commonest(), units.commonest());
        }
    }
    // Rows of a group side by side: looked up where they lie in the source, each cell would be far from the last.
    let order: Vec<usize> = groups.values().flatten().copied().collect();
    let sorted = lb.table().at(&order);
    let sorted = Cells::new(&sorted);
    let mut rows = sorted.rows();
    let columns = recorded.iter().copied().chain(COLUMNS).map(str::to_owned).collect();
    let mut table = Table::new("ADLB", "adlb.csv", columns);
    let mut worst_cases = 0;
    // One group at a time: what is worked out of a result takes more memory than the result.
    for ((id, code), group) in &groups {
        let rows: Vec<CellRow<'_>> = rows.by_ref().take(group.len()).collect();
        let Some(subject) = subjects.get(id) else {
            notes.push(format!("LB, subject {id}: not among the subjects of DM or ADSL"));
            continue;
        };
        let results = rows
            .iter()
            .filter_map(|row| Some(read_result(*row, parameters.get(&test(*row))?, subject.treatment_start)));
        let mut results: Vec<Result<'_>> = results.collect();
        note_units(&results, id, code, notes);
        let treated = Treated::of(subject, options);
        mark(&mut results, &treated);
        worst_cases += grade(&mut results);
        mark_worst(&mut results, &treated);
        let baseline = results.iter().find(|result| result.is_baseline);
        for result in &results {
            let derived = derive_result(result, baseline, &treated, version);
            let given = recorded.iter().map(|column| result.row.text(column));
            table.push(given.chain(derived.iter().map(String::as_str)));
        }
    }
    if worst_cases > 0 {
        notes.push(format!(
            "LB: {worst_cases} grades hang on symptoms that no value shows; the highest possible is written"
        ));
    }
    table
}

fn test(row: CellRow<'_>) -> String {
    test_in(
        row.text("LBTESTCD"),
        beside_blood(row.text("LBSPEC"), row.text("LBCAT")),
    )
}

fn read_result<'c>(row: CellRow<'c>, parameter: &'c Parameter, start: Option<Date>) -> Result<'c> {
    let number = |column| row.number(column);
    let (value, limits) = (number("LBSTRESN"), ["LBSTNRLO", "LBSTNRHI"].map(number));
    let [lln, uln] = limits;
    let recorded = Recorded {
        value,
        certain: value.or_else(|| certain(row.text("LBSTRESC"), limits)),
        unit: unit(row.text("LBSTRESU")),
        lln,
        uln,
    };
    let analysed = |number: Option<f64>| {
        InUnit::of(number, |number| {
            laboratory(parameter.analyte, number, recorded.unit, &parameter.unit)
        })
    };
    let day = row.day("LBDTC");
    let after_start = day.zip(start).is_some_and(|(day, start)| day > start);
    Result {
        row,
        parameter,
        day,
        when: row.when("LBDTC"),
        order: ["VISITNUM", "LBSEQ"].map(|column| number(column).unwrap_or(f64::INFINITY)),
        analysis_visit: analysis_visit(row.text("VISIT"), after_start),
        recorded,
        analysed: analysed(recorded.value),
        value: analysed(recorded.value).value(),
        lln: analysed(recorded.lln).value(),
        uln: analysed(recorded.uln).value(),
        range: indicate(recorded.certain, recorded.lln, recorded.uln),
        grades: Grades::default(),
        is_baseline: false,
        last_of_visit: false,
        last_of_all: false,
        worst_low: false,
        worst_high: false,
    }
}

/// Says which values of one subject and parameter are in a unit that does not convert.
fn note_units(results: &[Result<'_>], id: &SubjectId, code: &str, notes: &mut Vec<String>) {
    let mut apart: BTreeMap<&str, usize> = BTreeMap::new();
    for result in results.iter().filter(|result| result.analysed == InUnit::Apart) {
        *apart.entry(result.recorded.unit).or_default() += 1;
    }
    for (unit, times) in apart {
        let wanted = results.first().map_or("", |result| &result.parameter.unit);
        notes.push(units::apart(&format!("LB, subject {id}, {code}"), times, unit, wanted));
    }
}

/// `WEEK 2` is `Week 2`, a screening visit `Baseline` unless its day came after treatment began; an unscheduled visit belongs to
/// none.
pub(super) fn analysis_visit(visit: &str, after_start: bool) -> String {
    let upper = visit.to_ascii_uppercase();
    if upper.contains("SCREEN") && !after_start {
        return "Baseline".to_owned();
    }
    if ["UNSCHED", "RETRIEVAL", "AMBUL"]
        .iter()
        .any(|word| upper.contains(word))
    {
        return String::new();
    }
    let mut word_begins = true;
    let title = |letter: char| {
        let cased = if word_begins {
            letter
        } else {
            letter.to_ascii_lowercase()
        };
        word_begins = !letter.is_alphanumeric();
        cased
    };
    upper.chars().map(title).collect()
}

/// Where a value lies; a limit that is not given does not speak.
fn indicate(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<RangeIndicator> {
    let value = value?;
    if low.is_some_and(|low| value < low) {
        Some(RangeIndicator::Low)
    } else if high.is_some_and(|high| value > high) {
        Some(RangeIndicator::High)
    } else {
        low.or(high).map(|_| RangeIndicator::Normal)
    }
}

/// When a subject was treated, and what is baseline.
struct Treated<'s> {
    subject: &'s Subject,
    /// The end of the baseline by the protocol; `Err`: no protocol says so.
    baseline: std::result::Result<Option<BaselineEnd>, ()>,
}

impl<'s> Treated<'s> {
    fn of(subject: &'s Subject, options: &DeriveOptions) -> Self {
        let ends = options.baselines.as_ref().ok_or(());
        Self {
            subject,
            baseline: ends.map(|ends| ends.get(&subject.id).copied()),
        }
    }

    /// Whether a result is of the time before treatment: by the protocol, otherwise up to the first dose.
    fn precedes(&self, result: &Result<'_>) -> bool {
        if let Ok(end) = self.baseline {
            return result.when.zip(end).is_some_and(|(when, end)| end.follows(when));
        }
        let Some((day, start)) = result.day.zip(self.subject.treatment_start) else {
            return false;
        };
        let times = result
            .when
            .and_then(|when| when.clock)
            .zip(self.subject.first_dose.and_then(|dose| dose.clock));
        day < start || (day == start && times.is_none_or(|(drawn, given)| drawn <= given))
    }

    /// From the first dose to the last. A treatment given once has no end, over midnight or not; one by a protocol has none.
    fn covers(&self, result: &Result<'_>) -> bool {
        let Some((day, start)) = result.day.zip(self.subject.treatment_start) else {
            return false;
        };
        let ended = |end: Date| {
            let once = self.baseline.is_ok() || start.tomorrow().is_ok_and(|next| end <= next);
            !once && day > end
        };
        result.analysis_visit != "Baseline" && day >= start && !self.subject.treatment_end.is_some_and(ended)
    }
}

/// Marks the baseline, the last of each visit under treatment, and the last under treatment.
fn mark(results: &mut [Result<'_>], treated: &Treated<'_>) {
    results.sort_by(|a, b| {
        let ([visit, number], [other_visit, other_number]) = (a.order, b.order);
        let recorded = visit.total_cmp(&other_visit).then(number.total_cmp(&other_number));
        let moment = |result: &Result<'_>| result.when.map(When::order).filter(|_| treated.baseline.is_ok());
        a.day.cmp(&b.day).then(moment(a).cmp(&moment(b))).then(recorded)
    });
    let before = |result: &Result<'_>| result.value.is_some() && treated.precedes(result);
    if let Some(at) = results.iter().rposition(before)
        && let Some(result) = results.get_mut(at)
    {
        result.is_baseline = true;
    }
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (at, result) in results.iter().enumerate() {
        if !result.analysis_visit.is_empty() && treated.covers(result) {
            // Of several on one day the highest is kept.
            let kept = last.entry(result.analysis_visit.clone()).or_insert(at);
            let earlier = results.get(*kept).map(|kept| (kept.day, kept.value));
            if earlier.is_none_or(|(day, value)| day < result.day || value <= result.value) {
                *kept = at;
            }
        }
    }
    for at in last.into_values() {
        if let Some(result) = results.get_mut(at) {
            result.last_of_visit = true;
        }
    }
    let last = results
        .iter()
        .rposition(|result| result.value.is_some() && treated.covers(result));
    if let Some(result) = last.and_then(|at| results.get_mut(at)) {
        result.last_of_all = true;
    }
}

fn derive_result(
    result: &Result<'_>,
    baseline: Option<&Result<'_>>,
    treated: &Treated<'_>,
    version: Ctcae,
) -> Vec<String> {
    let subject = treated.subject;
    let day = subject.treatment_start.zip(result.day);
    let mut cells = vec![
        result.parameter.code.clone(),
        result.parameter.label(),
        maybe_day(result.day),
        day.map_or_else(String::new, |(start, day)| relative_day(start, day).to_string()),
        result.analysis_visit.clone(),
        visit_number(result),
        maybe_number(result.value),
        result.analysed.text(result.row.text("LBSTRESC"), result.recorded.unit),
        result
            .analysed
            .unit(result.recorded.unit, &result.parameter.unit)
            .to_owned(),
        maybe_number(result.lln),
        maybe_number(result.uln),
        word(result.range).to_owned(),
    ];
    cells.extend(compare(result, baseline));
    let flags = [
        result.is_baseline,
        result.last_of_visit,
        result.worst_low,
        result.worst_high,
        result.last_of_all,
        treated.covers(result),
    ];
    cells.extend(flags.map(flag));
    cells.push(subject.sex.clone());
    cells.extend(toxicity(result, baseline, version));
    cells
}

/// Baseline, its range, change, change in percent, and the ratios to baseline and to the limits.
fn compare(result: &Result<'_>, baseline: Option<&Result<'_>>) -> [String; 7] {
    let base = baseline.and_then(|baseline| baseline.value);
    let difference = |(value, base): (f64, f64)| as_exact_as(value - base, value.abs().max(base.abs()));
    let change = result.value.zip(base).map(difference);
    let change = change.filter(|_| !result.is_baseline && result.analysis_visit != "Baseline");
    let percent = change
        .zip(base)
        .filter(|(_, base)| base.abs() > 0.0)
        .map(|(change, base)| 100.0 * change / base.abs())
        .map(|percent| as_exact_as(percent, percent.abs()));
    let ratio = |to: Option<f64>| {
        let both = result.value.zip(to).filter(|(_, to)| to.abs() > 0.0);
        maybe_number(both.map(|(value, to)| as_exact_as(value / to, (value / to).abs())))
    };
    [
        maybe_number(base),
        word(baseline.and_then(|baseline| baseline.range)).to_owned(),
        maybe_number(change),
        maybe_number(percent),
        ratio(base),
        ratio(result.lln),
        ratio(result.uln),
    ]
}

/// Version, terms, grades of value and baseline, and the shifts of range and grade.
fn toxicity(result: &Result<'_>, baseline: Option<&Result<'_>>, version: Ctcae) -> [String; 13] {
    let written = |grade: Option<u8>| grade.map_or_else(String::new, |grade| grade.to_string());
    let (now, before) = (
        result.grades,
        baseline.map(|baseline| baseline.grades).unwrap_or_default(),
    );
    let parameter = result.parameter;
    let graded = parameter.has_term();
    let of_term = |name: &str, from: Option<u8>, to: Option<u8>| {
        let shift = shift(&written(from), &written(to));
        if name.is_empty() { String::new() } else { shift }
    };
    let range = shift(word(baseline.and_then(|baseline| baseline.range)), word(result.range));
    let either = shift(&before.both(), &now.both());
    [
        if graded {
            version.name().to_owned()
        } else {
            String::new()
        },
        parameter.low.name.clone(),
        parameter.high.name.clone(),
        written(now.low),
        written(now.high),
        now.both(),
        written(before.low),
        written(before.high),
        before.both(),
        range,
        if graded { either } else { String::new() },
        of_term(&parameter.low.name, before.low, now.low),
        of_term(&parameter.high.name, before.high, now.high),
    ]
}

/// `NORMAL to HIGH`, with `NULL` for what is not known; blank where neither is.
fn shift(from: &str, to: &str) -> String {
    if from.is_empty() && to.is_empty() {
        return String::new();
    }
    let of = |word: &str| if word.is_empty() { "NULL" } else { word }.to_owned();
    format!("{} to {}", of(from), of(to))
}

fn visit_number(result: &Result<'_>) -> String {
    match result.analysis_visit.as_str() {
        "Baseline" => "0".to_owned(),
        "" => String::new(),
        _ => maybe_number(result.row.number("VISITNUM")),
    }
}

/// Units that grading tables spell differently.
fn unit(unit: &str) -> &str {
    match unit {
        "GI/L" => "10^9/L",
        unit => unit,
    }
}

fn word(range: Option<RangeIndicator>) -> &'static str {
    match range {
        Some(RangeIndicator::Low) => "LOW",
        Some(RangeIndicator::Normal) => "NORMAL",
        Some(RangeIndicator::High) => "HIGH",
        None => "",
    }
}
