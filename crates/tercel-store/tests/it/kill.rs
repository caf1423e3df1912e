//! The program is killed at any moment: what was acknowledged is there, nothing is there by halves.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tercel_store::{Address, Change, Clock, Head, HeadKey, Store, StoreError, verify};

use crate::databases::{Database, on_both, times};
use crate::texts::{Dice, author, fever};

on_both!(
    what_was_acknowledged_outlives_a_kill,
    a_kill_during_a_backup_leaves_record_and_older_backup,
    a_kill_during_a_restore_leaves_all_or_nothing,
);

/// This test binary, run again as a program that works on a store and says what was acknowledged.
pub(crate) struct Child {
    process: std::process::Child,
}

impl Child {
    pub(crate) fn start(database: &Database, work: &str, argument: &str) -> Self {
        let process = Command::new(std::env::current_exe().unwrap())
            .args([
                "kill::the_program_that_is_killed",
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("TERCEL_TEST_CHILD", work)
            .env("TERCEL_TEST_ADDRESS", database.url())
            .env("TERCEL_TEST_ARGUMENT", argument)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process }
    }

    fn kill_after(mut self, wait: Duration) -> Vec<String> {
        std::thread::sleep(wait);
        // SIGKILL: nothing in the program runs after it.
        self.process.kill().unwrap();
        self.said()
    }

    pub(crate) fn wait(mut self) -> Vec<String> {
        let said = self.said();
        assert!(self.process.wait().unwrap().success());
        said
    }

    /// What was said until it ended.
    fn said(&mut self) -> Vec<String> {
        let lines = BufReader::new(self.process.stdout.take().unwrap()).lines();
        let said = lines
            .map_while(Result::ok)
            .filter_map(|line| line.split_once("ack ").map(|(_, said)| said.to_owned()))
            .collect();
        let _ = self.process.wait();
        said
    }
}

/// Does nothing in a run of the tests.
#[test]
fn the_program_that_is_killed() {
    let Ok(work) = std::env::var("TERCEL_TEST_CHILD") else {
        return;
    };
    let address = Address::new(&std::env::var("TERCEL_TEST_ADDRESS").unwrap());
    let argument = std::env::var("TERCEL_TEST_ARGUMENT").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match work.as_str() {
            "write" => write_sittings(&address, argument.parse().unwrap()).await,
            "backup" => back_up(&address, &argument).await,
            "restore" => restore(&address, &argument).await,
            _ => unreachable!("no such work: {work}"),
        }
    });
}

/// Sittings of three entries, each acknowledged with its last entry.
async fn write_sittings(address: &Address, count: usize) {
    let store = Store::open(address, Clock::System).await.unwrap();
    let by = author("nurse", "coordinator");
    for number in 0..count {
        let mark = json!({"sitting": format!("{}-{number}", std::process::id())});
        let changes = [
            Change::Access { event: mark.clone() },
            Change::Create(fever("1")),
            Change::Access { event: mark },
        ];
        let entries = store.append(&by, None, &changes).await.unwrap();
        println!("ack {} {}", entries[2].seq, entries[2].hash);
        std::io::stdout().flush().unwrap();
    }
}

async fn back_up(address: &Address, folder: &str) {
    let store = Store::open(address, Clock::System).await.unwrap();
    let folder = std::path::Path::new(folder);
    let key = HeadKey::open(&HeadKey::path(folder)).unwrap();
    loop {
        let mut out = BufWriter::new(std::fs::File::create(folder.join("new")).unwrap());
        store.backup(&author("op", "system"), &key, &mut out).await.unwrap();
        out.into_inner().unwrap().sync_all().unwrap();
        std::fs::rename(folder.join("new"), folder.join("backup")).unwrap();
    }
}

async fn restore(address: &Address, backup: &str) {
    let mut input = BufReader::new(std::fs::File::open(backup).unwrap());
    let (_, head) = Store::restore(address, Clock::System, &mut input).await.unwrap();
    println!("ack {} {}", head.entries, head.hash);
}

async fn what_was_acknowledged_outlives_a_kill(database: &Database) {
    let (kills, in_a_round) = (times(50, 2_000), times(25, 100));
    let mut dice = Dice(7);
    let mut sittings = 0;
    for round in 0..kills / in_a_round {
        // In every other round the server crashes too: one that no other test is on.
        let server_crashes = database.is_postgres() && round % 2 == 1;
        let fresh = if server_crashes {
            Database::on_own_server().await.unwrap()
        } else {
            database.another().await
        };
        fresh.create(Clock::System).await;
        let mut acknowledged = Vec::new();
        for kill in 0..in_a_round {
            let child = Child::start(&fresh, "write", "100000");
            let wait = Duration::from_millis(20 + u64::try_from(dice.below(100)).unwrap());
            if server_crashes && kill % 10 == 9 {
                std::thread::sleep(wait);
                fresh.crash_server();
                acknowledged.extend(child.kill_after(Duration::ZERO));
            } else {
                acknowledged.extend(child.kill_after(wait));
            }
            all_is_there(&fresh, &acknowledged).await;
        }
        sittings += acknowledged.len();
    }
    assert!(
        sittings > kills,
        "{sittings} sittings in {kills} kills: hardly anything was written"
    );
    println!("{kills} kills, {sittings} acknowledged sittings of three entries, none lost");
}

async fn all_is_there(database: &Database, acknowledged: &[String]) {
    let store = database.open().await;
    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    let entries = store.entries_after(0, i64::MAX, i64::MAX).await.unwrap();
    for line in acknowledged {
        let (seq, hash) = line.split_once(' ').unwrap();
        let seq: usize = seq.parse().unwrap();
        let entry = entries.get(seq - 1).unwrap_or_else(|| panic!("entry {seq} was lost"));
        assert_eq!(entry.hash, hash);
    }
    let mut marks: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.payload.contains("sitting")) {
        *marks.entry(&entry.payload).or_default() += 1;
    }
    assert!(marks.values().all(|count| *count == 2), "half a sitting: {marks:?}");
    assert_eq!(entries.len(), 1 + marks.len() * 3);
}

/// A store with something in it.
async fn filled(database: &Database, sittings: usize) {
    drop(database.create(Clock::System).await);
    assert_eq!(
        Child::start(database, "write", &sittings.to_string()).wait().len(),
        sittings
    );
}

async fn a_kill_during_a_backup_leaves_record_and_older_backup(database: &Database) {
    filled(database, 60).await;
    let folder = database.folder.path();
    let mut dice = Dice(11);
    let mut backups = 0;
    let other = database.another().await;
    for _ in 0..times(12, 200) {
        let child = Child::start(database, "backup", &folder.display().to_string());
        child.kill_after(Duration::from_millis(20 + u64::try_from(dice.below(120)).unwrap()));
        assert!(verify(&database.address, None).await.unwrap().is_ok());
        let Ok(bytes) = std::fs::read(folder.join("backup")) else {
            continue;
        };
        backups += 1;
        other.clear().await;
        let (_, head) = Store::restore(&other.address, Clock::System, &mut bytes.as_slice())
            .await
            .unwrap();
        assert!(verify(&other.address, Some(&head)).await.unwrap().is_ok());
        if let Ok(half) = std::fs::read(folder.join("new")) {
            other.clear().await;
            let answer = Store::restore(&other.address, Clock::System, &mut half.as_slice()).await;
            assert!(matches!(answer, Ok(_) | Err(StoreError::Backup(_))), "{answer:?}");
        }
    }
    assert!(backups > 0);
}

async fn a_kill_during_a_restore_leaves_all_or_nothing(database: &Database) {
    filled(database, 300).await;
    let key = HeadKey::open(&HeadKey::path(database.folder.path())).unwrap();
    let mut bytes = Vec::new();
    let head: Head = database
        .open()
        .await
        .backup(&author("op", "system"), &key, &mut bytes)
        .await
        .unwrap();
    let backup = database.folder.path().join("backup");
    std::fs::write(&backup, &bytes).unwrap();
    let mut dice = Dice(13);
    let (mut whole, mut absent) = (0, 0);
    let other = database.another().await;
    for _ in 0..times(12, 200) {
        other.clear().await;
        let child = Child::start(&other, "restore", &backup.display().to_string());
        let said = child.kill_after(Duration::from_millis(10 + u64::try_from(dice.below(400)).unwrap()));
        match Store::open(&other.address, Clock::System).await {
            Ok(store) => {
                let found = store.verify(Some(&head)).await.unwrap();
                assert!(found.is_ok(), "{found:?}");
                whole += 1;
            }
            Err(StoreError::Missing(_)) => {
                assert!(said.is_empty());
                absent += 1;
                Store::restore(&other.address, Clock::System, &mut bytes.as_slice())
                    .await
                    .unwrap();
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    println!("restores killed: {whole} whole, {absent} absent");
}
