//! `tercel design table`.

use std::fmt::Write as _;

use anyhow::anyhow;
use serde_json::{Value, json};
use tercel::design::Row;

use super::options::{DesignArgs, subjects};
use super::{Answer, Output};
use crate::command::estimate::{aligned, row};

/// Arguments of `tercel design table`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    /// Most subjects at a level
    #[arg(long, value_name = "N")]
    max_n: u32,
    /// Print the table as CSV
    #[arg(long)]
    csv: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let entry = args.design.entry()?;
    let max_n = subjects("--max-n", args.max_n)?;
    let rows = args
        .design
        .settings()?
        .table(entry.name, max_n)
        .map_err(|error| anyhow!("{error}"))?;
    output.print(
        || {
            let each = (1_u32..).zip(&rows).map(|(n, row)| {
                json!({
                    "n": n, "escalate_max": count(row.escalate_max),
                    "deescalate_min": count(row.deescalate_min), "eliminate_min": count(row.eliminate_min),
                })
            });
            json!({"design": entry.word, "rows": each.collect::<Vec<Value>>()})
        },
        || if args.csv { csv(&rows) } else { text(entry.title, &rows) },
    )?;
    Ok(Answer::Given)
}

fn count(value: Option<u32>) -> Value {
    value.map_or(Value::Null, Value::from)
}

fn csv(rows: &[Row]) -> String {
    let mut text = "n,escalate_max,deescalate_min,eliminate_min\n".to_owned();
    let cell = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
    for (n, row) in (1_u32..).zip(rows) {
        let line = [row.escalate_max, row.deescalate_min, row.eliminate_min]
            .map(cell)
            .join(",");
        let _ = writeln!(text, "{n},{line}");
    }
    text
}

fn text(title: &str, rows: &[Row]) -> String {
    let mut lines = vec![row(["evaluable", "escalate", "de-escalate", "close the level"])];
    let at_most = |value: Option<u32>| value.map_or("never".to_owned(), |value| format!("<= {value}"));
    let at_least = |value: Option<u32>| value.map_or("never".to_owned(), |value| format!(">= {value}"));
    for (n, boundaries) in (1_u32..).zip(rows) {
        lines.push(row([
            &n.to_string(),
            &at_most(boundaries.escalate_max),
            &at_least(boundaries.deescalate_min),
            &at_least(boundaries.eliminate_min),
        ]));
    }
    format!(
        "{title}: what to do at this many DLTs at the current level; in between, stay\n\n{}",
        aligned(&lines)
    )
}
