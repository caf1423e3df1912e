//! The decision meetings that the rehearsal implies: before the first infusion, and before the first of every later cohort.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde_json::Value;
use tercel::design::Action;
use tercel::meeting::Occasion;
use tercel::protocol::{DoseLevel, Trial};
use tercel_store::{Change, Record, StoreError};

use super::course::Course;
use super::people::{GUO, HUANG, Person, XU};
use super::timeline::set;
use crate::app::App;
use crate::meeting::Meeting;
use crate::pages::choice::recommended;
use crate::reply::Fault;
use crate::steps::{self, Committee, Proposed};

/// A meeting that has to open a level.
pub(super) struct Sitting {
    level: DoseLevel,
    /// Subjects treated there before.
    treated: u32,
    /// Subjects treated there once its cohort is.
    cohort: u32,
    /// Most subjects with a place there until the cohort is treated; who is beyond it waits for the next meeting.
    places: u32,
    /// The first and the last day on which it can be held.
    days: (Date, Date),
}

impl Sitting {
    /// The afternoons on which the committee can meet; it does on the first on which the design opens the level.
    pub(super) fn afternoons(&self) -> impl Iterator<Item = DateTime> {
        let (first, last) = self.days;
        first
            .series(1.day())
            .take_while(move |day| *day <= last)
            .map(|day| day.at(16, 0, 0, 0))
    }
}

/// The meetings, in order. The first is before anybody is enrolled; a later one is held once the windows of the last cohort are over.
pub(super) fn sittings(trial: &Trial, courses: &[Course<'_>], start: Date) -> Vec<Sitting> {
    let mut given: Vec<(Date, DoseLevel)> = courses
        .iter()
        .filter_map(|course| Some((course.infused?.date(), course.level)))
        .collect();
    given.sort();
    let size = trial.escalation.cohort_size;
    let mut sittings: Vec<Sitting> = Vec::new();
    let mut before: Option<Date> = None;
    for (index, (day, level)) in given.iter().enumerate() {
        let earlier = given.iter().take(index).filter(|(_, other)| other == level).count();
        let treated = u32::try_from(earlier).unwrap_or(u32::MAX);
        let open = sittings
            .last()
            .is_some_and(|last| last.level == *level && treated < last.treated + size);
        if !open {
            let last = day.saturating_sub(1.day());
            let over = |before: Date| {
                before
                    .saturating_add(i64::from(trial.dlt.window_days + 1).days())
                    .min(last)
            };
            sittings.push(Sitting {
                level: *level,
                treated,
                cohort: treated + size,
                places: treated + size,
                days: before.map_or((start, start), |before| (over(before), last)),
            });
        }
        if let Some(sitting) = sittings.last_mut() {
            sitting.places = sitting.places.max(holders(courses, *level, *day));
        }
        before = Some(*day);
    }
    sittings
}

/// Subjects with a place at a level on a day: those who left without an infusion gave it up.
fn holders(courses: &[Course<'_>], level: DoseLevel, day: Date) -> u32 {
    let placed = courses.iter().filter(|course| {
        let here = course.level == level && course.reserved.date() <= day;
        here && (course.infused.is_some() || course.is_in(day))
    });
    u32::try_from(placed.count()).unwrap_or(u32::MAX)
}

/// The store's own failures end the demonstration; a rule that refuses leaves the meeting undecided.
fn unless_refused<T>(answer: Result<T, Fault>) -> Result<Option<T>, StoreError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(fault) => {
            if let Fault::Failed(error) = fault {
                return Err(error);
            }
            Ok(None)
        }
    }
}

/// Holds a meeting, if the design opens its level now. Says whether it was held.
pub(super) async fn hold(app: &Arc<App>, sitting: &Sitting, at: DateTime) -> Result<bool, StoreError> {
    let snapshot = app.snapshot_now().await?;
    let standing = snapshot.standing();
    let action = standing.decision.as_ref().map(|(action, _)| *action);
    if action.and_then(Action::level) != Some(sitting.level) {
        return Ok(false);
    }
    let called = standing
        .calls
        .iter()
        .any(|call| matches!(call.occasion, Occasion::LevelCompleted(_) | Occasion::LevelClosed(_)));
    let asked = if called { "scheduled" } else { "other" };
    let words = if sitting.treated == 0 && !called {
        "Start of the study"
    } else {
        "More places at the level"
    };
    let Some(frozen) = unless_refused(steps::freeze(app, asked, words).await)? else {
        return Ok(false);
    };
    let members = [(&GUO, false), (&HUANG, true)];
    let committee = Committee {
        members: members
            .iter()
            .map(|(person, physician)| steps::member(person.account, person.printed, person.role_id(), *physician))
            .collect(),
        quorum: 2,
        roles_needed: HUANG.role_id().to_owned(),
    };
    let opened = append(app, &XU, &[steps::open(app, frozen, committee)]).await?;
    let Some(key) = opened else { return Ok(false) };
    decide(app, sitting, &key, at).await?;
    Ok(true)
}

async fn append(app: &App, by: &Person, changes: &[Change]) -> Result<Option<String>, StoreError> {
    let version = Some(app.trial.version.as_str());
    let entries = app.store.append(&by.author(), version, changes).await?;
    Ok(entries.into_iter().next().and_then(|entry| entry.record))
}

async fn read(app: &App, key: &str) -> Result<Option<(Record, Meeting)>, StoreError> {
    let Some(record) = app.store.record(key).await? else {
        return Ok(None);
    };
    let meeting = unless_refused(Meeting::read(&record))?;
    Ok(meeting.map(|meeting| (record, meeting)))
}

/// The proposal as recommended, the votes, and the resolution.
async fn decide(app: &App, sitting: &Sitting, key: &str, at: DateTime) -> Result<(), StoreError> {
    let Some((record, meeting)) = read(app, key).await? else {
        return Ok(());
    };
    set(app.store.clock(), at.saturating_add(15.minutes()));
    let proposed = proposal(sitting, &recommended(&meeting.packet));
    append(app, &XU, &[steps::step(&record, proposed, None)]).await?;
    for (member, minute) in [(&GUO, 40), (&HUANG, 45)] {
        set(app.store.clock(), at.saturating_add(i64::from(minute).minutes()));
        let Some((record, meeting)) = read(app, key).await? else {
            return Ok(());
        };
        if let (Some(seat), Some((_, proposal))) = (meeting.seat(member.account), &meeting.proposal) {
            append(
                app,
                member,
                &steps::vote(&record, &meeting, seat, *proposal, "agree", ""),
            )
            .await?;
        }
    }
    set(app.store.clock(), at.saturating_add(50.minutes()));
    let Some((record, meeting)) = read(app, key).await? else {
        return Ok(());
    };
    if let Some(Ok(resolution)) = meeting.resolution() {
        let head = app.head().await?;
        append(app, &XU, &[steps::resolved(&record, &meeting, &resolution, &head)]).await?;
    }
    Ok(())
}

/// The proposal as recommended.
fn proposal(sitting: &Sitting, choice: &str) -> Value {
    let waits = "Nobody beyond the cohort is infused before the committee has met again.";
    steps::propose(&Proposed {
        choice,
        places: Some(sitting.places),
        overrides: false,
        reason: "",
        despite: "",
        conditions: if sitting.places > sitting.cohort { waits } else { "" },
        effective: "",
    })
}
