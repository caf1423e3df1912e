//! Mistakes put into a rehearsal on purpose, each of them known: to train who cleans data, and to try every check.
//!
//! # What it derives
//! A soiled study and the list of what was soiled. Each kind of dirt falls once, on one record of one subject, and says
//! which rule must find it, or why none can.
//!
//! # Source
//! The kinds are an assumption: mistakes met in real trials of cell therapy. Frequencies are none: every kind falls once.
//!
//! # Formula
//! Draws are addressed by seed and name of the kind, so one more kind moves no other. A kind falls on the subject with
//! the least dirt that it fits, and never into a dataset of that subject that another kind soiled.
//!
//! # Example
//! `soil(&trial, &mut data, 1)`: see `tercel synth --dirt`.
//!
//! # Limits
//! A kind that fits no subject is left out. What exists only as text (an impossible date, an unknown code) cannot be put
//! into typed records: the writer of datasets adds it.

/// The kinds of one file: name, dataset, what soils it, what finds it, whether it wants a subject to itself.
macro_rules! kinds {
    ($($name:literal $dataset:literal $soil:ident $found:expr, $alone:literal;)+) => {
        pub(super) const KINDS: &[Kind] = &[$(Kind {
            name: $name, dataset: $dataset, found: $found, alone: $alone, soil: $soil,
        }),+];
    };
}

mod course;
mod entry;
mod grades;
mod tumour;

use super::random::{Draws, Topic};
use crate::protocol::Trial;
use crate::study::{Dataset, Medication, MedicationClass, PartialDate, RecordId, StudyData, Subject, SubjectId, When};

/// What becomes of a piece of dirt when the data are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The rule of this name finds it in the dataset that holds it.
    By(&'static str),
    /// The rule finds it in another dataset, which it contradicts.
    In(&'static str, &'static str),
    /// No rule can, and why.
    Nowhere(&'static str),
}

/// One piece of dirt.
#[derive(Debug, Clone, PartialEq)]
pub struct Dirt {
    /// Name of its kind.
    pub kind: &'static str,
    /// Subject, where it is one subject's.
    pub subject: Option<SubjectId>,
    /// Dataset it lies in.
    pub dataset: Dataset,
    /// Number of the record, where it lies in one.
    pub record: Option<u32>,
    /// Variable a finding names.
    pub field: String,
    /// What was done.
    pub what: String,
    /// What finds it.
    pub found: Found,
}

/// One of `count` places, by the seed and the name of the kind; `None` where there are none.
pub fn pick(seed: u64, kind: &str, count: usize) -> Option<usize> {
    choose(&mut draws(seed, kind), count)
}

/// The stream of a kind is its name, as an FNV-1a hash.
fn draws(seed: u64, kind: &str) -> Draws {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let stream = kind.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    Draws::new(seed, stream, Topic::Dirt)
}

fn choose(draws: &mut Draws, count: usize) -> Option<usize> {
    let last = i32::try_from(count).ok()?.checked_sub(1).filter(|last| *last >= 0)?;
    usize::try_from(draws.whole(0, last)).ok()
}

/// Where a piece fell.
struct Mark {
    record: RecordId,
    field: &'static str,
    what: String,
}

fn mark(record: &RecordId, field: &'static str, what: String) -> Mark {
    Mark {
        record: record.clone(),
        field,
        what,
    }
}

/// A kind of dirt and how it is put into a subject; `None` leaves the subject as it is.
struct Kind {
    name: &'static str,
    dataset: &'static str,
    found: Found,
    /// Whether it would hide other dirt of the same subject, and so wants one to itself.
    alone: bool,
    soil: fn(&Trial, &mut Subject, &mut Draws) -> Option<Mark>,
}

fn all() -> impl Iterator<Item = &'static Kind> {
    entry::KINDS
        .iter()
        .chain(course::KINDS)
        .chain(tumour::KINDS)
        .chain(grades::KINDS)
}

/// The name of every kind of dirt that [`soil`] knows.
pub fn kinds() -> Vec<&'static str> {
    all().map(|kind| kind.name).chain([STRADDLE]).collect()
}

/// Soils a rehearsal with every kind it has a place for.
pub fn soil(trial: &Trial, data: &mut StudyData, seed: u64) -> Vec<Dirt> {
    let mut found: Vec<Dirt> = Vec::new();
    let mut taken: Vec<SubjectId> = Vec::new();
    // Those that need a subject to themselves choose first.
    for kind in all().filter(|kind| kind.alone).chain(all().filter(|kind| !kind.alone)) {
        let mut draws = draws(seed, kind.name);
        let count = data.subjects.len();
        let Some(start) = choose(&mut draws, count) else { break };
        let mut order: Vec<usize> = (start..count).chain(0..start).collect();
        let load = |at: &usize| {
            let id = data.subjects.get(*at).map(|subject| &subject.id);
            found.iter().filter(|dirt| dirt.subject.as_ref() == id).count()
        };
        order.sort_by_cached_key(load);
        let free = |subject: &Subject| {
            let mut own = found.iter().filter(|dirt| dirt.subject.as_ref() == Some(&subject.id));
            !taken.contains(&subject.id) && own.all(|dirt| !kind.alone && dirt.dataset.as_str() != kind.dataset)
        };
        let mut fallen = None;
        for at in order {
            let subject = data.subjects.get_mut(at).filter(|subject| free(subject));
            let Some(subject) = subject else { continue };
            if let Some(mark) = (kind.soil)(trial, subject, &mut draws) {
                fallen = Some((subject.id.clone(), mark));
                break;
            }
        }
        if let Some((subject, mark)) = fallen {
            taken.extend(kind.alone.then(|| subject.clone()));
            found.push(dirt_of(kind, subject, mark));
        }
    }
    found.extend(straddle(data, seed));
    found
}

fn dirt_of(kind: &Kind, subject: SubjectId, mark: Mark) -> Dirt {
    Dirt {
        kind: kind.name,
        subject: Some(subject),
        dataset: Dataset::new(kind.dataset),
        record: (mark.record.dataset.as_str() == kind.dataset).then_some(mark.record.number),
        field: mark.field.to_owned(),
        what: mark.what,
        found: kind.found,
    }
}

const STRADDLE: &str = "partial date at the data cut";

/// A partial date around the last day of the study: what a data cut must ask about.
fn straddle(data: &mut StudyData, seed: u64) -> Option<Dirt> {
    let last = data.last_day()?;
    let month = PartialDate::Month(last.year(), last.month());
    let date = if last == last.last_of_month() {
        PartialDate::Year(last.year())
    } else {
        month
    };
    let at = pick(seed, STRADDLE, data.subjects.len())?;
    let subject = data.subjects.get_mut(at)?;
    let record = next_record(subject, "CM", subject.medications.iter().map(|given| &given.record));
    let start = Some(When { date, clock: None });
    subject.medications.push(Medication {
        record: record.clone(),
        name: "PARACETAMOL".to_owned(),
        class: MedicationClass::Other,
        start,
        end: None,
    });
    Some(Dirt {
        kind: STRADDLE,
        subject: Some(subject.id.clone()),
        dataset: Dataset::new("CM"),
        record: Some(record.number),
        field: "CMSTDTC".to_owned(),
        what: format!("a medication from {date}, while the last day of the study is {last}"),
        found: Found::By("partial-at-cut"),
    })
}

/// The identity of one more record of a dataset.
fn next_record<'a>(subject: &Subject, dataset: &str, records: impl Iterator<Item = &'a RecordId>) -> RecordId {
    let numbers = records.filter(|record| record.dataset.as_str() == dataset);
    RecordId {
        dataset: Dataset::new(dataset),
        subject: subject.id.clone(),
        number: numbers.map(|record| record.number).max().unwrap_or(0) + 1,
    }
}

/// One of the records that are fit for it.
fn one<'a, T>(list: &'a mut [T], draws: &mut Draws, fits: impl Fn(&T) -> bool) -> Option<&'a mut T> {
    let mut fit: Vec<&mut T> = list.iter_mut().filter(|record| fits(record)).collect();
    let at = choose(draws, fit.len())?;
    (at < fit.len()).then(|| fit.swap_remove(at))
}

/// A day counted from another.
fn shifted(when: When, days: i32) -> Option<When> {
    Some(When {
        date: PartialDate::Day(super::escalation::later(when.day()?, days)),
        clock: when.clock,
    })
}

/// Leaves of a moment its month alone; what it was.
fn blur(when: &mut When) -> Option<When> {
    let was = *when;
    *when = month_of(was)?;
    Some(was)
}

/// The month alone.
fn month_of(when: When) -> Option<When> {
    let day = when.day()?;
    Some(When {
        date: PartialDate::Month(day.year(), day.month()),
        clock: None,
    })
}
