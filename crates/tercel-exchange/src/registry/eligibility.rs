//! Limits of entry that a record states.

use super::Record;
use super::words::{plain, words};

/// Limits of entry; `None` where the record has none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Limits {
    pub(super) age_min: Option<f64>,
    pub(super) age_max: Option<f64>,
    pub(super) ecog_max: Option<u32>,
}

pub(super) fn find_limits(record: &Record) -> Limits {
    Limits {
        age_min: record.age_min.as_deref().and_then(years),
        age_max: record.age_max.as_deref().and_then(years),
        ecog_max: ecog(&record.eligibility),
    }
}

/// `18 Years`, `6 Months`.
fn years(text: &str) -> Option<f64> {
    let mut parts = text.split_whitespace();
    let number: f64 = parts.next()?.parse().ok()?;
    let per_year = match parts.next().unwrap_or("years").to_lowercase().trim_end_matches('s') {
        "year" => 1.0,
        "month" => 12.0,
        "week" => 52.0,
        "day" => 365.0,
        _ => return None,
    };
    Some(number / per_year).filter(|years| (0.0..=120.0).contains(years))
}

/// The highest performance status in the sentence that names ECOG: `0-2`, `≤ 1`, `2 or better`.
fn ecog(criteria: &str) -> Option<u32> {
    let text = plain(criteria);
    let at = text.find("ECOG")?;
    let after = text.get(at..)?.split([';', '\n', '.', ',', '(']).next()?;
    let near: String = after.chars().take(60).collect();
    let grades = words(&near)
        .iter()
        .filter_map(|word| word.parse::<u32>().ok())
        .filter(|grade| *grade <= 4)
        .collect::<Vec<u32>>();
    match grades.as_slice() {
        [] => None,
        _ if near.contains('>') || near.contains('≥') => None,
        grades => grades.iter().max().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_performance_status_is_the_highest_number_named() {
        assert_eq!(
            ecog("6. The ECOG score is 0-2, and survival of more than 3 months"),
            Some(2)
        );
        assert_eq!(ecog("ECOG status of 2 or better (or Karnofsky ≥60%)"), Some(2));
        assert_eq!(ecog("ECOG ≤ 1"), Some(1));
        assert_eq!(ecog("Karnofsky score of 60"), None);
    }

    #[test]
    fn ages_are_in_years() {
        assert_eq!(years("18 Years"), Some(18.0));
        assert_eq!(years("6 Months"), Some(0.5));
        assert_eq!(years("N/A"), None);
    }
}
