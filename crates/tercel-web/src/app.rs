//! The application: one store, one protocol, and what both of them say now.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;
use tercel::protocol::Trial;
use tercel_store::{Head, HeadKey, Store, StoreError};

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
    pub(crate) known: RwLock<Known>,
    pub(crate) computing: tokio::sync::Mutex<()>,
    /// One step of a meeting at a time: what a step rests on is what the step before it left.
    pub(crate) deciding: tokio::sync::Mutex<()>,
    pub(crate) street: Street,
    pub(crate) showing: tokio::sync::Mutex<()>,
}

impl App {
    /// The application over an open store.
    pub fn new(store: Store, trial: Trial, key: HeadKey, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            store,
            trial: Arc::new(trial),
            key,
            settings,
            known: RwLock::default(),
            computing: tokio::sync::Mutex::new(()),
            deciding: tokio::sync::Mutex::new(()),
            street: Street::new(),
            showing: tokio::sync::Mutex::new(()),
        })
    }

    /// Today, where the site is: the day of entry. The machine's time zone is the site's.
    pub fn today(&self) -> jiff::civil::Date {
        self.store.clock().now().to_zoned(TimeZone::system()).date()
    }

    /// The version of the protocol that entries at a site are made under.
    pub(crate) fn version_at(&self, site: Option<&str>) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let trial = known.newest().map_or(&self.trial, |newest| newest.trial_at(site));
        trial.version.clone()
    }

    /// The end of the chain, signed.
    pub async fn head(&self) -> Result<Head, StoreError> {
        self.store.signed_head(&self.key).await
    }
}
