//! Rendering of report data: one self-contained HTML file with its figures, and a summary for the terminal.
//!
//! | Task | Start here |
//! |---|---|
//! | HTML file | [`render_html`] |
//! | findings alone as an HTML file | [`render_findings`] |
//! | summary on a terminal | [`render_terminal`] |
//!
//! Numbers arrive as text from [`tercel::report`]; nothing here computes or rounds one.

mod axis;
mod biomarker;
mod board;
mod contents;
mod figures;
mod findings;
mod heat_map;
mod how;
mod html;
mod kaplan_meier;
mod kinetics;
mod markup;
mod matrix;
mod section;
mod spider;
mod subjects;
mod svg;
mod swimmer;
mod terminal;
mod timeline;
mod waterfall;

pub use findings::{FindingsPage, render_findings};
pub use html::render_html;
pub use terminal::render_terminal;
