//! Hy's law: peak transaminase against peak bilirubin on logarithmic axes, by limit and by baseline, side by side.

use tercel::report::{HysLaw, HysPoint, Report};

use crate::axis::{self, Swatch};
use crate::svg::{Anchor, GREY, INK, RULE, Scale, Svg, VERMILLION, WIDTH, fit, level_colour, text_width};

const HEIGHT: f64 = 300.0;
const LEFT: f64 = 56.0;
const GAP: f64 = 62.0;
/// Multiples that get a tick where they are within reach.
const TICKS: [f64; 12] = [0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0];
/// Least and greatest multiple that the axes reach at least.
const REACH: (f64, f64) = (0.2, 10.0);
/// The quadrant of candidates: transaminase, bilirubin.
const QUADRANT: (f64, f64) = (3.0, 2.0);

/// Draws the dots; `None` where there are none.
pub(crate) fn draw(report: &Report, law: &HysLaw) -> Option<String> {
    if law.by_limit.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| law.by_limit.iter().any(|point| point.level == level));
    let keys: [axis::Key<'_>; 1] = [("candidate", candidate_key)];
    let top = axis::legend(&mut svg, &levels, Swatch::Box, &keys) + 62.0;
    let half = (WIDTH - LEFT - GAP - 16.0) / 2.0;
    let all = || law.by_limit.iter().chain(&law.by_baseline);
    let (x_data, y_data) = (
        reach(all().map(|point| point.transaminase)),
        reach(all().map(|point| point.bilirubin)),
    );
    let panels = [
        (LEFT, "All subjects: × ULN", "× ULN", &law.by_limit),
        (
            LEFT + half + GAP,
            "Abnormal baseline: × baseline",
            "× baseline or ULN",
            &law.by_baseline,
        ),
    ];
    let mut end = top;
    for (left, title, unit, points) in panels {
        let x = Scale {
            data: x_data,
            page: (left, left + half),
        };
        let y = Scale {
            data: y_data,
            page: (top + HEIGHT, top),
        };
        frame(&mut svg, x, y, (title, unit), half);
        if points.is_empty() {
            let middle = (left + half / 2.0, top + HEIGHT / 2.0);
            svg.styled_text(middle.0, middle.1, Anchor::Middle, &[("fill", GREY)], "no subject");
        }
        for point in points {
            dot(&mut svg, report, point, x, y);
        }
        label_candidates(&mut svg, report, points, x, y);
        end = axis::below(&mut svg, x, y.page.0, &ticks(x), &format!("peak ALT or AST, {unit}"));
    }
    Some(svg.finish(
        "figure_hys_law_drawing",
        "Peak ALT or AST against peak bilirubin",
        &law.description,
        end,
    ))
}

/// The logarithms of the least and the greatest multiple on an axis.
fn reach(multiples: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = multiples
        .filter(|multiple| *multiple > 0.0)
        .fold(REACH, |(low, high), multiple| (low.min(multiple), high.max(multiple)));
    ((low / 1.2).log10(), (high * 1.2).log10())
}

/// A multiple of zero stands at the end of the axis.
fn place(scale: Scale, multiple: f64) -> f64 {
    scale.at(multiple.max(10f64.powf(scale.data.0)).log10())
}

fn within(scale: Scale) -> impl Iterator<Item = f64> {
    let (low, high) = (10f64.powf(scale.data.0), 10f64.powf(scale.data.1));
    TICKS.into_iter().filter(move |tick| (low..=high).contains(tick))
}

fn ticks(x: Scale) -> Vec<(f64, String)> {
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for tick in within(x) {
        let at = place(x, tick);
        if ticks.last().is_none_or(|(last, _)| at - last >= 20.0) {
            ticks.push((at, tick.to_string()));
        }
    }
    ticks
}

fn frame(svg: &mut Svg, x: Scale, y: Scale, (title, unit): (&str, &str), half: f64) {
    let corner = (place(x, QUADRANT.0), y.page.1);
    let extent = (x.page.1 - corner.0, place(y, QUADRANT.1) - y.page.1);
    svg.rect(corner, extent, &[("fill", VERMILLION), ("fill-opacity", "0.08")]);
    let bold = [("fill", INK), ("font-weight", "600")];
    svg.styled_text(x.page.0, y.page.1 - 32.0, Anchor::Start, &bold, title);
    let name = fit(&format!("peak bilirubin, {unit}"), 13.0, half);
    svg.styled_text(x.page.0, y.page.1 - 12.0, Anchor::Start, &[("fill", GREY)], &name);
    let mut last = f64::INFINITY;
    for tick in within(y) {
        let height = place(y, tick);
        if last - height < 14.0 {
            continue;
        }
        last = height;
        svg.line((x.page.0, height), (x.page.1, height), &[("stroke", RULE)]);
        svg.text(x.page.0 - 8.0, height + 4.5, Anchor::End, &tick.to_string());
    }
    svg.line((x.page.0, y.page.1), (x.page.0, y.page.0), &[("stroke", INK)]);
    let dashed = [("stroke", GREY), ("stroke-width", "1.2"), ("stroke-dasharray", "6 4")];
    let (across, up) = (place(y, QUADRANT.1), place(x, QUADRANT.0));
    svg.line((x.page.0, across), (x.page.1, across), &dashed);
    svg.line((up, y.page.1), (up, y.page.0), &dashed);
}

fn dot(svg: &mut Svg, report: &Report, point: &HysPoint, x: Scale, y: Scale) {
    let centre = (place(x, point.transaminase), place(y, point.bilirubin));
    if report.has_profile(&point.subject) {
        svg.open_subject(&point.subject, &point.hint);
    } else {
        svg.open_group(&point.hint);
    }
    let style = [
        ("fill", level_colour(point.level.number())),
        ("stroke", "#fff"),
        ("stroke-width", "0.8"),
    ];
    svg.circle(centre, 5.0, &style);
    if point.candidate {
        ring(svg, centre.0, centre.1);
    }
    svg.close_group();
}

fn ring(svg: &mut Svg, x: f64, y: f64) {
    let style = [("fill", "none"), ("stroke", VERMILLION), ("stroke-width", "1.8")];
    svg.circle((x, y), 8.0, &style);
}

fn candidate_key(svg: &mut Svg, x: f64, y: f64) {
    ring(svg, x, y);
}

/// Names candidates beside their dots, as long as the names do not run into one another.
fn label_candidates(svg: &mut Svg, report: &Report, points: &[HysPoint], x: Scale, y: Scale) {
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for point in points.iter().filter(|point| point.candidate) {
        let id = point.subject.as_str();
        let name = id.strip_prefix(&report.subject_prefix).unwrap_or(id);
        let width = text_width(name, 11.0);
        let (at, height) = (place(x, point.transaminase), place(y, point.bilirubin) + 4.0);
        let right = at + 12.0 + width <= x.page.1;
        let start = if right { at + 12.0 } else { at - 12.0 - width };
        let clear = taken
            .iter()
            .all(|(from, to, other)| (height - other).abs() > 12.0 || start > *to || start + width < *from);
        if clear {
            taken.push((start, start + width, height));
            let style = [("fill", INK), ("font-size", "11")];
            svg.styled_text(start, height, Anchor::Start, &style, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_every_multiple_and_both_lines_of_the_quadrant() {
        let (low, high) = reach([0.05, 42.0].into_iter());
        assert!(10f64.powf(low) < 0.05 && 10f64.powf(high) > 42.0);
        let (low, high) = reach(std::iter::empty());
        assert!(10f64.powf(low) < 1.0 && 10f64.powf(high) > 3.0);
    }

    #[test]
    fn a_multiple_of_zero_stands_at_the_end_of_the_axis() {
        let scale = Scale {
            data: (-1.0, 1.0),
            page: (10.0, 110.0),
        };
        assert!((place(scale, 0.0) - 10.0).abs() < 1e-9);
        assert!((place(scale, 1.0) - 60.0).abs() < 1e-9);
    }
}
