//! What a correction of a record touches: decisions, outcomes and exports that rest on it as it stands.

use std::sync::Arc;

use tercel::meeting::{Impact, Packet, impact};
use tercel_store::{EntryFilter, Kind, Record};

use super::meetings;
use crate::ask::Ask;
use crate::capture::captured;
use crate::meeting::Meeting;
use crate::reply::Fault;
use crate::snapshot::Snapshot;

/// Most entries of exports that are looked through.
const EXPORTS: i64 = 100_000;

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
        let mut exports = ask.app.store.entries(&filter, EXPORTS).await?;
        exports.retain(|entry| is_export(&entry.payload));
        Ok(Self {
            packets,
            outcomes: ask.app.snapshot_with_cells(entry).await?,
            exports: exports.iter().rev().map(|entry| entry.seq).collect(),
        })
    }

    /// What rests on a record as it stood before its entry `until`; as it stands now without one.
    pub(crate) fn impact(&self, record: &Record, until: Option<i64>) -> Impact {
        // What stands in no dataset is in no export, and no decision and no outcome names it.
        let Some(id) = captured(record).record_id() else {
            return Impact::default();
        };
        let packets: Vec<(u32, &Packet)> = self.packets.iter().map(|(number, packet)| (*number, packet)).collect();
        let mut found = impact(&packets, self.outcomes.cells(), &[id]);
        let holds = |entry: i64| entry > record.created.entry && until.is_none_or(|until| entry < until);
        let numbered = self.exports.iter().zip(1..);
        found.exports = numbered
            .filter(|(entry, _)| holds(**entry))
            .map(|(_, number)| number)
            .collect();
        found
    }
}

/// What rests on one record, in a sentence; `None` where nothing does.
pub(crate) async fn sentence(ask: &Ask, record: &Record, until: Option<i64>) -> Result<Option<String>, Fault> {
    let resting = Resting::read(ask, record.changed.entry).await?;
    let found = resting.impact(record, until);
    Ok((!found.is_empty()).then(|| found.sentence(ask.language)))
}

fn is_export(payload: &str) -> bool {
    let payload: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    payload.get("event").and_then(serde_json::Value::as_str) == Some("export")
}
