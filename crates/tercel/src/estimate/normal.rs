//! Standard normal distribution to full double precision.
//!
//! # What it derives
//! The distribution function and its inverse, used by every normal-theory interval.
//!
//! # Source
//! `abramowitz1964`, 7.1.2 and 26.2.29 (definition through the complementary error function).
//!
//! # Formula
//! `Φ(x) = erfc(-x/√2) / 2`. The inverse starts from a rational approximation and is refined by Halley's method on
//! `Φ(x) - p`, which triples the correct digits in each step.
//!
//! # Example
//! ```
//! use tercel::estimate::normal;
//! assert!((normal::cdf(1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
//! assert!((normal::quantile(0.975).unwrap() - 1.959_963_984_540_054).abs() < 1e-15);
//! ```
//!
//! # Limits
//! Below p = 1e-300 the quantile keeps the precision of its starting value (about 1e-10 relative).

use std::f64::consts::{PI, SQRT_2};

/// `P(Z <= x)`.
pub fn cdf(x: f64) -> f64 {
    libm::erfc(-x / SQRT_2) / 2.0
}

/// The `x` with `P(Z <= x) = p`; `None` unless 0 < `p` < 1.
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // 1 - p is exact for p >= 1/2, so the upper half loses nothing by reflection.
    Some(if p > 0.5 {
        -lower_tail_quantile(1.0 - p)
    } else {
        lower_tail_quantile(p)
    })
}

/// The quantile of a tail probability 0 < `p` <= 1/2.
pub(super) fn lower_tail_quantile(p: f64) -> f64 {
    let mut x = -SQRT_2 * statrs::function::erf::erfc_inv(2.0 * p);
    for _ in 0..3 {
        let newton = (cdf(x) - p) * (2.0 * PI).sqrt() * (x * x / 2.0).exp();
        let step = newton / (1.0 + x * newton / 2.0);
        // The density underflows in the last few hundred binades: no refinement there.
        if !step.is_finite() || p < 1e-300 {
            break;
        }
        x -= step;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_inverts_the_distribution_function() {
        for exponent in 1..=290 {
            let p = 10f64.powi(-exponent);
            let x = quantile(p).unwrap();
            // The condition number of the distribution function grows like x².
            assert!((cdf(x) / p - 1.0).abs() < 1e-15 * (4.0 + x * x), "p = 1e-{exponent}");
        }
        for step in 1..1000 {
            let p = f64::from(step) / 1000.0;
            assert!((cdf(quantile(p).unwrap()) - p).abs() < 3e-16, "p = {p}");
        }
    }

    #[test]
    fn tabulated_values_are_met_to_the_last_digits() {
        // Tables of 17 digits (R 4.2.2 qnorm and pnorm).
        for (p, x) in [
            (0.9, 1.281_551_565_544_600_4),
            (0.95, 1.644_853_626_951_472_2),
            (0.995, 2.575_829_303_548_900_4),
            (1e-10, -6.361_340_902_404_056),
        ] {
            assert!((quantile(p).unwrap() / x - 1.0).abs() < 5e-16, "p = {p}");
        }
        assert!((cdf(-1.0) / 0.158_655_253_931_457_07 - 1.0).abs() < 5e-16);
        assert!((cdf(-10.0) / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-14);
    }

    #[test]
    fn there_is_no_quantile_outside_zero_to_one() {
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(p), None, "{p}");
        }
        assert!(quantile(f64::MIN_POSITIVE / 1e10).unwrap() < -37.0);
        assert!(quantile(0.5).unwrap().abs() < 1e-16);
    }
}
