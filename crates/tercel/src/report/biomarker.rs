//! The serum biomarker as data: change from baseline of each subject over time, and the median.

use jiff::civil::Date;

use super::number;
use super::planned::{self, Series};
use super::spider::LINE_LIMIT;
use crate::endpoint::{Analysis, Facts, biomarker_baseline, biomarker_change};
use crate::protocol::{Assessed, DoseLevel};
use crate::study::{Amount, SubjectId, days_between};

/// Changes of the serum biomarker.
#[derive(Debug, Clone, PartialEq)]
pub struct BiomarkerFigure {
    /// Lines in order of infusion; at most [`LINE_LIMIT`].
    pub lines: Vec<BiomarkerLine>,
    /// Number of all subjects with a line.
    pub subjects: usize,
    /// Median over all subjects at the planned visits.
    pub median: Vec<BiomarkerPoint>,
    /// The figure in a sentence; where there is no line, why.
    pub description: String,
}

/// The course of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct BiomarkerLine {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Samples after the baseline, from infusion on.
    pub points: Vec<BiomarkerPoint>,
    /// The course in a sentence.
    pub hint: String,
}

/// One sample, or one median.
#[derive(Debug, Clone, PartialEq)]
pub struct BiomarkerPoint {
    /// Days since infusion.
    pub day: f64,
    /// Change from baseline in percent.
    pub change: f64,
    /// Whether the limit of quantification stands for the value.
    pub below: bool,
    /// All of it in a sentence.
    pub hint: String,
}

pub(super) fn biomarker(analysis: &Analysis<'_>) -> BiomarkerFigure {
    let mut drawn: Vec<(Option<Date>, BiomarkerLine)> = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.day0, line(facts)?)))
        .collect();
    let subjects = drawn.len();
    drawn.sort_by(|(day, one), (other_day, other)| (day, &one.subject).cmp(&(other_day, &other.subject)));
    let lines: Vec<BiomarkerLine> = drawn.into_iter().take(LINE_LIMIT).map(|(_, line)| line).collect();
    let median = if lines.is_empty() { Vec::new() } else { median(analysis) };
    BiomarkerFigure {
        description: description(&lines, &median),
        lines,
        subjects,
        median,
    }
}

fn baseline(facts: &Facts<'_>) -> Option<f64> {
    let (_, base) = biomarker_baseline(facts)?;
    (base > 0.0).then_some(base)
}

fn line(facts: &Facts<'_>) -> Option<BiomarkerLine> {
    let (level, day0, base) = (facts.level?, facts.day0?, baseline(facts)?);
    let (baseline, _) = biomarker_baseline(facts)?;
    let unit = &facts.trial.kinetics.biomarker_unit;
    let who = format!("{}, dose level {level}", facts.subject.id);
    let mut points = Vec::new();
    for sample in &facts.subject.biomarker {
        let day = sample.when.day().map(|day| days_between(day0, day));
        let Some(day) = day.filter(|day| *day >= 0 && sample.record != baseline.record) else {
            continue;
        };
        let Some((value, change)) = biomarker_change(sample, base) else {
            continue;
        };
        let below = matches!(sample.amount, Amount::Below(_));
        points.push(BiomarkerPoint {
            day: f64::from(day),
            change,
            below,
            hint: format!(
                "{who}: {} on day {day} ({}), {}{} of {} {unit}",
                number::change(change),
                sample.when,
                if below { "< " } else { "" },
                number::level(value),
                number::level(base)
            ),
        });
    }
    let last = points.last()?;
    Some(BiomarkerLine {
        hint: format!(
            "{who}: {} at the last sample, day {:.0}",
            number::change(last.change),
            last.day
        ),
        subject: facts.subject.id.clone(),
        level,
        points,
    })
}

fn median(analysis: &Analysis<'_>) -> Vec<BiomarkerPoint> {
    let series: Series = |facts| &facts.subject.biomarker;
    let visits = planned::visits(analysis.trial, Assessed::Biomarker);
    let assigned: Vec<&Facts<'_>> = analysis.facts.iter().filter(|facts| facts.level.is_some()).collect();
    let at = |visit: &planned::Planned| {
        let changes = assigned.iter().filter_map(|facts| {
            let sample = planned::sample_of(facts, series, &visits, *visit)?;
            let (_, change) = biomarker_change(sample, baseline(facts)?)?;
            Some(change)
        });
        let changes: Vec<f64> = changes.collect();
        let subjects = changes.len();
        let change = planned::median(changes, 0)??;
        Some(BiomarkerPoint {
            day: visit.day,
            change,
            below: false,
            hint: format!(
                "median at day {:.0}: {} in {}",
                visit.day,
                number::change(change),
                number::counted(subjects, "subject")
            ),
        })
    };
    // At the visit of infusion itself the sample is the baseline.
    visits.iter().filter(|visit| visit.day > 0.0).filter_map(at).collect()
}

fn description(lines: &[BiomarkerLine], median: &[BiomarkerPoint]) -> String {
    if lines.is_empty() {
        return "No infused subject has a quantified baseline of the serum biomarker and a sample after infusion."
            .to_owned();
    }
    let last = median
        .last()
        .map_or_else(String::new, |point| format!(" Last {}.", point.hint));
    format!(
        "Change of the serum biomarker from baseline over days since infusion in {}.{last}",
        number::counted(lines.len(), "subject")
    )
}
