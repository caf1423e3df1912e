//! The Bayesian logistic regression model with overdose control against quadrature and sampling made elsewhere
//! (`tests/data/README.md`).

use serde_json::Value;
use tercel::design::{
    Action, BLRM_QUANTILES, Because, Blrm, BlrmOptions, Count, Decision, Design, InvalidDesign, Plan, Stage,
};
use tercel::exact::{Curve, Limit, compile};
use tercel::protocol::{DoseLevel, PerLevel};

use super::fixture::{counts, fixture, integer, integers, number, numbers};

/// What the interval probabilities of the fixture are held to, its own error taken off (`interpolated`).
const INTERVAL: f64 = 3e-7;

fn options(case: &Value) -> BlrmOptions {
    let pair = |key: &str| <[f64; 2]>::try_from(numbers(case, key)).unwrap();
    BlrmOptions {
        doses: PerLevel::new(numbers(case, "doses")),
        ref_dose: number(case, "ref_dose"),
        prior_mean: pair("prior_mean"),
        prior_sd: pair("prior_sd"),
        prior_cor: number(case, "prior_cor"),
        cuts: numbers(case, "cuts"),
        overdose_limit: number(case, "overdose_limit"),
    }
}

fn close(mine: f64, theirs: f64, tolerance: f64, what: &str) {
    assert!((mine - theirs).abs() < tolerance, "{what}: {mine} against {theirs}");
}

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// Interval probabilities as the fixture has them, level by level.
///
/// It follows the distribution of log α on nodes 1/160 of the prior standard deviation apart and goes straight from node to
/// node, which on average over log β adds h²/12 times the second derivative of the probability below a cut: up to 2.5e-5, of
/// one constant over all cuts, levels and cases. An exact rule up to the cut agrees with what is found here to 1e-8 (below).
fn interpolated(case: &Value) -> Vec<Vec<f64>> {
    let plain = options(case);
    let apart = 0.1;
    let around = |cut: &f64| {
        let logit = (cut / (1.0 - cut)).ln();
        [-apart, 0.0, apart].map(|by| 1.0 / (1.0 + (-logit - by).exp()))
    };
    let factor = (plain.prior_sd[0] / 160.0).powi(2) / 12.0 / (apart * apart);
    let blrm = Blrm::new(BlrmOptions {
        cuts: plain.cuts.iter().flat_map(around).collect(),
        ..plain
    });
    let fit = blrm.unwrap().fit(&counts(&integers(case, "n"), &integers(case, "y")));
    let intervals = |level: &[f64]| {
        let below = |cut: usize| level[..=cut].iter().sum::<f64>();
        let middles = (1..level.len()).step_by(3);
        let smoothed = middles.map(|at| below(at) + factor * (below(at - 1) - 2.0 * below(at) + below(at + 1)));
        let ends: Vec<f64> = std::iter::once(0.0).chain(smoothed).chain([1.0]).collect();
        ends.windows(2).map(|pair| pair[1] - pair[0]).collect()
    };
    let levels = fit.levels.values().iter();
    levels.map(|level| intervals(&level.interval_probabilities)).collect()
}

#[test]
fn the_posterior_is_that_of_an_independent_quadrature() {
    for case in fixture("blrm_ewoc")["cases"].as_array().unwrap() {
        let blrm = Blrm::new(options(case)).unwrap();
        let fit = blrm.fit(&counts(&integers(case, "n"), &integers(case, "y")));
        let expected = case["exact"].as_array().unwrap();
        assert_eq!(fit.levels.len(), expected.len());
        for (mine, theirs) in fit.levels.values().iter().zip(expected) {
            close(mine.mean, number(theirs, "mean"), 1e-7, "mean");
            close(mine.sd, number(theirs, "sd"), 1e-7, "standard deviation");
            for (probability, mine) in BLRM_QUANTILES.iter().zip(mine.quantiles) {
                let theirs = number(&theirs["quantiles"], &probability.to_string());
                close(mine, theirs, 1e-4, "quantile");
            }
        }
        for (mine, theirs) in interpolated(case).iter().zip(expected) {
            let probabilities = numbers(theirs, "interval_probs");
            assert_eq!(mine.len(), probabilities.len());
            for (mine, theirs) in mine.iter().zip(probabilities) {
                close(*mine, theirs, INTERVAL, "interval");
            }
        }
        let theta = numbers(case, "exact_theta_mean");
        close(fit.log_alpha.mean, theta[0], 1e-7, "log alpha");
        close(fit.log_beta.mean, theta[1], 1e-7, "log beta");
    }
}

#[test]
fn the_level_recommended_is_the_admissible_one_most_likely_on_target() {
    for case in fixture("blrm_ewoc")["cases"].as_array().unwrap() {
        let blrm = Blrm::new(options(case)).unwrap();
        let counts = counts(&integers(case, "n"), &integers(case, "y"));
        let fit = blrm.fit(&counts);
        for (mine, theirs) in interpolated(case).iter().zip(numbers(case, "p_overdose")) {
            close(mine[2..].iter().sum(), theirs, INTERVAL, "overdose");
        }
        let admissible = fit.levels.iter().filter(|(_, fit)| fit.admissible);
        let admissible: Vec<u32> = admissible.map(|(level, _)| u32::from(level.number())).collect();
        assert_eq!(admissible, integers(case, "ewoc_admissible"), "{case}");
        let recommended = Some(integer(case, "next_max_target")).filter(|level| *level > 0);
        assert_eq!(fit.recommended.map(|level| u32::from(level.number())), recommended);
        let decision = blrm.decide(&Stage {
            counts: &counts,
            current: level(1),
            latest: counts.at(level(1)),
        });
        assert_eq!(decision.action.level(), fit.recommended);
    }
}

#[test]
fn a_sampler_agrees_within_its_error() {
    let cases = fixture("blrm_ewoc");
    for sampled in fixture("blrm_crmpack_check")["cases"].as_array().unwrap() {
        let case = &cases["cases"][integer(sampled, "id") as usize];
        let blrm = Blrm::new(options(case)).unwrap();
        let fit = blrm.fit(&counts(&integers(case, "n"), &integers(case, "y")));
        let theirs = numbers(sampled, "mean").into_iter().zip(numbers(sampled, "p_overdose"));
        for (mine, (mean, overdose)) in fit.levels.values().iter().zip(theirs) {
            close(mine.mean, mean, 0.02, "mean");
            close(mine.overdose_probability, overdose, 0.02, "overdose");
        }
    }
}

/// Nodes and weights of Gauss and Legendre on (-1, 1).
fn legendre(points: u32) -> Vec<(f64, f64)> {
    let n = f64::from(points);
    let node = |i: u32| {
        let mut x = (std::f64::consts::PI * (f64::from(i) + 0.75) / (n + 0.5)).cos();
        let mut derivative = 1.0;
        for _ in 0..20 {
            let (mut before, mut value) = (1.0, x);
            for k in (2..=points).map(f64::from) {
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            }
            derivative = n * (x * value - before) / (x * x - 1.0);
            x -= value / derivative;
        }
        (x, 2.0 / ((1.0 - x * x) * derivative * derivative))
    };
    (0..points).map(node).collect()
}

/// Posterior mass with a DLT probability at `dose` below `cut`, not normalised: for each log β the Gauss-Legendre rule on
/// pieces of the range of log α that ends at the cut.
fn mass_below(options: &BlrmOptions, counts: &PerLevel<Count>, dose: f64, cut: f64) -> f64 {
    let ([mean_a, mean_b], [sd_a, sd_b]) = (options.prior_mean, options.prior_sd);
    let rule = legendre(16);
    let logit = (cut / (1.0 - cut)).ln();
    let mut sum = 0.0;
    for row in -400_i32..400 {
        let z = f64::from(row) / 50.0;
        let slope = (mean_b + sd_b * z).exp();
        let prior_mean = mean_a + options.prior_cor * sd_a * z;
        let prior_sd = sd_a * (1.0 - options.prior_cor * options.prior_cor).sqrt();
        let (low, high) = (prior_mean - 8.0 * prior_sd, prior_mean + 8.0 * prior_sd);
        let high = (logit - slope * (dose / options.ref_dose).ln()).clamp(low, high);
        let half = (high - low) / 24.0;
        for piece in 0..12 {
            let middle = low + half * f64::from(2 * piece + 1);
            for &(node, weight) in &rule {
                let a = middle + half * node;
                let mut log = -0.5 * z * z - 0.5 * ((a - prior_mean) / prior_sd).powi(2);
                for (dose, count) in options.doses.values().iter().zip(counts.values()) {
                    let logit = a + slope * (dose / options.ref_dose).ln();
                    let softplus = logit.max(0.0) + (-logit.abs()).exp().ln_1p();
                    log += f64::from(count.dlt) * logit - f64::from(count.evaluable) * softplus;
                }
                sum += weight * half * log.exp();
            }
        }
    }
    sum
}

#[test]
fn interval_probabilities_are_those_of_an_exact_rule_up_to_the_cut() {
    let cases = fixture("blrm_ewoc");
    let first = options(&cases["cases"][0]);
    let correlated = BlrmOptions {
        prior_mean: [-1.0, 0.3],
        prior_sd: [1.5, 0.8],
        prior_cor: -0.5,
        ..first.clone()
    };
    let data: [(BlrmOptions, [u32; 5], [u32; 5]); 3] = [
        (first, [3, 9, 3, 0, 0], [1, 2, 1, 0, 0]),
        (options(&cases["cases"][3]), [3, 9, 9, 0, 0], [1, 4, 1, 0, 0]),
        (correlated, [3, 3, 6, 0, 0], [0, 1, 4, 0, 0]),
    ];
    for (options, n, y) in data {
        let counts = counts(&n, &y);
        let blrm = Blrm::new(options.clone()).unwrap();
        let fit = blrm.fit(&counts);
        let lean = blrm.target_and_overdose(&counts);
        let whole = mass_below(&options, &counts, options.ref_dose, 1.0);
        for (number, dose) in [(2, 100e6), (3, 250e6)] {
            let [first, second] =
                [options.cuts[0], options.cuts[1]].map(|cut| mass_below(&options, &counts, dose, cut) / whole);
            let mine = fit.levels.get(level(number)).unwrap();
            close(mine.interval_probabilities[0], first, 1e-8, "underdosing");
            close(mine.interval_probabilities[1], second - first, 1e-8, "target");
            close(mine.overdose_probability, 1.0 - second, 1e-8, "overdose");
            let (target, overdose) = *lean.get(level(number)).unwrap();
            close(target, second - first, 1e-6, "target for the decision");
            close(overdose, 1.0 - second, 1e-6, "overdose for the decision");
        }
        for fit in fit.levels.values() {
            close(fit.interval_probabilities.iter().sum::<f64>(), 1.0, 1e-12, "sum");
        }
    }
}

fn three_doses() -> BlrmOptions {
    options(&fixture("blrm_ewoc")["cases"][1])
}

fn decide(blrm: &Blrm, n: &[u32], y: &[u32], current: u8) -> Decision {
    let counts = counts(n, y);
    let plan = Plan {
        no_skipping: true,
        ..Plan::new(blrm, 3, 3, Some(30))
    };
    plan.next(&Stage {
        counts: &counts,
        current: level(current),
        latest: Count::complete(3, 0),
    })
}

#[test]
fn no_admissible_level_stops_the_trial_and_a_level_is_not_skipped() {
    let blrm = Blrm::new(three_doses()).unwrap();
    let stopped = decide(&blrm, &[3, 0, 0], &[3, 0, 0], 1);
    assert_eq!(stopped.action, Action::Stop(None));
    assert!(matches!(stopped.because, Because::NoneAdmissible { .. }));
    assert!(
        stopped.because.to_string().contains("not below 0.25"),
        "{}",
        stopped.because
    );
    let hopeful = Blrm::new(BlrmOptions {
        prior_mean: [-2.5, 0.0],
        prior_sd: [0.5, 0.5],
        ..three_doses()
    });
    let climbing = decide(&hopeful.unwrap(), &[3, 0, 0], &[0, 0, 0], 1);
    assert_eq!(climbing.action, Action::Escalate(level(2)));
    let sentence = climbing.because.to_string();
    assert!(
        sentence.contains("level 3 is the most likely on target") && sentence.contains("no level is skipped"),
        "{sentence}"
    );
    let back = decide(&blrm, &[3, 3, 0], &[0, 2, 0], 2);
    assert_eq!(back.action, Action::DeEscalate(level(1)));
}

#[test]
fn a_level_without_subjects_is_not_selected() {
    let blrm = Blrm::new(three_doses()).unwrap();
    let counts = counts(&[3, 12, 0], &[0, 0, 0]);
    assert_eq!(blrm.fit(&counts).recommended, Some(level(3)));
    assert_eq!(blrm.select(&counts), Some(level(2)));
    // Where the chances on target are all but nil, the levels are told apart on the fine grid.
    let safe = self::counts(&[3, 3, 60], &[0, 0, 0]);
    assert_eq!(blrm.select(&safe), blrm.fit(&safe).recommended);
}

#[test]
fn exact_characteristics_sum_to_one() {
    let blrm = Blrm::new(three_doses()).unwrap();
    let plan = Plan {
        no_skipping: true,
        ..Plan::new(&blrm, 3, 3, Some(12))
    };
    let compiled = compile(&plan, Limit { bytes: 1 << 28 }, &mut |_, _| true).unwrap();
    let found = compiled.evaluate(&Curve::new(vec![0.1, 0.25, 0.5]).unwrap()).unwrap();
    close(
        found.select_none + found.select.values().iter().sum::<f64>(),
        1.0,
        1e-12,
        "selection",
    );
    close(
        found.n_distribution.iter().map(|(_, p)| p).sum(),
        1.0,
        1e-12,
        "subjects",
    );
}

#[test]
fn what_makes_no_model_is_refused() {
    let with = |change: fn(&mut BlrmOptions)| {
        let mut options = three_doses();
        change(&mut options);
        Blrm::new(options).unwrap_err()
    };
    let doses = with(|options| options.doses = PerLevel::new(vec![1.0, 1.0]));
    assert_eq!(doses, InvalidDesign::DoseOrder(1.0));
    assert_eq!(
        with(|options| options.ref_dose = 0.0),
        InvalidDesign::ReferenceDose(0.0)
    );
    let prior = InvalidDesign::Prior { mean: 0.381, sd: 0.0 };
    assert_eq!(with(|options| options.prior_sd[1] = 0.0), prior);
    assert_eq!(with(|options| options.prior_cor = 1.0), InvalidDesign::Correlation(1.0));
    assert_eq!(with(|options| options.cuts = vec![0.3]), InvalidDesign::FewCuts(1));
    assert_eq!(with(|options| options.cuts = vec![0.3, 0.2]), InvalidDesign::Cut(0.2));
    assert_eq!(
        with(|options| options.overdose_limit = 1.0),
        InvalidDesign::OverdoseLimit(1.0)
    );
}

/// A wide prior with a correlation, and no DLT: the slope may be nearly 0, far from where the density is highest.
#[test]
fn the_tail_of_a_wide_prior_is_not_cut_off() {
    let blrm = Blrm::new(BlrmOptions {
        doses: PerLevel::new(vec![50.0, 100.0, 250.0, 500.0, 800.0]),
        ref_dose: 500.0,
        prior_mean: [-1.0, 0.0],
        prior_sd: [3.0, 3.0],
        prior_cor: 0.8,
        cuts: vec![0.16, 0.33],
        overdose_limit: 0.25,
    })
    .unwrap();
    let counts = PerLevel::new([2, 12, 10, 0, 0].map(|n| Count::complete(n, 0)).to_vec());
    let fine = blrm.fit(&counts);
    let lean = blrm.target_and_overdose(&counts);
    let top = DoseLevel::new(5).unwrap();
    let (fine, lean) = (
        fine.levels.get(top).unwrap().overdose_probability,
        lean.get(top).unwrap().1,
    );
    assert!((fine - lean).abs() < 5e-6, "{fine} against {lean}");
}
