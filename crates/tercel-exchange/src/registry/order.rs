//! Whether the names of dose levels and their amounts tell the same order, and whether a level below the first is spoken of.

use super::Record;
use super::dose::Level;
use super::words::{plain, sentences};

/// Words that rank a level, each beside the others of its kind.
const RANKS: [(&str, u8, i32); 14] = [
    ("first", 0, 1),
    ("second", 0, 2),
    ("third", 0, 3),
    ("fourth", 0, 4),
    ("fifth", 0, 5),
    ("sixth", 0, 6),
    ("lowest", 1, 0),
    ("low", 1, 1),
    ("mid", 1, 2),
    ("middle", 1, 2),
    ("medium", 1, 2),
    ("intermediate", 1, 2),
    ("high", 1, 3),
    ("highest", 1, 4),
];

/// The names of the levels, from the lowest amount up, where their numbers or words rank them otherwise.
pub(super) fn contradicting(levels: &[Level]) -> Option<String> {
    let mut by_amount: Vec<&Level> = levels.iter().collect();
    by_amount.sort_by(|one, other| one.amount.total_cmp(&other.amount));
    let contradicts = |pair: &[&Level]| match pair {
        [lower, upper] => {
            let ranks = rank(&lower.label).zip(rank(&upper.label));
            ranks.is_some_and(|((scale, lower), (other, upper))| scale == other && lower > upper)
        }
        _ => false,
    };
    by_amount.windows(2).any(contradicts).then(|| {
        let told = by_amount
            .iter()
            .map(|level| format!("{}: {:e} {}", level.label, level.amount, level.unit));
        told.collect::<Vec<String>>().join(", ")
    })
}

/// The last number or ranking word of a name, with the kind it belongs to.
fn rank(label: &str) -> Option<(u8, i32)> {
    let label = plain(label).to_lowercase();
    let words = label.split(|letter: char| !(letter.is_alphanumeric() || letter == '-'));
    let mut ranked = words.filter_map(|word| {
        let named = RANKS.iter().find(|(known, ..)| *known == word);
        let number = || word.parse::<i32>().ok().map(|number| (0, number));
        named.map(|(_, scale, rank)| (*scale, *rank)).or_else(number)
    });
    ranked.next_back()
}

/// The sentence that speaks of a level below the first: "dose level -1".
pub(super) fn level_below(record: &Record) -> Option<String> {
    let arms = record.arms.iter().flat_map(|arm| [&arm.label, &arm.description]);
    let given = record
        .interventions
        .iter()
        .flat_map(|given| [&given.name, &given.description]);
    let texts = record.summaries.iter().chain(arms).chain(given);
    texts.flat_map(|text| sentences(text)).find(|sentence| {
        let text = plain(sentence).to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_below = |word: &str| {
            let digits = word.trim_end_matches(|letter: char| !letter.is_ascii_digit());
            digits.strip_prefix('-').or_else(|| digits.strip_prefix("(-")) == Some("1")
        };
        words.windows(2).any(|pair| match pair {
            [level, number] => level.ends_with("level") && is_below(number),
            _ => false,
        }) || text.contains("level minus 1")
            || text.contains("level minus one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(named: &[(&str, f64)]) -> Vec<Level> {
        let level = |(label, amount): &(&str, f64)| Level {
            label: (*label).to_owned(),
            amount: *amount,
            unit: "cells".to_owned(),
        };
        named.iter().map(level).collect()
    }

    #[test]
    fn names_that_rank_against_the_amounts_are_told_from_the_lowest_amount_up() {
        let told = |named: &[(&str, f64)]| contradicting(&levels(named));
        let swapped = [("Dose level 1", 5e8), ("Dose level 2", 1e8)];
        assert_eq!(
            told(&swapped).unwrap(),
            "Dose level 2: 1e8 cells, Dose level 1: 5e8 cells"
        );
        assert!(told(&[("Low dose", 5e8), ("High dose", 1e8)]).is_some());
        assert!(
            told(&[
                ("First dose group", 1e8),
                ("Third dose group", 2e8),
                ("Second dose group", 5e8)
            ])
            .is_some()
        );
        assert_eq!(
            told(&[("Dose level -1", 1e6), ("Dose level 1", 3e6), ("Dose level 2", 1e7)]),
            None
        );
        assert_eq!(
            told(&[("Low dose", 1e8), ("Medium dose", 2e8), ("High dose", 5e8)]),
            None
        );
        assert_eq!(told(&[("Arm A", 5e8), ("Arm B", 1e8)]), None);
        assert_eq!(told(&[]), None);
    }
}
