//! What a posterior says about the parameters and the doses.
#![expect(
    clippy::indexing_slicing,
    reason = "numeric kernels over the levels and moments made here"
)]

use super::quadrature::{Grid, Posterior, Row, logistic};

/// Errors near rounding.
pub(super) const REPORT: Grid = Grid {
    alpha: (0.2, 0.25),
    beta: (0.2, 0.08),
    speed: 0.35,
    negligible: 1e-16,
};

/// Mean and standard deviation of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// Everything about a posterior that is reported.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) log_alpha: Moments,
    pub(super) log_beta: Moments,
    pub(super) levels: Vec<Moments>,
    log_doses: Vec<f64>,
    rows: Vec<Row>,
    total: f64,
}

impl Posterior {
    /// Everything, at the accuracy of a report.
    pub(super) fn report(&self, log_doses: &[f64]) -> Report {
        self.report_on(&REPORT, log_doses)
    }

    fn report_on(&self, grid: &Grid, log_doses: &[f64]) -> Report {
        let mut rows: Vec<Row> = Vec::new();
        self.rows(grid, &mut |row| rows.push(row.clone()));
        let mut total = 0.0;
        let mut theta = [[0.0; 2]; 2];
        let mut levels = vec![[0.0; 2]; log_doses.len()];
        for row in &rows {
            let mass = row.mass();
            total += mass;
            add(&mut theta[1], row.log_beta, mass);
            let log_alphas = (0..row.values.len()).map(|place| row.start + row.step * place as f64);
            for (log_alpha, value) in log_alphas.zip(&row.values) {
                let mass = value * row.step;
                add(&mut theta[0], log_alpha, mass);
                for (x, level) in log_doses.iter().zip(&mut levels) {
                    add(level, logistic(log_alpha + row.slope * x), mass);
                }
            }
        }
        let moments = |sums: [f64; 2]| {
            let mean = sums[0] / total;
            let variance = sums[1] / total - mean * mean;
            Moments {
                mean,
                sd: variance.max(0.0).sqrt(),
            }
        };
        Report {
            log_alpha: moments(theta[0]),
            log_beta: moments(theta[1]),
            levels: levels.into_iter().map(moments).collect(),
            log_doses: log_doses.to_vec(),
            rows,
            total,
        }
    }
}

fn add(sums: &mut [f64; 2], value: f64, mass: f64) {
    sums[0] += value * mass;
    sums[1] += value * value * mass;
}

impl Report {
    /// Probability that the log odds at a dose are below a cut.
    pub(super) fn below(&self, dose: usize, cut: f64) -> f64 {
        let x = self.log_doses[dose];
        let below: f64 = self.rows.iter().map(|row| row.below(x, cut)).sum();
        (below / self.total).clamp(0.0, 1.0)
    }

    /// The DLT probability at a dose that is exceeded with one less the probability: a bracket made narrow by the Illinois
    /// rule.
    pub(super) fn quantile(&self, dose: usize, probability: f64) -> f64 {
        let (mut low, mut high) = (-36.0, 36.0);
        let (mut under, mut over) = (-probability, 1.0 - probability);
        let mut rose = None;
        for _ in 0..200 {
            let share = if high - low > 8.0 { 0.5 } else { under / (under - over) };
            let at = low + (high - low) * share;
            let excess = self.below(dose, at) - probability;
            if excess.abs() < 1e-13 || high - low < 1e-12 {
                return logistic(at);
            }
            // A bound that stays twice counts half, so that it moves next.
            if excess < 0.0 {
                (low, under) = (at, excess);
                over *= if rose == Some(true) { 0.5 } else { 1.0 };
            } else {
                (high, over) = (at, excess);
                under *= if rose == Some(false) { 0.5 } else { 1.0 };
            }
            rose = Some(excess < 0.0);
        }
        logistic(f64::midpoint(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::{DECISION, Observed, Prior};
    use super::*;

    const FINER: Grid = Grid {
        alpha: (0.11, 0.13),
        beta: (0.09, 0.035),
        speed: 0.15,
        negligible: 1e-18,
    };

    /// Doses over the reference dose with DLTs and subjects without.
    type Outcomes<'a> = &'a [(f64, u32, u32)];

    fn posterior(mean: [f64; 2], sd: [f64; 2], cor: f64, outcomes: Outcomes<'_>) -> Posterior {
        let observed = outcomes.iter().map(|&(ratio, dlt, without)| Observed {
            x: f64::ln(ratio),
            dlt,
            without,
        });
        Posterior::new(Prior { mean, sd, cor }, observed.collect())
    }

    #[test]
    fn a_finer_grid_changes_nothing_that_is_reported() {
        let cases: [(f64, f64, f64, Outcomes<'_>); 7] = [
            (2.0, 1.0, 0.0, &[]),
            (3.0, 3.0, 0.0, &[]),
            (3.0, 3.0, 0.8, &[(0.0625, 0, 3), (0.125, 1, 2)]),
            (3.0, 3.0, -0.6, &[(0.0625, 0, 3), (0.3125, 0, 20), (1.0, 9, 28)]),
            (3.0, 2.0, 0.0, &[(1.0, 0, 3), (2.0, 0, 3), (16.0, 0, 3)]),
            (2.0, 1.0, 0.0, &[(0.1, 6, 54)]),
            (1.0, 0.5, 0.0, &[(1.0, 0, 30), (2.0, 15, 15)]),
        ];
        let log_doses = [0.0625_f64, 0.125, 0.3125, 0.625, 1.0, 4.0].map(f64::ln);
        for (sd_alpha, sd_beta, cor, outcomes) in cases {
            let posterior = posterior([-1.0, 0.2], [sd_alpha, sd_beta], cor, outcomes);
            let (report, finer) = (posterior.report(&log_doses), posterior.report_on(&FINER, &log_doses));
            let close = |mine: f64, finer: f64, tolerance: f64| {
                assert!((mine - finer).abs() < tolerance, "{mine} against {finer}: {outcomes:?}");
            };
            let moments = [(report.log_alpha, finer.log_alpha), (report.log_beta, finer.log_beta)];
            for (mine, finer) in moments
                .into_iter()
                .chain(report.levels.iter().copied().zip(finer.levels.clone()))
            {
                close(mine.mean, finer.mean, 1e-8);
                close(mine.sd, finer.sd, 1e-8);
            }
            for cut in [-3.0, -1.6, -0.7, 0.5] {
                let lean = posterior.below(&log_doses, &[cut], &DECISION);
                for (dose, lean) in lean.into_iter().enumerate() {
                    close(report.below(dose, cut), finer.below(dose, cut), 1e-8);
                    close(lean, finer.below(dose, cut), 1e-6);
                }
            }
            close(report.quantile(2, 0.3), finer.quantile(2, 0.3), 1e-8);
        }
    }
}
