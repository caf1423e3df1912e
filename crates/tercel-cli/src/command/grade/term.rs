//! `tercel grade term`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tercel::coding::Search;
use tercel::grade::Grade;
use tercel::grade::dictionary::{self, Dictionary, Match, Term};
use tercel_exchange::meddra::read_meddra;

use super::{Answer, Version};
use crate::coding::{found_json, found_text};
use crate::output::Output;

/// A text and the version to look it up in.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of a term, or words of it
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    #[command(flatten)]
    version: Version,
    /// Look for lowest level terms in this folder of a MedDRA release instead
    #[arg(long, value_name = "DIR", conflicts_with = "ctcae")]
    meddra: Option<PathBuf>,
}

/// Looks the text up.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let text = args.text.join(" ");
    if let Some(folder) = &args.meddra {
        return in_meddra(folder, &text, output);
    }
    let dictionary = Dictionary::of(args.version.ctcae()?);
    let renamed = dictionary.named_after(&text);
    let search = dictionary.search(&text);
    output.print(
        || {
            json!({
                "scale": dictionary.version.name(),
                "text": text,
                "match": match_name(search.by, !renamed.is_empty()),
                "terms": found(&renamed, &search).iter().map(|term| term_json(term)).collect::<Vec<_>>(),
            })
        },
        || answer(dictionary, &text, &renamed, &search),
    )?;
    Ok(Answer::Given)
}

/// Most terms of MedDRA that are shown.
const MOST: usize = 20;

fn in_meddra(folder: &Path, text: &str, output: Output) -> anyhow::Result<Answer> {
    let meddra = read_meddra(folder, Some("of no stated version"))?;
    let found = Search::new(&meddra).find(text, MOST);
    output.print(
        || {
            json!({
                "dictionary": {"name": "MedDRA", "version": meddra.release.version, "language": meddra.release.language},
                "text": text,
                "terms": found.iter().map(|one| found_json(&meddra, one)).collect::<Vec<_>>(),
            })
        },
        || {
            if found.is_empty() {
                return format!("{} has no term like \"{text}\"; try one word of it\n", meddra.release);
            }
            let lines = found.iter().map(|one| format!("  {}\n", found_text(&meddra, one)));
            format!("{}\n{}", meddra.release, lines.collect::<String>())
        },
    )?;
    Ok(Answer::Given)
}

/// What the other version's name leads to, otherwise what the search found.
fn found<'d>(renamed: &[&'d Term], search: &dictionary::Search<'d>) -> Vec<&'d Term> {
    if renamed.is_empty() {
        search.terms.clone()
    } else {
        renamed.to_vec()
    }
}

const fn match_name(by: Match, renamed: bool) -> &'static str {
    if renamed {
        return "other version";
    }
    match by {
        Match::Name => "name",
        Match::Words => "words",
        Match::Spelling => "spelling",
        Match::Near => "none",
    }
}

fn term_json(term: &Term) -> Value {
    let grades = Grade::ALL.map(|grade| (grade.to_string(), json!(term.text(grade))));
    json!({
        "name": term.name,
        "category": term.category,
        "allowed_grades": term.allowed_grades().iter().map(|grade| grade.number()).collect::<Vec<_>>(),
        "grades": grades.into_iter().collect::<serde_json::Map<_, _>>(),
        "definition": term.definition,
        "note": term.note,
    })
}

fn answer(dictionary: &Dictionary, text: &str, renamed: &[&Term], search: &dictionary::Search<'_>) -> String {
    let version = dictionary.version;
    match (renamed, search.by, search.terms.as_slice()) {
        ([], Match::Near, []) => {
            format!("{version} has no term \"{text}\", and none like it; try one word of it, or the other version\n")
        }
        ([], Match::Near, near) => format!("{version} has no term \"{text}\". Nearest:\n{}", names(near)),
        ([], Match::Name, [term]) => description(term),
        ([], _, [term]) => format!(
            "{version} has no term \"{text}\"; the only one with the word or like it:\n\n{}",
            description(term)
        ),
        ([], _, several) => format!(
            "{} terms of {version} have \"{text}\"; give more of the name for its grades:\n{}",
            several.len(),
            names(several)
        ),
        ([term], ..) => format!(
            "{version} has no term \"{text}\"; it is under \"{}\".\n\n{}",
            term.name,
            description(term)
        ),
        (several, ..) => format!(
            "{version} has no term \"{text}\"; it is under one of:\n{}",
            names(several)
        ),
    }
}

fn names(terms: &[&Term]) -> String {
    let line = |term: &&Term| format!("  {} (grades {})\n", term.name, term.allowed_text().en);
    terms.iter().map(line).collect()
}

fn description(term: &Term) -> String {
    let mut text = format!("{} ({}, {})\n", term.name, term.version, term.category);
    for grade in Grade::ALL {
        let wording = term.text(grade).unwrap_or("not available");
        let _ = writeln!(text, "  {grade}  {wording}");
    }
    for (heading, part) in [("Definition", term.definition), ("Note", term.note)] {
        if let Some(part) = part {
            let _ = writeln!(text, "{heading}: {part}");
        }
    }
    text
}
