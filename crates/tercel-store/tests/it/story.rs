//! One record from entry to lock, and what is refused on the way.

use std::collections::BTreeSet;

use serde_json::json;
use tercel_store::{
    Change, Clock, EntryFilter, Grant, HeadKey, Kind, NewRecord, Record, RecordFilter, Refusal, SignIn, Store,
    StoreError, verify,
};

use crate::databases::{Database, on_both};
use crate::texts::{author, fever, refusal, values};

on_both!(
    a_record_is_entered_corrected_verified_signed_and_locked,
    a_refused_change_takes_the_whole_sitting_with_it,
    changes_without_end_are_kept_all_or_none,
    accounts_sign_in_wait_after_failures_and_end_with_their_sessions,
    a_password_set_by_somebody_else_lets_nobody_in_after_three_days,
    a_backup_lays_the_same_record_elsewhere,
);

async fn a_record_is_entered_corrected_verified_signed_and_locked(database: &Database) {
    let store = database.create(Clock::System).await;
    let (nurse, monitor) = (author("nurse", "coordinator"), author("monitor", "monitor"));
    let made = store
        .append(&nurse, Some("1.0"), &[Change::Create(fever("2"))])
        .await
        .unwrap();
    assert_eq!(made[0].record.as_deref(), Some("AE/S-01-001/1"));
    let key = "AE/S-01-001/1".to_owned();

    let own = Change::Verify {
        record: key.clone(),
        seen: 1,
    };
    assert!(matches!(
        refusal(store.append(&nurse, None, std::slice::from_ref(&own)).await),
        Refusal::OwnWork { .. }
    ));
    store.append(&monitor, None, &[own]).await.unwrap();
    assert!(store.record(&key).await.unwrap().unwrap().is_verified());

    let correct = |seen, reason: &str| Change::Correct {
        record: key.clone(),
        seen,
        values: values(&[("aeterm", "Fever"), ("aetoxgr", "3")]),
        happened: Some("2026-03-02".to_owned()),
        reason: reason.to_owned(),
    };
    assert_eq!(
        refusal(store.append(&nurse, None, &[correct(1, " ")]).await),
        Refusal::NoReason
    );
    store
        .append(&nurse, None, &[correct(1, "thermometer read again")])
        .await
        .unwrap();
    assert!(matches!(
        refusal(store.append(&nurse, None, &[correct(1, "again")]).await),
        Refusal::Stale { current: 2, .. }
    ));
    let record = store.record(&key).await.unwrap().unwrap();
    assert_eq!(
        (record.version, record.value("aetoxgr"), record.is_verified()),
        (2, Some("3"), false)
    );
    query_sign_and_lock(&store, &record).await;
}

async fn query_sign_and_lock(store: &Store, record: &Record) {
    let (nurse, monitor) = (author("nurse", "coordinator"), author("monitor", "monitor"));
    let key = record.key.clone();
    let asked = store
        .append(
            &monitor,
            None,
            &[Change::Query {
                record: key.clone(),
                field: Some("aetoxgr".to_owned()),
                text: "where is the source?".to_owned(),
            }],
        )
        .await
        .unwrap();
    let query = asked[0].seq;
    let rest = [
        Change::Answer {
            record: key.clone(),
            query,
            text: "chart, page 3".to_owned(),
        },
        Change::Close {
            record: key.clone(),
            query,
        },
        Change::Sign {
            record: key.clone(),
            seen: 2,
            content: record.content.clone(),
            name: "Dr Wu".to_owned(),
            meaning: "I reviewed this event".to_owned(),
        },
        Change::Lock {
            record: key.clone(),
            seen: 2,
        },
    ];
    store.append(&author("wu", "investigator"), None, &rest).await.unwrap();
    let late = Change::Void {
        record: key.clone(),
        seen: 2,
        reason: "late".to_owned(),
    };
    assert!(matches!(
        refusal(store.append(&nurse, None, &[late]).await),
        Refusal::Locked(_)
    ));
    let record = store.record(&key).await.unwrap().unwrap();
    assert_eq!(record.signatures_in_force().count(), 1);
    assert_eq!(record.open_queries().count(), 0);

    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    assert_eq!(found.entries, store.head().await.unwrap().0);
    let folded = store.fold(i64::MAX).await.unwrap();
    assert_eq!(folded.records[&key], record);
    assert_eq!(store.fold(2).await.unwrap().records[&key].value("aetoxgr"), Some("2"));
}

async fn a_refused_change_takes_the_whole_sitting_with_it(database: &Database) {
    let store = database.create(Clock::System).await;
    let changes = [
        Change::Create(fever("1")),
        Change::Create(fever("2")),
        Change::Lock {
            record: "AE/S-01-001/2".to_owned(),
            seen: 9,
        },
    ];
    assert!(
        store
            .append(&author("nurse", "coordinator"), None, &changes)
            .await
            .is_err()
    );
    assert_eq!(store.head().await.unwrap().0, 1);
    let made = store
        .append(&author("nurse", "coordinator"), None, &changes[..2])
        .await
        .unwrap();
    assert_eq!(made[1].record.as_deref(), Some("AE/S-01-001/2"));
}

async fn changes_without_end_are_kept_all_or_none(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    let many = || (0..25).map(|_| Change::Create(fever("1")));
    let numbered = |number| {
        let number = Some(number);
        std::iter::once(Change::Create(NewRecord { number, ..fever("2") }))
    };
    // Number 3 is long written when it is asked for again.
    let again = store.append_all(&nurse, None, many().chain(numbered(3))).await;
    assert!(matches!(again, Err(StoreError::Refused(Refusal::Exists(key))) if key == "AE/S-01-001/3"));
    assert_eq!(store.head().await.unwrap().0, 1);
    assert!(store.records(&RecordFilter::default()).await.unwrap().is_empty());

    let changes = numbered(30).chain(many()).chain(numbered(12));
    store.append_all(&nurse, Some("1.0"), changes).await.unwrap();
    let numbers: Vec<u32> = store
        .records(&RecordFilter::default())
        .await
        .unwrap()
        .iter()
        .map(Record::number)
        .collect();
    assert_eq!(numbers, std::iter::once(12).chain(30..=55).collect::<Vec<u32>>());
    assert_eq!(store.head().await.unwrap().0, 28);
    assert!(store.verify(None).await.unwrap().is_ok());
}

async fn accounts_sign_in_wait_after_failures_and_end_with_their_sessions(database: &Database) {
    let clock = Clock::starting_at("2026-03-01T08:00:00Z".parse().unwrap());
    let store = database.create(clock.clone()).await;
    let system = author("tercel", "system");
    let grants = BTreeSet::from([Grant::parse("coordinator@01").unwrap()]);
    let password = "vier gelbe Drachen";
    store
        .add_account(&system, "nurse", "A. Nurse", &grants, password)
        .await
        .unwrap();
    assert!(matches!(
        store.sign_in("nurse", password).await.unwrap(),
        SignIn::Passed { must_change: true, .. }
    ));
    assert_eq!(store.sign_in("nobody", password).await.unwrap(), SignIn::Refused);
    let (token, session) = store.begin_session("nurse", None, None).await.unwrap();
    assert_eq!(store.session(&token).await.unwrap(), Some(session));
    for _ in 0..5 {
        assert_eq!(store.sign_in("nurse", "wrong").await.unwrap(), SignIn::Refused);
    }
    assert!(matches!(
        store.sign_in("nurse", password).await.unwrap(),
        SignIn::Waiting { .. }
    ));
    assert!(clock.move_to("2026-03-01T08:20:00Z".parse().unwrap()));
    assert!(matches!(
        store.sign_in("nurse", password).await.unwrap(),
        SignIn::Passed { .. }
    ));
    assert!(store.session(&token).await.unwrap().is_some());
    assert!(clock.move_to("2026-03-01T09:20:00Z".parse().unwrap()));
    assert_eq!(store.session(&token).await.unwrap(), None, "idle for an hour");
    let (token, _) = store.begin_session("nurse", None, None).await.unwrap();
    let mut account = store.account("nurse").await.unwrap().unwrap();
    account.disabled = true;
    store.change_account(&system, &account, "left the site").await.unwrap();
    assert_eq!(store.session(&token).await.unwrap(), None);
    assert_eq!(store.sign_in("nurse", password).await.unwrap(), SignIn::Refused);
    let refused = store.entries(&EntryFilter::default(), 100).await.unwrap();
    assert_eq!(refused.iter().filter(|entry| entry.kind == Kind::Access).count(), 7);
    assert!(!refused.iter().any(|entry| entry.payload.contains("nobody")));
    assert!(store.verify(None).await.unwrap().is_ok());
}

async fn a_password_set_by_somebody_else_lets_nobody_in_after_three_days(database: &Database) {
    let clock = Clock::starting_at("2026-03-01T08:00:00Z".parse().unwrap());
    let store = database.create(clock.clone()).await;
    let (admin, own) = (author("admin", "administrator"), author("nurse", "coordinator"));
    let grants = BTreeSet::from([Grant::parse("coordinator@01").unwrap()]);
    let first = "vier gelbe Drachen";
    store
        .add_account(&admin, "nurse", "A. Nurse", &grants, first)
        .await
        .unwrap();
    assert!(clock.move_to("2026-03-04T07:59:00Z".parse().unwrap()));
    let passed = store.sign_in("nurse", first).await.unwrap();
    assert!(matches!(passed, SignIn::Passed { must_change: true, .. }));
    assert!(clock.move_to("2026-03-04T08:01:00Z".parse().unwrap()));
    assert_eq!(store.sign_in("nurse", first).await.unwrap(), SignIn::Refused);
    // Set again, it counts anew; chosen by its owner, it lasts.
    let account = store.account("nurse").await.unwrap().unwrap();
    store.set_password(&admin, &account, "sieben blaue Esel").await.unwrap();
    let passed = store.sign_in("nurse", "sieben blaue Esel").await.unwrap();
    assert!(matches!(passed, SignIn::Passed { must_change: true, .. }));
    let account = store.account("nurse").await.unwrap().unwrap();
    store.set_password(&own, &account, "neun lila Kraniche").await.unwrap();
    assert!(clock.move_to("2027-03-04T08:00:00Z".parse().unwrap()));
    let passed = store.sign_in("nurse", "neun lila Kraniche").await.unwrap();
    assert!(matches!(passed, SignIn::Passed { must_change: false, .. }));
}

async fn a_backup_lays_the_same_record_elsewhere(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    store.append(&nurse, None, &[Change::Create(fever("2"))]).await.unwrap();
    let event = json!({"event": "sign-out"});
    store.append(&nurse, None, &[Change::Access { event }]).await.unwrap();
    let key = HeadKey::open(&HeadKey::path(database.folder.path())).unwrap();
    let mut bytes = Vec::new();
    let head = store.backup(&nurse, &key, &mut bytes).await.unwrap();
    // The opening, the two above, and the backup.
    assert_eq!(head.entries, 4);
    let other = database.another().await;
    let (restored, found) = Store::restore(&other.address, Clock::System, &mut bytes.as_slice())
        .await
        .unwrap();
    assert_eq!(found, head);
    assert_eq!(
        restored.fold(i64::MAX).await.unwrap(),
        store.fold(i64::MAX).await.unwrap()
    );
    assert!(verify(&other.address, Some(&head)).await.unwrap().is_ok());
    let third = database.another().await;
    for broken in [&bytes[..bytes.len() / 2], &bytes[..10], b""] {
        let mut broken = broken;
        assert!(
            Store::restore(&third.address, Clock::System, &mut broken)
                .await
                .is_err()
        );
        assert!(matches!(
            Store::open(&third.address, Clock::System).await,
            Err(StoreError::Missing(_))
        ));
        assert!(!third.path().exists());
    }
    assert!(matches!(
        Store::restore(&other.address, Clock::System, &mut bytes.as_slice()).await,
        Err(StoreError::Occupied(_))
    ));
}
