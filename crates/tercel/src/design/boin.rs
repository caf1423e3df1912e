//! BOIN, the Bayesian optimal interval design.
//!
//! # What it decides
//! The next dose from the observed DLT rate at the current one: escalate at or below λe, de-escalate at or above λd,
//! stay between; a level and those above are closed when its rate is too likely above the target.
//!
//! # Source
//! `liu2015boin` (boundaries, optimal for the point hypotheses φ, φ1, φ2; elimination; extra safety; selection).
//!
//! # Formula
//! λe = log((1−φ1)/(1−φ)) / log(φ(1−φ1)/(φ1(1−φ))); λd = log((1−φ)/(1−φ2)) / log(φ2(1−φ)/(φ(1−φ2))); φ1 = 0.6φ and
//! φ2 = 1.4φ unless given. Escalate where y ≤ ⌊λe n⌋; de-escalate where y ≥ ⌈λd n⌉, strictly above where λd n is whole.
//! Close where n ≥ 3 and Pr(p > φ | Beta(1+y, 1+n−y)) > 0.95.
//!
//! # Example
//! ```
//! use tercel::design::{Boin, Target};
//!
//! let boin = Boin::new(Target::new(0.3)?);
//! let (escalate, deescalate) = boin.lambdas();
//! assert!((escalate - 0.2364907).abs() < 5e-8);
//! assert!((deescalate - 0.3585195).abs() < 5e-8);
//! let row = boin.boundaries(3)?.rows[2];
//! assert_eq!((row.escalate_max, row.deescalate_min, row.eliminate_min), (Some(0), Some(2), Some(3)));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! Outcomes of every subject at the current dose must be known; see TITE-BOIN for outcomes that come late.

use super::{Boundaries, Elimination, ExtraSafe, IntervalDesign, InvalidDesign, Row, Target};

/// BOIN and its options.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boin {
    /// Target DLT probability, φ.
    pub target: Target,
    /// Highest rate deemed subtherapeutic, φ1.
    pub p_safe: f64,
    /// Lowest rate deemed overly toxic, φ2.
    pub p_tox: f64,
    /// When a level is closed.
    pub elimination: Elimination,
    /// Stricter stopping at the lowest level.
    pub extra_safe: Option<ExtraSafe>,
    /// Whether the selected dose must be estimated at or below λd.
    pub bound_mtd: bool,
}

impl Boin {
    /// The design with its published defaults.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            p_safe: 0.6 * target.value(),
            p_tox: 1.4 * target.value(),
            elimination: Elimination { cutoff: 0.95, min_n: 3 },
            extra_safe: None,
            bound_mtd: false,
        }
    }

    /// λe and λd.
    pub fn lambdas(&self) -> (f64, f64) {
        let (phi, safe, toxic) = (self.target.value(), self.p_safe, self.p_tox);
        let escalate = ((1.0 - safe) / (1.0 - phi)).ln() / (phi * (1.0 - safe) / (safe * (1.0 - phi))).ln();
        let deescalate = ((1.0 - phi) / (1.0 - toxic)).ln() / (toxic * (1.0 - phi) / (phi * (1.0 - toxic))).ln();
        (escalate, deescalate)
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        let phi = self.target.value();
        let (safe, toxic) = (self.p_safe, self.p_tox);
        if !(safe > 0.0 && safe < phi && phi < toxic && toxic < 1.0) {
            return Err(InvalidDesign::SafeToxic {
                safe,
                target: phi,
                toxic,
            });
        }
        check_elimination(self.elimination, self.extra_safe)?;
        let (lambda_e, lambda_d) = self.lambdas();
        let row = |n: u32| {
            let eliminate_min = self.elimination.least(self.target, n);
            let deescalate_min = at_least(lambda_d, n).filter(|&least| least <= n);
            Row {
                escalate_max: Some(at_most(lambda_e, n)),
                deescalate_min: match (deescalate_min, eliminate_min) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                },
                eliminate_min,
            }
        };
        Ok(Boundaries {
            target: self.target,
            rows: (1..=max_n).map(row).collect(),
            elimination: Some(self.elimination),
            extra_safe: self.extra_safe,
            estimate_limit: self.bound_mtd.then_some(lambda_d),
        })
    }

    /// The design, ready for up to `max_n` subjects a level.
    pub fn design(&self, max_n: u32) -> Result<IntervalDesign, InvalidDesign> {
        self.boundaries(max_n).map(IntervalDesign::new)
    }
}

/// Whether the closing rule can be applied.
pub(super) fn check_elimination(rule: Elimination, extra: Option<ExtraSafe>) -> Result<(), InvalidDesign> {
    if !(rule.cutoff >= 0.5 && rule.cutoff < 1.0) {
        return Err(InvalidDesign::Cutoff(rule.cutoff));
    }
    match extra {
        Some(ExtraSafe { offset }) if !(offset > 0.0 && offset < 0.5) => Err(InvalidDesign::Offset(offset)),
        Some(_) | None => Ok(()),
    }
}

/// Most DLTs with y/n at most the boundary.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of subjects"
)]
pub(super) fn at_most(boundary: f64, n: u32) -> u32 {
    (boundary * f64::from(n)).floor() as u32
}

/// Fewest DLTs with y/n above the boundary; a whole product counts as not above it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and one more than the number of subjects"
)]
fn at_least(boundary: f64, n: u32) -> Option<u32> {
    let product = boundary * f64::from(n);
    let nearest = product.round();
    if !product.is_finite() {
        return None;
    }
    Some(if (product - nearest).abs() < 1e-12 {
        nearest as u32 + 1
    } else {
        product.ceil() as u32
    })
}
