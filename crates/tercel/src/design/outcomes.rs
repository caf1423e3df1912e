//! Outcomes in the notation `1NNN 2NNT`: a dose level and the outcomes of its cohort, N without DLT, T with one, `.` pending.

use std::fmt;

use thiserror::Error;

use super::Count;
use crate::protocol::{DoseLevel, PerLevel};

/// A cohort as it was treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cohort {
    /// Dose level.
    pub level: DoseLevel,
    /// Outcomes.
    pub count: Count,
}

/// Why text is no list of outcomes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidOutcomes {
    /// A cohort does not begin with a level and go on with outcomes.
    #[error("\"{0}\" is no cohort; write the dose level and the outcomes, like 2NNT (N no DLT, T DLT, . pending)")]
    Cohort(String),
    /// A level the design does not have.
    #[error("level {level} is beyond the {doses} dose levels")]
    Level {
        /// Level given.
        level: DoseLevel,
        /// Levels of the design.
        doses: u8,
    },
}

/// Parses `1NNN 2NNT`.
pub fn parse_outcomes(text: &str) -> Result<Vec<Cohort>, InvalidOutcomes> {
    text.split_whitespace().map(parse_cohort).collect()
}

fn parse_cohort(text: &str) -> Result<Cohort, InvalidOutcomes> {
    let wrong = || InvalidOutcomes::Cohort(text.to_owned());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (level, letters) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let level = level.parse().ok().and_then(DoseLevel::new).ok_or_else(wrong)?;
    let mut count = Count::default();
    for letter in letters.chars() {
        match letter {
            'N' | 'n' => count.evaluable += 1,
            'T' | 't' => {
                count.evaluable += 1;
                count.dlt += 1;
            }
            '.' => count.pending += 1,
            _ => return Err(wrong()),
        }
    }
    if letters.is_empty() {
        return Err(wrong());
    }
    Ok(Cohort { level, count })
}

/// Outcomes per level of a list of cohorts.
pub fn count_cohorts(cohorts: &[Cohort], doses: u8) -> Result<PerLevel<Count>, InvalidOutcomes> {
    let mut counts = PerLevel::new(vec![Count::default(); usize::from(doses)]);
    for cohort in cohorts {
        let level = cohort.level;
        let count = counts.get_mut(level).ok_or(InvalidOutcomes::Level { level, doses })?;
        count.evaluable += cohort.count.evaluable;
        count.dlt += cohort.count.dlt;
        count.pending += cohort.count.pending;
    }
    Ok(counts)
}

impl fmt::Display for Cohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.level, self.count)
    }
}
