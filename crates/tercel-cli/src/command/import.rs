//! `tercel import`: datasets, or a table of one form, into the record of a trial.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};
use tercel::protocol::Trial;
use tercel_exchange::form::{Captured, FORMS, form, from_csv, from_tables};
use tercel_exchange::{Table, read_datasets};
use tercel_store::{Change, Clock, Record, RecordFilter, Store, StoreError};
use tercel_web::{new_record, record_series, sites_of};

use super::Answer;
use crate::output::Output;
use crate::record::{RecordArgs, note, open_or_start, operator, wait};
use crate::study::require_protocol;

/// Arguments of `tercel import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    record: RecordArgs,
    /// A folder of SDTM datasets, or a CSV file with one column for each question of --form
    source: PathBuf,
    /// The form of the rows of a CSV file; its columns are the form's fields and `subject`
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// Say what would be entered, and enter nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = require_protocol(&args.record.trial)?;
    let (captured, not_taken) = read(args, &trial)?;
    let entered = wait(async {
        let address = args.record.address();
        let store = if args.dry_run {
            match Store::open(&address, Clock::System).await {
                Err(StoreError::Missing(_)) => None,
                answer => Some(answer?),
            }
        } else {
            Some(open_or_start(&address, &trial.id).await?)
        };
        let there = match &store {
            Some(store) => store.records(&RecordFilter::default()).await?,
            None => Vec::new(),
        };
        let changes = plan(&there, captured)?;
        if let (Some(store), false) = (&store, args.dry_run) {
            // One sitting: all of it is entered, or nothing.
            store.append(&operator(), Some(&trial.version), &changes).await?;
            note(store, "import").await?;
        }
        Ok(changes.len())
    })?;
    output.print(
        || json!({"entered": entered, "dry_run": args.dry_run, "not_taken": not_taken.iter().map(|line| json!(line)).collect::<Vec<Value>>()}),
        || {
            let mut text = format!("{entered} records {}\n", if args.dry_run { "would be entered" } else { "entered" });
            for line in &not_taken {
                text.push_str(line);
                text.push('\n');
            }
            text
        },
    )?;
    Ok(Answer::Given)
}

/// The records of the source, and a line for everything that is in none.
fn read(args: &Args, trial: &Trial) -> anyhow::Result<(Vec<Captured>, Vec<String>)> {
    let Some(id) = &args.form else {
        let (tables, unread) = read_datasets(&args.source)?;
        let (captured, not_taken) = from_tables(&tables, trial);
        let unread = unread.iter().map(|finding| finding.rule.to_string());
        let said = not_taken.iter().map(ToString::to_string);
        return Ok((captured, unread.chain(said).collect()));
    };
    let known = || FORMS.iter().map(|form| form.id).collect::<Vec<_>>().join(", ");
    let form = form(id).ok_or_else(|| anyhow!("--form {id}: there is no such form; there are {}", known()))?;
    let bytes = std::fs::read(&args.source).with_context(|| format!("failed to read {}", args.source.display()))?;
    let table = Table::parse_csv(&args.source.display().to_string(), &bytes)?;
    let import = from_csv(form, &table, trial, jiff::Zoned::now().date());
    let mistakes: Vec<String> = import.mistakes.iter().map(ToString::to_string).collect();
    if import.is_refused() {
        bail!("nothing was entered; correct the file first\n{}", mistakes.join("\n"));
    }
    Ok((import.records, mistakes))
}

/// What is to be entered: what is there already with the same answers is passed over, what is there with others refuses the
/// import, and so does a subject whose site nobody stated.
fn plan(there: &[Record], captured: Vec<Captured>) -> anyhow::Result<Vec<Change>> {
    let mut sites: BTreeMap<String, String> = there
        .iter()
        .filter_map(|record| Some((record.subject.clone()?, record.site.clone()?)))
        .collect();
    sites.extend(sites_of(&captured));
    let keys: BTreeMap<&str, &Record> = there.iter().map(|record| (record.key.as_str(), record)).collect();
    let mut changes = Vec::new();
    for record in captured {
        let Some(form) = record.definition() else {
            bail!("{} is no form; nothing was entered", record.form);
        };
        let subject = record.subject.as_deref();
        let Some(site) = subject.and_then(|subject| sites.get(subject)) else {
            bail!(
                "the site of subject {} is not known; enter its demography first. Nothing was entered",
                subject.unwrap_or("(blank)")
            );
        };
        let key = format!("{}/{}", record_series(form, subject), record.number);
        if let Some(known) = keys.get(key.as_str()) {
            if known.values != record.values {
                bail!("{key} is in the record with other answers; correct it there. Nothing was entered");
            }
            continue;
        }
        // A row without a number is the same as one that is there where every answer is: a file imported twice.
        let again = |known: &&Record| {
            !known.voided
                && known.form == record.form
                && known.subject.as_deref() == subject
                && known.values == record.values
        };
        if record.number == 0 && there.iter().any(|known| again(&known)) {
            continue;
        }
        let number = (record.number > 0).then_some(record.number);
        let new = new_record(form, subject, Some(site), number, record.values.clone());
        changes.push(Change::Create(new));
    }
    Ok(changes)
}
