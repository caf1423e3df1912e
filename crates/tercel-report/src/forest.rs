//! The forest plot: a panel for each outcome, a line for each dose level, a diamond for all of them.

use tercel::report::{Forest, ForestRow};

use crate::svg::{Anchor, GREY, INK, RULE, SIZE, Scale, Svg, WIDTH, fit, level_colour, text_width};

const LINE: f64 = 20.0;
const PLOT: f64 = 270.0;
const TEXT: f64 = 172.0;

/// Draws it; `None` where no rate can be estimated.
pub(crate) fn draw(forest: &Forest) -> Option<String> {
    if forest.panels.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    let right = WIDTH - TEXT - 10.0;
    let x = Scale {
        data: (0.0, 1.0),
        page: (right - PLOT, right),
    };
    let lines: usize = forest.panels.iter().map(|panel| panel.rows.len() + 1).sum();
    let top = 30.0;
    let bottom = top + LINE * lines as f64 + 10.0 * forest.panels.len() as f64;
    let header = [("fill", GREY)];
    svg.styled_text(x.page.0 - 14.0, 16.0, Anchor::End, &header, "counted");
    let interval = format!("% ({} CI)", forest.confidence);
    svg.styled_text(WIDTH - 8.0, 16.0, Anchor::End, &header, &interval);
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let place = x.at(share);
        svg.line((place, top - 8.0), (place, bottom), &[("stroke", RULE)]);
        svg.text(place, bottom + 18.0, Anchor::Middle, &format!("{:.0} %", 100.0 * share));
    }
    svg.line((x.page.0, bottom), (x.page.1, bottom), &[("stroke", INK)]);
    let mut y = top;
    for panel in &forest.panels {
        y += LINE;
        let title = fit(&panel.title, SIZE, x.page.0 - 16.0);
        svg.styled_text(
            8.0,
            y - 5.0,
            Anchor::Start,
            &[("fill", INK), ("font-weight", "600")],
            &title,
        );
        for row in &panel.rows {
            y += LINE;
            line(&mut svg, row, x, y);
        }
        y += 10.0;
    }
    Some(svg.finish(
        "figure_forest_drawing",
        "Rates by dose level with their intervals",
        &forest.description,
        bottom + 30.0,
    ))
}

fn line(svg: &mut Svg, row: &ForestRow, x: Scale, y: f64) {
    let middle = y - 9.5;
    let room = x.page.0 - 30.0 - text_width(&row.counted, SIZE) - 14.0;
    svg.text(20.0, y - 5.0, Anchor::Start, &fit(&row.label, SIZE, room - 20.0));
    svg.text(x.page.0 - 14.0, y - 5.0, Anchor::End, &row.counted);
    svg.text(WIDTH - 8.0, y - 5.0, Anchor::End, &fit(&row.text, SIZE, TEXT));
    let colour = row.level.map_or(INK, |level| level_colour(level.number()));
    svg.open_group(&format!("{}: {}, {}", row.label, row.counted, row.text));
    if let Some((lower, upper)) = row.limits {
        let (from, to) = (x.at(lower), x.at(upper));
        let style = [("stroke", colour), ("stroke-width", "1.8")];
        svg.line((from, middle), (to, middle), &style);
        for end in [from, to] {
            svg.line((end, middle - 4.0), (end, middle + 4.0), &style);
        }
    }
    if let Some(estimate) = row.estimate {
        let place = x.at(estimate);
        if row.level.is_none() {
            let corners = [
                (place - 6.5, middle),
                (place, middle - 6.5),
                (place + 6.5, middle),
                (place, middle + 6.5),
            ];
            svg.path(&corners, true, &[("fill", colour)]);
        } else {
            svg.rect((place - 4.5, middle - 4.5), (9.0, 9.0), &[("fill", colour)]);
        }
    }
    svg.close_group();
}
