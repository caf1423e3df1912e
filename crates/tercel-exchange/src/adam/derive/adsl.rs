//! `ADSL`: the dates of each subject, from an `ADSL` where there is one, else from `DM EX DS` and the other datasets.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::study::SubjectId;

use super::cells::{CellRow, Cells, maybe_day};
use super::rules::impute_first;
use super::{DeriveOptions, Sources, Subjects};
use crate::table::Table;

const COLUMNS: [&str; 9] = [
    "STUDYID", "USUBJID", "TRTSDT", "TRTEDT", "RANDDT", "DTHDT", "EOSDT", "LSTALVDT", "SAFFL",
];

/// Subject-level variables taken over as they stand.
const CARRIED: [&str; 13] = [
    "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "COUNTRY", "ARMCD", "ARM", "ACTARMCD", "ACTARM",
    "DOSELVL",
];

/// The dates of one subject.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Identifier.
    pub(super) id: SubjectId,
    /// Study.
    pub(super) study: String,
    /// First dose.
    pub(super) treatment_start: Option<Date>,
    /// Last dose.
    pub(super) treatment_end: Option<Date>,
    /// Randomisation.
    pub(super) randomised: Option<Date>,
    /// Death.
    pub(super) death: Option<Date>,
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
pub(super) fn derive_subjects(sources: &Sources<'_>, options: &DeriveOptions) -> Option<Subjects> {
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
        let (first, last) = doses
            .get(id)
            .map_or((None, None), |&(first, last)| (Some(first), Some(last)));
        let end = ends.get(id).copied().unwrap_or_default();
        subject.treatment_start = subject.treatment_start.or(first);
        subject.treatment_end = subject.treatment_end.or(last);
        subject.randomised = subject.randomised.or(end.randomised);
        subject.death = subject.death.or(end.death);
        subject.end_of_study = subject.end_of_study.or(end.end_of_study);
        if analysis.is_none() {
            let seen = seen.get(id).copied().into_iter().chain(subject.treatment_end).max();
            // Records may be dated after a death by mistake; nobody is alive then.
            let seen = seen.map(|seen| subject.death.map_or(seen, |death| seen.min(death)));
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
            treatment_start: None,
            treatment_end: None,
            randomised: None,
            death: None,
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
    let death = row.when("DTHDTC").map(|when| impute_first(when.date, None).day);
    let dates = [
        (row.day("TRTSDT"), &mut subject.treatment_start),
        (row.day("TRTEDT"), &mut subject.treatment_end),
        (row.day("RANDDT"), &mut subject.randomised),
        (row.day("DTHDT").or(death), &mut subject.death),
        (row.day("EOSDT"), &mut subject.end_of_study),
        (row.day("LSTALVDT"), &mut subject.last_alive),
    ];
    for (found, date) in dates {
        *date = found.or(*date);
    }
}

/// First and last day of a dose of anything but lymphodepletion.
fn doses(sources: &Sources<'_>, options: &DeriveOptions) -> BTreeMap<SubjectId, (Date, Date)> {
    let mut doses: BTreeMap<SubjectId, (Date, Date)> = BTreeMap::new();
    let Some(exposure) = sources.cells("EX") else {
        return doses;
    };
    for row in exposure.rows() {
        let treatment = row.text("EXTRT").to_ascii_uppercase();
        let prepares = options.is_lymphodepletion(&treatment);
        let given = row.number("EXDOSE").is_none_or(|dose| dose > 0.0) || treatment.contains("PLACEBO");
        let (Some(id), Some(start)) = (row.subject(), row.day("EXSTDTC")) else {
            continue;
        };
        if prepares || !given {
            continue;
        }
        let end = row.day("EXENDTC").unwrap_or(start);
        let known = doses.entry(id).or_insert((start, end));
        *known = (known.0.min(start), known.1.max(end));
    }
    doses
}

/// What `DS` says of a subject.
#[derive(Debug, Clone, Copy, Default)]
struct Disposition {
    randomised: Option<Date>,
    death: Option<Date>,
    end_of_study: Option<Date>,
}

fn dispositions(sources: &Sources<'_>) -> BTreeMap<SubjectId, Disposition> {
    let mut ends: BTreeMap<SubjectId, Disposition> = BTreeMap::new();
    let Some(disposition) = sources.cells("DS") else {
        return ends;
    };
    for row in disposition.rows() {
        let (Some(id), Some(day)) = (row.subject(), row.day("DSSTDTC")) else {
            continue;
        };
        let end = ends.entry(id).or_default();
        let (what, category) = (row.text("DSDECOD").to_ascii_uppercase(), row.text("DSCAT"));
        if what == "RANDOMIZED" {
            end.randomised = end.randomised.or(Some(day));
        }
        if what == "DEATH" {
            end.death = end.death.or(Some(day));
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
            // Of the answers to a survival contact, one says that the subject lives.
            if name == "SS" && !["SSSTRESC", "SSORRES"].iter().any(|result| row.is(result, "ALIVE")) {
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

/// Writes the dataset: one row a subject, with the demography that was recorded.
pub(super) fn write_adsl(sources: &Sources<'_>, subjects: &Subjects) -> Table {
    let cells: Vec<Cells<'_>> = ["ADSL", "DM"].iter().filter_map(|name| sources.cells(name)).collect();
    let carried: Vec<&str> = CARRIED
        .into_iter()
        .filter(|column| cells.iter().any(|cells| cells.has(column)))
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
            maybe_day(subject.death),
            maybe_day(subject.end_of_study),
            maybe_day(subject.last_alive),
            if subject.treatment_start.is_some() { "Y" } else { "N" }.to_owned(),
        ];
        let known = recorded.get(id).map(Vec::as_slice).unwrap_or_default();
        row.extend(carried.iter().map(|column| {
            let mut texts = known.iter().map(|row| row.text(column));
            texts.find(|text| !text.is_empty()).unwrap_or_default().to_owned()
        }));
        row
    });
    let rows = rows.collect();
    let columns = [&COLUMNS[..], &carried].concat();
    Table::from_rows("ADSL", &columns, rows)
}
