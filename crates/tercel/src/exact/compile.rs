//! Walks the states of a design forward and counts the ways to each ending.

use thiserror::Error;

use super::Compiled;
use super::key::{KeyMap, Packing, level, with_level};
use super::memory::Memory;
use crate::design::{Action, Count, Plan, Stage};
use crate::protocol::{DoseLevel, PerLevel};

/// Marks an ending whose selection is still to be made.
const UNDECIDED: u8 = 31;

/// Memory of a state: 33 bytes in a map that is on average two thirds full, and its endings.
const STATE_BYTES: u64 = 50 + ENDING_BYTES;

/// Memory of an ending: 24 bytes here and as much again once flattened.
const ENDING_BYTES: u64 = 50;

/// Most subjects at one level of a design that has no planned number of subjects.
const MOST_AT_LEVEL: u32 = 15;

/// Most memory a compilation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Bytes.
    pub bytes: u64,
}

/// Why a design has no exact characteristics here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CompileError {
    /// The states do not fit the memory allowed.
    #[error(
        "the states of the design need about {needs_mib} MiB and {limit_mib} MiB are allowed (seen after {subjects} of {planned} subjects)"
    )]
    TooLarge {
        /// Memory needed at the last step as the states grow, in MiB.
        needs_mib: u64,
        /// Memory allowed, in MiB.
        limit_mib: u64,
        /// Subjects treated when that was seen.
        subjects: u32,
        /// Subjects planned.
        planned: u32,
    },
    /// So many doses and subjects are beyond the engine.
    #[error("{doses} doses with up to {subjects} subjects each are beyond the exact engine")]
    TooWide {
        /// Dose levels.
        doses: u8,
        /// Subjects at one level.
        subjects: u32,
    },
    /// The design asked to wait, or named a level the trial has not.
    #[error("the design gives no decision that can be followed once {0} subjects are treated")]
    NoDecision(u32),
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Endings found so far: key and number of ways.
type Endings = Vec<(u128, f64)>;

/// States of trials that go on, by number of subjects treated.
struct Walk<'a> {
    plan: &'a Plan<'a>,
    packing: Packing,
    layers: Vec<KeyMap<f64>>,
    counts: PerLevel<Count>,
}

/// Compiles a design. `on_layer` is told how many of the planned subjects are treated and may cancel by `false`.
pub fn compile(
    plan: &Plan<'_>,
    limit: Limit,
    on_layer: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<Compiled, CompileError> {
    let most = plan.max_n.unwrap_or(MOST_AT_LEVEL);
    let planned = plan.max_n.unwrap_or(MOST_AT_LEVEL * u32::from(plan.doses));
    let packing = Packing::new(u32::from(plan.doses), most).ok_or(CompileError::TooWide {
        doses: plan.doses,
        subjects: most,
    })?;
    let counts = PerLevel::new(vec![Count::default(); usize::from(plan.doses)]);
    let mut walk = Walk {
        plan,
        packing,
        layers: vec![KeyMap::default(); planned as usize + 1],
        counts,
    };
    walk.layers[0].insert(walk.packing.pack(&walk.counts, Some(plan.start)), 1.0);
    let mut endings = Endings::new();
    let mut states = 0_u64;
    let mut memory = Memory::new(limit, planned);
    for subjects in 0..=planned {
        let layer = std::mem::take(&mut walk.layers[subjects as usize]);
        if layer.is_empty() {
            continue;
        }
        states += layer.len() as u64;
        let ended = walk.advance(&layer, subjects)?;
        endings.extend(ended);
        let live = walk.layers.iter().map(KeyMap::len).sum::<usize>() + layer.len();
        memory.check(
            subjects,
            STATE_BYTES * live as u64,
            ENDING_BYTES * endings.len() as u64,
            (subjects, planned),
        )?;
        if !on_layer(subjects, planned) {
            return Err(CompileError::Cancelled);
        }
    }
    endings.sort_unstable_by_key(|(key, _)| *key);
    let endings = super::evaluate::Endings {
        keys: endings.iter().map(|(key, _)| *key).collect(),
        ways: endings.iter().map(|(_, ways)| *ways).collect(),
        days: None,
    };
    Ok(Compiled::new(
        packing,
        u32::from(plan.doses),
        plan.max_n,
        states,
        endings,
    ))
}

impl Walk<'_> {
    /// Treats the next cohort of every state of a layer.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "the hasher is fixed: every run has the same order"
    )]
    fn advance(&mut self, layer: &KeyMap<f64>, subjects: u32) -> Result<Endings, CompileError> {
        let mut ended: KeyMap<f64> = KeyMap::default();
        // Most states of a layer lead on to states of their own.
        if let Some(next) = self.layers.get_mut((subjects + self.plan.cohort_size) as usize) {
            next.reserve(layer.len() + layer.len() / 4);
        }
        for (&key, &ways) in layer {
            let at = self.packing.unpack(key, &mut self.counts);
            let at = at.ok_or(CompileError::NoDecision(subjects))?;
            let cohort = self.plan.cohort(&self.counts, at);
            let total = subjects + cohort;
            if cohort == 0 || total as usize >= self.layers.len() {
                return Err(CompileError::NoDecision(subjects));
            }
            let full = self.plan.max_n.is_some_and(|max| total >= max);
            let mut choices = 1.0;
            for dlts in 0..=cohort {
                let key = key + self.packing.step(at, cohort, dlts);
                let ways = ways * choices;
                choices *= f64::from(cohort - dlts) / f64::from(dlts + 1);
                if full {
                    *ended.entry(with_level(key, UNDECIDED)).or_default() += ways;
                    continue;
                }
                let next = self.decide(at, Count::complete(cohort, dlts));
                match next {
                    Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to)
                        if usize::from(to.number()) <= self.counts.len() =>
                    {
                        let slot = self.layers[total as usize].entry(with_level(key, to.number()));
                        *slot.or_default() += ways;
                    }
                    Action::Stop(mtd) => {
                        let selected = mtd.map_or(0, DoseLevel::number);
                        *ended.entry(with_level(key, selected)).or_default() += ways;
                    }
                    Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait => {
                        return Err(CompileError::NoDecision(total));
                    }
                }
            }
        }
        let mut endings = Endings::with_capacity(ended.len());
        for (key, ways) in ended {
            endings.push((self.selected(key), ways));
        }
        Ok(endings)
    }

    /// The decision after a cohort at a level, on top of the outcomes at hand.
    fn decide(&mut self, at: DoseLevel, latest: Count) -> Action {
        let before = self.counts.at(at);
        if let Some(count) = self.counts.get_mut(at) {
            *count = Count::complete(before.evaluable + latest.evaluable, before.dlt + latest.dlt);
        }
        let stage = Stage {
            counts: &self.counts,
            current: at,
            latest,
        };
        let action = self.plan.next(&stage).action;
        if let Some(count) = self.counts.get_mut(at) {
            *count = before;
        }
        action
    }

    /// The key with the dose selected where that is still to be done.
    fn selected(&mut self, key: u128) -> u128 {
        if level(key).map(DoseLevel::number) != Some(UNDECIDED) {
            return key;
        }
        self.packing.unpack(key, &mut self.counts);
        let mtd = self.plan.complete(&self.counts).action.mtd();
        with_level(key, mtd.map_or(0, DoseLevel::number))
    }
}
