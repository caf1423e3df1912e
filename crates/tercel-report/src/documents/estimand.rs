//! The estimand of an outcome: its five attributes, from its method and the settings of the protocol.
//!
//! # Source
//! ICH E9(R1) (2019), A.3: treatment, population, variable, handling of intercurrent events, population-level summary; the
//! names of the strategies are those of A.3.2. Populations and events are those of `docs/methods.md`.
//!
//! # Limits
//! The summary is taken from the report, which writes it for the method and its interval.

use tercel::protocol::{Assessed, Outcome, PfsCensoring, Trial, Unassessed};

/// What an outcome is about, without its summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Estimand {
    /// Who.
    pub(super) population: String,
    /// Under which treatment.
    pub(super) treatment: String,
    /// What may come between, by which strategy, and what is done.
    pub(super) events: Vec<Intercurrent>,
}

/// An intercurrent event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intercurrent {
    /// What happens.
    pub(super) event: &'static str,
    /// The strategy of ICH E9(R1).
    pub(super) strategy: &'static str,
    /// What is done.
    pub(super) handling: String,
}

const TREATMENT_POLICY: &str = "treatment policy";
const COMPOSITE: &str = "composite variable";
const HYPOTHETICAL: &str = "hypothetical";
const WHILE: &str = "while on study";
const PRINCIPAL: &str = "principal stratum";

const NEW_THERAPY: &str = "New anticancer therapy";
const DEATH: &str = "Death";
const LEFT: &str = "Withdrawal or loss";

/// The estimand of an outcome.
pub(super) fn describe(trial: &Trial, outcome: &Outcome) -> Estimand {
    let (population, events) = match outcome.method.as_str() {
        "dlt" => dose_limiting(trial),
        "adverse-events" | "lab-changes" => (collected(), windowed()),
        "crs-icans" => (infused(), windowed()),
        "orr" => (infused(), response_rate()),
        "dcr" => (infused(), disease_control(trial)),
        "biomarker-change" => (
            "infused subjects with a baseline and a sample in the window of the time point".to_owned(),
            sampled(),
        ),
        "car-t-level" => (
            "infused subjects with a sample in the window of the time point".to_owned(),
            sampled(),
        ),
        "pfs" | "median-pfs" | "pfs-rate" => (infused(), progression_free(trial)),
        "ttr" => (responders(), time_to_response()),
        "dor" => (responders(), progression_free(trial)),
        "median-os" | "os-rate" => (infused(), overall()),
        _ => ("not defined: no method answers this outcome".to_owned(), Vec::new()),
    };
    Estimand {
        population,
        treatment: "one dose group of the CAR-T infusion after lymphodepletion, each group and all groups together"
            .to_owned(),
        events,
    }
}

/// Where the analysis data hold an outcome.
pub(super) fn source(method: &str) -> &'static str {
    match method {
        "dlt" => "ADDLT, PARAMCD DLTSTAT",
        "adverse-events" => "ADAE with the window of the protocol",
        "crs-icans" => "ADAE, ADTOX",
        "lab-changes" | "biomarker-change" => "ADLB",
        "orr" | "dcr" | "ttr" => "ADRS",
        "car-t-level" => "ADPC",
        "pfs" | "median-pfs" | "pfs-rate" => "ADTTE, PARAMCD PFS",
        "dor" => "ADTTE, PARAMCD RSD",
        "median-os" | "os-rate" => "ADTTE, PARAMCD OS",
        _ => "none",
    }
}

fn infused() -> String {
    "infused subjects".to_owned()
}

fn collected() -> String {
    "subjects whose cells were collected, or who were infused".to_owned()
}

fn responders() -> String {
    "infused subjects with a confirmed response first seen by the time point".to_owned()
}

fn event(event: &'static str, strategy: &'static str, handling: impl Into<String>) -> Intercurrent {
    Intercurrent {
        event,
        strategy,
        handling: handling.into(),
    }
}

fn dose_limiting(trial: &Trial) -> (String, Vec<Intercurrent>) {
    let rules = &trial.dlt;
    let population = format!(
        "infused subjects evaluable for dose-limiting toxicity: with one, or complete through day {} at {} % or more of the \
         group's dose",
        rules.window_days, rules.dose_percent_min
    );
    let left_out = "not evaluable where it comes before the end of the window without a dose-limiting toxicity";
    let events = vec![
        event(NEW_THERAPY, PRINCIPAL, left_out),
        event(LEFT, PRINCIPAL, left_out),
        event(
            "Dose below the least that is evaluable",
            PRINCIPAL,
            format!(
                "below {} % not evaluable; a dose-limiting toxicity counts all the same",
                rules.dose_percent_min
            ),
        ),
        event(
            "Dose above the group's",
            TREATMENT_POLICY,
            format!(
                "above {} % the absence of a toxicity counts; a toxicity is pending until the committee decides",
                rules.dose_percent_max
            ),
        ),
        event(DEATH, COMPOSITE, "pending until the committee adjudicates it"),
    ];
    (population, events)
}

fn windowed() -> Vec<Intercurrent> {
    vec![
        event(DEATH, WHILE, "ends the window; events until then count"),
        event(LEFT, WHILE, "ends the window; events until then count"),
        event(
            "New anticancer therapy after infusion",
            TREATMENT_POLICY,
            "does not end the window; events count as observed",
        ),
    ]
}

fn response_rate() -> Vec<Intercurrent> {
    let none = "before a confirmed response: no response";
    vec![
        event("Progression", COMPOSITE, none),
        event(NEW_THERAPY, COMPOSITE, none),
        event(DEATH, COMPOSITE, none),
        event(LEFT, COMPOSITE, none),
    ]
}

fn disease_control(trial: &Trial) -> Vec<Intercurrent> {
    let not = "before an assessment that shows control: not controlled";
    let unassessed = match trial.response.dcr_unassessed {
        Unassessed::NotControlled => event(
            LEFT,
            COMPOSITE,
            "without an assessment in the window or later: not controlled",
        ),
        Unassessed::Excluded => event(
            LEFT,
            PRINCIPAL,
            "without an assessment in the window or later: left out",
        ),
    };
    vec![
        event("Progression", COMPOSITE, not),
        event(NEW_THERAPY, COMPOSITE, not),
        event(DEATH, COMPOSITE, not),
        unassessed,
    ]
}

fn sampled() -> Vec<Intercurrent> {
    vec![
        event(
            "New anticancer therapy or progression",
            TREATMENT_POLICY,
            "a sample counts as taken",
        ),
        event(
            DEATH,
            WHILE,
            "before the window: the subject has no sample and is left out",
        ),
        event(
            LEFT,
            WHILE,
            "before the window: the subject has no sample and is left out",
        ),
    ]
}

fn progression_free(trial: &Trial) -> Vec<Intercurrent> {
    let visits = trial
        .schedule
        .iter()
        .any(|visit| visit.assessments.contains(&Assessed::Imaging));
    let censored = match trial.response.pfs_censoring {
        PfsCensoring::Default | PfsCensoring::FdaA => "censored at the last adequate assessment before",
        PfsCensoring::FdaB | PfsCensoring::FdaC => "censored at the planned day of the last adequate assessment before",
    };
    let missed = match trial.response.pfs_censoring {
        PfsCensoring::Default => trial.response.missed_assessments,
        PfsCensoring::FdaA | PfsCensoring::FdaB | PfsCensoring::FdaC => 2,
    };
    let mut events = vec![
        event(DEATH, COMPOSITE, "an event, from any cause"),
        event(NEW_THERAPY, HYPOTHETICAL, censored),
        event(LEFT, HYPOTHETICAL, "censored at the last adequate assessment"),
    ];
    if visits {
        events.push(event(
            "Missed planned assessments",
            HYPOTHETICAL,
            format!("{missed} or more missed just before progression or death: {censored} them"),
        ));
    }
    events
}

fn time_to_response() -> Vec<Intercurrent> {
    vec![event(
        "Progression, new anticancer therapy, death, withdrawal or loss",
        PRINCIPAL,
        "before a confirmed response: the subject is no responder and not in it",
    )]
}

fn overall() -> Vec<Intercurrent> {
    vec![
        event(NEW_THERAPY, TREATMENT_POLICY, "does not censor"),
        event(LEFT, HYPOTHETICAL, "censored at the last contact"),
    ]
}
