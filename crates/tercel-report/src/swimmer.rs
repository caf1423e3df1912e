//! The swimmer plot: one bar per subject, with what happened on it.

use std::fmt::Write as _;

use tercel::protocol::DoseLevel;
use tercel::report::{Lane, LaneEnd, MarkKind, Report, Swimmer};

use crate::svg::{
    Anchor, GREY, INK, RULE, SIZE, Scale, Svg, VERMILLION, WIDTH, fit, flow, level_colour, text_width, tick_label,
};

const LANE: f64 = 22.0;
const BAR: f64 = 12.0;
const LINE: f64 = 21.0;
/// Marks nearer than this are set above each other.
const CLOSE: f64 = 11.0;

/// Draws the courses; `None` where there are none.
pub(crate) fn draw(report: &Report) -> Option<String> {
    let swimmer = &report.swimmer;
    if swimmer.lanes.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let top = legend(&mut svg, report) + 14.0;
    let labels: Vec<String> = swimmer
        .lanes
        .iter()
        .map(|lane| label(lane, &report.subject_prefix))
        .collect();
    let widest = labels.iter().map(|label| text_width(label, SIZE)).fold(40.0, f64::max);
    let left = (widest + 20.0).min(WIDTH / 3.0);
    let last = swimmer.ticks.last().copied().unwrap_or(1.0);
    let x = Scale {
        data: (0.0, last),
        page: (left, WIDTH - 34.0),
    };
    let bottom = top + LANE * swimmer.lanes.len() as f64;
    for tick in &swimmer.ticks {
        let place = x.at(*tick);
        svg.line((place, top), (place, bottom + 5.0), &[("stroke", RULE)]);
        svg.text(place, bottom + 20.0, Anchor::Middle, &tick_label(*tick));
    }
    let middle = f64::midpoint(x.page.0, x.page.1);
    svg.styled_text(
        middle,
        bottom + 40.0,
        Anchor::Middle,
        &[("fill", GREY)],
        "months since infusion",
    );
    for (place, (lane, label)) in swimmer.lanes.iter().zip(&labels).enumerate() {
        let y = top + LANE * (place as f64 + 0.5);
        svg.open_subject(&lane.subject, &sentence(lane));
        svg.text(left - 8.0, y + 4.5, Anchor::End, &fit(label, SIZE, left - 16.0));
        bar(&mut svg, lane, x, y);
        svg.close_group();
    }
    Some(svg.finish(
        "figure_swimmer",
        "Course of each infused subject",
        &description(swimmer),
        bottom + 52.0,
    ))
}

/// The identifier without the start all share, with a toxicity whose day is not recorded.
fn label(lane: &Lane, prefix: &str) -> String {
    let id = lane.subject.as_str();
    let id = id.strip_prefix(prefix).unwrap_or(id);
    let undated: Vec<&str> = lane
        .marks
        .iter()
        .filter(|mark| mark.months.is_none())
        .map(|mark| mark.kind.name())
        .collect();
    if undated.is_empty() {
        id.to_owned()
    } else {
        format!("{id} ({}, day unknown)", undated.join(", "))
    }
}

fn sentence(lane: &Lane) -> String {
    let end = match lane.end {
        LaneEnd::Death => "died",
        LaneEnd::Left => "left the study",
        LaneEnd::Ongoing => "ongoing",
        LaneEnd::Unknown => "end of follow-up",
    };
    let months = tercel::report::number::months;
    let mut text = format!(
        "{}, dose level {}: {end} at {} months",
        lane.subject,
        lane.level,
        months(lane.months)
    );
    if let Some((from, to, ended)) = lane.response {
        let how = if ended { "ended" } else { "last seen" };
        let _ = write!(
            text,
            "; in confirmed response from {}, {how} at {}",
            months(from),
            months(to)
        );
    }
    for mark in lane.marks.iter().filter(|mark| mark.kind != MarkKind::Death) {
        let when = mark
            .months
            .map_or_else(|| "day unknown".to_owned(), |at| format!("{} months", months(at)));
        // Writing to a String cannot fail.
        let _ = write!(text, "; {} ({when})", mark.kind.name());
    }
    text
}

fn description(swimmer: &Swimmer) -> String {
    let each: Vec<String> = swimmer.lanes.iter().map(sentence).collect();
    format!("{}.", each.join(". "))
}

fn bar(svg: &mut Svg, lane: &Lane, x: Scale, y: f64) {
    let (start, end) = (x.at(0.0), x.at(lane.months));
    let style = [("fill", level_colour(lane.level.number())), ("fill-opacity", "0.6")];
    svg.rect((start, y - BAR / 2.0), ((end - start).max(1.5), BAR), &style);
    svg.line((start, y - BAR / 2.0 - 2.0), (start, y + BAR / 2.0 + 2.0), &INFUSION);
    if let Some((from, to, ended)) = lane.response {
        responding(svg, (x.at(from), x.at(to)), y, ended);
    }
    // What ends the bar stands beside it, clear of a mark on its end.
    let marks = lane.marks.iter().filter(|mark| mark.kind != MarkKind::Death);
    let crowded = marks
        .filter_map(|mark| mark.months)
        .any(|months| x.at(months) > end - CLOSE / 2.0);
    let beside = if crowded { end + 7.0 } else { end + 2.0 };
    if lane.end == LaneEnd::Ongoing {
        arrow(svg, beside, y);
    }
    let mut before: Option<(f64, f64)> = None;
    for mark in &lane.marks {
        let Some(months) = mark.months else { continue };
        if mark.kind == MarkKind::Death {
            draw_mark(svg, mark.kind, beside + 6.0, y);
            continue;
        }
        let place = x.at(months);
        let shift = match before {
            Some((last, shift)) if place - last < CLOSE => {
                if shift < 0.0 {
                    5.0
                } else {
                    -5.0
                }
            }
            Some(_) | None => 0.0,
        };
        before = Some((place, shift));
        draw_mark(svg, mark.kind, place, y + shift);
    }
}

/// The stroke at the day of infusion.
const INFUSION: [(&str, &str); 2] = [("stroke", INK), ("stroke-width", "2.6")];

/// The line of a confirmed response, closed by a stroke where progression or death ended it.
fn responding(svg: &mut Svg, (from, to): (f64, f64), y: f64, ended: bool) {
    svg.line((from, y), (to, y), &[("stroke", INK), ("stroke-width", "3")]);
    if ended {
        svg.line(
            (to, y - 5.0),
            (to, y + 5.0),
            &[("stroke", INK), ("stroke-width", "2.2")],
        );
    }
}

fn arrow(svg: &mut Svg, x: f64, y: f64) {
    svg.path(&[(x, y - 6.0), (x + 9.0, y), (x, y + 6.0)], true, &[("fill", GREY)]);
}

fn draw_mark(svg: &mut Svg, kind: MarkKind, x: f64, y: f64) {
    let white = [("stroke", "#fff"), ("stroke-width", "1")];
    match kind {
        MarkKind::Dlt => {
            let style = [("fill", VERMILLION), ("stroke", "#fff"), ("stroke-width", "1")];
            svg.rect((x - 5.0, y - 5.0), (10.0, 10.0), &style);
        }
        MarkKind::Response => {
            let mut style = vec![("fill", INK)];
            style.extend(white);
            svg.path(&[(x - 6.0, y + 5.0), (x, y - 6.0), (x + 6.0, y + 5.0)], true, &style);
        }
        MarkKind::Progression => {
            let mut style = vec![("fill", INK)];
            style.extend(white);
            svg.path(&[(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)], true, &style);
        }
        MarkKind::NewTherapy => {
            let style = [("fill", "#fff"), ("stroke", INK), ("stroke-width", "1.8")];
            svg.circle((x, y), 4.5, &style);
        }
        MarkKind::Death => {
            let style = [("stroke", INK), ("stroke-width", "2.4")];
            svg.line((x - 4.5, y - 4.5), (x + 4.5, y + 4.5), &style);
            svg.line((x - 4.5, y + 4.5), (x + 4.5, y - 4.5), &style);
        }
    }
}

/// Draws the legend and returns where it ends.
fn legend(svg: &mut Svg, report: &Report) -> f64 {
    let levels = report
        .levels
        .iter()
        .map(|name| (name.label.clone(), Key::Level(name.level)));
    let marks = MarkKind::ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), Key::Mark(*kind)));
    let others = [
        ("infusion", Key::Infusion),
        ("in confirmed response", Key::Response),
        ("response ended", Key::ResponseEnd),
        ("ongoing", Key::Ongoing),
    ];
    let others = others.map(|(text, key)| (text.to_owned(), key));
    let keys: Vec<(String, Key)> = levels.chain(marks).chain(others).collect();
    let widths: Vec<f64> = keys.iter().map(|(text, _)| 22.0 + text_width(text, SIZE)).collect();
    let places = flow(&widths, 8.0, WIDTH - 8.0, 14.0);
    let mut bottom = 0.0;
    for ((text, key), (x, line)) in keys.iter().zip(places) {
        let y = 16.0 + LINE * line as f64;
        let middle = y - 4.5;
        match key {
            Key::Level(level) => {
                let style = [("fill", level_colour(level.number())), ("fill-opacity", "0.6")];
                svg.rect((x, y - 10.0), (14.0, BAR), &style);
            }
            Key::Mark(kind) => draw_mark(svg, *kind, x + 7.0, middle),
            Key::Infusion => svg.line((x + 7.0, middle - 7.0), (x + 7.0, middle + 7.0), &INFUSION),
            Key::Response => responding(svg, (x, x + 14.0), middle, false),
            Key::ResponseEnd => responding(svg, (x, x + 12.0), middle, true),
            Key::Ongoing => arrow(svg, x + 3.0, middle),
        }
        svg.text(x + 20.0, y, Anchor::Start, text);
        bottom = y;
    }
    bottom
}

/// What an entry of the legend stands for.
enum Key {
    Level(DoseLevel),
    Mark(MarkKind),
    Infusion,
    Response,
    ResponseEnd,
    Ongoing,
}
