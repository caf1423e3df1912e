//! The likelihood of the one-parameter model on an even grid of the parameter.
#![expect(clippy::indexing_slicing, reason = "tables of one length, made together")]

use super::{CrmModel, Observation};
use crate::design::Count;

/// Standard deviations of the prior on either side of 0 that the grid covers.
const REACH: f64 = 8.5;
/// Farthest value of the parameter worth a node: exp(a) beyond it moves no probability off 0 or 1.
const FARTHEST: f64 = 12.0;

/// Nodes with the logarithms of the prior and of both probabilities of each dose.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    nodes: Vec<f64>,
    log_prior: Vec<f64>,
    log_p: Vec<Vec<f64>>,
    log_q: Vec<Vec<f64>>,
}

/// The posterior on the grid.
pub(super) struct Posterior {
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// Weights of the nodes, summing to 1.
    weights: Vec<f64>,
}

/// log p and log (1−p) at a value of the parameter.
pub(super) fn log_probabilities(skeleton: f64, model: CrmModel, a: f64) -> (f64, f64) {
    match model {
        CrmModel::Power => {
            let log_p = a.exp() * skeleton.ln();
            (log_p, log_complement(log_p))
        }
        CrmModel::Logistic { intercept } => {
            let x = (skeleton / (1.0 - skeleton)).ln() - intercept;
            let z = intercept + a.exp() * x;
            (-softplus(-z), -softplus(z))
        }
    }
}

/// log (1−exp(t)) for t < 0.
fn log_complement(t: f64) -> f64 {
    if t > -std::f64::consts::LN_2 {
        (-t.exp_m1()).ln()
    } else {
        (-t.exp()).ln_1p()
    }
}

/// log (1+exp(z)).
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// Log-likelihood of one subject.
pub(super) fn term(log_p: f64, log_q: f64, one: &Observation) -> f64 {
    if one.dlt {
        log_p
    } else if one.weight >= 1.0 {
        log_q
    } else {
        (-one.weight * log_p.exp()).ln_1p()
    }
}

impl Grid {
    /// A grid with so many nodes to a standard deviation of the prior.
    pub(super) fn new(skeleton: &[f64], model: CrmModel, prior_sd: f64, nodes_per_sd: f64) -> Self {
        let reach = (REACH * prior_sd).min(FARTHEST);
        // A wide prior says nothing about how narrow the posterior is: the step is that of a usual prior at most.
        let step = prior_sd.min(1.2) / nodes_per_sd;
        let half = (reach / step).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few thousand nodes"
        )]
        let half_nodes = half as usize;
        let nodes: Vec<f64> = (0..=2 * half_nodes).map(|node| (node as f64 - half) * step).collect();
        let table = |which: fn((f64, f64)) -> f64| -> Vec<Vec<f64>> {
            let of = |&skeleton: &f64| {
                let at = |&a: &f64| which(log_probabilities(skeleton, model, a)).max(-1e9);
                nodes.iter().map(at).collect()
            };
            skeleton.iter().map(of).collect()
        };
        Self {
            log_prior: nodes.iter().map(|a| -0.5 * (a / prior_sd).powi(2)).collect(),
            log_p: table(|(log_p, _)| log_p),
            log_q: table(|(_, log_q)| log_q),
            nodes,
        }
    }

    /// Posterior mean from complete counts.
    pub(super) fn mean(&self, counts: &[Count]) -> f64 {
        let mut log = self.log_prior.clone();
        for ((count, log_p), log_q) in counts.iter().zip(&self.log_p).zip(&self.log_q) {
            if count.evaluable == 0 {
                continue;
            }
            let (with, without) = (f64::from(count.dlt), f64::from(count.evaluable - count.dlt));
            for ((log, p), q) in log.iter_mut().zip(log_p).zip(log_q) {
                *log += with * p + without * q;
            }
        }
        let most = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut first) = (0.0, 0.0);
        for (log, a) in log.iter().zip(&self.nodes) {
            // Nodes this unlikely add nothing to 16 digits.
            if *log > most - 40.0 {
                let weight = (log - most).exp();
                sum += weight;
                first += weight * a;
            }
        }
        first / sum
    }

    /// Log of prior and likelihood at every node, up to a constant.
    pub(super) fn observed(&self, observations: &[Observation]) -> Vec<f64> {
        let mut log = self.log_prior.clone();
        for one in observations {
            let dose = usize::from(one.level.number()) - 1;
            for ((log, p), q) in log.iter_mut().zip(&self.log_p[dose]).zip(&self.log_q[dose]) {
                *log += term(*p, *q, one);
            }
        }
        log
    }

    /// Mean, variance and weights.
    pub(super) fn posterior(&self, log: &[f64]) -> Posterior {
        let most = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut weights: Vec<f64> = log.iter().map(|log| (log - most).exp()).collect();
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        let moment =
            |of: &dyn Fn(f64) -> f64| -> f64 { weights.iter().zip(&self.nodes).map(|(w, a)| w * of(*a)).sum() };
        let mean = moment(&|a| a);
        let variance = moment(&|a| (a - mean).powi(2));
        Posterior {
            mean,
            variance,
            weights,
        }
    }

    /// Posterior standard deviation of each DLT probability.
    pub(super) fn sds(&self, posterior: &Posterior) -> Vec<f64> {
        let sd = |log_p: &Vec<f64>| {
            let moment = |of: &dyn Fn(f64) -> f64| -> f64 {
                posterior.weights.iter().zip(log_p).map(|(w, p)| w * of(p.exp())).sum()
            };
            let mean = moment(&|p| p);
            moment(&|p| (p - mean).powi(2)).sqrt()
        };
        self.log_p.iter().map(sd).collect()
    }

    /// Posterior quantiles of each DLT probability: the probability falls as the parameter rises, so its quantile is that
    /// of the parameter from the other end.
    pub(super) fn quantiles(&self, posterior: &Posterior, at: &[f64]) -> Vec<Vec<f64>> {
        let mut below = Vec::with_capacity(self.nodes.len());
        let mut sum = 0.0;
        for pair in posterior.weights.windows(2) {
            below.push(sum);
            sum += f64::midpoint(pair[0], pair[1]);
        }
        below.push(sum);
        let place = |share: f64| -> (usize, f64) {
            let after = below
                .partition_point(|below| *below < share * sum)
                .clamp(1, below.len() - 1);
            let (low, high) = (below[after - 1], below[after]);
            (
                after - 1,
                if high > low {
                    (share * sum - low) / (high - low)
                } else {
                    0.0
                },
            )
        };
        let of = |log_p: &Vec<f64>| {
            let quantile = |&p: &f64| {
                let (node, part) = place(1.0 - p);
                (log_p[node] + part * (log_p[node + 1] - log_p[node])).exp()
            };
            at.iter().map(quantile).collect()
        };
        self.log_p.iter().map(of).collect()
    }
}

/// The maximum of a function with one maximum between the bounds, by golden section.
pub(super) fn maximise(function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (function(left), function(right));
    while high - low > 1e-9 {
        if at_left >= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = function(right);
        }
    }
    f64::midpoint(low, high)
}
