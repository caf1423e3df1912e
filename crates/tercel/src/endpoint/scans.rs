//! The scans of one subject put together as assessments: a baseline, and what was read after infusion.
//!
//! # What it derives
//! The baseline (the last reading of each lesion on or before the day of infusion) and the assessments after it.
//!
//! # Source
//! `eisenhauer2009recist` §4.1 (baseline) and §4.3.4 (new lesions); `docs/methods.md`, "Assessments".
//!
//! # Formula
//! Readings of one visit name at most [`VISIT_DAYS`] after its first scan are one assessment; without a visit name, or
//! unscheduled, those of one day. A lesion is what its first identification says.
//!
//! # Example
//! CT of the targets on day −14 and ultrasound of a non-target on day −3: both lesions have their baseline.
//!
//! # Limits
//! A scan whose day is not known is not used; a finding says so.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::response::{Assessment, Criteria, Cytology, Effusion, Lesion, LesionStatus, Role};
use crate::study::{
    Lesion as Identified, LesionResult, LesionRole, Measurement, RecordId, Subject, When, days_between,
};

/// Planned scans lie four weeks apart or more, and a window reaches two weeks to either side: scans of one visit name
/// further apart than this are different assessments.
const VISIT_DAYS: i32 = 14;

/// The readings of one assessment.
pub(super) struct Scan<'a> {
    name: String,
    /// Day of the first scan.
    pub(super) first: Date,
    /// Day of the last.
    pub(super) last: Date,
    readings: Vec<&'a Measurement>,
    /// New lesions of this day that were identified but not read.
    unread: Vec<&'a Identified>,
}

/// All scans of a subject.
pub(super) struct Scans<'a> {
    day0: Date,
    criteria: Criteria,
    /// The first identification of each lesion.
    lesions: BTreeMap<&'a str, &'a Identified>,
    before: Vec<&'a Measurement>,
    /// Assessments after infusion in order of time.
    pub(super) later: Vec<Scan<'a>>,
}

impl<'a> Scans<'a> {
    pub(super) fn read(subject: &'a Subject, day0: Date, criteria: Criteria) -> Self {
        let dated = subject
            .measurements
            .iter()
            .filter(|reading| reading.when.day().is_some());
        let (before, after): (Vec<_>, Vec<_>) = dated.partition(|reading| reading.when.date.earliest() <= day0);
        let mut scans = Self {
            day0,
            criteria,
            lesions: first_identifications(subject),
            before,
            later: group(&after),
        };
        scans.add_unread(&after);
        scans.later.sort_by(|a, b| (a.first, &a.name).cmp(&(b.first, &b.name)));
        scans
    }

    /// A new lesion that nobody read about the day it was identified is there on that day.
    fn add_unread(&mut self, after: &[&'a Measurement]) {
        for lesion in self.lesions.values().filter(|lesion| lesion.role == LesionRole::New) {
            let Some(day) = lesion.when.and_then(When::day).filter(|day| *day > self.day0) else {
                continue;
            };
            let near = |reading: &&Measurement| {
                reading.link == lesion.link && days_between(day, reading.when.date.earliest()).abs() <= VISIT_DAYS
            };
            if after.iter().any(near) {
                continue;
            }
            match self.later.iter_mut().find(|scan| scan.first <= day && day <= scan.last) {
                Some(scan) => scan.unread.push(lesion),
                None => self.later.push(Scan {
                    unread: vec![lesion],
                    ..Scan::on("", day)
                }),
            }
        }
    }

    /// The last reading of each lesion on or before the day of infusion.
    pub(super) fn baseline(&self) -> Assessment {
        let mut lesions = Vec::new();
        for (link, lesion) in &self.lesions {
            if lesion.role == LesionRole::New {
                if self.is_old(lesion) {
                    lesions.push(Lesion::new_lesion(link));
                }
                continue;
            }
            let of_lesion: Vec<&Measurement> = self
                .before
                .iter()
                .copied()
                .filter(|reading| reading.link == **link)
                .collect();
            lesions.extend(read_lesion(lesion, &last_day(of_lesion, self.criteria), self.criteria));
        }
        assessment("baseline", 0, lesions)
    }

    /// One assessment after infusion.
    pub(super) fn assess(&self, scan: &Scan<'_>) -> Assessment {
        let (mut lesions, mut effusion) = (Vec::new(), Effusion::NotWorse);
        for (link, lesion) in &self.lesions {
            if lesion.role == LesionRole::New && self.is_old(lesion) {
                continue;
            }
            let of_lesion: Vec<&Measurement> = scan
                .readings
                .iter()
                .copied()
                .filter(|reading| reading.link == **link)
                .collect();
            let read = read_lesion(lesion, &of_lesion, self.criteria);
            if judged_by_cytology(lesion, self.criteria) {
                let (fluid, worse) = read_fluid(lesion, read);
                if worse && effusion != Effusion::Worse(Cytology::Positive) {
                    effusion = Effusion::Worse(cytology(&of_lesion));
                }
                lesions.extend(fluid);
            } else {
                lesions.extend(read);
            }
        }
        let unread = scan
            .unread
            .iter()
            .filter(|lesion| !judged_by_cytology(lesion, self.criteria));
        lesions.extend(unread.map(|lesion| Lesion::new_lesion(&lesion.link)));
        Assessment {
            effusion,
            ..assessment(&scan.name, days_between(self.day0, scan.first), lesions)
        }
    }

    /// Whether a lesion called new was there before infusion.
    fn is_old(&self, lesion: &Identified) -> bool {
        lesion.when.and_then(When::day).is_some_and(|day| day <= self.day0)
            || self.before.iter().any(|reading| reading.link == lesion.link)
    }

    /// The record a question about a lesion at a scan (or at baseline) is asked of.
    pub(super) fn record(&self, scan: Option<&Scan<'_>>, link: &str) -> Option<RecordId> {
        let readings = scan.map_or(&self.before, |scan| &scan.readings);
        let read = readings.iter().rfind(|reading| reading.link == link);
        let identified = || Some(self.lesions.get(link)?.record.clone());
        read.map(|reading| reading.record.clone()).or_else(identified)
    }
}

impl Scan<'_> {
    fn on(name: &str, day: Date) -> Self {
        Self {
            name: name.to_owned(),
            first: day,
            last: day,
            readings: Vec::new(),
            unread: Vec::new(),
        }
    }
}

fn assessment(visit: &str, day: i32, lesions: Vec<Lesion>) -> Assessment {
    Assessment {
        visit: visit.to_owned(),
        day,
        lesions,
        non_target: None,
        effusion: Effusion::NotWorse,
    }
}

/// Each lesion as it was first identified; one identified again is still one lesion.
fn first_identifications(subject: &Subject) -> BTreeMap<&str, &Identified> {
    let order = |lesion: &Identified| {
        (
            lesion.when.is_none(),
            lesion.when.map(When::order),
            lesion.record.clone(),
        )
    };
    let mut first: BTreeMap<&str, &Identified> = BTreeMap::new();
    for lesion in &subject.lesions {
        let stands = first.entry(&lesion.link).or_insert(lesion);
        if order(lesion) < order(stands) {
            *stands = lesion;
        }
    }
    first
}

/// Readings grouped by visit name, or by day where the visit has no name of its own.
fn group<'a>(readings: &[&'a Measurement]) -> Vec<Scan<'a>> {
    let mut by_name: BTreeMap<(&str, Option<Date>), Vec<&'a Measurement>> = BTreeMap::new();
    for &reading in readings {
        let unscheduled = reading.visit.is_empty() || reading.visit.to_uppercase().starts_with("UNSCHED");
        let day = unscheduled.then(|| reading.when.date.earliest());
        by_name.entry((&reading.visit, day)).or_default().push(reading);
    }
    let mut scans: Vec<Scan<'a>> = Vec::new();
    for ((name, _), mut readings) in by_name {
        readings.sort_by_key(|reading| reading.when.order());
        let mut open: Option<Scan<'a>> = None;
        for reading in readings {
            let day = reading.when.date.earliest();
            let same = open.take_if(|scan| days_between(scan.first, day) <= VISIT_DAYS);
            scans.extend(open.take());
            let mut scan = same.unwrap_or_else(|| Scan::on(name, day));
            scan.last = day;
            scan.readings.push(reading);
            open = Some(scan);
        }
        scans.extend(open);
    }
    scans
}

/// The readings of the last day with a diameter; without any diameter, with a state; without either, the last day.
fn last_day(readings: Vec<&Measurement>, criteria: Criteria) -> Vec<&Measurement> {
    let day = |reading: &&Measurement| reading.when.date.earliest();
    let measured = diameters(&readings, criteria).iter().map(day).max();
    let judged = readings
        .iter()
        .filter(|reading| reading.result.is_some())
        .map(day)
        .max();
    let last = measured.or(judged).or_else(|| readings.iter().map(day).max());
    readings
        .into_iter()
        .filter(|reading| Some(day(reading)) == last)
        .collect()
}

/// Readings that hold the diameter the criteria use: viable under mRECIST where one was taken, otherwise the whole.
fn diameters<'a>(readings: &[&'a Measurement], criteria: Criteria) -> Vec<&'a Measurement> {
    let is_viable = |reading: &&&Measurement| matches!(reading.result, Some(LesionResult::ViableDiameter(_)));
    let is_whole = |reading: &&&Measurement| matches!(reading.result, Some(LesionResult::Diameter(_)));
    let viable: Vec<&Measurement> = match criteria {
        Criteria::Mrecist { .. } => readings.iter().filter(is_viable).copied().collect(),
        Criteria::Recist11 | Criteria::Irecist => Vec::new(),
    };
    if viable.is_empty() {
        readings.iter().filter(is_whole).copied().collect()
    } else {
        viable
    }
}

/// What the readings of one lesion at one assessment say: nothing, one thing, or several that exclude each other.
fn read_lesion(identified: &Identified, readings: &[&Measurement], criteria: Criteria) -> Vec<Lesion> {
    if readings.is_empty() {
        return Vec::new();
    }
    let sizes = sizes(readings, criteria);
    let (states, other_words) = states(readings);
    let lesion = |diameter_mm, status| Lesion {
        id: identified.link.clone(),
        role: match identified.role {
            LesionRole::Target => Role::Target,
            LesionRole::NonTarget => Role::NonTarget,
            LesionRole::New => Role::New,
        },
        node: identified.node,
        diameter_mm,
        status,
        organ: identified.place.clone(),
        stands_for: identified.stands_for.clone(),
    };
    match (sizes.as_slice(), states.as_slice()) {
        // A new lesion described in other words is still one that was identified as new.
        ([], []) if other_words && identified.role == LesionRole::New => vec![lesion(None, None)],
        ([], []) => vec![lesion(None, Some(LesionStatus::NotEvaluable))],
        ([] | [_], [] | [_]) => vec![lesion(sizes.first().copied(), states.first().copied())],
        (sizes, states) => {
            let sized = sizes.iter().map(|mm| lesion(Some(*mm), None));
            sized
                .chain(states.iter().map(|state| lesion(None, Some(*state))))
                .collect()
        }
    }
}

/// Pleural fluid and ascites, which under mRECIST are progression only with malignant cells in them.
fn judged_by_cytology(lesion: &Identified, criteria: Criteria) -> bool {
    let is_fluid = ["FLUID", "EFFUSION", "ASCITES"]
        .iter()
        .any(|word| lesion.place.contains(word));
    matches!(criteria, Criteria::Mrecist { .. }) && is_fluid
}

/// What is left of a fluid as a lesion, and whether it appeared or grew.
fn read_fluid(identified: &Identified, read: Vec<Lesion>) -> (Vec<Lesion>, bool) {
    let is_there = |lesion: &Lesion| match lesion.status {
        Some(LesionStatus::Absent | LesionStatus::NotEvaluable) => false,
        Some(LesionStatus::Present | LesionStatus::Progression | LesionStatus::TooSmall) | None => true,
    };
    if identified.role == LesionRole::New {
        return (Vec::new(), read.iter().any(is_there));
    }
    let grew = |lesion: &Lesion| lesion.status == Some(LesionStatus::Progression);
    let worse = read.iter().any(grew);
    let as_present = |lesion: Lesion| Lesion {
        status: if grew(&lesion) {
            Some(LesionStatus::Present)
        } else {
            lesion.status
        },
        ..lesion
    };
    (read.into_iter().map(as_present).collect(), worse)
}

/// The cytology among the readings of a fluid.
fn cytology(readings: &[&Measurement]) -> Cytology {
    let found = readings.iter().filter_map(|reading| match reading.result {
        Some(LesionResult::Cytology(cytology)) => Some(cytology),
        _ => None,
    });
    let found: Vec<Cytology> = found.collect();
    [Cytology::Positive, Cytology::Negative]
        .into_iter()
        .find(|cytology| found.contains(cytology))
        .unwrap_or(Cytology::NotDone)
}

/// The different diameters among the readings.
fn sizes(readings: &[&Measurement], criteria: Criteria) -> Vec<f64> {
    let mut sizes = Vec::new();
    for reading in diameters(readings, criteria) {
        if let Some(LesionResult::Diameter(mm) | LesionResult::ViableDiameter(mm)) = reading.result
            && !sizes.contains(&mm)
        {
            sizes.push(mm);
        }
    }
    sizes
}

/// The different states among the readings, and whether one is in words that say no state.
fn states(readings: &[&Measurement]) -> (Vec<LesionStatus>, bool) {
    let (mut states, mut other_words) = (Vec::new(), false);
    for reading in readings {
        if let Some(LesionResult::State(text)) = &reading.result {
            match parse_state(text) {
                Some(state) if states.contains(&state) => {}
                Some(state) => states.push(state),
                None => other_words = true,
            }
        }
    }
    (states, other_words)
}

/// State of a lesion in the words of SDTM and of case report forms; `None` for any other word.
fn parse_state(text: &str) -> Option<LesionStatus> {
    Some(match text {
        "ABSENT" | "DISAPPEARED" | "RESOLVED" | "COMPLETE RESPONSE" | "CR" => LesionStatus::Absent,
        "PRESENT" | "STABLE" | "NON-CR/NON-PD" | "UNCHANGED" | "DECREASED" | "INCREASED" => LesionStatus::Present,
        "UNEQUIVOCAL PROGRESSION" | "PROGRESSION" | "PD" | "UNEQUIVOCAL" => LesionStatus::Progression,
        "TOO SMALL TO MEASURE" => LesionStatus::TooSmall,
        "EQUIVOCAL" | "POSSIBLE" | "SUSPECTED" | "UNCERTAIN" | "INDETERMINATE" | "NOT EVALUABLE" | "NE" | "UNKNOWN"
        | "NOT DONE" | "NOT ASSESSED" => LesionStatus::NotEvaluable,
        _ => return None,
    })
}
