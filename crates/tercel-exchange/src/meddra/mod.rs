//! The sponsor's MedDRA release, and the study's coding log.
//!
//! # Source
//! `meddra-format`: the files `llt.asc pt.asc soc.asc mdhier.asc meddra_release.asc` of the folder `MedAscii`, their fields in
//! the order given at `File`, separated and ended by `$`. Text is UTF-8, or Latin-1 in older releases; a line ends with CR LF
//! or LF.
//!
//! # Limits
//! No content of MedDRA is part of this program. High level terms and standardised queries are not read.

mod cells;
mod file;
mod log;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tercel::coding::{
    Level, LowestLevelTerm, Meddra, MeddraCode, MeddraError, PreferredTerm, Release, SystemOrganClass,
};
use thiserror::Error;

use crate::bounded::BoundedError;
use file::{File, Line, Lines};

pub(crate) use cells::{CODING, code_row, coded_cells};

pub use log::{CODING_LOG, LogError, append_choice, read_coding_log};

/// Why a folder is no MedDRA release.
#[derive(Debug, Error)]
pub enum MeddraReadError {
    /// A file is not there.
    #[error("{} has no {file}; give the folder MedAscii of a MedDRA release", folder.display())]
    Missing {
        /// Folder.
        folder: PathBuf,
        /// File.
        file: &'static str,
    },
    /// Folder or file cannot be opened.
    #[error("failed to open {}", path.display())]
    Open {
        /// Folder or file.
        path: PathBuf,
        /// What the system said, or what no file of a release has.
        source: BoundedError,
    },
    /// A file is no text.
    #[error("{} is no text in UTF-8 or Latin-1; take it from the release again", .0.display())]
    NoText(PathBuf),
    /// A file has no line.
    #[error("{} is empty; take it from the release again", .0.display())]
    Empty(PathBuf),
    /// A line is not as the format has it.
    #[error("{}, line {line}: {what}", path.display())]
    Line {
        /// File.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Neither the release nor the caller says which version it is.
    #[error("{} has no meddra_release.asc, so its version is not known; write coding.meddra_version in the protocol", .0.display())]
    NoVersion(PathBuf),
}

/// Reads a release: the folder `MedAscii`, or the one above it. `named` is the version where the release does not say it.
/// Takes time proportional to the size of the files.
///
/// # Errors
/// The first thing wrong, with file and line.
pub fn read_meddra(folder: &Path, named: Option<&str>) -> Result<Meddra, MeddraReadError> {
    let folder = &ascii_folder(folder)?;
    let release = match read_release(folder)? {
        Some(release) => release,
        None => Release {
            version: named
                .ok_or_else(|| MeddraReadError::NoVersion(folder.clone()))?
                .to_owned(),
            language: None,
        },
    };
    let soc_file = File::Soc.open(folder)?;
    let pt_file = File::Pt.open(folder)?;
    let llt_file = File::Llt.open(folder)?;
    let hierarchy_file = File::Hierarchy.open(folder)?;
    let (socs, soc_lines) = read(&soc_file, |line| {
        let (code, name) = (line.code(0)?, line.name(1)?);
        Ok(SystemOrganClass { code, name })
    })?;
    let (mut pts, pt_lines) = read(&pt_file, |line| {
        Ok(PreferredTerm {
            code: line.code(0)?,
            name: line.name(1)?,
            primary_soc: line.code(3)?,
        })
    })?;
    let (llts, llt_lines) = read(&llt_file, |line| {
        Ok(LowestLevelTerm {
            code: line.code(0)?,
            name: line.name(1)?,
            current: line.flag(9)?,
            preferred_term: line.code(2)?,
        })
    })?;
    let primary = read_primary(&hierarchy_file)?;
    for (pt, line) in pts.iter_mut().zip(&pt_lines) {
        let what = match primary.get(&pt.code) {
            Some((soc, _)) if *soc == pt.primary_soc => continue,
            Some((soc, at)) => format!(
                "the PT {} has the primary SOC {}, but {soc} in mdhier.asc, line {at}",
                pt.code, pt.primary_soc
            ),
            None => format!("the PT {} has no line with a primary SOC in mdhier.asc", pt.code),
        };
        return Err(pt_file.wrong(*line, what));
    }
    Meddra::new(release, socs, pts, llts).map_err(|error| {
        let of = |level| match level {
            Level::Soc => (&soc_file, &soc_lines),
            Level::Pt => (&pt_file, &pt_lines),
            Level::Llt => (&llt_file, &llt_lines),
        };
        placed(error, of)
    })
}

/// The error of the dictionary with the line it stands on.
fn placed<'f>(error: MeddraError, of: impl Fn(Level) -> (&'f Lines, &'f Vec<usize>)) -> MeddraReadError {
    match error {
        MeddraError::Duplicate { level, at, first, .. } => {
            let (file, lines) = of(level);
            let line = |at: usize| lines.get(at).copied().unwrap_or(0);
            file.wrong(line(at), format!("{error}; first on line {}", line(first)))
        }
        MeddraError::NoParent { level, at, .. } => {
            let (file, lines) = of(level);
            file.wrong(lines.get(at).copied().unwrap_or(0), error.to_string())
        }
    }
}

/// The folder itself, or the one below it that holds the terms (`MedAscii`).
fn ascii_folder(folder: &Path) -> Result<PathBuf, MeddraReadError> {
    let failed = |source: std::io::Error| MeddraReadError::Open {
        path: folder.to_owned(),
        source: source.into(),
    };
    if File::Llt.find(folder).map_err(failed)?.is_some() {
        return Ok(folder.to_owned());
    }
    let mut below = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() && File::Llt.find(&path).is_ok_and(|found| found.is_some()) {
            below.push(path);
        }
    }
    match below.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(MeddraReadError::Missing {
            folder: folder.to_owned(),
            file: File::Llt.name(),
        }),
    }
}

/// Version and language, where the folder says them.
fn read_release(folder: &Path) -> Result<Option<Release>, MeddraReadError> {
    let failed = |source: std::io::Error| MeddraReadError::Open {
        path: folder.to_owned(),
        source: source.into(),
    };
    if File::Release.find(folder).map_err(failed)?.is_none() {
        return Ok(None);
    }
    let file = File::Release.open(folder)?;
    let (releases, _) = read(&file, |line| {
        Ok(Release {
            version: line.name(0)?,
            language: line.name(1).ok(),
        })
    })?;
    Ok(releases.into_iter().next())
}

/// Every line of a file, and the number of each.
fn read<T>(
    file: &Lines,
    of_line: impl Fn(&Line<'_>) -> Result<T, MeddraReadError>,
) -> Result<(Vec<T>, Vec<usize>), MeddraReadError> {
    let mut terms = Vec::new();
    let mut numbers = Vec::new();
    for line in file.lines() {
        let line = line?;
        terms.push(of_line(&line)?);
        numbers.push(line.number);
    }
    if terms.is_empty() {
        return Err(MeddraReadError::Empty(file.path.clone()));
    }
    Ok((terms, numbers))
}

/// The primary system organ class of each preferred term, with the line that says so.
fn read_primary(file: &Lines) -> Result<HashMap<MeddraCode, (MeddraCode, usize)>, MeddraReadError> {
    let (lines, numbers) = read(file, |line| Ok((line.code(0)?, line.code(3)?, line.flag(11)?)))?;
    let mut primary: HashMap<MeddraCode, (MeddraCode, usize)> = HashMap::new();
    for ((pt, soc, is_primary), number) in lines.into_iter().zip(numbers) {
        if !is_primary {
            continue;
        }
        if let Some((other, first)) = primary.insert(pt, (soc, number))
            && other != soc
        {
            let what = format!("the PT {pt} has a second primary SOC, {soc}; line {first} has {other}");
            return Err(file.wrong(number, what));
        }
    }
    Ok(primary)
}
