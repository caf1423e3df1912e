//! `tercel check`: is the protocol in order, and are the data?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use tercel::protocol::Diagnostic;
use tercel::study::{Blocks, Finding};

use super::Answer;
use crate::output::Output;
use crate::study::{Study, TrialArgs, all_findings, data_path, finding_json, read_protocol};

/// Arguments of `tercel check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
}

/// Runs the command: blocked where the protocol has a mistake or a finding blocks something.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let diagnostics = read_protocol(&args.trial.trial)?.err().unwrap_or_default();
    let has_data = args.trial.data.is_some() || data_path(&args.trial.trial, None).exists();
    let findings = if diagnostics.is_empty() && has_data {
        let study = Study::open(&args.trial)?;
        all_findings(&study.analysis())
    } else {
        Vec::new()
    };
    let ok = diagnostics.is_empty() && findings.iter().all(|finding| finding.blocks == Blocks::None);
    output.print(
        || {
            json!({
                "ok": ok,
                "diagnostics": diagnostics.iter().map(diagnostic_json).collect::<Vec<Value>>(),
                "findings": findings.iter().map(finding_json).collect::<Vec<Value>>(),
            })
        },
        || text(&diagnostics, &findings, has_data),
    )?;
    Ok(if ok { Answer::Given } else { Answer::Blocked })
}

fn diagnostic_json(diagnostic: &Diagnostic) -> Value {
    json!({
        "file": diagnostic.file,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    })
}

fn text(diagnostics: &[Diagnostic], findings: &[Finding], has_data: bool) -> String {
    let mut page = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(page, "error: {diagnostic}\n");
    }
    if !diagnostics.is_empty() {
        let _ = writeln!(
            page,
            "{} to correct in the protocol; the data were not checked.",
            diagnostics.len()
        );
        return page;
    }
    page.push_str("The protocol is in order.\n");
    if !has_data {
        page.push_str("There are no data yet.\n");
        return page;
    }
    let mut groups: BTreeMap<Blocks, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry(finding.blocks).or_default().push(finding);
    }
    for (blocks, group) in groups {
        let heading = match blocks {
            Blocks::Decision => "These hold up the dose decision",
            Blocks::Infusion => "These hold up an infusion",
            Blocks::Export => "These hold up the export",
            Blocks::None => "To know",
        };
        let _ = writeln!(page, "\n{heading} ({}):", group.len());
        for finding in group {
            let record = finding.record.as_ref().map(ToString::to_string);
            let row = finding.row.map(|row| format!("{} row {row}", finding.dataset));
            let place = record.or(row).unwrap_or_else(|| finding.dataset.to_string());
            let _ = writeln!(page, "  {place} {}: {}", finding.field, finding.rule);
        }
    }
    let noun = if findings.len() == 1 { "finding" } else { "findings" };
    let _ = writeln!(page, "\n{} {noun} in the data.", findings.len());
    page
}
