//! A count for every day: what was drawn, what is interpolated, and the days nothing is known of.

use std::collections::BTreeMap;
use std::fmt;

/// A count drawn on a day; day 0 is the day of infusion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// Day.
    pub day: i32,
    /// Cells per microlitre.
    pub per_ul: f64,
}

/// How a day without a draw gets a count. The rule changes grades, so that it has a name and a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// A straight line between draws, as in the published implementation (`liang2024icaht`).
    Linear,
    /// The last draw before it.
    CarriedForward,
}

impl Interpolation {
    /// All policies.
    pub const ALL: [Self; 2] = [Self::Linear, Self::CarriedForward];

    /// Name as options write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::CarriedForward => "carried-forward",
        }
    }

    /// Version of the rule; another rule under the same name has another one.
    pub const fn version(self) -> u32 {
        match self {
            Self::Linear | Self::CarriedForward => 1,
        }
    }

    /// The rule in words.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Linear => {
                "a straight line across at most 7 days without a draw, rounded to 10/uL; before the first and after the last \
                 draw its count, if that is at most 7 days; longer stretches stay without a count"
            }
            Self::CarriedForward => "the last draw for 7 days after it; then no count",
        }
    }
}

impl fmt::Display for Interpolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}: {}", self.name(), self.version(), self.rule())
    }
}

/// Most days without a draw that are filled: once-weekly draws leave six.
const LONGEST_GAP: i32 = 7;

/// Consecutive days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// First day.
    pub first: i32,
    /// Last day.
    pub last: i32,
}

impl Days {
    /// Number of days, both ends counted.
    pub const fn count(self) -> i32 {
        self.last - self.first + 1
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "day {}", self.first)
        } else {
            write!(f, "days {}-{}", self.first, self.last)
        }
    }
}

/// The lowest count of each day.
pub(super) fn lowest_of_day(counts: &[Count]) -> BTreeMap<i32, f64> {
    let mut lowest: BTreeMap<i32, f64> = BTreeMap::new();
    for count in counts {
        let value = lowest.entry(count.day).or_insert(count.per_ul);
        *value = value.min(count.per_ul);
    }
    lowest
}

/// The count of every day from 0 to `last`; `None` where the draws are too far away.
pub(super) fn daily(counts: &[Count], last: i32, interpolation: Interpolation) -> Vec<Option<f64>> {
    let lowest = lowest_of_day(counts);
    (0..=last)
        .map(|day| match interpolation {
            Interpolation::Linear => linear(&lowest, day, last),
            Interpolation::CarriedForward => carried_forward(&lowest, day),
        })
        .collect()
}

fn linear(lowest: &BTreeMap<i32, f64>, day: i32, last: i32) -> Option<f64> {
    let before = lowest.range(0..=day).next_back();
    let after = lowest.range(day..=last.max(day)).next();
    match (before, after) {
        (Some((&from, &value)), _) if from == day => Some(value),
        (Some((&from, &low)), Some((&to, &high))) => {
            let share = f64::from(day - from) / f64::from(to - from);
            (to - from - 1 <= LONGEST_GAP).then(|| to_ten(low + share * (high - low)))
        }
        // Before the first and after the last draw the whole stretch is filled or none of it.
        (Some((&from, &value)), None) => (last - from <= LONGEST_GAP).then_some(value),
        (None, Some((&to, &value))) => (to <= LONGEST_GAP).then_some(value),
        (None, None) => None,
    }
}

fn carried_forward(lowest: &BTreeMap<i32, f64>, day: i32) -> Option<f64> {
    let (&from, &value) = lowest.range(..=day).next_back()?;
    (day - from <= LONGEST_GAP).then_some(value)
}

/// Rounded to the nearest ten, a half to the even ten.
fn to_ten(per_ul: f64) -> f64 {
    (per_ul / 10.0).round_ties_even() * 10.0
}

/// The runs of days for which `holds`.
pub(super) fn runs(series: &[Option<f64>], holds: impl Fn(Option<f64>) -> bool) -> Vec<Days> {
    let mut runs: Vec<Days> = Vec::new();
    for (day, value) in (0..).zip(series) {
        if !holds(*value) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.last + 1 == day => run.last = day,
            Some(_) | None => runs.push(Days { first: day, last: day }),
        }
    }
    runs
}

/// Runs joined across gaps of at most `longest_gap` days.
pub(super) fn joined(runs: &[Days], longest_gap: i32) -> Vec<Days> {
    let mut joined: Vec<Days> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(before) if run.first - before.last - 1 <= longest_gap => before.last = run.last,
            Some(_) | None => joined.push(*run),
        }
    }
    joined
}
