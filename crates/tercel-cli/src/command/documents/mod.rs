//! `tercel documents`: casebooks, annotated forms, reviewer's guides, table shells and checklists of a study.

mod history;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::json;
use tercel::design::decide_study;
use tercel::endpoint::{Analysis, check_analysis, derive_cells};
use tercel::report::{Report, build_report};
use tercel_exchange::export::sdtm::datasets;
use tercel_exchange::{Table, bounded, sha256_hex};
use tercel_report::documents::{
    About, CaseRecord, Casebook, adam_guide, annotated_forms, casebook, consort_define, sdtm_guide, spirit_define,
    table_shells,
};
use tercel_report::printed::{Block, Page};
use tercel_report::render_page;

use self::history::{Source, SubjectRecords};
use super::Answer;
use super::derive::analysis_datasets;
use crate::coding::read_coding;
use crate::output::Output;
use crate::printing::{PrintArgs, SOFTWARE, Sheet, write};
use crate::progress::Progress;
use crate::study::{Study, TrialArgs};

/// Arguments of `tercel documents`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
    /// Folder of the documents
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only these: casebooks, forms, sdtm-guide, adam-guide, shells, spirit, consort
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', value_parser = NAMES)]
    only: Vec<String>,
    /// Casebooks of these subjects alone
    #[arg(long, value_name = "ID,..", value_delimiter = ',')]
    subject: Vec<String>,
    #[command(flatten)]
    print: PrintArgs,
}

/// Every document, in the order in which they are written.
const NAMES: [&str; 7] = [
    "casebooks",
    "forms",
    "sdtm-guide",
    "adam-guide",
    "shells",
    "spirit",
    "consort",
];

/// A document that was written.
struct Written {
    path: PathBuf,
    rows: usize,
    sha256: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    args.print.check()?;
    let study = Study::open(&args.trial)?;
    let source = Source::open(
        &args.trial,
        &study.trial,
        study.cut.filter(|_| args.trial.as_of.is_some()),
    )?;
    let progress = Progress::start("writing the documents");
    let mut written = Vec::new();
    for name in NAMES {
        if args.only.is_empty() || args.only.iter().any(|only| only == name) {
            document(args, &study, &source, name, &mut written)?;
        }
    }
    drop(progress);
    output.print(
        || {
            let files = written
                .iter()
                .map(|file| json!({"path": file.path, "rows": file.rows, "sha256": file.sha256}));
            json!({"files": files.collect::<Vec<_>>()})
        },
        || {
            let mut text = String::new();
            for file in &written {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{:>9} rows  {}", file.rows, file.path.display());
            }
            text
        },
    )?;
    Ok(Answer::Given)
}

fn document(args: &Args, study: &Study, source: &Source, name: &str, written: &mut Vec<Written>) -> anyhow::Result<()> {
    let analysis = study.analysis();
    let about = About {
        trial: &study.trial,
        cut: study.cut,
        synthetic: study.data.synthetic,
        software: SOFTWARE,
    };
    // Forms, shells and the checklist of the protocol show no data.
    let planned = About {
        cut: None,
        synthetic: false,
        ..about
    };
    let (file, what, page) = match name {
        "casebooks" => return casebooks(args, &about, source, written),
        "forms" => (
            "annotated-forms",
            "Annotated case report form",
            annotated_forms(&planned),
        ),
        "sdtm-guide" => (
            "sdtm-reviewers-guide",
            "Study data reviewer's guide",
            sdtm_guide(&about, &handed_over(study, source), &check_analysis(&analysis)),
        ),
        "adam-guide" => {
            let Some(page) = analysis_guide(args, &about, handed_over(study, source), &analysis)? else {
                return Ok(());
            };
            ("adam-reviewers-guide", "Analysis data reviewer's guide", page)
        }
        "spirit" => (
            "spirit-define-checklist",
            "SPIRIT-DEFINE checklist",
            spirit_define(&planned, &report(&analysis)),
        ),
        "consort" => (
            "consort-define-checklist",
            "CONSORT-DEFINE checklist",
            consort_define(&about, &report(&analysis)),
        ),
        _ => (
            "table-shells",
            "Table shells and estimands",
            table_shells(&planned, &report(&analysis)),
        ),
    };
    let sheet = Sheet::of_study(&study.trial, what, study.cut);
    keep(args, &page, &args.out.join(format!("{file}.html")), &sheet, written)
}

/// The datasets that an export hands over, which the guides describe; the data as they are where they are no SDTM.
fn handed_over(study: &Study, source: &Source) -> Vec<Table> {
    let tables = source.tables().to_vec();
    if tables.iter().all(|table| table.name != "DM") {
        return tables;
    }
    let exported = datasets(&study.trial, tables, study.cut).datasets;
    exported.into_iter().map(|dataset| dataset.table).collect()
}

/// The guide of the analysis data; nothing where no subject is named.
fn analysis_guide(
    args: &Args,
    about: &About<'_>,
    tables: Vec<Table>,
    analysis: &Analysis<'_>,
) -> anyhow::Result<Option<Page>> {
    let coding = read_coding(&args.trial.trial, about.trial, args.trial.meddra.as_deref())?;
    let Some(derived) = analysis_datasets(about.trial, tables, analysis, coding.as_ref()) else {
        return Ok(None);
    };
    let findings = check_analysis(analysis);
    Ok(Some(adam_guide(about, &derived.tables, &derived.notes, &findings)))
}

fn report(analysis: &Analysis<'_>) -> Report {
    let cells = derive_cells(analysis);
    let decision = decide_study(analysis);
    build_report(analysis, &cells, decision.as_ref(), &[])
}

fn casebooks(args: &Args, about: &About<'_>, source: &Source, written: &mut Vec<Written>) -> anyhow::Result<()> {
    let subjects = source.subjects(about.trial);
    let asked: Vec<&SubjectRecords> = subjects
        .iter()
        .filter(|one| args.subject.is_empty() || args.subject.contains(&one.subject))
        .collect();
    if let Some(unknown) = args
        .subject
        .iter()
        .find(|id| !subjects.iter().any(|one| one.subject == **id))
    {
        bail!("--subject {unknown}: the data have no such subject");
    }
    for one in asked {
        let records: &[CaseRecord] = &one.records;
        let case = Casebook {
            subject: &one.subject,
            records,
            not_taken: &one.not_taken,
            audited: source.is_record(),
        };
        let page = casebook(&About { cut: None, ..*about }, &case);
        let sheet = Sheet::of_study(about.trial, "Casebook", about.cut);
        let path = args
            .out
            .join("casebooks")
            .join(format!("{}.html", file_name(&one.subject)));
        keep(args, &page, &path, &sheet, written)?;
    }
    Ok(())
}

/// Letters, digits, hyphens and points as they are, every other character as its number: two identifiers never share a file.
pub(crate) fn file_name(subject: &str) -> String {
    let mut name = String::new();
    for letter in subject.chars() {
        if letter.is_ascii_alphanumeric() || letter == '-' || (letter == '.' && !name.is_empty()) {
            name.push(letter);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "_{:x}_", u32::from(letter));
        }
    }
    name
}

fn keep(args: &Args, page: &Page, path: &Path, sheet: &Sheet, written: &mut Vec<Written>) -> anyhow::Result<()> {
    let rows = page
        .blocks
        .iter()
        .map(|block| match block {
            Block::Table(table) => table.body.len(),
            _ => 0,
        })
        .sum();
    let html = render_page(page);
    write(path, html.as_bytes())?;
    let further = args.print.write_page(page, path, &path.with_extension("docx"), sheet)?;
    for path in std::iter::once(path.to_owned()).chain(further) {
        let bytes = bounded::read(&path, bounded::Kind::Own, bounded::MAX_DATASET)?;
        written.push(Written {
            path,
            rows,
            sha256: sha256_hex(&bytes),
        });
    }
    Ok(())
}
