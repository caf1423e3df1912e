//! `tercel export --to define`: define.xml of the SDTM and of the analysis datasets, each with its page.

use tercel::protocol::Trial;
use tercel_exchange::export::define::{AnalysisResult, Define, render_define, write_define};
use tercel_exchange::export::{Dataset, Standard};

use super::sdtm::{Source, source};
use super::{Args, File, Made, adam};

/// Makes the documents. They name the datasets as files beside them: put each into the folder of its datasets.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let source = source(args, trial)?;
    let (analysis, results, notes) = adam::derive(args, trial, &source)?;
    let mut files = Vec::new();
    let both = [
        ("define-sdtm", Standard::Sdtm, source.made.datasets.as_slice(), &[][..]),
        ("define-adam", Standard::Adam, analysis.as_slice(), results.as_slice()),
    ];
    for (name, standard, datasets, results) in both {
        files.extend(documents(args, trial, &source, name, standard, datasets, results)?);
    }
    Ok(Made {
        files,
        cut: source.cut,
        created: source.created,
        findings: source.findings,
        extensions: source.extensions,
        notes,
    })
}

fn documents(
    args: &Args,
    trial: &Trial,
    source: &Source,
    name: &str,
    standard: Standard,
    datasets: &[Dataset],
    results: &[AnalysisResult],
) -> anyhow::Result<[File; 2]> {
    let define = Define {
        about: source.about(),
        study_name: &source.study,
        study_description: &trial.title,
        protocol_name: &trial.id,
        standard,
        datasets,
        extension: args.format.as_format().extension(),
        documents: &[],
        results,
    };
    let file = |extension: &str, bytes: Vec<u8>| File {
        name: format!("{name}.{extension}"),
        rows: None,
        bytes,
    };
    Ok([
        file("xml", write_define(&define)?),
        file("html", render_define(&define).into_bytes()),
    ])
}
