//! What is added up over trials, and the estimates with their standard errors.

use std::collections::BTreeMap;

use super::{Backfilling, Conduct, Mean, Simulated};
use crate::exact::Characteristics;
use crate::protocol::{DoseLevel, PerLevel};

/// How one trial ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Ended {
    pub(super) mtd: Option<DoseLevel>,
    /// Subjects infused per level.
    pub(super) patients: Vec<u32>,
    /// DLTs per level.
    pub(super) dlts: Vec<u32>,
    /// Subjects backfilled and responses per level; empty where nobody can be backfilled.
    pub(super) backfilled: Vec<u32>,
    pub(super) responses: Vec<u32>,
    pub(super) timed: Option<Timed>,
}

/// What only a trial on continuous time has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Timed {
    pub(super) days: f64,
    pub(super) consented: u32,
    pub(super) failures: u32,
    pub(super) excluded: u32,
    pub(super) turned_away: u32,
}

/// Sum and sum of squares of a count.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    sum: u64,
    squares: u64,
}

impl Count {
    fn add(&mut self, value: u32, times: u64) {
        let value = u64::from(value);
        self.sum += value * times;
        self.squares += value * value * times;
    }

    fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn mean(self, trials: u64) -> Mean {
        // Whole numbers to the last step: n Σx² − (Σx)² has no cancellation.
        let wide = u128::from(trials) * u128::from(self.squares) - u128::from(self.sum) * u128::from(self.sum);
        let n = trials as f64;
        Mean {
            mean: self.sum as f64 / n,
            se: (wide as f64 / (n * n * (n - 1.0))).sqrt(),
        }
    }
}

/// Sums over trials on continuous time.
#[derive(Debug, Clone, Copy, Default)]
struct TimedSums {
    days: f64,
    days_squared: f64,
    consented: Count,
    failures: Count,
    excluded: Count,
    turned_away: Count,
    tried: Count,
}

/// Sums over trials.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    trials: u64,
    select: Vec<u64>,
    none: u64,
    patients: Vec<Count>,
    dlts: Vec<Count>,
    backfilled: Vec<Count>,
    responses: Vec<Count>,
    totals: BTreeMap<u32, u64>,
    timed: Option<TimedSums>,
}

impl Sums {
    pub(super) fn new(doses: usize) -> Self {
        Self {
            trials: 0,
            select: vec![0; doses],
            none: 0,
            patients: vec![Count::default(); doses],
            dlts: vec![Count::default(); doses],
            backfilled: Vec::new(),
            responses: Vec::new(),
            totals: BTreeMap::new(),
            timed: None,
        }
    }

    /// Adds so many trials that ended alike.
    pub(super) fn add(&mut self, ended: &Ended, times: u64) {
        self.trials += times;
        let slot = ended
            .mtd
            .and_then(|mtd| self.select.get_mut(usize::from(mtd.number()) - 1));
        *slot.unwrap_or(&mut self.none) += times;
        let lists = [
            (&mut self.patients, &ended.patients),
            (&mut self.dlts, &ended.dlts),
            (&mut self.backfilled, &ended.backfilled),
            (&mut self.responses, &ended.responses),
        ];
        for (sums, values) in lists {
            sums.resize(values.len(), Count::default());
            for (sum, value) in sums.iter_mut().zip(values) {
                sum.add(*value, times);
            }
        }
        *self.totals.entry(ended.patients.iter().sum()).or_default() += times;
        if let Some(timed) = ended.timed {
            let sums = self.timed.get_or_insert_default();
            sums.days += timed.days * times as f64;
            sums.days_squared += timed.days * timed.days * times as f64;
            sums.consented.add(timed.consented, times);
            sums.failures.add(timed.failures, times);
            sums.excluded.add(timed.excluded, times);
            sums.turned_away.add(timed.turned_away, times);
            let tried = ended.patients.iter().map(|n| u32::from(*n > 0)).sum();
            sums.tried.add(tried, times);
        }
    }

    /// Adds another part. Only the days depend on the order of parts, by their last digits.
    pub(super) fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.none += other.none;
        for (sum, part) in self.select.iter_mut().zip(&other.select) {
            *sum += part;
        }
        let lists = [
            (&mut self.patients, &other.patients),
            (&mut self.dlts, &other.dlts),
            (&mut self.backfilled, &other.backfilled),
            (&mut self.responses, &other.responses),
        ];
        for (sums, parts) in lists {
            sums.resize(parts.len(), Count::default());
            for (sum, part) in sums.iter_mut().zip(parts) {
                sum.merge(*part);
            }
        }
        for (total, times) in &other.totals {
            *self.totals.entry(*total).or_default() += times;
        }
        if let Some(part) = other.timed {
            let sums = self.timed.get_or_insert_default();
            sums.days += part.days;
            sums.days_squared += part.days_squared;
            sums.consented.merge(part.consented);
            sums.failures.merge(part.failures);
            sums.excluded.merge(part.excluded);
            sums.turned_away.merge(part.turned_away);
            sums.tried.merge(part.tried);
        }
    }

    /// The estimates with their standard errors.
    pub(super) fn estimate(&self, seed: u64, marginal: &[f64]) -> Simulated {
        let trials = self.trials;
        let mut total = Count::default();
        for (n, times) in &self.totals {
            total.add(*n, *times);
        }
        let days = self.timed.map(|sums| mean_of(sums.days, sums.days_squared, trials));
        let per_level = |counts: &[Count]| PerLevel::new(counts.iter().map(|count| count.mean(trials)).collect());
        let pick = |of: fn(Mean) -> f64| Characteristics {
            select: PerLevel::new(self.select.iter().map(|hits| of(share(*hits, trials))).collect()),
            select_none: of(share(self.none, trials)),
            patients: PerLevel::new(self.patients.iter().map(|count| of(count.mean(trials))).collect()),
            dlts: PerLevel::new(self.dlts.iter().map(|count| of(count.mean(trials))).collect()),
            n_total: of(total.mean(trials)),
            n_distribution: self
                .totals
                .iter()
                .map(|(n, hits)| (*n, of(share(*hits, trials))))
                .collect(),
            duration_days: days.map(of),
        };
        Simulated {
            trials,
            seed,
            found: pick(|mean| mean.mean),
            se: pick(|mean| mean.se),
            conduct: self.timed.map(|sums| Conduct {
                consented: sums.consented.mean(trials),
                failures: sums.failures.mean(trials),
                excluded: sums.excluded.mean(trials),
                turned_away: sums.turned_away.mean(trials),
                doses_tried: sums.tried.mean(trials),
                marginal: PerLevel::new(marginal.to_vec()),
                backfilling: (!self.backfilled.is_empty()).then(|| Backfilling {
                    backfilled: per_level(&self.backfilled),
                    responses: per_level(&self.responses),
                }),
            }),
        }
    }
}

/// A share of trials, with the standard error of a binomial proportion.
fn share(hits: u64, trials: u64) -> Mean {
    let n = trials as f64;
    let mean = hits as f64 / n;
    Mean {
        mean,
        se: (mean * (1.0 - mean) / n).sqrt(),
    }
}

fn mean_of(sum: f64, squares: f64, trials: u64) -> Mean {
    let n = trials as f64;
    let mean = sum / n;
    let variance = ((squares - sum * mean) / (n - 1.0)).max(0.0);
    Mean {
        mean,
        se: (variance / n).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_errors_are_those_worked_by_hand() {
        // Four trials: 3, 3, 6 and 6 subjects at the only level; the level is selected once.
        let mut sums = Sums::new(1);
        let ended = |n, mtd| Ended {
            mtd,
            patients: vec![n],
            dlts: vec![1],
            backfilled: Vec::new(),
            responses: Vec::new(),
            timed: None,
        };
        sums.add(&ended(3, None), 2);
        let mut other = Sums::new(1);
        other.add(&ended(6, Some(DoseLevel::FIRST)), 1);
        other.add(&ended(6, None), 1);
        sums.merge(&other);
        let answer = sums.estimate(5, &[]);
        assert_eq!((answer.trials, answer.seed), (4, 5));
        let near = |value: f64, wanted: f64| assert!((value - wanted).abs() < 1e-15, "{value} is not {wanted}");
        near(answer.found.select_none, 0.75);
        // √(0.75 × 0.25 / 4)
        near(answer.se.select_none, 0.046_875_f64.sqrt());
        near(answer.found.n_total, 4.5);
        // The sum of squares about the mean is 9, the variance 3.
        near(answer.se.n_total, 0.75_f64.sqrt());
        near(answer.found.dlts.values()[0], 1.0);
        near(answer.se.dlts.values()[0], 0.0);
        assert_eq!(answer.found.n_distribution, [(3, 0.5), (6, 0.5)]);
        assert_eq!(answer.found.duration_days, None);
    }
}
