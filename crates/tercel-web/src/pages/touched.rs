//! What a correction of a record touches: decisions, outcomes and exports that rest on it as it stands.

use std::sync::Arc;

use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::language::both;
use tercel::meeting::{CellTouched, Impact, Packet, impact};
use tercel_store::{EntryFilter, Kind, Record, step};

use super::meetings;
use super::subjects::records_of;
use crate::ask::Ask;
use crate::capture::captured;
use crate::meeting::Meeting;
use crate::reply::Fault;
use crate::snapshot::{Snapshot, subject_data};

/// Most entries of exports, and of one record, that are looked through.
const MOST_ENTRIES: i64 = 100_000;

/// What rests on records.
pub(crate) struct Resting {
    packets: Vec<(u32, Packet)>,
    outcomes: Arc<Snapshot>,
    /// Entries of the exports.
    exports: Vec<i64>,
}

impl Resting {
    /// What rests on the records as they stand at an entry.
    pub(crate) async fn read(ask: &Ask, entry: i64) -> Result<Self, Fault> {
        let mut packets = Vec::new();
        for one in meetings::all(ask).await? {
            packets.push((one.number(), Meeting::read(&one)?.packet));
        }
        let filter = EntryFilter {
            kind: Some(Kind::Export),
            ..EntryFilter::default()
        };
        let mut exports = ask.app.store.entries(&filter, MOST_ENTRIES).await?;
        exports.retain(|entry| is_export(&entry.payload));
        Ok(Self {
            packets,
            outcomes: ask.app.snapshot_with_cells(entry).await?,
            exports: exports.iter().rev().map(|entry| entry.seq).collect(),
        })
    }

    /// What rests on a record as it stood before its entry `until`; as it stands now without one.
    pub(crate) async fn impact(&self, ask: &Ask, record: &Record, until: Option<i64>) -> Result<Impact, Fault> {
        // What stands in no dataset is in no export, and no decision and no outcome names it.
        let Some(id) = captured(record).record_id() else {
            return Ok(Impact::default());
        };
        // A packet that was frozen after the correction knows it.
        let frozen_before = |packet: &Packet| {
            let entry = packet.known.map(|known| i64::try_from(known.entry).unwrap_or(i64::MAX));
            until.is_none_or(|until| entry.is_none_or(|entry| entry < until))
        };
        let packets: Vec<(u32, &Packet)> = self
            .packets
            .iter()
            .filter(|(_, packet)| frozen_before(packet))
            .map(|(number, packet)| (*number, packet))
            .collect();
        let outcomes = self.outcomes.cells();
        let mut found = impact(&packets, outcomes, std::slice::from_ref(&id));
        if let Some(until) = until {
            // What the correction took away rested on the version before.
            let before = impact(&[], &cells_before(ask, record, until).await?, &[id]);
            found.cells.extend(before.cells);
            let place = |touched: &CellTouched| {
                outcomes.iter().position(|cell| {
                    cell.id == touched.id && cell.time_point == touched.time_point && cell.level == touched.level
                })
            };
            found.cells.sort_by_key(place);
            found.cells.dedup();
        }
        let holds = |entry: i64| entry > record.created.entry && until.is_none_or(|until| entry < until);
        let numbered = self.exports.iter().zip(1..);
        found.exports = numbered
            .filter(|(entry, _)| holds(**entry))
            .map(|(_, number)| number)
            .collect();
        Ok(found)
    }
}

/// The outcomes of a record's subject alone with the record as it stood before an entry: they name what rested on it then.
async fn cells_before(ask: &Ask, record: &Record, until: i64) -> Result<Vec<Cell>, Fault> {
    let Some(subject) = record.subject.clone() else {
        return Ok(Vec::new());
    };
    let earlier = EntryFilter {
        record: Some(record.key.clone()),
        before: Some(until),
        ..EntryFilter::default()
    };
    let newest_first = ask.app.store.entries(&earlier, MOST_ENTRIES).await?;
    let Some(before) = newest_first.iter().rev().fold(None, step) else {
        return Ok(Vec::new());
    };
    let mut records = records_of(ask, &subject).await?;
    records.retain(|other| other.key != before.key);
    records.push(before);
    let (trial, today) = (ask.app.trial.clone(), ask.app.today());
    let made = tokio::task::spawn_blocking(move || {
        let data = subject_data(&records, &trial, &subject);
        derive_cells(&Analysis::new(&trial, &data, Some(today)))
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the outcomes could not be derived", "结局无法生成")))
}

/// What rests on one record, in a sentence; `None` where nothing does.
pub(crate) async fn sentence(ask: &Ask, record: &Record, until: Option<i64>) -> Result<Option<String>, Fault> {
    let resting = Resting::read(ask, record.changed.entry).await?;
    let found = resting.impact(ask, record, until).await?;
    Ok((!found.is_empty()).then(|| found.sentence(ask.language)))
}

fn is_export(payload: &str) -> bool {
    let payload: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    payload.get("event").and_then(serde_json::Value::as_str) == Some("export")
}
