//! Imputed dates, relative days and times to an event, free of dataset names.

use jiff::civil::Date;
use tercel::safety::is_certainly_before;
use tercel::study::{PartialDate, When, days_between};

/// A date and what of it was imputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Imputed {
    /// The date.
    pub(super) day: Date,
    /// `D`: the day was imputed; `M`: month and day; blank: nothing.
    pub(super) flag: &'static str,
}

impl Imputed {
    fn new(date: PartialDate, day: Date) -> Self {
        let flag = match date {
            PartialDate::Year(_) => "M",
            PartialDate::Month(..) => "D",
            PartialDate::Day(_) => "",
        };
        Self { day, flag }
    }
}

/// The first day a date can mean that is not before `floor`; a floor outside what the date can mean says nothing.
pub(super) fn impute_first(date: PartialDate, floor: Option<Date>) -> Imputed {
    let (first, last) = (date.earliest(), date.latest());
    let floor = floor.filter(|floor| (first..=last).contains(floor));
    Imputed::new(date, floor.unwrap_or(first))
}

/// The last day a date can mean that is not after any of `caps`; a cap outside what the date can mean says nothing.
pub(super) fn impute_last(date: PartialDate, caps: &[Option<Date>]) -> Imputed {
    let (first, last) = (date.earliest(), date.latest());
    let caps = caps.iter().flatten().filter(|cap| (first..=last).contains(cap));
    Imputed::new(date, caps.min().copied().unwrap_or(last))
}

/// The day of a death: the first a partial date can mean, but not before `alive`, the last sign of life up to its last.
pub(super) fn impute_death(died: PartialDate, alive: Option<Date>) -> Imputed {
    let day = alive.filter(|_| died.complete().is_none()).max(Some(died.earliest()));
    Imputed::new(died, day.unwrap_or_else(|| died.earliest()))
}

/// Day of an analysis: the reference is day 1 and the day before it is day -1.
pub(super) fn relative_day(reference: Date, day: Date) -> i32 {
    let days = days_between(reference, day);
    if days < 0 { days } else { days + 1 }
}

/// When a subject was treated and when an event happened; an event without an end goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Emergence {
    pub(super) treated: Option<When>,
    pub(super) treated_until: Option<Date>,
    pub(super) start: Option<When>,
    /// The day of the start as it is analysed.
    pub(super) start_day: Option<Date>,
    pub(super) end: Option<When>,
}

/// Whether an event from before treatment became worse under it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Worsening {
    /// Only new events are asked for.
    NotAsked,
    /// A grade is missing: it may have.
    Unknown,
    /// It led to death under treatment.
    Fatal,
    /// Grade at its start, and at its worst.
    Graded { initial: f64, worst: f64 },
}

/// Whether an event is treatment-emergent. Of an untreated subject none is; one that ended before treatment is not; one
/// without a start is; one that started under treatment is, at most `window` days after its end; one that started before
/// is where it became worse. On one day times of day decide where both are known; a partial date counts as whatever it can mean
/// that makes the event emergent.
pub(super) fn is_treatment_emergent(event: &Emergence, window: Option<i32>, worsening: Worsening) -> bool {
    let Some(treated) = event.treated else {
        return false;
    };
    if event.end.is_some_and(|end| is_certainly_before(end, treated)) {
        return false;
    }
    let Some(start) = event.start else {
        return true;
    };
    if !is_certainly_before(start, treated) {
        let window = window.zip(event.treated_until).zip(event.start_day);
        return window.is_none_or(|((window, until), start)| days_between(until, start) <= window);
    }
    match worsening {
        Worsening::NotAsked => false,
        Worsening::Unknown | Worsening::Fatal => true,
        Worsening::Graded { initial, worst } => initial < worst,
    }
}

/// Something that ends the waiting, or the observation of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    /// When; an ending that did not occur has none.
    pub(super) day: Option<Date>,
    /// What happened, in the words of the dataset.
    pub(super) event: &'static str,
    /// What censoring at this date means; blank for events.
    pub(super) censoring: &'static str,
}

/// A time to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeToEvent {
    /// When it ended; not before its start.
    pub(super) day: Date,
    /// Days, the first and the last included.
    pub(super) days: i32,
    /// How it ended.
    pub(super) ending: Ending,
    /// Whether the end of the observation, not an event, ended it.
    pub(super) censored: bool,
}

/// The first event, else the last time the subject was known to be free of one. Of several events on one day the first
/// listed is named, of several censorings the last listed. `None`: nothing is known after the start.
pub(super) fn time_to_event(start: Date, events: &[Ending], censorings: &[Ending]) -> Option<TimeToEvent> {
    let dated = |ending: &Ending| ending.day.map(|day| (day, *ending));
    let event = events.iter().filter_map(dated).min_by_key(|(day, _)| *day);
    let censoring = || censorings.iter().filter_map(dated).max_by_key(|(day, _)| *day);
    let (day, ending) = event.or_else(censoring)?;
    let day = day.max(start);
    Some(TimeToEvent {
        day,
        days: days_between(start, day) + 1,
        ending,
        censored: event.is_none(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use tercel::study::When;

    use super::*;

    fn partial(text: &str) -> PartialDate {
        When::parse(text).unwrap().date
    }

    #[test]
    fn a_start_is_imputed_early_but_not_before_the_floor_it_can_reach() {
        let floor = Some(date(2024, 2, 12));
        let first = |text: &str| impute_first(partial(text), floor);
        assert_eq!(
            first("2024"),
            Imputed {
                day: date(2024, 2, 12),
                flag: "M"
            }
        );
        assert_eq!(
            first("2024-02"),
            Imputed {
                day: date(2024, 2, 12),
                flag: "D"
            }
        );
        assert_eq!(
            first("2024-03"),
            Imputed {
                day: date(2024, 3, 1),
                flag: "D"
            }
        );
        assert_eq!(
            first("2023"),
            Imputed {
                day: date(2023, 1, 1),
                flag: "M"
            }
        );
        assert_eq!(
            first("2024-01-05"),
            Imputed {
                day: date(2024, 1, 5),
                flag: ""
            }
        );
    }

    #[test]
    fn an_end_is_imputed_late_but_not_after_a_cap_it_can_reach() {
        let caps = [Some(date(2024, 6, 27)), None, Some(date(2024, 9, 1))];
        let last = |text: &str| impute_last(partial(text), &caps);
        assert_eq!(
            last("2024"),
            Imputed {
                day: date(2024, 6, 27),
                flag: "M"
            }
        );
        assert_eq!(
            last("2024-02"),
            Imputed {
                day: date(2024, 2, 29),
                flag: "D"
            }
        );
        assert_eq!(
            last("2024-09"),
            Imputed {
                day: date(2024, 9, 1),
                flag: "D"
            }
        );
    }

    #[test]
    fn there_is_no_day_zero() {
        let reference = date(2024, 3, 12);
        assert_eq!(relative_day(reference, reference), 1);
        assert_eq!(relative_day(reference, date(2024, 3, 11)), -1);
    }

    #[test]
    fn the_first_event_counts_and_without_one_the_last_observation() {
        let ending = |day, event| Ending {
            day,
            event,
            censoring: "",
        };
        let start = date(2024, 1, 1);
        let (early, late) = (Some(date(2024, 2, 1)), Some(date(2024, 3, 1)));
        let event = time_to_event(
            start,
            &[ending(late, "progression"), ending(early, "death")],
            &[ending(late, "alive")],
        );
        let event = event.unwrap();
        assert_eq!((event.ending.event, event.days, event.censored), ("death", 32, false));
        let censored = time_to_event(
            start,
            &[ending(None, "death")],
            &[ending(early, "seen"), ending(late, "alive")],
        );
        let censored = censored.unwrap();
        assert_eq!(
            (censored.ending.event, censored.days, censored.censored),
            ("alive", 61, true)
        );
        assert_eq!(time_to_event(start, &[ending(None, "death")], &[]), None);
    }
}
