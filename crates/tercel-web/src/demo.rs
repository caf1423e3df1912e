//! A demonstration: the rehearsal entered as a site would have, day by day, up to the middle of the study.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tercel::protocol::Trial;
use tercel_exchange::Table;
use tercel_exchange::form::{Captured, Kind, from_tables};
use tercel_store::{Author, Change, Clock, Grant, Opening, Store, StoreError, Values};

use crate::capture::{new_record, series, sites_of};
use crate::role::Role;

/// The password of every account of the demonstration.
pub const DEMO_PASSWORD: &str = "rehearsal of a trial";

/// Name, printed name and grants of the accounts of the demonstration.
const PEOPLE: [(&str, &str, &str); 11] = [
    ("chen", "Chen Li, coordinator", "coordinator@01"),
    ("wang", "Dr Wang Fang", "investigator@01"),
    ("zhao", "Zhao Min", "cell-lab@01"),
    ("liu", "Liu Yang", "pharmacist@01"),
    ("sun", "Sun Jie", "monitor@*"),
    ("zhou", "Zhou Lin", "data-manager@*"),
    ("huang", "Dr Huang Wei", "medical-monitor@*"),
    ("xu", "Xu Hao", "statistician@*"),
    ("guo", "Prof Guo Rong", "committee@*"),
    ("ma", "Ma Ting", "administrator@*"),
    ("song", "Song Yu", "inspector@*"),
];

/// Accounts as the sign-in page lists them: name, role, password.
pub fn demo_accounts() -> Vec<(String, String, String)> {
    PEOPLE
        .iter()
        .map(|(name, _, grant)| {
            let role = grant.split('@').next().unwrap_or_default();
            ((*name).to_owned(), role.to_owned(), DEMO_PASSWORD.to_owned())
        })
        .collect()
}

/// The day in the middle of a rehearsal: ten days after two thirds of the infusions.
fn middle(captured: &[Captured]) -> Option<Date> {
    let infusions = captured.iter().filter(|record| record.form == "infusion");
    let days: BTreeSet<Date> = infusions.filter_map(|record| day(record.value("exstdtc")?)).collect();
    let nth = days.len() * 2 / 3;
    days.iter().nth(nth.saturating_sub(1))?.checked_add(10.days()).ok()
}

/// The day of a date with or without a time.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn happened(record: &Captured) -> Option<&str> {
    record.value(record.definition()?.happened?)
}

fn at(day: Date, hour: i8) -> Timestamp {
    let moment = day.to_datetime(time(hour, 0, 0, 0)).to_zoned(TimeZone::UTC);
    moment.map_or(Timestamp::UNIX_EPOCH, |moment| moment.timestamp())
}

/// Starts a training record and enters the rehearsal into it, up to `until` or the middle of the study.
pub async fn create_demo(
    address: &tercel_store::Address,
    trial: &Trial,
    tables: &[Table],
    until: Option<Date>,
) -> Result<Store, StoreError> {
    let (captured, _) = from_tables(tables, trial);
    let sites = sites_of(&captured);
    let cut = until.or_else(|| middle(&captured)).unwrap_or(trial.version_date);
    let consents = consents(&captured);
    let earliest = || captured.iter().filter_map(|record| day(happened(record)?)).min();
    let first = consents.values().copied().min().or_else(earliest);
    let clock = Clock::starting_at(at(first.unwrap_or(cut).min(cut), 7));
    let opening = Opening {
        study: trial.id.clone(),
        training: true,
    };
    let store = Store::create(address, &opening, clock.clone()).await?;
    add_people(&store).await?;
    let mut by_day: BTreeMap<Date, Vec<Captured>> = BTreeMap::new();
    let mut ends: BTreeMap<Date, Vec<(String, Values)>> = BTreeMap::new();
    for record in captured {
        let begun = happened(&record).and_then(day).or(first).unwrap_or(cut);
        // What was before the consent is asked for after it.
        let consent = record.subject.as_deref().and_then(|subject| consents.get(subject));
        let begun = consent.map_or(begun, |consent| begun.max(*consent));
        if begun > cut {
            continue;
        }
        let (now, later) = known_by(&record, begun, cut);
        by_day.entry(begun).or_default().push(now);
        if let Some((end, whole)) = later {
            ends.entry(end).or_default().push(whole);
        }
    }
    let days: BTreeSet<Date> = by_day.keys().chain(ends.keys()).copied().collect();
    for day in days {
        // What happened is entered in the evening.
        clock.move_to(at(day, 11));
        enter(&store, trial, &sites, by_day.remove(&day).unwrap_or_default()).await?;
        for (key, values) in ends.remove(&day).unwrap_or_default() {
            end(&store, trial, &key, values).await?;
        }
    }
    clock.move_to(at(cut, 12));
    Ok(store)
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

async fn add_people(store: &Store) -> Result<(), StoreError> {
    let system = Author {
        account: "tercel".to_owned(),
        role: "system".to_owned(),
    };
    for (name, printed, grant) in PEOPLE {
        let grants: BTreeSet<Grant> = Grant::parse(grant).into_iter().collect();
        let own = Author {
            account: name.to_owned(),
            ..system.clone()
        };
        store.add_account(&own, name, printed, &grants, DEMO_PASSWORD).await?;
    }
    Ok(())
}

/// The last day, the key, and the values with what was added on that day.
type Ended = (Date, (String, Values));

/// The record as it could be entered on its first day, and what was added when it ended.
fn known_by(record: &Captured, begun: Date, cut: Date) -> (Captured, Option<Ended>) {
    let Some(form) = record.definition() else {
        return (record.clone(), None);
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
        .map(|end| (end, (key, whole)));
    let now = Captured {
        values: first,
        ..record.clone()
    };
    (now, end)
}

fn author(account: &str, role: Role) -> Author {
    Author {
        account: account.to_owned(),
        role: role.id().to_owned(),
    }
}

async fn enter(
    store: &Store,
    trial: &Trial,
    sites: &BTreeMap<String, String>,
    records: Vec<Captured>,
) -> Result<(), StoreError> {
    let changes: Vec<Change> = records
        .into_iter()
        .filter_map(|record| {
            let (form, subject) = (record.definition()?, record.subject.as_deref());
            let site = subject.and_then(|subject| sites.get(subject)).map(String::as_str);
            let new = new_record(form, subject, site, Some(record.number), record.values.clone());
            Some(Change::Create(new))
        })
        .collect();
    let coordinator = author("chen", Role::Coordinator);
    store.append(&coordinator, Some(&trial.version), &changes).await?;
    Ok(())
}

async fn end(store: &Store, trial: &Trial, key: &str, values: Values) -> Result<(), StoreError> {
    let Some(record) = store.record(key).await? else {
        return Ok(());
    };
    let change = Change::Correct {
        record: record.key,
        seen: record.version,
        values,
        happened: record.happened,
        reason: "ended since".to_owned(),
    };
    let coordinator = author("chen", Role::Coordinator);
    store.append(&coordinator, Some(&trial.version), &[change]).await?;
    Ok(())
}
