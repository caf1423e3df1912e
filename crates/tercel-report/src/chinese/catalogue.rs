//! The catalogue: an English text with the places of its values, and the Chinese one under it.
//!
//! ```text
//! Shown are the first {1} of {2}.
//!     所示为{2}中的前{1}。
//! ```
//!
//! `{1}` is a text that is itself looked up, `{#1}` a number with its signs, `{=1}` a text that stays as it is, unless an
//! entry without places is that text. Of the entries that fit a text, the one with the most letters of its own is taken, but
//! one with several parts of a list, or several sentences, in one place comes after all others. An entry whose `{1}` is not
//! known in Chinese does not fit: no sentence stands half in one language and half in the other.

use std::collections::HashMap;

/// Every entry, as the file has them.
const TEXTS: [&str; 4] = [
    include_str!("words.txt"),
    include_str!("safety.txt"),
    include_str!("efficacy.txt"),
    include_str!("report.txt"),
];

/// What stands in a place of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    /// A text that is looked up in its turn.
    Text,
    /// A number.
    Number,
    /// What stays as it is.
    Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Letters(String),
    Hole(Hole, usize),
}

#[derive(Debug)]
struct Entry {
    english: Vec<Part>,
    chinese: Vec<Part>,
    /// Letters of its own.
    weight: usize,
}

impl Entry {
    /// Whether a place has several sentences, or several parts of a list that does not begin there with a `; ` or a `: `.
    fn takes_several(&self, values: &[(Hole, usize, &str)]) -> bool {
        let list = match self.english.as_slice() {
            [Part::Hole(..), Part::Letters(between), Part::Hole(..)] if between == ". " => return true,
            [.., Part::Letters(before), Part::Hole(Hole::Text, number)]
            | [
                ..,
                Part::Letters(before),
                Part::Hole(Hole::Text, number),
                Part::Letters(_),
            ] if before.ends_with("; ") || before.ends_with(": ") => Some(*number),
            _ => None,
        };
        values
            .iter()
            .any(|(_, number, text)| text.contains(". ") || (text.contains("; ") && Some(*number) != list))
    }
}

/// The entries, those without places by their text.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    whole: HashMap<String, String>,
    entries: Vec<Entry>,
}

/// A text that is longer is looked up sentence by sentence first.
const LONG: usize = 300;

/// No value of a text is longer than this.
const LONGEST_VALUE: usize = 300;

/// More texts within texts than any sentence has.
const DEEPEST: usize = 40;

impl Catalogue {
    /// The catalogue of this crate.
    pub(super) fn of_report() -> Self {
        let mut catalogue = Self::default();
        for text in TEXTS {
            catalogue.read(text);
        }
        catalogue.entries.sort_by_key(|entry| std::cmp::Reverse(entry.weight));
        catalogue
    }

    /// A text without places.
    pub(super) fn whole(&self, text: &str) -> Option<&str> {
        self.whole.get(text).map(String::as_str)
    }

    fn read(&mut self, text: &str) {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
        let mut english = None;
        for line in lines {
            match (line.strip_prefix("    "), english.take()) {
                (Some(chinese), Some(english)) => self.add(english, chinese),
                // A test keeps the file in pairs.
                (Some(_), None) => {}
                (None, _) => english = Some(line),
            }
        }
    }

    fn add(&mut self, english: &str, chinese: &str) {
        let parts = parts(english);
        if let [Part::Letters(whole)] = parts.as_slice() {
            self.whole.insert(whole.clone(), chinese.to_owned());
            return;
        }
        let weight = parts.iter().map(|part| match part {
            Part::Letters(letters) => letters.len(),
            Part::Hole(..) => 0,
        });
        self.entries.push(Entry {
            weight: weight.sum(),
            english: parts,
            chinese: self::parts(chinese),
        });
    }
}

/// Looks up the texts of one page: the same stand there many times, by themselves and within others.
pub(super) struct Reader<'page> {
    catalogue: &'page Catalogue,
    /// What is in both languages where it is made.
    said: HashMap<&'page str, &'page str>,
    known: HashMap<String, Option<String>>,
}

impl<'page> Reader<'page> {
    pub(super) fn new(catalogue: &'page Catalogue, said: HashMap<&'page str, &'page str>) -> Self {
        Self {
            catalogue,
            said,
            known: HashMap::new(),
        }
    }

    /// A text in Chinese; `None` where neither the page nor the catalogue has it.
    pub(super) fn look_up(&mut self, text: &str) -> Option<String> {
        self.look_up_within(text, 0)
    }

    fn look_up_within(&mut self, text: &str, depth: usize) -> Option<String> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let chinese = match self.whole(text) {
            Some(chinese) => Some(chinese.to_owned()),
            None if depth == DEEPEST => return None,
            None if text.len() > LONG => self.by_sentence(text, depth).or_else(|| self.by_entry(text, depth)),
            None => self.by_entry(text, depth),
        };
        self.known.insert(text.to_owned(), chinese.clone());
        chinese
    }

    /// A text that is in the catalogue, or said by the page, as it stands.
    fn whole(&self, text: &str) -> Option<&'page str> {
        self.said.get(text).copied().or_else(|| self.catalogue.whole(text))
    }

    fn by_sentence(&mut self, text: &str, depth: usize) -> Option<String> {
        if !text.contains(". ") {
            return None;
        }
        let sentences = text.strip_suffix('.')?.split(". ");
        let each: Option<Vec<String>> = sentences
            .map(|sentence| self.look_up_within(&format!("{sentence}."), depth + 1))
            .collect();
        Some(each?.concat())
    }

    fn by_entry(&mut self, text: &str, depth: usize) -> Option<String> {
        let catalogue = self.catalogue;
        let mut values = Vec::new();
        let mut last = Vec::new();
        let found = catalogue.entries.iter().find_map(|entry| {
            values.clear();
            if !holds_letters(&entry.english, text) || !fits(&entry.english, text, &mut values) {
                return None;
            }
            if entry.takes_several(&values) {
                last.push((entry, values.clone()));
                return None;
            }
            self.fill(entry, &values, depth)
        });
        found
            .or_else(|| self.by_sentence(text, depth))
            .or_else(|| last.iter().find_map(|(entry, values)| self.fill(entry, values, depth)))
    }

    fn fill(&mut self, entry: &Entry, values: &[(Hole, usize, &str)], depth: usize) -> Option<String> {
        let mut out = String::new();
        for part in &entry.chinese {
            match part {
                Part::Letters(letters) => out.push_str(letters),
                Part::Hole(_, number) => {
                    let (hole, _, text) = values.iter().find(|value| value.1 == *number)?;
                    let chinese = match hole {
                        Hole::Number => None,
                        Hole::Data => self.whole(text).map(str::to_owned),
                        Hole::Text => {
                            let chinese = self.look_up_within(text, depth + 1);
                            if chinese.is_none() && has_word(text) {
                                return None;
                            }
                            chinese
                        }
                    };
                    out.push_str(chinese.as_deref().unwrap_or(text));
                }
            }
        }
        Some(out)
    }
}

/// Whether a text has an English word, which would have to be known; `mm`, `CRS` and `copies/µg` are the same in Chinese.
pub(super) fn has_word(text: &str) -> bool {
    let words = text.split(' ').filter(|word| !word.contains('/'));
    words
        .flat_map(|word| word.split(|letter: char| !letter.is_ascii_lowercase()))
        .any(|run| run.len() >= 3)
}

/// The letters and places of a text.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((hole, after)) = after.split_once('}') else {
            break;
        };
        let (kind, number) = match (hole.strip_prefix('#'), hole.strip_prefix('=')) {
            (Some(number), _) => (Hole::Number, number),
            (_, Some(number)) => (Hole::Data, number),
            (None, None) => (Hole::Text, hole),
        };
        if !before.is_empty() {
            parts.push(Part::Letters(before.to_owned()));
        }
        parts.push(Part::Hole(kind, number.parse().unwrap_or_default()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Letters(rest.to_owned()));
    }
    parts
}

/// Whether a text has the letters of these parts in their order: most entries fail here.
fn holds_letters(parts: &[Part], text: &str) -> bool {
    let mut rest = text;
    for (place, part) in parts.iter().enumerate() {
        let Part::Letters(letters) = part else { continue };
        let found = if place == 0 {
            rest.strip_prefix(letters.as_str())
        } else {
            rest.split_once(letters.as_str()).map(|(_, after)| after)
        };
        let Some(after) = found else { return false };
        rest = after;
    }
    match parts.last() {
        Some(Part::Letters(letters)) => text.ends_with(letters.as_str()),
        Some(Part::Hole(..)) | None => true,
    }
}

/// Whether a text is of these parts, with what stands in its places.
fn fits<'text>(parts: &[Part], text: &'text str, values: &mut Vec<(Hole, usize, &'text str)>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Letters(letters), rest @ ..] => text
            .strip_prefix(letters.as_str())
            .is_some_and(|text| fits(rest, text, values)),
        [Part::Hole(hole, number)] => {
            values.push((*hole, *number, text));
            holds(*hole, text)
        }
        [Part::Hole(hole, number), rest @ ..] => {
            let [Part::Letters(next), ..] = rest else { return false };
            let most = match hole {
                Hole::Text => text.len(),
                Hole::Data => LONGEST_VALUE,
                Hole::Number => text.find(|letter| !of_number(letter)).unwrap_or(text.len()),
            };
            let places = text.match_indices(next.as_str()).map(|(place, _)| place);
            places.take_while(|place| *place <= most).any(|place| {
                let (value, after) = text.split_at(place);
                if !holds(*hole, value) {
                    return false;
                }
                let before = values.len();
                values.push((*hole, *number, value));
                let fit = fits(rest, after, values);
                if !fit {
                    values.truncate(before);
                }
                fit
            })
        }
    }
}

fn holds(hole: Hole, text: &str) -> bool {
    match hole {
        Hole::Text => !text.is_empty() && is_whole(text),
        Hole::Data => !text.is_empty() && text.len() <= LONGEST_VALUE && is_whole(text),
        // A limit that cannot be estimated is written `NE`, a value that does not exist as a dash.
        Hole::Number => {
            text.chars().all(of_number)
                && !text.contains(": ")
                && text.contains(|letter: char| letter.is_ascii_digit() || letter == 'N' || letter == '–')
        }
    }
}

/// Whether a value is no piece of a list: it closes the brackets it opens and ends in no comma.
fn is_whole(text: &str) -> bool {
    let mut open = 0;
    let closed = text.chars().all(|letter| {
        open += match letter {
            '(' | '[' => 1,
            ')' | ']' => -1,
            _ => 0,
        };
        open >= 0
    });
    closed && open == 0 && !text.ends_with([',', ';', ':'])
}

fn of_number(letter: char) -> bool {
    // With those of a moment, `2025-03-01T08:00`.
    letter.is_ascii_digit() || "NET:+-−–.,%≥≤<>×⁰¹²³⁴⁵⁶⁷⁸⁹⁻ ".contains(letter)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap, HashSet};

    use super::*;

    fn holes(text: &str) -> BTreeMap<usize, Hole> {
        let holes = parts(text).into_iter().filter_map(|part| match part {
            Part::Hole(hole, number) => Some((number, hole)),
            Part::Letters(_) => None,
        });
        holes.collect()
    }

    #[test]
    fn every_entry_stands_once_with_its_translation_and_loses_no_value() {
        let mut seen = HashSet::new();
        for text in TEXTS {
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("# ")).collect();
            assert_eq!(lines.len() % 2, 0, "a line without its pair");
            for pair in lines.chunks(2) {
                let [english, chinese] = pair else { continue };
                assert!(
                    !english.starts_with(' ') && chinese.starts_with("    "),
                    "{english}\n{chinese}"
                );
                assert!(seen.insert(*english), "{english} stands twice");
                let (said, translated) = (holes(english), holes(chinese));
                assert_eq!(
                    said.keys().collect::<Vec<_>>(),
                    translated.keys().collect::<Vec<_>>(),
                    "{english}"
                );
                let two_in_a_row = parts(english)
                    .windows(2)
                    .any(|two| matches!(two, [Part::Hole(..), Part::Hole(..)]));
                assert!(!two_in_a_row, "{english}");
            }
        }
    }

    #[test]
    fn a_text_is_said_whole_in_chinese_or_stays_as_it_is() {
        let catalogue = Catalogue::of_report();
        let mut reader = Reader::new(
            &catalogue,
            HashMap::from([("no DLT, followed through 2025-03-24", "无DLT")]),
        );
        let mut said = |text: &str| reader.look_up(text);
        assert_eq!(said("17 subjects").as_deref(), Some("17例受试者"));
        assert_eq!(
            said("DLT verdict: no DLT, followed through 2025-03-24.").as_deref(),
            Some("DLT判定：无DLT。")
        );
        assert_eq!(said("DLT verdict: what nobody foresaw."), None);
        assert_eq!(said("seventeen subjects"), None);
        // The parts of a list, a name that is an entry, and brackets in brackets.
        assert_eq!(
            said("minimum quantified: 67.0 copies/µg DNA; maximum quantified: 90.1 copies/µg DNA").as_deref(),
            Some("可定量最小值：67.0 copies/µg DNA；可定量最大值：90.1 copies/µg DNA")
        );
        assert_eq!(
            said("All dose levels: 2 events in 10, median not reached").as_deref(),
            Some("全部剂量水平：10例中2例次，中位数未达到")
        );
        assert_eq!(
            said("fewer than 10 subjects (第一剂量组: 3, 第二剂量组: 4), fewer than 5 events (2)").as_deref(),
            Some("少于10例受试者（第一剂量组：3，第二剂量组：4），事件少于5例次（2）")
        );
        let long = format!("{}.", vec!["Died on 2025-03-24 (day 3)"; 2000].join(". "));
        assert_eq!(said(&long).map(|text| text.matches('。').count()), Some(2000));
        assert_eq!(said(&"what nobody foresaw; ".repeat(5_000)), None);
    }
}
