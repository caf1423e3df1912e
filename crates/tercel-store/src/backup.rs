//! Backup and restore: one text file that both databases can be laid from.
//!
//! The first line names study and signed head, then come entries and password hashes, one JSON document a line; the
//! last line is the SHA-256 of all lines before it. Sessions and tokens are not kept.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::accounts::Credential;
use crate::address::Address;
use crate::change::{Author, Change};
use crate::clock::Clock;
use crate::database::{begin_reading, connect, lay_vacant};
use crate::entry::{Entry, Kind, NO_PRIOR, hex};
use crate::error::StoreError;
use crate::head::{Head, HeadKey, end_of_chain};
use crate::rows::{entries_between, insert_entries, put_records};
use crate::state::State;
use crate::store::Store;

/// The form of the file.
const FORMAT: &str = "tercel-backup-1";
/// The longest line that is read: an entry with its payload, written as JSON text.
const MAX_LINE: u64 = 32 << 20;

#[derive(Serialize, Deserialize)]
struct First {
    format: String,
    head: Head,
}

/// An entry as a line of a backup.
#[derive(Serialize, Deserialize)]
struct Line {
    seq: i64,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    form: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    site: Option<String>,
    author: String,
    role: String,
    entered_at: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    happened: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    protocol: Option<String>,
    payload: String,
    hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Body {
    Entry(Box<Line>),
    Credential(Credential),
    End { sha256: String },
}

impl Store {
    /// Writes everything that was entered. The backup itself is an entry, and stands in it.
    pub async fn backup(&self, by: &Author, key: &HeadKey, out: &mut impl Write) -> Result<Head, StoreError> {
        let event = json!({"event": "backup"});
        self.append(by, None, &[Change::Export { event }]).await?;
        // One state of everything: a password set meanwhile would not fit the entries before it.
        let mut reading = begin_reading(&self.pool, self.dialect).await?;
        let (last, hash) = end_of_chain(&mut reading).await?;
        let head = self.sign_head(key, last, hash);
        let mut sha = Sha256::new();
        let first = First {
            format: FORMAT.to_owned(),
            head: head.clone(),
        };
        put(out, &mut sha, &first)?;
        let mut from = 0;
        loop {
            let entries = entries_between(&mut reading, from, head.entries, 2_000).await?;
            let Some(last) = entries.last() else {
                break;
            };
            from = last.seq;
            for entry in entries {
                put(out, &mut sha, &Body::Entry(Box::new(line_of(entry))))?;
            }
        }
        let rows = sqlx::query("SELECT account, hash, changed_at, must_change FROM credential ORDER BY account")
            .fetch_all(&mut *reading)
            .await?;
        for row in rows {
            let credential = Credential::read(&row)?;
            put(out, &mut sha, &Body::Credential(credential))?;
        }
        let end = Body::End {
            sha256: hex(&sha.finalize()),
        };
        put(out, &mut Sha256::new(), &end)?;
        out.flush().map_err(failed)?;
        Ok(head)
    }

    /// Lays a record from a backup where there is none: everything, or nothing.
    pub async fn restore(
        address: &Address,
        clock: Clock,
        input: &mut impl BufRead,
    ) -> Result<(Self, Head), StoreError> {
        let there = matches!(address, Address::Sqlite(path) if path.exists());
        let answer = restore(address, input).await;
        if answer.is_err()
            && !there
            && let Address::Sqlite(path) = address
        {
            for end in ["", "-wal", "-shm"] {
                let mut file = path.clone().into_os_string();
                file.push(end);
                let _ = std::fs::remove_file(file);
            }
        }
        let head = answer?;
        Ok((Self::open(address, clock).await?, head))
    }
}

async fn restore(address: &Address, input: &mut impl BufRead) -> Result<Head, StoreError> {
    let mut sha = Sha256::new();
    let mut number = 1;
    let broken = |number: usize, what: &str| StoreError::Backup(format!("line {number}: {what}"));
    let first = next(input)?.ok_or_else(|| broken(1, "the file is empty"))?;
    sha.update(&first);
    let first: First = serde_json::from_slice(&first).map_err(|_| broken(1, "this is no backup of tercel"))?;
    if first.format != FORMAT {
        return Err(broken(1, &format!("the format {} is not known", first.format)));
    }
    if !first.head.is_genuine() {
        return Err(broken(1, "the signed head was altered"));
    }
    let (pool, dialect) = connect(address, true).await?;
    let mut connection = pool.acquire().await?;
    let mut transaction = lay_vacant(&mut connection, dialect, address).await?;
    let mut state = State::default();
    let (mut seq, mut prior) = (0, NO_PRIOR.to_owned());
    loop {
        number += 1;
        let line = next(input)?.ok_or_else(|| broken(number, "the file breaks off; take a whole one"))?;
        let body = serde_json::from_slice(&line).map_err(|error| broken(number, &error.to_string()))?;
        match body {
            Body::Entry(line) => {
                let entry = entry_of(*line, &prior).ok_or_else(|| broken(number, "an unknown kind of entry"))?;
                if entry.seq != seq + 1 || entry.hash != entry.derive_hash() {
                    return Err(broken(number, &format!("entry {} was altered", entry.seq)));
                }
                insert_entries(&mut transaction, std::slice::from_ref(&entry)).await?;
                state.take(&entry);
                (seq, prior) = (entry.seq, entry.hash);
            }
            Body::Credential(credential) => {
                sqlx::query("INSERT INTO credential (account, hash, changed_at, must_change) VALUES ($1, $2, $3, $4)")
                    .bind(credential.account)
                    .bind(credential.hash)
                    .bind(credential.changed_at)
                    .bind(credential.must_change)
                    .execute(&mut *transaction)
                    .await?;
            }
            Body::End { sha256 } => {
                if sha256 != hex(&sha.finalize()) {
                    return Err(broken(number, "the file was altered: its hash does not fit"));
                }
                break;
            }
        }
        sha.update(&line);
    }
    if seq != first.head.entries || prior != first.head.hash {
        return Err(broken(number, "the entries are not those of the signed head"));
    }
    put_records(&mut transaction, state.records.values()).await?;
    transaction.commit().await?;
    drop(connection);
    pool.close().await;
    Ok(first.head)
}

fn put(out: &mut impl Write, sha: &mut Sha256, value: &impl Serialize) -> Result<(), StoreError> {
    let mut bytes = serde_json::to_vec(value).map_err(|error| StoreError::Backup(error.to_string()))?;
    bytes.push(b'\n');
    sha.update(&bytes);
    out.write_all(&bytes).map_err(failed)
}

/// The next line with its end.
fn next(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, StoreError> {
    let mut line = Vec::new();
    let mut limited = std::io::Read::take(input, MAX_LINE);
    limited.read_until(b'\n', &mut line).map_err(failed)?;
    Ok((!line.is_empty()).then_some(line))
}

fn failed(source: std::io::Error) -> StoreError {
    StoreError::File {
        path: "the backup".to_owned(),
        source,
    }
}

fn line_of(entry: Entry) -> Line {
    Line {
        seq: entry.seq,
        kind: entry.kind.name().to_owned(),
        record: entry.record,
        version: entry.version,
        form: entry.form,
        subject: entry.subject,
        site: entry.site,
        author: entry.author,
        role: entry.role,
        entered_at: entry.entered_at,
        happened: entry.happened,
        reason: entry.reason,
        protocol: entry.protocol,
        payload: entry.payload,
        hash: entry.hash,
    }
}

fn entry_of(line: Line, prior: &str) -> Option<Entry> {
    Some(Entry {
        seq: line.seq,
        kind: Kind::from_name(&line.kind)?,
        record: line.record,
        version: line.version,
        form: line.form,
        subject: line.subject,
        site: line.site,
        author: line.author,
        role: line.role,
        entered_at: line.entered_at,
        happened: line.happened,
        reason: line.reason,
        protocol: line.protocol,
        payload: line.payload,
        prior: prior.to_owned(),
        hash: line.hash,
    })
}
