//! One trial on continuous time, event by event.

use super::conditions::{Accrual, Conditions, Suspended};
use super::draws::Draws;
use super::subject::Subject;
use super::sums::{Ended, Timed};
use super::timed::Rule;
use super::{MOST_SUBJECTS, SimulationError};
use crate::design::{Action, Count, Interim, Pending, Plan, Stage};
use crate::protocol::{DoseLevel, PerLevel};

/// Days within which two moments are the same: sums of intervals differ in their last digits.
const SAME: f64 = 1e-9;

/// Events of one trial after which it is given up: those of far more subjects than a trial may have.
const MOST_EVENTS: u32 = 100 * MOST_SUBJECTS;

/// An infused subject.
#[derive(Debug, Clone, Copy)]
struct Treated {
    level: DoseLevel,
    infused: f64,
    /// When the outcome is known.
    known: f64,
    dlt: bool,
    excluded: bool,
}

/// A product in the making, or kept until it may be infused.
#[derive(Debug, Clone, Copy)]
struct Product {
    ready: f64,
    subject: Subject,
    made: bool,
}

/// The end of a trial.
#[derive(Debug, Clone, Copy)]
struct End {
    mtd: Option<DoseLevel>,
    days: f64,
}

/// What the rule says now.
enum Answer {
    Treat(DoseLevel),
    Wait,
    End(End),
}

/// One trial after another in the same memory.
pub(super) struct Trial<'a> {
    rule: &'a Rule<'a>,
    conditions: &'a Conditions,
    curve: &'a [f64],
    draws: Draws,
    arrivals: Draws,
    now: f64,
    next_offer: f64,
    treated: Vec<Treated>,
    products: Vec<Product>,
    /// Level of the latest infusion, or of the cohort.
    level: DoseLevel,
    /// Subjects analysed so far before the cohort at hand, and the size of the cohort.
    cohort_from: u32,
    cohort: u32,
    known: PerLevel<Count>,
    pending: Vec<Pending>,
    ended: Ended,
    tally: Timed,
}

impl<'a> Trial<'a> {
    pub(super) fn new(rule: &'a Rule<'a>, conditions: &'a Conditions, curve: &'a [f64], draws: [Draws; 2]) -> Self {
        let [draws, arrivals] = draws;
        Self {
            rule,
            conditions,
            curve,
            draws,
            arrivals,
            now: 0.0,
            next_offer: 0.0,
            treated: Vec::new(),
            products: Vec::new(),
            level: rule.start(),
            cohort_from: 0,
            cohort: 0,
            known: PerLevel::new(vec![Count::default(); curve.len()]),
            pending: Vec::new(),
            ended: Ended::default(),
            tally: Timed::default(),
        }
    }

    /// How the latest trial ended.
    pub(super) const fn ended(&self) -> &Ended {
        &self.ended
    }

    /// Runs the trial of this number.
    pub(super) fn run(&mut self, number: u64) -> Result<(), SimulationError> {
        self.begin(number)?;
        for _ in 0..MOST_EVENTS {
            let product = self.products.first().map(|product| product.ready);
            let end = if let Some(ready) = product.filter(|ready| *ready <= self.next_offer + SAME) {
                self.now = self.now.max(ready);
                let product = self.products.remove(0);
                self.have_product(product)?
            } else {
                self.now = self.next_offer;
                self.have_offer()?
            };
            if let Some(end) = end {
                self.finish(end);
                return Ok(());
            }
            if self.treated.len() > MOST_SUBJECTS as usize {
                break;
            }
        }
        Err(self.no_decision())
    }

    fn begin(&mut self, number: u64) -> Result<(), SimulationError> {
        self.draws.go_to(number);
        if matches!(self.conditions.accrual, Accrual::Poisson(_)) {
            self.arrivals.go_to_arrivals(number);
        }
        self.treated.clear();
        self.products.clear();
        self.now = 0.0;
        self.next_offer = self.interval();
        self.level = self.rule.start();
        self.tally = Timed::default();
        self.look();
        self.cohort_from = 0;
        self.cohort = match *self.rule {
            Rule::Cohorts(plan) => plan.cohort(&self.known, plan.start),
            Rule::LateOnset { max_n, .. } => max_n,
        };
        if self.cohort == 0 {
            return Err(SimulationError::NoStart);
        }
        Ok(())
    }

    /// Days to the next subject offered.
    fn interval(&mut self) -> f64 {
        match self.conditions.accrual {
            Accrual::Regular(days) => days,
            Accrual::Poisson(mean) => -mean * self.arrivals.uniform().ln(),
        }
    }

    /// A subject is offered.
    fn have_offer(&mut self) -> Result<Option<End>, SimulationError> {
        match self.ask()? {
            Answer::End(end) => return Ok(Some(end)),
            Answer::Treat(_) if self.has_room() => {
                self.next_offer = self.now + self.interval();
                self.tally.consented += 1;
                let subject = Subject::draw(&mut self.draws);
                self.keep(Product {
                    ready: self.now + subject.delay(self.conditions),
                    subject,
                    made: !subject.fails(self.conditions),
                });
            }
            Answer::Treat(_) | Answer::Wait => match self.conditions.suspended {
                Suspended::Leaves => {
                    self.tally.turned_away += 1;
                    self.next_offer = self.now + self.interval();
                }
                Suspended::Waits => {
                    // The next moment at which anything can have changed.
                    let product = self.products.first().map(|product| product.ready);
                    let outcome = self.next_outcome();
                    let change = match (product, outcome) {
                        (Some(one), Some(other)) => Some(one.min(other)),
                        (one, other) => one.or(other),
                    };
                    self.next_offer = change.ok_or_else(|| self.no_decision())?.max(self.now);
                }
            },
        }
        Ok(None)
    }

    /// A product is ready, or could not be made.
    fn have_product(&mut self, product: Product) -> Result<Option<End>, SimulationError> {
        if !product.made {
            self.tally.failures += 1;
            return Ok(None);
        }
        match self.ask()? {
            Answer::End(end) => return Ok(Some(end)),
            Answer::Treat(level) => {
                let allowed = self.allowed_from(level);
                if allowed <= self.now + SAME {
                    return Ok(self.infuse(product.subject, level));
                }
                self.keep(Product {
                    ready: allowed,
                    ..product
                });
            }
            Answer::Wait => {
                let ready = self.next_outcome().ok_or_else(|| self.no_decision())?;
                self.keep(Product { ready, ..product });
            }
        }
        Ok(None)
    }

    /// Keeps a product in order of time, behind those of the same moment.
    fn keep(&mut self, product: Product) {
        let place = self.products.partition_point(|other| other.ready <= product.ready);
        self.products.insert(place, product);
    }

    fn infuse(&mut self, subject: Subject, level: DoseLevel) -> Option<End> {
        let outcome = subject.infuse(self.conditions, self.curve, level);
        self.treated.push(Treated {
            level,
            infused: self.now,
            known: self.now + outcome.known_after,
            dlt: outcome.dlt,
            excluded: outcome.excluded,
        });
        self.tally.excluded += u32::from(outcome.excluded);
        self.level = level;
        match *self.rule {
            Rule::LateOnset { design, max_n, .. } if self.analysed() >= max_n => {
                self.now = self.last_outcome();
                self.look();
                Some(End {
                    mtd: design.select(&self.known),
                    days: self.now,
                })
            }
            Rule::LateOnset { .. } | Rule::Cohorts(_) => None,
        }
    }

    /// What the rule says about a subject now.
    fn ask(&mut self) -> Result<Answer, SimulationError> {
        let action = match *self.rule {
            Rule::Cohorts(plan) => {
                if self.analysed() - self.cohort_from < self.cohort {
                    return Ok(Answer::Treat(self.level));
                }
                self.look();
                if !self.pending.is_empty() {
                    return Ok(Answer::Wait);
                }
                self.next_cohort(plan)
            }
            Rule::LateOnset { .. } if self.analysed() == 0 => Action::Stay(self.level),
            Rule::LateOnset { design, .. } => {
                self.look();
                let interim = Interim {
                    counts: &self.known,
                    pending: &self.pending,
                    current: self.level,
                };
                design.offer(&interim).action
            }
        };
        match action {
            Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) if self.known.get(to).is_some() => {
                Ok(Answer::Treat(to))
            }
            // A cohort design knows at its last outcome that it stops; a late-onset design when it is asked.
            Action::Stop(mtd) => Ok(Answer::End(End {
                mtd,
                days: match self.rule {
                    Rule::Cohorts(_) => self.last_outcome(),
                    Rule::LateOnset { .. } => self.now,
                },
            })),
            Action::Wait if !self.pending.is_empty() => Ok(Answer::Wait),
            Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait => Err(self.no_decision()),
        }
    }

    /// The decision after a cohort whose outcomes are all known; opens the next one.
    fn next_cohort(&mut self, plan: &Plan<'_>) -> Action {
        let analysed = self.treated.iter().filter(|subject| !subject.excluded);
        let latest = analysed.skip(self.cohort_from as usize);
        let dlts = latest.filter(|subject| subject.dlt).count();
        let stage = Stage {
            counts: &self.known,
            current: self.level,
            latest: Count::complete(self.cohort, u32::try_from(dlts).unwrap_or(u32::MAX)),
        };
        let action = plan.next(&stage).action;
        if let Some(level) = action.level() {
            self.level = level;
            self.cohort_from = self.analysed();
            self.cohort = plan.cohort(&self.known, level);
        }
        action
    }

    /// Counts what is known now, per level, and who is pending.
    fn look(&mut self) {
        self.known.values_mut().fill(Count::default());
        self.pending.clear();
        for subject in self.treated.iter().filter(|subject| !subject.excluded) {
            let Some(count) = self.known.get_mut(subject.level) else {
                continue;
            };
            if subject.known <= self.now + SAME {
                count.evaluable += 1;
                count.dlt += u32::from(subject.dlt);
            } else {
                count.pending += 1;
                self.pending.push(Pending {
                    level: subject.level,
                    followed: ((self.now - subject.infused) / self.conditions.window_days).clamp(0.0, 1.0),
                });
            }
        }
    }

    /// Subjects infused whom the analysis counts.
    fn analysed(&self) -> u32 {
        let counted = self.treated.iter().filter(|subject| !subject.excluded).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }

    /// Whether one more product could be infused: in the cohort, or in the trial.
    fn has_room(&self) -> bool {
        let making = u32::try_from(self.products.len()).unwrap_or(u32::MAX);
        (self.analysed() - self.cohort_from).saturating_add(making) < self.cohort
    }

    /// From when the stagger allows an infusion at a level.
    fn allowed_from(&self, level: DoseLevel) -> f64 {
        let stagger = &self.conditions.stagger;
        let here = || self.treated.iter().filter(|subject| subject.level == level);
        let latest = self.treated.last().map(|subject| subject.infused);
        match (latest, here().next_back(), here().count()) {
            (None, _, _) => 0.0,
            (Some(latest), None, _) => latest + stagger.level_days,
            (Some(_), Some(sentinel), 1) => sentinel.infused + stagger.sentinel_days,
            (Some(_), Some(last), _) => last.infused + stagger.subject_days,
        }
    }

    /// When the next pending outcome is known.
    fn next_outcome(&self) -> Option<f64> {
        let open = self.treated.iter().filter(|subject| !subject.excluded);
        let times = open
            .map(|subject| subject.known)
            .filter(|known| *known > self.now + SAME);
        times.min_by(f64::total_cmp)
    }

    /// When the last outcome is known; 0 where there is none.
    fn last_outcome(&self) -> f64 {
        let open = self.treated.iter().filter(|subject| !subject.excluded);
        open.map(|subject| subject.known).fold(0.0, f64::max)
    }

    fn finish(&mut self, end: End) {
        self.ended.mtd = end.mtd;
        self.ended.patients.clear();
        self.ended.patients.resize(self.curve.len(), 0);
        self.ended.dlts.clear();
        self.ended.dlts.resize(self.curve.len(), 0);
        for subject in &self.treated {
            let index = usize::from(subject.level.number()) - 1;
            if let (Some(patients), Some(dlts)) = (self.ended.patients.get_mut(index), self.ended.dlts.get_mut(index)) {
                *patients += 1;
                *dlts += u32::from(subject.dlt);
            }
        }
        self.ended.timed = Some(Timed {
            days: end.days,
            ..self.tally
        });
    }

    fn no_decision(&self) -> SimulationError {
        SimulationError::NoDecision(self.analysed())
    }
}
