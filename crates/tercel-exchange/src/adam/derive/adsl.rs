//! `ADSL`: the dates of each subject, from an `ADSL` where there is one, else from `DM EX DS` and the other datasets.
//!
//! # What it derives
//! First and last dose, randomisation, death, end of participation and last sign of life; who was treated.
//!
//! # Source
//! `docs/methods.md`, "Overall survival", for a partial date of death.
//!
//! # Limits
//! A first dose of which the day is not known gives no date of first treatment: the subject was treated, and a note says so.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::study::{PartialDate, SubjectId, When};

use super::cells::{CellRow, Cells, maybe_day};
use super::doses::{Doses, doses};
use super::rules::{Imputed, impute_death};
use super::{DeriveOptions, Sources, Subjects};
use crate::table::Table;

const COLUMNS: [&str; 10] = [
    "STUDYID", "USUBJID", "TRTSDT", "TRTEDT", "RANDDT", "DTHDT", "DTHDTF", "EOSDT", "LSTALVDT", "SAFFL",
];

/// Subject-level variables taken over as they stand.
const CARRIED: [&str; 14] = [
    "SUBJID", "DTHFL", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "COUNTRY", "ARMCD", "ARM", "ACTARMCD",
    "ACTARM", "DOSELVL",
];

/// The dates of one subject.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Identifier.
    pub(super) id: SubjectId,
    /// Study.
    pub(super) study: String,
    /// Whether a dose above zero is recorded, with or without its day.
    pub(super) treated: bool,
    /// First dose.
    pub(super) treatment_start: Option<Date>,
    /// The same as far as it is known: with the time of day, or without the day.
    pub(super) first_dose: Option<When>,
    /// Last dose.
    pub(super) treatment_end: Option<Date>,
    /// Randomisation.
    pub(super) randomised: Option<Date>,
    /// Death as recorded.
    pub(super) died: Option<PartialDate>,
    /// Day of death.
    pub(super) death: Option<Imputed>,
    /// Whether the subject died, on a day known or not.
    pub(super) dead: bool,
    /// End of participation.
    pub(super) end_of_study: Option<Date>,
    /// Last date known to be alive.
    pub(super) last_alive: Option<Date>,
    /// Male or female, as recorded.
    pub(super) sex: String,
}

impl Subject {
    /// Where time starts: randomisation, or the first dose in a study without.
    pub(super) fn is_randomised_apart(&self) -> bool {
        matches!((self.randomised, self.treatment_start), (Some(randomised), Some(treated)) if randomised != treated)
    }

    pub(super) fn reference(&self) -> Option<Date> {
        self.randomised.or(self.treatment_start)
    }

    /// Day of death.
    pub(super) fn death_day(&self) -> Option<Date> {
        self.death.map(|death| death.day)
    }

    /// What the reference date is.
    pub(super) fn began_as(&self) -> &'static str {
        if self.randomised.is_some() {
            "Randomization"
        } else {
            "Treatment Start"
        }
    }
}

/// The subjects of the study; `None` where neither `DM` nor `ADSL` is there.
pub(super) fn derive_subjects(
    sources: &Sources<'_>,
    options: &DeriveOptions,
    notes: &mut Vec<String>,
) -> Option<Subjects> {
    let demography = sources.cells("DM");
    let analysis = sources.cells("ADSL");
    if demography.is_none() && analysis.is_none() {
        return None;
    }
    let mut subjects = Subjects::new();
    for row in [&demography, &analysis].into_iter().flatten().flat_map(Cells::rows) {
        if let Some(id) = row.subject() {
            let subject = subjects.entry(id.clone()).or_insert_with(|| Subject::known_by(id));
            take_dates(subject, row);
        }
    }
    let doses = doses(sources, options);
    let ends = dispositions(sources);
    let seen = last_seen(sources);
    for (id, subject) in &mut subjects {
        if let Some(doses) = doses.get(id) {
            take_doses(subject, doses, notes);
        }
        subject.treated |= subject.treatment_start.is_some();
        let dated = subject.treatment_start.map(When::on);
        let timed = subject
            .first_dose
            .filter(|dose| dated.is_none() || dose.day() == subject.treatment_start);
        subject.first_dose = timed.or(dated);
        let end = ends.get(id).copied().unwrap_or_default();
        subject.randomised = subject.randomised.or(end.randomised);
        subject.died = subject.died.or(end.death);
        subject.dead |= end.dead;
        subject.end_of_study = subject.end_of_study.or(end.end_of_study);
    }
    let alive = last_alive(sources, &subjects, options);
    for (id, subject) in &mut subjects {
        let died = subject.died.map(|died| impute_death(died, alive.get(id).copied()));
        subject.death = subject.death.or(died);
        if analysis.is_none() {
            let seen = seen.get(id).copied().into_iter().chain(subject.treatment_end).max();
            // Records may be dated after a death by mistake; nobody is alive then.
            let seen = seen.map(|seen| subject.death.map_or(seen, |death| seen.min(death.day)));
            subject.last_alive = subject.last_alive.or(seen);
        }
    }
    Some(subjects)
}

impl Subject {
    fn known_by(id: SubjectId) -> Self {
        Self {
            id,
            study: String::new(),
            treated: false,
            treatment_start: None,
            first_dose: None,
            treatment_end: None,
            randomised: None,
            died: None,
            death: None,
            dead: false,
            end_of_study: None,
            last_alive: None,
            sex: String::new(),
        }
    }
}

/// Takes what a row of `DM` or `ADSL` says about the dates of its subject; a later row wins.
fn take_dates(subject: &mut Subject, row: CellRow<'_>) {
    for (column, text) in [("STUDYID", &mut subject.study), ("SEX", &mut subject.sex)] {
        if !row.text(column).is_empty() {
            row.text(column).clone_into(text);
        }
    }
    subject.died = row.when("DTHDTC").map(|when| when.date).or(subject.died);
    subject.dead |= row.is("DTHFL", "Y");
    if let Some(day) = row.day("DTHDT") {
        let flag = ["D", "M", "Y"].into_iter().find(|flag| row.is("DTHDTF", flag));
        subject.death = Some(Imputed {
            day,
            flag: flag.unwrap_or_default(),
        });
    }
    let dates = [
        (row.day("TRTSDT"), &mut subject.treatment_start),
        (row.day("TRTEDT"), &mut subject.treatment_end),
        (row.day("RANDDT"), &mut subject.randomised),
        (row.day("EOSDT"), &mut subject.end_of_study),
        (row.day("LSTALVDT"), &mut subject.last_alive),
    ];
    for (found, date) in dates {
        *date = found.or(*date);
    }
}

/// Takes the days of the doses, and that there was one where its day is not known.
fn take_doses(subject: &mut Subject, doses: &Doses, notes: &mut Vec<String>) {
    subject.treated = doses.given;
    subject.first_dose = doses.first;
    subject.treatment_end = subject.treatment_end.or(doses.last);
    if subject.treatment_start.is_none() {
        subject.treatment_start = doses.first.and_then(When::day);
        if doses.given && subject.treatment_start.is_none() {
            let known = doses.first.map_or_else(String::new, |when| format!(" (\"{when}\")"));
            notes.push(format!(
                "EX, subject {}: the day of the first dose is not known{known}: SAFFL is Y and TRTSDT blank",
                subject.id
            ));
        }
    }
}

/// What `DS` says of a subject.
#[derive(Debug, Clone, Copy, Default)]
struct Disposition {
    randomised: Option<Date>,
    death: Option<PartialDate>,
    /// That it died, on a known day or not.
    dead: bool,
    end_of_study: Option<Date>,
}

fn dispositions(sources: &Sources<'_>) -> BTreeMap<SubjectId, Disposition> {
    let mut ends: BTreeMap<SubjectId, Disposition> = BTreeMap::new();
    let Some(disposition) = sources.cells("DS") else {
        return ends;
    };
    for row in disposition.rows() {
        let Some(id) = row.subject() else { continue };
        let end = ends.entry(id).or_default();
        let (what, category) = (row.text("DSDECOD").to_ascii_uppercase(), row.text("DSCAT"));
        let when = row.when("DSSTDTC");
        if what == "DEATH" && !category.eq_ignore_ascii_case("PROTOCOL MILESTONE") {
            end.dead = true;
            end.death = end.death.or(when.map(|when| when.date));
        }
        let Some(day) = when.and_then(When::day) else { continue };
        if what == "RANDOMIZED" {
            end.randomised = end.randomised.or(Some(day));
        }
        let of_study = !row.text("DSSCAT").to_ascii_uppercase().contains("TREATMENT");
        if category.eq_ignore_ascii_case("DISPOSITION EVENT") && what != "SCREEN FAILURE" && of_study {
            end.end_of_study = end.end_of_study.max(Some(day));
        }
    }
    ends
}

/// The last day on which something was recorded that only a living subject can have.
fn last_seen(sources: &Sources<'_>) -> BTreeMap<SubjectId, Date> {
    let dated = [
        ("AE", "AESTDTC"),
        ("AE", "AEENDTC"),
        ("LB", "LBDTC"),
        ("VS", "VSDTC"),
        ("TR", "TRDTC"),
        ("RS", "RSDTC"),
        ("SV", "SVSTDTC"),
        ("SS", "SSDTC"),
        ("EX", "EXENDTC"),
    ];
    let mut seen: BTreeMap<SubjectId, Date> = BTreeMap::new();
    for (name, column) in dated {
        let Some(cells) = sources.cells(name) else { continue };
        for row in cells.rows() {
            if !is_sign_of_life(name, row) {
                continue;
            }
            if let (Some(id), Some(day)) = (row.subject(), row.day(column)) {
                let last = seen.entry(id).or_insert(day);
                *last = day.max(*last);
            }
        }
    }
    seen
}

/// Whether a record needs a living subject. Of the answers to a survival contact one says that it lives; a visit may not have
/// taken place; an adjudicated toxicity or a lifted halt is no finding on the subject.
fn is_sign_of_life(dataset: &str, row: CellRow<'_>) -> bool {
    if row.is(&format!("{dataset}STAT"), "NOT DONE") {
        return false;
    }
    match dataset {
        "SS" => ["SSSTRESC", "SSORRES"].iter().any(|result| row.is(result, "ALIVE")),
        "SV" => !row.is("SVOCCUR", "N"),
        "FA" => !row.is("FATESTCD", "DLT") && !row.is("FATESTCD", "PAUSE"),
        _ => true,
    }
}

/// Of each subject with a partial date of death, the last day it can mean on which a visit, contact, scan, sample, vital sign,
/// infusion or the onset of an adverse event needed a living subject.
fn last_alive(sources: &Sources<'_>, subjects: &Subjects, options: &DeriveOptions) -> BTreeMap<SubjectId, Date> {
    let dated = [
        ("SV", "SVSTDTC"),
        ("SS", "SSDTC"),
        ("TR", "TRDTC"),
        ("LB", "LBDTC"),
        ("VS", "VSDTC"),
        ("EX", "EXSTDTC"),
        ("FA", "FADTC"),
        ("AE", "AESTDTC"),
        ("PC", "PCDTC"),
        ("CP", "CPDTC"),
    ];
    let mut alive = BTreeMap::new();
    let partly = |subject: &Subject| subject.died.filter(|died| died.complete().is_none());
    if subjects.values().all(|subject| partly(subject).is_none()) {
        return alive;
    }
    for (name, column) in dated {
        let Some(cells) = sources.cells(name) else { continue };
        for row in cells.rows() {
            let Some((id, when)) = row.subject().zip(row.when(column)) else {
                continue;
            };
            let day = when.date.earliest();
            let prepares = name == "EX" && options.is_lymphodepletion(row.text("EXTRT"));
            let died = subjects.get(&id).and_then(partly);
            if died.is_some_and(|died| day <= died.latest()) && !prepares && is_sign_of_life(name, row) {
                let last = alive.entry(id).or_insert(day);
                *last = day.max(*last);
            }
        }
    }
    alive
}

/// Writes the dataset: one row a subject, with the demography that was recorded.
pub(super) fn write_adsl(sources: &Sources<'_>, subjects: &Subjects) -> Table {
    let cells: Vec<Cells<'_>> = ["ADSL", "DM"].iter().filter_map(|name| sources.cells(name)).collect();
    let carried: Vec<&str> = CARRIED
        .into_iter()
        .filter(|column| {
            let told = *column == "DTHFL" && subjects.values().any(|subject| subject.dead);
            told || cells.iter().any(|cells| cells.has(column))
        })
        .collect();
    let mut recorded: BTreeMap<SubjectId, Vec<CellRow<'_>>> = BTreeMap::new();
    for row in cells.iter().flat_map(Cells::rows) {
        if let Some(id) = row.subject() {
            recorded.entry(id).or_default().push(row);
        }
    }
    let rows = subjects.iter().map(|(id, subject)| {
        let mut row = vec![
            subject.study.clone(),
            id.to_string(),
            maybe_day(subject.treatment_start),
            maybe_day(subject.treatment_end),
            maybe_day(subject.randomised),
            maybe_day(subject.death_day()),
            subject.death.map_or("", |death| death.flag).to_owned(),
            maybe_day(subject.end_of_study),
            maybe_day(subject.last_alive),
            if subject.treated { "Y" } else { "N" }.to_owned(),
        ];
        let known = recorded.get(id).map(Vec::as_slice).unwrap_or_default();
        row.extend(carried.iter().map(|column| {
            let mut texts = known.iter().map(|row| row.text(column));
            let dead = *column == "DTHFL" && (subject.dead || subject.death.is_some());
            let recorded = texts.find(|text| !text.is_empty());
            recorded.unwrap_or(if dead { "Y" } else { "" }).to_owned()
        }));
        row
    });
    let rows = rows.collect();
    let columns = [&COLUMNS[..], &carried].concat();
    Table::from_rows("ADSL", &columns, rows)
}
