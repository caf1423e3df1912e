//! Immune effector cell-associated haematotoxicity (ICAHT): neutropenia after CAR-T cells by depth and duration.
//!
//! # What it derives
//! [`grade_icaht`]: from the neutrophil counts of one subject the early grade (days 0 to 30) with the days at or below 500/µL
//! and 100/µL, and the late grade (after day 30), each with its reason; bounds where days without a count decide.
//!
//! # Source
//! `rejeski2023icaht` for the grades, `liang2024icaht` for how days are counted between draws.
//!
//! # Formula
//! | | grade 1 | 2 | 3 | 4 |
//! |---|---|---|---|---|
//! | early, ANC ≤ 500/µL | 1–6 days | 7–13 | ≥ 14 | never above 500/µL |
//! | early, ANC ≤ 100/µL | | | 7–13 days | ≥ 14 |
//! | late, ANC | ≤ 1500/µL | ≤ 1000 | ≤ 500 | ≤ 100 |
//!
//! Early: every day has a count by the [`Interpolation`]; the lowest draw of a day counts. Days at or below a limit make an
//! exceedance; a recovery of fewer than 3 days does not end it and its days count. The longest exceedance decides. "Never
//! above" is one that begins by day 3 and goes on to day 30, or to the end of follow-up before it (where progression or other
//! therapy cuts it off, the grade is bounded). Late: the lowest count
//! from day 31 on decides if the second lowest, of another day, is at or below 1500/µL too, or if there is no second.
//!
//! # Example
//! ```
//! use tercel::grade::icaht::{Count, FollowUp, IcahtOptions, Interpolation, grade_icaht};
//! use tercel::grade::{Grade, Toxicity};
//! let drawn = [(0, 2370.), (3, 470.), (5, 90.), (7, 270.), (9, 310.), (10, 1390.), (16, 4530.), (23, 5000.), (30, 2220.)];
//! let counts = drawn.map(|(day, per_ul)| Count { day, per_ul });
//! let options = IcahtOptions { interpolation: Interpolation::Linear, late_last_day: 100 };
//! let graded = grade_icaht(&counts, FollowUp::NotEnded, options);
//! let early = graded.early.unwrap();
//! assert_eq!(early.bounds(), (Toxicity::Present(Grade::G2), Toxicity::Present(Grade::G2)));
//! assert_eq!(early.at_or_below_500[0].count(), 7);
//! assert!(graded.late.is_none());
//! ```
//!
//! # Limits
//! - A day too far from any draw has no count. The grade is then bounded: from below as if the count had recovered, as the
//!   published implementation has it, from above as if it were 0.
//! - The published implementation rounds measured counts to 10/µL too; here a measured 504/µL is above 500/µL.
//! - The lowest late count decides even where the second is higher, which may overgrade; a single late count decides alone
//!   and is named as such. Neither confirms that neutropenia is due to the cells.
//! - Counts under growth factor count like any other.

mod series;

use std::fmt;

pub use series::{Count, Days, Interpolation};

use self::series::{daily, joined, lowest_of_day, runs};
use super::{Grade, Toxicity};

/// What the grades leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcahtOptions {
    /// How a day without a draw gets a count.
    pub interpolation: Interpolation,
    /// Last day whose counts are late ones; the published implementation takes 100.
    pub late_last_day: i32,
}

/// How far the subject was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// As far as known it goes on.
    NotEnded,
    /// It ended on this day by death or with the last contact.
    EndedOn(i32),
    /// Progression or other therapy on this day: what came later is not due to the cells.
    CensoredOn(i32),
}

impl FollowUp {
    /// The last day whose counts are taken.
    const fn last_day(self) -> Option<i32> {
        match self {
            Self::NotEnded => None,
            Self::EndedOn(day) | Self::CensoredOn(day) => Some(day),
        }
    }
}

/// Early and late grade of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Icaht {
    /// Early; `None` without a count from day 0 to 30.
    pub early: Option<Early>,
    /// Late; `None` without a count after day 30.
    pub late: Option<Late>,
}

/// Early ICAHT.
#[derive(Debug, Clone, PartialEq)]
pub struct Early {
    /// The grade if days without a count, and those after censoring, had recovered.
    pub at_least: Toxicity,
    /// The grade if days without a count had none left, and neutropenia censored from day 3 on did not recover.
    pub at_most: Toxicity,
    /// Exceedances at or below 500/µL.
    pub at_or_below_500: Vec<Days>,
    /// Exceedances at or below 100/µL.
    pub at_or_below_100: Vec<Days>,
    /// Days without a count.
    pub uncovered: Vec<Days>,
    /// The exceedance that never recovered.
    pub never_recovered: Option<Days>,
}

/// Late ICAHT.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Late {
    /// The grade.
    pub toxicity: Toxicity,
    /// The lowest count.
    pub lowest: Count,
    /// The lowest of another day.
    pub second: Option<Count>,
}

/// The scale, as answers name it.
pub const SCALE: &str = "ICAHT, EHA/EBMT 2023";
/// Last day of the early period.
pub const EARLY_LAST_DAY: i32 = 30;
/// A recovery shorter than three days is none.
const LONGEST_JOINED_GAP: i32 = 2;
/// Neutropenia that never recovers has begun by this day.
const BEGINS_BY: i32 = 3;
/// Limit of severe neutropenia, cells/µL.
const SEVERE: f64 = 500.0;
/// Limit of profound neutropenia, cells/µL.
const PROFOUND: f64 = 100.0;
/// Limits of the late grades, cells/µL, from the worst.
const LATE: [(f64, Grade); 4] = [
    (100.0, Grade::G4),
    (500.0, Grade::G3),
    (1000.0, Grade::G2),
    (1500.0, Grade::G1),
];

/// Grades the neutrophil counts of one subject, in any order.
pub fn grade_icaht(counts: &[Count], follow_up: FollowUp, options: IcahtOptions) -> Icaht {
    Icaht {
        early: grade_early(counts, follow_up, options.interpolation),
        late: grade_late(counts, follow_up, options.late_last_day),
    }
}

fn grade_early(counts: &[Count], follow_up: FollowUp, interpolation: Interpolation) -> Option<Early> {
    let ended = follow_up.last_day().filter(|day| *day < EARLY_LAST_DAY);
    let last = ended.unwrap_or(EARLY_LAST_DAY);
    if !counts.iter().any(|count| (0..=last).contains(&count.day)) {
        return None;
    }
    let known = daily(counts, last, interpolation);
    let worst: Vec<Option<f64>> = known.iter().map(|value| value.or(Some(0.0))).collect();
    // Whether a count censored before day 30 would have recovered is not known.
    let censored = ended.is_some() && matches!(follow_up, FollowUp::CensoredOn(_));
    let grade = |series: &[Option<f64>], censored_is_end: bool| {
        let (severe, profound) = (exceedances(series, SEVERE), exceedances(series, PROFOUND));
        let whole = never_recovered(&severe, last).filter(|_| !censored || censored_is_end);
        early_grade(&severe, &profound, whole)
    };
    let at_or_below_500 = exceedances(&known, SEVERE);
    Some(Early {
        at_least: grade(&known, false),
        at_most: grade(&worst, true),
        uncovered: runs(&known, |value| value.is_none()),
        never_recovered: never_recovered(&at_or_below_500, last),
        at_or_below_100: exceedances(&known, PROFOUND),
        at_or_below_500,
    })
}

fn exceedances(series: &[Option<f64>], limit: f64) -> Vec<Days> {
    let below = runs(series, |value| value.is_some_and(|per_ul| per_ul <= limit));
    joined(&below, LONGEST_JOINED_GAP)
}

fn never_recovered(severe: &[Days], last: i32) -> Option<Days> {
    let whole = |days: &&Days| days.first <= BEGINS_BY && days.last == last;
    severe.iter().find(whole).copied()
}

fn early_grade(severe: &[Days], profound: &[Days], never_recovered: Option<Days>) -> Toxicity {
    let longest = |exceedances: &[Days]| exceedances.iter().map(|days| days.count()).max().unwrap_or(0);
    if never_recovered.is_some() {
        return Toxicity::Present(Grade::G4);
    }
    match (longest(severe), longest(profound)) {
        (_, 14..) => Toxicity::Present(Grade::G4),
        (14.., _) | (_, 7..) => Toxicity::Present(Grade::G3),
        (7.., _) => Toxicity::Present(Grade::G2),
        (1.., _) => Toxicity::Present(Grade::G1),
        (..=0, _) => Toxicity::Absent,
    }
}

fn grade_late(counts: &[Count], follow_up: FollowUp, last: i32) -> Option<Late> {
    let last = follow_up.last_day().map_or(last, |day| day.min(last));
    let mut lowest: Vec<Count> = lowest_of_day(counts)
        .into_iter()
        .filter(|(day, _)| *day > EARLY_LAST_DAY && *day <= last)
        .map(|(day, per_ul)| Count { day, per_ul })
        .collect();
    lowest.sort_by(|one, other| one.per_ul.total_cmp(&other.per_ul));
    let mut lowest = lowest.into_iter();
    let (nadir, second) = (lowest.next()?, lowest.next());
    let by_nadir = late_grade(nadir.per_ul);
    Some(Late {
        toxicity: match second.map(|second| late_grade(second.per_ul)) {
            Some(Toxicity::Absent) => Toxicity::Absent,
            Some(Toxicity::Present(_)) | None => by_nadir,
        },
        lowest: nadir,
        second,
    })
}

fn late_grade(per_ul: f64) -> Toxicity {
    let reached = LATE.iter().find(|(limit, _)| per_ul <= *limit);
    reached.map_or(Toxicity::Absent, |&(_, grade)| Toxicity::Present(grade))
}

impl Early {
    /// The lowest and the highest possible grade.
    pub const fn bounds(&self) -> (Toxicity, Toxicity) {
        (self.at_least, self.at_most)
    }
}

impl fmt::Display for Early {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = |exceedances: &[Days]| {
            exceedances
                .iter()
                .copied()
                .max_by_key(|days| (days.count(), -days.first))
        };
        match longest(&self.at_or_below_500) {
            None => f.write_str("no day at or below 500/uL")?,
            Some(severe) => {
                write!(f, "longest at or below 500/uL {} d ({severe})", severe.count())?;
                match longest(&self.at_or_below_100) {
                    None => f.write_str(", no day at or below 100/uL")?,
                    Some(profound) => write!(f, ", at or below 100/uL {} d ({profound})", profound.count())?,
                }
            }
        }
        if let Some(days) = self.never_recovered {
            write!(
                f,
                "; from day {} never above 500/uL until day {}",
                days.first, days.last
            )?;
        }
        if !self.uncovered.is_empty() {
            let days: Vec<String> = self.uncovered.iter().map(Days::to_string).collect();
            write!(f, "; without a count: {}", days.join(", "))?;
            if self.at_least == self.at_most {
                f.write_str(", which cannot change the grade")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { day, per_ul } = self.lowest;
        write!(f, "lowest count {per_ul}/uL on day {day}")?;
        match (self.second, late_grade(per_ul)) {
            (None, _) => f.write_str("; no other count to confirm it"),
            (Some(second), Toxicity::Present(_)) if self.toxicity == Toxicity::Absent => write!(
                f,
                ", next {}/uL on day {}: transient, not counted",
                second.per_ul, second.day
            ),
            (Some(second), _) => write!(f, ", next {}/uL on day {}", second.per_ul, second.day),
        }
    }
}
