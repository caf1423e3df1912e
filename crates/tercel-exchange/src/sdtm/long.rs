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

/// Puts the variables that continue a text of this dataset itself (`COVAL1`, `TSVAL1`) behind what they continue.
pub(super) fn rejoin_own(table: &mut Table) {
    let base = match table.name.as_str() {
        "CO" => "COVAL",
        "TS" => "TSVAL",
        _ => return,
    };
    let continued = |name: &str| {
        let number = name.strip_prefix(base)?;
        number.parse::<usize>().ok()
    };
    let mut continuations = Continuations::new();
    for (at, name) in table.columns().iter().enumerate() {
        let Some(number) = continued(name) else { continue };
        let texts = (0..table.len()).map(|row| (row, table.cell(row, at).to_owned()));
        let texts = texts.filter(|(_, text)| !text.is_empty()).collect();
        continuations.insert((number, name.clone()), texts);
    }
    if continuations.is_empty() {
        return;
    }
    rejoin(table, continuations);
    table.retain_columns(|name| continued(name).is_none());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_in_several_variables_is_one_text_again() {
        let text = "cells arrived late because the courier was held up ".repeat(9);
        let text = text.trim_end();
        let parts = parts(text);
        let names = ["USUBJID", "COVAL", "COVAL1", "COVAL2", "CODTC"];
        let cells = [&["X-1"], parts.as_slice(), &["2025-03-04"]].concat();
        let short = ["X-2", "seen", "", "", "2025-03-05"];
        let rows = [cells.as_slice(), &short].map(|row| row.iter().map(|cell| (*cell).to_owned()).collect());
        let mut table = Table::from_rows("CO", &names, rows.to_vec());
        rejoin_own(&mut table);
        assert_eq!(table.columns(), ["USUBJID", "COVAL", "CODTC"]);
        assert_eq!(table.cell(0, 1), text);
        assert_eq!((table.cell(1, 1), table.cell(1, 2)), ("seen", "2025-03-05"));
    }

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
