//! Graded assessments of CRS and ICANS, and the episodes they make.

use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tercel::grade::astct::episode::{Episode, EpisodeEnd, EpisodeOptions, GAP_HOURS, Reading, daily, episodes};
use tercel::grade::{Scale, Toxicity};

use super::time::{Time, TimeUnit, by_subject, read};
use super::{Answer, aligned, grade_fields, grade_text, input};
use crate::output::Output;
use crate::table::{Row, Table};

/// A file of assessments.
#[derive(Debug, clap::Args)]
pub(crate) struct AssessmentArgs {
    /// CSV file, one assessment a row
    pub(super) file: PathBuf,
    /// What a bare number in a time column counts
    #[arg(long, value_enum, default_value = "hours")]
    pub(super) time_unit: TimeUnit,
    /// Hours without symptoms after which symptoms are a new episode; an assumption, the scale gives none
    #[arg(long, value_name = "HOURS", default_value_t = GAP_HOURS, value_parser = gap)]
    episode_gap: f64,
}

fn gap(text: &str) -> Result<f64, String> {
    let hours = text.parse::<f64>().ok().filter(|hours| (0.0..=8760.0).contains(hours));
    hours.ok_or_else(|| "write a number of hours, 0 to 8760".to_owned())
}

/// A graded assessment, ready to print.
pub(super) struct Graded {
    pub(super) bounds: (Toxicity, Toxicity),
    pub(super) deciding: Option<&'static str>,
    pub(super) reason: String,
}

/// An episode with the times of its assessments.
struct Timed {
    subject: String,
    number: usize,
    episode: Episode,
    onset: String,
    worst: String,
    end: Option<String>,
    /// Hours from onset to the end, or to the last assessment with symptoms.
    hours: f64,
    from_infusion: Option<f64>,
    to_treatment: Option<f64>,
    daily: Vec<(String, (Toxicity, Toxicity))>,
}

/// Prints the graded assessments in file order, and the episodes of each subject.
pub(super) fn print(
    args: &AssessmentArgs,
    table: &Table,
    scale: Scale,
    graded: &[Graded],
    numeric: &[&str],
    output: Output,
) -> anyhow::Result<Answer> {
    let found = find_episodes(args, table, graded);
    let rows = || table.rows().zip(graded);
    output.print(
        || {
            let rows = rows().map(|(row, graded)| {
                let mut fields = input(table, row, numeric);
                for (name, value) in grade_fields(Some(graded.bounds)) {
                    fields.insert(name.to_owned(), value);
                }
                fields.insert("deciding_item".to_owned(), json!(graded.deciding));
                fields.insert("reason".to_owned(), json!(graded.reason));
                Value::Object(fields)
            });
            let rows: Vec<Value> = rows.collect();
            let (episodes, reason) = match &found {
                Ok(found) => (
                    json!(found.iter().map(|timed| episode_json(timed, scale)).collect::<Vec<_>>()),
                    Value::Null,
                ),
                Err(error) => (Value::Null, json!(error.to_string())),
            };
            json!({
                "scale": scale.name(),
                "rows": rows,
                "episodes": episodes,
                "episodes_missing": reason,
                "episode_gap_hours": args.episode_gap,
            })
        },
        || {
            let lines = rows().map(|(row, graded)| {
                vec![
                    row.text("subject").to_owned(),
                    row.text("time").to_owned(),
                    grade_text(Some(graded.bounds)),
                    graded.deciding.unwrap_or("-").to_owned(),
                    graded.reason.clone(),
                ]
            });
            let table = aligned(&["subject", "time", "grade", "item", "reason"], lines);
            format!("{table}\n{}", episode_text(&found, scale, args.episode_gap))
        },
    )?;
    Ok(Answer::Given)
}

fn find_episodes(args: &AssessmentArgs, table: &Table, graded: &[Graded]) -> anyhow::Result<Vec<Timed>> {
    let options = EpisodeOptions {
        gap_hours: args.episode_gap,
    };
    let all: Vec<Row<'_>> = table.rows().collect();
    let mut found = Vec::new();
    for (subject, rows) in by_subject(table, args.time_unit)? {
        let Some(&(_, origin)) = rows.first() else { continue };
        let series: Vec<Reading> = rows
            .iter()
            .filter_map(|&(position, time)| {
                let (at_least, at_most) = graded.get(position)?.bounds;
                Some(Reading {
                    hours: time.hours_from(origin),
                    at_least,
                    at_most,
                })
            })
            .collect();
        let infusions = times(args, &all, "infusion_time", &rows)?;
        let treatments = times(args, &all, "treatment_time", &rows)?;
        let written = |at: usize| {
            let (position, time) = rows.get(at)?;
            let text = all.get(*position)?.text("time").to_owned();
            Some((text, *time))
        };
        let episodes = episodes(&series, options);
        for (index, episode) in episodes.iter().enumerate() {
            let end = match episode.end {
                EpisodeEnd::Resolved { at, .. } => written(at),
                EpisodeEnd::Ongoing => None,
            };
            let (Some((onset, began)), Some((worst, _)), Some((_, last))) =
                (written(episode.onset), written(episode.worst), written(episode.last))
            else {
                continue;
            };
            let next = episodes.get(index + 1).and_then(|next| written(next.onset));
            let before_next = |time: &&Time| next.as_ref().is_none_or(|(_, next)| time.hours_from(*next) < 0.0);
            let treated = treatments.iter().filter(|time| time.hours_since(began) >= 0.0);
            let to = end.as_ref().map_or(last, |(_, time)| *time);
            let until = match episode.end {
                EpisodeEnd::Resolved { at, .. } => at,
                EpisodeEnd::Ongoing => episode.last + 1,
            };
            let of_episode = rows.iter().zip(&series).take(until).skip(episode.onset);
            let days = of_episode.map(|((_, time), reading)| (time.day(), *reading));
            found.push(Timed {
                subject: subject.clone(),
                number: index + 1,
                episode: *episode,
                onset,
                worst,
                end: end.map(|(text, _)| text),
                hours: to.hours_since(began),
                from_infusion: infusions.first().map(|infused| began.hours_since(*infused)),
                to_treatment: treated
                    .filter(before_next)
                    .map(|time| time.hours_since(began))
                    .reduce(f64::min),
                daily: daily(days)
                    .into_iter()
                    .map(|(day, worst)| (day.to_string(), worst))
                    .collect(),
            });
        }
    }
    Ok(found)
}

/// The times in a column of a subject's rows, earliest first; blank cells and a column that is not there are none.
fn times(args: &AssessmentArgs, all: &[Row<'_>], name: &str, rows: &[(usize, Time)]) -> anyhow::Result<Vec<Time>> {
    let mut times = Vec::new();
    for &(position, time) in rows {
        let row = all.get(position).filter(|row| !row.text(name).is_empty());
        if let Some(&row) = row {
            times.push(read(row, name, args.time_unit, Some(time))?);
        }
    }
    if let Some(&first) = times.first() {
        times.sort_by(|one, other| one.hours_from(first).total_cmp(&other.hours_from(first)));
    }
    Ok(times)
}

const fn state(end: EpisodeEnd) -> &'static str {
    match end {
        EpisodeEnd::Ongoing => "ongoing",
        EpisodeEnd::Resolved { confirmed: true, .. } => "resolved",
        EpisodeEnd::Resolved { confirmed: false, .. } => "resolved, not yet confirmed",
    }
}

fn episode_json(timed: &Timed, scale: Scale) -> Value {
    let mut fields = Map::new();
    let bounds = (timed.episode.at_least, timed.episode.at_most);
    for (name, value) in grade_fields(Some(bounds)) {
        fields.insert(name.to_owned(), value);
    }
    let ended = timed.end.is_some();
    let daily: Vec<Value> = timed
        .daily
        .iter()
        .map(|(day, bounds)| {
            let mut fields = Map::new();
            fields.insert("day".to_owned(), json!(day));
            for (name, value) in grade_fields(Some(*bounds)) {
                fields.insert(name.to_owned(), value);
            }
            Value::Object(fields)
        })
        .collect();
    for (name, value) in [
        ("subject", json!(timed.subject)),
        ("scale", json!(scale.name())),
        ("episode", json!(timed.number)),
        ("onset", json!(timed.onset)),
        ("worst_time", json!(timed.worst)),
        ("end", json!(timed.end)),
        ("state", json!(state(timed.episode.end))),
        ("duration_hours", json!(ended.then_some(timed.hours))),
        ("duration_hours_min", json!(timed.hours)),
        ("hours_from_infusion", json!(timed.from_infusion)),
        ("hours_to_treatment", json!(timed.to_treatment)),
        ("daily", json!(daily)),
    ] {
        fields.insert(name.to_owned(), value);
    }
    Value::Object(fields)
}

fn episode_text(found: &anyhow::Result<Vec<Timed>>, scale: Scale, gap_hours: f64) -> String {
    let found = match found {
        Ok(found) if found.is_empty() => return format!("No episode ({scale}).\n"),
        Ok(found) => found,
        Err(error) => return format!("No episodes: {error}\n"),
    };
    let hours = |hours: Option<f64>| hours.map_or_else(|| "-".to_owned(), |hours| format!("{hours:.1} h"));
    let lines = found.iter().map(|timed| {
        vec![
            timed.subject.clone(),
            timed.number.to_string(),
            timed.onset.clone(),
            grade_text(Some((timed.episode.at_least, timed.episode.at_most))),
            timed.worst.clone(),
            timed.end.clone().unwrap_or_else(|| "-".to_owned()),
            if timed.end.is_some() {
                hours(Some(timed.hours))
            } else {
                format!(">= {}", hours(Some(timed.hours)))
            },
            hours(timed.from_infusion),
            hours(timed.to_treatment),
            state(timed.episode.end).to_owned(),
        ]
    });
    let header = [
        "subject",
        "episode",
        "onset",
        "worst",
        "at",
        "end",
        "duration",
        "from infusion",
        "to treatment",
        "state",
    ];
    let table = aligned(&header, lines);
    format!("{table}\n{scale}. A new episode begins after {gap_hours} h without symptoms (assumed; --episode-gap).\n")
}
