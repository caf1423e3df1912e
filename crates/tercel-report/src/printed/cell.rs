//! Tables of a page.

use roxmltree::Node;

use super::read::{Runs, class_of, is, push_runs};
use super::{Cell, Inline, Row, Table, plain_text};

/// A table; its caption, or `title` where one was given before it, is its title.
pub(super) fn table(element: Node<'_, '_>, title: Option<String>, number: usize) -> Table {
    let caption = element.children().find(|child| is(*child, "caption")).map(|caption| {
        let mut runs = Runs::default();
        push_runs(caption, &mut runs);
        plain_text(&runs.finish())
    });
    let mut table = Table {
        number,
        title: title.or(caption).unwrap_or_default(),
        class: class_of(element).to_owned(),
        columns: 0,
        head: Vec::new(),
        body: Vec::new(),
    };
    for part in element.children().filter(Node::is_element) {
        let rows = part.children().filter(|child| is(*child, "tr")).enumerate();
        let rows = rows.map(|(place, element)| row(element, place == 0));
        match part.tag_name().name() {
            "thead" => table.head.extend(rows),
            "tbody" | "tfoot" => table.body.extend(rows),
            _ => {}
        }
    }
    table.columns = columns(&table);
    table
}

fn row(element: Node<'_, '_>, opens_group: bool) -> Row {
    let cells = element.children().filter(|child| is(*child, "td") || is(*child, "th"));
    Row {
        opens_group,
        class: class_of(element).to_owned(),
        cells: cells.map(cell).collect(),
    }
}

fn cell(element: Node<'_, '_>) -> Cell {
    let span = |name: &str| {
        let stated = element.attribute(name).and_then(|text| text.parse().ok());
        stated.filter(|span: &usize| *span > 0).unwrap_or(1)
    };
    let mut runs = Runs::in_cell();
    if let Some(id) = element.attribute("id") {
        runs.push(Inline::Place(id.to_owned()));
    }
    push_runs(element, &mut runs);
    Cell {
        heads: is(element, "th"),
        columns: span("colspan"),
        rows: span("rowspan"),
        class: class_of(element).to_owned(),
        text: runs.finish(),
    }
}

/// A place of a row: a cell, or what a cell of a row above covers.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'t> {
    /// Its first column, from 0.
    pub column: usize,
    /// Columns it takes.
    pub columns: usize,
    /// The cell; `None` where one above reaches down.
    pub cell: Option<&'t Cell>,
}

impl Table {
    /// Every place of the heading rows, then of the others, a list a row.
    pub fn slots(&self) -> Vec<Vec<Slot<'_>>> {
        let mut slots = slots(&self.head);
        slots.extend(self::slots(&self.body));
        slots
    }
}

fn slots(rows: &[Row]) -> Vec<Vec<Slot<'_>>> {
    // First column, columns and rows left of the cells that reach down.
    let mut tall: Vec<(usize, usize, usize)> = Vec::new();
    rows.iter()
        .map(|row| {
            let mut slots = Vec::new();
            let mut next: Vec<(usize, usize, usize)> = Vec::new();
            let (mut column, mut cells) = (0, row.cells.iter());
            loop {
                if let Some((_, columns, _)) = tall.iter().find(|(first, ..)| *first == column) {
                    slots.push(Slot {
                        column,
                        columns: *columns,
                        cell: None,
                    });
                    column += columns;
                } else if let Some(cell) = cells.next() {
                    slots.push(Slot {
                        column,
                        columns: cell.columns,
                        cell: Some(cell),
                    });
                    if cell.rows > 1 {
                        next.push((column, cell.columns, cell.rows));
                    }
                    column += cell.columns;
                } else {
                    break;
                }
            }
            tall.append(&mut next);
            for (.., rows) in &mut tall {
                *rows -= 1;
            }
            tall.retain(|(.., rows)| *rows > 0);
            slots
        })
        .collect()
}

/// Most columns that a row takes.
fn columns(table: &Table) -> usize {
    let widths = table.slots();
    let width = |row: &Vec<Slot<'_>>| row.iter().map(|slot| slot.columns).sum();
    widths.iter().map(width).max().unwrap_or(0)
}
