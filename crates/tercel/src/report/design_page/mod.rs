//! Pages about designs as data: pathways, a comparison of designs, and the description of one for a protocol.
//!
//! | Task | Start here |
//! |---|---|
//! | the pathways of a design | [`pathways_page`], [`PathFigure`] |
//! | designs side by side | [`comparison_page`] |
//! | a design described for a protocol | [`description_page`] |

mod comparison;
mod description;
mod how;
mod options;
mod paths;
mod tables;

pub use comparison::{Compared, Comparison, RANDOM_CURVES, comparison_page};
pub use description::{Description, description_page};
pub use how::{How, conduct_rules, how_it_decides, late_conduct_rules};
pub use options::options_used;
pub use paths::{PathFigure, PathKind, PathNode, pathways_page};
pub use tables::{correct_rule, decision_table, levels_table, measures_table, scenario_table};

/// A page: what it is about, then its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Title.
    pub title: String,
    /// What it is about, as name and value.
    pub facts: Vec<(String, String)>,
    /// Parts in order.
    pub parts: Vec<Part>,
}

/// A part of a page under its heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Anchor, letters and underscores.
    pub id: String,
    /// Heading.
    pub heading: String,
    /// Whether it begins a new page in print.
    pub new_page: bool,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A block of a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A formula in the notation of TeX.
    Formula(&'static str),
    /// A table.
    Table(TextTable),
    /// Shares as bars.
    Bars(BarGrid),
    /// Pathways.
    Paths(PathFigure),
    /// References: key and citation.
    References(Vec<(&'static str, &'static str)>),
}

/// A table of texts; the first cell of a row is its heading, the others are numbers unless `words` says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTable {
    /// What it shows.
    pub title: String,
    /// Column headings.
    pub head: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
    /// Whether the cells hold words, which begin at the left.
    pub words: bool,
}

/// Shares as bars, a row for each design and a column for each curve.
#[derive(Debug, Clone, PartialEq)]
pub struct BarGrid {
    /// Anchor, letters and underscores.
    pub id: &'static str,
    /// What it shows.
    pub title: String,
    /// The same for readers who do not see it.
    pub description: String,
    /// Whether large values are bad.
    pub harm: bool,
    /// Curves.
    pub columns: Vec<String>,
    /// Designs with a share for each curve.
    pub rows: Vec<(String, Vec<f64>)>,
}

/// A share in percent with one decimal and no sign: `7.6`.
fn percent(share: f64) -> String {
    super::number::percent_digits(share)
}

/// Texts of a row.
fn cells(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
