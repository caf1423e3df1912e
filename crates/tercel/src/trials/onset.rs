//! When in the window DLTs come.

use super::conditions::InvalidConditions;

/// When in the window a DLT comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Onset(Shape);

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Share of the DLTs up to the end of each of several equal parts, on any moment of a part alike.
    Parts(Vec<f64>),
    /// A Weibull distribution: share of the DLTs in the second half of the window.
    Weibull(f64),
}

impl Onset {
    /// On any day of the window alike.
    pub fn uniform() -> Self {
        Self(Shape::Parts(vec![1.0]))
    }

    /// Four in five in the second half of the window.
    pub fn late() -> Self {
        Self(Shape::Parts(vec![0.2, 1.0]))
    }

    /// The Weibull distribution of `lin2020titeboin` and `yuan2018titeboin` by its two anchors: the DLT probability *p* at the
    /// end of the window, which is the subject's own, and the share of those DLTs that comes in the second half of it.
    ///
    /// F(t) = 1 − exp(−(t/β)^α) with F(T) = p and F(T/2) = (1 − share) p, so that
    /// α = log₂(log(1 − p)/log(1 − (1 − share) p)). No Weibull distribution has p = 1; the next number below stands in for it.
    pub fn weibull(late_share: f64) -> Result<Self, InvalidConditions> {
        if late_share > 0.0 && late_share < 1.0 {
            Ok(Self(Shape::Weibull(late_share)))
        } else {
            Err(InvalidConditions::LateShare(late_share))
        }
    }

    /// The window in as many equal parts as weights are given; a DLT falls into a part in proportion to its weight, and on
    /// any moment of it alike.
    pub fn weights(weights: &[f64]) -> Result<Self, InvalidConditions> {
        let total: f64 = weights.iter().sum();
        let wrong = weights.iter().any(|weight| !(weight.is_finite() && *weight >= 0.0));
        if wrong || !(total > 0.0 && total.is_finite()) {
            return Err(InvalidConditions::Onset);
        }
        let mut sum = 0.0;
        let until = weights.iter().map(|weight| {
            sum += weight / total;
            sum
        });
        Ok(Self(Shape::Parts(until.collect())))
    }

    /// The time of a DLT as a share of the window, above 0, from a uniform draw; `p` is the subject's DLT probability.
    pub(super) fn share(&self, uniform: f64, p: f64) -> f64 {
        match &self.0 {
            Shape::Parts(until) => share_of_parts(until, uniform),
            Shape::Weibull(late) => {
                let p = p.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
                let end = (-p).ln_1p();
                let shape = (end / (-(1.0 - late) * p).ln_1p()).log2();
                // F(t)/p is the draw: t/T = (log(1 − u p)/log(1 − p))^(1/α).
                ((-uniform * p).ln_1p() / end).powf(shape.recip()).min(1.0)
            }
        }
    }
}

fn share_of_parts(until: &[f64], uniform: f64) -> f64 {
    let parts = until.len();
    let place = until.iter().position(|until| uniform < *until).unwrap_or(parts - 1);
    let before = place.checked_sub(1).and_then(|last| until.get(last)).copied();
    let (from, to) = (before.unwrap_or(0.0), until.get(place).copied().unwrap_or(1.0));
    let within = if to > from { (uniform - from) / (to - from) } else { 1.0 };
    ((place as f64 + within.min(1.0)) / parts as f64).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onset_follows_its_weights() {
        let onset = Onset::weights(&[1.0, 0.0, 4.0]).unwrap();
        let near = |uniform: f64, wanted: f64| assert!((onset.share(uniform, 0.3) - wanted).abs() < 1e-12);
        near(0.1, 1.0 / 6.0);
        near(0.6, 5.0 / 6.0);
        near(0.999_999_999_999_999_9, 1.0);
        assert!(Onset::weights(&[0.0, 0.0]).is_err());
        assert!(Onset::weights(&[]).is_err());
        assert!((Onset::late().share(0.2, 0.3) - 0.5).abs() < 1e-12);
        assert!((Onset::uniform().share(0.3, 0.3) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_weibull_onset_meets_its_two_anchors() {
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
        for late in [0.1, 0.5, 0.8] {
            let onset = Onset::weibull(late).unwrap();
            for p in [1e-12, 0.05, 0.3, 0.9, 1.0] {
                near(onset.share(1.0 - late, p), 0.5);
                near(onset.share(1.0, p), 1.0);
                assert!(onset.share(1e-12, p) > 0.0);
            }
        }
        // p = 0.3, half of it late: α = log₂(log 0.7/log 0.85) = log₂(0.356675/0.162519) = 1.134002; three DLTs in four have
        // come at (log(1 − 0.225)/log 0.7)^(1/α) = (0.254892/0.356675)^0.881833 = 0.743578.
        let three_in_four = Onset::weibull(0.5).unwrap().share(0.75, 0.3);
        assert!((three_in_four - 0.743_578).abs() < 5e-7, "{three_in_four}");
        for wrong in [0.0, 1.0, -0.5, f64::NAN] {
            assert!(Onset::weibull(wrong).is_err());
        }
    }
}
