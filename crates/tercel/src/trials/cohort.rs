//! Cohort designs without time: a trial is a handful of look-ups.
//!
//! What follows a cohort depends on the outcomes per level and on where it was treated, nothing else. Each thread finds the
//! states as its trials reach them and keeps them: a state has one place to go for each number of DLTs in its cohort. The
//! number of DLTs is one draw, compared with the binomial distribution function; an ending is one count.
#![expect(
    clippy::indexing_slicing,
    reason = "a numeric kernel: every index is one this table gave out itself"
)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::draws::{Draws, SCALE};
use super::sums::{Ended, Sums};
use super::{MOST_SUBJECTS, Simulated, SimulationError, check_question};
use crate::design::{Action, Count, Plan, Stage};
use crate::exact::Curve;
use crate::protocol::{DoseLevel, PerLevel};

/// Trials of one part.
const PART: u64 = 1 << 16;

/// A cohort's outcome nobody has reached yet.
const UNKNOWN: u32 = u32::MAX;

/// Marks the index of an ending.
const END: u32 = 1 << 31;

/// States and endings a thread keeps; beyond them a trial asks the design cohort by cohort.
const MOST_KEPT: usize = 1 << 18;

/// Simulates a cohort design under a true curve.
///
/// # Errors
/// A curve of another length than the design's, fewer than 2 trials, no subjects, or a design that does not end or gives no
/// level.
pub fn simulate_cohorts(plan: &Plan<'_>, curve: &Curve, trials: u64, seed: u64) -> Result<Simulated, SimulationError> {
    check_question(plan.doses, plan.start, curve.values(), trials)?;
    let idle: Mutex<Vec<Table<'_>>> = Mutex::new(Vec::new());
    let parts: Result<Vec<Sums>, SimulationError> = (0..trials.div_ceil(PART))
        .into_par_iter()
        .map(|part| {
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut table = match kept {
                Some(table) => table,
                None => Table::new(plan, curve)?,
            };
            let sums = table.run(part * PART..trials.min((part + 1) * PART), seed)?;
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(table);
            Ok(sums)
        })
        .collect();
    let mut sums = Sums::new(curve.values().len());
    for part in parts? {
        sums.merge(&part);
    }
    Ok(sums.estimate(seed, &[]))
}

/// A state before its next cohort.
#[derive(Debug, Clone, Copy)]
struct State {
    /// Where the cohort's limits begin in `limits`.
    limits: u32,
    /// Subjects of the cohort.
    cohort: u32,
    /// Where the state's places to go begin in `next`.
    next: u32,
}

/// What follows a cohort.
enum Next {
    Level(DoseLevel),
    Ended(Option<DoseLevel>),
}

/// The states found so far.
struct Table<'a> {
    plan: &'a Plan<'a>,
    curve: &'a Curve,
    states: Vec<State>,
    /// Outcomes and next level of each state.
    facts: Vec<(PerLevel<Count>, DoseLevel)>,
    /// For each state and number of DLTs, the next state or ending.
    next: Vec<u32>,
    places: HashMap<(Vec<u32>, u8), u32>,
    /// Binomial distribution functions, scaled to draws.
    limits: Vec<u64>,
    limits_of: BTreeMap<(u8, u32), u32>,
    endings: Vec<Ended>,
    ending_places: HashMap<(Vec<u32>, u8), u32>,
    /// Trials at each ending, and the endings reached, since the sums were last taken.
    hits: Vec<u64>,
    reached: Vec<u32>,
}

impl<'a> Table<'a> {
    fn new(plan: &'a Plan<'a>, curve: &'a Curve) -> Result<Self, SimulationError> {
        let mut table = Self {
            plan,
            curve,
            states: Vec::new(),
            facts: Vec::new(),
            next: Vec::new(),
            places: HashMap::new(),
            limits: Vec::new(),
            limits_of: BTreeMap::new(),
            endings: Vec::new(),
            ending_places: HashMap::new(),
            hits: Vec::new(),
            reached: Vec::new(),
        };
        let nobody = PerLevel::new(vec![Count::default(); usize::from(plan.doses)]);
        match table.state(nobody, plan.start) {
            Ok(_) => Ok(table),
            Err(_) => Err(SimulationError::NoStart),
        }
    }

    /// Simulates trials.
    fn run(&mut self, trials: std::ops::Range<u64>, seed: u64) -> Result<Sums, SimulationError> {
        let mut sums = Sums::new(self.curve.values().len());
        let mut draws = Draws::new(seed);
        for trial in trials {
            draws.go_to(trial);
            let mut at = 0;
            let ending = loop {
                let state = self.states[at];
                let dlts = self.dlts(state, &mut draws);
                let mut next = self.next[(state.next + dlts) as usize];
                if next == UNKNOWN {
                    if self.states.len() + self.endings.len() >= MOST_KEPT {
                        let ended = self.finish(at, dlts, &mut draws)?;
                        sums.add(&ended, 1);
                        break None;
                    }
                    next = self.discover(at, dlts)?;
                }
                if next & END != 0 {
                    break Some(next ^ END);
                }
                at = next as usize;
            };
            if let Some(ending) = ending {
                let hits = &mut self.hits[ending as usize];
                if *hits == 0 {
                    self.reached.push(ending);
                }
                *hits += 1;
            }
        }
        self.take(&mut sums);
        Ok(sums)
    }

    /// Draws the number of DLTs of a state's cohort.
    fn dlts(&self, state: State, draws: &mut Draws) -> u32 {
        let draw = draws.whole();
        let limits = &self.limits[state.limits as usize..][..state.cohort as usize];
        limits.iter().map(|limit| u32::from(draw >= *limit)).sum()
    }

    /// Follows a trial to its end without keeping its states.
    fn finish(&mut self, at: usize, dlts: u32, draws: &mut Draws) -> Result<Ended, SimulationError> {
        let (mut counts, mut level) = self.facts[at].clone();
        let (mut cohort, mut dlts) = (self.states[at].cohort, dlts);
        loop {
            match self.after(&mut counts, level, cohort, dlts)? {
                Next::Ended(mtd) => return Ok(ended(&counts, mtd)),
                Next::Level(to) => level = to,
            }
            cohort = self.cohort(&counts, level)?;
            let limits = self.limits(level, cohort);
            let state = State {
                limits,
                cohort,
                next: UNKNOWN,
            };
            dlts = self.dlts(state, draws);
        }
    }

    /// Adds the endings reached to the sums.
    fn take(&mut self, sums: &mut Sums) {
        for ending in self.reached.drain(..) {
            let hits = std::mem::take(&mut self.hits[ending as usize]);
            sums.add(&self.endings[ending as usize], hits);
        }
    }

    /// Asks the design what follows a cohort with so many DLTs, and keeps the answer.
    fn discover(&mut self, at: usize, dlts: u32) -> Result<u32, SimulationError> {
        let State { cohort, next, .. } = self.states[at];
        let (mut counts, level) = self.facts[at].clone();
        let place = match self.after(&mut counts, level, cohort, dlts)? {
            Next::Ended(mtd) => self.ending(&counts, mtd) | END,
            Next::Level(to) => self.state(counts, to)?,
        };
        self.next[(next + dlts) as usize] = place;
        Ok(place)
    }

    /// Adds a cohort to the counts and asks the design.
    fn after(
        &self,
        counts: &mut PerLevel<Count>,
        level: DoseLevel,
        cohort: u32,
        dlts: u32,
    ) -> Result<Next, SimulationError> {
        if let Some(count) = counts.get_mut(level) {
            *count = Count::complete(count.evaluable + cohort, count.dlt + dlts);
        }
        let stage = Stage {
            counts,
            current: level,
            latest: Count::complete(cohort, dlts),
        };
        match self.plan.next(&stage).action {
            Action::Stop(mtd) => Ok(Next::Ended(mtd)),
            Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) if treated(counts) < MOST_SUBJECTS => {
                Ok(Next::Level(to))
            }
            Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait => {
                Err(SimulationError::NoDecision(treated(counts)))
            }
        }
    }

    /// Subjects of the next cohort.
    fn cohort(&self, counts: &PerLevel<Count>, level: DoseLevel) -> Result<u32, SimulationError> {
        let cohort = self.plan.cohort(counts, level);
        if cohort == 0 || counts.get(level).is_none() {
            return Err(SimulationError::NoDecision(treated(counts)));
        }
        Ok(cohort)
    }

    /// The index of a state.
    fn state(&mut self, counts: PerLevel<Count>, level: DoseLevel) -> Result<u32, SimulationError> {
        let key = key(&counts, level.number());
        if let Some(place) = self.places.get(&key) {
            return Ok(*place);
        }
        let cohort = self.cohort(&counts, level)?;
        let place = index(self.states.len());
        self.places.insert(key, place);
        let limits = self.limits(level, cohort);
        self.states.push(State {
            limits,
            cohort,
            next: index(self.next.len()),
        });
        self.next.extend((0..=cohort).map(|_| UNKNOWN));
        self.facts.push((counts, level));
        Ok(place)
    }

    /// The index of an ending.
    fn ending(&mut self, counts: &PerLevel<Count>, mtd: Option<DoseLevel>) -> u32 {
        let fresh = index(self.endings.len());
        let key = key(counts, mtd.map_or(0, DoseLevel::number));
        let place = *self.ending_places.entry(key).or_insert(fresh);
        if place == fresh {
            self.hits.push(0);
            self.endings.push(ended(counts, mtd));
        }
        place
    }

    /// Where the limits of a cohort begin: Pr(at most y DLTs) 2^53 for y below the number of subjects.
    fn limits(&mut self, level: DoseLevel, cohort: u32) -> u32 {
        if let Some(place) = self.limits_of.get(&(level.number(), cohort)) {
            return *place;
        }
        let place = index(self.limits.len());
        let p = self.curve.values()[usize::from(level.number()) - 1];
        self.limits.extend(scaled_distribution(cohort, p));
        self.limits_of.insert((level.number(), cohort), place);
        place
    }
}

/// Pr(at most y DLTs), y = 0, …, n−1, as the number of draws that have so few. Each is off by at most half a draw, 2^−54.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability times 2^53, rounded"
)]
fn scaled_distribution(n: u32, p: f64) -> Vec<u64> {
    // One subject at a time: no factor under- or overflows for any p.
    let mut chances = vec![1.0];
    for _ in 0..n {
        let mut wider = vec![0.0; chances.len() + 1];
        for (y, chance) in chances.iter().enumerate() {
            wider[y] += chance * (1.0 - p);
            wider[y + 1] += chance * p;
        }
        chances = wider;
    }
    let mut sum = 0.0;
    let below = &chances[..n as usize];
    below
        .iter()
        .map(|chance| {
            sum += chance;
            (sum * SCALE).round() as u64
        })
        .collect()
}

fn treated(counts: &PerLevel<Count>) -> u32 {
    counts.values().iter().map(|count| count.evaluable).sum()
}

fn ended(counts: &PerLevel<Count>, mtd: Option<DoseLevel>) -> Ended {
    Ended {
        mtd,
        patients: counts.values().iter().map(|count| count.evaluable).collect(),
        dlts: counts.values().iter().map(|count| count.dlt).collect(),
        ..Ended::default()
    }
}

fn key(counts: &PerLevel<Count>, level: u8) -> (Vec<u32>, u8) {
    let numbers = counts.values().iter().flat_map(|count| [count.evaluable, count.dlt]);
    (numbers.collect(), level)
}

/// An index as it is kept; a table stops growing long before it has 2^31 entries.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_outcomes_are_certain() {
        assert_eq!(scaled_distribution(2, 0.0), [1 << 53, 1 << 53]);
        assert_eq!(scaled_distribution(2, 1.0), [0, 0]);
        assert_eq!(scaled_distribution(2, 0.5), [1 << 51, 3 << 51]);
    }
}
