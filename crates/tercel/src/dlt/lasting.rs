//! How long something lasted, as far as it is known.

use jiff::civil::Date;

use super::{ToxicityGrade, add_days, days_from};
use crate::protocol::Persistence;
use crate::study::{AdverseEvent, DispositionReason, EventOutcome, Subject, When};

/// What is known of how long something lasted, against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasted {
    /// Longer than the limit.
    Longer,
    /// Not longer.
    NotLonger,
    /// Cannot be told before this day, or without better dates.
    Open(Option<Date>),
}

/// How something stands at its end.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// It ended then.
    At(When),
    /// It was going on when last seen.
    Ongoing,
    /// When it ended is not recorded.
    Unknown,
}

/// A time during which something stood above the grade that counts as recovered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    pub(super) start: Option<When>,
    pub(super) end: End,
}

/// How far a subject has been seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    until: Date,
    /// Whether nothing more will be seen: death, withdrawal or loss.
    closed: bool,
}

impl Seen {
    /// To the cut, or to the day the subject died or left.
    pub(super) fn of(subject: &Subject, cut: Date) -> Self {
        let left = subject.dispositions.iter().filter_map(|disposition| {
            let leaves = matches!(
                disposition.reason,
                DispositionReason::Withdrawal | DispositionReason::Lost | DispositionReason::Death
            );
            disposition.when.filter(|_| leaves)
        });
        let died = subject.death.iter().map(|death| death.when);
        let last = left.chain(died).map(|when| when.date.latest()).min();
        match last.filter(|last| *last <= cut) {
            Some(until) => Self { until, closed: true },
            None => Self {
                until: cut,
                closed: false,
            },
        }
    }

    /// Whether anything of this day may still be recorded: the cut lies before it, and the subject is followed.
    pub(super) fn may_reach(self, day: Date) -> bool {
        !self.closed && self.until < day
    }

    /// Something going on when last seen, against a limit that is passed on `until`.
    fn against(self, until: Date) -> Lasted {
        if self.until >= until {
            Lasted::Longer
        } else if self.closed {
            Lasted::Open(None)
        } else {
            Lasted::Open(Some(until))
        }
    }
}

/// The end of an event; one that lies before its onset is no end.
pub(super) fn end_of(event: &AdverseEvent) -> Option<When> {
    let starts = event.start.map_or(Date::MIN, |start| start.date.earliest());
    event.end.filter(|end| end.date.latest() >= starts)
}

/// The whole event as one spell.
pub(super) fn whole(event: &AdverseEvent) -> Spell {
    let end = match (end_of(event), event.outcome) {
        (Some(end), _) => End::At(end),
        (None, _) if event.end.is_some() => End::Unknown,
        (None, EventOutcome::Ongoing) => End::Ongoing,
        (None, EventOutcome::Recovered | EventOutcome::Fatal | EventOutcome::Unknown) => End::Unknown,
    };
    Spell {
        start: event.start,
        end,
    }
}

/// The spells within an event that graded findings show: each from a reading at or above `at_least` to the next at or
/// below `recovers_to`. A first reading that high says nothing of when it began, so its spell begins with the event.
/// Without such a reading the event is taken to have kept its grade throughout.
pub(super) fn spells(
    event: &AdverseEvent,
    series: &[&ToxicityGrade],
    reading: fn(&ToxicityGrade) -> Option<u8>,
    at_least: u8,
    recovers_to: u8,
) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let mut open: Option<When> = None;
    let readings = series.iter().filter_map(|moment| Some((reading(moment)?, moment.when)));
    for (index, (grade, when)) in readings.enumerate() {
        match open {
            None if grade >= at_least => {
                // On the day of onset the reading tells the time better than the event does.
                let before = event
                    .start
                    .filter(|start| index == 0 && start.date.latest() < when.date.earliest());
                open = before.or(Some(when));
            }
            Some(start) if grade <= recovers_to => {
                spells.push(Spell {
                    start: Some(start),
                    end: End::At(when),
                });
                open = None;
            }
            None | Some(_) => {}
        }
    }
    if let Some(start) = open {
        spells.push(Spell {
            start: Some(start),
            end: whole(event).end,
        });
    }
    if spells.is_empty() { vec![whole(event)] } else { spells }
}

/// The longest of several spells against a criterion's persistence. `day0` is the day of infusion.
pub(super) fn longest(spells: &[Spell], persistence: Persistence, day0: Date, seen: Seen) -> Lasted {
    let mut answer = Lasted::NotLonger;
    for spell in spells {
        answer = match (answer, lasted(*spell, persistence, day0, seen)) {
            (Lasted::Longer, _) | (_, Lasted::Longer) => Lasted::Longer,
            (Lasted::Open(one), Lasted::Open(other)) => Lasted::Open(one.zip(other).map(|(one, other)| one.max(other))),
            (Lasted::Open(until), Lasted::NotLonger) | (Lasted::NotLonger, Lasted::Open(until)) => Lasted::Open(until),
            (Lasted::NotLonger, Lasted::NotLonger) => Lasted::NotLonger,
        };
    }
    answer
}

fn lasted(spell: Spell, persistence: Persistence, day0: Date, seen: Seen) -> Lasted {
    match persistence {
        Persistence::Any => Lasted::Longer,
        Persistence::LongerThan { hours, .. } => longer_than_hours(spell, hours, seen),
        Persistence::LongerThanDays { days, .. } => longer_than_days(spell, days, seen),
        Persistence::OnDay { day, .. } => {
            let day = add_days(day0, day);
            match spell.end {
                End::At(end) if end.date.latest() <= day => Lasted::NotLonger,
                End::At(end) if end.date.earliest() > day => Lasted::Longer,
                End::At(_) | End::Unknown => Lasted::Open(None),
                End::Ongoing => seen.against(day),
            }
        }
    }
}

/// Longer than so many hours. Without both times of day a duration is known within a day either way.
pub(super) fn longer_than_hours(spell: Spell, hours: f64, seen: Seen) -> Lasted {
    let Some((start, first)) = spell.start.and_then(|start| Some((start, start.day()?))) else {
        return Lasted::Open(None);
    };
    match spell.end {
        End::Unknown => Lasted::Open(None),
        End::At(end) => {
            let Some(elapsed) = start.hours_until(end) else {
                return bounds_in_days(first, end, hours / 24.0);
            };
            let slack = if start.clock.is_some() && end.clock.is_some() {
                0.0
            } else {
                24.0
            };
            if slack > 0.0 && elapsed - slack < hours && elapsed + slack > hours {
                Lasted::Open(None)
            } else if elapsed > hours {
                Lasted::Longer
            } else {
                Lasted::NotLonger
            }
        }
        End::Ongoing => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "hours are limited to a year"
            )]
            let days = (hours / 24.0).ceil() as u32;
            seen.against(add_days(first, days + 1))
        }
    }
}

/// Longer than so many calendar days.
fn longer_than_days(spell: Spell, days: u32, seen: Seen) -> Lasted {
    let Some(first) = spell.start.and_then(When::day) else {
        return Lasted::Open(None);
    };
    match spell.end {
        End::Unknown => Lasted::Open(None),
        End::At(end) => bounds_in_days(first, end, f64::from(days)),
        End::Ongoing => seen.against(add_days(first, days + 1)),
    }
}

/// What every day a partial end can mean agrees on.
fn bounds_in_days(first: Date, end: When, limit: f64) -> Lasted {
    let longer = |last: Date| f64::from(days_from(first, last)) > limit;
    match (longer(end.date.earliest()), longer(end.date.latest())) {
        (true, _) => Lasted::Longer,
        (false, false) => Lasted::NotLonger,
        (false, true) => Lasted::Open(None),
    }
}
