//! The spider plot as data: the change of the sum of target diameters of each subject over time.

use jiff::civil::Date;

use super::number;
use super::waterfall::NO_SUMS;
use crate::endpoint::{Analysis, Facts};
use crate::language::{Words, both};
use crate::protocol::DoseLevel;
use crate::study::SubjectId;

/// Most subjects with a line, here and in the other figures with a line for each subject.
pub const LINE_LIMIT: usize = 200;

/// Courses of the sum of target diameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Spider {
    /// Lines in order of infusion; at most [`LINE_LIMIT`].
    pub lines: Vec<SpiderLine>,
    /// Number of all subjects with a line.
    pub subjects: usize,
    /// Ticks of the time axis in months, from 0.
    pub ticks: Vec<f64>,
    /// The figure in a sentence; where there is no line, why.
    pub description: Words,
}

/// The course of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SpiderLine {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Assessments in order of time; the baseline at month 0 is not among them.
    pub points: Vec<SpiderPoint>,
    /// The course in a sentence.
    pub hint: Words,
}

/// One assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct SpiderPoint {
    /// Months from infusion.
    pub months: f64,
    /// Change from baseline in percent; `None` where a target was not measured.
    pub change: Option<f64>,
    /// Whether it shows progression.
    pub progression: bool,
    /// Whether a new lesion was seen.
    pub new_lesion: bool,
    /// All of it in a sentence.
    pub hint: Words,
}

pub(super) fn spider(analysis: &Analysis<'_>) -> Spider {
    let mut drawn: Vec<(Option<Date>, SpiderLine)> = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.day0, line(facts)?)))
        .collect();
    let subjects = drawn.len();
    drawn.sort_by(|(day, one), (other_day, other)| (day, &one.subject).cmp(&(other_day, &other.subject)));
    let lines: Vec<SpiderLine> = drawn.into_iter().take(LINE_LIMIT).map(|(_, line)| line).collect();
    let times = lines.iter().flat_map(|line| &line.points).map(|point| point.months);
    let ticks = super::figure::ticks(times.fold(0.0, f64::max));
    Spider {
        description: description(&lines),
        lines,
        subjects,
        ticks,
    }
}

fn line(facts: &Facts<'_>) -> Option<SpiderLine> {
    let (level, day0) = (facts.level?, facts.day0?);
    let id = &facts.subject.id;
    let points: Vec<SpiderPoint> = facts
        .assessments_on_treatment()
        .map(|point| {
            let months = facts.months_to(day0, point.day);
            let change = facts.tumour.change(point);
            let value = change.map(number::change);
            let new = if point.new_lesion {
                (", new lesion", "，有新病灶")
            } else {
                ("", "")
            };
            SpiderPoint {
                hint: both!(
                    "{id}, dose level {level}: {en} on {day} ({months} months), {response}{new_en}",
                    "{id}，剂量水平{level}：{day}（{months}个月）{zh}，{response}{new_zh}",
                    en = value.as_deref().unwrap_or("sum not complete"),
                    zh = value.as_deref().unwrap_or("直径总和不完整"),
                    day = point.day,
                    months = number::months(months),
                    response = point.response(),
                    new_en = new.0,
                    new_zh = new.1,
                ),
                months,
                change,
                progression: point.is_progression(),
                new_lesion: point.new_lesion,
            }
        })
        .collect();
    let last = points.iter().rfind(|point| point.change.is_some())?;
    Some(SpiderLine {
        hint: both!(
            "{id}, dose level {level}: {change} at {months} months, the last of {counted}",
            "{id}，剂量水平{level}：{months}个月时{change}，为{number}次评估中的末次",
            change = last.change.map_or_else(String::new, number::change),
            months = number::months(last.months),
            counted = number::counted(points.len(), "assessment"),
            number = points.len(),
        ),
        subject: facts.subject.id.clone(),
        level,
        points,
    })
}

fn description(lines: &[SpiderLine]) -> Words {
    if lines.is_empty() {
        return NO_SUMS.into();
    }
    let with = |marked: fn(&SpiderPoint) -> bool| {
        let marked = lines.iter().filter(|line| line.points.iter().any(marked)).count();
        number::count(marked)
    };
    both!(
        "Change of the sum of target diameters from baseline over months in {counted}: {progression} with progression, \
         {new_lesion} with a new lesion, before new anticancer therapy.",
        "靶病灶直径总和相对基线的变化（按月，至新的抗肿瘤治疗为止），{number}例受试者：{progression}例进展，{new_lesion}例出现新病灶。",
        counted = number::counted(lines.len(), "subject"),
        number = lines.len(),
        progression = with(|point| point.progression),
        new_lesion = with(|point| point.new_lesion),
    )
}
