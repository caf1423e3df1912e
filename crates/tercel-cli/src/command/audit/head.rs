//! `tercel audit head`: the signed head of the chain, to be kept where nobody who can write the record can reach it.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;
use tercel_store::Change;

use crate::command::Answer;
use crate::output::Output;
use crate::record::{RecordArgs, operator, wait};

/// Arguments of `tercel audit head`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    record: RecordArgs,
    /// File to write it to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command. That a head was taken is an entry, and the head covers it.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let key = args.record.key()?;
    let head = wait(async {
        let store = args.record.open().await?;
        let event = json!({"event": "command line", "command": "audit head"});
        store.append(&operator(), None, &[Change::Export { event }]).await?;
        Ok(store.signed_head(&key).await?)
    })?;
    let mut text = serde_json::to_string_pretty(&head)?;
    text.push('\n');
    std::fs::write(&args.out, text).with_context(|| format!("failed to write {}", args.out.display()))?;
    output.print(
        || json!(head),
        || {
            format!(
                "The signed head of {} entries is in {}. Keep it elsewhere, and give it to `tercel audit verify --head`.\n",
                head.entries,
                args.out.display()
            )
        },
    )?;
    Ok(Answer::Given)
}
