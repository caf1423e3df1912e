//! How often a design is right, over a set of true curves.
//!
//! # Formula
//! The standard curves for a target φ and K levels are logit p_d = logit φ + s(d − m) with the slope s = 0.85, rounded to
//! three decimals: m = 1 … K puts the maximum tolerated dose at each level in turn, m = K + 1½ makes every level safe and
//! m = −½ every level too toxic. Neighbours of the maximum tolerated dose have 0.155 and 0.501 at a target of 0.30.
//!
//! The correct level of a curve is, of the levels whose true DLT probability is at most φ + 0.05, the one closest to φ, the
//! higher of two as close; none where all lie above. It is then correct to select no level.

use thiserror::Error;

use super::{Characteristics, CompileError, Compiled, Curve, InvalidCurve, Limit, compile};
use crate::design::{Plan, Target};
use crate::protocol::{DoseLevel, PerLevel};

/// How far above the target a level may lie and still be correct.
pub const CORRECT_MARGIN: f64 = 0.05;

/// Steps of the standard curves on the logit scale, per level.
pub const CURVE_SLOPE: f64 = 0.85;

/// A true curve with its name and the level that is right under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// `MTD at level 2`.
    pub name: String,
    /// True DLT probabilities.
    pub curve: Curve,
    /// Correct level; `None` where no level should be selected.
    pub correct: Option<DoseLevel>,
}

impl Scenario {
    /// A curve with its correct level at a target.
    pub fn new(name: String, curve: Curve, target: Target) -> Self {
        let mut correct: Option<(DoseLevel, f64)> = None;
        for (level, p) in PerLevel::new(curve.values().to_vec()).iter() {
            let distance = (p - target.value()).abs();
            let nearer = correct.is_none_or(|(_, best)| distance <= best + 1e-12);
            if *p <= target.value() + CORRECT_MARGIN + 1e-12 && nearer {
                correct = Some((level, distance));
            }
        }
        Self {
            name,
            curve,
            correct: correct.map(|(level, _)| level),
        }
    }

    /// Whether a level lies above the correct one.
    pub fn is_above(&self, level: DoseLevel) -> bool {
        self.correct.is_none_or(|correct| level > correct)
    }
}

/// The standard curves: the maximum tolerated dose at each level in turn, all levels safe, all levels too toxic.
pub fn standard_scenarios(target: Target, doses: u8) -> Vec<Scenario> {
    let levels = f64::from(doses);
    let at_each = (1..=doses).map(|level| (format!("MTD at level {level}"), f64::from(level)));
    let beyond = [
        ("All levels safe".to_owned(), levels + 1.5),
        ("All levels too toxic".to_owned(), -0.5),
    ];
    let scenario = |(name, m): (String, f64)| {
        let curve = Curve::new(logistic(target.value(), doses, m)).ok()?;
        Some(Scenario::new(name, curve, target))
    };
    at_each.chain(beyond).filter_map(scenario).collect()
}

fn logistic(target: f64, doses: u8, m: f64) -> Vec<f64> {
    let logit = (target / (1.0 - target)).ln();
    let each = (1..=doses).map(|level| {
        let steps = f64::from(level) - m;
        if steps.abs() < 1e-9 {
            return target;
        }
        let p = 1.0 / (1.0 + (-(logit + CURVE_SLOPE * steps)).exp());
        (p * 1000.0).round() / 1000.0
    });
    each.collect()
}

/// Characteristics of a design under one curve, held against the correct level.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    /// The characteristics.
    pub found: Characteristics,
    /// Probability that the correct level, or none where none is right, is selected.
    pub correct: f64,
    /// Probability that a level above the correct one is selected.
    pub overdose: f64,
    /// Expected subjects at levels above the correct one.
    pub patients_above: f64,
}

/// A design over a set of curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Distinct states of trials that go on.
    pub states: u64,
    /// Distinct ways to end.
    pub endings: usize,
    /// One for each curve, in order.
    pub assessed: Vec<Assessed>,
}

/// Why a design cannot be assessed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidAssessment {
    /// The design cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A curve has another number of levels.
    #[error(transparent)]
    Curve(#[from] InvalidCurve),
}

/// Assesses a design exactly. `on_layer` is told how many of the planned subjects are treated and may cancel by `false`.
pub fn assess(
    plan: &Plan<'_>,
    scenarios: &[Scenario],
    limit: Limit,
    on_layer: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<Assessment, InvalidAssessment> {
    assess_compiled(&compile(plan, limit, on_layer)?, scenarios)
}

/// Assesses a compiled design.
pub fn assess_compiled(compiled: &Compiled, scenarios: &[Scenario]) -> Result<Assessment, InvalidAssessment> {
    let curves: Vec<Curve> = scenarios.iter().map(|scenario| scenario.curve.clone()).collect();
    let mut assessed = Vec::with_capacity(scenarios.len());
    let mut each = scenarios.iter();
    compiled.evaluate_each(&curves, |_, found| {
        if let Some(scenario) = each.next() {
            assessed.push(assess_one(scenario, found));
        }
    })?;
    Ok(Assessment {
        states: compiled.states(),
        endings: compiled.endings_count(),
        assessed,
    })
}

pub(super) fn assess_one(scenario: &Scenario, found: &Characteristics) -> Assessed {
    let above = |values: &PerLevel<f64>| -> f64 {
        let each = values.iter().filter(|(level, _)| scenario.is_above(*level));
        // The sum of nothing is 0, not −0.
        each.fold(0.0, |sum, (_, value)| sum + value)
    };
    let correct = match scenario.correct {
        Some(level) => found.select.get(level).copied().unwrap_or(0.0),
        None => found.select_none,
    };
    Assessed {
        correct,
        overdose: above(&found.select),
        patients_above: above(&found.patients),
        found: found.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(value: f64) -> Target {
        Target::new(value).unwrap()
    }

    #[test]
    fn the_standard_curves_put_the_tolerated_dose_at_each_level_and_beyond_both_ends() {
        let all = standard_scenarios(target(0.3), 3);
        let correct: Vec<Option<u8>> = all
            .iter()
            .map(|scenario| scenario.correct.map(DoseLevel::number))
            .collect();
        assert_eq!(correct, [Some(1), Some(2), Some(3), Some(3), None]);
        // logit 0.3 = -0.8473; -0.8473 ± 0.85 are the logits of 0.1548 and 0.5007.
        assert_eq!(all[1].curve.values(), [0.155, 0.3, 0.501]);
        for phi in [0.1, 0.2, 0.25, 1.0 / 3.0, 0.5] {
            for doses in [1, 2, 5, 10] {
                let all = standard_scenarios(target(phi), doses);
                assert_eq!(all.len(), usize::from(doses) + 2);
                for (place, scenario) in (1..=doses).zip(&all) {
                    assert_eq!(
                        scenario.correct.map(DoseLevel::number),
                        Some(place),
                        "{phi} {scenario:?}"
                    );
                }
                assert_eq!(all[all.len() - 1].correct, None);
            }
        }
    }

    #[test]
    fn of_two_levels_as_close_the_higher_is_correct_and_the_margin_is_kept() {
        let correct = |curve: &[f64]| {
            let curve = Curve::new(curve.to_vec()).unwrap();
            Scenario::new(String::new(), curve, target(0.3))
                .correct
                .map(DoseLevel::number)
        };
        assert_eq!(correct(&[0.1, 0.26, 0.34]), Some(3));
        assert_eq!(correct(&[0.1, 0.35]), Some(2));
        assert_eq!(correct(&[0.24, 0.36]), Some(1));
        assert_eq!(correct(&[0.36, 0.4]), None);
    }
}
