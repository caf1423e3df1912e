//! `tercel check`: is the protocol in order, and are the data?

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};
use tercel::endpoint::check_analysis;
use tercel::protocol::Diagnostic;
use tercel::report::finding_sections;
use tercel::study::{Blocks, Finding, FindingGroup, group_findings};
use tercel_exchange::Table;
use tercel_report::{FindingsPage, render_findings};

use super::Answer;
use crate::output::Output;
use crate::study::{Study, TrialArgs, data_path, finding_json, open_gaps, read_protocol, record_address};

/// Arguments of `tercel check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
    /// Folder for findings.csv and findings.html, which list every finding
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Most rows of a group on the terminal.
const ROWS_SHOWN: usize = 10;

/// Columns of findings.csv.
const COLUMNS: [&str; 8] = [
    "blocks", "subject", "dataset", "record", "row", "field", "rule", "message",
];

/// Runs the command: blocked where the protocol has a mistake or a finding blocks something.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let (gaps, diagnostics) = match read_protocol(&args.trial.trial)? {
        Ok(trial) => (open_gaps(&trial), Vec::new()),
        Err(diagnostics) => (Vec::new(), diagnostics),
    };
    let has_data = args.trial.data.is_some()
        || record_address(&args.trial.trial, None).is_some()
        || data_path(&args.trial.trial, None).exists();
    let study = if diagnostics.is_empty() && gaps.is_empty() && has_data {
        Some(Study::open(&args.trial)?)
    } else {
        None
    };
    let findings = study
        .as_ref()
        .map_or_else(Vec::new, |study| check_analysis(&study.analysis()));
    if let (Some(folder), Some(study)) = (&args.out, &study) {
        write_findings(folder, study, &findings)?;
    }
    // A draft with a gap is in order; data cannot be checked against it.
    let ok = diagnostics.is_empty()
        && (gaps.is_empty() || !has_data)
        && findings.iter().all(|finding| finding.blocks == Blocks::None);
    output.print(
        || {
            json!({
                "ok": ok,
                "diagnostics": diagnostics.iter().map(diagnostic_json).collect::<Vec<Value>>(),
                "open_gaps": gaps,
                "findings": findings.iter().map(finding_json).collect::<Vec<Value>>(),
            })
        },
        || text(&diagnostics, &gaps, &findings, has_data),
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

fn text(diagnostics: &[Diagnostic], gaps: &[String], findings: &[Finding], has_data: bool) -> String {
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
    for gap in gaps {
        let _ = writeln!(page, "open gap: {}", plain(gap));
    }
    if !has_data {
        page.push_str("There are no data yet.\n");
        return page;
    }
    if !gaps.is_empty() {
        page.push_str("The data were not checked.\n");
        return page;
    }
    let groups = group_findings(findings);
    let mut blocks = None;
    for group in &groups {
        if blocks != Some(group.blocks) {
            let of_kind = groups.iter().filter(|other| other.blocks == group.blocks);
            let number: usize = of_kind.map(|other| other.findings.len()).sum();
            let _ = writeln!(page, "\n{} ({number}):", group.blocks.heading());
            blocks = Some(group.blocks);
        }
        group_text(&mut page, group);
    }
    let noun = if findings.len() == 1 { "finding" } else { "findings" };
    let _ = writeln!(page, "\n{} {noun} in the data.", findings.len());
    page
}

/// A group with its first rows.
fn group_text(page: &mut String, group: &FindingGroup<'_>) {
    let _ = writeln!(page, "  {}: {}; {}", plain(&group.name()), group.extent(), group.advice);
    for finding in group.findings.iter().take(ROWS_SHOWN) {
        let _ = writeln!(
            page,
            "    {}: {}",
            plain(&finding.place()),
            plain(&finding.rule.to_string())
        );
    }
    if let Some(hidden) = group
        .findings
        .len()
        .checked_sub(ROWS_SHOWN)
        .filter(|hidden| *hidden > 0)
    {
        let _ = writeln!(page, "    and {hidden} more; --json or --out lists all");
    }
}

/// Without characters that would move the cursor of a terminal or turn the text around.
pub(crate) fn plain(text: &str) -> String {
    let is_mark =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|letter| match letter {
            letter if letter.is_control() || is_mark(letter) => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

fn write_findings(folder: &Path, study: &Study, findings: &[Finding]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let page = FindingsPage {
        trial: study.trial.id.clone(),
        cut: study.cut.map(|cut| cut.to_string()),
        synthetic: study.data.synthetic,
        findings: finding_sections(findings, usize::MAX),
    };
    let rows = findings.iter().map(csv_row).collect();
    let table = Table::from_rows("FINDINGS", &COLUMNS, rows).to_csv()?;
    for (name, bytes) in [
        ("findings.csv", table),
        ("findings.html", render_findings(&page).into_bytes()),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

fn csv_row(finding: &Finding) -> Vec<String> {
    let row = [
        finding.blocks.name().to_owned(),
        finding.subject.as_ref().map_or_else(String::new, ToString::to_string),
        finding.dataset.to_string(),
        finding.record.as_ref().map_or_else(String::new, ToString::to_string),
        finding.row.map_or_else(String::new, |row| row.to_string()),
        finding.field.clone(),
        finding.rule.id().to_owned(),
        finding.rule.to_string(),
    ];
    row.into_iter().map(harmless).collect()
}

/// A cell that a spreadsheet would run as a formula is made text by an apostrophe, which it does not show. One that begins
/// with an apostrophe gets another, so that taking the first away gives back what was written.
fn harmless(cell: String) -> String {
    match cell.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '\'') => format!("'{cell}"),
        _ if cell.starts_with(['\t', '\r', '\n']) => format!("'{cell}"),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_run_as_a_formula_becomes_text_and_can_be_turned_back() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "'=1"] {
            let written = harmless(cell.to_owned());
            assert_eq!(written.strip_prefix('\''), Some(cell));
        }
        for cell in ["", "HCC-01", "a=b", "12"] {
            assert_eq!(harmless(cell.to_owned()), cell);
        }
    }
}
