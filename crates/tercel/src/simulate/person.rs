//! Who the subject is: age, sex, performance, history.

use super::parameters as p;
use super::random::{Draws, Topic, decimals};
use super::recorder::Recorder;
use crate::study::{History, MedicationClass, PartialDate, Score, ScoreKind, Sex, When};

/// Conditions in the history beside the disease itself, with the probability of each; assumptions but for hepatitis B.
const CONDITIONS: [(&str, f64); 4] = [
    ("Hepatic cirrhosis", 0.6),
    ("Hypertension", 0.25),
    ("Type 2 diabetes mellitus", 0.15),
    ("Portal hypertension", 0.3),
];

impl Recorder<'_> {
    /// Demography, history, consent and entry.
    pub(super) fn write_person(&mut self) {
        let mut draws = Draws::new(self.seed, self.slot.number, Topic::Person);
        let limits = &self.trial.eligibility;
        let (low, high) = (limits.age_min, limits.age_max);
        let age = |draws: &mut Draws| decimals(draws.normal(p::AGE_MEAN.get(), p::AGE_SD.get()), 0);
        self.subject.age = Some(draws.until(
            age,
            |age| (low..=high).contains(&age),
            decimals(f64::midpoint(low, high), 0),
        ));
        self.subject.sex = Some(if draws.chance(p::MALE.get()) {
            Sex::Male
        } else {
            Sex::Female
        });
        let ecog: f64 = if draws.chance(p::ECOG_0.get()) { 0.0 } else { 1.0 };
        let child_pugh: f64 = if draws.chance(p::CHILD_PUGH_5.get()) { 5.0 } else { 6.0 };
        let ecog = limits.ecog_max.map_or(ecog, |most| ecog.min(most));
        let child_pugh = limits.child_pugh_max.map_or(child_pugh, |most| child_pugh.min(most));
        let hepatitis = draws.chance(p::HEPATITIS_B.get());
        let since = draws.whole(200, 1400);
        let diagnosed = self.on(self.fate.consent - since);
        let month = diagnosed.day().map(|day| PartialDate::Month(day.year(), day.month()));
        let condition = self.trial.condition.clone();
        self.history(&condition, month);
        let year = diagnosed.day().map(|day| PartialDate::Year(day.year() - 6));
        if hepatitis {
            self.history("Chronic hepatitis B", year);
            let name = "ENTECAVIR";
            self.medication(name, MedicationClass::Other, self.fate.consent - since, None);
        }
        for (term, probability) in CONDITIONS {
            if draws.chance(probability) {
                self.history(term, year);
            }
        }
        self.write_scores(ecog, child_pugh, &mut draws);
    }

    fn history(&mut self, term: &str, date: Option<PartialDate>) {
        let start = date.map(|date| When { date, clock: None });
        let record = self.id("MH");
        self.subject.history.push(History {
            record,
            term: term.to_owned(),
            start,
        });
    }

    /// ECOG and Child-Pugh at screening and at every visit with laboratory after the first week.
    fn write_scores(&mut self, ecog: f64, child_pugh: f64, draws: &mut Draws) {
        let screening = self.fate.consent + 1;
        let later = self.laboratory_days().into_iter().filter(|day| *day < 0 || *day > 7);
        let mut days: Vec<i32> = std::iter::once(screening).chain(later).collect();
        days.sort_unstable();
        days.dedup();
        for day in days {
            let worse = draws.uniform();
            let late = day > 60;
            let ecog = ecog + f64::from(u8::from(late && worse < 0.2));
            let child_pugh = child_pugh + f64::from(u8::from(late && worse > 0.75));
            for (kind, value) in [(ScoreKind::Ecog, ecog), (ScoreKind::ChildPugh, child_pugh)] {
                let (record, when) = (self.id("RS"), self.on(day));
                self.subject.scores.push(Score {
                    record,
                    kind,
                    value,
                    when,
                });
            }
        }
    }
}
