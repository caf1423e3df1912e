//! What the figures with axes share: the legend of dose levels, horizontal rules with labels, an axis of months or days.

use tercel::language::Text;
use tercel::protocol::DoseLevel;
use tercel::report::{LevelName, Report};

use crate::svg::{
    Anchor, GREY, INK, SIZE, Scale, Svg, WIDTH, fit, flow, level_colour, level_dash, text_width, tick_label,
};

/// Names of axes that several figures have.
pub(crate) const DAYS: Text = Text::new("days since infusion", "回输后天数");
pub(crate) const DAYS_ROOT: Text = Text::new(
    "days since infusion, on a square-root scale",
    "回输后天数（平方根刻度）",
);
pub(crate) const CHANGE: Text = Text::new("change from baseline", "相对基线的变化");

/// Space left of a plot for the labels of its axis.
pub(crate) const LEFT: f64 = 74.0;
/// Space right of it.
pub(crate) const RIGHT: f64 = 24.0;

const LINE: f64 = 21.0;

/// How a level stands in the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swatch {
    /// A filled box.
    Box,
    /// A filled box, and the number of the level before its name.
    Numbered,
    /// A line.
    Line,
    /// A line with the dashes of the level.
    Dashed,
}

/// An entry of a legend beside the levels: its text, and what draws its mark around a centre.
pub(crate) type Key<'k> = (&'k str, fn(&mut Svg, f64, f64));

/// The levels that occur, in their order.
pub(crate) fn present(report: &Report, occurs: impl Fn(DoseLevel) -> bool) -> Vec<&LevelName> {
    report.levels.iter().filter(|name| occurs(name.level)).collect()
}

/// Draws a legend of levels and of other marks, and returns where it ends.
pub(crate) fn legend(svg: &mut Svg, levels: &[&LevelName], swatch: Swatch, keys: &[Key<'_>]) -> f64 {
    let label = |name: &&LevelName| match swatch {
        Swatch::Numbered => fit(&format!("{} {}", name.level.number(), name.label), SIZE, WIDTH * 0.4),
        Swatch::Box | Swatch::Line | Swatch::Dashed => fit(&name.label, SIZE, WIDTH * 0.4),
    };
    let names: Vec<String> = levels
        .iter()
        .map(label)
        .chain(keys.iter().map(|(text, _)| (*text).to_owned()))
        .collect();
    let widths: Vec<f64> = names.iter().map(|text| 27.0 + text_width(text, SIZE)).collect();
    let mut bottom = 0.0;
    for (place, (text, (x, line))) in names.iter().zip(flow(&widths, 8.0, WIDTH - 8.0, 14.0)).enumerate() {
        let y = 16.0 + LINE * line as f64;
        match (
            levels.get(place),
            place.checked_sub(levels.len()).and_then(|at| keys.get(at)),
        ) {
            (Some(name), _) => level_swatch(svg, name.level, swatch, x, y),
            (None, Some((_, draw))) => draw(svg, x + 11.0, y - 4.5),
            (None, None) => {}
        }
        svg.text(x + 27.0, y, Anchor::Start, text);
        bottom = y;
    }
    bottom
}

fn level_swatch(svg: &mut Svg, level: DoseLevel, swatch: Swatch, x: f64, y: f64) {
    let colour = level_colour(level.number());
    match swatch {
        Swatch::Box | Swatch::Numbered => svg.rect((x + 4.0, y - 10.5), (14.0, 12.0), &[("fill", colour)]),
        Swatch::Line | Swatch::Dashed => {
            let dash = if swatch == Swatch::Dashed {
                level_dash(level.number())
            } else {
                "none"
            };
            let style = [("stroke", colour), ("stroke-width", "2.5"), ("stroke-dasharray", dash)];
            svg.line((x, y - 4.5), (x + 22.0, y - 4.5), &style);
        }
    }
}

/// A horizontal rule across the plot with its label.
pub(crate) fn rule(svg: &mut Svg, x: Scale, y: f64, colour: &str, label: &str) {
    svg.line((x.page.0, y), (x.page.1, y), &[("stroke", colour)]);
    svg.text(x.page.0 - 8.0, y + 4.5, Anchor::End, label);
}

/// Space right of a plot for the labels of thresholds.
pub(crate) const THRESHOLDS: f64 = 62.0;

/// A dashed line at a threshold, with its label right of the plot.
pub(crate) fn threshold(svg: &mut Svg, x: Scale, y: f64, label: &str) {
    let style = [("stroke", GREY), ("stroke-width", "1.2"), ("stroke-dasharray", "6 4")];
    svg.line((x.page.0, y), (x.page.1, y), &style);
    let style = [("fill", GREY), ("font-size", "12")];
    svg.styled_text(x.page.1 + 6.0, y + 4.0, Anchor::Start, &style, label);
}

/// Ticks below the plot with their labels and the name of the axis; returns where it ends.
pub(crate) fn below(svg: &mut Svg, x: Scale, bottom: f64, ticks: &[(f64, String)], name: &str) -> f64 {
    svg.line((x.page.0, bottom), (x.page.1, bottom), &[("stroke", INK)]);
    for (place, label) in ticks {
        svg.line((*place, bottom), (*place, bottom + 5.0), &[("stroke", INK)]);
        svg.text(*place, bottom + 20.0, Anchor::Middle, label);
    }
    let middle = f64::midpoint(x.page.0, x.page.1);
    svg.styled_text(middle, bottom + 40.0, Anchor::Middle, &[("fill", GREY)], name);
    bottom + 52.0
}

/// Places and labels of ticks in months.
pub(crate) fn months(x: Scale, ticks: &[f64]) -> Vec<(f64, String)> {
    ticks.iter().map(|tick| (x.at(*tick), tick_label(*tick))).collect()
}

/// The name of the vertical axis above it.
pub(crate) fn name_above(svg: &mut Svg, top: f64, name: &str) {
    svg.styled_text(8.0, top - 12.0, Anchor::Start, &[("fill", GREY)], name);
}

/// Heights in percent at which a rule is drawn, from −100 to at least `most`: at most eight.
pub(crate) fn percents(most: f64) -> Vec<f64> {
    let step = [25.0, 50.0, 100.0]
        .into_iter()
        .find(|step| (most + 100.0) / step <= 7.0);
    let step = step.unwrap_or(100.0);
    let mut ticks = vec![-100.0];
    let mut next = -100.0;
    while next < most {
        next += step;
        ticks.push(next);
    }
    ticks
}

/// A whole percentage with its sign: `+20 %`, `−30 %`, `0 %`.
pub(crate) fn signed(percent: f64) -> String {
    let sign = if percent > 0.0 {
        "+"
    } else if percent < 0.0 {
        "−"
    } else {
        ""
    };
    format!("{sign}{:.0} %", percent.abs())
}

/// Days since infusion on an axis on which the first month has the room it needs: the square root of the day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days(Scale);

/// Days that get a tick where they are within reach, and how near two labels may come.
const DAY_TICKS: [f64; 14] = [
    0.0, 3.0, 7.0, 14.0, 28.0, 56.0, 91.0, 183.0, 365.0, 548.0, 730.0, 1095.0, 1461.0, 1826.0,
];

impl Days {
    /// An axis from the day of infusion to `last`.
    pub(crate) fn to(last: f64, page: (f64, f64)) -> Self {
        Self(Scale {
            data: (0.0, last.max(1.0).sqrt()),
            page,
        })
    }

    /// Place of a day.
    pub(crate) fn at(self, day: f64) -> f64 {
        self.0.at(day.max(0.0).sqrt())
    }

    /// The page it spans, as a scale for rules across the plot.
    pub(crate) const fn scale(self) -> Scale {
        self.0
    }

    /// Ticks within reach, with their labels.
    pub(crate) fn ticks(self) -> Vec<(f64, String)> {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for day in DAY_TICKS {
            let place = self.at(day);
            let clear = ticks.last().is_none_or(|(last, _)| place - last >= 30.0);
            if place <= self.0.page.1 + 0.5 && clear {
                ticks.push((place, tick_label(day)));
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_begin_at_complete_disappearance_and_reach_the_largest_growth() {
        assert_eq!(percents(20.0), [-100.0, -75.0, -50.0, -25.0, 0.0, 25.0]);
        assert_eq!(percents(200.0), [-100.0, -50.0, 0.0, 50.0, 100.0, 150.0, 200.0]);
        assert_eq!(signed(-30.0), "−30 %");
        assert_eq!(signed(0.0), "0 %");
    }

    #[test]
    fn the_first_month_takes_more_than_a_quarter_of_a_year() {
        let days = Days::to(365.0, (0.0, 100.0));
        assert!(days.at(28.0) > 25.0);
        assert!((days.at(365.0) - 100.0).abs() < 1e-9);
        assert!(days.at(-1.0) <= 0.0);
        assert_eq!(Days::to(0.0, (0.0, 100.0)).ticks().len(), 1);
    }
}
