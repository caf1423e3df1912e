//! What the choice of the recommended dose rests on beside safety: activity, kinetics and feasibility.
//!
//! # What it derives
//! Confirmed responses by level among the infused, with exact limits; the best response of each subject; peak and area of transgene
//! copies and of CAR-T cells by level; how many subjects reached infusion, how long that took, whose dose was off.
//!
//! # Formula
//! Best response is that of the outcomes, by the protocol's criteria, with confirmation. Peak and time of peak only of profiles
//! followed to day 28, when the peak cannot be yet to come; the area to day 28 where the profile covers it. Days from collection
//! to infusion from the first of each, where both days are known. Values have six significant digits.
//!
//! # Limits
//! The maximum tolerated dose is not the recommended dose by default. Nothing here weighs activity against toxicity: the
//! committee does.

use super::packet::Limits;
use super::{frozen, in_order};
use crate::dlt::actual_percent;
use crate::endpoint::{Analysis, Facts};
use crate::estimate::Level;
use crate::estimate::proportion::Proportion;
use crate::kinetics::{Analyte, subject_kinetics};
use crate::protocol::DoseLevel;
use crate::response::Bor;
use crate::study::{RecordId, SubjectId, days_between};

/// A sample of values: how many, their middle, their ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Number of values.
    pub n: u32,
    /// Median.
    pub median: f64,
    /// Smallest.
    pub lowest: f64,
    /// Largest.
    pub highest: f64,
}

/// Responses at one level.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseLine {
    /// The level.
    pub level: DoseLevel,
    /// Subjects infused.
    pub infused: u32,
    /// Of these, subjects with an assessment that counts.
    pub assessed: u32,
    /// Of these, subjects with a confirmed complete or partial response.
    pub responses: u32,
    /// Exact limits of the share of responses among the infused; `None` without any.
    pub limits: Option<Limits>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// The best response of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BestLine {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level, where one is assigned.
    pub level: Option<DoseLevel>,
    /// With confirmation.
    pub confirmed: String,
    /// Without.
    pub unconfirmed: String,
    /// Records.
    pub records: Vec<RecordId>,
}

/// Kinetics at one level.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsLine {
    /// The level.
    pub level: DoseLevel,
    /// What is measured.
    pub analyte: String,
    /// Its unit.
    pub unit: String,
    /// Peak; `None` without a profile followed to day 28.
    pub c_max: Option<Spread>,
    /// Days from infusion to the peak.
    pub t_max: Option<Spread>,
    /// Area to day 28, unit by days; `None` where no profile covers it.
    pub auc_28: Option<Spread>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// Whether the doses can be made and given.
#[derive(Debug, Clone, PartialEq)]
pub struct Feasibility {
    /// Subjects enrolled.
    pub enrolled: u32,
    /// Of these, with cells collected.
    pub collected: u32,
    /// Of these, infused.
    pub infused: u32,
    /// Of the infused, those given a dose outside the tolerance.
    pub off_dose: u32,
    /// Of the infused, those of whose dose this cannot be told.
    pub dose_unknown: u32,
    /// Days from collection to infusion.
    pub days: Option<Spread>,
    /// Records.
    pub records: Vec<RecordId>,
}

/// What the choice of the recommended dose rests on beside the DLTs.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommended {
    /// Response criteria.
    pub criteria: String,
    /// Responses by level.
    pub responses: Vec<ResponseLine>,
    /// Best response of each infused subject.
    pub best: Vec<BestLine>,
    /// Kinetics by level and analyte.
    pub kinetics: Vec<KineticsLine>,
    /// Whether the doses can be made and given.
    pub feasibility: Feasibility,
}

impl Recommended {
    pub(super) fn derive(analysis: &Analysis<'_>, level: Level) -> Self {
        let levels = || analysis.trial.dose_levels.levels();
        Self {
            criteria: analysis.trial.response.criteria.to_string(),
            responses: levels().map(|at| responses(analysis, at, level)).collect(),
            best: best(analysis),
            kinetics: levels()
                .flat_map(|at| Analyte::ALL.map(|analyte| kinetics(analysis, at, analyte)))
                .collect(),
            feasibility: feasibility(analysis),
        }
    }
}

fn infused_at<'f, 'a>(analysis: &'f Analysis<'a>, level: DoseLevel) -> impl Iterator<Item = &'f Facts<'a>> {
    let facts = analysis.facts.iter();
    facts.filter(move |facts| facts.level == Some(level) && facts.dlt.is_some())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Exact limits of `x` of `n`; `None` of nobody.
pub(super) fn limits(x: u32, n: u32, level: Level) -> Option<Limits> {
    let interval = Proportion::new(x.into(), n.into()).ok()?.clopper_pearson(level);
    Some(Limits {
        lower: frozen(interval.lower),
        upper: frozen(interval.upper),
    })
}

fn tumour_records(facts: &Facts<'_>) -> Vec<RecordId> {
    let mut records = facts.identity();
    records.extend(facts.tumour.records.iter().cloned());
    in_order(records)
}

fn responses(analysis: &Analysis<'_>, at: DoseLevel, level: Level) -> ResponseLine {
    let (mut infused, mut assessed, mut responses) = (0, 0, 0);
    let mut records = Vec::new();
    for facts in infused_at(analysis, at) {
        infused += 1;
        records.extend(tumour_records(facts));
        match facts.tumour.best.as_ref().map_or(Bor::Missing, |best| best.confirmed) {
            Bor::Cr | Bor::Pr => {
                assessed += 1;
                responses += 1;
            }
            Bor::Sd | Bor::NonCrNonPd | Bor::Pd => assessed += 1,
            Bor::Ne | Bor::Missing => {}
        }
    }
    ResponseLine {
        level: at,
        infused,
        assessed,
        responses,
        limits: limits(responses, infused, level),
        records: in_order(records),
    }
}

fn best(analysis: &Analysis<'_>) -> Vec<BestLine> {
    let line = |facts: &Facts<'_>| {
        let best = facts.tumour.best.as_ref();
        BestLine {
            subject: facts.subject.id.clone(),
            level: facts.level,
            confirmed: best.map_or(Bor::Missing, |best| best.confirmed).to_string(),
            unconfirmed: best.map_or(Bor::Missing, |best| best.unconfirmed).to_string(),
            records: tumour_records(facts),
        }
    };
    let infused = analysis.facts.iter().filter(|facts| facts.dlt.is_some());
    let mut lines: Vec<BestLine> = infused.map(line).collect();
    lines.sort_by(|one, other| one.subject.cmp(&other.subject));
    lines
}

/// Median and ends of some values; `None` of none.
fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_unstable_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied();
    let upper = at(values.len() / 2)?;
    let median = if values.len().is_multiple_of(2) {
        f64::midpoint(at((values.len() / 2).checked_sub(1)?)?, upper)
    } else {
        upper
    };
    Some(Spread {
        n: number(values.len()),
        median: frozen(median),
        lowest: frozen(at(0)?),
        highest: frozen(*values.last()?),
    })
}

fn kinetics(analysis: &Analysis<'_>, level: DoseLevel, analyte: Analyte) -> KineticsLine {
    let (mut c_max, mut t_max, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    let mut records = Vec::new();
    for facts in infused_at(analysis, level) {
        records.extend(facts.identity());
        let Some(found) = subject_kinetics(facts, analyte) else {
            continue;
        };
        records.extend(found.records());
        let Some(parameters) = found.parameters else { continue };
        if parameters.is_mature {
            c_max.extend(parameters.whole.c_max);
            t_max.extend(parameters.whole.t_max);
        }
        areas.extend(parameters.early.interpolated.ok());
    }
    KineticsLine {
        level,
        analyte: analyte.name().to_owned(),
        unit: analyte.unit().to_owned(),
        c_max: spread(c_max),
        t_max: spread(t_max),
        auc_28: spread(areas),
        records: in_order(records),
    }
}

fn feasibility(analysis: &Analysis<'_>) -> Feasibility {
    let (least, most) = (analysis.trial.dlt.dose_percent_min, analysis.trial.dlt.dose_percent_max);
    let mut found = Feasibility {
        enrolled: number(analysis.enrolled().count()),
        collected: 0,
        infused: 0,
        off_dose: 0,
        dose_unknown: 0,
        days: None,
        records: Vec::new(),
    };
    let mut days = Vec::new();
    for facts in analysis.enrolled() {
        found.records.extend(facts.identity());
        if let Some(collection) = facts.collection {
            found.collected += 1;
            found.records.push(collection.record.clone());
            let from = collection.start.day();
            days.extend(from.zip(facts.day0).map(|(from, to)| f64::from(days_between(from, to))));
        }
        if facts.dlt.is_none() {
            continue;
        }
        found.infused += 1;
        let percent = facts
            .infusion
            .and_then(|infusion| actual_percent(analysis.trial, facts.subject, infusion));
        match percent {
            None => found.dose_unknown += 1,
            Some(percent) => found.off_dose += u32::from(percent < least || percent > most),
        }
    }
    found.days = spread(days);
    found.records = in_order(found.records);
    found
}
