//! `tercel restore`: a record from its backup, where there is none.

use std::io::BufReader;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::json;
use tercel_store::{Address, Clock, Store};

use super::Answer;
use crate::output::Output;
use crate::progress::Progress;
use crate::record::{RecordArgs, note, wait};

/// Arguments of `tercel restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File that `tercel backup` wrote
    file: PathBuf,
    /// Trial folder: the record becomes tercel.db in it
    #[arg(required_unless_present = "database")]
    trial: Option<PathBuf>,
    /// Where to lay the record instead: a file, or postgres://user@host/database
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Runs the command: everything is there afterwards, or nothing.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let target = args.trial.clone().map(|trial| RecordArgs {
        trial,
        database: args.database.clone(),
    });
    let address = match (&target, &args.database) {
        (Some(target), _) => target.address(),
        (None, Some(database)) => Address::new(database),
        (None, None) => bail!("say where to: a trial folder, or --database"),
    };
    let file = std::fs::File::open(&args.file).with_context(|| format!("failed to read {}", args.file.display()))?;
    let progress = Progress::start("laying the record");
    let restored = wait(async {
        let mut input = BufReader::new(file);
        let (store, head) = Store::restore(&address, Clock::System, &mut input).await?;
        let study = target.as_ref().and_then(RecordArgs::study);
        let found = store.verify(Some(&head)).await?;
        note(&store, "restore").await?;
        Ok((head, study, found))
    });
    drop(progress);
    let (head, study, found) = restored?;
    if let Some(study) = study.filter(|study| *study != head.study) {
        bail!(
            "{address} now holds the record of study {}, and the protocol is of {study}; take it away and restore beside the right protocol",
            head.study
        );
    }
    if let Some(problem) = found.problems.first() {
        bail!(
            "the record was restored as it was, and is not in order: {}",
            problem.what
        );
    }
    output.print(
        || json!({"database": address.to_string(), "study": head.study, "entries": head.entries, "backup_of": head.at}),
        || {
            format!(
                "{address} holds the {} entries of study {} as they were at {}.\nThe signing key is not in a backup: put tercel.key back beside the protocol.\n",
                head.entries, head.study, head.at
            )
        },
    )?;
    Ok(Answer::Given)
}
