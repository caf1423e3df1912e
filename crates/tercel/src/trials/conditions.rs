//! How a trial runs on continuous time: accrual, staggering, onset of DLTs, manufacture, under-dosing, frailty.

use thiserror::Error;

use super::onset::Onset;
use crate::protocol::DoseLevel;

/// When subjects are offered, counted from the opening of accrual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Accrual {
    /// One every so many days, the first after one interval.
    Regular(f64),
    /// At random, a Poisson process: so many days on average between two.
    Poisson(f64),
    /// At random, the days between two alike from 0 to twice so many.
    Uniform(f64),
}

impl Accrual {
    /// Mean days between two subjects.
    pub const fn days(self) -> f64 {
        match self {
            Self::Regular(days) | Self::Poisson(days) | Self::Uniform(days) => days,
        }
    }
}

/// What happens to a subject offered while nobody can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspended {
    /// The subject waits and is the next to be taken; accrual goes on from then.
    Waits,
    /// The subject goes elsewhere; accrual goes on as if nothing had happened.
    Leaves,
}

/// Fewest days between infusions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stagger {
    /// Between the first and the second subject of a level.
    pub sentinel_days: f64,
    /// Between later subjects of a level.
    pub subject_days: f64,
    /// Between the latest infusion and the first at a level nobody was treated at.
    pub level_days: f64,
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delay {
    /// Always so many days.
    Fixed(f64),
    /// Exponential with this mean in days.
    Exponential(f64),
}

impl Delay {
    /// Mean in days.
    pub const fn mean(self) -> f64 {
        match self {
            Self::Fixed(days) | Self::Exponential(days) => days,
        }
    }
}

/// Products with fewer cells than planned.
#[derive(Debug, Clone, PartialEq)]
pub struct UnderDosing {
    /// Probability that a product has fewer cells than its level.
    pub probability: f64,
    /// Least share of the planned amount in such a product; shares from here to `most` are alike.
    pub least: f64,
    /// Largest share of the planned amount in such a product.
    pub most: f64,
    /// Planned amount of each level, lowest first, in one unit. Between them the true curve is straight in the logarithm of
    /// the amount; below the first the DLT probability is proportional to the amount.
    pub amounts: Vec<f64>,
    /// The analysis leaves out, and the trial replaces, subjects with less than this share; with `None` it takes every
    /// subject as treated at the planned level.
    pub exclude_below: Option<f64>,
}

/// How a trial runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// Days of the DLT window from infusion.
    pub window_days: f64,
    /// When subjects are offered.
    pub accrual: Accrual,
    /// What happens to a subject offered while nobody can be taken.
    pub suspended: Suspended,
    /// Fewest days between infusions; a product that must wait for them keeps.
    pub stagger: Stagger,
    /// When in the window a DLT comes.
    pub onset: Onset,
    /// A DLT becomes known at the next of visits so many days apart from infusion, at the end of the window at the latest;
    /// with `None` at once.
    pub visit_days: Option<f64>,
    /// From consent to a product ready for infusion.
    pub manufacturing: Delay,
    /// Probability that no product can be made, known when it would have been ready; the subject is replaced.
    pub failure: f64,
    /// Products with fewer cells than planned.
    pub under_dosing: Option<UnderDosing>,
    /// Standard deviation between subjects of the DLT probability's logit. The true curve is that of the middle subject;
    /// what it is for a subject drawn at random comes with the answer (`Conduct::marginal`). With the latter held at
    /// the curve instead, frailty would change nothing: each subject has one outcome.
    pub frailty_sd: f64,
}

impl Conditions {
    /// Subjects who can be infused on the day they come, DLTs known at once and on any day of the window alike, nothing
    /// staggered; a subject offered while nobody can be taken waits.
    pub fn new(window_days: f64, accrual: Accrual) -> Self {
        Self {
            window_days,
            accrual,
            suspended: Suspended::Waits,
            stagger: Stagger {
                sentinel_days: 0.0,
                subject_days: 0.0,
                level_days: 0.0,
            },
            onset: Onset::uniform(),
            visit_days: None,
            manufacturing: Delay::Fixed(0.0),
            failure: 0.0,
            under_dosing: None,
            frailty_sd: 0.0,
        }
    }

    /// Whether trials can be run so, with this number of levels.
    pub fn check(&self, doses: u8) -> Result<(), InvalidConditions> {
        let lengths = [
            ("the accrual interval", self.accrual.days()),
            ("the sentinel interval", self.stagger.sentinel_days),
            ("the interval between subjects", self.stagger.subject_days),
            ("the interval between levels", self.stagger.level_days),
            ("the manufacturing time", self.manufacturing.mean()),
            ("the standard deviation of frailty", self.frailty_sd),
        ];
        if let Some((what, value)) = lengths
            .into_iter()
            .find(|(_, value)| !(value.is_finite() && *value >= 0.0))
        {
            return Err(InvalidConditions::Negative { what, value });
        }
        let positive = [
            ("the window", Some(self.window_days)),
            ("the visit interval", self.visit_days),
        ];
        for (what, value) in positive.into_iter().filter_map(|(what, value)| Some((what, value?))) {
            if !(value.is_finite() && value > 0.0) {
                return Err(InvalidConditions::NotPositive { what, value });
            }
        }
        if self.suspended == Suspended::Leaves && self.accrual.days() <= 0.0 {
            return Err(InvalidConditions::NotPositive {
                what: "the accrual interval, where subjects do not wait,",
                value: self.accrual.days(),
            });
        }
        if !(0.0..=MOST_FAILURE).contains(&self.failure) {
            return Err(InvalidConditions::Failure(self.failure));
        }
        self.under_dosing.as_ref().map_or(Ok(()), |rule| rule.check(doses))
    }
}

/// Largest probability of failure that is simulated: twenty products for one infusion.
const MOST_FAILURE: f64 = 0.95;

impl UnderDosing {
    fn check(&self, doses: u8) -> Result<(), InvalidConditions> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(InvalidConditions::UnderDosed(self.probability));
        }
        if !(self.least > 0.0 && self.least <= self.most && self.most <= 1.0) {
            return Err(InvalidConditions::Shares(self.least, self.most));
        }
        let rising = self
            .amounts
            .windows(2)
            .all(|pair| matches!(pair, [low, high] if low < high));
        let positive = self.amounts.iter().all(|amount| amount.is_finite() && *amount > 0.0);
        if self.amounts.len() != usize::from(doses) || !rising || !positive {
            return Err(InvalidConditions::Amounts(doses));
        }
        // Whoever is left out is replaced: that must come to an end.
        let most_left_out = self.exclude_below.map_or(0.0, |limit| {
            let below = (limit.min(self.most) - self.least).max(0.0);
            let width = self.most - self.least;
            let share = if width > 0.0 {
                below / width
            } else {
                f64::from(u8::from(limit > self.least))
            };
            self.probability * share
        });
        if most_left_out > MOST_FAILURE {
            return Err(InvalidConditions::AllExcluded(most_left_out));
        }
        Ok(())
    }

    /// The DLT probability of a share of a level's amount, under a curve over the planned amounts.
    pub(super) fn probability_at(&self, curve: &[f64], level: DoseLevel, share: f64) -> f64 {
        let index = usize::from(level.number()) - 1;
        let Some(actual) = self.amounts.get(index).map(|amount| amount * share) else {
            return 0.0;
        };
        let mut lower: Option<(f64, f64)> = None;
        for (&amount, &p) in self.amounts.iter().zip(curve) {
            if actual <= amount {
                return lower.map_or(p * actual / amount, |(below, q)| {
                    q + (p - q) * (actual / below).ln() / (amount / below).ln()
                });
            }
            lower = Some((amount, p));
        }
        lower.map_or(0.0, |(_, p)| p)
    }
}

/// Why conditions cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidConditions {
    /// A length or a standard deviation is negative or not a number.
    #[error("{what} is {value}; it cannot be negative")]
    Negative {
        /// Which.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// A length is not above 0.
    #[error("{what} is {value} days; it must be above 0")]
    NotPositive {
        /// Which.
        what: &'static str,
        /// Days.
        value: f64,
    },
    /// Weights of the onset.
    #[error("weights of the onset are non-negative numbers, at least one of them above 0")]
    Onset,
    /// The share of late DLTs of a Weibull onset.
    #[error("{0} is no share of the DLTs in the second half of the window; give a number between 0 and 1")]
    LateShare(f64),
    /// Hardly any product can be made.
    #[error("the probability of failed manufacture is {0}; with more than 0.95 hardly anybody would ever be infused")]
    Failure(f64),
    /// The probability of under-dosing.
    #[error("{0} is not a probability of under-dosing")]
    UnderDosed(f64),
    /// The shares of under-dosing.
    #[error(
        "under-dosed products have from {0} to {1} of the planned amount; give two rising numbers above 0, up to 1"
    )]
    Shares(f64, f64),
    /// The amounts.
    #[error("under-dosing needs the planned amount of each of the {0} levels, rising and above 0")]
    Amounts(u8),
    /// The response probabilities.
    #[error("backfilling needs a response probability from 0 to 1 of each of the {0} levels")]
    Responses(u8),
    /// Backfilling during titration.
    #[error("titration by single subjects does not go with backfilling: a level with a second subject would end it")]
    Titration,
    /// Hardly any subject would be analysed.
    #[error("a share of {0} of the subjects would be left out as under-dosed; the trial would hardly ever end")]
    AllExcluded(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_dosing_reads_the_curve_between_the_levels() {
        let rule = UnderDosing {
            probability: 0.2,
            least: 0.1,
            most: 0.9,
            amounts: vec![1e6, 1e7, 1e8],
            exclude_below: None,
        };
        let curve = [0.1, 0.2, 0.4];
        let at = |level, share| rule.probability_at(&curve, DoseLevel::new(level).unwrap(), share);
        assert!((at(1, 0.5) - 0.05).abs() < 1e-12);
        assert!((at(2, 1.0) - 0.2).abs() < 1e-12);
        assert!((at(2, 0.1) - 0.1).abs() < 1e-12);
        assert!((at(3, 0.1_f64.sqrt()) - 0.3).abs() < 1e-12);
        assert!(rule.check(2).is_err());
        rule.check(3).unwrap();
    }

    #[test]
    fn conditions_no_trial_can_meet_are_refused() {
        let plain = Conditions::new(28.0, Accrual::Regular(0.0));
        plain.check(3).unwrap();
        let wrong = |change: fn(&mut Conditions)| {
            let mut conditions = plain.clone();
            change(&mut conditions);
            conditions.check(3).unwrap_err()
        };
        assert_eq!(wrong(|c| c.failure = 1.0), InvalidConditions::Failure(1.0));
        wrong(|c| c.suspended = Suspended::Leaves);
        wrong(|c| c.window_days = 0.0);
        wrong(|c| c.window_days = f64::NAN);
        wrong(|c| c.visit_days = Some(0.0));
        wrong(|c| c.frailty_sd = -1.0);
        let all = wrong(|c| {
            c.under_dosing = Some(UnderDosing {
                probability: 1.0,
                least: 0.5,
                most: 0.7,
                amounts: vec![1.0, 2.0, 3.0],
                exclude_below: Some(0.8),
            });
        });
        assert_eq!(all, InvalidConditions::AllExcluded(1.0));
    }
}
