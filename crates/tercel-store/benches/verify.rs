//! What verification costs beside plain SHA-256 over the same bytes, and what an entry costs.
//!
//! `cargo bench -p tercel-store` measures 100,000 entries on SQLite and, where `TERCEL_TEST_POSTGRES` names a server, in a
//! database of its own there. With `--test` 2,000 entries are enough.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::time::Instant;

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tercel_store::{Address, Author, Change, Clock, NewRecord, Opening, Store, Values, sha256, verify};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let entries = if std::env::args().any(|argument| argument == "--test") {
        2_000
    } else {
        100_000
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        measure("SQLite", &Address::in_folder(folder.path()), entries).await;
        if let Ok(url) = std::env::var("TERCEL_TEST_POSTGRES") {
            let name = format!("tercel_bench_{}", std::process::id());
            execute(&url, format!("CREATE DATABASE {name}")).await;
            let (place, options) = url.split_once('?').unwrap_or((&url, ""));
            let (server, _) = place.rsplit_once('/').unwrap();
            measure(
                "PostgreSQL",
                &Address::new(&format!("{server}/{name}?{options}")),
                entries,
            )
            .await;
            execute(&url, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    });
}

async fn execute(url: &str, sql: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
}

fn author(account: &str) -> Author {
    Author {
        account: account.to_owned(),
        role: "coordinator".to_owned(),
    }
}

/// An adverse event as a form gives it.
fn event(number: usize, grade: &str) -> Values {
    let values = [
        ("aeterm", format!("Febrile neutropenia, episode {number}")),
        ("aestdtc", "2026-03-02".to_owned()),
        ("aeendtc", String::new()),
        ("aetoxgr", grade.to_owned()),
        ("aeser", "N".to_owned()),
        ("aerel", "related to lymphodepletion".to_owned()),
        ("aeout", "recovering".to_owned()),
    ];
    values
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
}

/// Of ten entries five enter, three correct, one verifies and one is a sign-in.
fn sitting(from: usize) -> Vec<Change> {
    let subject = format!("S-{:02}-{:03}", from % 5, from % 200);
    let create = |number: usize| {
        Change::Create(NewRecord {
            series: format!("AE/{from}"),
            number: None,
            form: "adverse-event".to_owned(),
            subject: Some(subject.clone()),
            site: Some("01".to_owned()),
            happened: Some("2026-03-02".to_owned()),
            values: event(number, "1"),
        })
    };
    let correct = |number: usize| Change::Correct {
        record: format!("AE/{from}/{number}"),
        seen: 1,
        values: event(number, "2"),
        happened: Some("2026-03-02".to_owned()),
        reason: "graded again from the chart".to_owned(),
    };
    let mut changes: Vec<Change> = (1..=5).map(create).collect();
    changes.extend((1..=3).map(correct));
    changes.push(Change::Query {
        record: format!("AE/{from}/4"),
        field: Some("aetoxgr".to_owned()),
        text: "Where is the source of the grade?".to_owned(),
    });
    changes.push(Change::Access {
        event: json!({"event": "sign-out"}),
    });
    changes
}

async fn measure(name: &str, address: &Address, entries: usize) {
    let opening = Opening {
        study: "S".to_owned(),
        training: false,
    };
    let store = Store::create(address, &opening, Clock::System).await.unwrap();
    let begun = Instant::now();
    let mut changes = Vec::new();
    for number in 0..entries / 10 {
        changes.extend(sitting(number));
        if changes.len() == 1_000 {
            store.append(&author("nurse"), Some("1.0"), &changes).await.unwrap();
            changes.clear();
        }
    }
    let together = begun.elapsed().as_secs_f64() / entries as f64 * 1e6;
    let begun = Instant::now();
    for number in 0..200 {
        let changes = [Change::Create(NewRecord {
            series: "AE/one".to_owned(),
            number: None,
            form: "adverse-event".to_owned(),
            subject: None,
            site: None,
            happened: None,
            values: event(number, "1"),
        })];
        store.append(&author("nurse"), Some("1.0"), &changes).await.unwrap();
    }
    let alone = begun.elapsed().as_secs_f64() / 200.0 * 1e6;
    println!(
        "{name}: an entry alone, on the disk when acknowledged: {alone:.0} us; a thousand in one sitting: {together:.0} us each"
    );

    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let begun = Instant::now();
        let found = verify(address, None).await.unwrap();
        best = best.min(begun.elapsed().as_secs_f64());
        assert!(found.is_ok(), "{found:?}");
    }
    let all = store.entries_after(0, i64::MAX, i64::MAX).await.unwrap();
    let texts: Vec<String> = all.iter().map(|entry| format!("{entry:?}")).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let begun = Instant::now();
    let mut letters = 0;
    for text in &texts {
        letters += sha256(text.as_bytes()).len();
    }
    let plain = begun.elapsed().as_secs_f64();
    assert_eq!(letters, all.len() * 64);
    println!(
        "{name}: {} entries ({:.0} MB) verified in {best:.2} s; plain SHA-256 over them {plain:.3} s: ratio {:.1}",
        all.len(),
        bytes as f64 / 1e6,
        best / plain
    );
}
