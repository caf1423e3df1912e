//! A page as what it says: headings, paragraphs, tables and figures in their order, for writers of other formats.
//!
//! What only a screen needs (buttons, search, the way back, rules that open over a table) is left out, and what a screen
//! folds away is open, lists of records as ranges. Tables are numbered in the order of the page, so that every format calls a table by the same number.
//!
//! | Task | Start here |
//! |---|---|
//! | read a page | [`read_page`] |
//! | put one together, and have it as HTML | [`PageBuilder`], [`render_page`](crate::render_page) |
//! | its tables as a file to edit | [`write_tables`](crate::write_tables) |

mod build;
mod cell;
mod formula;
mod read;
mod records;

pub use build::PageBuilder;
pub use cell::Slot;
pub use read::read_page;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Title of the document.
    pub title: String,
    /// Tag of its language (`en`).
    pub language: String,
    /// What is said over every part, such as that the data are synthetic.
    pub banner: Option<String>,
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

/// What a document says beside its page: on every sheet, and about itself.
#[derive(Debug, Clone, Copy)]
pub struct Running<'r> {
    /// Top left on every sheet: the study.
    pub study: &'r str,
    /// Bottom left on every sheet: what the document is.
    pub document: &'r str,
    /// Top right on every sheet: the data cut.
    pub cut: &'r str,
    /// Date of the document: year, month, day.
    pub date: Option<(i16, i8, i8)>,
    /// The program and its version.
    pub software: &'r str,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title as it stands on the page.
    Title(Vec<Inline>),
    /// A heading: 1 of a section, 2 below it, 3 of one subject.
    Heading {
        /// 1 to 3.
        level: u8,
        /// Whether what it heads begins a page.
        opens_page: bool,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph(Role, Vec<Inline>),
    /// A list; numbered or not.
    List {
        /// Whether its items are numbered.
        numbered: bool,
        /// Its items.
        items: Vec<Vec<Inline>>,
    },
    /// Facts beside each other: name and value.
    Facts(Vec<(Vec<Inline>, Vec<Inline>)>),
    /// Terms below each other, each with its text.
    Terms(Vec<(Vec<Inline>, Vec<Inline>)>),
    /// Parts that belong together.
    Framed(Vec<Block>),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(Figure),
    /// A formula on a line of its own.
    Formula {
        /// Its notation in words of TeX, for who does not see it.
        notation: String,
        /// What it is made of.
        parts: Vec<Formula>,
    },
    /// A place that links lead to.
    Place(String),
}

/// What a paragraph is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Text.
    Plain,
    /// What somebody must see.
    Attention,
    /// What was decided.
    Action,
    /// A remark of less weight.
    Quiet,
    /// What a folded part was called.
    Label,
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// A text; blanks are single.
    Text(String),
    /// A text of weight.
    Strong(Vec<Inline>),
    /// A text of less weight.
    Quiet(Vec<Inline>),
    /// Something that leads to a [`Block::Place`] or [`Inline::Place`].
    Link(String, Vec<Inline>),
    /// A new line.
    Break,
    /// A place that links lead to.
    Place(String),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its number on the page, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Classes of the page, which say what kind of table it is.
    pub class: String,
    /// Number of columns.
    pub columns: usize,
    /// Rows that head every page.
    pub head: Vec<Row>,
    /// The other rows.
    pub body: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whether a group of rows begins here.
    pub opens_group: bool,
    /// Classes of the page (`group`, `soc`, `overall`).
    pub class: String,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Whether it heads its row or column.
    pub heads: bool,
    /// Columns it covers.
    pub columns: usize,
    /// Rows it covers.
    pub rows: usize,
    /// Classes of the page (`nowrap`, `term`, `overall`).
    pub class: String,
    /// Its text.
    pub text: Vec<Inline>,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its number on the page, from 1.
    pub number: usize,
    /// Its caption.
    pub caption: Vec<Inline>,
    /// The figure as an SVG file.
    pub svg: String,
    /// What it shows, for who does not see it.
    pub description: String,
    /// Width and height in the figure's own unit.
    pub extent: (u32, u32),
}

/// A part of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// A name.
    Name(String),
    /// A number.
    Number(String),
    /// A sign between others.
    Sign(String),
    /// Words.
    Words(String),
    /// A narrow space.
    Space,
    /// One over the other.
    Fraction(Vec<Formula>, Vec<Formula>),
    /// A part with what stands below and above it.
    Scripts {
        /// The part.
        base: Vec<Formula>,
        /// What stands below.
        below: Vec<Formula>,
        /// What stands above.
        above: Vec<Formula>,
    },
}

/// The text without its form; a new line is a blank.
pub fn plain_text(text: &[Inline]) -> String {
    let mut out = String::new();
    append_text(text, &mut out);
    out.trim().to_owned()
}

fn append_text(text: &[Inline], out: &mut String) {
    for run in text {
        match run {
            Inline::Text(text) => out.push_str(text),
            Inline::Strong(inner) | Inline::Quiet(inner) | Inline::Link(_, inner) => append_text(inner, out),
            Inline::Break => out.push(' '),
            Inline::Place(_) => {}
        }
    }
}
