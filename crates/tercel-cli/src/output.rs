//! What a command prints: one JSON document, or text for a person.

use std::io::{self, Write};

use serde_json::Value;

/// Where and how to print the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Print JSON instead of text.
    pub(crate) json: bool,
}

impl Output {
    /// Prints `json` or `text`, whichever was asked for. A closed pipe is not an error.
    pub(crate) fn print(self, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        let document = if self.json {
            serde_json::to_string_pretty(&json())?
        } else {
            text()
        };
        self.print_document(document)
    }

    /// Prints a document as it is. A closed pipe is not an error.
    #[expect(
        clippy::unused_self,
        reason = "printing goes through the output, so that it stands in one place"
    )]
    pub(crate) fn print_document(self, mut document: String) -> anyhow::Result<()> {
        if !document.ends_with('\n') {
            document.push('\n');
        }
        match io::stdout().lock().write_all(document.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// A number for JSON; a number that does not exist is `null`, never 0.
pub(crate) fn number(value: Option<f64>) -> Value {
    value.filter(|value| value.is_finite()).map_or(Value::Null, Value::from)
}
