//! `tercel audit replay`: every frozen packet, made again of what had been entered then.

use std::fmt::Write as _;

use anyhow::Context;
use serde_json::{Value, json};
use tercel_exchange::bounded;
use tercel_web::{Replayed, replay_meetings};

use crate::command::Answer;
use crate::output::Output;
use crate::record::{RecordArgs, wait};
use crate::study::{protocol_path, require_protocol};

/// Arguments of `tercel audit replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    record: RecordArgs,
}

/// Runs the command: blocked where a packet is not what it was. Nothing is written.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = require_protocol(&args.record.trial)?;
    let path = protocol_path(&args.record.trial);
    let file = bounded::read(&path, bounded::Kind::Lines, bounded::MAX_SETTINGS)
        .with_context(|| format!("failed to read {}", path.display()))?;
    let all = wait(async {
        let store = args.record.open().await?;
        Ok(replay_meetings(&store, &trial, &file).await?)
    })?;
    let same = all.iter().all(is_same);
    output.print(
        || json!({"packets": all.iter().map(line).collect::<Vec<Value>>(), "same": same}),
        || text(&all),
    )?;
    Ok(if same { Answer::Given } else { Answer::Blocked })
}

fn is_same(one: &Replayed) -> bool {
    matches!(&one.found, Ok(differences) if differences.is_empty())
}

fn line(one: &Replayed) -> Value {
    let said: Vec<&str> = match &one.found {
        Ok(differences) => differences.iter().map(|words| words.en.as_str()).collect(),
        Err(why) => vec![&why.en],
    };
    json!({
        "meeting": one.meeting,
        "cut": one.cut.map(|day| day.to_string()),
        "entry": one.entry,
        "sha256": one.digest,
        "same": is_same(one),
        "made_again": one.found.is_ok(),
        "differences": said,
    })
}

fn text(all: &[Replayed]) -> String {
    let mut page = String::new();
    for one in all {
        let Replayed {
            meeting,
            cut,
            entry,
            digest,
            found,
        } = one;
        let cut = cut.map_or_else(|| "–".to_owned(), |day| day.to_string());
        let _ = write!(page, "{meeting}: cut {cut}, entries up to {entry}: ");
        let _ = match found {
            Ok(differences) if differences.is_empty() => writeln!(page, "the same to the byte, SHA-256 {digest}"),
            Ok(_) => writeln!(page, "different"),
            Err(why) => writeln!(page, "not made again: {}", why.en),
        };
        for words in found.iter().flatten() {
            let _ = writeln!(page, "  {}", words.en);
        }
    }
    if all.is_empty() {
        page.push_str("No packet was frozen in this record.\n");
    }
    page
}
