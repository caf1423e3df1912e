//! Runs of raised results in a series, and how long each is known to last.

use jiff::civil::Date;

use super::{Answer, Ground, add_days, days_from};

/// One result of a series in order of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point<T> {
    pub(super) of: T,
    pub(super) day: Date,
    pub(super) raised: bool,
}

/// Raised results without one between that is not.
#[derive(Debug)]
pub(super) struct Run<'p, T> {
    /// The raised results, and the first after them that is not.
    pub(super) points: &'p [Point<T>],
    /// Days of the first and the last raised result.
    pub(super) first: Date,
    pub(super) last: Date,
    /// Day of the first result after them.
    pub(super) recovered: Option<Date>,
}

/// What is known of how long a run lasted, against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Longer,
    NotLonger,
    /// Until this day it may yet be recorded; `None`: it fell between two results, or nothing was recorded later.
    Open(Option<Date>),
}

impl Length {
    /// The answer on this ground.
    pub(super) fn answer(self, ground: Ground) -> Answer {
        match self {
            Self::Longer => Answer::Met(ground),
            Self::NotLonger => Answer::No,
            Self::Open(until) => Answer::Open(Ground { until, ..ground }),
        }
    }
}

/// The runs of a series.
pub(super) fn runs<T>(points: &[Point<T>]) -> impl Iterator<Item = Run<'_, T>> {
    let starts = |index: &usize| {
        let raised = |at: usize| points.get(at).is_some_and(|point| point.raised);
        raised(*index) && !index.checked_sub(1).is_some_and(raised)
    };
    (0..points.len()).filter(starts).filter_map(|index| {
        let rest = points.get(index..)?;
        let raised = rest.iter().take_while(|point| point.raised).count();
        Some(Run {
            points: rest.get(..=raised).unwrap_or(rest),
            first: rest.first()?.day,
            last: rest.get(raised.checked_sub(1)?)?.day,
            recovered: rest.get(raised).map(|point| point.day),
        })
    })
}

impl<T> Run<'_, T> {
    /// Longer than so many calendar days; 0: a single result is enough.
    pub(super) fn longer_than(&self, days: u32, cut: Date) -> Length {
        let limit = i32::try_from(days).unwrap_or(i32::MAX);
        if days == 0 || days_from(self.first, self.last) > limit {
            return Length::Longer;
        }
        match self.recovered {
            Some(at) if days_from(self.first, at) <= limit => Length::NotLonger,
            // Below again, but when it fell between two results is not known.
            Some(_) => Length::Open(None),
            None => Length::Open(Some(add_days(self.first, days.saturating_add(1))).filter(|until| *until > cut)),
        }
    }

    /// Still raised at the end of `day`.
    pub(super) fn present_on(&self, day: Date, cut: Date) -> Length {
        if self.last >= day {
            return Length::Longer;
        }
        match self.recovered {
            Some(at) if at <= day => Length::NotLonger,
            Some(_) => Length::Open(None),
            None => Length::Open(Some(day).filter(|until| *until > cut)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_run_is_as_long_as_its_results_show() {
        let length = |days: &[(i8, bool)], limit: u32, cut: i8| {
            let point = |(day, raised): &(i8, bool)| Point {
                of: (),
                day: date(2025, 3, *day),
                raised: *raised,
            };
            let points: Vec<_> = days.iter().map(point).collect();
            let lengths: Vec<_> = runs(&points)
                .map(|run| run.longer_than(limit, date(2025, 3, cut)))
                .collect();
            lengths
        };
        let open = |day: i8| Length::Open(Some(date(2025, 3, day)));
        assert_eq!(length(&[(1, false), (2, true), (10, true)], 7, 20), [Length::Longer]);
        assert_eq!(length(&[(2, true), (9, false)], 7, 20), [Length::NotLonger]);
        assert_eq!(
            length(&[(2, true), (9, true), (10, false)], 7, 20),
            [Length::Open(None)]
        );
        assert_eq!(length(&[(2, true)], 7, 9), [open(10)]);
        assert_eq!(length(&[(2, true)], 7, 10), [Length::Open(None)]);
        assert_eq!(
            length(&[(2, true), (4, false), (5, true)], 7, 6),
            [Length::NotLonger, open(13)]
        );
    }
}
