//! Vital signs, CRS and ICANS assessments, the events and the treatment they lead to.

use super::events::{Cause, relate};
use super::parameters as p;
use super::random::{Draws, Topic};
use super::recorder::{NewEvent, Recorder};
use super::toxicity::{Bedside, Episode, Neurology};
use crate::protocol::{Assessed, Relatedness};
use crate::study::{EventOutcome, Medication, MedicationClass, Syndrome, ToxicityFinding, Vital};

pub(super) const CRS_TERM: &str = "Cytokine release syndrome";
pub(super) const ICANS_TERM: &str = "Immune effector cell-associated neurotoxicity syndrome";
/// Vital signs are taken at eight, the neurological score at nine.
const ROUND: i32 = 8 * 60;
const NEUROLOGY: i32 = 9 * 60;
/// Minutes between assessments during an episode.
const CRS_EVERY: i32 = 6 * 60;
const ICANS_EVERY: i32 = 12 * 60;

impl Recorder<'_> {
    pub(super) fn write_bedside(&mut self) {
        let mut draws = Draws::new(self.seed, self.slot.number, Topic::Bedside);
        let infused = self.fate.is_infused();
        let crs = self
            .toxicity
            .crs
            .clone()
            .filter(|episode| infused && self.reaches(episode));
        let icans = self
            .toxicity
            .icans
            .clone()
            .filter(|episode| infused && self.reaches(episode));
        for visit in self.visits.clone() {
            let (round, neurology) = (visit.day * 1440 + ROUND, visit.day * 1440 + NEUROLOGY);
            if visit.has(Assessed::Vitals) {
                let found = match &crs {
                    Some(episode) => Bedside::during(episode, round, &mut draws),
                    None => Bedside::quiet(&mut draws),
                };
                self.vitals(found, round);
            }
            if visit.has(Assessed::Ice) && visit.day <= 28 {
                let grade = icans.as_ref().map_or(0, |episode| episode.grade_at(neurology));
                self.neurology(grade, neurology, &mut draws);
            }
        }
        if let Some(episode) = &crs {
            self.write_crs(episode, &mut draws);
        }
        if let Some(episode) = &icans {
            self.write_icans(episode, &mut draws);
        }
    }

    /// An episode that the subject lives to see end: a death during it would be a fatal CRS, which is not rehearsed.
    fn reaches(&self, episode: &Episode) -> bool {
        episode.end() / 1440 + 2 < self.follow_up.end
    }

    fn vitals(&mut self, found: Bedside, minute: i32) {
        let (record, when) = (self.id("VS"), self.at(minute));
        for (test, value, unit) in [
            ("TEMP", found.temperature, "C"),
            ("SYSBP", found.systolic, "mmHg"),
            ("PULSE", found.pulse, "beats/min"),
            ("OXYSAT", found.saturation, "%"),
            ("RESP", found.breaths, "breaths/min"),
        ] {
            let record = record.clone();
            self.subject.vitals.push(Vital {
                record,
                test: test.to_owned(),
                value,
                unit: unit.to_owned(),
                when,
            });
        }
    }

    fn finding(&mut self, toxicity: Syndrome, minute: i32, items: &[(&str, String)]) {
        let (record, when) = (self.id("FA"), self.at(minute));
        for (item, result) in items {
            let (record, item, result) = (record.clone(), (*item).to_owned(), result.clone());
            self.subject.toxicity.push(ToxicityFinding {
                record,
                toxicity,
                item,
                result,
                when,
            });
        }
    }

    /// The grade an investigator writes: now and then grade 1 and 2 are taken for each other.
    fn written_grade(grade: u8, draws: &mut Draws) -> String {
        let differs = draws.chance(p::GRADE_DISAGREEMENT.get());
        let written = match grade {
            1 | 2 if differs => 3 - grade,
            grade => grade,
        };
        written.to_string()
    }

    fn neurology(&mut self, grade: u8, minute: i32, draws: &mut Draws) {
        let found = Neurology::at_grade(grade, draws);
        let written = Self::written_grade(grade, draws);
        self.finding(
            Syndrome::Icans,
            minute,
            &[
                ("ICE", found.ice.to_string()),
                ("AROUSAL", found.arousal.to_owned()),
                ("SEIZURE", found.seizure.to_owned()),
                ("MOTOR", "none".to_owned()),
                ("OEDEMA", "none".to_owned()),
                ("ATTRIB", "Y".to_owned()),
                ("TOXGR", written),
            ],
        );
    }

    fn write_crs(&mut self, episode: &Episode, draws: &mut Draws) {
        let yes = |flag: bool| if flag { "Y" } else { "N" }.to_owned();
        let mut minute = episode.start();
        while minute <= episode.end() + CRS_EVERY {
            let found = Bedside::during(episode, minute, draws);
            let grade = Self::written_grade(episode.grade_at(minute), draws);
            self.vitals(found, minute);
            self.finding(
                Syndrome::Crs,
                minute,
                &[
                    ("TEMP", found.temperature.to_string()),
                    ("HYPOTEN", yes(found.hypotension)),
                    ("VASOPRES", found.vasopressors.to_string()),
                    ("VASOPN", yes(found.vasopressin)),
                    ("O2DEV", found.device.to_owned()),
                    ("O2FLOW", found.flow.to_string()),
                    ("MASKTRT", yes(found.masked)),
                    ("ATTRIB", "Y".to_owned()),
                    ("TOXGR", grade),
                ],
            );
            minute += CRS_EVERY;
        }
        self.episode_events(CRS_TERM, "Immune system disorders", episode);
        let drugs = [
            ("PARACETAMOL", MedicationClass::Other, Some(episode.start())),
            ("TOCILIZUMAB", MedicationClass::Anticytokine, episode.tocilizumab),
            ("DEXAMETHASONE", MedicationClass::Steroid, episode.steroid),
        ];
        for (name, class, from) in drugs {
            let to = if class == MedicationClass::Anticytokine {
                from.map(|from| from + 60)
            } else {
                Some(episode.end())
            };
            self.timed_medication(name, class, from, to);
        }
    }

    fn write_icans(&mut self, episode: &Episode, draws: &mut Draws) {
        let mut minute = episode.start();
        while minute <= episode.end() + ICANS_EVERY {
            self.neurology(episode.grade_at(minute), minute, draws);
            minute += ICANS_EVERY;
        }
        self.episode_events(ICANS_TERM, "Nervous system disorders", episode);
        self.timed_medication(
            "DEXAMETHASONE",
            MedicationClass::Steroid,
            episode.steroid,
            Some(episode.end()),
        );
    }

    fn timed_medication(&mut self, name: &str, class: MedicationClass, from: Option<i32>, to: Option<i32>) {
        let Some(from) = from else { return };
        let (start, end) = (Some(self.at(from)), to.map(|to| self.at(to.max(from))));
        let record = self.id("CM");
        self.subject.medications.push(Medication {
            record,
            name: name.to_owned(),
            class,
            start,
            end,
        });
    }

    /// One event per stage: a change of grade closes a record and opens the next.
    fn episode_events(&mut self, term: &str, organ_class: &str, episode: &Episode) {
        let stages = &episode.stages;
        for (index, stage) in stages.iter().enumerate() {
            let worsens = stages.get(index + 1).is_some_and(|next| next.grade > stage.grade);
            let causality = relate(Cause::Infusion, Relatedness::Definite, stage.from / 1440, &self.fate);
            self.event(NewEvent {
                term,
                organ_class,
                grade: stage.grade,
                serious: stage.grade >= 3,
                causality,
                from: self.at(stage.from),
                to: Some(self.at(stage.to)),
                outcome: if worsens {
                    EventOutcome::Ongoing
                } else {
                    EventOutcome::Recovered
                },
            });
        }
    }
}
