//! Packets made again of what had been entered when they were frozen, by the protocol they were frozen with.

use std::sync::Arc;

use jiff::civil::Date;
use tercel::language::{Words, both};
use tercel::meeting::Packet;
use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::sha256_hex;
use tercel_store::{Record, RecordFilter, Store, StoreError};

use crate::meeting::{MEETING, Meeting};
use crate::protocol::{PROTOCOL, versions};
use crate::steps::made_again;

/// A packet, made again.
#[derive(Debug)]
pub struct Replayed {
    /// Key of the meeting.
    pub meeting: String,
    /// Data cut of the packet; `None` where the packet cannot be read.
    pub cut: Option<Date>,
    /// The last entry it knows.
    pub entry: u64,
    /// Its SHA-256 in hexadecimal.
    pub digest: String,
    /// What is different in it; nothing: it is the same to the byte. An error where it cannot be made again.
    pub found: Result<Vec<Words>, Words>,
}

/// The packets of every meeting, made again. `file` is the protocol file that runs.
pub async fn replay_meetings(store: &Store, trial: &Trial, file: &[u8]) -> Result<Vec<Replayed>, StoreError> {
    let of_form = |form: &str| RecordFilter {
        form: Some(form.to_owned()),
        ..RecordFilter::default()
    };
    let registered = store.records(&of_form(PROTOCOL)).await?;
    let mut all = Vec::new();
    for record in store.records(&of_form(MEETING)).await? {
        let meeting = match Meeting::read(&record) {
            Ok(meeting) => meeting,
            Err(why) => {
                all.push(Replayed {
                    meeting: record.key,
                    cut: None,
                    entry: 0,
                    digest: String::new(),
                    found: Err(Words::in_each(|language| why.status(language).1)),
                });
                continue;
            }
        };
        let found = match protocol_of(&meeting.packet, (trial, file), &registered) {
            Some(trial) => as_then(store, &meeting, &trial).await?,
            None => Err(not_kept(&meeting.packet)),
        };
        all.push(Replayed {
            meeting: record.key,
            cut: Some(meeting.packet.cut),
            entry: meeting.packet.known.map_or(0, |known| known.entry),
            digest: meeting.digest,
            found,
        });
    }
    Ok(all)
}

/// A packet made again of the entries it knew.
pub(crate) async fn as_then(
    store: &Store,
    meeting: &Meeting,
    trial: &Arc<Trial>,
) -> Result<Result<Vec<Words>, Words>, StoreError> {
    let last = meeting.packet.known.map_or(0, |known| known.entry);
    let then = store.fold(i64::try_from(last).unwrap_or(i64::MAX)).await?;
    let then: Vec<Record> = then.records.into_values().collect();
    let (packet, digest, trial) = (meeting.packet.clone(), meeting.digest.clone(), Arc::clone(trial));
    let made = tokio::task::spawn_blocking(move || made_again(&packet, &digest, &trial, then));
    let lost = || Err(both!("the packet could not be made again", "决策包无法重新生成"));
    Ok(made.await.unwrap_or_else(|_| lost()))
}

/// The protocol a packet was frozen with: the one that runs, or a registered version; `None`: neither has its SHA-256.
pub(crate) fn protocol_of(
    packet: &Packet,
    (running, file): (&Trial, &[u8]),
    registered: &[Record],
) -> Option<Arc<Trial>> {
    let Some(digest) = &packet.protocol_digest else {
        return Some(Arc::new(running.clone()));
    };
    if *digest == sha256_hex(file) {
        return Some(Arc::new(running.clone()));
    }
    let kept = versions(registered.iter());
    let text = kept.iter().find(|one| one.digest == digest)?.text;
    parse_protocol("protocol.toml", text).ok().map(Arc::new)
}

pub(crate) fn not_kept(packet: &Packet) -> Words {
    both!(
        "the protocol it was made with (version {version}) is neither the one that runs nor registered in the record",
        "生成时所用的方案（版本{version}）既非现行方案，亦未在记录中登记",
        version = packet.protocol_version
    )
}
