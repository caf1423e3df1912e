//! What the store keeps, refuses and finds again, whatever the text, the clock or the address.

use std::sync::atomic::Ordering;

use serde_json::json;
use tercel_store::{Address, Change, Clock, EntryFilter, NewRecord, RecordFilter, Refusal, Store, StoreError, verify};

use crate::databases::{Database, on_both};
use crate::texts::{author, fever, refusal, values};

on_both!(
    texts_come_back_as_they_were_written,
    what_no_column_can_hold_is_refused,
    a_spoilt_projection_is_seen_and_laid_anew,
    a_clock_set_back_does_not_turn_the_order,
    a_record_of_another_study_is_refused,
    records_come_in_one_order,
    filters_narrow_and_take_any_text,
);

async fn texts_come_back_as_they_were_written(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("schwester-\u{fc}", "coordinator");
    let texts = [
        "👩🏽‍⚕️ 🫀",
        "\u{202e}מטופל\u{202c}",
        "مريض 12",
        "e\u{301} is not \u{e9}",
        "'; DROP TABLE record; --",
        "nul \0 in a value",
        "\\u0000 \\ \" \u{7f} \u{85} \u{2028}",
        "tab\tline\r\nend ",
        "$1 ?1 :name %s",
    ];
    for text in texts {
        let new = NewRecord {
            values: values(&[("aeterm", text), (text, "1")]),
            ..fever("1")
        };
        let made = store.append(&nurse, None, &[Change::Create(new)]).await.unwrap();
        let key = made[0].record.clone().unwrap();
        let record = store.record(&key).await.unwrap().unwrap();
        assert_eq!(record.value("aeterm"), Some(text));
        if text.contains('\0') {
            continue;
        }
        let correct = Change::Correct {
            record: key.clone(),
            seen: 1,
            values: values(&[("aeterm", "x")]),
            happened: Some(text.to_owned()),
            reason: text.to_owned(),
        };
        let made = store.append(&nurse, Some(text), &[correct]).await.unwrap();
        assert_eq!(made[0].reason.as_deref(), Some(text.trim()));
        assert_eq!(
            store.record(&key).await.unwrap().unwrap().happened.as_deref(),
            Some(text)
        );
    }
    // An empty text and none are two things, and stay two.
    for happened in [Some(String::new()), None] {
        let new = NewRecord {
            happened: happened.clone(),
            ..fever("1")
        };
        let made = store.append(&nurse, None, &[Change::Create(new)]).await.unwrap();
        let read = store.entries_after(made[0].seq - 1, i64::MAX, 1).await.unwrap();
        assert_eq!(read, made);
        assert_eq!(read[0].happened, happened);
    }
    let large = "x".repeat(4_000_000);
    let new = NewRecord {
        values: values(&[("aeterm", &large)]),
        ..fever("1")
    };
    store.append(&nurse, None, &[Change::Create(new)]).await.unwrap();
    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
}

async fn what_no_column_can_hold_is_refused(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    let long = "x".repeat(201);
    let new = |change: &dyn Fn(&mut NewRecord)| {
        let mut new = fever("1");
        change(&mut new);
        Change::Create(new)
    };
    let refused = [
        new(&|new| new.values = values(&[("aeterm", &"x".repeat(5 << 20))])),
        new(&|new| new.series.push('\0')),
        new(&|new| new.series.push('\n')),
        new(&|new| new.series.clear()),
        new(&|new| new.series = "x".repeat(3_000)),
        new(&|new| new.subject = Some("x".repeat(10_000))),
        new(&|new| new.subject = Some("S\0".to_owned())),
        new(&|new| new.site = Some(long.clone())),
        new(&|new| new.form.clone_from(&long)),
        new(&|new| new.form.push('\0')),
        new(&|new| new.happened = Some("2026\0".to_owned())),
        Change::Access {
            event: json!({"x": "y".repeat(5 << 20)}),
        },
        Change::Lock {
            record: "AE\0".to_owned(),
            seen: 1,
        },
    ];
    for change in refused {
        refusal(store.append(&nurse, None, &[change]).await);
    }
    for (by, protocol) in [
        (author("a\0", "r"), None),
        (author("a", "r\0"), None),
        (author(&long, "r"), None),
        (author("a", &long), None),
        (author("a", "r"), Some(long.as_str())),
        (author("a", "r"), Some("1\0")),
    ] {
        refusal(store.append(&by, protocol, &[Change::Create(fever("1"))]).await);
    }
    assert_eq!(store.head().await.unwrap().0, 1);
    store.append(&nurse, None, &[Change::Create(fever("1"))]).await.unwrap();
    let reason = Change::Void {
        record: "AE/S-01-001/1".to_owned(),
        seen: 1,
        reason: "why ".repeat(25_000),
    };
    assert!(matches!(
        refusal(store.append(&nurse, None, &[reason]).await),
        Refusal::TooLong { length: 100_000, .. }
    ));
    assert_eq!(store.record("AE/\0/1").await.unwrap(), None);
    assert_eq!(store.account("nurse\0").await.unwrap(), None);
    assert!(store.verify(None).await.unwrap().is_ok());
}

async fn a_spoilt_projection_is_seen_and_laid_anew(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    let changes = ["1", "2", "3"].map(|grade| Change::Create(fever(grade)));
    store.append(&nurse, None, &changes).await.unwrap();
    let whole = store.records(&RecordFilter::default()).await.unwrap();
    let spoilt = [
        "DELETE FROM record WHERE number = 2",
        "DELETE FROM record",
        "UPDATE record SET subject = 'S-01-002' WHERE number = 1",
        "UPDATE record SET subject = NULL",
        "UPDATE record SET site = ''",
        "UPDATE record SET number = number + 10",
        "UPDATE record SET series = 'x' WHERE number = 1",
        "UPDATE record SET open_queries = 1 WHERE number = 3",
        "UPDATE record SET last_entry = 3 WHERE number = 1",
        "UPDATE record SET state = replace(state, 'Fever', 'Fatigue')",
        "UPDATE record SET record = 'AE/S-01-001/9' WHERE number = 1",
        "UPDATE record SET record = '' WHERE number = 1",
        "INSERT INTO record SELECT 'AE/S-01-001/4', series, 4, form, subject, site, 0, last_entry, state
         FROM record WHERE number = 1",
    ];
    // SQLite keeps bytes where a text belongs, after every text.
    let bytes = "UPDATE record SET record = CAST(record AS BLOB) WHERE number = 2";
    for sql in spoilt.into_iter().chain((!database.is_postgres()).then_some(bytes)) {
        database.execute(sql).await.unwrap();
        assert!(!store.verify(None).await.unwrap().is_ok(), "{sql}");
        assert_eq!(store.rebuild().await.unwrap(), 3);
        assert_eq!(store.records(&RecordFilter::default()).await.unwrap(), whole);
        let found = store.verify(None).await.unwrap();
        assert!(found.is_ok(), "{sql}: {found:?}");
    }
    let folded: Vec<_> = store.fold(i64::MAX).await.unwrap().records.into_values().collect();
    assert_eq!(folded, whole);
}

async fn a_clock_set_back_does_not_turn_the_order(database: &Database) {
    let clock = Clock::standing_at("2026-10-25T00:59:59.500Z".parse().unwrap());
    let store = database.create(clock.clone()).await;
    let nurse = author("nurse", "coordinator");
    // An hour back, a leap second's place, the last day a year of four digits has.
    for time in [
        "2026-10-24T23:59:59Z",
        "2026-12-31T23:59:59.999Z",
        "9999-12-30T22:00:00Z",
        "1970-01-01T00:00:00Z",
    ] {
        if let Clock::Still(now) = &clock {
            now.store(
                time.parse::<jiff::Timestamp>().unwrap().as_millisecond(),
                Ordering::SeqCst,
            );
        }
        store.append(&nurse, None, &[Change::Create(fever("1"))]).await.unwrap();
    }
    let entries = store.entries_after(0, i64::MAX, 10).await.unwrap();
    let times: Vec<&str> = entries.iter().map(|entry| entry.entered_at.as_str()).collect();
    assert_eq!(
        times,
        [
            "2026-10-25T00:59:59.500Z",
            "2026-10-24T23:59:59.000Z",
            "2026-12-31T23:59:59.999Z",
            "9999-12-30T22:00:00.000Z",
            "1970-01-01T00:00:00.000Z"
        ]
    );
    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok());
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.starts_with("2 entries have an earlier time")),
        "{found:?}"
    );
    assert_eq!(store.record("AE/S-01-001/4").await.unwrap().unwrap().created.entry, 5);
}

async fn a_record_of_another_study_is_refused(database: &Database) {
    let missing = Store::open(&database.address, Clock::System).await;
    assert!(matches!(missing, Err(StoreError::Missing(_))), "{missing:?}");
    assert!(verify(&database.address, None).await.is_err());
    let store = database.create(Clock::System).await;
    assert!(store.require_study("S").is_ok());
    let message = store.require_study("T").unwrap_err().to_string();
    assert!(message.contains("study S, not of T"), "{message}");
    let again = Store::create(
        &database.address,
        &tercel_store::Opening {
            study: "T".to_owned(),
            training: true,
        },
        Clock::System,
    )
    .await;
    assert!(matches!(again, Err(StoreError::Occupied(_))), "{again:?}");
    let opened = database.open().await;
    assert_eq!((opened.study(), opened.is_training()), ("S", false));
}

async fn records_come_in_one_order(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    let series = ["b/1", "B/1", "a-1/x", "a1/x", "Ä/1", "_/1", "a/1", "A/10", "A/2", "ß/1"];
    let changes: Vec<Change> = series
        .iter()
        .chain(&series)
        .map(|series| {
            Change::Create(NewRecord {
                series: (*series).to_owned(),
                ..fever("1")
            })
        })
        .collect();
    store.append(&nurse, None, &changes).await.unwrap();
    let keys =
        |records: Vec<tercel_store::Record>| -> Vec<String> { records.into_iter().map(|record| record.key).collect() };
    let mut sorted = series;
    sorted.sort_unstable();
    let expected: Vec<String> = sorted
        .iter()
        .flat_map(|series| [format!("{series}/1"), format!("{series}/2")])
        .collect();
    assert_eq!(keys(store.records(&RecordFilter::default()).await.unwrap()), expected);
    let mut reading = store.reading().await.unwrap();
    assert_eq!(
        reading.touched_since(1).await.unwrap(),
        reading.touched_since(0).await.unwrap()
    );
}

async fn filters_narrow_and_take_any_text(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    let elsewhere = NewRecord {
        site: Some("02".to_owned()),
        subject: None,
        ..fever("2")
    };
    store
        .append(&nurse, None, &[Change::Create(fever("1")), Change::Create(elsewhere)])
        .await
        .unwrap();
    for (filter, expected) in entry_filters() {
        let found = store.entries(&filter, 10).await.unwrap();
        assert_eq!(found.len(), expected, "{filter:?}");
    }
    assert_eq!(store.entries(&EntryFilter::default(), 1).await.unwrap()[0].seq, 3);
    records_are_narrowed(&store).await;
    assert_eq!(
        Address::new("postgres://u:secret@h/d?x=y").to_string(),
        "postgres://h/d"
    );
}

/// Filters and how many of three entries they let through.
fn entry_filters() -> Vec<(EntryFilter, usize)> {
    let sites = |sites: &[&str]| Some(sites.iter().map(|site| (*site).to_owned()).collect::<Vec<_>>());
    vec![
        (EntryFilter::default(), 3),
        (
            EntryFilter {
                author: Some("nurse".to_owned()),
                ..EntryFilter::default()
            },
            2,
        ),
        (
            EntryFilter {
                sites: sites(&["02", "03\0", "' OR 1 = 1"]),
                ..EntryFilter::default()
            },
            2,
        ),
        (
            EntryFilter {
                sites: sites(&[]),
                ..EntryFilter::default()
            },
            1,
        ),
        (
            EntryFilter {
                subject: Some("S-01-001' --".to_owned()),
                ..EntryFilter::default()
            },
            0,
        ),
        (
            EntryFilter {
                form: Some("\0".to_owned()),
                ..EntryFilter::default()
            },
            0,
        ),
        (
            EntryFilter {
                before: Some(3),
                ..EntryFilter::default()
            },
            2,
        ),
        (
            EntryFilter {
                from: Some("2000".to_owned()),
                until: Some("9999".to_owned()),
                ..EntryFilter::default()
            },
            3,
        ),
        (
            EntryFilter {
                until: Some("2000".to_owned()),
                ..EntryFilter::default()
            },
            0,
        ),
    ]
}

async fn records_are_narrowed(store: &Store) {
    let queried = RecordFilter {
        queried: true,
        ..RecordFilter::default()
    };
    assert!(store.records(&queried).await.unwrap().is_empty());
    let one = RecordFilter {
        subject: Some("S-01-001".to_owned()),
        sites: Some(vec!["01".to_owned()]),
        ..RecordFilter::default()
    };
    assert_eq!(store.records(&one).await.unwrap().len(), 1);
}
