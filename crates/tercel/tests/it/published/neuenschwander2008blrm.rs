//! The Bayesian logistic regression model with overdose control against quadrature and sampling made elsewhere
//! (`tests/data/README.md`).

use serde_json::Value;
use tercel::design::{
    Action, BLRM_QUANTILES, Because, Blrm, BlrmOptions, Count, Decision, Design, InvalidDesign, Plan, Stage,
};
use tercel::exact::{Curve, Limit, compile};
use tercel::protocol::{DoseLevel, PerLevel};

use super::fixture::{counts, fixture, integer, integers, number, numbers};

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
            let probabilities = numbers(theirs, "interval_probs");
            assert_eq!(mine.interval_probabilities.len(), probabilities.len());
            for (mine, theirs) in mine.interval_probabilities.iter().zip(probabilities) {
                close(*mine, theirs, 1e-5, "interval");
            }
            for (probability, mine) in BLRM_QUANTILES.iter().zip(mine.quantiles) {
                let theirs = number(&theirs["quantiles"], &probability.to_string());
                close(mine, theirs, 1e-4, "quantile");
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
        for (mine, theirs) in fit.levels.values().iter().zip(numbers(case, "p_overdose")) {
            close(mine.overdose_probability, theirs, 1e-5, "overdose");
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
