//! Survival curves with censorings, band, and the subjects at risk under each tick.

use tercel::report::number::{limits, months, percent, percent_digits};
use tercel::report::{Curve, CurvePoint, SurvivalFigure};

use crate::svg::{
    Anchor, GREY, INK, RULE, SIZE, Scale, Svg, WIDTH, fit, level_colour, level_dash, text_width, tick_label,
};

const PLOT_HEIGHT: f64 = 250.0;
const LINE: f64 = 19.0;
const RIGHT: f64 = 24.0;
/// On a curve of more points than this none can be pointed at.
const MOST_POINTED: usize = 150;

fn colour(curve: &Curve) -> &'static str {
    curve.level.map_or(INK, |level| level_colour(level.number()))
}

fn dash(curve: &Curve) -> &'static str {
    curve.level.map_or("none", |level| level_dash(level.number()))
}

/// Draws a figure; `None` where there is no curve.
pub(crate) fn draw(figure: &SurvivalFigure) -> Option<String> {
    if figure.curves.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let widest = figure.curves.iter().map(|curve| text_width(&curve.label, SIZE));
    let left = (widest.fold(text_width("At risk", SIZE), f64::max) + 40.0).min(WIDTH / 3.0);
    let censored = figure
        .curves
        .iter()
        .any(|curve| curve.points.iter().any(|point| point.censored > 0));
    let lines = figure.curves.len() + usize::from(censored);
    let top = 12.0 + LINE * lines as f64 + 22.0;
    let bottom = top + PLOT_HEIGHT;
    let last = figure.ticks.last().copied().unwrap_or(1.0);
    let x = Scale {
        data: (0.0, last),
        page: (left, WIDTH - RIGHT),
    };
    let y = Scale {
        data: (0.0, 1.0),
        page: (bottom, top),
    };
    legend(&mut svg, figure, censored);
    axes(&mut svg, figure, x, y);
    for curve in figure.curves.iter().filter(|curve| curve.band) {
        band(&mut svg, curve, x, y);
    }
    for curve in &figure.curves {
        steps(&mut svg, curve, x, y);
    }
    let table = bottom + 66.0;
    svg.styled_text(8.0, table, Anchor::Start, &[("fill", GREY)], "At risk");
    let mut row = table;
    for curve in &figure.curves {
        row += LINE;
        let label = fit(&curve.label, SIZE, left - 40.0);
        svg.text(8.0, row, Anchor::Start, &label);
        for (tick, at_risk) in figure.ticks.iter().zip(&curve.at_risk) {
            svg.text(x.at(*tick), row, Anchor::Middle, &at_risk.to_string());
        }
    }
    Some(svg.finish(figure.anchor, &figure.title, &figure.description, row + 12.0))
}

fn legend(svg: &mut Svg, figure: &SurvivalFigure, censored: bool) {
    let mut y = 16.0;
    for curve in &figure.curves {
        let style = [
            ("stroke", colour(curve)),
            ("stroke-width", "2.5"),
            ("stroke-dasharray", dash(curve)),
        ];
        svg.line((8.0, y - 4.0), (40.0, y - 4.0), &style);
        let events = if curve.events == 1 { "event" } else { "events" };
        let text = format!(
            "{}: {} {events} in {}, median {}",
            fit(&curve.label, SIZE, WIDTH * 0.4),
            curve.events,
            curve.subjects,
            curve.median
        );
        svg.text(48.0, y, Anchor::Start, &fit(&text, SIZE, WIDTH - 56.0));
        y += LINE;
    }
    if censored {
        let style = [("stroke", INK), ("stroke-width", "1.8")];
        svg.line((24.0, y - 10.0), (24.0, y + 2.0), &style);
        svg.text(48.0, y, Anchor::Start, "censored");
    }
}

fn axes(svg: &mut Svg, figure: &SurvivalFigure, x: Scale, y: Scale) {
    svg.styled_text(
        x.page.0 - 8.0,
        y.page.1 - 12.0,
        Anchor::End,
        &[("fill", GREY)],
        if figure.anchor.starts_with("figure_os") {
            "alive"
        } else {
            "event-free"
        },
    );
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let height = y.at(share);
        let style = [("stroke", if share > 0.0 { RULE } else { INK })];
        svg.line((x.page.0, height), (x.page.1, height), &style);
        svg.text(
            x.page.0 - 8.0,
            height + 4.5,
            Anchor::End,
            &format!("{:.0} %", 100.0 * share),
        );
    }
    for tick in &figure.ticks {
        let place = x.at(*tick);
        svg.line((place, y.page.0), (place, y.page.0 + 5.0), &[("stroke", INK)]);
        svg.text(place, y.page.0 + 20.0, Anchor::Middle, &tick_label(*tick));
    }
    let middle = f64::midpoint(x.page.0, x.page.1);
    svg.styled_text(
        middle,
        y.page.0 + 40.0,
        Anchor::Middle,
        &[("fill", GREY)],
        "months since infusion",
    );
}

/// The staircase of `height` through the points that have one, from 1 at time 0.
fn staircase(curve: &Curve, height: impl Fn(&CurvePoint) -> Option<f64>) -> Vec<(f64, f64)> {
    let mut stairs = vec![(0.0, 1.0)];
    let mut level = 1.0;
    for point in &curve.points {
        stairs.push((point.time, level));
        let Some(next) = height(point) else { break };
        level = next;
        stairs.push((point.time, level));
    }
    stairs
}

fn band(svg: &mut Svg, curve: &Curve, x: Scale, y: Scale) {
    let upper = staircase(curve, |point| point.limits.map(|(_, upper)| upper));
    let lower = staircase(curve, |point| point.limits.map(|(lower, _)| lower));
    let around: Vec<(f64, f64)> = upper
        .into_iter()
        .chain(lower.into_iter().rev())
        .map(|(time, survival)| (x.at(time), y.at(survival)))
        .collect();
    svg.path(
        &around,
        true,
        &[("fill", crate::svg::BLUE), ("fill-opacity", "0.14"), ("stroke", "none")],
    );
}

fn steps(svg: &mut Svg, curve: &Curve, x: Scale, y: Scale) {
    let stairs: Vec<(f64, f64)> = staircase(curve, |point| Some(point.survival))
        .into_iter()
        .map(|(time, survival)| (x.at(time), y.at(survival)))
        .collect();
    let style = [
        ("fill", "none"),
        ("stroke", colour(curve)),
        ("stroke-width", "2.2"),
        ("stroke-dasharray", dash(curve)),
    ];
    svg.path(&stairs, false, &style);
    for point in curve.points.iter().filter(|point| point.censored > 0) {
        let (place, height) = (x.at(point.time), y.at(point.survival));
        let style = [("stroke", colour(curve)), ("stroke-width", "1.8")];
        svg.line((place, height - 6.0), (place, height + 6.0), &style);
    }
    // A place to point at, wider than the line and not seen.
    let pointed = curve.points.iter().filter(|_| curve.points.len() <= MOST_POINTED);
    for point in pointed {
        let place = (x.at(point.time), y.at(point.survival));
        let style = [("fill", colour(curve)), ("fill-opacity", "0")];
        svg.dot(place, 7.0, &style, &hint(curve, point));
    }
}

/// What the curve is at a time, in words.
fn hint(curve: &Curve, point: &CurvePoint) -> String {
    let interval = point
        .limits
        .and_then(|(lower, upper)| limits(Some(lower), Some(upper), percent_digits));
    let interval = interval.map_or_else(String::new, |interval| format!(" (CI {interval})"));
    let censored = match point.censored {
        0 => String::new(),
        number => format!(", {number} censored"),
    };
    format!(
        "{}, {} months: {}{interval}{censored}",
        curve.label,
        months(point.time),
        percent(point.survival)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_says_its_time_its_share_and_who_was_censored() {
        let curve = Curve {
            level: None,
            label: "All dose levels".to_owned(),
            subjects: 4,
            events: 1,
            median: String::new(),
            points: Vec::new(),
            band: true,
            at_risk: Vec::new(),
        };
        let point = CurvePoint {
            time: 2.0,
            survival: 0.75,
            limits: Some((0.128, 0.961)),
            censored: 1,
        };
        assert_eq!(
            hint(&curve, &point),
            "All dose levels, 2.00 months: 75.0 % (CI 12.8–96.1), 1 censored"
        );
    }

    #[test]
    fn the_curve_ends_at_the_last_follow_up_and_the_band_where_its_limits_end() {
        let point = |time, survival, limits| CurvePoint {
            time,
            survival,
            limits,
            censored: 0,
        };
        let curve = Curve {
            level: None,
            label: String::new(),
            subjects: 2,
            events: 2,
            median: String::new(),
            points: vec![point(1.0, 0.5, Some((0.1, 0.9))), point(2.0, 0.0, None)],
            band: true,
            at_risk: Vec::new(),
        };
        assert_eq!(
            staircase(&curve, |point| Some(point.survival)).last(),
            Some(&(2.0, 0.0))
        );
        assert_eq!(
            staircase(&curve, |point| point.limits.map(|(_, upper)| upper)).last(),
            Some(&(2.0, 0.9))
        );
    }
}
