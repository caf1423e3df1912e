//! Exact operating characteristics of BOIN12, which decides from DLTs and responses.
//!
//! The states are walked forward as in [`compile()`](super::compile()), with subjects, DLTs and responses per level, and those
//! with both where the utilities need them. The probabilities of the true curves are carried along, as four outcomes a subject
//! leave too many endings to keep.

use super::compile::{CompileError, Limit};
use super::evaluate::{Curve, InvalidCurve};
use super::key::{KeyMap, level, with_level};
use super::memory::Memory;
use crate::design::{Action, Boin12, EfficacyCount};
use crate::protocol::{DoseLevel, PerLevel};

/// True curves walked together.
const BATCH: usize = 8;

/// One value for each curve of a batch.
type Lanes = [f64; BATCH];

/// Bits for a level at the low end of a key.
const LEVEL_BITS: u32 = 5;

/// BOIN12 with its conduct.
#[derive(Debug, Clone, Copy)]
pub struct EfficacyPlan<'a> {
    /// The rule itself.
    pub design: &'a Boin12,
    /// Number of dose levels.
    pub doses: u8,
    /// Level of the first cohort.
    pub start: DoseLevel,
    /// Subjects in a cohort.
    pub cohort_size: u32,
    /// Cohorts in all.
    pub cohorts: u32,
    /// End the trial when the next cohort would stay at a level with this many subjects.
    pub stop_at: Option<u32>,
}

/// True probabilities of the four outcomes of a subject, per level.
#[derive(Debug, Clone, PartialEq)]
pub struct EfficacyCurve {
    /// Neither, response alone, DLT alone, both.
    cells: Vec<[f64; 4]>,
}

/// Operating characteristics under one true curve.
#[derive(Debug, Clone, PartialEq)]
pub struct EfficacyCharacteristics {
    /// Probability that a level is selected as optimal biological dose.
    pub select: PerLevel<f64>,
    /// Probability that no level is selected.
    pub select_none: f64,
    /// Expected subjects at a level.
    pub patients: PerLevel<f64>,
    /// Expected DLTs at a level.
    pub dlts: PerLevel<f64>,
    /// Expected responses at a level.
    pub responses: PerLevel<f64>,
    /// Expected subjects in all.
    pub n_total: f64,
}

impl EfficacyCurve {
    /// DLT and response are independent in a subject.
    pub fn independent(dlt: &Curve, response: &[f64]) -> Result<Self, InvalidCurve> {
        if let Some(wrong) = response.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(InvalidCurve::Response(*wrong));
        }
        if response.len() != dlt.values().len() {
            return Err(InvalidCurve::ResponseLength {
                given: response.len(),
                doses: dlt.values().len(),
            });
        }
        let cells = dlt.values().iter().zip(response).map(|(t, e)| {
            let (no_t, no_e) = (1.0 - t, 1.0 - e);
            [no_t * no_e, no_t * e, t * no_e, t * e]
        });
        Ok(Self { cells: cells.collect() })
    }
}

/// How counts are packed: subjects, DLTs, responses and both per level, above the level treated last.
#[derive(Clone, Copy)]
struct Fields {
    bits: u32,
    doses: u32,
}

impl Fields {
    fn new(doses: u8, most: u32) -> Option<Self> {
        let fields = Self {
            bits: u32::BITS - most.leading_zeros(),
            doses: u32::from(doses),
        };
        (doses < (1 << LEVEL_BITS) - 1 && fields.doses * 4 * fields.bits + LEVEL_BITS <= u128::BITS).then_some(fields)
    }

    /// What these counts at a level add to a key.
    fn step(self, level: DoseLevel, counts: [u32; 4]) -> u128 {
        let packed = counts
            .into_iter()
            .fold(0_u128, |packed, count| (packed << self.bits) | u128::from(count));
        packed << (LEVEL_BITS + 4 * self.bits * (u32::from(level.number()) - 1))
    }

    fn unpack(self, key: u128, counts: &mut PerLevel<EfficacyCount>) {
        let mut rest = key >> LEVEL_BITS;
        let mut take = || {
            let low = rest & ((1 << self.bits) - 1);
            rest >>= self.bits;
            u32::try_from(low).unwrap_or(u32::MAX)
        };
        for count in counts.values_mut() {
            let (both, response, dlt, evaluable) = (take(), take(), take(), take());
            *count = EfficacyCount::complete(evaluable, dlt, response, both);
        }
    }
}

/// Operating characteristics under each curve, and the number of states walked through.
pub fn evaluate_efficacy(
    plan: &EfficacyPlan<'_>,
    curves: &[EfficacyCurve],
    limit: Limit,
    on_layer: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<(u64, Vec<EfficacyCharacteristics>), CompileError> {
    let most = plan.cohort_size.saturating_mul(plan.cohorts);
    let fields = Fields::new(plan.doses, most).ok_or(CompileError::TooWide {
        doses: plan.doses,
        subjects: most,
    })?;
    let mut states = 0;
    let mut found = Vec::with_capacity(curves.len());
    for batch in curves.chunks(BATCH) {
        let mut walk = Walk::new(plan, fields, batch);
        states = walk.run(limit, on_layer)?;
        found.extend((0..batch.len()).map(|lane| walk.characteristics(lane)));
    }
    Ok((states, found))
}

/// Sums over endings.
struct Walk<'a> {
    plan: &'a EfficacyPlan<'a>,
    fields: Fields,
    /// What a cohort at a level can add to a key, with its probability under each curve.
    cohorts: Vec<Vec<(u128, Lanes)>>,
    counts: PerLevel<EfficacyCount>,
    select: Vec<Lanes>,
    none: Lanes,
    patients: Vec<Lanes>,
    dlts: Vec<Lanes>,
    responses: Vec<Lanes>,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a EfficacyPlan<'a>, fields: Fields, curves: &[EfficacyCurve]) -> Self {
        let doses = usize::from(plan.doses);
        let counts = PerLevel::new(vec![EfficacyCount::default(); doses]);
        let cohorts = counts.levels().map(|level| outcomes(plan, fields, curves, level));
        Self {
            plan,
            fields,
            cohorts: cohorts.collect(),
            select: vec![[0.0; BATCH]; doses],
            none: [0.0; BATCH],
            patients: vec![[0.0; BATCH]; doses],
            dlts: vec![[0.0; BATCH]; doses],
            responses: vec![[0.0; BATCH]; doses],
            counts,
        }
    }

    /// Treats one cohort after another; the number of states.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "the hasher is fixed: every run has the same order"
    )]
    fn run(&mut self, limit: Limit, on_layer: &mut dyn FnMut(u32, u32) -> bool) -> Result<u64, CompileError> {
        let (size, planned) = (self.plan.cohort_size, self.plan.cohorts * self.plan.cohort_size);
        let mut states = 0;
        let mut memory = Memory::new(limit, self.plan.cohorts);
        let mut layer: KeyMap<Lanes> = KeyMap::default();
        layer.insert(0, [1.0; BATCH]);
        for treated in 0..=self.plan.cohorts {
            states += layer.len() as u64;
            let mut next: KeyMap<Lanes> = KeyMap::default();
            for (&key, chance) in &layer {
                self.fields.unpack(key, &mut self.counts);
                let Some(to) = self.goes_to(treated, level(key)) else {
                    let selected = self.selected(treated, level(key));
                    self.end(selected, chance);
                    continue;
                };
                let cohort = self.cohorts.get(usize::from(to.number()) - 1);
                for (step, likely) in cohort.ok_or(CompileError::NoDecision(treated * size))? {
                    let slot = next.entry(with_level(key + step, to.number())).or_default();
                    for lane in 0..BATCH {
                        slot[lane] += chance[lane] * likely[lane];
                    }
                }
            }
            // A state in a map takes its key, its probabilities and a byte; the map is on average two thirds full.
            let live = (layer.len() + next.len()) as u64 * (17 + 8 * BATCH as u64) * 3 / 2;
            memory.check(treated, live, 0, (treated * size, planned))?;
            if !on_layer(treated * size, planned) {
                return Err(CompileError::Cancelled);
            }
            layer = next;
        }
        Ok(states)
    }

    /// The level of the next cohort; none where the trial ends.
    fn goes_to(&self, treated: u32, last: Option<DoseLevel>) -> Option<DoseLevel> {
        let Some(current) = last else {
            return Some(self.plan.start);
        };
        if treated == self.plan.cohorts {
            return None;
        }
        let action = self.plan.design.decide(&self.counts, current).action;
        let stays = action == Action::Stay(current);
        action.level().filter(|level| !(stays && self.is_enough(*level)))
    }

    fn is_enough(&self, level: DoseLevel) -> bool {
        let here = self.counts.at(level).dlts.evaluable;
        self.plan.stop_at.is_some_and(|enough| here >= enough)
    }

    /// The dose selected where the trial ends.
    fn selected(&self, treated: u32, last: Option<DoseLevel>) -> Option<DoseLevel> {
        let current = last?;
        let stopped = matches!(self.plan.design.decide(&self.counts, current).action, Action::Stop(_));
        if stopped && treated < self.plan.cohorts {
            return None;
        }
        self.plan.design.select(&self.counts)
    }

    fn end(&mut self, selected: Option<DoseLevel>, chance: &Lanes) {
        let slot = match selected {
            Some(level) => &mut self.select[usize::from(level.number()) - 1],
            None => &mut self.none,
        };
        add(slot, chance, 1);
        for (index, count) in self.counts.values().iter().enumerate() {
            add(&mut self.patients[index], chance, count.dlts.evaluable);
            add(&mut self.dlts[index], chance, count.dlts.dlt);
            add(&mut self.responses[index], chance, count.response);
        }
    }

    fn characteristics(&self, lane: usize) -> EfficacyCharacteristics {
        let of = |lanes: &[Lanes]| PerLevel::new(lanes.iter().map(|lanes| lanes[lane]).collect());
        EfficacyCharacteristics {
            select: of(&self.select),
            select_none: self.none[lane],
            patients: of(&self.patients),
            dlts: of(&self.dlts),
            responses: of(&self.responses),
            n_total: self.patients.iter().map(|lanes| lanes[lane]).sum(),
        }
    }
}

fn add(sums: &mut Lanes, chance: &Lanes, times: u32) {
    for (sum, chance) in sums.iter_mut().zip(chance) {
        *sum += chance * f64::from(times);
    }
}

/// Everything a cohort at a level can turn out to be, equal keys merged.
fn outcomes(plan: &EfficacyPlan<'_>, fields: Fields, curves: &[EfficacyCurve], level: DoseLevel) -> Vec<(u128, Lanes)> {
    let size = plan.cohort_size;
    let margins = plan.design.needs_margins_only();
    let mut merged = std::collections::BTreeMap::<u128, Lanes>::new();
    for response in 0..=size {
        for dlt in 0..=size - response {
            for both in 0..=size - response - dlt {
                let split = [size - response - dlt - both, response, dlt, both];
                let kept = if margins { 0 } else { both };
                let slot = merged
                    .entry(fields.step(level, [size, dlt + both, response + both, kept]))
                    .or_default();
                for (lane, curve) in curves.iter().enumerate() {
                    let cells = curve.cells[usize::from(level.number()) - 1];
                    slot[lane] += multinomial(split, cells);
                }
            }
        }
    }
    merged.into_iter().collect()
}

/// Probability of so many subjects with each outcome.
fn multinomial(split: [u32; 4], cells: [f64; 4]) -> f64 {
    let mut before = 0;
    let mut probability = 1.0;
    for (count, cell) in split.into_iter().zip(cells) {
        for k in 1..=count {
            before += 1;
            probability *= cell * f64::from(before) / f64::from(k);
        }
    }
    probability
}
