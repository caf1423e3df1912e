//! Pages about designs as HTML, in the look of the report, for A4 upright in print.

use tercel::report::design_page::{Block, Page, Part, TextTable};

use crate::html::{close_table, drawing, head, open_styled_page};
use crate::markup::Writer;
use crate::{bars, math, pathways};

const STYLE: &str = include_str!("design_page.css");

/// Tables of numbers of at most so many rows stay on one page in print; rows of words may be high.
const SHORT: usize = 36;

/// The page as one HTML file that needs no network and no font.
pub fn render_design_page(page: &Page) -> String {
    let mut out = Writer::default();
    open_styled_page(&mut out, &page.title, STYLE);
    out.open("header", &[]);
    out.leaf("h1", &[], &page.title);
    out.open("dl", &[("class", "facts")]);
    for (name, value) in &page.facts {
        out.open("div", &[]);
        out.leaf("dt", &[], name);
        out.leaf("dd", &[], value);
        out.close();
    }
    out.close();
    out.close();
    for part in &page.parts {
        write_part(&mut out, part);
    }
    out.finish()
}

fn write_part(out: &mut Writer, part: &Part) {
    let class = if part.new_page { "new_page" } else { "" };
    out.open("section", &[("id", &part.id), ("class", class)]);
    out.leaf("h2", &[], &part.heading);
    for block in &part.blocks {
        match block {
            Block::Text(text) => out.leaf("p", &[], text),
            Block::Formula(formula) => math::write(out, formula),
            Block::Table(shown) => table(out, shown),
            Block::Bars(grid) => figure(out, &grid.title, "", &bars::draw(grid)),
            Block::Paths(paths) => figure(out, &paths.title, "wide", &pathways::draw(paths)),
            Block::References(references) => {
                out.open("ul", &[("class", "references")]);
                for (key, citation) in references {
                    out.open("li", &[]);
                    out.leaf("strong", &[], key);
                    out.text(" ");
                    out.leaf("cite", &[], citation);
                    out.close();
                }
                out.close();
            }
        }
    }
    out.close();
}

fn figure(out: &mut Writer, title: &str, class: &str, svg: &str) {
    out.open("figure", &[("class", class)]);
    out.leaf("figcaption", &[], title);
    drawing(out, title, svg);
    out.close();
}

fn table(out: &mut Writer, shown: &TextTable) {
    let mut class = "design".to_owned();
    if shown.words {
        class.push_str(" words");
    }
    if shown.rows.len() <= if shown.words { SHORT / 4 } else { SHORT } {
        class.push_str(" short");
    }
    out.leaf("p", &[("class", "table_title"), ("aria-hidden", "true")], &shown.title);
    crate::html::open_table(out, &class, &shown.title);
    let columns: Vec<&str> = shown.head.iter().map(String::as_str).collect();
    head(out, &columns);
    out.open("tbody", &[]);
    for row in &shown.rows {
        out.open("tr", &[]);
        for (place, cell) in row.iter().enumerate() {
            if place == 0 {
                out.leaf("th", &[("scope", "row")], cell);
            } else {
                out.leaf("td", &[], cell);
            }
        }
        out.close();
    }
    out.close();
    close_table(out);
}
