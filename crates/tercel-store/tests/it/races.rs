//! Many at once: nobody overwrites anybody, and the chain stays one.

use tercel_store::{Change, Clock, EntryFilter, Kind, Refusal, Store, StoreError};

use crate::databases::{Database, on_both, times};
use crate::kill::Child;
use crate::texts::{author, fever, values};

on_both!(
    of_those_who_correct_one_version_one_wins,
    fifty_writers_make_one_chain,
    programs_write_at_once,
    one_of_many_who_start_a_record_starts_it,
);

async fn of_those_who_correct_one_version_one_wins(database: &Database) {
    let first = database.create(Clock::System).await;
    let second = database.open().await;
    let nurse = author("nurse", "coordinator");
    first.append(&nurse, None, &[Change::Create(fever("1"))]).await.unwrap();
    let races = times(200, 10_000);
    for race in 0..races {
        let seen = i64::try_from(race).unwrap() + 1;
        let runs = [0, 1, 2, 3].map(|who| {
            let store = if who % 2 == 0 { &first } else { &second };
            let change = Change::Correct {
                record: "AE/S-01-001/1".to_owned(),
                seen,
                values: values(&[("aeterm", &format!("{race} by {who}"))]),
                happened: None,
                reason: "race".to_owned(),
            };
            async move {
                store
                    .append(&author(&format!("nurse{who}"), "coordinator"), None, &[change])
                    .await
            }
        });
        let [a, b, c, d] = runs;
        let (a, b, c, d) = tokio::join!(a, b, c, d);
        let answers = [a, b, c, d];
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(won, 1, "race {race}: {answers:?}");
        for answer in &answers {
            if let Err(error) = answer {
                assert!(
                    matches!(error, StoreError::Refused(Refusal::Stale { current, .. }) if *current == seen + 1),
                    "race {race}: {error:?}"
                );
            }
        }
    }
    let found = first.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    assert_eq!(found.entries, 2 + i64::try_from(races).unwrap());
}

async fn fifty_writers_make_one_chain(database: &Database) {
    database.create(Clock::System).await;
    let mut stores = Vec::new();
    for _ in 0..5 {
        stores.push(std::sync::Arc::new(database.open().await));
    }
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..50 {
        let store = stores[writer % 5].clone();
        tasks.spawn(async move {
            let by = author(&format!("nurse{writer}"), "coordinator");
            for _ in 0..4 {
                store.append(&by, None, &[Change::Create(fever("1"))]).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let found = stores[0].verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    assert_eq!(found.entries, 201);
    let made = EntryFilter {
        kind: Some(Kind::Create),
        ..EntryFilter::default()
    };
    assert_eq!(stores[1].entries(&made, 1_000).await.unwrap().len(), 200);
    assert!(stores[2].record("AE/S-01-001/200").await.unwrap().is_some());
}

async fn programs_write_at_once(database: &Database) {
    let store = database.create(Clock::System).await;
    let children: Vec<Child> = (0..2).map(|_| Child::start(database, "write", "20")).collect();
    for _ in 0..20 {
        let by = author("parent", "coordinator");
        store.append(&by, None, &[Change::Create(fever("1"))]).await.unwrap();
    }
    let acknowledged: usize = children.into_iter().map(|child| child.wait().len()).sum();
    assert_eq!(acknowledged, 40);
    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    assert_eq!(found.entries, 1 + 20 + 40 * 3);
}

async fn one_of_many_who_start_a_record_starts_it(database: &Database) {
    let opening = tercel_store::Opening {
        study: "S".to_owned(),
        training: false,
    };
    let start = || Store::create(&database.address, &opening, Clock::System);
    let (a, b, c) = tokio::join!(start(), start(), start());
    let answers = [a, b, c];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    for answer in &answers {
        assert!(
            matches!(answer, Ok(_) | Err(StoreError::Occupied(_) | StoreError::Busy(_))),
            "{answer:?}"
        );
    }
    assert!(database.open().await.verify(None).await.unwrap().is_ok());
}
