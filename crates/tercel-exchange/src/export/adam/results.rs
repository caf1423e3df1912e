//! The outcomes of the registry record as analysis results: which rows of which dataset each number is computed from.

use tercel::endpoint::{ALL, Analysis, Method, Statistic};
use tercel::protocol::{Outcome, OutcomeKind};

use crate::adam::{outcome_identifiers, outcome_parameter};
use crate::export::Dataset;
use crate::export::define::{AnalysisResult, Condition};

/// One result for each outcome, component and time point; each is computed for every dose level and overall. An outcome that
/// no method answers, or whose dataset is not handed over, has none.
pub fn analysis_results(analysis: &Analysis<'_>, datasets: &[Dataset]) -> Vec<AnalysisResult> {
    let ids = outcome_identifiers(analysis);
    let mut results = Vec::new();
    for outcome in &analysis.trial.outcomes {
        let Some(method) = ALL.iter().find(|method| method.name == outcome.method) else {
            continue;
        };
        let components: Vec<Option<&str>> = match outcome.components.as_slice() {
            [] => vec![None],
            parts => parts.iter().map(|part| Some(part.as_str())).collect(),
        };
        let months: Vec<Option<u32>> = match outcome.time_points.as_slice() {
            [] => vec![None],
            months => months.iter().copied().map(Some).collect(),
        };
        for component in components {
            for month in &months {
                results.extend(result(outcome, method, component, *month, &ids, datasets));
            }
        }
    }
    results
}

fn result(
    outcome: &Outcome,
    method: &Method,
    component: Option<&str>,
    months: Option<u32>,
    ids: &[String],
    datasets: &[Dataset],
) -> Option<AnalysisResult> {
    let (name, code) = outcome_parameter(method.name, &outcome.id, component, ids)?;
    let dataset = datasets.iter().find(|dataset| dataset.name() == name)?;
    let holds = |variable: &&str| dataset.variable(variable).is_some();
    let part = component.map_or_else(String::new, |part| format!(".{part}"));
    let at = months.map_or_else(String::new, |months| format!(" at month {months}"));
    let condition = |variable: &str, value: &str| Condition {
        variable: variable.to_owned(),
        values: vec![value.to_owned()],
    };
    let mut rows = vec![condition("PARAMCD", &code)];
    match name {
        "ADDLT" => rows.push(condition("DLTEVLFL", "Y")),
        "ADTTE" => {}
        _ => {
            rows.extend(months.map(|months| condition("AVISITN", &months.to_string())));
            rows.push(condition("ANL01FL", "Y"));
        }
    }
    let variables = ["AVAL", "AVALC", "CNSR", "STARTDT"].into_iter().filter(holds);
    let variables = variables.filter(|variable| name != "ADTTE" || *variable != "AVALC");
    Some(AnalysisResult {
        id: format!(
            "{}{part}{}",
            outcome.id,
            months.map_or_else(String::new, |months| format!(".{months}"))
        ),
        display: (outcome.id.clone(), outcome.measure.clone()),
        description: format!(
            "{}{at}, {}, by dose level (ADSL.DOSELVL) and overall",
            outcome.measure.trim_end_matches([' ', ',', ';', '、', '.']),
            method.statistic.name()
        ),
        purpose: match outcome.kind {
            OutcomeKind::Primary => "PRIMARY OUTCOME MEASURE",
            OutcomeKind::Secondary => "SECONDARY OUTCOME MEASURE",
            OutcomeKind::Other => "EXPLORATORY OUTCOME MEASURE",
        },
        dataset: name.to_owned(),
        rows,
        variables: variables.map(str::to_owned).collect(),
        documentation: documentation(method, months),
        code: format!("tercel run TRIAL: cells {}{part}{at}", outcome.id),
    })
}

/// How the statistic is computed from the rows.
fn documentation(method: &Method, months: Option<u32>) -> String {
    let at = months.map_or_else(String::new, |months| months.to_string());
    let how = match method.statistic {
        Statistic::Count => "Number of subjects with AVAL 1; the rows are the denominator of its share, with the Clopper-Pearson interval.".to_owned(),
        Statistic::Proportion => "Subjects with AVAL 1 over all rows, with the Clopper-Pearson interval.".to_owned(),
        Statistic::Median => "Median of AVAL over all rows; a row without AVAL is below quantification and ranks below every other.".to_owned(),
        Statistic::MedianTime => format!("Median of AVAL of the rows whose ADT is no later than {at} months after STARTDT."),
        Statistic::SurvivalMedian if method.name == "dor" => format!(
            "Kaplan-Meier median of AVAL, an event where CNSR is 0, of the rows whose STARTDT is no later than {at} months after infusion, truncated there."
        ),
        Statistic::SurvivalMedian => format!("Kaplan-Meier median of AVAL, an event where CNSR is 0, truncated at month {at}."),
        Statistic::SurvivalRate => format!("Kaplan-Meier estimate at month {at} of AVAL, an event where CNSR is 0."),
        Statistic::RestrictedMean => format!("Area under the Kaplan-Meier curve of AVAL, an event where CNSR is 0, up to month {at}."),
    };
    format!(
        "{how} Subjects assigned to a dose level. Settings of the protocol: {}.",
        method.settings.join(", ")
    )
}
