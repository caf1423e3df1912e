//! `coding.csv`: one line a choice, added at the end and never taken out.
//!
//! Columns `term, llt_code, meddra_version, coder, coded_at, reason`; `pt_code` and `soc_code`, which may be absent, say where the
//! term led when it was chosen, so that a later version can be compared without the release of then.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tercel::coding::{Choice, CodingLog, MeddraCode};
use thiserror::Error;

use crate::bounded::{self, BoundedError};

/// File name of the log in a trial folder.
pub const CODING_LOG: &str = "coding.csv";

const COLUMNS: [&str; 8] = [
    "term",
    "llt_code",
    "meddra_version",
    "coder",
    "coded_at",
    "reason",
    "pt_code",
    "soc_code",
];

/// Columns that every log has.
const NEEDED: usize = 6;

/// Why a log cannot be read, or not be added to.
#[derive(Debug, Error)]
pub enum LogError {
    /// The file cannot be opened.
    #[error("failed to open {}", path.display())]
    Open {
        /// File.
        path: PathBuf,
        /// What the system said, or what no log has.
        source: BoundedError,
    },
    /// The file is no CSV in UTF-8.
    #[error("failed to read {}; it must be CSV in UTF-8 with the columns term, llt_code, meddra_version, coder, coded_at, reason", path.display())]
    Csv {
        /// File.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A column is not there.
    #[error("{} has no column {column}; its columns must be term, llt_code, meddra_version, coder, coded_at, reason", path.display())]
    Column {
        /// File.
        path: PathBuf,
        /// Column.
        column: &'static str,
    },
    /// A cell cannot be read.
    #[error("{}, line {line}: {column} must be {expected}, found \"{found}\"", path.display())]
    Cell {
        /// File.
        path: PathBuf,
        /// Line, counted from 1 with the header.
        line: u64,
        /// Column.
        column: &'static str,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
}

/// Reads the log; one that is not there is empty.
///
/// # Errors
/// The first thing wrong, with file, line and column.
pub fn read_coding_log(path: &Path) -> Result<CodingLog, LogError> {
    if !path.exists() {
        return Ok(CodingLog::default());
    }
    let bytes = bytes_of(path)?;
    let failed = |source| LogError::Csv {
        path: path.to_owned(),
        source,
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(without_mark(&bytes));
    let places = columns(path, reader.headers().map_err(failed)?)?;
    let mut choices = Vec::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let line = record.position().map_or(0, csv::Position::line);
        choices.push(
            Row {
                path,
                places,
                line,
                record,
            }
            .choice()?,
        );
    }
    Ok(CodingLog::new(choices))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, LogError> {
    bounded::read(path, bounded::Kind::Lines, bounded::MAX_DICTIONARY).map_err(|source| LogError::Open {
        path: path.to_owned(),
        source,
    })
}

/// Spreadsheets put a mark before UTF-8.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Where each column stands.
type Places = [Option<usize>; COLUMNS.len()];

fn columns(path: &Path, header: &csv::StringRecord) -> Result<Places, LogError> {
    let places = COLUMNS.map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name)));
    let missing = COLUMNS
        .iter()
        .zip(places)
        .take(NEEDED)
        .find(|(_, place)| place.is_none());
    match missing {
        Some((column, _)) => Err(LogError::Column {
            path: path.to_owned(),
            column,
        }),
        None => Ok(places),
    }
}

struct Row<'r> {
    path: &'r Path,
    places: Places,
    line: u64,
    record: csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        let place = COLUMNS.iter().zip(self.places).find(|(name, _)| **name == column);
        let place = place.and_then(|(_, place)| place);
        place.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    fn wrong(&self, column: &'static str, expected: &'static str) -> LogError {
        LogError::Cell {
            path: self.path.to_owned(),
            line: self.line,
            column,
            expected,
            found: self.text(column).to_owned(),
        }
    }

    fn filled(&self, column: &'static str) -> Result<String, LogError> {
        match self.text(column) {
            "" => Err(self.wrong(column, "a text")),
            text => Ok(text.to_owned()),
        }
    }

    fn code(&self, column: &'static str) -> Result<MeddraCode, LogError> {
        let code = self.text(column).parse().map(MeddraCode);
        code.map_err(|_| self.wrong(column, "a MedDRA code"))
    }

    fn choice(&self) -> Result<Choice, LogError> {
        let at = self.text("coded_at").parse::<Timestamp>();
        let led_to = if self.text("pt_code").is_empty() || self.text("soc_code").is_empty() {
            None
        } else {
            Some((self.code("pt_code")?, self.code("soc_code")?))
        };
        Ok(Choice {
            term: self.filled("term")?,
            llt: self.code("llt_code")?,
            version: self.filled("meddra_version")?,
            coder: self.filled("coder")?,
            at: at.map_err(|_| self.wrong("coded_at", "a time in UTC as 2025-01-31T09:30:00Z"))?,
            reason: self.text("reason").to_owned(),
            led_to,
        })
    }
}

/// Adds a line at the end; a log that is not there is begun. What stands in the file is not touched.
///
/// # Errors
/// A log that cannot be read is not added to.
pub fn append_choice(path: &Path, choice: &Choice) -> Result<(), LogError> {
    let open = |source: std::io::Error| LogError::Open {
        path: path.to_owned(),
        source: source.into(),
    };
    let failed = |source| LogError::Csv {
        path: path.to_owned(),
        source,
    };
    read_coding_log(path)?;
    let before = if path.exists() { bytes_of(path)? } else { Vec::new() };
    let mut lines = csv::Writer::from_writer(Vec::new());
    let header = if before.is_empty() {
        lines.write_record(COLUMNS).map_err(failed)?;
        COLUMNS.map(str::to_owned).to_vec()
    } else {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(without_mark(&before));
        reader
            .headers()
            .map_err(failed)?
            .iter()
            .map(str::to_lowercase)
            .collect()
    };
    let (pt, soc) = choice.led_to.unzip();
    let code = |code: Option<MeddraCode>| code.map(|code| code.to_string()).unwrap_or_default();
    let cells = header.iter().map(|column| match column.as_str() {
        "term" => choice.term.clone(),
        "llt_code" => choice.llt.to_string(),
        "meddra_version" => choice.version.clone(),
        "coder" => choice.coder.clone(),
        "coded_at" => choice.at.to_string(),
        "reason" => choice.reason.clone(),
        "pt_code" => code(pt),
        "soc_code" => code(soc),
        _ => String::new(),
    });
    lines.write_record(cells).map_err(failed)?;
    let mut bytes = lines.into_inner().map_err(|error| open(error.into_error()))?;
    if !before.is_empty() && !before.ends_with(b"\n") {
        bytes.insert(0, b'\n');
    }
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(open)?;
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(open)
}
