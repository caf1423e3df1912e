//! CCD, the cumulative cohort design.
//!
//! # What it decides
//! Escalate where the observed rate at the current dose is at or below φ−Δ, de-escalate at or above φ+Δ, stay between.
//!
//! # Source
//! `ivanova2007ccd`. The margin Δ is the statistician's; the design as published closes no level.
//!
//! # Formula
//! y/n ≤ φ−ε1: escalate; y/n ≥ φ+ε2: de-escalate.
//!
//! # Example
//! ```
//! use tercel::design::{Ccd, Margins, Target};
//!
//! let target = Target::new(0.3)?;
//! let row = Ccd::new(target, Margins::new(target, 0.1, 0.1)?).boundaries(5)?.rows[4];
//! assert_eq!((row.escalate_max, row.deescalate_min), (Some(1), Some(2)));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! No closing of levels unless it is asked for; outcomes of every subject at the current dose must be known.

use super::boin::check_elimination;
use super::keyboard::row_of;
use super::{Boundaries, Elimination, ExtraSafe, IntervalDesign, InvalidDesign, Margins, Row, Side, Target};

/// CCD and its options.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ccd {
    /// Target DLT probability.
    pub target: Target,
    /// φ−Δ and φ+Δ.
    pub interval: Margins,
    /// When a level is closed, if ever.
    pub elimination: Option<Elimination>,
    /// Stricter stopping at the lowest level.
    pub extra_safe: Option<ExtraSafe>,
}

impl Ccd {
    /// The design as published.
    pub const fn new(target: Target, interval: Margins) -> Self {
        Self {
            target,
            interval,
            elimination: None,
            extra_safe: None,
        }
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        if let Some(rule) = self.elimination {
            check_elimination(rule, self.extra_safe)?;
        }
        let row = |n: u32| Row {
            eliminate_min: self.elimination.and_then(|rule| rule.least(self.target, n)),
            ..row_of(n, |n, y| self.side(n, y))
        };
        Ok(Boundaries {
            target: self.target,
            rows: (1..=max_n).map(row).collect(),
            elimination: self.elimination,
            extra_safe: self.extra_safe,
            estimate_limit: None,
        })
    }

    /// The design, ready for up to `max_n` subjects a level.
    pub fn design(&self, max_n: u32) -> Result<IntervalDesign, InvalidDesign> {
        self.boundaries(max_n).map(IntervalDesign::new)
    }

    fn side(&self, n: u32, y: u32) -> Side {
        // A rate that equals a boundary has reached it, whatever the rounding of the boundary.
        let slack = 1e-9;
        let (n, y) = (f64::from(n), f64::from(y));
        if y <= self.interval.low * n + slack {
            Side::Low
        } else if y >= self.interval.high * n - slack {
            Side::High
        } else {
            Side::Between
        }
    }
}
