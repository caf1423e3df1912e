//! One subject's fate, settled by draws made at consent.

use super::conditions::{Conditions, Delay};
use super::draws::Draws;
use crate::estimate::normal;
use crate::protocol::DoseLevel;

/// What chance decided about a subject. All of it is drawn whatever the conditions, so that a change of one condition
/// leaves the other draws where they were.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    fails: f64,
    delay: f64,
    under_dosed: f64,
    share: f64,
    frailty: f64,
    dlt: f64,
    onset: f64,
    response: f64,
}

/// What became of an infused subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) dlt: bool,
    /// Days from infusion until the outcome is known.
    pub(super) known_after: f64,
    /// Whether the analysis leaves the subject out.
    pub(super) excluded: bool,
}

impl Subject {
    /// The next subject of a stream: eight draws, one block of it.
    pub(super) fn draw(draws: &mut Draws) -> Self {
        Self {
            fails: draws.uniform(),
            delay: draws.uniform(),
            under_dosed: draws.uniform(),
            share: draws.uniform(),
            frailty: draws.uniform(),
            dlt: draws.uniform(),
            onset: draws.uniform(),
            response: draws.uniform(),
        }
    }

    /// Whether there is a response where it has this probability.
    pub(super) fn responds(&self, p: f64) -> bool {
        self.response < p
    }

    /// Whether no product can be made.
    pub(super) fn fails(&self, conditions: &Conditions) -> bool {
        self.fails < conditions.failure
    }

    /// Days from consent to a product.
    pub(super) fn delay(&self, conditions: &Conditions) -> f64 {
        match conditions.manufacturing {
            Delay::Fixed(days) => days,
            Delay::Exponential(mean) => -mean * self.delay.ln(),
        }
    }

    /// The outcome of an infusion at a level.
    pub(super) fn infuse(&self, conditions: &Conditions, curve: &[f64], level: DoseLevel) -> Outcome {
        let planned = curve.get(usize::from(level.number()) - 1).copied().unwrap_or(0.0);
        let under = conditions
            .under_dosing
            .as_ref()
            .filter(|rule| self.under_dosed < rule.probability);
        let (p, excluded) = under.map_or((planned, false), |rule| {
            let share = rule.least + (rule.most - rule.least) * self.share;
            let excluded = rule.exclude_below.is_some_and(|limit| share < limit);
            (rule.probability_at(curve, level, share), excluded)
        });
        let p = if conditions.frailty_sd > 0.0 {
            // The draw never is 0 or 1, so the quantile exists.
            shifted(p, conditions.frailty_sd * normal::quantile(self.frailty).unwrap_or(0.0))
        } else {
            p
        };
        let dlt = self.dlt < p;
        let window = conditions.window_days;
        let known_after = if dlt {
            let days = conditions.onset.share(self.onset, p) * window;
            let seen = conditions
                .visit_days
                .map_or(days, |every| (days / every).ceil() * every);
            seen.min(window)
        } else {
            window
        };
        Outcome {
            dlt,
            known_after,
            excluded,
        }
    }
}

/// A probability with its logit shifted.
fn shifted(p: f64, by: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return p;
    }
    1.0 / (1.0 + (1.0 - p) / p * (-by).exp())
}

/// DLT probability of a subject drawn at random where the middle subject's is `p`: the mean over the normal distribution of
/// frailty, by the trapezoidal rule (its error is far below 1e-9 for a function this smooth).
pub(super) fn marginal(p: f64, sd: f64) -> f64 {
    if sd <= 0.0 {
        return p;
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for step in -900_i32..=900 {
        let z = f64::from(step) / 100.0;
        let weight = (-z * z / 2.0).exp();
        sum += weight * shifted(p, sd * z);
        weights += weight;
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::Accrual;

    #[test]
    fn frailty_draws_the_curve_towards_one_half() {
        assert!((marginal(0.5, 2.0) - 0.5).abs() < 1e-12);
        assert!((marginal(0.1, 0.0) - 0.1).abs() < 1e-15);
        // For a small standard deviation, p + sd² p(1−p)(1−2p)/2.
        let expected = 0.2 + 0.0001 * 0.2 * 0.8 * 0.6 / 2.0;
        assert!((marginal(0.2, 0.01) - expected).abs() < 1e-9);
        assert!(marginal(0.1, 1.0) > 0.13);
    }

    #[test]
    fn simulated_subjects_have_the_marginal_probability() {
        let mut conditions = Conditions::new(28.0, Accrual::Regular(1.0));
        conditions.frailty_sd = 1.5;
        let mut draws = Draws::new(1);
        draws.go_to(0);
        let n = 40_000;
        let dlts = (0..n).filter(|_| {
            Subject::draw(&mut draws)
                .infuse(&conditions, &[0.2], DoseLevel::FIRST)
                .dlt
        });
        let rate = dlts.count() as f64 / f64::from(n);
        let wanted = marginal(0.2, 1.5);
        let se = (wanted * (1.0 - wanted) / f64::from(n)).sqrt();
        assert!((rate - wanted).abs() < 4.0 * se, "{rate} is not {wanted}");
    }

    #[test]
    fn a_dlt_is_seen_at_the_next_visit() {
        let mut conditions = Conditions::new(28.0, Accrual::Regular(1.0));
        conditions.visit_days = Some(10.0);
        let mut draws = Draws::new(1);
        draws.go_to(0);
        for _ in 0..100 {
            let outcome = Subject::draw(&mut draws).infuse(&conditions, &[1.0], DoseLevel::FIRST);
            assert!([10.0, 20.0, 28.0].contains(&outcome.known_after));
        }
    }
}
