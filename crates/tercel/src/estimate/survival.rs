//! Kaplan-Meier estimate of a survival curve from right-censored times.
//!
//! # What it derives
//! The curve with pointwise limits, quantiles with limits, survival at a landmark, the restricted mean, the median
//! follow-up by reverse Kaplan-Meier, and the same sample with follow-up cut at a time.
//!
//! # Source
//! `kaplan1958`, eq. 2b (curve); `greenwood1926` (variance); `brookmeyer1982` (limits of a quantile);
//! `kalbfleisch2002`, section 1.4 (log and log-log limits); `schemper1996` (follow-up); `therneau2000`, section 2.2 (conventions).
//!
//! # Formula
//! At distinct times with `d` events among `n` at risk: `S(t) = Π (1 - d/n)`, `V(t) = Σ d / (n(n-d))`, `se = S √V`. Limits, with
//! `z` the normal quantile: plain `S ± z S √V`; log `S exp(±z √V)`; log-log `S^exp(±z √V / ln S)`; all cut to `[0, 1]`.
//! The `p` quantile is the first time with `S <= 1 - p`; where `S = 1 - p` over an interval it is the middle of the interval.
//! Its limits are the times at which the lower and the upper limit of `S` cross `1 - p`, by the same rule.
//! Restricted mean: `∫₀^τ S`, with variance `Σ (∫_t^τ S)² d / (n(n-d))`.
//!
//! # Example
//! ```
//! use tercel::estimate::{Level, survival::{ConfType, KaplanMeier, Observation}};
//! let deaths = [10.0, 20.0, 30.0, 40.0].map(|time| Observation { time, event: true });
//! let curve = KaplanMeier::new(&deaths).unwrap();
//! let median = curve.quantile(0.5, ConfType::LogLog, Level::NINETY_FIVE);
//! assert_eq!(median.estimate, Some(25.0));
//! ```
//!
//! # Limits
//! Events come before censorings at the same time. Past the last observation the curve is undefined when that is censored, and
//! 0 when it has fallen to 0. Once `S = 0` the limits do not exist. Before the first event `S = 1` and both limits are 1. An exact
//! `S = 1 - p` at the end of the curve takes the middle to the last observation. Times closer than 1.5e-8, or 1.5e-8 of
//! their mean, count as one time.

use thiserror::Error;

use super::Level;

/// Probabilities, and relative times, closer than this are equal: the square root of the double-precision epsilon.
const TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// Why a sample has no survival curve.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum SurvivalError {
    /// A time that is negative or not finite.
    #[error("the time {0} is not a number of at least 0")]
    Time(f64),
}

/// Follow-up of one subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Time from the origin to the event, or to the end of follow-up.
    pub time: f64,
    /// Whether the event was seen; otherwise the time is censored.
    pub event: bool,
}

/// Scale on which pointwise limits are symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfType {
    /// `ln(-ln S)`.
    LogLog,
    /// `ln S`.
    Log,
    /// `S`.
    Plain,
}

/// The curve at one distinct time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The time.
    pub time: f64,
    /// Subjects under observation just before it.
    pub n_risk: usize,
    /// Events at it.
    pub n_event: usize,
    /// Subjects censored at it.
    pub n_censor: usize,
    /// `S(time)`, just after the events.
    pub survival: f64,
    /// Greenwood standard error of `survival`; none once it is 0.
    pub se: Option<f64>,
    /// Lower limit; none once `survival` is 0.
    pub lower: Option<f64>,
    /// Upper limit; none once `survival` is 0.
    pub upper: Option<f64>,
}

/// A time to which a given fraction has had the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The time; none where the curve stays above.
    pub estimate: Option<f64>,
    /// Lower limit; none where the lower band stays above.
    pub lower: Option<f64>,
    /// Upper limit; none where the upper band stays above.
    pub upper: Option<f64>,
}

/// Survival at a given time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    /// The time asked for.
    pub time: f64,
    /// `S(time)`; none past the last observation when that is censored.
    pub estimate: Option<f64>,
    /// Greenwood standard error.
    pub se: Option<f64>,
    /// Lower limit.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
    /// Subjects with an event or censoring at this time or later.
    pub n_risk: usize,
}

/// Mean event-free time up to a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMean {
    /// Area under the curve up to the horizon.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

/// A Kaplan-Meier curve.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    /// In order of time.
    observations: Vec<Observation>,
    points: Vec<Point>,
}

/// The curve at one distinct time, before limits are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    time: f64,
    n_risk: usize,
    n_event: usize,
    n_censor: usize,
    survival: f64,
    /// Greenwood's sum `Σ d / (n(n-d))`; infinite once `survival` is 0.
    variance_sum: f64,
}

impl KaplanMeier {
    /// The curve of these observations, in any order; every time finite and at least 0.
    pub fn new(observations: &[Observation]) -> Result<Self, SurvivalError> {
        if let Some(wrong) = observations
            .iter()
            .find(|one| !(one.time >= 0.0 && one.time.is_finite()))
        {
            return Err(SurvivalError::Time(wrong.time));
        }
        let mut observations = observations.to_vec();
        observations.sort_by(|one, other| one.time.total_cmp(&other.time));
        merge_equal_times(&mut observations);
        let points = points(&observations);
        Ok(Self { observations, points })
    }

    /// Number of subjects.
    pub fn n(&self) -> usize {
        self.observations.len()
    }

    /// Number of events.
    pub fn events(&self) -> usize {
        self.observations.iter().filter(|one| one.event).count()
    }

    /// Time of the last observation; none without subjects.
    pub fn last_time(&self) -> Option<f64> {
        self.points.last().map(|point| point.time)
    }

    /// Whether the curve is known at `time`: up to the last observation, and beyond it once nobody is left event-free.
    pub fn is_defined_at(&self, time: f64) -> bool {
        self.points
            .last()
            .is_some_and(|last| time <= last.time + slack(time) || (last.survival <= 0.0 && time.is_finite()))
    }

    /// The curve at every distinct time, with pointwise limits.
    pub fn steps(&self, conf_type: ConfType, level: Level) -> Vec<Step> {
        let z = level.z();
        self.points
            .iter()
            .map(|point| {
                let band = point.limits(conf_type, z);
                Step {
                    time: point.time,
                    n_risk: point.n_risk,
                    n_event: point.n_event,
                    n_censor: point.n_censor,
                    survival: point.survival,
                    se: point.se(),
                    lower: band.map(|(lower, _)| lower),
                    upper: band.map(|(_, upper)| upper),
                }
            })
            .collect()
    }

    /// The time to which a fraction `p` (0 < `p` < 1) has had the event.
    pub fn quantile(&self, p: f64, conf_type: ConfType, level: Level) -> Quantile {
        let z = level.z();
        Quantile {
            estimate: self.crossing(p, |point| Some(point.survival)),
            lower: self.crossing(p, |point| point.limits(conf_type, z).map(|(lower, _)| lower)),
            upper: self.crossing(p, |point| point.limits(conf_type, z).map(|(_, upper)| upper)),
        }
    }

    /// Survival at `time`.
    pub fn landmark(&self, time: f64, conf_type: ConfType, level: Level) -> Landmark {
        let slack = slack(time);
        let n_risk = self.n() - self.observations.partition_point(|one| one.time < time - slack);
        if !self.is_defined_at(time) {
            return Landmark {
                time,
                estimate: None,
                se: None,
                lower: None,
                upper: None,
                n_risk,
            };
        }
        let passed = self.points.partition_point(|point| point.time <= time + slack);
        let start = Point::origin(self.n());
        let point = passed
            .checked_sub(1)
            .and_then(|last| self.points.get(last))
            .unwrap_or(&start);
        let band = point.limits(conf_type, level.z());
        Landmark {
            time,
            estimate: Some(point.survival),
            se: point.se(),
            lower: band.map(|(lower, _)| lower),
            upper: band.map(|(_, upper)| upper),
            n_risk,
        }
    }

    /// Mean event-free time up to `tau`; none where the curve is undefined at `tau`.
    pub fn restricted_mean(&self, tau: f64) -> Option<RestrictedMean> {
        if tau < 0.0 || !self.is_defined_at(tau) {
            return None;
        }
        let (mut area_after, mut variance, mut until) = (0.0, 0.0, tau);
        for point in self.points.iter().rev().filter(|point| point.time <= tau) {
            area_after += point.survival * (until - point.time);
            until = point.time;
            if point.n_event < point.n_risk {
                variance += area_after * area_after * point.variance_term();
            }
        }
        Some(RestrictedMean {
            value: area_after + until,
            se: variance.sqrt(),
        })
    }

    /// Median follow-up by reverse Kaplan-Meier: being censored is the event, and an event ends follow-up unseen.
    pub fn follow_up(&self, conf_type: ConfType, level: Level) -> Quantile {
        let mut observations = self.observations.clone();
        for one in &mut observations {
            one.event = !one.event;
        }
        let points = points(&observations);
        Self { observations, points }.quantile(0.5, conf_type, level)
    }

    /// The same subjects with follow-up ended at `tau`: whoever was observed longer is censored there.
    pub fn truncated_at(&self, tau: f64) -> Result<Self, SurvivalError> {
        let cut: Vec<Observation> = self
            .observations
            .iter()
            .map(|&one| {
                if one.time > tau {
                    Observation {
                        time: tau,
                        event: false,
                    }
                } else {
                    one
                }
            })
            .collect();
        if tau.is_nan() {
            Err(SurvivalError::Time(tau))
        } else {
            Self::new(&cut)
        }
    }

    /// Where a curve with values given by `height` falls to `1 - p`: the middle of the times at which it has fallen to it
    /// and below it, each within the tolerance.
    ///
    /// A band of limits need not be monotone (few at risk after many): the point nearest below `1 - p` counts, not the
    /// first, and the first of equal heights.
    fn crossing(&self, p: f64, height: impl Fn(&Point) -> Option<f64>) -> Option<f64> {
        let mut reached: Option<(f64, f64)> = None;
        let mut passed: Option<(f64, f64)> = None;
        let mut newest: Option<Option<f64>> = None;
        for point in &self.points {
            let fallen = height(point).map(|height| 1.0 - height);
            if newest == Some(fallen) {
                continue;
            }
            newest = Some(fallen);
            let Some(fallen) = fallen else { continue };
            let nearer = |best: Option<(f64, f64)>| best.is_none_or(|(_, nearest)| fallen < nearest);
            if fallen + TOLERANCE >= p && nearer(reached) {
                reached = Some((point.time, fallen));
            }
            if fallen - TOLERANCE >= p && nearer(passed) {
                passed = Some((point.time, fallen));
            }
        }
        let (from, _) = reached.filter(|_| p > 0.0 && p < 1.0)?;
        let ends_level = newest
            .flatten()
            .is_some_and(|fallen: f64| (p - fallen).abs() < TOLERANCE);
        let to = if ends_level { self.last_time()? } else { passed?.0 };
        Some(f64::midpoint(from, to))
    }
}

impl Point {
    /// Before anything has happened.
    const fn origin(n: usize) -> Self {
        Self {
            time: 0.0,
            n_risk: n,
            n_event: 0,
            n_censor: 0,
            survival: 1.0,
            variance_sum: 0.0,
        }
    }

    /// `d / (n(n-d))`.
    fn variance_term(&self) -> f64 {
        let (d, n) = (self.n_event as f64, self.n_risk as f64);
        d / (n * (n - d))
    }

    fn se(&self) -> Option<f64> {
        (self.survival > 0.0).then(|| self.survival * self.variance_sum.sqrt())
    }

    fn limits(&self, conf_type: ConfType, z: f64) -> Option<(f64, f64)> {
        if self.survival <= 0.0 {
            return None;
        }
        if self.survival >= 1.0 {
            return Some((1.0, 1.0));
        }
        let (s, width) = (self.survival, z * self.variance_sum.sqrt());
        let (lower, upper) = match conf_type {
            ConfType::Plain => (s - s * width, s + s * width),
            ConfType::Log => (s * (-width).exp(), s * width.exp()),
            ConfType::LogLog => {
                let width = width / s.ln();
                (s.powf((-width).exp()), s.powf(width.exp()))
            }
        };
        Some((lower.max(0.0), upper.min(1.0)))
    }
}

/// How far a time may lie from one asked for and still be the same.
fn slack(time: f64) -> f64 {
    TOLERANCE * time.abs().max(1.0)
}

/// Gives every run of nearly equal times its first time. Expects the observations in order of time.
pub(super) fn merge_equal_times(observations: &mut [Observation]) {
    let mut distinct: Vec<f64> = observations.iter().map(|one| one.time).collect();
    distinct.dedup();
    let mean = distinct.iter().sum::<f64>() / distinct.len() as f64;
    let gap = TOLERANCE.max(TOLERANCE * mean);
    let (mut kept, mut before) = (0.0, f64::NEG_INFINITY);
    for one in observations {
        if one.time - before > gap {
            kept = one.time;
        }
        before = one.time;
        one.time = kept;
    }
}

/// The curve at every distinct time. Expects the observations in order of time.
fn points(observations: &[Observation]) -> Vec<Point> {
    let mut current = Point::origin(observations.len());
    let mut left = observations.len();
    observations
        .chunk_by(|one, other| one.time >= other.time)
        .map(|together| {
            current.time = together.first().map_or(current.time, |one| one.time);
            current.n_risk = left;
            current.n_event = together.iter().filter(|one| one.event).count();
            current.n_censor = together.len() - current.n_event;
            left -= together.len();
            let (d, n) = (current.n_event as f64, current.n_risk as f64);
            current.survival *= (n - d) / n;
            if current.n_event > 0 {
                current.variance_sum += current.variance_term();
            }
            current
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: Level = Level::NINETY_FIVE;

    /// `5` is an event at 5, `-5` a censoring.
    fn curve(times: &[f64]) -> KaplanMeier {
        let observations: Vec<Observation> = times
            .iter()
            .map(|&time| Observation {
                time: time.abs(),
                event: time.is_sign_positive(),
            })
            .collect();
        KaplanMeier::new(&observations).unwrap()
    }

    fn near(actual: Option<f64>, expected: f64) -> bool {
        actual.is_some_and(|actual| (actual - expected).abs() < 1e-12)
    }

    #[test]
    fn events_come_before_censorings_at_a_tie() {
        // At 2: 1 event among 4, then one censored; at 3: 1 event among 2. S = 3/4, then 3/8.
        let steps = curve(&[-2.0, 2.0, 3.0, -4.0]).steps(ConfType::Plain, LEVEL);
        let counts: Vec<_> = steps
            .iter()
            .map(|step| (step.n_risk, step.n_event, step.n_censor))
            .collect();
        assert_eq!(counts, [(4, 1, 1), (2, 1, 0), (1, 0, 1)]);
        assert!(near(Some(steps[1].survival), 0.375));
        // Greenwood: 1/(4·3) + 1/(2·1) = 7/12.
        assert!(near(steps[1].se, 0.375 * (7.0f64 / 12.0).sqrt()));
    }

    #[test]
    fn a_level_stretch_at_the_median_gives_its_middle() {
        assert!(near(
            curve(&[10.0, 20.0, 30.0, 40.0])
                .quantile(0.5, ConfType::LogLog, LEVEL)
                .estimate,
            25.0
        ));
        // Nothing happens after 20 but the last censoring at 50: the middle of 20 and 50.
        assert!(near(
            curve(&[10.0, 20.0, -30.0, -50.0])
                .quantile(0.5, ConfType::LogLog, LEVEL)
                .estimate,
            35.0
        ));
        assert_eq!(
            curve(&[10.0, -20.0, -30.0, -50.0])
                .quantile(0.5, ConfType::LogLog, LEVEL)
                .estimate,
            None
        );
    }

    #[test]
    fn rounding_does_not_hide_a_level_stretch() {
        // (2/3)(3/4) … products of tenths come out as 0.5 ± 1e-16; the stretch is found all the same.
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert!(near(curve(&ten).quantile(0.5, ConfType::Log, LEVEL).estimate, 5.5));
        assert!(near(curve(&ten).quantile(0.3, ConfType::Log, LEVEL).estimate, 3.5));
    }

    #[test]
    fn past_a_censored_last_observation_nothing_is_known() {
        let censored_last = curve(&[10.0, -20.0]);
        let past = censored_last.landmark(20.5, ConfType::LogLog, LEVEL);
        assert_eq!(
            (past.estimate, past.lower, past.upper, past.n_risk),
            (None, None, None, 0)
        );
        assert_eq!(censored_last.restricted_mean(20.5), None);
        assert!(near(
            censored_last.landmark(20.0, ConfType::LogLog, LEVEL).estimate,
            0.5
        ));
        let event_last = curve(&[-10.0, 20.0]);
        let past = event_last.landmark(99.0, ConfType::LogLog, LEVEL);
        assert_eq!(
            (past.estimate, past.se, past.lower, past.upper),
            (Some(0.0), None, None, None)
        );
        assert!(near(event_last.restricted_mean(99.0).map(|mean| mean.value), 20.0));
    }

    #[test]
    fn the_restricted_mean_is_the_area_under_the_curve() {
        // S = 1 to 2, 2/3 to 4, 1/3 to 5: 2 + 4/3 + 1/3.
        let curve = curve(&[2.0, 4.0, -6.0]);
        let mean = curve.restricted_mean(5.0).unwrap();
        assert!(near(Some(mean.value), 11.0 / 3.0));
        // Areas after the events: 5/3 and 1/3; terms 1/(3·2) and 1/(2·1).
        assert!(near(Some(mean.se), (25.0f64 / 54.0 + 1.0 / 18.0).sqrt()));
        assert!(near(curve.restricted_mean(1.0).map(|mean| mean.value), 1.0));
        assert!(near(curve.restricted_mean(0.0).map(|mean| mean.value), 0.0));
        assert_eq!(curve.restricted_mean(-1.0), None);
    }

    #[test]
    fn cutting_follow_up_censors_what_came_later() {
        let cut = curve(&[2.0, 4.0, -6.0, 9.0]).truncated_at(4.0).unwrap();
        assert_eq!((cut.n(), cut.events()), (4, 2));
        let counts: Vec<_> = cut
            .steps(ConfType::Log, LEVEL)
            .iter()
            .map(|step| (step.n_risk, step.n_event, step.n_censor))
            .collect();
        assert_eq!(counts, [(4, 1, 0), (3, 1, 2)]);
        assert!(curve(&[2.0]).truncated_at(f64::NAN).is_err());
        assert!(curve(&[2.0]).truncated_at(-1.0).is_err());
        assert_eq!(curve(&[2.0]).truncated_at(f64::INFINITY).unwrap(), curve(&[2.0]));
    }

    #[test]
    fn no_subject_gives_no_estimate() {
        let nobody = curve(&[]);
        assert_eq!((nobody.n(), nobody.events(), nobody.last_time()), (0, 0, None));
        assert!(nobody.steps(ConfType::LogLog, LEVEL).is_empty());
        assert_eq!(nobody.quantile(0.5, ConfType::LogLog, LEVEL).estimate, None);
        assert_eq!(nobody.landmark(0.0, ConfType::LogLog, LEVEL).estimate, None);
        assert_eq!(nobody.restricted_mean(0.0), None);
        assert_eq!(nobody.follow_up(ConfType::LogLog, LEVEL).estimate, None);
        assert_eq!(nobody.truncated_at(3.0).unwrap(), nobody);
    }

    #[test]
    fn impossible_times_are_refused() {
        for time in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(KaplanMeier::new(&[Observation { time, event: true }]).is_err());
        }
        for p in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(curve(&[1.0, 2.0]).quantile(p, ConfType::Plain, LEVEL).estimate, None);
        }
    }

    #[test]
    fn times_that_differ_by_rounding_are_one_time() {
        let curve = curve(&[0.1 + 0.2, 0.3, -0.3]);
        let steps = curve.steps(ConfType::Plain, LEVEL);
        assert_eq!(steps.len(), 1);
        assert_eq!((steps[0].n_risk, steps[0].n_event, steps[0].n_censor), (3, 2, 1));
        for time in [0.3, 0.1 + 0.2] {
            let landmark = curve.landmark(time, ConfType::Plain, LEVEL);
            assert!(near(landmark.estimate, 1.0 / 3.0));
            assert_eq!(landmark.n_risk, 3);
        }
    }

    #[test]
    fn the_unit_of_time_changes_times_only() {
        let (days, weeks) = (
            curve(&[7.0, 14.0, -21.0, 28.0, -35.0]),
            curve(&[1.0, 2.0, -3.0, 4.0, -5.0]),
        );
        for p in [0.25, 0.5, 0.75] {
            let (day, week) = (
                days.quantile(p, ConfType::Log, LEVEL),
                weeks.quantile(p, ConfType::Log, LEVEL),
            );
            assert_eq!(day.estimate, week.estimate.map(|time| time * 7.0));
            assert_eq!(day.lower, week.lower.map(|time| time * 7.0));
        }
    }

    proptest::proptest! {
        #[test]
        fn limits_enclose_the_curve_whatever_the_order_of_subjects(
            sample in proptest::collection::vec((0u32..40, proptest::bool::ANY), 0..30),
            level in 0.01f64..0.999,
            p in 0.01f64..0.99,
        ) {
            let observations: Vec<Observation> = sample
                .iter()
                .map(|&(time, event)| Observation { time: f64::from(time), event })
                .collect();
            let mut reversed = observations.clone();
            reversed.reverse();
            let curve = KaplanMeier::new(&observations).unwrap();
            let level = Level::new(level).unwrap();
            let mut at_risk = curve.n();
            for conf_type in [ConfType::LogLog, ConfType::Log, ConfType::Plain] {
                for step in curve.steps(conf_type, level) {
                    proptest::prop_assert!((0.0..=1.0).contains(&step.survival));
                    proptest::prop_assert_eq!(step.lower.is_some(), step.survival > 0.0);
                    proptest::prop_assert!(step.lower.is_none_or(|lower| 0.0 <= lower && lower <= step.survival + 1e-12));
                    proptest::prop_assert!(step.upper.is_none_or(|upper| step.survival <= upper + 1e-12 && upper <= 1.0));
                    proptest::prop_assert!(step.n_risk >= step.n_event + step.n_censor);
                    at_risk = at_risk.min(step.n_risk - step.n_event - step.n_censor);
                }
                let quantile = curve.quantile(p, conf_type, level);
                let other = KaplanMeier::new(&reversed).unwrap().quantile(p, conf_type, level);
                proptest::prop_assert_eq!(quantile, other);
                curve.landmark(p * 40.0, conf_type, level);
                curve.follow_up(conf_type, level);
            }
            proptest::prop_assert_eq!(at_risk, 0);
            proptest::prop_assert!(curve.restricted_mean(p * 40.0).is_none_or(|mean| mean.value <= p * 40.0 + 1e-9));
        }
    }
}
