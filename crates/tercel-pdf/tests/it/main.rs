//! PDF read back by another program's parser: its pages, its text, and what archives and screen readers ask for.
#![expect(clippy::expect_used, reason = "a document that cannot be read fails the test")]

use lopdf::{Dictionary, Document, Object};
use tercel::design::decide_study;
use tercel::endpoint::{Analysis, derive_cells};
use tercel::language::Language;
use tercel::meeting::{About, Occasion, Packet};
use tercel::protocol::{Trial, parse_protocol};
use tercel::report::build_report;
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_pdf::{Layout, PdfError, render_pdf};
use tercel_report::printed::{Block, Page, PageBuilder, Role, Running, plain_text, read_page};
use tercel_report::{PacketPage, render_html, render_packet};

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

const CUT: &str = "2025-06-01";

const LAYOUT: Layout<'_> = Layout {
    running: Running {
        study: "IL1RAP-HCC (NCT06757881)",
        document: "Study report",
        cut: "Data cut 2025-06-01",
        date: Some((2025, 6, 1)),
        software: "tercel 0",
    },
    contents: "Contents",
    landscape: true,
    long: true,
};

fn trial() -> Trial {
    parse_protocol("protocol.toml", PROTOCOL).expect("the protocol of the trial is right")
}

fn report() -> Page {
    let trial = trial();
    let cut = CUT.parse().expect("a date");
    let data = rehearse(&trial, RehearsalOptions { subjects: 3, seed: 1 }).as_of(cut);
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let (cells, decision) = (derive_cells(&analysis), decide_study(&analysis));
    read_page(&render_html(&build_report(&analysis, &cells, decision.as_ref(), &[]))).expect("a page")
}

fn packet(language: Language) -> Page {
    let trial = trial();
    let cut = CUT.parse().expect("a date");
    let data = rehearse(&trial, RehearsalOptions { subjects: 3, seed: 1 }).as_of(cut);
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let packet = Packet::freeze(&analysis, About::occasion(Occasion::RecommendedDose)).expect("dated");
    let shown = PacketPage {
        digest: Some("00ff"),
        members: &[],
        language,
        protocol: None,
    };
    read_page(&render_packet(&packet, &shown)).expect("a page")
}

/// A document read back, with its text without blanks: lines of a cell end where the column does.
fn read(pdf: &[u8]) -> (Document, String) {
    let document = Document::load_mem(pdf).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = document.extract_text(&pages).expect("its text");
    let text = closed_up(&text);
    (document, text)
}

fn closed_up(text: &str) -> String {
    text.split_whitespace().collect()
}

fn dictionary<'d>(document: &'d Document, of: &'d Dictionary, key: &[u8]) -> &'d Dictionary {
    let object = of.get(key).expect("the entry");
    let object = match object {
        Object::Reference(id) => document.get_object(*id).expect("the object"),
        object => object,
    };
    object.as_dict().expect("a dictionary")
}

fn metadata(document: &Document) -> String {
    let catalog = document.catalog().expect("a catalog");
    let id = catalog
        .get(b"Metadata")
        .and_then(Object::as_reference)
        .expect("metadata");
    let stream = document.get_object(id).and_then(Object::as_stream).expect("a stream");
    String::from_utf8_lossy(&stream.get_plain_content().expect("text")).into_owned()
}

/// Fails unless the document says that it is PDF/A-2a and PDF/UA-1, and has what both ask for.
fn check_standards(document: &Document) {
    let xmp = metadata(document);
    for said in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ] {
        assert!(xmp.contains(said), "{said} in {xmp}");
    }
    let catalog = document.catalog().expect("a catalog");
    let marked = dictionary(document, catalog, b"MarkInfo");
    assert!(marked.get(b"Marked").and_then(Object::as_bool).expect("marked"));
    assert!(catalog.has(b"Lang") && catalog.has(b"StructTreeRoot") && catalog.has(b"OutputIntents"));
    // A title in the bar of the window, not the name of the file.
    let view = dictionary(document, catalog, b"ViewerPreferences");
    assert!(view.get(b"DisplayDocTitle").and_then(Object::as_bool).expect("a title"));
    let roles = roles(document);
    for role in ["Table", "TR", "TH", "TD", "H1", "Figure"] {
        assert!(roles.iter().any(|known| known == role), "no {role} in the structure");
    }
    for dictionary in structure(document) {
        if dictionary
            .get(b"S")
            .and_then(Object::as_name)
            .is_ok_and(|role| role == b"Figure")
        {
            assert!(dictionary.has(b"Alt"), "a figure without words");
        }
    }
    // Every font is in the file.
    for object in document.objects.values() {
        if let Ok(font) = object.as_dict()
            && font
                .get(b"Type")
                .and_then(Object::as_name)
                .is_ok_and(|name| name == b"FontDescriptor")
        {
            assert!(font.has(b"FontFile2") || font.has(b"FontFile3"));
        }
    }
}

fn structure(document: &Document) -> impl Iterator<Item = &Dictionary> {
    let dictionaries = document.objects.values().filter_map(|object| object.as_dict().ok());
    dictionaries.filter(|one| {
        one.get(b"Type")
            .and_then(Object::as_name)
            .is_ok_and(|name| name == b"StructElem")
    })
}

fn roles(document: &Document) -> Vec<String> {
    let names = structure(document).filter_map(|one| one.get(b"S").and_then(Object::as_name).ok());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// Fails unless every cell of every table stands in the text.
fn check_cells(page: &[Block], text: &str) -> usize {
    let mut cells = 0;
    for block in page {
        match block {
            Block::Table(table) => {
                assert!(text.contains(&closed_up(&format!("Table {}. {}", table.number, table.title))));
                for cell in table.head.iter().chain(&table.body).flat_map(|row| &row.cells) {
                    let words = closed_up(&plain_text(&cell.text));
                    assert!(text.contains(&words), "{}: {words}", table.title);
                    cells += 1;
                }
            }
            Block::Framed(inner) => cells += check_cells(inner, text),
            _ => {}
        }
    }
    cells
}

#[test]
fn a_report_is_an_archived_and_tagged_document_with_every_cell_of_its_tables() {
    let page = report();
    let pdf = render_pdf(&page, &LAYOUT, &[]).expect("a PDF");
    let (document, text) = read(&pdf);
    check_standards(&document);
    assert!(check_cells(&page.blocks, &text) > 1000);
    let pages = document.get_pages().len();
    assert!((20..200).contains(&pages), "{pages}");
    // The foot of the last page counts all of them, and every page names study and cut.
    assert!(text.contains(&format!("{pages}/{pages}")));
    assert!(text.matches("Datacut2025-06-01").count() >= pages);
    assert!(text.matches("IL1RAP-HCC(NCT06757881)").count() >= pages);
    // Bookmarks lead to every section.
    let sections = page
        .blocks
        .iter()
        .filter(|block| matches!(block, Block::Heading { level: 1, .. }));
    let catalog = document.catalog().expect("a catalog");
    let outline = dictionary(&document, catalog, b"Outlines");
    let count = outline
        .get(b"Count")
        .and_then(Object::as_i64)
        .expect("a number")
        .unsigned_abs();
    assert!(count >= sections.count() as u64, "{count}");
    // The date is that of the data cut.
    assert!(metadata(&document).contains("2025-06-01"));
    assert_eq!(
        pdf,
        render_pdf(&page, &LAYOUT, &[]).expect("a PDF"),
        "the same bytes again"
    );
}

#[test]
fn a_packet_is_set_in_english_and_chinese() {
    for language in Language::ALL {
        let page = packet(language);
        let layout = Layout {
            landscape: false,
            long: false,
            ..LAYOUT
        };
        let (document, text) = read(&render_pdf(&page, &layout, &[]).expect("a PDF"));
        check_standards(&document);
        check_cells(&page.blocks, &text);
        assert!(!text.contains("U+"), "a letter is missing: {language:?}");
    }
}

#[test]
fn a_heading_row_is_repeated_on_every_page_of_its_table() {
    let mut builder = PageBuilder::new("Long table", None);
    builder.heading(1, "Rows");
    let rows: Vec<Vec<String>> = (0..200)
        .map(|row| vec![format!("row {row}"), "value".to_owned()])
        .collect();
    builder.table("Rows", &["Uniquehead", "Value"], &rows);
    let (document, text) = read(&render_pdf(&builder.finish(), &LAYOUT, &[]).expect("a PDF"));
    let pages = document.get_pages().len();
    // The cover and the contents have none.
    assert!(pages > 4 && text.matches("Uniquehead").count() == pages - 2);
}

#[test]
fn no_text_is_read_as_markup_and_letters_without_a_font_are_written_as_numbers() {
    let evil = "#panic() $x$ *b* _i_ `r` <l> @r \\ \" ] } /* // \u{10348}";
    let mut builder = PageBuilder::new("Texts", None);
    builder.heading(1, evil);
    builder.paragraph(Role::Plain, evil);
    builder.table(evil, &[evil], &[vec![evil.to_owned()]]);
    let (_, text) = read(&render_pdf(&builder.finish(), &LAYOUT, &[]).expect("a PDF"));
    assert!(text.contains("#panic()$x$*b*_i_`r`<l>@r\\\"]}/*//[U+10348]"));
    assert!(text.contains("noneofthefonts"));
}

#[test]
fn a_font_that_is_none_is_refused() {
    let page = PageBuilder::new("Page", None).finish();
    let refused = render_pdf(&page, &LAYOUT, &[b"no font".to_vec()]);
    assert!(matches!(refused, Err(PdfError::Font(1))));
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    let allowed = [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "Unlicense",
        "Unicode-3.0",
        "Zlib",
        "0BSD",
    ];
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "-p",
            "tercel-pdf",
            "-e",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}|{l}",
            "--locked",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("text");
    let mut packages = 0;
    for (package, licence) in text.lines().filter_map(|line| line.split_once('|')) {
        let licence = licence.replace(" (*)", "").replace('/', " OR ").replace(['(', ')'], "");
        let permissive = licence
            .split(" AND ")
            .all(|part| part.split(" OR ").any(|one| allowed.contains(&one.trim())));
        assert!(permissive, "{package}: {licence}");
        packages += 1;
    }
    assert!(packages > 200, "{packages}");
}
