//! What is entered when, by whom.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tercel::protocol::Trial;
use tercel_exchange::form::form;
use tercel_store::{Change, Clock, NewRecord, Store, StoreError, Values};

use super::people::{CHEN, Person};
use crate::capture::new_record;

/// A record to be entered.
pub(super) struct Entering {
    by: &'static Person,
    /// Who signs it with the first, where two persons make it.
    second: Option<&'static Person>,
    form: String,
    subject: Option<String>,
    /// Its number in its dataset, where the rehearsal gives one.
    number: Option<u32>,
    values: Values,
}

impl Entering {
    pub(super) fn new(by: &'static Person, form: &str, subject: Option<&str>, values: Values) -> Self {
        Self {
            by,
            second: None,
            form: form.to_owned(),
            subject: subject.map(str::to_owned),
            number: None,
            values,
        }
    }

    pub(super) fn numbered(self, number: u32) -> Self {
        Self {
            number: Some(number),
            ..self
        }
    }

    pub(super) fn with(self, second: &'static Person) -> Self {
        Self {
            second: Some(second),
            ..self
        }
    }

    fn record(self, sites: &BTreeMap<String, String>) -> Option<NewRecord> {
        let subject = self.subject.as_deref();
        let site = subject.and_then(|subject| sites.get(subject)).map(String::as_str);
        Some(new_record(form(&self.form)?, subject, site, self.number, self.values))
    }
}

/// What is done at a moment.
pub(super) enum Act {
    Enter(Entering),
    /// What is known of a record since: its key, all its values, and why they changed.
    Correct(String, Values, &'static str),
    /// A committee meets, by its place in the list of meetings.
    Meet(usize),
}

/// Everything that is done, in its order.
#[derive(Default)]
pub(super) struct Timeline(BTreeMap<DateTime, Vec<Act>>);

impl Timeline {
    pub(super) fn add(&mut self, at: DateTime, act: Act) {
        self.0.entry(at).or_default().push(act);
    }

    pub(super) fn enter(&mut self, at: DateTime, entering: Entering) {
        self.add(at, Act::Enter(entering));
    }

    /// What is done up to a moment.
    pub(super) fn until(self, last: DateTime) -> impl Iterator<Item = (DateTime, Vec<Act>)> {
        self.0.into_iter().take_while(move |(at, _)| *at <= last)
    }
}

/// A day with or without a time; without one it is the begin of the day.
pub(super) fn moment(text: &str) -> Option<DateTime> {
    match text.get(..16) {
        Some(minute) => minute.parse().ok(),
        None => Some(text.get(..10)?.parse::<Date>().ok()?.at(0, 0, 0, 0)),
    }
}

/// A moment as forms have it.
pub(super) fn written(at: DateTime) -> String {
    format!("{:.16}", at.to_string())
}

/// The evening, when what happened by then is entered; what was later is entered next morning.
pub(super) fn evening(day: Date, happened: Option<&str>) -> DateTime {
    let evening = day.at(18, 0, 0, 0);
    let later = happened
        .and_then(moment)
        .is_some_and(|at| at.date() == day && at > evening);
    if later {
        day.saturating_add(1.day()).at(7, 45, 0, 0)
    } else {
        evening
    }
}

/// A moment by the clock of the site.
pub(super) fn stamp(at: DateTime) -> Timestamp {
    let zoned = at.to_zoned(TimeZone::system());
    zoned.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// Moves the clock of the record on to a moment. It goes by whole seconds: one more is never before the moment.
pub(super) fn set(clock: &Clock, at: DateTime) {
    clock.move_to(stamp(at.saturating_add(1.second())));
}

/// Writes to the record of the demonstration.
pub(super) struct Desk<'d> {
    pub(super) store: &'d Store,
    pub(super) trial: &'d Trial,
    pub(super) sites: &'d BTreeMap<String, String>,
}

impl Desk<'_> {
    /// Enters records in their order, those of one person at once.
    pub(super) async fn enter(&self, records: Vec<Entering>) -> Result<(), StoreError> {
        let mut together: Option<(&'static Person, Vec<Change>)> = None;
        for one in records {
            let (by, second) = (one.by, one.second);
            let Some(new) = one.record(self.sites) else { continue };
            if let Some(second) = second {
                self.keep(together.take()).await?;
                self.sign(by, second, new).await?;
                continue;
            }
            let change = Change::Create(new);
            match &mut together {
                Some((person, changes)) if person.account == by.account => changes.push(change),
                Some(_) | None => {
                    let before = together.replace((by, vec![change]));
                    self.keep(before).await?;
                }
            }
        }
        self.keep(together).await
    }

    async fn keep(&self, together: Option<(&'static Person, Vec<Change>)>) -> Result<(), StoreError> {
        if let Some((by, changes)) = together {
            let version = Some(self.trial.version.as_str());
            self.store.append(&by.author(), version, &changes).await?;
        }
        Ok(())
    }

    /// Enters a record that two persons sign.
    async fn sign(&self, by: &'static Person, second: &'static Person, new: NewRecord) -> Result<(), StoreError> {
        let title = form(&new.form).map_or("", |form| form.title.en);
        let signers = [by.signer(title), second.signer(title)];
        let version = Some(self.trial.version.as_str());
        self.store.append_signed(&by.author(), version, new, &signers).await?;
        Ok(())
    }

    /// Enters what is known of a record since.
    pub(super) async fn correct(&self, key: &str, values: Values, why: &str) -> Result<(), StoreError> {
        let Some(record) = self.store.record(key).await? else {
            return Ok(());
        };
        let change = Change::Correct {
            record: record.key,
            seen: record.version,
            values,
            happened: record.happened,
            reason: why.to_owned(),
        };
        self.keep(Some((&CHEN, vec![change]))).await
    }
}
