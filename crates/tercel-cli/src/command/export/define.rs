//! `tercel export --to define`: define.xml of the SDTM and of the analysis datasets, each with its page, and the documents they name.

use tercel::protocol::Trial;
use tercel_exchange::Table;
use tercel_exchange::export::checks::{Check, check_define};
use tercel_exchange::export::define::{Define, Document, render_define, write_define};
use tercel_exchange::export::described::check_described;
use tercel_exchange::export::write::About as Origin;
use tercel_exchange::export::{Dataset, Standard};
use tercel_report::documents::{About, adam_guide, annotated_forms, sdtm_guide};
use tercel_report::render_page;

use super::adam::derive;
use super::sdtm::source;
use super::{Args, File, Made, file, unread};
use crate::printing::SOFTWARE;

const FORMS: &str = "annotated-forms.html";

/// Makes the documents. They name the datasets as files beside them: put each into the folder of its datasets.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let source = source(args, trial)?;
    let tabulated = source.made.datasets.iter().map(|dataset| dataset.table.clone());
    let derived = derive(args, trial, tabulated.collect(), source.cut)?;
    let (of_data, of_analysis) = (source.made.datasets.as_slice(), derived.datasets.as_slice());
    let about = About {
        trial,
        cut: source.cut,
        synthetic: derived.synthetic,
        software: SOFTWARE,
    };
    let planned = About {
        cut: None,
        synthetic: false,
        ..about
    };
    let guide = sdtm_guide(&about, &tables(of_data), &derived.findings);
    let analysis_guide = adam_guide(&about, &tables(of_analysis), &derived.notes, &derived.findings);
    let pages = [
        (FORMS, Standard::Sdtm, annotated_forms(&planned)),
        ("sdtm-reviewers-guide.html", Standard::Sdtm, guide),
        ("adam-reviewers-guide.html", Standard::Adam, analysis_guide),
    ];
    let both = [
        ("define-sdtm", Standard::Sdtm, of_data, &[][..]),
        ("define-adam", Standard::Adam, of_analysis, derived.results.as_slice()),
    ];
    let (mut files, mut checks) = (Vec::new(), source.checks.clone());
    for (name, standard, datasets, results) in both {
        let beside = pages.iter().filter(|(_, of, _)| *of == standard);
        let beside = beside.map(|(file, _, page)| Document {
            file: (*file).to_owned(),
            title: page.title.clone(),
            is_annotated_form: *file == FORMS,
        });
        let beside: Vec<Document> = beside.collect();
        let define = Define {
            about: source.about(),
            study_name: &source.study,
            study_description: &trial.title,
            protocol_name: &trial.id,
            standard,
            datasets,
            extension: args.format.as_format().extension(),
            documents: &beside,
            results,
        };
        let [xml, page] = describe(name, &define)?;
        checks.push(check_define(&xml.name, &xml.bytes));
        if args.check {
            checks.push(held_against_files(args, datasets, &source.about(), &xml)?);
        }
        files.extend([xml, page]);
    }
    files.extend(pages.iter().map(|(name, _, page)| File {
        name: (*name).to_owned(),
        rows: None,
        bytes: render_page(page).into_bytes(),
    }));
    Ok(Made {
        files,
        cut: source.cut,
        created: source.created,
        findings: source.findings.into_iter().chain(unread(derived.findings)).collect(),
        extensions: source.extensions,
        checks,
        notes: derived.notes,
    })
}

/// The description against the files that the targets of its datasets write.
fn held_against_files(args: &Args, datasets: &[Dataset], about: &Origin<'_>, xml: &File) -> anyhow::Result<Check> {
    let files = datasets.iter().map(|dataset| file(dataset, args, about));
    let files = files.collect::<anyhow::Result<Vec<File>>>()?;
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|file| (file.name.as_str(), file.bytes.as_slice()))
        .collect();
    Ok(check_described(&xml.name, &xml.bytes, &files))
}

fn tables(datasets: &[Dataset]) -> Vec<Table> {
    datasets.iter().map(|dataset| dataset.table.clone()).collect()
}

/// The description of one standard, for programs and for people.
fn describe(name: &str, define: &Define<'_>) -> anyhow::Result<[File; 2]> {
    let named = |extension: &str, bytes: Vec<u8>| File {
        name: format!("{name}.{extension}"),
        rows: None,
        bytes,
    };
    Ok([
        named("xml", write_define(define)?),
        named("html", render_define(define).into_bytes()),
    ])
}
