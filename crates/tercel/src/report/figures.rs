//! The figures beside the survival curves and the swimmer plot, put together.

use super::{
    BiomarkerFigure, HeatMap, KineticsFigure, LevelName, Spider, Timeline, ToxicityDays, Waterfall, biomarker,
    heat_map, kinetics, spider, timeline, toxicity_days, waterfall,
};
use crate::endpoint::Analysis;

/// Figures of response, kinetics, safety and escalation.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Best change of the sum of target diameters.
    pub waterfall: Waterfall,
    /// The same sum over time.
    pub spider: Spider,
    /// CAR transgene copies, then CAR-T cells.
    pub kinetics: [KineticsFigure; 2],
    /// Levels of the serum biomarker.
    pub serum: KineticsFigure,
    /// Change of the serum biomarker.
    pub biomarker: BiomarkerFigure,
    /// Adverse events by term and level.
    pub heat_map: HeatMap,
    /// CRS and ICANS of each subject by day.
    pub toxicity_days: ToxicityDays,
    /// Infusions in calendar time.
    pub timeline: Timeline,
}

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName]) -> Figures {
    Figures {
        waterfall: waterfall::waterfall(analysis),
        spider: spider::spider(analysis),
        kinetics: kinetics::kinetics(analysis, levels),
        serum: kinetics::serum(analysis, levels),
        biomarker: biomarker::biomarker(analysis),
        heat_map: heat_map::heat_map(analysis, levels),
        toxicity_days: toxicity_days::toxicity_days(analysis, levels),
        timeline: timeline::timeline(analysis, levels),
    }
}
