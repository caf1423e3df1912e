//! Rendering of report data: one self-contained HTML file with its figures, and a summary for the terminal.
//!
//! | Task | Start here |
//! |---|---|
//! | HTML file | [`render_html`] |
//! | summary on a terminal | [`render_terminal`] |
//!
//! Numbers arrive as text from [`tercel::report`]; nothing here computes or rounds one.

mod axis;
mod biomarker;
mod board;
mod figures;
mod heat_map;
mod html;
mod kaplan_meier;
mod kinetics;
mod markup;
mod matrix;
mod section;
mod spider;
mod svg;
mod swimmer;
mod terminal;
mod timeline;
mod waterfall;

pub use html::render_html;
pub use terminal::render_terminal;
