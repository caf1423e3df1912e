//! Peak and area of the copies against the best change of the tumour.

use super::super::{LINE_LIMIT, number, waterfall};
use super::Studied;
use crate::kinetics::{Analyte, ProfileParameters};
use crate::protocol::DoseLevel;
use crate::study::SubjectId;

/// The two plots side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct AgainstTumour {
    /// Peak, then area to day 28.
    pub panels: [TumourPanel; 2],
    /// The figure in a sentence; where there is no point, why.
    pub description: String,
    /// Who has no point, in a sentence; empty where everybody infused has one.
    pub without: String,
}

/// One plot.
#[derive(Debug, Clone, PartialEq)]
pub struct TumourPanel {
    /// Parameter.
    pub title: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Points in order of infusion; at most [`LINE_LIMIT`].
    pub points: Vec<TumourPoint>,
    /// Number of all subjects with a point.
    pub subjects: usize,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct TumourPoint {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// The parameter, above 0.
    pub exposure: f64,
    /// Smallest change of the sum of target diameters, in percent.
    pub change: f64,
    /// Whether a response was confirmed.
    pub confirmed: bool,
    /// All of it in a sentence.
    pub hint: String,
}

type Exposure = fn(&ProfileParameters) -> Option<f64>;

pub(super) fn against_tumour(studied: &[Studied<'_>]) -> AgainstTumour {
    let peak: Exposure = |found| found.whole.c_max.filter(|_| found.is_mature);
    let area: Exposure = |found| found.early.interpolated.ok();
    let panels = [
        panel(studied, "C_max", "copies/µg DNA", peak),
        panel(studied, "AUC 0–28 d", "copies/µg DNA × d", area),
    ];
    let [peaks, _] = &panels;
    let confirmed = peaks.points.iter().filter(|point| point.confirmed).count();
    let description = if peaks.points.is_empty() {
        "No subject has both a quantified peak of transgene copies and a change of the sum of target diameters."
            .to_owned()
    } else {
        format!(
            "Peak and area of transgene copies against the best change of the sum of target diameters in {}, {} with a confirmed \
             response.",
            number::counted(peaks.points.len(), "subject"),
            number::count(confirmed)
        )
    };
    let without = match studied.len() - peaks.subjects {
        0 => String::new(),
        missing => format!(
            "{} without a quantified peak, or without a change of the tumour, left out.",
            number::counted(missing, "infused subject")
        ),
    };
    AgainstTumour {
        panels,
        description,
        without,
    }
}

fn panel(studied: &[Studied<'_>], title: &'static str, unit: &'static str, exposure: Exposure) -> TumourPanel {
    let points = studied.iter().filter_map(|subject| {
        let found = subject.of(Analyte::Copies)?.parameters.as_ref()?;
        let exposure = exposure(found).filter(|exposure| *exposure > 0.0)?;
        let (_, change) = waterfall::best(subject.facts)?;
        let (id, level) = (&subject.facts.subject.id, subject.facts.level?);
        let confirmed = subject.facts.tumour.best.and_then(|best| best.confirmed_response);
        let response = confirmed.map_or_else(
            || "no confirmed response".to_owned(),
            |response| format!("confirmed {}", response.overall),
        );
        Some(TumourPoint {
            hint: format!(
                "{id}, dose level {level}: {title} {} {unit}, best change {}; {response}",
                number::level(exposure),
                number::change(change)
            ),
            subject: id.clone(),
            level,
            exposure,
            change,
            confirmed: confirmed.is_some(),
        })
    });
    let mut points: Vec<TumourPoint> = points.collect();
    let subjects = points.len();
    points.truncate(LINE_LIMIT);
    TumourPanel {
        title,
        unit,
        points,
        subjects,
    }
}
