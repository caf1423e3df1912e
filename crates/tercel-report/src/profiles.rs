//! A small plot for each subject on shared axes: samples as dots, the fitted curve as a line.

use tercel::report::{KineticsPoint, ProfileFigure, ProfilePanel, Report};

use crate::axis::{self, Days, Swatch};
use crate::kinetics::power;
use crate::svg::{Anchor, GREY, INK, RULE, SIZE, Scale, Svg, WIDTH, fit, level_colour};

/// Plots in a row.
const COLUMNS: usize = 4;
const LEFT: f64 = 46.0;
const GAP: f64 = 12.0;
const PLOT: f64 = 96.0;
/// Height of a row with the name above its plots.
const ROW: f64 = PLOT + 30.0;
const SMALL: f64 = 11.0;
/// Days that get a tick.
const TICKS: [f64; 5] = [0.0, 14.0, 28.0, 91.0, 365.0];

/// Draws the plots; `None` where there are none.
pub(crate) fn draw(report: &Report, figure: &ProfileFigure) -> Option<String> {
    let points = || figure.panels.iter().flat_map(|panel| &panel.points);
    let (low, high) = points().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
        let height = point.height.log10();
        (low.min(height), high.max(height))
    });
    if !(low.is_finite() && high.is_finite()) {
        return None;
    }
    let (from, to) = (low.floor(), high.ceil().max(low.floor() + 1.0));
    let last = points().map(|point| point.day).fold(28.0, f64::max);
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| figure.panels.iter().any(|panel| panel.level == level));
    let keys: [axis::Key<'_>; 2] = [("fitted curve", curve_key), ("below quantification", below_key)];
    let top = axis::legend(&mut svg, &levels, Swatch::Box, &keys) + 26.0;
    let width = (WIDTH - LEFT - 10.0 - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
    for (place, panel) in figure.panels.iter().enumerate() {
        let (row, column) = (place / COLUMNS, place % COLUMNS);
        let corner = (LEFT + (width + GAP) * column as f64, top + ROW * row as f64 + 16.0);
        let x = Days::to(last, (corner.0, corner.0 + width));
        let y = Scale {
            data: (from, to),
            page: (corner.1 + PLOT, corner.1),
        };
        let below = place + COLUMNS >= figure.panels.len();
        frame(&mut svg, x, y, column == 0, below);
        draw_panel(&mut svg, report, panel, x, y);
    }
    let rows = figure.panels.len().div_ceil(COLUMNS);
    let end = top + ROW * rows as f64 + 24.0;
    let name = [("fill", GREY)];
    svg.styled_text(WIDTH / 2.0, end, Anchor::Middle, &name, axis::DAYS_ROOT.en);
    Some(svg.finish(
        "figure_profiles_drawing",
        "Transgene copies of each subject",
        &figure.description,
        end + 12.0,
    ))
}

/// Rules at whole decades, labels at the left and at the bottom of the figure.
fn frame(svg: &mut Svg, x: Days, y: Scale, labelled: bool, ticked: bool) {
    let small = [("fill", INK), ("font-size", "11")];
    let page = x.scale().page;
    let decades = (y.data.1 - y.data.0).round();
    let step = if decades > 4.0 { 2.0 } else { 1.0 };
    let mut decade = y.data.0;
    while decade <= y.data.1 {
        let height = y.at(decade);
        svg.line((page.0, height), (page.1, height), &[("stroke", RULE)]);
        if labelled {
            svg.styled_text(page.0 - 5.0, height + 4.0, Anchor::End, &small, &power_of(decade));
        }
        decade += step;
    }
    svg.line((page.0, y.page.0), (page.1, y.page.0), &[("stroke", INK)]);
    let mut free = f64::NEG_INFINITY;
    for day in TICKS {
        let place = x.at(day);
        if place > page.1 + 0.5 || place < free {
            continue;
        }
        free = place + 24.0;
        svg.line((place, y.page.0), (place, y.page.0 + 3.0), &[("stroke", INK)]);
        if ticked {
            svg.styled_text(place, y.page.0 + 15.0, Anchor::Middle, &small, &format!("{day:.0}"));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number of decades, bounded")]
fn power_of(decade: f64) -> String {
    power(decade.clamp(-300.0, 300.0) as i32)
}

fn draw_panel(svg: &mut Svg, report: &Report, panel: &ProfilePanel, x: Days, y: Scale) {
    let colour = level_colour(panel.level.number());
    let page = x.scale().page;
    let id = panel.subject.as_str();
    let short = id.strip_prefix(report.subject_prefix.as_str()).unwrap_or(id);
    if report.has_profile(&panel.subject) {
        svg.open_subject(&panel.subject, &panel.hint);
    } else {
        svg.open_group(&panel.hint);
    }
    let bold = [("fill", INK), ("font-size", "12"), ("font-weight", "600")];
    svg.styled_text(
        page.0,
        y.page.1 - 4.0,
        Anchor::Start,
        &bold,
        &fit(short, SMALL + 1.0, page.1 - page.0),
    );
    // A curve below the plot is cut at its lower edge.
    let inside = panel
        .curve
        .iter()
        .filter(|point| point.level > 0.0 && point.level.log10() >= y.data.0);
    let places: Vec<(f64, f64)> = inside
        .map(|point| (x.at(point.day), y.at(point.level.log10().min(y.data.1))))
        .collect();
    if places.len() > 1 {
        let style = [
            ("fill", "none"),
            ("stroke", colour),
            ("stroke-width", "1.6"),
            ("stroke-opacity", "0.75"),
        ];
        svg.path(&places, false, &style);
    }
    for point in &panel.points {
        mark(svg, point, x, y, colour);
    }
    svg.close_group();
}

fn mark(svg: &mut Svg, point: &KineticsPoint, x: Days, y: Scale, colour: &str) {
    let centre = (x.at(point.day), y.at(point.height.log10()));
    let (fill, radius) = if point.below { ("#fff", 2.4) } else { (colour, 2.6) };
    svg.dot(
        centre,
        radius,
        &[("fill", fill), ("stroke", colour), ("stroke-width", "1.1")],
        &point.hint.en,
    );
}

fn curve_key(svg: &mut Svg, x: f64, y: f64) {
    svg.line(
        (x - 11.0, y),
        (x + 11.0, y),
        &[("stroke", INK), ("stroke-width", "1.6")],
    );
}

fn below_key(svg: &mut Svg, x: f64, y: f64) {
    let style = [("fill", "#fff"), ("stroke", INK), ("stroke-width", "1.2")];
    svg.circle((x, y), SIZE / 4.0, &style);
}
