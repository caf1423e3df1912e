//! A demonstration: the rehearsal entered as a site would have, day by day, up to the middle of the study.

mod committee;
mod course;
mod people;
mod timeline;
mod values;
mod way;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use tercel::protocol::Trial;
use tercel_exchange::Table;
use tercel_exchange::form::{Captured, Kind, from_tables};
use tercel_store::{Address, Clock, HeadKey, Opening, Store, StoreError, Values};

use self::committee::{Sitting, hold, sittings};
use self::course::Course;
use self::people::{CHEN, HUANG, WANG, add_people, delegation};
use self::timeline::{Act, Desk, Entering, Timeline, evening, set, stamp};
use self::way::{SAMPLE, enter_way};
use crate::app::{App, Settings};
use crate::capture::{series, sites_of};
use crate::protocol::{APPROVED, EFFECTIVE, new_site_version, new_version};

pub use self::people::demo_accounts;

/// The password of every account of the demonstration.
pub const DEMO_PASSWORD: &str = "rehearsal of a trial";

/// What a demonstration is made of.
#[derive(Debug, Clone, Copy)]
pub struct Rehearsal<'r> {
    /// The trial folder.
    pub folder: &'r Path,
    /// The protocol in it.
    pub trial: &'r Trial,
    /// The rehearsed study.
    pub tables: &'r [Table],
    /// The day on which it stands; the middle of the study if not given.
    pub until: Option<Date>,
}

/// The day in the middle of a rehearsal: while the subject at two thirds of the infusions is lymphodepleted.
fn middle(captured: &[Captured]) -> Option<Date> {
    let infusions = captured.iter().filter(|record| record.form == "infusion");
    let days: BTreeSet<Date> = infusions.filter_map(|record| day(record.value("exstdtc")?)).collect();
    let nth = days.len() * 2 / 3;
    days.iter().nth(nth.saturating_sub(1))?.checked_sub(4.days()).ok()
}

/// The day of a date with or without a time.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn happened(record: &Captured) -> Option<&str> {
    record.value(record.definition()?.happened?)
}

fn answers<const N: usize>(values: [(&str, &str); N]) -> Values {
    values.map(|(field, text)| (field.to_owned(), text.to_owned())).into()
}

/// Starts a training record and enters the rehearsal into it, up to a day. What the pages of conduct ask for, and the meetings
/// that opened each level, are entered on the days that the rehearsal implies.
pub async fn create_demo(address: &Address, key: &HeadKey, rehearsal: Rehearsal<'_>) -> Result<Store, StoreError> {
    let Rehearsal {
        folder,
        trial,
        tables,
        until,
    } = rehearsal;
    let (captured, _) = from_tables(tables, trial);
    let sites = sites_of(&captured);
    let cut = until.or_else(|| middle(&captured)).unwrap_or(trial.version_date);
    let consents = consents(&captured);
    let earliest = || captured.iter().filter_map(|record| day(happened(record)?)).min();
    let first = consents
        .values()
        .copied()
        .min()
        .or_else(earliest)
        .unwrap_or(cut)
        .min(cut);
    // The day before the first consent is for what a site has ready by then.
    let start = first.saturating_sub(1.day());
    let clock = Clock::starting_at(stamp(start.at(8, 0, 0, 0)));
    let opening = Opening {
        study: trial.id.clone(),
        training: true,
    };
    let store = Store::create(address, &opening, clock.clone()).await?;
    let at_sites: BTreeSet<&str> = sites.values().map(String::as_str).collect();
    add_people(&store, &at_sites).await?;
    let mut timeline = Timeline::default();
    let courses = plan(rehearsal.trial, captured, &sites, (first, cut), &mut timeline);
    let meetings = prepare(trial, &courses, start, &mut timeline);
    let settings = Settings {
        folder: folder.to_owned(),
        secure: false,
        setup_code: None,
        demo_accounts: Vec::new(),
    };
    let app = App::new(
        Store::open(address, clock.clone()).await?,
        trial.clone(),
        key.clone(),
        settings,
    );
    let desk = Desk {
        store: &store,
        trial,
        sites: &sites,
    };
    put_in_force(&app, &at_sites, start).await?;
    let last = cut.at(20, 0, 0, 0);
    play(&app, &desk, timeline, last, &meetings).await?;
    set(&clock, last);
    Ok(store)
}

/// Registers the protocol and makes it effective at every site, before anybody is asked to take part.
async fn put_in_force(app: &App, sites: &BTreeSet<&str>, start: Date) -> Result<(), StoreError> {
    let Some(text) = app.protocol_file() else {
        return Ok(());
    };
    let trial = &app.trial;
    set(app.store.clock(), start.at(8, 20, 0, 0));
    let new = new_version(trial, text, "First version · 首个版本");
    let signers = [HUANG.signer(APPROVED)];
    let version = Some(trial.version.as_str());
    app.store.append_signed(&HUANG.author(), version, new, &signers).await?;
    set(app.store.clock(), start.at(8, 40, 0, 0));
    for site in sites {
        let approval = ("EC-1", start.min(trial.version_date));
        let new = new_site_version(&trial.version, site, approval, start);
        let signers = [WANG.signer(EFFECTIVE)];
        app.store.append_signed(&WANG.author(), version, new, &signers).await?;
    }
    Ok(())
}

/// Puts everything of every subject on the timeline; gives the courses of those who consented.
fn plan<'t>(
    trial: &'t Trial,
    captured: Vec<Captured>,
    sites: &BTreeMap<String, String>,
    (first, cut): (Date, Date),
    timeline: &mut Timeline,
) -> Vec<Course<'t>> {
    let consents = consents(&captured);
    let mut by_subject: BTreeMap<Option<String>, Vec<Captured>> = BTreeMap::new();
    for record in captured {
        by_subject.entry(record.subject.clone()).or_default().push(record);
    }
    let mut courses = Vec::new();
    for (subject, mut records) in by_subject {
        let id = subject.as_deref().unwrap_or_default();
        let course = Course::of(trial, sites.get(id).map(String::as_str), id, &records);
        if let Some(course) = &course {
            course.complete(&mut records);
            enter_way(course, &records, timeline);
        }
        let late = |record: &Captured| course.is_some() && record.form == SAMPLE;
        for record in records.into_iter().filter(|record| !late(record)) {
            // What was before the consent is asked for after it.
            let earliest = consents.get(id).copied().unwrap_or(first);
            enter_row(&record, course.as_ref(), earliest, cut, timeline);
        }
        courses.extend(course);
    }
    courses
}

/// Puts a record of the rehearsal on the timeline, and what is added when it ended.
fn enter_row(record: &Captured, course: Option<&Course<'_>>, earliest: Date, cut: Date, timeline: &mut Timeline) {
    let begun = happened(record).and_then(day).unwrap_or(earliest).max(earliest);
    let ordered = course
        .and_then(Course::ordered)
        .filter(|_| record.form == "planned-dose");
    let begun = ordered.map_or(begun, DateTime::date);
    if begun > cut {
        return;
    }
    let signed = course
        .map(|course| course.consented)
        .filter(|signed| record.form == "consent" && signed.date() == begun);
    let (by, at) = match (signed, ordered) {
        (Some(signed), _) => (&WANG, signed.saturating_add(20.minutes())),
        (None, Some(ordered)) => (&CHEN, ordered.saturating_add(10.minutes())),
        (None, None) => (&CHEN, evening(begun, happened(record))),
    };
    let (values, later) = known_by(record, begun, cut);
    if let Some((end, key, whole)) = later {
        timeline.add(evening(end, None), Act::Correct(key, whole, "ended since · 此后已结束"));
    }
    let entering = Entering::new(by, &record.form, record.subject.as_deref(), values);
    timeline.enter(at, entering.numbered(record.number));
}

/// Puts the delegation log and the meetings on the timeline; gives the meetings.
fn prepare(trial: &Trial, courses: &[Course<'_>], start: Date, timeline: &mut Timeline) -> Vec<Sitting> {
    let Some(rules) = &trial.conduct else {
        return Vec::new();
    };
    for line in delegation(rules, start) {
        timeline.enter(start.at(9, 0, 0, 0), line);
    }
    let meetings = sittings(trial, courses, start);
    for (index, meeting) in meetings.iter().enumerate() {
        for afternoon in meeting.afternoons() {
            timeline.add(afternoon, Act::Meet(index));
        }
    }
    meetings
}

/// Does everything up to a moment, each thing when the clock has come to it.
async fn play(
    app: &Arc<App>,
    desk: &Desk<'_>,
    timeline: Timeline,
    last: DateTime,
    meetings: &[Sitting],
) -> Result<(), StoreError> {
    let mut held: BTreeSet<usize> = BTreeSet::new();
    for (at, acts) in timeline.until(last) {
        set(app.store.clock(), at);
        let mut records = Vec::new();
        for act in acts {
            match act {
                Act::Enter(entering) => records.push(entering),
                Act::Correct(key, values, why) => {
                    desk.enter(std::mem::take(&mut records)).await?;
                    desk.correct(&key, values, why).await?;
                }
                Act::Meet(index) => {
                    let meeting = meetings.get(index).filter(|_| !held.contains(&index));
                    if let Some(meeting) = meeting
                        && hold(app, meeting, at).await?
                    {
                        held.insert(index);
                    }
                }
            }
        }
        desk.enter(records).await?;
    }
    Ok(())
}

/// The day on which each subject consented, where it is known.
fn consents(captured: &[Captured]) -> BTreeMap<String, Date> {
    let mut days = BTreeMap::new();
    for record in captured.iter().filter(|record| record.form == "consent") {
        if let (Some(subject), Some(day)) = (&record.subject, happened(record).and_then(day)) {
            let first = days.entry(subject.clone()).or_insert(day);
            *first = day.min(*first);
        }
    }
    days
}

/// The last day, the key, and the values with what was added on that day.
type Ended = (Date, String, Values);

/// The record as it could be entered on its first day, and what was added when it ended.
fn known_by(record: &Captured, begun: Date, cut: Date) -> (Values, Option<Ended>) {
    let Some(form) = record.definition() else {
        return (record.values.clone(), None);
    };
    let until = |limit: Date| {
        let mut values = record.values.clone();
        let mut last = None;
        for field in form.fields {
            let dated = matches!(field.kind, Kind::Date | Kind::DateTime | Kind::PartialDate) && !field.may_be_future;
            let when = values.get(field.id).and_then(|text| day(text));
            if dated && when.is_some_and(|when| when > limit) {
                last = last.max(when);
                values.remove(field.id);
            }
        }
        (values, last)
    };
    let (mut first, later) = until(begun.min(cut));
    let open = later.is_some();
    if open && form.id == "adverse-event" {
        first.insert("aeout".to_owned(), "NOT RECOVERED/NOT RESOLVED".to_owned());
    }
    let (whole, beyond) = until(cut);
    let key = format!("{}/{}", series(form, record.subject.as_deref()), record.number);
    let end = later
        .filter(|end| beyond.is_none() && *end <= cut && whole != first)
        .map(|end| (end, key, whole));
    (first, end)
}
