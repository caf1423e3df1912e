//! CCD, the cumulative cohort design.
//!
//! # What it decides
//! Escalate where the observed rate at the current dose is at or below φ−Δ, de-escalate at or above φ+Δ, stay between.
//!
//! # Source
//! `ivanova2007ccd`. The margin Δ is the statistician's; the design as published closes no level. The paper itself was not
//! read: a rate that equals a boundary moves the dose as in the code of A. Oron (UpndownBook), and the margins taken where
//! none is given are those of the code of R. Lin and G. Yin (IntervalDesign), which however stays at a rate that equals φ+Δ.
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

use super::{Boundaries, InvalidDesign, Margins, Side, Target, TargetInterval};

/// CCD: the interval is φ−Δ to φ+Δ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ccd(pub TargetInterval);

impl Ccd {
    /// The design as published, which closes no level.
    pub const fn new(target: Target, interval: Margins) -> Self {
        Self(TargetInterval::new(target, interval, None))
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        self.0.boundaries(max_n, |n, y| self.side(n, y))
    }

    fn side(&self, n: u32, y: u32) -> Side {
        // A rate that equals a boundary has reached it, whatever the rounding of the boundary.
        let slack = 1e-9;
        let (n, y) = (f64::from(n), f64::from(y));
        if y <= self.0.interval.low * n + slack {
            Side::Low
        } else if y >= self.0.interval.high * n - slack {
            Side::High
        } else {
            Side::Between
        }
    }
}
