//! Puts a page together part by part.

use super::{Block, Cell, Inline, Page, Role, Row, Table};

/// A page being written.
#[derive(Debug)]
pub struct PageBuilder {
    page: Page,
    tables: usize,
}

impl PageBuilder {
    /// A page with its title, in English.
    pub fn new(title: &str, banner: Option<&str>) -> Self {
        let heading = Block::Title(vec![Inline::Text(title.to_owned())]);
        Self {
            page: Page {
                title: title.to_owned(),
                language: "en".to_owned(),
                banner: banner.map(str::to_owned),
                blocks: vec![heading],
            },
            tables: 0,
        }
    }

    /// Facts below the title.
    pub fn facts(&mut self, facts: &[(&str, String)]) {
        let pair = |(name, value): &(&str, String)| (text(name), text(value));
        self.page.blocks.push(Block::Facts(facts.iter().map(pair).collect()));
    }

    /// Terms, each with its text.
    pub fn terms(&mut self, terms: &[(&str, String)]) {
        let pair = |(name, value): &(&str, String)| (text(name), text(value));
        self.page.blocks.push(Block::Terms(terms.iter().map(pair).collect()));
    }

    /// A heading: 1 of a section, 2 below it.
    pub fn heading(&mut self, level: u8, words: &str) {
        self.page.blocks.push(Block::Heading {
            level,
            opens_page: level == 1,
            text: text(words),
        });
    }

    /// A place that links lead to: after the heading of a section, the section.
    pub fn place(&mut self, name: &str) {
        self.page.blocks.push(Block::Place(name.to_owned()));
    }

    /// A paragraph; nothing where it has no words.
    pub fn paragraph(&mut self, role: Role, words: &str) {
        if !words.is_empty() {
            self.page.blocks.push(Block::Paragraph(role, text(words)));
        }
    }

    /// A list; nothing where it is empty.
    pub fn list(&mut self, items: &[String]) {
        if !items.is_empty() {
            self.page.blocks.push(Block::List {
                numbered: false,
                items: items.iter().map(|item| text(item)).collect(),
            });
        }
    }

    /// A table of texts; the first cell of a row names it. Nothing where it has no rows.
    pub fn table(&mut self, title: &str, head: &[&str], rows: &[Vec<String>]) {
        self.table_of_class("", title, head, rows);
    }

    /// The same of a class of the style.
    pub fn table_of_class(&mut self, class: &str, title: &str, head: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.tables += 1;
        let cell = |words: &str, heads: bool| Cell {
            heads,
            columns: 1,
            rows: 1,
            class: String::new(),
            text: text(words),
        };
        let row = |cells: Vec<Cell>, opens_group: bool| Row {
            opens_group,
            class: String::new(),
            cells,
        };
        let body = rows.iter().enumerate().map(|(place, cells)| {
            let cells = cells.iter().enumerate();
            row(
                cells.map(|(column, words)| cell(words, column == 0)).collect(),
                place == 0,
            )
        });
        self.page.blocks.push(Block::Table(Table {
            number: self.tables,
            title: title.to_owned(),
            class: class.to_owned(),
            columns: head.len(),
            head: vec![row(head.iter().map(|words| cell(words, true)).collect(), true)],
            body: body.collect(),
        }));
    }

    /// The page.
    pub fn finish(self) -> Page {
        self.page
    }
}

/// A text whose lines stand below each other.
fn text(words: &str) -> Vec<Inline> {
    let mut runs = Vec::new();
    for (place, line) in words.trim().lines().enumerate() {
        if place > 0 {
            runs.push(Inline::Break);
        }
        if !line.is_empty() {
            runs.push(Inline::Text(line.to_owned()));
        }
    }
    runs
}
