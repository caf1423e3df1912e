//! What stands between words that a page puts together, as each language writes it.

use std::fmt::Display;

use tercel::language::{Language, Text};

/// Between a name and what is said of it.
pub(crate) const COLON: Text = Text::new(": ", "：");
/// Between parts of a sentence.
pub(crate) const COMMA: Text = Text::new(", ", "，");
/// Between the members of a list.
pub(crate) const LISTED: Text = Text::new(", ", "、");

/// A text in brackets, with the blank before them that English has.
pub(crate) fn bracketed(text: impl Display, language: Language) -> String {
    match language {
        Language::English => format!(" ({text})"),
        Language::Chinese => format!("（{text}）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template that writes `: ` or ` (` between two of its values writes it on Chinese pages too.
    #[test]
    fn templates_leave_punctuation_between_values_to_the_language() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            for written in ["}}: {{", "}}:</", "}} ({{", "}}, {{", ") }}: <"] {
                assert!(!text.contains(written), "{}: {written}", path.display());
            }
        }
        assert_eq!(bracketed(3, Language::Chinese), "（3）");
        assert_eq!(bracketed(3, Language::English), " (3)");
    }
}
