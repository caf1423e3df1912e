//! Tumour size over time, and what a reader measures and calls it.
//!
//! # What it derives
//! Readings of every lesion at every scan, and the investigator's overall response.
//!
//! # Source
//! Growth from the doubling time of hepatocellular carcinoma (`nathani2021`); the two-part trajectory is an assumption.
//!
//! # Formula
//! `S(t) = S0·(f·e^{-kd·t} + (1-f)·e^{kg·t})` with `kg = ln2 / (3·doubling time)`: a diameter grows a third as fast as
//! the log of a volume.
//!
//! # Example
//! A doubling time of 163 days adds 20 % to the sum after 129 days.
//!
//! # Limits
//! All lesions of a subject follow one curve; only their measurement differs.

use super::kinetics::Kinetics;
use super::parameters as p;
use super::random::{Draws, Topic, decimals};
use super::visits::VisitDone;
use crate::estimate::normal;
use crate::protocol::{Assessed, Trial};
use crate::response::{Assessment, Lesion, LesionStatus, NonTarget, Overall, Target, TimePoint, derive_time_points};
use crate::study::Judged;

/// A lesion followed from baseline.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) link: String,
    pub(super) node: bool,
    pub(super) target: bool,
    place: &'static str,
    diameter: f64,
}

/// The tumour of one subject.
#[derive(Debug, Clone)]
pub(super) struct Tumour {
    pub(super) lesions: Vec<Followed>,
    sensitive: f64,
    kill: f64,
    growth: f64,
    /// Day on which a new lesion can first be seen.
    new_lesion: f64,
}

/// One scan after infusion, as read.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub(super) visit: String,
    pub(super) day: i32,
    pub(super) readings: Vec<Lesion>,
    /// The investigator's overall response; `None` at baseline.
    pub(super) response: Option<Overall>,
    /// What the investigator makes it of.
    pub(super) parts: Vec<Judged>,
}

impl Scan {
    pub(super) fn is_progression(&self) -> bool {
        self.response == Some(Overall::Pd)
    }
}

/// Link of the new lesion.
pub(super) const NEW_LESION: &str = "N01";

impl Tumour {
    pub(super) fn draw(kinetics: &Kinetics, seed: u64, subject: u64) -> Self {
        let mut draws = Draws::new(seed, subject, Topic::Tumour);
        let rho = p::SENSITIVE_KINETICS.get();
        let score = rho * kinetics.score + (1.0 - rho * rho).sqrt() * draws.standard_normal();
        // Without expansion there is little to kill the tumour.
        let score = if kinetics.expands { score } else { score - 1.0 };
        let sensitive = normal::cdf(p::SENSITIVE_MEAN.get() + p::SENSITIVE_SD.get() * score);
        let kill = draws.lognormal(p::KILL_RATE.get(), p::KILL_RATE_SIGMA.get());
        let doubling = p::DOUBLING_FACTOR.get() * draws.lognormal(p::DOUBLING_TIME.get(), p::DOUBLING_TIME_SIGMA.get());
        let new_lesion = draws.exponential(p::NEW_LESION_MEAN.get()) / (1.5 - sensitive);
        let targets = draws.whole(1, 3);
        let non_targets = draws.whole(0, 2);
        let with_node = draws.chance(0.25);
        let mut lesions = Vec::new();
        for number in 1..=targets {
            let node = number > 1 && number == targets && with_node;
            let part = if number == 1 { 1.0 } else { draws.between(0.3, 0.8) };
            let size = draws.lognormal(p::TARGET_SIZE.get() * part, p::TARGET_SIZE_SIGMA.get());
            let diameter = if node {
                draws.between(17.0, 32.0)
            } else {
                size.clamp(13.0, 190.0)
            };
            lesions.push(Followed {
                link: format!("T{number:02}"),
                node,
                target: true,
                place: match (node, number) {
                    (true, _) => "LYMPH NODE",
                    (false, 1 | 2) => "LIVER",
                    (false, 3 | 4) => "LUNG",
                    (false, _) => "ADRENAL GLAND",
                },
                diameter,
            });
        }
        for number in 1..=non_targets {
            lesions.push(Followed {
                link: format!("NT{number:02}"),
                node: false,
                target: false,
                place: "LIVER",
                diameter: 8.0,
            });
        }
        let growth = std::f64::consts::LN_2 / (3.0 * doubling);
        Self {
            lesions,
            sensitive,
            kill,
            growth,
            new_lesion,
        }
    }

    /// Size on `day` as a part of the size at infusion.
    pub(super) fn ratio(&self, day: f64) -> f64 {
        let day = day.max(0.0);
        let left = self.sensitive * (-self.kill * day).exp() + (1.0 - self.sensitive) * (self.growth * day).exp();
        left.min(6.0)
    }

    /// Smallest size up to `day`, where the curve turns.
    fn lowest(&self, day: f64) -> f64 {
        let grow = (1.0 - self.sensitive) * self.growth;
        let turn = (self.sensitive * self.kill / grow.max(1e-12)).ln() / (self.kill + self.growth);
        self.ratio(turn.clamp(0.0, day.max(0.0)))
    }

    fn read(&self, lesion: &Followed, day: i32, draws: &mut Draws) -> Lesion {
        Lesion {
            organ: lesion.place.to_owned(),
            ..self.measure(lesion, day, draws)
        }
    }

    fn measure(&self, lesion: &Followed, day: i32, draws: &mut Draws) -> Lesion {
        let (time, noise) = (f64::from(day), draws.lognormal(1.0, p::MEASUREMENT_SIGMA.get()));
        if !lesion.target {
            let status = if self.ratio(time) < 0.15 {
                LesionStatus::Absent
            } else if self.ratio(time) > 1.7 * self.lowest(time) {
                LesionStatus::Progression
            } else {
                LesionStatus::Present
            };
            return Lesion::non_target(&lesion.link, status);
        }
        let size = decimals(lesion.diameter * self.ratio(time) * noise, 0);
        // Below 5 mm a lesion is either gone or called 5 mm.
        let size = if day <= 0 || size >= 5.0 {
            size
        } else if size >= 3.0 {
            5.0
        } else {
            0.0
        };
        if lesion.node {
            Lesion::target_node(&lesion.link, Some(if day <= 0 { size.max(15.0) } else { size }))
        } else {
            Lesion::target(&lesion.link, Some(if day <= 0 { size.max(10.0) } else { size }))
        }
    }

    /// The baseline scan, and every later one as if nothing ended follow-up.
    pub(super) fn scan(&self, trial: &Trial, visits: &[VisitDone], seed: u64, subject: u64) -> Vec<Scan> {
        let mut draws = Draws::new(seed, subject, Topic::Imaging);
        let imaged = |visit: &&VisitDone| visit.has(Assessed::Imaging);
        let baseline = visits.iter().filter(imaged).rfind(|visit| visit.day < 0);
        let after = visits.iter().filter(imaged).filter(|visit| visit.day > 0);
        let mut scans: Vec<Scan> = Vec::new();
        for visit in baseline.into_iter().chain(after) {
            let mut readings: Vec<Lesion> = self
                .lesions
                .iter()
                .map(|lesion| self.read(lesion, visit.day, &mut draws))
                .collect();
            if f64::from(visit.day) >= self.new_lesion {
                readings.push(Lesion {
                    status: Some(LesionStatus::Present),
                    organ: "LIVER".to_owned(),
                    ..Lesion::new_lesion(NEW_LESION)
                });
            }
            scans.push(Scan {
                visit: visit.name.clone(),
                day: visit.day,
                readings,
                response: None,
                parts: Vec::new(),
            });
        }
        let assessments: Vec<Assessment> = scans
            .iter()
            .map(|scan| Assessment::new(scan.day, scan.readings.clone()))
            .collect();
        if let Some((baseline, later)) = assessments.split_first() {
            let points = derive_time_points(baseline, later, trial.response.criteria);
            for (scan, point) in scans.iter_mut().skip(1).zip(points) {
                let disagrees = draws.chance(p::READER_DISAGREEMENT.get());
                let read = if disagrees {
                    reread(point.overall, point.new_lesion)
                } else {
                    point.overall
                };
                scan.response = Some(read);
                scan.parts = parts(&point, read);
            }
        }
        scans
    }
}

/// What a reader who sees it differently may say; a new lesion leaves no room.
fn reread(overall: Overall, new_lesion: bool) -> Overall {
    match overall {
        Overall::Cr => Overall::Pr,
        Overall::Pr => Overall::Sd,
        Overall::Pd if !new_lesion => Overall::Sd,
        Overall::Sd | Overall::Pd | Overall::NonCrNonPd | Overall::Ne => overall,
    }
}

/// The parts of the response that was read: where it is not the derived one, its reader saw the target lesions otherwise.
fn parts(point: &TimePoint, read: Overall) -> Vec<Judged> {
    let (mut target, mut non_target) = (point.target, point.non_target);
    if read != point.overall {
        target = target.and_then(|_| Target::parse(&read.to_string()).ok());
        non_target = non_target.map(|seen| {
            if seen == NonTarget::Pd {
                NonTarget::NonCrNonPd
            } else {
                seen
            }
        });
    }
    let judged = target.map(Judged::Target).into_iter();
    let judged = judged.chain(non_target.map(Judged::NonTarget));
    judged.chain([Judged::NewLesions(point.new_lesion)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diameter_grows_by_a_fifth_in_129_days_when_the_volume_doubles_in_163() {
        // 1.2 = e^{kt}, k = ln2 / (3·163.4): t = 3·163.4·ln1.2 / ln2 = 128.9 days.
        let growth = std::f64::consts::LN_2 / (3.0 * 163.4);
        let tumour = Tumour {
            lesions: Vec::new(),
            sensitive: 0.0,
            kill: 0.03,
            growth,
            new_lesion: 1e9,
        };
        assert!((tumour.ratio(128.9) - 1.2).abs() < 1e-3);
        assert!((tumour.lowest(100.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_lowest_size_is_where_the_curve_turns() {
        let tumour = Tumour {
            lesions: Vec::new(),
            sensitive: 0.8,
            kill: 0.03,
            growth: 0.003,
            new_lesion: 1e9,
        };
        let lowest = (0..400)
            .map(|day| tumour.ratio(f64::from(day)))
            .fold(f64::INFINITY, f64::min);
        assert!((tumour.lowest(399.0) - lowest).abs() < 1e-4);
    }
}
