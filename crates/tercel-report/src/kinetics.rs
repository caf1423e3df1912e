//! CAR-T cells in blood on a logarithmic axis: a thin line for each subject, a bold one for the median of each level.

use tercel::language::{Language, Text};
use tercel::protocol::DoseLevel;
use tercel::report::{KineticsFigure, KineticsLine, KineticsPoint, MeanFigure, Report};

use crate::axis::{self, Days, LEFT, RIGHT, Swatch};
use crate::svg::{Anchor, GREY, INK, RULE, SIZE, Scale, Svg, WIDTH, level_colour, level_dash};

const HEIGHT: f64 = 300.0;
/// More lines than this are drawn without a dot at each sample.
const MOST_DOTTED: usize = 40;
/// More decades than this get a rule only every second or third.
const MOST_RULES: i32 = 8;

const BELOW: Text = Text::new(
    "below quantification, at half the limit",
    "低于定量下限（取限值的一半）",
);
const MEDIAN: Text = Text::new("median", "中位数");

/// Draws the lines; `None` where there are none.
pub(crate) fn draw(report: &Report, figure: &KineticsFigure, language: Language) -> Option<String> {
    let points = || figure.lines.iter().flat_map(|line| &line.points);
    let heights = || {
        points()
            .map(|point| point.height.log10())
            .filter(|height| height.is_finite())
    };
    let (low, high) = (heights().reduce(f64::min)?, heights().reduce(f64::max)?);
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| figure.lines.iter().any(|line| line.level == level));
    let mut keys: Vec<axis::Key<'_>> = vec![(BELOW.of(language), below)];
    if !figure.medians.is_empty() {
        keys.push((MEDIAN.of(language), median_key));
    }
    let top = axis::legend(&mut svg, &levels, Swatch::Dashed, &keys) + 46.0;
    let (from, to) = (low.floor(), high.ceil().max(low.floor() + 1.0));
    let y = Scale {
        data: (from, to),
        page: (top + HEIGHT, top),
    };
    let medians = figure.medians.iter().flat_map(|median| &median.points);
    let last = points().chain(medians).map(|point| point.day).fold(28.0, f64::max);
    let x = Days::to(last, (LEFT, WIDTH - RIGHT));
    axis::name_above(&mut svg, top - 6.0, &figure.unit);
    decades(&mut svg, y);
    for (limit, text) in &figure.limits {
        let height = y.at(limit.log10());
        let style = [("stroke", GREY), ("stroke-width", "1.2"), ("stroke-dasharray", "6 4")];
        svg.line((LEFT, height), (WIDTH - RIGHT, height), &style);
        let style = [("fill", GREY), ("font-size", "12")];
        svg.styled_text(WIDTH - RIGHT, height - 4.0, Anchor::End, &style, text);
    }
    let dotted = figure.lines.len() <= MOST_DOTTED;
    svg.open_styled(&[
        ("fill", "none"),
        ("stroke-width", "1"),
        ("stroke-opacity", if dotted { "0.55" } else { "0.3" }),
    ]);
    for line in &figure.lines {
        svg.open_subject(&line.subject, line.hint.of(language));
        course(&mut svg, line, (x, y), dotted, language);
        svg.close_group();
    }
    svg.close_group();
    for median in &figure.medians {
        bold(&mut svg, median.level, &median.points, (x, y, dotted), language);
    }
    let end = axis::below(&mut svg, x.scale(), y.page.0, &x.ticks(), axis::DAYS_ROOT.of(language));
    Some(svg.finish(
        &format!("{}_drawing", figure.anchor),
        figure.title.of(language),
        figure.description.of(language),
        end,
    ))
}

/// Draws geometric means; `None` where there are none.
pub(crate) fn draw_means(report: &Report, figure: &MeanFigure) -> Option<String> {
    let points = || figure.levels.iter().flat_map(|(_, points)| points);
    let heights = || points().map(|point| point.height.log10());
    let (low, high) = (heights().reduce(f64::min)?, heights().reduce(f64::max)?);
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| figure.levels.iter().any(|(here, _)| *here == level));
    let keys: [axis::Key<'_>; 1] = [("all below quantification", below)];
    let top = axis::legend(&mut svg, &levels, Swatch::Dashed, &keys) + 46.0;
    let y = Scale {
        data: (low.floor(), high.ceil().max(low.floor() + 1.0)),
        page: (top + HEIGHT, top),
    };
    let last = points().map(|point| point.day).fold(28.0, f64::max);
    let x = Days::to(last, (LEFT, WIDTH - RIGHT));
    axis::name_above(&mut svg, top - 6.0, figure.unit);
    decades(&mut svg, y);
    for (level, points) in &figure.levels {
        bold(&mut svg, *level, points, (x, y, true), Language::English);
    }
    let name = axis::DAYS_ROOT.en;
    let end = axis::below(&mut svg, x.scale(), y.page.0, &x.ticks(), name);
    let id = format!("{}_drawing", figure.anchor);
    Some(svg.finish(&id, figure.title, &figure.description, end))
}

fn decades(svg: &mut Svg, y: Scale) {
    let (from, to) = (whole(y.data.0), whole(y.data.1));
    let step = ((to - from) / MOST_RULES).max(0) + 1;
    let mut decade = from;
    while decade <= to {
        let height = y.at(f64::from(decade));
        svg.line((LEFT, height), (WIDTH - RIGHT, height), &[("stroke", RULE)]);
        svg.text(LEFT - 8.0, height + 4.5, Anchor::End, &power(decade));
        decade += step;
    }
}

/// A whole number of decades, which `f64` holds exactly far beyond any level.
#[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
fn whole(value: f64) -> i32 {
    value.clamp(-300.0, 300.0) as i32
}

/// A decade as people read it: `0.01`, `1`, `1,000`, `10⁵`.
pub(crate) fn power(decade: i32) -> String {
    match decade {
        -3..0 => format!("{:.*}", usize::try_from(-decade).unwrap_or(0), 10f64.powi(decade)),
        0..=3 => tercel::report::number::count(10usize.pow(u32::try_from(decade).unwrap_or(0))),
        _ => tercel::report::number::raise(&format!("10^{decade}")),
    }
}

fn course(svg: &mut Svg, line: &KineticsLine, (x, y): (Days, Scale), dotted: bool, language: Language) {
    let colour = level_colour(line.level.number());
    svg.path(&places(&line.points, x, y), false, &[("stroke", colour)]);
    if !dotted {
        return;
    }
    for point in &line.points {
        let place = (x.at(point.day), y.at(point.height.log10()));
        if point.below {
            let style = [("fill", "#fff"), ("stroke", colour), ("stroke-width", "1.2")];
            svg.dot(place, 2.6, &style, point.hint.of(language));
        } else {
            svg.dot(
                place,
                2.2,
                &[("fill", colour), ("fill-opacity", "0.7")],
                point.hint.of(language),
            );
        }
    }
}

fn bold(
    svg: &mut Svg,
    level: DoseLevel,
    points: &[KineticsPoint],
    (x, y, dotted): (Days, Scale, bool),
    language: Language,
) {
    let colour = level_colour(level.number());
    let line = places(points, x, y);
    // A white line below keeps the median apart from the lines of its own colour.
    svg.path(
        &line,
        false,
        &[
            ("fill", "none"),
            ("stroke", "#fff"),
            ("stroke-width", "5.5"),
            ("stroke-opacity", "0.8"),
        ],
    );
    let style = [
        ("fill", "none"),
        ("stroke", colour),
        ("stroke-width", "3.2"),
        ("stroke-linejoin", "round"),
        ("stroke-dasharray", level_dash(level.number())),
    ];
    svg.path(&line, false, &style);
    for point in points {
        let place = (x.at(point.day), y.at(point.height.log10()));
        let fill = if point.below { "#fff" } else { colour };
        let style = [("fill", fill), ("stroke", colour), ("stroke-width", "1.6")];
        svg.dot(place, if dotted { 3.6 } else { 3.0 }, &style, point.hint.of(language));
    }
}

fn places(points: &[KineticsPoint], x: Days, y: Scale) -> Vec<(f64, f64)> {
    let place = |point: &KineticsPoint| (x.at(point.day), y.at(point.height.log10()));
    points.iter().map(place).collect()
}

fn below(svg: &mut Svg, x: f64, y: f64) {
    let style = [("fill", "#fff"), ("stroke", INK), ("stroke-width", "1.2")];
    svg.circle((x, y), SIZE / 4.0, &style);
}

fn median_key(svg: &mut Svg, x: f64, y: f64) {
    svg.line(
        (x - 11.0, y),
        (x + 11.0, y),
        &[("stroke", INK), ("stroke-width", "3.2")],
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_written_out_while_they_are_short() {
        let written: Vec<String> = [-4, -2, 0, 3, 5].into_iter().map(power).collect();
        assert_eq!(written, ["10⁻⁴", "0.01", "1", "1,000", "10⁵"]);
    }
}
