//! Dose-transition pathways from left to right: a row for each course, a letter and a colour for each kind of action.

use std::collections::BTreeSet;

use tercel::report::design_page::{PathFigure, PathKind, PathNode};

use crate::svg::{Anchor, BLUE, GREY, INK, SIZE, Svg, VERMILLION, WIDTH, at, flow, text_width};

const ROW: f64 = 17.0;
/// Between courses that parted earlier.
const GAP: f64 = 5.0;
/// Side of the square with the letter.
const MARK: f64 = 14.0;
const SMALL: f64 = 12.0;
/// Room for the lines between two columns.
const LINES: f64 = 30.0;
/// Where the first row begins, below legend and headings.
const TOP: f64 = 62.0;

/// The figure as one SVG file.
pub fn render_pathways(figure: &PathFigure) -> String {
    draw(figure)
}

/// Colour of a kind, from the palette of Okabe and Ito.
const fn colour(kind: PathKind) -> &'static str {
    match kind {
        PathKind::Start | PathKind::Wait => GREY,
        PathKind::Escalate => "#00795a",
        PathKind::Stay => BLUE,
        PathKind::DeEscalate => "#9a6a00",
        PathKind::Declare => INK,
        PathKind::Stop => VERMILLION,
    }
}

/// A column of the drawing.
#[derive(Debug, Clone, Copy)]
struct Column {
    x: f64,
    /// Widest outcomes in it.
    outcomes: f64,
    width: f64,
}

/// Draws the tree.
pub(crate) fn draw(figure: &PathFigure) -> String {
    let columns = columns(figure);
    let mut svg = Svg::default();
    let right = columns.last().map_or(WIDTH, |column| column.x + column.width);
    let width = right.max(WIDTH);
    legend(&mut svg, figure, width);
    for (column, name) in columns.iter().zip(&figure.columns) {
        let style = [("fill", INK), ("font-weight", "600")];
        svg.styled_text(column.x, TOP - 10.0, Anchor::Start, &style, name);
    }
    let mut y = TOP + ROW / 2.0;
    branch(&mut svg, &figure.root, &columns, &mut y);
    svg.finish_sized("pathways_drawing", &figure.title, &figure.description, (width, y + 4.0))
}

fn columns(figure: &PathFigure) -> Vec<Column> {
    let mut found: Vec<Column> = Vec::new();
    measure(&figure.root, 0, &mut found);
    let mut x = 2.0;
    for (column, name) in found.iter_mut().zip(&figure.columns) {
        column.x = x;
        column.width = (column.width + column.outcomes).max(text_width(name, SIZE * 1.1));
        x += column.width + LINES;
    }
    found
}

/// Widest texts of each column; `width` is first that of mark and action alone.
fn measure(node: &PathNode, depth: usize, found: &mut Vec<Column>) {
    if found.len() <= depth {
        found.push(Column {
            x: 0.0,
            outcomes: 0.0,
            width: 0.0,
        });
    }
    if let Some(column) = found.get_mut(depth) {
        let outcomes = text_width(&node.outcomes, SMALL);
        let outcomes = if outcomes > 0.0 { outcomes + 5.0 } else { 0.0 };
        column.outcomes = column.outcomes.max(outcomes);
        column.width = column.width.max(MARK + 5.0 + text_width(&node.action, SMALL));
    }
    for child in &node.children {
        measure(child, depth + 1, found);
    }
}

fn legend(svg: &mut Svg, figure: &PathFigure, width: f64) {
    let mut kinds = BTreeSet::new();
    collect(&figure.root, &mut kinds);
    let kinds: Vec<PathKind> = kinds.into_iter().filter(|kind| *kind != PathKind::Start).collect();
    let widths: Vec<f64> = kinds
        .iter()
        .map(|kind| MARK + 5.0 + text_width(kind.name(), SMALL))
        .collect();
    for (kind, (x, line)) in kinds.iter().zip(flow(&widths, 2.0, width, 14.0)) {
        let y = 12.0 + 18.0 * line as f64;
        mark(svg, *kind, (x, y));
        svg.styled_text(
            x + MARK + 5.0,
            y + 4.0,
            Anchor::Start,
            &[("fill", INK), ("font-size", "12")],
            kind.name(),
        );
    }
}

fn collect(node: &PathNode, kinds: &mut BTreeSet<PathKind>) {
    kinds.insert(node.kind);
    for child in &node.children {
        collect(child, kinds);
    }
}

/// Draws a node and what follows it, the next free row at `y`; the node's own place is returned.
fn branch(svg: &mut Svg, node: &PathNode, columns: &[Column], y: &mut f64) -> f64 {
    let Some((column, further)) = columns.split_first() else {
        return *y;
    };
    let mut places = Vec::with_capacity(node.children.len());
    for child in &node.children {
        places.push(branch(svg, child, further, y));
    }
    let place = if let (Some(first), Some(last)) = (places.first(), places.last()) {
        f64::midpoint(*first, *last)
    } else {
        *y += ROW;
        *y - ROW
    };
    if let (Some(first), Some(last), Some(next)) = (places.first(), places.last(), further.first()) {
        let style = [("stroke", "#a8a8a8")];
        let end = column.x + column.outcomes + MARK + 5.0 + text_width(&node.action, SMALL);
        let trunk = next.x - 14.0;
        svg.line((end.min(trunk) + 3.0, place), (trunk, place), &style);
        svg.line((trunk, *first), (trunk, *last), &style);
        for child in &places {
            svg.line((trunk, *child), (next.x - 4.0, *child), &style);
        }
        if further.len() == 1 {
            *y += GAP;
        }
    }
    label(svg, node, *column, place);
    place
}

fn label(svg: &mut Svg, node: &PathNode, column: Column, y: f64) {
    svg.open_group(&node.hint);
    let small = [("fill", INK), ("font-size", "12")];
    svg.styled_text(column.x, y + 4.0, Anchor::Start, &small, &node.outcomes);
    let x = column.x + column.outcomes;
    mark(svg, node.kind, (x, y));
    svg.styled_text(x + MARK + 5.0, y + 4.0, Anchor::Start, &small, &node.action);
    svg.close_group();
}

/// The square with the letter of a kind, its left edge at `x`.
fn mark(svg: &mut Svg, kind: PathKind, (x, y): (f64, f64)) {
    let radius = at(2.0);
    svg.rect(
        (x, y - MARK / 2.0),
        (MARK, MARK),
        &[("fill", colour(kind)), ("rx", &radius)],
    );
    let style = [("fill", "#fff"), ("font-size", "10.5"), ("font-weight", "700")];
    svg.styled_text(x + MARK / 2.0, y + 3.8, Anchor::Middle, &style, kind.letter());
}
