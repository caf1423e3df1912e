//! How a page becomes a document.

use tercel_report::printed::Running;

/// What a document says on every page, and how it is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'l> {
    /// What stands on every page.
    pub running: Running<'l>,
    /// Heading of the table of contents.
    pub contents: &'l str,
    /// Whether pages lie on their long side.
    pub landscape: bool,
    /// Whether the contents have a page of their own and sections begin one.
    pub long: bool,
}

/// A4 in points, and the margins of `template.typ`.
const PAGE: (f64, f64) = (595.28, 841.89);
const MARGIN_X: f64 = 2.0 * 15.0 * MILLIMETRE;
const MARGIN_Y: f64 = (20.0 + 17.0) * MILLIMETRE;
const MILLIMETRE: f64 = 72.0 / 25.4;

impl Layout<'_> {
    /// Width and height that text may take, in points.
    pub(crate) fn room(&self) -> (f64, f64) {
        let (width, height) = if self.landscape { (PAGE.1, PAGE.0) } else { PAGE };
        (width - MARGIN_X, height - MARGIN_Y)
    }
}
