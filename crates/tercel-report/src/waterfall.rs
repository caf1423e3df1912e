//! The waterfall plot: a bar for the best change of each subject, the largest growth left.

use tercel::report::{Bar, GROWTH_SHOWN, Report};

use crate::axis::{self, LEFT, Swatch, THRESHOLDS};
use crate::svg::{Anchor, INK, RULE, Scale, Svg, WIDTH, fit, level_colour};

const HEIGHT: f64 = 280.0;
/// Widest bar.
const WIDEST: f64 = 44.0;
/// Room a subject's name may take.
const NAME: f64 = 240.0;
/// Room a label of a cut bar needs.
const LABEL: f64 = 44.0;
/// More bars than this have no room for a subject's name below them.
const MOST_NAMES: usize = 36;

/// Draws the bars; `None` where there are none.
pub(crate) fn draw(report: &Report) -> Option<String> {
    let waterfall = &report.figures.waterfall;
    if waterfall.bars.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| waterfall.bars.iter().any(|bar| bar.level == level));
    let keys: [axis::Key<'_>; 1] = [("confirmed response", confirmed)];
    let names = waterfall.bars.len() <= MOST_NAMES;
    let most = waterfall.bars.iter().map(|bar| bar.change).fold(25.0, f64::max);
    let rules = axis::percents(most.min(GROWTH_SHOWN));
    let step = ((WIDTH - THRESHOLDS - LEFT) / waterfall.bars.len() as f64).min(WIDEST + 12.0);
    let upright = step < LABEL && most > GROWTH_SHOWN;
    let legend = axis::legend(
        &mut svg,
        &levels,
        if names { Swatch::Numbered } else { Swatch::Box },
        &keys,
    );
    let top = legend + if upright { 54.0 + LABEL } else { 54.0 };
    let y = Scale {
        data: (-100.0, rules.last().copied().unwrap_or(GROWTH_SHOWN)),
        page: (top + HEIGHT, top),
    };
    let x = Scale {
        data: (0.0, waterfall.bars.len() as f64),
        page: (LEFT, WIDTH - THRESHOLDS),
    };
    axis::name_above(&mut svg, legend + 40.0, "best change from baseline");
    for percent in rules {
        let colour = if percent.abs() < f64::EPSILON { INK } else { RULE };
        axis::rule(&mut svg, x, y.at(percent), colour, &axis::signed(percent));
    }
    for (place, bar) in waterfall.bars.iter().enumerate() {
        let middle = LEFT + step * (place as f64 + 0.5);
        svg.open_subject(&bar.subject, &bar.hint);
        column(&mut svg, bar, y, middle, (step * 0.8).min(WIDEST), upright);
        if names {
            number(&mut svg, bar, middle, y.at(0.0));
            let id = bar.subject.as_str();
            let id = id.strip_prefix(report.subject_prefix.as_str()).unwrap_or(id);
            turned(&mut svg, Anchor::End, &fit(id, 11.0, NAME), middle, top + HEIGHT + 12.0);
        }
        svg.close_group();
    }
    axis::threshold(&mut svg, x, y.at(20.0), "+20 %");
    axis::threshold(&mut svg, x, y.at(-30.0), "−30 %");
    let widest = waterfall.bars.iter().map(|bar| {
        let id = bar.subject.as_str();
        let id = id.strip_prefix(report.subject_prefix.as_str()).unwrap_or(id);
        crate::svg::text_width(id, 11.0).min(NAME)
    });
    let below = if names { widest.fold(0.0, f64::max) + 22.0 } else { 16.0 };
    Some(svg.finish(
        "figure_waterfall_drawing",
        "Best change of the sum of target diameters",
        &waterfall.description,
        top + HEIGHT + below,
    ))
}

/// A small text that is read from below.
fn turned(svg: &mut Svg, anchor: Anchor, text: &str, x: f64, y: f64) {
    let turn = format!("rotate(-90 {} {})", crate::svg::at(x + 4.0), crate::svg::at(y));
    let style = [("fill", INK), ("font-size", "11"), ("transform", turn.as_str())];
    svg.styled_text(x + 4.0, y, anchor, &style, text);
}

/// The number of the dose level, across the zero line from the bar.
fn number(svg: &mut Svg, bar: &Bar, middle: f64, zero: f64) {
    let height = if bar.change > 0.0 { zero + 13.0 } else { zero - 5.0 };
    let style = [("fill", INK), ("font-size", "11")];
    svg.styled_text(middle, height, Anchor::Middle, &style, &bar.level.number().to_string());
}

fn column(svg: &mut Svg, bar: &Bar, y: Scale, middle: f64, width: f64, upright: bool) {
    let shown = bar.change.clamp(-100.0, y.data.1);
    let (zero, end) = (y.at(0.0), y.at(shown));
    let colour = level_colour(bar.level.number());
    // A change of nothing is still seen.
    let extent = (zero - end).abs().max(2.0);
    svg.rect(
        (middle - width / 2.0, zero.min(end)),
        (width, extent),
        &[("fill", colour)],
    );
    let outer = if shown > 0.0 { end - 9.0 } else { end + 9.0 };
    if bar.change > y.data.1 {
        cut(svg, middle, end, width);
        let text = axis::signed(bar.change);
        if upright {
            turned(svg, Anchor::Start, &text, middle, end - 5.0);
        } else {
            let style = [("fill", INK), ("font-size", "11")];
            svg.styled_text(middle, end - 6.0, Anchor::Middle, &style, &text);
        }
    } else if bar.confirmed.is_some() {
        confirmed(svg, middle, outer);
    }
}

/// A white stroke across a bar that goes on.
fn cut(svg: &mut Svg, middle: f64, end: f64, width: f64) {
    let (left, right) = (middle - width / 2.0 - 2.0, middle + width / 2.0 + 2.0);
    let style = [("stroke", "#fff"), ("stroke-width", "3")];
    svg.line((left, end + 12.0), (right, end + 7.0), &style);
}

/// The mark of a confirmed response, as in the swimmer plot.
pub(crate) fn confirmed(svg: &mut Svg, x: f64, y: f64) {
    svg.path(
        &[(x - 5.0, y + 4.5), (x, y - 5.0), (x + 5.0, y + 4.5)],
        true,
        &[("fill", INK)],
    );
}
