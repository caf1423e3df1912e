//! Objectives with their endpoints, populations of analysis, estimands.
//!
//! An outcome of the protocol is an endpoint. The estimand of an endpoint names its population and how the method treats
//! what happens after the infusion; an outcome without a method has none.

use serde_json::{Value, json};
use tercel::protocol::{Outcome, OutcomeKind, PfsCensoring, Trial};

use super::code::{Ids, Term};
use super::treatment::Interventions;

/// Populations of analysis.
pub(super) struct Populations {
    pub(super) all: Vec<Value>,
    collected: String,
    infused: String,
    evaluable: String,
    responders: String,
}

pub(super) fn populations(trial: &Trial, ids: &mut Ids) -> Populations {
    let mut all = Vec::new();
    let mut make = |name: &str, label: &str, text: &str| {
        let id = ids.next("AnalysisPopulation");
        all.push(json!({
            "id": id,
            "name": name,
            "label": label,
            "description": null,
            "text": text,
            "subsetOfIds": [],
            "instanceType": "AnalysisPopulation",
        }));
        id
    };
    let window = trial.dlt.window_days;
    let (least, most) = (trial.dlt.dose_percent_min, trial.dlt.dose_percent_max);
    Populations {
        collected: make(
            "COLLECTED",
            "Cells collected",
            "Participants whose cells were collected",
        ),
        infused: make("INFUSED", "Infused", "Participants who were infused"),
        evaluable: make(
            "DLT",
            "Evaluable for DLT",
            &format!(
                "Participants infused with {least} to {most} % of the dose of their group who had a dose-limiting toxicity \
                 or were observed for {window} days without one"
            ),
        ),
        responders: make(
            "RESPONDERS",
            "Responders",
            "Infused participants with an objective response",
        ),
        all,
    }
}

/// Endpoints of an outcome: the outcome's index and the endpoint's identifier.
type Endpoints = Vec<(usize, String)>;

pub(super) fn objectives(trial: &Trial, ids: &mut Ids) -> (Vec<Value>, Endpoints) {
    let ranks = [
        (
            OutcomeKind::Primary,
            "primary",
            Term::PRIMARY_OBJECTIVE,
            Term::PRIMARY_ENDPOINT,
        ),
        (
            OutcomeKind::Secondary,
            "secondary",
            Term::SECONDARY_OBJECTIVE,
            Term::SECONDARY_ENDPOINT,
        ),
        (
            OutcomeKind::Other,
            "other",
            Term::EXPLORATORY_OBJECTIVE,
            Term::EXPLORATORY_ENDPOINT,
        ),
    ];
    let (mut objectives, mut known) = (Vec::new(), Vec::new());
    for (rank, word, objective, level) in ranks {
        let own: Vec<(usize, &Outcome)> = trial
            .outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| outcome.kind == rank)
            .collect();
        if own.is_empty() {
            continue;
        }
        let endpoints: Vec<Value> = own
            .iter()
            .map(|(index, outcome)| endpoint(ids, *index, outcome, level, &mut known))
            .collect();
        let measures: Vec<&str> = own.iter().map(|(_, outcome)| outcome.measure.as_str()).collect();
        let stated = trial.primary_objective.clone().filter(|_| rank == OutcomeKind::Primary);
        let text = stated.unwrap_or_else(|| format!("To assess the {word} outcomes: {}", measures.join("; ")));
        objectives.push(json!({
            "id": ids.next("Objective"),
            "name": format!("{} OBJECTIVE", word.to_uppercase()),
            "label": null,
            "description": null,
            "text": text,
            "dictionaryId": null,
            "level": ids.code(objective),
            "endpoints": endpoints,
            "instanceType": "Objective",
        }));
    }
    (objectives, known)
}

fn endpoint(ids: &mut Ids, index: usize, outcome: &Outcome, level: Term, known: &mut Endpoints) -> Value {
    let id = ids.next("Endpoint");
    known.push((index, id.clone()));
    let text = if outcome.time_frame.is_empty() {
        outcome.measure.clone()
    } else {
        format!("{}; {}", outcome.measure, outcome.time_frame)
    };
    json!({
        "id": id,
        "name": outcome.id,
        "label": outcome.measure,
        "description": outcome.definition,
        "text": text,
        "dictionaryId": null,
        "purpose": purpose(&outcome.method),
        "level": ids.code(level),
        "instanceType": "Endpoint",
    })
}

fn purpose(method: &str) -> &'static str {
    match method {
        "dlt" | "adverse-events" | "crs-icans" | "lab-changes" => "Safety",
        "car-t-level" => "Cellular kinetics",
        "biomarker-change" => "Pharmacodynamics",
        "orr" | "dcr" | "pfs" | "median-pfs" | "pfs-rate" | "ttr" | "dor" | "median-os" | "os-rate" => "Efficacy",
        _ => "Not stated",
    }
}

/// What happens after the infusion and how a method treats it.
struct Treated {
    event: &'static str,
    text: &'static str,
    strategy: String,
}

fn treated(event: &'static str, text: &'static str, strategy: &str) -> Treated {
    Treated {
        event,
        text,
        strategy: strategy.to_owned(),
    }
}

fn new_therapy(strategy: &str) -> Treated {
    treated("NEW THERAPY", "New anticancer therapy begins", strategy)
}

/// Population and intercurrent events of a method; `None` where it has none of them.
fn of_method<'p>(trial: &Trial, method: &str, populations: &'p Populations) -> Option<(&'p str, Vec<Treated>)> {
    const WHILE: &str = "While on treatment: what is assessed after it does not count";
    let censored = match trial.response.pfs_censoring {
        PfsCensoring::Default => "Hypothetical: censored at the last adequate assessment before it",
        PfsCensoring::FdaA => "Hypothetical: censored by Table A of the FDA guidance",
        PfsCensoring::FdaB => "Hypothetical: censored by Table B of the FDA guidance",
        PfsCensoring::FdaC => "Hypothetical: censored by Table C of the FDA guidance",
    };
    let infused = populations.infused.as_str();
    Some(match method {
        "dlt" => (
            populations.evaluable.as_str(),
            vec![
                new_therapy(
                    "Principal stratum: without a toxicity before it the participant is not evaluable and is replaced",
                ),
                treated(
                    "LEFT STUDY",
                    "The participant leaves the study within the window",
                    "Principal stratum: without a toxicity before it the participant is not evaluable and is replaced",
                ),
            ],
        ),
        "adverse-events" | "crs-icans" | "lab-changes" => (
            populations.collected.as_str(),
            vec![treated(
                "NOT INFUSED",
                "The participant leaves without infusion",
                &format!(
                    "While in the study: events count for {} days more",
                    trial.windows.ae_days_uninfused
                ),
            )],
        ),
        "orr" | "dcr" | "ttr" => (infused, vec![new_therapy(WHILE)]),
        "pfs" | "median-pfs" | "pfs-rate" => (infused, vec![new_therapy(censored)]),
        "dor" => (populations.responders.as_str(), vec![new_therapy(censored)]),
        "median-os" | "os-rate" => (
            infused,
            vec![new_therapy("Treatment policy: death counts whatever therapy followed")],
        ),
        _ => return None,
    })
}

pub(super) fn estimands(
    trial: &Trial,
    ids: &mut Ids,
    populations: &Populations,
    endpoints: &[(usize, String)],
    interventions: &Interventions,
) -> Vec<Value> {
    let mut estimands = Vec::new();
    for (index, endpoint) in endpoints {
        let Some(outcome) = trial.outcomes.get(*index) else {
            continue;
        };
        let Some((population, events)) = of_method(trial, &outcome.method, populations) else {
            continue;
        };
        let events: Vec<Value> = events
            .into_iter()
            .map(|one| {
                json!({
                    "id": ids.next("IntercurrentEvent"),
                    "name": format!("{} {}", outcome.id, one.event),
                    "label": null,
                    "description": null,
                    "text": one.text,
                    "dictionaryId": null,
                    "strategy": one.strategy,
                    "instanceType": "IntercurrentEvent",
                })
            })
            .collect();
        estimands.push(json!({
            "id": ids.next("Estimand"),
            "name": format!("ESTIMAND {}", outcome.id),
            "label": outcome.measure,
            "description": null,
            "populationSummary": outcome.definition,
            "analysisPopulationId": population,
            "interventionIds": interventions.cells().collect::<Vec<String>>(),
            "variableOfInterestId": endpoint,
            "intercurrentEvents": events,
            "instanceType": "Estimand",
        }));
    }
    estimands
}
