//! The escalation board: who was treated at which level, the highest on top, with DLT status.

use tercel::report::{BoardLevel, BoardMark, LevelName, Report};

use crate::svg::{Anchor, BLUE, GREY, INK, RULE, SIZE, Svg, VERMILLION, WIDTH, fit, flow, text_width};

const RADIUS: f64 = 13.0;
const ROW: f64 = 54.0;
/// How much wider bold letters are.
const BOLD: f64 = 1.12;
/// Most subjects drawn at a level.
const MOST: usize = 60;

/// Draws the board.
pub(crate) fn draw(report: &Report) -> String {
    let mut svg = Svg::default();
    let next = report.decision.as_ref().and_then(|decision| decision.next_level);
    let width = |level: &LevelName| (BOLD * text_width(&level.label, SIZE)).max(text_width(&level.dose, SIZE));
    let left = report.levels.iter().map(width).fold(80.0, f64::max).min(WIDTH / 3.0) + 24.0;
    let mut y = legend(&mut svg) + 18.0;
    for (name, level) in report.levels.iter().zip(&report.board).rev() {
        svg.line((0.0, y), (WIDTH, y), &[("stroke", RULE)]);
        let bold = [("fill", INK), ("font-weight", "600")];
        let room = left - 24.0;
        svg.styled_text(
            8.0,
            y + 20.0,
            Anchor::Start,
            &bold,
            &fit(&name.label, BOLD * SIZE, room),
        );
        svg.styled_text(
            8.0,
            y + 37.0,
            Anchor::Start,
            &[("fill", GREY)],
            &fit(&name.dose, SIZE, room),
        );
        let lines = subjects(
            &mut svg,
            level,
            &report.subject_prefix,
            left,
            y,
            next == Some(name.level),
        );
        y += ROW * lines as f64 + 6.0;
    }
    svg.line((0.0, y), (WIDTH, y), &[("stroke", RULE)]);
    svg.finish("figure_board", "Dose escalation board", &description(report), y + 8.0)
}

fn description(report: &Report) -> String {
    let each = report.levels.iter().zip(&report.board).map(|(name, level)| {
        let count = level.count;
        let out = level
            .subjects
            .iter()
            .filter(|subject| subject.mark == BoardMark::NotEvaluable)
            .count();
        format!(
            "{} ({}): {} with DLT, {} without, {} pending, {out} not evaluable.",
            name.label,
            name.dose,
            count.dlt,
            count.evaluable.saturating_sub(count.dlt),
            count.pending
        )
    });
    each.collect::<Vec<_>>().join(" ")
}

/// Draws the marks of a level and returns how many lines they take.
fn subjects(svg: &mut Svg, level: &BoardLevel, prefix: &str, left: f64, y: f64, next: bool) -> usize {
    let shown: Vec<_> = level.subjects.iter().take(MOST).collect();
    let short = |id: &str| fit(id.strip_prefix(prefix).unwrap_or(id), SIZE - 1.0, 120.0);
    let labels: Vec<String> = shown.iter().map(|subject| short(subject.subject.as_str())).collect();
    let hidden = level.subjects.len() - shown.len();
    let mut last = String::new();
    if hidden > 0 {
        last = format!("and {hidden} more");
    } else if next {
        "next".clone_into(&mut last);
    }
    let widths = labels
        .iter()
        .chain(std::iter::once(&last))
        .filter(|label| !label.is_empty());
    let widths: Vec<f64> = widths
        .map(|label| text_width(label, SIZE - 1.0).max(2.0 * RADIUS))
        .collect();
    let places = flow(&widths, left, WIDTH - 8.0, 12.0);
    for ((subject, label), (place, width)) in shown.iter().zip(&labels).zip(places.iter().zip(&widths)) {
        let (x, line) = (place.0 + width / 2.0, place.1 as f64);
        let centre = y + 19.0 + ROW * line;
        let hint = format!("{}, infused {}: {}", subject.subject, subject.infused, subject.sentence);
        svg.open_subject(&subject.subject, &hint);
        mark(svg, subject.mark, x, centre, RADIUS);
        svg.styled_text(
            x,
            centre + 28.0,
            Anchor::Middle,
            &[("fill", INK), ("font-size", "12")],
            label,
        );
        svg.close_group();
    }
    if let (false, Some((place, width))) = (last.is_empty(), places.last().zip(widths.last())) {
        let (x, line) = (place.0 + width / 2.0, place.1 as f64);
        let centre = y + 19.0 + ROW * line;
        if hidden == 0 {
            let style = [
                ("fill", "none"),
                ("stroke", INK),
                ("stroke-width", "1.2"),
                ("stroke-dasharray", "2 3"),
            ];
            svg.circle((x, centre), RADIUS, &style);
        }
        svg.styled_text(
            x,
            centre + 28.0,
            Anchor::Middle,
            &[("fill", GREY), ("font-size", "12")],
            &last,
        );
    }
    if shown.is_empty() && !next {
        svg.styled_text(
            left,
            y + 23.0,
            Anchor::Start,
            &[("fill", GREY)],
            "nobody infused on a known day",
        );
    }
    places.last().map_or(1, |(_, line)| line + 1)
}

/// Shape and letter say the status without the colour.
pub(crate) fn mark(svg: &mut Svg, mark: BoardMark, x: f64, y: f64, radius: f64) {
    let corner = (x - radius + 1.0, y - radius + 1.0);
    let side = 2.0 * radius - 2.0;
    let (letter, ink) = match mark {
        BoardMark::Dlt => {
            svg.rect(corner, (side, side), &[("fill", VERMILLION)]);
            ("T", "#fff")
        }
        BoardMark::NoDlt => {
            svg.circle((x, y), radius, &[("fill", BLUE)]);
            ("N", "#fff")
        }
        BoardMark::Pending => {
            svg.circle(
                (x, y),
                radius - 1.0,
                &[("fill", "#fff"), ("stroke", INK), ("stroke-width", "2")],
            );
            ("?", INK)
        }
        BoardMark::NotEvaluable => {
            svg.circle(
                (x, y),
                radius - 1.0,
                &[("fill", "#eee"), ("stroke", GREY), ("stroke-dasharray", "3 2")],
            );
            ("–", GREY)
        }
    };
    svg.styled_text(
        x,
        y + 4.5,
        Anchor::Middle,
        &[("fill", ink), ("font-weight", "600")],
        letter,
    );
}

/// Draws the legend and returns where it ends.
fn legend(svg: &mut Svg) -> f64 {
    let widths: Vec<f64> = BoardMark::ALL
        .iter()
        .map(|kind| 34.0 + text_width(kind.name(), SIZE))
        .collect();
    let places = flow(&widths, 8.0, WIDTH - 8.0, 14.0);
    for (kind, (x, _)) in BoardMark::ALL.iter().zip(places) {
        mark(svg, *kind, x + RADIUS, 20.0, RADIUS);
        svg.text(x + 2.0 * RADIUS + 7.0, 24.5, Anchor::Start, kind.name());
    }
    36.0
}
