//! When an assessment was made: hours or days from any origin, or a calendar date.

use std::collections::BTreeMap;
use std::fmt;

use tercel::study::{Clock, When, days_between};

use crate::table::{Row, Table};

/// What a bare number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum TimeUnit {
    /// Hours.
    Hours,
    /// Days.
    Days,
}

/// A time as written; only times of one kind compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Time {
    /// A bare number, in hours.
    Number(f64),
    /// A day such as D3, in hours.
    Day(f64),
    /// A calendar date, with or without a time of day.
    Calendar(When),
}

impl Time {
    fn parse(text: &str, unit: TimeUnit) -> Option<Self> {
        let lower = text.to_lowercase();
        let day = lower.strip_prefix("day").or(lower.strip_prefix('d'));
        if let Ok(number) = day.unwrap_or(&lower).trim().parse::<f64>() {
            let time = match (day, unit) {
                (Some(_), _) => Self::Day(number * 24.0),
                (None, TimeUnit::Days) => Self::Number(number * 24.0),
                (None, TimeUnit::Hours) => Self::Number(number),
            };
            return number.is_finite().then_some(time);
        }
        let when = When::parse(&text.replace(' ', "T")).ok()?;
        when.day().is_some().then_some(Self::Calendar(when))
    }

    const fn comparable(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Number(_), Self::Number(_)) | (Self::Day(_), Self::Day(_)) | (Self::Calendar(_), Self::Calendar(_))
        )
    }

    /// Hours from `origin`; a date without a time of day is its midnight.
    pub(super) fn hours_from(self, origin: Self) -> f64 {
        match (origin, self) {
            (Self::Calendar(origin), Self::Calendar(when)) => {
                let days = days_between(origin.date.earliest(), when.date.earliest());
                let minutes = |when: When| f64::from(when.clock.map_or(0, Clock::minutes));
                f64::from(days) * 24.0 + (minutes(when) - minutes(origin)) / 60.0
            }
            (Self::Number(from) | Self::Day(from), Self::Number(to) | Self::Day(to)) => to - from,
            (Self::Calendar(_), Self::Number(_) | Self::Day(_))
            | (Self::Number(_) | Self::Day(_), Self::Calendar(_)) => 0.0,
        }
    }

    /// Hours from `earlier`; whole days where one of the two dates has no time of day.
    pub(super) fn hours_since(self, earlier: Self) -> f64 {
        match (earlier, self) {
            (Self::Calendar(from), Self::Calendar(to)) => from.hours_until(to).unwrap_or(0.0),
            (from, to) => to.hours_from(from),
        }
    }

    /// The day it falls on.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a day beyond every number of days stays the last one"
    )]
    pub(super) fn day(self) -> Day {
        match self {
            Self::Number(hours) | Self::Day(hours) => Day::Number((hours / 24.0).floor() as i64),
            Self::Calendar(when) => Day::Date(when.date.earliest()),
        }
    }
}

/// A day, in order of time among days of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Day {
    /// Counted from the origin of the times.
    Number(i64),
    /// A calendar date.
    Date(jiff::civil::Date),
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(day) => write!(f, "{day}"),
            Self::Date(date) => write!(f, "{date}"),
        }
    }
}

/// The rows of each subject with their times, in order of time; rows of the same time keep the order of the file.
pub(super) fn by_subject(table: &Table, unit: TimeUnit) -> anyhow::Result<BTreeMap<String, Vec<(usize, Time)>>> {
    let mut subjects: BTreeMap<String, Vec<(usize, Time)>> = BTreeMap::new();
    for (position, row) in table.rows().enumerate() {
        if row.text("subject").is_empty() {
            return Err(row.wrong("subject", "the id of a subject"));
        }
        let rows = subjects.entry(row.text("subject").to_owned()).or_default();
        let first = rows.first().map(|&(_, time)| time);
        let time = read(row, "time", unit, first)?;
        rows.push((position, time));
    }
    for rows in subjects.values_mut() {
        let origin = rows.first().map(|&(_, time)| time);
        rows.sort_by(|(_, one), (_, other)| {
            let hours = |time: Time| origin.map_or(0.0, |origin| time.hours_from(origin));
            hours(*one).total_cmp(&hours(*other))
        });
    }
    Ok(subjects)
}

/// The time in a column, of the same kind as `other`.
pub(super) fn read(row: Row<'_>, name: &str, unit: TimeUnit, other: Option<Time>) -> anyhow::Result<Time> {
    let time = Time::parse(row.text(name), unit);
    let time = time.filter(|time| other.is_none_or(|other| other.comparable(*time)));
    time.ok_or_else(|| {
        row.wrong(
            name,
            "a number, a day as D3, or a date as YYYY-MM-DD[Thh:mm], the same for all rows of a subject",
        )
    })
}
