//! The days of one subject as the rehearsal implies them, and what its datasets say of them.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use tercel::protocol::{ConductRules, DoseLevel, Trial};
use tercel_exchange::form::Captured;

use super::timeline::{moment, written};
use super::values::minutes;

/// One subject's way to the infusion.
pub(super) struct Course<'t> {
    pub(super) rules: &'t ConductRules,
    pub(super) subject: String,
    /// What tells it and its product from all others, on labels.
    pub(super) label: String,
    pub(super) level: DoseLevel,
    /// The dose group's code.
    pub(super) arm: String,
    pub(super) consented: DateTime,
    pub(super) assessed: DateTime,
    pub(super) reserved: DateTime,
    pub(super) collected: Option<DateTime>,
    /// First dose of lymphodepletion.
    pub(super) depleted: Option<DateTime>,
    pub(super) infused: Option<DateTime>,
    /// Cells of its bag, as a number and its unit.
    pub(super) cells: (String, String),
    /// The day it died or left.
    pub(super) left: Option<Date>,
}

fn first<'c>(records: &'c [Captured], form: &str) -> Option<&'c Captured> {
    records.iter().find(|record| record.form == form)
}

/// The first moment of a form, at this time of day where the rehearsal has a day only.
fn begun(records: &[Captured], form: &str, field: &str, clock: impl Fn(Date) -> DateTime) -> Option<DateTime> {
    let own = records.iter().filter(|record| record.form == form);
    own.filter_map(|record| timed(record.value(field)?, &clock)).min()
}

fn timed(text: &str, clock: impl Fn(Date) -> DateTime) -> Option<DateTime> {
    let at = moment(text)?;
    Some(if text.len() > 10 { at } else { clock(at.date()) })
}

fn put(record: &mut Captured, field: &str, text: String) {
    record.values.insert(field.to_owned(), text);
}

/// The moment of a record: that of the course where it is of its day.
fn own(record: &Captured, field: &str, of_course: Option<DateTime>) -> Option<DateTime> {
    let text = record.value(field)?;
    let day = moment(text)?.date();
    of_course
        .filter(|at| at.date() == day)
        .or_else(|| timed(text, |day| day.at(9, 0, 0, 0)))
}

impl<'t> Course<'t> {
    /// The course of a subject; `None` where the protocol has no conduct, or nobody knows when and for which dose group it consented.
    pub(super) fn of(trial: &'t Trial, site: Option<&str>, subject: &str, records: &[Captured]) -> Option<Self> {
        let rules = trial.conduct.as_ref()?;
        let arm = first(records, "demography")?.value("armcd")?;
        let (level, group) = trial.dose_levels.iter().find(|(_, group)| group.arm == arm)?;
        let own = subject.rsplit('-').next().unwrap_or(subject);
        let label = site.map_or_else(|| own.to_owned(), |site| format!("{site}-{own}"));
        let some = |what: &str, most| minutes(&[subject, what], most);
        let morning =
            |hour, what: &'static str| move |day: Date| day.at(hour, 0, 0, 0).saturating_add(some(what, 40).minutes());
        let consented = begun(records, "consent", "dsstdtc", |day| {
            morning(8, "consent")(day).saturating_add(30.minutes())
        })?;
        let collected = begun(records, "collection", "prstdtc", morning(10, "collection"));
        let met = records
            .iter()
            .find(|record| record.value("dsdecod") == Some("ELIGIBILITY CRITERIA MET"));
        let met = met
            .and_then(|record| moment(record.value("dsstdtc")?))
            .map(DateTime::date);
        let before = || collected.map(|at| at.date().saturating_sub(1.day()));
        let judged = met.or_else(before)?.max(consented.date());
        let (assessed, reserved) = if collected.is_some_and(|at| at.date() <= judged) {
            (judged.at(9, 20, 0, 0), judged.at(9, 40, 0, 0))
        } else {
            (morning(10, "eligibility")(judged), morning(15, "place")(judged))
        };
        let infused = begun(records, "infusion", "exstdtc", |day| day.at(10, 0, 0, 0));
        let given = first(records, "infusion").and_then(|given| Some((given.value("exdose")?, given.value("exdosu")?)));
        let cells = match given {
            Some((dose, "10^8 cells")) => (dose.to_owned(), "10^8 cells".to_owned()),
            Some((dose, _)) => (dose.to_owned(), "10^6 cells".to_owned()),
            None => (group.planned.to_cells().to_string(), "cells".to_owned()),
        };
        let ends = records
            .iter()
            .filter(|record| record.form == "disposition" || record.form == "death");
        let ends = ends.filter_map(|record| moment(record.value(record.definition()?.happened?)?));
        Some(Self {
            rules,
            subject: subject.to_owned(),
            label,
            level,
            arm: arm.to_owned(),
            consented,
            assessed,
            reserved,
            collected,
            depleted: begun(records, "lymphodepletion", "exstdtc", |day| day.at(9, 0, 0, 0)),
            infused,
            cells,
            left: ends.map(DateTime::date).min(),
        })
    }

    pub(super) fn coi(&self) -> String {
        format!("COI-{}", self.label)
    }

    pub(super) fn din(&self) -> String {
        format!("DIN-{}-1", self.label)
    }

    pub(super) fn lot(&self) -> String {
        format!("LOT-{}", self.label)
    }

    pub(super) fn bag(&self) -> String {
        format!("BAG-{}-A", self.label)
    }

    /// When the infusion is planned.
    pub(super) fn planned(&self) -> Option<DateTime> {
        let after = |depleted: DateTime| depleted.date().saturating_add(5.days()).at(10, 0, 0, 0);
        self.infused.or(self.depleted.map(after))
    }

    /// Whether it is still in the study on a day.
    pub(super) fn is_in(&self, day: Date) -> bool {
        self.left.is_none_or(|left| day < left)
    }

    /// When the lot is released: three days before lymphodepletion, or three weeks after the collection where there is none.
    pub(super) fn released(&self) -> Option<DateTime> {
        let collected = self.collected?.date();
        let before = self
            .depleted
            .or(self.infused)
            .map(|at| at.date().saturating_sub(3.days()));
        let day = before.unwrap_or_else(|| collected.saturating_add(21.days()));
        let day = day.max(collected.saturating_add(1.day()));
        Some(
            day.at(14, 0, 0, 0)
                .saturating_add(minutes(&[&self.subject, "release"], 50).minutes()),
        )
    }

    /// When the order is written: the day before lymphodepletion.
    pub(super) fn ordered(&self) -> Option<DateTime> {
        let treated = self.depleted.or(self.infused)?;
        let day = treated.date().saturating_sub(1.day());
        Some(
            day.at(15, 0, 0, 0)
                .saturating_add(minutes(&[&self.subject, "order"], 40).minutes()),
        )
    }

    /// Adds to the datasets' own records what the gates ask of them.
    pub(super) fn complete(&self, records: &mut [Captured]) {
        for record in records.iter_mut() {
            match record.form.as_str() {
                "consent" => {
                    let Some(at) = own(record, "dsstdtc", Some(self.consented)) else {
                        continue;
                    };
                    put(record, "dsstdtc", written(at));
                    if let Some(version) = self.rules.consents.iter().rfind(|one| one.from <= at.date()) {
                        put(record, "icfver", version.version.clone());
                    }
                }
                "collection" => {
                    let Some(at) = own(record, "prstdtc", self.collected) else {
                        continue;
                    };
                    put(record, "prstdtc", written(at));
                    put(record, "coi", self.coi());
                    put(record, "din", self.din());
                }
                "infusion" => {
                    let Some(at) = own(record, "exstdtc", self.infused) else {
                        continue;
                    };
                    put(record, "exstdtc", written(at));
                    put(record, "bag1", self.bag());
                }
                _ => {}
            }
        }
        complete_lymphodepletion(records, self.infused.is_some());
    }
}

/// Doses follow one another from nine o'clock; the last of all completes the course, where it was completed.
fn complete_lymphodepletion(records: &mut [Captured], completed: bool) {
    let mut doses: Vec<&mut Captured> = records.iter_mut().filter(|one| one.form == "lymphodepletion").collect();
    doses.sort_by_key(|dose| (dose.value("exstdtc").map(str::to_owned), dose.number));
    let mut before: Option<DateTime> = None;
    let last = doses.len().saturating_sub(1);
    for (index, dose) in doses.into_iter().enumerate() {
        let next = |day: Date| {
            let same = before.filter(|ended| ended.date() == day);
            same.map_or(day.at(9, 0, 0, 0), |ended| ended.saturating_add(30.minutes()))
        };
        let Some(began) = dose.value("exstdtc").and_then(|text| timed(text, next)) else {
            continue;
        };
        let same = began.saturating_add(40.minutes());
        let other = |day: Date| if day == began.date() { same } else { day.at(9, 40, 0, 0) };
        let ended = dose
            .value("exendtc")
            .and_then(|text| timed(text, other))
            .unwrap_or(same);
        before = Some(ended);
        put(dose, "exstdtc", written(began));
        put(dose, "exendtc", written(ended));
        if completed && index == last {
            put(dose, "last", "Y".to_owned());
        }
    }
}
