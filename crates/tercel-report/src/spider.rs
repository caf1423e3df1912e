//! The spider plot: a line for each subject from baseline through its assessments.

use tercel::language::{Language, Text};
use tercel::report::{Report, SpiderLine};

use crate::axis::{self, LEFT, Swatch, THRESHOLDS};
use crate::svg::{Anchor, INK, RULE, Scale, Svg, VERMILLION, WIDTH, level_colour, level_dash};

const HEIGHT: f64 = 320.0;
/// Growth up to here is drawn to scale, in percent.
const GROWTH: f64 = 150.0;
/// More lines than this are drawn without a dot at each assessment.
const MOST_DOTTED: usize = 60;

pub(crate) const TITLE: Text = Text::new("Sum of target diameters over time", "靶病灶直径总和随时间的变化");
const PROGRESSION: Text = Text::new("progression", "进展");
const NEW_LESION: Text = Text::new("new lesion", "新病灶");
const MONTHS: Text = Text::new("months since infusion", "回输后月数");

/// Draws the lines; `None` where there are none.
pub(crate) fn draw(report: &Report, language: Language) -> Option<String> {
    let spider = &report.figures.spider;
    if spider.lines.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| spider.lines.iter().any(|line| line.level == level));
    let keys: [axis::Key<'_>; 2] = [
        (PROGRESSION.of(language), progression),
        (NEW_LESION.of(language), new_lesion),
    ];
    let top = axis::legend(&mut svg, &levels, Swatch::Dashed, &keys) + 54.0;
    let changes = spider.lines.iter().flat_map(|line| &line.points);
    let most = changes.filter_map(|point| point.change).fold(25.0, f64::max);
    let rules = axis::percents(most.min(GROWTH));
    let x = Scale {
        data: (0.0, spider.ticks.last().copied().unwrap_or(1.0)),
        page: (LEFT, WIDTH - THRESHOLDS),
    };
    let y = Scale {
        data: (-100.0, rules.last().copied().unwrap_or(GROWTH)),
        page: (top + HEIGHT, top),
    };
    axis::name_above(&mut svg, top - 14.0, axis::CHANGE.of(language));
    for percent in rules {
        let colour = if percent.abs() < f64::EPSILON { INK } else { RULE };
        axis::rule(&mut svg, x, y.at(percent), colour, &axis::signed(percent));
    }
    axis::threshold(&mut svg, x, y.at(20.0), "+20 %");
    axis::threshold(&mut svg, x, y.at(-30.0), "−30 %");
    let dotted = spider.lines.len() <= MOST_DOTTED;
    svg.open_styled(&[
        ("fill", "none"),
        ("stroke-width", if dotted { "1.8" } else { "1" }),
        ("stroke-opacity", if dotted { "0.9" } else { "0.6" }),
        ("stroke-linejoin", "round"),
    ]);
    for line in &spider.lines {
        svg.open_subject(&line.subject, line.hint.of(language));
        course(&mut svg, line, (x, y), dotted, language);
        svg.close_group();
    }
    svg.close_group();
    let ticks = axis::months(x, &spider.ticks);
    let end = axis::below(&mut svg, x, y.page.0, &ticks, MONTHS.of(language));
    Some(svg.finish(
        "figure_spider_drawing",
        TITLE.of(language),
        spider.description.of(language),
        end,
    ))
}

fn course(svg: &mut Svg, line: &SpiderLine, (x, y): (Scale, Scale), dotted: bool, language: Language) {
    let colour = level_colour(line.level.number());
    let mut drawn = vec![(x.at(0.0), y.at(0.0))];
    let height = |change: f64| y.at(change.clamp(-100.0, y.data.1));
    drawn.extend(
        line.points
            .iter()
            .filter_map(|point| Some((x.at(point.months), height(point.change?)))),
    );
    let style = [
        ("stroke", colour),
        ("stroke-dasharray", level_dash(line.level.number())),
    ];
    svg.path(&drawn, false, &style);
    let mut last = 0.0;
    for point in &line.points {
        // An assessment without a complete sum is marked at the height of the one before it.
        let change = point.change.unwrap_or(last);
        last = change;
        let (place, height) = (x.at(point.months), height(change));
        if dotted && point.change.is_some() {
            svg.dot((place, height), 2.8, &[("fill", colour)], point.hint.of(language));
        }
        if !(point.progression || point.new_lesion || change > y.data.1) {
            continue;
        }
        svg.open_group(point.hint.of(language));
        if change > y.data.1 {
            beyond(svg, place, height);
            let style = [("fill", INK), ("font-size", "11")];
            svg.styled_text(place, height - 10.0, Anchor::Middle, &style, &axis::signed(change));
        }
        if point.progression {
            diamond(svg, place, height, if dotted { 5.0 } else { 3.0 });
        }
        if point.new_lesion {
            ring(svg, place, height, if dotted { 7.5 } else { 4.5 });
        }
        svg.close_group();
    }
}

fn progression(svg: &mut Svg, x: f64, y: f64) {
    diamond(svg, x, y, 5.0);
}

fn new_lesion(svg: &mut Svg, x: f64, y: f64) {
    ring(svg, x, y, 7.5);
}

/// The mark of progression, as in the swimmer plot.
fn diamond(svg: &mut Svg, x: f64, y: f64, half: f64) {
    let style = [("fill", INK), ("stroke", "#fff"), ("stroke-width", "0.8")];
    svg.path(
        &[(x - half, y), (x, y - half), (x + half, y), (x, y + half)],
        true,
        &style,
    );
}

/// A ring that stands around the mark of progression too.
fn ring(svg: &mut Svg, x: f64, y: f64, radius: f64) {
    let style = [("fill", "none"), ("stroke", VERMILLION), ("stroke-width", "1.6")];
    svg.circle((x, y), radius, &style);
}

/// An arrow head for growth beyond the axis.
fn beyond(svg: &mut Svg, x: f64, y: f64) {
    let style = [("fill", "none"), ("stroke", INK), ("stroke-width", "1.6")];
    svg.path(&[(x - 4.0, y - 1.0), (x, y - 6.0), (x + 4.0, y - 1.0)], false, &style);
}
