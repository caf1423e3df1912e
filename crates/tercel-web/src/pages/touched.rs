//! What a correction of a record touches: decisions, outcomes and exports that rest on it as it stands.

use tercel::meeting::{Impact, Packet, impact};
use tercel_store::{EntryFilter, Kind, Record};

use super::meetings;
use crate::ask::Ask;
use crate::capture::captured;
use crate::meeting::Meeting;
use crate::reply::Fault;

/// Most entries of exports that are looked through.
const EXPORTS: i64 = 100_000;

/// What rests on a record as it stood before its entry `until`; as it stands now without one.
pub(crate) async fn impact_of(ask: &Ask, record: &Record, until: Option<i64>) -> Result<Impact, Fault> {
    // What stands in no dataset is in no export, and no decision and no outcome names it.
    let Some(id) = captured(record).record_id() else {
        return Ok(Impact::default());
    };
    let mut packets: Vec<(u32, Packet)> = Vec::new();
    for one in meetings::all(ask).await? {
        packets.push((one.number(), Meeting::read(&one)?.packet));
    }
    let snapshot = ask.app.snapshot().await?;
    let made = tokio::task::spawn_blocking(move || {
        let packets: Vec<(u32, &Packet)> = packets.iter().map(|(number, packet)| (*number, packet)).collect();
        impact(&packets, snapshot.cells(), &[id])
    });
    let mut found = made
        .await
        .map_err(|_| Fault::Wrong("what rests on the record could not be derived".to_owned()))?;
    found.exports = exports(ask, record.created.entry, until).await?;
    Ok(found)
}

/// The sentence of a correction that was made; `None` where nothing rests on the record.
pub(crate) async fn sentence(ask: &Ask, record: &Record, until: Option<i64>) -> Result<Option<String>, Fault> {
    let found = impact_of(ask, record, until).await?;
    Ok((!found.is_empty()).then(|| found.sentence(ask.language)))
}

/// Numbers of the exports made after one entry and before another.
async fn exports(ask: &Ask, from: i64, until: Option<i64>) -> Result<Vec<u32>, Fault> {
    let filter = EntryFilter {
        kind: Some(Kind::Export),
        ..EntryFilter::default()
    };
    let mut entries = ask.app.store.entries(&filter, EXPORTS).await?;
    entries.reverse();
    let is_export = |payload: &str| {
        let payload: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
        payload.get("event").and_then(serde_json::Value::as_str) == Some("export")
    };
    let all = entries.iter().filter(|entry| is_export(&entry.payload)).zip(1..);
    let held = all.filter(|(entry, _)| entry.seq > from && until.is_none_or(|until| entry.seq < until));
    Ok(held.map(|(_, number)| number).collect())
}
