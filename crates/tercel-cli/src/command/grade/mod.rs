//! `tercel grade`.

mod crs;
mod icaht;
mod icans;
mod labs;
mod term;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tercel::grade::Toxicity;
use tercel::grade::astct::AstctOutcome;
use tercel::grade::ctcae::Ctcae;
use tercel::study::When;

use super::Answer;
use crate::output::Output;
use crate::table::{Row, Table};

/// What `tercel grade` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Grade laboratory values by CTCAE
    ///
    /// Columns: param, value, unit, lln, uln, baseline, and where known baseline_lln, baseline_uln, baseline_range (LOW,
    /// NORMAL, HIGH) and is_baseline (yes, no). param is a CTCAE term, a test or its SDTM code. Limits and baseline are in the unit
    /// of the value.
    Labs(labs::Args),
    /// Grade cytokine release syndrome by ASTCT 2019
    ///
    /// Columns: subject, time, temperature_c, hypotension, vasopressors (other than vasopressin), vasopressin, oxygen_device,
    /// oxygen_flow_l_min, masking_treatment, attributed. A blank cell means not recorded; a blank attributed means yes.
    ///
    /// oxygen_device: none, nasal_cannula, blow_by, high_flow, mask, non_rebreather, venturi, cpap, bipap, ventilator, unknown.
    /// hypotension, vasopressin, masking_treatment, attributed: yes, no. vasopressors: 0, 1, 2 and so on. temperature_c: 25 to 45.
    Crs(Args),
    /// Grade neurotoxicity (ICANS, adults) by ASTCT 2019
    ///
    /// Columns: subject, time, ice, arousal, seizure, motor, oedema, attributed. A blank cell means not recorded; a blank
    /// attributed means yes.
    ///
    /// ice: 0 to 10. arousal: spontaneous, voice, tactile, unarousable, unknown. seizure: none, resolved, prolonged. motor:
    /// none, deep_focal_weakness. oedema: none, focal, diffuse. attributed: yes, no.
    Icans(Args),
    /// Look up an adverse-event term of the CTCAE: its grades, definition and note
    ///
    /// TEXT is the name of a term, or words of it; a letter or two may be wrong. A name of the other version is led to the name
    /// of this one.
    Term(term::Args),
    /// Grade neutropenia after CAR-T cells (ICAHT, early and late)
    ///
    /// Columns: subject, day (day 0 is the infusion), anc_per_ul (cells per microlitre), and where known follow_up_end (day of
    /// death or last contact) and censored_on (day of progression or other therapy), the same in every row of a subject; later
    /// counts are not taken. A blank count means not drawn.
    Icaht(icaht::Args),
}

/// The version of the CTCAE to use.
#[derive(Debug, clap::Args)]
struct Version {
    /// Version of the CTCAE: 5.0 or 6.0
    #[arg(long, default_value = "5.0", value_name = "VERSION")]
    ctcae: String,
}

impl Version {
    fn ctcae(&self) -> anyhow::Result<Ctcae> {
        let unknown = || anyhow::anyhow!("CTCAE {} is not available: use --ctcae 5.0 or --ctcae 6.0", self.ctcae);
        Ctcae::parse(&self.ctcae).ok_or_else(unknown)
    }
}

/// A file of assessments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file, one assessment a row
    file: PathBuf,
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(self, output: Output) -> anyhow::Result<Answer> {
        match self {
            Self::Labs(args) => labs::run(&args, output),
            Self::Crs(args) => crs::run(&args, output),
            Self::Icans(args) => icans::run(&args, output),
            Self::Term(args) => term::run(&args, output),
            Self::Icaht(args) => icaht::run(&args, output),
        }
    }
}

/// The cells of a row under the names of the file: numbers in the columns named, text elsewhere, `null` where blank.
fn input(table: &Table, row: Row<'_>, numeric: &[&str]) -> Map<String, Value> {
    let cells = table.header.iter().map(|name| {
        let text = row.text(name);
        let number = numeric.iter().any(|numeric| numeric.eq_ignore_ascii_case(name));
        let parsed = text.parse::<f64>().ok().filter(|value| number && value.is_finite());
        let value = match parsed {
            Some(value) => json!(value),
            None if text.is_empty() => Value::Null,
            None => json!(text),
        };
        (name.clone(), value)
    });
    cells.collect()
}

/// `grade`, `grade_min` and `grade_max` of an answer with these bounds; all null where there are none.
fn grade_fields(bounds: Option<(Toxicity, Toxicity)>) -> [(&'static str, Value); 3] {
    let number = |toxicity: Toxicity| json!(toxicity.number());
    let grade = bounds.filter(|(min, max)| min == max).map(|(min, _)| min);
    [
        ("grade", grade.map_or(Value::Null, number)),
        ("grade_min", bounds.map_or(Value::Null, |(min, _)| number(min))),
        ("grade_max", bounds.map_or(Value::Null, |(_, max)| number(max))),
    ]
}

/// A grade for a person: `2`, `2-3`, or `?`.
fn grade_text(bounds: Option<(Toxicity, Toxicity)>) -> String {
    match bounds {
        Some((min, max)) if min == max => min.to_string(),
        Some((min, max)) => format!("{min}-{max}"),
        None => "?".to_owned(),
    }
}

/// A graded assessment, ready to print.
struct Graded {
    outcome: AstctOutcome,
    deciding: Option<&'static str>,
    reason: String,
}

/// Prints the graded assessments in file order.
fn print_assessments(table: &Table, graded: &[Graded], numeric: &[&str], output: Output) -> anyhow::Result<Answer> {
    let rows = || table.rows().zip(graded);
    output.print(
        || {
            let rows = rows().map(|(row, graded)| {
                let mut fields = input(table, row, numeric);
                for (name, value) in grade_fields(Some(graded.outcome.bounds())) {
                    fields.insert(name.to_owned(), value);
                }
                fields.insert("deciding_item".to_owned(), json!(graded.deciding));
                fields.insert("reason".to_owned(), json!(graded.reason));
                Value::Object(fields)
            });
            json!({ "scale": "ASTCT 2019", "rows": rows.collect::<Vec<_>>() })
        },
        || {
            let lines = rows().map(|(row, graded)| {
                vec![
                    row.text("subject").to_owned(),
                    row.text("time").to_owned(),
                    grade_text(Some(graded.outcome.bounds())),
                    graded.deciding.unwrap_or("-").to_owned(),
                    graded.reason.clone(),
                ]
            });
            aligned(&["subject", "time", "grade", "item", "reason"], lines)
        },
    )?;
    Ok(Answer::Given)
}

/// Columns padded to their widest cell; the last is not padded.
fn aligned(header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> String {
    let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(lines).collect();
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let start = text.len();
        let last = line.len().saturating_sub(1);
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            text.push_str(cell);
            if column < last {
                let gap = width.saturating_sub(cell.chars().count()) + 2;
                text.extend(std::iter::repeat_n(' ', gap));
            }
        }
        let end = text.get(start..).map_or(0, |line| line.trim_end().len());
        text.truncate(start + end);
        text.push('\n');
    }
    text
}

/// Yes or no; `None` where not recorded.
fn yes_no(row: Row<'_>, name: &str) -> anyhow::Result<Option<bool>> {
    match row.text(name).to_lowercase().as_str() {
        "" | "na" | "." | "unknown" => Ok(None),
        "1" | "y" | "yes" | "true" => Ok(Some(true)),
        "0" | "n" | "no" | "false" => Ok(Some(false)),
        _ => Err(row.wrong(name, "yes or no")),
    }
}

/// One of the words of a column; `None` where not recorded.
fn word<T: Copy>(row: Row<'_>, name: &str, words: &[(&str, T)]) -> anyhow::Result<Option<T>> {
    let written = row.text(name).to_lowercase().replace([' ', '-'], "_");
    if matches!(written.as_str(), "" | "na" | "." | "unknown") {
        return Ok(None);
    }
    let found = words.iter().find(|(known, _)| *known == written);
    let expected = || words.iter().map(|&(known, _)| known).collect::<Vec<_>>().join(", ");
    found
        .map(|&(_, value)| Some(value))
        .ok_or_else(|| row.wrong(name, &format!("one of {}", expected())))
}

/// The positions of the rows of each subject, in order of time; rows of the same time keep the order of the file.
fn by_subject(table: &Table) -> anyhow::Result<BTreeMap<String, Vec<usize>>> {
    let mut subjects: BTreeMap<String, Vec<(Time, usize)>> = BTreeMap::new();
    for (position, row) in table.rows().enumerate() {
        if row.text("subject").is_empty() {
            return Err(row.wrong("subject", "the id of a subject"));
        }
        let rows = subjects.entry(row.text("subject").to_owned()).or_default();
        let time =
            Time::parse(row.text("time")).filter(|time| rows.first().is_none_or(|(other, _)| other.comparable(time)));
        let time = time.ok_or_else(|| {
            row.wrong(
                "time",
                "a number, a day as D3, or a date as YYYY-MM-DD[Thh:mm], the same for all rows of a subject",
            )
        })?;
        rows.push((time, position));
    }
    Ok(subjects
        .into_iter()
        .map(|(subject, mut rows)| {
            rows.sort_by(|(a, _), (b, _)| a.order(b));
            (subject, rows.into_iter().map(|(_, position)| position).collect())
        })
        .collect())
}

/// When an assessment was made: hours or days from any origin, or a calendar date.
enum Time {
    Elapsed(f64),
    Calendar(When),
}

impl Time {
    fn parse(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let number = lower.strip_prefix("day").or(lower.strip_prefix('d')).unwrap_or(&lower);
        if let Ok(elapsed) = number.trim().parse::<f64>() {
            return elapsed.is_finite().then_some(Self::Elapsed(elapsed));
        }
        let when = When::parse(&text.replace(' ', "T")).ok()?;
        when.day().is_some().then_some(Self::Calendar(when))
    }

    fn comparable(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Elapsed(_), Self::Elapsed(_)) | (Self::Calendar(_), Self::Calendar(_))
        )
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Elapsed(a), Self::Elapsed(b)) => a.total_cmp(b),
            (Self::Calendar(a), Self::Calendar(b)) => a.order().cmp(&b.order()),
            (Self::Elapsed(_), Self::Calendar(_)) | (Self::Calendar(_), Self::Elapsed(_)) => std::cmp::Ordering::Equal,
        }
    }
}
