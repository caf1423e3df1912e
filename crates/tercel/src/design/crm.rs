//! CRM, the continual reassessment method with one parameter.
//!
//! # What it decides
//! The level whose estimated DLT probability is closest to the target. One level at a time, and never upwards after a
//! cohort whose DLT rate is at or above the target; both restrictions can be switched off.
//!
//! # Source
//! `oquigley1990crm` (method); `cheung2000titecrm` (weights of subjects still followed); conventions of the R package
//! dfcrm: a ~ N(0, σ²), estimates by the posterior mean of *a* put into the model, σ² = 1.34.
//!
//! # Formula
//! Power: p_d = s_d^exp(a) with the skeleton s. Logistic: logit p_d = c + exp(a) x_d, x_d = logit s_d − c, c = 3.
//! Likelihood ∏ p^y (1−w p)^(1−y), w = 1 once a subject is complete. The posterior mean is a ratio of trapezoid sums over
//! ±8.5 σ, which converge faster than any power of the step for integrands this smooth.
//!
//! # Example
//! ```
//! use tercel::design::{Count, Crm, Target};
//! use tercel::protocol::PerLevel;
//!
//! // 1NNN 2NNT with the prior guesses 0.12, 0.28, 0.45.
//! let crm = Crm::new(Target::new(0.28)?, vec![0.12, 0.28, 0.45])?;
//! let counts = PerLevel::new(vec![Count::complete(3, 0), Count::complete(3, 1), Count::complete(0, 0)]);
//! let fit = crm.fit(&crm.observations(&counts))?;
//! assert_eq!(fit.recommended.number(), 2);
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! The model has one parameter, so it describes the curve near the target, not all of it. No stopping for safety unless
//! [`Plan::safety_stop`](super::Plan) asks for it. Maximum likelihood needs a DLT and a subject without one.

mod grid;
mod skeleton;

use grid::Grid;
pub use skeleton::indifference_skeleton;

use super::{Action, Because, Count, Decision, Design, Held, InvalidDesign, Stage, Target};
use crate::protocol::{DoseLevel, PerLevel};

/// How the DLT probability depends on the parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CrmModel {
    /// p = s^exp(a).
    Power,
    /// logit p = intercept + exp(a) x.
    Logistic {
        /// The fixed intercept.
        intercept: f64,
    },
}

/// How the parameter is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrmMethod {
    /// Posterior mean.
    Bayes,
    /// Maximum likelihood; until it exists, single steps up without DLT and down without anything else.
    MaximumLikelihood,
}

/// One subject as the model sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Dose level.
    pub level: DoseLevel,
    /// Whether a DLT occurred.
    pub dlt: bool,
    /// Share of the window followed, from 0 to 1; 1 after a DLT.
    pub weight: f64,
}

/// The continual reassessment method and its options.
#[derive(Debug, Clone)]
pub struct Crm {
    target: Target,
    skeleton: Vec<f64>,
    model: CrmModel,
    prior_sd: f64,
    /// How the parameter is estimated.
    pub method: CrmMethod,
    /// Whether levels may be skipped on the way up.
    pub allow_skipping: bool,
    /// Whether the dose may rise after a cohort whose DLT rate is at or above the target.
    pub allow_incoherent: bool,
    grid: Grid,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct CrmFit {
    /// Estimate of *a*.
    pub estimate: f64,
    /// Posterior variance of *a*.
    pub variance: f64,
    /// DLT probabilities at the estimate.
    pub probabilities: PerLevel<f64>,
    /// Posterior standard deviation of each DLT probability.
    pub sds: PerLevel<f64>,
    /// Posterior quantiles of each DLT probability, one per probability asked for.
    pub quantiles: PerLevel<Vec<f64>>,
    /// The model's own choice, before any restriction.
    pub recommended: DoseLevel,
}

/// Probabilities of the quantiles of a fit.
pub const FIT_QUANTILES: [f64; 5] = [0.025, 0.25, 0.5, 0.75, 0.975];

/// The usual prior standard deviation of *a*.
pub const CRM_PRIOR_SD: f64 = 1.157_583_690_279_022_6;

impl Crm {
    /// The power model with the usual prior.
    pub fn new(target: Target, skeleton: Vec<f64>) -> Result<Self, InvalidDesign> {
        Self::with_model(target, skeleton, CrmModel::Power, CRM_PRIOR_SD)
    }

    /// Any model and prior.
    pub fn with_model(
        target: Target,
        skeleton: Vec<f64>,
        model: CrmModel,
        prior_sd: f64,
    ) -> Result<Self, InvalidDesign> {
        if !(prior_sd > 0.0 && prior_sd.is_finite()) {
            return Err(InvalidDesign::PriorSd(prior_sd));
        }
        check_skeleton(&skeleton)?;
        if let CrmModel::Logistic { intercept } = model
            && let Some(&high) = skeleton.iter().find(|s| (**s / (1.0 - **s)).ln() >= intercept)
        {
            return Err(InvalidDesign::Intercept {
                intercept,
                skeleton: high,
            });
        }
        let grid = Grid::new(&skeleton, model, prior_sd, 16.0);
        Ok(Self {
            target,
            skeleton,
            model,
            prior_sd,
            method: CrmMethod::Bayes,
            allow_skipping: false,
            allow_incoherent: false,
            grid,
        })
    }

    /// Number of dose levels.
    pub const fn doses(&self) -> usize {
        self.skeleton.len()
    }

    /// Complete outcomes as observations.
    pub fn observations(&self, counts: &PerLevel<Count>) -> Vec<Observation> {
        let each = |(level, count): (DoseLevel, &Count)| {
            (0..count.evaluable.max(count.dlt)).map({
                let dlts = count.dlt;
                move |subject| Observation {
                    level,
                    dlt: subject < dlts,
                    weight: 1.0,
                }
            })
        };
        counts.iter().flat_map(each).collect()
    }

    /// Fits the model to single subjects.
    pub fn fit(&self, observations: &[Observation]) -> Result<CrmFit, InvalidDesign> {
        if let Some(wrong) = observations
            .iter()
            .find(|one| usize::from(one.level.number()) > self.doses())
        {
            return Err(InvalidDesign::NoSuchLevel(wrong.level));
        }
        let fine = Grid::new(&self.skeleton, self.model, self.prior_sd, 120.0);
        let log_likelihood = fine.observed(observations);
        let posterior = fine.posterior(&log_likelihood);
        let estimate = match self.method {
            CrmMethod::Bayes => posterior.mean,
            CrmMethod::MaximumLikelihood => self.maximum(observations).ok_or(InvalidDesign::NoMaximum)?,
        };
        let probabilities = PerLevel::new(self.probabilities(estimate));
        Ok(CrmFit {
            estimate,
            variance: posterior.variance,
            recommended: self.closest(probabilities.values()),
            sds: PerLevel::new(fine.sds(&posterior)),
            quantiles: PerLevel::new(fine.quantiles(&posterior, &FIT_QUANTILES)),
            probabilities,
        })
    }

    /// DLT probabilities at a value of the parameter.
    fn probabilities(&self, a: f64) -> Vec<f64> {
        self.skeleton
            .iter()
            .map(|&skeleton| grid::log_probabilities(skeleton, self.model, a).0.exp())
            .collect()
    }

    /// The level closest to the target; the lower of two as close.
    fn closest(&self, probabilities: &[f64]) -> DoseLevel {
        let target = self.target.value();
        let levels = (1..=u8::MAX).filter_map(DoseLevel::new).zip(probabilities);
        let mut best: Option<(DoseLevel, f64)> = None;
        for (level, p) in levels.clone() {
            let distance = (p - target).abs();
            if best.is_none_or(|(_, least)| distance < least) {
                best = Some((level, distance));
            }
        }
        let top = levels.map(|(level, _)| level).last();
        if probabilities.iter().all(|p| *p <= target) {
            top.unwrap_or(DoseLevel::FIRST)
        } else if probabilities.iter().all(|p| *p >= target) {
            DoseLevel::FIRST
        } else {
            best.map_or(DoseLevel::FIRST, |(level, _)| level)
        }
    }

    /// The maximum of the likelihood, where it lies inside.
    fn maximum(&self, observations: &[Observation]) -> Option<f64> {
        let dlts = observations.iter().filter(|one| one.dlt).count();
        if dlts == 0 || dlts == observations.len() {
            return None;
        }
        let log_likelihood = |a: f64| -> f64 {
            let each = observations.iter().map(|one| {
                let skeleton = self.skeleton.get(usize::from(one.level.number()) - 1);
                let (p, q) = grid::log_probabilities(skeleton.copied().unwrap_or(0.5), self.model, a);
                grid::term(p, q, one)
            });
            each.sum()
        };
        Some(grid::maximise(log_likelihood, -10.0, 10.0))
    }

    /// Estimate from complete counts, by the tables.
    fn estimate(&self, counts: &PerLevel<Count>) -> Option<f64> {
        match self.method {
            CrmMethod::Bayes => Some(self.grid.mean(counts.values())),
            CrmMethod::MaximumLikelihood => self.maximum(&self.observations(counts)),
        }
    }

    /// The model's choice and its estimate there.
    fn recommend(&self, counts: &PerLevel<Count>, current: DoseLevel) -> (DoseLevel, f64) {
        let dlts: u32 = counts.values().iter().map(|count| count.dlt).sum();
        self.choice(self.estimate(counts), dlts > 0, current)
    }

    /// The same from single subjects, some of them pending.
    pub(super) fn recommend_from(&self, observations: &[Observation], current: DoseLevel) -> (DoseLevel, f64) {
        let estimate = match self.method {
            CrmMethod::Bayes => Some(self.grid.posterior(&self.grid.observed(observations)).mean),
            CrmMethod::MaximumLikelihood => self.maximum(observations),
        };
        self.choice(estimate, observations.iter().any(|one| one.dlt), current)
    }

    fn choice(&self, estimate: Option<f64>, any_dlt: bool, current: DoseLevel) -> (DoseLevel, f64) {
        if let Some(a) = estimate {
            let probabilities = self.probabilities(a);
            let level = self.closest(&probabilities);
            let estimate = probabilities.get(usize::from(level.number()) - 1);
            return (level, estimate.copied().unwrap_or(f64::NAN));
        }
        // Without a DLT the likelihood has no maximum inside: climb; with nothing but DLTs: descend.
        if any_dlt {
            (current.below().unwrap_or(current), 1.0)
        } else {
            (current.above().min(self.top()), 0.0)
        }
    }

    fn top(&self) -> DoseLevel {
        u8::try_from(self.doses())
            .ok()
            .and_then(DoseLevel::new)
            .unwrap_or(DoseLevel::FIRST)
    }
}

impl Design for Crm {
    fn decide(&self, stage: &Stage<'_>) -> Decision {
        let (level, estimate) = self.recommend(stage.counts, stage.current);
        self.restrict(level, estimate, stage)
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        Some(self.recommend(counts, DoseLevel::FIRST).0)
    }
}

impl Crm {
    /// The move towards the model's level that the restrictions allow.
    pub(super) fn restrict(&self, level: DoseLevel, estimate: f64, stage: &Stage<'_>) -> Decision {
        let target = self.target.value();
        let current = stage.current;
        let (evaluable, dlts) = (f64::from(stage.latest.evaluable), f64::from(stage.latest.dlt));
        let toxic = evaluable > 0.0 && dlts >= target * evaluable - 1e-12;
        let (to, held) = if level > current && toxic && !self.allow_incoherent {
            (current, Some(Held::Coherence))
        } else if level > current.above() && !self.allow_skipping {
            (current.above(), Some(Held::NoSkipping))
        } else {
            (level, None)
        };
        let action = match to.cmp(&current) {
            std::cmp::Ordering::Greater => Action::Escalate(to),
            std::cmp::Ordering::Equal => Action::Stay(to),
            std::cmp::Ordering::Less => Action::DeEscalate(to),
        };
        let because = Because::Model {
            level,
            estimate,
            target,
            held,
        };
        Decision { action, because }
    }
}

fn check_skeleton(skeleton: &[f64]) -> Result<(), InvalidDesign> {
    if let Some(&wrong) = skeleton.iter().find(|s| !(**s > 0.0 && **s < 1.0)) {
        return Err(InvalidDesign::Skeleton(wrong));
    }
    let decreasing = skeleton
        .windows(2)
        .any(|pair| matches!(pair, [low, high] if low >= high));
    if skeleton.is_empty() || decreasing {
        return Err(InvalidDesign::SkeletonOrder);
    }
    Ok(())
}
