//! CRS and ICANS as episodes of graded stages, with the items each assessment would show.
//!
//! # What it derives
//! Stages with their grades, the bedside findings that carry the grade (`lee2019astct`), and the treatment given.
//!
//! # Source
//! Grades `lee2019astct`; incidence, onset and duration are assumptions in [`parameters`](super::parameters).
//!
//! # Formula
//! A grade is carried by fever (1), hypotension without vasopressor or low-flow oxygen (2), one vasopressor or
//! high-flow oxygen (3), several vasopressors or positive pressure (4). Tocilizumab ends the fever after 12 hours.
//!
//! # Example
//! Grade 3 by one vasopressor, twelve hours after tocilizumab: no fever, and still grade 3.
//!
//! # Limits
//! An episode rises and falls once. It is never fatal.

use super::course::{DltKind, Fate};
use super::kinetics::Kinetics;
use super::parameters as p;
use super::random::{Draws, Topic, decimals, round};
use crate::estimate::normal;
use crate::protocol::DoseLevel;

const HOUR: i32 = 60;
const DAY: i32 = 24 * HOUR;

/// A stretch of one grade, in minutes from midnight of the day of infusion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) grade: u8,
}

/// An episode of CRS or ICANS.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    pub(super) stages: Vec<Stage>,
    /// When tocilizumab was first given.
    pub(super) tocilizumab: Option<i32>,
    /// When a corticosteroid was first given.
    pub(super) steroid: Option<i32>,
    /// Whether blood pressure or oxygenation carries the grade.
    pressure: bool,
}

impl Episode {
    pub(super) fn start(&self) -> i32 {
        self.stages.first().map_or(0, |stage| stage.from)
    }

    pub(super) fn end(&self) -> i32 {
        self.stages.last().map_or(0, |stage| stage.to)
    }

    pub(super) fn peak(&self) -> u8 {
        self.stages.iter().map(|stage| stage.grade).max().unwrap_or(0)
    }

    /// Grade at a moment; 0 outside the episode.
    pub(super) fn grade_at(&self, minute: i32) -> u8 {
        let stage = self
            .stages
            .iter()
            .find(|stage| (stage.from..stage.to).contains(&minute));
        stage.map_or(0, |stage| stage.grade)
    }

    fn reaches(&self, grade: u8) -> Option<i32> {
        self.stages
            .iter()
            .find(|stage| stage.grade >= grade)
            .map(|stage| stage.from)
    }
}

/// Stages of the given grades and lengths in hours, one after the other.
fn stages(start: i32, grades: &[(u8, f64)]) -> Vec<Stage> {
    let mut from = start;
    let mut stages = Vec::new();
    for &(grade, hours) in grades {
        // Times are charted to the quarter of an hour.
        let to = from + (round(hours * 4.0) * 15).max(15);
        stages.push(Stage { from, to, grade });
        from = to;
    }
    stages
}

/// CRS and ICANS of one subject.
#[derive(Debug, Clone)]
pub(super) struct Toxicity {
    pub(super) crs: Option<Episode>,
    pub(super) icans: Option<Episode>,
}

impl Toxicity {
    pub(super) fn draw(fate: &Fate, kinetics: &Kinetics, level: DoseLevel, seed: u64, subject: u64) -> Self {
        let infusion = fate.infusion_minute;
        let mut draws = Draws::new(seed, subject, Topic::Toxicity);
        let crs = draw_crs(fate, kinetics, level, infusion, &mut draws);
        let icans = draw_icans(fate, level, infusion, &mut draws);
        Self { crs, icans }
    }
}

fn draw_crs(fate: &Fate, kinetics: &Kinetics, level: DoseLevel, infusion: i32, draws: &mut Draws) -> Option<Episode> {
    let limiting = fate.dlt == Some(DltKind::Crs);
    // The probit shift keeps the marginal probability.
    let slope = p::CRS_KINETICS.get();
    let probit = normal::quantile(p::CRS.at(level))? * (1.0 + slope * slope).sqrt() + slope * kinetics.score;
    let occurs = draws.chance(normal::cdf(probit)) || limiting;
    // Dose-limiting CRS is part of the severe CRS, so what is left is milder.
    let limiting_part = 0.3 * p::DLT.at(level);
    let severe = (p::CRS_SEVERE.at(level) - limiting_part).max(0.0) / (p::CRS.at(level) - limiting_part);
    let (is_severe, second) = (draws.chance(severe), draws.chance(p::CRS_GRADE_2.get()));
    let onset = draws
        .lognormal(p::CRS_ONSET.get(), p::CRS_ONSET_SIGMA.get())
        .clamp(0.3, 12.0);
    let hours = 24.0 * draws.lognormal(p::CRS_DURATION.get(), p::CRS_DURATION_SIGMA.get());
    let (rise, climb) = (draws.between(12.0, 30.0), draws.between(8.0, 20.0));
    let (short, long, fourth) = (draws.between(18.0, 46.0), draws.between(84.0, 120.0), draws.chance(0.3));
    let (pressure, treated, wait) = (
        draws.chance(0.65),
        draws.chance(p::TOCILIZUMAB.get()),
        draws.whole(2, 6),
    );
    if !occurs {
        return None;
    }
    let start = infusion + round(onset * 24.0 * 4.0) * 15;
    let stages = if limiting && fourth {
        stages(
            start,
            &[(1, rise), (2, climb), (3, climb), (4, short), (3, 24.0), (2, 24.0)],
        )
    } else if limiting {
        stages(start, &[(1, rise), (2, climb), (3, long), (2, 24.0)])
    } else if is_severe {
        stages(start, &[(1, rise), (2, climb), (3, short), (2, 24.0)])
    } else if second {
        stages(start, &[(1, rise), (2, (hours - rise).max(24.0))])
    } else {
        stages(start, &[(1, hours)])
    };
    let mut episode = Episode {
        stages,
        tocilizumab: None,
        steroid: None,
        pressure,
    };
    let second = episode.reaches(2).filter(|_| treated || episode.peak() >= 3);
    episode.tocilizumab = second.map(|from| from + wait * HOUR);
    episode.steroid = episode.reaches(3).map(|from| from + HOUR);
    Some(episode)
}

fn draw_icans(fate: &Fate, level: DoseLevel, infusion: i32, draws: &mut Draws) -> Option<Episode> {
    let limiting = fate.dlt == Some(DltKind::Icans);
    let occurs = draws.chance(p::ICANS.at(level)) || limiting;
    let (severe, second) = (draws.chance(p::ICANS_SEVERE.get()), draws.chance(0.35));
    let onset = draws.lognormal(p::ICANS_ONSET.get(), 0.4).clamp(2.0, 14.0);
    let hours = 24.0 * draws.lognormal(p::ICANS_DURATION.get(), 0.3);
    let (rise, short, long) = (
        draws.between(8.0, 16.0),
        draws.between(12.0, 40.0),
        draws.between(84.0, 110.0),
    );
    if !occurs {
        return None;
    }
    let start = infusion + round(onset * 24.0 * 4.0) * 15;
    let stages = if limiting {
        stages(start, &[(1, rise), (2, rise), (3, long), (2, 24.0), (1, 24.0)])
    } else if severe {
        stages(start, &[(1, rise), (2, rise), (3, short), (1, 24.0)])
    } else if second {
        stages(start, &[(1, rise), (2, hours.max(12.0))])
    } else {
        stages(start, &[(1, hours)])
    };
    let mut episode = Episode {
        stages,
        tocilizumab: None,
        steroid: None,
        pressure: false,
    };
    episode.steroid = episode.reaches(2).map(|from| from + HOUR);
    Some(episode)
}

/// What the bedside shows at one moment of CRS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bedside {
    pub(super) temperature: f64,
    pub(super) systolic: f64,
    pub(super) pulse: f64,
    pub(super) saturation: f64,
    pub(super) breaths: f64,
    pub(super) hypotension: bool,
    pub(super) vasopressors: u8,
    pub(super) vasopressin: bool,
    pub(super) device: &'static str,
    pub(super) flow: f64,
    /// Whether a treatment that hides fever was given.
    pub(super) masked: bool,
}

impl Bedside {
    /// Without CRS.
    pub(super) fn quiet(draws: &mut Draws) -> Self {
        Self {
            temperature: decimals(draws.normal(36.7, 0.25).clamp(35.8, 37.4), 1),
            systolic: decimals(draws.normal(124.0, 11.0).clamp(98.0, 165.0), 0),
            pulse: decimals(draws.normal(76.0, 8.0).clamp(52.0, 105.0), 0),
            saturation: decimals(draws.normal(97.5, 0.9).clamp(95.0, 100.0), 0),
            breaths: decimals(draws.normal(16.0, 1.6).clamp(11.0, 20.0), 0),
            hypotension: false,
            vasopressors: 0,
            vasopressin: false,
            device: "none",
            flow: 0.0,
            masked: false,
        }
    }

    /// At a minute of an episode.
    pub(super) fn during(episode: &Episode, minute: i32, draws: &mut Draws) -> Self {
        let grade = episode.grade_at(minute);
        let mut found = Self::quiet(draws);
        let (fever, low, oxygen) = (
            draws.between(38.2, 40.1),
            draws.between(78.0, 88.0),
            draws.between(0.0, 1.0),
        );
        found.masked = [episode.tocilizumab, episode.steroid]
            .iter()
            .flatten()
            .any(|given| *given <= minute);
        let cooled = episode.tocilizumab.is_some_and(|given| given + DAY / 2 <= minute);
        if grade == 0 {
            return found;
        }
        if !cooled {
            found.temperature = decimals(fever, 1);
            found.pulse += 22.0;
            found.breaths += 4.0;
        }
        if grade >= 2 && episode.pressure {
            found.hypotension = true;
            found.systolic = decimals(low, 0);
            found.vasopressors = grade - 2;
            found.vasopressin = grade == 4;
        } else if grade >= 2 {
            found.saturation = decimals(86.0 + 4.0 * oxygen, 0);
            (found.device, found.flow) = match grade {
                2 => ("nasal_cannula", decimals(1.0 + 4.0 * oxygen, 0)),
                3 => ("high_flow", decimals(20.0 + 30.0 * oxygen, 0)),
                _ => ("bipap", 0.0),
            };
        }
        found
    }
}

/// The items of an ICANS assessment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neurology {
    pub(super) ice: i32,
    pub(super) arousal: &'static str,
    pub(super) seizure: &'static str,
}

impl Neurology {
    pub(super) fn at_grade(grade: u8, draws: &mut Draws) -> Self {
        let at = draws.uniform();
        let (ice, arousal, seizure) = match grade {
            0 => (10, "spontaneous", "none"),
            1 => (7 + round(at * 2.0), "spontaneous", "none"),
            2 => (3 + round(at * 3.0), "voice", "none"),
            3 => (round(at * 2.0), "tactile", if at < 0.1 { "resolved" } else { "none" }),
            _ => (0, "unarousable", "none"),
        };
        Self { ice, arousal, seizure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tocilizumab_ends_the_fever_and_not_the_grade() {
        let stages = stages(0, &[(1, 12.0), (3, 48.0)]);
        let episode = Episode {
            stages,
            tocilizumab: Some(14 * HOUR),
            steroid: None,
            pressure: true,
        };
        let mut draws = Draws::new(1, 1, Topic::Bedside);
        let early = Bedside::during(&episode, 6 * HOUR, &mut draws);
        assert!(early.temperature >= 38.0 && !early.hypotension && !early.masked);
        let treated = Bedside::during(&episode, 30 * HOUR, &mut draws);
        assert!(treated.temperature < 38.0 && treated.masked);
        assert_eq!(
            (treated.hypotension, treated.vasopressors, treated.device),
            (true, 1, "none")
        );
        assert_eq!(
            (episode.grade_at(60 * HOUR), episode.peak(), episode.end()),
            (0, 3, 60 * HOUR)
        );
    }
}
