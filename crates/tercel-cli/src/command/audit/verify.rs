//! `tercel audit verify`: is the record as it was entered?

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde_json::{Value, json};
use tercel_exchange::bounded;
use tercel_store::{Head, Verification};

use crate::command::Answer;
use crate::command::check::plain;
use crate::output::Output;
use crate::progress::Progress;
use crate::record::{RecordArgs, wait};

/// Arguments of `tercel audit verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    record: RecordArgs,
    /// Signed head written earlier by `tercel audit head`: shows also what was cut off, rolled back or computed anew
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

/// Runs the command: blocked where something is wrong. Nothing is written.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let head = args.head.as_deref().map(read_head).transpose()?;
    let progress = Progress::start("verifying the record");
    let address = args.record.address();
    let found = wait(async { Ok(tercel_store::verify(&address, head.as_ref()).await?) });
    drop(progress);
    let mut found = found?;
    if let (None, Some(study)) = (&head, args.record.study())
        && found.is_ok()
    {
        let opened = wait(async { Ok(tercel_store::Store::open(&address, tercel_store::Clock::System).await?) })?;
        if opened.study() != study {
            found.problems.push(tercel_store::Problem {
                entry: Some(1),
                what: format!("the record is of study {}, the protocol of {study}", opened.study()),
            });
        }
    }
    output.print(|| document(&found), || text(&found))?;
    Ok(if found.is_ok() { Answer::Given } else { Answer::Blocked })
}

fn read_head(path: &Path) -> anyhow::Result<Head> {
    let read = bounded::read_text(path, bounded::Kind::JsonDocument, bounded::MAX_SETTINGS);
    let text = read.with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_str(&text).map_err(|_| {
        anyhow!(
            "{} is no signed head; give the file that `tercel audit head` wrote",
            path.display()
        )
    })
}

fn document(found: &Verification) -> Value {
    let problems: Vec<Value> = found
        .problems
        .iter()
        .map(|problem| json!({"entry": problem.entry, "what": problem.what}))
        .collect();
    json!({
        "entries": found.entries,
        "ok": found.is_ok(),
        "first_bad": found.first_bad(),
        "problems": problems,
        "notes": found.notes,
    })
}

fn text(found: &Verification) -> String {
    let mut page = String::new();
    for problem in &found.problems {
        let _ = writeln!(page, "problem: {}", plain(&problem.what));
    }
    for note in &found.notes {
        let _ = writeln!(page, "note: {}", plain(note));
    }
    let verdict = if found.is_ok() {
        "the record is as it was entered"
    } else {
        "the record is not as it was entered; keep it as it is and ask for a backup"
    };
    let _ = writeln!(page, "{} entries; {verdict}.", found.entries);
    page
}
