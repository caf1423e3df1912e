//! `tercel new`: a protocol drafted from a registry record.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tercel::protocol::parse_protocol;
use tercel_exchange::registry::{Draft, draft_protocol, parse_record};
use tercel_exchange::{SCHEMA_FILE, bounded, protocol_schema};

use super::Answer;
use crate::output::Output;

/// Arguments of `tercel new`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Registry record: JSON (API version 2) or CSV of ClinicalTrials.gov, or flat text
    record: PathBuf,
    /// Trial folder to write protocol.toml to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Study to draft, where the file holds several
    #[arg(long, value_name = "ID")]
    nct: Option<String>,
    /// Replace the protocol that stands in the folder
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let path = args.out.join("protocol.toml");
    if path.exists() && !args.force {
        bail!(
            "{} already stands there; give another --out, or --force to replace it",
            path.display()
        );
    }
    let name = args.record.display();
    let bytes = bounded::read(&args.record, bounded::Kind::Document, bounded::MAX_DOCUMENT)
        .with_context(|| format!("failed to read the record {name}"))?;
    let record =
        parse_record(&bytes, args.nct.as_deref()).with_context(|| format!("failed to read the record {name}"))?;
    let draft = draft_protocol(&record);
    if let Err(mistakes) = parse_protocol("protocol.toml", &draft.protocol) {
        let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        bail!("no valid protocol can be drafted from {name}:\n{}", list.join("\n"));
    }
    fs::create_dir_all(&args.out).with_context(|| format!("failed to create {}", args.out.display()))?;
    let schema = args.out.join(SCHEMA_FILE);
    fs::write(&schema, protocol_schema()).with_context(|| format!("failed to write {}", schema.display()))?;
    // Editors find the schema by this line, and complete and check the file as it is filled in.
    let text = format!("#:schema ./{SCHEMA_FILE}\n{}", draft.protocol);
    fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    let file = path.display().to_string();
    output.print(|| answer_json(&file, &draft), || answer_text(&file, &draft))?;
    Ok(Answer::Given)
}

fn answer_json(file: &str, draft: &Draft) -> Value {
    let levels = draft.dose_levels.iter();
    let outcomes = draft.outcomes.iter();
    let open = draft.not_stated.iter();
    json!({
        "protocol": file,
        "dose_levels": levels
            .map(|level| json!({"label": level.label, "amount": level.amount, "unit": level.unit}))
            .collect::<Vec<Value>>(),
        "outcomes": outcomes
            .map(|outcome| json!({
                "id": outcome.id,
                "kind": outcome.kind.name(),
                "measure": outcome.measure,
                "time_frames": outcome.time_frames.iter().map(|frame| frame.text.as_str()).collect::<Vec<&str>>(),
                "method": outcome.method,
            }))
            .collect::<Vec<Value>>(),
        "dlt_window_days": draft.dlt_window_days,
        "not_stated": open
            .map(|open| json!({
                "path": open.path,
                "question": open.question,
                "choice": open.choice,
                "record": open.record,
            }))
            .collect::<Vec<Value>>(),
    })
}

fn answer_text(file: &str, draft: &Draft) -> String {
    let mut text = format!("Draft written to {file}\n\n");
    let _ = writeln!(text, "Dose levels: {}", draft.dose_levels.len());
    for level in &draft.dose_levels {
        let _ = writeln!(text, "  {}: {:e} {}", level.label, level.amount, level.unit);
    }
    match draft.dlt_window_days {
        Some(days) => {
            let _ = writeln!(text, "DLT window: {days} days");
        }
        None => text.push_str("DLT window: not stated\n"),
    }
    let _ = writeln!(text, "Outcomes: {}", draft.outcomes.len());
    for outcome in &draft.outcomes {
        let frames: Vec<&str> = outcome.time_frames.iter().map(|frame| frame.text.as_str()).collect();
        let method = outcome.method.unwrap_or("no method");
        let _ = writeln!(
            text,
            "  {} {} [{}]: {method}",
            outcome.id,
            outcome.measure,
            frames.join(", ")
        );
    }
    let _ = writeln!(
        text,
        "\nNot stated by the record, to be confirmed: {}",
        draft.not_stated.len()
    );
    for open in &draft.not_stated {
        let words = open
            .record
            .as_ref()
            .map(|words| format!(" (record: {words})"))
            .unwrap_or_default();
        let _ = writeln!(text, "  {}: {} {}{words}", open.path, open.question, open.choice);
    }
    text
}
