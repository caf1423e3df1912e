//! What every outcome needs to know of one subject, derived once.

use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;

use super::ae_window::AeWindow;
use super::censoring::Situation;
use super::follow_up::first_new_therapy;
use super::tumour::{Tumour, derive_tumour};
use crate::dlt::{Verdict, add_days, derive_dlt};
use crate::protocol::{DoseLevel, Trial};
use crate::study::{Infusion, Procedure, Published, PublishedUnit, RecordId, Subject, days_between};

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
    derived: Arc<Derived>,
}

/// What takes time to derive of one subject: the same for the same records, protocol and cut.
#[derive(Debug, Clone)]
pub struct Derived {
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

impl Deref for Facts<'_> {
    type Target = Derived;

    fn deref(&self) -> &Derived {
        &self.derived
    }
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
    /// The row of the censoring table that decided it; `None` for overall survival and for published durations.
    pub situation: Option<Situation>,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

impl<'a> Facts<'a> {
    /// How a subject that was never enrolled ended, in a few words.
    pub(crate) fn never_enrolled(&self) -> Option<&'static str> {
        if self.subject.screen_failure().is_some() {
            Some("failed screening")
        } else {
            self.subject.left_in_screening().map(|_| "left in screening")
        }
    }

    /// Derives everything for one subject.
    pub fn derive(trial: &'a Trial, subject: &'a Subject, cut: Option<Date>) -> Self {
        let mut facts = Self::of_derived(
            trial,
            subject,
            cut,
            Arc::new(Derived {
                ae_window: None,
                dlt: cut.and_then(|cut| derive_dlt(trial, subject, cut)),
                tumour: derive_tumour(
                    trial,
                    trial.response.criteria,
                    subject,
                    day0_of(subject),
                    first_new_therapy(trial, subject),
                ),
                pfs: published(trial, subject, "PFS"),
                os: published(trial, subject, "OS"),
            }),
        );
        let ae_window = cut.and_then(|cut| facts.derive_ae_window(cut));
        facts.derived_mut().ae_window = ae_window;
        if let Some(day0) = facts.day0 {
            let pfs = facts.derive_pfs(day0, trial.response.pfs_censoring);
            facts.derived_mut().pfs = Some(pfs);
            let os = facts.derive_os(day0);
            facts.derived_mut().os = Some(os);
        }
        facts
    }

    /// The facts of a subject with what was derived of the same records, by the same protocol and to the same cut.
    pub(super) fn of_derived(trial: &'a Trial, subject: &'a Subject, cut: Option<Date>, derived: Arc<Derived>) -> Self {
        Self {
            trial,
            subject,
            level: subject.level,
            cut,
            infusion: subject.infusions.first(),
            day0: day0_of(subject),
            collection: subject.procedures.iter().find(|procedure| procedure.collection),
            derived,
        }
    }

    /// What was derived, for others to share.
    pub fn derived(&self) -> &Arc<Derived> {
        &self.derived
    }

    pub(super) fn derived_mut(&mut self) -> &mut Derived {
        Arc::make_mut(&mut self.derived)
    }

    /// The records that say who the subject is and when it was infused.
    pub fn identity(&self) -> Vec<RecordId> {
        let infusion = self.infusion.map(|infusion| infusion.record.clone());
        std::iter::once(self.subject.record.clone()).chain(infusion).collect()
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
}

fn day0_of(subject: &Subject) -> Option<Date> {
    subject.infusions.first().and_then(|infusion| infusion.when.day())
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
        situation: None,
        records: vec![subject.record.clone(), row.record.clone()],
    })
}

/// `months` calendar months after `date`, clamped to the end of the month.
pub(crate) fn add_months(date: Date, months: u32) -> Date {
    date.saturating_add(jiff::Span::new().months(i64::from(months)))
}

pub(super) fn subtract_days(date: Date, days: u32) -> Date {
    date.saturating_sub(jiff::Span::new().days(i64::from(days)))
}
