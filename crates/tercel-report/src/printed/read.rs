//! Reads a page that this crate wrote.

use roxmltree::{Document, Node, ParsingOptions};

use super::{Block, Figure, Inline, Page, Role, cell, formula, plain_text, records};

/// Reads a page of this crate.
///
/// # Errors
/// What is wrong with its markup, where it is no page of this crate.
pub fn read_page(html: &str) -> Result<Page, String> {
    let html = without_scripts(html);
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(&html, options).map_err(|error| error.to_string())?;
    let root = document.root_element();
    let find = |name: &str| root.descendants().find(|node| is(*node, name));
    let title = find("title").and_then(|title| title.text()).unwrap_or_default();
    let main = find("main").ok_or_else(|| "it has no main part".to_owned())?;
    let mut reader = Reader {
        html: &html,
        tables: 0,
        figures: 0,
        banner: None,
        title: None,
    };
    let blocks = reader.blocks(main);
    Ok(Page {
        title: title.trim().to_owned(),
        language: root.attribute("lang").unwrap_or("en").to_owned(),
        banner: reader.banner,
        blocks,
    })
}

/// A script is no markup and says nothing.
fn without_scripts(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, script)) = rest.split_once("<script") {
        out.push_str(before);
        rest = script.split_once("</script>").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// Whether a node is an element of this name.
pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// The classes of an element.
pub(super) fn class_of<'n>(element: Node<'n, '_>) -> &'n str {
    element.attribute("class").unwrap_or_default()
}

fn has_class(element: Node<'_, '_>, class: &str) -> bool {
    class_of(element).split(' ').any(|one| one == class)
}

/// What only a screen needs.
fn only_on_screen(element: Node<'_, '_>) -> bool {
    match element.tag_name().name() {
        "nav" | "button" | "input" | "style" | "script" | "label" | "select" => true,
        "div" => has_class(element, "bar") || has_class(element, "rule"),
        _ => false,
    }
}

struct Reader<'h> {
    html: &'h str,
    tables: usize,
    figures: usize,
    banner: Option<String>,
    /// Title that stands before the next table.
    title: Option<String>,
}

impl Reader<'_> {
    /// What stands in an element.
    fn blocks(&mut self, element: Node<'_, '_>) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut runs = Runs::default();
        for child in element.children() {
            if child.is_text() || is_inline(child) {
                push_run(child, &mut runs);
                continue;
            }
            flush(&mut runs, &mut blocks);
            if child.is_element() && !only_on_screen(child) {
                self.block(child, &mut blocks);
            }
        }
        flush(&mut runs, &mut blocks);
        blocks
    }

    fn block(&mut self, element: Node<'_, '_>, blocks: &mut Vec<Block>) {
        if let Some(id) = element.attribute("id") {
            blocks.push(Block::Place(id.to_owned()));
        }
        match element.tag_name().name() {
            "h1" => blocks.push(Block::Title(runs(element))),
            "h2" => blocks.push(heading(element, 1)),
            "h3" => blocks.push(heading(element, 2)),
            "h4" | "h5" | "h6" => blocks.push(heading(element, 3)),
            "p" => self.paragraph(element, blocks),
            "ul" | "ol" => {
                let items = element.children().filter(|child| is(*child, "li")).map(runs);
                blocks.push(Block::List {
                    numbered: is(element, "ol"),
                    items: items.collect(),
                });
            }
            "dl" => blocks.push(definitions(element)),
            "table" => {
                self.tables += 1;
                let table = cell::table(element, self.title.take(), self.tables);
                blocks.push(Block::Table(table));
            }
            "figure" => self.figure(element, blocks),
            "svg" => {
                let figure = self.drawing(element, Vec::new());
                blocks.push(Block::Figure(figure));
            }
            "summary" => blocks.push(summary(element)),
            "math" => blocks.push(Block::Formula {
                notation: element.attribute("alttext").unwrap_or_default().to_owned(),
                parts: formula::parts(element),
            }),
            "div" if has_class(element, "decision") || has_class(element, "narrative") => {
                let inner = self.blocks(element);
                blocks.push(Block::Framed(inner));
            }
            _ => blocks.extend(self.blocks(element)),
        }
    }

    fn paragraph(&mut self, element: Node<'_, '_>, blocks: &mut Vec<Block>) {
        let text = runs(element);
        if has_class(element, "synthetic") {
            self.banner.get_or_insert_with(|| plain_text(&text));
            return;
        }
        if has_class(element, "table_title") {
            self.title = Some(plain_text(&text));
            return;
        }
        let role = if has_class(element, "attention") || has_class(element, "caution") {
            Role::Attention
        } else if has_class(element, "action") {
            Role::Action
        } else if has_class(element, "quiet") {
            Role::Quiet
        } else {
            Role::Plain
        };
        if !text.is_empty() {
            blocks.push(Block::Paragraph(role, text));
        }
    }

    /// A figure with its drawing; one without stays what it says.
    fn figure(&mut self, element: Node<'_, '_>, blocks: &mut Vec<Block>) {
        let caption = element.children().find(|child| is(*child, "figcaption"));
        let mut caption = caption.map(runs).unwrap_or_default();
        let drawings: Vec<Node<'_, '_>> = element.descendants().filter(|node| is(*node, "svg")).collect();
        for drawing in &drawings {
            let figure = self.drawing(*drawing, std::mem::take(&mut caption));
            blocks.push(Block::Figure(figure));
        }
        if !caption.is_empty() {
            blocks.push(Block::Paragraph(Role::Label, caption));
        }
        for child in element.children().filter(Node::is_element) {
            let drawn = child.descendants().any(|node| is(node, "svg"));
            if !drawn && !is(child, "figcaption") && !only_on_screen(child) {
                self.block(child, blocks);
            }
        }
    }

    fn drawing(&mut self, element: Node<'_, '_>, caption: Vec<Inline>) -> Figure {
        let texts = ["title", "desc"].map(|name| {
            let found = element.children().find(|child| is(*child, name));
            found
                .and_then(|child| child.text())
                .unwrap_or_default()
                .trim()
                .to_owned()
        });
        let extent = |name: &str| {
            let number = element.attribute(name).and_then(|text| text.parse::<f64>().ok());
            // Figures are some hundred units wide and high.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "held in the range of u16"
            )]
            number.map_or(1, |number| number.clamp(1.0, f64::from(u16::MAX)).ceil() as u32)
        };
        let description = texts
            .iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>();
        self.figures += 1;
        Figure {
            number: self.figures,
            caption,
            svg: self.html.get(element.range()).unwrap_or_default().to_owned(),
            description: description.join(". "),
            extent: (extent("width"), extent("height")),
        }
    }
}

/// Elements that stand in a line.
fn is_inline(node: Node<'_, '_>) -> bool {
    const INLINE: [&str; 10] = ["a", "span", "strong", "b", "em", "small", "code", "cite", "br", "time"];
    node.is_element() && INLINE.contains(&node.tag_name().name())
}

/// A heading; a section begins a page unless its class says that it goes on.
fn heading(element: Node<'_, '_>, level: u8) -> Block {
    let section = element.parent().filter(|parent| is(*parent, "section"));
    Block::Heading {
        level,
        opens_page: level == 1 && section.is_some_and(|section| !has_class(section, "outcome")),
        text: runs(element),
    }
}

/// What a folded part is called: a heading where it is of a subject or of a group.
fn summary(element: Node<'_, '_>) -> Block {
    let text = runs(element);
    let details = element.parent();
    if details.is_some_and(|details| has_class(details, "subject") || has_class(details, "group")) {
        return Block::Heading {
            level: 2,
            opens_page: false,
            text,
        };
    }
    Block::Paragraph(Role::Label, text)
}

/// A list of terms: facts beside each other where the page shows them so.
fn definitions(element: Node<'_, '_>) -> Block {
    let mut pairs: Vec<(Vec<Inline>, Vec<Inline>)> = Vec::new();
    for child in element.descendants().filter(|node| is(*node, "dt") || is(*node, "dd")) {
        let text = runs(child);
        match pairs.last_mut() {
            Some((_, value)) if is(child, "dd") => {
                if !value.is_empty() {
                    value.push(Inline::Break);
                }
                value.extend(text);
            }
            _ => pairs.push((text, Vec::new())),
        }
    }
    if has_class(element, "facts") {
        Block::Facts(pairs)
    } else {
        Block::Terms(pairs)
    }
}

fn runs(element: Node<'_, '_>) -> Vec<Inline> {
    let mut runs = Runs::default();
    push_runs(element, &mut runs);
    runs.finish()
}

fn flush(runs: &mut Runs, blocks: &mut Vec<Block>) {
    let text = std::mem::take(runs).finish();
    if !text.is_empty() {
        blocks.push(Block::Paragraph(Role::Plain, text));
    }
}

/// Runs of text being read.
#[derive(Debug, Default)]
pub(super) struct Runs {
    taken: Vec<Inline>,
    /// In a cell a new line of the text is one on the page.
    in_cell: bool,
    /// Whether something stands before these runs in their line.
    goes_on: bool,
}

impl Runs {
    /// Runs of a cell.
    pub(super) fn in_cell() -> Self {
        Self {
            in_cell: true,
            ..Self::default()
        }
    }

    fn inside(&self) -> Self {
        Self {
            taken: Vec::new(),
            in_cell: self.in_cell,
            goes_on: !self.starts_line(),
        }
    }

    fn starts_line(&self) -> bool {
        let last = self.taken.iter().rev().find(|run| !matches!(run, Inline::Place(_)));
        last.map_or(!self.goes_on, |last| *last == Inline::Break)
    }

    /// Adds a run; breaks stand neither first nor twice.
    pub(super) fn push(&mut self, run: Inline) {
        if run != Inline::Break || !self.starts_line() {
            self.taken.push(run);
        }
    }

    fn text(&mut self, text: &str) {
        let shorter = records::shorten(text);
        let text = shorter.as_deref().unwrap_or(text);
        let lines: Vec<&str> = if self.in_cell {
            text.trim_matches('\n').split('\n').collect()
        } else {
            vec![text]
        };
        for (place, line) in lines.into_iter().enumerate() {
            if place > 0 {
                self.push(Inline::Break);
            }
            let text = single_blanks(line);
            let text = if self.starts_line() { text.trim_start() } else { &text };
            if !text.is_empty() {
                self.taken.push(Inline::Text(text.to_owned()));
            }
        }
    }

    /// The runs; those that say nothing are no runs.
    pub(super) fn finish(mut self) -> Vec<Inline> {
        while self.taken.last() == Some(&Inline::Break) {
            self.taken.pop();
        }
        let says = !plain_text(&self.taken).is_empty() || self.taken.iter().any(|run| matches!(run, Inline::Place(_)));
        if says { self.taken } else { Vec::new() }
    }
}

/// Blanks of a page: several are one.
fn single_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        // A no-break space is a letter of its own.
        let blank = letter != '\u{a0}' && letter.is_whitespace();
        if !blank {
            out.push(letter);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// The runs in an element.
pub(super) fn push_runs(element: Node<'_, '_>, runs: &mut Runs) {
    for child in element.children() {
        push_run(child, runs);
    }
}

fn push_run(node: Node<'_, '_>, runs: &mut Runs) {
    if let Some(text) = node.text().filter(|_| node.is_text()) {
        runs.text(text);
        return;
    }
    if !node.is_element() || only_on_screen(node) {
        return;
    }
    if let Some(id) = node.attribute("id") {
        runs.push(Inline::Place(id.to_owned()));
    }
    let inner = |runs: &Runs| {
        let mut inner = runs.inside();
        push_runs(node, &mut inner);
        inner.finish()
    };
    match node.tag_name().name() {
        "br" => runs.push(Inline::Break),
        "strong" | "b" => wrap(runs, inner(runs), Inline::Strong),
        "span" if has_class(node, "counted") || has_class(node, "denominator") => {
            wrap(runs, inner(runs), Inline::Strong);
        }
        "span" if has_class(node, "quiet") || has_class(node, "out") => wrap(runs, inner(runs), Inline::Quiet),
        "a" => {
            let target = node.attribute("href").and_then(|target| target.strip_prefix('#'));
            let text = inner(runs);
            match target {
                Some(target) => wrap(runs, text, |text| Inline::Link(target.to_owned(), text)),
                None => text.into_iter().for_each(|run| runs.push(run)),
            }
        }
        "small" => {
            runs.push(Inline::Break);
            wrap(runs, inner(runs), Inline::Quiet);
        }
        // A block in a line stands on a line of its own.
        "div" | "p" | "li" | "ul" | "ol" | "details" | "summary" => {
            runs.push(Inline::Break);
            push_runs(node, runs);
            runs.push(Inline::Break);
        }
        _ => push_runs(node, runs),
    }
}

fn wrap(runs: &mut Runs, inner: Vec<Inline>, form: impl FnOnce(Vec<Inline>) -> Inline) {
    if !inner.is_empty() {
        runs.push(form(inner));
    }
}
