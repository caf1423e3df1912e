//! A page read back as what it says, and its tables as a Word document.

use std::io::{Cursor, Read as _};

use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_report::printed::{Block, Page, Running, Table, plain_text, read_page};
use tercel_report::{render_html, write_tables};

use super::{markup, report, trial};

const RUNNING: Running<'_> = Running {
    study: "IL1RAP-HCC",
    document: "Study report",
    cut: "Data cut 2026-01-01",
    date: Some((2026, 1, 1)),
    software: "tercel 0",
};

fn page() -> (String, Page) {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 9, seed: 4 });
    let html = render_html(&report(&trial, &data, Some("2026-01-01")).0);
    let page = read_page(&html).expect("the page is well-formed");
    (html, page)
}

fn tables(blocks: &[Block]) -> Vec<&Table> {
    blocks
        .iter()
        .flat_map(|block| match block {
            Block::Table(table) => vec![table],
            Block::Framed(inner) => tables(inner),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn every_table_and_figure_of_a_page_is_read_with_its_rows_and_number() {
    let (html, page) = page();
    let document = markup::parse(&html);
    let count = |tag: &str| document.tags.iter().filter(|name| *name == tag).count();
    let tables = tables(&page.blocks);
    assert_eq!(tables.len(), count("table"));
    let rows: usize = tables.iter().map(|table| table.head.len() + table.body.len()).sum();
    assert_eq!(rows, count("tr"));
    for (place, table) in tables.iter().enumerate() {
        assert_eq!(table.number, place + 1);
        assert!(!table.title.is_empty() && !table.head.is_empty());
        for row in table.slots() {
            let width: usize = row.iter().map(|slot| slot.columns).sum();
            assert_eq!(width, table.columns, "{}", table.title);
        }
    }
    let figures = page
        .blocks
        .iter()
        .filter(|block| matches!(block, Block::Figure(_)))
        .count();
    assert_eq!(figures, count("svg"));
    assert_eq!(page.title, "IL1RAP-HCC: report");
    assert!(
        page.banner
            .as_deref()
            .is_some_and(|banner| banner.starts_with("SYNTHETIC DATA"))
    );
}

#[test]
fn what_only_a_screen_needs_is_not_read() {
    let (_, page) = page();
    let texts: String = page
        .blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph(_, text) | Block::Heading { text, .. } => plain_text(text) + "\n",
            _ => String::new(),
        })
        .collect();
    assert!(!texts.contains("Search") && !texts.contains("Close"));
    // The rule of an outcome stands once, in its section, and not again where a screen opens it over the matrix.
    assert!(!texts.contains("How the numbers of"));
}

#[test]
fn a_page_that_is_none_is_refused() {
    for text in ["", "<html>", "<p>text</p>", "<html><body/></html>", "<main><p></main>"] {
        assert!(read_page(text).is_err(), "{text}");
    }
}

fn part(package: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).expect("a package");
    let mut text = String::new();
    let mut part = archive.by_name(name).expect("the part");
    part.read_to_string(&mut text).expect("text");
    text
}

#[test]
fn the_word_document_has_every_table_with_repeated_heading_rows_and_every_cell() {
    let (_, page) = page();
    let package = write_tables(&page, &RUNNING).expect("a package");
    assert_eq!(
        package,
        write_tables(&page, &RUNNING).expect("a package"),
        "the same bytes again"
    );
    for name in [
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/core.xml",
        "word/_rels/document.xml.rels",
        "word/styles.xml",
        "word/header1.xml",
        "word/footer1.xml",
    ] {
        let text = part(&package, name);
        roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(part(&package, "docProps/core.xml").contains("2026-01-01T00:00:00Z"));
    let text = part(&package, "word/document.xml");
    let document = roxmltree::Document::parse(&text).expect("the document is XML");
    let named = |name: &'static str| {
        document
            .descendants()
            .filter(move |node| node.is_element() && node.tag_name().name() == name)
    };
    let tables = tables(&page.blocks);
    assert_eq!(named("tbl").count(), tables.len());
    let heads: usize = tables.iter().map(|table| table.head.len()).sum();
    assert_eq!(named("tblHeader").count(), heads);
    for (written, table) in named("tbl").zip(&tables) {
        let shown: String = written.descendants().filter_map(|node| node.text()).collect();
        for cell in table.head.iter().chain(&table.body).flat_map(|row| &row.cells) {
            let words = plain_text(&cell.text);
            for word in words.split(' ') {
                assert!(shown.contains(word), "{}: {words}", table.title);
            }
        }
        // Every row covers the whole grid; Word refuses a table in which one does not.
        for row in written.children().filter(|node| node.tag_name().name() == "tr") {
            let columns: usize = row
                .children()
                .filter(|node| node.tag_name().name() == "tc")
                .map(|cell| {
                    let span = cell.descendants().find(|node| node.tag_name().name() == "gridSpan");
                    let span = span.and_then(|span| span.attributes().next()?.value().parse().ok());
                    span.unwrap_or(1)
                })
                .sum();
            assert_eq!(columns, table.columns, "{}", table.title);
        }
    }
}
