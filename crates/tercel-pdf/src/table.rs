//! A table as typst source.

use std::fmt::Write as _;

use tercel_report::printed::{Inline, Row, Table};

use crate::columns::{self, Setting};
use crate::source::Writer;

/// Rows of more lines than this may go on on the next page; all others stand on one.
const WHOLE_LINES: usize = 24;

/// Writes a table with its title.
pub(crate) fn write(writer: &mut Writer<'_>, table: &Table) {
    if table.columns == 0 {
        return;
    }
    let setting = columns::set(writer.fonts, table, writer.layout.room().0);
    let widths: Vec<String> = setting.widths.iter().map(|width| format!("{width:.2}pt")).collect();
    let widths = widths.join(", ");
    let title = [Inline::Text(if table.title.is_empty() {
        format!("Table {}", table.number)
    } else {
        format!("Table {}. {}", table.number, table.title)
    })];
    // A heading row stands on several pages, a place on one.
    for run in table.head.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.text) {
        if let Inline::Place(name) = run {
            writer.place(name);
        }
    }
    writer.out.push_str("#titled_table(");
    writer.content(&title);
    let _ = writeln!(writer.out, ", {}pt, ({widths},), {},", setting.size, table.head.len());
    let placed = columns::place(table);
    let mut placed = placed.iter().map(|(column, _)| *column);
    if !table.head.is_empty() {
        writer.out.push_str("table.header(repeat: true, ");
        for cell in table.head.iter().flat_map(|row| &row.cells) {
            placed.next();
            let _ = write!(writer.out, "head_cell(columns: {}, rows: {})", cell.columns, cell.rows);
            writer.content(&cell.text);
            writer.out.push_str(", ");
        }
        writer.out.push_str("),\n");
    }
    for row in &table.body {
        write_row(writer, table, row, &setting, &mut placed);
    }
    writer.out.push_str(")\n");
}

fn write_row(
    writer: &mut Writer<'_>,
    table: &Table,
    row: &Row,
    setting: &Setting,
    placed: &mut impl Iterator<Item = usize>,
) {
    let group = ["group", "soc"]
        .iter()
        .any(|class| row.class.split(' ').any(|one| one == *class));
    let by_hand = columns::is_by_hand(table);
    for cell in &row.cells {
        let column = placed.next().unwrap_or(0);
        let whole = cell.rows == 1 && setting.lines(writer.fonts, cell, column) <= WHOLE_LINES;
        let has = |name: &str| cell.class.split(' ').any(|class| class == name);
        writer.out.push_str("table.cell(");
        if cell.columns > 1 {
            let _ = write!(writer.out, "colspan: {}, ", cell.columns);
        }
        if cell.rows > 1 {
            let _ = write!(writer.out, "rowspan: {}, ", cell.rows);
        }
        if group || has("overall") || row.class.split(' ').any(|class| class == "overall") {
            writer.out.push_str("fill: tint, ");
        }
        if has("term") {
            writer.out.push_str("inset: (left: 12pt, right: 3.5pt, y: 2.6pt), ");
        }
        if by_hand {
            writer
                .out
                .push_str("stroke: 0.5pt + grey, inset: (x: 3.5pt, top: 5pt, bottom: 18pt), ");
        }
        let _ = write!(writer.out, "breakable: {})", !whole);
        if group && !cell.text.is_empty() {
            writer.content(&[Inline::Strong(cell.text.clone())]);
        } else {
            writer.content(&cell.text);
        }
        writer.out.push_str(", ");
    }
    writer.out.push('\n');
}
