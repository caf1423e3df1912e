//! i3+3, interval 3+3: a rule design with the boundaries of an interval.
//!
//! # What it decides
//! Escalate where the observed rate is below the equivalence interval, stay inside it, de-escalate above it unless one DLT
//! fewer would have been below it: then the sample says too little, and the dose stays.
//!
//! # Source
//! `liu2020i3plus3` (the rule; closing a level where Pr(p > φ) > 0.95).
//!
//! # Formula
//! y/n < φ−ε1: escalate; φ−ε1 ≤ y/n ≤ φ+ε2: stay; y/n > φ+ε2: stay if (y−1)/n < φ−ε1, else de-escalate.
//!
//! # Example
//! ```
//! use tercel::design::{IThreePlusThree, Margins, Target};
//!
//! let target = Target::new(0.28)?;
//! let row = IThreePlusThree::new(target, Margins::new(target, 0.05, 0.05)?).boundaries(3)?.rows[2];
//! assert_eq!((row.escalate_max, row.deescalate_min), (Some(0), Some(2)));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! Outcomes of every subject at the current dose must be known.

use super::{Boundaries, Elimination, InvalidDesign, Margins, Side, Target, TargetInterval};

/// i3+3: the interval is the equivalence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IThreePlusThree(pub TargetInterval);

impl IThreePlusThree {
    /// The design with its published defaults.
    pub const fn new(target: Target, interval: Margins) -> Self {
        Self(TargetInterval::new(
            target,
            interval,
            Some(Elimination { cutoff: 0.95, min_n: 1 }),
        ))
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        self.0.boundaries(max_n, |n, y| self.side(n, y))
    }

    fn side(&self, n: u32, y: u32) -> Side {
        // A rate that equals an end of the interval lies inside it, whatever the rounding of the end.
        let slack = 1e-9;
        let (n, y) = (f64::from(n), f64::from(y));
        let below = |y: f64| y < self.0.interval.low * n - slack;
        if below(y) {
            Side::Low
        } else if y <= self.0.interval.high * n + slack || below(y - 1.0) {
            Side::Between
        } else {
            Side::High
        }
    }
}
