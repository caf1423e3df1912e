//! BLRM, the Bayesian logistic regression model, with escalation with overdose control (EWOC).
//!
//! # What it decides
//! The next dose from the posterior of a dose-toxicity curve: among the doses whose probability of an overdose is below
//! a limit, the one whose DLT probability is most likely in the target interval; none where no dose is below the limit.
//!
//! # Source
//! `neuenschwander2008blrm` (model, prior, intervals), `babb1998ewoc` (overdose control).
//!
//! # Formula
//! logit p_d = log α + β log(dose_d / ref); (log α, log β) has a bivariate normal prior. The cuts c₁ < c₂ < … divide (0, 1)
//! into underdosing \[0, c₁), the target \[c₁, c₂) and all above it, an overdose: a dose is admissible where
//! Pr(p_d ≥ c₂) < limit. Of equally likely doses the higher is taken. Posterior sums run over a grid, never a sample: the
//! trapezoidal rule in log β, and for each log β in log α around its mode given log β. The mass below a cut ends between
//! two grid points and is integrated with the polynomial through twelve of them.
//!
//! # Example
//! ```
//! use tercel::design::{Blrm, BlrmOptions, Count};
//! use tercel::protocol::PerLevel;
//!
//! let blrm = Blrm::new(BlrmOptions {
//!     doses: PerLevel::new(vec![50e6, 100e6, 250e6, 500e6, 800e6]),
//!     ref_dose: 500e6,
//!     prior_mean: [-1.386, 0.0],
//!     prior_sd: [2.0, 1.0],
//!     prior_cor: 0.0,
//!     cuts: vec![0.16, 0.33],
//!     overdose_limit: 0.25,
//! })?;
//! // 1NNT 2NNNNNNNTT 3NNT
//! let counts = [(3, 1), (9, 2), (3, 1), (0, 0), (0, 0)].map(|(n, y)| Count::complete(n, y));
//! let fit = blrm.fit(&PerLevel::new(counts.to_vec()));
//! let second = &fit.levels.values()[1];
//! assert!((second.mean - 0.237918).abs() < 5e-7);
//! assert!((second.overdose_probability - 0.185131).abs() < 5e-7);
//! assert_eq!(fit.recommended.map(|level| level.number()), Some(2));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! The model names any admissible dose; that no level is skipped is a rule of the [`Plan`](super::Plan). Outcomes of every
//! subject must be known. At the end only a dose with evaluated subjects is selected.

mod cumulative;
mod quadrature;
mod report;

use super::{Action, Because, Count, Decision, Design, InvalidDesign, Stage};
use crate::protocol::{DoseLevel, PerLevel};
use quadrature::{DECISION, Grid, Observed, Posterior, Prior};
use report::REPORT;

pub use report::Moments;

/// Probabilities of the [quantiles](BlrmLevel::quantiles) of a fit.
pub const BLRM_QUANTILES: [f64; 5] = [0.025, 0.25, 0.5, 0.75, 0.975];

/// Probabilities nearer to each other or to the limit are computed on the fine grid before a decision.
const TOO_CLOSE: f64 = 5e-6;

/// What a BLRM is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct BlrmOptions {
    /// Doses, increasing, in any unit.
    pub doses: PerLevel<f64>,
    /// Dose at which the odds of a DLT are α, in the same unit.
    pub ref_dose: f64,
    /// Prior means of log α and log β.
    pub prior_mean: [f64; 2],
    /// Prior standard deviations of log α and log β.
    pub prior_sd: [f64; 2],
    /// Prior correlation of log α and log β.
    pub prior_cor: f64,
    /// Ends of the intervals: the target lies between the first two, an overdose above it.
    pub cuts: Vec<f64>,
    /// Largest probability of an overdose; a dose must be below it.
    pub overdose_limit: f64,
}

/// The model with its overdose control.
#[derive(Debug, Clone, PartialEq)]
pub struct Blrm {
    options: BlrmOptions,
    prior: Prior,
    /// Logarithm of dose over reference dose, per level.
    log_doses: Vec<f64>,
    /// The cuts as log odds.
    logits: Vec<f64>,
}

/// Posterior of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct BlrmLevel {
    /// Mean of the DLT probability.
    pub mean: f64,
    /// Standard deviation of the DLT probability.
    pub sd: f64,
    /// Quantiles of the DLT probability at [`BLRM_QUANTILES`].
    pub quantiles: [f64; 5],
    /// Probability of each interval between the cuts, the lowest first.
    pub interval_probabilities: Vec<f64>,
    /// Probability of all intervals above the target.
    pub overdose_probability: f64,
    /// Whether that is below the limit.
    pub admissible: bool,
}

/// Posterior of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct BlrmFit {
    /// Each level.
    pub levels: PerLevel<BlrmLevel>,
    /// Log α, the log odds of a DLT at the reference dose.
    pub log_alpha: Moments,
    /// Log β, β being the slope over the logarithm of the dose.
    pub log_beta: Moments,
    /// The admissible level most likely on target.
    pub recommended: Option<DoseLevel>,
}

/// What the rule looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Chance {
    level: DoseLevel,
    subjects: u32,
    target: f64,
    overdose: f64,
}

impl Blrm {
    /// A model whose doses increase, whose prior is proper and whose cuts are probabilities.
    pub fn new(options: BlrmOptions) -> Result<Self, InvalidDesign> {
        check(&options)?;
        let prior = Prior {
            mean: options.prior_mean,
            sd: options.prior_sd,
            cor: options.prior_cor,
        };
        let doses = options.doses.values();
        let log_doses = doses.iter().map(|dose| (dose / options.ref_dose).ln());
        let logits = options.cuts.iter().map(|cut| (cut / (1.0 - cut)).ln());
        Ok(Self {
            prior,
            log_doses: log_doses.collect(),
            logits: logits.collect(),
            options,
        })
    }

    /// What the model is made of.
    pub const fn options(&self) -> &BlrmOptions {
        &self.options
    }

    /// The posterior given complete outcomes.
    pub fn fit(&self, counts: &PerLevel<Count>) -> BlrmFit {
        let report = self.posterior(counts).report(&self.log_doses);
        let limit = self.options.overdose_limit;
        let levels = report.levels.iter().enumerate().map(|(dose, moments)| {
            let below: Vec<f64> = self.logits.iter().map(|cut| report.below(dose, *cut)).collect();
            let interval_probabilities = intervals(&below);
            let overdose_probability = interval_probabilities.iter().skip(2).sum();
            BlrmLevel {
                mean: moments.mean,
                sd: moments.sd,
                quantiles: BLRM_QUANTILES.map(|probability| report.quantile(dose, probability)),
                interval_probabilities,
                overdose_probability,
                admissible: overdose_probability < limit,
            }
        });
        let levels = PerLevel::new(levels.collect());
        let chances = levels.iter().map(|(level, fit)| Chance {
            level,
            subjects: counts.at(level).evaluable,
            target: fit.interval_probabilities.get(1).copied().unwrap_or_default(),
            overdose: fit.overdose_probability,
        });
        let recommended = best(chances, limit).map(|chance| chance.level);
        BlrmFit {
            log_alpha: report.log_alpha,
            log_beta: report.log_beta,
            recommended,
            levels,
        }
    }

    /// Probability per level, lowest first, to be on target and to be an overdose: what the rule looks at, computed on a
    /// coarser grid than [`fit`](Self::fit), with an error of about one in a million at most.
    pub fn target_and_overdose(&self, counts: &PerLevel<Count>) -> PerLevel<(f64, f64)> {
        let chances = self.chances(counts, &DECISION).into_iter();
        PerLevel::new(chances.map(|chance| (chance.target, chance.overdose)).collect())
    }

    fn chances(&self, counts: &PerLevel<Count>, grid: &Grid) -> Vec<Chance> {
        let cuts = self.logits.get(..2).unwrap_or(&self.logits);
        let below = self.posterior(counts).below(&self.log_doses, cuts, grid);
        let chance = |(level, pair): (DoseLevel, &[f64])| {
            let (first, second) = (
                pair.first().copied().unwrap_or_default(),
                pair.last().copied().unwrap_or_default(),
            );
            Chance {
                level,
                subjects: counts.at(level).evaluable,
                target: (second - first).max(0.0),
                overdose: 1.0 - second,
            }
        };
        self.options
            .doses
            .levels()
            .zip(below.chunks(cuts.len()))
            .map(chance)
            .collect()
    }

    /// The level of the rule among those with at least so many subjects, and the probability of an overdose at the lowest;
    /// on the fine grid where the coarse one leaves them too close to call.
    fn choose(&self, counts: &PerLevel<Count>, least: u32) -> (Option<Chance>, f64) {
        let limit = self.options.overdose_limit;
        let mut chances = self.chances(counts, &DECISION);
        chances.retain(|chance| chance.subjects >= least);
        let chosen = best(chances.iter().copied(), limit);
        let close = |chance: &Chance| {
            let near_best = chosen.is_some_and(|best| {
                best.level != chance.level && chance.overdose < limit && best.target - chance.target < TOO_CLOSE
            });
            near_best || (chance.overdose - limit).abs() < TOO_CLOSE
        };
        let chosen = if chances.iter().any(close) {
            chances = self.chances(counts, &REPORT);
            chances.retain(|chance| chance.subjects >= least);
            best(chances.iter().copied(), limit)
        } else {
            chosen
        };
        (chosen, chances.first().map_or(1.0, |lowest| lowest.overdose))
    }

    fn posterior(&self, counts: &PerLevel<Count>) -> Posterior {
        let observed = counts.values().iter().zip(&self.log_doses);
        let observed = observed
            .filter(|(count, _)| count.evaluable > 0)
            .map(|(count, x)| Observed {
                x: *x,
                dlt: count.dlt,
                without: count.evaluable.saturating_sub(count.dlt),
            });
        Posterior::new(self.prior, observed.collect())
    }
}

/// The most likely on target of those below the limit; the higher of equals.
fn best(chances: impl IntoIterator<Item = Chance>, limit: f64) -> Option<Chance> {
    let admissible = chances.into_iter().filter(|chance| chance.overdose < limit);
    admissible.max_by(|one, other| one.target.total_cmp(&other.target))
}

/// Probabilities of the intervals from those below each cut.
fn intervals(below: &[f64]) -> Vec<f64> {
    let ends = below.iter().copied().chain([1.0]);
    let starts = [0.0].into_iter().chain(below.iter().copied());
    ends.zip(starts).map(|(end, start)| (end - start).max(0.0)).collect()
}

fn check(options: &BlrmOptions) -> Result<(), InvalidDesign> {
    let mut last = 0.0;
    for &dose in options.doses.values() {
        if !(dose > last && dose.is_finite()) {
            return Err(InvalidDesign::DoseOrder(dose));
        }
        last = dose;
    }
    let reference = options.ref_dose;
    if !(reference > 0.0 && reference.is_finite()) {
        return Err(InvalidDesign::ReferenceDose(reference));
    }
    let [mean_alpha, mean_beta] = options.prior_mean;
    let [sd_alpha, sd_beta] = options.prior_sd;
    for (mean, sd) in [(mean_alpha, sd_alpha), (mean_beta, sd_beta)] {
        if !(mean.is_finite() && sd > 0.0 && sd.is_finite()) {
            return Err(InvalidDesign::Prior { mean, sd });
        }
    }
    if !(options.prior_cor > -1.0 && options.prior_cor < 1.0) {
        return Err(InvalidDesign::Correlation(options.prior_cor));
    }
    if options.cuts.len() < 2 {
        return Err(InvalidDesign::FewCuts(options.cuts.len()));
    }
    let mut last = 0.0;
    for &cut in &options.cuts {
        if !(cut > last && cut < 1.0) {
            return Err(InvalidDesign::Cut(cut));
        }
        last = cut;
    }
    if !(options.overdose_limit > 0.0 && options.overdose_limit < 1.0) {
        return Err(InvalidDesign::OverdoseLimit(options.overdose_limit));
    }
    Ok(())
}

impl Design for Blrm {
    fn decide(&self, stage: &Stage<'_>) -> Decision {
        let limit = self.options.overdose_limit;
        let (chosen, lowest_overdose) = self.choose(stage.counts, 0);
        let Some(chance) = chosen else {
            return Decision {
                action: Action::Stop(None),
                because: Because::NoneAdmissible {
                    overdose_probability: lowest_overdose,
                    limit,
                },
            };
        };
        let level = chance.level;
        let action = match level.cmp(&stage.current) {
            std::cmp::Ordering::Greater => Action::Escalate(level),
            std::cmp::Ordering::Equal => Action::Stay(level),
            std::cmp::Ordering::Less => Action::DeEscalate(level),
        };
        let because = Because::Overdose {
            level,
            target_probability: chance.target,
            overdose_probability: chance.overdose,
            limit,
            held: None,
        };
        Decision { action, because }
    }

    /// The admissible level most likely on target among those with evaluated subjects.
    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        let (chosen, _) = self.choose(counts, 1);
        chosen.map(|chance| chance.level)
    }
}
