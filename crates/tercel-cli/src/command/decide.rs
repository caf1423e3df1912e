//! `tercel decide`: the dose decision with its reasons.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tercel::design::{Action, Attribution, Because, Decision, StudyDecision, WhatIf, decide_study};
use tercel::dlt::Halt;
use tercel::endpoint::Analysis;
use tercel::endpoint::check_analysis;
use tercel::language::Words;
use tercel::protocol::Trial;
use tercel::study::{Blocks, Finding, SubjectId, named_first};

use super::Answer;
use crate::output::Output;
use crate::study::{Study, TrialArgs};

/// Arguments of `tercel decide`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let study = Study::open(&args.trial)?;
    let analysis = study.analysis();
    let findings = check_analysis(&analysis);
    let decision = decide_study(&analysis);
    output.print(
        || decision_json(&analysis, decision.as_ref(), &findings),
        || text(&analysis, decision.as_ref(), &findings),
    )?;
    Ok(Answer::Given)
}

/// How many findings hold up the dose decision.
fn blocking(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.blocks == Blocks::Decision)
        .count()
}

/// What is said where the data hold no dated outcome.
const UNDATED: &str = "the data carry no dates, so no DLT outcome is known and nothing can be decided";

/// The decision as JSON.
pub(crate) fn decision_json(analysis: &Analysis<'_>, decision: Option<&StudyDecision>, findings: &[Finding]) -> Value {
    let Some(decision) = decision else {
        let level = |level: tercel::protocol::DoseLevel| json!({"dose_level": level.number(), "evaluable": 0, "dlt": 0, "pending": 0});
        let levels: Vec<Value> = analysis.trial.dose_levels.levels().map(level).collect();
        return json!({
            "action": "wait", "dose_level": null, "mtd": null, "because": UNDATED,
            "waiting_on": [], "levels": levels,
        });
    };
    let action = decision.decision.action;
    let levels = decision.levels.iter().map(|(level, count)| {
        json!({
            "dose_level": level.number(), "evaluable": count.evaluable, "dlt": count.dlt, "pending": count.pending,
        })
    });
    let awaited = |sentence: bool| -> Vec<Value> {
        let value = |awaited: &tercel::design::Awaited| {
            if sentence {
                json!({
                    "subject": awaited.subject.to_string(),
                    "dose_level": awaited.level.map(tercel::protocol::DoseLevel::number),
                    "reason": awaited.sentence.en,
                })
            } else {
                Value::from(awaited.subject.to_string())
            }
        };
        decision.waiting_on.iter().map(value).collect()
    };
    json!({
        "action": action.name(),
        "dose_level": action.level().map(tercel::protocol::DoseLevel::number),
        "mtd": action.mtd().map(tercel::protocol::DoseLevel::number),
        "because": decision.decision.because.to_string(),
        "waiting_on": awaited(false),
        "waiting_reasons": awaited(true),
        "levels": levels.collect::<Vec<Value>>(),
        "what_if": decision.what_if.iter().map(what_if_json).collect::<Vec<Value>>(),
        "attribution": decision.attribution.iter().map(attribution_json).collect::<Vec<Value>>(),
        "halts": halts_json(&decision.decision),
        "earliest_infusion": decision.earliest_infusion.map(|day| day.to_string()),
        "data_cut": analysis.cut.map(|cut| cut.to_string()),
        "blocking_findings": blocking(findings),
        "attention": named_first(findings),
        "records": decision.records.iter().map(ToString::to_string).collect::<Vec<String>>(),
    })
}

/// A decision that would be taken.
fn then(decision: &Decision) -> Value {
    json!({
        "action": decision.action.name(),
        "dose_level": decision.action.level().map(tercel::protocol::DoseLevel::number),
        "mtd": decision.action.mtd().map(tercel::protocol::DoseLevel::number),
        "because": decision.because.to_string(),
    })
}

fn attribution_json(attribution: &Attribution) -> Value {
    json!({
        "subject": attribution.subject.to_string(), "dose_level": attribution.level.number(),
        "if_no_dlt": then(&attribution.decision),
    })
}

/// The rules that halt enrolment, each with who met it.
fn halts_json(decision: &Decision) -> Vec<Value> {
    let Because::Halted { halts, .. } = &decision.because else {
        return Vec::new();
    };
    let one = |halt: &Halt| {
        let subject = |(subject, what): &(SubjectId, Words)| json!({"subject": subject.to_string(), "reason": what.en});
        json!({
            "rule": halt.rule, "text": halt.text.en,
            "subjects": halt.subjects.iter().map(subject).collect::<Vec<Value>>(),
            "records": halt.records.iter().map(ToString::to_string).collect::<Vec<String>>(),
        })
    };
    halts.iter().map(one).collect()
}

fn what_if_json(open: &WhatIf) -> Value {
    json!({
        "subject": open.subject.to_string(), "dose_level": open.level.number(),
        "if_dlt": then(&open.if_dlt), "if_no_dlt": then(&open.if_no_dlt),
    })
}

fn text(analysis: &Analysis<'_>, decision: Option<&StudyDecision>, findings: &[Finding]) -> String {
    let Some(decision) = decision else {
        return format!("Wait: {UNDATED}.\n");
    };
    let mut page = String::new();
    for sentence in named_first(findings) {
        let _ = writeln!(page, "Attention: {sentence}.");
    }
    let _ = writeln!(page, "{}", headline(analysis.trial, decision.decision.action));
    let _ = writeln!(page, "Because: {}.", decision.decision.because);
    for awaited in &decision.waiting_on {
        let level = awaited
            .level
            .map_or_else(|| "no level".to_owned(), |level| format!("level {level}"));
        let _ = writeln!(
            page,
            "Waiting for {} ({level}): {}.",
            awaited.subject, awaited.sentence.en
        );
    }
    for open in &decision.what_if {
        let _ = writeln!(page, "{}", open.sentence());
    }
    for attribution in &decision.attribution {
        let _ = writeln!(page, "{}", attribution.sentence());
    }
    if let Some(day) = decision.earliest_infusion {
        let _ = writeln!(page, "Earliest day of the next infusion: {day}.");
    }
    let blocking = blocking(findings);
    if blocking > 0 {
        let noun = if blocking == 1 { "finding is" } else { "findings are" };
        let _ = writeln!(
            page,
            "{blocking} {noun} to be resolved before the decision is acted on: see `tercel check`."
        );
    }
    if let Some(cut) = analysis.cut {
        let _ = writeln!(page, "Data cut: {cut}.");
    }
    let _ = writeln!(
        page,
        "\n{:<28} {:>9} {:>5} {:>8}",
        "dose level", "evaluable", "DLT", "pending"
    );
    for (level, count) in decision.levels.iter() {
        let label = format!(
            "{level}: {}",
            analysis
                .trial
                .dose_levels
                .get(level)
                .map_or_else(String::new, |g| g.planned.to_string())
        );
        let _ = writeln!(
            page,
            "{label:<28} {:>9} {:>5} {:>8}",
            count.evaluable, count.dlt, count.pending
        );
    }
    page
}

/// The action as one line for the committee.
pub(crate) fn headline(trial: &Trial, action: Action) -> String {
    match action {
        Action::Escalate(level) => format!("Escalate: the next subject is treated at {}.", trial.level_label(level)),
        Action::Stay(level) => format!("Stay: the next subject is treated at {}.", trial.level_label(level)),
        Action::DeEscalate(level) => format!(
            "De-escalate: the next subject is treated at {}.",
            trial.level_label(level)
        ),
        Action::Wait => "Wait: nobody is treated until what is open is known.".to_owned(),
        Action::Stop(Some(level)) => format!("Stop: the maximum tolerated dose is {}.", trial.level_label(level)),
        Action::Stop(None) => "Stop: no dose is tolerated; the committee decides.".to_owned(),
    }
}
