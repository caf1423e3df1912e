//! `tercel design oc` for designs that look at responses.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::design::{DesignName, Settings};
use tercel::exact::{Curve, EfficacyCharacteristics, EfficacyCurve, EfficacyPlan, Limit, evaluate_efficacy};
use tercel::protocol::DoseLevel;

use super::{Answer, Output};
use crate::command::estimate::aligned;

/// A question about operating characteristics.
pub(super) struct Ask<'a> {
    pub(super) name: DesignName,
    pub(super) settings: &'a Settings,
    pub(super) curves: &'a [Curve],
    pub(super) responses: &'a [String],
    pub(super) start: DoseLevel,
    pub(super) cohort_size: u32,
    pub(super) max_n: Option<u32>,
    pub(super) stop_at: Option<u32>,
    pub(super) limit: Limit,
}

/// `tercel design oc`.
pub(super) fn oc(ask: &Ask<'_>, output: Output) -> anyhow::Result<Answer> {
    if ask.name == DesignName::BfBoin {
        bail!(
            "bf-boin has no exact operating characteristics, as who is backfilled depends on when subjects come: \
             `tercel design simulate` answers by simulation, and --design boin is its escalation without backfilling"
        );
    }
    let design = ask.settings.boin12().map_err(|error| anyhow!("{error}"))?;
    if ask.responses.len() != ask.curves.len() {
        bail!("give --truth-response for each --truth: true response probabilities from the lowest level up");
    }
    let responses: Vec<Vec<f64>> = ask
        .responses
        .iter()
        .map(|text| probabilities(text))
        .collect::<Result<_, _>>()?;
    let both = ask.curves.iter().zip(&responses);
    let truths: Vec<EfficacyCurve> = both
        .map(|(curve, response)| EfficacyCurve::independent(curve, response))
        .collect::<Result<_, _>>()?;
    let doses = ask.curves.first().map_or(0, |curve| curve.values().len());
    let plan = EfficacyPlan {
        design: &design,
        doses: u8::try_from(doses)?,
        start: ask.start,
        cohort_size: ask.cohort_size,
        cohorts: ask.max_n.unwrap_or(0) / ask.cohort_size.max(1),
        stop_at: ask.stop_at,
    };
    let (states, found) =
        evaluate_efficacy(&plan, &truths, ask.limit, &mut |_, _| true).map_err(|error| anyhow!("{error}"))?;
    let answers: Vec<(&Curve, &Vec<f64>, &EfficacyCharacteristics)> = ask
        .curves
        .iter()
        .zip(&responses)
        .zip(&found)
        .map(|((curve, response), found)| (curve, response, found))
        .collect();
    output.print(
        || {
            let scenarios = answers
                .iter()
                .map(|(curve, response, found)| scenario_json(curve, response, found));
            json!({"method": "exact", "states": states, "scenarios": scenarios.collect::<Vec<Value>>()})
        },
        || oc_text(states, &answers),
    )?;
    Ok(Answer::Given)
}

pub(super) fn probabilities(text: &str) -> anyhow::Result<Vec<f64>> {
    text.split(',')
        .map(|cell| {
            let cell = cell.trim();
            cell.parse::<f64>()
                .map_err(|_| anyhow!("--truth-response {text}: \"{cell}\" is not a number"))
        })
        .collect()
}

fn scenario_json(curve: &Curve, response: &[f64], found: &EfficacyCharacteristics) -> Value {
    let fields = [
        ("truth", curve.values()),
        ("truth_response", response),
        ("select", found.select.values()),
        ("patients", found.patients.values()),
        ("dlts", found.dlts.values()),
        ("responses", found.responses.values()),
    ];
    let mut scenario: Map<String, Value> = fields
        .into_iter()
        .map(|(name, values)| (name.to_owned(), values.into()))
        .collect();
    scenario.insert("select_none".to_owned(), found.select_none.into());
    scenario.insert("n_total".to_owned(), found.n_total.into());
    scenario.into()
}

fn oc_text(states: u64, answers: &[(&Curve, &Vec<f64>, &EfficacyCharacteristics)]) -> String {
    let mut page = format!("BOIN12, exact: {states} states; DLT and response are independent in a subject\n");
    for (curve, response, found) in answers {
        let cells = |name: &str, values: &[f64], none: String, digits: usize| -> Vec<String> {
            let each = values.iter().map(|value| format!("{value:.digits$}"));
            std::iter::once(name.to_owned()).chain(each).chain([none]).collect()
        };
        let levels = (1..=curve.values().len()).map(|level| level.to_string());
        let head = std::iter::once("dose level".to_owned())
            .chain(levels)
            .chain(["none".to_owned()]);
        let percent: Vec<f64> = found.select.values().iter().map(|p| 100.0 * p).collect();
        let rows = vec![
            head.collect(),
            cells("true DLT probability", curve.values(), String::new(), 3),
            cells("true response probability", response, String::new(), 3),
            cells("selected, %", &percent, format!("{:.2}", 100.0 * found.select_none), 2),
            cells("patients, expected", found.patients.values(), String::new(), 2),
            cells("DLTs, expected", found.dlts.values(), String::new(), 2),
            cells("responses, expected", found.responses.values(), String::new(), 2),
        ];
        let _ = write!(page, "\n{}", aligned(&rows));
        let _ = writeln!(page, "{:.2} patients expected in all", found.n_total);
    }
    page
}
