//! `tercel import`: datasets, or a table of one form, into the record of a trial.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};
use tercel::protocol::Trial;
use tercel_exchange::form::{Captured, FORMS, Scope, form, from_csv, from_tables};
use tercel_exchange::{Table, read_datasets};
use tercel_store::{Change, NewRecord, RecordFilter, Store};
use tercel_web::record_series;

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

/// Records written at once.
const A_SITTING: usize = 2000;

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = require_protocol(&args.record.trial)?;
    let (captured, not_taken) = read(args, &trial)?;
    let entered = if args.dry_run {
        captured.len()
    } else {
        wait(async {
            let store = open_or_start(&args.record.address(), &trial.id).await?;
            let entered = enter(&store, captured, &trial.version).await?;
            note(&store, "import").await?;
            Ok(entered)
        })?
    };
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

/// Enters the records; those that are there already with the same answers are passed over, others refuse the import.
async fn enter(store: &Store, captured: Vec<Captured>, version: &str) -> anyhow::Result<usize> {
    let there = store.records(&RecordFilter::default()).await?;
    let mut sites: BTreeMap<String, String> = BTreeMap::new();
    for record in &there {
        if let (Some(subject), Some(site)) = (&record.subject, &record.site) {
            sites.insert(subject.clone(), site.clone());
        }
    }
    for record in captured.iter().filter(|record| record.form == "demography") {
        if let (Some(subject), Some(site)) = (&record.subject, record.value("siteid")) {
            sites.insert(subject.clone(), site.to_owned());
        }
    }
    let there: BTreeMap<&str, _> = there.iter().map(|record| (record.key.as_str(), record)).collect();
    let mut changes = Vec::new();
    for record in captured {
        let Some(definition) = record.definition() else {
            continue;
        };
        if definition.scope == Scope::Subject && record.subject.is_none() {
            continue;
        }
        let series = record_series(definition, record.subject.as_deref());
        if let Some(known) = there.get(format!("{series}/{}", record.number).as_str()) {
            if known.values != record.values {
                bail!(
                    "{} is in the record with other answers; correct it there. Nothing was entered",
                    known.key
                );
            }
            continue;
        }
        let happened = definition
            .happened
            .and_then(|field| record.value(field))
            .map(str::to_owned);
        changes.push(Change::Create(NewRecord {
            series,
            number: (record.number > 0).then_some(record.number),
            form: record.form.clone(),
            site: record.subject.as_ref().and_then(|subject| sites.get(subject)).cloned(),
            subject: record.subject.clone(),
            happened,
            values: record.values,
        }));
    }
    for sitting in changes.chunks(A_SITTING) {
        store.append(&operator(), Some(version), sitting).await?;
    }
    Ok(changes.len())
}
