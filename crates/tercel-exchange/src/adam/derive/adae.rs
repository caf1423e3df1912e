//! `ADAE`: adverse events with imputed dates and treatment emergence, beside everything recorded of them and, with a
//! dictionary, their coding.

use tercel::coding::Coding;

use tercel::protocol::Trial;
use tercel::safety::is_certainly_before;
use tercel::study::When;

use super::Subjects;
use super::adsl::Subject;
use super::cells::{CellRow, Cells, flag, maybe_day};
use super::rules::{Emergence, Imputed, Worsening, impute_first, impute_last, is_treatment_emergent, relative_day};
use crate::meddra::{CODING, code_row, coded_cells};
use crate::table::Table;

const COLUMNS: [&str; 13] = [
    "TRTSDT",
    "TRTEDT",
    "ASTDT",
    "ASTDTF",
    "AENDT",
    "AENDTF",
    "ASTDY",
    "AENDY",
    "ADURN",
    "ADURU",
    "TRTEMFL",
    "TRTEM30FL",
    "TRTEMWFL",
];

/// The scale of the grade.
const SCALE: &str = "ATOXVER";

/// Days after the last dose within which a new event is emergent under `TRTEM30FL`.
const WINDOW_DAYS: i32 = 30;

/// Writes the dataset: one row an event, in the order recorded. What the data leave uncoded is coded; what they carry
/// stands.
pub(super) fn write_adae(
    ae: &Cells<'_>,
    subjects: &Subjects,
    coding: Option<&Coding>,
    notes: &mut Vec<String>,
) -> Table {
    let mut recorded = ae.columns();
    if coding.is_some() {
        recorded.extend(CODING.into_iter().filter(|name| !ae.has(name)));
    }
    let graded = ae.has("AEITOXGR") && ae.has("AETOXGR");
    let mut rows = Vec::new();
    for row in ae.rows() {
        let Some(id) = row.subject() else { continue };
        let Some(subject) = subjects.get(&id) else {
            notes.push(format!("AE, subject {id}: not among the subjects of DM or ADSL"));
            continue;
        };
        let coded = coding.map(|coding| coded_cells(&code_row(coding, |name| row.text(name))));
        let cell = |column: &&str| match (row.text(column), &coded) {
            ("", Some(coded)) => coded_cell(column, coded).unwrap_or_default(),
            (text, _) => text.to_owned(),
        };
        let mut cells: Vec<String> = recorded.iter().map(cell).collect();
        cells.extend(derive_event(row, subject, graded));
        rows.push(cells);
    }
    let columns: Vec<&str> = recorded.iter().copied().chain(COLUMNS).collect();
    Table::from_rows("ADAE", &columns, rows)
}

fn coded_cell(column: &str, coded: &[String; 6]) -> Option<String> {
    let mut cells = CODING.iter().zip(coded);
    cells.find(|(name, _)| **name == column).map(|(_, cell)| cell.clone())
}

/// `ADAE` with `ATOXVER`, the scale of each grade: ASTCT 2019 for CRS and ICANS, the protocol's CTCAE for every other event;
/// blank where the grade is.
pub fn label_scales(adae: &Table, trial: &Trial) -> Table {
    let cells = Cells::new(adae);
    let recorded: Vec<&str> = cells.columns().into_iter().filter(|name| *name != SCALE).collect();
    let rows = cells.rows().map(|row| {
        let mut values: Vec<String> = recorded.iter().map(|column| row.text(column).to_owned()).collect();
        let (terms, organ_class) = named(row);
        let scale = trial.scale_of(&terms, organ_class);
        let graded = !row.text("AETOXGR").is_empty();
        values.push(if graded { scale.name().to_owned() } else { String::new() });
        values
    });
    let rows = rows.collect();
    let columns: Vec<&str> = recorded.into_iter().chain([SCALE]).collect();
    Table::from_rows("ADAE", &columns, rows)
}

/// The terms of an event and its system organ class, by which classes of events are recognised.
pub(super) fn named(row: CellRow<'_>) -> ([&str; 2], Option<&str>) {
    let organ_class = [row.text("AEBODSYS"), row.text("AESOC")];
    let organ_class = organ_class.into_iter().find(|class| !class.is_empty());
    ([row.text("AETERM"), row.text("AEDECOD")], organ_class)
}

/// Whether an event led to a death that is not certainly before treatment.
fn is_fatal_under_treatment(row: CellRow<'_>, subject: &Subject) -> bool {
    let fatal = row.is("AEOUT", "FATAL") || row.is("AETOXGR", "5");
    let died = subject.died.map(|date| When { date, clock: None });
    let before = died
        .or_else(|| subject.death_day().map(When::on))
        .zip(subject.first_dose);
    fatal && !before.is_some_and(|(died, treated)| is_certainly_before(died, treated))
}

/// First and last day of an event, as far as they are known or imputed, and what its emergence rests on.
struct Course {
    start: Option<Imputed>,
    end: Option<Imputed>,
    event: Emergence,
}

impl Course {
    fn of(row: CellRow<'_>, subject: &Subject) -> Self {
        let (started, ended) = (row.when("AESTDTC"), row.when("AEENDTC"));
        let caps = [subject.death_day(), subject.end_of_study];
        let end = ended.map(|when| impute_last(when.date, &caps));
        // What ended before treatment did not begin with it.
        let floor = subject
            .treatment_start
            .filter(|treated| end.is_none_or(|end| *treated <= end.day));
        let start = started.map(|when| impute_first(when.date, floor));
        let event = Emergence {
            treated: subject.first_dose,
            treated_until: subject.treatment_end,
            start: started,
            start_day: start.map(|start| start.day),
            end: ended,
        };
        Self { start, end, event }
    }
}

/// Whether each event is treatment-emergent as `TRTEMFL` has it; `None` where nobody knows its subject.
pub(super) fn emergent(ae: &Cells<'_>, subjects: &Subjects) -> Vec<Option<bool>> {
    let emergent = |row: CellRow<'_>| {
        let course = Course::of(row, subjects.get(&row.subject()?)?);
        Some(is_treatment_emergent(&course.event, None, Worsening::NotAsked))
    };
    ae.rows().map(emergent).collect()
}

fn derive_event(row: CellRow<'_>, subject: &Subject, graded: bool) -> Vec<String> {
    let Course { start, end, event } = Course::of(row, subject);
    let (start_day, end_day) = (event.start_day, end.map(|end| end.day));
    let day = |date| match (subject.treatment_start, date) {
        (Some(reference), Some(date)) => relative_day(reference, date).to_string(),
        (None, _) | (_, None) => String::new(),
    };
    let lasted = start_day.zip(end_day);
    let lasted = lasted.map(|(start, end)| (tercel::study::days_between(start, end) + 1).to_string());
    let worsening = match (graded, row.number("AEITOXGR").zip(row.number("AETOXGR"))) {
        (_, _) if is_fatal_under_treatment(row, subject) => Worsening::Fatal,
        (false, _) => Worsening::NotAsked,
        (true, None) => Worsening::Unknown,
        (true, Some((initial, worst))) => Worsening::Graded { initial, worst },
    };
    let emergent = |window, worsening| flag(is_treatment_emergent(&event, window, worsening));
    vec![
        maybe_day(subject.treatment_start),
        maybe_day(subject.treatment_end),
        maybe_day(start_day),
        start.map_or("", |start| start.flag).to_owned(),
        maybe_day(end_day),
        end.map_or("", |end| end.flag).to_owned(),
        day(start_day),
        day(end_day),
        lasted.clone().unwrap_or_default(),
        lasted.map_or("", |_| "DAYS").to_owned(),
        emergent(None, Worsening::NotAsked),
        emergent(Some(WINDOW_DAYS), Worsening::NotAsked),
        emergent(None, worsening),
    ]
}
