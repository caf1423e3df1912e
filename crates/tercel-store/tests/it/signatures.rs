//! Signatures: on one content, with name and meaning, and only on that.

use tercel_store::{Change, Clock, Record, Refusal, Store};

use crate::databases::{Database, on_both};
use crate::texts::{author, fever, refusal, values};

on_both!(
    a_signature_is_of_one_content_and_says_who_and_why,
    a_signature_ends_with_its_version,
    a_locked_record_is_opened_by_two,
);

async fn entered(store: &Store) -> Record {
    let made = store
        .append(&author("nurse", "coordinator"), None, &[Change::Create(fever("2"))])
        .await
        .unwrap();
    let key = made[0].record.clone().unwrap();
    store.record(&key).await.unwrap().unwrap()
}

fn signature(record: &Record, content: &str, name: &str, meaning: &str) -> Change {
    Change::Sign {
        record: record.key.clone(),
        seen: record.version,
        content: content.to_owned(),
        name: name.to_owned(),
        meaning: meaning.to_owned(),
    }
}

async fn a_signature_is_of_one_content_and_says_who_and_why(database: &Database) {
    let store = database.create(Clock::System).await;
    let wu = author("wu", "investigator");
    let (first, second) = (entered(&store).await, entered(&store).await);
    assert_ne!(first.content, second.content);
    // Cut from one record, a signature does not fit another.
    for content in [second.content.as_str(), "", &first.content[1..]] {
        let change = signature(&first, content, "Dr Wu", "reviewed");
        assert!(matches!(
            refusal(store.append(&wu, None, &[change]).await),
            Refusal::OtherContent { .. }
        ));
    }
    for (name, meaning) in [("", "reviewed"), ("Dr Wu", " ")] {
        let change = signature(&first, &first.content, name, meaning);
        assert!(matches!(
            refusal(store.append(&wu, None, &[change]).await),
            Refusal::Blank(_)
        ));
    }
    let change = signature(&first, &first.content, "Dr Wu", "reviewed");
    store.append(&wu, None, &[change]).await.unwrap();
    let record = store.record(&first.key).await.unwrap().unwrap();
    let signed = &record.signatures[0];
    assert_eq!((signed.name.as_str(), signed.meaning.as_str()), ("Dr Wu", "reviewed"));
    assert_eq!(
        (signed.stamp.by.as_str(), signed.stamp.role.as_str()),
        ("wu", "investigator")
    );
    assert!(signed.stamp.at.ends_with('Z') && signed.content == first.content);
}

async fn a_signature_ends_with_its_version(database: &Database) {
    let store = database.create(Clock::System).await;
    let record = entered(&store).await;
    let change = signature(&record, &record.content, "Dr Wu", "reviewed");
    store
        .append(&author("wu", "investigator"), None, &[change])
        .await
        .unwrap();
    let signed = store.record(&record.key).await.unwrap().unwrap();
    assert_eq!(signed.signatures_in_force().count(), 1);
    let correct = Change::Correct {
        record: record.key.clone(),
        seen: 1,
        values: values(&[("aeterm", "Fever"), ("aetoxgr", "3")]),
        happened: None,
        reason: "thermometer read again".to_owned(),
    };
    store
        .append(&author("nurse", "coordinator"), None, &[correct])
        .await
        .unwrap();
    let corrected = store.record(&record.key).await.unwrap().unwrap();
    assert_eq!(corrected.signatures_in_force().count(), 0);
    assert_eq!(corrected.signatures.len(), 1, "what was signed stays readable");
}

async fn a_locked_record_is_opened_by_two(database: &Database) {
    let store = database.create(Clock::System).await;
    let record = entered(&store).await;
    let manager = author("li", "data-manager");
    let lock = Change::Lock {
        record: record.key.clone(),
        seen: 1,
    };
    store.append(&manager, None, &[lock]).await.unwrap();
    let unlock = |second: &str, reason: &str| Change::Unlock {
        record: record.key.clone(),
        second: second.to_owned(),
        reason: reason.to_owned(),
    };
    assert_eq!(
        refusal(
            store
                .append(&manager, None, &[unlock("li", "an error was found")])
                .await
        ),
        Refusal::SamePerson("li".to_owned())
    );
    assert_eq!(
        refusal(store.append(&manager, None, &[unlock("wu", "")]).await),
        Refusal::NoReason
    );
    store
        .append(&manager, None, &[unlock("wu", "an error was found")])
        .await
        .unwrap();
    assert!(!store.record(&record.key).await.unwrap().unwrap().locked);
}
