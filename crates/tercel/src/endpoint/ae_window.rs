//! The adverse-event window of a subject.
//!
//! # What it derives
//! First and last day on which the onset of an adverse event counts.
//!
//! # Source
//! The registry record (P2); `docs/methods.md`, "Adverse-event window".
//!
//! # Formula
//! From the first PBMC collection to the protocol's months after infusion, or to withdrawal, loss or death before. A
//! subject who leaves without infusion, for whatever reason but completion: days counted from the last study procedure.
//!
//! # Example
//! Collection on day −30, manufacturing failure on day 5, never infused: the window ends on day −2.
//!
//! # Limits
//! A disposition without a date closes nothing.

use jiff::civil::Date;

use super::add_months;
use super::facts::Facts;
use super::follow_up::first_new_therapy;
use crate::dlt::add_days;
use crate::protocol::UninfusedEnd;
use crate::study::{DispositionReason, RecordId};

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

impl Facts<'_> {
    pub(super) fn derive_ae_window(&self, cut: Date) -> Option<AeWindow> {
        let mut records = self.identity();
        records.extend(self.collection.map(|collection| collection.record.clone()));
        let collected = self.collection.map(|collection| collection.start.date.earliest());
        let conditioned = self.subject.lymphodepletion.first();
        records.extend(conditioned.map(|dose| dose.record.clone()));
        let conditioned = conditioned.map(|dose| dose.start.date.earliest());
        let from = collected.or(conditioned).or(self.day0)?;
        let left = self.participation_ends();
        records.extend(left.iter().map(|(_, record)| record.clone()));
        let closing = match self.day0 {
            Some(_) => left,
            None if left.is_empty() => Vec::new(),
            // Leaving without infusion does not end collection; it starts the count of days.
            None => self.uninfused_end(),
        };
        let last = self.day0.map(|day0| add_months(day0, self.trial.windows.ae_months));
        let to = closing.iter().map(|(day, _)| *day).chain(last).fold(cut, Date::min);
        records.extend(closing.into_iter().map(|(_, record)| record));
        records.sort();
        records.dedup();
        Some(AeWindow { from, to, records })
    }

    /// The days on which the subject left, and the records that say so.
    fn participation_ends(&self) -> Vec<(Date, RecordId)> {
        let left = self.subject.dispositions.iter().filter_map(|disposition| {
            let closes = match disposition.reason {
                DispositionReason::Withdrawal | DispositionReason::Lost | DispositionReason::Death => true,
                // Without infusion nothing is left to follow, whatever the reason for leaving.
                DispositionReason::Other => self.infusion.is_none(),
                DispositionReason::Completed => false,
            };
            let when = disposition.when?;
            closes.then(|| (when.date.latest(), disposition.record.clone()))
        });
        let death = self.subject.death.iter();
        let died = death.map(|death| (death.when.date.latest(), death.record.clone()));
        left.chain(died).collect()
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
        let other = first_new_therapy(self.trial, subject);
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
}
