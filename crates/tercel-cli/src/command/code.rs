//! `tercel code`: how the verbatim terms of a study are coded, and a line for the coding log.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};
use tercel::coding::{
    Choice, CodedPlace, Coding, CodingMethod, LowestLevelTerm, Meddra, MeddraCode, Rank, Recorded, Search, TermCoding,
    VersionChange, fold, list_terms, version_changes,
};
use tercel_exchange::meddra::{append_choice, read_meddra};

use super::Answer;
use super::check::plain;
use crate::coding::{found_json, found_text, log_path, read_coding};
use crate::output::Output;
use crate::safety::recoding_json;
use crate::study::{Study, TrialArgs, require_protocol};

/// Arguments of `tercel code`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
    /// Folder of an earlier MedDRA release: say what coding differs from it
    #[arg(long, value_name = "DIR", conflicts_with = "term")]
    before: Option<PathBuf>,
    /// Verbatim term to code: adds a line to coding.csv
    #[arg(long, value_name = "TEXT", requires_all = ["llt", "coder"])]
    term: Option<String>,
    /// Code of the current lowest level term chosen
    #[arg(long, value_name = "CODE", requires = "term")]
    llt: Option<u32>,
    /// Who chose it
    #[arg(long, value_name = "NAME", requires = "term")]
    coder: Option<String>,
    /// Why; needed where another coding is changed
    #[arg(long, value_name = "TEXT", requires = "term", default_value = "")]
    reason: String,
}

/// Suggestions for a term that is not coded.
const SUGGESTED: usize = 5;

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = require_protocol(&args.trial.trial)?;
    let Some(coding) = read_coding(&args.trial.trial, &trial, args.trial.meddra.as_deref())? else {
        bail!("no MedDRA is named; give --meddra DIR, or write coding.meddra in the protocol");
    };
    let study = Study::open_uncoded(&args.trial, trial)?;
    let terms = list_terms(&study.data, &coding);
    match (&args.term, args.llt, &args.coder) {
        (Some(term), Some(llt), Some(coder)) => {
            let choice = choose(&coding, &terms, (term, MeddraCode(llt)), (coder, &args.reason))?;
            let path = log_path(&args.trial.trial);
            append_choice(&path, &choice)?;
            output.print(
                || json!({"log": path.display().to_string(), "added": choice_json(&coding, &choice)}),
                || {
                    let named = coding.meddra.llt(choice.llt).map_or("", |llt| llt.name.as_str());
                    let term = plain(&choice.term);
                    format!(
                        "\"{term}\" is coded to {} {named}; added to {}\n",
                        choice.llt,
                        path.display()
                    )
                },
            )?;
        }
        _ => list(args, &coding, &terms, output)?,
    }
    Ok(Answer::Given)
}

/// The choice, if it may be made: a current term, for a verbatim term that the data have and do not code, and with a reason
/// where it changes a coding.
fn choose(
    coding: &Coding,
    terms: &[TermCoding<'_>],
    (term, llt): (&str, MeddraCode),
    (coder, reason): (&str, &str),
) -> anyhow::Result<Choice> {
    let release = &coding.meddra.release;
    let path = coding.meddra.path(llt).with_context(|| {
        format!("{llt} is no lowest level term of {release}; look for one with tercel grade term TEXT --meddra DIR")
    })?;
    if !path.llt.current {
        bail!(
            "{llt} \"{}\" is not current in {release}; choose a current term under the preferred term \"{}\"",
            path.llt.name,
            path.pt.name
        );
    }
    let (coder, reason) = (coder.trim(), reason.trim());
    if coder.is_empty() {
        bail!("--coder is blank; say who codes");
    }
    let same: Vec<&TermCoding<'_>> = terms.iter().filter(|one| fold(&one.term) == fold(term)).collect();
    let Some(first) = same.first() else {
        bail!("no event has the term \"{term}\"; tercel code without --term lists them");
    };
    if same.iter().all(|one| one.coded.method == CodingMethod::Study) {
        bail!("the data carry a coding of \"{term}\", which stands; change it there");
    }
    let now = coding.code(&Recorded {
        verbatim: &first.term,
        llt: None,
        pt: None,
        soc: None,
    });
    let before = coding
        .log
        .last(term)
        .map(|choice| (choice.llt, choice.version.as_str()));
    let present = before.or(now.llt.map(|llt| (llt.code, release.version.as_str())));
    match present {
        Some((code, version)) if code == llt && version == release.version => {
            bail!(
                "\"{term}\" is coded to {llt} already ({}); nothing was written",
                now.method.name()
            )
        }
        Some((code, _)) if code != llt && reason.is_empty() => {
            bail!("\"{term}\" is coded to {code}; give --reason to change it")
        }
        Some(_) | None => {}
    }
    Ok(Choice {
        term: first.term.clone(),
        llt,
        version: release.version.clone(),
        coder: coder.to_owned(),
        at: Timestamp::now().round(Unit::Second)?,
        reason: reason.to_owned(),
        led_to: Some((path.pt.code, path.soc.code)),
    })
}

fn choice_json(coding: &Coding, choice: &Choice) -> Value {
    json!({
        "term": choice.term,
        "llt_code": choice.llt.0,
        "llt": coding.meddra.llt(choice.llt).map(|llt| &llt.name),
        "meddra_version": choice.version,
        "coder": choice.coder,
        "coded_at": choice.at.to_string(),
        "reason": choice.reason,
    })
}

/// A term with what may be chosen for it.
struct Line<'l> {
    term: &'l TermCoding<'l>,
    suggestions: Vec<(Rank, &'l LowestLevelTerm)>,
}

fn list(args: &Args, coding: &Coding, terms: &[TermCoding<'_>], output: Output) -> anyhow::Result<()> {
    let unnamed = Some("of no stated version");
    let earlier = args.before.as_deref().map(|folder| read_meddra(folder, unnamed));
    let earlier: Option<Meddra> = earlier.transpose()?;
    let own = |term: &&TermCoding<'_>| term.coded.method != CodingMethod::Study;
    let verbatim = terms.iter().filter(own).map(|term| term.term.as_str());
    let changes = version_changes(verbatim, coding, earlier.as_ref());
    let is_open = |term: &TermCoding<'_>| {
        let stale = term.coded.llt.is_some_and(|llt| !llt.current);
        term.coded.method == CodingMethod::NotCoded || (stale && term.coded.method == CodingMethod::Log)
    };
    let search = terms.iter().any(is_open).then(|| Search::new(&coding.meddra));
    let lines: Vec<Line<'_>> = terms
        .iter()
        .map(|term| Line {
            term,
            suggestions: search
                .as_ref()
                .filter(|_| is_open(term))
                .map_or_else(Vec::new, |search| search.find(&term.term, SUGGESTED)),
        })
        .collect();
    output.print(
        || list_json(args, coding, &lines, &changes),
        || list_text(args, coding, &lines, &changes),
    )
}

fn list_json(args: &Args, coding: &Coding, lines: &[Line<'_>], changes: &[VersionChange]) -> Value {
    let release = &coding.meddra.release;
    json!({
        "dictionary": {"name": "MedDRA", "version": release.version, "language": release.language},
        "log": log_path(&args.trial.trial).display().to_string(),
        "terms": lines.iter().map(|line| line_json(coding, line)).collect::<Vec<Value>>(),
        "terms_not_coded": lines.iter().filter(|line| line.term.coded.method == CodingMethod::NotCoded).count(),
        "recodings": coding.log.recodings().iter().map(recoding_json).collect::<Vec<Value>>(),
        "version_changes": changes.iter().map(change_json).collect::<Vec<Value>>(),
    })
}

fn line_json(coding: &Coding, line: &Line<'_>) -> Value {
    let coded = &line.term.coded;
    let choice = coding.log.last(&line.term.term);
    let choice = choice.filter(|_| coded.method != CodingMethod::Study);
    json!({
        "term": line.term.term,
        "events": line.term.events,
        "method": coded.method.name(),
        "llt_code": coded.llt.map(|llt| llt.code.0),
        "llt": coded.llt.map(|llt| &llt.name),
        "llt_current": coded.llt.map(|llt| llt.current),
        "pt_code": coded.pt.map(|pt| pt.code.0),
        "pt": coded.pt.map(|pt| &pt.name),
        "soc_code": coded.soc.map(|soc| soc.code.0),
        "soc": coded.soc.map(|soc| &soc.name),
        "data": {"llt": line.term.own[0], "pt": line.term.own[1], "soc": line.term.own[2]},
        "choice": choice.map(|choice| choice_json(coding, choice)),
        "problems": coded.problems.iter().map(|problem| problem.rule.to_string()).collect::<Vec<String>>(),
        "suggestions": line.suggestions.iter().map(|one| found_json(&coding.meddra, one)).collect::<Vec<Value>>(),
    })
}

fn change_json(change: &VersionChange) -> Value {
    let place = |place: &CodedPlace| {
        json!({
            "meddra_version": place.version,
            "pt_code": place.pt.0.0, "pt": place.pt.1,
            "soc_code": place.soc.0.0, "soc": place.soc.1,
        })
    };
    json!({
        "term": change.term,
        "differs": change.what,
        "coded_by": change.before_version,
        "before": change.before.as_ref().map(place),
        "now": change.now.as_ref().map(place),
    })
}

fn list_text(args: &Args, coding: &Coding, lines: &[Line<'_>], changes: &[VersionChange]) -> String {
    // Writing to a String cannot fail.
    let mut page = format!(
        "{}; coding log {}\n",
        coding.meddra.release,
        log_path(&args.trial.trial).display()
    );
    let (open, coded): (Vec<&Line<'_>>, Vec<&Line<'_>>) = lines
        .iter()
        .partition(|line| line.term.coded.method == CodingMethod::NotCoded);
    let _ = writeln!(page, "\nNot coded ({} of {} terms):", open.len(), lines.len());
    for line in &open {
        let _ = writeln!(page, "  {:>5}  {}", line.term.events, plain(&line.term.term));
        rest(&mut page, coding, line);
    }
    let _ = writeln!(page, "\nCoded ({}):", coded.len());
    for line in &coded {
        let (term, method) = (plain(&line.term.term), line.term.coded.method.name());
        let _ = writeln!(
            page,
            "  {:>5}  {term}: {} ({method})",
            line.term.events,
            levels(line.term)
        );
        rest(&mut page, coding, line);
    }
    let recodings = coding.log.recodings();
    let _ = writeln!(page, "\nRecoded ({}):", recodings.len());
    for recoding in recodings {
        let (from, to) = (recoding.from, recoding.to);
        let _ = writeln!(
            page,
            "  {}: {} to {}, {} by {}: {}",
            plain(&to.term),
            from.llt,
            to.llt,
            to.at,
            plain(&to.coder),
            plain(&to.reason)
        );
    }
    let _ = writeln!(page, "\nAltered by the version ({}):", changes.len());
    for change in changes {
        let place = |place: &Option<CodedPlace>| {
            place.as_ref().map_or_else(
                || "not known".to_owned(),
                |place| format!("PT {}, SOC {}", named(&place.pt), named(&place.soc)),
            )
        };
        let _ = writeln!(
            page,
            "  {}: {} (MedDRA {}: {}; now: {})",
            plain(&change.term),
            change.what,
            change.before_version,
            place(&change.before),
            place(&change.now)
        );
    }
    page
}

/// `LLT …, PT …, SOC …`, as the data carry them or as coded.
fn levels(term: &TermCoding<'_>) -> String {
    let coded = &term.coded;
    let names = [
        ("LLT", coded.llt.map(|llt| &llt.name)),
        ("PT", coded.pt.map(|pt| &pt.name)),
        ("SOC", coded.soc.map(|soc| &soc.name)),
    ];
    let named = |(own, (level, found)): (&Option<String>, (&str, Option<&String>))| {
        let name = own
            .as_ref()
            .or(found)
            .map_or_else(|| "–".to_owned(), |name| plain(name));
        format!("{level} {name}")
    };
    let parts: Vec<String> = term.own.iter().zip(names).map(named).collect();
    parts.join(", ")
}

fn named((code, name): &(MeddraCode, String)) -> String {
    format!("{code} {name}").trim_end().to_owned()
}

/// Problems and suggestions under a term.
fn rest(page: &mut String, coding: &Coding, line: &Line<'_>) {
    let study = line.term.coded.method != CodingMethod::NotCoded;
    for problem in line.term.coded.problems.iter().filter(|_| study) {
        let _ = writeln!(page, "           ! {}", plain(&problem.rule.to_string()));
    }
    for one in &line.suggestions {
        let _ = writeln!(page, "           {}", found_text(&coding.meddra, one));
    }
}
