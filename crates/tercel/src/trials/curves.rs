//! Random true curves that favour no level.
//!
//! # Source
//! `clertant2017`, the pseudo-uniform algorithm.
//!
//! # Formula
//! The level that is right is drawn with equal chances among *K*. With *m* levels above it, an upper bound
//! B = φ + (1 − φ) U^{1/max(m, ½)} is drawn, then *K* probabilities uniform on 0 to B, in order, again until the drawn
//! level is the one closest to the target φ.
//!
//! # Limits
//! Every curve has a level that is right; the closest level may lie further above the target than a committee would accept.

use super::draws::Draws;
use crate::design::Target;
use crate::exact::{Curve, Scenario};
use crate::protocol::DoseLevel;

/// Draws of a curve before another upper bound is drawn.
const TRIES: usize = 1000;

/// So many random curves, the same for the same seed; the first ones are the same however many are asked for.
pub fn random_curves(target: Target, doses: u8, count: usize, seed: u64) -> Vec<Scenario> {
    let mut draws = Draws::new(seed);
    let each = (0..count as u64).filter_map(|number| {
        draws.go_to(number);
        let (right, values) = draw(&mut draws, target.value(), doses.max(1));
        Some(Scenario {
            name: format!("Random curve {}", number + 1),
            curve: Curve::new(values).ok()?,
            correct: DoseLevel::new(right),
        })
    });
    each.collect()
}

/// The level that is right, and the probabilities.
fn draw(draws: &mut Draws, target: f64, doses: u8) -> (u8, Vec<f64>) {
    let drawn = draws.uniform() * f64::from(doses);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below the number of doses"
    )]
    let right = (drawn as u8).min(doses - 1) + 1;
    let above = f64::from(doses - right).max(0.5);
    loop {
        let most = target + (1.0 - target) * draws.uniform().powf(1.0 / above);
        for _ in 0..TRIES {
            let mut values: Vec<f64> = (0..doses).map(|_| most * draws.uniform()).collect();
            values.sort_by(f64::total_cmp);
            if closest(&values, target) == usize::from(right) {
                return (right, values);
            }
        }
    }
}

/// Number of the level closest to the target.
fn closest(values: &[f64], target: f64) -> usize {
    let distance = |p: &f64| (p - target).abs();
    let nearest = values
        .iter()
        .enumerate()
        .min_by(|one, other| distance(one.1).total_cmp(&distance(other.1)));
    nearest.map_or(0, |(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_right_equally_often_and_is_the_closest() {
        let target = Target::new(0.3).unwrap();
        for doses in [1, 3, 6] {
            let curves = random_curves(target, doses, 6000, 1);
            let mut right = vec![0_u32; usize::from(doses)];
            for scenario in &curves {
                let level = usize::from(scenario.correct.unwrap().number());
                assert_eq!(closest(scenario.curve.values(), 0.3), level);
                right[level - 1] += 1;
            }
            for count in right {
                let share = f64::from(count) / 6000.0;
                // Five standard errors of a share of a third are 0.030.
                assert!((share - 1.0 / f64::from(doses)).abs() < 0.031, "{doses} doses: {share}");
            }
        }
    }

    #[test]
    fn the_first_curves_do_not_depend_on_how_many_are_drawn() {
        let target = Target::new(0.25).unwrap();
        let few = random_curves(target, 4, 10, 9);
        let many = random_curves(target, 4, 100, 9);
        assert_eq!(few[..], many[..10]);
        assert_ne!(few, random_curves(target, 4, 10, 8));
    }
}
