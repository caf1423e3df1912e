//! `tercel design fit`.

use anyhow::{anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::design::{BLRM_QUANTILES, BlrmFit, CrmFit, DesignName, FIT_QUANTILES, Moments};
use tercel::protocol::DoseLevel;

use super::options::{DesignArgs, TimeArgs, doses};
use super::outcomes::{OutcomeArgs, Weights};
use super::{Answer, Output};
use crate::command::estimate::{aligned, row, shown};

/// Arguments of `tercel design fit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    #[command(flatten)]
    subjects: OutcomeArgs,
    #[command(flatten)]
    time: TimeArgs,
    /// How the days followed of pending subjects become weights (tite-crm)
    #[arg(long, value_enum, default_value_t = Weights::Linear)]
    weights: Weights,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let entry = args.design.entry()?;
    if !matches!(entry.name, DesignName::Crm | DesignName::TiteCrm | DesignName::Blrm) {
        bail!(
            "--design {}: only a model can be fitted; choose crm, tite-crm or blrm",
            entry.word
        );
    }
    let settings = args.design.settings()?;
    let subjects = args.subjects.read()?;
    if entry.name == DesignName::Blrm {
        let doses = doses(settings.doses.len().max(1))?;
        let blrm = settings.blrm(doses).map_err(|error| anyhow!("{error}"))?;
        let fit = blrm.fit(&subjects.counts(doses)?);
        output.print(|| blrm_json(&fit), || blrm_text(&fit))?;
        return Ok(Answer::Given);
    }
    let doses = doses(settings.skeleton.len().max(1))?;
    let crm = settings.crm(doses).map_err(|error| anyhow!("{error}"))?;
    let fit = crm
        .fit(&subjects.observations(args.time.window()?, args.weights)?)
        .map_err(|error| anyhow!("{error}"))?;
    output.print(|| fit_json(&fit), || fit_text(&fit))?;
    Ok(Answer::Given)
}

fn fit_json(fit: &CrmFit) -> Value {
    let each = fit.probabilities.iter().map(|(level, mean)| {
        let quantiles: Map<String, Value> = FIT_QUANTILES
            .iter()
            .zip(fit.quantiles.get(level).into_iter().flatten())
            .map(|(p, quantile)| (p.to_string(), Value::from(*quantile)))
            .collect();
        json!({
            "dose_level": level.number(), "mean": mean, "sd": fit.sds.get(level), "quantiles": quantiles,
            "interval_probabilities": null, "admissible": true,
        })
    });
    json!({
        "recommended": fit.recommended.number(),
        "parameters": {"a": fit.estimate, "a_variance": fit.variance},
        "doses": each.collect::<Vec<Value>>(),
    })
}

fn fit_text(fit: &CrmFit) -> String {
    let mut rows = vec![row(["dose level", "DLT probability", "2.5 %", "median", "97.5 %"])];
    for (level, mean) in fit.probabilities.iter() {
        let quantile = |index: usize| {
            fit.quantiles
                .get(level)
                .and_then(|quantiles| quantiles.get(index))
                .copied()
        };
        rows.push(row([
            &level.to_string(),
            &shown(Some(*mean)),
            &shown(quantile(0)),
            &shown(quantile(2)),
            &shown(quantile(4)),
        ]));
    }
    format!(
        "a = {}, variance {}; the model's own choice is level {}\n\n{}",
        shown(Some(fit.estimate)),
        shown(Some(fit.variance)),
        fit.recommended,
        aligned(&rows)
    )
}

fn blrm_json(fit: &BlrmFit) -> Value {
    let moments = |moments: Moments| json!({"mean": moments.mean, "sd": moments.sd});
    let each = fit.levels.iter().map(|(level, found)| {
        let quantiles: Map<String, Value> = BLRM_QUANTILES
            .iter()
            .zip(found.quantiles)
            .map(|(p, quantile)| (p.to_string(), Value::from(quantile)))
            .collect();
        json!({
            "dose_level": level.number(), "mean": found.mean, "sd": found.sd, "quantiles": quantiles,
            "interval_probabilities": found.interval_probabilities,
            "overdose_probability": found.overdose_probability, "admissible": found.admissible,
        })
    });
    json!({
        "recommended": fit.recommended.map(DoseLevel::number),
        "parameters": {"log_alpha": moments(fit.log_alpha), "log_beta": moments(fit.log_beta)},
        "doses": each.collect::<Vec<Value>>(),
    })
}

fn blrm_text(fit: &BlrmFit) -> String {
    let mut rows = vec![row([
        "dose level",
        "mean",
        "sd",
        "2.5 %",
        "97.5 %",
        "target",
        "overdose",
        "admissible",
    ])];
    for (level, found) in fit.levels.iter() {
        let [low, .., high] = found.quantiles;
        rows.push(row([
            &level.to_string(),
            &shown(Some(found.mean)),
            &shown(Some(found.sd)),
            &shown(Some(low)),
            &shown(Some(high)),
            &shown(found.interval_probabilities.get(1).copied()),
            &shown(Some(found.overdose_probability)),
            if found.admissible { "yes" } else { "no" },
        ]));
    }
    let head = fit.recommended.map_or("no level is admissible".to_owned(), |level| {
        format!("the model's own choice is level {level}")
    });
    format!("{head}\n\n{}", aligned(&rows))
}
