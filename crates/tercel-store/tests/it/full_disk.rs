//! No space is left: a clear error, nothing lost, and it goes on when there is space again.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tercel_store::{Address, Change, Clock, Opening, Store, StoreError};

use crate::databases::Database;
use crate::texts::{Dice, author};

/// A filesystem of a few MiB, unmounted at the end.
struct Tiny(tempfile::TempDir);

impl Tiny {
    /// `None`, and a line about it, where one may not mount.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("tercel-tiny-").tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=777"), "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("\n*** NOT TESTED ON A FULL DISK: a small filesystem cannot be mounted here ***\n");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

async fn fill_and_go_on(store: &Store, ballast: &Path) {
    let by = author("nurse", "coordinator");
    // Text that PostgreSQL cannot compress.
    let mut dice = Dice(3);
    let mut change = |size: usize| Change::Access {
        event: json!({"text": (0..size / 20).map(|_| dice.throw().to_string()).collect::<Vec<String>>()}),
    };
    let mut acknowledged = 1;
    let mut size = 100_000;
    let error = loop {
        match store.append(&by, None, &[change(size), change(size)]).await {
            Ok(entries) => acknowledged = entries[1].seq,
            // Down to the last page.
            Err(_) if size > 100 => size /= 10,
            Err(error) => break error,
        }
        assert!(acknowledged < 100_000, "the disk does not fill up");
    };
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert!(error.to_string().contains("free some space"), "{error}");
    assert_eq!(store.head().await.unwrap().0, acknowledged);
    std::fs::remove_file(ballast).unwrap();
    for _ in 0..5 {
        store.append(&by, None, &[change(10_000), change(10)]).await.unwrap();
    }
    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    assert_eq!(found.entries, acknowledged + 10);
}

#[tokio::test]
async fn a_full_disk_under_sqlite_loses_nothing() {
    let Some(tiny) = Tiny::mount("2m") else {
        return;
    };
    let ballast = tiny.path().join("ballast");
    std::fs::write(&ballast, vec![0; 500_000]).unwrap();
    let opening = Opening {
        study: "S".to_owned(),
        training: false,
    };
    let address = Address::in_folder(tiny.path());
    let store = Store::create(&address, &opening, Clock::System).await.unwrap();
    fill_and_go_on(&store, &ballast).await;
    drop(store);
    assert!(
        Store::open(&address, Clock::System)
            .await
            .unwrap()
            .verify(None)
            .await
            .unwrap()
            .is_ok()
    );
}

#[tokio::test]
async fn a_full_disk_under_postgresql_loses_nothing() {
    let Some(database) = Database::postgres().await.filter(Database::is_local) else {
        return;
    };
    let Some(tiny) = Tiny::mount("24m") else {
        return;
    };
    let place = tiny.path().join("space");
    std::fs::create_dir(&place).unwrap();
    // The server's user owns the folder it keeps tables in.
    let given = Command::new("chown").arg("postgres").arg(&place).status().unwrap();
    if !given.success() {
        eprintln!("*** NOT TESTED ON A FULL DISK: no user postgres ***");
        return;
    }
    let name = format!("tiny_{}", std::process::id());
    database
        .execute(format!("CREATE TABLESPACE {name} LOCATION '{}'", place.display()))
        .await
        .unwrap();
    let ballast = tiny.path().join("ballast");
    std::fs::write(&ballast, vec![0; 8_000_000]).unwrap();
    let small = database.another_in(&name).await;
    let store = small.create(Clock::System).await;
    fill_and_go_on(&store, &ballast).await;
    drop(store);
    drop(small);
    database.execute(format!("DROP TABLESPACE {name}")).await.unwrap();
}
