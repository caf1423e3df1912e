//! Descriptive statistics of a sample, as clinical tables print them.
//!
//! # What it derives
//! Count, minimum, quartiles, maximum, mean, standard deviation, geometric mean and geometric coefficient of variation.
//!
//! # Source
//! `hyndman1996` (quantile definition 7); `kirkwood1979` (geometric mean and variation).
//!
//! # Formula
//! Quantile: `x[h] + (h - ⌊h⌋)(x[⌊h⌋+1] - x[⌊h⌋])` with `h = (n-1)p` counted from 0. Geometric CV in percent:
//! `100 √(exp(s²) - 1)`, `s` the standard deviation of the natural logarithms with divisor `n - 1`.
//!
//! # Example
//! ```
//! use tercel::estimate::summary;
//! assert_eq!(summary::median(&[3.0, 1.0, 2.0, 4.0]), Some(2.5));
//! assert_eq!(summary::median(&[]), None);
//! ```
//!
//! # Limits
//! `None` where the statistic does not exist: an empty sample, one value for a spread, a value that is not positive for the
//! geometric statistics, any value that is not finite.

/// Descriptive statistics of one sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Number of values.
    pub n: usize,
    /// Smallest value.
    pub min: f64,
    /// First quartile.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub upper_quartile: f64,
    /// Largest value.
    pub max: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, divisor `n - 1`; needs two values.
    pub sd: Option<f64>,
    /// Geometric mean; needs every value positive.
    pub geometric_mean: Option<f64>,
    /// Geometric coefficient of variation in percent; needs two values, all positive.
    pub geometric_cv_percent: Option<f64>,
}

impl Summary {
    /// Summarises the sample; `None` where it is empty or holds a value that is not finite.
    pub fn of(sample: &[f64]) -> Option<Self> {
        let sorted = sorted(sample)?;
        Some(Self {
            n: sorted.len(),
            min: *sorted.first()?,
            lower_quartile: quantile_of_sorted(&sorted, 0.25)?,
            median: quantile_of_sorted(&sorted, 0.5)?,
            upper_quartile: quantile_of_sorted(&sorted, 0.75)?,
            max: *sorted.last()?,
            mean: mean(&sorted)?,
            sd: sd(&sorted),
            geometric_mean: geometric_mean(&sorted),
            geometric_cv_percent: geometric_cv_percent(&sorted),
        })
    }
}

/// The middle value, or the mean of the two middle ones.
pub fn median(sample: &[f64]) -> Option<f64> {
    quantile(sample, 0.5)
}

/// Quantile by definition 7 (linear between order statistics); `p` from 0 to 1.
pub fn quantile(sample: &[f64], p: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(sample)?, p)
}

/// Arithmetic mean.
pub fn mean(sample: &[f64]) -> Option<f64> {
    let mean = sample.iter().sum::<f64>() / sample.len() as f64;
    mean.is_finite().then_some(mean)
}

/// Standard deviation with divisor `n - 1`.
pub fn sd(sample: &[f64]) -> Option<f64> {
    if sample.len() < 2 {
        return None;
    }
    let mean = mean(sample)?;
    let squares: f64 = sample.iter().map(|value| (value - mean).powi(2)).sum();
    let sd = (squares / (sample.len() - 1) as f64).sqrt();
    sd.is_finite().then_some(sd)
}

/// Geometric mean of positive values.
pub fn geometric_mean(sample: &[f64]) -> Option<f64> {
    mean(&logarithms(sample)?).map(f64::exp)
}

/// Geometric coefficient of variation in percent of positive values.
pub fn geometric_cv_percent(sample: &[f64]) -> Option<f64> {
    let s = sd(&logarithms(sample)?)?;
    let cv = 100.0 * (s * s).exp_m1().sqrt();
    cv.is_finite().then_some(cv)
}

fn logarithms(sample: &[f64]) -> Option<Vec<f64>> {
    sample
        .iter()
        .map(|&value| (value > 0.0 && value.is_finite()).then(|| value.ln()))
        .collect()
}

fn sorted(sample: &[f64]) -> Option<Vec<f64>> {
    if sample.is_empty() || !sample.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted)
}

fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let position = (sorted.len().checked_sub(1)?) as f64 * p;
    // `position` lies in [0, n - 1]: truncation is the floor.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= position < n"
    )]
    let below = position as usize;
    let low = sorted.get(below)?;
    let high = sorted.get(below + 1).unwrap_or(low);
    Some(low + position.fract() * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(actual: Option<f64>, expected: f64) -> bool {
        actual.is_some_and(|actual| (actual - expected).abs() <= 1e-12 * expected.abs())
    }

    #[test]
    fn quartiles_interpolate_between_order_statistics() {
        // n = 4: h = 3p = 0.75, 1.5, 2.25.
        let sample = [40.0, 10.0, 30.0, 20.0];
        assert!(near(quantile(&sample, 0.25), 17.5));
        assert!(near(median(&sample), 25.0));
        assert!(near(quantile(&sample, 0.75), 32.5));
        assert!(near(quantile(&sample, 0.0), 10.0));
        assert!(near(quantile(&sample, 1.0), 40.0));
        assert_eq!(quantile(&sample, 1.1), None);
    }

    #[test]
    fn geometric_statistics_are_those_of_the_logarithms() {
        // ln 1, ln e², so mean 1, s² = 2.
        let sample = [1.0, 2f64.exp()];
        assert!(near(geometric_mean(&sample), 1f64.exp()));
        assert!(near(geometric_cv_percent(&sample), 100.0 * (2f64.exp() - 1.0).sqrt()));
        assert_eq!(geometric_mean(&[1.0, 0.0]), None);
        assert_eq!(geometric_cv_percent(&[5.0]), None);
    }

    #[test]
    fn a_summary_holds_all_of_them() {
        let summary = Summary::of(&[2.0, 4.0, 9.0]).unwrap();
        assert_eq!(summary.n, 3);
        assert!(near(Some(summary.mean), 5.0));
        assert!(near(summary.sd, 13f64.sqrt()));
        assert!(near(Some(summary.lower_quartile), 3.0));
        assert!(near(Some(summary.upper_quartile), 6.5));
        assert!(near(summary.geometric_mean, 72f64.cbrt()));
        assert!(near(Some(summary.max), 9.0));
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(mean(&[]), None);
        assert_eq!(sd(&[1.0]), None);
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(median(&[1.0, f64::NAN]), None);
        assert_eq!(Summary::of(&[1.0, f64::INFINITY]), None);
        let one = Summary::of(&[7.0]).unwrap();
        assert_eq!((one.sd, one.geometric_cv_percent), (None, None));
        assert!(near(Some(one.median), 7.0));
    }
}
