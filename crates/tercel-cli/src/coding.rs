//! The dictionary and coding log of a trial folder.

use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::{Value, json};
use tercel::coding::{Coding, LowestLevelTerm, Meddra, Rank};
use tercel::protocol::Trial;
use tercel_exchange::meddra::{CODING_LOG, read_coding_log, read_meddra};

use crate::study::protocol_path;

/// The coding log of a trial folder.
pub(crate) fn log_path(trial: &Path) -> PathBuf {
    beside_protocol(trial, Path::new(CODING_LOG))
}

/// A path as the protocol means it: from its own folder.
fn beside_protocol(trial: &Path, path: &Path) -> PathBuf {
    let protocol = protocol_path(trial);
    protocol.parent().unwrap_or(Path::new(".")).join(path)
}

/// Dictionary and log; `None` where neither protocol nor command names a dictionary.
pub(crate) fn read_coding(folder: &Path, trial: &Trial, given: Option<&Path>) -> anyhow::Result<Option<Coding>> {
    let log = log_path(folder);
    let stated = trial.coding.meddra.as_deref().map(Path::new);
    let dictionary = match (given, stated) {
        (Some(given), _) => given.to_owned(),
        (None, Some(stated)) => beside_protocol(folder, stated),
        (None, None) => {
            if log.exists() {
                eprintln!(
                    "warning: {} is not applied, since no MedDRA is named; give --meddra DIR, or write coding.meddra in the \
                     protocol",
                    log.display()
                );
            }
            return Ok(None);
        }
    };
    if !dictionary.is_dir() {
        bail!(
            "the MedDRA folder {} is not there; give --meddra DIR, or correct coding.meddra in the protocol",
            dictionary.display()
        );
    }
    let meddra = read_meddra(&dictionary, trial.coding.meddra_version.as_deref())?;
    check_version(trial, &meddra, &dictionary)?;
    let log = read_coding_log(&log)?;
    Ok(Some(Coding { meddra, log }))
}

/// A release other than the protocol names would code the study otherwise than planned.
fn check_version(trial: &Trial, meddra: &Meddra, folder: &Path) -> anyhow::Result<()> {
    let found = &meddra.release.version;
    match &trial.coding.meddra_version {
        Some(meant) if meant.trim() != found => bail!(
            "{} holds MedDRA {found}, but the protocol says coding.meddra_version = \"{meant}\"; give the folder of MedDRA {meant}, \
             or change the protocol",
            folder.display()
        ),
        Some(_) | None => Ok(()),
    }
}

/// A term that a search found, with what it belongs to.
pub(crate) fn found_json(meddra: &Meddra, (rank, llt): &(Rank, &LowestLevelTerm)) -> Value {
    let path = meddra.path(llt.code);
    json!({
        "match": rank.name(),
        "llt_code": llt.code.0,
        "llt": llt.name,
        "current": llt.current,
        "pt_code": llt.preferred_term.0,
        "pt": path.map(|path| &path.pt.name),
        "soc_code": path.map(|path| path.soc.code.0),
        "soc": path.map(|path| &path.soc.name),
    })
}

/// The same on one line.
pub(crate) fn found_text(meddra: &Meddra, (rank, llt): &(Rank, &LowestLevelTerm)) -> String {
    let above = meddra.path(llt.code).map_or_else(String::new, |path| {
        format!("; PT {}, SOC {}", path.pt.name, path.soc.name)
    });
    let current = if llt.current { "" } else { ", not current" };
    format!("{}  {}{above} ({}{current})", llt.code, llt.name, rank.name())
}
