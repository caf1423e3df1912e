//! Rendering.
use tercel::report::Report;
/// HTML.
pub fn render_html(_report: &Report) -> String {
    String::new()
}
/// Text.
pub fn render_terminal(_report: &Report, _width: usize) -> String {
    String::new()
}
