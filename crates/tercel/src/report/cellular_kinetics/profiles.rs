//! Copies of each subject, a small plot each, with the fitted curve of the published model.

use super::super::{KineticsPoint, number};
use super::Studied;
use crate::estimate::cellular_model::{CellFit, FitSample, Prior, fit_cell_curve};
use crate::kinetics::{Analyte, SubjectKinetics};
use crate::language::Words;
use crate::protocol::DoseLevel;
use crate::study::{Amount, SubjectId};

/// Most subjects with a plot and a fit.
pub(super) const PANELS: usize = 24;
/// Points of a drawn curve.
const CURVE: usize = 60;

/// The plots.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileFigure {
    /// Plots in order of infusion.
    pub panels: Vec<ProfilePanel>,
    /// Number of all subjects with a profile.
    pub subjects: usize,
    /// The figure in a sentence; where there is no plot, why.
    pub description: String,
}

/// The plot of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfilePanel {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Samples after infusion.
    pub points: Vec<KineticsPoint>,
    /// The fitted curve; empty where there is none.
    pub curve: Vec<FitPoint>,
    /// The profile in a sentence.
    pub hint: String,
}

/// A point of a fitted curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitPoint {
    /// Days since infusion.
    pub day: f64,
    /// Copies/µg.
    pub level: f64,
}

/// The fit of the copies of one subject.
pub(super) fn fit(kinetics: &SubjectKinetics<'_>) -> Option<CellFit> {
    let samples = kinetics.profile.after_infusion().filter_map(|sample| {
        let day = sample.day;
        match sample.level.amount {
            Amount::Quantified(level) if level > 0.0 => Some(FitSample::Measured { day, level }),
            Amount::Below(Some(limit)) if limit > 0.0 => Some(FitSample::Below { day, limit }),
            Amount::Quantified(_) | Amount::Below(_) => None,
        }
    });
    fit_cell_curve(&samples.collect::<Vec<_>>(), Prior::Stein2019)
}

pub(super) fn profiles(studied: &[Studied<'_>]) -> ProfileFigure {
    let drawn = studied.iter().filter_map(|subject| {
        let kinetics = subject.of(Analyte::Copies)?;
        panel(subject, kinetics)
    });
    let mut panels: Vec<ProfilePanel> = drawn.collect();
    let subjects = panels.len();
    panels.truncate(PANELS);
    let fitted = panels.iter().filter(|panel| !panel.curve.is_empty()).count();
    let description = if panels.is_empty() {
        "No infused subject has a quantifiable or limited sample of transgene copies after infusion.".to_owned()
    } else {
        format!(
            "Transgene copies over days since infusion, a plot for each of {}; {} with a fitted curve.",
            number::counted(panels.len(), "subject"),
            number::count(fitted)
        )
    };
    ProfileFigure {
        panels,
        subjects,
        description,
    }
}

fn panel(subject: &Studied<'_>, kinetics: &SubjectKinetics<'_>) -> Option<ProfilePanel> {
    let points = kinetics.profile.after_infusion().filter_map(|sample| {
        let (height, below, text) = super::super::kinetics::place(sample.level.amount, Analyte::Copies.unit(), None)?;
        Some(KineticsPoint {
            day: sample.day,
            height,
            below,
            hint: Words::english(format!("{} on day {:.1}", text.en, sample.day)),
        })
    });
    let points: Vec<KineticsPoint> = points.collect();
    let last = points.last()?.day;
    let curve = subject.fit.as_ref().map_or_else(Vec::new, |fit| {
        // As dense as the axis, a square root, is wide.
        let day = |step: usize| last * (step as f64 / CURVE as f64).powi(2);
        let mut days: Vec<f64> = (0..=CURVE).map(day).chain([fit.curve.t_max.min(last)]).collect();
        days.sort_by(f64::total_cmp);
        let at = |day: f64| FitPoint {
            day,
            level: fit.curve.at(day),
        };
        days.into_iter().map(at).collect()
    });
    let c_max = kinetics.parameters.as_ref().and_then(|found| found.whole.c_max);
    Some(ProfilePanel {
        hint: format!(
            "{}, dose level {}: C_max {} copies/µg",
            subject.facts.subject.id,
            subject.facts.level?,
            c_max.map_or_else(|| number::MISSING.to_owned(), number::level)
        ),
        subject: subject.facts.subject.id.clone(),
        level: subject.facts.level?,
        points,
        curve,
    })
}
