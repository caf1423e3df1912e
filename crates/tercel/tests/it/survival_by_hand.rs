//! Kaplan-Meier curves of the smallest samples, worked by hand.

use tercel::estimate::{
    Level,
    survival::{ConfType, KaplanMeier, Observation},
};

const LEVEL: Level = Level::NINETY_FIVE;

/// `5` is an event at 5, `-5` a censoring; `0` an event on the day of infusion.
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

#[track_caller]
fn near(actual: Option<f64>, expected: f64) {
    let actual = actual.unwrap();
    assert!((actual - expected).abs() < 1e-12, "{actual}, expected {expected}");
}

/// Ties of events, of events with censorings, of censorings; an event alone with a censoring, an event alone at the end.
const TIES: [f64; 10] = [1.0, 1.0, 2.0, 2.0, -2.0, -3.0, -3.0, 4.0, -4.0, 5.0];

#[test]
fn every_kind_of_tie() {
    // At risk 10, 8, 5, 3, 1; events 2, 2, 0, 1, 1. S = 8/10; · 6/8 = 6/10; the same; · 2/3 = 4/10; 0.
    // Greenwood: 2/(10·8) = 1/40; + 2/(8·6) = 1/15; the same; + 1/(3·2) = 7/30; infinite.
    let steps = curve(&TIES).steps(ConfType::Plain, LEVEL);
    let at_risk: Vec<usize> = steps.iter().map(|step| step.n_risk).collect();
    assert_eq!(at_risk, [10, 8, 5, 3, 1]);
    let expected = [
        (0.8, 1.0 / 40.0),
        (0.6, 1.0 / 15.0),
        (0.6, 1.0 / 15.0),
        (0.4, 7.0 / 30.0),
    ];
    for (step, (survival, sum)) in steps.iter().zip(expected) {
        near(Some(step.survival), survival);
        near(step.se, survival * f64::sqrt(sum));
        near(step.lower, (survival - LEVEL.z() * survival * sum.sqrt()).max(0.0));
        near(step.upper, (survival + LEVEL.z() * survival * sum.sqrt()).min(1.0));
    }
    let last = steps.last().unwrap();
    assert_eq!(
        (last.survival, last.se, last.lower, last.upper),
        (0.0, None, None, None)
    );
    // At 2, V = 1/15: log limits 0.6 exp(±z √V), log-log limits 0.6^exp(±z √V / ln 0.6).
    let width = LEVEL.z() / 15.0_f64.sqrt();
    let log = curve(&TIES).landmark(2.0, ConfType::Log, LEVEL);
    near(log.lower, 0.6 * (-width).exp());
    near(log.upper, 0.6 * width.exp());
    let double = curve(&TIES).landmark(2.0, ConfType::LogLog, LEVEL);
    near(double.lower, 0.6_f64.powf((-width / 0.6_f64.ln()).exp()));
    near(double.upper, 0.6_f64.powf((width / 0.6_f64.ln()).exp()));
    // S is at or below 3/4, 1/2, 1/4 first at 2, 4, 5. The plain lower limit is 0.552 at 1 and 0.296 at 2, so the lower limit
    // of the median is 2; the upper one is 0.779 at 4 and not defined at 5, so there is none.
    for (p, time) in [(0.25, 2.0), (0.5, 4.0), (0.75, 5.0)] {
        near(curve(&TIES).quantile(p, ConfType::Plain, LEVEL).estimate, time);
    }
    let median = curve(&TIES).quantile(0.5, ConfType::Plain, LEVEL);
    assert_eq!((median.lower, median.upper), (Some(2.0), None));
    // To 5: 1 + 0.8 + 0.6 + 0.6 + 0.4. Areas after the events at 1, 2, 4: 2.4, 1.6, 0.4.
    let mean = curve(&TIES).restricted_mean(5.0).unwrap();
    near(Some(mean.value), 3.4);
    near(
        Some(mean.se),
        (2.4_f64.powi(2) / 40.0 + 1.6_f64.powi(2) / 24.0 + 0.4_f64.powi(2) / 6.0).sqrt(),
    );
    // Reversed, the censorings are the events: at 2 one of 8, at 3 two of 5, at 4 one of 3: 7/8, 21/40, 14/40.
    near(curve(&TIES).follow_up(ConfType::Plain, LEVEL).estimate, 4.0);
}

#[test]
fn one_half_exactly() {
    // S = 1/2 from 20 to the event at 30: 25. Without a later event, to the last censoring at 50: 35.
    near(
        curve(&[10.0, 20.0, 30.0, 40.0])
            .quantile(0.5, ConfType::Log, LEVEL)
            .estimate,
        25.0,
    );
    near(
        curve(&[10.0, 20.0, -30.0, -50.0])
            .quantile(0.5, ConfType::Log, LEVEL)
            .estimate,
        35.0,
    );
}

#[test]
fn one_event_only() {
    // One of the four left at 5: S = 3/4 to the end. The quarter is reached from 5 to 11: 8; the half never.
    let one = curve(&[-3.0, 5.0, -7.0, -9.0, -11.0]);
    near(one.quantile(0.25, ConfType::LogLog, LEVEL).estimate, 8.0);
    assert_eq!(one.quantile(0.5, ConfType::LogLog, LEVEL).estimate, None);
    near(one.landmark(4.9, ConfType::LogLog, LEVEL).lower, 1.0);
    near(one.landmark(11.0, ConfType::LogLog, LEVEL).estimate, 0.75);
    assert_eq!(one.landmark(11.1, ConfType::LogLog, LEVEL).estimate, None);
    // To 11: 5 + 6 · 3/4; the area after the event is 9/2, its term 1/(4·3).
    let mean = one.restricted_mean(11.0).unwrap();
    near(Some(mean.value), 9.5);
    near(Some(mean.se), 4.5 / 12.0_f64.sqrt());
}

#[test]
fn all_censored() {
    let none = curve(&[-2.0, -4.0, -6.0]);
    for conf_type in [ConfType::LogLog, ConfType::Log, ConfType::Plain] {
        let found = none.landmark(6.0, conf_type, LEVEL);
        assert_eq!(
            (found.estimate, found.se, found.lower, found.upper),
            (Some(1.0), Some(0.0), Some(1.0), Some(1.0))
        );
        let median = none.quantile(0.5, conf_type, LEVEL);
        assert_eq!((median.estimate, median.lower, median.upper), (None, None, None));
    }
    let mean = none.restricted_mean(6.0).unwrap();
    assert_eq!((mean.value, mean.se), (6.0, 0.0));
    // All are followed, one to 2, one to 4, one to 6: 2/3, 1/3, 0.
    near(none.follow_up(ConfType::LogLog, LEVEL).estimate, 4.0);
}

#[test]
fn death_on_the_day_of_infusion() {
    // One of four at 0: S(0) = 3/4, then one of two at 6: 3/8. To 9: 6 · 3/4 + 3 · 3/8.
    let early = curve(&[0.0, -3.0, 6.0, -9.0]);
    near(early.landmark(0.0, ConfType::LogLog, LEVEL).estimate, 0.75);
    near(early.restricted_mean(9.0).map(|mean| mean.value), 5.625);
    near(early.quantile(0.5, ConfType::LogLog, LEVEL).estimate, 6.0);
    let alone = curve(&[0.0]);
    near(alone.landmark(0.0, ConfType::LogLog, LEVEL).estimate, 0.0);
    near(alone.quantile(0.5, ConfType::LogLog, LEVEL).estimate, 0.0);
    near(alone.restricted_mean(3.0).map(|mean| mean.value), 0.0);
}
