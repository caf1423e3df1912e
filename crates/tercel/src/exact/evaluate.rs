//! A compiled design and its characteristics under a true curve.

use thiserror::Error;

use super::key::{Packing, level};
use crate::design::Count;
use crate::protocol::{DoseLevel, PerLevel};

/// Curves evaluated together, so that the arithmetic runs in the processor's vector registers.
const BATCH: usize = 8;

/// One value for each curve of a batch.
type Lanes = [f64; BATCH];

/// True DLT probabilities, one per level, not decreasing.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve(PerLevel<f64>);

/// Why numbers are no true curve.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidCurve {
    /// A number is no probability.
    #[error("{0} is not a probability; true DLT probabilities lie between 0 and 1")]
    Probability(f64),
    /// A higher dose is less toxic.
    #[error("the true DLT probabilities decrease from {0} to {1}; give them from the lowest level to the highest")]
    Decreasing(f64, f64),
    /// A true response probability is none.
    #[error("{0} is not a probability; true response probabilities lie between 0 and 1")]
    Response(f64),
    /// Responses are given for another number of doses than DLTs.
    #[error("{given} true response probabilities for {doses} dose levels")]
    ResponseLength {
        /// Probabilities given.
        given: usize,
        /// Levels with a true DLT probability.
        doses: usize,
    },
    /// The number of doses differs from the design's.
    #[error("{given} true DLT probabilities for {doses} dose levels")]
    Length {
        /// Probabilities given.
        given: usize,
        /// Levels of the design.
        doses: usize,
    },
}

impl Curve {
    /// A curve from the lowest level to the highest.
    pub fn new(probabilities: Vec<f64>) -> Result<Self, InvalidCurve> {
        if let Some(wrong) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(InvalidCurve::Probability(*wrong));
        }
        if let Some(pair) = probabilities.windows(2).find(|pair| pair[1] < pair[0]) {
            return Err(InvalidCurve::Decreasing(pair[0], pair[1]));
        }
        Ok(Self(PerLevel::new(probabilities)))
    }

    /// The probabilities, lowest level first.
    pub fn values(&self) -> &[f64] {
        self.0.values()
    }
}

/// Operating characteristics under one true curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Characteristics {
    /// Probability that a level is selected.
    pub select: PerLevel<f64>,
    /// Probability that no level is selected.
    pub select_none: f64,
    /// Expected subjects at a level.
    pub patients: PerLevel<f64>,
    /// Expected DLTs at a level.
    pub dlts: PerLevel<f64>,
    /// Expected subjects in all.
    pub n_total: f64,
    /// Probability of each total number of subjects.
    pub n_distribution: Vec<(u32, f64)>,
    /// Expected days from the first infusion to the end, where the compiled design knows time.
    pub duration_days: Option<f64>,
}

impl Characteristics {
    /// The average over curves with weights of which one at least is above 0; `None` where there is nothing to average. The
    /// curves are of one compiled design.
    pub fn average(each: &[Self], weights: &[f64]) -> Option<Self> {
        let all: f64 = weights.iter().sum();
        if each.len() != weights.len() || all <= 0.0 {
            return None;
        }
        let first = each.first()?;
        let mean = |of: &dyn Fn(&Self) -> f64| -> f64 {
            each.iter()
                .zip(weights)
                .map(|(found, weight)| weight / all * of(found))
                .sum()
        };
        let means = |of: fn(&Self) -> &PerLevel<f64>| {
            let places = 0..of(first).len();
            PerLevel::new(places.map(|place| mean(&|found| of(found).values()[place])).collect())
        };
        let totals = first.n_distribution.iter().enumerate();
        Some(Self {
            select: means(|found| &found.select),
            select_none: mean(&|found| found.select_none),
            patients: means(|found| &found.patients),
            dlts: means(|found| &found.dlts),
            n_total: mean(&|found| found.n_total),
            n_distribution: totals
                .map(|(place, (total, _))| (*total, mean(&|found| found.n_distribution[place].1)))
                .collect(),
            duration_days: first
                .duration_days
                .map(|_| mean(&|found| found.duration_days.unwrap_or(0.0))),
        })
    }
}

/// What can go wrong in a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risks {
    /// Probability of fewer subjects at the right level than an even share.
    pub poor_allocation: f64,
    /// Probability of more DLTs in all than the target expects of the planned subjects.
    pub high_toxicity: f64,
}

/// Endings in order of key, as they come out of a compilation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Endings {
    pub(super) keys: Vec<u128>,
    pub(super) ways: Vec<f64>,
    /// Ways times days.
    pub(super) days: Option<Vec<f64>>,
}

/// One way a trial can end.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// Outcomes per level.
    pub counts: PerLevel<Count>,
    /// Dose selected.
    pub mtd: Option<DoseLevel>,
    /// Number of ways to get there, the order of subjects inside a cohort told apart.
    pub ways: f64,
}

/// A design as its endings, each with the number of ways to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    packing: Packing,
    doses: usize,
    max_n: Option<u32>,
    states: u64,
    /// Endings in order of key.
    endings: Endings,
    /// First dose at which an ending differs from the one before it.
    differs: Vec<u8>,
    /// Places in `pairs` from that dose on, up to the last dose with subjects, ending after ending.
    steps: Vec<u32>,
    /// Number of doses up to the last one with subjects, of each ending.
    used: Vec<u8>,
    /// Index into `classes` of each ending.
    class: Vec<u16>,
    /// Distinct numbers of subjects and DLTs, dose after dose.
    pairs: Vec<(u32, u32)>,
    /// Where the pairs of each dose begin.
    begins: Vec<usize>,
    /// Distinct selections with total numbers of subjects.
    classes: Vec<(Option<DoseLevel>, u32)>,
}

/// A table from pairs of small numbers to places, filled as they turn up.
struct Places {
    width: usize,
    places: Vec<u32>,
}

impl Places {
    const NONE: u32 = u32::MAX;

    fn new(height: usize, width: usize) -> Self {
        Self {
            width,
            places: vec![Self::NONE; height * width],
        }
    }

    fn slot(&mut self, row: u32, column: u32) -> &mut u32 {
        &mut self.places[row as usize * self.width + column as usize]
    }
}

impl Compiled {
    /// From endings sorted by key.
    pub(super) fn new(packing: Packing, doses: u32, max_n: Option<u32>, states: u64, endings: Endings) -> Self {
        let (pairs, begins) = distinct_pairs(packing, doses, &endings.keys);
        let width = packing.most() as usize + 1;
        let mut places: Vec<Places> = (0..doses).map(|_| Places::new(width, width)).collect();
        for (dose, places) in places.iter_mut().enumerate() {
            let range = begins[dose]..begins[dose + 1];
            for (place, &(n, y)) in range.clone().zip(&pairs[range]) {
                *places.slot(n, y) = small(place);
            }
        }
        let mut class_places = Places::new(doses as usize + 1, width * doses as usize);
        let count = endings.keys.len();
        let mut compiled = Self {
            packing,
            doses: doses as usize,
            max_n,
            states,
            differs: Vec::with_capacity(count),
            steps: Vec::with_capacity(2 * count),
            used: Vec::with_capacity(count),
            class: Vec::with_capacity(count),
            pairs,
            begins,
            classes: Vec::new(),
            endings,
        };
        let mut before: Option<u128> = None;
        for &key in &compiled.endings.keys {
            let mut total = 0;
            let mut used = 0;
            for dose in 0..doses {
                let n = packing.pair(key, dose).0;
                total += n;
                if n > 0 {
                    used = dose + 1;
                }
            }
            let differs = before
                .map_or(0, |before| packing.first_difference(before, key))
                .min(used);
            before = Some(key);
            for dose in differs..used {
                let (n, y) = packing.pair(key, dose);
                compiled.steps.push(*places[dose as usize].slot(n, y));
            }
            let mtd = level(key);
            let classes = &mut compiled.classes;
            let place = class_places.slot(mtd.map_or(0, |mtd| u32::from(mtd.number())), total);
            if *place == Places::NONE {
                *place = small(classes.len());
                classes.push((mtd, total));
            }
            compiled.class.push(u16::try_from(*place).unwrap_or(u16::MAX));
            compiled.differs.push(u8::try_from(differs).unwrap_or(u8::MAX));
            compiled.used.push(u8::try_from(used).unwrap_or(u8::MAX));
        }
        compiled
    }

    /// How its keys are packed.
    pub(super) const fn packing(&self) -> Packing {
        self.packing
    }

    /// Its endings as columns.
    pub(super) const fn endings_columns(&self) -> &Endings {
        &self.endings
    }

    /// Number of dose levels.
    pub const fn doses(&self) -> usize {
        self.doses
    }

    /// Planned number of subjects, where there is one.
    pub const fn max_n(&self) -> Option<u32> {
        self.max_n
    }

    /// Distinct states of trials that go on.
    pub const fn states(&self) -> u64 {
        self.states
    }

    /// Distinct ways to end.
    pub fn endings_count(&self) -> usize {
        self.endings.keys.len()
    }

    /// Every way the trial can end.
    pub fn endings(&self) -> impl Iterator<Item = Ending> + '_ {
        self.endings.keys.iter().zip(&self.endings.ways).map(|(&key, &ways)| {
            let mut counts = PerLevel::new(vec![Count::default(); self.doses]);
            let mtd = self.packing.unpack(key, &mut counts);
            Ending { counts, mtd, ways }
        })
    }

    /// Characteristics under one curve.
    pub fn evaluate(&self, curve: &Curve) -> Result<Characteristics, InvalidCurve> {
        let mut answer = self.empty();
        self.evaluate_each(std::slice::from_ref(curve), |_, found| answer.clone_from(found))?;
        Ok(answer)
    }

    /// Risks of a trial under one curve, where `right` is the level that should be selected: the probability that fewer
    /// subjects are treated there than an even share of those planned, and that more DLTs occur in all than the target
    /// expects of them. `None` where no number of subjects is planned.
    pub fn risks(&self, curve: &Curve, right: DoseLevel, target: f64) -> Option<Risks> {
        let planned = f64::from(self.max_n?);
        let share = planned / self.doses as f64;
        let place = u32::from(right.number()) - 1;
        if curve.values().len() != self.doses || place as usize >= self.doses {
            return None;
        }
        let mut risks = Risks {
            poor_allocation: 0.0,
            high_toxicity: 0.0,
        };
        for (&key, &ways) in self.endings.keys.iter().zip(&self.endings.ways) {
            let mut chance = ways;
            let mut dlts = 0;
            for (dose, &p) in (0..).zip(curve.values()) {
                let (n, y) = self.packing.pair(key, dose);
                chance *= p.powi(y.cast_signed()) * (1.0 - p).powi((n - y).cast_signed());
                dlts += y;
            }
            if f64::from(self.packing.pair(key, place).0) < share {
                risks.poor_allocation += chance;
            }
            // A product that is whole up to rounding is not exceeded by its own number.
            if f64::from(dlts) > target * planned + 1e-9 {
                risks.high_toxicity += chance;
            }
        }
        Some(risks)
    }

    /// Characteristics under each curve, in order; `visit` is given the curve's index.
    pub fn evaluate_each(
        &self,
        curves: &[Curve],
        mut visit: impl FnMut(usize, &Characteristics),
    ) -> Result<(), InvalidCurve> {
        if let Some(wrong) = curves.iter().find(|curve| curve.values().len() != self.doses) {
            return Err(InvalidCurve::Length {
                given: wrong.values().len(),
                doses: self.doses,
            });
        }
        let mut work = Work::new(self);
        let mut found = self.empty();
        for (batch, curves) in curves.chunks(BATCH).enumerate() {
            work.fill(self, curves);
            work.sum(self);
            for (lane, curve) in curves.iter().enumerate() {
                work.read(self, lane, curve, &mut found);
                visit(batch * BATCH + lane, &found);
            }
        }
        Ok(())
    }

    fn empty(&self) -> Characteristics {
        let zeros = || PerLevel::new(vec![0.0; self.doses]);
        let mut totals: Vec<u32> = self.classes.iter().map(|(_, total)| *total).collect();
        totals.sort_unstable();
        totals.dedup();
        Characteristics {
            select: zeros(),
            select_none: 0.0,
            patients: zeros(),
            dlts: zeros(),
            n_total: 0.0,
            n_distribution: totals.into_iter().map(|total| (total, 0.0)).collect(),
            duration_days: None,
        }
    }
}

fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The distinct numbers of subjects and DLTs at each dose, and where those of each dose begin.
fn distinct_pairs(packing: Packing, doses: u32, keys: &[u128]) -> (Vec<(u32, u32)>, Vec<usize>) {
    let width = packing.most() as usize + 1;
    let mut pairs = Vec::new();
    let mut begins = vec![0];
    for dose in 0..doses {
        let mut seen = Places::new(width, width);
        for &key in keys {
            let (n, y) = packing.pair(key, dose);
            let slot = seen.slot(n, y);
            if n > 0 && *slot == Places::NONE {
                *slot = 0;
                pairs.push((n, y));
            }
        }
        begins.push(pairs.len());
    }
    (pairs, begins)
}

/// Index of the last dose there is room for, all ones in binary: an index masked by it needs no check.
const DEEPEST: usize = 31;

/// The doses of the ending at hand, the first one outermost.
struct Path {
    /// Product of the factors of the doses before each.
    product: [Lanes; DEEPEST + 1],
    /// Sum of the endings that share the outcomes at the doses before each, the last dose with subjects apart.
    below: [Lanes; DEEPEST + 1],
    /// Expected subjects at each dose so far.
    patients: [Lanes; DEEPEST + 1],
    /// Subjects at each dose.
    current: [f64; DEEPEST + 1],
}

impl Path {
    /// Passes what was summed below the doses from `first` up to `open` on to the dose before each.
    fn close(&mut self, first: usize, open: usize) {
        for dose in (first..open).rev() {
            let dose = dose & DEEPEST;
            let sum = self.below[(dose + 1) & DEEPEST];
            self.below[(dose + 1) & DEEPEST] = [0.0; BATCH];
            let subjects = self.current[dose];
            let (patients, below) = (&mut self.patients[dose], &mut self.below[dose]);
            for lane in 0..BATCH {
                patients[lane] += subjects * sum[lane];
                below[lane] += sum[lane];
            }
        }
    }
}

/// Room for the sums of one batch.
struct Work {
    /// p^y (1−p)^(n−y) of each pair.
    factors: Vec<Lanes>,
    /// Subjects of each pair.
    subjects: Vec<f64>,
    /// Probability of each class.
    classes: Vec<Lanes>,
    /// Expected subjects per dose.
    patients: Vec<Lanes>,
    /// Expected days.
    days: Lanes,
}

impl Work {
    fn new(compiled: &Compiled) -> Self {
        let zeros = |count: usize| vec![[0.0; BATCH]; count];
        Self {
            factors: zeros(compiled.pairs.len()),
            subjects: compiled.pairs.iter().map(|(n, _)| f64::from(*n)).collect(),
            classes: zeros(compiled.classes.len()),
            patients: zeros(compiled.doses),
            days: [0.0; BATCH],
        }
    }

    /// Tabulates the factors of each dose for a batch of curves.
    fn fill(&mut self, compiled: &Compiled, curves: &[Curve]) {
        for dose in 0..compiled.doses {
            let range = compiled.begins[dose]..compiled.begins[dose + 1];
            let pairs = &compiled.pairs[range.clone()];
            let most = pairs.iter().map(|(n, _)| *n).max().unwrap_or(0) as usize;
            let mut p: Lanes = [0.0; BATCH];
            for (slot, curve) in p.iter_mut().zip(curves) {
                *slot = curve.values()[dose];
            }
            let with = powers(&p, most);
            let without = powers(&p.map(|p| 1.0 - p), most);
            for ((n, y), factor) in pairs.iter().zip(&mut self.factors[range]) {
                *factor = times(&with[*y as usize], &without[(n - y) as usize]);
            }
        }
    }

    /// Sums the endings. Endings that share their first doses share the product over them, and the expected number of
    /// subjects at a dose is added once for all endings that go on from the same outcomes there.
    fn sum(&mut self, compiled: &Compiled) {
        self.classes.fill([0.0; BATCH]);
        self.days = [0.0; BATCH];
        let mut path = Path {
            product: [[1.0; BATCH]; DEEPEST + 1],
            below: [[0.0; BATCH]; DEEPEST + 1],
            patients: [[0.0; BATCH]; DEEPEST + 1],
            current: [0.0; DEEPEST + 1],
        };
        let mut days = compiled.endings.days.iter().flatten();
        let mut steps = compiled.steps.as_slice();
        let mut open = 0;
        let endings = compiled.differs.iter().zip(&compiled.used).zip(&compiled.endings.ways);
        for (((&differs, &used), &ways), &class) in endings.zip(&compiled.class) {
            let (differs, used) = (usize::from(differs), usize::from(used));
            path.close(differs, open);
            let last = used.saturating_sub(1) & DEEPEST;
            open = last;
            let (these, rest) = steps.split_at(used - differs);
            steps = rest;
            for (dose, &place) in (differs..used).zip(these) {
                let dose = dose & DEEPEST;
                path.current[dose] = self.subjects[place as usize];
                path.product[(dose + 1) & DEEPEST] = times(&path.product[dose], &self.factors[place as usize]);
            }
            let product = &path.product[used & DEEPEST];
            let subjects = path.current[last];
            let sums = &mut self.classes[usize::from(class)];
            let (below, patients) = (&mut path.below[last], &mut path.patients[last]);
            for lane in 0..BATCH {
                let chance = product[lane] * ways;
                sums[lane] += chance;
                below[lane] += chance;
                patients[lane] += subjects * chance;
            }
            if let Some(days) = days.next() {
                add(&mut self.days, &product.map(|product| product * days));
            }
        }
        path.close(0, open);
        self.patients.copy_from_slice(&path.patients[..compiled.doses]);
    }

    /// The characteristics of one curve of the batch.
    fn read(&self, compiled: &Compiled, lane: usize, curve: &Curve, found: &mut Characteristics) {
        found.select.values_mut().fill(0.0);
        found.select_none = 0.0;
        found.n_total = 0.0;
        found.duration_days = compiled.endings.days.is_some().then_some(self.days[lane]);
        for (_, chance) in &mut found.n_distribution {
            *chance = 0.0;
        }
        for (&(mtd, total), sums) in compiled.classes.iter().zip(&self.classes) {
            let chance = sums[lane];
            match mtd.and_then(|mtd| found.select.get_mut(mtd)) {
                Some(select) => *select += chance,
                None => found.select_none += chance,
            }
            let at = found.n_distribution.binary_search_by_key(&total, |(total, _)| *total);
            if let Ok(at) = at {
                found.n_distribution[at].1 += chance;
            }
            found.n_total += f64::from(total) * chance;
        }
        for (dose, p) in curve.values().iter().enumerate() {
            let patients = self.patients[dose][lane];
            found.patients.values_mut()[dose] = patients;
            // Who is treated where depends on earlier outcomes only, so the expected DLTs are p times the subjects.
            found.dlts.values_mut()[dose] = patients * p;
        }
    }
}

fn powers(base: &Lanes, most: usize) -> Vec<Lanes> {
    let mut powers = Vec::with_capacity(most + 1);
    let mut power = [1.0; BATCH];
    for _ in 0..=most {
        powers.push(power);
        power = times(&power, base);
    }
    powers
}

fn times(left: &Lanes, right: &Lanes) -> Lanes {
    let mut product = *left;
    for (slot, factor) in product.iter_mut().zip(right) {
        *slot *= factor;
    }
    product
}

fn add(sum: &mut Lanes, part: &Lanes) {
    for (slot, part) in sum.iter_mut().zip(part) {
        *slot += part;
    }
}
