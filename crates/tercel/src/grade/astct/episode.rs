//! Episodes of CRS and of ICANS from graded assessments.
//!
//! # What it derives
//! [`daily`]: the worst grade of each day. [`episodes`]: onset, worst grade and when, end or that it goes on.
//!
//! # Source
//! `lee2019astct` grades assessments and gives no interval that separates two episodes: the interval is an option.
//!
//! # Formula
//! An episode begins with the first assessment of grade 1 or more. It ends with the first assessment of grade 0 from which
//! on no assessment shows more for at least the gap; a return before that continues it. An assessment that is not resolved
//! (it may be grade 0 or more) neither begins an episode nor ends one. The end is confirmed once assessments without
//! symptoms span the gap.
//!
//! # Example
//! ```
//! use tercel::grade::astct::AstctOutcome;
//! use tercel::grade::astct::episode::{EpisodeEnd, EpisodeOptions, Reading, episodes};
//! use tercel::grade::{Grade, Toxicity};
//! let (none, one) = (Toxicity::Absent, Toxicity::Present(Grade::G1));
//! let series = [(0., none), (6., one), (12., one), (18., none), (42., none)];
//! let readings = series.map(|(hours, toxicity)| Reading { hours, at_least: toxicity, at_most: toxicity });
//! let found = episodes(&readings, EpisodeOptions { gap_hours: 24. });
//! assert_eq!((found[0].onset, found[0].end), (1, EpisodeEnd::Resolved { at: 3, confirmed: true }));
//! ```
//!
//! # Limits
//! Onset and end lie between two assessments; the later of the two is taken. Grades of one scale only may make a series.

use std::collections::BTreeMap;

use crate::grade::Toxicity;

/// One graded assessment. Assessments come in order of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Hours from any origin common to the series.
    pub hours: f64,
    /// Lowest possible grade.
    pub at_least: Toxicity,
    /// Highest possible grade.
    pub at_most: Toxicity,
}

impl Reading {
    fn is_present(&self) -> bool {
        self.at_least > Toxicity::Absent
    }

    fn is_free(&self) -> bool {
        self.at_most == Toxicity::Absent
    }
}

/// What separates two episodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpisodeOptions {
    /// Hours without symptoms after which symptoms are a new episode.
    pub gap_hours: f64,
}

/// The gap where nothing states another one, in hours: an assumption, named wherever an episode is shown.
pub const GAP_HOURS: f64 = 24.0;

/// An episode; positions count in the series it was found in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    /// The assessment it began with.
    pub onset: usize,
    /// The first assessment of the worst grade.
    pub worst: usize,
    /// The last assessment of grade 1 or more.
    pub last: usize,
    /// Lowest possible worst grade.
    pub at_least: Toxicity,
    /// Highest possible worst grade.
    pub at_most: Toxicity,
    /// How it ended.
    pub end: EpisodeEnd,
}

/// The end of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpisodeEnd {
    /// No assessment without symptoms has followed.
    Ongoing,
    /// Ended.
    Resolved {
        /// The first assessment without symptoms.
        at: usize,
        /// Whether assessments without symptoms span the gap; otherwise a return would still continue the episode.
        confirmed: bool,
    },
}

/// The episodes of a series, in order of time.
pub fn episodes(readings: &[Reading], options: EpisodeOptions) -> Vec<Episode> {
    let mut found = Vec::new();
    let mut open: Option<Episode> = None;
    // The first assessment of the present stretch without symptoms, and its hour.
    let mut free: Option<(usize, f64)> = None;
    for (at, reading) in readings.iter().enumerate() {
        if let (Some(episode), Some((since, hours))) = (&mut open, free) {
            let confirmed = reading.hours - hours >= options.gap_hours;
            if confirmed {
                episode.end = EpisodeEnd::Resolved {
                    at: since,
                    confirmed: true,
                };
                found.extend(open.take());
            }
        }
        if reading.is_free() {
            free = free.or(Some((at, reading.hours)));
            continue;
        }
        free = None;
        match &mut open {
            Some(episode) => go_on(episode, at, reading),
            None if reading.is_present() => open = Some(begin(at, reading)),
            None => {}
        }
    }
    if let Some(mut episode) = open {
        episode.end = free.map_or(EpisodeEnd::Ongoing, |(at, _)| EpisodeEnd::Resolved {
            at,
            confirmed: false,
        });
        found.push(episode);
    }
    found
}

const fn begin(at: usize, reading: &Reading) -> Episode {
    Episode {
        onset: at,
        worst: at,
        last: at,
        at_least: reading.at_least,
        at_most: reading.at_most,
        end: EpisodeEnd::Ongoing,
    }
}

fn go_on(episode: &mut Episode, at: usize, reading: &Reading) {
    if reading.is_present() {
        episode.last = at;
    }
    if reading.at_least > episode.at_least {
        episode.at_least = reading.at_least;
        episode.worst = at;
    }
    episode.at_most = episode.at_most.max(reading.at_most);
}

/// The lowest and the highest possible worst grade of each day, whatever names a day.
pub fn daily<D: Ord>(readings: impl IntoIterator<Item = (D, Reading)>) -> BTreeMap<D, (Toxicity, Toxicity)> {
    let mut days: BTreeMap<D, (Toxicity, Toxicity)> = BTreeMap::new();
    for (day, reading) in readings {
        let worst = days.entry(day).or_insert((reading.at_least, reading.at_most));
        *worst = (worst.0.max(reading.at_least), worst.1.max(reading.at_most));
    }
    days
}
