//! What somebody changes who can write the database: `verify` sees it, with a signed head all of it, without one all but
//! what it says it cannot see.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tercel_store::{Change, Clock, Entry, Grant, Head, HeadKey, NewRecord, State, Store, verify};

use crate::databases::{Database, on_both, times};
use crate::forgery::Forger;
use crate::texts::{Dice, author, fever, values};

on_both!(every_tampering_is_seen);

/// A record, an older state of it, the head signed before anybody touched it, entries of another study.
pub(crate) struct Scene {
    pub(crate) whole: Vec<u8>,
    pub(crate) older: Vec<u8>,
    pub(crate) head: Head,
    pub(crate) entries: Vec<Entry>,
    pub(crate) strange: Vec<Entry>,
}

pub(crate) async fn scene() -> Scene {
    let place = Database::sqlite();
    let key = HeadKey::open(&HeadKey::path(place.folder.path())).unwrap();
    let store = place.create(Clock::System).await;
    let (nurse, monitor, wu) = (
        author("nurse", "coordinator"),
        author("monitor", "monitor"),
        author("wu", "investigator"),
    );
    for name in ["nurse", "monitor"] {
        let grants = BTreeSet::from([Grant::parse("coordinator@01").unwrap()]);
        let by = author("os:root", "operator");
        store
            .add_account(&by, name, "A. Nurse", &grants, "vier gelbe Drachen")
            .await
            .unwrap();
    }
    fill(&store, "Fever").await;
    let mut older = Vec::new();
    store.backup(&nurse, &key, &mut older).await.unwrap();
    let key_1 = "AE/S-01-001/1".to_owned();
    let record = store.record(&key_1).await.unwrap().unwrap();
    let asked = Change::Query {
        record: key_1.clone(),
        field: None,
        text: "source?".to_owned(),
    };
    let query = store.append(&monitor, None, &[asked]).await.unwrap()[0].seq;
    let steps = [
        Change::Answer {
            record: key_1.clone(),
            query,
            text: "chart".to_owned(),
        },
        Change::Close {
            record: key_1.clone(),
            query,
        },
        Change::Sign {
            record: key_1.clone(),
            seen: 2,
            content: record.content,
            name: "Dr Wu".to_owned(),
            meaning: "reviewed".to_owned(),
        },
        Change::Lock {
            record: key_1.clone(),
            seen: 2,
        },
        Change::Unlock {
            record: key_1.clone(),
            second: "monitor".to_owned(),
            reason: "late report".to_owned(),
        },
        Change::Decide {
            record: key_1,
            last: None,
            step: json!({"vote": "escalate"}),
            reason: None,
        },
    ];
    store.append(&wu, Some("1.0"), &steps).await.unwrap();
    fill(&store, "Rash").await;
    let mut whole = Vec::new();
    let head = store.backup(&nurse, &key, &mut whole).await.unwrap();
    Scene {
        whole,
        older,
        head,
        entries: store.entries_after(0, i64::MAX, 1_000).await.unwrap(),
        strange: another_study().await,
    }
}

async fn another_study() -> Vec<Entry> {
    let other = Database::sqlite();
    let opening = tercel_store::Opening {
        study: "T".to_owned(),
        training: false,
    };
    let strange = Store::create(&other.address, &opening, Clock::System).await.unwrap();
    for _ in 0..8 {
        fill(&strange, "Nausea").await;
    }
    strange.entries_after(0, i64::MAX, 1_000).await.unwrap()
}

/// Three events, one of them corrected and verified.
async fn fill(store: &Store, term: &str) {
    let nurse = author("nurse", "coordinator");
    let new = || NewRecord {
        values: values(&[("aeterm", term), ("aetoxgr", "1")]),
        ..fever("1")
    };
    let made = store
        .append(
            &nurse,
            Some("1.0"),
            &[Change::Create(new()), Change::Create(new()), Change::Create(new())],
        )
        .await
        .unwrap();
    let record = made[0].record.clone().unwrap();
    let correct = Change::Correct {
        record: record.clone(),
        seen: 1,
        values: values(&[("aeterm", term), ("aetoxgr", "2")]),
        happened: Some("2026-03".to_owned()),
        reason: "graded again".to_owned(),
    };
    store.append(&nurse, Some("1.0"), &[correct]).await.unwrap();
    let event = json!({"event": "sign-out"});
    store.append(&nurse, None, &[Change::Access { event }]).await.unwrap();
    store
        .append(
            &author("monitor", "monitor"),
            None,
            &[Change::Verify { record, seen: 2 }],
        )
        .await
        .unwrap();
}

/// Ways of tampering, and whether they show without a signed head.
const WAYS: [(&str, bool); 15] = [
    ("change a column", true),
    ("delete an entry", true),
    ("swap two entries", true),
    ("insert an entry", true),
    ("insert and move the rest on", true),
    ("take a guard away", true),
    ("replace a guard", true),
    ("splice in another study as it is", true),
    ("change the projection", true),
    ("exchange passwords", true),
    ("rename an account", true),
    ("compute the chain anew", false),
    ("cut the tail", false),
    ("roll back", false),
    ("splice in another study and compute anew", false),
];

async fn every_tampering_is_seen(database: &Database) {
    let scene = scene().await;
    let mut dice = Dice(1997);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for turn in 0..times(100, 1_000) {
        let (way, shows) = WAYS[turn % WAYS.len()];
        database.clear().await;
        let laid = if way == "roll back" { &scene.older } else { &scene.whole };
        Store::restore(&database.address, Clock::System, &mut laid.as_slice())
            .await
            .unwrap();
        let what = Forger {
            database,
            scene: &scene,
            dice: &mut dice,
        }
        .tamper(way)
        .await;
        let found = verify(&database.address, Some(&scene.head)).await.unwrap();
        assert!(!found.is_ok(), "{turn}: {way}: {what}: not seen");
        let alone = verify(&database.address, None).await.unwrap();
        assert_eq!(!alone.is_ok(), shows, "{turn}: {way}: {what}: {alone:?}");
        // A database that cannot even be read is said to be so, and nothing else.
        assert!(
            alone.entries == 0
                || alone.notes.iter().any(|note| note.contains(
                    "the last entries were cut off, the whole file replaced by an older one, or the chain computed anew"
                )),
            "{alone:?}"
        );
        *seen.entry(way).or_default() += 1;
    }
    println!("tamperings, all seen with a head: {seen:?}");
}

#[tokio::test]
async fn an_altered_head_is_seen() {
    let scene = scene().await;
    let place = Database::sqlite();
    Store::restore(&place.address, Clock::System, &mut scene.whole.as_slice())
        .await
        .unwrap();
    let found = verify(&place.address, Some(&scene.head)).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    let alter: [fn(&mut Head); 6] = [
        |head| head.entries -= 1,
        |head| head.study.push('x'),
        |head| head.at.replace_range(0..1, "3"),
        |head| head.hash = tercel_store::NO_PRIOR.to_owned(),
        |head| head.key = head.hash.clone(),
        |head| head.signature = head.signature.replace(['0', '1'], "2"),
    ];
    for (number, alter) in alter.iter().enumerate() {
        let mut head = scene.head.clone();
        alter(&mut head);
        assert!(!verify(&place.address, Some(&head)).await.unwrap().is_ok(), "{number}");
    }
}

#[tokio::test]
async fn a_flipped_bit_is_seen_or_changes_nothing() {
    let scene = scene().await;
    let place = Database::sqlite();
    let whole = Store::restore(&place.address, Clock::System, &mut scene.whole.as_slice())
        .await
        .unwrap();
    let expected = {
        let (entries, records) = (
            whole.0.entries_after(0, i64::MAX, 1_000).await.unwrap(),
            whole.0.records(&tercel_store::RecordFilter::default()).await.unwrap(),
        );
        (entries, records)
    };
    drop(whole);
    place.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let bytes = std::fs::read(place.path()).unwrap();
    let mut dice = Dice(404);
    let (mut seen, mut harmless) = (0, 0);
    for _ in 0..times(200, 2_000) {
        let (byte, bit) = (dice.below(bytes.len()), dice.below(8));
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << bit;
        place.clear().await;
        std::fs::write(place.path(), &flipped).unwrap();
        match verify(&place.address, Some(&scene.head)).await {
            Ok(found) if found.is_ok() => {
                let store = place.open().await;
                let entries = store.entries_after(0, i64::MAX, 1_000).await.unwrap();
                let records = store.records(&tercel_store::RecordFilter::default()).await.unwrap();
                assert_eq!((entries, records), expected, "bit {bit} of byte {byte}");
                harmless += 1;
            }
            Ok(_) | Err(_) => seen += 1,
        }
    }
    println!("{seen} flipped bits seen, {harmless} without effect");
    assert!(seen > 20);
}

/// Chains entries as one would who knows how, and keeps signatures on what they sign.
pub(crate) fn chain(entries: &mut [Entry]) {
    let mut prior = tercel_store::NO_PRIOR.to_owned();
    let mut state = State::default();
    for (number, entry) in (1..).zip(entries) {
        entry.seq = number;
        entry.prior.clone_from(&prior);
        let record = entry.record.as_ref().and_then(|key| state.records.get(key));
        if let (tercel_store::Kind::Sign, Some(record)) = (entry.kind, record) {
            let mut payload: Value = serde_json::from_str(&entry.payload).unwrap();
            payload["content"] = json!(record.content);
            entry.payload = payload.to_string();
        }
        entry.hash = entry.derive_hash();
        prior.clone_from(&entry.hash);
        state.take(entry);
    }
}

/// SQLite takes any text for a number and keeps it after all numbers.
#[tokio::test]
async fn a_number_that_is_none_does_not_keep_verify_going() {
    let scene = scene().await;
    for number in ["'x' || seq", "seq + 0.5", "CAST(seq AS BLOB)"] {
        for seq in [2, scene.head.entries] {
            let place = Database::sqlite();
            Store::restore(&place.address, Clock::System, &mut scene.whole.as_slice())
                .await
                .unwrap();
            place
                .execute(format!(
                    "DROP TRIGGER entry_no_update; UPDATE entry SET seq = {number} WHERE seq = {seq}"
                ))
                .await
                .unwrap();
            assert!(!verify(&place.address, None).await.unwrap().is_ok(), "{number}");
        }
    }
}
