//! The dose escalation in calendar time: a mark for each infused subject at its level, with its DLT window.

use tercel::report::{BoardMark, Report, Timeline, TimelineMark};

use crate::axis::{self, RIGHT};
use crate::board;
use crate::svg::{Anchor, GREY, INK, RULE, SIZE, Scale, Svg, WIDTH, fit, flow, level_colour, text_width};

const ROW: f64 = 24.0;
const RADIUS: f64 = 8.5;
/// Room between levels.
const GAP: f64 = 12.0;

/// Draws the timeline; `None` where nobody is on it.
pub(crate) fn draw(report: &Report) -> Option<String> {
    let timeline = &report.figures.timeline;
    if timeline.marks.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let widest = report.levels.iter().map(|name| text_width(&name.label, SIZE));
    let left = (widest.fold(60.0, f64::max) + 24.0).min(WIDTH / 3.0);
    let x = Scale {
        data: (0.0, timeline.days.max(1.0)),
        page: (left + RADIUS + 4.0, WIDTH - RIGHT - 4.0),
    };
    let top = legend(&mut svg) + 30.0;
    let mut bottom = top;
    // The highest level stands on top, as on the board.
    for name in report.levels.iter().rev() {
        let here: Vec<&TimelineMark> = timeline.marks.iter().filter(|mark| mark.level == name.level).collect();
        let rows = rows(&here, x);
        let count = rows.iter().copied().max().map_or(1, |row| row + 1);
        let height = ROW * count as f64 + GAP;
        svg.line((8.0, bottom), (WIDTH - RIGHT, bottom), &[("stroke", RULE)]);
        let label = fit(&name.label, SIZE, left - 12.0);
        svg.text(8.0, bottom + height / 2.0 + 4.5, Anchor::Start, &label);
        for (mark, row) in here.iter().zip(rows) {
            let y = bottom + GAP / 2.0 + ROW * (row as f64 + 0.5);
            one(&mut svg, mark, x, y);
        }
        bottom += height;
    }
    cut(&mut svg, timeline, x, top, bottom);
    let ticks: Vec<(f64, String)> = timeline
        .ticks
        .iter()
        .map(|(day, text)| (x.at(*day), text.clone()))
        .collect();
    let end = axis::below(&mut svg, x, bottom, &ticks, "calendar month");
    Some(svg.finish(
        "figure_timeline_drawing",
        "Dose escalation in calendar time",
        &timeline.description,
        end,
    ))
}

/// Rows of the marks of a level, so that no mark stands on another or on its window.
fn rows(marks: &[&TimelineMark], x: Scale) -> Vec<usize> {
    let mut ends: Vec<f64> = Vec::new();
    let mut rows = Vec::new();
    for mark in marks {
        let (start, end) = (x.at(mark.day) - RADIUS - 2.0, x.at(mark.window_end));
        let end = end.max(start + 2.0 * RADIUS + 4.0);
        let free = ends.iter().position(|last| *last <= start);
        if let Some((row, last)) = free.and_then(|row| Some((row, ends.get_mut(row)?))) {
            *last = end;
            rows.push(row);
        } else {
            rows.push(ends.len());
            ends.push(end);
        }
    }
    rows
}

fn one(svg: &mut Svg, mark: &TimelineMark, x: Scale, y: f64) {
    svg.open_subject(&mark.subject.subject, &mark.hint);
    let (start, end) = (x.at(mark.day), x.at(mark.window_end));
    let style = [("fill", level_colour(mark.level.number())), ("fill-opacity", "0.55")];
    svg.rect((start, y - 2.5), (end - start, 5.0), &style);
    board::mark(svg, mark.subject.mark, start, y, RADIUS);
    svg.close_group();
}

fn cut(svg: &mut Svg, timeline: &Timeline, x: Scale, top: f64, bottom: f64) {
    let Some((day, text)) = &timeline.cut else { return };
    let place = x.at(*day);
    let style = [("stroke", INK), ("stroke-width", "1.4"), ("stroke-dasharray", "5 3")];
    svg.line((place, top - 6.0), (place, bottom), &style);
    let half = text_width(text, 12.0) / 2.0;
    let middle = place.min(WIDTH - 8.0 - half).max(half + 8.0);
    let style = [("fill", GREY), ("font-size", "12")];
    svg.styled_text(middle, top - 11.0, Anchor::Middle, &style, text);
}

/// Draws the legend and returns where it ends.
fn legend(svg: &mut Svg) -> f64 {
    let window = "DLT window";
    let names = BoardMark::ALL.iter().map(|kind| kind.name()).chain([window]);
    let widths: Vec<f64> = names.map(|name| 28.0 + text_width(name, SIZE)).collect();
    let places = flow(&widths, 8.0, WIDTH - 8.0, 14.0);
    for (kind, (x, _)) in BoardMark::ALL.iter().zip(&places) {
        board::mark(svg, *kind, x + RADIUS, 14.0, RADIUS);
        svg.text(x + 2.0 * RADIUS + 6.0, 18.5, Anchor::Start, kind.name());
    }
    if let Some((x, _)) = places.last() {
        svg.rect((*x, 11.5), (22.0, 5.0), &[("fill", GREY), ("fill-opacity", "0.55")]);
        svg.text(x + 28.0, 18.5, Anchor::Start, window);
    }
    28.0
}
