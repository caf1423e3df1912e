//! Define-XML 2.1 of described datasets, and the same as a page.
//!
//! # What it writes
//! `define.xml` with standards, datasets, variables, value-level metadata, codelists with their NCI codes, methods, comments,
//! documents and, for analysis datasets, Analysis Results Metadata 1.0. Everything is read from the descriptions, so that data
//! and metadata cannot differ.
//!
//! # Source
//! CDISC Define-XML 2.1 and Analysis Results Metadata 1.0 for Define-XML; identifiers are those of the Dataset-JSON files.
//!
//! # Limits
//! Lists of more than [`WHOLE_LIST`] terms show the terms that occur. The page is HTML made here, not an XSL stylesheet: browsers
//! refuse stylesheets of files on disk and are taking XSLT out altogether, so a page that must open offline cannot rest on it.

mod code;
mod collect;
mod item;
mod page;
mod result;
mod term;
mod write;
mod xml;

pub use collect::WHOLE_LIST;
pub use page::render_define;
pub use result::{AnalysisResult, Condition};
pub use write::write_define;

use super::write::About;
use super::{Dataset, Origin, Standard, ValueLevel};
use crate::form::{asking, place_of};

/// What a define.xml says beside its datasets.
#[derive(Debug, Clone)]
pub struct Define<'a> {
    /// Where it comes from.
    pub about: About<'a>,
    /// Name of the study.
    pub study_name: &'a str,
    /// What the study is.
    pub study_description: &'a str,
    /// Number of the protocol.
    pub protocol_name: &'a str,
    /// The standard all datasets follow.
    pub standard: Standard,
    /// The datasets.
    pub datasets: &'a [Dataset],
    /// Extension of the files beside it: `xpt`.
    pub extension: &'a str,
    /// Documents beside it.
    pub documents: &'a [Document],
    /// Results that rest on the datasets, in order of their displays.
    pub results: &'a [AnalysisResult],
}

impl Define<'_> {
    fn annotated_forms(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|one| one.is_annotated_form)
    }
}

/// Where the annotated forms ask for a variable, or a qualifier: their places. Nowhere unless it is collected.
fn places(dataset: &Dataset, variable: &str, origin: &Origin, level: Option<&ValueLevel>) -> Vec<String> {
    let Origin::Collected(_) = origin else {
        return Vec::new();
    };
    let qualifier = level
        .and_then(|level| level.when.first())
        .map(|(_, value)| value.as_str());
    let asking = match (dataset.name().strip_prefix("SUPP"), qualifier) {
        (Some(parent), Some(qualifier)) => asking(parent, qualifier),
        (Some(_), None) => return Vec::new(),
        (None, _) => asking(dataset.name(), variable),
    };
    asking.map(place_of).collect()
}

/// A document handed over beside the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// File name.
    pub file: String,
    /// Title.
    pub title: String,
    /// Whether it is the annotated case report form.
    pub is_annotated_form: bool,
}
