//! Blood counts over time: a line for each subject, the median at the planned visits, and where the grades lie.

use crate::endpoint::{Analysis, Facts};
use crate::grade::Grade;
use crate::grade::analyte::Analyte;
use crate::grade::criteria::{Direction, LabCriteria, Of, Operator};
use crate::grade::units::{Unit, convert};
use crate::protocol::{Assessed, DoseLevel, VisitTime};
use crate::report::number;
use crate::report::spider::LINE_LIMIT;
use crate::study::{Lab, SubjectId, days_between};

/// First and last day drawn, since infusion.
const DAYS: (i32, i32) = (-14, 90);
/// A median of fewer subjects is a subject's own line again.
const FEWEST: usize = 2;

/// Tests drawn, with their titles, and whether the axis is logarithmic.
const DRAWN: [(&str, &str, &str, bool); 3] = [
    ("figure_neutrophils", "neutrophils", "Neutrophils", true),
    ("figure_platelets", "platelets", "Platelets", true),
    ("figure_haemoglobin", "hemoglobin", "Haemoglobin", false),
];

/// One blood count over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Place in the document.
    pub anchor: &'static str,
    /// What is drawn.
    pub title: &'static str,
    /// Its unit.
    pub unit: String,
    /// Whether the axis is logarithmic.
    pub logarithmic: bool,
    /// First and last day of the axis.
    pub days: (f64, f64),
    /// Grades that absolute values give, from grade 1 or 2 down.
    pub shades: Vec<Shade>,
    /// Lines in order of infusion; at most [`LINE_LIMIT`].
    pub lines: Vec<CountLine>,
    /// Number of all subjects with a line.
    pub subjects: usize,
    /// The median at the planned visits, of all subjects.
    pub medians: Vec<CountMedian>,
    /// The figure in a sentence.
    pub description: String,
}

/// Values of one grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Shade {
    /// Grade.
    pub grade: u8,
    /// Values below this have at least this grade.
    pub below: f64,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct CountLine {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Days since infusion and values.
    pub points: Vec<(f64, f64)>,
    /// The line in a sentence.
    pub hint: String,
}

/// All subjects at a planned visit.
#[derive(Debug, Clone, PartialEq)]
pub struct CountMedian {
    /// Days since infusion.
    pub day: f64,
    /// Subjects with a value.
    pub subjects: usize,
    /// Median.
    pub median: f64,
    /// Lowest value.
    pub lowest: f64,
    /// Subjects below each of `shades`.
    pub below: Vec<usize>,
}

pub(super) fn recovery(analysis: &Analysis<'_>) -> Vec<Recovery> {
    DRAWN
        .iter()
        .filter_map(|(anchor, test, title, logarithmic)| figure(analysis, anchor, test, title, *logarithmic))
        .collect()
}

fn figure(
    analysis: &Analysis<'_>,
    anchor: &'static str,
    test: &str,
    title: &'static str,
    logarithmic: bool,
) -> Option<Recovery> {
    let analyte = Analyte::ALL.iter().find(|analyte| analyte.name == test)?;
    let of_test = |lab: &&Lab| analyte.is_called(&lab.test);
    let all = || {
        analysis
            .facts
            .iter()
            .flat_map(|facts| &facts.subject.labs)
            .filter(of_test)
    };
    let unit = most_frequent(all().map(|lab| lab.unit.as_str()))?;
    let to = Unit::parse(&unit).ok()?;
    let value_of = |lab: &Lab| {
        let from = Unit::parse(&lab.unit).ok()?;
        let value = lab.value.filter(|value| value.is_finite() && *value >= 0.0)?;
        if lab.unit == unit {
            Some(value)
        } else {
            convert(analyte, value, from, to)
        }
    };
    let mut drawn: Vec<_> = analysis
        .facts
        .iter()
        .filter_map(|facts| {
            let labs: Vec<&Lab> = facts.subject.labs.iter().filter(of_test).collect();
            Some((facts.day0?, line(facts, &labs, &unit, value_of)?))
        })
        .collect();
    drawn.sort_by(|(day, one), (other_day, other)| (day, &one.subject).cmp(&(other_day, &other.subject)));
    let mut lines: Vec<CountLine> = drawn.into_iter().map(|(_, line)| line).collect();
    if lines.is_empty() {
        return None;
    }
    let subjects = lines.len();
    let shades = shades(
        analysis,
        analyte,
        to,
        all().filter_map(|lab| lab.lln.filter(|_| lab.unit == unit)),
    );
    let medians = medians(analysis, &lines, &shades);
    lines.truncate(LINE_LIMIT);
    Some(Recovery {
        anchor,
        title,
        logarithmic,
        days: (f64::from(DAYS.0), f64::from(DAYS.1)),
        description: description(title, &unit, subjects, &medians),
        unit,
        shades,
        lines,
        subjects,
        medians,
    })
}

fn most_frequent<'u>(units: impl Iterator<Item = &'u str>) -> Option<String> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for unit in units {
        *counts.entry(unit).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some(most.0.to_owned())
}

fn line(facts: &Facts<'_>, labs: &[&Lab], unit: &str, value_of: impl Fn(&Lab) -> Option<f64>) -> Option<CountLine> {
    let (day0, level) = (facts.day0?, facts.level?);
    let points = labs.iter().filter_map(|lab| {
        let day = days_between(day0, lab.when.day()?);
        ((DAYS.0..=DAYS.1).contains(&day)).then_some((f64::from(day), value_of(lab)?))
    });
    let points: Vec<(f64, f64)> = points.collect();
    let lowest = points
        .iter()
        .filter(|(day, _)| *day >= 0.0)
        .min_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(CountLine {
        subject: facts.subject.id.clone(),
        level,
        hint: format!(
            "{}, dose level {level}: lowest from infusion on {} {unit} on day {:.0}",
            facts.subject.id,
            number::level(lowest.1),
            lowest.0
        ),
        points,
    })
}

/// Where each grade begins: the absolute values printed, and the lower limit of normal for grade 1 where all subjects share it.
fn shades(analysis: &Analysis<'_>, analyte: &Analyte, unit: Unit, limits: impl Iterator<Item = f64>) -> Vec<Shade> {
    let mut limits: Vec<f64> = limits.collect();
    limits.sort_by(f64::total_cmp);
    limits.dedup_by(|one, other| one.total_cmp(other).is_eq());
    let terms = LabCriteria::of(analysis.trial.safety.ctcae)
        .find(analyte.name)
        .unwrap_or_default();
    let Some(term) = terms.into_iter().find(|term| term.direction == Direction::Low) else {
        return Vec::new();
    };
    let begins = |grade: &crate::grade::criteria::GradeCriteria| {
        let bounds = grade.cuts.iter().flat_map(|cut| &cut.bounds);
        let mut upper = bounds.filter(|bound| matches!(bound.operator, Operator::Below | Operator::AtMost));
        upper.find_map(|bound| match &bound.of {
            Of::Unit(printed) if printed.unit.dimension == unit.dimension => {
                convert(analyte, bound.number, printed.unit, unit)
            }
            Of::Lln => limits
                .first()
                .copied()
                .filter(|_| limits.len() == 1)
                .map(|limit| limit * bound.number),
            Of::Unit(_) | Of::Uln | Of::Baseline | Of::PercentFall | Of::AboveUln(_) => None,
        })
    };
    let shades = term
        .grades
        .iter()
        .filter(|grade| grade.grade <= Grade::G4)
        .filter_map(|grade| {
            Some(Shade {
                grade: grade.grade.number(),
                below: begins(grade)?,
            })
        });
    shades.collect()
}

fn medians(analysis: &Analysis<'_>, lines: &[CountLine], shades: &[Shade]) -> Vec<CountMedian> {
    let asked = analysis
        .trial
        .schedule
        .iter()
        .filter(|visit| visit.assessments.contains(&Assessed::Laboratory));
    let mut days: Vec<f64> = asked
        .map(|visit| match visit.time {
            VisitTime::Day(day) => f64::from(day),
            VisitTime::Months(months) => (f64::from(months) * 30.4375).round(),
        })
        .filter(|day| (f64::from(DAYS.0)..=f64::from(DAYS.1)).contains(day))
        .collect();
    days.sort_by(f64::total_cmp);
    days.dedup_by(|one, other| one.total_cmp(other).is_eq());
    let at = |day: f64| {
        // The nearest value that lies no nearer to another visit.
        let of_line = |line: &CountLine| {
            let own = line.points.iter().filter(|(drawn, _)| {
                let here = (drawn - day).abs();
                !days.iter().any(|other| (drawn - other).abs() < here)
            });
            let nearest = own.min_by(|one, other| (one.0 - day).abs().total_cmp(&(other.0 - day).abs()));
            nearest.map(|(_, value)| *value)
        };
        let mut values: Vec<f64> = lines.iter().filter_map(of_line).collect();
        values.sort_by(f64::total_cmp);
        let (lowest, subjects) = (*values.first()?, values.len());
        let upper = values.get(subjects / 2)?;
        let lower = values.get(subjects.saturating_sub(1) / 2)?;
        (subjects >= FEWEST).then(|| CountMedian {
            day,
            subjects,
            median: f64::midpoint(*lower, *upper),
            lowest,
            below: shades
                .iter()
                .map(|shade| values.iter().filter(|value| **value < shade.below).count())
                .collect(),
        })
    };
    days.iter().filter_map(|day| at(*day)).collect()
}

fn description(title: &str, unit: &str, subjects: usize, medians: &[CountMedian]) -> String {
    let lowest = medians.iter().min_by(|one, other| one.median.total_cmp(&other.median));
    let lowest = lowest.map_or_else(String::new, |median| {
        format!(
            " The median is lowest at day {:.0}: {} {unit} in {}.",
            median.day,
            number::level(median.median),
            number::counted(median.subjects, "subject")
        )
    });
    format!(
        "{title} ({unit}) from day {} to day {} of {}.{lowest}",
        DAYS.0,
        DAYS.1,
        number::counted(subjects, "infused subject")
    )
}
