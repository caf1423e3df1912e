//! Forgeries that fit together but for one thing: each check of `verify` and of a restore is needed.

use sha2::{Digest, Sha256};
use tercel_store::{Clock, Entry, Kind, Store, hex, verify};

use crate::databases::{Database, on_both};
use crate::forgery::Forger;
use crate::tampering::{Scene, scene};
use crate::texts::Dice;

/// What is forged, in which kind of entry, how.
type Case = (&'static str, Kind, fn(&mut Entry));

on_both!(
    a_chain_that_fits_together_and_breaks_a_rule_is_seen,
    an_entry_that_does_not_follow_is_seen,
    a_gap_in_the_numbers_is_seen,
    an_altered_backup_is_not_restored,
);

/// Lays the record, forges it and says whether the forgery is seen without a signed head.
async fn is_seen(database: &Database, scene: &Scene, entries: Vec<Entry>, chained: bool) -> bool {
    database.clear().await;
    Store::restore(&database.address, Clock::System, &mut scene.whole.as_slice())
        .await
        .unwrap();
    let mut dice = Dice(1);
    let forger = Forger {
        database,
        scene,
        dice: &mut dice,
    };
    if chained {
        forger.forge(entries).await;
    } else {
        forger.put(&entries).await;
    }
    !verify(&database.address, None).await.unwrap().is_ok()
}

async fn a_chain_that_fits_together_and_breaks_a_rule_is_seen(database: &Database) {
    let scene = scene().await;
    let at = |kind: Kind| scene.entries.iter().position(|entry| entry.kind == kind).unwrap();
    assert!(!is_seen(database, &scene, scene.entries.clone(), true).await);
    let cases: [Case; 4] = [
        ("who entered it verifies it", Kind::Verify, |entry| {
            "nurse".clone_into(&mut entry.author);
        }),
        ("a version is left out", Kind::Correct, |entry| entry.version = Some(9)),
        ("one person unlocks", Kind::Unlock, |entry| {
            "monitor".clone_into(&mut entry.author);
        }),
        ("a query that nobody asked is closed", Kind::Close, |entry| {
            "{\"query\":1}".clone_into(&mut entry.payload);
        }),
    ];
    for (what, kind, change) in cases {
        let mut entries = scene.entries.clone();
        change(&mut entries[at(kind)]);
        assert!(is_seen(database, &scene, entries, true).await, "{what}");
    }
}

/// Every hash fits its entry; one entry names another as the one before.
async fn an_entry_that_does_not_follow_is_seen(database: &Database) {
    let scene = scene().await;
    let mut entries = scene.entries.clone();
    let at = entries.len() - 4;
    "0".repeat(64).clone_into(&mut entries[at].prior);
    rehash(&mut entries[at..]);
    assert!(is_seen(database, &scene, entries, false).await);
}

/// Every entry follows the one before and fits its hash; a number is left out.
async fn a_gap_in_the_numbers_is_seen(database: &Database) {
    let scene = scene().await;
    let mut entries = scene.entries.clone();
    let at = entries.len() - 2;
    for entry in &mut entries[at..] {
        entry.seq += 1;
    }
    rehash(&mut entries[at..]);
    assert!(is_seen(database, &scene, entries, false).await);
}

/// Hashes as they follow from the first of these entries.
fn rehash(entries: &mut [Entry]) {
    let mut prior = entries[0].prior.clone();
    for entry in entries {
        entry.prior.clone_from(&prior);
        entry.hash = entry.derive_hash();
        prior.clone_from(&entry.hash);
    }
}

/// A backup with the hash of its lines at the end.
fn sealed(lines: &[String]) -> Vec<u8> {
    let body: String = lines.concat();
    let end = format!("{{\"sha256\":\"{}\"}}\n", hex(&Sha256::digest(body.as_bytes())));
    [body.into_bytes(), end.into_bytes()].concat()
}

async fn an_altered_backup_is_not_restored(database: &Database) {
    let scene = scene().await;
    let text = String::from_utf8(scene.whole.clone()).unwrap();
    let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let (end, lines) = lines.split_last().unwrap();
    let restores = async |bytes: Vec<u8>| {
        database.clear().await;
        Store::restore(&database.address, Clock::System, &mut bytes.as_slice())
            .await
            .is_ok()
    };
    assert!(restores(sealed(lines)).await);
    let mut entry = lines.to_vec();
    let changed = entry.iter_mut().find(|line| line.contains("Fever")).unwrap();
    *changed = changed.replace("Fever", "Cough");
    assert!(!restores(sealed(&entry)).await, "an entry was altered");
    let mut password = lines.to_vec();
    let changed = password
        .iter_mut()
        .find(|line| line.contains("\"must_change\""))
        .unwrap();
    *changed = changed.replace("$m=19456", "$m=00064");
    password.push(end.clone());
    assert!(
        !restores(password.concat().into_bytes()).await,
        "a password was altered"
    );
    let mut head = lines.to_vec();
    head[0] = head[0].replacen("\"study\":\"S\"", "\"study\":\"T\"", 1);
    assert!(!restores(sealed(&head)).await, "the signed head was altered");
    assert!(
        !restores(sealed(&lines[..lines.len() - 4])).await,
        "entries were left out"
    );
}

#[tokio::test]
async fn every_part_of_an_entry_is_in_its_hash() {
    let scene = scene().await;
    let entry = scene.entries.iter().find(|entry| entry.kind == Kind::Correct).unwrap();
    let changes: [fn(&mut Entry); 15] = [
        |entry| entry.seq += 1,
        |entry| entry.kind = Kind::Create,
        |entry| entry.record = None,
        |entry| entry.version = None,
        |entry| entry.form = None,
        |entry| entry.subject = None,
        |entry| entry.site = None,
        |entry| entry.author.push('x'),
        |entry| entry.role.push('x'),
        |entry| entry.entered_at.push('x'),
        |entry| entry.happened = None,
        |entry| entry.reason = None,
        |entry| entry.protocol = None,
        |entry| entry.payload.push(' '),
        |entry| entry.prior.push('0'),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut other = entry.clone();
        change(&mut other);
        assert_ne!(&other, entry, "change {number}");
        assert_ne!(other.derive_hash(), entry.hash, "change {number}");
    }
}
