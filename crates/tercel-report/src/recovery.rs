//! Blood counts over days since infusion, with the grades of low values shaded.

use tercel::report::{CountLine, Recovery, Report};

use crate::axis::{self, LEFT, Swatch};
use crate::svg::{Anchor, GREY, INK, RULE, Scale, Svg, VERMILLION, WIDTH, level_colour};

const HEIGHT: f64 = 270.0;
/// Space right of the plot for the names of grades.
const RIGHT: f64 = 62.0;
/// Opacity of the shade of each grade, lightest first.
const SHADES: [&str; 4] = ["0.05", "0.12", "0.22", "0.36"];
/// Days with a tick.
const DAYS: [f64; 9] = [-14.0, -7.0, 0.0, 7.0, 14.0, 28.0, 42.0, 60.0, 90.0];
/// Values with a rule on a logarithmic axis, in decades.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];

/// A vertical axis, logarithmic or not.
#[derive(Clone, Copy)]
struct Height {
    scale: Scale,
    logarithmic: bool,
}

impl Height {
    fn of(counts: &Recovery, page: (f64, f64)) -> Self {
        let values = || {
            counts
                .lines
                .iter()
                .flat_map(|line| &line.points)
                .map(|(_, value)| *value)
        };
        let shades = || counts.shades.iter().map(|shade| shade.below);
        let high = values().chain(shades()).fold(1e-3, f64::max) * 1.1;
        let lowest = shades().fold(f64::INFINITY, f64::min);
        let low = values().filter(|value| *value > 0.0).fold(lowest, f64::min);
        let data = if counts.logarithmic {
            // A value of zero stands at the foot; two decades below the lowest shade nothing more is told apart.
            let floor = low.max(lowest / 100.0).min(high / 10.0) / 1.3;
            (floor.log10(), high.log10())
        } else {
            ((low * 0.8).min(lowest * 0.8), high)
        };
        Self {
            scale: Scale { data, page },
            logarithmic: counts.logarithmic,
        }
    }

    fn at(self, value: f64) -> f64 {
        let place = if self.logarithmic {
            value.max(10f64.powf(self.scale.data.0)).log10()
        } else {
            value
        };
        self.scale.at(place.clamp(self.scale.data.0, self.scale.data.1))
    }

    fn rules(self) -> Vec<f64> {
        let (low, high) = self.scale.data;
        if self.logarithmic {
            let decades = (-4..5).map(|decade| 10f64.powi(decade));
            let all = decades.flat_map(|decade| STEPS.map(|step| step * decade));
            return all.filter(|value| (low..=high).contains(&value.log10())).collect();
        }
        let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
            .into_iter()
            .find(|step| (high - low) / step <= 8.0);
        let step = step.unwrap_or(200.0);
        let first = (low / step).ceil();
        (0..10)
            .map(|at| (first + f64::from(at)) * step)
            .filter(|value| *value <= high)
            .collect()
    }
}

/// Draws the lines; `None` where there are none.
pub(crate) fn draw(report: &Report, counts: &Recovery) -> Option<String> {
    if counts.lines.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let levels = axis::present(report, |level| counts.lines.iter().any(|line| line.level == level));
    let mut keys: Vec<axis::Key<'_>> = Vec::new();
    if !counts.medians.is_empty() {
        keys.push(("median", median_key));
    }
    let top = axis::legend(&mut svg, &levels, Swatch::Line, &keys) + 44.0;
    let x = Scale {
        data: counts.days,
        page: (LEFT, WIDTH - RIGHT),
    };
    let y = Height::of(counts, (top + HEIGHT, top));
    axis::name_above(&mut svg, top - 4.0, &tercel::report::number::raise(&counts.unit));
    shades(&mut svg, counts, x, y);
    for value in y.rules() {
        axis::rule(&mut svg, x, y.at(value), RULE, &plain(value));
    }
    let infusion = x.at(0.0);
    svg.line(
        (infusion, top),
        (infusion, top + HEIGHT),
        &[("stroke", GREY), ("stroke-dasharray", "2 3")],
    );
    svg.open_styled(&[
        ("fill", "none"),
        ("stroke-width", "1"),
        ("stroke-opacity", "0.6"),
        ("stroke-linejoin", "round"),
    ]);
    for line in &counts.lines {
        course(&mut svg, report, line, x, y);
    }
    svg.close_group();
    let median: Vec<(f64, f64)> = counts
        .medians
        .iter()
        .map(|median| (x.at(median.day), y.at(median.median)))
        .collect();
    svg.path(
        &median,
        false,
        &[
            ("fill", "none"),
            ("stroke", INK),
            ("stroke-width", "3"),
            ("stroke-linejoin", "round"),
        ],
    );
    for (median, centre) in counts.medians.iter().zip(median) {
        let hint = format!(
            "median on day {:.0}: {} {} in {}",
            median.day,
            tercel::report::number::level(median.median),
            counts.unit,
            tercel::report::number::counted(median.subjects, "subject")
        );
        svg.dot(centre, 3.2, &[("fill", INK)], &hint);
    }
    let ticks: Vec<(f64, String)> = DAYS
        .into_iter()
        .filter(|day| (counts.days.0..=counts.days.1).contains(day))
        .map(|day| (x.at(day), format!("{day:.0}").replace('-', "−")))
        .collect();
    let end = axis::below(&mut svg, x, y.scale.page.0, &ticks, "days since infusion");
    let id = format!("{}_drawing", counts.anchor);
    Some(svg.finish(&id, counts.title, &counts.description, end))
}

/// The band of each grade, down to the next, with its name beside the plot.
fn shades(svg: &mut Svg, counts: &Recovery, x: Scale, y: Height) {
    let foot = y.scale.page.0;
    for (place, shade) in counts.shades.iter().enumerate() {
        let upper = y.at(shade.below);
        let lower = counts.shades.get(place + 1).map_or(foot, |next| y.at(next.below));
        let opacity = SHADES
            .get(usize::from(shade.grade.saturating_sub(1)))
            .copied()
            .unwrap_or("0.36");
        let style = [("fill", VERMILLION), ("fill-opacity", opacity)];
        svg.rect((x.page.0, upper), (x.page.1 - x.page.0, lower - upper), &style);
        if lower - upper >= 12.0 {
            let middle = f64::midpoint(upper, lower) + 4.0;
            let style = [("fill", GREY), ("font-size", "12")];
            svg.styled_text(
                x.page.1 + 6.0,
                middle,
                Anchor::Start,
                &style,
                &format!("grade {}", shade.grade),
            );
        }
    }
}

fn course(svg: &mut Svg, report: &Report, line: &CountLine, x: Scale, y: Height) {
    let points: Vec<(f64, f64)> = line
        .points
        .iter()
        .map(|(day, value)| (x.at(*day), y.at(*value)))
        .collect();
    if report.has_profile(&line.subject) {
        svg.open_subject(&line.subject, &line.hint);
    } else {
        svg.open_group(&line.hint);
    }
    svg.path(&points, false, &[("stroke", level_colour(line.level.number()))]);
    svg.close_group();
}

fn median_key(svg: &mut Svg, x: f64, y: f64) {
    svg.line((x - 11.0, y), (x + 11.0, y), &[("stroke", INK), ("stroke-width", "3")]);
}

/// A value on the axis without digits it does not need.
fn plain(value: f64) -> String {
    let rounded = (value * 1e4).round() / 1e4;
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_a_logarithmic_axis_stand_at_one_two_and_five() {
        let height = Height {
            scale: Scale {
                data: (-1.0, 1.0),
                page: (0.0, 100.0),
            },
            logarithmic: true,
        };
        let labels: Vec<String> = height.rules().into_iter().map(plain).collect();
        assert_eq!(labels, ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
        assert!(height.at(0.0).abs() < 1e-9);
    }
}
