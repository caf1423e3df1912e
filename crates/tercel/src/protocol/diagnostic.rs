//! Diagnostics of a protocol file: where, what, and what to write instead.

use std::fmt::{self, Write as _};
use std::ops::Range;

/// One mistake in a protocol file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// File name as the caller gave it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
    /// The line of the file, for the caret picture.
    source_line: String,
    /// How many characters the caret underlines.
    width: usize,
}

impl Diagnostic {
    /// A diagnostic for the bytes `span` of `text`.
    pub(super) fn new(file: &str, text: &str, span: &Range<usize>, message: String, hint: String) -> Self {
        let start = span.start.min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let source_line = text
            .get(line_start..)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let column = text.get(line_start..start).unwrap_or_default().chars().count() + 1;
        let spanned = text.get(start..span.end.min(text.len())).unwrap_or_default();
        let width = spanned.lines().next().unwrap_or_default().chars().count().max(1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column,
            message,
            hint,
            source_line,
            width,
        }
    }
}

impl fmt::Display for Diagnostic {
    /// Several lines with a caret under the place, as compilers print them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let mut picture = String::new();
        writeln!(picture, "{}", self.message)?;
        writeln!(picture, "{gutter}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(picture, "{gutter} |")?;
        writeln!(picture, "{number} | {}", self.source_line)?;
        writeln!(
            picture,
            "{gutter} | {}{}",
            " ".repeat(self.column - 1),
            "^".repeat(self.width)
        )?;
        write!(picture, "{gutter} = write: {}", self.hint)?;
        f.write_str(&picture)
    }
}
