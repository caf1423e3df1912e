//! Who was infused in a trial on continuous time, and what is known of them.

use super::conditions::Stagger;
use crate::design::{Count, EfficacyCount, Pending};
use crate::protocol::{DoseLevel, PerLevel};

/// Days within which two moments are the same: sums of intervals differ in their last digits.
pub(super) const SAME: f64 = 1e-9;

/// An infused subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Treated {
    pub(super) level: DoseLevel,
    pub(super) infused: f64,
    /// When the outcome is known.
    pub(super) known: f64,
    pub(super) dlt: bool,
    pub(super) excluded: bool,
    /// When a response is known; none where there is none.
    pub(super) responds: Option<f64>,
    /// Outside the cohorts of the escalation.
    pub(super) backfill: bool,
}

/// The subjects infused, in order of infusion.
#[derive(Debug)]
pub(super) struct Roster {
    pub(super) treated: Vec<Treated>,
    /// Outcomes known at the latest look; they and `pending` leave out whom the analysis leaves out.
    pub(super) known: PerLevel<Count>,
    /// Who was pending at the latest look.
    pub(super) pending: Vec<Pending>,
    /// DLTs and responses of everybody at the latest look for open levels.
    pub(super) seen: PerLevel<EfficacyCount>,
}

impl Roster {
    pub(super) fn new(doses: usize) -> Self {
        Self {
            treated: Vec::new(),
            known: PerLevel::new(vec![Count::default(); doses]),
            pending: Vec::new(),
            seen: PerLevel::new(vec![EfficacyCount::default(); doses]),
        }
    }

    /// Forgets everybody.
    pub(super) fn clear(&mut self) {
        self.treated.clear();
        self.known.values_mut().fill(Count::default());
        self.pending.clear();
    }

    /// The subjects the analysis counts.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Treated> {
        self.treated.iter().filter(|subject| !subject.excluded)
    }

    /// Those of the cohorts of the escalation.
    pub(super) fn cohorts(&self) -> impl Iterator<Item = &Treated> {
        self.counted().filter(|subject| !subject.backfill)
    }

    /// Counts what is known now, per level, and who is pending; backfilled subjects where they are to be counted.
    pub(super) fn look(&mut self, now: f64, window: f64, backfilled: bool) {
        self.known.values_mut().fill(Count::default());
        self.pending.clear();
        let counted = |subject: &&Treated| !subject.excluded && (backfilled || !subject.backfill);
        for subject in self.treated.iter().filter(counted) {
            let Some(count) = self.known.get_mut(subject.level) else {
                continue;
            };
            if subject.known <= now + SAME {
                count.evaluable += 1;
                count.dlt += u32::from(subject.dlt);
            } else {
                count.pending += 1;
                self.pending.push(Pending {
                    level: subject.level,
                    followed: ((now - subject.infused) / window).clamp(0.0, 1.0),
                });
            }
        }
    }

    /// Counts the DLTs and responses of everybody known now.
    pub(super) fn see(&mut self, now: f64) {
        self.seen.values_mut().fill(EfficacyCount::default());
        for subject in self.treated.iter().filter(|subject| !subject.excluded) {
            let Some(count) = self.seen.get_mut(subject.level) else {
                continue;
            };
            if subject.known <= now + SAME {
                count.dlts.evaluable += 1;
                count.dlts.dlt += u32::from(subject.dlt);
            } else {
                count.dlts.pending += 1;
            }
            count.response += u32::from(subject.responds.is_some_and(|known| known <= now + SAME));
        }
    }

    /// Subjects of the cohorts infused whom the analysis counts.
    pub(super) fn analysed(&self) -> u32 {
        u32::try_from(self.cohorts().count()).unwrap_or(u32::MAX)
    }

    /// Whether an outcome of the cohorts is not known yet.
    pub(super) fn cohorts_pending(&self, now: f64) -> bool {
        self.cohorts().any(|subject| subject.known > now + SAME)
    }

    /// From when the stagger allows an infusion at a level. A new level waits for the cohorts, not for who is backfilled.
    pub(super) fn allowed_from(&self, stagger: &Stagger, level: DoseLevel) -> f64 {
        let here = || self.treated.iter().filter(|subject| subject.level == level);
        let latest = self.treated.iter().rfind(|subject| !subject.backfill);
        match (
            latest.map(|subject| subject.infused),
            here().next_back(),
            here().count(),
        ) {
            (None, _, _) => 0.0,
            (Some(latest), None, _) => latest + stagger.level_days,
            (Some(_), Some(sentinel), 1) => sentinel.infused + stagger.sentinel_days,
            (Some(_), Some(last), _) => last.infused + stagger.subject_days,
        }
    }

    /// When the next pending outcome, or response, is known.
    pub(super) fn next_outcome(&self, now: f64) -> Option<f64> {
        let times = self
            .counted()
            .flat_map(|subject| [Some(subject.known), subject.responds])
            .flatten()
            .filter(|known| *known > now + SAME);
        times.min_by(f64::total_cmp)
    }

    /// When the last outcome is known; 0 where there is none.
    pub(super) fn last_outcome(&self) -> f64 {
        self.counted().map(|subject| subject.known).fold(0.0, f64::max)
    }
}
