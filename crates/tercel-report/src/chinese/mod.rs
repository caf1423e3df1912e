//! The report in Chinese.
//!
//! The report is made once, in English. Its page is then read text by text, and each is looked up in the catalogue whose
//! keys are the English texts. A text that is not in it stays as it is: so does what the study's people wrote, what the
//! registry record says, and every number.

mod catalogue;

use std::sync::LazyLock;

use tercel::language::{Language, Words};

use crate::markup::escape_into;
use catalogue::{Catalogue, Reader};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::of_report);

/// Attributes that a person reads or hears.
const READ: [&str; 4] = [" aria-label=\"", " title=\"", " placeholder=\"", " data-label=\""];

/// Elements whose text is no language.
const NOT_READ: [&str; 5] = ["<style", "<script", "<code", "<math", "<cite"];

/// Markup of this crate in a language; what it says that is `said` elsewhere in both is taken from there.
pub(crate) fn in_language(markup: String, language: Language, said: &[Words]) -> String {
    match language {
        Language::English => markup,
        Language::Chinese => in_chinese(&markup, said),
    }
}

fn in_chinese(markup: &str, said: &[Words]) -> String {
    let mut page = Page {
        out: String::with_capacity(markup.len()),
        reader: Reader::new(
            &CATALOGUE,
            said.iter()
                .map(|words| (words.en.as_str(), words.zh.as_str()))
                .collect(),
        ),
    };
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        page.text(text);
        // An attribute has no `>` of its own: it is escaped.
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        page.tag(tag);
        rest = after;
        let raw = NOT_READ.iter().find(|name| tag.starts_with(**name));
        if let Some(end) = raw.and_then(|name| after.find(&name.replace('<', "</"))) {
            let (content, after) = after.split_at(end);
            page.out.push_str(content);
            rest = after;
        }
    }
    page.text(rest);
    page.out
}

struct Page<'page> {
    out: String,
    reader: Reader<'page>,
}

impl Page<'_> {
    fn tag(&mut self, tag: &str) {
        let mut rest = tag;
        loop {
            let found = READ.iter().filter_map(|name| Some(rest.find(name)? + name.len()));
            let Some(start) = found.min() else { break };
            let (before, value) = rest.split_at(start);
            let end = value.find('"').unwrap_or(value.len());
            let (value, after) = value.split_at(end);
            self.out.push_str(before);
            self.text(value);
            rest = after;
        }
        self.out.push_str(rest);
    }

    fn text(&mut self, escaped: &str) {
        match self.in_chinese(escaped) {
            // Between a Chinese text and its neighbour stands no blank.
            Some(chinese) => escape_into(&mut self.out, &chinese),
            // What is said of a name before it, in the words of the study.
            None => match escaped.strip_prefix(": ") {
                Some(said) => {
                    self.out.push('：');
                    self.text(said);
                }
                None => self.out.push_str(escaped),
            },
        }
    }

    fn in_chinese(&mut self, escaped: &str) -> Option<String> {
        let text = plain(escaped.trim());
        if text.contains(|letter: char| letter.is_ascii_alphabetic()) {
            self.reader.look_up(&text)
        } else {
            // Numbers stay; the end of a sentence is that of a Chinese one.
            CATALOGUE.whole(&text).map(str::to_owned)
        }
    }
}

/// A text without the escapes of markup.
fn plain(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let escapes = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    escapes
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
