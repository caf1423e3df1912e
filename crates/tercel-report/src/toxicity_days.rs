//! CRS and ICANS day by day: a lane for each subject, two rows of cells, darker and numbered by grade, and marks of treatment.

use tercel::language::{Language, Text, both};
use tercel::report::{Report, ToxicityDay, ToxicityLane};

use crate::axis;
use crate::svg::{Anchor, GREY, INK, RULE, SIZE, Scale, Svg, WIDTH, fit, text_width};

const CELL: f64 = 15.0;
/// Height of the marks under the cells.
const MARKS: f64 = 9.0;
const GAP: f64 = 7.0;
const SMALL: f64 = 11.0;
/// Orange from light to dark, for grades 0 to 5.
pub(crate) const SHADES: [&str; 6] = ["#ffffff", "#fde3c8", "#f9bd84", "#ee8c42", "#c65102", "#7a2d00"];

pub(crate) const TITLE: Text = Text::new("CRS and ICANS day by day", "CRS与ICANS逐日分级");
const GRADE: Text = Text::new("ASTCT 2019 grade", "ASTCT 2019分级");
const ANTICYTOKINE: Text = Text::new("anticytokine treatment began", "开始抗细胞因子治疗");
const STEROID: Text = Text::new("steroid began", "开始使用激素");

/// Draws the lanes; `None` where there are none.
pub(crate) fn draw(report: &Report, language: Language) -> Option<String> {
    let figure = &report.figures.toxicity_days;
    if figure.lanes.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let label = |lane: &ToxicityLane| {
        let id = lane.subject.as_str();
        id.strip_prefix(report.subject_prefix.as_str()).unwrap_or(id).to_owned()
    };
    let widest = figure
        .lanes
        .iter()
        .map(|lane| text_width(&label(lane), SIZE))
        .fold(60.0, f64::max);
    let left = (widest + 68.0).min(WIDTH * 0.35);
    let x = Scale {
        data: (0.0, f64::from(figure.days) + 1.0),
        page: (left, WIDTH - 12.0),
    };
    let mut y = legend(&mut svg, language) + 12.0;
    let top = y;
    for lane in &figure.lanes {
        let bottom = y + 2.0 * CELL + MARKS;
        svg.open_subject(&lane.subject, &label(lane));
        let room = left - 64.0;
        svg.text(8.0, y + CELL + 4.5, Anchor::Start, &fit(&label(lane), SIZE, room));
        svg.close_group();
        for (row, name, days) in [(0.0, "CRS", &lane.crs), (1.0, "ICANS", &lane.icans)] {
            let at = y + row * CELL;
            let quiet = [("fill", GREY), ("font-size", "11")];
            svg.styled_text(left - 6.0, at + CELL - 4.0, Anchor::End, &quiet, name);
            for day in days.iter().filter(|day| day.day <= figure.days) {
                cell(&mut svg, day, x, at, language);
            }
        }
        marks(&mut svg, lane, figure.days, (x, y + 2.0 * CELL), language);
        svg.line(
            (8.0, bottom + GAP / 2.0),
            (WIDTH - 12.0, bottom + GAP / 2.0),
            &[("stroke", RULE)],
        );
        y = bottom + GAP;
    }
    for day in (0..=figure.days).step_by(7) {
        let middle = f64::midpoint(x.at(f64::from(day)), x.at(f64::from(day) + 1.0));
        svg.styled_text(
            middle,
            y + 12.0,
            Anchor::Middle,
            &[("fill", INK), ("font-size", "12")],
            &day.to_string(),
        );
        svg.line((middle, top - 4.0), (middle, top - 1.0), &[("stroke", GREY)]);
    }
    svg.styled_text(
        f64::midpoint(left, WIDTH),
        y + 28.0,
        Anchor::Middle,
        &[("fill", INK), ("font-size", "12")],
        axis::DAYS.of(language),
    );
    Some(svg.finish(
        "figure_toxicity_days_drawing",
        TITLE.of(language),
        figure.description.of(language),
        y + 38.0,
    ))
}

fn cell(svg: &mut Svg, day: &ToxicityDay, x: Scale, y: f64, language: Language) {
    let (from, to) = (x.at(f64::from(day.day)), x.at(f64::from(day.day) + 1.0));
    svg.open_group(day.hint.of(language));
    let shade = SHADES.get(usize::from(day.at_most)).unwrap_or(&"#7a2d00");
    svg.rect(
        (from + 0.5, y + 0.5),
        (to - from - 1.0, CELL - 1.0),
        &[("fill", shade), ("stroke", RULE)],
    );
    if day.at_most > 0 {
        let text = if day.at_least == day.at_most {
            day.at_most.to_string()
        } else {
            format!("{}–{}", day.at_least, day.at_most)
        };
        let ink = if day.at_most >= 4 { "#ffffff" } else { INK };
        svg.styled_text(
            f64::midpoint(from, to),
            y + CELL - 4.0,
            Anchor::Middle,
            &[("fill", ink), ("font-size", "11")],
            &fit(&text, SMALL, to - from + 6.0),
        );
    }
    svg.close_group();
}

/// A triangle where anticytokine treatment began, a square where a steroid did.
fn marks(svg: &mut Svg, lane: &ToxicityLane, last: i32, (x, y): (Scale, f64), language: Language) {
    let id = &lane.subject;
    let place = |day: i32| f64::midpoint(x.at(f64::from(day)), x.at(f64::from(day) + 1.0));
    for day in lane.anticytokine.iter().filter(|day| **day <= last) {
        let hint = both!(
            "{id}: anticytokine treatment from day {day}",
            "{id}：自第{day}天起抗细胞因子治疗"
        );
        svg.open_group(hint.of(language));
        triangle(svg, place(*day) - 3.5, y + 1.0);
        svg.close_group();
    }
    for day in lane.steroid.iter().filter(|day| **day <= last) {
        let hint = both!("{id}: steroid from day {day}", "{id}：自第{day}天起使用激素");
        svg.open_group(hint.of(language));
        svg.rect(
            (place(*day) + 0.5, y + 2.0),
            (6.0, 6.0),
            &[("fill", "none"), ("stroke", INK)],
        );
        svg.close_group();
    }
}

fn triangle(svg: &mut Svg, x: f64, y: f64) {
    let corners = [(x, y), (x - 4.0, y + 7.5), (x + 4.0, y + 7.5)];
    svg.path(&corners, true, &[("fill", INK), ("stroke", INK)]);
}

fn legend(svg: &mut Svg, language: Language) -> f64 {
    let (grade_text, anticytokine, steroid) = (GRADE.of(language), ANTICYTOKINE.of(language), STEROID.of(language));
    let mut x = 8.0;
    let quiet = [("fill", INK), ("font-size", "12")];
    svg.styled_text(x, 16.0, Anchor::Start, &quiet, grade_text);
    x += text_width(grade_text, 12.0) + 10.0;
    for (grade, shade) in SHADES.iter().enumerate() {
        svg.rect((x, 4.0), (20.0, CELL), &[("fill", shade), ("stroke", RULE)]);
        let ink = if grade >= 4 { "#ffffff" } else { INK };
        svg.styled_text(
            x + 10.0,
            15.5,
            Anchor::Middle,
            &[("fill", ink), ("font-size", "11")],
            &grade.to_string(),
        );
        x += 22.0;
    }
    x += 14.0;
    triangle(svg, x, 7.0);
    svg.styled_text(x + 10.0, 16.0, Anchor::Start, &quiet, anticytokine);
    x += text_width(anticytokine, 12.0) + 28.0;
    svg.rect((x, 8.0), (6.0, 6.0), &[("fill", "none"), ("stroke", INK)]);
    svg.styled_text(x + 11.0, 16.0, Anchor::Start, &quiet, steroid);
    28.0
}
