//! Confidence intervals of a proportion.
//!
//! # What it derives
//! Exact (Clopper-Pearson), score (Wilson), continuity-corrected score and Jeffreys intervals of `x` out of `n`.
//!
//! # Source
//! `clopper1934`; `wilson1927`; `newcombe1998`, methods 3 and 4; `brown2001`, section 3.1 (Jeffreys).
//!
//! # Formula
//! With `p = x/n`, `α = 1 - level`, `z` the normal quantile at `1 - α/2` and `B(q; a, b)` the beta quantile:
//! * Clopper-Pearson: `B(α/2; x, n-x+1)` to `B(1-α/2; x+1, n-x)`;
//! * Wilson: `(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)`;
//! * with continuity correction: the same with `p ± c/n` in place of `p` at the upper and lower limit,
//!   `c = min(1/2, |x - n/2|)`;
//! * Jeffreys: `B(α/2; x+1/2, n-x+1/2)` to `B(1-α/2; x+1/2, n-x+1/2)`.
//!
//! # Example
//! ```
//! use tercel::estimate::{Level, proportion::Proportion};
//! let none_of_three = Proportion::new(0, 3).unwrap();
//! let interval = none_of_three.clopper_pearson(Level::NINETY_FIVE);
//! assert!((interval.upper - (1.0 - 0.025f64.powf(1.0 / 3.0))).abs() < 1e-14);
//! ```
//!
//! # Limits
//! At 0/n and n/n the closed limit is 0 or 1 and the open one keeps `α/2` in its tail, so that coverage does not jump there.
//! The correction shrinks to nothing at `x = n/2`, as in R's `prop.test`: the corrected and plain score intervals agree there.

use thiserror::Error;

use super::Level;

/// Why two counts are not a proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProportionError {
    /// No trials.
    #[error("n is 0: a proportion needs at least one subject")]
    NoTrials,
    /// More successes than trials.
    #[error("x = {x} is larger than n = {n}")]
    TooMany {
        /// Successes given.
        x: u64,
        /// Trials given.
        n: u64,
    },
    /// Beyond the range in which the beta quantile is verified.
    #[error("n = {0} is larger than 1 000 000, the largest number of subjects supported")]
    TooLarge(u64),
}

/// The largest `n` for which the limits are checked to 1e-10.
const LARGEST_N: u64 = 1_000_000;

/// `x` out of `n`, with `x <= n` and 1 <= `n` <= 1 000 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    x: u64,
    n: u64,
}

/// Lower and upper limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

impl Proportion {
    /// `x` successes out of `n`.
    pub fn new(x: u64, n: u64) -> Result<Self, ProportionError> {
        if n == 0 {
            Err(ProportionError::NoTrials)
        } else if x > n {
            Err(ProportionError::TooMany { x, n })
        } else if n > LARGEST_N {
            Err(ProportionError::TooLarge(n))
        } else {
            Ok(Self { x, n })
        }
    }

    /// Successes.
    pub const fn x(self) -> u64 {
        self.x
    }

    /// Trials.
    pub const fn n(self) -> u64 {
        self.n
    }

    /// `x/n`.
    pub fn estimate(self) -> f64 {
        self.x as f64 / self.n as f64
    }

    /// The exact interval.
    pub fn clopper_pearson(self, level: Level) -> Interval {
        let (hits, misses) = (self.x as f64, (self.n - self.x) as f64);
        self.closed(
            || beta_quantile(hits, misses + 1.0, level.tail()),
            || 1.0 - beta_quantile(misses, hits + 1.0, level.tail()),
        )
    }

    /// The score interval.
    pub fn wilson(self, level: Level) -> Interval {
        self.score(level, 0.0)
    }

    /// The score interval with continuity correction.
    pub fn wilson_corrected(self, level: Level) -> Interval {
        let from_half = (self.x as f64 - self.n as f64 / 2.0).abs();
        self.score(level, from_half.min(0.5))
    }

    /// The equal-tailed interval of the posterior under Jeffreys' prior.
    pub fn jeffreys(self, level: Level) -> Interval {
        let (hits, misses) = (self.x as f64 + 0.5, (self.n - self.x) as f64 + 0.5);
        self.closed(
            || beta_quantile(hits, misses, level.tail()),
            || 1.0 - beta_quantile(misses, hits, level.tail()),
        )
    }

    /// Limits that are 0 and 1 by definition where no, or every, trial succeeded.
    fn closed(self, lower: impl FnOnce() -> f64, upper: impl FnOnce() -> f64) -> Interval {
        Interval {
            lower: if self.x == 0 { 0.0 } else { lower() },
            upper: if self.x == self.n { 1.0 } else { upper() },
        }
    }

    fn score(self, level: Level, correction: f64) -> Interval {
        let n = self.n as f64;
        let z = level.z();
        let z2 = z * z;
        let limit = |p: f64, sign: f64| {
            let p = p.clamp(0.0, 1.0);
            let half_width = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
            ((p + z2 / (2.0 * n) + sign * half_width) / (1.0 + z2 / n)).clamp(0.0, 1.0)
        };
        self.closed(
            || limit(self.estimate() - correction / n, -1.0),
            || limit(self.estimate() + correction / n, 1.0),
        )
    }
}

/// The `q` with `I_q(a, b) = p` for a tail probability `p` in (0, 1/2), by Newton's method kept inside a shrinking bracket.
fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    let ln_beta = ln_beta(a, b);
    let (mut low, mut high) = (0.0, 1.0);
    let mut q = a / (a + b);
    for _ in 0..200 {
        let excess = regularised_beta(a, b, ln_beta, q) - p;
        if excess < 0.0 {
            low = q;
        } else {
            high = q;
        }
        let density = ((a - 1.0) * q.ln() + (b - 1.0) * (-q).ln_1p() - ln_beta).exp();
        let newton = q - excess / density;
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        let moved = (next - q).abs();
        q = next;
        if moved <= f64::EPSILON * q {
            break;
        }
    }
    q
}

/// `ln B(a, b)` without the cancellation of large log-gamma values.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < 20.0 {
        return libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    }
    let sum = small + large;
    libm::lgamma(small) + small - small * sum.ln() - (large - 0.5) * (small / large).ln_1p() + stirling_rest(large)
        - stirling_rest(sum)
}

/// `ln Γ(x) - ((x - 1/2) ln x - x + ln(2π)/2)` for `x >= 20`: `dlmf` 5.11.1.
fn stirling_rest(x: f64) -> f64 {
    let x2 = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * x2)) / x2) / x2) / x
}

/// `I_q(a, b)` by the continued fraction `dlmf` 8.17.22, on the side of the mean where it converges fast.
fn regularised_beta(a: f64, b: f64, ln_beta: f64, q: f64) -> f64 {
    if q <= 0.0 || q >= 1.0 {
        return if q <= 0.0 { 0.0 } else { 1.0 };
    }
    let front = (a * q.ln() + b * (-q).ln_1p() - ln_beta).exp();
    if q < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, q) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - q) / b
    }
}

/// The continued fraction of the incomplete beta function, evaluated forwards by Lentz's method.
fn beta_fraction(a: f64, b: f64, q: f64) -> f64 {
    let guard = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / guard(1.0 - (a + b) * q / (a + 1.0)));
    let mut fraction = d;
    // The number of terms needed grows like √max(a, b): 3200 at the largest n.
    for m in 1..100_000_u32 {
        let m = f64::from(m);
        let even = m * (b - m) * q / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * q / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for term in [even, odd] {
            d = 1.0 / guard(1.0 + term * d);
            c = guard(1.0 + term / c);
            fraction *= c * d;
        }
        if (fraction - before).abs() <= f64::EPSILON * fraction.abs() {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(actual: f64, expected: f64) -> bool {
        (actual - expected).abs() < 1e-13
    }

    #[test]
    fn exact_limits_at_the_ends_have_a_closed_form() {
        // P(X = 0) = (1-p)^n = α/2 gives the open limit.
        for n in [1u64, 3, 18, 1000] {
            for level in [0.5, 0.9, 0.95, 0.999] {
                let level = Level::new(level).unwrap();
                let open = 1.0 - level.tail().powf(1.0 / n as f64);
                let none = Proportion::new(0, n).unwrap().clopper_pearson(level);
                let all = Proportion::new(n, n).unwrap().clopper_pearson(level);
                assert!(near(none.lower, 0.0) && near(none.upper, open), "{n}: {none:?}");
                assert!(near(all.lower, 1.0 - open) && near(all.upper, 1.0), "{n}: {all:?}");
            }
        }
    }

    #[test]
    fn limits_of_x_mirror_those_of_n_minus_x() {
        let level = Level::new(0.9).unwrap();
        for n in 1..30u64 {
            for x in 0..=n {
                let (one, other) = (Proportion::new(x, n).unwrap(), Proportion::new(n - x, n).unwrap());
                for method in [
                    Proportion::clopper_pearson,
                    Proportion::wilson,
                    Proportion::wilson_corrected,
                    Proportion::jeffreys,
                ] {
                    let (a, b) = (method(one, level), method(other, level));
                    assert!(near(a.lower, 1.0 - b.upper) && near(a.upper, 1.0 - b.lower), "{x}/{n}");
                    assert!(a.lower <= one.estimate() && one.estimate() <= a.upper, "{x}/{n}");
                }
            }
        }
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert_eq!(Proportion::new(0, 0), Err(ProportionError::NoTrials));
        assert_eq!(Proportion::new(4, 3), Err(ProportionError::TooMany { x: 4, n: 3 }));
    }

    #[test]
    fn counts_beyond_the_verified_range_are_refused() {
        assert_eq!(Proportion::new(1, u64::MAX), Err(ProportionError::TooLarge(u64::MAX)));
        let largest = Proportion::new(5, 1_000_000).unwrap();
        let interval = largest.clopper_pearson(Level::NINETY_FIVE);
        assert!(
            0.0 < interval.lower && interval.lower < interval.upper && interval.upper < 1.0,
            "{interval:?}"
        );
    }
}
