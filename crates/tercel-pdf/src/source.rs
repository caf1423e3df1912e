//! A page as typst source: every text is a quoted string, so nothing of the data is ever read as markup.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tercel_report::printed::{Block, Figure, Formula, Inline, Page, Role, plain_text};

use crate::measure::Fonts;
use crate::words::pieces;
use crate::{Layout, table};

/// The look of every document.
const TEMPLATE: &str = include_str!("template.typ");

/// Widest that a figure is, in points; and highest, as a share of the height of a page.
const FIGURE_WIDTH: f64 = 600.0;
const FIGURE_HEIGHT: f64 = 0.74;

/// What the typesetter reads.
#[derive(Debug)]
pub(crate) struct Source {
    /// The main file.
    pub(crate) text: String,
    /// Figures by name.
    pub(crate) figures: Vec<(String, String)>,
}

/// Writes a page as source. `families` are the names of the fonts in the order in which they are asked.
pub(crate) fn write(page: &Page, layout: &Layout<'_>, fonts: &Fonts<'_>, families: &[String]) -> Source {
    let mut writer = Writer {
        fonts,
        layout,
        out: String::from(TEMPLATE),
        figures: Vec::new(),
        targets: targets(&page.blocks),
        placed: BTreeSet::new(),
        unwritten: BTreeSet::new(),
    };
    writer.head(page, families);
    writer.body(page);
    Source {
        text: writer.out,
        figures: writer.figures,
    }
}

/// Writes source into `out`.
pub(crate) struct Writer<'w> {
    pub(crate) fonts: &'w Fonts<'w>,
    pub(crate) layout: &'w Layout<'w>,
    pub(crate) out: String,
    figures: Vec<(String, String)>,
    /// Places that something leads to and that are there.
    targets: BTreeSet<String>,
    placed: BTreeSet<String>,
    /// Letters that no font has.
    unwritten: BTreeSet<char>,
}

impl Writer<'_> {
    fn head(&mut self, page: &Page, families: &[String]) {
        let (layout, running) = (self.layout, &self.layout.running);
        let title = self.quoted(&page.title);
        // PDF/A asks for a date: a page that has none gets the day from which programs count.
        let (year, month, day) = running.date.unwrap_or((1970, 1, 1));
        let date = format!("datetime(year: {year}, month: {month}, day: {day})");
        let families: Vec<String> = families.iter().map(|family| quoted(family)).collect();
        let families = families.join(", ");
        let language = quoted(page.language.split('-').next().unwrap_or("en"));
        let [left, foot, cut, banner] = [
            running.study,
            running.document,
            running.cut,
            page.banner.as_deref().unwrap_or_default(),
        ]
        .map(|text| self.quoted(text));
        let _ = write!(
            self.out,
            "#set document(title: {title}, author: {author}, date: {date})\n\
             #show: document_style.with(\"a4\", {landscape}, {language}, ({families},), ({left}, {foot}), {cut}, {banner})\n",
            author = quoted(running.software),
            landscape = layout.landscape,
        );
    }

    fn body(&mut self, page: &Page) {
        let opening = page
            .blocks
            .iter()
            .position(|block| matches!(block, Block::Heading { .. }));
        let (cover, parts) = page.blocks.split_at(opening.unwrap_or(page.blocks.len()));
        if let Some(banner) = &page.banner {
            let banner = self.quoted(banner);
            let _ = writeln!(self.out, "#banner_box({banner})");
        }
        self.blocks(cover);
        let note = self.out.len();
        if self.layout.long {
            self.out.push_str("#pagebreak()\n");
        }
        let (columns, depth) = if self.layout.long { (2, 2) } else { (1, 1) };
        let contents = self.quoted(self.layout.contents);
        let _ = writeln!(
            self.out,
            "#heading(level: 1, outlined: false, {contents})\n#columns({columns}, outline(title: none, depth: {depth}))"
        );
        self.blocks(parts);
        self.note_unwritten(note);
    }

    /// Says on the cover which letters are written as their numbers.
    fn note_unwritten(&mut self, at: usize) {
        if self.unwritten.is_empty() {
            return;
        }
        let some: Vec<String> = self.unwritten.iter().take(12).map(|letter| code(*letter)).collect();
        let note = format!(
            "Characters that are in none of the fonts of this document are written as their Unicode numbers: {}{}.",
            some.join(" "),
            if self.unwritten.len() > some.len() {
                " and others"
            } else {
                ""
            }
        );
        self.out.insert_str(at, &format!("#attention({})\n", quoted(&note)));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(text) => self.call("title", text),
            Block::Heading {
                level,
                opens_page,
                text,
            } => {
                if *opens_page && self.layout.long {
                    self.out.push_str("#pagebreak(weak: true)\n");
                }
                let _ = write!(self.out, "#heading(level: {level})");
                self.content(text);
                self.out.push('\n');
            }
            Block::Paragraph(role, text) => match role {
                Role::Plain => {
                    self.inline(text);
                    self.out.push_str("\n\n");
                }
                Role::Attention => self.call("attention", text),
                Role::Action => self.call("action", text),
                Role::Quiet => {
                    self.out.push_str("#par");
                    self.wrapped("quiet", text);
                }
                Role::Label => self.call("label_line", text),
            },
            Block::List { numbered, items } => {
                self.out.push_str(if *numbered { "#enum(" } else { "#list(" });
                for item in items {
                    self.content(item);
                    self.out.push_str(", ");
                }
                self.out.push_str(")\n");
            }
            Block::Facts(pairs) => {
                let columns = if self.layout.landscape { 6 } else { 3 };
                let _ = write!(self.out, "#facts({}, ", columns.min(pairs.len().max(1)));
                self.pairs(pairs);
            }
            Block::Terms(pairs) => {
                self.out.push_str("#term_list(");
                self.pairs(pairs);
            }
            Block::Framed(blocks) => {
                self.out.push_str("#framed[\n");
                self.blocks(blocks);
                self.out.push_str("]\n");
            }
            Block::Table(table) => table::write(self, table),
            Block::Figure(figure) => self.figure(figure),
            Block::Formula { notation, parts } => {
                let _ = write!(self.out, "#math.equation(block: true, alt: {}, [", quoted(notation));
                self.formula(parts);
                self.out.push_str("])\n");
            }
            Block::Place(name) => self.place(name),
        }
    }

    /// A function of the template on a text, on a line of its own.
    fn call(&mut self, function: &str, text: &[Inline]) {
        let _ = write!(self.out, "#{function}");
        self.content(text);
        self.out.push('\n');
    }

    fn wrapped(&mut self, function: &str, text: &[Inline]) {
        let _ = write!(self.out, "({function}");
        self.content(text);
        self.out.push_str(")\n");
    }

    fn pairs(&mut self, pairs: &[(Vec<Inline>, Vec<Inline>)]) {
        for (name, value) in pairs {
            self.out.push('(');
            self.content(name);
            self.out.push_str(", ");
            self.content(value);
            self.out.push_str("), ");
        }
        self.out.push_str(")\n");
    }

    /// A text in brackets.
    pub(crate) fn content(&mut self, text: &[Inline]) {
        self.out.push('[');
        self.inline(text);
        self.out.push(']');
    }

    fn inline(&mut self, text: &[Inline]) {
        for run in text {
            match run {
                Inline::Text(text) => self.text(text),
                Inline::Strong(inner) => self.nested("#strong", inner),
                Inline::Quiet(inner) => self.nested("#quiet", inner),
                Inline::Link(target, inner) if self.targets.contains(target) => {
                    let _ = write!(self.out, "#to({}, ", quoted(target));
                    self.content(inner);
                    self.out.push_str(");");
                }
                Inline::Link(_, inner) => self.inline(inner),
                Inline::Break => self.out.push_str("#linebreak();"),
                Inline::Place(name) => self.place(name),
            }
        }
    }

    fn nested(&mut self, function: &str, inner: &[Inline]) {
        self.out.push_str(function);
        self.content(inner);
        self.out.push(';');
    }

    /// A text, broken where a long word may be.
    fn text(&mut self, text: &str) {
        let pieces = pieces(text);
        let mut run = String::new();
        for (place, piece) in pieces.iter().enumerate() {
            run.push_str(piece);
            let last = place + 1 == pieces.len();
            // A blank ends the line by itself.
            if last || !piece.ends_with([' ', '\n']) {
                let quoted = self.quoted(&run);
                let _ = write!(self.out, "#{quoted};");
                if !last {
                    self.out.push_str("#box();");
                }
                run.clear();
            }
        }
    }

    /// A place, once, where something leads to it.
    pub(crate) fn place(&mut self, name: &str) {
        if self.targets.contains(name) && self.placed.insert(name.to_owned()) {
            let _ = write!(self.out, "#place({});", quoted(name));
        }
    }

    fn figure(&mut self, figure: &Figure) {
        let name = format!("figure_{}.svg", figure.number);
        let (width, height) = (f64::from(figure.extent.0), f64::from(figure.extent.1));
        let (room, tall) = self.layout.room();
        let most = FIGURE_WIDTH.min(room).min(tall * FIGURE_HEIGHT * width / height);
        let caption = if figure.caption.is_empty() {
            vec![Inline::Text(format!("Figure {}", figure.number))]
        } else {
            let number = Inline::Text(format!("Figure {}. ", figure.number));
            std::iter::once(number).chain(figure.caption.iter().cloned()).collect()
        };
        let description = if figure.description.is_empty() {
            plain_text(&caption)
        } else {
            figure.description.clone()
        };
        let description = self.quoted(&description);
        let _ = write!(self.out, "#drawing({}, {description}, {most:.1}pt, ", quoted(&name));
        self.content(&caption);
        self.out.push_str(")\n");
        let svg = self.written(&figure.svg);
        // Without a family of its own a figure would take whatever font stands first.
        let svg = svg.replacen("<svg ", "<svg font-family=\"Noto Sans\" ", 1);
        self.figures.push((name, svg));
    }

    fn formula(&mut self, parts: &[Formula]) {
        for part in parts {
            match part {
                Formula::Name(name) if name.chars().count() == 1 => {
                    let _ = write!(self.out, "#math.italic({});", quoted(name));
                }
                Formula::Name(text) | Formula::Words(text) => {
                    let _ = write!(self.out, "#math.upright({});", quoted(text));
                }
                Formula::Number(text) => {
                    let _ = write!(self.out, "#{};", quoted(text));
                }
                Formula::Sign(sign) => {
                    let class = match sign.as_str() {
                        "=" | "<" | ">" | "≤" | "≥" | "∈" | "~" => "relation",
                        "+" | "−" | "·" | "×" | "/" => "binary",
                        "," => "punctuation",
                        _ => "normal",
                    };
                    let _ = write!(self.out, "#math.class(\"{class}\", {});", quoted(sign));
                }
                Formula::Space => self.out.push_str("#h(0.17em);"),
                Formula::Fraction(above, below) => {
                    self.out.push_str("#math.frac(");
                    self.part(above);
                    self.out.push_str(", ");
                    self.part(below);
                    self.out.push_str(");");
                }
                Formula::Scripts { base, below, above } => {
                    self.out.push_str("#math.attach(");
                    self.part(base);
                    for (name, script) in [("b", below), ("t", above)] {
                        if !script.is_empty() {
                            let _ = write!(self.out, ", {name}: ");
                            self.part(script);
                        }
                    }
                    self.out.push_str(");");
                }
            }
        }
    }

    fn part(&mut self, parts: &[Formula]) {
        self.out.push('[');
        self.formula(parts);
        self.out.push(']');
    }

    /// A text as a string of the source, letters that no font has as their numbers.
    pub(crate) fn quoted(&mut self, text: &str) -> String {
        let written = self.written(text);
        quoted(&written)
    }

    fn written(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            if self.fonts.have(letter) {
                out.push(letter);
            } else {
                self.unwritten.insert(letter);
                out.push_str(&code(letter));
            }
        }
        out
    }
}

fn code(letter: char) -> String {
    format!("[U+{:04X}]", u32::from(letter))
}

/// A string of the source.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Places that are there and that something leads to.
fn targets(blocks: &[Block]) -> BTreeSet<String> {
    let (mut places, mut wanted) = (BTreeSet::new(), BTreeSet::new());
    walk(blocks, &mut |run| {
        match run {
            Inline::Place(name) => places.insert(name.clone()),
            Inline::Link(target, _) => wanted.insert(target.clone()),
            _ => false,
        };
    });
    places.intersection(&wanted).cloned().collect()
}

/// Shows every run of a page, and places of blocks as if they were runs.
fn walk(blocks: &[Block], see: &mut impl FnMut(&Inline)) {
    for block in blocks {
        match block {
            Block::Title(text) | Block::Heading { text, .. } | Block::Paragraph(_, text) => walk_runs(text, see),
            Block::List { items, .. } => items.iter().for_each(|item| walk_runs(item, see)),
            Block::Facts(pairs) | Block::Terms(pairs) => {
                for (name, value) in pairs {
                    walk_runs(name, see);
                    walk_runs(value, see);
                }
            }
            Block::Framed(blocks) => walk(blocks, see),
            Block::Table(table) => {
                let rows = table.head.iter().chain(&table.body);
                rows.flat_map(|row| &row.cells)
                    .for_each(|cell| walk_runs(&cell.text, see));
            }
            Block::Figure(figure) => walk_runs(&figure.caption, see),
            Block::Place(name) => see(&Inline::Place(name.clone())),
            Block::Formula { .. } => {}
        }
    }
}

fn walk_runs(text: &[Inline], see: &mut impl FnMut(&Inline)) {
    for run in text {
        see(run);
        match run {
            Inline::Strong(inner) | Inline::Quiet(inner) | Inline::Link(_, inner) => walk_runs(inner, see),
            Inline::Text(_) | Inline::Break | Inline::Place(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_text_ends_its_string() {
        assert_eq!(quoted("a\"b\\c\n#d"), "\"a\\\"b\\\\c\\n#d\"");
    }
}
