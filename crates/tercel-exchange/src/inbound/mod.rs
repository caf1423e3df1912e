//! Data of other systems to SDTM datasets: hospital records (FHIR R4), laboratory files of any layout, capture systems (ODM).
//!
//! | Source | Start here |
//! |---|---|
//! | FHIR R4 bundles and NDJSON | [`fhir::read_fhir`] |
//! | a laboratory's CSV, by a mapping | [`laboratory::read_laboratory`] |
//! | ODM 1.3.2 clinical data | [`odm::read_odm`] |
//!
//! Every reader gives the same [`Inbound`]: datasets as tables, and a line for everything that is in none of them. A value is
//! taken as it was sent (`LBORRES`, `LBORRESU`); the standard result beside it is converted by the unit table of the grading. What
//! cannot be converted has no standard result and is a finding; what no living subject has is not taken.

pub mod fhir;
pub mod laboratory;
mod left;
pub mod odm;
mod result;
mod sheet;
mod specimen;
mod standard;
mod subject;
mod test;
mod time;

use std::collections::BTreeMap;

use thiserror::Error;

pub use left::{Left, Why, left_table};
pub use subject::{LinkError, Subjects, read_links};
pub use test::{LabTest, LoincCode, lab_tests, loinc_codes};
pub(crate) use test::{VITALS, vital_unit};
pub use time::{ClockError, Offset};

pub(crate) use result::Found;
pub(crate) use sheet::Sheet;
pub(crate) use standard::Conversion;

use crate::bounded::Extreme;
use crate::table::{Table, TableError};

/// Datasets made of what another system sent, and everything that is in none.
#[derive(Debug, Clone, Default)]
pub struct Inbound {
    /// Datasets of SDTM shape, sorted by subject, time and test, numbered within the subject.
    pub tables: Vec<Table>,
    /// Resources, rows and items read, and how many of them became a row, by kind.
    pub counts: BTreeMap<String, Count>,
    /// What was sent more than once; the first is taken.
    pub duplicates: Vec<Left>,
    /// What was not taken, and why.
    pub not_taken: Vec<Left>,
    /// What was taken and somebody should look at.
    pub findings: Vec<Left>,
}

/// How many were read, and how many became a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Read.
    pub read: usize,
    /// Became a row of a dataset.
    pub taken: usize,
}

impl Inbound {
    pub(crate) fn leave(&mut self, left: Left) {
        self.not_taken.push(left);
    }

    pub(crate) fn count_read(&mut self, kind: &str) {
        self.counts.entry(kind.to_owned()).or_default().read += 1;
    }

    pub(crate) fn count_taken(&mut self, kind: &str) {
        self.counts.entry(kind.to_owned()).or_default().taken += 1;
    }

    /// Puts the finished sheets into the datasets, and what they held twice into the duplicates.
    pub(crate) fn finish(&mut self, sheets: impl IntoIterator<Item = Sheet>) {
        for sheet in sheets {
            if let Some(table) = sheet.finish(self) {
                self.tables.push(table);
            }
        }
        self.tables.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

/// Why a file is not read at all.
#[derive(Debug, Error)]
pub enum InboundError {
    /// What the system said.
    #[error("{0}")]
    Io(std::io::Error),
    /// What no file has.
    #[error(transparent)]
    Extreme(#[from] Extreme),
    /// Not JSON, or JSON that breaks off.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// JSON of something else.
    #[error("the file is no FHIR R4: {0}; give a Bundle, a resource, or one resource a line (NDJSON)")]
    NotFhir(String),
    /// Not XML, or XML that breaks off.
    #[error("line {line}: {what}")]
    Xml {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// XML of something else.
    #[error("the file is no ODM 1.3 clinical data: {0}")]
    NotOdm(String),
    /// A document type declaration.
    #[error("line {0}: the XML declares a document type, and entities of its own are refused; export it without")]
    Entities(usize),
    /// A mapping that cannot be followed.
    #[error("the mapping, line {line}, column {column}: {what}")]
    Mapping {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// A table that is none.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A column that the mapping names and the file lacks.
    #[error("line {line}: there is no column \"{column}\"; the columns are {columns}")]
    NoColumn {
        /// Line of the header.
        line: usize,
        /// Column asked for.
        column: String,
        /// Columns there are.
        columns: String,
    },
    /// Cells that cannot be read as the mapping says; nothing of the file is taken.
    #[error("{}", .0.join("\n"))]
    Cells(Vec<String>),
}

impl From<std::io::Error> for InboundError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<crate::bounded::BoundedError> for InboundError {
    fn from(error: crate::bounded::BoundedError) -> Self {
        match error {
            crate::bounded::BoundedError::Io(error) => Self::Io(error),
            crate::bounded::BoundedError::Extreme(extreme) => Self::Extreme(extreme),
        }
    }
}
