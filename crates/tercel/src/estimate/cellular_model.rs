//! The published model of CAR-T cells in blood, and its fit to one subject.
//!
//! # What it derives
//! The six parameters of expansion, contraction and persistence of one subject with their standard errors.
//!
//! # Source
//! `stein2019`: model, typical values, variances between subjects (of the logarithms), residual standard deviation 0.56 on the
//! logarithmic scale. `beal2001`: samples below the limit of quantification enter by their probability (method M3).
//!
//! # Formula
//! `C(t) = (Cmax/fold)·e^{ρt}` for `t < Tmax` with `ρ = ln(fold)/Tmax`, then `(1-FB)·Cmax·e^{-α(t-Tmax)} + FB·Cmax·e^{-β(t-Tmax)}`.
//! Minimised over the logarithms `θ` of the six: `½ Σ ((ln y - ln C)/σ)² - Σ ln Φ((ln LLOQ - ln C)/σ) + ½ Σ (θ - μ)²/ω²`, the
//! last sum only with the population as a prior: six parameters are rarely found from eight samples. Standard errors of `θ` are from
//! the inverse of the matrix of second derivatives at the minimum.
//!
//! # Example
//! ```
//! use tercel::estimate::cellular_model::CellCurve;
//! assert!((CellCurve::TYPICAL.at(28.0) - 1374.0).abs() < 1.0);
//! ```
//!
//! # Limits
//! The fall in the first hours, while cells distribute, is not described; samples at the infusion take no part. The population is
//! of children and young adults with leukaemia: in other diseases it draws an estimate towards levels that may be too high.

use super::nelder_mead::{Minimum, minimise};
use super::normal;

/// Number of parameters.
const N: usize = 6;
/// Residual standard deviation of log copies in `stein2019`.
const RESIDUAL_SD: f64 = 0.56;
/// Fewest quantified samples for a fit with the population as a prior.
const FEWEST: usize = 3;
/// Size of the first simplex, on the logarithmic scale.
const STEP: f64 = 0.4;
/// Most evaluations of one run of the simplex.
const EVALUATIONS: usize = 3000;
/// Step of the differences that make the second derivatives.
const DIFFERENCE: f64 = 1e-3;
/// A standard error above this part of that between subjects says nothing new.
const UNINFORMED: f64 = 0.9;

/// The curve of one subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellCurve {
    /// Peak, copies/µg.
    pub c_max: f64,
    /// Day of the peak.
    pub t_max: f64,
    /// Fold expansion.
    pub fold: f64,
    /// Rate of contraction, 1/day.
    pub alpha: f64,
    /// Persistent part of the peak.
    pub persistent: f64,
    /// Rate of loss of persistent cells, 1/day.
    pub beta: f64,
}

impl CellCurve {
    /// The typical subject of `stein2019`.
    pub const TYPICAL: Self = Self {
        c_max: 24_000.0,
        t_max: 9.3,
        fold: 3900.0,
        alpha: 0.16,
        persistent: 0.0079,
        beta: 0.0032,
    };
    /// Variances of the logarithms between subjects in `stein2019`, in the order of the fields.
    pub const VARIANCES: [f64; N] = [0.65, 0.38, 2.4, 0.91, 0.80, 0.86];

    /// Copies/µg on `day`; none before infusion.
    pub fn at(&self, day: f64) -> f64 {
        if day < 0.0 {
            return 0.0;
        }
        if day < self.t_max {
            let rate = self.fold.ln() / self.t_max;
            return self.c_max / self.fold * (rate * day).exp();
        }
        let since = day - self.t_max;
        let contracting = (1.0 - self.persistent) * self.c_max * (-self.alpha * since).exp();
        contracting + self.persistent * self.c_max * (-self.beta * since).exp()
    }

    /// The six, in the order of the fields.
    pub const fn values(&self) -> [f64; N] {
        [
            self.c_max,
            self.t_max,
            self.fold,
            self.alpha,
            self.persistent,
            self.beta,
        ]
    }

    fn of([c_max, t_max, fold, alpha, persistent, beta]: [f64; N]) -> Self {
        Self {
            c_max,
            t_max,
            fold,
            alpha,
            persistent,
            beta,
        }
    }
}

/// What is known besides the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prior {
    /// Nothing: maximum likelihood.
    None,
    /// The population of `stein2019`: the mode of the posterior distribution.
    Stein2019,
}

/// A sample of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitSample {
    /// Measured on a day after infusion.
    Measured {
        /// Days since infusion.
        day: f64,
        /// Copies/µg, above 0.
        level: f64,
    },
    /// Below the limit of quantification.
    Below {
        /// Days since infusion.
        day: f64,
        /// The limit, above 0.
        limit: f64,
    },
}

/// A fitted curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CellFit {
    /// The curve.
    pub curve: CellCurve,
    /// Standard errors of the logarithms in the order of the fields; `None` where not estimable: the minimum is flat, or the
    /// samples add nothing to the population.
    pub log_se: [Option<f64>; N],
    /// Whether the search settled.
    pub converged: bool,
    /// Number of measured samples, and of those below quantification.
    pub samples: (usize, usize),
}

/// Fits the curve; `None` with fewer than three measured samples, or fewer than six without a prior.
pub fn fit_cell_curve(samples: &[FitSample], prior: Prior) -> Option<CellFit> {
    let measured: Vec<(f64, f64)> = samples.iter().filter_map(|sample| usable(*sample)).collect();
    let fewest = match prior {
        Prior::None => N,
        Prior::Stein2019 => FEWEST,
    };
    if measured.len() < fewest {
        return None;
    }
    let cost = |theta: &[f64; N]| cost(theta, samples, prior);
    let best = starts(&measured)
        .into_iter()
        .map(|start| minimise(cost, start, STEP, EVALUATIONS))
        .filter(|found| found.value.is_finite())
        .min_by(|one, other| one.value.total_cmp(&other.value))?;
    let below = samples
        .iter()
        .filter(|sample| matches!(sample, FitSample::Below { day, limit } if *day > 0.0 && *limit > 0.0));
    Some(CellFit {
        curve: CellCurve::of(best.at.map(f64::exp)),
        log_se: standard_errors(&cost, &best, prior),
        converged: best.converged,
        samples: (measured.len(), below.count()),
    })
}

fn usable(sample: FitSample) -> Option<(f64, f64)> {
    match sample {
        FitSample::Measured { day, level } if day > 0.0 && level > 0.0 => Some((day, level)),
        FitSample::Measured { .. } | FitSample::Below { .. } => None,
    }
}

/// The peak may lie on either side of the highest sample, and on that of its neighbours.
fn starts(measured: &[(f64, f64)]) -> Vec<[f64; N]> {
    let highest = measured.iter().max_by(|(_, one), (_, other)| one.total_cmp(other));
    let (peak, level) = highest
        .copied()
        .unwrap_or((CellCurve::TYPICAL.t_max, CellCurve::TYPICAL.c_max));
    let typical = CellCurve::TYPICAL.values().map(f64::ln);
    [0.75, 0.95, 1.05, 1.3]
        .map(|factor| {
            let mut start = typical;
            start[0] = level.ln();
            start[1] = (peak * factor).ln();
            start
        })
        .to_vec()
}

/// Minus the logarithm of likelihood and prior, up to a constant.
fn cost(theta: &[f64; N], samples: &[FitSample], prior: Prior) -> f64 {
    let curve = CellCurve::of(theta.map(f64::exp));
    // The persistent part is a share, and what is lost more slowly is what persists.
    if curve.persistent >= 1.0 || curve.alpha <= curve.beta || theta.iter().any(|value| value.abs() > 40.0) {
        return f64::INFINITY;
    }
    let fitted: f64 = samples.iter().map(|sample| misfit(*sample, &curve)).sum();
    let typical = CellCurve::TYPICAL.values();
    let distance = match prior {
        Prior::None => 0.0,
        Prior::Stein2019 => (theta.iter().zip(typical).zip(CellCurve::VARIANCES))
            .map(|((value, typical), variance)| (value - typical.ln()).powi(2) / variance)
            .sum(),
    };
    fitted + distance / 2.0
}

fn misfit(sample: FitSample, curve: &CellCurve) -> f64 {
    match sample {
        FitSample::Measured { day, level } if day > 0.0 && level > 0.0 => {
            let residual = (level.ln() - curve.at(day).ln()) / RESIDUAL_SD;
            residual * residual / 2.0
        }
        FitSample::Below { day, limit } if day > 0.0 && limit > 0.0 => {
            let place = (limit.ln() - curve.at(day).ln()) / RESIDUAL_SD;
            // Below −30 the distribution function underflows; its logarithm is then near that of its leading term.
            if place < -30.0 {
                place * place / 2.0 + (-place).ln()
            } else {
                -normal::cdf(place).ln()
            }
        }
        FitSample::Measured { .. } | FitSample::Below { .. } => 0.0,
    }
}

fn standard_errors(cost: &impl Fn(&[f64; N]) -> f64, best: &Minimum<N>, prior: Prior) -> [Option<f64>; N] {
    let hessian = second_derivatives(cost, best);
    let Some(inverse) = inverse(&hessian) else {
        return [None; N];
    };
    let mut errors = [None; N];
    for (at, error) in errors.iter_mut().enumerate() {
        let between = match prior {
            Prior::None => f64::INFINITY,
            Prior::Stein2019 => UNINFORMED * CellCurve::VARIANCES[at].sqrt(),
        };
        *error = Some(inverse[at][at].sqrt()).filter(|error| error.is_finite() && *error < between);
    }
    errors
}

fn second_derivatives(cost: &impl Fn(&[f64; N]) -> f64, best: &Minimum<N>) -> [[f64; N]; N] {
    let moved = |one: usize, by: f64, other: usize, also: f64| {
        let mut point = best.at;
        point[one] += by;
        point[other] += also;
        cost(&point)
    };
    let h = DIFFERENCE;
    let mut matrix = [[0.0; N]; N];
    for row in 0..N {
        for column in 0..=row {
            let second = if row == column {
                (moved(row, h, row, 0.0) - 2.0 * best.value + moved(row, -h, row, 0.0)) / (h * h)
            } else {
                let corners = moved(row, h, column, h) - moved(row, h, column, -h) - moved(row, -h, column, h)
                    + moved(row, -h, column, -h);
                corners / (4.0 * h * h)
            };
            matrix[row][column] = second;
            matrix[column][row] = second;
        }
    }
    matrix
}

/// The inverse of a positive definite matrix by its Cholesky factor; `None` where it is not.
fn inverse(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut factor = [[0.0; N]; N];
    for row in 0..N {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
            let left = matrix[row][column] - known;
            factor[row][column] = if row == column {
                Some(left).filter(|left| *left > 1e-9)?.sqrt()
            } else {
                left / factor[column][column]
            };
        }
    }
    // The inverse of the factor row by row, then the product of its transpose with it.
    let mut half = [[0.0; N]; N];
    for row in 0..N {
        for column in 0..=row {
            let unit = f64::from(u8::from(row == column));
            let known: f64 = (column..row).map(|k| factor[row][k] * half[k][column]).sum();
            half[row][column] = (unit - known) / factor[row][row];
        }
    }
    let mut inverse = [[0.0; N]; N];
    for (row, line) in inverse.iter_mut().enumerate() {
        for (column, cell) in line.iter_mut().enumerate() {
            *cell = (0..N).map(|k| half[k][row] * half[k][column]).sum();
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng};

    use super::*;

    /// The visits of a first year.
    const DAYS: [f64; 14] = [
        1.0, 3.0, 5.0, 7.0, 10.0, 12.0, 14.0, 17.0, 21.0, 28.0, 60.0, 90.0, 180.0, 365.0,
    ];

    fn measured(curve: &CellCurve) -> Vec<FitSample> {
        DAYS.map(|day| FitSample::Measured {
            day,
            level: curve.at(day),
        })
        .to_vec()
    }

    #[test]
    fn the_typical_subject_of_stein_2019_has_the_typical_curve() {
        // The formula evaluated at the printed typical values, apart from this code.
        for (day, copies) in [
            (3.0, 89.0),
            (7.0, 3105.0),
            (10.0, 21_477.0),
            (14.0, 11_412.0),
            (28.0, 1374.0),
            (90.0, 147.0),
            (180.0, 110.0),
            (365.0, 61.0),
        ] {
            let found = CellCurve::TYPICAL.at(day);
            assert!((found - copies).abs() < 0.5 + copies * 1e-3, "day {day}: {found}");
        }
        assert!(CellCurve::TYPICAL.at(-0.1).abs() < f64::EPSILON);
    }

    #[test]
    fn samples_without_error_give_back_their_curve_by_maximum_likelihood() {
        let truth = CellCurve {
            c_max: 3200.0,
            t_max: 11.3,
            fold: 900.0,
            alpha: 0.21,
            persistent: 0.013,
            beta: 0.006,
        };
        let fit = fit_cell_curve(&measured(&truth), Prior::None).unwrap();
        assert!(fit.converged);
        for (found, truth) in fit.curve.values().into_iter().zip(truth.values()) {
            assert!((found / truth - 1.0).abs() < 1e-3, "{:?}", fit.curve);
        }
        assert!(fit.log_se.iter().all(Option::is_some), "{:?}", fit.log_se);
    }

    #[test]
    fn the_typical_subject_is_given_back_exactly_whatever_the_prior_weighs() {
        // Samples and prior have their minimum in the same place.
        let fit = fit_cell_curve(&measured(&CellCurve::TYPICAL), Prior::Stein2019).unwrap();
        for (found, truth) in fit.curve.values().into_iter().zip(CellCurve::TYPICAL.values()) {
            assert!((found / truth - 1.0).abs() < 1e-3, "{:?}", fit.curve);
        }
    }

    #[test]
    fn a_limit_of_quantification_bounds_the_curve_and_is_no_level() {
        // Of a curve that falls below 50 after day 28, the samples below the limit tell that it did.
        let truth = CellCurve {
            c_max: 2000.0,
            persistent: 0.005,
            ..CellCurve::TYPICAL
        };
        let known: Vec<FitSample> = measured(&truth)
            .into_iter()
            .filter(|sample| day_of(*sample) <= 21.0)
            .collect();
        let below = [60.0, 90.0, 180.0].map(|day| FitSample::Below { day, limit: 50.0 });
        let with: Vec<FitSample> = known.iter().copied().chain(below).collect();
        let (without, with) = (
            fit_cell_curve(&known, Prior::Stein2019).unwrap(),
            fit_cell_curve(&with, Prior::Stein2019).unwrap(),
        );
        assert_eq!((with.samples, without.samples), ((9, 3), (9, 0)));
        assert!(with.curve.at(90.0) < without.curve.at(90.0));
        // Where the limit lies far above the curve it says nothing.
        let far = known
            .iter()
            .copied()
            .chain([FitSample::Below { day: 90.0, limit: 1e9 }]);
        let far = fit_cell_curve(&far.collect::<Vec<_>>(), Prior::Stein2019).unwrap();
        assert!((far.curve.at(90.0) / without.curve.at(90.0) - 1.0).abs() < 1e-3);
    }

    fn day_of(sample: FitSample) -> f64 {
        match sample {
            FitSample::Measured { day, .. } | FitSample::Below { day, .. } => day,
        }
    }

    #[test]
    fn parameters_that_no_sample_tells_of_have_no_standard_error() {
        // Nothing after day 14: the persistent part and its loss are the population's.
        let early: Vec<FitSample> = measured(&CellCurve::TYPICAL)
            .into_iter()
            .filter(|sample| day_of(*sample) <= 14.0)
            .collect();
        let fit = fit_cell_curve(&early, Prior::Stein2019).unwrap();
        assert_eq!((fit.log_se[4], fit.log_se[5]), (None, None));
        assert!(fit.log_se[0].is_some_and(|error| error < 0.56) && fit.log_se[1].is_some());
        assert_eq!(fit_cell_curve(&early[..2], Prior::Stein2019), None);
        assert_eq!(fit_cell_curve(&early[..5], Prior::None), None);
    }

    #[test]
    fn simulated_subjects_are_recovered_without_bias_and_within_their_errors() {
        let mut random = ChaCha8Rng::seed_from_u64(20_190_115);
        let mut normal_draw = move || {
            let uniform = (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            normal::quantile(uniform.clamp(1e-12, 1.0 - 1e-12)).unwrap()
        };
        let (mut errors, mut covered) = ([0.0; 2], [0usize; 2]);
        let subjects = 60;
        for _ in 0..subjects {
            let mut theta = CellCurve::TYPICAL.values().map(f64::ln);
            for (value, variance) in theta.iter_mut().zip(CellCurve::VARIANCES) {
                *value += variance.sqrt() * normal_draw();
            }
            theta[4] = theta[4].min(-1.0);
            theta[5] = theta[5].min(theta[3] - 0.5);
            let truth = CellCurve::of(theta.map(f64::exp));
            let samples: Vec<FitSample> = DAYS
                .iter()
                .map(|&day| {
                    let level = truth.at(day) * (RESIDUAL_SD * normal_draw()).exp();
                    if level < 50.0 {
                        FitSample::Below { day, limit: 50.0 }
                    } else {
                        FitSample::Measured { day, level }
                    }
                })
                .collect();
            let Some(fit) = fit_cell_curve(&samples, Prior::Stein2019) else {
                continue;
            };
            let found = fit.curve.values().map(f64::ln);
            for place in 0..2 {
                let error = found[place] - theta[place];
                errors[place] += error / f64::from(subjects);
                // A parameter without a standard error has that of the population.
                let se = fit.log_se[place].unwrap_or_else(|| CellCurve::VARIANCES[place].sqrt());
                covered[place] += usize::from(error.abs() < 2.0 * se);
            }
        }
        // Peak and its time: mean error of the logarithm, and about 95 in 100 within two standard errors.
        assert!(errors.iter().all(|error| error.abs() < 0.15), "{errors:?}");
        assert!(covered.iter().all(|covered| *covered >= 48), "{covered:?}");
    }
}
