//! CAR-T cells in blood as data: copies and counts of each subject since infusion, and the median of each level.

use jiff::civil::Date;

use super::planned::{self, Series};
use super::spider::LINE_LIMIT;
use super::{LevelName, number};
use crate::endpoint::{Analysis, CELLS, COPIES, Facts};
use crate::language::{Text, Words, both};
use crate::protocol::{Assessed, DoseLevel};
use crate::study::{Amount, Level, SubjectId, days_between};

/// Levels in blood over time.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsFigure {
    /// Place in the document.
    pub anchor: &'static str,
    /// What it shows.
    pub title: Text,
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
    pub description: Words,
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
    pub hint: Words,
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
    pub hint: Words,
}

/// Medians of a level at the planned visits.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsMedian {
    /// Dose level.
    pub level: DoseLevel,
    /// Points, in order of time.
    pub points: Vec<KineticsPoint>,
}

const BELOW: Text = Text::new("below quantification", "低于定量下限");
const COPIES_TITLE: Text = Text::new("CAR transgene copies in blood", "血中CAR转基因拷贝数");
const CELLS_TITLE: Text = Text::new("CAR-T cells in blood", "血中CAR-T细胞");
const SERUM_TITLE: Text = Text::new("Serum biomarker over time", "血清生物标志物随时间的变化");

/// More limits than this are not drawn as lines.
const MOST_LIMITS: usize = 3;

pub(super) fn kinetics(analysis: &Analysis<'_>, levels: &[LevelName]) -> [KineticsFigure; 2] {
    [
        figure(
            analysis,
            levels,
            ("figure_copies", COPIES_TITLE, COPIES),
            Assessed::Kinetics,
            |facts| &facts.subject.copies,
        ),
        figure(
            analysis,
            levels,
            ("figure_cells", CELLS_TITLE, CELLS),
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
        ("figure_biomarker_level", SERUM_TITLE, unit),
        Assessed::Biomarker,
        |facts| &facts.subject.biomarker,
    )
}

fn figure(
    analysis: &Analysis<'_>,
    levels: &[LevelName],
    (anchor, title, unit): (&'static str, Text, &str),
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
pub(super) fn place(amount: Amount, unit: &str, floor: Option<f64>) -> Option<(f64, bool, Words)> {
    Some(match amount {
        Amount::Quantified(value) if value > 0.0 => (value, false, measured(value, unit)),
        Amount::Below(Some(limit)) if limit > 0.0 => {
            let text = both!(
                "below quantification (< {limit} {unit})",
                "低于定量下限（< {limit} {unit}）",
                limit = plain(limit),
            );
            (limit / 2.0, true, text)
        }
        Amount::Quantified(value) => (floor?, true, measured(value, unit)),
        Amount::Below(_) => {
            let text = Text::new("below an unstated limit of quantification", "低于未注明的定量下限");
            (floor?, true, text.into())
        }
    })
}

fn measured(value: f64, unit: &str) -> Words {
    both!("{value} {unit}", "{value} {unit}", value = number::level(value))
}

fn line(facts: &Facts<'_>, samples: &[Level], unit: &str, floor: Option<f64>) -> Option<KineticsLine> {
    let (level, day0) = (facts.level?, facts.day0?);
    let who = both!(
        "{id}, dose level {level}: ",
        "{id}，剂量水平{level}：",
        id = facts.subject.id
    );
    let mut peak: Option<(f64, Words)> = None;
    let mut points = Vec::new();
    for sample in samples {
        let Some(day) = sample.when.day().map(|day| days_between(day0, day)) else {
            continue;
        };
        let Some((height, below, text)) = place(sample.amount, unit, floor).filter(|_| day >= 0) else {
            continue;
        };
        let hint = both!(
            "{en} on day {day} ({when})",
            "{zh}，第{day}天（{when}）",
            en = text.en,
            zh = text.zh,
            when = sample.when,
        );
        if !below && peak.as_ref().is_none_or(|(highest, _)| height > *highest) {
            peak = Some((height, hint.clone()));
        }
        points.push(KineticsPoint {
            day: f64::from(day),
            height,
            below,
            hint: after(&who, &hint),
        });
    }
    if points.is_empty() {
        return None;
    }
    let hint = peak.map_or_else(
        || after(&who, &Text::new("never quantified", "始终低于定量下限").into()),
        |(_, text)| after(&who, &after(&Text::new("highest ", "最高").into(), &text)),
    );
    Some(KineticsLine {
        subject: facts.subject.id.clone(),
        level,
        points,
        hint,
    })
}

fn after(start: &Words, rest: &Words) -> Words {
    Words::join(&[start.clone(), rest.clone()], Text::new("", ""))
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
        let amount = median.map(|median| (median, measured(median, unit)));
        let (height, below, text) = match amount.filter(|(median, _)| *median > 0.0) {
            Some((median, text)) => (median, false, text),
            None => (lowest.or(floor)?, true, BELOW.into()),
        };
        Some(KineticsPoint {
            day: visit.day,
            height,
            below,
            hint: both!(
                "dose level {level}, median at day {day:.0}: {en}; {quantified} of {counted} quantified",
                "剂量水平{level}，第{day:.0}天中位数：{zh}；{all}例受试者中{quantified}例可定量",
                day = visit.day,
                en = text.en,
                zh = text.zh,
                quantified = values.len(),
                counted = number::counted(samples.len(), "subject"),
                all = samples.len(),
            ),
        })
    });
    let points: Vec<KineticsPoint> = points.collect();
    (!points.is_empty()).then_some(KineticsMedian { level, points })
}

fn description(lines: &[KineticsLine], title: Text, unit: &str) -> Words {
    if lines.is_empty() {
        return both!(
            "No infused subject has a sample of known level ({unit}) after infusion.",
            "尚无已回输受试者在回输后有水平已知的样本（{unit}）。"
        );
    }
    let never = lines.iter().filter(|line| line.points.iter().all(|point| point.below));
    let peak = lines
        .iter()
        .flat_map(|line| &line.points)
        .filter(|point| !point.below)
        .max_by(|one, other| one.height.total_cmp(&other.height));
    let highest = peak.map_or_else(Words::default, |peak| {
        both!(" Highest: {en}.", "最高：{zh}。", en = peak.hint.en, zh = peak.hint.zh)
    });
    both!(
        "{title_en} over days since infusion in {counted}, {never} never quantified.{highest_en}",
        "{title_zh}（按回输后天数），{number}例受试者，其中{never}例始终低于定量下限。{highest_zh}",
        title_en = title.en,
        title_zh = title.zh,
        counted = number::counted(lines.len(), "subject"),
        number = lines.len(),
        never = number::count(never.count()),
        highest_en = highest.en,
        highest_zh = highest.zh,
    )
}
