//! The mistakes of one protocol file, collected while it is read.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{Diagnostic, Key};

/// The mistakes found so far in one file.
#[derive(Debug)]
pub(super) struct Log<'a> {
    file: &'a str,
    text: &'a str,
    found: RefCell<Vec<Diagnostic>>,
    /// Lines with a syntax mistake: what the rest of them says is a guess.
    broken_lines: BTreeSet<usize>,
    /// Paths reported as missing, so that nothing else reports them again.
    missing: RefCell<BTreeSet<String>>,
    /// What is asked of the file, where that is what is wanted instead of its mistakes.
    asked: Option<RefCell<Vec<Key>>>,
}

impl<'a> Log<'a> {
    /// A log that holds the syntax mistakes of the file.
    pub(super) fn new(file: &'a str, text: &'a str, errors: &[toml::de::Error]) -> Self {
        let diagnostic = |error: &toml::de::Error| {
            let message = error.message();
            let hint = if message.contains("duplicate key") {
                "this key once in its section; remove one of the two"
            } else if message.contains("invalid date") {
                "a day of the calendar, year-month-day: 2025-01-31"
            } else {
                "TOML: key = value, text in \"quotes\", and [section] or [[repeated section]] on a line of its own"
            };
            let span = error.span().unwrap_or(0..0);
            Diagnostic::new(file, text, &span, message.to_owned(), hint.to_owned())
        };
        let found: Vec<Diagnostic> = errors.iter().map(diagnostic).collect();
        Self {
            file,
            text,
            broken_lines: found.iter().map(|diagnostic| diagnostic.line).collect(),
            found: RefCell::new(found),
            missing: RefCell::default(),
            asked: None,
        }
    }

    /// A log that writes down every key that is asked for.
    pub(super) fn listening() -> Self {
        Self {
            asked: Some(RefCell::default()),
            ..Self::new("", "", &[])
        }
    }

    /// Whether keys that are asked for are written down.
    pub(super) fn listens(&self) -> bool {
        self.asked.is_some()
    }

    /// Writes down a key, once.
    pub(super) fn hear(&self, key: impl FnOnce() -> Key) {
        let Some(asked) = &self.asked else { return };
        let key = key();
        let mut asked = asked.borrow_mut();
        if !asked.iter().any(|known| known.path == key.path) {
            asked.push(key);
        }
    }

    /// The keys that were asked for, in the order of asking.
    pub(super) fn into_keys(self) -> Vec<Key> {
        self.asked.map(RefCell::into_inner).unwrap_or_default()
    }

    pub(super) fn add(&self, span: &Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        let diagnostic = Diagnostic::new(self.file, self.text, span, message.into(), hint.into());
        // Past a syntax mistake a value may be what the parser made up, which stands nowhere in the file.
        let guessed = !self.broken_lines.is_empty() && span.is_empty();
        if !guessed && !self.broken_lines.contains(&diagnostic.line) {
            self.found.borrow_mut().push(diagnostic);
        }
    }

    /// As [`Self::add`], for something that is not there: after a syntax mistake it may only be unreadable.
    pub(super) fn add_missing(&self, span: &Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        if self.broken_lines.is_empty() {
            self.add(span, message, hint);
        }
    }

    pub(super) fn mark_missing(&self, path: String) {
        self.missing.borrow_mut().insert(path);
    }

    /// Whether `path`, or the section it is in, has been reported as missing.
    pub(super) fn is_missing(&self, path: &str) -> bool {
        let covers = |missing: &String| {
            path.strip_prefix(missing.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.missing.borrow().iter().any(covers)
    }

    /// All mistakes in file order.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        found.dedup();
        found
    }
}
