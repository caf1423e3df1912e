//! The two databases: connections, transactions, tables and guards.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, Transaction};

use crate::address::Address;
use crate::error::StoreError;
use crate::head::private_file;

/// The two databases, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

const TABLES: &str = include_str!("schema/tables.sql");
const GUARDS_SQLITE: &str = include_str!("schema/guards_sqlite.sql");
pub(crate) const GUARDS_POSTGRES: &str = include_str!("schema/guards_postgres.sql");

/// What is acknowledged is on the disk; a writer waits for another; no schema of a strange file is trusted.
const PRAGMAS: &str = "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF; \
                       PRAGMA cache_size = -16384;";
/// What is acknowledged is on the disk, whatever the server's default.
const SETTINGS: &str = "SET synchronous_commit = on";

/// A transaction that writes. No other writes meanwhile, in this program or another.
pub(crate) async fn begin(
    connection: &mut AnyConnection,
    dialect: Dialect,
) -> Result<Transaction<'_, Any>, StoreError> {
    Ok(match dialect {
        Dialect::Sqlite => connection.begin_with("BEGIN IMMEDIATE").await?,
        Dialect::Postgres => {
            // After the wait for the lock, each statement must see what the writer before has committed.
            let mut transaction = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
            // The number stands for "the chain of this database"; any constant would do.
            sqlx::query("SELECT 1 FROM (SELECT pg_advisory_xact_lock(7283010)) AS held")
                .execute(&mut *transaction)
                .await?;
            transaction
        }
    })
}

/// Keeps a connection whose transaction failed out of the pool: a full disk ends a transaction without asking, and the
/// next one on that connection would be refused.
pub(crate) fn settle<T>(mut connection: PoolConnection<Any>, answer: Result<T, StoreError>) -> Result<T, StoreError> {
    if !matches!(answer, Ok(_) | Err(StoreError::Refused(_))) {
        connection.close_on_drop();
    }
    answer
}

/// A transaction that reads one state of the database, whoever writes meanwhile.
pub(crate) async fn begin_reading(pool: &AnyPool, dialect: Dialect) -> Result<Transaction<'static, Any>, StoreError> {
    let sql = match dialect {
        Dialect::Sqlite => "BEGIN DEFERRED",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    Ok(pool.begin_with(sql).await?)
}

/// Creates tables and guards.
pub(crate) async fn lay_tables(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), StoreError> {
    match dialect {
        Dialect::Sqlite => {
            (&mut *connection).execute(sqlx::raw_sql(TABLES)).await?;
            (&mut *connection).execute(sqlx::raw_sql(GUARDS_SQLITE)).await?;
        }
        Dialect::Postgres => {
            // Text is compared and sorted by its bytes, as SQLite does, whatever the locale of the database.
            let tables = TABLES.replace(" TEXT", " TEXT COLLATE \"C\"");
            (&mut *connection).execute(sqlx::raw_sql(AssertSqlSafe(tables))).await?;
            (&mut *connection).execute(sqlx::raw_sql(GUARDS_POSTGRES)).await?;
        }
    }
    Ok(())
}

/// A writing transaction at an address that holds no record yet, with the tables laid.
pub(crate) async fn lay_vacant<'c>(
    connection: &'c mut AnyConnection,
    dialect: Dialect,
    address: &Address,
) -> Result<Transaction<'c, Any>, StoreError> {
    let mut transaction = begin(connection, dialect).await?;
    if has_entries(&mut transaction, dialect).await? {
        return Err(StoreError::Occupied(address.to_string()));
    }
    if dialect == Dialect::Postgres {
        let encoding: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
            .fetch_one(&mut *transaction)
            .await?;
        if encoding != "UTF8" {
            return Err(StoreError::Encoding {
                address: address.to_string(),
                encoding,
            });
        }
    }
    lay_tables(&mut transaction, dialect).await?;
    Ok(transaction)
}

pub(crate) async fn connect(address: &Address, create: bool) -> Result<(AnyPool, Dialect), StoreError> {
    sqlx::any::install_default_drivers();
    let (url, dialect) = match address {
        Address::Sqlite(path) => {
            let mode = if create { "rwc" } else { "rw" };
            let absolute = std::path::absolute(path).map_err(|source| StoreError::File {
                path: path.display().to_string(),
                source,
            })?;
            // SQLite takes an empty file for a new database, and makes the files beside it as private.
            if create && !absolute.exists() {
                private_file(&absolute).map_err(|source| StoreError::File {
                    path: path.display().to_string(),
                    source,
                })?;
            }
            let path = utf8_percent_encode(&absolute.to_string_lossy(), &PLAIN).to_string();
            (format!("sqlite://{path}?mode={mode}"), Dialect::Sqlite)
        }
        Address::Postgres(url) => (url.clone(), Dialect::Postgres),
    };
    let settings = match dialect {
        Dialect::Sqlite => PRAGMAS,
        Dialect::Postgres => SETTINGS,
    };
    let options = AnyPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(std::time::Duration::from_secs(20))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(settings)).await?;
                Ok(())
            })
        });
    // A pool tries again and again and then says that it waited; one connection says at once what is wrong.
    let mut first = AnyConnection::connect(&url).await?;
    (&mut first).execute(sqlx::raw_sql(settings)).await?;
    first.close().await?;
    Ok((options.connect_lazy(&url)?, dialect))
}

/// What stands as it is in the path of a URL.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// Whether the tables of a record are there.
pub(crate) async fn has_entries(connection: &mut AnyConnection, dialect: Dialect) -> Result<bool, StoreError> {
    let sql = match dialect {
        Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'entry'",
        Dialect::Postgres => {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'entry' AND table_schema = current_schema()"
        }
    };
    let tables: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(tables > 0)
}
