//! `ADTOX`: episodes of CRS and ICANS, graded on each scale.
//!
//! # What it derives
//! One row an episode and scale, parameter `CRS` or `ICANS`: the worst grade in `AVAL` where it is determined, its bounds in
//! `ATOXMIN` and `ATOXMAX`, the scale in `ATOXVER`, and in `NOTGRAD` what leaves the grade open. Times are as recorded.
//!
//! # Source
//! [`tercel::endpoint::SyndromeEpisode`]. No standard defines this dataset.
//!
//! # Limits
//! Episodes are those of ASTCT 2019, for every scale. ICANS has no grade by the CTCAE here.

use tercel::endpoint::{Analysis, Facts, ScaleGrade, SyndromeEpisode};
use tercel::study::Syndrome;

use super::cells::{listed, maybe_day, maybe_number};
use crate::table::Table;

const COLUMNS: [&str; 19] = [
    "STUDYID", "USUBJID", "TRTSDT", "DOSELVL", "PARAMCD", "PARAM", "AEPISODE", "ATOXVER", "AVAL", "AVALC", "ATOXMIN",
    "ATOXMAX", "NOTGRAD", "ASTDTC", "AWSTDTC", "AENDTC", "ADURN", "ADURU", "SRCRECS",
];

const SYNDROMES: [(Syndrome, &str, &str); 2] = [
    (Syndrome::Crs, "CRS", "Cytokine release syndrome"),
    (
        Syndrome::Icans,
        "ICANS",
        "Immune effector cell-associated neurotoxicity syndrome",
    ),
];

/// The dataset of a study, which its data call `study`; `None` for data without dates, which have no episodes.
pub fn derive_adtox(analysis: &Analysis<'_>, study: &str) -> Option<Table> {
    analysis.cut?;
    let mut rows = Vec::new();
    for facts in &analysis.facts {
        for (syndrome, code, name) in SYNDROMES {
            for (index, episode) in facts.episodes(syndrome).iter().enumerate() {
                for grade in episode.by_scale() {
                    let mut row = vec![study.to_owned(), facts.subject.id.to_string()];
                    row.extend(of_subject(facts));
                    row.extend([code.to_owned(), name.to_owned(), (index + 1).to_string()]);
                    row.extend(of_grade(&grade));
                    row.extend(of_episode(episode));
                    rows.push(row);
                }
            }
        }
    }
    Some(Table::from_rows("ADTOX", &COLUMNS, rows))
}

fn of_subject(facts: &Facts<'_>) -> [String; 2] {
    let level = facts.level.map_or_else(String::new, |level| level.number().to_string());
    [maybe_day(facts.day0), level]
}

fn of_grade(grade: &ScaleGrade) -> [String; 6] {
    let determined = (grade.at_least == grade.at_most).then(|| grade.at_least.to_string());
    [
        grade.scale.name().to_owned(),
        determined.clone().unwrap_or_default(),
        determined.unwrap_or_else(|| format!("{} to {}", grade.at_least, grade.at_most)),
        grade.at_least.to_string(),
        grade.at_most.to_string(),
        grade.not_gradable.clone().unwrap_or_default(),
    ]
}

fn of_episode(episode: &SyndromeEpisode) -> [String; 6] {
    let hours = episode.duration_hours();
    [
        episode.onset.to_string(),
        episode.worst_at.to_string(),
        episode.end.map_or_else(String::new, |end| end.to_string()),
        maybe_number(hours),
        hours.map_or("", |_| "HOURS").to_owned(),
        listed(episode.records().iter()),
    ]
}
