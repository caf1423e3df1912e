//! Geometric mean of each dose level at the planned visits.

use super::super::kinetics::{floor, place};
use super::super::planned::{self, Series};
use super::super::{KineticsPoint, LevelName, number};
use crate::endpoint::{Analysis, Facts};
use crate::kinetics::Analyte;
use crate::language::Words;
use crate::protocol::{Assessed, DoseLevel};

/// Mean levels over time.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanFigure {
    /// Place in the document.
    pub anchor: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Unit of the levels.
    pub unit: &'static str,
    /// Means of each level, lowest level first.
    pub levels: Vec<(DoseLevel, Vec<KineticsPoint>)>,
    /// The figure in a sentence; where there is no mean, why.
    pub description: String,
}

pub(super) fn means(analysis: &Analysis<'_>, levels: &[LevelName]) -> [MeanFigure; 2] {
    let copies: Series = |facts| &facts.subject.copies;
    let cells: Series = |facts| &facts.subject.counts;
    [
        mean(
            analysis,
            levels,
            ("figure_copies_mean", "Transgene copies in blood: geometric mean"),
            (Analyte::Copies, copies),
        ),
        mean(
            analysis,
            levels,
            ("figure_cells_mean", "CAR-T cells in blood: geometric mean"),
            (Analyte::Cells, cells),
        ),
    ]
}

fn mean(
    analysis: &Analysis<'_>,
    levels: &[LevelName],
    (anchor, title): (&'static str, &'static str),
    (analyte, series): (Analyte, Series),
) -> MeanFigure {
    let floor = floor(analysis, series);
    let found = levels.iter().filter_map(|name| {
        let points = points(analysis, name.level, series, analyte.unit(), floor);
        (!points.is_empty()).then_some((name.level, points))
    });
    let levels: Vec<(DoseLevel, Vec<KineticsPoint>)> = found.collect();
    let peak = levels
        .iter()
        .flat_map(|(_, points)| points)
        .max_by(|one, other| one.height.total_cmp(&other.height));
    let description = peak.map_or_else(
        || "No dose level has samples of two subjects at a planned visit.".to_owned(),
        |peak| format!("{title} over days since infusion. Highest: {}.", peak.hint.en),
    );
    MeanFigure {
        anchor,
        title,
        unit: analyte.unit(),
        levels,
        description,
    }
}

fn points(
    analysis: &Analysis<'_>,
    level: DoseLevel,
    series: Series,
    unit: &str,
    floor: Option<f64>,
) -> Vec<KineticsPoint> {
    let visits = planned::visits(analysis.trial, Assessed::Kinetics);
    let here: Vec<&Facts<'_>> = analysis
        .facts
        .iter()
        .filter(|facts| facts.level == Some(level) && facts.day0.is_some())
        .collect();
    let at = |visit: &planned::Planned| {
        let samples = here
            .iter()
            .filter_map(|facts| planned::sample_of(facts, series, &visits, *visit));
        let placed: Vec<(f64, bool)> = samples
            .filter_map(|sample| place(sample.amount, unit, floor))
            .map(|(height, below, _)| (height, below))
            .collect();
        if placed.len() < planned::FEWEST {
            return None;
        }
        let logs: f64 = placed.iter().map(|(height, _)| height.ln()).sum();
        let height = (logs / placed.len() as f64).exp();
        let below = placed.iter().filter(|(_, below)| *below).count();
        let halved = match below {
            0 => String::new(),
            _ => format!(", {} below quantification at half the limit", number::count(below)),
        };
        Some(KineticsPoint {
            day: visit.day,
            height,
            below: below == placed.len(),
            hint: Words::english(format!(
                "dose level {level}, geometric mean at day {:.0}: {} {unit} in {}{halved}",
                visit.day,
                number::level(height),
                number::counted(placed.len(), "subject")
            )),
        })
    };
    visits.iter().filter_map(at).collect()
}
