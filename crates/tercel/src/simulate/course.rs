//! What becomes of a subject, in days from infusion: supply, toxicity that limits the dose, how follow-up ends.
//!
//! It depends on the subject's own draws and its dose level alone, so the escalation can be walked without writing a
//! single record.

use super::parameters as p;
use super::random::{Draws, Topic, decimals, round};
use super::tumour::Scan;
use crate::protocol::{DoseLevel, Trial};

/// Why a subject was not infused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uninfused {
    ManufactureFailure,
    Withdrawal,
}

/// How a dose-limiting toxicity shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DltKind {
    /// CRS of grade 3 for more than 72 hours, or of grade 4.
    Crs,
    /// ICANS likewise.
    Icans,
    /// ALT and AST above 20 times the upper limit of normal.
    Hepatic,
    /// Another organ, grade 4.
    Organ,
}

/// What is settled before any tumour is measured.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    /// Day of consent, negative.
    pub(super) consent: i32,
    /// Day of collection, negative.
    pub(super) collection: i32,
    /// First and last day of bridging therapy.
    pub(super) bridging: Option<(i32, i32)>,
    /// Why not infused, and the day that was settled.
    pub(super) uninfused: Option<(Uninfused, i32)>,
    /// Cells given, in percent of the group's.
    pub(super) dose_percent: f64,
    /// Time of infusion, in minutes from midnight.
    pub(super) infusion_minute: i32,
    pub(super) dlt: Option<DltKind>,
    death_without_progression: i32,
    survival_after_progression: i32,
    loss: i32,
    withdrawal: i32,
    /// Day of new therapy without progression.
    early_therapy: Option<i32>,
    /// Days from progression to new therapy.
    later_therapy: Option<i32>,
}

impl Fate {
    pub(super) fn draw(trial: &Trial, seed: u64, subject: u64, level: DoseLevel) -> Self {
        let mut supply = Draws::new(seed, subject, Topic::Supply);
        let collection = -round(supply.between(p::SUPPLY_MIN.get(), p::SUPPLY_MAX.get()));
        let consent = collection - round(supply.between(p::SCREENING_MIN.get(), p::SCREENING_MAX.get()));
        let failure = supply.chance(p::MANUFACTURE_FAILURE.get());
        let withdrawal = supply.chance(p::WITHDRAWAL_BEFORE_INFUSION.get());
        let settled = supply.whole(collection + 10, -7);
        let bridged = supply.chance(p::BRIDGING.get());
        let start = collection + supply.whole(2, 4);
        let short = supply.chance(p::UNDER_DOSE.get());
        let infusion_minute = 600 + 15 * supply.whole(0, 16);
        let (low, full) = (supply.between(55.0, 79.0), supply.normal(100.0, p::DOSE_SD.get()));
        let uninfused = match (failure, withdrawal) {
            (true, _) => Some((Uninfused::ManufactureFailure, settled)),
            (false, true) => Some((Uninfused::Withdrawal, settled)),
            (false, false) => None,
        };
        let mut toxicity = Draws::new(seed, subject, Topic::Dlt);
        let limiting = toxicity.chance(p::DLT.at(level));
        let kind = toxicity.categorical(&[
            (DltKind::Crs, 0.30),
            (DltKind::Hepatic, 0.40),
            (DltKind::Organ, 0.25),
            (DltKind::Icans, 0.05),
        ]);
        let dlt = kind.filter(|_| limiting && uninfused.is_none());
        let mut survival = Draws::new(seed, subject, Topic::Survival);
        // A subject with a DLT lives through it, and nobody leaves between the end of the window and its visit.
        let window = i32::try_from(trial.dlt.window_days).unwrap_or(i32::MAX - 1000);
        let settle = |day: f64| match round(day).max(5) {
            day if dlt.is_some() && day <= window + 14 => day + window + 14,
            day if day > window && day <= window + 10 => day + 14,
            day => day,
        };
        Self {
            consent,
            collection,
            bridging: bridged
                .then_some((start, (start + 10).min(-8)))
                .filter(|(start, end)| start < end),
            uninfused,
            dose_percent: decimals(if short { low } else { full.clamp(85.0, 115.0) }, 1),
            infusion_minute,
            dlt,
            death_without_progression: settle(survival.exponential(p::DEATH_BEFORE_PROGRESSION.get())),
            survival_after_progression: 14 + round(survival.exponential(p::DEATH_AFTER_PROGRESSION.get())),
            loss: settle(survival.exponential(p::LOSS.get())),
            withdrawal: settle(survival.exponential(p::WITHDRAWAL.get())),
            early_therapy: survival
                .chance(p::EARLY_THERAPY.get())
                .then(|| window + survival.whole(30, 170)),
            later_therapy: survival.chance(p::NEW_THERAPY.get()).then(|| survival.whole(8, 40)),
        }
    }

    pub(super) const fn is_infused(&self) -> bool {
        self.uninfused.is_none()
    }

    /// Whether the subject counts in the dose decision.
    pub(super) fn is_evaluable(&self, trial: &Trial) -> bool {
        let range = trial.dlt.dose_percent_min..=trial.dlt.dose_percent_max;
        let leaves = self.death_without_progression.min(self.loss).min(self.withdrawal);
        let stays = i32::try_from(trial.dlt.window_days).is_ok_and(|window| leaves > window);
        range.contains(&self.dose_percent) && (self.dlt.is_some() || stays)
    }

    /// How the subject's follow-up goes, once its scans are read; `last` is the day the study ends for it.
    pub(super) fn follow(&self, scans: &[Scan], last: i32) -> FollowUp {
        let progression = scans.iter().find(|scan| scan.is_progression()).map(|scan| scan.day);
        let death = match progression {
            Some(day) if day < self.death_without_progression => day + self.survival_after_progression,
            Some(_) | None => self.death_without_progression,
        };
        let ends = [
            (death, Ending::Death),
            (self.loss, Ending::Lost),
            (self.withdrawal, Ending::Withdrawal),
            (last, Ending::Completed),
        ];
        let (end, ending) = ends
            .into_iter()
            .min_by_key(|(day, _)| *day)
            .unwrap_or((last, Ending::Completed));
        let progression = progression.filter(|day| *day < end);
        let early = self
            .early_therapy
            .filter(|day| progression.is_none_or(|progression| *day < progression));
        let after = progression.and_then(|day| self.later_therapy.map(|wait| day + wait));
        FollowUp {
            progression,
            therapy: early.or(after).filter(|day| *day < end),
            end,
            ending,
        }
    }
}

/// How follow-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Death,
    Lost,
    Withdrawal,
    Completed,
}

/// Progression, new therapy and the end, in days from infusion.
#[derive(Debug, Clone, Copy)]
pub(super) struct FollowUp {
    /// Day of the scan read as progression.
    pub(super) progression: Option<i32>,
    pub(super) therapy: Option<i32>,
    pub(super) end: i32,
    pub(super) ending: Ending,
}
