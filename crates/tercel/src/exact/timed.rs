//! Exact operating characteristics of late-onset designs on a regular accrual grid.
//!
//! The window is *m* steps long; at every step one subject is offered, the first one step after accrual opens, and treated
//! unless the design suspends accrual. Durations run from the opening of accrual to the last outcome. A DLT
//! falls into any step of the window with the same probability, p/m. The state is the outcomes per level with the levels of
//! those followed for 1, …, m−1 steps. As for cohort designs, what a path weighs is free of the true curve: each DLT
//! brings 1/m, a window passed without one nothing, and p and 1−p come in at the end.

use super::compile::{CompileError, Limit};
use super::evaluate::{Compiled, Endings};
use super::key::{KeyMap, Packing};
use super::memory::Memory;
use crate::design::{Action, Count, Interim, LateOnsetDesign, Pending};
use crate::protocol::{DoseLevel, PerLevel};

/// How a late-onset trial is run.
#[derive(Clone, Copy)]
pub struct TimedPlan<'a> {
    /// The rule itself.
    pub design: &'a dyn LateOnsetDesign,
    /// Number of dose levels.
    pub doses: u8,
    /// Level of the first subject.
    pub start: DoseLevel,
    /// Subjects in all; a design that stops by itself may end before.
    pub max_n: u32,
    /// Steps of the grid in one window.
    pub steps: u32,
    /// Days of one window.
    pub window_days: f64,
}

impl std::fmt::Debug for TimedPlan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimedPlan")
            .field("doses", &self.doses)
            .field("max_n", &self.max_n)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// Memory of a state: 41 bytes in a map that is on average two thirds full.
const STATE_BYTES: u64 = 62;

/// Number of ways to a state, and the same times the steps taken.
#[derive(Debug, Clone, Copy, Default)]
struct Ways {
    ways: f64,
    steps: f64,
}

/// A state: subjects treated and DLTs per level, the level of the latest subject, and who is pending.
///
/// The counts' `evaluable` holds everybody treated; slot *a* holds the level of the subject followed for *a*+1 steps, 0 for
/// none.
struct State {
    counts: PerLevel<Count>,
    current: DoseLevel,
    slots: Vec<u8>,
}

/// How states are packed: the counts and the current level as elsewhere, the slots above them.
#[derive(Clone, Copy)]
struct TimedPacking {
    counts: Packing,
    slots: u32,
    slot_bits: u32,
}

struct Walk<'a> {
    plan: &'a TimedPlan<'a>,
    packing: TimedPacking,
    /// States by progress: steps of follow-up that are over, a window for every subject complete.
    layers: Vec<KeyMap<Ways>>,
    endings: KeyMap<Ways>,
}

/// Compiles a late-onset design on its grid. `on_layer` is told the progress and may cancel by `false`.
pub fn compile_timed(
    plan: &TimedPlan<'_>,
    limit: Limit,
    on_layer: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<Compiled, CompileError> {
    let too_wide = CompileError::TooWide {
        doses: plan.doses,
        subjects: plan.max_n,
    };
    let packing = TimedPacking::new(plan).ok_or(too_wide)?;
    let most = plan.max_n * plan.steps;
    let mut walk = Walk {
        plan,
        packing,
        layers: vec![KeyMap::default(); most as usize + 1],
        endings: KeyMap::default(),
    };
    let mut state = State {
        counts: PerLevel::new(vec![Count::default(); usize::from(plan.doses)]),
        current: plan.start,
        slots: vec![0; plan.steps as usize - 1],
    };
    // The first subject comes one step after accrual opens.
    let first = Ways { ways: 1.0, steps: 1.0 };
    walk.layers[0].insert(packing.pack(&state), first);
    let mut states = 0_u64;
    let mut memory = Memory::new(limit, most);
    for progress in 0..=most {
        let layer = std::mem::take(&mut walk.layers[progress as usize]);
        states += layer.len() as u64;
        walk.advance(&layer, progress, &mut state)?;
        let live = walk.layers.iter().map(KeyMap::len).sum::<usize>() + layer.len();
        let subjects = progress / plan.steps;
        memory.check(
            progress,
            STATE_BYTES * live as u64,
            90 * walk.endings.len() as u64,
            (subjects, plan.max_n),
        )?;
        if !on_layer(progress, most) {
            return Err(CompileError::Cancelled);
        }
    }
    Ok(walk.finish(states))
}

impl TimedPacking {
    fn new(plan: &TimedPlan<'_>) -> Option<Self> {
        let counts = Packing::new(u32::from(plan.doses), plan.max_n)?;
        let slot_bits = u8::BITS - plan.doses.leading_zeros();
        let slots = plan.steps.checked_sub(1)?;
        let fits = counts.width() + slots * slot_bits <= u128::BITS;
        fits.then_some(Self {
            counts,
            slots,
            slot_bits,
        })
    }

    fn pack(self, state: &State) -> u128 {
        let slots = state
            .slots
            .iter()
            .fold(0, |key, slot| (key << self.slot_bits) | u128::from(*slot));
        (slots << self.counts.width()) | self.counts.pack(&state.counts, Some(state.current))
    }

    fn unpack(self, key: u128, state: &mut State) {
        if let Some(level) = self.counts.unpack(key, &mut state.counts) {
            state.current = level;
        }
        let mask = (1_u128 << self.slot_bits) - 1;
        for (index, slot) in (0..).zip(&mut state.slots) {
            let shift = self.counts.width() + self.slot_bits * (self.slots - 1 - index);
            *slot = u8::try_from((key >> shift) & mask).unwrap_or(0);
        }
    }
}

impl Walk<'_> {
    #[expect(
        clippy::iter_over_hash_type,
        reason = "the hasher is fixed: every run has the same order"
    )]
    fn advance(&mut self, layer: &KeyMap<Ways>, progress: u32, state: &mut State) -> Result<(), CompileError> {
        let mut known = PerLevel::new(vec![Count::default(); usize::from(self.plan.doses)]);
        let mut pending = Vec::with_capacity(self.plan.steps as usize);
        for (&key, &ways) in layer {
            self.packing.unpack(key, state);
            let treated: u32 = state.counts.values().iter().map(|count| count.evaluable).sum();
            self.interim(state, &mut known, &mut pending);
            if treated >= self.plan.max_n {
                if pending.is_empty() {
                    let mtd = self.plan.design.select(&state.counts);
                    self.end(state, mtd, &pending, ways);
                } else {
                    self.step(state, None, progress, ways);
                }
                continue;
            }
            let action = if treated == 0 {
                Action::Stay(self.plan.start)
            } else {
                let interim = Interim {
                    counts: &known,
                    pending: &pending,
                    current: state.current,
                };
                self.plan.design.offer(&interim).action
            };
            match action {
                Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) => {
                    state.current = to;
                    if let Some(count) = state.counts.get_mut(to) {
                        count.evaluable += 1;
                    }
                    self.step(state, Some(to), progress, ways);
                }
                Action::Wait if pending.is_empty() => return Err(CompileError::NoDecision(treated)),
                Action::Wait => self.step(state, None, progress, ways),
                Action::Stop(mtd) => self.end(state, mtd, &pending, ways),
            }
        }
        Ok(())
    }

    /// What the design sees: known outcomes and pending ones.
    fn interim(&self, state: &State, known: &mut PerLevel<Count>, pending: &mut Vec<Pending>) {
        known.clone_from(&state.counts);
        pending.clear();
        for (age, &slot) in (1_u32..).zip(&state.slots) {
            let Some(level) = DoseLevel::new(slot) else { continue };
            pending.push(Pending {
                level,
                followed: f64::from(age) / f64::from(self.plan.steps),
            });
            if let Some(count) = known.get_mut(level) {
                count.evaluable -= 1;
                count.pending += 1;
            }
        }
    }

    /// One step of time: each pending subject has a DLT in it or not.
    fn step(&mut self, state: &State, enrolled: Option<DoseLevel>, progress: u32, ways: Ways) {
        let steps = self.plan.steps as usize;
        let base = self.packing.counts.pack(&state.counts, Some(state.current));
        // Who is pending during the step: the subject just treated, then those of each age.
        let during: Vec<u8> = std::iter::once(enrolled.map_or(0, DoseLevel::number))
            .chain(state.slots.iter().copied())
            .collect();
        let at_risk: Vec<(usize, u8)> = during
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, level)| *level > 0)
            .collect();
        let per_step = 1.0 / steps as f64;
        let (width, bits) = (self.packing.counts.width(), self.packing.slot_bits);
        for subset in 0_u32..1 << at_risk.len() {
            let mut key = base;
            let mut weight = 1.0;
            let mut reached = progress;
            for (index, &(age, level)) in at_risk.iter().enumerate() {
                let left = u32::try_from(steps - age).unwrap_or(1);
                if subset & (1 << index) != 0 {
                    weight *= per_step;
                    reached += left;
                    if let Some(level) = DoseLevel::new(level) {
                        key += self.packing.counts.step(level, 0, 1);
                    }
                } else {
                    reached += 1;
                    if age + 1 < steps {
                        // Followed for age+1 steps: the slot with that index counted from 1, the first in the highest bits.
                        let slot = self.packing.slots - 1 - u32::try_from(age).unwrap_or(0);
                        key |= u128::from(level) << (width + bits * slot);
                    }
                }
            }
            let next = self.layers[reached as usize].entry(key).or_default();
            next.ways += ways.ways * weight;
            next.steps += (ways.steps + ways.ways) * weight;
        }
    }

    /// The end of a trial; those still pending turn out one way or the other without changing it.
    fn end(&mut self, state: &State, mtd: Option<DoseLevel>, pending: &[Pending], ways: Ways) {
        let base = self.packing.counts.pack(&state.counts, mtd);
        for subset in 0_u32..1 << pending.len() {
            let mut key = base;
            let mut weight = 1.0;
            for (index, subject) in pending.iter().enumerate() {
                if subset & (1 << index) != 0 {
                    weight *= 1.0 - subject.followed;
                    key += self.packing.counts.step(subject.level, 0, 1);
                }
            }
            let ending = self.endings.entry(key).or_default();
            ending.ways += ways.ways * weight;
            ending.steps += ways.steps * weight;
        }
    }

    #[expect(clippy::iter_over_hash_type, reason = "the endings are sorted by key")]
    fn finish(self, states: u64) -> Compiled {
        let days = self.plan.window_days / f64::from(self.plan.steps);
        let mut sorted: Vec<(u128, Ways)> = Vec::with_capacity(self.endings.len());
        for (key, ways) in self.endings {
            sorted.push((key, ways));
        }
        sorted.sort_unstable_by_key(|(key, _)| *key);
        let endings = Endings {
            keys: sorted.iter().map(|(key, _)| *key).collect(),
            ways: sorted.iter().map(|(_, ways)| ways.ways).collect(),
            days: Some(sorted.iter().map(|(_, ways)| ways.steps * days).collect()),
        };
        let doses = u32::from(self.plan.doses);
        Compiled::new(self.packing.counts, doses, Some(self.plan.max_n), states, endings)
    }
}
