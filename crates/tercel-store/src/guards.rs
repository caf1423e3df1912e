//! What keeps entries from being changed: whether tables, indexes and triggers stand as they were laid.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Connection, Row};

use crate::database::{Dialect, GUARDS_POSTGRES, lay_tables};
use crate::error::StoreError;

type Described = BTreeMap<String, String>;

/// A sentence for each table, index or trigger that is missing, altered or strange.
pub(crate) async fn check_guards(connection: &mut AnyConnection, dialect: Dialect) -> Result<Vec<String>, StoreError> {
    let (laid, expected) = match dialect {
        Dialect::Sqlite => {
            let mut fresh = AnyConnection::connect("sqlite::memory:").await?;
            lay_tables(&mut fresh, dialect).await?;
            (
                described(connection, SQLITE).await?,
                described(&mut fresh, SQLITE).await?,
            )
        }
        Dialect::Postgres => (described(connection, POSTGRES).await?, expected_postgres()),
    };
    let mut problems = Vec::new();
    for (name, text) in &expected {
        match laid.get(name) {
            Some(found) if found == text => {}
            Some(_) => problems.push(format!(
                "the {name} is not as the program laid it: it keeps entries from being changed"
            )),
            None => problems.push(format!("the {name} is missing: it keeps entries from being changed")),
        }
    }
    for name in laid.keys().filter(|name| !expected.contains_key(*name)) {
        problems.push(format!("the {name} was not laid by the program"));
    }
    Ok(problems)
}

async fn described(connection: &mut AnyConnection, sql: &'static str) -> Result<Described, StoreError> {
    let mut described = Described::new();
    for row in sqlx::query(sql).fetch_all(connection).await? {
        described.insert(
            row.try_get(0)?,
            row.try_get::<Option<String>, _>(1)?.unwrap_or_default(),
        );
    }
    Ok(described)
}

const SQLITE: &str =
    "SELECT type || ' ' || name, tbl_name || ': ' || sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'";

/// Tables, rules, indexes and triggers of the tables of the program, in the schema of its tables.
const POSTGRES: &str = "
WITH tables AS (
    SELECT oid, relname, relkind, relrowsecurity FROM pg_class
    WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'entry'::regclass)
      AND relname IN ('entry', 'record', 'credential', 'attempt', 'session')
)
SELECT 'table ' || relname,
       CAST(relkind AS TEXT) || CASE WHEN relrowsecurity THEN ', rows hidden: ' ELSE ': ' END ||
       (SELECT string_agg(attname || ' ' || format_type(atttypid, NULL) || CASE WHEN attnotnull THEN '!' ELSE '' END,
                          ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = tables.oid AND attnum > 0 AND NOT attisdropped)
FROM tables
UNION ALL
SELECT 'rule ' || rulename, 'on ' || relname FROM pg_rewrite JOIN tables ON tables.oid = ev_class
UNION ALL
SELECT 'index ' || i.relname,
       tables.relname || CASE WHEN indisunique THEN ' unique ' ELSE ' ' END ||
       (SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = i.oid) ||
       CASE WHEN indpred IS NULL THEN '' ELSE ' where' END || CASE WHEN indisvalid THEN '' ELSE ' invalid' END
FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN tables ON tables.oid = indrelid
UNION ALL
SELECT 'trigger ' || tgname,
       relname || ' ' || CAST(tgtype AS TEXT) || CAST(tgenabled AS TEXT) ||
       CASE WHEN tgqual IS NULL AND CAST(tgattr AS TEXT) = '' AND tgnargs = 0 THEN '' ELSE ' sometimes' END || ' ' || lanname ||
       CASE WHEN prosecdef OR proconfig IS NOT NULL THEN ' strange ' ELSE ' ' END || prosrc
FROM pg_trigger JOIN tables ON tables.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
JOIN pg_language ON pg_language.oid = prolang WHERE NOT tgisinternal";

/// Columns of each table, `!` where there must be a value.
const TABLES: [(&str, &str); 5] = [
    (
        "entry",
        "seq bigint!, kind text!, record text, version bigint, form text, subject text, site text, author text!, \
         role text!, entered_at text!, happened text, reason text, protocol text, payload text!, prior text!, hash text!",
    ),
    (
        "record",
        "record text!, series text!, number bigint!, form text!, subject text, site text, open_queries bigint!, \
         last_entry bigint!, state text!",
    ),
    (
        "credential",
        "account text!, hash text!, changed_at text!, must_change text!",
    ),
    ("attempt", "account text!, failures bigint!, last_at text!"),
    (
        "session",
        "token text!, account text!, csrf text!, created_at text!, seen_at text!, expires_at text, label text",
    ),
];

const INDEXES: [(&str, &str); 14] = [
    ("entry_pkey", "entry unique seq"),
    ("entry_version", "entry unique record, version where"),
    ("entry_record", "entry record, seq"),
    ("entry_subject", "entry subject, seq"),
    ("entry_author", "entry author, seq"),
    ("entry_kind", "entry kind, seq"),
    ("record_pkey", "record unique record"),
    ("record_series", "record unique series, number"),
    ("record_subject", "record subject, form"),
    ("record_form", "record form, site"),
    ("credential_pkey", "credential unique account"),
    ("attempt_pkey", "attempt unique account"),
    ("session_pkey", "session unique token"),
    ("session_account", "session account"),
];

/// Name, `tgtype` (row 1, before 2, insert 4, delete 8, update 16, truncate 32) and function of each trigger.
const TRIGGERS: [(&str, u8, &str); 4] = [
    ("entry_no_update", 18, "entry_refuse"),
    ("entry_no_delete", 10, "entry_refuse"),
    ("entry_no_truncate", 34, "entry_refuse"),
    ("entry_in_order", 7, "entry_follows"),
];

fn expected_postgres() -> Described {
    let tables = TABLES
        .iter()
        .map(|(name, columns)| (format!("table {name}"), format!("r: {columns}")));
    let indexes = INDEXES
        .iter()
        .map(|(name, columns)| (format!("index {name}"), (*columns).to_owned()));
    let triggers = TRIGGERS.iter().map(|(name, kind, function)| {
        let body = body_of(function).unwrap_or_default();
        (format!("trigger {name}"), format!("entry {kind}A plpgsql {body}"))
    });
    tables.chain(indexes).chain(triggers).collect()
}

/// The text of a function between its dollar signs.
fn body_of(function: &str) -> Option<&'static str> {
    let (_, rest) = GUARDS_POSTGRES.split_once(&format!("CREATE FUNCTION {function}()"))?;
    let (_, rest) = rest.split_once("$$")?;
    rest.split_once("$$").map(|(body, _)| body)
}
