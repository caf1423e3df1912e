//! Survival of several groups beside each other: log-rank test, test for trend, hazard ratio.
//!
//! # What it derives
//! Observed and expected events of each group, the log-rank chi-square with its test for trend over the order of the groups, and
//! the hazard ratio: of the second group to the first where there are two, of each group to the one before it where there are more.
//!
//! # Source
//! `mantel1966` (log-rank), `tarone1975` (trend), `cox1972` (partial likelihood), `efron1977` (ties), `venzon1988` (profile limits).
//!
//! # Formula
//! At each distinct time with `d` events among `n` at risk, of group `g` `d_g` among `n_g`: `E_g = d n_g / n`, variance
//! `V_gh = d (n - d) / (n - 1) · n_g (n 1{g=h} - n_h) / n²`. Over the groups with `E_g > 0`, without the last: `χ² = (O - E)ᵀ V⁻¹ (O - E)`.
//! Trend with scores `s = 0, 1, …`: `(s·(O - E))² / sᵀ V s` on one degree of freedom. Hazard ratio: `exp(b)`, `b` the maximum of
//! Efron's partial likelihood in the one covariate `s`. Limits: `exp(b ± z / √I(b))` (Wald), and where twice the log likelihood has
//! fallen by `z²` (profile).
//!
//! # Example
//! ```
//! use tercel::estimate::{Level, groups::{Grouped, Groups}, survival::Observation};
//! let subject = |group, time| Grouped { group, observation: Observation { time, event: true } };
//! let groups = Groups::new(&[subject(0, 1.0), subject(1, 2.0)], 2).unwrap();
//! // At 1: one event among two, one of each group: E = 1/2, V = 1/4; at 2 only group 1 is left.
//! assert!((groups.log_rank().unwrap().chi_square - 1.0).abs() < 1e-12);
//! ```
//!
//! # Limits
//! A description, not a decision: dose levels follow one another in time and are not randomised. Few subjects or events make the
//! chi-square approximation poor; [`Groups::caution`] says so. Where every event falls in the highest (or every one in the
//! lowest) of the groups still at risk, no hazard ratio maximises the likelihood: it has one profile limit only.

use thiserror::Error;

use super::survival::{Observation, SurvivalError, merge_equal_times};
use super::{Level, normal};

/// Fewer subjects in a group than this are named as few.
pub const FEW_SUBJECTS: usize = 10;

/// Fewer events in all than this are named as few.
pub const FEW_EVENTS: usize = 5;

/// Farther from 0 than this no log hazard ratio is looked for: exp(±30).
const FARTHEST: f64 = 30.0;

/// Why a sample cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum GroupsError {
    /// A time that is negative or not finite.
    #[error(transparent)]
    Time(#[from] SurvivalError),
    /// A group that does not exist.
    #[error("group {group} of {groups}: groups are counted from 0")]
    Group {
        /// The group asked for.
        group: usize,
        /// Number of groups.
        groups: usize,
    },
}

/// Follow-up of one subject with the group it belongs to, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grouped {
    /// The group.
    pub group: usize,
    /// Its follow-up.
    pub observation: Observation,
}

/// Subjects of several groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    subjects: Vec<usize>,
    /// The distinct times with an event.
    times: Vec<Time>,
}

/// One distinct time with an event: at risk and events of each group.
#[derive(Debug, Clone, PartialEq)]
struct Time {
    at_risk: Vec<f64>,
    events: Vec<f64>,
}

/// Observed and expected events of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupCount {
    /// Subjects.
    pub n: usize,
    /// Events.
    pub observed: f64,
    /// Events expected were the hazards equal.
    pub expected: f64,
}

/// A chi-square statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub df: usize,
    /// Probability of a larger one, were the hazards equal.
    pub p: f64,
}

/// A hazard ratio with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HazardRatio {
    /// The ratio; none where no value maximises the likelihood.
    pub value: Option<f64>,
    /// Standard error of its logarithm.
    pub log_se: Option<f64>,
    /// Wald limits.
    pub wald: Option<(f64, f64)>,
    /// Lower profile limit; none where the likelihood does not fall on this side.
    pub profile_lower: Option<f64>,
    /// Upper profile limit; none where the likelihood does not fall on this side.
    pub profile_upper: Option<f64>,
}

impl Groups {
    /// The subjects, in any order, of groups `0..groups`. Times that differ by rounding are one time.
    pub fn new(subjects: &[Grouped], groups: usize) -> Result<Self, GroupsError> {
        let mut counts = vec![0; groups];
        for one in subjects {
            let time = one.observation.time;
            if !(time >= 0.0 && time.is_finite()) {
                return Err(SurvivalError::Time(time).into());
            }
            let group = one.group;
            *counts.get_mut(group).ok_or(GroupsError::Group { group, groups })? += 1;
        }
        let mut sorted = subjects.to_vec();
        sorted.sort_by(|one, other| one.observation.time.total_cmp(&other.observation.time));
        let mut observations: Vec<Observation> = sorted.iter().map(|one| one.observation).collect();
        merge_equal_times(&mut observations);
        let members: Vec<(Observation, usize)> = observations
            .into_iter()
            .zip(sorted.iter().map(|one| one.group))
            .collect();
        Ok(Self {
            times: times(&members, &counts),
            subjects: counts,
        })
    }

    /// Observed and expected events of each group.
    pub fn counts(&self) -> Vec<GroupCount> {
        let of = |(group, n): (usize, &usize)| {
            let sum = |part: fn(&Time, usize) -> f64| self.times.iter().map(|time| part(time, group)).sum();
            GroupCount {
                n: *n,
                observed: sum(|time, group| at(&time.events, group)),
                expected: sum(|time, group| time.d() * at(&time.at_risk, group) / time.n()),
            }
        };
        self.subjects.iter().enumerate().map(of).collect()
    }

    /// The log-rank test over the groups that could have had an event; none with fewer than two of them, or where no event told
    /// them apart.
    pub fn log_rank(&self) -> Option<Test> {
        let counts = self.counts();
        let exposed: Vec<usize> = (0..counts.len())
            .filter(|group| counts.get(*group).is_some_and(|count| count.expected > 0.0))
            .collect();
        let (_, free) = exposed.split_last()?;
        let difference: Vec<f64> = free
            .iter()
            .filter_map(|group| counts.get(*group))
            .map(|count| count.observed - count.expected)
            .collect();
        let variance: Vec<Vec<f64>> = free
            .iter()
            .map(|one| free.iter().map(|other| self.covariance(*one, *other)).collect())
            .collect();
        let solved = solve(variance, difference.clone())?;
        let chi_square = difference.iter().zip(&solved).map(|(one, other)| one * other).sum();
        Test::of(chi_square, free.len())
    }

    /// The test for trend over groups in their order, scored 0, 1, 2, …; none where nothing varies.
    pub fn trend(&self) -> Option<Test> {
        let counts = self.counts();
        let scored = |score: usize| score as f64;
        let distance: f64 = counts
            .iter()
            .enumerate()
            .map(|(score, count)| scored(score) * (count.observed - count.expected))
            .sum();
        let mut variance = 0.0;
        for one in 0..counts.len() {
            for other in 0..counts.len() {
                variance += scored(one) * scored(other) * self.covariance(one, other);
            }
        }
        (variance > 1e-12).then(|| Test::of(distance * distance / variance, 1))?
    }

    /// The hazard ratio from each group to the next; none where no event told groups apart.
    pub fn hazard_ratio(&self, level: Level) -> Option<HazardRatio> {
        if self.at(0.0).information <= 1e-12 {
            return None;
        }
        let z = level.z();
        let rises = self.at(-FARTHEST).slope > 1e-9;
        let falls = self.at(FARTHEST).slope < -1e-9;
        if !(rises && falls) {
            // The likelihood levels off towards one side: its limit there is its supremum.
            let best = self.at(if rises { FARTHEST } else { -FARTHEST }).log;
            let fallen = |b: f64| 2.0 * (best - self.at(b).log) - z * z;
            let side = |from: f64, to: f64| bisect(&fallen, from, to).map(f64::exp);
            return Some(HazardRatio {
                value: None,
                log_se: None,
                wald: None,
                profile_lower: rises.then(|| side(FARTHEST, -FARTHEST)).flatten(),
                profile_upper: falls.then(|| side(-FARTHEST, FARTHEST)).flatten(),
            });
        }
        let b = bisect(&|b| -self.at(b).slope, -FARTHEST, FARTHEST)?;
        let best = self.at(b);
        let se = 1.0 / best.information.sqrt();
        let fallen = |at: f64| 2.0 * (best.log - self.at(at).log) - z * z;
        Some(HazardRatio {
            value: Some(b.exp()),
            log_se: Some(se),
            wald: Some(((b - z * se).exp(), (b + z * se).exp())),
            profile_lower: bisect(&fallen, b, -FARTHEST).map(f64::exp),
            profile_upper: bisect(&fallen, b, FARTHEST).map(f64::exp),
        })
    }

    /// What speaks against reading much into the comparison, with the groups in the words of `names`; none where numbers are not small.
    pub fn caution(&self, names: &[&str]) -> Option<String> {
        let small: Vec<String> = self
            .subjects
            .iter()
            .zip(names)
            .filter(|(n, _)| **n < FEW_SUBJECTS)
            .map(|(n, name)| format!("{name}: {n}"))
            .collect();
        // The sum of no numbers would be −0.
        let events = self.times.iter().map(Time::d).fold(0.0, |sum, d| sum + d);
        let mut reasons = Vec::new();
        if !small.is_empty() {
            reasons.push(format!("fewer than {FEW_SUBJECTS} subjects ({})", small.join(", ")));
        }
        if events < FEW_EVENTS as f64 {
            reasons.push(format!("fewer than {FEW_EVENTS} events ({events})"));
        }
        (!reasons.is_empty()).then(|| {
            let reasons = reasons.join(", ");
            format!("Small numbers, {reasons}: a description only; the p-value and the limits are rough.")
        })
    }

    /// Covariance of the events of two groups, summed over the times.
    fn covariance(&self, one: usize, other: usize) -> f64 {
        let at_time = |time: &Time| {
            let (n, d) = (time.n(), time.d());
            if n <= 1.0 {
                return 0.0;
            }
            let own = if one == other { n } else { 0.0 };
            d * (n - d) / (n - 1.0) * at(&time.at_risk, one) * (own - at(&time.at_risk, other)) / (n * n)
        };
        self.times.iter().map(at_time).sum()
    }

    /// Efron's log partial likelihood at the log hazard ratio `b` from group to group.
    fn at(&self, b: f64) -> Likelihood {
        let mut sum = Likelihood {
            log: 0.0,
            slope: 0.0,
            information: 0.0,
        };
        for time in &self.times {
            let d = time.d();
            let risk = moments(&time.at_risk, b);
            let tied = moments(&time.events, b);
            for (score, events) in time.events.iter().enumerate() {
                sum.log += b * score as f64 * events;
                sum.slope += score as f64 * events;
            }
            let mut before = 0.0;
            while before < d {
                let share = before / d;
                let [zero, first, second] = [0, 1, 2].map(|power| at(&risk, power) - share * at(&tied, power));
                let mean = first / zero;
                sum.log -= zero.ln();
                sum.slope -= mean;
                sum.information += second / zero - mean * mean;
                before += 1.0;
            }
        }
        sum
    }
}

/// Log partial likelihood, its slope, and minus its curvature.
#[derive(Debug, Clone, Copy)]
struct Likelihood {
    log: f64,
    slope: f64,
    information: f64,
}

impl Time {
    fn n(&self) -> f64 {
        self.at_risk.iter().sum()
    }

    fn d(&self) -> f64 {
        self.events.iter().sum()
    }
}

impl Test {
    fn of(chi_square: f64, df: usize) -> Option<Self> {
        let p = match df {
            0 => return None,
            1 => 2.0 * normal::cdf(-chi_square.max(0.0).sqrt()),
            _ if chi_square <= 0.0 => 1.0,
            _ => statrs::function::gamma::checked_gamma_ur(df as f64 / 2.0, chi_square / 2.0).ok()?,
        };
        Some(Self { chi_square, df, p })
    }
}

fn at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(0.0)
}

/// `Σ m s^k exp(b s)` over the groups for k = 0, 1, 2, of `m` members each.
fn moments(members: &[f64], b: f64) -> [f64; 3] {
    let mut moments = [0.0; 3];
    for (score, members) in members.iter().enumerate() {
        let score = score as f64;
        let weight = members * (b * score).exp();
        for (moment, power) in moments.iter_mut().zip([1.0, score, score * score]) {
            *moment += weight * power;
        }
    }
    moments
}

/// At risk and events at each distinct time with an event. Expects the members in order of time.
fn times(members: &[(Observation, usize)], subjects: &[usize]) -> Vec<Time> {
    let mut at_risk: Vec<f64> = subjects.iter().map(|n| *n as f64).collect();
    let mut times = Vec::new();
    for together in members.chunk_by(|(one, _), (other, _)| one.time >= other.time) {
        let mut events = vec![0.0; subjects.len()];
        let before = at_risk.clone();
        for (observation, group) in together {
            if let Some(left) = at_risk.get_mut(*group) {
                *left -= 1.0;
            }
            if let Some(count) = events.get_mut(*group).filter(|_| observation.event) {
                *count += 1.0;
            }
        }
        if events.iter().any(|count| *count > 0.0) {
            times.push(Time {
                at_risk: before,
                events,
            });
        }
    }
    times
}

/// Where a function that is below 0 at `from` and above it at `to` crosses 0; none where it does not get above.
fn bisect(height: &dyn Fn(f64) -> f64, from: f64, to: f64) -> Option<f64> {
    let (mut below, mut above) = (from, to);
    if height(above) <= 0.0 {
        return None;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(below, above);
        if height(middle) <= 0.0 {
            below = middle;
        } else {
            above = middle;
        }
    }
    Some(f64::midpoint(below, above))
}

/// The solution of a symmetric linear system by elimination; none where it has no single one.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for pivot in 0..size {
        let largest = (pivot..size).max_by(|one, other| {
            let at = |row: &usize| matrix.get(*row).map_or(0.0, |row| at(row, pivot).abs());
            at(one).total_cmp(&at(other))
        })?;
        matrix.swap(pivot, largest);
        right.swap(pivot, largest);
        let row = matrix.get(pivot)?.clone();
        let (head, value) = (at(&row, pivot), at(&right, pivot));
        if head.abs() < 1e-12 {
            return None;
        }
        for below in pivot + 1..size {
            let factor = matrix.get(below).map_or(0.0, |row| at(row, pivot)) / head;
            for (entry, above) in matrix.get_mut(below)?.iter_mut().zip(&row) {
                *entry -= factor * above;
            }
            *right.get_mut(below)? -= factor * value;
        }
    }
    for pivot in (0..size).rev() {
        let row = matrix.get(pivot)?;
        let known: f64 = (pivot + 1..size)
            .map(|column| at(row, column) * at(&right, column))
            .sum();
        let value = (at(&right, pivot) - known) / at(row, pivot);
        *right.get_mut(pivot)? = value;
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `5` is an event at 5, `-5` a censoring.
    fn groups(samples: &[&[f64]]) -> Groups {
        let subjects: Vec<Grouped> = samples
            .iter()
            .enumerate()
            .flat_map(|(group, times)| {
                times.iter().map(move |time| Grouped {
                    group,
                    observation: Observation {
                        time: time.abs(),
                        event: time.is_sign_positive(),
                    },
                })
            })
            .collect();
        Groups::new(&subjects, samples.len()).unwrap()
    }

    fn near(actual: f64, expected: f64) -> bool {
        (actual - expected).abs() < 1e-9
    }

    #[test]
    fn two_events_at_one_time_have_the_hypergeometric_variance() {
        // At 1: two events among four, two at risk in each group, one event in each: E = 1 and 1. V = 2·2/3·2·2/16 = 1/3. At 2 the two
        // that are left have their event together: nothing can vary (n − d = 0).
        let both = groups(&[&[1.0, 2.0], &[1.0, 2.0]]);
        assert!(near(both.covariance(0, 0), 1.0 / 3.0));
        assert!(near(both.covariance(0, 1), -1.0 / 3.0));
        let test = both.log_rank().unwrap();
        assert!(near(test.chi_square, 0.0) && near(test.p, 1.0));
        assert!(near(both.hazard_ratio(Level::NINETY_FIVE).unwrap().value.unwrap(), 1.0));
    }

    #[test]
    fn the_hazard_ratio_of_three_events_solves_its_equation() {
        // Events at 1 (group 1), 2 (group 0), 3 (group 1); r = e^b. L = r/(1+2r) · 1/(1+r) · 1: slope 1 − 2r/(1+2r) − r/(1+r) = 0
        // gives 1 + r = 2r² + r, so r = 1/√2.
        let sample = groups(&[&[2.0], &[1.0, 3.0]]);
        let found = sample.hazard_ratio(Level::NINETY_FIVE).unwrap();
        assert!(near(found.value.unwrap(), 0.5f64.sqrt()), "{found:?}");
    }

    #[test]
    fn events_in_one_group_only_leave_one_limit() {
        let later = groups(&[&[-5.0, -6.0], &[1.0, 2.0]]);
        let found = later.hazard_ratio(Level::NINETY_FIVE).unwrap();
        assert_eq!((found.value, found.wald, found.profile_upper), (None, None, None));
        // L(b) = r/(1+r) · r/(2+r) rises to 1: the limit solves −2 ln L = z².
        let r = found.profile_lower.unwrap();
        let z = Level::NINETY_FIVE.z();
        assert!(
            (-2.0 * (r / (1.0 + r) * r / (2.0 + r)).ln() - z * z).abs() < 1e-6,
            "{r}"
        );
        let earlier = groups(&[&[1.0, 2.0], &[-5.0, -6.0]]);
        let found = earlier.hazard_ratio(Level::NINETY_FIVE).unwrap();
        assert!(found.profile_lower.is_none() && found.profile_upper.is_some());
    }

    #[test]
    fn nothing_to_compare_gives_no_test() {
        for sample in [
            &[&[1.0, -2.0][..]][..],
            &[&[-1.0], &[-2.0]],
            &[&[], &[]],
            &[&[1.0], &[]],
        ] {
            let groups = groups(sample);
            assert_eq!(groups.log_rank(), None);
            assert_eq!(groups.hazard_ratio(Level::NINETY_FIVE), None);
        }
        // An empty group between two others takes no degree of freedom.
        assert_eq!(groups(&[&[1.0, 2.0], &[], &[3.0, 4.0]]).log_rank().unwrap().df, 1);
        let group = Grouped {
            group: 2,
            observation: Observation { time: 1.0, event: true },
        };
        assert!(Groups::new(&[group], 2).is_err());
    }

    #[test]
    fn small_numbers_are_named() {
        let few = groups(&[&[1.0, -2.0], &[3.0]]);
        let words = few.caution(&["DL1", "DL2"]).unwrap();
        assert!(
            words.contains("DL1: 2, DL2: 1") && words.contains("fewer than 5 events (2)"),
            "{words}"
        );
        let many: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(groups(&[&many, &many]).caution(&["a", "b"]), None);
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_subjects_and_the_unit_of_time_change_nothing(
            sample in proptest::collection::vec((0u32..9, proptest::bool::ANY, 0usize..3), 0..30),
        ) {
            let subject = |unit: f64| move |&(time, event, group): &(u32, bool, usize)| Grouped {
                group, observation: Observation { time: unit * f64::from(time), event },
            };
            let forward: Vec<Grouped> = sample.iter().map(subject(1.0)).collect();
            let backward: Vec<Grouped> = sample.iter().rev().map(subject(7.0)).collect();
            let (one, other) = (Groups::new(&forward, 3).unwrap(), Groups::new(&backward, 3).unwrap());
            proptest::prop_assert_eq!(&one, &other);
            let sum = |part: fn(&GroupCount) -> f64| one.counts().iter().map(part).sum::<f64>();
            proptest::prop_assert!((sum(|count| count.observed) - sum(|count| count.expected)).abs() < 1e-9);
            if let Some(test) = one.log_rank() {
                proptest::prop_assert!(test.chi_square > -1e-9 && (0.0..=1.0).contains(&test.p));
            }
            if let Some(ratio) = one.hazard_ratio(Level::NINETY_FIVE) && let Some(value) = ratio.value {
                proptest::prop_assert!(ratio.profile_lower.is_none_or(|lower| lower <= value));
                proptest::prop_assert!(ratio.profile_upper.is_none_or(|upper| upper >= value));
            }
        }
    }
}
