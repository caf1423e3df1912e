//! `tercel response`: time-point and best overall response from lesion measurements.

mod lesions;
mod vectors;
mod words;

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::response::irecist::{as_recist, spell_best};
use tercel::response::{
    Assessment, Best, BestOptions, Bor, Criteria, Immune, Overall, TimePoint, check_baseline, derive_best,
    derive_time_points,
};

use super::Answer;
use crate::output::{Output, number};

/// Arguments of `tercel response`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Lesions as CSV or JSON
    ///
    /// CSV: one row a lesion and visit, with columns subject, visit, day (infusion = 0), lesion, role (target, non_target,
    /// new), node (yes, no), diameter_mm (for mRECIST that of the viable, enhancing part), status (absent, present, progression, not_evaluable, too_small) and, where
    /// known, organ, stands_for (T1 for a part of a lesion T1 that split, T1/T2 for T1 and T2 merged), effusion, cytology,
    /// new_therapy_day. JSON: courses with baseline_targets and visits, or with seq, a list of day and overall response.
    file: PathBuf,
    /// Response criteria: recist-1.1, mrecist or irecist
    #[arg(long, default_value = "recist-1.1")]
    criteria: String,
    /// Days after which a later assessment confirms a response [default: 28, or what a JSON course says]
    #[arg(long, allow_negative_numbers = true, value_name = "DAYS")]
    confirmation_days: Option<f64>,
    /// First day from infusion on which stable disease counts [default: 42, or what a JSON course says]
    #[arg(long, allow_negative_numbers = true, value_name = "DAYS")]
    sd_min_days: Option<f64>,
    /// Most NE assessments between a response and its confirmation [default: 1, or what a JSON course says]
    #[arg(long, allow_negative_numbers = true, value_name = "N")]
    max_ne: Option<u32>,
    /// Accept one SD between a PR and its confirmation, whatever a JSON course says
    #[arg(long)]
    accept_sd: bool,
    /// Smallest growth above the nadir that is progression under mRECIST, whose text states none
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true, value_name = "MM")]
    mrecist_floor_mm: f64,
}

/// How one subject is assessed.
#[derive(Debug, Clone, Copy)]
struct Settings {
    criteria: Criteria,
    best: BestOptions,
    mrecist_floor_mm: f64,
}

/// One subject of the file.
struct Subject {
    id: String,
    settings: Settings,
    course: Course,
}

/// What the file holds of a subject.
enum Course {
    Lesions {
        baseline: Assessment,
        later: Vec<Assessment>,
    },
    /// Overall responses that someone else derived; by iRECIST with its own words.
    Responses(Vec<(i32, Overall, Option<Immune>)>),
}

/// The answer for one subject.
struct Assessed {
    id: String,
    points: Vec<TimePoint>,
    /// The course by iRECIST, where that is the criteria.
    immune: Option<Vec<Immune>>,
    best: Best,
    queries: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let settings = settings(args)?;
    let mut notes = Vec::new();
    let is_json = args
        .file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let subjects = if is_json {
        vectors::read(&args.file, settings, args)?
    } else {
        lesions::read(&args.file, settings, &mut notes)?
    };
    let assessed: Vec<Assessed> = subjects.into_iter().map(assess).collect();
    output.print(|| to_json(&assessed, &notes), || to_text(&assessed, &notes))?;
    Ok(Answer::Given)
}

fn settings(args: &Args) -> anyhow::Result<Settings> {
    let option = |name: &'static str| move |why| anyhow!("--{name}: {why}");
    let floor = args.mrecist_floor_mm;
    if !(0.0..=2000.0).contains(&floor) {
        bail!("--mrecist-floor-mm: expected a length from 0 to 2000 mm, found {floor}");
    }
    Ok(Settings {
        criteria: criteria(&args.criteria, floor).map_err(option("criteria"))?,
        best: BestOptions {
            confirmation_days: days(args.confirmation_days.unwrap_or(28.0)).map_err(option("confirmation-days"))?,
            sd_min_days: days(args.sd_min_days.unwrap_or(42.0)).map_err(option("sd-min-days"))?,
            max_ne: args.max_ne.unwrap_or(1),
            accept_sd: args.accept_sd,
            stop_day: None,
        },
        mrecist_floor_mm: floor,
    })
}

fn criteria(name: &str, floor_mm: f64) -> anyhow::Result<Criteria> {
    match Criteria::parse(name) {
        Some(Criteria::Mrecist { .. }) => Ok(Criteria::Mrecist { floor_mm }),
        Some(criteria) => Ok(criteria),
        None => bail!("expected recist-1.1, mrecist or irecist, found \"{name}\""),
    }
}

fn days(days: f64) -> anyhow::Result<f64> {
    if days.is_finite() && days >= 0.0 {
        Ok(days)
    } else {
        bail!("expected a number of days, 0 or more, found {days}")
    }
}

/// A day as a whole number; no study is longer than a million days.
fn whole(value: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "within a million of zero")]
    let day = (value.abs() <= 1e6).then_some(value.round() as i32)?;
    ((value - f64::from(day)).abs() < 1e-9).then_some(day)
}

fn assess(subject: Subject) -> Assessed {
    let Subject { id, settings, course } = subject;
    let by_immune = settings.criteria == Criteria::Irecist;
    let (points, responses, immune, mut queries) = match course {
        Course::Responses(mut responses) => {
            responses.sort_by_key(|(day, ..)| *day);
            let immune: Option<Vec<Immune>> = responses.iter().map(|(_, _, immune)| *immune).collect();
            let overall = match immune.as_deref().filter(|_| by_immune) {
                Some(course) => as_recist(course),
                None => responses.iter().map(|(_, overall, _)| *overall).collect(),
            };
            let days = responses.iter().map(|(day, ..)| *day);
            (Vec::new(), days.zip(overall).collect::<Vec<_>>(), immune, Vec::new())
        }
        Course::Lesions { baseline, later } => {
            let points = derive_time_points(&baseline, &later, settings.criteria);
            let responses = points.iter().map(|point| (point.day, point.overall)).collect();
            let immune = points.iter().map(|point| point.immune).collect();
            let queries = check_baseline(&baseline, settings.criteria)
                .iter()
                .map(|query| format!("baseline: {query}"))
                .collect();
            (points, responses, immune, queries)
        }
    };
    let best = derive_best(&responses, &settings.best);
    queries.extend(best.disease_after_cr.map(|query| query.to_string()));
    Assessed {
        id,
        points,
        immune: immune.filter(|_| by_immune),
        best,
        queries,
    }
}

impl Assessed {
    /// A best response in the words of the criteria.
    fn spell(&self, best: Bor) -> String {
        match &self.immune {
            Some(course) => spell_best(best, course).to_owned(),
            None => best.to_string(),
        }
    }
}

fn to_json(assessed: &[Assessed], notes: &[String]) -> Value {
    let points = assessed.iter().flat_map(|subject| {
        let id = subject.id.as_str();
        subject.points.iter().map(move |point| time_point(id, point))
    });
    json!({
        "timepoints": points.collect::<Vec<_>>(),
        "best": assessed.iter().map(best).collect::<Vec<_>>(),
        "notes": notes,
    })
}

fn time_point(subject: &str, point: &TimePoint) -> Value {
    json!({
        "subject": subject,
        "visit": point.visit,
        "day": point.day,
        "sum": number(point.sum),
        "measured_sum": number(point.measured_sum),
        "baseline": number(point.baseline),
        "nadir": number(point.nadir),
        "target": point.target.map(|target| target.to_string()),
        "non_target": point.non_target.map(|non_target| non_target.to_string()),
        "new_lesion": point.new_lesion,
        "overall": point.response(),
        "reason": reason(point),
        "queries": point.queries.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn best(subject: &Assessed) -> Value {
    let best = &subject.best;
    let response = best.confirmed_response;
    json!({
        "subject": subject.id,
        "bor": subject.spell(best.unconfirmed),
        "bor_day": best.unconfirmed_day,
        "confirmed_bor": subject.spell(best.confirmed),
        "confirmed_bor_day": best.confirmed_day,
        "first_response_day": best.first_response_day,
        "confirmed_response_day": response.map(|response| response.day),
        "confirmed_on_day": response.map(|response| response.confirmed_on),
        "confirmed_by": response.map(|response| response.confirmed_by.to_string()),
        "awaiting_confirmation": best.awaiting_confirmation.is_some(),
        "awaiting_since_day": best.awaiting_confirmation,
        "progression_day": best.progression_day,
        "queries": subject.queries,
    })
}

fn reason(point: &TimePoint) -> String {
    let sentences: Vec<String> = point.reasons.iter().map(ToString::to_string).collect();
    sentences.join("; ")
}

fn to_text(assessed: &[Assessed], notes: &[String]) -> String {
    let mut points = vec![row(&[
        "subject",
        "visit",
        "day",
        "sum",
        "baseline",
        "nadir",
        "target",
        "non-target",
        "new",
        "overall",
        "reason",
    ])];
    let mut bests = vec![row(&[
        "subject",
        "best",
        "confirmed",
        "first response",
        "confirmed on",
        "note",
    ])];
    let mut questions: Vec<String> = notes.to_vec();
    for subject in assessed {
        points.extend(subject.points.iter().map(|point| point_row(&subject.id, point)));
        bests.push(best_row(subject));
        questions.extend(
            subject
                .queries
                .iter()
                .map(|query| format!("subject {}: {query}", subject.id)),
        );
        for point in &subject.points {
            let place = format!("subject {}, {}", subject.id, point.visit);
            questions.extend(point.queries.iter().map(|query| format!("{place}: {query}")));
        }
    }
    let mut text = String::new();
    if points.len() > 1 {
        text += &aligned(&points);
        text.push('\n');
    }
    text += &aligned(&bests);
    if !questions.is_empty() {
        text += "\nTo ask:\n- ";
        text += &questions.join("\n- ");
        text.push('\n');
    }
    text
}

fn point_row(subject: &str, point: &TimePoint) -> Vec<String> {
    let mm = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    vec![
        subject.to_owned(),
        point.visit.clone(),
        point.day.to_string(),
        mm(point.sum),
        mm(point.baseline),
        mm(point.nadir),
        point.target.map_or("-".to_owned(), |target| target.to_string()),
        point
            .non_target
            .map_or("-".to_owned(), |non_target| non_target.to_string()),
        if point.new_lesion { "yes" } else { "no" }.to_owned(),
        point.response(),
        reason(point),
    ]
}

fn best_row(subject: &Assessed) -> Vec<String> {
    let best = &subject.best;
    let day = |day: Option<i32>| day.map_or("-".to_owned(), |day| format!("day {day}"));
    vec![
        subject.id.clone(),
        subject.spell(best.unconfirmed),
        subject.spell(best.confirmed),
        day(best.first_response_day),
        day(best.confirmed_response.map(|response| response.confirmed_on)),
        best.awaiting_confirmation.map_or(String::new(), |day| {
            format!("response of day {day} awaits confirmation")
        }),
    ]
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

/// Columns as wide as their widest cell, two blanks apart.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        let cells: Vec<String> = cells.collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
