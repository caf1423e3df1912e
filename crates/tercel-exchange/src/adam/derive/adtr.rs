//! `ADTR`: diameters of target lesions in millimetres, their sum, its change from baseline and nadir. A diameter whose unit is no
//! length known is in no sum.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tercel::response::TOO_SMALL_MM;
use tercel::study::SubjectId;

use super::adsl::Subject;
use super::cells::{CellRow, Cells, flag, maybe_day, maybe_number, number};
use super::rules::{impute_first, relative_day};
use super::units::{self, InUnit, MILLIMETRES, millimetres};
use super::{DeriveOptions, Sources, Subjects};
use crate::sdtm::is_too_small;
use crate::table::Table;

const COLUMNS: [&str; 30] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "ADT", "ADTF", "ADY", "AVISIT", "AVISITN", "VISIT", "TRLNKID", "AVAL",
    "AVALU", "BASE", "NADIR", "CHG", "PCHG", "CHGNAD", "PCHGNAD", "ABLFL", "ANL01FL", "ANL02FL", "ANL03FL", "ANL04FL",
    "LSEXP", "LSASS", "SRCDOM", "SRCVAR", "SRCSEQ", "SRCRECS",
];

/// The assessment before treatment.
const BASELINE: &str = "BASELINE";

/// One diameter of one target lesion.
struct Measurement {
    lesion: String,
    /// Long axis, or the axis perpendicular to it.
    perpendicular: bool,
    /// Whether it belongs to the sum: the long axis of a lesion, the short axis of a node.
    in_sum: bool,
    date: Option<Date>,
    flag: &'static str,
    visit: String,
    analysis_visit: String,
    visit_number: f64,
    /// As recorded, where it is not the baseline.
    recorded_number: f64,
    diameter: InUnit,
    /// The variable that holds it.
    variable: &'static str,
    sequence: String,
}

/// The sum of diameters at one visit.
struct Sum {
    visit: String,
    visit_number: f64,
    date: Option<Date>,
    day: Option<i32>,
    diameters: Option<f64>,
    assessed: String,
    complete: bool,
    progression: bool,
    /// Records of its diameters.
    records: Vec<String>,
}

/// Writes the dataset.
pub(super) fn write_adtr(
    tr: &Cells<'_>,
    sources: &Sources<'_>,
    subjects: &Subjects,
    options: &DeriveOptions,
    notes: &mut Vec<String>,
) -> Table {
    let nodes = read_nodes(sources, options);
    let progressions = read_progressions(sources, options);
    let mut measured: BTreeMap<SubjectId, Vec<Measurement>> = BTreeMap::new();
    for (row, place) in tr.rows().zip(1..) {
        let diameter = row.is("TRTESTCD", "LDIAM") || row.is("TRTESTCD", "LPERP");
        let target = row.is("TRGRPID", "TARGET") || row.text("TRGRPID").is_empty();
        let wanted = diameter && target && row.is_read_by(&options.evaluator, "TREVAL", "TRACPTFL");
        if let Some(id) = row.subject().filter(|_| wanted) {
            let measurement = read_measurement(
                row,
                place,
                nodes.contains(&(id.clone(), row.text("TRLNKID").to_owned())),
            );
            if measurement.diameter == InUnit::Apart {
                let of = format!(
                    "TR, subject {id}, {} {}",
                    measurement.lesion, measurement.analysis_visit
                );
                notes.push(units::apart(&of, 1, row.text("TRSTRESU"), MILLIMETRES));
            }
            measured.entry(id).or_default().push(measurement);
        }
    }
    let mut rows = Vec::new();
    for (id, measurements) in &mut measured {
        let Some(subject) = subjects.get(id) else { continue };
        name_visits(subject, measurements);
        let key = |m: &Measurement| (m.perpendicular, lesion_number(&m.lesion));
        measurements.sort_by(|a, b| {
            let visits = a.visit_number.total_cmp(&b.visit_number);
            key(a).cmp(&key(b)).then(visits).then(a.date.cmp(&b.date))
        });
        rows.extend(measurements.iter().map(|measurement| lesion_row(subject, measurement)));
        let progressed = progressions.get(id).cloned().unwrap_or_default();
        rows.extend(sum_rows(subject, measurements, &progressed));
    }
    Table::from_rows("ADTR", &COLUMNS, rows)
}

/// The lesions that are lymph nodes.
fn read_nodes(sources: &Sources<'_>, options: &DeriveOptions) -> BTreeSet<(SubjectId, String)> {
    let mut nodes = BTreeSet::new();
    if let Some(tumours) = sources.cells("TU") {
        for row in tumours.rows() {
            let node = row.text("TULOC").to_ascii_uppercase().contains("LYMPH NODE");
            let by = row.text("TUEVAL");
            let counts = by.is_empty() || by.eq_ignore_ascii_case(&options.evaluator);
            if let Some(id) = row.subject().filter(|_| node && counts) {
                nodes.insert((id, row.text("TULNKID").to_owned()));
            }
        }
    }
    nodes
}

/// The days on which a subject's overall response was PD.
fn read_progressions(sources: &Sources<'_>, options: &DeriveOptions) -> BTreeMap<SubjectId, BTreeSet<Date>> {
    let mut progressions: BTreeMap<SubjectId, BTreeSet<Date>> = BTreeMap::new();
    if let Some(responses) = sources.cells("RS") {
        for row in responses.rows() {
            let counts = row.is("RSSTRESC", "PD")
                && row.is("RSTESTCD", "OVRLRESP")
                && row.is_read_by(&options.evaluator, "RSEVAL", "RSACPTFL");
            let day = row.when("RSDTC").map(|when| impute_first(when.date, None).day);
            if let (Some(id), Some(day), true) = (row.subject(), day, counts) {
                progressions.entry(id).or_default().insert(day);
            }
        }
    }
    progressions
}

fn read_measurement(row: CellRow<'_>, place: usize, node: bool) -> Measurement {
    let date = row
        .when("TRDTC")
        .map(|when| impute_first(when.date, None))
        .filter(|date| date.flag != "M");
    let visit = row.text("VISIT");
    let upper = visit.to_ascii_uppercase();
    let baseline = upper.starts_with("SCREENING") || upper.starts_with("BASELINE");
    let analysis_visit = match (baseline, visit) {
        (true, _) => BASELINE.to_owned(),
        // Without visits the assessments are told apart by their dates.
        (false, "") => row.text("TRDTC").to_owned(),
        (false, visit) => visit.to_owned(),
    };
    let perpendicular = row.is("TRTESTCD", "LPERP");
    let recorded_number = row.number("VISITNUM").unwrap_or(f64::INFINITY);
    let recorded = InUnit::of(row.number("TRSTRESN"), |value| millimetres(value, row.text("TRSTRESU")));
    let texts = [("TRORRES", "TRORRESU"), ("TRSTRESC", "TRSTRESU")];
    let stated = texts.into_iter().find(|(name, _)| !row.text(name).is_empty());
    let too_small = stated.filter(|(name, unit)| is_too_small(row.text(name), row.text(unit)));
    let (diameter, variable) = match (recorded, too_small) {
        (InUnit::Blank, Some((name, _))) => (InUnit::Converted(TOO_SMALL_MM), name),
        (InUnit::Blank | InUnit::AsRecorded(_) | InUnit::Converted(_) | InUnit::Apart, _) => (recorded, "TRSTRESN"),
    };
    Measurement {
        lesion: row.text("TRLNKID").to_owned(),
        perpendicular,
        in_sum: perpendicular == node,
        date: date.map(|date| date.day),
        flag: date.map_or("", |date| date.flag),
        visit: visit.to_owned(),
        analysis_visit,
        visit_number: if baseline { 0.0 } else { recorded_number },
        recorded_number,
        diameter,
        variable,
        sequence: row.sequence("TRSEQ", place),
    }
}

/// The assessment each diameter belongs to: at baseline the last one of its axis of its lesion before treatment, whatever its visit
/// is called, where the first day of treatment is known. Scans of an unscheduled visit, and of a visit at which a lesion was
/// measured on several days, are one assessment a day.
fn name_visits(subject: &Subject, measurements: &mut [Measurement]) {
    let before = |date: Date| subject.reference().map(|start| relative_day(start, date) <= 1);
    let mut last: BTreeMap<(String, bool), Date> = BTreeMap::new();
    for one in measurements.iter() {
        if let Some(date) = one.date.filter(|date| before(*date) == Some(true)) {
            let kept = last.entry((one.lesion.clone(), one.perpendicular)).or_insert(date);
            *kept = date.max(*kept);
        }
    }
    for one in measurements.iter_mut() {
        let Some((date, early)) = one.date.and_then(|date| Some((date, before(date)?))) else {
            continue;
        };
        let at_baseline = early && last.get(&(one.lesion.clone(), one.perpendicular)) == Some(&date);
        if at_baseline {
            BASELINE.clone_into(&mut one.analysis_visit);
            one.visit_number = 0.0;
        } else if one.analysis_visit == BASELINE || one.visit_number <= 0.0 {
            one.analysis_visit = own_name(&one.visit, date);
            one.visit_number = one.recorded_number;
        }
    }
    let mut days: BTreeMap<(String, String, bool), BTreeSet<Date>> = BTreeMap::new();
    for one in measurements.iter() {
        let key = (one.analysis_visit.clone(), one.lesion.clone(), one.perpendicular);
        days.entry(key).or_default().extend(one.date);
    }
    let several: BTreeSet<&String> = days
        .iter()
        .filter(|(_, days)| days.len() > 1)
        .map(|((visit, ..), _)| visit)
        .collect();
    for one in measurements.iter_mut() {
        let Some(date) = one.date else { continue };
        let unscheduled = one.analysis_visit.to_ascii_uppercase().contains("UNSCHED");
        if one.analysis_visit != BASELINE && (unscheduled || several.contains(&one.analysis_visit)) {
            one.analysis_visit = format!("{} {date}", one.analysis_visit);
        }
    }
}

/// The name of a visit, its day where it has none.
fn own_name(visit: &str, date: Date) -> String {
    if visit.is_empty() {
        date.to_string()
    } else {
        visit.to_owned()
    }
}

/// `T01` is lesion 1.
fn lesion_number(lesion: &str) -> String {
    let number = lesion
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .trim_start_matches('0');
    number.to_owned()
}

fn lesion_row(subject: &Subject, measurement: &Measurement) -> Vec<String> {
    let n = lesion_number(&measurement.lesion);
    let (code, label) = if measurement.perpendicular {
        (
            format!("NLDIAM{n}"),
            format!("Target Lesion {n} Analysis Perpendicular"),
        )
    } else {
        (format!("LDIAM{n}"), format!("Target Lesion {n} Analysis Diameter"))
    };
    let day = measurement.date.zip(subject.reference());
    let mut row = vec![
        subject.study.clone(),
        subject.id.to_string(),
        code,
        label,
        maybe_day(measurement.date),
        measurement.flag.to_owned(),
        day.map_or_else(String::new, |(date, reference)| {
            relative_day(reference, date).to_string()
        }),
        measurement.analysis_visit.clone(),
        visit_number(measurement.visit_number),
        measurement.visit.clone(),
        measurement.lesion.clone(),
        maybe_number(measurement.diameter.value()),
        measurement.diameter.value().map_or("", |_| MILLIMETRES).to_owned(),
    ];
    // Changes are those of the sum.
    row.extend(std::iter::repeat_n(String::new(), 7));
    let assessed = measurement.diameter.value().is_some();
    row.extend([
        flag(assessed),
        String::new(),
        String::new(),
        String::new(),
        measurement.lesion.clone(),
    ]);
    row.push(if assessed {
        measurement.lesion.clone()
    } else {
        String::new()
    });
    row.extend([
        "TR".to_owned(),
        measurement.variable.to_owned(),
        measurement.sequence.clone(),
        String::new(),
    ]);
    row
}

fn visit_number(value: f64) -> String {
    maybe_number(Some(value).filter(|value| value.is_finite()))
}

/// The sums of one subject in time, with the lesions expected: those measured at baseline.
fn derive_sums(subject: &Subject, measurements: &[Measurement], progressed: &BTreeSet<Date>) -> (Vec<Sum>, String) {
    let mut visits: BTreeMap<&str, Vec<&Measurement>> = BTreeMap::new();
    for measurement in measurements.iter().filter(|measurement| measurement.in_sum) {
        visits.entry(&measurement.analysis_visit).or_default().push(measurement);
    }
    let listed = |measurements: &[&Measurement], measured: bool| {
        let wanted = measurements
            .iter()
            .filter(|m| !measured || m.diameter.value().is_some());
        let lesions: BTreeSet<&str> = wanted.map(|m| m.lesion.as_str()).collect();
        lesions.into_iter().collect::<Vec<_>>().join(", ")
    };
    // What was measured before the baseline is no assessment of the sum.
    let before = |date: Option<Date>| {
        let day = date.zip(subject.reference());
        day.is_some_and(|(date, start)| relative_day(start, date) <= 1)
    };
    let expected = visits.get(BASELINE).map_or_else(String::new, |all| listed(all, false));
    let mut sums: Vec<Sum> = visits
        .iter()
        .map(|(visit, measurements)| {
            let date = measurements.iter().filter_map(|m| m.date).min();
            let assessed = listed(measurements, true);
            Sum {
                visit: (*visit).to_owned(),
                visit_number: measurements
                    .iter()
                    .map(|m| m.visit_number)
                    .fold(f64::INFINITY, f64::min),
                date,
                day: date
                    .zip(subject.reference())
                    .map(|(date, reference)| relative_day(reference, date)),
                diameters: (!assessed.is_empty()).then(|| measurements.iter().filter_map(|m| m.diameter.value()).sum()),
                complete: assessed == expected && !assessed.is_empty() && (*visit == BASELINE || !before(date)),
                assessed,
                progression: date.is_some_and(|date| progressed.contains(&date)),
                records: measurements
                    .iter()
                    .map(|m| format!("TR/{}/{}", subject.id, m.sequence))
                    .collect(),
            }
        })
        .collect();
    sums.sort_by(|a, b| a.date.cmp(&b.date).then(a.visit_number.total_cmp(&b.visit_number)));
    (sums, expected)
}

fn sum_rows(subject: &Subject, measurements: &[Measurement], progressed: &BTreeSet<Date>) -> Vec<Vec<String>> {
    let (sums, expected) = derive_sums(subject, measurements, progressed);
    let baseline = sums
        .iter()
        .position(|sum| sum.visit == BASELINE && sum.day.is_some_and(|day| day <= 1));
    let base = baseline.and_then(|at| sums.get(at)?.diameters);
    let percent = |sum: &Sum| percent_change(sum.diameters, base);
    let after = |sum: &Sum| {
        sum.date
            .zip(subject.reference())
            .is_some_and(|(date, from)| date > from)
    };
    let deepest = sums
        .iter()
        .enumerate()
        .filter(|(_, sum)| sum.complete && after(sum))
        .filter_map(|(at, sum)| Some((at, percent(sum)?)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(at, _)| at);
    let progression = sums.iter().position(|sum| sum.progression).unwrap_or(sums.len());
    let rows = sums.iter().enumerate().map(|(at, sum)| {
        let earlier = sums
            .iter()
            .filter(|other| other.complete && other.day.zip(sum.day).is_some_and(|(a, b)| a < b));
        let nadir = earlier.filter_map(|other| other.diameters).min_by(f64::total_cmp);
        let change = |from: Option<f64>| maybe_number(sum.diameters.zip(from).map(|(to, from)| to - from));
        let counts = sum.complete || sum.progression;
        vec![
            subject.study.clone(),
            subject.id.to_string(),
            "SDIAM".to_owned(),
            "Target Lesions Sum of Diameters".to_owned(),
            maybe_day(sum.date),
            String::new(),
            sum.day.map_or_else(String::new, |day| day.to_string()),
            sum.visit.clone(),
            visit_number(sum.visit_number),
            String::new(),
            String::new(),
            maybe_number(sum.diameters),
            sum.diameters.map_or("", |_| MILLIMETRES).to_owned(),
            maybe_number(base),
            maybe_number(nadir),
            change(base),
            percent(sum).map_or_else(String::new, number),
            change(nadir),
            maybe_number(percent_change(sum.diameters, nadir)),
            flag(baseline == Some(at)),
            flag(sum.complete),
            flag(deepest == Some(at)),
            flag(counts && at < progression),
            flag(counts),
            expected.clone(),
            sum.assessed.clone(),
            "TR".to_owned(),
            "TRSTRESN".to_owned(),
            String::new(),
            sum.records.join(" "),
        ]
    });
    rows.collect()
}

/// Change in percent; there is none from a sum of 0.
fn percent_change(to: Option<f64>, from: Option<f64>) -> Option<f64> {
    let (to, from) = to.zip(from)?;
    (from.abs() > 0.0).then(|| 100.0 * (to - from) / from)
}
