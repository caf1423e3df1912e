//! Confidence level of an interval, checked once.

use thiserror::Error;

use super::normal;

/// Why a number is not a confidence level.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum LevelError {
    /// Not strictly between 0 and 1.
    #[error("the confidence level {0} is not between 0 and 1; write 95 % as 0.95")]
    OutOfRange(f64),
}

/// A two-sided confidence level, strictly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level(f64);

impl Level {
    /// 95 %.
    pub const NINETY_FIVE: Self = Self(0.95);

    /// The level `value`, where 0 < `value` < 1.
    pub fn new(value: f64) -> Result<Self, LevelError> {
        if value > 0.0 && value < 1.0 {
            Ok(Self(value))
        } else {
            Err(LevelError::OutOfRange(value))
        }
    }

    /// The level as a fraction.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// Probability left outside the interval at each end: `(1 - level) / 2`.
    pub fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }

    /// The normal quantile at `1 - tail`: 1.96 for 95 %.
    pub fn z(self) -> f64 {
        -normal::lower_tail_quantile(self.tail())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_written_as_ninety_five_is_refused() {
        assert_eq!(Level::new(95.0), Err(LevelError::OutOfRange(95.0)));
        for value in [0.0, 1.0, -0.5, f64::INFINITY] {
            assert!(Level::new(value).is_err(), "{value}");
        }
        assert!(Level::new(f64::NAN).is_err());
    }

    #[test]
    fn ninety_five_percent_is_1_96_standard_errors() {
        assert!((Level::NINETY_FIVE.z() - 1.959_963_984_540_054).abs() < 1e-15);
    }
}
