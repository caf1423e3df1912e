//! `tercel audit log`: the audit trail as a table.

use anyhow::{anyhow, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tercel_store::{Entry, EntryFilter, Kind, stamp};

use crate::command::Answer;
use crate::command::check::plain;
use crate::output::Output;
use crate::record::{RecordArgs, wait};

/// Arguments of `tercel audit log`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: RecordArgs,
    /// Of this record: AE/S-01-001/1
    #[arg(long, value_name = "KEY")]
    record: Option<String>,
    /// Of this subject
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// By this account
    #[arg(long, value_name = "ACCOUNT")]
    author: Option<String>,
    /// Of this kind: create, correct, void, sign, query, answer, close, verify, lock, unlock, decide, access, export
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Entered at or after this day or time, UTC
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Entered before this day or time, UTC
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most this many, the last ones
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let filter = EntryFilter {
        record: args.record.clone(),
        subject: args.subject.clone(),
        author: args.author.clone(),
        kind: args.kind.as_deref().map(kind).transpose()?,
        from: args.from.as_deref().map(time).transpose()?,
        until: args.until.as_deref().map(time).transpose()?,
        ..EntryFilter::default()
    };
    let (entries, all) = wait(async {
        let store = args.target.open().await?;
        let entries = store.entries(&filter, i64::from(args.limit)).await?;
        Ok((entries, store.count_entries(&filter).await?))
    })?;
    output.print(
        || Value::from(entries.iter().map(document).collect::<Vec<Value>>()),
        || table(&entries),
    )?;
    // Beside the table, which may be read by a program.
    if let Some(more) = left_out(entries.len(), all) {
        eprintln!("{more}");
    }
    Ok(Answer::Given)
}

/// What is to be said of entries that are not shown.
fn left_out(shown: usize, all: i64) -> Option<String> {
    let more = all - i64::try_from(shown).unwrap_or(all);
    let entries = if more == 1 { "entry is" } else { "entries are" };
    (more > 0).then(|| format!("{more} older {entries} not shown; see all with --limit {all}"))
}

fn kind(name: &str) -> anyhow::Result<Kind> {
    Kind::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        anyhow!("\"{name}\" is no kind of entry; take one of {}", known.join(", "))
    })
}

/// A day is its first moment.
fn time(text: &str) -> anyhow::Result<String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(stamp(time));
    }
    if let Ok(day) = text.parse::<Date>() {
        return Ok(stamp(day.to_zoned(TimeZone::UTC)?.timestamp()));
    }
    bail!("\"{text}\" is no time; write 2026-03-01 or 2026-03-01T08:00:00Z")
}

fn document(entry: &Entry) -> Value {
    let payload = serde_json::from_str(&entry.payload).unwrap_or_else(|_| Value::from(entry.payload.as_str()));
    json!({
        "entry": entry.seq,
        "entered_at": entry.entered_at,
        "author": entry.author,
        "role": entry.role,
        "kind": entry.kind.name(),
        "record": entry.record,
        "version": entry.version,
        "form": entry.form,
        "subject": entry.subject,
        "site": entry.site,
        "happened": entry.happened,
        "reason": entry.reason,
        "protocol": entry.protocol,
        "payload": payload,
        "hash": entry.hash,
    })
}

/// Columns as wide as their widest cell; what was entered stands last, where it may be long.
fn table(entries: &[Entry]) -> String {
    let mut rows = vec![
        [
            "entry",
            "entered (UTC)",
            "author",
            "role",
            "kind",
            "record",
            "version",
            "reason or event",
        ]
        .map(str::to_owned),
    ];
    rows.extend(entries.iter().map(|entry| {
        let said = entry.reason.clone().unwrap_or_else(|| event(entry));
        [
            entry.seq.to_string(),
            entry.entered_at.clone(),
            entry.author.clone(),
            entry.role.clone(),
            entry.kind.name().to_owned(),
            entry.record.clone().unwrap_or_default(),
            entry.version.map_or_else(String::new, |version| version.to_string()),
            said,
        ]
        .map(|cell| plain(&cell))
    }));
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut page = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        page.push_str(cells.join("  ").trim_end());
        page.push('\n');
    }
    if entries.is_empty() {
        page.push_str("no such entry\n");
    }
    page
}

/// What an access or export says of itself.
fn event(entry: &Entry) -> String {
    let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
    let field = |name: &str| payload.get(name).and_then(Value::as_str);
    match (field("event"), field("command")) {
        (Some(event), Some(command)) => format!("{event}: {command}"),
        (Some(event), None) => event.to_owned(),
        (None, _) => String::new(),
    }
}
