//! Headings, tables and notes as WordprocessingML.

use super::{MAIN, RELATIONS, XML};
use crate::markup::Writer;
use crate::printed::{Block, Inline, Page, Role, Row, Slot, Table};

/// A sheet A4 on its long side with margins, in twentieths of a point.
const SHEET: [(&str, &str); 3] = [("w:w", "16838"), ("w:h", "11906"), ("w:orient", "landscape")];
const MARGINS: [(&str, &str); 7] = [
    ("w:top", "1134"),
    ("w:right", "850"),
    ("w:bottom", "964"),
    ("w:left", "850"),
    ("w:header", "567"),
    ("w:footer", "454"),
    ("w:gutter", "0"),
];

/// Width of the text, in twentieths of a point.
const WIDTH: usize = 16838 - 2 * 850;

/// The document.
pub(super) fn document(page: &Page) -> String {
    let mut out = Writer::default();
    out.append(XML);
    out.open("w:document", &[("xmlns:w", MAIN), ("xmlns:r", RELATIONS)]);
    out.open("w:body", &[]);
    paragraph(&mut out, "Title", &[Inline::Text(page.title.clone())]);
    let mut pending = Vec::new();
    let mut after_table = false;
    write_blocks(&mut out, &page.blocks, &mut pending, &mut after_table);
    out.open("w:sectPr", &[]);
    for (tag, id) in [("w:headerReference", "rId2"), ("w:footerReference", "rId3")] {
        out.empty(tag, &[("w:type", "default"), ("r:id", id)]);
    }
    out.empty("w:pgSz", &SHEET);
    out.empty("w:pgMar", &MARGINS);
    out.finish()
}

/// Writes tables with the headings they stand under and the texts around them. What heads no table waits in `pending` and
/// goes when the next heading comes.
fn write_blocks<'p>(out: &mut Writer, blocks: &'p [Block], pending: &mut Vec<&'p Block>, after_table: &mut bool) {
    for block in blocks {
        match block {
            Block::Heading { level, .. } => {
                *after_table = false;
                // A heading replaces those of its own level and below, with the texts under them.
                let keep = pending.iter().position(|one| match one {
                    Block::Heading { level: other, .. } => other >= level,
                    _ => false,
                });
                match keep {
                    Some(at) => pending.truncate(at),
                    None => pending.retain(|one| matches!(one, Block::Heading { .. })),
                }
                pending.push(block);
            }
            Block::Paragraph(..) if *after_table => write_text(out, block),
            Block::Paragraph(..) => pending.push(block),
            Block::Table(table) => {
                for one in pending.drain(..) {
                    write_text(out, one);
                }
                write_table(out, table);
                *after_table = true;
            }
            Block::Framed(inner) => write_blocks(out, inner, pending, after_table),
            Block::Figure(_) | Block::Title(_) => *after_table = false,
            Block::List { .. } | Block::Facts(_) | Block::Terms(_) | Block::Formula { .. } | Block::Place(_) => {}
        }
    }
}

/// A heading or a text around a table.
fn write_text(out: &mut Writer, block: &Block) {
    match block {
        Block::Heading { level: 1, text, .. } => paragraph(out, "Heading1", text),
        Block::Heading { level: 2, text, .. } => paragraph(out, "Heading2", text),
        Block::Heading { text, .. } => paragraph(out, "Heading3", text),
        Block::Paragraph(Role::Label, text) => paragraph(out, "TableLabel", text),
        Block::Paragraph(_, text) => paragraph(out, "TableNote", text),
        _ => {}
    }
}

fn write_table(out: &mut Writer, table: &Table) {
    if table.columns == 0 {
        return;
    }
    let title = if table.title.is_empty() {
        format!("Table {}", table.number)
    } else {
        format!("Table {}. {}", table.number, table.title)
    };
    paragraph(out, "Caption", &[Inline::Text(title)]);
    out.open("w:tbl", &[]);
    out.open("w:tblPr", &[]);
    out.empty("w:tblStyle", &[("w:val", "Report")]);
    out.empty("w:tblW", &[("w:w", "0"), ("w:type", "auto")]);
    out.empty("w:tblLook", &[("w:val", "0020"), ("w:firstRow", "1")]);
    out.close();
    let width = (WIDTH / table.columns).to_string();
    out.open("w:tblGrid", &[]);
    for _ in 0..table.columns {
        out.empty("w:gridCol", &[("w:w", &width)]);
    }
    out.close();
    let slots = table.slots();
    let rows = table
        .head
        .iter()
        .map(|row| (row, true))
        .chain(table.body.iter().map(|row| (row, false)));
    for ((row, heads), slots) in rows.zip(&slots) {
        write_row(out, row, slots, heads, table.columns);
    }
    out.close();
}

fn write_row(out: &mut Writer, row: &Row, slots: &[Slot<'_>], heads: bool, columns: usize) {
    let has = |name: &str| row.class.split(' ').any(|class| class == name);
    let group = has("group") || has("soc");
    out.open("w:tr", &[]);
    out.open("w:trPr", &[]);
    out.empty("w:cantSplit", &[]);
    if heads {
        out.empty("w:tblHeader", &[]);
    }
    out.close();
    let mut taken = 0;
    for slot in slots {
        taken = slot.column + slot.columns;
        write_cell(out, slot, heads, group);
    }
    // A row of fewer cells ends in an empty one: every row covers the grid.
    if taken < columns {
        let rest = Slot {
            column: taken,
            columns: columns - taken,
            cell: None,
        };
        cell(out, &rest, None, |out| paragraph(out, "TableText", &[]));
    }
    out.close();
}

fn write_cell(out: &mut Writer, slot: &Slot<'_>, heads: bool, group: bool) {
    let Some(own) = slot.cell else {
        cell(out, slot, Some("continue"), |out| paragraph(out, "TableText", &[]));
        return;
    };
    let style = match (heads, group) {
        (true, _) => "TableHead",
        (false, true) => "TableGroup",
        (false, false) if own.class.split(' ').any(|class| class == "term") => "TableTerm",
        (false, false) => "TableText",
    };
    let merge = (own.rows > 1).then_some("restart");
    cell(out, slot, merge, |out| paragraph(out, style, &own.text));
}

fn cell(out: &mut Writer, slot: &Slot<'_>, merge: Option<&str>, content: impl FnOnce(&mut Writer)) {
    out.open("w:tc", &[]);
    out.open("w:tcPr", &[]);
    if slot.columns > 1 {
        out.empty("w:gridSpan", &[("w:val", &slot.columns.to_string())]);
    }
    if let Some(merge) = merge {
        out.empty("w:vMerge", &[("w:val", merge)]);
    }
    out.close();
    content(out);
    out.close();
}

fn paragraph(out: &mut Writer, style: &str, text: &[Inline]) {
    out.open("w:p", &[]);
    out.open("w:pPr", &[]);
    out.empty("w:pStyle", &[("w:val", style)]);
    out.close();
    runs(out, text, false);
    out.close();
}

fn runs(out: &mut Writer, text: &[Inline], strong: bool) {
    for one in text {
        match one {
            Inline::Text(text) => {
                out.open("w:r", &[]);
                if strong {
                    out.open("w:rPr", &[]);
                    out.empty("w:b", &[]);
                    out.close();
                }
                out.leaf("w:t", &[("xml:space", "preserve")], text);
                out.close();
            }
            Inline::Strong(inner) => runs(out, inner, true),
            Inline::Quiet(inner) | Inline::Link(_, inner) => runs(out, inner, strong),
            Inline::Break => {
                out.open("w:r", &[]);
                out.empty("w:br", &[]);
                out.close();
            }
            Inline::Place(_) => {}
        }
    }
}
