//! What every outcome needs to know of one subject, derived once.

use jiff::civil::Date;

use super::tumour::{Tumour, derive_tumour};
use crate::dlt::{Verdict, add_days, derive_dlt};
use crate::protocol::{Assessed, DoseLevel, Trial, UninfusedEnd, VisitTime};
use crate::study::{
    DispositionReason, Infusion, MedicationClass, Procedure, Published, PublishedUnit, RecordId, Subject, days_between,
};

/// One subject with what was derived from its records.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The protocol.
    pub trial: &'a Trial,
    /// The records.
    pub subject: &'a Subject,
    /// Dose level assigned.
    pub level: Option<DoseLevel>,
    /// The data cut; `None` where the data carry no dates.
    pub cut: Option<Date>,
    /// First CAR-T infusion.
    pub infusion: Option<&'a Infusion>,
    /// Day of the infusion.
    pub day0: Option<Date>,
    /// First PBMC collection.
    pub collection: Option<&'a Procedure>,
    /// Adverse-event window.
    pub ae_window: Option<AeWindow>,
    /// DLT verdict.
    pub dlt: Option<Verdict>,
    /// Tumour response.
    pub tumour: Tumour,
    /// Progression-free survival.
    pub pfs: Option<Duration>,
    /// Overall survival.
    pub os: Option<Duration>,
}

/// The adverse-event window of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AeWindow {
    /// First day.
    pub from: Date,
    /// Last day; the data cut where nothing closed it before.
    pub to: Date,
    /// Records that set it.
    pub records: Vec<RecordId>,
}

/// A duration from infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Duration {
    /// Length in months.
    pub months: f64,
    /// Whether the event ended it; otherwise it is censored.
    pub event: bool,
    /// What ended it, as a sentence fragment.
    pub ended_by: String,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

impl<'a> Facts<'a> {
    /// Derives everything for one subject.
    pub fn derive(trial: &'a Trial, subject: &'a Subject, cut: Option<Date>) -> Self {
        let infusion = subject.infusions.first();
        let day0 = infusion.and_then(|infusion| infusion.when.day());
        let collection = subject.procedures.iter().find(|procedure| procedure.collection);
        let mut facts = Self {
            trial,
            subject,
            level: subject.level,
            cut,
            infusion,
            day0,
            collection,
            ae_window: None,
            dlt: cut.and_then(|cut| derive_dlt(trial, subject, cut)),
            tumour: derive_tumour(trial, subject, day0),
            pfs: published(trial, subject, "PFS"),
            os: published(trial, subject, "OS"),
        };
        facts.ae_window = cut.and_then(|cut| facts.derive_ae_window(cut));
        if let Some(day0) = day0 {
            facts.pfs = Some(facts.derive_pfs(day0));
            facts.os = Some(facts.derive_os(day0));
        }
        facts
    }

    /// The records that say who the subject is and when it was infused.
    pub fn identity(&self) -> Vec<RecordId> {
        let infusion = self.infusion.map(|infusion| infusion.record.clone());
        std::iter::once(self.subject.record.clone()).chain(infusion).collect()
    }

    /// Start of the first anticancer therapy after infusion.
    pub fn new_therapy(&self) -> Option<(Date, &'a RecordId)> {
        first_new_therapy(self.subject)
    }

    /// Days from infusion to `day`, by the protocol's convention, in months.
    pub fn months_to(&self, from: Date, day: Date) -> f64 {
        let first_day = i32::from(self.trial.estimation.count_first_day);
        f64::from(days_between(from, day) + first_day) / self.trial.estimation.days_per_month
    }

    /// The analysis window of a time point: target, first and last day.
    pub fn time_point(&self, months: u32) -> Option<(Date, Date, Date)> {
        let target = add_months(self.day0?, months);
        let half_width = self.trial.windows.half_width(months);
        Some((target, subtract_days(target, half_width), add_days(target, half_width)))
    }

    fn derive_ae_window(&self, cut: Date) -> Option<AeWindow> {
        let subject = self.subject;
        let mut records = self.identity();
        records.extend(self.collection.map(|collection| collection.record.clone()));
        let collected = self.collection.map(|collection| collection.start.date.earliest());
        let conditioned = subject.lymphodepletion.first().map(|dose| dose.start.date.earliest());
        records.extend(subject.lymphodepletion.first().map(|dose| dose.record.clone()));
        let from = collected.or(conditioned).or(self.day0)?;
        let mut to = cut;
        let left = subject.dispositions.iter().filter_map(|disposition| {
            let closes = matches!(
                disposition.reason,
                DispositionReason::Withdrawal | DispositionReason::Lost | DispositionReason::Death
            );
            let when = disposition.when?;
            closes.then(|| (when.date.latest(), disposition.record.clone()))
        });
        let died = subject
            .death
            .iter()
            .map(|death| (death.when.date.latest(), death.record.clone()));
        let closing: Vec<(Date, RecordId)> = left.chain(died).collect();
        let close = |(day, record): (Date, RecordId), to: &mut Date, records: &mut Vec<RecordId>| {
            *to = day.min(*to);
            records.push(record);
        };
        if let Some(day0) = self.day0 {
            to = to.min(add_months(day0, self.trial.windows.ae_months));
            for closed in closing {
                close(closed, &mut to, &mut records);
            }
        } else if !closing.is_empty() {
            // Withdrawal without infusion does not end collection; it starts the count of days.
            for closed in self.uninfused_end() {
                close(closed, &mut to, &mut records);
            }
            records.extend(closing.into_iter().map(|(_, record)| record));
        }
        records.sort();
        records.dedup();
        Some(AeWindow { from, to, records })
    }

    /// What closes the window of a subject who leaves without infusion.
    fn uninfused_end(&self) -> Vec<(Date, RecordId)> {
        let subject = self.subject;
        let days = self.trial.windows.ae_days_uninfused;
        let procedures = subject
            .procedures
            .iter()
            .map(|procedure| (procedure.start.date.latest(), &procedure.record));
        let doses = subject
            .lymphodepletion
            .iter()
            .map(|dose| (dose.start.date.latest(), &dose.record));
        let last = procedures.chain(doses).max_by_key(|(day, _)| *day);
        let other = first_new_therapy(subject);
        let after = |(day, record): (Date, &RecordId)| (add_days(day, days), record.clone());
        match self.trial.windows.uninfused_end {
            UninfusedEnd::R1 => last.map(after).into_iter().collect(),
            UninfusedEnd::R2 => last
                .into_iter()
                .chain(other)
                .max_by_key(|(day, _)| *day)
                .map(after)
                .into_iter()
                .collect(),
            UninfusedEnd::R3 => {
                let other = other.map(|(day, record)| (day, record.clone()));
                last.map(after).into_iter().chain(other).collect()
            }
        }
    }

    fn derive_pfs(&self, day0: Date) -> Duration {
        let mut records = self.identity();
        records.extend(self.tumour.records.iter().cloned());
        let therapy = self.new_therapy();
        records.extend(therapy.map(|(_, record)| record.clone()));
        records.extend(self.death_records());
        let counted = |day: Date| day >= day0 && therapy.is_none_or(|(start, _)| day < start);
        let points = || self.tumour.points.iter().filter(|point| counted(point.day));
        let progression = points()
            .find(|point| point.is_progression())
            .map(|point| (point.day, "progression"));
        let death = self.death_day().map(|day| (day, "death"));
        let event = [progression, death].into_iter().flatten().min_by_key(|(day, _)| *day);
        let event = event.filter(|(day, _)| therapy.is_none_or(|(start, _)| *day < start));
        let last_adequate = |before: Option<Date>| {
            let adequate =
                points().filter(|point| point.is_adequate() && before.is_none_or(|before| point.day < before));
            adequate.map(|point| point.day).max().unwrap_or(day0)
        };
        let (end, event, ended_by) = match (event, therapy) {
            (Some((day, what)), _) => {
                let last = last_adequate(Some(day));
                let missed = self.missed_imaging(day0, last, day);
                if missed >= self.trial.response.missed_assessments {
                    let why = format!("censored at {last}: {missed} planned assessments missed before {what} on {day}");
                    (last, false, why)
                } else {
                    (day, true, format!("{what} on {day}"))
                }
            }
            (None, Some((start, _))) => {
                let last = last_adequate(Some(start));
                (
                    last,
                    false,
                    format!("censored at {last}: new anticancer therapy on {start}"),
                )
            }
            (None, None) => {
                let last = last_adequate(None);
                (last, false, format!("censored at {last}: last adequate assessment"))
            }
        };
        Duration {
            months: self.months_to(day0, end.max(day0)),
            event,
            ended_by,
            records,
        }
    }

    fn derive_os(&self, day0: Date) -> Duration {
        let mut records = self.identity();
        let contact = self
            .subject
            .contacts
            .iter()
            .rev()
            .find(|contact| contact.when.date.earliest() >= day0);
        let (end, event, ended_by) = if let (Some(day), Some(death)) = (self.death_day(), &self.subject.death) {
            records.extend(self.death_records());
            (day, true, format!("death on {}", death.when))
        } else if let Some(contact) = contact {
            records.push(contact.record.clone());
            let day = contact.when.date.earliest();
            (
                day,
                false,
                format!("censored at {day}: last contact ({})", contact.name),
            )
        } else {
            (day0, false, "censored at infusion: no later contact".to_owned())
        };
        Duration {
            months: self.months_to(day0, end.max(day0)),
            event,
            ended_by,
            records,
        }
    }

    /// Day of death; a partial date is read as its earliest day, but not before the last contact.
    pub fn death_day(&self) -> Option<Date> {
        let death = self.subject.death.as_ref()?;
        if let Some(day) = death.when.day() {
            return Some(day);
        }
        let last_seen = self.subject.contacts.last().map(|contact| contact.when.date.earliest());
        let earliest = death.when.date.earliest();
        Some(
            last_seen
                .map_or(earliest, |seen| seen.max(earliest))
                .min(death.when.date.latest()),
        )
    }

    /// The record of death, and the last contact where the date of death is read with its help.
    pub fn death_records(&self) -> Vec<RecordId> {
        let Some(death) = &self.subject.death else {
            return Vec::new();
        };
        let contact = self.subject.contacts.last().filter(|_| death.when.day().is_none());
        std::iter::once(death.record.clone())
            .chain(contact.map(|contact| contact.record.clone()))
            .collect()
    }

    /// Planned imaging visits whose whole window lies between two days.
    fn missed_imaging(&self, day0: Date, after: Date, before: Date) -> u32 {
        let imaging = self
            .trial
            .schedule
            .iter()
            .filter(|visit| visit.assessments.contains(&Assessed::Imaging));
        let missed = imaging.filter(|visit| {
            let planned = match visit.time {
                VisitTime::Day(day) => match u32::try_from(day) {
                    Ok(day) if day > 0 => add_days(day0, day),
                    Ok(_) | Err(_) => return false,
                },
                VisitTime::Months(months) => add_months(day0, months),
            };
            subtract_days(planned, visit.window_days) > after && add_days(planned, visit.window_days) < before
        });
        u32::try_from(missed.count()).unwrap_or(u32::MAX)
    }
}

/// Start of the first new anticancer therapy; a partial date is read by its earliest day, but not before infusion.
fn first_new_therapy(subject: &Subject) -> Option<(Date, &RecordId)> {
    let day0 = subject.infusions.first().and_then(|infusion| infusion.when.day());
    let therapies = subject
        .medications
        .iter()
        .filter(|medication| medication.class == MedicationClass::NewTherapy);
    let starts = therapies.filter_map(|medication| {
        let date = medication.start?.date;
        let earliest = date.earliest();
        let start = day0
            .filter(|day0| *day0 > earliest && *day0 <= date.latest())
            .unwrap_or(earliest);
        Some((start, &medication.record))
    });
    starts.min_by_key(|(day, _)| *day)
}

/// A duration taken as published.
fn published(trial: &Trial, subject: &Subject, parameter: &str) -> Option<Duration> {
    let row: &Published = subject.published.iter().find(|row| row.parameter == parameter)?;
    let months = match row.unit? {
        PublishedUnit::Months => row.value?,
        PublishedUnit::Days => row.value? / trial.estimation.days_per_month,
    };
    let event = !row.censored?;
    let ended_by = if event {
        "event as published"
    } else {
        "censored as published"
    }
    .to_owned();
    Some(Duration {
        months,
        event,
        ended_by,
        records: vec![subject.record.clone(), row.record.clone()],
    })
}

/// `months` calendar months after `date`, clamped to the end of the month.
pub(crate) fn add_months(date: Date, months: u32) -> Date {
    date.saturating_add(jiff::Span::new().months(i64::from(months)))
}

fn subtract_days(date: Date, days: u32) -> Date {
    date.saturating_sub(jiff::Span::new().days(i64::from(days)))
}
