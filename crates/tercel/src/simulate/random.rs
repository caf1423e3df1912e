//! Random draws by address: key = seed, stream = subject, word position = topic.
//!
//! Each topic of each subject starts at a position of its own, so a subject is rehearsed the same alone or in company,
//! and one more draw in one topic moves no other. All distributions go through the inverse of their distribution
//! function: one uniform, one value.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::estimate::normal;

/// What a run of draws is for. The numbers are part of what a seed means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Topic {
    /// Age, sex, history.
    Person = 0,
    /// Accrual, collection, manufacture, dose.
    Supply = 1,
    /// CRS, ICANS.
    Toxicity = 2,
    /// Cellular kinetics.
    Kinetics = 3,
    /// Tumour growth and kill.
    Tumour = 4,
    /// Scans and how they are read.
    Imaging = 5,
    /// Death, loss, withdrawal, later therapy.
    Survival = 6,
    /// When visits take place.
    Visits = 7,
    /// Laboratory values.
    Laboratory = 8,
    /// Vital signs and the items of an assessment.
    Bedside = 9,
    /// Adverse events other than CRS and ICANS.
    Events = 10,
    /// Judgement of laboratory events.
    Assays = 11,
    /// When the subject consents.
    Accrual = 12,
    /// Whether a toxicity limits the dose.
    Dlt = 13,
    /// Measured copies, counts and biomarker.
    Levels = 14,
    /// Where dirt falls; the stream is the kind of dirt, not the subject.
    Dirt = 15,
    /// When serious events are reported.
    Reporting = 16,
    /// When screening fails, and by which criterion.
    Screening = 17,
}

/// Words set aside for one topic: far more than a subject draws.
const WORDS_PER_TOPIC: u128 = 1 << 24;

/// The draws of one topic of one subject.
#[derive(Debug)]
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    pub(super) fn new(seed: u64, subject: u64, topic: Topic) -> Self {
        let mut key = [0; 32];
        for (slot, byte) in key.iter_mut().zip(seed.to_le_bytes()) {
            *slot = byte;
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(subject);
        rng.set_word_pos(topic as u128 * WORDS_PER_TOPIC);
        Self(rng)
    }

    /// Uniform on the open interval from 0 to 1.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Whether an event of this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Uniform from `low` to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn whole(&mut self, low: i32, high: i32) -> i32 {
        round(self.between(f64::from(low) - 0.5, f64::from(high) + 0.5)).clamp(low, high.max(low))
    }

    /// Standard normal.
    pub(super) fn standard_normal(&mut self) -> f64 {
        // The uniform never is 0 or 1, so the quantile exists.
        normal::quantile(self.uniform()).unwrap_or(0.0)
    }

    pub(super) fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        mean + sd * self.standard_normal()
    }

    /// Lognormal with this median and standard deviation of the logarithm.
    pub(super) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.standard_normal()).exp()
    }

    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.uniform().ln()
    }

    /// The first value of `draw` that `accept`s; after 100 refusals `otherwise`.
    pub(super) fn until(
        &mut self,
        mut draw: impl FnMut(&mut Self) -> f64,
        accept: impl Fn(f64) -> bool,
        otherwise: f64,
    ) -> f64 {
        (0..100)
            .map(|_| draw(self))
            .find(|value| accept(*value))
            .unwrap_or(otherwise)
    }

    /// One of `choices`, with probability proportional to its weight; `None` of an empty list.
    pub(super) fn categorical<T: Copy>(&mut self, choices: &[(T, f64)]) -> Option<T> {
        let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.uniform() * total;
        for (choice, weight) in choices {
            if left < *weight {
                return Some(*choice);
            }
            left -= weight;
        }
        choices.last().map(|(choice, _)| *choice)
    }
}

/// To the nearest whole number; the rehearsal never leaves the range of `i32`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and days and minutes are far smaller"
)]
pub(super) fn round(value: f64) -> i32 {
    value.round() as i32
}

/// Rounded to so many decimals, as a form would hold it.
pub(super) fn decimals(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_does_not_depend_on_draws_in_another() {
        let mut alone = Draws::new(7, 3, Topic::Tumour);
        let mut other = Draws::new(7, 3, Topic::Kinetics);
        for _ in 0..1000 {
            other.uniform();
        }
        let mut again = Draws::new(7, 3, Topic::Tumour);
        assert_eq!(alone.uniform().to_bits(), again.uniform().to_bits());
        assert_ne!(alone.uniform().to_bits(), other.uniform().to_bits());
    }

    #[test]
    fn seeds_and_subjects_give_different_draws() {
        let first = |seed, subject| Draws::new(seed, subject, Topic::Person).uniform().to_bits();
        assert_ne!(first(1, 1), first(2, 1));
        assert_ne!(first(1, 1), first(1, 2));
    }

    #[test]
    fn distributions_have_their_means() {
        let mut draws = Draws::new(1, 1, Topic::Person);
        let n = 20_000;
        let mean = |mut draw: Box<dyn FnMut() -> f64 + '_>| (0..n).map(|_| draw()).sum::<f64>() / f64::from(n);
        // Four standard errors of each mean.
        assert!((mean(Box::new(|| draws.exponential(5.0))) - 5.0).abs() < 0.15);
        assert!((mean(Box::new(|| draws.normal(2.0, 3.0))) - 2.0).abs() < 0.09);
        assert!((mean(Box::new(|| draws.lognormal(3.0, 1.0).ln())) - 3f64.ln()).abs() < 0.03);
        let ones = mean(Box::new(|| {
            f64::from(draws.categorical(&[(0_u8, 3.0), (1, 1.0)]).unwrap())
        }));
        assert!((ones - 0.25).abs() < 0.013);
        assert!((0..1000).all(|_| (2..=4).contains(&draws.whole(2, 4))));
    }
}
