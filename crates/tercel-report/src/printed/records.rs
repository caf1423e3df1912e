//! Lists of records, shorter on paper than on a screen that folds them away.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Fewer records than this stay as they are.
const FEW: usize = 3;

/// A list of records (`AE/01-001/3 AE/01-001/4 …`) as ranges under each subject (`01-001: AE 3–4`); any other text as it is.
pub(super) fn shorten(text: &str) -> Option<String> {
    let (before, list) = match text.split_once(": ") {
        Some((before, list)) if !before.contains('/') => (Some(before), list),
        Some(_) | None => (None, text),
    };
    let records: Vec<Record<'_>> = list.split_whitespace().map(record).collect::<Option<_>>()?;
    if records.len() < FEW {
        return None;
    }
    let mut by_subject: BTreeMap<&str, BTreeMap<&str, Numbers<'_>>> = BTreeMap::new();
    for Record {
        dataset,
        subject,
        number,
    } in records
    {
        let numbers = by_subject.entry(subject).or_default().entry(dataset).or_default();
        match number.parse() {
            Ok(place) => numbers.places.push(place),
            Err(_) => numbers.others.push(number),
        }
    }
    let mut out = before.map_or_else(String::new, |before| format!("{before}: "));
    for (place, (subject, datasets)) in by_subject.into_iter().enumerate() {
        let separator = if place > 0 { "; " } else { "" };
        let datasets: Vec<String> = datasets
            .into_iter()
            .map(|(name, numbers)| numbers.words(name))
            .collect();
        // Writing to a String cannot fail.
        let _ = write!(out, "{separator}{subject}: {}", datasets.join(", "));
    }
    Some(out)
}

struct Record<'t> {
    dataset: &'t str,
    subject: &'t str,
    number: &'t str,
}

/// A record identifier: dataset, subject, number.
fn record(word: &str) -> Option<Record<'_>> {
    let (dataset, rest) = word.split_once('/')?;
    let (subject, number) = rest.rsplit_once('/')?;
    let named = (2..=8).contains(&dataset.len()) && dataset.bytes().all(|letter| letter.is_ascii_uppercase());
    let whole = !subject.is_empty() && !number.is_empty();
    (named && whole).then_some(Record {
        dataset,
        subject,
        number,
    })
}

#[derive(Default)]
struct Numbers<'t> {
    places: Vec<u64>,
    others: Vec<&'t str>,
}

impl Numbers<'_> {
    /// `AE 1–3 7`.
    fn words(mut self, dataset: &str) -> String {
        self.places.sort_unstable();
        self.places.dedup();
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for place in self.places {
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(place) => *last = place,
                _ => ranges.push((place, place)),
            }
        }
        let mut out = dataset.to_owned();
        for (first, last) in ranges {
            let _ = match last - first {
                0 => write!(out, " {first}"),
                1 => write!(out, " {first} {last}"),
                _ => write!(out, " {first}–{last}"),
            };
        }
        for other in self.others {
            out.push(' ');
            out.push_str(other);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn records_become_ranges_under_their_subject() {
        assert_eq!(
            shorten("month 3: AE/01-001/1 AE/01-001/2 AE/01-001/3 DM/01-001/1 AE/01-002/9").as_deref(),
            Some("month 3: 01-001: AE 1–3, DM 1; 01-002: AE 9")
        );
        assert_eq!(shorten("LB/A/4 LB/A/2 LB/A/x7").as_deref(), Some("A: LB 2 4 x7"));
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "",
            "AE/01-001/1 AE/01-001/2",
            "a and/or b c d",
            "AE/1/1 AE/1/2 AE/1/3 and others",
        ] {
            assert_eq!(shorten(text), None, "{text}");
        }
    }
}
