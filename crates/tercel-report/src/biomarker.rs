//! The serum biomarker: change from baseline of each subject over time, and the median in bold.

use tercel::language::{Language, Text};
use tercel::report::{BiomarkerPoint, Report};

use crate::axis::{self, Days, LEFT, RIGHT, Swatch};
use crate::svg::{Anchor, INK, RULE, Scale, Svg, WIDTH, level_colour};

const HEIGHT: f64 = 280.0;
/// Increases up to here are drawn to scale, in percent.
const INCREASE: f64 = 200.0;
/// More lines than this are drawn without a dot at each sample.
const MOST_DOTTED: usize = 40;

pub(crate) const TITLE: Text = Text::new(
    "Change of the serum biomarker over time",
    "血清生物标志物相对基线的变化",
);
const MEDIAN: Text = Text::new("median of all", "全部受试者的中位数");

/// Draws the lines; `None` where there are none.
pub(crate) fn draw(report: &Report, language: Language) -> Option<String> {
    let figure = &report.figures.biomarker;
    if figure.lines.is_empty() {
        return None;
    }
    let points = || figure.lines.iter().flat_map(|line| &line.points);
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| figure.lines.iter().any(|line| line.level == level));
    let median_drawn: &[axis::Key<'_>] = &[(MEDIAN.of(language), median_key)];
    let keys = if figure.median.is_empty() { &[] } else { median_drawn };
    let top = axis::legend(&mut svg, &levels, Swatch::Line, keys) + 54.0;
    let most = points().map(|point| point.change).fold(25.0, f64::max);
    let rules = axis::percents(most.min(INCREASE));
    let y = Scale {
        data: (-100.0, rules.last().copied().unwrap_or(INCREASE)),
        page: (top + HEIGHT, top),
    };
    let last = points()
        .chain(&figure.median)
        .map(|point| point.day)
        .fold(28.0, f64::max);
    let x = Days::to(last, (LEFT, WIDTH - RIGHT));
    axis::name_above(&mut svg, top - 14.0, axis::CHANGE.of(language));
    for percent in rules {
        let colour = if percent.abs() < f64::EPSILON { INK } else { RULE };
        axis::rule(&mut svg, x.scale(), y.at(percent), colour, &axis::signed(percent));
    }
    let dotted = figure.lines.len() <= MOST_DOTTED;
    svg.open_styled(&[
        ("fill", "none"),
        ("stroke-width", "1.2"),
        ("stroke-opacity", if dotted { "0.6" } else { "0.3" }),
    ]);
    for line in &figure.lines {
        let colour = level_colour(line.level.number());
        svg.open_subject(&line.subject, line.hint.of(language));
        let mut places = vec![(x.at(0.0), y.at(0.0))];
        places.extend(line.points.iter().map(|point| place(point, x, y)));
        svg.path(&places, false, &[("stroke", colour)]);
        for point in &line.points {
            mark(&mut svg, point, (x, y), (colour, dotted), language);
        }
        svg.close_group();
    }
    svg.close_group();
    if !figure.median.is_empty() {
        median(&mut svg, &figure.median, (x, y), language);
    }
    let end = axis::below(&mut svg, x.scale(), y.page.0, &x.ticks(), axis::DAYS_ROOT.of(language));
    Some(svg.finish(
        "figure_biomarker_drawing",
        TITLE.of(language),
        figure.description.of(language),
        end,
    ))
}

fn place(point: &BiomarkerPoint, x: Days, y: Scale) -> (f64, f64) {
    (x.at(point.day), y.at(point.change.clamp(-100.0, y.data.1)))
}

fn mark(
    svg: &mut Svg,
    point: &BiomarkerPoint,
    (x, y): (Days, Scale),
    (colour, dotted): (&str, bool),
    language: Language,
) {
    let place = place(point, x, y);
    if point.change > y.data.1 {
        let style = [("fill", INK), ("font-size", "11")];
        svg.styled_text(
            place.0,
            place.1 - 6.0,
            Anchor::Middle,
            &style,
            &axis::signed(point.change),
        );
    }
    if !dotted {
        return;
    }
    let fill = if point.below { "#fff" } else { colour };
    let style = [("fill", fill), ("stroke", colour), ("stroke-width", "1")];
    svg.dot(place, 2.4, &style, point.hint.of(language));
}

fn median(svg: &mut Svg, points: &[BiomarkerPoint], (x, y): (Days, Scale), language: Language) {
    let mut line = vec![(x.at(0.0), y.at(0.0))];
    line.extend(points.iter().map(|point| place(point, x, y)));
    let style = [
        ("fill", "none"),
        ("stroke", INK),
        ("stroke-width", "3"),
        ("stroke-linejoin", "round"),
    ];
    svg.path(&line, false, &style);
    for point in points {
        svg.dot(place(point, x, y), 3.6, &[("fill", INK)], point.hint.of(language));
    }
}

fn median_key(svg: &mut Svg, x: f64, y: f64) {
    svg.line((x - 11.0, y), (x + 11.0, y), &[("stroke", INK), ("stroke-width", "3")]);
    svg.circle((x, y), 3.6, &[("fill", INK)]);
}
