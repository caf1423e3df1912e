//! Adverse events by term and level: the number of subjects in each cell, darker where the share is larger.

use tercel::report::{HeatCell, HeatRow, Report};

use crate::svg::{Anchor, BLUE, GREY, INK, RULE, SIZE, Svg, VERMILLION, WIDTH, fit, text_width};

const ROW: f64 = 22.0;
/// Size of the letters of terms and numbers.
const SMALL: f64 = 12.0;
/// Widest half of a column.
const WIDEST: f64 = 64.0;

/// Draws the cells; `None` where there are none.
pub(crate) fn draw(report: &Report) -> Option<String> {
    let map = &report.figures.heat_map;
    if map.rows.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let widest = map
        .rows
        .iter()
        .map(|row| text_width(&row.term, SMALL))
        .fold(80.0, f64::max);
    let left = (widest + 20.0).min(WIDTH * 0.4);
    let room = WIDTH - 8.0 - left;
    let half = (room / (2.0 * map.columns.len() as f64) - 3.0).min(WIDEST);
    let column = |place: usize| left + place as f64 * 2.0 * (half + 3.0);
    let top = 82.0;
    for (place, head) in map.columns.iter().enumerate() {
        let (x, wide) = (column(place), 2.0 * half);
        let middle = x + half;
        let bold = [("fill", INK), ("font-weight", "600")];
        for (line, text) in two_lines(&head.label, SIZE * 1.12, wide).iter().enumerate() {
            svg.styled_text(middle, 18.0 + 16.0 * line as f64, Anchor::Middle, &bold, text);
        }
        let subjects = format!("n = {}", head.subjects);
        let grey = [("fill", GREY), ("font-size", "12")];
        svg.styled_text(middle, 51.0, Anchor::Middle, &grey, &fit(&subjects, 12.0, wide));
        svg.styled_text(x + half / 2.0, 72.0, Anchor::Middle, &grey, "any");
        svg.styled_text(x + 1.5 * half, 72.0, Anchor::Middle, &grey, "gr. ≥ 3");
    }
    for (place, row) in map.rows.iter().enumerate() {
        let y = top + ROW * place as f64;
        term(&mut svg, row, left, y);
        for (place, cell) in row.cells.iter().enumerate() {
            draw_cell(&mut svg, cell, (column(place), y), half);
        }
    }
    let bottom = top + ROW * map.rows.len() as f64;
    Some(svg.finish(
        "figure_events_drawing",
        "Adverse events by term and dose level",
        &map.description,
        bottom + 8.0,
    ))
}

/// A label broken at a space into two lines where one is too short for it; what still does not fit is cut.
fn two_lines(label: &str, size: f64, width: f64) -> Vec<String> {
    if text_width(label, size) <= width {
        return vec![label.to_owned()];
    }
    let breaks = label.match_indices(' ').map(|(at, _)| {
        let (first, second) = label.split_at(at);
        let widest = text_width(first, size).max(text_width(second.trim_start(), size));
        (widest, first, second.trim_start())
    });
    match breaks.min_by(|(one, ..), (other, ..)| one.total_cmp(other)) {
        Some((_, first, second)) => vec![fit(first, size, width), fit(second, size, width)],
        None => vec![fit(label, size, width)],
    }
}

fn term(svg: &mut Svg, row: &HeatRow, left: f64, y: f64) {
    svg.open_group(&row.term);
    let text = fit(&row.term, SMALL, left - 12.0);
    let style = [("fill", INK), ("font-size", "12")];
    svg.styled_text(left - 8.0, y + ROW / 2.0 + 3.0, Anchor::End, &style, &text);
    svg.close_group();
}

fn draw_cell(svg: &mut Svg, cell: &HeatCell, corner: (f64, f64), half: f64) {
    svg.open_group(&cell.hint);
    let halves = [
        (cell.any, cell.any_share, BLUE),
        (cell.severe, cell.severe_share, VERMILLION),
    ];
    for (place, (number, share, colour)) in halves.into_iter().enumerate() {
        let x = corner.0 + half * place as f64;
        let opacity = tint(share);
        svg.rect(
            (x, corner.1),
            (half - 1.0, ROW - 2.0),
            &[("fill", colour), ("fill-opacity", &opacity), ("stroke", RULE)],
        );
        let ink = if number == 0 { GREY } else { INK };
        let style = [("fill", ink), ("font-size", "12")];
        let text = tercel::report::number::count(number);
        let middle = x + (half - 1.0) / 2.0;
        svg.styled_text(middle, corner.1 + ROW / 2.0 + 3.0, Anchor::Middle, &style, &text);
    }
    svg.close_group();
}

/// Opacity of a share: nothing for nobody, and light enough at 100 % that the number on it can be read.
fn tint(share: f64) -> String {
    if share <= 0.0 {
        return "0".to_owned();
    }
    format!("{:.2}", 0.08 + 0.5 * share.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_is_broken_into_two_even_lines() {
        assert_eq!(two_lines("Second dose group", 13.0, 100.0), ["Second", "dose group"]);
        assert_eq!(two_lines("All", 13.0, 100.0), ["All"]);
        assert_eq!(two_lines("Unbreakable-label", 13.0, 40.0).len(), 1);
    }

    #[test]
    fn a_cell_without_subjects_has_no_colour_and_a_full_one_stays_readable() {
        assert_eq!(tint(0.0), "0");
        assert_eq!(tint(1.0), "0.58");
        assert_eq!(tint(0.5), "0.33");
    }
}
