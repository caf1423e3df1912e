//! A design over all curves at once: averages over a prior on curves, and the worst curve of a class.
//!
//! # What it derives
//! [`average`]: how often a design is right when the curve is drawn from a prior, given as curves with weights. [`worst`]:
//! the curve of a class under which the design is right least often, or treats too high most often.
//!
//! # Formula
//! Each curve's characteristics are exact. The average over *m* random curves has the standard error s/√m of the curves, none
//! of the trials. A class puts the target at one level, with the levels below at φ − δ or less and those above at φ + δ or
//! more, and is searched by moves of a run of neighbouring levels to one value: the best of a scan of the whole range open to
//! the run, then of ever smaller steps, until no move helps.
//!
//! # Source
//! `clertant2017` for random curves; `lee2009skeleton` for the indifference interval φ ± δ.
//!
//! # Limits
//! The search is of a smooth function of few variables, from several starts; that no worse curve exists is not proved.

use super::compare::{Assessed, Scenario, assess_compiled, assess_one};
use super::{Compiled, Curve, InvalidAssessment};
use crate::design::Target;
use crate::protocol::DoseLevel;

/// Values tried across the range open to a move.
const SCAN: u32 = 24;

/// Smallest step of a move.
const FINEST: f64 = 1e-7;

/// A mean with its standard error, from curves that are a random sample of a prior or from trials simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
}

/// A design averaged over curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Averaged {
    /// Curves averaged over.
    pub curves: usize,
    /// Probability that the right level, or none where none is right, is selected.
    pub correct: Mean,
    /// Probability that a level above the right one is selected.
    pub overdose: Mean,
    /// Expected subjects at levels above the right one.
    pub patients_above: Mean,
    /// Expected subjects in all.
    pub patients: Mean,
}

/// The average over scenarios with weights that sum to more than 0; `None` where there is nothing to average.
pub fn average(
    compiled: &Compiled,
    scenarios: &[Scenario],
    weights: &[f64],
) -> Result<Option<Averaged>, InvalidAssessment> {
    let assessed = assess_compiled(compiled, scenarios)?.assessed;
    Ok(average_of(&assessed, weights))
}

/// The average of curves assessed.
pub fn average_of(assessed: &[Assessed], weights: &[f64]) -> Option<Averaged> {
    let all: f64 = weights.iter().sum();
    if assessed.is_empty() || assessed.len() != weights.len() || all <= 0.0 {
        return None;
    }
    let mean = |of: fn(&Assessed) -> f64| {
        let each = || assessed.iter().map(of).zip(weights.iter().map(|weight| weight / all));
        let value: f64 = each().map(|(x, share)| share * x).sum();
        let squares: f64 = each().map(|(x, share)| (share * (x - value)).powi(2)).sum();
        Mean {
            mean: value,
            se: squares.sqrt(),
        }
    };
    Some(Averaged {
        curves: assessed.len(),
        correct: mean(|assessed| assessed.correct),
        overdose: mean(|assessed| assessed.overdose),
        patients_above: mean(|assessed| assessed.patients_above),
        patients: mean(|assessed| assessed.found.n_total),
    })
}

/// What makes a curve a bad one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The right level is selected seldom.
    RarelyRight,
    /// A level above the right one is selected often.
    OftenTooHigh,
}

/// Curves with the target at one level and a gap to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// The target.
    pub target: Target,
    /// Least distance of every other level from the target.
    pub half_width: f64,
    /// The level on target; `None` where all levels lie above.
    pub right: Option<DoseLevel>,
}

impl Class {
    /// The classes of so many levels: the target at each level in turn, then all levels above it.
    pub fn all(target: Target, half_width: f64, doses: u8) -> Vec<Self> {
        let levels = (1..=doses).filter_map(DoseLevel::new).map(Some);
        let class = |right| Self {
            target,
            half_width,
            right,
        };
        levels.chain([None]).map(class).collect()
    }

    /// The range of a level by its place from 0.
    fn range(&self, place: usize) -> (f64, f64) {
        let phi = self.target.value();
        let below = (0.0, (phi - self.half_width).max(0.0));
        let above = ((phi + self.half_width).min(1.0), 1.0);
        match self.right.map(|level| usize::from(level.number()) - 1) {
            Some(right) if place < right => below,
            Some(right) if place == right => (phi, phi),
            Some(_) | None => above,
        }
    }
}

/// The worst curve found.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// The curve with what is right under it.
    pub scenario: Scenario,
    /// The design under it.
    pub assessed: Assessed,
}

/// The curve of a class with most of a fault.
pub fn worst(compiled: &Compiled, class: &Class, fault: Fault) -> Result<Worst, InvalidAssessment> {
    let doses = compiled.doses();
    let ranges: Vec<(f64, f64)> = (0..doses).map(|place| class.range(place)).collect();
    let search = Search {
        compiled,
        class,
        fault,
        ranges,
    };
    let mut found = search.descend(search.start(|(low, high), above| if above { low } else { high }))?;
    for start in [
        search.start(|(low, high), above| if above { high } else { low }),
        search.start(|(low, high), _| f64::midpoint(low, high)),
    ] {
        let candidate = search.descend(start)?;
        if search.badness(&candidate.1) > search.badness(&found.1) {
            found = candidate;
        }
    }
    let (values, assessed) = found;
    Ok(Worst {
        scenario: search.scenario(values)?,
        assessed,
    })
}

/// The search for the worst curve of a class.
struct Search<'a> {
    compiled: &'a Compiled,
    class: &'a Class,
    fault: Fault,
    /// The range of each level.
    ranges: Vec<(f64, f64)>,
}

impl Search<'_> {
    /// A curve of one value of each range, which is told whether it lies above the target.
    fn start(&self, value: fn((f64, f64), bool) -> f64) -> Vec<f64> {
        let phi = self.class.target.value();
        self.ranges.iter().map(|&range| value(range, range.0 > phi)).collect()
    }

    fn badness(&self, assessed: &Assessed) -> f64 {
        match self.fault {
            Fault::RarelyRight => -assessed.correct,
            Fault::OftenTooHigh => assessed.overdose,
        }
    }

    fn scenario(&self, values: Vec<f64>) -> Result<Scenario, InvalidAssessment> {
        Ok(Scenario {
            name: String::new(),
            curve: Curve::new(values)?,
            correct: self.class.right,
        })
    }

    /// Moves runs of levels until no move makes the curve worse.
    fn descend(&self, mut values: Vec<f64>) -> Result<(Vec<f64>, Assessed), InvalidAssessment> {
        let mut best = self.assess(&[values.clone()])?.swap_remove(0);
        let mut step = None;
        loop {
            let mut better = false;
            for from in 0..values.len() {
                for to in from..values.len() {
                    let candidates = self.moves(&values, from, to, step);
                    for (candidate, assessed) in candidates.iter().zip(self.assess(&candidates)?) {
                        if self.badness(&assessed) > self.badness(&best) + 1e-13 {
                            values.clone_from(candidate);
                            best = assessed;
                            better = true;
                        }
                    }
                }
            }
            if !better {
                let finer = step.map_or(1.0 / f64::from(SCAN), |step: f64| step / 4.0);
                if finer < FINEST {
                    return Ok((values, best));
                }
                step = Some(finer);
            }
        }
    }

    /// The curve with levels `from` to `to` at one value: across the range open to them, or a step to either side.
    fn moves(&self, values: &[f64], from: usize, to: usize, step: Option<f64>) -> Vec<Vec<f64>> {
        let low = self.ranges[to].0.max(if from == 0 { 0.0 } else { values[from - 1] });
        let high = self.ranges[from].1.min(values.get(to + 1).copied().unwrap_or(1.0));
        if low >= high {
            return Vec::new();
        }
        let at = |value: f64| {
            let mut moved = values.to_vec();
            moved[from..=to].fill(value.clamp(low, high));
            moved
        };
        match step {
            None => (0..=SCAN)
                .map(|k| at(low + (high - low) * f64::from(k) / f64::from(SCAN)))
                .collect(),
            Some(step) => vec![at(values[from] - step), at(values[to] + step)],
        }
    }

    fn assess(&self, candidates: &[Vec<f64>]) -> Result<Vec<Assessed>, InvalidAssessment> {
        let scenarios: Result<Vec<Scenario>, _> =
            candidates.iter().map(|values| self.scenario(values.clone())).collect();
        let scenarios = scenarios?;
        let curves: Vec<Curve> = scenarios.iter().map(|scenario| scenario.curve.clone()).collect();
        let mut assessed = Vec::with_capacity(curves.len());
        self.compiled.evaluate_each(&curves, |place, found| {
            assessed.push(assess_one(&scenarios[place], found));
        })?;
        Ok(assessed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Plan, Settings, find};
    use crate::exact::{Limit, compile};

    fn boin(doses: u8, max_n: u32) -> Compiled {
        let settings = Settings {
            target: Some(0.3),
            ..Settings::default()
        };
        let design = settings.design(find("boin").unwrap().name, doses, max_n).unwrap();
        let plan = Plan::new(design.as_ref(), doses, 3, Some(max_n));
        compile(&plan, Limit { bytes: 1 << 30 }, &mut |_, _| true).unwrap()
    }

    #[test]
    fn no_curve_on_a_fine_grid_is_worse_than_the_worst_found() {
        let compiled = boin(3, 12);
        let target = Target::new(0.3).unwrap();
        for class in Class::all(target, 0.1, 3) {
            for fault in [Fault::RarelyRight, Fault::OftenTooHigh] {
                let found = worst(&compiled, &class, fault).unwrap();
                let search = Search {
                    compiled: &compiled,
                    class: &class,
                    fault,
                    ranges: (0..3).map(|place| class.range(place)).collect(),
                };
                let grid = |place: usize| {
                    let (low, high) = class.range(place);
                    (0..=20).map(move |k| low + (high - low) * f64::from(k) / 20.0)
                };
                let mut curves = Vec::new();
                for first in grid(0) {
                    for second in grid(1).filter(|second| *second >= first) {
                        curves.extend(
                            grid(2)
                                .filter(|third| *third >= second)
                                .map(|third| vec![first, second, third]),
                        );
                    }
                }
                let on_grid = search.assess(&curves).unwrap();
                let worst_there = on_grid
                    .iter()
                    .map(|assessed| search.badness(assessed))
                    .fold(f64::MIN, f64::max);
                assert!(
                    search.badness(&found.assessed) >= worst_there - 1e-12,
                    "{class:?} {fault:?} {found:?}"
                );
            }
        }
    }

    #[test]
    fn the_average_of_one_curve_is_its_own_and_weights_count() {
        let compiled = boin(3, 12);
        let target = Target::new(0.3).unwrap();
        let scenario = |values: &[f64]| Scenario::new(String::new(), Curve::new(values.to_vec()).unwrap(), target);
        let scenarios = [scenario(&[0.3, 0.5, 0.6]), scenario(&[0.1, 0.3, 0.5])];
        let one = average(&compiled, &scenarios[..1], &[2.0]).unwrap().unwrap();
        assert!(one.correct.se.abs() < 1e-15);
        let other = average(&compiled, &scenarios[1..], &[1.0]).unwrap().unwrap();
        let both = average(&compiled, &scenarios, &[3.0, 1.0]).unwrap().unwrap();
        let by_hand = 0.75 * one.correct.mean + 0.25 * other.correct.mean;
        assert!((both.correct.mean - by_hand).abs() < 1e-15);
        assert_eq!(average(&compiled, &scenarios, &[0.0, 0.0]).unwrap(), None);
    }
}
