//! Overall survival of one subject, and the planned imaging visits that progression-free survival is censored by.
//!
//! # What it derives
//! Time from infusion to death or to the last contact; the planned imaging visits and which of them were missed.
//!
//! # Source
//! `fda-endpoints2018`; `docs/methods.md`, "Progression-free survival" and "Overall survival".
//!
//! # Formula
//! A planned imaging visit is missed if its whole window passed between the last adequate assessment and the event, and every
//! scan lies nearer to another planned visit (or to infusion).
//!
//! # Example
//! Scan on day 24, death on day 70: the scan is that of week 4, only week 8 was missed.
//!
//! # Limits
//! A laboratory sample is no contact, nor is what was planned, not done, or reported later.

use jiff::civil::Date;

use super::facts::{Duration, Facts, subtract_days};
use super::{Point, add_months};
use crate::dlt::add_days;
use crate::protocol::{Assessed, VisitTime};
use crate::study::days_between;

impl Facts<'_> {
    /// Planned imaging visits whose whole window lies between two days and to which no scan belongs.
    pub(super) fn missed_imaging(&self, day0: Date, scans: &[&Point], after: Date, before: Date) -> u32 {
        let planned = self.planned_imaging(day0);
        let nearest = |scan: Date| {
            let visits = planned.iter().map(|(day, _)| *day).chain([day0]);
            visits.map(|day| days_between(day, scan).abs()).min()
        };
        let is_attended = |planned: Date| {
            let belongs = |point: &&Point| nearest(point.day) == Some(days_between(planned, point.day).abs());
            scans.iter().any(belongs)
        };
        let missed = planned.iter().filter(|(day, window)| {
            subtract_days(*day, *window) > after && add_days(*day, *window) < before && !is_attended(*day)
        });
        u32::try_from(missed.count()).unwrap_or(u32::MAX)
    }

    /// Day and half-width of the window of each imaging visit planned after infusion.
    pub(super) fn planned_imaging(&self, day0: Date) -> Vec<(Date, u32)> {
        let visits = self.trial.schedule.iter();
        let imaging = visits.filter(|visit| visit.assessments.contains(&Assessed::Imaging));
        let day = |time: &VisitTime| match *time {
            VisitTime::Day(day) => u32::try_from(day).ok().map(|day| add_days(day0, day)),
            VisitTime::Months(months) => Some(add_months(day0, months)),
        };
        imaging
            .filter_map(|visit| Some((day(&visit.time)?, visit.window_days)))
            .filter(|(day, _)| *day > day0)
            .collect::<std::collections::BTreeMap<Date, u32>>()
            .into_iter()
            .collect()
    }

    pub(super) fn derive_os(&self, day0: Date) -> Duration {
        let mut records = self.identity();
        let contact = self.last_contact().filter(|(day, _)| *day >= day0);
        let (end, event, ended_by) = if let (Some(day), Some((when, _))) = (self.death_day(), self.death()) {
            records.extend(self.death_records());
            (day, true, format!("death on {when}"))
        } else if let Some((day, record)) = contact {
            // A visit of that day says more than another record of it.
            let mut contacts = self.subject.contacts.iter();
            let visit = contacts.find(|contact| contact.when.date.earliest() == day);
            let (record, name) = visit.map_or_else(
                || (record, record.to_string()),
                |visit| (&visit.record, visit.name.clone()),
            );
            records.push(record.clone());
            (day, false, format!("censored at {day}: last contact ({name})"))
        } else {
            (day0, false, "censored at infusion: no later contact".to_owned())
        };
        Duration {
            months: self.months_to(day0, end.max(day0)),
            event,
            ended_by,
            situation: None,
            records,
        }
    }
}
