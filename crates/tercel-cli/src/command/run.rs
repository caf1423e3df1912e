//! `tercel run`: every outcome of the record, the dose decision, and the report.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::design::decide_study;
use tercel::endpoint::{Analysis, Cell, Detail, Facts, check_analysis, derive_cells};
use tercel::estimate::survival::Step;
use tercel::language::Language;
use tercel::protocol::DoseLevel;
use tercel::report::{Report, build_report};
use tercel::study::{Blocks, Finding};
use tercel_report::{render_html, render_html_in, render_terminal};

use super::Answer;
use super::decide::decision_json;
use crate::output::{Output, number};
use crate::printing::{PrintArgs, Sheet, write};
use crate::progress::Progress;
use crate::safety::{episodes_json, expedited_json, safety_json};
use crate::study::{Study, TrialArgs, protocol_path};

/// Arguments of `tercel run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
    /// Folder of the report; out/<trial folder> if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Language of the report: en or zh
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    #[command(flatten)]
    print: PrintArgs,
}

/// Width of the terminal summary.
const WIDTH: usize = 118;

/// The report as a page. In Chinese it is made from the protocol's Chinese names and texts.
fn page(study: &Study, report: &Report, language: Language) -> String {
    if language == Language::English {
        return render_html(report);
    }
    let trial = study.trial.in_language(language);
    let analysis = Analysis::new(&trial, &study.data, study.cut);
    let (cells, findings) = (derive_cells(&analysis), check_analysis(&analysis));
    let report = build_report(&analysis, &cells, decide_study(&analysis).as_ref(), &findings);
    render_html_in(&report, language)
}

/// Runs the command. With `--json` the report is written only where `--out` says so.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    args.print.check()?;
    let language =
        Language::from_tag(&args.language).ok_or_else(|| anyhow!("--language {}: choose en or zh", args.language))?;
    if output.json && args.out.is_none() && !args.print.is_empty() {
        bail!("--pdf and --tables write beside the report: with --json name its folder with --out");
    }
    let study = Study::open(&args.trial)?;
    let progress = Progress::start("deriving the outcomes and writing the report");
    let analysis = study.analysis();
    let cells = derive_cells(&analysis);
    let findings = check_analysis(&analysis);
    let decision = decide_study(&analysis);
    let report = build_report(&analysis, &cells, decision.as_ref(), &findings);
    let mut further = Vec::new();
    let written = match (&args.out, output.json) {
        (None, true) => None,
        (out, _) => {
            let folder = out.clone().unwrap_or_else(|| default_folder(args));
            let (path, html) = (folder.join("report.html"), page(&study, &report, language));
            write(&path, html.as_bytes())?;
            let sheet = Sheet::of_study(&study.trial, "Study report", study.cut);
            further = args
                .print
                .write_beside(&html, &path, &folder.join("tables.docx"), &sheet)?;
            Some(path)
        }
    };
    drop(progress);
    output.print(
        || {
            json!({
                "files": written.iter().chain(&further).collect::<Vec<_>>(),
                "data_cut": analysis.cut.map(|cut| cut.to_string()),
                "synthetic": analysis.data.synthetic,
                "subjects": subjects_json(&analysis),
                "decision": decision_json(&analysis, decision.as_ref(), &findings),
                "outcomes": cells.iter().map(cell_json).collect::<Vec<Value>>(),
                "assumptions": analysis.trial.assumptions.iter().map(|assumption| json!({
                    "id": assumption.id,
                    "question": assumption.question,
                    "choice": assumption.choice,
                    "reason": assumption.reason,
                })).collect::<Vec<Value>>(),
                "findings": findings_json(&findings),
                "safety": safety_json(&analysis),
                "episodes": episodes_json(&analysis),
                "expedited_reports": expedited_json(&analysis),
            })
        },
        || {
            let mut page = render_terminal(&report, WIDTH);
            if let Some(path) = &written {
                let _ = writeln!(page, "\nReport: {}", path.display());
            }
            for path in &further {
                let _ = writeln!(page, "        {}", path.display());
            }
            page
        },
    )?;
    Ok(Answer::Given)
}

fn default_folder(args: &Args) -> PathBuf {
    let protocol = protocol_path(&args.trial.trial);
    let folder = protocol.parent().and_then(|folder| folder.canonicalize().ok());
    let name = folder
        .as_deref()
        .and_then(|folder| folder.file_name())
        .map(std::ffi::OsStr::to_os_string);
    PathBuf::from("out").join(name.unwrap_or_else(|| "trial".into()))
}

/// Subjects at each step; `null` where a table without dates does not tell.
fn subjects_json(analysis: &Analysis<'_>) -> Value {
    let count = |level: Option<DoseLevel>, holds: fn(&Facts<'_>) -> bool| -> Value {
        let at_level = |facts: &&Facts<'_>| level.is_none() || facts.level == level;
        let counted = analysis
            .enrolled()
            .filter(at_level)
            .filter(|facts| holds(facts))
            .count();
        if analysis.data.dated {
            Value::from(counted)
        } else {
            Value::Null
        }
    };
    let levels = analysis.trial.dose_levels.levels().map(|level| {
        let assigned = analysis.enrolled().filter(|facts| facts.level == Some(level)).count();
        let infused = count(Some(level), |facts| facts.infusion.is_some());
        json!({"dose_level": level.number(), "assigned": assigned, "infused": infused})
    });
    json!({
        "screen_failures": analysis.screen_failures(),
        "enrolled": analysis.enrolled().count(),
        "collected": count(None, |facts| facts.collection.is_some()),
        "infused": count(None, |facts| facts.infusion.is_some()),
        "died": count(None, |facts| facts.subject.is_dead()),
        "levels": levels.collect::<Vec<Value>>(),
    })
}

fn cell_json(cell: &Cell) -> Value {
    json!({
        "id": cell.id,
        "measure": cell.measure,
        "time_point_months": cell.time_point,
        "dose_level": cell.level.map(DoseLevel::number),
        "statistic": cell.statistic,
        "unit": cell.unit,
        "value": number(cell.value),
        "lower": number(cell.lower),
        "upper": number(cell.upper),
        "n": cell.n,
        "denominator": cell.denominator,
        "estimable": cell.estimable(),
        "reason": cell.reason.as_ref().map(ToString::to_string),
        "note": cell.note,
        "details": cell.details.iter().map(detail_json).collect::<Vec<Value>>(),
        "curve": cell.curve.iter().map(step_json).collect::<Vec<Value>>(),
        "records": cell.records().iter().map(ToString::to_string).collect::<Vec<String>>(),
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "time": step.time,
        "n_risk": step.n_risk,
        "n_event": step.n_event,
        "n_censor": step.n_censor,
        "survival": step.survival,
        "lower": number(step.lower),
        "upper": number(step.upper),
    })
}

fn detail_json(detail: &Detail) -> Value {
    json!({
        "statistic": detail.statistic,
        "unit": detail.unit,
        "value": number(detail.value),
        "lower": number(detail.lower),
        "upper": number(detail.upper),
    })
}

fn findings_json(findings: &[Finding]) -> Value {
    let count = |blocks: Blocks| findings.iter().filter(|finding| finding.blocks == blocks).count();
    let subjects: BTreeSet<_> = findings.iter().filter_map(|finding| finding.subject.as_ref()).collect();
    json!({
        "decision": count(Blocks::Decision),
        "infusion": count(Blocks::Infusion),
        "export": count(Blocks::Export),
        "none": count(Blocks::None),
        "subjects": subjects.len(),
    })
}
