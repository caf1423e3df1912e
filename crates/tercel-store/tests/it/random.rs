//! One random script on both databases: the same answers, the same entries, the same state.

use std::sync::atomic::Ordering;

use serde_json::json;
use tercel_store::{Change, Clock, NewRecord, Store, StoreError};

use crate::databases::{Database, times};
use crate::texts::{Dice, author, values};

const TEXTS: [&str; 9] = [
    "Fever",
    "",
    "  ",
    "发热伴寒战",
    "🫀 ➜ 🧪",
    "\u{202e}ערב\u{202c} mixed",
    "line\r\nline\ttab",
    "nul \0 inside",
    "'; DROP TABLE entry; --",
];

/// What the script may say of records: as they stand in one of the stores.
async fn next_change(dice: &mut Dice, store: &Store) -> Change {
    let series = format!("AE/S-01-00{}", dice.below(3));
    let record = match dice.below(12) {
        0 => "AE/nobody/1".to_owned(),
        1 => "A\0E/1".to_owned(),
        _ => format!("{series}/{}", 1 + dice.below(5)),
    };
    let known = store.record(&record).await.unwrap();
    let seen = known.as_ref().map_or(1, |record| record.version) - i64::from(dice.below(6) == 0);
    let text = dice.pick(&TEXTS).to_owned();
    let reason = if dice.below(5) == 0 {
        text.clone()
    } else {
        "read again".to_owned()
    };
    let query = known
        .as_ref()
        .and_then(|record| record.queries.last())
        .map_or(3, |query| query.id);
    let content = known.map_or_else(String::new, |record| record.content);
    match dice.below(16) {
        0 | 1 => Change::Create(NewRecord {
            series: if dice.below(20) == 0 { text.clone() } else { series },
            number: (dice.below(4) == 0).then(|| u32::try_from(1 + dice.below(5)).unwrap()),
            form: "adverse-event".to_owned(),
            subject: (dice.below(9) > 0).then(|| "S-01-001".to_owned()),
            site: dice.pick(&[Some("01"), Some("02"), None]).map(str::to_owned),
            happened: dice.pick(&[Some("2026-03"), Some(""), None]).map(str::to_owned),
            values: values(&[("aeterm", &text)]),
        }),
        2..=5 => Change::Correct {
            record,
            seen,
            values: values(&[("aeterm", &text), ("aetoxgr", dice.pick(&["1", "2", "3"]))]),
            happened: None,
            reason,
        },
        6 if dice.below(4) == 0 => Change::Void { record, seen, reason },
        6 | 7 => Change::Sign {
            record,
            seen,
            content: if dice.below(8) == 0 { text.clone() } else { content },
            name: "Dr Wu".to_owned(),
            meaning: text,
        },
        8 => Change::Query {
            record,
            field: (dice.below(2) == 0).then(|| "aeterm".to_owned()),
            text,
        },
        9 => Change::Answer { record, query, text },
        10 => Change::Close { record, query },
        11 => Change::Verify { record, seen },
        12 if dice.below(3) == 0 => Change::Lock { record, seen },
        12 | 13 => Change::Unlock {
            record,
            second: dice.pick(&["monitor", "nurse", ""]).to_owned(),
            reason,
        },
        14 => Change::Decide {
            record,
            last: None,
            step: json!({"vote": text, "weight": 0.1, "big": 1e300}),
            reason: (dice.below(2) == 0).then_some(reason),
        },
        _ if dice.below(2) == 0 => Change::Access {
            event: json!({"event": text}),
        },
        _ => Change::Export {
            event: json!({"files": [text, null]}),
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_random_script_has_the_same_answers_and_the_same_state_on_both() {
    let Some(there) = Database::postgres().await else {
        return;
    };
    let here = Database::sqlite();
    let clock = Clock::standing_at("2026-03-01T08:00:00Z".parse().unwrap());
    let (one, other) = (here.create(clock.clone()).await, there.create(clock.clone()).await);
    let mut dice = Dice(20_260_301);
    let (mut written, mut refused) = (0, std::collections::BTreeSet::new());
    for turn in 0..times(1_000, 10_000) {
        if let Clock::Still(now) = &clock {
            // Now and then the clock is set back.
            let step = i64::try_from(dice.below(100_000)).unwrap();
            now.fetch_add(if dice.below(20) == 0 { -step } else { step }, Ordering::SeqCst);
        }
        let mut changes = vec![next_change(&mut dice, &one).await];
        while dice.below(4) == 0 {
            changes.push(next_change(&mut dice, &one).await);
        }
        let by = author(dice.pick(&["nurse", "monitor", "wu", "n\u{fc}rse"]), "coordinator");
        let protocol = dice.pick(&[Some("1.0"), Some("2.0"), None]);
        match (
            one.append(&by, protocol, &changes).await,
            other.append(&by, protocol, &changes).await,
        ) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one, other, "turn {turn}: {changes:?}");
                written += one.len();
            }
            (Err(StoreError::Refused(one)), Err(StoreError::Refused(other))) => {
                assert_eq!(one, other, "turn {turn}: {changes:?}");
                let kind = format!("{one:?}");
                refused.insert(kind.split([' ', '(']).next().unwrap_or_default().to_owned());
            }
            (one, other) => panic!("turn {turn}: {changes:?}\n{one:?}\n{other:?}"),
        }
    }
    assert!(written > 300, "{written}");
    assert!(refused.len() >= 11, "{refused:?}");
    let filter = tercel_store::RecordFilter::default();
    assert_eq!(
        one.records(&filter).await.unwrap(),
        other.records(&filter).await.unwrap()
    );
    assert_eq!(one.head().await.unwrap(), other.head().await.unwrap());
    let state = one.fold(i64::MAX).await.unwrap();
    assert_eq!(state.hash(), other.fold(i64::MAX).await.unwrap().hash());
    for store in [&one, &other] {
        let found = store.verify(None).await.unwrap();
        assert!(found.is_ok(), "{found:?}");
        assert!(found.notes.iter().any(|note| note.contains("set back")), "{found:?}");
    }
    println!("{written} entries written, refused: {refused:?}");
}
