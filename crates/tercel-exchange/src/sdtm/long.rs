//! Texts longer than a character variable of SDTM holds: the first 200 bytes stay, the rest continues in supplemental
//! qualifiers (SDTMIG 3.4, section 4.5.3).

use std::collections::BTreeMap;

use crate::table::Table;

/// Longest text of a character variable, in bytes.
pub(crate) const LONGEST: usize = 200;

/// What the label of a continuation ends with.
const MARK: &str = "(continued ";

/// The parts of a text, none longer than a variable holds: cut at a blank between words, or beside a letter of a script that
/// has no blanks; anywhere in a word that is longer.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST {
        let end = rest.floor_char_boundary(LONGEST);
        let good = (1..=end)
            .rev()
            .find(|at| rest.is_char_boundary(*at) && is_seam(rest, *at));
        let (part, after) = rest.split_at(good.unwrap_or(end));
        parts.push(part);
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    parts.push(rest);
    parts
}

/// Whether [`join`] gives the text again that is cut here.
fn is_seam(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at(at);
    let part = after.strip_prefix(' ').unwrap_or(after);
    let plain = |text: &str, letter: Option<char>| !text.is_empty() && letter != Some(' ');
    let whole = plain(before, before.chars().last()) && plain(part, part.chars().next());
    whole && after.starts_with(' ') == are_words(before, part)
}

fn are_words(before: &str, part: &str) -> bool {
    before.ends_with(|last: char| last.is_ascii()) && part.starts_with(|first: char| first.is_ascii())
}

/// A part after what stands before it. Between words there was a blank; scripts without blanks are cut anywhere.
fn join(before: &str, part: &str) -> String {
    format!("{before}{}{part}", if are_words(before, part) { " " } else { "" })
}

/// The name of a continuation: at most eight letters and digits.
pub(crate) fn continued_name(name: &str, number: usize) -> String {
    let number = number.to_string();
    let stem: String = name.chars().take(8 - number.len()).collect();
    format!("{stem}{number}")
}

/// The label of a continuation: at most forty bytes.
pub(crate) fn continued_label(label: &str, number: usize) -> String {
    let mark = format!(" {MARK}{number})");
    let room = label.floor_char_boundary(40 - mark.len());
    format!("{}{mark}", label.split_at(room).0.trim_end())
}

/// The number of a continuation by its label.
pub(crate) fn continuation(label: &str) -> Option<usize> {
    let (_, rest) = label.rsplit_once(MARK)?;
    rest.strip_suffix(')')?.parse().ok()
}

/// Continuations by their number and the name of their qualifier, the texts by row of the parent.
pub(super) type Continuations = BTreeMap<(usize, String), BTreeMap<usize, String>>;

/// Puts continuations behind what they continue.
pub(super) fn rejoin(parent: &mut Table, continuations: Continuations) {
    for ((number, name), texts) in continuations {
        let base = parent
            .columns()
            .iter()
            .position(|column| continued_name(column, number) == name);
        let Some(base) = base else {
            parent.set(&name, &texts);
            continue;
        };
        let column = parent.columns().get(base).cloned().unwrap_or_default();
        let joined = texts
            .iter()
            .map(|(row, part)| (*row, join(parent.cell(*row, base), part)));
        let joined = joined.collect();
        parent.set(&column, &joined);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_text_fit_and_join_to_the_text_again() {
        let words = "an infusion of cells that was interrupted for a reaction ".repeat(11);
        let chinese = "受试者回输后第三天出现低血压，给予升压药物后好转。".repeat(9);
        let mixed = format!(
            "{} {}",
            "Kimmtrak 5 µg day 1 ".repeat(15).trim_end(),
            "低血压 grade 2 ".repeat(20).trim_end()
        );
        for text in [words.trim_end(), &chinese, &mixed, &"x".repeat(200), "", "short"] {
            let parts = parts(text);
            assert!(
                parts.iter().all(|part| part.len() <= LONGEST && part.trim() == *part),
                "{text}"
            );
            let (first, rest) = parts.split_first().unwrap();
            let joined = rest
                .iter()
                .fold((*first).to_owned(), |before, part| join(&before, part));
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn a_continuation_is_named_within_the_limits() {
        assert_eq!(continued_name("DVTERM", 1), "DVTERM1");
        assert_eq!(continued_name("AEREASOC", 12), "AEREAS12");
        let label = continued_label("Protocol Deviation Term as the site wrote it", 2);
        assert!(label.len() <= 40 && continuation(&label) == Some(2), "{label}");
        assert_eq!(continuation("Continued care"), None);
    }
}
