//! Rendering of report data: one self-contained HTML file with its figures, and a summary for the terminal.
//!
//! | Task | Start here |
//! |---|---|
//! | HTML file | [`render_html`] |
//! | findings alone as an HTML file | [`render_findings`] |
//! | summary on a terminal | [`render_terminal`] |
//!
//! Numbers arrive as text from [`tercel::report`]; nothing here computes or rounds one.

mod board;
mod contents;
mod findings;
mod how;
mod html;
mod kaplan_meier;
mod markup;
mod matrix;
mod section;
mod subjects;
mod svg;
mod swimmer;
mod terminal;

pub use findings::{FindingsPage, render_findings};
pub use html::render_html;
pub use terminal::render_terminal;
