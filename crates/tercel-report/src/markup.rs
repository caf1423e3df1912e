//! HTML and SVG as text: every opened element is closed, every text escaped.

use std::fmt::Write as _;

/// Writes elements; attributes and texts are escaped here and nowhere else.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: String,
    open: Vec<&'static str>,
}

impl Writer {
    /// Opens an element.
    pub(crate) fn open(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.out.push('>');
        self.open.push(tag);
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            let _ = write!(self.out, "</{tag}>");
            if BLOCKS.contains(&tag) {
                self.out.push('\n');
            }
        }
    }

    /// An element without content, such as `line` or `meta`.
    pub(crate) fn empty(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.out.push_str("/>");
    }

    /// An element with text in it.
    pub(crate) fn leaf(&mut self, tag: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close();
    }

    /// A text.
    pub(crate) fn text(&mut self, text: &str) {
        escape_into(&mut self.out, text);
    }

    /// Markup that a `Writer` made.
    pub(crate) fn append(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Everything written, with what is still open closed.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        let _ = write!(self.out, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"");
            escape_into(&mut self.out, value);
            self.out.push('"');
        }
    }
}

/// Elements that end a line of the file.
const BLOCKS: [&str; 24] = [
    "head",
    "title",
    "style",
    "header",
    "nav",
    "main",
    "section",
    "h1",
    "h2",
    "h3",
    "p",
    "ul",
    "li",
    "dl",
    "table",
    "caption",
    "tr",
    "figure",
    "figcaption",
    "svg",
    "details",
    "div",
    "summary",
    "script",
];

/// Escapes markup; control and text-direction characters, which could disguise an identifier, become visible.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes_cannot_become_markup() {
        let mut writer = Writer::default();
        writer.leaf("p", &[("title", "\" onload='x'")], "<script>&\u{202e}\u{7}");
        assert_eq!(
            writer.finish(),
            "<p title=\"&quot; onload=&#39;x&#39;\">&lt;script&gt;&amp;\u{fffd}\u{fffd}</p>\n"
        );
    }

    #[test]
    fn what_is_left_open_is_closed() {
        let mut writer = Writer::default();
        writer.open("b", &[]);
        writer.open("i", &[]);
        assert_eq!(writer.finish(), "<b><i></i></b>");
    }
}
