//! Samples sent to a laboratory: safety panels, transgene copies, cell counts, serum biomarker.

use super::events::{Cause, relate};
use super::labs::{ANALYTES, LabEvent, Sample};
use super::parameters as p;
use super::random::{Draws, Topic, decimals};
use super::recorder::{NewEvent, Recorder};
use crate::protocol::{Assessed, Relatedness};
use crate::study::{Amount, EventOutcome, Lab, Level, MedicationClass, RecordId, When};

/// Blood is drawn in the morning, on the day of infusion before it.
const MORNING: i32 = 7 * 60 + 30;

impl Recorder<'_> {
    fn drawn_at(&self, day: i32) -> When {
        self.at(day * 1440 + MORNING)
    }

    /// Events made of laboratory values; their numbers, in order.
    pub(super) fn write_lab_events(&mut self, events: &[LabEvent]) -> Vec<u32> {
        let mut draws = Draws::new(self.seed, self.slot.number, Topic::Assays);
        let mut numbers = Vec::new();
        for event in events {
            let related = draws.uniform();
            let mut causality = if event.blood {
                relate(Cause::Lymphodepletion, Relatedness::Definite, event.from, &self.fate)
            } else {
                relate(Cause::Disease, Relatedness::Probable, event.from, &self.fate)
            };
            // Only what the infusion could have done is laid to it.
            causality.infusion = Some(match (event.limiting, event.from > 0 && self.fate.is_infused()) {
                (true, _) => Relatedness::Probable,
                (false, true) if !event.blood && event.grade < 3 && related < 0.4 => Relatedness::Possible,
                (false, true) => Relatedness::Unlikely,
                (false, false) => Relatedness::NotRelated,
            });
            let outcome = match event.to {
                Some(_) if !event.continued => EventOutcome::Recovered,
                Some(_) | None => EventOutcome::Ongoing,
            };
            numbers.push(self.event(NewEvent {
                term: event.term,
                organ_class: event.organ_class,
                grade: event.grade,
                serious: event.limiting,
                causality,
                from: self.on(event.from),
                to: event.to.map(|to| self.on(to)),
                outcome,
            }));
        }
        numbers
    }

    pub(super) fn write_panels(&mut self, samples: &[Sample], numbers: &[u32]) {
        let record = self.id("LB");
        for sample in samples {
            let when = self.drawn_at(sample.day);
            for (index, analyte) in ANALYTES.iter().enumerate() {
                // Under the biomarker's name it would be read as the biomarker.
                if self
                    .trial
                    .names
                    .biomarker
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(analyte.code))
                {
                    continue;
                }
                let event = sample.events.get(index).copied().flatten();
                self.subject.labs.push(Lab {
                    record: record.clone(),
                    test: analyte.code.to_owned(),
                    value: sample.values.get(index).copied(),
                    unread: false,
                    unit: analyte.unit.to_owned(),
                    lln: Some(analyte.lln),
                    uln: Some(analyte.uln),
                    when,
                    significant: sample.significant.get(index).copied().flatten(),
                    event: event.and_then(|at| numbers.get(at).copied()),
                });
            }
        }
        let first_below = |code: &str, limit: f64| {
            let index = ANALYTES.iter().position(|analyte| analyte.code == code)?;
            let below = |sample: &&Sample| sample.values.get(index).is_some_and(|value| *value < limit);
            samples.iter().find(below).map(|sample| sample.day)
        };
        if let Some(day) = first_below("NEUT", 0.5) {
            self.medication("FILGRASTIM", MedicationClass::GrowthFactor, day, Some(day + 6));
        }
        if let Some(day) = first_below("PLAT", 33.0) {
            self.medication("PLATELET TRANSFUSION", MedicationClass::Transfusion, day, Some(day));
        }
    }

    /// Copies, counts and biomarker at the visits that plan them.
    pub(super) fn write_assays(&mut self) {
        let mut draws = Draws::new(self.seed, self.slot.number, Topic::Levels);
        let baseline = draws.lognormal(p::BIOMARKER.get(), p::BIOMARKER_SIGMA.get());
        for visit in self.visits.clone() {
            // The morning sample of the day of infusion is drawn before it.
            let time = if visit.day > 0 { f64::from(visit.day) } else { -1.0 };
            let copies = if self.fate.is_infused() {
                self.kinetics.at(time)
            } else {
                0.0
            };
            let (read, count) = (
                draws.lognormal(1.0, p::COPIES_SIGMA.get()),
                draws.lognormal(1.0, p::CELLS_SIGMA.get()),
            );
            let assay = draws.lognormal(1.0, p::BIOMARKER_ASSAY_SIGMA.get());
            let when = self.drawn_at(visit.day);
            let names = &self.trial.names;
            let (by_copies, by_counts) = (!names.copies.is_empty(), !names.counts.is_empty());
            if visit.has(Assessed::Kinetics) && by_copies {
                let record = self.id("PC");
                self.subject
                    .copies
                    .push(level(record, copies * read, p::COPIES_LLOQ.get(), 0, when));
            }
            if visit.has(Assessed::Kinetics) && by_counts {
                let record = self.id("CP");
                let cells = copies * p::CELLS_PER_COPY.get() * count;
                self.subject
                    .counts
                    .push(level(record, cells, p::CELLS_LLOQ.get(), 2, when));
            }
            if visit.has(Assessed::Biomarker) && !self.trial.names.biomarker.is_empty() {
                let record = self.id("LB");
                let fall = p::BIOMARKER_FALL.get() * (copies / p::C_MAX.get()).min(1.0);
                let value = baseline * (1.0 - fall) * assay;
                self.subject
                    .biomarker
                    .push(level(record, value, p::BIOMARKER_LLOQ.get(), 1, when));
            }
        }
    }
}

/// A level as the laboratory reports it: a number from the limit of quantification up.
fn level(record: RecordId, value: f64, limit: f64, places: i32, when: When) -> Level {
    let value = decimals(value, places);
    let amount = if value < limit {
        Amount::Below(Some(limit))
    } else {
        Amount::Quantified(value)
    };
    Level { record, amount, when }
}
