//! A CSV file of lesions: one row a lesion and visit.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::bail;
use tercel::response::{Assessment, Cytology, Effusion, Lesion, Role};

use super::words;
use super::{Course, Settings, Subject};
use crate::table::{Row, Table};

/// Reads the subjects in order of first appearance.
pub(super) fn read(path: &Path, settings: Settings, notes: &mut Vec<String>) -> anyhow::Result<Vec<Subject>> {
    let table = Table::read(path)?;
    table.require(&["subject", "visit", "day", "lesion", "role", "diameter_mm"])?;
    table.require_rows()?;
    let mut subjects: Vec<(String, Settings, Vec<Reading>)> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for row in table.rows() {
        let id = row.text("subject");
        if id.is_empty() {
            return Err(row.wrong("subject", "a subject id"));
        }
        let at = *index.entry(id).or_insert(subjects.len());
        if at == subjects.len() {
            subjects.push((id.to_owned(), settings, Vec::new()));
        }
        let Some((_, settings, readings)) = subjects.get_mut(at) else {
            bail!("subject {id} was lost while reading {}", path.display());
        };
        readings.push(reading(row)?);
        if let Some(day) = whole_days(row, "new_therapy_day")? {
            let stop = settings.best.stop_day.map_or(day, |earlier| earlier.min(day));
            settings.best.stop_day = Some(stop);
        }
    }
    let subject = |(id, settings, readings): (String, Settings, Vec<Reading>)| {
        let course = course(&id, readings, notes);
        Subject { id, settings, course }
    };
    Ok(subjects.into_iter().map(subject).collect())
}

/// One row.
struct Reading {
    visit: String,
    day: i32,
    lesion: Lesion,
    effusion: Effusion,
}

fn reading(row: Row) -> anyhow::Result<Reading> {
    let Some(day) = whole_days(row, "day")? else {
        return Err(row.wrong("day", "a whole number of days from infusion"));
    };
    let role = words::role(row.text("role")).ok_or_else(|| row.wrong("role", words::ROLES))?;
    let id = match (row.text("lesion"), role) {
        ("", Role::New) => "new".to_owned(),
        ("", Role::Target | Role::NonTarget) => return Err(row.wrong("lesion", "a lesion id")),
        (id, _) => id.to_owned(),
    };
    let diameter_mm = row.number_or_blank("diameter_mm")?;
    if diameter_mm.is_some_and(|diameter| !(0.0..=2000.0).contains(&diameter)) {
        return Err(row.wrong("diameter_mm", "a diameter in mm from 0 to 2000"));
    }
    let status = match row.text("status") {
        "" | "NA" | "." => None,
        status => Some(words::status(status).ok_or_else(|| row.wrong("status", words::STATUSES))?),
    };
    let cytology = words::cytology(row.text("cytology")).ok_or_else(|| row.wrong("cytology", words::CYTOLOGIES))?;
    Ok(Reading {
        visit: match row.text("visit") {
            "" => format!("day {day}"),
            visit => visit.to_owned(),
        },
        day,
        lesion: Lesion {
            id,
            role,
            node: words::node(row.text("node")).ok_or_else(|| row.wrong("node", words::NODES))?,
            diameter_mm,
            status,
            organ: row.text("organ").to_owned(),
            stands_for: stands_for(row)?,
        },
        effusion: words::effusion(row.text("effusion"), cytology)
            .ok_or_else(|| row.wrong("effusion", words::EFFUSIONS))?,
    })
}

/// The lesions of the baseline a part or a merged lesion stands for.
fn stands_for(row: Row) -> anyhow::Result<Vec<String>> {
    let text = row.text("stands_for");
    let ids: Vec<String> = text.split('/').map(|id| id.trim().to_owned()).collect();
    match text {
        "" => Ok(Vec::new()),
        _ if ids.iter().any(String::is_empty) => Err(row.wrong("stands_for", "lesion ids, as in T1 or T1/T2")),
        _ => Ok(ids),
    }
}

fn whole_days(row: Row, column: &str) -> anyhow::Result<Option<i32>> {
    let Some(days) = row.number_or_blank(column)? else {
        return Ok(None);
    };
    match super::whole(days) {
        Some(days) => Ok(Some(days)),
        None => Err(row.wrong(column, "a whole number of days from infusion")),
    }
}

/// Splits the readings of a subject into baseline and later assessments.
fn course(subject: &str, readings: Vec<Reading>, notes: &mut Vec<String>) -> Course {
    let (baseline, rest) = split_baseline(subject, readings, notes);
    let mut later: Vec<Assessment> = Vec::new();
    for reading in rest {
        if reading.day < baseline.day {
            let Reading { visit, day, lesion, .. } = reading;
            let id = lesion.id;
            notes.push(format!(
                "subject {subject}: {id} at {visit} (day {day}) lies before the baseline of day {} and is not used",
                baseline.day
            ));
            continue;
        }
        let same = |assessment: &&mut Assessment| assessment.visit == reading.visit && assessment.day == reading.day;
        match later.iter_mut().find(same) {
            Some(assessment) => add(assessment, reading),
            None => later.push(begin(reading)),
        }
    }
    Course::Lesions { baseline, later }
}

fn begin(reading: Reading) -> Assessment {
    Assessment {
        visit: reading.visit,
        effusion: reading.effusion,
        ..Assessment::new(reading.day, vec![reading.lesion])
    }
}

fn add(assessment: &mut Assessment, reading: Reading) {
    assessment.lesions.push(reading.lesion);
    assessment.effusion = match (assessment.effusion, reading.effusion) {
        (Effusion::Worse(Cytology::Positive), _) | (_, Effusion::NotWorse) => assessment.effusion,
        (Effusion::NotWorse | Effusion::Worse(Cytology::Negative | Cytology::NotDone), effusion) => effusion,
    };
}

/// Splits off the baseline. Named visits on several days are one baseline: each lesion by its latest reading there.
fn split_baseline(subject: &str, readings: Vec<Reading>, notes: &mut Vec<String>) -> (Assessment, Vec<Reading>) {
    let visits = baseline_visits(subject, &readings, notes);
    let (at_baseline, rest): (Vec<Reading>, Vec<Reading>) = readings.into_iter().partition(|reading| {
        visits
            .iter()
            .any(|(visit, day)| *visit == reading.visit && *day == reading.day)
    });
    let mut latest: HashMap<String, i32> = HashMap::new();
    for reading in &at_baseline {
        let day = latest.entry(reading.lesion.id.clone()).or_insert(reading.day);
        *day = reading.day.max(*day);
    }
    let day = at_baseline.iter().map(|reading| reading.day).max().unwrap_or_default();
    let mut baseline = Assessment::new(day, Vec::new());
    for Reading { visit, day, lesion, .. } in at_baseline {
        if latest.get(&lesion.id) == Some(&day) {
            baseline.lesions.push(lesion);
        } else {
            let id = lesion.id;
            notes.push(format!(
                "subject {subject}: {id} at {visit} (day {day}) was read again before infusion; the later reading is used"
            ));
        }
    }
    (baseline, rest)
}

/// Every visit up to day 0; where there is none, the first of those named baseline, else screening, else of all.
fn baseline_visits(subject: &str, readings: &[Reading], notes: &mut Vec<String>) -> BTreeSet<(String, i32)> {
    let named = |name: &str| {
        let found = readings
            .iter()
            .filter(|reading| reading.visit.to_lowercase().starts_with(name));
        found
            .map(|reading| (reading.visit.clone(), reading.day))
            .collect::<BTreeSet<_>>()
    };
    let before: BTreeSet<_> = named("").into_iter().filter(|(_, day)| *day <= 0).collect();
    if !before.is_empty() {
        return before;
    }
    let kinds = ["baseline", "screen", ""].map(|name| (name, named(name)));
    let Some((name, mut visits)) = kinds.into_iter().find(|(_, visits)| !visits.is_empty()) else {
        return BTreeSet::new();
    };
    let first = visits.iter().map(|&(_, day)| day).min().unwrap_or_default();
    visits.retain(|(_, day)| *day == first);
    if name.is_empty() {
        notes.push(format!(
            "subject {subject}: no visit is named baseline or screening and none lies on or before day 0; \
             day {first} is taken as baseline"
        ));
    }
    visits
}
