//! A page of the program as a PDF that archives keep and screen readers read: PDF/A-2a and PDF/UA-1, with tags, bookmarks,
//! a table of contents, running heads and page numbers. The same page gives the same bytes on every machine.
//!
//! | Task | Start here |
//! |---|---|
//! | a page as PDF | [`render_pdf`] |
//! | what stands on every page, and how it lies | [`Layout`] |
//!
//! A page is read as what it says ([`tercel_report::printed`]), so a PDF has the tables, figures and words of the page and no
//! others.

mod columns;
mod fonts;
mod layout;
mod measure;
mod source;
mod table;
mod words;
mod world;

use std::fmt::Write as _;

use tercel_report::printed::Page;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use layout::Layout;

/// Why a page did not become a PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A font that the document brings, by its place in the list, is no font.
    #[error("font {0} of the list is no OpenType or TrueType font")]
    Font(usize),
    /// The typesetter refused.
    #[error("failed to set the document: {0}")]
    Typeset(String),
}

/// A page as PDF. `fonts` are OpenType files asked for letters that the bundled fonts do not have.
///
/// A letter that no font has is written as its Unicode number, and the cover says so.
pub fn render_pdf(page: &Page, layout: &Layout<'_>, fonts: &[Vec<u8>]) -> Result<Vec<u8>, PdfError> {
    let set = fonts::FontSet::new(fonts)?;
    let measures = fonts::measures(fonts)?;
    let source = source::write(page, layout, &measures, &set.families);
    let desk = world::Desk::new(source, set)?;
    let document: PagedDocument = typst::compile(&desk).output.map_err(|errors| refusal(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| PdfError::Typeset(format!("{error:?}")))?;
    let running = &layout.running;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {} {}", running.study, running.document, running.cut)),
        creator: Smart::Custom(Some(running.software.to_owned())),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| refusal(&errors))
}

fn refusal(errors: &[SourceDiagnostic]) -> PdfError {
    let mut text = String::new();
    for error in errors {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{}", error.message);
    }
    PdfError::Typeset(text)
}
