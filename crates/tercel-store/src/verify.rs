//! Whether a record is what was entered: chain, order, signatures, guards, projection, passwords, signed head.

use std::collections::HashSet;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use crate::accounts::{ACCOUNTS, Account, Credential};
use crate::address::Address;
use crate::clock::Clock;
use crate::database::{Dialect, begin_reading};
use crate::error::StoreError;
use crate::guards::check_guards;
use crate::head::Head;
use crate::rows::{ENTRY, PROJECTED, Projected};
use crate::state::{Record, State};
use crate::store::Store;
use crate::walk::Walk;

/// Something that is not as the program left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Entry concerned, where it is one.
    pub entry: Option<i64>,
    /// What is wrong.
    pub what: String,
}

/// What `audit verify` found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Entries read.
    pub entries: i64,
    /// What is wrong, in the order of entries. Nothing: the record is in order.
    pub problems: Vec<Problem>,
    /// What is no fault and worth knowing; what could not be checked.
    pub notes: Vec<String>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }

    /// The first entry that is wrong.
    pub fn first_bad(&self) -> Option<i64> {
        self.problems.iter().filter_map(|problem| problem.entry).min()
    }

    pub(crate) fn say(&mut self, entry: Option<i64>, what: impl Into<String>) {
        // A spoilt record is wrong in a hundred places after the first; more would hide it.
        if self.problems.len() < 100 {
            self.problems.push(Problem {
                entry,
                what: what.into(),
            });
        }
    }
}

/// Verifies the record at an address. What makes it unreadable is a problem found, not a failure to look.
pub async fn verify(address: &Address, head: Option<&Head>) -> Result<Verification, StoreError> {
    let store = match Store::open(address, Clock::System).await {
        Ok(store) => store,
        Err(StoreError::Database(error)) if is_damage(&error) => return Ok(unreadable(&error)),
        Err(error) => return Err(error),
    };
    match store.verify(head).await {
        Err(StoreError::Database(error)) if is_damage(&error) => Ok(unreadable(&error)),
        Err(StoreError::Damaged { seq, what }) => {
            let mut found = Verification::default();
            found.say(Some(seq), what);
            Ok(found)
        }
        answer => answer,
    }
}

/// A server that cannot be reached says nothing about the record.
fn is_damage(error: &sqlx::Error) -> bool {
    !matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Configuration(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
    )
}

/// A value that is no number or text: the rows around it can be read.
fn is_of_a_row(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::AnyDriverError(_)
    )
}

fn unreadable(error: &sqlx::Error) -> Verification {
    let mut found = Verification::default();
    found.say(None, format!("the database cannot be read: {error}"));
    found
}

/// Rows read at once: while they are hashed, the next are read.
const CHUNK: i64 = 4_000;

impl Store {
    /// Verifies this record, as it stands at one moment.
    pub async fn verify(&self, head: Option<&Head>) -> Result<Verification, StoreError> {
        let mut reading = begin_reading(&self.pool, self.dialect).await?;
        let (walked, damage) = tokio::join!(walk(&mut reading, head), self.damage());
        let mut walk = walked?;
        let mut found = std::mem::take(&mut walk.found);
        found.entries = walk.seq;
        for answer in damage? {
            found.say(None, format!("the database file is damaged: {answer}"));
        }
        for problem in check_guards(&mut reading, self.dialect).await? {
            found.say(None, problem);
        }
        let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM entry")
            .fetch_one(&mut *reading)
            .await?;
        if rows != walk.rows {
            let strange = rows - walk.rows;
            found.say(None, format!("{strange} rows among the entries have no number"));
        }
        let check = ProjectionCheck {
            state: std::mem::take(&mut walk.state),
            found,
            seen: HashSet::new(),
        };
        let ProjectionCheck { state, mut found, .. } = check_projection(&mut reading, check).await?;
        check_credentials(&mut reading, &state, &mut found).await?;
        self.check_head(head, &walk, &mut found);
        if walk.set_back > 0 {
            let verb = if walk.set_back == 1 {
                "entry has"
            } else {
                "entries have"
            };
            found.notes.push(format!(
                "{} {verb} an earlier time than the entry before: the machine's clock was set back",
                walk.set_back
            ));
        }
        Ok(found)
    }

    /// What SQLite finds wrong with its file, on a connection of its own, so that it does not hold the walk up.
    async fn damage(&self) -> Result<Vec<String>, StoreError> {
        if self.dialect == Dialect::Postgres {
            return Ok(Vec::new());
        }
        let mut answers: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)")
            .fetch_all(&self.pool)
            .await?;
        answers.retain(|answer| answer != "ok");
        Ok(answers)
    }

    fn check_head(&self, head: Option<&Head>, walk: &Walk, found: &mut Verification) {
        let Some(head) = head else {
            found.notes.push(
                "without a signed head from elsewhere (--head FILE) it cannot be seen whether the last entries were cut \
                 off, the whole file replaced by an older one, or the chain computed anew"
                    .to_owned(),
            );
            return;
        };
        if !head.is_genuine() {
            found.say(None, "the signed head was altered: its signature does not fit");
        }
        if head.study != self.study() {
            found.say(
                None,
                format!(
                    "the signed head is of study {}, the record of {}",
                    head.study,
                    self.study()
                ),
            );
        }
        if walk.seq < head.entries {
            found.say(
                Some(walk.seq + 1),
                format!(
                    "the record ends with entry {}, and the signed head of {} knew {}: entries are gone",
                    walk.seq, head.at, head.entries
                ),
            );
        }
        let after = walk.seq - head.entries;
        if after > 0 {
            found.notes.push(format!(
                "{after} entries were made after the signed head of {}; only their chain was checked",
                head.at
            ));
        }
        found.notes.push(format!("the head was signed by key {}", head.key));
    }
}

/// Walks along the chain; one run of rows is hashed while the next is read.
async fn walk(reading: &mut AnyConnection, head: Option<&Head>) -> Result<Walk, StoreError> {
    let mut walk = Walk::new(head.cloned());
    let mut rows = rows_after(reading, i64::MIN, CHUNK).await;
    let mut limit = CHUNK;
    loop {
        let chunk = match rows {
            Ok(chunk) if chunk.is_empty() => return Ok(walk),
            Ok(chunk) => chunk,
            // A row that cannot even be fetched spoils those fetched with it: find it alone.
            Err(error) if limit > 1 && is_of_a_row(&error) => {
                limit = 1;
                rows = rows_after(reading, walk.row, limit).await;
                continue;
            }
            Err(error) if is_of_a_row(&error) => {
                walk.found.say(
                    Some(walk.seq + 1),
                    format!("the entry after {} cannot be read: {error}", walk.seq),
                );
                return Ok(walk);
            }
            Err(error) => return Err(error.into()),
        };
        // SQLite keeps what is no number after all numbers: nothing can be asked for after it, and it is a problem already.
        let Some(last) = chunk.last().and_then(|row| row.try_get::<i64, _>(0).ok()) else {
            walk.take_rows(&chunk);
            return Ok(walk);
        };
        let hashing = tokio::task::spawn_blocking(move || {
            walk.take_rows(&chunk);
            walk
        });
        rows = rows_after(reading, last, limit).await;
        walk = hashing.await.map_err(lost)?;
        walk.row = last;
    }
}

fn lost(error: tokio::task::JoinError) -> StoreError {
    StoreError::Database(sqlx::Error::Io(std::io::Error::other(error)))
}

async fn rows_after(reading: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<AnyRow>, sqlx::Error> {
    let sql = format!("SELECT {ENTRY} FROM entry WHERE seq > $1 ORDER BY seq LIMIT $2");
    sqlx::query(AssertSqlSafe(sql))
        .bind(after)
        .bind(limit)
        .fetch_all(reading)
        .await
}

/// Every row that is read from must be what the entries make of its record; one run of rows is compared while the next is
/// read.
async fn check_projection(
    reading: &mut AnyConnection,
    mut check: ProjectionCheck,
) -> Result<ProjectionCheck, StoreError> {
    let mut rows = records_from(reading, ">=", "").await?;
    while let Some(last) = rows.last() {
        let Ok(last) = last.try_get::<String, _>(0) else {
            check
                .found
                .say(None, "a row among the current records has a key that is no text");
            check.take_rows(&rows);
            break;
        };
        let comparing = tokio::task::spawn_blocking(move || {
            check.take_rows(&rows);
            check
        });
        let next = records_from(reading, ">", &last).await;
        check = comparing.await.map_err(lost)?;
        rows = next?;
    }
    check.say_missing();
    Ok(check)
}

/// The next current records, from a key on or after it.
async fn records_from(reading: &mut AnyConnection, from: &'static str, key: &str) -> Result<Vec<AnyRow>, sqlx::Error> {
    let sql = format!("SELECT {PROJECTED} FROM record WHERE record {from} $1 ORDER BY record LIMIT $2");
    sqlx::query(AssertSqlSafe(sql))
        .bind(key.to_owned())
        .bind(CHUNK)
        .fetch_all(reading)
        .await
}

/// The current records against the state that the entries give.
struct ProjectionCheck {
    state: State,
    found: Verification,
    seen: HashSet<String>,
}

impl ProjectionCheck {
    fn take_rows(&mut self, rows: &[AnyRow]) {
        for row in rows {
            let Ok(row) = Projected::read(row) else {
                self.found.say(None, "a row among the current records cannot be read");
                continue;
            };
            let Some(record) = self.state.records.get(&row.record) else {
                let what = format!("{} stands among the current records and no entry made it", row.record);
                self.found.say(None, what);
                continue;
            };
            if !is_of(&row, record) {
                let what = format!(
                    "{} reads otherwise among the current records than its entries say",
                    row.record
                );
                self.found.say(Some(record.last), what);
            }
            self.seen.insert(row.record);
        }
    }

    fn say_missing(&mut self) {
        for (key, record) in self.state.records.iter().filter(|(key, _)| !self.seen.contains(*key)) {
            let what = format!("{key} is missing among the current records");
            self.found.say(Some(record.last), what);
        }
    }
}

fn is_of(row: &Projected, record: &Record) -> bool {
    let mut expected = Projected::of(record);
    if expected.state != row.state && serde_json::from_str::<Record>(&row.state).is_ok_and(|read| read == *record) {
        expected.state.clone_from(&row.state);
    }
    expected == *row
}

/// Each account has one password, set through the program.
async fn check_credentials(
    reading: &mut AnyConnection,
    state: &State,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT account, hash, changed_at, must_change FROM credential")
        .fetch_all(reading)
        .await?;
    let mut seen = std::collections::BTreeSet::new();
    for row in &rows {
        let Ok(credential) = Credential::read(row) else {
            found.say(None, "a row among the passwords cannot be read");
            continue;
        };
        let name = credential.account.clone();
        let account = state.records.get(&format!("{ACCOUNTS}/{name}/1"));
        if !account.is_some_and(|record| Account::from_record(record).owns(&credential)) {
            found.say(None, format!("the password of {name} was not set through the program"));
        }
        seen.insert(name);
    }
    for record in state.records.values().filter(|record| record.form == "account") {
        let name = Account::from_record(record).name;
        if !seen.contains(&name) {
            found.say(None, format!("the password of {name} was taken away"));
        }
    }
    Ok(())
}
