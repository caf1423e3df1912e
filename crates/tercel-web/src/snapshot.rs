//! What the study says now: records to study data to everything derived, kept until the next entry.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use tercel::conduct::{ConductRecords, check_conduct};
use tercel::protocol::Trial;
use tercel::study::{StudyData, SubjectId};
use tercel_exchange::form::{Captured, to_tables};
use tercel_exchange::{Table, read_tables};
use tercel_store::{Record, RecordFilter, StoreError};

use crate::app::App;
use crate::capture::captured;
use crate::conduct::conduct_of;

/// The study as of an entry.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The last entry it knows.
    pub(crate) entry: i64,
    /// Its hash.
    pub(crate) hash: String,
    /// Records in force, by key.
    pub(crate) records: BTreeMap<String, Record>,
    /// Subject data of all of them.
    pub(crate) data: StudyData,
    /// The conduct of the study.
    pub(crate) conduct: ConductRecords,
    /// The day for which it was derived.
    pub(crate) today: Date,
}

impl Snapshot {
    /// Records of one subject.
    pub(crate) fn of_subject<'s>(&'s self, subject: &'s str) -> impl Iterator<Item = &'s Record> {
        self.records
            .values()
            .filter(move |record| record.subject.as_deref() == Some(subject))
    }

    /// Subjects, by what was entered of them: also those without demography.
    pub(crate) fn subjects(&self) -> BTreeMap<&str, Option<&str>> {
        let mut subjects = BTreeMap::new();
        for record in self.records.values().filter(|record| !record.voided) {
            if let Some(subject) = record.subject.as_deref() {
                let site = subjects.entry(subject).or_insert(None);
                *site = site.or(record.site.as_deref());
            }
        }
        subjects
    }
}

/// Study data of records, with what is wrong in the conduct among their findings.
pub fn study_data<'r>(records: impl Iterator<Item = &'r Record> + Clone, trial: &Trial) -> StudyData {
    data_and_conduct(records, trial).0
}

fn data_and_conduct<'r>(
    records: impl Iterator<Item = &'r Record> + Clone,
    trial: &Trial,
) -> (StudyData, ConductRecords) {
    let mut data = answers_of(records.clone(), trial);
    let conduct = conduct_of(records, trial);
    data.findings.extend(check_conduct(trial, &data, &conduct));
    (data, conduct)
}

/// The datasets that the records are: what was entered in error is left out.
pub fn study_tables<'r>(records: impl Iterator<Item = &'r Record>, trial: &Trial) -> Vec<Table> {
    let taken: Vec<Captured> = records.filter(|record| !record.voided).map(captured).collect();
    to_tables(trial, &taken)
}

/// What the forms with a dataset say.
fn answers_of<'r>(records: impl Iterator<Item = &'r Record>, trial: &Trial) -> StudyData {
    let mut data = read_tables(study_tables(records, trial), trial).unwrap_or_default();
    // A study without subjects yet is still one with dates.
    data.dated = true;
    data
}

/// The data of one subject among its own records. Its conduct is not looked at: that rests on records of the study too.
pub(crate) fn subject_data(records: &[Record], trial: &Trial, subject: &str) -> StudyData {
    let mut data = answers_of(records.iter(), trial);
    let id = SubjectId::new(subject);
    data.subjects.retain(|known| known.id == id);
    data
}

impl App {
    /// The study as it stands. While a newer state is being derived for longer than a page should take, the last one is
    /// given, which says up to which entry it knows.
    pub(crate) async fn snapshot(self: &Arc<Self>) -> Result<Arc<Snapshot>, StoreError> {
        let (entry, _) = self.store.head().await?;
        let known = self.known();
        if let Some(known) = &known
            && known.entry == entry
            && known.today == self.today()
        {
            return Ok(Arc::clone(known));
        }
        let app = Arc::clone(self);
        let fresh = tokio::spawn(async move { app.derive(entry).await });
        match known {
            None => fresh.await.unwrap_or_else(|_| Err(lost())),
            Some(known) => match tokio::time::timeout(Duration::from_millis(200), fresh).await {
                Ok(answer) => answer.unwrap_or_else(|_| Err(lost())),
                Err(_) => Ok(known),
            },
        }
    }

    /// The study up to the last entry, however long it takes: what a decision rests on.
    pub(crate) async fn snapshot_now(self: &Arc<Self>) -> Result<Arc<Snapshot>, StoreError> {
        let (entry, _) = self.store.head().await?;
        self.derive(entry).await
    }

    fn known(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn derive(self: &Arc<Self>, entry: i64) -> Result<Arc<Snapshot>, StoreError> {
        let _one = self.computing.lock().await;
        let today = self.today();
        if let Some(known) = self.known()
            && known.entry >= entry
            && known.today == today
        {
            return Ok(known);
        }
        let mut records: BTreeMap<String, Record> = BTreeMap::new();
        let mut since = 0;
        if let Some(known) = self.known() {
            // Only what changed is read again.
            records.clone_from(&known.records);
            since = known.entry;
        }
        // Read until nothing was entered meanwhile: the state is that of the entry it names, not partly of a later one.
        let (entry, hash) = loop {
            let (entry, hash) = self.store.head().await?;
            let read = if since == 0 {
                self.store.records(&RecordFilter::default()).await?
            } else {
                self.store.records_since(since).await?
            };
            records.extend(read.into_iter().map(|record| (record.key.clone(), record)));
            if self.store.head().await?.0 == entry {
                break (entry, hash);
            }
            since = entry;
        };
        let trial = Arc::clone(&self.trial);
        let snapshot = tokio::task::spawn_blocking(move || {
            let (data, conduct) = data_and_conduct(records.values(), &trial);
            Arc::new(Snapshot {
                entry,
                hash,
                records,
                data,
                conduct,
                today,
            })
        })
        .await
        .map_err(|_| lost())?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }
}

fn lost() -> StoreError {
    StoreError::Damaged {
        seq: 0,
        what: "deriving the study from its records failed".to_owned(),
    }
}
