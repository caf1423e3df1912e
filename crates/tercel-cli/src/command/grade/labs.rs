//! `tercel grade labs`.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use tercel::grade::Toxicity;
use tercel::grade::ctcae::{Baseline, Ctcae, LabOutcome, LabResult, RangeIndicator, grade_lab};

use super::{Answer, Version, aligned, grade_fields, grade_text, input, word, yes_no};
use crate::output::Output;
use crate::table::{Row, Table};

/// A file of laboratory values and the version to grade by.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file, one value a row
    file: PathBuf,
    #[command(flatten)]
    version: Version,
}

const NUMERIC: [&str; 6] = ["value", "lln", "uln", "baseline", "baseline_lln", "baseline_uln"];

/// One line of the answer: a value by one term, or the reason why there is none.
struct Line<'a> {
    row: Row<'a>,
    term: Option<String>,
    direction: Option<String>,
    bounds: Option<(Toxicity, Toxicity)>,
    reason: String,
}

/// Why a test has no grade, once for each: to find what it may have meant takes longer than to grade a value.
type Unknown<'a> = HashMap<&'a str, String>;

/// Grades every row.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let version = args.version.ctcae()?;
    let table = Table::read(&args.file)?;
    table.require(&["param", "value"])?;
    let mut lines = Vec::new();
    let mut unknown = Unknown::new();
    for row in table.rows() {
        lines.extend(grade(version, row, &mut unknown)?);
    }
    output.print(
        || json!({ "scale": version.name(), "rows": lines.iter().map(|line| line_json(&table, line)).collect::<Vec<_>>() }),
        || text(&lines),
    )?;
    Ok(Answer::Given)
}

fn grade<'a>(version: Ctcae, row: Row<'a>, unknown: &mut Unknown<'a>) -> anyhow::Result<Vec<Line<'a>>> {
    let no_grade = |reason| {
        vec![Line {
            row,
            term: None,
            direction: None,
            bounds: None,
            reason,
        }]
    };
    if let Some(name) = NUMERIC.into_iter().find(|name| row.number_or_blank(name).is_err()) {
        return Ok(no_grade(format!(
            "not gradable: {name} \"{}\" is not a number",
            row.text(name)
        )));
    }
    let ranges = [
        ("low", RangeIndicator::Low),
        ("normal", RangeIndicator::Normal),
        ("high", RangeIndicator::High),
    ];
    let result = LabResult {
        value: row.number_or_blank("value")?,
        unit: Some(row.text("unit")).filter(|unit| !matches!(*unit, "NA" | ".")),
        lln: row.number_or_blank("lln")?,
        uln: row.number_or_blank("uln")?,
        baseline: Some(Baseline {
            value: row.number_or_blank("baseline")?,
            lln: row.number_or_blank("baseline_lln")?,
            uln: row.number_or_blank("baseline_uln")?,
            range: word(row, "baseline_range", &ranges)?,
        }),
        is_baseline: yes_no(row, "is_baseline")?.unwrap_or(false),
    };
    let grades = match grade_lab(version, row.text("param"), &result) {
        Ok(grades) => grades,
        Err(error) => {
            let sentence = unknown.entry(row.text("param"));
            return Ok(no_grade(
                sentence.or_insert_with(|| format!("not gradable: {error}")).clone(),
            ));
        }
    };
    let lines = grades.into_iter().map(|grade| Line {
        row,
        term: Some(grade.term.name.clone()),
        direction: Some(grade.term.direction.to_string()),
        bounds: match &grade.outcome {
            LabOutcome::Graded(toxicity) => Some((*toxicity, *toxicity)),
            LabOutcome::Range { min, max, .. } => Some((*min, *max)),
            LabOutcome::NotGradable(_) => None,
        },
        reason: grade.reason(),
    });
    Ok(lines.collect())
}

fn line_json(table: &Table, line: &Line<'_>) -> Value {
    let mut fields = input(table, line.row, &NUMERIC);
    fields.insert("term".to_owned(), json!(line.term));
    fields.insert("direction".to_owned(), json!(line.direction));
    for (name, value) in grade_fields(line.bounds) {
        fields.insert(name.to_owned(), value);
    }
    fields.insert("reason".to_owned(), json!(line.reason));
    Value::Object(fields)
}

fn text(lines: &[Line<'_>]) -> String {
    let lines = lines.iter().map(|line| {
        vec![
            line.row.text("param").to_owned(),
            line.row.text("value").to_owned(),
            line.row.text("unit").to_owned(),
            line.term.clone().unwrap_or_else(|| "-".to_owned()),
            line.direction.clone().unwrap_or_else(|| "-".to_owned()),
            grade_text(line.bounds),
            line.reason.clone(),
        ]
    });
    aligned(
        &["param", "value", "unit", "term", "direction", "grade", "reason"],
        lines,
    )
}
