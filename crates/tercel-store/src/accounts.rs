//! Accounts, passwords, sessions and tokens.
//!
//! An account is a record of form `account`: who made it, gave it a role or disabled it is in the chain. Password
//! hashes and tokens are not: they stand in tables of their own, and the chain holds only a fingerprint of what stands
//! beside a password, so that a hash exchanged behind the program's back lets nobody in and is seen by `verify`.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use thiserror::Error;

use crate::change::{Author, Change, NewRecord, Refusal};
use crate::clock::stamp;
use crate::door::Door;
use crate::entry::{hex, sha256};
use crate::error::StoreError;
use crate::read::RecordFilter;
use crate::state::{Record, Values};
use crate::store::{Beside, Store};

/// The series of account records.
pub const ACCOUNTS: &str = "ACCOUNT";

/// A role at one site, or at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Role.
    pub role: String,
    /// Site; every site where `None`.
    pub site: Option<String>,
}

impl Grant {
    /// `role@site`, `role@*` for every site.
    pub fn parse(text: &str) -> Option<Self> {
        let (role, site) = text.split_once('@')?;
        let fits = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || "-_.*".contains(letter))
        };
        (fits(role) && fits(site)).then(|| Self {
            role: role.to_owned(),
            site: (site != "*").then(|| site.to_owned()),
        })
    }
}

impl std::fmt::Display for Grant {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}@{}", self.role, self.site.as_deref().unwrap_or("*"))
    }
}

/// A user as the record knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Name to sign in with.
    pub name: String,
    /// Printed name: what stands beside a signature.
    pub printed: String,
    /// Roles.
    pub grants: BTreeSet<Grant>,
    /// No longer lets anybody in.
    pub disabled: bool,
    /// The record of the account.
    pub record: String,
    /// Its version.
    pub version: i64,
    fingerprint: String,
}

impl Account {
    pub(crate) fn from_record(record: &Record) -> Self {
        let value = |field| record.value(field).unwrap_or_default().to_owned();
        Self {
            name: value("name"),
            printed: value("printed"),
            grants: value("grants").split_whitespace().filter_map(Grant::parse).collect(),
            disabled: record.voided || record.value("disabled") == Some("Y"),
            record: record.key.clone(),
            version: record.version,
            fingerprint: value("fingerprint"),
        }
    }

    /// Whether the chain knows these credentials.
    pub(crate) fn owns(&self, credential: &Credential) -> bool {
        self.fingerprint == credential.fingerprint()
    }

    fn values(&self) -> Values {
        let grants: Vec<String> = self.grants.iter().map(ToString::to_string).collect();
        let values = [
            ("name", self.name.clone()),
            ("printed", self.printed.clone()),
            ("grants", grants.join(" ")),
            ("disabled", if self.disabled { "Y" } else { "N" }.to_owned()),
            ("fingerprint", self.fingerprint.clone()),
        ];
        values
            .into_iter()
            .map(|(field, value)| (field.to_owned(), value))
            .collect()
    }
}

/// Rules of passwords and sessions (OWASP ASVS 4.0.3, level 2: 2.1.1, 2.2.1, 2.3.1, 3.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessRules {
    /// Letters a password has at least.
    pub password_min: usize,
    /// Letters a password has at most.
    pub password_max: usize,
    /// Failures after which an account waits.
    pub failures: i64,
    /// Seconds it waits after that, and after each further one.
    pub lock_seconds: i64,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: i64,
    /// Hours after which a session ends.
    pub absolute_hours: i64,
    /// Hours after which a password set by somebody else lets nobody in.
    pub first_password_hours: i64,
}

/// The rules in force.
pub const ACCESS: AccessRules = AccessRules {
    password_min: 12,
    password_max: 128,
    failures: 5,
    lock_seconds: 60,
    idle_minutes: 30,
    absolute_hours: 12,
    first_password_hours: 72,
};

/// How a sign-in ended. All refusals look alike to who tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// The password is right.
    Passed {
        /// The account.
        account: Account,
        /// The password was set by somebody else and must be changed first.
        must_change: bool,
    },
    /// Name or password is wrong, or the account is disabled.
    Refused,
    /// Too many failures; try after this time.
    Waiting {
        /// Until when, UTC.
        until: String,
    },
}

/// A session or token that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Account name.
    pub account: String,
    /// Token that every form must carry back.
    pub csrf: String,
    /// When it began, UTC.
    pub created_at: String,
    /// The password was set by somebody else: nothing but choosing one's own is let through.
    pub must_change: bool,
    /// A program's token, not a browser's session.
    pub program: bool,
}

/// A session of a browser in a list of its owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Names it: the hash of its token, from which the token cannot be had.
    pub id: String,
    /// When it began, UTC.
    pub began: String,
    /// When it was last used, UTC, to the minute.
    pub seen: String,
}

impl OpenSession {
    /// Whether it is the one of a token.
    pub fn is_of(&self, token: &str) -> bool {
        self.id == sha256(token.as_bytes())
    }
}

/// A row of the table of passwords.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Credential {
    pub(crate) account: String,
    pub(crate) hash: String,
    pub(crate) changed_at: String,
    pub(crate) must_change: String,
}

impl Credential {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account: row.try_get(0)?,
            hash: row.try_get(1)?,
            changed_at: row.try_get(2)?,
            must_change: row.try_get(3)?,
        })
    }

    /// What the chain holds of it.
    fn fingerprint(&self) -> String {
        let Self {
            account,
            hash,
            changed_at,
            must_change,
        } = self;
        sha256(format!("{account}\n{hash}\n{changed_at}\n{must_change}").as_bytes())
    }

    fn put(&self) -> Beside {
        (
            "INSERT INTO credential (account, hash, changed_at, must_change) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at,
                 must_change = excluded.must_change",
            vec![
                self.account.clone(),
                self.hash.clone(),
                self.changed_at.clone(),
                self.must_change.clone(),
            ],
        )
    }
}

/// Argon2id with 19 MiB, two passes and one lane, as OWASP asks for at least.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash nobody has the password of: checking it takes as long as checking a real one.
const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dGVyY2VsLWR1bW15LXNhbHQ$Q1dZ3mYw3cHj1mS4H0mJ8m3d3hC1p3lG0m7JxqkQn2E";

fn password_matches(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A random token: 256 bits in hexadecimal.
pub fn new_token() -> Result<String, StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Random)?;
    Ok(hex(&bytes))
}

/// Why a password cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordProblem {
    /// Too few letters: how many it has.
    #[error("the password has {0} letters; take at least {min}", min = ACCESS.password_min)]
    TooShort(usize),
    /// Too many letters: how many it has.
    #[error("the password has {0} letters; take at most {max}", max = ACCESS.password_max)]
    TooLong(usize),
    /// Easily guessed.
    #[error("the password is one of the first that are tried; take several words of your own")]
    Common,
    /// It holds the name of its account.
    #[error("the password contains the account's name {0}; leave the name out")]
    Name(String),
    /// The one there was before.
    #[error("the new password is the one there was before; take another")]
    Same,
}

/// Letters from which on the name of an account may not stand in its password: shorter ones stand in many words.
const NAME_IN_PASSWORD: usize = 4;

/// Why a password cannot be one, or nothing.
pub fn password_problem(password: &str, account: &str) -> Option<PasswordProblem> {
    let letters = password.chars().count();
    if letters < ACCESS.password_min {
        return Some(PasswordProblem::TooShort(letters));
    }
    if letters > ACCESS.password_max {
        return Some(PasswordProblem::TooLong(letters));
    }
    let lower = password.to_lowercase();
    let distinct: BTreeSet<char> = lower.chars().collect();
    let common = COMMON
        .iter()
        .any(|common| lower.contains(common) && letters < common.len() + 8);
    let easy = common || distinct.len() < 5;
    if easy {
        return Some(PasswordProblem::Common);
    }
    let named = account.chars().count() >= NAME_IN_PASSWORD && lower.contains(&account.to_lowercase());
    named.then(|| PasswordProblem::Name(account.to_owned()))
}

/// Parts of passwords that are tried first.
const COMMON: [&str; 14] = [
    "password", "passwort", "qwerty", "123456", "letmein", "welcome", "iloveyou", "admin", "tercel", "abc123",
    "monkey", "dragon", "football", "111111",
];

impl Store {
    /// Every account.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let filter = RecordFilter {
            form: Some("account".to_owned()),
            ..RecordFilter::default()
        };
        Ok(self.records(&filter).await?.iter().map(Account::from_record).collect())
    }

    /// The account of a name.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        Ok(self
            .record(&account_key(name))
            .await?
            .as_ref()
            .map(Account::from_record))
    }

    /// The account of a name, however capitals stand in it: two accounts do not differ by them alone.
    pub async fn account_like(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let lower = name.to_lowercase();
        let mut accounts = self.accounts().await?.into_iter();
        Ok(accounts.find(|account| account.name.to_lowercase() == lower))
    }

    /// Adds an account.
    pub async fn add_account(
        &self,
        by: &Author,
        name: &str,
        printed: &str,
        grants: &BTreeSet<Grant>,
        password: &str,
    ) -> Result<Account, StoreError> {
        if let Some(there) = self.account_like(name).await? {
            return Err(Refusal::NameTaken(there.name).into());
        }
        let hash = hash_password(password).await?;
        let credential = self.credential(name, hash, by);
        let account = Account {
            name: name.to_owned(),
            printed: printed.to_owned(),
            grants: grants.clone(),
            disabled: false,
            record: account_key(name),
            version: 1,
            fingerprint: credential.fingerprint(),
        };
        let new = NewRecord {
            series: format!("{ACCOUNTS}/{name}"),
            number: Some(1),
            form: "account".to_owned(),
            subject: None,
            site: None,
            happened: None,
            values: account.values(),
        };
        self.append_beside(by, None, &[Change::Create(new)], &[credential.put()])
            .await?;
        Ok(account)
    }

    /// Changes roles, printed name or whether the account is disabled. Its sessions end.
    pub async fn change_account(&self, by: &Author, changed: &Account, reason: &str) -> Result<(), StoreError> {
        self.correct_account(by, changed, reason, Vec::new()).await
    }

    /// Sets a password. Every session of the account ends.
    pub async fn set_password(&self, by: &Author, account: &Account, password: &str) -> Result<(), StoreError> {
        let hash = hash_password(password).await?;
        let credential = self.credential(&account.name, hash, by);
        let changed = Account {
            fingerprint: credential.fingerprint(),
            ..account.clone()
        };
        self.correct_account(by, &changed, "password set", vec![credential.put()])
            .await
    }

    async fn correct_account(
        &self,
        by: &Author,
        changed: &Account,
        reason: &str,
        mut beside: Vec<Beside>,
    ) -> Result<(), StoreError> {
        let change = Change::Correct {
            record: changed.record.clone(),
            seen: changed.version,
            values: changed.values(),
            happened: None,
            reason: reason.to_owned(),
        };
        beside.push(("DELETE FROM session WHERE account = $1", vec![changed.name.clone()]));
        beside.push(("DELETE FROM attempt WHERE account = $1", vec![changed.name.clone()]));
        self.append_beside(by, None, &[change], &beside).await?;
        Ok(())
    }

    fn credential(&self, account: &str, hash: String, by: &Author) -> Credential {
        let must_change = if by.account == account { "N" } else { "Y" };
        Credential {
            account: account.to_owned(),
            hash,
            changed_at: stamp(self.clock.now()),
            must_change: must_change.to_owned(),
        }
    }

    /// Checks a password tried from anywhere.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<SignIn, StoreError> {
        self.sign_in_at(name, password, Door::Street).await
    }

    /// Checks a password. Failures are counted per account and door, slow it down, and are written to the chain. One
    /// password is hashed whatever comes out.
    pub async fn sign_in_at(&self, name: &str, password: &str, door: Door<'_>) -> Result<SignIn, StoreError> {
        let account = self.account(name).await?.filter(|account| !account.disabled);
        let known = account.as_ref().map(|account| account.name.clone());
        let counter = self.counter(known.as_deref().unwrap_or_default(), door).await?;
        let waiting = match &known {
            Some(_) => self.waiting_until(&counter).await?,
            None => None,
        };
        let row = sqlx::query("SELECT account, hash, changed_at, must_change FROM credential WHERE account = $1")
            .bind(known.clone().unwrap_or_default())
            .fetch_optional(&self.pool)
            .await?;
        let credential = row.as_ref().map(Credential::read).transpose()?;
        let own = match (&account, &credential) {
            (Some(account), Some(credential)) => account.owns(credential),
            (None, _) | (_, None) => false,
        };
        let must_change = credential
            .as_ref()
            .is_some_and(|credential| credential.must_change == "Y");
        let set = credential.as_ref().map(|credential| credential.changed_at.as_str());
        let expired = must_change && self.seconds_since(set.unwrap_or_default()) >= ACCESS.first_password_hours * 3600;
        let hash = credential.map_or_else(|| DUMMY.to_owned(), |credential| credential.hash);
        let password = password.to_owned();
        let right = tokio::task::spawn_blocking(move || password_matches(&hash, &password))
            .await
            .map_err(|_| StoreError::Password)?;
        // To who tries it, one that is over is like any wrong one.
        let right = right && !expired;
        if let Some(until) = waiting {
            return Ok(SignIn::Waiting { until });
        }
        match account {
            Some(account) if right && own => {
                sqlx::query("UPDATE attempt SET failures = 0 WHERE account = $1")
                    .bind(counter)
                    .execute(&self.pool)
                    .await?;
                Ok(SignIn::Passed { account, must_change })
            }
            _ => {
                self.count_failure(known.as_deref().map(|name| (name, counter))).await?;
                Ok(SignIn::Refused)
            }
        }
    }

    /// Begins a session and returns its token; only a hash of it is kept. `label` makes an API token of it, which
    /// lasts until `expires` instead of ending when idle.
    pub async fn begin_session(
        &self,
        account: &str,
        label: Option<&str>,
        expires: Option<Timestamp>,
    ) -> Result<(String, Session), StoreError> {
        let token = new_token()?;
        let now = stamp(self.clock.now());
        let must_change: Option<String> = sqlx::query_scalar("SELECT must_change FROM credential WHERE account = $1")
            .bind(account.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        let session = Session {
            account: account.to_owned(),
            csrf: new_token()?,
            created_at: now.clone(),
            must_change: must_change.as_deref() == Some("Y"),
            program: label.is_some(),
        };
        sqlx::query(
            "INSERT INTO session (token, account, csrf, created_at, seen_at, expires_at, label) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(sha256(token.as_bytes()))
        .bind(account.to_owned())
        .bind(session.csrf.clone())
        .bind(now.clone())
        .bind(now)
        .bind(expires.map(stamp))
        .bind(label.map(str::to_owned))
        .execute(&self.pool)
        .await?;
        Ok((token, session))
    }

    /// The session of a token, if it is in force. The request counts as activity.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        let key = sha256(token.as_bytes());
        let row = sqlx::query(
            "SELECT session.account, csrf, created_at, seen_at, expires_at, label, must_change
                 FROM session JOIN credential ON credential.account = session.account WHERE token = $1",
        )
        .bind(key.clone())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (created_at, seen_at): (String, String) = (row.try_get(2)?, row.try_get(3)?);
        let (expires_at, label): (Option<String>, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
        let now = self.clock.now();
        let over = if label.is_some() {
            expires_at.is_some_and(|until| until <= stamp(now))
        } else {
            self.is_over(&created_at, &seen_at)
        };
        if over {
            self.end_session(token).await?;
            return Ok(None);
        }
        // Once a minute is enough for an idle limit of half an hour, and spares a write per page.
        if self.seconds_since(&seen_at) >= 60 {
            sqlx::query("UPDATE session SET seen_at = $1 WHERE token = $2")
                .bind(stamp(now))
                .bind(key)
                .execute(&self.pool)
                .await?;
        }
        Ok(Some(Session {
            account: row.try_get(0)?,
            csrf: row.try_get(1)?,
            created_at,
            must_change: row.try_get::<String, _>(6)? == "Y",
            program: label.is_some(),
        }))
    }

    /// Seconds since a time that is kept; one that cannot be read is long ago.
    fn seconds_since(&self, text: &str) -> i64 {
        let now = self.clock.now();
        text.parse::<Timestamp>()
            .map_or(i64::MAX, |time| now.duration_since(time).as_secs())
    }

    /// Whether a browser's session that began and was last used then has ended.
    fn is_over(&self, created_at: &str, seen_at: &str) -> bool {
        self.seconds_since(seen_at) >= ACCESS.idle_minutes * 60
            || self.seconds_since(created_at) >= ACCESS.absolute_hours * 3600
    }

    /// Sessions of browsers that an account has in force, the last used first.
    pub async fn sessions(&self, account: &str) -> Result<Vec<OpenSession>, StoreError> {
        let rows = sqlx::query(
            "SELECT token, created_at, seen_at FROM session WHERE account = $1 AND label IS NULL ORDER BY seen_at DESC, created_at DESC",
        )
        .bind(account.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let all: Result<Vec<OpenSession>, sqlx::Error> = rows
            .iter()
            .map(|row| {
                Ok(OpenSession {
                    id: row.try_get(0)?,
                    began: row.try_get(1)?,
                    seen: row.try_get(2)?,
                })
            })
            .collect();
        let mut all = all?;
        all.retain(|one| !self.is_over(&one.began, &one.seen));
        Ok(all)
    }

    /// Ends one session of an account.
    pub async fn end_session_of(&self, account: &str, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE account = $1 AND token = $2 AND label IS NULL")
            .bind(account.to_owned())
            .bind(id.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Tokens for programs that an account has: label, since when, until when.
    pub async fn tokens(&self, account: &str) -> Result<Vec<(String, String, Option<String>)>, StoreError> {
        let rows = sqlx::query(
            "SELECT label, created_at, expires_at FROM session WHERE account = $1 AND label IS NOT NULL ORDER BY created_at",
        )
        .bind(account.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
            .collect()
    }

    /// Ends the token of an account that has this label.
    pub async fn end_token(&self, account: &str, label: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE account = $1 AND label = $2")
            .bind(account.to_owned())
            .bind(label.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&self, token: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE token = $1")
            .bind(sha256(token.as_bytes()))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends every session and token of an account.
    pub async fn end_sessions(&self, account: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE account = $1")
            .bind(account.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn account_key(name: &str) -> String {
    format!("{ACCOUNTS}/{name}/1")
}

async fn hash_password(password: &str) -> Result<String, StoreError> {
    let password = password.to_owned();
    let hashed =
        tokio::task::spawn_blocking(move || hasher().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    hashed
        .await
        .map_err(|_| StoreError::Password)?
        .map_err(|_| StoreError::Password)
}
