//! Peak and area of transgene copies on logarithmic axes against the best change of the tumour, side by side.

use tercel::report::{AgainstTumour, Report, TumourPanel, TumourPoint};

use crate::axis::{self, Swatch};
use crate::kinetics::power;
use crate::svg::{Anchor, GREY, INK, RULE, Scale, Svg, WIDTH, fit, level_colour};

const HEIGHT: f64 = 270.0;
const LEFT: f64 = 66.0;
const GAP: f64 = 66.0;
/// Growth up to here is drawn to scale, in percent; a larger one stands at the edge, its words say how large.
const GROWTH: f64 = 100.0;
/// Where partial response begins, in percent.
const PARTIAL: f64 = -30.0;

/// Draws the marks; `None` where there are none.
pub(crate) fn draw(report: &Report, figure: &AgainstTumour) -> Option<String> {
    let all = || figure.panels.iter().flat_map(|panel| &panel.points);
    all().next()?;
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| all().any(|point| point.level == level));
    let keys: [axis::Key<'_>; 2] = [
        ("confirmed response", |svg, x, y| mark(svg, (x, y), true, INK)),
        ("no confirmed response", |svg, x, y| mark(svg, (x, y), false, INK)),
    ];
    let top = axis::legend(&mut svg, &levels, Swatch::Box, &keys) + 58.0;
    let most = all().map(|point| point.change).fold(25.0, f64::max).min(GROWTH);
    let rules = axis::percents(most);
    let y = Scale {
        data: (-100.0, rules.last().copied().unwrap_or(GROWTH)),
        page: (top + HEIGHT, top),
    };
    let half = (WIDTH - LEFT - GAP - 16.0) / 2.0;
    let mut end = top;
    for (panel, left) in figure.panels.iter().zip([LEFT, LEFT + half + GAP]) {
        end = draw_panel(&mut svg, report, panel, (left, left + half), y, &rules);
    }
    Some(svg.finish(
        "figure_against_tumour_drawing",
        "Kinetics against the best change of the tumour",
        &figure.description,
        end,
    ))
}

fn draw_panel(svg: &mut Svg, report: &Report, panel: &TumourPanel, page: (f64, f64), y: Scale, rules: &[f64]) -> f64 {
    let logs = || panel.points.iter().map(|point| point.exposure.log10());
    let (low, high) = logs().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), log| {
        (low.min(log), high.max(log))
    });
    let (low, high) = if low.is_finite() {
        (low.floor(), high.ceil().max(low.floor() + 1.0))
    } else {
        (0.0, 1.0)
    };
    let x = Scale {
        data: (low, high),
        page,
    };
    let bold = [("fill", INK), ("font-weight", "600")];
    svg.styled_text(page.0, y.page.1 - 32.0, Anchor::Start, &bold, panel.title);
    let name = fit("best change of the sum of diameters", 13.0, page.1 - page.0);
    svg.styled_text(page.0, y.page.1 - 12.0, Anchor::Start, &[("fill", GREY)], &name);
    for percent in rules {
        let colour = if percent.abs() < f64::EPSILON { INK } else { RULE };
        axis::rule(svg, x, y.at(*percent), colour, &axis::signed(*percent));
    }
    let dashed = [("stroke", GREY), ("stroke-width", "1.2"), ("stroke-dasharray", "6 4")];
    svg.line((page.0, y.at(PARTIAL)), (page.1, y.at(PARTIAL)), &dashed);
    if panel.points.is_empty() {
        let middle = f64::midpoint(page.0, page.1);
        svg.styled_text(
            middle,
            y.at(0.0) - 10.0,
            Anchor::Middle,
            &[("fill", GREY)],
            "no subject",
        );
    }
    for point in &panel.points {
        place(svg, report, point, x, y);
    }
    axis::below(
        svg,
        x,
        y.page.0,
        &decades(x),
        &format!("{}, {}", panel.title, panel.unit),
    )
}

fn decades(x: Scale) -> Vec<(f64, String)> {
    let step = if x.data.1 - x.data.0 > 5.0 { 2.0 } else { 1.0 };
    let mut ticks = Vec::new();
    let mut decade = x.data.0;
    while decade <= x.data.1 {
        ticks.push((x.at(decade), whole_power(decade)));
        decade += step;
    }
    ticks
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number of decades, bounded")]
fn whole_power(decade: f64) -> String {
    power(decade.clamp(-300.0, 300.0) as i32)
}

fn place(svg: &mut Svg, report: &Report, point: &TumourPoint, x: Scale, y: Scale) {
    let change = point.change.clamp(y.data.0, y.data.1);
    let centre = (x.at(point.exposure.log10()), y.at(change));
    if report.has_profile(&point.subject) {
        svg.open_subject(&point.subject, &point.hint);
    } else {
        svg.open_group(&point.hint);
    }
    mark(svg, centre, point.confirmed, level_colour(point.level.number()));
    svg.close_group();
}

/// A filled disc for a confirmed response, a hollow diamond otherwise.
fn mark(svg: &mut Svg, (x, y): (f64, f64), confirmed: bool, colour: &str) {
    if confirmed {
        let style = [("fill", colour), ("stroke", "#fff"), ("stroke-width", "0.8")];
        svg.circle((x, y), 5.5, &style);
    } else {
        let corners = [(x, y - 6.0), (x + 6.0, y), (x, y + 6.0), (x - 6.0, y)];
        let style = [
            ("fill", "#fff"),
            ("fill-opacity", "0.6"),
            ("stroke", colour),
            ("stroke-width", "1.8"),
        ];
        svg.path(&corners, true, &style);
    }
}
