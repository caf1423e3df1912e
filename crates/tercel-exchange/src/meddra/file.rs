//! A file of a release, line by line.

use std::path::{Path, PathBuf};

use tercel::coding::MeddraCode;

use super::MeddraReadError;
use crate::bounded::{self, BoundedError};
use crate::format::decode;

/// The files that are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum File {
    /// Lowest level terms: code, name, PT code, six codes of other dictionaries that are blank since version 15.0 (WHO-ART,
    /// HARTS, COSTART, ICD-9, ICD-9-CM, ICD-10), currency (`Y` or `N`), J-ART code.
    Llt,
    /// Preferred terms: code, name, a blank field, primary SOC code, seven codes of other dictionaries.
    Pt,
    /// System organ classes: code, name, abbreviation, seven codes of other dictionaries.
    Soc,
    /// The hierarchy, one line a path from PT to SOC: codes of PT, HLT, HLGT and SOC, their names, abbreviation of the SOC, a
    /// blank field, code of the PT's primary SOC, whether this path leads to it (`Y` or `N`).
    Hierarchy,
    /// Version, language, two blank fields.
    Release,
}

impl File {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Llt => "llt.asc",
            Self::Pt => "pt.asc",
            Self::Soc => "soc.asc",
            Self::Hierarchy => "mdhier.asc",
            Self::Release => "meddra_release.asc",
        }
    }

    /// How many fields a line has; of the release only the first two are looked at.
    const fn fields(self) -> Option<usize> {
        match self {
            Self::Llt | Self::Pt => Some(11),
            Self::Soc => Some(10),
            Self::Hierarchy => Some(12),
            Self::Release => None,
        }
    }

    /// Its path, capitals aside; `None` where the folder does not have it.
    pub(super) fn find(self, folder: &Path) -> std::io::Result<Option<PathBuf>> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().eq_ignore_ascii_case(self.name()) {
                paths.push(entry.path());
            }
        }
        paths.sort();
        Ok(paths.into_iter().next())
    }

    /// Its text.
    pub(super) fn open(self, folder: &Path) -> Result<Lines, MeddraReadError> {
        let failed = |path: &Path, source: BoundedError| MeddraReadError::Open {
            path: path.to_owned(),
            source,
        };
        let found = self.find(folder).map_err(|source| failed(folder, source.into()))?;
        let Some(path) = found else {
            return Err(MeddraReadError::Missing {
                folder: folder.to_owned(),
                file: self.name(),
            });
        };
        let read = bounded::read(&path, bounded::Kind::Lines, bounded::MAX_DICTIONARY);
        let bytes = read.map_err(|source| failed(&path, source))?;
        let text = match decode(&bytes) {
            Ok((text, _)) => text.into_owned(),
            Err(_) => return Err(MeddraReadError::NoText(path)),
        };
        Ok(Lines {
            path,
            text,
            fields: self.fields(),
        })
    }
}

/// A file in memory.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) path: PathBuf,
    text: String,
    fields: Option<usize>,
}

impl Lines {
    /// Its lines, blank ones left out.
    pub(super) fn lines(&self) -> impl Iterator<Item = Result<Line<'_>, MeddraReadError>> {
        let filled = self
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        filled.map(|(at, text)| self.split(at + 1, text))
    }

    fn split<'l>(&'l self, number: usize, text: &'l str) -> Result<Line<'l>, MeddraReadError> {
        let mut fields: Vec<&str> = text.split('$').map(str::trim).collect();
        if let Some(wanted) = self.fields {
            // The last `$` ends the line, it does not begin a field.
            let ended = fields.pop_if(|last| last.is_empty()).is_some();
            if !ended || fields.len() != wanted {
                let found = fields.len() - usize::from(!ended);
                let what = format!("{wanted} fields, each ended by $, are expected, found {found}");
                return Err(self.wrong(number, what));
            }
        }
        Ok(Line {
            file: self,
            number,
            fields,
        })
    }

    pub(super) fn wrong(&self, line: usize, what: String) -> MeddraReadError {
        MeddraReadError::Line {
            path: self.path.clone(),
            line,
            what,
        }
    }
}

/// A line with its fields.
#[derive(Debug)]
pub(super) struct Line<'l> {
    file: &'l Lines,
    /// Counted from 1.
    pub(super) number: usize,
    fields: Vec<&'l str>,
}

impl Line<'_> {
    fn text(&self, at: usize) -> &str {
        self.fields.get(at).copied().unwrap_or_default()
    }

    fn wrong(&self, at: usize, expected: &str) -> MeddraReadError {
        let what = format!("field {} must be {expected}, found \"{}\"", at + 1, self.text(at));
        self.file.wrong(self.number, what)
    }

    /// A code: digits.
    pub(super) fn code(&self, at: usize) -> Result<MeddraCode, MeddraReadError> {
        let text = self.text(at);
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let code = text.parse().ok().filter(|code| digits && *code > 0);
        code.map(MeddraCode).ok_or_else(|| self.wrong(at, "a code of digits"))
    }

    /// A text that is not blank.
    pub(super) fn name(&self, at: usize) -> Result<String, MeddraReadError> {
        let text = self.text(at);
        if text.is_empty() {
            return Err(self.wrong(at, "a text"));
        }
        Ok(text.to_owned())
    }

    /// `Y` or `N`.
    pub(super) fn flag(&self, at: usize) -> Result<bool, MeddraReadError> {
        match self.text(at) {
            "Y" => Ok(true),
            "N" => Ok(false),
            _ => Err(self.wrong(at, "Y or N")),
        }
    }
}
