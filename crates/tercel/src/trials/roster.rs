//! Who was infused in a trial on continuous time, and what is known of them.

use super::conditions::Stagger;
use crate::design::{Count, Pending};
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
}

/// The subjects infused, in order of infusion.
#[derive(Debug)]
pub(super) struct Roster {
    pub(super) treated: Vec<Treated>,
    /// Outcomes known at the latest look; they and `pending` leave out whom the analysis leaves out.
    pub(super) known: PerLevel<Count>,
    /// Who was pending at the latest look.
    pub(super) pending: Vec<Pending>,
}

impl Roster {
    pub(super) fn new(doses: usize) -> Self {
        Self {
            treated: Vec::new(),
            known: PerLevel::new(vec![Count::default(); doses]),
            pending: Vec::new(),
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

    /// Counts what is known now, per level, and who is pending.
    pub(super) fn look(&mut self, now: f64, window: f64) {
        self.known.values_mut().fill(Count::default());
        self.pending.clear();
        for subject in self.treated.iter().filter(|subject| !subject.excluded) {
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

    /// Subjects infused whom the analysis counts.
    pub(super) fn analysed(&self) -> u32 {
        u32::try_from(self.counted().count()).unwrap_or(u32::MAX)
    }

    /// From when the stagger allows an infusion at a level.
    pub(super) fn allowed_from(&self, stagger: &Stagger, level: DoseLevel) -> f64 {
        let here = || self.treated.iter().filter(|subject| subject.level == level);
        let latest = self.treated.last().map(|subject| subject.infused);
        match (latest, here().next_back(), here().count()) {
            (None, _, _) => 0.0,
            (Some(latest), None, _) => latest + stagger.level_days,
            (Some(_), Some(sentinel), 1) => sentinel.infused + stagger.sentinel_days,
            (Some(_), Some(last), _) => last.infused + stagger.subject_days,
        }
    }

    /// When the next pending outcome is known.
    pub(super) fn next_outcome(&self, now: f64) -> Option<f64> {
        let times = self
            .counted()
            .map(|subject| subject.known)
            .filter(|known| *known > now + SAME);
        times.min_by(f64::total_cmp)
    }

    /// When the last outcome is known; 0 where there is none.
    pub(super) fn last_outcome(&self) -> f64 {
        self.counted().map(|subject| subject.known).fold(0.0, f64::max)
    }
}
