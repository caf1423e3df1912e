//! What lets somebody in, and what of it stands in the database.

use std::collections::BTreeSet;

use sqlx::Row;
use tercel_store::{Clock, Grant, HeadKey, SignIn, Store, password_problem};

use crate::databases::{Database, on_both};
use crate::texts::author;

on_both!(
    a_hash_exchanged_in_the_database_lets_nobody_in,
    a_session_ends_after_twelve_hours_however_busy,
    a_session_that_was_ended_is_no_session,
    neither_passwords_nor_tokens_stand_in_the_database,
);

const PASSWORD: &str = "vier gelbe Drachen";

async fn add(store: &Store, name: &str, password: &str) {
    let grants = BTreeSet::from([Grant::parse("coordinator@01").unwrap()]);
    store
        .add_account(&author("tercel", "system"), name, "A. Nurse", &grants, password)
        .await
        .unwrap();
}

async fn a_hash_exchanged_in_the_database_lets_nobody_in(database: &Database) {
    let store = database.create(Clock::System).await;
    add(&store, "nurse", PASSWORD).await;
    add(&store, "thief", "sieben blaue Esel").await;
    database
        .execute("UPDATE credential SET hash = (SELECT hash FROM credential WHERE account = 'thief') WHERE account = 'nurse'")
        .await
        .unwrap();
    for password in ["sieben blaue Esel", PASSWORD] {
        assert_eq!(store.sign_in("nurse", password).await.unwrap(), SignIn::Refused);
    }
    assert!(!store.verify(None).await.unwrap().is_ok());
}

async fn a_session_ends_after_twelve_hours_however_busy(database: &Database) {
    let clock = Clock::standing_at("2026-03-01T08:00:00Z".parse().unwrap());
    let store = database.create(clock.clone()).await;
    add(&store, "nurse", PASSWORD).await;
    let (token, _) = store.begin_session("nurse", None, None).await.unwrap();
    // Somebody works all day: a request every 29 minutes, the last one minute before the end.
    for minute in (29..720).step_by(29).chain([719]) {
        let time: jiff::Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        assert!(clock.move_to(time + jiff::SignedDuration::from_mins(minute)));
        assert!(store.session(&token).await.unwrap().is_some(), "after {minute} minutes");
    }
    assert!(clock.move_to("2026-03-01T20:00:00Z".parse().unwrap()));
    assert_eq!(store.session(&token).await.unwrap(), None);
}

async fn a_session_that_was_ended_is_no_session(database: &Database) {
    let store = database.create(Clock::System).await;
    add(&store, "nurse", PASSWORD).await;
    let (one, _) = store.begin_session("nurse", None, None).await.unwrap();
    let (other, _) = store.begin_session("nurse", None, None).await.unwrap();
    assert_ne!(one, other);
    store.end_session(&one).await.unwrap();
    assert_eq!(store.session(&one).await.unwrap(), None);
    assert!(store.session(&other).await.unwrap().is_some());
}

async fn neither_passwords_nor_tokens_stand_in_the_database(database: &Database) {
    let store = database.create(Clock::System).await;
    add(&store, "nurse", PASSWORD).await;
    let (token, _) = store.begin_session("nurse", None, None).await.unwrap();
    let _ = store.sign_in("nurse", "a wrong password").await.unwrap();
    let mut connection = database.connection().await;
    let hash: String = sqlx::query_scalar("SELECT hash FROM credential")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    // OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, two passes, one lane.
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let mut texts = vec![hash];
    for sql in [
        "SELECT token FROM session",
        "SELECT payload FROM entry",
        "SELECT state FROM record",
        "SELECT account FROM attempt",
    ] {
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        texts.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    for secret in [PASSWORD, "a wrong password", token.as_str()] {
        assert!(!texts.iter().any(|text| text.contains(secret)), "{secret}");
    }
}

#[test]
fn passwords_are_long_uncommon_and_not_the_name() {
    for bad in [
        "",
        "kurz",
        "elf Zeichen",
        "aaaaaaaaaaaaaaaa",
        "password1234",
        "Password2026",
        "qwertyuiop12",
        "schwester anna",
    ] {
        assert!(password_problem(bad, "anna").is_some(), "{bad}");
    }
    assert!(password_problem(&"langes Wort ".repeat(11), "anna").is_some());
    for good in [
        PASSWORD,
        "四条黄龙在山里唱一首老歌",
        "Ein langer Satz, den niemand sonst so sagt und der bis 64 geht.",
    ] {
        assert_eq!(password_problem(good, "anna"), None, "{good}");
    }
    let named = password_problem("schwester anna singt", "anna").unwrap();
    assert!(named.to_string().contains("the account's name anna"), "{named}");
    // A name of three letters stands in many words.
    assert_eq!(password_problem("der erste Stern im Osten", "st"), None);
}

#[cfg(unix)]
#[test]
fn the_signing_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = HeadKey::path(folder.path());
    let made = HeadKey::open(&path).unwrap().public();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(HeadKey::open(&path).unwrap().public(), made);
}
