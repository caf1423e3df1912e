//! Opens the record of a trial for a command, and says who acts: whoever is signed in at the operating system.

use std::future::Future;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use tercel_store::{Address, Author, Change, Clock, HeadKey, Opening, Store, StoreError};

use crate::study::{protocol_path, read_protocol};

/// Which record.
#[derive(Debug, clap::Args)]
pub(crate) struct RecordArgs {
    /// Trial folder with protocol.toml; the record is tercel.db in it
    pub(crate) trial: PathBuf,
    /// The record, if it is elsewhere: a file, or postgres://user@host/database
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

impl RecordArgs {
    /// Where the record is.
    pub(crate) fn address(&self) -> Address {
        self.database
            .as_deref()
            .map_or_else(|| Address::in_folder(&self.folder()), Address::new)
    }

    /// The folder of the trial.
    pub(crate) fn folder(&self) -> PathBuf {
        folder_of(&self.trial)
    }

    /// Opens the record. A protocol with mistakes keeps nobody from it; a protocol of another study does.
    pub(crate) async fn open(&self) -> anyhow::Result<Store> {
        let store = Store::open(&self.address(), Clock::System).await?;
        if let Some(study) = self.study() {
            store.require_study(&study)?;
        }
        Ok(store)
    }

    /// The study of the protocol, where it can be read.
    pub(crate) fn study(&self) -> Option<String> {
        read_protocol(&self.trial).ok()?.ok().map(|trial| trial.id)
    }

    /// The signing key in the trial folder.
    pub(crate) fn key(&self) -> anyhow::Result<HeadKey> {
        Ok(HeadKey::open(&HeadKey::path(&self.folder()))?)
    }
}

/// Opens the record at an address, or starts one for the study.
pub(crate) async fn open_or_start(address: &Address, study: &str) -> anyhow::Result<Store> {
    let store = match Store::open(address, Clock::System).await {
        Err(StoreError::Missing(_)) => {
            let opening = Opening {
                study: study.to_owned(),
                training: false,
            };
            Store::create(address, &opening, Clock::System).await?
        }
        answer => answer?,
    };
    store.require_study(study)?;
    Ok(store)
}

fn folder_of(trial: &Path) -> PathBuf {
    let protocol = protocol_path(trial);
    match protocol.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Waits for what a command asks of the record.
pub(crate) fn wait<T>(asked: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("failed to start")?;
    runtime.block_on(asked)
}

/// The author of what the command line does: the user of the operating system.
pub(crate) fn operator() -> Author {
    Author {
        account: format!("os:{}", system_user()),
        role: "operator".to_owned(),
    }
}

/// Writes to the chain that a command was used.
pub(crate) async fn note(store: &Store, command: &str) -> anyhow::Result<()> {
    let event = json!({"event": "command line", "command": command});
    store.append(&operator(), None, &[Change::Access { event }]).await?;
    Ok(())
}

/// The owner of this process, not what the environment claims.
#[cfg(target_os = "linux")]
fn system_user() -> String {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(process) = std::fs::metadata("/proc/self") else {
        return "unknown".to_owned();
    };
    let id = process.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1) == Some(id.as_str())).then(|| name.to_owned())
    });
    name.unwrap_or(id)
}

/// The user the environment names: elsewhere there is no way without system calls.
#[cfg(not(target_os = "linux"))]
fn system_user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "unknown".to_owned())
}
