//! `tercel grade`.

mod assessments;
mod crs;
mod icaht;
mod icans;
mod labs;
mod term;
mod time;

use serde_json::{Map, Value, json};
use tercel::grade::Toxicity;
use tercel::grade::ctcae::Ctcae;

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
    /// Grade cytokine release syndrome by ASTCT 2019, CTCAE 5.0 or CTCAE 6.0
    ///
    /// Columns: subject, time, temperature_c, hypotension, vasopressors (other than vasopressin), vasopressin, oxygen_device,
    /// oxygen_flow_l_min, masking_treatment, attributed. A blank cell means not recorded; a blank attributed means yes.
    ///
    /// oxygen_device: none, nasal_cannula, blow_by, high_flow, mask, non_rebreather, venturi, cpap, bipap, ventilator, unknown.
    /// hypotension, vasopressin, masking_treatment, attributed: yes, no. vasopressors: 0, 1, 2 and so on. temperature_c: 25 to 45.
    ///
    /// Where there: fio2 (fraction of inspired oxygen, 21 to 100 %; CTCAE 5.0 asks for it), infusion_time, and treatment_time
    /// (anticytokine or steroid) for the times of an episode. Times: a number, a day as D3, or YYYY-MM-DD[Thh:mm].
    ///
    /// Grades of different scales do not compare. IEC-HS is not graded from findings: its grade is the investigator's.
    Crs(crs::Args),
    /// Grade neurotoxicity (ICANS, adults) by ASTCT 2019
    ///
    /// Columns: subject, time, ice, arousal, seizure, motor, oedema, attributed. A blank cell means not recorded; a blank
    /// attributed means yes.
    ///
    /// ice: 0 to 10. arousal: spontaneous, voice, tactile, unarousable, unknown. seizure: none, resolved, prolonged. motor:
    /// none, deep_focal_weakness. oedema: none, focal, diffuse. attributed: yes, no.
    ///
    /// Where there: infusion_time, and treatment_time (anticytokine or steroid) for the times of an episode. Times: a number,
    /// a day as D3, or YYYY-MM-DD[Thh:mm].
    Icans(assessments::AssessmentArgs),
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
