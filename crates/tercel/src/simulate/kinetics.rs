//! CAR transgene copies in blood over time.
//!
//! # What it derives
//! Copies per µg DNA on any day after infusion.
//!
//! # Source
//! `stein2019`: expansion to a peak, then biphasic decline. Defaults for solid tumours in
//! [`parameters`](super::parameters).
//!
//! # Formula
//! That of [`cellular_model`](crate::estimate::cellular_model).
//!
//! # Example
//! With the typical values of `stein2019` the curve passes 21 477 copies/µg on day 10 and 1 374 on day 28.
//!
//! # Limits
//! The fall in the first hours, while cells distribute, is not described.

use super::parameters as p;
use super::random::{Draws, Topic};
use crate::estimate::cellular_model::CellCurve;
use crate::protocol::DoseLevel;

/// The curve of one subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinetics {
    /// Expansion, contraction and persistence.
    curve: CellCurve,
    /// Standardised log of the peak: what toxicity and response depend on.
    pub(super) score: f64,
    /// Whether the cells expand at all.
    pub(super) expands: bool,
}

impl Kinetics {
    pub(super) fn draw(seed: u64, subject: u64, level: DoseLevel) -> Self {
        let mut draws = Draws::new(seed, subject, Topic::Kinetics);
        let score = draws.standard_normal();
        let expands = !draws.chance(p::NO_EXPANSION.get());
        let factor = if expands { 1.0 } else { p::NO_EXPANSION_FACTOR.get() };
        Self {
            curve: CellCurve {
                c_max: factor * p::C_MAX.at(level) * (p::C_MAX_VARIANCE.get().sqrt() * score).exp(),
                t_max: draws.lognormal(p::T_MAX.get(), p::T_MAX_SIGMA.get()).clamp(5.0, 21.0),
                fold: p::FOLD.get(),
                alpha: draws.between(p::ALPHA_MIN.get(), p::ALPHA_MAX.get()),
                persistent: draws.between(p::PERSISTENT_MIN.get(), p::PERSISTENT_MAX.get()),
                beta: draws.between(p::BETA_MIN.get(), p::BETA_MAX.get()),
            },
            score,
            expands,
        }
    }

    /// Copies/µg on `day`; none before infusion.
    pub(super) fn at(&self, day: f64) -> f64 {
        self.curve.at(day)
    }
}
