//! One trial on continuous time, event by event.

use super::conditions::{Accrual, Conditions, Suspended};
use super::draws::Draws;
use super::roster::{Roster, SAME, Treated};
use super::subject::Subject;
use super::sums::{Ended, Timed};
use super::timed::Rule;
use super::{MOST_SUBJECTS, SimulationError};
use crate::design::{Action, Count, Interim, Plan, Stage};
use crate::protocol::DoseLevel;

/// Events of one trial after which it is given up: those of far more subjects than a trial may have.
const MOST_EVENTS: u32 = 100 * MOST_SUBJECTS;

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
    roster: Roster,
    products: Vec<Product>,
    /// Level of the latest infusion, or of the cohort.
    level: DoseLevel,
    /// Subjects analysed so far before the cohort at hand, and the size of the cohort.
    cohort_from: u32,
    cohort: u32,
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
            roster: Roster::new(curve.len()),
            products: Vec::new(),
            level: rule.start(),
            cohort_from: 0,
            cohort: 0,
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
            if self.roster.treated.len() > MOST_SUBJECTS as usize {
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
        self.roster.clear();
        self.products.clear();
        self.now = 0.0;
        self.next_offer = self.interval();
        self.level = self.rule.start();
        self.tally = Timed::default();
        self.cohort_from = 0;
        self.cohort = match *self.rule {
            Rule::Cohorts(plan) => plan.cohort(&self.roster.known, plan.start),
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
                    let outcome = self.roster.next_outcome(self.now);
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
                let allowed = self.roster.allowed_from(&self.conditions.stagger, level);
                if allowed <= self.now + SAME {
                    return Ok(self.infuse(product.subject, level));
                }
                self.keep(Product {
                    ready: allowed,
                    ..product
                });
            }
            Answer::Wait => {
                let ready = self.roster.next_outcome(self.now).ok_or_else(|| self.no_decision())?;
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
        self.roster.treated.push(Treated {
            level,
            infused: self.now,
            known: self.now + outcome.known_after,
            dlt: outcome.dlt,
            excluded: outcome.excluded,
        });
        self.tally.excluded += u32::from(outcome.excluded);
        self.level = level;
        match *self.rule {
            Rule::LateOnset { design, max_n, .. } if self.roster.analysed() >= max_n => {
                self.now = self.roster.last_outcome();
                self.roster.look(self.now, self.conditions.window_days);
                Some(End {
                    mtd: design.select(&self.roster.known),
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
                if self.roster.analysed() - self.cohort_from < self.cohort {
                    return Ok(Answer::Treat(self.level));
                }
                self.roster.look(self.now, self.conditions.window_days);
                if !self.roster.pending.is_empty() {
                    return Ok(Answer::Wait);
                }
                self.next_cohort(plan)
            }
            Rule::LateOnset { .. } if self.roster.analysed() == 0 => Action::Stay(self.level),
            Rule::LateOnset { design, .. } => {
                self.roster.look(self.now, self.conditions.window_days);
                let interim = Interim {
                    counts: &self.roster.known,
                    pending: &self.roster.pending,
                    current: self.level,
                };
                design.offer(&interim).action
            }
        };
        match action {
            Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) if self.roster.known.get(to).is_some() => {
                Ok(Answer::Treat(to))
            }
            // A cohort design knows at its last outcome that it stops; a late-onset design when it is asked.
            Action::Stop(mtd) => Ok(Answer::End(End {
                mtd,
                days: match self.rule {
                    Rule::Cohorts(_) => self.roster.last_outcome(),
                    Rule::LateOnset { .. } => self.now,
                },
            })),
            Action::Wait if !self.roster.pending.is_empty() => Ok(Answer::Wait),
            Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait => Err(self.no_decision()),
        }
    }

    /// The decision after a cohort whose outcomes are all known; opens the next one.
    fn next_cohort(&mut self, plan: &Plan<'_>) -> Action {
        let latest = self.roster.counted().skip(self.cohort_from as usize);
        let dlts = latest.filter(|subject| subject.dlt).count();
        let stage = Stage {
            counts: &self.roster.known,
            current: self.level,
            latest: Count::complete(self.cohort, u32::try_from(dlts).unwrap_or(u32::MAX)),
        };
        let action = plan.next(&stage).action;
        if let Some(level) = action.level() {
            self.level = level;
            self.cohort_from = self.roster.analysed();
            self.cohort = plan.cohort(&self.roster.known, level);
        }
        action
    }

    /// Whether one more product could be infused: in the cohort, or in the trial.
    fn has_room(&self) -> bool {
        let making = u32::try_from(self.products.len()).unwrap_or(u32::MAX);
        (self.roster.analysed() - self.cohort_from).saturating_add(making) < self.cohort
    }

    fn finish(&mut self, end: End) {
        self.ended.mtd = end.mtd;
        self.ended.patients.clear();
        self.ended.patients.resize(self.curve.len(), 0);
        self.ended.dlts.clear();
        self.ended.dlts.resize(self.curve.len(), 0);
        for subject in &self.roster.treated {
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
        SimulationError::NoDecision(self.roster.analysed())
    }
}
