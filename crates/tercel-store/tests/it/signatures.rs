//! Signatures: on one content, with name and meaning, and only on that.

use serde_json::json;
use tercel_store::{Change, Clock, Record, Refusal, Signer, Store};

use crate::databases::{Database, on_both};
use crate::texts::{author, fever, refusal, values};

on_both!(
    a_signature_is_of_one_content_and_says_who_and_why,
    a_signature_ends_with_its_version,
    a_locked_record_is_opened_by_two,
    a_record_is_entered_with_its_signatures_or_not_at_all,
    a_step_rests_on_the_steps_that_were_read,
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

async fn a_record_is_entered_with_its_signatures_or_not_at_all(database: &Database) {
    let store = database.create(Clock::System).await;
    let wu = author("wu", "investigator");
    let signer = |name: &str, printed: &str| Signer {
        author: author(name, "investigator"),
        name: printed.to_owned(),
        meaning: "identity checked".to_owned(),
    };
    let before = store.head().await.unwrap();
    let unsigned = [signer("wu", "Dr Wu"), signer("li", " ")];
    assert!(matches!(
        refusal(store.append_signed(&wu, None, fever("2"), &unsigned).await),
        Refusal::Blank(_)
    ));
    assert_eq!(store.head().await.unwrap(), before);
    let signed = [signer("wu", "Dr Wu"), signer("li", "Li Na")];
    let entries = store.append_signed(&wu, None, fever("2"), &signed).await.unwrap();
    assert_eq!(entries.len(), 3);
    let key = entries[0].record.clone().unwrap();
    let record = store.record(&key).await.unwrap().unwrap();
    let names: Vec<&str> = record.signatures_in_force().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Dr Wu", "Li Na"]);
    assert!(record.signatures.iter().all(|one| one.content == record.content));
    let found = store.verify(None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
}

async fn a_step_rests_on_the_steps_that_were_read(database: &Database) {
    let store = database.create(Clock::System).await;
    let wu = author("wu", "committee");
    let record = entered(&store).await;
    let step = |last: i64| Change::Decide {
        record: record.key.clone(),
        last: Some(last),
        step: json!({"step": "propose"}),
        reason: None,
    };
    store.append(&wu, None, &[step(record.last)]).await.unwrap();
    assert_eq!(
        refusal(store.append(&wu, None, &[step(record.last)]).await),
        Refusal::Moved(record.key.clone())
    );
    let now = store.record(&record.key).await.unwrap().unwrap();
    assert_eq!(now.steps.len(), 1);
    store.append(&wu, None, &[step(now.last)]).await.unwrap();
}
