//! Walks a TOML document with its spans and collects every mistake in one pass.
//!
//! A [`Section`] is one table: each accessor marks its key as known, so that [`Section::finish`] can name the keys
//! that nothing reads.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::letters::Letters;
use super::log::Log;
use super::{Key, KeyKind};

/// One table of the file.
#[derive(Debug, Clone)]
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    /// Dotted path from the root, for messages and assumption ids.
    path: String,
    span: Range<usize>,
    log: &'a Log<'a>,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn root(table: &'a DeTable<'a>, log: &'a Log<'a>) -> Self {
        Self {
            table,
            path: String::new(),
            span: 0..0,
            log,
            known: RefCell::default(),
        }
    }

    /// Where this table stands.
    pub(super) fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// Where the value of `key` stands; the table's own place where the key is absent.
    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    pub(super) fn log(&self) -> &'a Log<'a> {
        self.log
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().insert(key);
        self.table.get(key)
    }

    /// Writes down what is asked, where the log listens.
    fn ask(&self, key: &str, kind: impl FnOnce() -> KeyKind, required: bool, example: &str) {
        self.log.hear(|| Key {
            path: self.join(key),
            kind: kind(),
            required,
            example: example.to_owned(),
        });
    }

    fn required(&self, key: &'static str, example: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let value = self.value(key);
        if value.is_none() {
            let path = self.join(key);
            let message = format!("`{path}` is missing");
            self.log.add_missing(&self.span, message, format!("{key} = {example}"));
            self.log.mark_missing(path);
        }
        value
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str, example: &str) {
        let message = format!(
            "`{}` must be {expected}, found {}",
            self.join(key),
            found(value.get_ref())
        );
        self.log.add(&value.span(), message, format!("{key} = {example}"));
    }

    /// A text that must be there and not be blank.
    pub(super) fn text(&self, key: &'static str, example: &str) -> Option<String> {
        self.ask(key, || KeyKind::Text, true, example);
        let value = self.required(key, example)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            DeValue::String(_) => {
                self.log.add(
                    &value.span(),
                    format!("`{}` is blank", self.join(key)),
                    format!("{key} = {example}"),
                );
                None
            }
            _ => {
                self.wrong(key, value, "text in quotes", example);
                None
            }
        }
    }

    /// A text that may be absent.
    pub(super) fn optional_text(&self, key: &'static str) -> Option<String> {
        self.ask(key, || KeyKind::Text, false, "");
        self.value(key)?;
        self.text(key, "\"…\"")
    }

    /// A code of letters that may be absent, and what it is a code of.
    pub(super) fn optional_code(&self, key: &'static str, letters: &Letters) -> Option<String> {
        let code = self.optional_text(key)?;
        if code.len() == letters.count && code.bytes().all(|letter| (letters.fit)(&letter)) {
            return Some(code);
        }
        let message = format!("\"{code}\" is not {}", letters.what);
        let hint = format!("{key} = {}", letters.example);
        self.log.add(&self.span_of(key), message, hint);
        None
    }

    /// A finite number in `range`.
    pub(super) fn number(&self, key: &'static str, range: RangeInclusive<f64>, example: &str) -> Option<f64> {
        self.ask(key, || KeyKind::Number(*range.start(), *range.end()), true, example);
        let value = self.required(key, example)?;
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(|n| n as f64),
            _ => None,
        };
        let Some(number) = number.filter(|number| number.is_finite()) else {
            self.wrong(key, value, "a finite number without quotes", example);
            return None;
        };
        if !range.contains(&number) {
            let (path, number, low, high) = (
                self.join(key),
                short(number),
                short(*range.start()),
                short(*range.end()),
            );
            let message = format!("`{path}` is {number}, outside {low} to {high}");
            self.log.add(&value.span(), message, format!("{key} = {example}"));
            return None;
        }
        Some(number)
    }

    /// A finite number in `range` that may be absent.
    pub(super) fn optional_number(&self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        self.ask(key, || KeyKind::Number(*range.start(), *range.end()), false, "");
        self.value(key)?;
        let example = format!("{}", range.start());
        self.number(key, range, &example)
    }

    /// A whole number in `range`.
    pub(super) fn integer(&self, key: &'static str, range: RangeInclusive<u32>, example: &str) -> Option<u32> {
        self.ask(key, || KeyKind::Integer(*range.start(), *range.end()), true, example);
        let value = self.required(key, example)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        let Some(number) = number else {
            self.wrong(key, value, "a whole number", example);
            return None;
        };
        match u32::try_from(number) {
            Ok(number) if range.contains(&number) => Some(number),
            Ok(_) | Err(_) => {
                let message = format!(
                    "`{}` is {number}, outside {} to {}",
                    self.join(key),
                    range.start(),
                    range.end()
                );
                self.log.add(&value.span(), message, format!("{key} = {example}"));
                None
            }
        }
    }

    /// A whole number that may be absent.
    pub(super) fn optional_integer(&self, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        self.ask(key, || KeyKind::Integer(*range.start(), *range.end()), false, "");
        self.value(key)?;
        let example = range.start().to_string();
        self.integer(key, range, &example)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &'static str, example: &str) -> Option<bool> {
        self.ask(key, || KeyKind::Flag, true, example);
        let value = self.required(key, example)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.wrong(key, value, "true or false", example);
        None
    }

    /// `true` or `false`, or absent.
    pub(super) fn optional_flag(&self, key: &'static str) -> Option<bool> {
        self.ask(key, || KeyKind::Flag, false, "");
        self.value(key)?;
        self.flag(key, "true")
    }

    /// A calendar date.
    pub(super) fn date(&self, key: &'static str, example: &str) -> Option<Date> {
        self.ask(key, || KeyKind::Date, true, example);
        let value = self.required(key, example)?;
        let date = match value.get_ref() {
            DeValue::Datetime(datetime) => datetime.date.and_then(|date| {
                let year = i16::try_from(date.year).ok()?;
                Date::new(year, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
            }),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        };
        if date.is_none() {
            self.wrong(key, value, "a calendar date", example);
        }
        date
    }

    /// One of the named choices.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.ask(key, || KeyKind::Choice(names_of(choices)), true, "");
        let example = choices
            .first()
            .map(|(name, _)| format!("\"{name}\""))
            .unwrap_or_default();
        let text = self.text(key, &example)?;
        let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text));
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let hint = match nearest(&text, &names) {
                Some(name) => format!("{key} = \"{name}\""),
                None => format!("{key} = one of \"{}\"", names.join("\", \"")),
            };
            self.log.add(
                &self.span_of(key),
                format!("`{}` is no {key}: \"{text}\"", self.join(key)),
                hint,
            );
        }
        found.map(|(_, value)| *value)
    }

    /// One of the named choices, or absent.
    pub(super) fn optional_choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.ask(key, || KeyKind::Choice(names_of(choices)), false, "");
        self.value(key)?;
        self.choice(key, choices)
    }

    /// A list of numbers in `range`; an absent list is empty.
    pub(super) fn numbers(&self, key: &'static str, range: RangeInclusive<f64>, example: &str) -> Option<Vec<f64>> {
        self.ask(key, || KeyKind::Numbers(*range.start(), *range.end()), false, example);
        let each = format!("a number from {} to {}", range.start(), range.end());
        self.list(key, "a list of numbers", &each, example, |value| {
            let number = match value {
                DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                    .ok()
                    .map(|n| n as f64),
                DeValue::Float(float) => float.as_str().parse().ok(),
                _ => None,
            };
            number.filter(|number| range.contains(number))
        })
    }

    /// A list of texts; an absent list is empty.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        self.ask(key, || KeyKind::Texts(Vec::new()), false, "");
        self.list(
            key,
            "a list of texts",
            "text in quotes",
            "[\"…\"]",
            |value| match value {
                DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
                _ => None,
            },
        )
    }

    /// A list of texts, each of which should be one of `known`; an absent list is empty. Whether each is known is for the
    /// caller to say, who can say it better.
    pub(super) fn texts_among(&self, key: &'static str, known: &[&str]) -> Option<Vec<String>> {
        let list = || known.iter().map(|name| (*name).to_owned()).collect();
        self.ask(key, || KeyKind::Texts(list()), false, "");
        self.texts(key)
    }

    /// A list of at least one text.
    pub(super) fn some_texts(&self, key: &'static str, example: &str) -> Option<Vec<String>> {
        self.ask(key, || KeyKind::Texts(Vec::new()), true, example);
        let value = self.required(key, example)?;
        let texts = self.texts(key)?;
        if texts.is_empty() {
            let message = format!("`{}` is empty", self.join(key));
            self.log.add(&value.span(), message, format!("{key} = {example}"));
            return None;
        }
        Some(texts)
    }

    /// A list of whole numbers in `range`, ascending; an absent list is empty.
    pub(super) fn ascending(&self, key: &'static str, range: RangeInclusive<u32>, example: &str) -> Option<Vec<u32>> {
        self.ask(key, || KeyKind::Integers(*range.start(), *range.end()), false, example);
        let each = format!("a whole number from {} to {}", range.start(), range.end());
        let numbers = self.list(key, "a list of whole numbers", &each, example, |value| match value {
            DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .filter(|number| range.contains(number)),
            _ => None,
        })?;
        if !numbers.is_sorted_by(|left, right| left < right) {
            let message = format!("the numbers of `{}` do not ascend", self.join(key));
            self.log.add(&self.span_of(key), message, format!("{key} = {example}"));
            return None;
        }
        Some(numbers)
    }

    fn list<T>(
        &self,
        key: &'static str,
        expected: &str,
        each: &str,
        example: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(value) = self.value(key) else {
            return Some(Vec::new());
        };
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong(key, value, expected, example);
            return None;
        };
        let mut list = Vec::new();
        for item in array {
            if let Some(read) = read(item.get_ref()) {
                list.push(read);
            } else {
                let found = found(item.get_ref());
                let message = format!("each of `{}` must be {each}, found {found}", self.join(key));
                self.log.add(&item.span(), message, format!("{key} = {example}"));
            }
        }
        (list.len() == array.len()).then_some(list)
    }

    /// A table that must be there.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        self.ask(key, || KeyKind::Section, true, "");
        if self.log.listens() {
            return Some(self.child(key, self.table, 0..0));
        }
        let Some(value) = self.value(key) else {
            let path = self.join(key);
            let message = format!("the section [{path}] is missing");
            self.log.add_missing(&self.span, message, format!("[{path}]"));
            self.log.mark_missing(path);
            return None;
        };
        self.table_of(key, value)
    }

    /// A table that may be absent.
    pub(super) fn optional_section(&self, key: &'static str) -> Option<Section<'a>> {
        self.ask(key, || KeyKind::Section, false, "");
        if self.log.listens() {
            return Some(self.child(key, self.table, 0..0));
        }
        self.table_of(key, self.value(key)?)
    }

    fn table_of(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Section<'a>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(self.child(key, table, value.span()));
        }
        let path = self.join(key);
        let message = format!("`{path}` must be a section, found {}", found(value.get_ref()));
        self.log
            .add(&value.span(), message, format!("[{path}] on a line of its own"));
        self.log.mark_missing(path);
        None
    }

    /// The tables of an array of tables; an absent array is empty.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'a>> {
        self.ask(key, || KeyKind::Sections, false, "");
        if self.log.listens() {
            return vec![self.child(key, self.table, 0..0)];
        }
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let tables = match value.get_ref() {
            DeValue::Array(array) => self.tables(key, array),
            _ => None,
        };
        tables.unwrap_or_else(|| {
            let path = self.join(key);
            let message = format!("`{path}` must be a repeated section, found {}", found(value.get_ref()));
            self.log
                .add(&value.span(), message, format!("[[{path}]] on a line of its own"));
            Vec::new()
        })
    }

    fn tables(&self, key: &str, array: &'a DeArray<'a>) -> Option<Vec<Section<'a>>> {
        let read = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::Table(table) => Some(self.child(key, table, item.span())),
            _ => None,
        };
        array.iter().map(read).collect()
    }

    fn child(&self, key: &str, table: &'a DeTable<'a>, span: Range<usize>) -> Section<'a> {
        Section {
            table,
            path: self.join(key),
            span,
            log: self.log,
            known: RefCell::default(),
        }
    }

    /// Names every key that no accessor asked for, with the nearest known one.
    pub(super) fn finish(&self) {
        let known: Vec<&str> = self.known.borrow().iter().copied().collect();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let hint = match nearest(name, &known) {
                    Some(near) => format!("`{near}`, or remove it"),
                    None => format!("one of {}, or remove it", known.join(", ")),
                };
                self.log
                    .add(&key.span(), format!("nothing reads `{}`", self.join(name)), hint);
            }
        }
    }

    /// Whether the file has a list of at least one element at this dotted path of two keys.
    pub(super) fn has_texts(&self, path: &str) -> bool {
        let value = path
            .split_once('.')
            .and_then(|(section, key)| match self.table.get(section)?.get_ref() {
                DeValue::Table(table) => table.get(key),
                _ => None,
            });
        matches!(value.map(Spanned::get_ref), Some(DeValue::Array(array)) if !array.is_empty())
    }

    /// Where the value at this dotted path below this table stands (of several in an array, the first).
    pub(super) fn span_at(&self, path: &str) -> Option<Range<usize>> {
        fn walk(value: &Spanned<DeValue<'_>>, rest: Option<&str>) -> Option<Range<usize>> {
            match (value.get_ref(), rest) {
                (DeValue::Array(array), _) if array.iter().any(|item| matches!(item.get_ref(), DeValue::Table(_))) => {
                    array.iter().find_map(|item| walk(item, rest))
                }
                (_, None) => Some(value.span()),
                (DeValue::Table(table), Some(rest)) => descend(table, rest),
                (_, Some(_)) => None,
            }
        }
        fn descend(table: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
            let (key, rest) = path
                .split_once('.')
                .map_or((path, None), |(key, rest)| (key, Some(rest)));
            walk(table.get(key)?, rest)
        }
        descend(self.table, path)
    }
}

fn names_of<T>(choices: &[(&str, T)]) -> Vec<String> {
    choices.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Reports each section whose text `key` an earlier one of `sections` has.
pub(super) fn check_unique(sections: &[Section<'_>], key: &str) {
    let text = |section: &Section<'_>| match section.table.get(key).map(Spanned::get_ref) {
        Some(DeValue::String(text)) => Some(text.to_string()),
        _ => None,
    };
    let mut seen = BTreeSet::new();
    for section in sections {
        let Some(text) = text(section) else { continue };
        if seen.contains(&text) {
            let message = format!("two `{}` have the {key} \"{text}\"", section.path);
            section
                .log
                .add(&section.span_of(key), message, format!("another {key}"));
        }
        seen.insert(text);
    }
}

/// A number for messages: powers of ten where the digits could not be counted.
fn short(number: f64) -> String {
    if number.abs() < 1e6 {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// What a value is, for messages: small values as written, others by type.
fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.trim().is_empty() => "blank text".to_owned(),
        DeValue::String(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(integer) if integer.radix() == 10 => format!("the number {}", integer.as_str()),
        DeValue::Integer(_) => "a number".to_owned(),
        DeValue::Float(float) => format!("the number {}", float.as_str()),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a section".to_owned(),
    }
}

/// The candidate closest to `word`, if it is close enough to be meant.
pub(super) fn nearest<'n>(word: &str, candidates: &[&'n str]) -> Option<&'n str> {
    let distance = |candidate: &&'n str| edit_distance(&word.to_lowercase(), &candidate.to_lowercase());
    let best = candidates.iter().copied().min_by_key(|candidate| distance(candidate))?;
    (distance(&best) <= word.chars().count().max(3) / 3).then_some(best)
}

/// Levenshtein distance in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().enumerate() {
        let mut diagonal = index;
        let mut previous = index + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&right) {
            let substitution = diagonal + usize::from(from != *to);
            diagonal = *cell;
            *cell = substitution.min(diagonal + 1).min(previous + 1);
            previous = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
