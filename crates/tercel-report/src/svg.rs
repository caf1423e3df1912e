//! The little that clinical figures need of SVG: a scale, text widths, marks, and an accessible frame.

use std::fmt::Write as _;

use tercel::report::subject_anchor;
use tercel::study::SubjectId;

use crate::markup::Writer;

/// Font size of labels in figures.
pub(crate) const SIZE: f64 = 13.0;

/// Width of every figure.
pub(crate) const WIDTH: f64 = 760.0;

pub(crate) const INK: &str = "#1a1a1a";
pub(crate) const GREY: &str = "#6b6b6b";
pub(crate) const RULE: &str = "#d9d9d9";
pub(crate) const VERMILLION: &str = "#D55E00";
pub(crate) const BLUE: &str = "#0072B2";

/// Colours of the dose levels, from the palette of Okabe and Ito, without the one that marks toxicity.
const LEVEL_COLOURS: [&str; 5] = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9"];

/// Dashes of the dose levels, so that curves differ without colour.
const LEVEL_DASHES: [&str; 5] = ["none", "8 3", "3 3", "10 3 2 3", "1 3"];

fn of_level(list: [&'static str; 5], number: u8) -> &'static str {
    let place = usize::from(number.saturating_sub(1)) % list.len();
    list.get(place).copied().unwrap_or(INK)
}

/// Colour of a dose level.
pub(crate) fn level_colour(number: u8) -> &'static str {
    of_level(LEVEL_COLOURS, number)
}

/// Dashes of a dose level.
pub(crate) fn level_dash(number: u8) -> &'static str {
    of_level(LEVEL_DASHES, number)
}

/// A linear scale from data to the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) data: (f64, f64),
    pub(crate) page: (f64, f64),
}

impl Scale {
    /// Place of a value.
    pub(crate) fn at(self, value: f64) -> f64 {
        let extent = self.data.1 - self.data.0;
        if extent <= 0.0 {
            return self.page.0;
        }
        self.page.0 + (value - self.data.0) / extent * (self.page.1 - self.page.0)
    }
}

/// A coordinate with one decimal: a tenth of a pixel, the same bytes everywhere.
pub(crate) fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

/// Label of a tick: `6`, `0.5`.
pub(crate) fn tick_label(tick: f64) -> String {
    at(tick)
}

/// Width of a text, not less than any common sans-serif font needs.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// Advance widths in em of DejaVu Sans, the widest of the fonts in use, rounded up in groups.
fn advance(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '|' | '\'' | ' ' | '.' | ',' | ':' | ';' => 0.34,
        'I' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '!' | 'J' => 0.42,
        'm' | 'W' | '%' | '@' | '—' => 1.0,
        'w' | 'M' | 'O' | 'Q' | 'G' | 'N' | 'D' | 'H' | 'U' | '+' | '−' | '=' | '<' | '>' | '×' | '~' => 0.87,
        'A'..='Z' | '&' => 0.72,
        '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' => 0.45,
        letter if letter.is_ascii() || ('\u{a0}'..='\u{24f}').contains(&letter) => 0.65,
        _ => 1.05,
    }
}

/// The text, cut with an ellipsis where it is wider than `width`.
pub(crate) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = advance('…') * size;
    for letter in text.chars() {
        used += advance(letter) * size;
        if used > width {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end())
}

/// Which point of a text stands at its place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A figure being drawn.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    body: Writer,
}

impl Svg {
    /// A text with its baseline at `y`.
    pub(crate) fn text(&mut self, x: f64, y: f64, anchor: Anchor, text: &str) {
        self.styled_text(x, y, anchor, &[("fill", INK)], text);
    }

    /// A text with further attributes.
    pub(crate) fn styled_text(&mut self, x: f64, y: f64, anchor: Anchor, style: &[(&str, &str)], text: &str) {
        let (x, y) = (at(x), at(y));
        let mut attributes = vec![("x", x.as_str()), ("y", y.as_str()), ("text-anchor", anchor.name())];
        attributes.extend_from_slice(style);
        self.body.leaf("text", &attributes, text);
    }

    /// A straight line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), style: &[(&str, &str)]) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(at);
        let mut attributes = vec![("x1", x1.as_str()), ("y1", &y1), ("x2", &x2), ("y2", &y2)];
        attributes.extend_from_slice(style);
        self.body.empty("line", &attributes);
    }

    /// A rectangle.
    pub(crate) fn rect(&mut self, corner: (f64, f64), extent: (f64, f64), style: &[(&str, &str)]) {
        let [x, y, width, height] = [corner.0, corner.1, extent.0.max(0.0), extent.1.max(0.0)].map(at);
        let mut attributes = vec![("x", x.as_str()), ("y", &y), ("width", &width), ("height", &height)];
        attributes.extend_from_slice(style);
        self.body.empty("rect", &attributes);
    }

    /// A circle.
    pub(crate) fn circle(&mut self, centre: (f64, f64), radius: f64, style: &[(&str, &str)]) {
        let [cx, cy, r] = [centre.0, centre.1, radius].map(at);
        let mut attributes = vec![("cx", cx.as_str()), ("cy", &cy), ("r", &r)];
        attributes.extend_from_slice(style);
        self.body.empty("circle", &attributes);
    }

    /// A circle with a text that shows when pointed at.
    pub(crate) fn dot(&mut self, centre: (f64, f64), radius: f64, style: &[(&str, &str)], hint: &str) {
        let [cx, cy, r] = [centre.0, centre.1, radius].map(at);
        let mut attributes = vec![("cx", cx.as_str()), ("cy", &cy), ("r", &r)];
        attributes.extend_from_slice(style);
        self.body.open("circle", &attributes);
        self.body.leaf("title", &[], hint);
        self.body.close();
    }

    /// A line or, where `closed`, an area through points.
    pub(crate) fn path(&mut self, points: &[(f64, f64)], closed: bool, style: &[(&str, &str)]) {
        let mut d = String::new();
        for (place, (x, y)) in points.iter().enumerate() {
            let command = if place == 0 { 'M' } else { 'L' };
            d.push(command);
            // Writing to a String cannot fail.
            let _ = write!(d, "{} {}", at(*x), at(*y));
        }
        if closed {
            d.push('Z');
        }
        let mut attributes = vec![("d", d.as_str())];
        attributes.extend_from_slice(style);
        self.body.empty("path", &attributes);
    }

    /// Opens a group with a text that shows when pointed at.
    pub(crate) fn open_group(&mut self, hint: &str) {
        self.body.open("g", &[]);
        self.body.leaf("title", &[], hint);
    }

    /// Opens a group whose marks share what they do not say themselves.
    pub(crate) fn open_styled(&mut self, style: &[(&str, &str)]) {
        self.body.open("g", style);
    }

    /// Opens the marks of a subject: a text that shows when pointed at, and a link to the subject's profile. The links are
    /// no stops of the keyboard; the profiles have a list of their own.
    pub(crate) fn open_subject(&mut self, subject: &SubjectId, hint: &str) {
        let target = format!("#{}", subject_anchor(subject));
        self.body.open("a", &[("href", &target), ("tabindex", "-1")]);
        self.body.leaf("title", &[], hint);
    }

    /// Closes the group.
    pub(crate) fn close_group(&mut self) {
        self.body.close();
    }

    /// The figure with its name and its description for readers who do not see it.
    pub(crate) fn finish(self, id: &str, title: &str, description: &str, height: f64) -> String {
        self.finish_sized(id, title, description, (WIDTH, height))
    }

    /// The same with a width of its own.
    pub(crate) fn finish_sized(self, id: &str, title: &str, description: &str, extent: (f64, f64)) -> String {
        let mut out = Writer::default();
        let (width, height) = (at(extent.0), at(extent.1));
        let view = format!("0 0 {width} {height}");
        let (title_id, description_id) = (format!("{id}_title"), format!("{id}_desc"));
        let labelled = format!("{title_id} {description_id}");
        let size = at(SIZE);
        out.open(
            "svg",
            &[
                ("xmlns", "http://www.w3.org/2000/svg"),
                ("viewBox", &view),
                ("width", &width),
                ("height", &height),
                ("role", "img"),
                ("aria-labelledby", &labelled),
                ("font-size", &size),
            ],
        );
        out.leaf("title", &[("id", &title_id)], title);
        out.leaf("desc", &[("id", &description_id)], description);
        out.append(&self.body.finish());
        out.finish()
    }
}

/// Places texts of these widths one after another, in as many lines as the width asks for: `(x, line)` of each.
pub(crate) fn flow(widths: &[f64], start: f64, end: f64, gap: f64) -> Vec<(f64, usize)> {
    let (mut x, mut line) = (start, 0);
    let mut places = Vec::new();
    for width in widths {
        if x > start && x + width > end {
            (x, line) = (start, line + 1);
        }
        places.push((x, line));
        x += width + gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_at_least_those_of_the_widest_common_font() {
        // DejaVu Sans, units of 1/2048 em: "Overall" is 1612 + 1212 + 1260 + 842 + 1255 + 569 + 569.
        assert!(text_width("Overall", 1.0) >= 7319.0 / 2048.0);
        // "0123456789" is ten times 1303.
        assert!(text_width("0123456789", 1.0) >= 13030.0 / 2048.0);
    }

    #[test]
    fn a_text_that_is_too_wide_is_cut_to_fit() {
        assert_eq!(fit("short", 10.0, 100.0), "short");
        let cut = fit("a rather long label of a dose group", 10.0, 80.0);
        assert!(cut.ends_with('…') && text_width(&cut, 10.0) <= 80.0, "{cut}");
    }

    #[test]
    fn coordinates_have_one_decimal_and_no_minus_zero() {
        assert_eq!(at(-0.01), "0");
        assert_eq!(at(12.34), "12.3");
        assert_eq!(tick_label(0.5), "0.5");
        assert_eq!(tick_label(12.0), "12");
    }

    #[test]
    fn a_scale_without_extent_stays_at_its_start() {
        let scale = Scale {
            data: (0.0, 0.0),
            page: (10.0, 90.0),
        };
        assert_eq!(at(scale.at(5.0)), "10");
    }

    #[test]
    fn texts_flow_to_the_next_line() {
        let lines: Vec<usize> = flow(&[50.0, 50.0, 50.0], 0.0, 120.0, 10.0)
            .iter()
            .map(|(_, line)| *line)
            .collect();
        assert_eq!(lines, [0, 0, 1]);
    }
}
