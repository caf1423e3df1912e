//! Widths of the columns of a table, as browsers find them: each column at least as wide as its longest word, what is left
//! shared by how much more each would like.

use tercel_report::printed::{Cell, Inline, Table};

use crate::measure::Fonts;
use crate::words::{pieces, whole_pieces};

/// Sizes of the letters of a table in points, the first that fits is taken.
const SIZES: [f64; 4] = [7.5, 7.0, 6.5, 6.0];

/// Blank to the left and right of a cell's text together, in points; as in `template.typ`.
const INSET: f64 = 7.0;

/// Most of the page's width that a text may claim not to be broken.
const UNBROKEN_SHARE: f64 = 0.35;

/// How a table is set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    /// Size of the letters, in points.
    pub(crate) size: f64,
    /// Width of each column, in points.
    pub(crate) widths: Vec<f64>,
}

impl Setting {
    /// Lines that a cell takes which begins in this column.
    pub(crate) fn lines(&self, fonts: &Fonts<'_>, cell: &Cell, column: usize) -> usize {
        let width: f64 = self.widths.iter().skip(column).take(cell.columns).sum();
        let room = (width - INSET).max(self.size);
        let count = |line: &Vec<(String, bool)>| {
            let width: f64 = line.iter().map(|(text, bold)| fonts.width(text, *bold)).sum();
            // Lines end at words, so they are filled nine tenths.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small positive number"
            )]
            let lines = (width * self.size / room / 0.9).ceil().clamp(1.0, 1e6) as usize;
            lines
        };
        lines(cell).iter().map(count).sum()
    }
}

/// Sets a table into a width in points.
pub(crate) fn set(fonts: &Fonts<'_>, table: &Table, width: f64) -> Setting {
    let whole = needs(fonts, table, width, whole_pieces);
    let broken = needs(fonts, table, width, pieces);
    let mut setting = Setting {
        size: 6.0,
        widths: Vec::new(),
    };
    // Identifiers are broken before letters become smaller than a reader likes.
    let [first, second, ..] = SIZES;
    let tries = [(&whole, first), (&whole, second)]
        .into_iter()
        .chain(SIZES.map(|size| (&broken, size)));
    for (needs, size) in tries {
        let at_least: Vec<f64> = needs.iter().map(|need| need.least * size + INSET).collect();
        let liked: Vec<f64> = needs.iter().map(|need| need.liked * size + INSET).collect();
        setting = Setting {
            size,
            widths: share(&at_least, &liked, width),
        };
        if at_least.iter().sum::<f64>() <= width {
            break;
        }
    }
    if is_by_hand(table) {
        fill(&mut setting.widths, width);
    }
    setting
}

/// Whether a table is filled in with a pen.
pub(crate) fn is_by_hand(table: &Table) -> bool {
    table
        .class
        .split(' ')
        .any(|class| matches!(class, "lines" | "signatures"))
}

/// Gives what is left of the width to all columns, to all but the first where there are two.
fn fill(widths: &mut [f64], width: f64) {
    let left = (width - widths.iter().sum::<f64>()).max(0.0);
    let first = usize::from(widths.len() == 2);
    let each = left / widths.len().saturating_sub(first).max(1) as f64;
    for own in widths.iter_mut().skip(first) {
        *own += each;
    }
}

/// What a column needs, in em.
#[derive(Debug, Clone, Copy, Default)]
struct Need {
    least: f64,
    liked: f64,
}

/// What each column needs for its words, and would like for its lines.
fn needs(fonts: &Fonts<'_>, table: &Table, width: f64, pieces: fn(&str) -> Vec<&str>) -> Vec<Need> {
    let mut needs = vec![Need::default(); table.columns];
    let most_unbroken = width * UNBROKEN_SHARE / SIZES[0];
    let placed = place(table);
    let own = |cell: &Cell| {
        let lines = lines(cell);
        let line_width =
            |line: &Vec<(String, bool)>| -> f64 { line.iter().map(|(text, bold)| fonts.width(text, *bold)).sum() };
        let liked = lines.iter().map(line_width).fold(0.0, f64::max);
        let words = lines.iter().flatten().flat_map(|(text, bold)| {
            let pieces = pieces(text);
            pieces.into_iter().map(|piece| fonts.width(piece.trim_end(), *bold))
        });
        let least = words.fold(0.0, f64::max);
        let unbroken = cell.class.split(' ').any(|class| class == "nowrap") && liked <= most_unbroken;
        Need {
            least: if unbroken { liked } else { least },
            liked,
        }
    };
    for (column, cell) in placed.iter().filter(|(_, cell)| cell.columns == 1) {
        if let Some(need) = needs.get_mut(*column) {
            let own = own(cell);
            need.least = need.least.max(own.least);
            need.liked = need.liked.max(own.liked);
        }
    }
    for (column, cell) in placed.iter().filter(|(_, cell)| cell.columns > 1) {
        let own = own(cell);
        let covered: Vec<&mut Need> = needs.iter_mut().skip(*column).take(cell.columns).collect();
        let least: f64 = covered.iter().map(|need| need.least).sum();
        let missing = (own.least - least).max(0.0) / covered.len().max(1) as f64;
        for need in covered {
            need.least += missing;
            need.liked = need.liked.max(need.least);
        }
    }
    needs
}

/// Every cell with its first column.
pub(crate) fn place(table: &Table) -> Vec<(usize, &Cell)> {
    let slots = table.slots().into_iter().flatten();
    slots.filter_map(|slot| Some((slot.column, slot.cell?))).collect()
}

/// The lines of a cell as they are written, each with its runs and whether they are bold.
fn lines(cell: &Cell) -> Vec<Vec<(String, bool)>> {
    let mut lines = vec![Vec::new()];
    append(&cell.text, cell.heads, &mut lines);
    lines
}

fn append(text: &[Inline], bold: bool, lines: &mut Vec<Vec<(String, bool)>>) {
    for run in text {
        match run {
            Inline::Text(text) => {
                if let Some(line) = lines.last_mut() {
                    line.push((text.clone(), bold));
                }
            }
            Inline::Strong(inner) => append(inner, true, lines),
            Inline::Quiet(inner) | Inline::Link(_, inner) => append(inner, bold, lines),
            Inline::Break => lines.push(Vec::new()),
            Inline::Place(_) => {}
        }
    }
}

/// Shares a width among columns.
fn share(at_least: &[f64], liked: &[f64], width: f64) -> Vec<f64> {
    let (least, like): (f64, f64) = (at_least.iter().sum(), liked.iter().sum());
    if like <= width {
        return liked.to_vec();
    }
    if least >= width {
        return at_least.iter().map(|own| own / least * width).collect();
    }
    let more = (width - least) / (like - least);
    at_least
        .iter()
        .zip(liked)
        .map(|(least, liked)| least + (liked - least) * more)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::share;

    fn sum(widths: &[f64]) -> f64 {
        widths.iter().sum()
    }

    #[test]
    fn what_fits_is_as_wide_as_it_likes_and_what_does_not_fills_the_width() {
        assert!((sum(&share(&[10.0, 20.0], &[30.0, 40.0], 100.0)) - 70.0).abs() < 1e-9);
        let tight = share(&[10.0, 20.0], &[30.0, 140.0], 100.0);
        assert!((sum(&tight) - 100.0).abs() < 1e-9);
        assert!(tight[0] >= 10.0 && tight[1] >= 20.0);
        assert!((sum(&share(&[100.0, 100.0], &[300.0, 140.0], 100.0)) - 100.0).abs() < 1e-9);
    }
}
