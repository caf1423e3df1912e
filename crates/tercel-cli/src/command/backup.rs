//! `tercel backup`: everything that was entered, in one file that any of the databases can be laid from.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use super::Answer;
use crate::output::Output;
use crate::progress::Progress;
use crate::record::{RecordArgs, operator, wait};

/// Arguments of `tercel backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    record: RecordArgs,
    /// File to write it to; one that is there is replaced once the new one is whole
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let key = args.record.key()?;
    let progress = Progress::start("writing the backup");
    let mut half = args.out.clone().into_os_string();
    half.push(".part");
    let half = PathBuf::from(half);
    let written = wait(async {
        let store = args.record.open().await?;
        let file = private(&half).with_context(|| format!("failed to write {}", half.display()))?;
        let mut out = BufWriter::new(file);
        let head = store.backup(&operator(), &key, &mut out).await?;
        out.into_inner()?.sync_all()?;
        std::fs::rename(&half, &args.out).with_context(|| format!("failed to write {}", args.out.display()))?;
        Ok(head)
    });
    drop(progress);
    if written.is_err() {
        let _ = std::fs::remove_file(&half);
    }
    let head = written?;
    output.print(
        || json!({"file": args.out.display().to_string(), "head": head}),
        || {
            format!(
                "{} entries of study {} are in {}.\n",
                head.entries,
                head.study,
                args.out.display()
            )
        },
    )?;
    Ok(Answer::Given)
}

/// A file that only its owner reads: it holds the data of subjects and the hashes of passwords.
fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
