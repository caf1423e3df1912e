//! The serum biomarker as data: change from baseline of each subject over time, and the median.

use jiff::civil::Date;

use super::number;
use super::planned::{self, Series};
use super::spider::LINE_LIMIT;
use crate::endpoint::{Analysis, Facts, biomarker_baseline, biomarker_change};
use crate::language::{Text, Words, both};
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
    pub description: Words,
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
    pub hint: Words,
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
    pub hint: Words,
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
    let id = &facts.subject.id;
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
            hint: both!(
                "{id}, dose level {level}: {change} on day {day} ({when}), {limit}{value} of {base} {unit}",
                "{id}，剂量水平{level}：第{day}天（{when}）{change}，{limit}{value}，基线{base} {unit}",
                change = number::change(change),
                when = sample.when,
                limit = if below { "< " } else { "" },
                value = number::level(value),
                base = number::level(base),
            ),
        });
    }
    let last = points.last()?;
    Some(BiomarkerLine {
        hint: both!(
            "{id}, dose level {level}: {change} at the last sample, day {day:.0}",
            "{id}，剂量水平{level}：末次样本（第{day:.0}天）{change}",
            change = number::change(last.change),
            day = last.day,
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
            hint: both!(
                "median at day {day:.0}: {change} in {counted}",
                "第{day:.0}天中位数：{change}（{subjects}例受试者）",
                day = visit.day,
                change = number::change(change),
                counted = number::counted(subjects, "subject"),
            ),
        })
    };
    // At the visit of infusion itself the sample is the baseline.
    visits.iter().filter(|visit| visit.day > 0.0).filter_map(at).collect()
}

fn description(lines: &[BiomarkerLine], median: &[BiomarkerPoint]) -> Words {
    if lines.is_empty() {
        return Text::new(
            "No infused subject has a quantified baseline of the serum biomarker and a sample after infusion.",
            "尚无已回输受试者同时具有可定量的血清生物标志物基线和回输后样本。",
        )
        .into();
    }
    let last = median.last().map_or_else(Words::default, |point| {
        both!(" Last {en}.", "末次：{zh}。", en = point.hint.en, zh = point.hint.zh)
    });
    both!(
        "Change of the serum biomarker from baseline over days since infusion in {counted}.{last_en}",
        "血清生物标志物相对基线的变化（按回输后天数），{number}例受试者。{last_zh}",
        counted = number::counted(lines.len(), "subject"),
        number = lines.len(),
        last_en = last.en,
        last_zh = last.zh,
    )
}
