//! Walks the states of a design forward and counts the ways to each ending.

use thiserror::Error;

use super::Compiled;
use super::key::{Packing, level, with_level};
use super::memory::Memory;
use crate::design::{Action, Count, Plan, Stage};
use crate::protocol::{DoseLevel, PerLevel};

/// Marks an ending whose selection is still to be made.
const UNDECIDED: u8 = 31;

/// Memory of a state: the key and the ways, and half as much again while a layer is sorted.
const STATE_BYTES: u64 = 48;

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
        "the states of the design need some {needs_mib} MiB or more, and {limit_mib} MiB are allowed (seen after {subjects} of {planned} subjects)"
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

/// States or endings, each with the number of ways to it.
type Entries = Vec<(u128, f64)>;

/// States of trials that go on with so many subjects treated, by the level of the next cohort.
#[derive(Clone, Default)]
struct Layer {
    by_level: Vec<Entries>,
}

impl Layer {
    /// Takes in a run of states in order of key.
    fn take(&mut self, level: usize, run: &mut Entries) {
        if self.by_level.len() <= level {
            self.by_level.resize(level + 1, Entries::new());
        }
        match self.by_level.get_mut(level) {
            Some(entries) if entries.is_empty() => *entries = std::mem::take(run),
            Some(entries) => entries.append(run),
            None => {}
        }
    }

    fn len(&self) -> usize {
        self.by_level.iter().map(Vec::len).sum()
    }
}

/// Puts entries in order of key and adds up the ways of equal ones. The entries are a few runs in order, which a stable sort
/// merges in passes over them, without a look-up for each.
fn merge(entries: &mut Entries) {
    entries.sort_by_key(|(key, _)| *key);
    entries.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
}

/// States of trials that go on, by number of subjects treated.
struct Walk<'a> {
    plan: &'a Plan<'a>,
    packing: Packing,
    layers: Vec<Layer>,
    counts: PerLevel<Count>,
}

/// What follows from the states at one level. Each run is of one size of cohort, one number of DLTs and one level after it, so
/// that its keys differ from those of the states by the same amount, and are in order as they are.
struct Runs {
    places: usize,
    runs: Vec<Entries>,
}

impl Runs {
    fn new(doses: usize) -> Self {
        Self {
            places: doses + 1,
            runs: Vec::new(),
        }
    }

    fn push(&mut self, cohort: u32, dlts: u32, place: u8, entry: (u128, f64)) {
        // Pairs of a cohort and its DLTs in order: 0/0, 0/1, 1/1, 0/2, …
        let pair = (cohort * (cohort + 1) / 2 + dlts) as usize;
        let run = pair * self.places + usize::from(place);
        if self.runs.len() <= run {
            self.runs.resize(run + 1, Entries::new());
        }
        self.runs[run].push(entry);
    }
}

/// The size of the cohort of a pair of a cohort and its DLTs.
fn cohort_of(pair: usize) -> u32 {
    let mut cohort = 0;
    while (cohort + 1) * (cohort + 2) / 2 <= pair {
        cohort += 1;
    }
    u32::try_from(cohort).unwrap_or(u32::MAX)
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
        layers: vec![Layer::default(); planned as usize + 1],
        counts,
    };
    let mut first = vec![(walk.packing.pack(&walk.counts, Some(plan.start)), 1.0)];
    walk.layers[0].take(usize::from(plan.start.number()), &mut first);
    let mut endings = Entries::new();
    let mut states = 0_u64;
    let mut memory = Memory::new(limit, planned);
    for subjects in 0..=planned {
        let mut layer = std::mem::take(&mut walk.layers[subjects as usize]);
        layer.by_level.iter_mut().for_each(merge);
        if layer.len() == 0 {
            continue;
        }
        states += layer.len() as u64;
        endings.append(&mut walk.advance(&layer, subjects)?);
        let live = walk.layers.iter().map(Layer::len).sum::<usize>() + layer.len();
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
    /// Treats the next cohort of every state of a layer; the endings.
    fn advance(&mut self, layer: &Layer, subjects: u32) -> Result<Entries, CompileError> {
        let doses = self.counts.len();
        let mut ended = Entries::new();
        for states in &layer.by_level {
            let (mut next, mut ends) = (Runs::new(doses), Runs::new(doses + UNDECIDED as usize));
            for &(key, ways) in states {
                self.treat((key, ways), subjects, &mut next, &mut ends)?;
            }
            for (place, run) in next.runs.iter_mut().enumerate().filter(|(_, run)| !run.is_empty()) {
                let (total, level) = (subjects + cohort_of(place / (doses + 1)), place % (doses + 1));
                self.layers[total as usize].take(level, run);
            }
            ends.runs.iter_mut().for_each(|run| ended.append(run));
        }
        merge(&mut ended);
        for ending in &mut ended {
            ending.0 = self.selected(ending.0);
        }
        Ok(ended)
    }

    /// Treats the next cohort of a state.
    fn treat(
        &mut self,
        (key, ways): (u128, f64),
        subjects: u32,
        next: &mut Runs,
        ends: &mut Runs,
    ) -> Result<(), CompileError> {
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
                ends.push(cohort, dlts, UNDECIDED, (with_level(key, UNDECIDED), ways));
                continue;
            }
            match self.decide(at, Count::complete(cohort, dlts)) {
                Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to)
                    if usize::from(to.number()) <= self.counts.len() =>
                {
                    next.push(cohort, dlts, to.number(), (with_level(key, to.number()), ways));
                }
                Action::Stop(mtd) => {
                    let selected = mtd.map_or(0, DoseLevel::number);
                    ends.push(cohort, dlts, selected, (with_level(key, selected), ways));
                }
                Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait => {
                    return Err(CompileError::NoDecision(total));
                }
            }
        }
        Ok(())
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
