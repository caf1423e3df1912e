//! Where a password is tried, and how tries are slowed down.
//!
//! Whoever knows a name can make its account wait by trying passwords. So that this keeps nobody out of the study at
//! night, tries are counted apart: from anywhere ([`Door::Street`]), from a browser in which the account has signed in
//! before ([`Door::Browser`]), and by somebody who is signed in already, such as for a signature ([`Door::Inside`]).
//! Tries from the street never make the other two wait. Each count allows at most 64 tries an hour; OWASP ASVS 4.0.3,
//! 2.2.1, allows 100.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::Row;

use crate::accounts::{ACCESS, new_token};
use crate::change::{Author, Change};
use crate::clock::stamp;
use crate::entry::sha256;
use crate::error::StoreError;
use crate::store::{Beside, Store};

/// Where a password is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door<'a> {
    /// Anywhere.
    Street,
    /// A browser that has this key. A key that is not the account's counts as none.
    Browser(&'a str),
    /// By somebody who is signed in.
    Inside,
}

/// Days for which a browser is known after the account last signed in there.
const BROWSER_DAYS: i64 = 90;

/// Unknown names tried since the last entry that says so, and when that was written.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    written: Option<Timestamp>,
    unwritten: u64,
}

/// The row of tries from a browser. No account name has a blank in it.
fn browser_row(key: &str, account: &str) -> String {
    format!("browser {} {account}", sha256(key.as_bytes()))
}

impl Store {
    /// The row in which tries through a door are counted.
    pub(crate) async fn counter(&self, account: &str, door: Door<'_>) -> Result<String, StoreError> {
        Ok(match door {
            Door::Street => account.to_owned(),
            Door::Inside => format!("inside {account}"),
            Door::Browser(key) => {
                let row = browser_row(key, account);
                if self.knows(&row).await? {
                    row
                } else {
                    account.to_owned()
                }
            }
        })
    }

    /// Whether an account has signed in with this browser.
    pub async fn knows_browser(&self, account: &str, key: &str) -> Result<bool, StoreError> {
        if account.contains('\0') {
            return Ok(false);
        }
        self.knows(&browser_row(key, account)).await
    }

    async fn knows(&self, row: &str) -> Result<bool, StoreError> {
        let known: Option<i64> = sqlx::query_scalar("SELECT failures FROM attempt WHERE account = $1 AND last_at > $2")
            .bind(row.to_owned())
            .bind(stamp(self.days_ago()))
            .fetch_optional(&self.pool)
            .await?;
        Ok(known.is_some())
    }

    fn days_ago(&self) -> Timestamp {
        let now = self.clock.now();
        now.checked_sub(SignedDuration::from_hours(24 * BROWSER_DAYS))
            .unwrap_or(now)
    }

    /// After a sign-in: the key by which the browser is known from now on. Only a hash of it is kept.
    pub async fn know_browser(&self, account: &str, held: Option<&str>) -> Result<String, StoreError> {
        let key = match held {
            Some(held) if self.knows(&browser_row(held, account)).await? => held.to_owned(),
            Some(_) | None => new_token()?,
        };
        sqlx::query("DELETE FROM attempt WHERE account LIKE 'browser %' AND last_at < $1")
            .bind(stamp(self.days_ago()))
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "INSERT INTO attempt (account, failures, last_at) VALUES ($1, 0, $2)
             ON CONFLICT (account) DO UPDATE SET failures = 0, last_at = excluded.last_at",
        )
        .bind(browser_row(&key, account))
        .bind(stamp(self.clock.now()))
        .execute(&self.pool)
        .await?;
        Ok(key)
    }

    /// Until when tries in a row are not looked at.
    pub(crate) async fn waiting_until(&self, counter: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT failures, last_at FROM attempt WHERE account = $1")
            .bind(counter.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (failures, last_at): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        let Ok(last) = last_at.parse::<Timestamp>() else {
            return Ok(None);
        };
        if failures < ACCESS.failures {
            return Ok(None);
        }
        let until = last
            .checked_add(SignedDuration::from_secs(ACCESS.lock_seconds))
            .unwrap_or(last);
        Ok((until > self.clock.now()).then(|| stamp(until)))
    }

    /// What was typed as a name may be a password: it is not written down. Names that are no account's are written at
    /// most once a minute, with their number: a stranger does not fill the record.
    pub(crate) async fn count_failure(&self, known: Option<(&str, String)>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some((account, counter)) = known else {
            let Some(tried) = self.tried_by_strangers(now) else {
                return Ok(());
            };
            return self
                .refused(
                    "unknown",
                    json!({"event": "sign-in refused", "tries": tried}),
                    Vec::new(),
                )
                .await;
        };
        let count: Beside = (
            "INSERT INTO attempt (account, failures, last_at) VALUES ($1, 1, $2)
             ON CONFLICT (account) DO UPDATE SET failures = attempt.failures + 1, last_at = excluded.last_at",
            vec![counter, stamp(now)],
        );
        self.refused(account, json!({"event": "sign-in refused"}), vec![count])
            .await
    }

    async fn refused(&self, account: &str, event: serde_json::Value, beside: Vec<Beside>) -> Result<(), StoreError> {
        let author = Author {
            account: account.to_owned(),
            role: "none".to_owned(),
        };
        self.append_beside(&author, None, &[Change::Access { event }], &beside)
            .await?;
        Ok(())
    }

    /// How many unknown names are to be written now, this one included; `None` while the last entry is fresh.
    fn tried_by_strangers(&self, now: Timestamp) -> Option<u64> {
        let mut strangers = self.strangers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        strangers.unwritten += 1;
        let fresh = strangers
            .written
            .is_some_and(|written| now.duration_since(written).as_secs() < 60);
        if fresh {
            return None;
        }
        strangers.written = Some(now);
        Some(std::mem::take(&mut strangers.unwritten))
    }
}
