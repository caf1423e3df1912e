//! The posterior of (log α, log β) summed over a grid that follows it.
//!
//! Rows have equal steps in log β. In each row the values start at the mode of log α given log β, with steps in proportion
//! to its spread there, and go out on both sides until they are negligible; so do the rows. Both sums are trapezoidal,
//! which for such functions has an error that falls exponentially with the step.
#![expect(
    clippy::indexing_slicing,
    reason = "numeric kernels over arrays whose sizes are fixed where they are made"
)]

use super::cumulative::{PADDING, integral};

/// Values computed together, so that the arithmetic runs in the processor's vector registers.
const BATCH: usize = 8;

type Lanes = [f64; BATCH];

/// Most batches on one side of a row, and most rows on one side. A wide prior of the slope with a steep posterior takes some
/// ten thousand rows.
const MOST_BATCHES: usize = 256;
const MOST_ROWS: usize = 1 << 17;

/// Largest exponent whose exponential is used.
const LARGEST_EXPONENT: f64 = 600.0;

/// Bivariate normal prior of (log α, log β).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prior {
    pub(super) mean: [f64; 2],
    pub(super) sd: [f64; 2],
    pub(super) cor: f64,
}

/// Outcomes at one dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Observed {
    /// Logarithm of the dose over the reference dose.
    pub(super) x: f64,
    pub(super) dlt: u32,
    pub(super) without: u32,
}

/// How fine a grid is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// Step in log α, in conditional standard deviations at the mode, and the longest step.
    pub(super) alpha: (f64, f64),
    /// Step in log β, in standard deviations, and the longest step.
    pub(super) beta: (f64, f64),
    /// Furthest move of a cut from row to row, in conditional standard deviations of log α.
    pub(super) speed: f64,
    /// Density, against the largest, that is negligible.
    pub(super) negligible: f64,
}

/// Errors of a few 1e-6 at most in a probability; closer calls are made on the fine grid.
pub(super) const DECISION: Grid = Grid {
    alpha: (0.28, 0.35),
    beta: (0.42, 0.25),
    speed: 0.7,
    negligible: 1e-9,
};

/// The posterior density of (log α, log β).
#[derive(Debug, Clone)]
pub(super) struct Posterior {
    prior: Prior,
    observed: Vec<Observed>,
    dlts: f64,
    without: f64,
}

/// The density along log α at one log β.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) log_beta: f64,
    pub(super) slope: f64,
    /// Log α of the first value, and the step between values.
    pub(super) start: f64,
    pub(super) step: f64,
    /// Density at equal steps, with zeros on both sides.
    pub(super) values: Vec<f64>,
    /// Sums of the values before each, and of all.
    sums: Vec<f64>,
    /// Batches left of the mode, in the order in which they were found.
    left: Vec<Lanes>,
}

/// Where log α peaks for one log β.
#[derive(Debug, Clone, Copy)]
struct Peak {
    mode: f64,
    sd: f64,
}

impl Prior {
    /// Mean and standard deviation of log α given log β.
    fn given(&self, log_beta: f64) -> (f64, f64) {
        let scale = self.cor * self.sd[0] / self.sd[1];
        let mean = self.mean[0] + scale * (log_beta - self.mean[1]);
        (mean, self.sd[0] * (1.0 - self.cor * self.cor).sqrt())
    }

    /// Logarithm of the density of log β, up to a constant.
    fn log_beta(&self, log_beta: f64) -> f64 {
        half_square((log_beta - self.mean[1]) / self.sd[1])
    }
}

fn half_square(z: f64) -> f64 {
    -0.5 * z * z
}

impl Posterior {
    pub(super) fn new(prior: Prior, observed: Vec<Observed>) -> Self {
        let sum = |of: fn(&Observed) -> u32| observed.iter().map(|dose| f64::from(of(dose))).sum();
        Self {
            prior,
            dlts: sum(|dose| dose.dlt),
            without: sum(|dose| dose.without),
            observed,
        }
    }

    /// Probability that the log odds are below each of the cuts, dose by dose.
    pub(super) fn below(&self, log_doses: &[f64], cuts: &[f64], grid: &Grid) -> Vec<f64> {
        let mut below = vec![0.0; log_doses.len() * cuts.len()];
        let mut total = 0.0;
        self.rows(grid, &mut |row| {
            total += row.mass();
            for (x, below) in log_doses.iter().zip(below.chunks_mut(cuts.len())) {
                for (cut, below) in cuts.iter().zip(below) {
                    *below += row.below(*x, *cut);
                }
            }
        });
        for below in &mut below {
            *below = (*below / total).clamp(0.0, 1.0);
        }
        below
    }

    /// Shows every row of a grid.
    pub(super) fn rows(&self, grid: &Grid, show: &mut dyn FnMut(&Row)) {
        let (centre, width) = self.centre();
        let start = self.peak(centre, self.prior.given(centre).0);
        // Along log β the place of a cut moves through the density at a speed that must be followed too.
        let furthest = self.observed.iter().fold(0.0_f64, |most, dose| most.max(dose.x.abs()));
        let speed = (centre.exp() * furthest).max(1.0) / start.sd;
        let step = (grid.beta.0 * width).min(grid.beta.1).min(grid.speed / speed);
        let largest = self.log_density(start.mode, centre);
        let mut row = Row::default();
        let mut most = 0.0_f64;
        for (first, direction) in [(0, 1.0), (1, -1.0)] {
            let (mut before, mut last) = (start.mode, start.mode);
            for index in first..MOST_ROWS {
                let log_beta = centre + direction * step * index as f64;
                let peak = self.peak(log_beta, 2.0 * last - before);
                (before, last) = (last, peak.mode);
                self.fill(&mut row, log_beta, peak, grid, largest);
                show(&row);
                most = most.max(row.mass());
                if row.mass() < most * grid.negligible {
                    break;
                }
            }
        }
    }

    /// Mode of log β and the spread there, by Laplace's approximation of the integral over log α.
    fn centre(&self) -> (f64, f64) {
        const NEAR: f64 = 0.125;
        let spread = self.prior.sd[1];
        let near = NEAR * spread.min(1.0);
        let mut at = self.prior.mean[1];
        let mut width = spread;
        let mut guess = self.prior.mean[0];
        let mut marginal = |log_beta: f64| {
            let peak = self.peak(log_beta, guess);
            guess = peak.mode;
            self.log_density(peak.mode, log_beta) + peak.sd.ln()
        };
        for _ in 0..12 {
            let (left, here, right) = (marginal(at - near), marginal(at), marginal(at + near));
            let slope = (right - left) / (2.0 * near);
            let curvature = (2.0 * here - left - right) / (near * near);
            width = if curvature * spread * spread > 1.0 {
                1.0 / curvature.sqrt()
            } else {
                spread
            };
            let step = (slope * width * width).clamp(-spread, spread);
            at += step;
            if step.abs() < 0.25 * width {
                break;
            }
        }
        (at, width)
    }

    /// Logarithm of the density, up to a constant.
    fn log_density(&self, log_alpha: f64, log_beta: f64) -> f64 {
        let (mean, sd) = self.prior.given(log_beta);
        let slope = log_beta.exp();
        let prior = self.prior.log_beta(log_beta) + half_square((log_alpha - mean) / sd);
        let likelihood = self.observed.iter().map(|dose| {
            let logit = log_alpha + slope * dose.x;
            let rest = (-logit.abs()).exp().ln_1p();
            let (log_p, log_q) = (logit.min(0.0) - rest, (-logit).min(0.0) - rest);
            times(dose.dlt, log_p) + times(dose.without, log_q)
        });
        prior + likelihood.sum::<f64>()
    }

    /// The mode of log α given log β, near enough to place a grid, by Newton's method kept between bounds.
    fn peak(&self, log_beta: f64, guess: f64) -> Peak {
        let (mean, sd) = self.prior.given(log_beta);
        let slope = log_beta.exp();
        let variance = sd * sd;
        // Where the derivative is 0, log α = mean + variance (DLTs - expected DLTs).
        let (mut low, mut high) = (mean - variance * self.without, mean + variance * self.dlts);
        let mut mode = guess.clamp(low, high);
        let mut spread = sd;
        for _ in 0..60 {
            let mut derivative = (mean - mode) / variance + self.dlts;
            let mut curvature = 1.0 / variance;
            for dose in &self.observed {
                let subjects = f64::from(dose.dlt + dose.without);
                let p = logistic(mode + slope * dose.x);
                derivative -= subjects * p;
                curvature += subjects * p * (1.0 - p);
            }
            spread = 1.0 / curvature.sqrt();
            if derivative > 0.0 {
                low = mode;
            } else {
                high = mode;
            }
            let step = derivative / curvature;
            if step.abs() < 0.05 * spread {
                break;
            }
            let next = mode + step;
            mode = if next > low && next < high {
                next
            } else {
                f64::midpoint(low, high)
            };
        }
        Peak { mode, sd: spread }
    }

    /// The values of a row.
    fn fill(&self, row: &mut Row, log_beta: f64, peak: Peak, grid: &Grid, largest: f64) {
        row.log_beta = log_beta;
        row.slope = log_beta.exp();
        row.step = (grid.alpha.0 * peak.sd).min(grid.alpha.1);
        let mut decay = [1.0; BATCH];
        for (lane, decay) in (0..).zip(&mut decay) {
            *decay = (-f64::from(lane) * row.step).exp();
        }
        let wide = row.step * BATCH as f64;
        let (slope, step) = (row.slope, row.step);
        let batch = |first: f64| self.batch(first, step, log_beta, slope, &decay, largest);
        row.left.clear();
        for index in 1..=MOST_BATCHES {
            let values = batch(peak.mode - wide * index as f64);
            row.left.push(values);
            if values[0] < grid.negligible {
                break;
            }
        }
        row.start = peak.mode - wide * row.left.len() as f64 - step * PADDING as f64;
        row.values.clear();
        row.values.resize(PADDING, 0.0);
        row.values.extend(row.left.iter().rev().flatten());
        for index in 0..MOST_BATCHES {
            let values = batch(peak.mode + wide * index as f64);
            row.values.extend(values);
            if values[BATCH - 1] < grid.negligible {
                break;
            }
        }
        row.values.extend([0.0; PADDING]);
        row.sums.clear();
        row.sums.push(0.0);
        let mut sum = 0.0;
        for value in &row.values {
            sum += value;
            row.sums.push(sum);
        }
    }

    /// The density at one batch of log α, the first at `first`, over its largest value.
    fn batch(&self, first: f64, step: f64, log_beta: f64, slope: f64, decay: &Lanes, largest: f64) -> Lanes {
        let (mean, sd) = self.prior.given(log_beta);
        let constant = self.prior.log_beta(log_beta) - largest;
        let mut values = [0.0; BATCH];
        for (lane, value) in (0..).zip(&mut values) {
            let z = (first + f64::from(lane) * step - mean) / sd;
            *value = (constant + half_square(z)).exp();
        }
        for dose in &self.observed {
            let logit = (first + slope * dose.x).clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT);
            let odds_against = (-logit).exp();
            let mut p = [0.0; BATCH];
            let mut q = [0.0; BATCH];
            for lane in 0..BATCH {
                let odds_against = odds_against * decay[lane];
                p[lane] = 1.0 / (1.0 + odds_against);
                q[lane] = odds_against * p[lane];
            }
            multiply_power(&mut values, p, dose.dlt);
            multiply_power(&mut values, q, dose.without);
        }
        values
    }
}

/// Multiplies by a power, by repeated squares.
fn multiply_power(values: &mut Lanes, mut base: Lanes, mut exponent: u32) {
    while exponent > 0 {
        if exponent & 1 == 1 {
            for (value, base) in values.iter_mut().zip(&base) {
                *value *= base;
            }
        }
        exponent >>= 1;
        if exponent > 0 {
            for base in &mut base {
                *base *= *base;
            }
        }
    }
}

/// A number of outcomes times a logarithm; 0 for none, also where the logarithm is infinite.
fn times(count: u32, log: f64) -> f64 {
    if count == 0 { 0.0 } else { f64::from(count) * log }
}

pub(super) fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

impl Row {
    /// Integral over log α.
    pub(super) fn mass(&self) -> f64 {
        self.step * self.sums[self.values.len()]
    }

    /// Integral up to where the log odds at a dose are `cut`.
    pub(super) fn below(&self, x: f64, cut: f64) -> f64 {
        let place = (cut - self.slope * x - self.start) / self.step;
        self.step * integral(&self.values, &self.sums, place)
    }
}
