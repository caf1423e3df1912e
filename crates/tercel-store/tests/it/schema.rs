//! Both databases have the same tables, and the guards refuse whatever would change what was entered.

use sqlx::Row;
use tercel_store::{Change, Clock};

use crate::databases::{Database, on_both};
use crate::texts::{author, fever};

on_both!(entries_are_not_changed_deleted_or_put_out_of_order);

const SQLITE_COLUMNS: &str =
    "SELECT t.name || '.' || c.name || ' ' || lower(c.type) || CASE WHEN c.\"notnull\" THEN '!' ELSE '' END
    FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1";
const POSTGRES_COLUMNS: &str =
    "SELECT table_name || '.' || column_name || ' ' || data_type || CASE WHEN is_nullable = 'NO' THEN '!' ELSE '' END
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
const SQLITE_INDEXES: &str = "SELECT t.name || CASE WHEN l.\"unique\" THEN ' unique ' ELSE ' ' END ||
        CASE WHEN l.partial THEN 'partial ' ELSE '' END ||
        (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
    FROM sqlite_master t JOIN pragma_index_list(t.name) l WHERE t.type = 'table' ORDER BY 1";
const POSTGRES_INDEXES: &str = "SELECT t.relname || CASE WHEN indisunique THEN ' unique ' ELSE ' ' END ||
        CASE WHEN indpred IS NULL THEN '' ELSE 'partial ' END ||
        (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = indexrelid)
    FROM pg_index JOIN pg_class t ON t.oid = indrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = 'public' ORDER BY 1";
const SQLITE_GUARDS: &str = "SELECT tbl_name || ' ' || name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1";
const POSTGRES_GUARDS: &str = "SELECT relname || ' ' || tgname FROM pg_trigger JOIN pg_class t ON t.oid = tgrelid
    WHERE NOT tgisinternal ORDER BY 1";

async fn texts(database: &Database, sql: &'static str) -> Vec<String> {
    let mut connection = database.connection().await;
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    let mut texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn both_databases_have_the_same_columns_indexes_and_guards() {
    let Some(postgres) = Database::postgres().await else {
        return;
    };
    let sqlite = Database::sqlite();
    sqlite.create(Clock::System).await;
    postgres.create(Clock::System).await;
    for (here, there) in [(SQLITE_COLUMNS, POSTGRES_COLUMNS), (SQLITE_INDEXES, POSTGRES_INDEXES)] {
        let found = texts(&sqlite, here).await;
        assert!(found.len() > 10);
        assert_eq!(found, texts(&postgres, there).await);
    }
    // SQLite has no TRUNCATE.
    let mut guards = texts(&sqlite, SQLITE_GUARDS).await;
    guards.push("entry entry_no_truncate".to_owned());
    guards.sort();
    assert_eq!(guards, texts(&postgres, POSTGRES_GUARDS).await);
}

async fn entries_are_not_changed_deleted_or_put_out_of_order(database: &Database) {
    let store = database.create(Clock::System).await;
    let nurse = author("nurse", "coordinator");
    store
        .append(&nurse, None, &[Change::Create(fever("1")), Change::Create(fever("2"))])
        .await
        .unwrap();
    let insert = |seq: &str, kind: &str, version: &str, prior: &str| {
        format!(
            "INSERT INTO entry (seq, kind, record, version, author, role, entered_at, payload, prior, hash)
             VALUES ({seq}, '{kind}', 'AE/S-01-001/1', {version}, 'x', 'y', 'z', '{{}}', {prior}, 'h')"
        )
    };
    let last = "(SELECT hash FROM entry WHERE seq = 3)";
    let mut refused: Vec<String> = [
        "UPDATE entry SET reason = 'none' WHERE seq = 2",
        "UPDATE entry SET reason = NULL",
        "DELETE FROM entry WHERE seq = 3",
        "DELETE FROM entry",
        "INSERT INTO entry SELECT * FROM entry WHERE seq = 2",
    ]
    .map(str::to_owned)
    .to_vec();
    refused.push(insert("5", "access", "NULL", last));
    refused.push(insert("3", "access", "NULL", last));
    refused.push(insert("0", "access", "NULL", last));
    refused.push(insert("NULL", "access", "NULL", last));
    refused.push(insert("4", "access", "NULL", "(SELECT hash FROM entry WHERE seq = 2)"));
    refused.push(insert("4", "correct", "1", last));
    if database.is_postgres() {
        refused.push("TRUNCATE entry".to_owned());
        refused.push("TRUNCATE entry, record".to_owned());
        refused.push("SET session_replication_role = replica; DELETE FROM entry".to_owned());
        refused.push(
            "INSERT INTO entry SELECT * FROM entry WHERE seq = 3 ON CONFLICT (seq) DO UPDATE SET reason = 'x'"
                .to_owned(),
        );
    } else {
        refused.push("INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 3".to_owned());
        refused.push("REPLACE INTO entry SELECT * FROM entry WHERE seq = 2".to_owned());
        refused.push("UPDATE OR REPLACE entry SET seq = 3 WHERE seq = 2".to_owned());
        refused.push(
            "INSERT INTO entry SELECT * FROM entry WHERE seq = 3 ON CONFLICT (seq) DO UPDATE SET reason = 'x'"
                .to_owned(),
        );
    }
    let before = store.entries_after(0, i64::MAX, 100).await.unwrap();
    for sql in refused {
        assert!(database.execute(sql.clone()).await.is_err(), "{sql}");
    }
    assert_eq!(store.entries_after(0, i64::MAX, 100).await.unwrap(), before);
    assert!(store.verify(None).await.unwrap().is_ok());
    // The tables of the program have no other that entries rest on.
    let tables = texts(
        database,
        if database.is_postgres() {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        },
    )
    .await;
    assert_eq!(tables, ["attempt", "credential", "entry", "record", "session"]);
}
