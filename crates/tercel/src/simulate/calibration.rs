//! The rehearsal beside the published numbers it is made to resemble.
//!
//! # What it derives
//! One row an anchor: what is published, the range a rehearsal should keep to, and what the records of a large one give.
//!
//! # Source
//! Each row names its own; `assumption` where the number is a choice and not a publication.
//!
//! # Formula
//! Subjects are dealt evenly to the dose levels, without the escalation, so that every level has enough of them. Values are
//! derived from the records as a study's are: Kaplan-Meier, the protocol's response criteria and DLT verdicts.
//!
//! # Example
//! `calibrate(&trial, RehearsalOptions { subjects: 2000, seed: 1 })`: see `tercel synth --calibration`.
//!
//! # Limits
//! A range says what is tolerated here, not the confidence limits of the publication. Being inside says that the
//! rehearsal resembles the anchor, not that a real study will.

use rayon::prelude::*;

use super::escalation::{Slot, later};
use super::{RehearsalOptions, recorder};
use crate::dlt::Status;
use crate::endpoint::{Analysis, Duration, Facts};
use crate::estimate::Level;
use crate::estimate::kinetics::{BlqRules, Kinetics, Method, NcaOptions, Sample, estimate_kinetics};
use crate::estimate::summary::{geometric_cv_percent, geometric_mean, median};
use crate::estimate::survival::{ConfType, KaplanMeier, Observation};
use crate::grade::Grade;
use crate::protocol::{DoseLevel, Trial};
use crate::response::Bor;
use crate::study::{AdverseEvent, Level as Measured, StudyData, Subject};

/// One published number and what the rehearsal gives for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// What is measured, with its unit.
    pub name: &'static str,
    /// Dose level, where it differs by level.
    pub level: Option<DoseLevel>,
    /// What is published or assumed, as written there.
    pub published: &'static str,
    /// Reference key, table, or `assumption`.
    pub source: &'static str,
    /// Least value tolerated.
    pub low: f64,
    /// Greatest value tolerated.
    pub high: f64,
    /// Value of the rehearsal; `None` where its records give none.
    pub value: Option<f64>,
    /// Why the rehearsal is known to lie outside, where it does.
    pub remark: Option<&'static str>,
}

impl Anchor {
    /// Whether the rehearsal keeps to the range.
    pub fn is_inside(&self) -> bool {
        self.value.is_some_and(|value| (self.low..=self.high).contains(&value))
    }
}

/// Peak, in copies/µg, from which a subject counts as one whose cells expanded.
const EXPANSION: f64 = 300.0;

/// A measure over the subjects of a group.
type Measure = fn(&[&Facts<'_>]) -> Option<f64>;

struct Row {
    name: &'static str,
    published: &'static str,
    source: &'static str,
    low: f64,
    high: f64,
    measure: Measure,
}

macro_rules! rows {
    ($($name:literal, $published:literal, $source:literal, $low:literal to $high:literal, $measure:expr;)+) => {
        &[$(Row {
            name: $name, published: $published, source: $source, low: $low, high: $high, measure: $measure,
        }),+]
    };
}

/// Anchors by dose level: one row a level, in order.
const BY_LEVEL: &[[Row; 3]] = &[
    three(
        "CRS of any grade, %",
        ["70", "85", "90"],
        "assumption; 9 of 13 (69 %) in shi2020",
        [(64.0, 76.0), (79.0, 91.0), (84.0, 96.0)],
        |group| percent(group, |facts| worst(facts, is_crs).is_some()),
    ),
    three(
        "CRS of grade 3 or higher, %",
        ["3", "6", "12"],
        "assumption; 1 of 13 in shi2020",
        [(1.0, 5.0), (3.5, 8.5), (9.0, 15.0)],
        |group| percent(group, |facts| worst(facts, is_crs) >= Some(Grade::G3)),
    ),
    three(
        "dose-limiting toxicity, %",
        ["5", "12", "25"],
        "assumption",
        [(3.0, 7.5), (9.0, 15.0), (21.0, 29.0)],
        |group| {
            let judged = |facts: &&Facts<'_>| matches!(status(facts), Some(Status::Dlt | Status::NoDlt));
            let judged: Vec<&Facts<'_>> = group.iter().copied().filter(judged).collect();
            percent(&judged, |facts| status(facts) == Some(&Status::Dlt))
        },
    ),
    three(
        "Cmax where cells expand, geometric mean, copies/ug",
        ["3000", "4000", "5000"],
        "assumption; below stein2019 (24 000)",
        [(2400.0, 3750.0), (3200.0, 5000.0), (4000.0, 6250.0)],
        |group| geometric_mean(&peaks(group)),
    ),
];

/// A row for each of three dose levels.
const fn three(
    name: &'static str,
    published: [&'static str; 3],
    source: &'static str,
    ranges: [(f64, f64); 3],
    measure: Measure,
) -> [Row; 3] {
    let [first, second, third] = published;
    let [a, b, c] = ranges;
    [
        row(name, first, source, a, measure),
        row(name, second, source, b, measure),
        row(name, third, source, c, measure),
    ]
}

const fn row(
    name: &'static str,
    published: &'static str,
    source: &'static str,
    (low, high): (f64, f64),
    measure: Measure,
) -> Row {
    Row {
        name,
        published,
        source,
        low,
        high,
        measure,
    }
}

/// Anchors of all subjects collected from, the uninfused among them.
const OF_ALL: &[Row] = rows! {
    "not infused, %", "10 to 20", "assumption", 10.0 to 20.0, |group| percent(group, |facts| facts.infusion.is_none());
    "age, median, years", "59 (54 to 65)", "PMC8951695 table 1", 57.0 to 61.0, |group| median(&collect(group, |facts| facts.subject.age));
    "men, %", "89", "PMC8951695 table 1", 86.0 to 92.0, |group| percent(group, |facts| facts.subject.sex == Some(crate::study::Sex::Male));
    "ALT at screening, median, U/L", "34 (25 to 54)", "PMC8951695 table 1", 30.6 to 37.4, |group| screening(group, "ALT");
    "AST at screening, median, U/L", "49 (34 to 78)", "PMC8951695 table 1", 44.1 to 53.9, |group| screening(group, "AST");
    "bilirubin at screening, median, umol/L", "17 (10 to 22)", "PMC8951695 table 1", 15.3 to 18.7, |group| screening(group, "BILI");
    "albumin at screening, median, g/L", "37 (33 to 41)", "PMC8951695 table 1", 35.0 to 39.0, |group| screening(group, "ALB");
    "INR at screening, median", "1.10 (1.03 to 1.18)", "PMC8951695 table 1", 1.05 to 1.15, |group| screening(group, "INR");
    "AFP at screening, median, ng/mL", "428 (10 to 4442)", "PMC8951695 table 1", 214.0 to 856.0, |group| screening(group, "AFP");
    "platelets at screening, median, 10^9/L", "133 (SD 57)", "PMC7786454 table 1", 120.0 to 146.0, |group| screening(group, "PLAT");
    "serum IL1RAP at baseline, geometric mean, ng/mL", "above 300", "smith2003il1rap; 350 is an assumption", 300.0 to 400.0, |group| geometric_mean(&biomarkers(group));
    "serum IL1RAP at baseline, geometric CV, %", "35", "assumption", 30.0 to 42.0, |group| geometric_cv_percent(&biomarkers(group));
};

/// Anchors of the infused.
const OF_INFUSED: &[Row] = rows! {
    "CRS onset, median, days", "2 to 3", "assumption", 2.0 to 3.0, |group| median(&collect(group, crs_onset));
    "CRS duration, median, days", "4 to 6", "assumption", 4.0 to 6.0, |group| median(&collect(group, crs_duration));
    "ICANS of any grade, %", "2 to 8", "assumption; none in qi2024", 2.0 to 8.0, |group| percent(group, |facts| worst(facts, is_icans).is_some());
    "ICANS of grade 3 or higher, %", "0 to 3", "assumption; none in shi2020", 0.0 to 3.0, |group| percent(group, |facts| worst(facts, is_icans) >= Some(Grade::G3));
    "no expansion, %", "15 to 20", "assumption", 14.0 to 23.0, |group| percent(group, |facts| peak(facts).is_none_or(|peak| peak < EXPANSION));
    "Cmax where cells expand, geometric CV, %", "about 150", "assumption; 155 to 226 on the labels of CD19 products", 120.0 to 226.0, |group| geometric_cv_percent(&peaks(group));
    "Tmax where cells expand, median, days", "10; about 14 in shi2020", "assumption", 8.0 to 14.0, |group| median(&collect(group, |facts| peak(facts).filter(|peak| *peak >= EXPANSION).and(kinetics(facts)?.t_max)));
    "terminal half-life, median, days", "23 to 69", "assumption (loss of 0.01 to 0.03 a day)", 23.0 to 69.0, |group| median(&collect(group, half_life));
    "neutrophils below 0.5, %", "30 to 60", "assumption", 30.0 to 60.0, |group| percent(group, neutropenic);
    "objective response, %", "15 to 35", "assumption; 33 % armoured in Steffin 2025, Nature 637:940", 15.0 to 35.0, |group| percent(group, |facts| matches!(best(facts), Some(Bor::Cr | Bor::Pr)));
    "disease control, %", "50 to 70", "assumption; 66 % armoured in Steffin 2025, Nature 637:940", 50.0 to 70.0, |group| percent(group, |facts| matches!(best(facts), Some(Bor::Cr | Bor::Pr | Bor::Sd | Bor::NonCrNonPd)));
    "progression-free survival, median, months", "2.5 to 5", "assumption; 2.8 in finn2020", 2.5 to 5.0, |group| curve(group, |facts| facts.pfs.as_ref())?.quantile(0.5, ConfType::LogLog, limits()?).estimate;
    "overall survival, median, months", "8.3 to 13.8", "finn2020", 8.0 to 14.0, |group| curve(group, |facts| facts.os.as_ref())?.quantile(0.5, ConfType::LogLog, limits()?).estimate;
    "overall survival at 6 months, %", "50.3; 61 to 74 where exponential in finn2020", "shi2020; finn2020", 50.0 to 75.0, |group| alive(group, 6.0);
    "overall survival at 12 months, %", "42.0; 37 to 55 where exponential in finn2020", "shi2020; finn2020", 36.0 to 56.0, |group| alive(group, 12.0);
};

/// Anchors that the parameters do not meet, and why. Other parameters would change what a seed means.
const REMARKS: [(&str, &str); 2] = [
    (
        "terminal half-life, median, days",
        "the persistent part, 0.5 to 2 % of the peak, mostly lies below the limit of quantification (50 copies/ug), so the \
         last quantified samples still belong to the contraction (half-life 2.8 to 4.6 days)",
    ),
    (
        "overall survival at 6 months, %",
        "deaths come from a constant rate after progression, while the published curves fall early; the median and the \
         value at 12 months are met",
    ),
];

/// Every anchor with the value of a rehearsal of so many subjects.
pub fn calibrate(trial: &Trial, options: RehearsalOptions) -> Vec<Anchor> {
    let data = StudyData {
        subjects: dealt(trial, options),
        synthetic: true,
        dated: true,
        ..StudyData::default()
    };
    let analysis = Analysis::new(trial, &data, data.last_day());
    let all: Vec<&Facts<'_>> = analysis.facts.iter().collect();
    let infused: Vec<&Facts<'_>> = all.iter().copied().filter(|facts| facts.infusion.is_some()).collect();
    let mut anchors: Vec<Anchor> = Vec::new();
    for rows in BY_LEVEL {
        for (row, level) in rows.iter().zip(trial.dose_levels.levels()) {
            let group: Vec<&Facts<'_>> = infused
                .iter()
                .copied()
                .filter(|facts| facts.level == Some(level))
                .collect();
            anchors.push(answer(row, Some(level), &group));
        }
    }
    anchors.extend(OF_INFUSED.iter().map(|row| answer(row, None, &infused)));
    anchors.extend(OF_ALL.iter().map(|row| answer(row, None, &all)));
    anchors
}

/// Subjects dealt to the dose levels in turn.
fn dealt(trial: &Trial, options: RehearsalOptions) -> Vec<Subject> {
    let levels: Vec<DoseLevel> = trial.dose_levels.levels().collect();
    let infusion = later(trial.version_date, 120);
    let slots: Vec<Slot> = (1..=u64::from(options.subjects))
        .zip(levels.into_iter().cycle())
        .map(|(number, level)| Slot {
            number,
            level,
            infusion,
        })
        .collect();
    let write = |slot: Slot| recorder::write_subject(trial, options.seed, slot, 6);
    slots.into_par_iter().map(write).collect()
}

fn answer(row: &Row, level: Option<DoseLevel>, group: &[&Facts<'_>]) -> Anchor {
    Anchor {
        name: row.name,
        level,
        published: row.published,
        source: row.source,
        low: row.low,
        high: row.high,
        value: (row.measure)(group),
        remark: REMARKS.iter().find(|(name, _)| *name == row.name).map(|(_, why)| *why),
    }
}

fn percent(group: &[&Facts<'_>], holds: impl Fn(&Facts<'_>) -> bool) -> Option<f64> {
    let count = group.iter().filter(|facts| holds(facts)).count();
    (!group.is_empty()).then(|| 100.0 * count as f64 / group.len() as f64)
}

fn collect(group: &[&Facts<'_>], value: impl Fn(&Facts<'_>) -> Option<f64>) -> Vec<f64> {
    group.iter().filter_map(|facts| value(facts)).collect()
}

fn is_crs(event: &AdverseEvent) -> bool {
    event.term == super::bedside::CRS_TERM
}

fn is_icans(event: &AdverseEvent) -> bool {
    event.term == super::bedside::ICANS_TERM
}

fn worst(facts: &Facts<'_>, is: fn(&AdverseEvent) -> bool) -> Option<Grade> {
    let events = facts.subject.adverse_events.iter().filter(|event| is(event));
    events.filter_map(|event| event.grade).max()
}

fn crs_onset(facts: &Facts<'_>) -> Option<f64> {
    let first = facts.subject.adverse_events.iter().find(|event| is_crs(event))?;
    Some(facts.infusion?.when.hours_until(first.start?)? / 24.0)
}

fn crs_duration(facts: &Facts<'_>) -> Option<f64> {
    let mut events = facts.subject.adverse_events.iter().filter(|event| is_crs(event));
    let start = events.clone().find_map(|event| event.start)?;
    let end = events.rfind(|event| event.end.is_some())?.end?;
    Some(start.hours_until(end)? / 24.0)
}

fn status<'f>(facts: &'f Facts<'_>) -> Option<&'f Status> {
    facts.dlt.as_ref().map(|verdict| &verdict.status)
}

fn best(facts: &Facts<'_>) -> Option<Bor> {
    facts.tumour.best.map(|best| best.unconfirmed)
}

fn peak(facts: &Facts<'_>) -> Option<f64> {
    let levels = facts
        .subject
        .copies
        .iter()
        .filter_map(|level| level.amount.quantified());
    levels.reduce(f64::max)
}

fn peaks(group: &[&Facts<'_>]) -> Vec<f64> {
    collect(group, |facts| peak(facts).filter(|peak| *peak >= EXPANSION))
}

/// Kinetics of one subject as they are estimated in a study.
fn kinetics(facts: &Facts<'_>) -> Option<Kinetics> {
    let infused = facts.infusion?.when;
    let sample = |level: &Measured| {
        Some(Sample {
            time: infused.hours_until(level.when)? / 24.0,
            conc: level.amount.quantified().unwrap_or(0.0),
        })
    };
    let samples: Vec<Sample> = facts.subject.copies.iter().filter_map(sample).collect();
    let options = NcaOptions {
        method: Method::LinearUpLogDown,
        blq: BlqRules::PKNCA,
        partial_end: 28.0,
    };
    estimate_kinetics(&samples, &options).ok()
}

fn half_life(facts: &Facts<'_>) -> Option<f64> {
    Some(kinetics(facts)?.terminal.ok()?.half_life)
}

fn screening(group: &[&Facts<'_>], test: &str) -> Option<f64> {
    let first = |facts: &Facts<'_>| facts.subject.labs.iter().find(|lab| lab.test == test)?.value;
    median(&collect(group, first))
}

fn biomarkers(group: &[&Facts<'_>]) -> Vec<f64> {
    collect(group, |facts| facts.subject.biomarker.first()?.amount.quantified())
}

fn neutropenic(facts: &Facts<'_>) -> bool {
    let mut labs = facts.subject.labs.iter().filter(|lab| lab.test == "NEUT");
    labs.any(|lab| lab.value.is_some_and(|value| value < 0.5))
}

fn limits() -> Option<Level> {
    Level::new(0.95).ok()
}

fn curve<'f>(group: &'f [&Facts<'_>], duration: impl Fn(&'f Facts<'_>) -> Option<&'f Duration>) -> Option<KaplanMeier> {
    let observations: Vec<Observation> = group
        .iter()
        .filter_map(|facts| duration(facts))
        .map(|duration| Observation {
            time: duration.months,
            event: duration.event,
        })
        .collect();
    KaplanMeier::new(&observations).ok()
}

fn alive(group: &[&Facts<'_>], months: f64) -> Option<f64> {
    let landmark = curve(group, |facts| facts.os.as_ref())?.landmark(months, ConfType::LogLog, limits()?);
    landmark.estimate.map(|estimate| 100.0 * estimate)
}
