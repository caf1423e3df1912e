//! Non-compartmental analysis of a concentration profile (cellular kinetics).
//!
//! # What it derives
//! For one subject and one infusion at time 0: maximum and its time, last quantifiable concentration and its time, areas under the
//! curve, terminal slope and half-life.
//!
//! # Source
//! `gabrielsson2000`, sections 2.8.1, 2.8.3 and 2.8.4 (areas, terminal slope); `denney2015` (order of the rules, defaults).
//!
//! # Formula
//! Linear trapezoid `(t₂-t₁)(c₁+c₂)/2`; logarithmic `(t₂-t₁)(c₂-c₁)/ln(c₂/c₁)`, which linear-up-log-down uses where the concentration
//! falls and stays above 0. `λ_z` is minus the slope of `ln c` on time; `t½ = ln 2 / λ_z`; `AUC_inf = AUC_last + c_last / λ_z`.
//! Adjusted `R² = 1 - (1-R²)(n-1)/(n-2)`. Candidates for the slope are the last 3, 4, … quantifiable samples after `t_max`;
//! those within 1e-4 of the largest adjusted R² of all candidates and with `λ_z > 0` qualify, and the longest of them is taken.
//!
//! # Example
//! ```
//! use tercel::estimate::kinetics::{BlqRules, Method, NcaOptions, Sample, estimate_kinetics};
//! let profile = [(0.0, 0.0), (1.0, 8.0), (2.0, 4.0), (3.0, 2.0), (4.0, 1.0)].map(|(time, conc)| Sample { time, conc });
//! let options = NcaOptions { method: Method::LinearUpLogDown, blq: BlqRules::PKNCA, partial_end: 28.0 };
//! let kinetics = estimate_kinetics(&profile, &options).unwrap();
//! assert_eq!(kinetics.t_max, Some(1.0));
//! assert!((kinetics.terminal.unwrap().half_life - 1.0).abs() < 1e-12);
//! ```
//!
//! # Limits
//! A concentration of 0 is below the limit of quantification (BLQ); [`BlqRules`] says whether it stands as 0 or is left out before
//! the first quantifiable sample, between quantifiable ones and after the last. Areas start at time 0 and need a sample there; a
//! sample before the infusion is not moved to it. `auc_partial` ends at the last quantifiable sample within the window. `auc_partial_interpolated` covers the
//! whole window: it starts from 0 (or between the samples around time 0), reads the end between the samples around it while
//! a quantifiable one follows, and adds nothing after `t_last` except the fall to a BLQ sample inside the window (or at its end). Two profiles compare only by the same area.
//! A subject with BLQ samples alone has areas of 0 and no times; no areas where BLQ samples before the first quantifiable are left out. Re-infusion needs a profile of its own.

use std::f64::consts::LN_2;

use thiserror::Error;

/// Adjusted R² closer than this is as good: the longer candidate wins.
const R_SQUARED_TIE: f64 = 1e-4;
/// Fewest samples that make a terminal slope.
const FEWEST_TERMINAL: usize = 3;

/// Why a profile cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum KineticsError {
    /// A time that is not finite.
    #[error("the time {0} is not a finite number")]
    Time(f64),
    /// A concentration that is negative or not finite.
    #[error("the concentration {conc} at time {time} is not a number of at least 0")]
    Concentration {
        /// Time of the sample.
        time: f64,
        /// Its concentration.
        conc: f64,
    },
    /// Two samples at one time.
    #[error("two samples at time {0}; keep one")]
    DuplicateTime(f64),
    /// The partial area has no extent.
    #[error("the partial area must end at a time after 0, not at {0}")]
    PartialEnd(f64),
}

/// One sample of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Time since the infusion; negative before it.
    pub time: f64,
    /// Concentration; 0 where below the limit of quantification.
    pub conc: f64,
}

/// How the area between two samples is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Straight lines throughout.
    Linear,
    /// Straight lines where the concentration rises, exponential decline where it falls.
    LinearUpLogDown,
}

impl Method {
    /// Both with the names that protocol files give them.
    pub const NAMES: [(&'static str, Self); 2] =
        [("linear", Self::Linear), ("linear-up-log-down", Self::LinearUpLogDown)];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::LinearUpLogDown => "linear-up-log-down",
        }
    }
}

/// What a sample below the limit of quantification stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blq {
    /// A concentration of 0.
    Zero,
    /// Nothing: the sample is left out.
    Drop,
}

impl Blq {
    /// Both with the names that protocol files and options give them.
    pub const NAMES: [(&'static str, Self); 2] = [("zero", Self::Zero), ("drop", Self::Drop)];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Drop => "drop",
        }
    }
}

/// What samples below the limit of quantification stand for, by where they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlqRules {
    /// Before the first quantifiable sample.
    pub first: Blq,
    /// Between quantifiable samples.
    pub middle: Blq,
    /// After the last quantifiable sample.
    pub last: Blq,
}

impl BlqRules {
    /// As PKNCA has it where nothing is stated: 0 before, left out between, 0 after (`denney2015`).
    pub const PKNCA: Self = Self {
        first: Blq::Zero,
        middle: Blq::Drop,
        last: Blq::Zero,
    };

    /// The samples that remain; none where nothing is quantifiable. Samples are in order of time.
    fn clean(self, samples: &[Sample]) -> Option<Vec<Sample>> {
        let quantifiable = |sample: &Sample| sample.conc > 0.0;
        let first = samples.iter().position(quantifiable)?;
        let last = samples.iter().rposition(quantifiable)?;
        let stands = |index: usize| match index {
            _ if index < first => self.first,
            _ if index > last => self.last,
            _ => self.middle,
        };
        let kept = samples
            .iter()
            .enumerate()
            .filter(|&(index, sample)| quantifiable(sample) || stands(index) == Blq::Zero);
        Some(kept.map(|(_, sample)| *sample).collect())
    }

    /// The area of a window in which nothing is quantifiable: none where such samples are left out.
    const fn nothing_quantifiable(self) -> Result<f64, NoArea> {
        match self.first {
            Blq::Zero => Ok(0.0),
            Blq::Drop => Err(NoArea::NoSample),
        }
    }
}

/// The rules of an analysis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NcaOptions {
    /// How areas are found.
    pub method: Method,
    /// What samples below quantification stand for.
    pub blq: BlqRules,
    /// End of the partial areas, after 0.
    pub partial_end: f64,
}

/// Why an area is not estimable.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum NoArea {
    /// Nothing was measured in the window.
    #[error("no sample in the window")]
    NoSample,
    /// One sample spans no area.
    #[error("only one sample in the window")]
    OneSample,
    /// The area starts at time 0, and nothing was measured there.
    #[error("no sample at time 0; the first is at {first}")]
    NoSampleAtStart {
        /// Time of the first sample.
        first: f64,
    },
    /// The terminal slope is missing.
    #[error("needs the terminal slope: {0}")]
    NoTerminalPhase(NoTerminalPhase),
}

/// Why a terminal slope is not estimable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoTerminalPhase {
    /// Fewer than three quantifiable samples after the maximum.
    #[error("{0} quantifiable samples after t_max, at least 3 needed")]
    TooFewSamples(usize),
    /// The best fitting line does not fall.
    #[error("the best fitting terminal line does not fall")]
    NotFalling,
}

/// The log-linear end of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminalPhase {
    /// Terminal rate constant, per unit of time.
    pub lambda_z: f64,
    /// `ln 2 / lambda_z`.
    pub half_life: f64,
    /// Coefficient of determination of the line.
    pub r_squared: f64,
    /// The same, adjusted for the number of samples.
    pub adj_r_squared: f64,
    /// Times of the samples on the line, ascending.
    pub times: Vec<f64>,
}

/// Kinetic parameters of one subject after one infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Kinetics {
    /// Largest concentration from time 0 on; 0 where nothing was quantifiable.
    pub c_max: Option<f64>,
    /// First time of the largest concentration.
    pub t_max: Option<f64>,
    /// Last quantifiable concentration.
    pub c_last: Option<f64>,
    /// Its time.
    pub t_last: Option<f64>,
    /// Area from 0 to `t_last`.
    pub auc_last: Result<f64, NoArea>,
    /// Area from 0 to infinity, with the observed last concentration.
    pub auc_inf: Result<f64, NoArea>,
    /// Area from 0 to the last quantifiable sample not after `partial_end`.
    pub auc_partial: Result<f64, NoArea>,
    /// Area from 0 to `partial_end`, reading concentrations between samples.
    pub auc_partial_interpolated: Result<f64, NoArea>,
    /// End of the partial areas.
    pub partial_end: f64,
    /// Terminal slope and half-life.
    pub terminal: Result<TerminalPhase, NoTerminalPhase>,
}

/// Estimates the kinetics of one subject from samples in any order; partial areas run from 0 to `partial_end`.
pub fn estimate_kinetics(samples: &[Sample], options: &NcaOptions) -> Result<Kinetics, KineticsError> {
    let samples = checked(samples)?;
    let NcaOptions {
        method,
        blq,
        partial_end,
    } = *options;
    if !(partial_end > 0.0 && partial_end.is_finite()) {
        return Err(KineticsError::PartialEnd(partial_end));
    }
    let infused = samples.partition_point(|sample| sample.time < 0.0);
    let profile = samples.get(infused..).unwrap_or_default();
    let in_window = profile.partition_point(|sample| sample.time <= partial_end);
    let window = profile.get(..in_window).unwrap_or_default();

    let max = first_maximum(profile);
    let last = profile.iter().rfind(|sample| sample.conc > 0.0);
    let terminal = terminal_phase(profile);
    let auc_last = area_to_last(profile, method, blq);
    Ok(Kinetics {
        c_max: max.map(|sample| sample.conc),
        t_max: max.filter(|sample| sample.conc > 0.0).map(|sample| sample.time),
        c_last: last.map(|sample| sample.conc),
        t_last: last.map(|sample| sample.time),
        auc_last,
        auc_inf: auc_last.and_then(|auc| match (&terminal, last) {
            (_, None) => Ok(auc),
            (Ok(terminal), Some(last)) => Ok(auc + last.conc / terminal.lambda_z),
            (Err(why), Some(_)) => Err(NoArea::NoTerminalPhase(*why)),
        }),
        auc_partial: area_to_last(window, method, blq),
        auc_partial_interpolated: area_interpolated(&samples, window, options),
        partial_end,
        terminal,
    })
}

/// The samples in order of time.
fn checked(samples: &[Sample]) -> Result<Vec<Sample>, KineticsError> {
    for sample in samples {
        if !sample.time.is_finite() {
            return Err(KineticsError::Time(sample.time));
        }
        if !(sample.conc >= 0.0 && sample.conc.is_finite()) {
            return Err(KineticsError::Concentration {
                time: sample.time,
                conc: sample.conc,
            });
        }
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(|one, other| one.time.total_cmp(&other.time));
    match sorted.windows(2).find(|pair| pair[0].time >= pair[1].time) {
        Some(pair) => Err(KineticsError::DuplicateTime(pair[0].time)),
        None => Ok(sorted),
    }
}

fn first_maximum(profile: &[Sample]) -> Option<&Sample> {
    profile
        .iter()
        .reduce(|best, sample| if sample.conc > best.conc { sample } else { best })
}

/// Area from time 0 to the last quantifiable sample.
fn area_to_last(profile: &[Sample], method: Method, blq: BlqRules) -> Result<f64, NoArea> {
    match profile {
        [] => return Err(NoArea::NoSample),
        [_] => return Err(NoArea::OneSample),
        _ => {}
    }
    let Some(cleaned) = blq.clean(profile) else {
        return blq.nothing_quantifiable();
    };
    if let Some(first) = cleaned.first().filter(|first| first.time > 0.0) {
        return Err(NoArea::NoSampleAtStart { first: first.time });
    }
    let end = cleaned
        .iter()
        .rposition(|sample| sample.conc > 0.0)
        .map_or(0, |last| last + 1);
    Ok(area(cleaned.get(..end).unwrap_or_default(), method))
}

/// Area over exactly `[0, end]`. All samples, those before the infusion too, serve to read the concentrations at its ends.
fn area_interpolated(samples: &[Sample], window: &[Sample], options: &NcaOptions) -> Result<f64, NoArea> {
    let (method, end) = (options.method, options.partial_end);
    match window {
        [] => return Err(NoArea::NoSample),
        [_] if samples.len() == 1 => return Err(NoArea::OneSample),
        _ => {}
    }
    let Some(cleaned) = options.blq.clean(samples) else {
        return options.blq.nothing_quantifiable();
    };
    if cleaned.iter().all(|sample| sample.time > end) {
        return Err(NoArea::NoSample);
    }
    let inside = |sample: &&Sample| sample.time > 0.0 && sample.time < end;
    let mut path = vec![concentration_at(0.0, &cleaned, method)];
    path.extend(cleaned.iter().filter(inside));
    let at_end = concentration_at(end, &cleaned, method);
    // After the last quantifiable sample the area grows only by the fall to a measured zero, never to an assumed one.
    let measured_or_between = cleaned
        .iter()
        .any(|sample| sample.time >= end && (sample.conc > 0.0 || sample.time <= end));
    if measured_or_between {
        path.push(at_end);
    }
    Ok(area(&path, method))
}

/// The concentration at a time: measured, between two samples, or 0 before the first and after the last quantifiable sample.
fn concentration_at(time: f64, cleaned: &[Sample], method: Method) -> Sample {
    let after = cleaned.partition_point(|sample| sample.time < time);
    let later = cleaned.get(after);
    let earlier = after.checked_sub(1).and_then(|before| cleaned.get(before));
    let past_last = !cleaned.iter().any(|sample| sample.conc > 0.0 && sample.time >= time);
    let conc = match (earlier, later) {
        (_, Some(later)) if later.time <= time => later.conc,
        (Some(earlier), Some(later)) if !past_last => {
            let share = (time - earlier.time) / (later.time - earlier.time);
            if is_log(earlier, later, method) {
                earlier.conc * (later.conc / earlier.conc).powf(share)
            } else {
                earlier.conc + share * (later.conc - earlier.conc)
            }
        }
        _ => 0.0,
    };
    Sample { time, conc }
}

fn is_log(from: &Sample, to: &Sample, method: Method) -> bool {
    method == Method::LinearUpLogDown && to.conc > 0.0 && to.conc < from.conc
}

fn area(path: &[Sample], method: Method) -> f64 {
    let trapezoid = |pair: &[Sample]| {
        let (from, to) = (&pair[0], &pair[1]);
        let width = to.time - from.time;
        if is_log(from, to, method) {
            width * (from.conc - to.conc) / log_ratio(from.conc, to.conc)
        } else {
            width * (from.conc + to.conc) / 2.0
        }
    };
    path.windows(2).map(trapezoid).sum()
}

/// `ln(from / to)` to full precision where the two nearly agree.
fn log_ratio(from: f64, to: f64) -> f64 {
    if to > from / 2.0 {
        ((from - to) / to).ln_1p()
    } else {
        (from / to).ln()
    }
}

/// The longest of the best fitting lines through the end of the profile.
fn terminal_phase(profile: &[Sample]) -> Result<TerminalPhase, NoTerminalPhase> {
    let t_max = first_maximum(profile).map_or(f64::INFINITY, |sample| sample.time);
    let tail: Vec<Sample> = profile
        .iter()
        .filter(|sample| sample.time > t_max && sample.conc > 0.0)
        .copied()
        .collect();
    if tail.len() < FEWEST_TERMINAL {
        return Err(NoTerminalPhase::TooFewSamples(tail.len()));
    }
    let lines: Vec<TerminalPhase> = (0..=tail.len() - FEWEST_TERMINAL)
        .filter_map(|from| line(tail.get(from..)?))
        .collect();
    let best = lines
        .iter()
        .map(|line| line.adj_r_squared)
        .fold(f64::NEG_INFINITY, f64::max);
    // The candidates start with the longest.
    lines
        .into_iter()
        .find(|line| line.lambda_z > 0.0 && line.adj_r_squared > best - R_SQUARED_TIE)
        .ok_or(NoTerminalPhase::NotFalling)
}

/// The least-squares line of `ln conc` on time; none where the concentrations are all equal.
fn line(samples: &[Sample]) -> Option<TerminalPhase> {
    let n = samples.len() as f64;
    let mean_time = samples.iter().map(|sample| sample.time).sum::<f64>() / n;
    let mean_log = samples.iter().map(|sample| sample.conc.ln()).sum::<f64>() / n;
    let (mut tt, mut ty, mut yy) = (0.0, 0.0, 0.0);
    for sample in samples {
        let (t, y) = (sample.time - mean_time, sample.conc.ln() - mean_log);
        tt += t * t;
        ty += t * y;
        yy += y * y;
    }
    let slope = ty / tt;
    let residual: f64 = samples
        .iter()
        .map(|sample| (sample.conc.ln() - mean_log - slope * (sample.time - mean_time)).powi(2))
        .sum();
    let r_squared = 1.0 - residual / yy;
    let level = samples
        .windows(2)
        .all(|pair| pair[0].conc.total_cmp(&pair[1].conc).is_eq());
    (!level && r_squared.is_finite()).then(|| TerminalPhase {
        lambda_z: -slope,
        half_life: LN_2 / -slope,
        r_squared,
        adj_r_squared: 1.0 - (1.0 - r_squared) * (n - 1.0) / (n - 2.0),
        times: samples.iter().map(|sample| sample.time).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Blq::{Drop, Zero};
    use super::*;

    fn kinetics(samples: &[(f64, f64)], method: Method, end: f64) -> Kinetics {
        let samples: Vec<Sample> = samples.iter().map(|&(time, conc)| Sample { time, conc }).collect();
        estimate_kinetics(&samples, &options(method, end)).unwrap()
    }

    fn options(method: Method, partial_end: f64) -> NcaOptions {
        NcaOptions {
            method,
            blq: BlqRules::PKNCA,
            partial_end,
        }
    }

    fn near<E>(actual: Result<f64, E>, expected: f64) -> bool {
        actual.is_ok_and(|actual| (actual - expected).abs() < 1e-12 * expected.abs().max(1.0))
    }

    #[test]
    fn exponential_decline_gives_back_its_rate_and_exact_areas() {
        // c = 8 · 2^-(t-1) from t = 1: log areas (8-4)/ln 2 …, tail 1/ln 2.
        let profile = [(4.0, 1.0), (0.0, 0.0), (2.0, 4.0), (1.0, 8.0), (3.0, 2.0)];
        let log = kinetics(&profile, Method::LinearUpLogDown, 2.5);
        assert!(near(log.auc_last, 4.0 + 7.0 / LN_2));
        assert!(near(log.auc_inf, 4.0 + 8.0 / LN_2));
        assert!(near(log.auc_partial, 4.0 + 4.0 / LN_2));
        assert!(near(log.auc_partial_interpolated, 4.0 + (8.0 - 8.0f64.sqrt()) / LN_2));
        let terminal = log.terminal.unwrap();
        assert!((terminal.half_life - 1.0).abs() < 1e-12);
        assert_eq!(terminal.times, [2.0, 3.0, 4.0]);
        let linear = kinetics(&profile, Method::Linear, 2.5);
        // 4 + 6 + 3 + 1.5; half an interval from 4 to 3 in the interpolated one.
        assert!(near(linear.auc_last, 14.5));
        assert!(near(linear.auc_partial_interpolated, 4.0 + 6.0 + 1.75));
        assert_eq!(
            (log.c_max, log.t_max, log.c_last, log.t_last),
            (Some(8.0), Some(1.0), Some(1.0), Some(4.0))
        );
    }

    #[test]
    fn blq_counts_first_is_bridged_in_the_middle_and_ignored_last() {
        let profile = [
            (0.0, 0.0),
            (2.0, 0.0),
            (4.0, 6.0),
            (6.0, 0.0),
            (8.0, 2.0),
            (10.0, 0.0),
            (12.0, 0.0),
        ];
        let found = kinetics(&profile, Method::Linear, 12.0);
        // 0 + (0+6) + 4·(6+2)/2.
        assert!(near(found.auc_last, 22.0));
        assert!(near(found.auc_partial, 22.0));
        // The interpolated area falls to the measured zero at 10: 2·2/2 more.
        assert!(near(found.auc_partial_interpolated, 24.0));
        // At 9 the end lies between t_last and a BLQ sample: nothing is added.
        assert!(near(
            kinetics(&profile, Method::Linear, 9.0).auc_partial_interpolated,
            22.0
        ));
        // At 11 only the measured fall counts.
        assert!(near(
            kinetics(&profile, Method::Linear, 11.0).auc_partial_interpolated,
            24.0
        ));
        // At 6 the BLQ sample there is bridged: 4 halfway between 6 and 2.
        assert!(near(
            kinetics(&profile, Method::Linear, 6.0).auc_partial_interpolated,
            16.0
        ));
        assert!(near(kinetics(&profile, Method::Linear, 6.0).auc_partial, 6.0));
        assert_eq!(found.terminal, Err(NoTerminalPhase::TooFewSamples(1)));
    }

    #[test]
    fn the_rules_for_blq_act_each_in_its_place() {
        // BLQ at 0 and 2, at 6 between, at 10 and 12 after.
        let profile = [
            (0.0, 0.0),
            (2.0, 0.0),
            (4.0, 6.0),
            (6.0, 0.0),
            (8.0, 2.0),
            (10.0, 0.0),
            (12.0, 0.0),
        ];
        let samples = profile.map(|(time, conc)| Sample { time, conc });
        let areas = |first, middle, last| {
            let options = NcaOptions {
                method: Method::Linear,
                blq: BlqRules { first, middle, last },
                partial_end: 12.0,
            };
            let found = estimate_kinetics(&samples, &options).unwrap();
            (found.auc_last, found.auc_partial_interpolated)
        };
        // 6 up to 4, 16 over the bridge from 6 to 2; the fall to the zero at 10 is 2 more.
        assert_eq!(areas(Zero, Drop, Zero), (Ok(22.0), Ok(24.0)));
        assert_eq!(areas(Zero, Drop, Drop), (Ok(22.0), Ok(22.0)));
        // To 0 at 6 and back to 2 at 8: 6 + 2 in place of 16.
        assert_eq!(areas(Zero, Zero, Drop), (Ok(14.0), Ok(14.0)));
        // Without the zeros before, nothing stands at time 0; the interpolated area rises from 0 there: 4·6/2.
        assert_eq!(
            areas(Drop, Drop, Drop),
            (Err(NoArea::NoSampleAtStart { first: 4.0 }), Ok(28.0))
        );
        // Left out, the zeros up to day 2 leave a window to day 3 without a sample; as zeros they are its area.
        let early = |first| {
            let options = NcaOptions {
                method: Method::Linear,
                blq: BlqRules {
                    first,
                    middle: Drop,
                    last: Drop,
                },
                partial_end: 3.0,
            };
            let found = estimate_kinetics(&samples, &options).unwrap();
            (found.auc_partial, found.auc_partial_interpolated)
        };
        assert_eq!(early(Drop), (Err(NoArea::NoSample), Err(NoArea::NoSample)));
        assert_eq!(early(Zero).0, Ok(0.0));
    }

    #[test]
    fn areas_from_zero_need_a_sample_at_zero() {
        let found = kinetics(&[(-1.0, 0.0), (1.0, 4.0), (3.0, 2.0)], Method::Linear, 3.0);
        assert_eq!(found.auc_last, Err(NoArea::NoSampleAtStart { first: 1.0 }));
        assert_eq!(found.auc_inf, Err(NoArea::NoSampleAtStart { first: 1.0 }));
        // Half way from 0 at -1 to 4 at 1.
        assert!(near(found.auc_partial_interpolated, 3.0 + 6.0));
        let late = kinetics(&[(1.0, 4.0), (3.0, 2.0)], Method::Linear, 3.0);
        assert!(near(late.auc_partial_interpolated, 2.0 + 6.0));
    }

    #[test]
    fn nothing_quantifiable_is_an_area_of_zero_without_times() {
        let found = kinetics(&[(0.0, 0.0), (7.0, 0.0), (28.0, 0.0)], Method::Linear, 28.0);
        assert_eq!((found.c_max, found.t_max, found.t_last), (Some(0.0), None, None));
        assert!(near(found.auc_last, 0.0) && near(found.auc_partial_interpolated, 0.0));
        assert_eq!(found.terminal, Err(NoTerminalPhase::TooFewSamples(0)));
    }

    #[test]
    fn too_little_data_is_not_estimable_and_says_why() {
        let nothing = kinetics(&[], Method::Linear, 28.0);
        assert_eq!((nothing.c_max, nothing.auc_last), (None, Err(NoArea::NoSample)));
        let one = kinetics(&[(0.0, 5.0)], Method::Linear, 28.0);
        assert_eq!((one.c_max, one.auc_last), (Some(5.0), Err(NoArea::OneSample)));
        assert_eq!(one.auc_partial_interpolated, Err(NoArea::OneSample));
        let before = kinetics(&[(-2.0, 5.0), (-1.0, 5.0)], Method::Linear, 28.0);
        assert_eq!(
            (before.c_max, before.auc_partial_interpolated),
            (None, Err(NoArea::NoSample))
        );
        let after = kinetics(&[(30.0, 5.0), (40.0, 5.0)], Method::Linear, 28.0);
        assert_eq!(
            (after.auc_partial, after.auc_partial_interpolated),
            (Err(NoArea::NoSample), Err(NoArea::NoSample))
        );
    }

    #[test]
    fn a_fall_by_many_orders_of_magnitude_keeps_its_area() {
        let found = kinetics(&[(0.0, 1.0), (1.0, 1e-20)], Method::LinearUpLogDown, 1.0);
        assert!(near(found.auc_last, 1.0 / (20.0 * 10f64.ln())));
    }

    #[test]
    fn a_tie_in_fit_goes_to_the_longer_line_and_a_rising_best_line_to_none() {
        let exponential: Vec<(f64, f64)> = (0..7).map(|day| (f64::from(day), 64.0 * 0.5f64.powi(day))).collect();
        let found = kinetics(&exponential, Method::Linear, 3.0);
        assert_eq!(found.terminal.unwrap().times.len(), 6);
        let rising = [(0.0, 9.0), (1.0, 1.0), (2.0, 2.0), (3.0, 4.0)];
        assert_eq!(
            kinetics(&rising, Method::Linear, 3.0).terminal,
            Err(NoTerminalPhase::NotFalling)
        );
        let level = [(0.0, 9.0), (1.0, 0.1), (2.0, 0.1), (3.0, 0.1)];
        assert_eq!(
            kinetics(&level, Method::Linear, 3.0).terminal,
            Err(NoTerminalPhase::NotFalling)
        );
    }

    #[test]
    fn unreadable_profiles_are_refused() {
        let sample = |time, conc| Sample { time, conc };
        let refuse = |samples: &[Sample]| estimate_kinetics(samples, &options(Method::Linear, 28.0)).unwrap_err();
        assert_eq!(
            refuse(&[sample(1.0, 2.0), sample(0.0, 1.0), sample(1.0, 2.0)]),
            KineticsError::DuplicateTime(1.0)
        );
        assert!(matches!(
            refuse(&[sample(1.0, -2.0)]),
            KineticsError::Concentration { .. }
        ));
        assert!(matches!(refuse(&[sample(f64::INFINITY, 2.0)]), KineticsError::Time(_)));
        assert!(matches!(
            refuse(&[sample(1.0, f64::NAN)]),
            KineticsError::Concentration { .. }
        ));
        for end in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(estimate_kinetics(&[], &options(Method::Linear, end)).is_err(), "{end}");
        }
    }

    #[test]
    fn the_unit_of_concentration_scales_areas_only() {
        let profile = [
            (0.0, 0.0),
            (7.0, 40.0),
            (10.0, 50.0),
            (14.0, 20.0),
            (21.0, 3.0),
            (28.0, 1.0),
            (60.0, 0.5),
        ];
        let scaled = profile.map(|(time, conc)| (time, conc * 1000.0));
        for method in [Method::Linear, Method::LinearUpLogDown] {
            let (one, thousand) = (kinetics(&profile, method, 20.0), kinetics(&scaled, method, 20.0));
            assert!(near(thousand.auc_inf.map(|auc| auc / 1000.0), one.auc_inf.unwrap()));
            let interpolated = thousand.auc_partial_interpolated.map(|auc| auc / 1000.0);
            assert!(near(interpolated, one.auc_partial_interpolated.unwrap()));
            assert!(near(
                thousand.terminal.map(|end| end.half_life),
                one.terminal.unwrap().half_life
            ));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_profile_gives_finite_areas_in_any_order(
            concs in proptest::collection::btree_map(-20i32..100, proptest::prop_oneof![
                proptest::strategy::Just(0.0), 1e-6f64..1e6,
            ], 0..20),
            end in 0.5f64..100.0,
        ) {
            let mut samples: Vec<Sample> =
                concs.iter().map(|(&time, &conc)| Sample { time: f64::from(time), conc }).collect();
            for method in [Method::Linear, Method::LinearUpLogDown] {
                let found = estimate_kinetics(&samples, &options(method, end)).unwrap();
                samples.reverse();
                proptest::prop_assert_eq!(&found, &estimate_kinetics(&samples, &options(method, end)).unwrap());
                for area in [found.auc_last, found.auc_inf, found.auc_partial, found.auc_partial_interpolated] {
                    proptest::prop_assert!(area.is_err() || area.is_ok_and(|area| area.is_finite() && area >= 0.0));
                }
                if let (Ok(part), Ok(whole)) = (found.auc_partial, found.auc_last) {
                    proptest::prop_assert!(part <= whole * (1.0 + 1e-12));
                }
                proptest::prop_assert!(found.terminal.is_err() || found.terminal.is_ok_and(|line| line.half_life > 0.0));
            }
        }
    }
}
