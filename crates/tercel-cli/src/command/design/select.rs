//! `tercel design select`.

use anyhow::{anyhow, bail};
use serde_json::json;
use tercel::design::{Count, Crm, DesignName, isotonic_estimates};
use tercel::protocol::{DoseLevel, PerLevel};

use super::efficacy;
use super::options::{DesignArgs, doses, subjects};
use super::{Answer, Output};
use crate::command::estimate::{aligned, row, shown};
use crate::output::number;

/// Arguments of `tercel design select`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    /// Evaluable subjects per level, comma-separated
    #[arg(long, value_name = "N,..", value_delimiter = ',', required = true)]
    n: Vec<u32>,
    /// Subjects with a DLT per level, comma-separated
    #[arg(long, value_name = "Y,..", value_delimiter = ',', required = true)]
    dlt: Vec<u32>,
    /// Subjects with a response per level, comma-separated (boin12)
    #[arg(long, value_name = "R,..", value_delimiter = ',')]
    response: Vec<u32>,
    /// Subjects with a DLT and a response per level (boin12 with utilities that do not add up to 100)
    #[arg(long, value_name = "B,..", value_delimiter = ',')]
    both: Vec<u32>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let doses = doses(args.n.len())?;
    if args.n.len() != args.dlt.len() {
        bail!(
            "--n has {} levels and --dlt {}; give both per level",
            args.n.len(),
            args.dlt.len()
        );
    }
    for (level, (n, dlt)) in args.n.iter().zip(&args.dlt).enumerate() {
        if dlt > n {
            bail!("level {}: {dlt} subjects with a DLT among {n}", level + 1);
        }
    }
    let most = args.n.iter().copied().max().unwrap_or(0).max(1);
    subjects("--n", most)?;
    let counts = PerLevel::new(
        args.n
            .iter()
            .zip(&args.dlt)
            .map(|(&n, &y)| Count::complete(n, y))
            .collect(),
    );
    let settings = args.design.settings()?;
    let name = args.design.entry()?.name;
    if name.looks_at_responses() {
        return efficacy::select(
            name,
            &settings,
            [&args.n, &args.dlt, &args.response, &args.both],
            output,
        );
    }
    let treated = args.n.iter().any(|n| *n > 0);
    let mtd = match settings
        .late_onset(name, doses, most)
        .map_err(|error| anyhow!("{error}"))?
    {
        _ if !treated => None,
        Some(design) => design.select(&counts),
        None => {
            let design = settings.design(name, doses, most).map_err(|error| anyhow!("{error}"))?;
            design.select(&counts)
        }
    };
    let estimates: Vec<Option<f64>> = if matches!(name, DesignName::Crm | DesignName::TiteCrm) {
        let crm: Crm = settings.crm(doses)?;
        let fit = crm.fit(&crm.observations(&counts))?;
        fit.probabilities.values().iter().map(|p| Some(*p)).collect()
    } else {
        isotonic_estimates(&counts).values().to_vec()
    };
    output.print(
        || {
            let estimates: Vec<_> = estimates.iter().map(|estimate| number(*estimate)).collect();
            json!({"mtd": mtd.map(DoseLevel::number), "estimates": estimates})
        },
        || {
            let mut rows = vec![row(["dose level", "evaluable", "DLT", "estimate"])];
            for (index, ((n, y), estimate)) in args.n.iter().zip(&args.dlt).zip(&estimates).enumerate() {
                rows.push(row([
                    &(index + 1).to_string(),
                    &n.to_string(),
                    &y.to_string(),
                    &shown(*estimate),
                ]));
            }
            let head = mtd.map_or("no level is selected".to_owned(), |level| {
                format!("level {level} is selected")
            });
            format!("{head}\n\n{}", aligned(&rows))
        },
    )?;
    Ok(Answer::Given)
}
