//! One trial on continuous time, event by event.

mod ask;

use super::conditions::{Accrual, Conditions, Suspended};
use super::draws::Draws;
use super::roster::{Roster, SAME, Treated};
use super::subject::Subject;
use super::sums::{Ended, Timed};
use super::timed::Rule;
use super::{MOST_SUBJECTS, SimulationError};
use crate::protocol::DoseLevel;

/// Events of one trial after which it is given up: those of far more subjects than a trial may have.
const MOST_EVENTS: u32 = 100 * MOST_SUBJECTS;

/// A product in the making, or kept until it may be infused.
#[derive(Debug, Clone, Copy)]
struct Product {
    ready: f64,
    subject: Subject,
    made: bool,
    /// Consented to be backfilled.
    backfill: bool,
}

/// Where a subject is treated.
#[derive(Debug, Clone, Copy)]
struct Slot {
    level: DoseLevel,
    backfill: bool,
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

    /// Who was infused in the latest trial.
    #[cfg(test)]
    pub(super) fn treated(&self) -> &[Treated] {
        &self.roster.treated
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
        if !matches!(self.conditions.accrual, Accrual::Regular(_)) {
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
            Rule::Cohorts(plan) | Rule::Backfilled(plan, _) => plan.cohort(&self.roster.known, plan.start),
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
            Accrual::Uniform(mean) => 2.0 * mean * self.arrivals.uniform(),
        }
    }

    /// A subject is offered.
    fn have_offer(&mut self) -> Result<Option<End>, SimulationError> {
        let answer = self.ask()?;
        if let Answer::End(end) = answer {
            return Ok(Some(end));
        }
        if let Some(slot) = self.slot(&answer) {
            self.next_offer = self.now + self.interval();
            self.tally.consented += 1;
            let subject = Subject::draw(&mut self.draws);
            self.keep(Product {
                ready: self.now + subject.delay(self.conditions),
                subject,
                made: !subject.fails(self.conditions),
                backfill: slot.backfill,
            });
            return Ok(None);
        }
        match self.conditions.suspended {
            Suspended::Leaves => {
                self.tally.turned_away += 1;
                self.next_offer = self.now + self.interval();
            }
            Suspended::Waits => self.next_offer = self.next_change()?,
        }
        Ok(None)
    }

    /// A product is ready, or could not be made.
    fn have_product(&mut self, product: Product) -> Result<Option<End>, SimulationError> {
        if !product.made {
            self.tally.failures += 1;
            return Ok(None);
        }
        let answer = self.ask()?;
        if let Answer::End(end) = answer {
            return Ok(Some(end));
        }
        let ready = match self.slot(&answer) {
            Some(slot) => {
                let allowed = self.roster.allowed_from(&self.conditions.stagger, slot.level);
                if allowed <= self.now + SAME {
                    return Ok(self.infuse(product.subject, slot));
                }
                allowed
            }
            None => self
                .roster
                .next_outcome(self.now)
                .map_or_else(|| self.next_change(), Ok)?,
        };
        self.keep(Product { ready, ..product });
        Ok(None)
    }

    /// Where a subject would be treated now: in the cohort where there is room, else backfilled.
    fn slot(&mut self, answer: &Answer) -> Option<Slot> {
        match *answer {
            Answer::Treat(level) if self.has_room() => Some(Slot { level, backfill: false }),
            Answer::Treat(_) | Answer::Wait => self.backfill_level().map(|level| Slot { level, backfill: true }),
            Answer::End(_) => None,
        }
    }

    /// The highest level open for backfilling, where those who wait for their products leave room.
    fn backfill_level(&mut self) -> Option<DoseLevel> {
        let opening = self.rule.backfill()?.opening;
        self.roster.see(self.now);
        let open = opening.open(&self.roster.seen, self.level);
        let room: usize = open
            .iter()
            .map(|level| opening.room(self.roster.seen.at(*level)) as usize)
            .sum();
        let making = self.products.iter().filter(|product| product.backfill).count();
        open.first().copied().filter(|_| making < room)
    }

    /// The next moment at which anything can have changed.
    fn next_change(&self) -> Result<f64, SimulationError> {
        let later = self
            .products
            .iter()
            .map(|product| product.ready)
            .find(|ready| *ready > self.now + SAME);
        let change = match (later, self.roster.next_outcome(self.now)) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        change.ok_or_else(|| self.no_decision())
    }

    /// Keeps a product in order of time, behind those of the same moment.
    fn keep(&mut self, product: Product) {
        let place = self.products.partition_point(|other| other.ready <= product.ready);
        self.products.insert(place, product);
    }

    fn infuse(&mut self, subject: Subject, slot: Slot) -> Option<End> {
        let Slot { level, backfill } = slot;
        let outcome = subject.infuse(self.conditions, self.curve, level);
        let responds = self.rule.backfill().and_then(|rule| {
            let p = rule.response.get(usize::from(level.number()) - 1)?;
            subject.responds(*p).then_some(self.now + rule.response_days)
        });
        self.roster.treated.push(Treated {
            level,
            infused: self.now,
            known: self.now + outcome.known_after,
            dlt: outcome.dlt,
            excluded: outcome.excluded,
            responds,
            backfill,
        });
        self.tally.excluded += u32::from(outcome.excluded);
        if !backfill {
            self.level = level;
        }
        match *self.rule {
            Rule::LateOnset { design, max_n, .. } if self.roster.analysed() >= max_n => {
                self.now = self.roster.last_outcome();
                self.roster.look(self.now, self.conditions.window_days, true);
                Some(End {
                    mtd: design.select(&self.roster.known),
                    days: self.now,
                })
            }
            Rule::LateOnset { .. } | Rule::Cohorts(_) | Rule::Backfilled(..) => None,
        }
    }

    /// Whether one more product could be infused: in the cohort, or in the trial.
    fn has_room(&self) -> bool {
        let making = self.products.iter().filter(|product| !product.backfill).count();
        let making = u32::try_from(making).unwrap_or(u32::MAX);
        (self.roster.analysed() - self.cohort_from).saturating_add(making) < self.cohort
    }

    fn finish(&mut self, end: End) {
        let doses = self.curve.len();
        let ended = &mut self.ended;
        ended.mtd = end.mtd;
        let backfills = if self.rule.backfill().is_some() { doses } else { 0 };
        let lists = [
            (&mut ended.patients, doses),
            (&mut ended.dlts, doses),
            (&mut ended.backfilled, backfills),
            (&mut ended.responses, backfills),
        ];
        for (list, length) in lists {
            list.clear();
            list.resize(length, 0);
        }
        for subject in &self.roster.treated {
            let index = usize::from(subject.level.number()) - 1;
            let facts = [
                (&mut ended.patients, true),
                (&mut ended.dlts, subject.dlt),
                (&mut ended.backfilled, subject.backfill),
                (&mut ended.responses, subject.responds.is_some()),
            ];
            for (list, holds) in facts {
                if let Some(count) = list.get_mut(index) {
                    *count += u32::from(holds);
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{
        AcceleratedTitration, Boin, Crm, Design, LateOnsetDesign, Plan, RollingSix, Target, ThreePlusThree, TiteBoin,
        TiteCrm, TiteVariant,
    };
    use crate::protocol::ThreePlusThreeVariant;
    use crate::trials::Delay;

    /// Days between infusions, whatever decides about them.
    fn keeps_its_distance(rule: &Rule<'_>, conditions: &Conditions) {
        let mut trial = Trial::new(rule, conditions, &[0.1, 0.2, 0.35], [Draws::new(5), Draws::new(5)]);
        let mut infused = 0;
        for number in 0..200 {
            trial.run(number).unwrap();
            for (place, subject) in trial.treated().iter().enumerate() {
                let before = &trial.treated()[..place];
                let here = before.iter().filter(|other| other.level == subject.level).count();
                let since = |other: &Treated| subject.infused - other.infused;
                let (least, days) = match (here, before.last()) {
                    (_, None) => continue,
                    (0, Some(latest)) => (21.0, since(latest)),
                    (1, _) => (
                        14.0,
                        before
                            .iter()
                            .rfind(|other| other.level == subject.level)
                            .map_or(0.0, since),
                    ),
                    _ => (
                        7.0,
                        before
                            .iter()
                            .rfind(|other| other.level == subject.level)
                            .map_or(0.0, since),
                    ),
                };
                assert!(
                    days >= least - 1e-6,
                    "{rule:?}, trial {number}: {days} days, not {least}"
                );
                infused += 1;
            }
        }
        assert!(infused > 500, "{infused}");
    }

    #[test]
    fn sentinels_and_stagger_compose_with_any_design() {
        let target = Target::new(0.28).unwrap();
        let boin = Boin::new(target);
        let variant = ThreePlusThreeVariant::KornStrict;
        let interval = boin.design(18).unwrap();
        let crm = Crm::new(target, vec![0.1, 0.28, 0.4]).unwrap();
        let three = ThreePlusThree {
            variant,
            start: DoseLevel::FIRST,
        };
        let titration = AcceleratedTitration { variant };
        let mut conditions = Conditions::new(28.0, Accrual::Poisson(3.0));
        conditions.stagger.sentinel_days = 14.0;
        conditions.stagger.subject_days = 7.0;
        conditions.stagger.level_days = 21.0;
        conditions.manufacturing = Delay::Exponential(10.0);
        let designs: [(&dyn Design, Option<u32>); 4] = [
            (&interval, Some(18)),
            (&crm, Some(18)),
            (&three, None),
            (&titration, None),
        ];
        for (design, max_n) in designs {
            let plan = Plan::new(design, 3, 3, max_n);
            keeps_its_distance(&Rule::Cohorts(&plan), &conditions);
        }
        let tite = TiteBoin::new(&boin, TiteVariant::EffectiveSampleSize, 18).unwrap();
        let tite_crm = TiteCrm {
            crm,
            max_pending_fraction: None,
        };
        let late: [&dyn LateOnsetDesign; 3] = [&tite, &tite_crm, &RollingSix];
        for design in late {
            let rule = Rule::LateOnset {
                design,
                doses: 3,
                start: DoseLevel::FIRST,
                max_n: 18,
            };
            keeps_its_distance(&rule, &conditions);
        }
    }
}
