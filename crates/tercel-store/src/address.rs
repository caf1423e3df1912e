//! Where a record is kept.

use std::fmt;
use std::path::{Path, PathBuf};

/// A SQLite file or a PostgreSQL database. One holds the record of one study.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A URL `postgres://user:password@host/database`.
    Postgres(String),
}

impl Address {
    /// A PostgreSQL URL, or the path of a SQLite file.
    pub fn new(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::Sqlite(PathBuf::from(text))
        }
    }

    /// The file of a trial folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self::Sqlite(folder.join("tercel.db"))
    }
}

/// Without user and password: an address stands in messages and logs.
impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                let place = place.split('?').next().unwrap_or(place);
                write!(out, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
