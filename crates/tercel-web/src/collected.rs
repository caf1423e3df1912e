//! A whole record as datasets, read a few subjects at a time: all records of a study are never in memory together.

use tercel::conduct::{ConductRecords, entered_halts};
use tercel::protocol::Trial;
use tercel::study::{EnteredHalt, StudyData};
use tercel_exchange::Table;
use tercel_exchange::form::{Captured, Datasets, PART};
use tercel_store::{Record, Store, StoreError};

use crate::capture::captured;
use crate::conduct::conduct_of;
use crate::snapshot::{data_of, is_kept, study_tables};

/// What was collected in a study.
#[derive(Debug)]
pub struct Collected {
    /// Its datasets: what was entered in error is left out.
    pub tables: Vec<Table>,
    conduct: ConductRecords,
}

impl Collected {
    /// What these records say.
    pub fn of(records: &[Record], trial: &Trial) -> Self {
        Self {
            tables: study_tables(records.iter(), trial),
            conduct: conduct_of(records.iter(), trial),
        }
    }

    /// What all records say as they stand now.
    pub async fn read(store: &Store, trial: &Trial) -> Result<Self, StoreError> {
        let mut reading = store.reading().await?;
        let mut subjects = reading.touched_since(0).await?;
        subjects.sort();
        let mut datasets = Datasets::new(trial);
        let (mut part, mut kept) = (Vec::new(), Vec::new());
        for subject in subjects {
            let records = reading.records(subject.as_deref()).await?;
            part.extend(records.iter().filter(|record| !record.voided).map(captured));
            kept.extend(records.into_iter().filter(is_kept));
            if part.len() >= PART {
                add(&mut datasets, &mut part);
            }
        }
        add(&mut datasets, &mut part);
        kept.sort_by_cached_key(|record| (series_of(record).to_owned(), record.number()));
        Ok(Self {
            tables: datasets.into_tables(),
            conduct: conduct_of(kept.iter(), trial),
        })
    }

    /// The halts of treatment that were entered, which no dataset holds.
    pub fn halts(&self) -> Vec<EnteredHalt> {
        entered_halts(&self.conduct)
    }

    /// Its subject data.
    pub fn into_data(self, trial: &Trial) -> StudyData {
        data_of(self.tables, &self.conduct, trial)
    }
}

fn add(datasets: &mut Datasets<'_>, part: &mut Vec<Captured>) {
    datasets.add(&part.iter().collect::<Vec<_>>());
    part.clear();
}

fn series_of(record: &Record) -> &str {
    record.key.rsplit_once('/').map_or("", |(series, _)| series)
}
