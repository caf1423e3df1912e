//! A page that was put together as what it says, as HTML in the look of the report.

use crate::html::{close_table, open_part_in, open_styled_page_in, open_table};
use crate::markup::Writer;
use crate::printed::{Block, Inline, Page, Role, Row, Table, plain_text};

/// What these documents add to the style of the report.
const STYLE: &str = include_str!("document.css");

/// A page as one HTML file that needs no network and no font. What stands before the first heading is its cover; after it
/// come its contents.
///
/// Figures, formulas and links stay with the pages they were read from and are not written.
pub fn render_page(page: &Page) -> String {
    let mut out = Writer::default();
    open_styled_page_in(&mut out, &page.title, STYLE, &page.language);
    let opening = page.blocks.iter().position(is_section);
    let (cover, parts) = page.blocks.split_at(opening.unwrap_or(page.blocks.len()));
    out.open("header", &[]);
    if let Some(banner) = &page.banner {
        out.leaf("p", &[("class", "synthetic")], banner);
    }
    write_blocks(&mut out, cover);
    out.close();
    contents(&mut out, parts);
    let mut number = 0;
    let mut rest = parts;
    while let Some((heading, after)) = rest.split_first() {
        let end = after.iter().position(is_section).unwrap_or(after.len());
        let (section, next) = after.split_at(end);
        number += 1;
        let place = place(section, number);
        let words = match heading {
            Block::Heading { text, .. } => plain_text(text),
            _ => String::new(),
        };
        open_part_in(&mut out, page.banner.as_deref(), &place, "", &words);
        write_blocks(&mut out, section);
        out.close();
        rest = next;
    }
    out.finish()
}

/// What links to a section lead to: the place it begins with, otherwise its number.
fn place(section: &[Block], number: usize) -> String {
    match section.first() {
        Some(Block::Place(name)) => name.clone(),
        Some(_) | None => format!("part_{number}"),
    }
}

fn is_section(block: &Block) -> bool {
    matches!(block, Block::Heading { level: 1, .. })
}

fn contents(out: &mut Writer, parts: &[Block]) {
    out.open("nav", &[("id", "contents"), ("aria-label", "Contents")]);
    out.leaf("h2", &[], "Contents");
    out.open("ul", &[]);
    let headings = parts.iter().enumerate().filter_map(|(at, block)| match block {
        Block::Heading { level: 1, text, .. } => Some((plain_text(text), parts.get(at + 1..).unwrap_or_default())),
        _ => None,
    });
    for (before, (heading, section)) in headings.enumerate() {
        out.open("li", &[]);
        out.leaf("a", &[("href", &format!("#{}", place(section, before + 1)))], &heading);
        out.close();
    }
    out.close();
    out.close();
}

fn write_blocks(out: &mut Writer, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Title(text) => element(out, "h1", &[], text),
            Block::Heading { level: 1 | 2, text, .. } => element(out, "h3", &[], text),
            Block::Heading { text, .. } => element(out, "h4", &[], text),
            Block::Paragraph(role, text) => {
                let class = match role {
                    Role::Plain => "",
                    Role::Attention => "attention",
                    Role::Action => "action",
                    Role::Quiet => "quiet",
                    Role::Label => "label",
                };
                element(out, "p", &[("class", class)], text);
            }
            Block::List { numbered, items } => {
                out.open(if *numbered { "ol" } else { "ul" }, &[]);
                for item in items {
                    element(out, "li", &[], item);
                }
                out.close();
            }
            Block::Facts(pairs) => {
                out.open("dl", &[("class", "facts")]);
                for (name, value) in pairs {
                    out.open("div", &[]);
                    element(out, "dt", &[], name);
                    element(out, "dd", &[], value);
                    out.close();
                }
                out.close();
            }
            Block::Terms(pairs) => {
                out.open("dl", &[("class", "terms")]);
                for (name, value) in pairs {
                    element(out, "dt", &[], name);
                    element(out, "dd", &[], value);
                }
                out.close();
            }
            Block::Framed(inner) => {
                out.open("div", &[("class", "decision")]);
                write_blocks(out, inner);
                out.close();
            }
            Block::Table(table) => write_table(out, table),
            Block::Figure(_) | Block::Formula { .. } | Block::Place(_) => {}
        }
    }
}

fn write_table(out: &mut Writer, table: &Table) {
    let title = format!("Table {}. {}", table.number, table.title);
    out.leaf("p", &[("class", "table_title")], &title);
    open_table(out, &format!("document {}", table.class), &table.title);
    out.open("thead", &[]);
    write_rows(out, &table.head, "col");
    out.close();
    out.open("tbody", &[]);
    write_rows(out, &table.body, "row");
    out.close();
    close_table(out);
}

fn write_rows(out: &mut Writer, rows: &[Row], scope: &str) {
    for row in rows {
        out.open("tr", &[]);
        for cell in &row.cells {
            if cell.heads {
                element(out, "th", &[("scope", scope)], &cell.text);
            } else {
                element(out, "td", &[], &cell.text);
            }
        }
        out.close();
    }
}

fn element(out: &mut Writer, tag: &'static str, attributes: &[(&str, &str)], text: &[Inline]) {
    out.open(tag, attributes);
    runs(out, text);
    out.close();
}

fn runs(out: &mut Writer, text: &[Inline]) {
    for run in text {
        match run {
            Inline::Text(text) => out.text(text),
            Inline::Strong(inner) => element(out, "strong", &[], inner),
            Inline::Quiet(inner) => element(out, "span", &[("class", "quiet")], inner),
            Inline::Link(_, inner) => runs(out, inner),
            Inline::Break => out.empty("br", &[]),
            Inline::Place(_) => {}
        }
    }
}
