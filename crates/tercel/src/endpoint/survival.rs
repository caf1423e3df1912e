//! Progression-free and overall survival of one subject.
//!
//! # What it derives
//! Time from infusion to the event or to censoring, and what ended it.
//!
//! # Source
//! `fda-endpoints2018`; `docs/methods.md`, "Progression-free survival" and "Overall survival".
//!
//! # Formula
//! The event is the first progression or death, unless new anticancer therapy began before it, or the protocol's number
//! of planned assessments was missed just before it. A planned imaging visit is missed if its whole window passed between the
//! last adequate assessment and the event, and every scan lies nearer to another planned visit (or to infusion).
//!
//! # Example
//! Scan on day 24, death on day 70: the scan is that of week 4, only week 8 was missed, death is the event.
//!
//! # Limits
//! Missed visits depend on the planned schedule. Without any assessment after infusion none can be said to be missed before a
//! death: it is the event.

use jiff::civil::Date;

use super::facts::{Duration, Facts, subtract_days};
use super::{Point, add_months};
use crate::dlt::add_days;
use crate::protocol::{Assessed, VisitTime};
use crate::study::days_between;

impl Facts<'_> {
    pub(super) fn derive_pfs(&self, day0: Date) -> Duration {
        let mut records = self.identity();
        records.extend(self.tumour.records.iter().cloned());
        let therapy = self.new_therapy();
        records.extend(therapy.map(|(_, record)| record.clone()));
        records.extend(self.death_records());
        // What is seen on the day a therapy starts is not its effect.
        let counts = |day: Date| therapy.is_none_or(|(start, _)| day <= start);
        let points: Vec<&Point> = self.tumour.points.iter().filter(|point| counts(point.day)).collect();
        let progression = points.iter().find(|point| point.is_progression());
        let progression = progression.map(|point| (point.day, "progression"));
        let death = self.death_day().filter(|day| counts(*day)).map(|day| (day, "death"));
        let event = [progression, death].into_iter().flatten().min_by_key(|(day, _)| *day);
        let (end, event, ended_by) = match (event, therapy) {
            (Some((day, what)), _) => self.at_event(day0, &points, day, what),
            (None, therapy) => {
                let last = last_adequate(&points).unwrap_or(day0);
                let why = therapy.map_or_else(
                    || "last adequate assessment".to_owned(),
                    |(start, _)| format!("new anticancer therapy on {start}"),
                );
                (last, false, format!("censored at {last}: {why}"))
            }
        };
        Duration {
            months: self.months_to(day0, end.max(day0)),
            event,
            ended_by,
            records,
        }
    }

    /// Whether the event counts, or too many assessments were missed before it.
    fn at_event(&self, day0: Date, points: &[&Point], day: Date, what: &str) -> (Date, bool, String) {
        let until: Vec<&Point> = points.iter().copied().filter(|point| point.day <= day).collect();
        let before: Vec<&Point> = until.iter().copied().filter(|point| point.day < day).collect();
        let last = last_adequate(&before).unwrap_or(day0);
        let missed = self.missed_imaging(day0, &until, last, day);
        if until.is_empty() || missed < self.trial.response.missed_assessments {
            return (day, true, format!("{what} on {day}"));
        }
        let why = format!("censored at {last}: {missed} planned assessments missed before {what} on {day}");
        (last, false, why)
    }

    /// Planned imaging visits whose whole window lies between two days and to which no scan belongs.
    fn missed_imaging(&self, day0: Date, scans: &[&Point], after: Date, before: Date) -> u32 {
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
    fn planned_imaging(&self, day0: Date) -> Vec<(Date, u32)> {
        let visits = self.trial.schedule.iter();
        let imaging = visits.filter(|visit| visit.assessments.contains(&Assessed::Imaging));
        let day = |time: &VisitTime| match *time {
            VisitTime::Day(day) => u32::try_from(day).ok().map(|day| add_days(day0, day)),
            VisitTime::Months(months) => Some(add_months(day0, months)),
        };
        imaging
            .filter_map(|visit| Some((day(&visit.time)?, visit.window_days)))
            .filter(|(day, _)| *day > day0)
            .collect()
    }

    pub(super) fn derive_os(&self, day0: Date) -> Duration {
        let mut records = self.identity();
        let contact = self
            .subject
            .contacts
            .iter()
            .rev()
            .find(|contact| contact.when.date.earliest() >= day0);
        let (end, event, ended_by) = if let (Some(day), Some((when, _))) = (self.death_day(), self.death()) {
            records.extend(self.death_records());
            (day, true, format!("death on {when}"))
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
}

fn last_adequate(points: &[&Point]) -> Option<Date> {
    let adequate = points.iter().filter(|point| point.is_adequate());
    adequate.map(|point| point.day).max()
}
