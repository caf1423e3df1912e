//! The application: one store, one protocol, and what both of them say now.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use serde_json::Value;
use tercel::conduct::SiteVersion;
use tercel::protocol::{Trial, parse_protocol};
use tercel_store::{Entry, Head, HeadKey, Record, RecordFilter, Store, StoreError};

use crate::conduct::site_time;
use crate::protocol::{PROTOCOL_SITE, site_versions};
use crate::refused::Refused;
use crate::snapshot::Known;
use crate::street::Street;

/// How the application is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The trial folder.
    pub folder: PathBuf,
    /// Whether browsers reach it by HTTPS, through a proxy: cookies are then sent over nothing else.
    pub secure: bool,
    /// The code that lets the first user in, where there is none yet.
    pub setup_code: Option<String>,
    /// Accounts shown on the sign-in page of a demonstration: name, role, password.
    pub demo_accounts: Vec<(String, String, String)>,
}

/// Forms of what a page must not be without, if it is a moment old.
const GRAVE: [&str; 13] = [
    "conduct-pause",
    "conduct-resume",
    "conduct-bag",
    "infusion",
    "vector-test",
    "conduct-withdrawal",
    "death",
    "disposition",
    "deviation",
    "crs-finding",
    "icans-finding",
    "dlt-adjudication",
    "halt-lifted",
];

/// Whether an entry is of an adverse event that may be a DLT or set off a halt: serious, or of grade 3 or higher.
fn is_severe(entry: &Entry) -> bool {
    if entry.form.as_deref() != Some("adverse-event") {
        return false;
    }
    let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
    let answer = |field: &str| payload.get("values")?.get(field)?.as_str();
    answer("aeser") == Some("Y") || matches!(answer("aetoxgr"), Some("3" | "4" | "5"))
}

/// The application.
#[derive(Debug)]
pub struct App {
    /// The record.
    pub store: Store,
    /// The protocol in force.
    pub trial: Arc<Trial>,
    /// Key that signs heads.
    pub key: HeadKey,
    /// How it is run.
    pub settings: Settings,
    pub(crate) known: Known,
    /// The last entry that no page may be without, however long the study takes to derive.
    pub(crate) grave: AtomicI64,
    pub(crate) computing: tokio::sync::Mutex<()>,
    /// One step of a meeting at a time: what a step rests on is what the step before it left.
    pub(crate) deciding: tokio::sync::Mutex<()>,
    /// One change at a time where a halt or a closed level hangs on it: two at once would each find it kept up by the other.
    pub(crate) guarding: tokio::sync::Mutex<()>,
    pub(crate) street: Street,
    pub(crate) refused: Refused,
}

impl App {
    /// The application over an open store.
    pub fn new(store: Store, trial: Trial, key: HeadKey, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            store,
            trial: Arc::new(trial),
            key,
            settings,
            known: Known::default(),
            grave: AtomicI64::new(0),
            computing: tokio::sync::Mutex::new(()),
            deciding: tokio::sync::Mutex::new(()),
            guarding: tokio::sync::Mutex::new(()),
            street: Street::new(),
            refused: Refused::default(),
        })
    }

    /// Remembers entries that every page shows at once: a halt and its end, an infusion, a death, a severe event, a verdict.
    pub(crate) fn remember_grave(&self, entries: &[Entry]) {
        let grave = entries.iter().filter(|entry| {
            let form = entry.form.as_deref();
            form.is_some_and(|form| GRAVE.contains(&form)) || is_severe(entry)
        });
        let last = grave.map(|entry| entry.seq).max();
        self.grave.fetch_max(last.unwrap_or(0), Ordering::Relaxed);
    }

    /// The protocol file, where it still says what the program runs.
    pub(crate) fn protocol_file(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.settings.folder.join("protocol.toml")).ok()?;
        let is_running = parse_protocol("protocol.toml", &text).is_ok_and(|trial| trial == *self.trial);
        is_running.then_some(text)
    }

    /// Now, by the clock of the site.
    pub(crate) fn now(&self) -> jiff::civil::DateTime {
        site_time(self.store.clock().now())
    }

    /// Today, where the site is: the day of entry. The machine's time zone is the site's.
    pub fn today(&self) -> jiff::civil::Date {
        self.store.clock().now().to_zoned(TimeZone::system()).date()
    }

    /// The version of the protocol that entries at a site are made under: the one in force there, where there is one.
    pub(crate) async fn version_at(&self, site: Option<&str>) -> Result<String, StoreError> {
        let Some(site) = site else {
            return Ok(self.trial.version.clone());
        };
        let known = site_versions(self.records_of_form(PROTOCOL_SITE).await?.iter());
        let in_force = SiteVersion::in_force(&known, site, self.today());
        Ok(in_force.map_or_else(|| self.trial.version.clone(), |one| one.version.clone()))
    }

    /// Every record of a form.
    pub(crate) async fn records_of_form(&self, form: &str) -> Result<Vec<Record>, StoreError> {
        let filter = RecordFilter {
            form: Some(form.to_owned()),
            ..RecordFilter::default()
        };
        self.store.records(&filter).await
    }

    /// The end of the chain, signed.
    pub async fn head(&self) -> Result<Head, StoreError> {
        self.store.signed_head(&self.key).await
    }
}
