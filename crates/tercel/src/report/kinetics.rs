//! CAR-T cells in blood as data: copies and counts of each subject since infusion, and the median of each level.

use jiff::civil::Date;

use super::planned::{self, Series};
use super::spider::LINE_LIMIT;
use super::{LevelName, number};
use crate::endpoint::{Analysis, CELLS, COPIES, Facts};
use crate::protocol::{Assessed, DoseLevel};
use crate::study::{Amount, Level, SubjectId, days_between};

/// Levels in blood over time.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsFigure {
    /// Place in the document.
    pub anchor: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Unit of the levels.
    pub unit: String,
    /// Lines in order of infusion; at most [`LINE_LIMIT`].
    pub lines: Vec<KineticsLine>,
    /// Number of all subjects with a line.
    pub subjects: usize,
    /// Medians by level, lowest level first.
    pub medians: Vec<KineticsMedian>,
    /// Lower limits of quantification, where there are few enough to draw, each with its text.
    pub limits: Vec<(f64, String)>,
    /// The figure in a sentence; where there is no line, why.
    pub description: String,
}

/// The levels of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsLine {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Samples from the day of infusion on.
    pub points: Vec<KineticsPoint>,
    /// The course in a sentence.
    pub hint: String,
}

/// One sample, or one median.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsPoint {
    /// Days since infusion.
    pub day: f64,
    /// Where it is drawn: the value, or half the limit of quantification. Above 0.
    pub height: f64,
    /// Whether it is below quantification.
    pub below: bool,
    /// All of it in a sentence.
    pub hint: String,
}

/// Medians of a level at the planned visits.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsMedian {
    /// Dose level.
    pub level: DoseLevel,
    /// Points, in order of time.
    pub points: Vec<KineticsPoint>,
}

/// More limits than this are not drawn as lines.
const MOST_LIMITS: usize = 3;

pub(super) fn kinetics(analysis: &Analysis<'_>, levels: &[LevelName]) -> [KineticsFigure; 2] {
    [
        figure(
            analysis,
            levels,
            ("figure_copies", "CAR transgene copies in blood", COPIES),
            Assessed::Kinetics,
            |facts| &facts.subject.copies,
        ),
        figure(
            analysis,
            levels,
            ("figure_cells", "CAR-T cells in blood", CELLS),
            Assessed::Kinetics,
            |facts| &facts.subject.counts,
        ),
    ]
}

/// Levels of the serum biomarker.
pub(super) fn serum(analysis: &Analysis<'_>, levels: &[LevelName]) -> KineticsFigure {
    let unit = &analysis.trial.kinetics.biomarker_unit;
    figure(
        analysis,
        levels,
        ("figure_biomarker_level", "Serum biomarker over time", unit),
        Assessed::Biomarker,
        |facts| &facts.subject.biomarker,
    )
}

fn figure(
    analysis: &Analysis<'_>,
    levels: &[LevelName],
    (anchor, title, unit): (&'static str, &'static str, &str),
    assessed: Assessed,
    series: Series,
) -> KineticsFigure {
    let floor = floor(analysis, series);
    let mut drawn: Vec<(Option<Date>, KineticsLine)> = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.day0, line(facts, series(facts), unit, floor)?)))
        .collect();
    let subjects = drawn.len();
    drawn.sort_by(|(day, one), (other_day, other)| (day, &one.subject).cmp(&(other_day, &other.subject)));
    let lines: Vec<KineticsLine> = drawn.into_iter().take(LINE_LIMIT).map(|(_, line)| line).collect();
    let medians = levels
        .iter()
        .filter_map(|name| medians(analysis, name.level, (assessed, series), unit, floor))
        .collect();
    let mut limits: Vec<f64> = limits(analysis, series).collect();
    limits.sort_by(f64::total_cmp);
    limits.dedup_by(|one, other| one.total_cmp(other).is_eq());
    if limits.len() > MOST_LIMITS || lines.is_empty() {
        limits.clear();
    }
    KineticsFigure {
        anchor,
        title,
        unit: unit.to_owned(),
        description: description(&lines, title, unit),
        lines,
        subjects,
        medians,
        limits: limits
            .into_iter()
            .map(|limit| (limit, format!("LLOQ {}", plain(limit))))
            .collect(),
    }
}

fn limits(analysis: &Analysis<'_>, series: Series) -> impl Iterator<Item = f64> {
    let samples = analysis.facts.iter().flat_map(move |facts| series(facts));
    samples.filter_map(|sample| match sample.amount {
        Amount::Below(Some(limit)) if limit > 0.0 => Some(limit),
        Amount::Below(_) | Amount::Quantified(_) => None,
    })
}

/// A limit as the laboratory states it, without digits it does not have.
fn plain(limit: f64) -> String {
    let text = limit.to_string();
    if text.len() <= 6 { text } else { number::level(limit) }
}

/// Where a sample below an unstated limit is drawn: half the smallest limit stated, otherwise half the smallest value.
pub(super) fn floor(analysis: &Analysis<'_>, series: Series) -> Option<f64> {
    let samples = analysis.facts.iter().flat_map(series);
    let quantified = samples.filter_map(|sample| sample.amount.quantified());
    let smallest = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::min);
    let limit = smallest(&mut limits(analysis, series));
    let value = || smallest(&mut quantified.filter(|value| *value > 0.0));
    limit.or_else(value).map(|least| least / 2.0)
}

/// Height, whether below quantification, and the text; `None` where nothing says how low the sample may be.
pub(super) fn place(amount: Amount, unit: &str, floor: Option<f64>) -> Option<(f64, bool, String)> {
    Some(match amount {
        Amount::Quantified(value) if value > 0.0 => (value, false, format!("{} {unit}", number::level(value))),
        Amount::Below(Some(limit)) if limit > 0.0 => {
            let text = format!("below quantification (< {} {unit})", plain(limit));
            (limit / 2.0, true, text)
        }
        Amount::Quantified(value) => (floor?, true, format!("{} {unit}", number::level(value))),
        Amount::Below(_) => (floor?, true, "below an unstated limit of quantification".to_owned()),
    })
}

fn line(facts: &Facts<'_>, samples: &[Level], unit: &str, floor: Option<f64>) -> Option<KineticsLine> {
    let (level, day0) = (facts.level?, facts.day0?);
    let who = format!("{}, dose level {level}", facts.subject.id);
    let mut peak: Option<(f64, String)> = None;
    let mut points = Vec::new();
    for sample in samples {
        let Some(day) = sample.when.day().map(|day| days_between(day0, day)) else {
            continue;
        };
        let Some((height, below, text)) = place(sample.amount, unit, floor).filter(|_| day >= 0) else {
            continue;
        };
        let hint = format!("{text} on day {day} ({})", sample.when);
        if !below && peak.as_ref().is_none_or(|(highest, _)| height > *highest) {
            peak = Some((height, hint.clone()));
        }
        points.push(KineticsPoint {
            day: f64::from(day),
            height,
            below,
            hint: format!("{who}: {hint}"),
        });
    }
    if points.is_empty() {
        return None;
    }
    let hint = peak.map_or_else(
        || format!("{who}: never quantified"),
        |(_, text)| format!("{who}: highest {text}"),
    );
    Some(KineticsLine {
        subject: facts.subject.id.clone(),
        level,
        points,
        hint,
    })
}

fn medians(
    analysis: &Analysis<'_>,
    level: DoseLevel,
    (assessed, series): (Assessed, Series),
    unit: &str,
    floor: Option<f64>,
) -> Option<KineticsMedian> {
    let visits = planned::visits(analysis.trial, assessed);
    let here: Vec<&Facts<'_>> = analysis
        .facts
        .iter()
        .filter(|facts| facts.level == Some(level) && facts.day0.is_some())
        .collect();
    let points = visits.iter().filter_map(|visit| {
        let samples: Vec<&Level> = here
            .iter()
            .filter_map(|facts| planned::sample_of(facts, series, &visits, *visit))
            .collect();
        let values: Vec<f64> = samples.iter().filter_map(|sample| sample.amount.quantified()).collect();
        let median = planned::median(values.clone(), samples.len() - values.len())?;
        let lowest = samples
            .iter()
            .filter_map(|sample| place(sample.amount, unit, floor))
            .filter_map(|(height, below, _)| below.then_some(height))
            .reduce(f64::min);
        let amount = median.map(|median| (median, format!("{} {unit}", number::level(median))));
        let (height, below, text) = match amount.filter(|(median, _)| *median > 0.0) {
            Some((median, text)) => (median, false, text),
            None => (lowest.or(floor)?, true, "below quantification".to_owned()),
        };
        Some(KineticsPoint {
            day: visit.day,
            height,
            below,
            hint: format!(
                "dose level {level}, median at day {:.0}: {text}; {} of {} quantified",
                visit.day,
                values.len(),
                number::counted(samples.len(), "subject")
            ),
        })
    });
    let points: Vec<KineticsPoint> = points.collect();
    (!points.is_empty()).then_some(KineticsMedian { level, points })
}

fn description(lines: &[KineticsLine], title: &str, unit: &str) -> String {
    if lines.is_empty() {
        return format!("No infused subject has a sample of known level ({unit}) after infusion.");
    }
    let never = lines.iter().filter(|line| line.points.iter().all(|point| point.below));
    let peak = lines
        .iter()
        .flat_map(|line| &line.points)
        .filter(|point| !point.below)
        .max_by(|one, other| one.height.total_cmp(&other.height));
    let highest = peak.map_or_else(String::new, |peak| format!(" Highest: {}.", peak.hint));
    format!(
        "{title} over days since infusion in {}, {} never quantified.{highest}",
        number::counted(lines.len(), "subject"),
        number::count(never.count())
    )
}
