//! `tercel packet`: what the committee is shown, frozen: a page to print, or the bytes a signature is of.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};
use tercel::endpoint::Analysis;
use tercel::language::Language;
use tercel::meeting::{About, Call, Occasion, Packet, called_for};
use tercel_exchange::{bounded, packet_digest, packet_json, sha256_hex};
use tercel_report::{PacketPage, render_packet};

use super::Answer;
use super::decide::headline;
use crate::output::Output;
use crate::printing::{PrintArgs, Sheet, write};
use crate::study::{Study, TrialArgs, protocol_path};

/// Arguments of `tercel packet`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
    /// Why the committee meets: scheduled, pause, rp2d, or in other words; what is called for if not given
    #[arg(long, value_name = "OCCASION")]
    occasion: Option<String>,
    /// Write the packet there: a page to print as .html, the same as .pdf, the bytes of its SHA-256 as .json
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Language of the page: en or zh
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    #[command(flatten)]
    print: PrintArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let language =
        Language::from_tag(&args.language).ok_or_else(|| anyhow!("--language {}: choose en or zh", args.language))?;
    let form = args.out.as_deref().map(form).transpose()?;
    let print = asked(args, form)?;
    let study = Study::open(&args.trial)?;
    let analysis = study.analysis();
    let protocol = protocol_path(&args.trial.trial);
    let read = bounded::read(&protocol, bounded::Kind::Lines, bounded::MAX_SETTINGS);
    let bytes = read.with_context(|| format!("failed to read {}", protocol.display()))?;
    let calls = called_for(&analysis);
    let about = About {
        protocol_digest: Some(sha256_hex(&bytes)),
        ..About::occasion(occasion(args.occasion.as_deref(), &analysis, &calls)?)
    };
    let packet = Packet::freeze(&analysis, about)?;
    let digest = packet_digest(&packet);
    let mut further = Vec::new();
    if let (Some(path), Some(form)) = (&args.out, form) {
        let page = || {
            let page = PacketPage {
                digest: Some(&digest),
                members: &[],
                language,
                protocol: Some(&study.trial),
            };
            render_packet(&packet, &page)
        };
        match form {
            Form::Page => write(path, page().as_bytes())?,
            Form::Bytes => write(path, packet_json(&packet).as_bytes())?,
            Form::Print => {}
        }
        let sheet = Sheet::of_study(&study.trial, "Dose-decision packet", Some(packet.cut)).upright();
        let tables = path.with_extension("docx");
        further = print.write_beside(&page(), path, &tables, &sheet)?;
    }
    output.print(
        || json!({"packet": packet_value(&packet), "sha256": digest, "called_for": calls_json(&calls)}),
        || {
            let mut page = text(&analysis, &packet, &digest, &calls, args.out.as_deref());
            for path in further.iter().filter(|path| args.out.as_ref() != Some(path)) {
                let _ = writeln!(page, "        {}", path.display());
            }
            page
        },
    )?;
    Ok(Answer::Given)
}

/// What a file of `--out` holds.
#[derive(Debug, Clone, Copy)]
enum Form {
    Page,
    Print,
    Bytes,
}

/// What is written beside the file of `--out`; a file that ends in .pdf is itself one.
fn asked(args: &Args, form: Option<Form>) -> anyhow::Result<PrintArgs> {
    let mut print = args.print.clone();
    print.pdf |= matches!(form, Some(Form::Print));
    print.check()?;
    if form.is_none() && !print.is_empty() {
        bail!("--pdf and --tables write beside the packet: name its file with --out");
    }
    Ok(print)
}

fn form(path: &Path) -> anyhow::Result<Form> {
    match path.extension().and_then(std::ffi::OsStr::to_str) {
        Some("html") => Ok(Form::Page),
        Some("pdf") => Ok(Form::Print),
        Some("json") => Ok(Form::Bytes),
        Some(_) | None => bail!(
            "--out {}: name a file that ends in .html or .pdf (a page to print) or .json (the bytes of the digest)",
            path.display()
        ),
    }
}

fn occasion(asked: Option<&str>, analysis: &Analysis<'_>, calls: &[Call]) -> anyhow::Result<Occasion> {
    let called = |holds: fn(&Occasion) -> bool| {
        let found = calls.iter().find(|call| holds(&call.occasion));
        found.map(|call| call.occasion.clone())
    };
    let last_level = || {
        let infused = analysis
            .facts
            .iter()
            .filter_map(|facts| Some((facts.day0?, facts.level?)));
        infused.max().map(|(_, level)| level)
    };
    Ok(match asked {
        None => calls
            .first()
            .map_or_else(|| Occasion::Other("review".to_owned()), |call| call.occasion.clone()),
        Some("scheduled") => {
            match called(|occasion| matches!(occasion, Occasion::LevelCompleted(_) | Occasion::LevelClosed(_))) {
                Some(occasion) => occasion,
                None => match last_level() {
                    Some(level) => bail!(
                        "--occasion scheduled: level {level} is not completed; give the occasion in other words, or wait for its \
                     outcomes"
                    ),
                    None => bail!("--occasion scheduled: nobody has been infused; give the occasion in other words"),
                },
            }
        }
        Some("pause") => called(|occasion| matches!(occasion, Occasion::Pause(_)))
            .ok_or_else(|| anyhow!("--occasion pause: no rule halts enrolment; give the occasion in other words"))?,
        Some("rp2d") => Occasion::RecommendedDose,
        Some(words) => Occasion::Other(words.to_owned()),
    })
}

/// The packet as a value; without blanks it is the bytes of the digest.
fn packet_value(packet: &Packet) -> Value {
    serde_json::from_str(&packet_json(packet)).unwrap_or(Value::Null)
}

fn calls_json(calls: &[Call]) -> Vec<Value> {
    let one = |call: &Call| {
        let subjects = call
            .subjects
            .iter()
            .map(|(subject, what)| json!({"subject": subject.to_string(), "reason": what.en}));
        json!({
            "sentence": call.sentence(Language::English),
            "subjects": subjects.collect::<Vec<Value>>(),
            "records": call.records.iter().map(ToString::to_string).collect::<Vec<String>>(),
        })
    };
    calls.iter().map(one).collect()
}

fn text(analysis: &Analysis<'_>, packet: &Packet, digest: &str, calls: &[Call], out: Option<&Path>) -> String {
    let mut page = String::new();
    let advice = &packet.recommendation.advice;
    for call in calls {
        let _ = writeln!(page, "{}", call.sentence(Language::English));
    }
    let _ = writeln!(
        page,
        "Occasion of the packet: {}.",
        packet.occasion.words(Language::English)
    );
    let _ = writeln!(page, "{}", headline(analysis.trial, advice.action));
    let _ = writeln!(page, "Because: {}.", advice.because.en);
    for line in &packet.levels {
        let _ = writeln!(page, "{}", line.sentence(packet.confidence, Language::English));
    }
    let findings = packet.findings.len();
    if findings > 0 {
        let noun = if findings == 1 {
            "finding holds"
        } else {
            "findings hold"
        };
        let _ = writeln!(page, "{findings} {noun} up a decision: see `tercel check`.");
    }
    let _ = writeln!(page, "Data cut: {}.", packet.cut);
    let _ = writeln!(page, "SHA-256: {digest}");
    match out {
        Some(path) => {
            let _ = writeln!(page, "Packet: {}", path.display());
        }
        None => {
            let _ = writeln!(
                page,
                "Write it with --out FILE.html (a page to print) or --out FILE.json (the bytes of the digest)."
            );
        }
    }
    page
}
