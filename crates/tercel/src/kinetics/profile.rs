//! Samples of one analyte as a profile in days since the first infusion.
//!
//! # What it derives
//! The samples from the infusion to the next one, each at its time; and which samples are no part of the profile, and why.
//!
//! # Source
//! `docs/methods.md`, "CAR-T level".
//!
//! # Formula
//! Days from the infusion by the clock where both times of day are known, whole days otherwise. Of several samples at one time the
//! first recorded counts. A sample on the day of the infusion without times of day is the one before it and stands at day 0.
//!
//! # Example
//! Infused on day 0 at 10:00, sampled on day 7 at 08:30: 6.94 days. Without either time: 7 days.
//!
//! # Limits
//! The profile ends at the second infusion: what comes later is of both.

use crate::language::Text;
use crate::study::{Amount, Level, Subject, When};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Analyte {
    /// Transgene copies, by PCR.
    Copies,
    /// CAR-positive T cells, by flow cytometry.
    Cells,
}

impl Analyte {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Copies, Self::Cells];

    /// Name in tables.
    pub const fn name(self) -> &'static str {
        self.text().en
    }

    /// The name in words.
    pub const fn text(self) -> Text {
        match self {
            Self::Copies => Text::new("Transgene copies", "转基因拷贝数"),
            Self::Cells => Text::new("CAR-T cells", "CAR-T细胞"),
        }
    }

    /// Unit of its levels.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Copies => crate::endpoint::COPIES,
            Self::Cells => crate::endpoint::CELLS,
        }
    }

    /// The samples of a subject, in order of time.
    pub fn samples(self, subject: &Subject) -> &[Level] {
        match self {
            Self::Copies => &subject.copies,
            Self::Cells => &subject.counts,
        }
    }
}

/// A sample of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileSample<'a> {
    /// The sample.
    pub level: &'a Level,
    /// Days since the infusion, 0 or more.
    pub day: f64,
    /// Whether the times of day of both are known; otherwise the days are whole.
    pub by_clock: bool,
}

impl ProfileSample<'_> {
    /// The level; 0 where below quantification.
    pub fn conc(&self) -> f64 {
        self.level.amount.quantified().unwrap_or(0.0)
    }

    /// Whether it was quantified above 0.
    pub fn is_quantified(&self) -> bool {
        self.conc() > 0.0
    }
}

/// The samples of one analyte after the first infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile<'a> {
    /// From the infusion to the second one, one a time, in order.
    pub samples: Vec<ProfileSample<'a>>,
    /// Drawn before the infusion.
    pub before: Vec<&'a Level>,
    /// A sample left out, and the one of the same time that counts.
    pub duplicates: Vec<(&'a Level, &'a Level)>,
    /// Of unknown day.
    pub undated: Vec<&'a Level>,
    /// Drawn after the second infusion.
    pub later: Vec<&'a Level>,
    /// Second infusion.
    pub next_infusion: Option<When>,
}

impl<'a> Profile<'a> {
    /// The profile of samples after infusions in order of time; `None` without an infusion of known day.
    pub fn new(infusions: &[When], levels: &'a [Level]) -> Option<Self> {
        let infused = *infusions.first()?;
        let day0 = infused.day()?;
        // What is infused on one day is one dose.
        let later = |infusion: &&When| infusion.day().is_some_and(|day| day > day0);
        let next_infusion = infusions.iter().find(later).copied();
        let mut profile = Self {
            samples: Vec::new(),
            before: Vec::new(),
            duplicates: Vec::new(),
            undated: Vec::new(),
            later: Vec::new(),
            next_infusion,
        };
        for level in levels {
            let Some(hours) = infused.hours_until(level.when) else {
                profile.undated.push(level);
                continue;
            };
            let day = hours / 24.0;
            if next_infusion.is_some_and(|next| is_after(next, level.when)) {
                profile.later.push(level);
            } else if day < 0.0 {
                profile.before.push(level);
            } else {
                let by_clock = infused.clock.is_some() && level.when.clock.is_some();
                profile.samples.push(ProfileSample { level, day, by_clock });
            }
        }
        profile.keep_one_a_time();
        Some(profile)
    }

    fn keep_one_a_time(&mut self) {
        let recorded = |sample: &ProfileSample<'_>| sample.level.record.number;
        self.samples
            .sort_by(|one, other| one.day.total_cmp(&other.day).then(recorded(one).cmp(&recorded(other))));
        let mut kept: Vec<ProfileSample<'a>> = Vec::new();
        for sample in self.samples.drain(..) {
            match kept.last().filter(|last| last.day >= sample.day) {
                Some(last) => self.duplicates.push((sample.level, last.level)),
                None => kept.push(sample),
            }
        }
        self.samples = kept;
    }

    /// Samples after the time of the infusion itself.
    pub fn after_infusion(&self) -> impl Iterator<Item = &ProfileSample<'a>> {
        self.samples.iter().filter(|sample| sample.day > 0.0)
    }

    /// How the times of the samples are known, in words.
    pub fn times(&self) -> &'static str {
        let by_clock = self.samples.iter().filter(|sample| sample.by_clock).count();
        match by_clock {
            0 => "whole days",
            _ if by_clock == self.samples.len() => "by the clock",
            _ => "by the clock, whole days where a time is missing",
        }
    }

    /// Samples drawn before the infusion in which something was quantified, which no CAR-T cell explains.
    pub fn quantified_before(&self) -> impl Iterator<Item = &'a Level> {
        let quantified = |level: &&Level| matches!(level.amount, Amount::Quantified(value) if value > 0.0);
        self.before.iter().copied().filter(quantified)
    }
}

/// Whether a sample was drawn after a later infusion; on its day without times of day it is the one before it.
fn is_after(infusion: When, sample: When) -> bool {
    infusion.hours_until(sample).is_some_and(|hours| hours > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Dataset, RecordId, SubjectId};

    fn when(text: &str) -> When {
        When::parse(text).unwrap()
    }

    pub(super) fn level(number: u32, text: &str, value: f64) -> Level {
        let record = RecordId {
            dataset: Dataset::new("PC"),
            subject: SubjectId::new("1"),
            number,
        };
        let amount = if value > 0.0 {
            Amount::Quantified(value)
        } else {
            Amount::Below(Some(50.0))
        };
        Level {
            record,
            amount,
            when: when(text),
        }
    }

    #[test]
    fn times_are_by_the_clock_where_both_have_one_and_whole_days_elsewhere() {
        let levels = [
            level(1, "2025-03-01T08:00", 0.0),
            level(2, "2025-03-01T22:00", 300.0),
            level(3, "2025-03-08", 900.0),
            level(4, "2025-03", 100.0),
        ];
        let profile = Profile::new(&[when("2025-03-01T10:00")], &levels).unwrap();
        let days: Vec<f64> = profile.samples.iter().map(|sample| sample.day).collect();
        assert_eq!(days, [0.5, 7.0]);
        assert_eq!((profile.before.len(), profile.undated.len()), (1, 1));
        assert_eq!(profile.times(), "by the clock, whole days where a time is missing");
        // Without the time of infusion the two samples of its day stand at day 0, and the first recorded counts.
        let profile = Profile::new(&[when("2025-03-01")], &levels).unwrap();
        let days: Vec<f64> = profile.samples.iter().map(|sample| sample.day).collect();
        assert_eq!((days, profile.times()), (vec![0.0, 7.0], "whole days"));
        let (out, kept) = profile.duplicates[0];
        assert_eq!((out.record.number, kept.record.number), (2, 1));
    }

    #[test]
    fn a_profile_ends_at_the_second_infusion() {
        let levels = [
            level(1, "2025-03-08", 900.0),
            level(2, "2025-05-01", 20.0),
            level(3, "2025-05-08", 5000.0),
        ];
        let infusions = [when("2025-03-01"), when("2025-05-01")];
        let profile = Profile::new(&infusions, &levels).unwrap();
        // The sample on the day of the second infusion is the one before it.
        assert_eq!((profile.samples.len(), profile.later.len()), (2, 1));
        assert_eq!(Profile::new(&[], &levels), None);
        assert_eq!(Profile::new(&[when("2025-03")], &levels), None);
    }
}
