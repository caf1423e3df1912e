//! Shares as small bars: a row for each design, a column for each true curve, the number beside each bar.

use tercel::report::design_page::BarGrid;
use tercel::report::number::percent_digits;

use crate::svg::{Anchor, BLUE, INK, RULE, SIZE, Svg, VERMILLION, WIDTH, fit, text_width};

const ROW: f64 = 21.0;
const SMALL: f64 = 11.5;
/// Most columns side by side; further ones stand in a band below.
const ACROSS: usize = 5;
/// Room for the number beside a bar.
const NUMBER: f64 = 36.0;

/// Draws the bars.
pub(crate) fn draw(grid: &BarGrid) -> String {
    let mut svg = Svg::default();
    let widest = grid
        .rows
        .iter()
        .map(|(name, _)| text_width(name, SIZE))
        .fold(0.0, f64::max);
    let left = (widest + 12.0).clamp(60.0, WIDTH * 0.25);
    let bands = grid.columns.len().div_ceil(ACROSS).max(1);
    let across = grid.columns.len().div_ceil(bands).max(1);
    let column = (WIDTH - left) / across as f64;
    let band = 34.0 + ROW * grid.rows.len() as f64 + 16.0;
    for (place, name) in grid.columns.iter().enumerate() {
        let x = left + column * (place % across) as f64;
        let y = band * (place / across) as f64;
        heading(&mut svg, name, (x, y), column - 14.0);
        let top = y + 34.0;
        let bottom = top + ROW * grid.rows.len() as f64;
        svg.line((x, top - 2.0), (x, bottom), &[("stroke", RULE)]);
        for (line, (design, shares)) in grid.rows.iter().enumerate() {
            let at = top + ROW * line as f64;
            if place % across == 0 {
                let label = fit(design, SIZE, left - 8.0);
                svg.text(left - 8.0, at + 14.0, Anchor::End, &label);
            }
            let Some(share) = shares.get(place).copied() else {
                continue;
            };
            let colour = if grid.harm { VERMILLION } else { BLUE };
            let length = share.clamp(0.0, 1.0) * (column - NUMBER - 10.0);
            let number = percent_digits(share);
            svg.open_group(&format!("{design}, {name}: {number} %"));
            svg.rect(
                (x, at + 3.0),
                (length, ROW - 7.0),
                &[("fill", colour), ("fill-opacity", "0.8")],
            );
            let style = [("fill", INK), ("font-size", "11.5")];
            svg.styled_text(x + length + 4.0, at + 14.0, Anchor::Start, &style, &number);
            svg.close_group();
        }
    }
    let drawing = format!("{}_drawing", grid.id);
    svg.finish(&drawing, &grid.title, &grid.description, band * bands as f64)
}

/// The name of a column, on two lines where one is too short for it.
fn heading(svg: &mut Svg, name: &str, corner: (f64, f64), width: f64) {
    let style = [("fill", INK), ("font-weight", "600"), ("font-size", "11.5")];
    // Bold letters are wider.
    let size = SMALL * 1.1;
    let (first, second) = if text_width(name, size) <= width {
        ("", name)
    } else {
        let middle = name.len() / 2;
        let at = name
            .match_indices(' ')
            .map(|(at, _)| at)
            .min_by_key(|at| at.abs_diff(middle));
        at.map_or(("", name), |at| name.split_at(at))
    };
    svg.styled_text(
        corner.0,
        corner.1 + 12.0,
        Anchor::Start,
        &style,
        &fit(first.trim(), size, width),
    );
    svg.styled_text(
        corner.0,
        corner.1 + 26.0,
        Anchor::Start,
        &style,
        &fit(second.trim(), size, width),
    );
}
