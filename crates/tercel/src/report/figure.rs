//! Survival curves as data: steps, band, censorings, subjects at risk under each tick.

use super::{LevelName, number};
use crate::endpoint::{Analysis, Duration, Facts};
use crate::estimate::Level;
use crate::estimate::survival::{ConfType, KaplanMeier, Observation};
use crate::protocol::DoseLevel;

/// Most ticks on the time axis.
const MOST_TICKS: f64 = 9.0;

/// Distances between ticks in months that a reader can follow.
const TICK_STEPS: [f64; 9] = [0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0];

/// One chart of survival curves.
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalFigure {
    /// Place in the document.
    pub anchor: &'static str,
    /// What it shows.
    pub title: String,
    /// The same in a sentence with the numbers, for readers who do not see it.
    pub description: String,
    /// Confidence level of the bands (`95 %`).
    pub confidence: String,
    /// Curves; empty where nobody has a duration.
    pub curves: Vec<Curve>,
    /// Ticks of the time axis in months, from 0.
    pub ticks: Vec<f64>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Dose level; `None`: overall.
    pub level: Option<DoseLevel>,
    /// Name in the legend.
    pub label: String,
    /// Subjects.
    pub subjects: usize,
    /// Events.
    pub events: usize,
    /// The median in words.
    pub median: String,
    /// Every distinct time, in order.
    pub points: Vec<CurvePoint>,
    /// Whether the limits of the points are to be drawn.
    pub band: bool,
    /// Subjects at risk at each tick.
    pub at_risk: Vec<usize>,
}

/// A curve at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Months.
    pub time: f64,
    /// Survival just after it.
    pub survival: f64,
    /// Confidence limits, where they exist.
    pub limits: Option<(f64, f64)>,
    /// Subjects censored at it.
    pub censored: usize,
}

type Pick = fn(&Facts<'_>) -> Option<Duration>;

/// Progression-free and overall survival, overall and by level.
pub(super) fn figures(analysis: &Analysis<'_>, levels: &[LevelName]) -> Vec<SurvivalFigure> {
    let pfs: Pick = |facts| facts.pfs.clone();
    let os: Pick = |facts| facts.os.clone();
    vec![
        overall(analysis, "figure_pfs", "Progression-free survival", pfs),
        by_level(
            analysis,
            levels,
            "figure_pfs_levels",
            "Progression-free survival by dose level",
            pfs,
        ),
        overall(analysis, "figure_os", "Overall survival", os),
        by_level(
            analysis,
            levels,
            "figure_os_levels",
            "Overall survival by dose level",
            os,
        ),
    ]
}

fn overall(analysis: &Analysis<'_>, anchor: &'static str, title: &str, pick: Pick) -> SurvivalFigure {
    let all = observations(analysis, None, pick);
    figure(analysis, anchor, title, vec![(None, "All dose levels".to_owned(), all)])
}

fn by_level(
    analysis: &Analysis<'_>,
    levels: &[LevelName],
    anchor: &'static str,
    title: &str,
    pick: Pick,
) -> SurvivalFigure {
    let groups = levels.iter().map(|name| {
        let here = observations(analysis, Some(name.level), pick);
        (Some(name.level), name.label.clone(), here)
    });
    figure(analysis, anchor, title, groups.collect())
}

fn observations(analysis: &Analysis<'_>, level: Option<DoseLevel>, pick: Pick) -> Vec<Observation> {
    let assigned = analysis
        .facts
        .iter()
        .filter(|facts| facts.level.is_some() && (level.is_none() || facts.level == level));
    assigned
        .filter_map(pick)
        .map(|duration| Observation {
            time: duration.months,
            event: duration.event,
        })
        .collect()
}

fn figure(
    analysis: &Analysis<'_>,
    anchor: &'static str,
    title: &str,
    groups: Vec<(Option<DoseLevel>, String, Vec<Observation>)>,
) -> SurvivalFigure {
    let estimation = &analysis.trial.estimation;
    let level = Level::new(estimation.level).unwrap_or(Level::NINETY_FIVE);
    let longest = groups.iter().flat_map(|(_, _, here)| here).map(|one| one.time);
    let ticks = ticks(longest.fold(0.0, f64::max));
    let curves: Vec<Curve> = groups
        .into_iter()
        .filter(|(_, _, here)| !here.is_empty())
        .filter_map(|(dose, label, here)| {
            let curve = KaplanMeier::new(&here).ok()?;
            Some(draw(&curve, dose, label, &ticks, estimation.conf_type, level))
        })
        .collect();
    let each = curves.iter().map(|curve| {
        format!(
            "{}: {} in {}, median {}.",
            curve.label,
            number::counted(curve.events, "event"),
            number::counted(curve.subjects, "subject"),
            curve.median
        )
    });
    let description = if curves.is_empty() {
        "No subject has a duration to draw.".to_owned()
    } else {
        each.collect::<Vec<_>>().join(" ")
    };
    SurvivalFigure {
        anchor,
        title: title.to_owned(),
        description,
        confidence: number::confidence(estimation.level),
        curves,
        ticks,
    }
}

fn draw(
    curve: &KaplanMeier,
    dose: Option<DoseLevel>,
    label: String,
    ticks: &[f64],
    conf_type: ConfType,
    level: Level,
) -> Curve {
    let median = curve.quantile(0.5, conf_type, level);
    let limits = number::limits(median.lower, median.upper, number::months);
    let median = match (median.estimate, limits) {
        (None, _) => "not reached".to_owned(),
        (Some(value), None) => format!("{} months", number::months(value)),
        (Some(value), Some(limits)) => {
            let confidence = number::confidence(level.value());
            format!("{} months ({confidence} CI {limits})", number::months(value))
        }
    };
    let points = curve.steps(conf_type, level).into_iter().map(|step| CurvePoint {
        time: step.time,
        survival: step.survival,
        limits: step.lower.zip(step.upper),
        censored: step.n_censor,
    });
    Curve {
        level: dose,
        label,
        subjects: curve.n(),
        events: curve.events(),
        median,
        points: points.collect(),
        band: dose.is_none(),
        at_risk: ticks
            .iter()
            .map(|&tick| curve.landmark(tick, conf_type, level).n_risk)
            .collect(),
    }
}

/// Ticks from 0 that reach `last`, a readable distance apart.
pub(super) fn ticks(last: f64) -> Vec<f64> {
    let fits = |step: &f64| last / step <= MOST_TICKS - 1.0;
    let step = TICK_STEPS.into_iter().find(fits);
    let step = step.unwrap_or_else(|| (last / (MOST_TICKS - 1.0) / 120.0).ceil() * 120.0);
    let mut ticks = vec![0.0];
    let mut next = step;
    while ticks.len() < 2 || next - step < last {
        ticks.push(next);
        next += step;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_reach_the_last_time_in_at_most_nine_readable_steps() {
        assert_eq!(ticks(0.0), [0.0, 0.5]);
        assert_eq!(ticks(6.0), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(ticks(24.0), [0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0]);
        assert_eq!(ticks(24.1), [0.0, 6.0, 12.0, 18.0, 24.0, 30.0]);
        for last in [0.1, 1.0, 7.3, 60.0, 180.0, 5000.0] {
            let ticks = ticks(last);
            assert!(
                ticks.len() <= 10 && ticks.last().is_some_and(|tick| *tick >= last),
                "{last}: {ticks:?}"
            );
        }
    }
}
