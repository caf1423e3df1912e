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
//! `C(t) = R0·e^{ρt}` for `t < Tmax`, then `A·e^{-α(t-Tmax)} + B·e^{-β(t-Tmax)}`, with `ρ = ln(fold)/Tmax`,
//! `R0 = Cmax/fold`, `A = (1-FB)·Cmax`, `B = FB·Cmax`.
//!
//! # Example
//! With the typical values of `stein2019` the curve passes 21 477 copies/µg on day 10 and 1 374 on day 28.
//!
//! # Limits
//! The fall in the first hours, while cells distribute, is not described.

use super::parameters as p;
use super::random::{Draws, Topic};
use crate::protocol::DoseLevel;

/// The curve of one subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinetics {
    /// Peak, copies/µg.
    pub(super) c_max: f64,
    /// Day of the peak.
    pub(super) t_max: f64,
    /// Fold expansion.
    pub(super) fold: f64,
    /// Rate of contraction, 1/day.
    pub(super) alpha: f64,
    /// Persistent part of the peak.
    pub(super) persistent: f64,
    /// Rate of loss of persistent cells, 1/day.
    pub(super) beta: f64,
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
            c_max: factor * p::C_MAX.at(level) * (p::C_MAX_VARIANCE.get().sqrt() * score).exp(),
            t_max: draws.lognormal(p::T_MAX.get(), p::T_MAX_SIGMA.get()).clamp(5.0, 21.0),
            fold: p::FOLD.get(),
            alpha: draws.between(p::ALPHA_MIN.get(), p::ALPHA_MAX.get()),
            persistent: draws.between(p::PERSISTENT_MIN.get(), p::PERSISTENT_MAX.get()),
            beta: draws.between(p::BETA_MIN.get(), p::BETA_MAX.get()),
            score,
            expands,
        }
    }

    /// Copies/µg on `day`; none before infusion.
    pub(super) fn at(&self, day: f64) -> f64 {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typical_subject_of_stein_2019_has_the_typical_curve() {
        let typical = Kinetics {
            c_max: 24_000.0,
            t_max: 9.3,
            fold: 3900.0,
            alpha: 0.16,
            persistent: 0.0079,
            beta: 0.0032,
            score: 0.0,
            expands: true,
        };
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
            assert!(
                (typical.at(day) - copies).abs() < 0.5 + copies * 1e-3,
                "day {day}: {}",
                typical.at(day)
            );
        }
        assert!(typical.at(-0.1).abs() < f64::EPSILON);
    }
}
