//! One subject's records, from what became of it.

use jiff::civil::Date;

use super::course::{Ending, Fate, FollowUp, Uninfused};
use super::escalation::{Slot, later};
use super::events::{Cause, draw_events, relate};
use super::kinetics::Kinetics;
use super::labs::draw_panels;
use super::number::number_records;
use super::parameters as p;
use super::random::{Draws, Topic, round};
use super::reporting::report_events;
use super::toxicity::Toxicity;
use super::tumour::{Scan, Tumour};
use super::visits::{VisitDone, hold_visits, last_day};
use crate::grade::Grade;
use crate::protocol::{Assessed, Cells, Relatedness, Trial};
use crate::study::{
    Adjudication, AdverseEvent, Causality, Clock, Contact, Dataset, Death, Deviation, Disposition, DispositionReason,
    EventDetails, EventOutcome, Exposure, Infusion, Medication, MedicationClass, Milestone, Procedure, RecordId,
    SeriousCriteria, Subject, SubjectId, When,
};

/// Days of lymphodepletion.
const LYMPHODEPLETION: [i32; 3] = [-5, -4, -3];
/// Days after the end of the window on which the committee's verdict is recorded.
const VERDICT: i32 = 3;

/// A subject while its records are written.
pub(super) struct Recorder<'a> {
    pub(super) trial: &'a Trial,
    pub(super) seed: u64,
    pub(super) slot: Slot,
    pub(super) fate: Fate,
    pub(super) follow_up: FollowUp,
    pub(super) kinetics: Kinetics,
    pub(super) tumour: Tumour,
    pub(super) toxicity: Toxicity,
    /// Visits that follow-up reached, the missed ones among them.
    pub(super) visits: Vec<VisitDone>,
    /// Scans that follow-up reached.
    pub(super) scans: Vec<Scan>,
    pub(super) subject: Subject,
    ids: Vec<(&'static str, RecordId)>,
}

/// All records of the subject in a slot.
pub(super) fn write_subject(trial: &Trial, seed: u64, slot: Slot, width: usize) -> Subject {
    let mut recorder = Recorder::new(trial, seed, slot, width);
    recorder.write_entry();
    recorder.write_person();
    recorder.write_treatment();
    recorder.write_visits();
    recorder.write_samples();
    recorder.write_assays();
    recorder.write_bedside();
    recorder.write_events();
    recorder.write_scans();
    recorder.write_end();
    let mut subject = number_records(recorder.subject);
    report_events(trial, &mut subject, seed, slot.number);
    subject
}

impl<'a> Recorder<'a> {
    pub(super) fn new(trial: &'a Trial, seed: u64, slot: Slot, width: usize) -> Self {
        let fate = Fate::draw(trial, seed, slot.number, slot.level);
        let kinetics = Kinetics::draw(seed, slot.number, slot.level);
        let tumour = Tumour::draw(&kinetics, seed, slot.number);
        let toxicity = Toxicity::draw(&fate, &kinetics, slot.level, seed, slot.number);
        let mut visits = hold_visits(trial, &fate, slot.infusion, seed, slot.number);
        let mut scans = tumour.scan(trial, &visits, seed, slot.number);
        let follow_up = match fate.uninfused {
            None => fate.follow(&scans, last_day(&visits)),
            Some((_, day)) => FollowUp {
                progression: None,
                therapy: Some(day + 12),
                end: day,
                ending: Ending::Withdrawal,
            },
        };
        let window = i32::try_from(trial.dlt.window_days).unwrap_or(i32::MAX - 1000);
        let stop = follow_up.progression.unwrap_or(i32::MAX).max(window + 3);
        let reached = |day: i32| day < follow_up.end || (day == follow_up.end && follow_up.ending == Ending::Completed);
        visits.retain(|visit| reached(visit.day) && visit.day <= stop);
        scans.retain(|scan| reached(scan.day) && follow_up.progression.is_none_or(|day| scan.day <= day));
        if !fate.is_infused() {
            scans.retain(|scan| scan.day < 0);
        }
        let id = SubjectId::new(&format!("{}{}-{:0width$}", trial.id, super::SYNTHETIC, slot.number));
        Self {
            trial,
            seed,
            slot,
            follow_up,
            kinetics,
            tumour,
            toxicity,
            visits,
            scans,
            subject: blank(id, &slot),
            ids: Vec::new(),
            fate,
        }
    }

    /// An unnumbered record of a dataset.
    pub(super) fn id(&mut self, dataset: &'static str) -> RecordId {
        if let Some((_, id)) = self.ids.iter().find(|(name, _)| *name == dataset) {
            return id.clone();
        }
        let id = RecordId {
            dataset: Dataset::new(dataset),
            subject: self.subject.id.clone(),
            number: 0,
        };
        self.ids.push((dataset, id.clone()));
        id
    }

    /// A day from infusion.
    pub(super) fn on(&self, day: i32) -> When {
        When::on(self.date(day))
    }

    fn date(&self, day: i32) -> Date {
        later(self.slot.infusion, day)
    }

    /// A minute from midnight of the day of infusion.
    pub(super) fn at(&self, minute: i32) -> When {
        let (day, rest) = (minute.div_euclid(1440), minute.rem_euclid(1440).unsigned_abs());
        let part = |minutes: u32| u16::try_from(minutes).unwrap_or(0);
        When {
            clock: Clock::new(part(rest / 60), part(rest % 60)),
            ..self.on(day)
        }
    }

    /// Days of visits with a laboratory sample.
    pub(super) fn laboratory_days(&self) -> Vec<i32> {
        let days = self
            .visits
            .iter()
            .filter(|visit| visit.has(Assessed::Laboratory))
            .map(|visit| visit.day);
        days.collect()
    }

    pub(super) fn medication(&mut self, name: &str, class: MedicationClass, from: i32, to: Option<i32>) {
        let (start, end) = (Some(self.on(from)), to.map(|to| self.on(to)));
        let record = self.id(if class == MedicationClass::Transfusion {
            "PR"
        } else {
            "CM"
        });
        self.subject.medications.push(Medication {
            record,
            name: name.to_owned(),
            class,
            start,
            end,
        });
    }

    /// An adverse event; what had not ended when follow-up did is ongoing. Its number links laboratory values to it.
    pub(super) fn event(&mut self, event: NewEvent<'_>) -> u32 {
        let number = u32::try_from(self.subject.adverse_events.len() + 1).unwrap_or(u32::MAX);
        let end = event
            .to
            .filter(|end| end.day().is_some_and(|day| day <= self.date(self.follow_up.end)));
        let outcome = match (event.outcome, end) {
            (EventOutcome::Recovered, None) => EventOutcome::Ongoing,
            (outcome, _) => outcome,
        };
        let record = RecordId {
            number,
            ..self.id("AE")
        };
        self.subject.adverse_events.push(AdverseEvent {
            record,
            term: event.term.to_owned(),
            preferred_term: Some(event.term.to_owned()),
            organ_class: Some(event.organ_class.to_owned()),
            grade: Grade::from_number(event.grade),
            serious: Some(event.serious),
            causality: event.causality,
            start: Some(event.from),
            end,
            outcome,
            details: details(event.serious, event.grade, outcome),
        });
        number
    }

    pub(super) fn write_consent(&mut self) {
        let consent = self.on(self.fate.consent);
        let consented = "INFORMED CONSENT OBTAINED";
        for dataset in ["DM", "DS"] {
            let record = self.id(dataset);
            self.subject.consent.push(Milestone {
                record,
                term: consented.to_owned(),
                when: Some(consent),
            });
        }
    }

    fn write_entry(&mut self) {
        self.write_consent();
        let collection = self.on(self.fate.collection);
        let eligible = self.on(self.fate.collection - 1);
        for (term, when) in [
            ("ELIGIBILITY CRITERIA MET", eligible),
            ("ENTERED INTO TRIAL", collection),
        ] {
            let record = self.id("DS");
            self.subject.milestones.push(Milestone {
                record,
                term: term.to_owned(),
                when: Some(when),
            });
        }
        if let Some(name) = self.trial.names.collection.first() {
            let record = self.id("PR");
            let procedure = Procedure {
                record,
                name: name.clone(),
                collection: true,
                start: collection,
            };
            self.subject.procedures.push(procedure);
        }
    }

    fn write_treatment(&mut self) {
        if let Some((from, to)) = self.fate.bridging.filter(|(from, _)| *from < self.follow_up.end) {
            let to = to.min(self.follow_up.end);
            self.medication("LENVATINIB", MedicationClass::Bridging, from, Some(to));
        }
        if !self.fate.is_infused() {
            return;
        }
        for day in LYMPHODEPLETION {
            for name in self.trial.names.lymphodepletion.iter().take(2) {
                let (record, start) = (self.id("EX"), self.on(day));
                self.subject.lymphodepletion.push(Exposure {
                    record,
                    name: name.clone(),
                    start,
                });
            }
        }
        let planned = self.trial.dose_levels.get(self.slot.level).map(|group| group.planned);
        // Doses are written in millions of cells with two decimals.
        let actual = planned.and_then(|planned| {
            let millions = planned.to_millions() * self.fate.dose_percent / 100.0;
            Cells::millions(super::random::decimals(millions, 2))
        });
        let (record, when) = (self.id("EX"), self.at(self.fate.infusion_minute));
        if self.trial.names.infusion.is_empty() {
            return;
        }
        self.subject.infusions.push(Infusion {
            record,
            when,
            planned,
            actual,
        });
        if self.fate.dose_percent < self.trial.dlt.dose_percent_min {
            self.deviation(format!("Dose of {} % of the planned one", self.fate.dose_percent), 0);
        }
    }

    fn deviation(&mut self, term: String, day: i32) {
        let (record, when) = (self.id("DV"), Some(self.on(day)));
        self.subject.deviations.push(Deviation { record, term, when });
    }

    fn contact(&mut self, dataset: &'static str, name: &str, day: i32) {
        let (record, when) = (self.id(dataset), self.on(day));
        self.subject.contacts.push(Contact {
            record,
            name: name.to_owned(),
            when,
        });
    }

    pub(super) fn write_visits(&mut self) {
        for visit in self.visits.clone() {
            if visit.missed {
                self.deviation(format!("{} missed", visit.name), visit.day);
                continue;
            }
            self.contact("SV", &visit.name, visit.day);
            if visit.late > 0 {
                self.deviation(
                    format!("{} {} days after its window", visit.name, visit.late),
                    visit.day,
                );
            }
        }
    }

    fn write_samples(&mut self) {
        let mut days = self.laboratory_days();
        if self.fate.dlt == Some(super::course::DltKind::Hepatic) {
            // Liver injury is followed by unscheduled samples.
            days.extend([9, 12, 16, 20, 24]);
            days.sort_unstable();
            days.dedup();
        }
        let (samples, events) = draw_panels(
            &days,
            &self.fate,
            self.toxicity.crs.as_ref().filter(|_| self.fate.is_infused()),
            &self.tumour,
            self.trial.dlt.window_days,
            self.seed,
            self.slot.number,
        );
        let numbers = self.write_lab_events(&events);
        self.write_panels(&samples, &numbers);
    }

    fn write_events(&mut self) {
        for event in draw_events(&self.fate, self.trial.dlt.window_days, self.seed, self.slot.number) {
            if event.from < self.follow_up.end {
                let (from, to) = (self.on(event.from), Some(self.on(event.to)));
                let (term, organ_class, grade) = (event.term, event.organ_class, event.grade);
                let (serious, causality, outcome) = (event.serious, event.causality, EventOutcome::Recovered);
                self.event(NewEvent {
                    term,
                    organ_class,
                    grade,
                    serious,
                    causality,
                    from,
                    to,
                    outcome,
                });
            }
        }
    }

    /// New therapy, survival contacts, verdicts, and how the subject left.
    fn write_end(&mut self) {
        let mut draws = Draws::new(self.seed, self.slot.number, Topic::Accrual);
        // The first draw spaces the consents.
        draws.uniform();
        let FollowUp {
            therapy, end, ending, ..
        } = self.follow_up;
        if let Some(day) = therapy {
            let name = if draws.chance(0.5) {
                "REGORAFENIB"
            } else {
                "ATEZOLIZUMAB"
            };
            self.medication(name, MedicationClass::NewTherapy, day, None);
        }
        let window = i32::try_from(self.trial.dlt.window_days).unwrap_or(i32::MAX - 1000);
        if self.fate.dlt.is_some() {
            self.verdict(true, window + VERDICT);
        }
        if self.fate.is_infused() {
            self.write_survival_contacts(&mut draws);
        }
        match ending {
            Ending::Death => self.write_death(window),
            Ending::Lost => self.disposition("LOST TO FOLLOW-UP", DispositionReason::Lost, end),
            Ending::Completed => self.disposition("COMPLETED", DispositionReason::Completed, end),
            Ending::Withdrawal => match self.fate.uninfused {
                Some((Uninfused::ManufactureFailure, _)) => {
                    self.disposition("MANUFACTURING FAILURE", DispositionReason::Other, end);
                }
                Some((Uninfused::Withdrawal, _)) | None => {
                    self.disposition("WITHDRAWAL BY SUBJECT", DispositionReason::Withdrawal, end);
                }
            },
        }
    }

    fn write_survival_contacts(&mut self, draws: &mut Draws) {
        let mut day = last_day(&self.visits);
        loop {
            day += round(p::SURVIVAL_CONTACT.get()) + draws.whole(-7, 7);
            if day >= self.follow_up.end {
                break;
            }
            self.contact("SS", "survival contact", day);
        }
        let seen = self
            .visits
            .iter()
            .any(|visit| visit.day == self.follow_up.end && !visit.missed);
        if self.follow_up.ending == Ending::Completed && !seen {
            self.contact("SS", "survival contact", self.follow_up.end);
        }
    }

    fn write_death(&mut self, window: i32) {
        let end = self.follow_up.end;
        let (record, when) = (self.id("DM"), self.on(end));
        self.subject.death = Some(Death { record, when });
        self.disposition("DEATH", DispositionReason::Death, end);
        if self.follow_up.progression.is_none() {
            let causality = relate(Cause::Disease, Relatedness::Definite, end, &self.fate);
            let (term, organ_class) = ("Hepatic failure", "Hepatobiliary disorders");
            let (from, to, outcome) = (self.on((end - 4).max(1)), Some(when), EventOutcome::Fatal);
            self.event(NewEvent {
                term,
                organ_class,
                grade: 5,
                serious: true,
                causality,
                from,
                to,
                outcome,
            });
        }
        if end <= window {
            self.verdict(false, end + 14);
        }
    }

    fn verdict(&mut self, dlt: bool, day: i32) {
        let (record, when) = (self.id("FA"), Some(self.on(day)));
        let evaluator = "ADJUDICATION COMMITTEE".to_owned();
        self.subject.adjudications.push(Adjudication {
            record,
            evaluator,
            dlt,
            when,
            covers: None,
        });
    }

    pub(super) fn disposition(&mut self, term: &str, reason: DispositionReason, day: i32) {
        let (record, when) = (self.id("DS"), Some(self.on(day)));
        self.subject.dispositions.push(Disposition {
            record,
            term: term.to_owned(),
            reason,
            when,
        });
    }
}

/// An adverse event to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewEvent<'a> {
    pub(super) term: &'a str,
    pub(super) organ_class: &'a str,
    pub(super) grade: u8,
    pub(super) serious: bool,
    pub(super) causality: Causality,
    pub(super) from: When,
    pub(super) to: Option<When>,
    pub(super) outcome: EventOutcome,
}

/// Why an event is serious: death, danger to life from grade 4 on, a stay in hospital.
fn details(serious: bool, grade: u8, outcome: EventOutcome) -> EventDetails {
    let fatal = outcome == EventOutcome::Fatal;
    let met = |met: bool| serious.then_some(met);
    EventDetails {
        criteria: SeriousCriteria {
            collected: true,
            death: met(fatal),
            life_threatening: met(grade >= 4),
            hospitalisation: met(!fatal),
            disability: met(false),
            congenital: met(false),
            important: met(false),
        },
        ..EventDetails::default()
    }
}

fn blank(id: SubjectId, slot: &Slot) -> Subject {
    let record = RecordId {
        dataset: Dataset::new("DM"),
        subject: id,
        number: 0,
    };
    Subject {
        site: Some("01".to_owned()),
        level: Some(slot.level),
        ..Subject::known_by(record)
    }
}
