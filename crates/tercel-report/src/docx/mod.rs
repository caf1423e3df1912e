//! The tables of a page as a Word document to edit: ISO/IEC 29500 (WordprocessingML), with titles, notes, and heading rows
//! that stand on every sheet.
//!
//! | Part | Written by |
//! |---|---|
//! | the package and what stands on every sheet | this file |
//! | headings, tables and notes | `body.rs` |

mod body;

use std::io::{Cursor, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::markup::Writer;
use crate::printed::{Page, Running};

/// First line of every XML part.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Namespace of the text.
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const TYPES: &str = include_str!("content_types.xml");
const PACKAGE: &str = include_str!("package.rels");
const DOCUMENT: &str = include_str!("document.rels");
const STYLES: &str = include_str!("styles.xml");

/// The tables of a page with their headings, titles and notes, as the bytes of a `.docx` file. The same page gives the same
/// bytes; no clock is read.
///
/// # Errors
/// None in practice: the package is written into memory.
pub fn write_tables(page: &Page, running: &Running<'_>) -> Result<Vec<u8>, ZipError> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", PACKAGE.to_owned()),
        ("docProps/core.xml", properties(page, running)),
        ("word/_rels/document.xml.rels", DOCUMENT.to_owned()),
        ("word/styles.xml", STYLES.to_owned()),
        ("word/header1.xml", header(page, running)),
        ("word/footer1.xml", footer(running)),
        ("word/document.xml", body::document(page)),
    ];
    for (name, text) in parts {
        package.start_file(name, options)?;
        package.write_all(text.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}

/// Title, author and date of the file.
fn properties(page: &Page, running: &Running<'_>) -> String {
    let mut out = Writer::default();
    out.append(XML);
    out.open(
        "cp:coreProperties",
        &[
            (
                "xmlns:cp",
                "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
            ),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", "http://purl.org/dc/terms/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ],
    );
    out.leaf("dc:title", &[], &format!("{}: tables", page.title));
    out.leaf("dc:creator", &[], running.software);
    out.leaf("dc:language", &[], &page.language);
    if let Some((year, month, day)) = running.date {
        let time = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        for name in ["dcterms:created", "dcterms:modified"] {
            out.leaf(name, &[("xsi:type", "dcterms:W3CDTF")], &time);
        }
    }
    out.finish()
}

/// What stands above every sheet: study, banner, data cut.
fn header(page: &Page, running: &Running<'_>) -> String {
    let mut out = Writer::default();
    out.append(XML);
    out.open("w:hdr", &[("xmlns:w", MAIN)]);
    running_line(&mut out, |out| {
        run(out, running.study);
        tab(out);
        run(out, page.banner.as_deref().unwrap_or_default());
        tab(out);
        run(out, running.cut);
    });
    out.finish()
}

/// What stands below every sheet: what it is, its number and their number.
fn footer(running: &Running<'_>) -> String {
    let mut out = Writer::default();
    out.append(XML);
    out.open("w:ftr", &[("xmlns:w", MAIN)]);
    running_line(&mut out, |out| {
        run(out, running.document);
        tab(out);
        tab(out);
        field(out, "PAGE");
        run(out, " / ");
        field(out, "NUMPAGES");
    });
    out.finish()
}

fn running_line(out: &mut Writer, content: impl FnOnce(&mut Writer)) {
    out.open("w:p", &[]);
    out.open("w:pPr", &[]);
    out.empty("w:pStyle", &[("w:val", "Running")]);
    out.close();
    content(out);
    out.close();
}

fn tab(out: &mut Writer) {
    out.open("w:r", &[]);
    out.empty("w:tab", &[]);
    out.close();
}

fn field(out: &mut Writer, name: &str) {
    out.open("w:fldSimple", &[("w:instr", name)]);
    run(out, "1");
    out.close();
}

/// A run of text.
fn run(out: &mut Writer, text: &str) {
    if text.is_empty() {
        return;
    }
    out.open("w:r", &[]);
    out.leaf("w:t", &[("xml:space", "preserve")], text);
    out.close();
}
