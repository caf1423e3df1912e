//! Where the answers come from: the entries of a record with who and when, or dataset files.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::protocol::Trial;
use tercel_exchange::export::sdtm::cut_tables;
use tercel_exchange::form::{Captured, NotTaken, Reason, from_tables, to_tables};
use tercel_exchange::{Table, read_datasets};
use tercel_report::documents::{CaseRecord, Change, Remark};
use tercel_store::{Clock, Entry, Kind, Record, Store, step};

use crate::record::wait;
use crate::study::{TrialArgs, data_path, entry_time, record_address};

/// Entries read at a time.
const BATCH: i64 = 5000;

/// The answers of a study.
pub(super) enum Source {
    /// A record: its records with their history, and the datasets they make.
    Record(Vec<CaseRecord>, Vec<Table>),
    /// Dataset files.
    Files(Vec<Table>),
}

/// Everything of one subject.
pub(super) struct SubjectRecords {
    pub(super) subject: String,
    pub(super) records: Vec<CaseRecord>,
    pub(super) not_taken: Vec<NotTaken>,
}

impl Source {
    /// Reads what the trial's data are, to the end of `cut` where one is stated.
    pub(super) fn open(args: &TrialArgs, trial: &Trial, cut: Option<Date>) -> anyhow::Result<Self> {
        let Some(address) = record_address(&args.trial, args.data.as_deref()) else {
            let (mut tables, _) = read_datasets(&data_path(&args.trial, args.data.as_deref()))?;
            if let Some(cut) = cut {
                cut_tables(&mut tables, cut);
            }
            return Ok(Self::Files(tables));
        };
        let known_at = args.known_at.as_deref().map(entry_time).transpose()?;
        let entries = wait(async {
            let store = Store::open(&address, Clock::System).await?;
            store.require_study(&trial.id)?;
            let last = match &known_at {
                Some(time) => store.last_entry_by(time).await?,
                None => i64::MAX,
            };
            let mut entries: Vec<Entry> = Vec::new();
            loop {
                let after = entries.last().map_or(0, |entry| entry.seq);
                let next = store.entries_after(after, last, BATCH).await?;
                if next.is_empty() {
                    return Ok(entries);
                }
                entries.extend(next);
            }
        })?;
        let records = histories(&entries);
        let captured: Vec<Captured> = records
            .iter()
            .filter(|record| !record.voided)
            .map(|record| record.captured.clone())
            .collect();
        let mut tables = to_tables(trial, &captured);
        // Entries are of their own time: who reads the data as of a day reads what had begun by then, and no history.
        if let Some(cut) = cut {
            cut_tables(&mut tables, cut);
            return Ok(Self::Files(tables));
        }
        Ok(Self::Record(records, tables))
    }

    /// The datasets.
    pub(super) fn tables(&self) -> &[Table] {
        match self {
            Self::Record(_, tables) | Self::Files(tables) => tables,
        }
    }

    /// Whether who and when are known.
    pub(super) fn is_record(&self) -> bool {
        matches!(self, Self::Record(..))
    }

    /// Every subject with its records, by identifier.
    pub(super) fn subjects(&self, trial: &Trial) -> Vec<SubjectRecords> {
        match self {
            Self::Record(records, _) => {
                let mut subjects: BTreeMap<&str, Vec<CaseRecord>> = BTreeMap::new();
                for record in records {
                    if let Some(subject) = &record.captured.subject {
                        subjects.entry(subject).or_default().push(record.clone());
                    }
                }
                let subjects = subjects.into_iter();
                subjects
                    .map(|(subject, records)| SubjectRecords {
                        subject: subject.to_owned(),
                        records,
                        not_taken: Vec::new(),
                    })
                    .collect()
            }
            Self::Files(tables) => of_files(tables, trial),
        }
    }
}

/// The rows of each subject as records of the forms, with what no form takes.
fn of_files(tables: &[Table], trial: &Trial) -> Vec<SubjectRecords> {
    let mut subjects: BTreeMap<&str, Vec<Table>> = BTreeMap::new();
    for table in tables {
        let Some(at) = table.column("USUBJID") else { continue };
        let mut own: BTreeMap<&str, Table> = BTreeMap::new();
        for row in 0..table.len() {
            let subject = table.cell(row, at);
            if !subject.is_empty() {
                let own = own
                    .entry(subject)
                    .or_insert_with(|| Table::new(&table.name, &table.file, table.columns().to_vec()));
                own.push(table.row(row));
            }
        }
        for (subject, table) in own {
            subjects.entry(subject).or_default().push(table);
        }
    }
    subjects
        .into_iter()
        .map(|(subject, tables)| {
            let (captured, not_taken) = from_tables(&tables, trial);
            // What is worked out anew is on no form because nobody is asked for it.
            let beside = |one: &NotTaken| !matches!(one.reason, Reason::WorkedOut);
            let records = captured.into_iter().map(|captured| CaseRecord {
                captured,
                entered: None,
                changes: Vec::new(),
                remarks: Vec::new(),
                voided: false,
            });
            SubjectRecords {
                subject: subject.to_owned(),
                records: records.collect(),
                not_taken: not_taken.into_iter().filter(beside).collect(),
            }
        })
        .collect()
}

/// Every record with what was done to it, in order of keys.
fn histories(entries: &[Entry]) -> Vec<CaseRecord> {
    let mut found: BTreeMap<&str, (Option<Record>, CaseRecord)> = BTreeMap::new();
    for entry in entries {
        let Some(key) = entry.record.as_deref() else { continue };
        let (before, mut case) = match found.remove(key) {
            Some((before, case)) => (before, case),
            None => (None, blank()),
        };
        let old = before.clone();
        let Some(after) = step(before, entry) else { continue };
        note(&mut case, old.as_ref(), &after, entry);
        found.insert(key, (Some(after), case));
    }
    let cases = found.into_values();
    cases
        .filter_map(|(record, mut case)| {
            let record = record?;
            case.captured = Captured {
                number: record.number(),
                form: record.form,
                subject: record.subject,
                values: record.values,
            };
            case.voided = record.voided;
            Some(case)
        })
        .collect()
}

fn blank() -> CaseRecord {
    CaseRecord {
        captured: Captured {
            form: String::new(),
            subject: None,
            number: 0,
            values: BTreeMap::new(),
        },
        entered: None,
        changes: Vec::new(),
        remarks: Vec::new(),
        voided: false,
    }
}

/// Writes one entry into the history of its record.
fn note(case: &mut CaseRecord, before: Option<&Record>, after: &Record, entry: &Entry) {
    let by = format!("{} ({})", entry.author, entry.role);
    let remark = |what: String| Remark {
        what,
        by: by.clone(),
        at: entry.entered_at.clone(),
    };
    let reason = entry.reason.clone().unwrap_or_default();
    match entry.kind {
        Kind::Create => case.entered = Some(remark("entered".to_owned())),
        Kind::Correct => {
            let old = before.map(|record| &record.values);
            let mut fields: Vec<&String> = old
                .into_iter()
                .flat_map(BTreeMap::keys)
                .chain(after.values.keys())
                .collect();
            fields.sort();
            fields.dedup();
            for field in fields {
                let text = |record: Option<&Record>| {
                    record
                        .and_then(|record| record.value(field))
                        .unwrap_or_default()
                        .to_owned()
                };
                let (from, to) = (text(before), text(Some(after)));
                if from != to {
                    case.changes.push(Change {
                        version: after.version,
                        field: field.clone(),
                        from,
                        to,
                        reason: reason.clone(),
                        by: by.clone(),
                        at: entry.entered_at.clone(),
                    });
                }
            }
        }
        Kind::Void => case
            .remarks
            .push(remark(format!("marked as entered in error: {reason}"))),
        Kind::Sign => {
            let meaning = after
                .signatures
                .last()
                .map_or("", |signature| signature.meaning.as_str());
            case.remarks.push(remark(format!("signed: {meaning}")));
        }
        Kind::Query => {
            let text = after.queries.last().map_or("", |query| query.text.as_str());
            case.remarks.push(remark(format!("query: {text}")));
        }
        Kind::Answer => case
            .remarks
            .push(remark(format!("answer: {}", last_answer(before, after)))),
        Kind::Close => case.remarks.push(remark("query closed".to_owned())),
        Kind::Verify => case.remarks.push(remark("verified against the source".to_owned())),
        Kind::Lock => case.remarks.push(remark("locked".to_owned())),
        Kind::Unlock => case.remarks.push(remark(format!("unlocked: {reason}"))),
        Kind::Decide => case.remarks.push(remark("step of a decision".to_owned())),
        Kind::Open | Kind::Access | Kind::Export => {}
    }
}

/// The answer that an entry added.
fn last_answer(before: Option<&Record>, after: &Record) -> String {
    let known = |id: i64| {
        let query = before.and_then(|record| record.queries.iter().find(|query| query.id == id));
        query.map_or(0, |query| query.answers.len())
    };
    let fresh = after.queries.iter().find(|query| query.answers.len() > known(query.id));
    let answer = fresh.and_then(|query| query.answers.last());
    answer.map_or_else(String::new, |(text, _)| text.clone())
}
