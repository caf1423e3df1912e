//! The protocol as a study definition of CDISC's Unified Study Definitions Model, version 4, in JSON.
//!
//! What is in it stands in the protocol. What the model asks for and no protocol here states (route of the infusion, the
//! sponsor, whether a disease is rare) is left out where the model lets it, and otherwise said to be not stated.
//!
//! Epochs are cut by the protocol's own days: visits before the infusion are screening, those until the end of the window of
//! dose-limiting toxicity are treatment, later ones follow-up.
//!
//! Source: USDM 4.0, classes of its application programming interface; CDISC controlled terminology for its codes.

mod analysis;
mod arms;
mod code;
mod eligibility;
mod schedule;
mod treatment;

use serde_json::{Value, json};
use tercel::protocol::Trial;

use code::{Ids, Term};

/// Version of the model.
pub const USDM_VERSION: &str = "4.0.0";

/// The study definition of a protocol. The same protocol gives the same bytes.
pub fn write_usdm(trial: &Trial) -> String {
    let mut text = serde_json::to_string_pretty(&study_definition(trial)).unwrap_or_default();
    text.push('\n');
    text
}

fn study_definition(trial: &Trial) -> Value {
    let mut ids = Ids::default();
    json!({
        "study": {
            "id": ids.next("Study"),
            "name": trial.id,
            "label": trial.title,
            "description": null,
            "versions": [version(trial, &mut ids)],
            "documentedBy": [],
            "instanceType": "Study",
        },
        "usdmVersion": USDM_VERSION,
        "systemName": "tercel",
        "systemVersion": env!("CARGO_PKG_VERSION"),
    })
}

fn version(trial: &Trial, ids: &mut Ids) -> Value {
    let id = ids.next("StudyVersion");
    let (organizations, sponsor, registry) = organizations(trial, ids);
    let mut identifiers = vec![identifier(ids, &trial.id, &sponsor)];
    if let (Some(number), Some(registry)) = (&trial.registry, &registry) {
        identifiers.push(identifier(ids, number, registry));
    }
    let interventions = treatment::interventions(trial, ids);
    let (items, criteria) = eligibility::criteria(trial, ids);
    let (design, surrogates) = design(trial, ids, &interventions, &criteria);
    json!({
        "id": id,
        "versionIdentifier": trial.version,
        "rationale": format!("Version {} of the protocol, in force from {}.", trial.version, trial.version_date),
        "documentVersionIds": [],
        "dateValues": [{
            "id": ids.next("GovernanceDate"),
            "name": "IN FORCE",
            "label": "In force from",
            "description": null,
            "type": ids.code(Term::EFFECTIVE_DATE),
            "dateValue": trial.version_date.to_string(),
            "geographicScopes": [{
                "id": ids.next("GeographicScope"),
                "type": ids.code(Term::GLOBAL),
                "code": null,
                "instanceType": "GeographicScope",
            }],
            "instanceType": "GovernanceDate",
        }],
        "amendments": [],
        "businessTherapeuticAreas": [],
        "studyIdentifiers": identifiers,
        "referenceIdentifiers": [],
        "studyDesigns": [design],
        "titles": [{
            "id": ids.next("StudyTitle"),
            "text": trial.title,
            "type": ids.code(Term::OFFICIAL_TITLE),
            "instanceType": "StudyTitle",
        }],
        "eligibilityCriterionItems": items,
        "narrativeContentItems": [],
        "abbreviations": [],
        "roles": [{
            "id": ids.next("StudyRole"),
            "name": "SPONSOR",
            "label": "Sponsor",
            "description": null,
            "code": ids.code(Term::SPONSOR),
            "appliesToIds": [id],
            "assignedPersons": [],
            "organizationIds": [sponsor],
            "masking": null,
            "instanceType": "StudyRole",
        }],
        "organizations": organizations,
        "studyInterventions": interventions.all,
        "administrableProducts": [interventions.product],
        "medicalDevices": [],
        "productOrganizationRoles": [],
        "biomedicalConcepts": [],
        "bcCategories": [],
        "bcSurrogates": surrogates,
        "dictionaries": [],
        "conditions": [],
        "instanceType": "StudyVersion",
    })
}

/// The sponsor and, where the study has its number, the registry, with their identifiers.
fn organizations(trial: &Trial, ids: &mut Ids) -> (Vec<Value>, String, Option<String>) {
    let mut make = |name: &str, label: &str, scheme: &str, number: &str, kind: Term| {
        let id = ids.next("Organization");
        let value = json!({
            "id": id,
            "name": name,
            "label": label,
            "type": ids.code(kind),
            "identifierScheme": scheme,
            "identifier": number,
            "legalAddress": null,
            "managedSites": [],
            "instanceType": "Organization",
        });
        (id, value)
    };
    let (sponsor, value) = make(
        "SPONSOR",
        trial.sponsor.as_deref().unwrap_or("Sponsor (not stated)"),
        "not stated",
        "not stated",
        Term::UNKNOWN,
    );
    let mut organizations = vec![value];
    let registry = trial.registry.as_ref().map(|number| {
        let (name, label, scheme) = if number.to_uppercase().starts_with("NCT") {
            ("CT-GOV", "ClinicalTrials.gov", "USGOV")
        } else {
            ("REGISTRY", "Registry", "not stated")
        };
        let (id, value) = make(name, label, scheme, name, Term::REGISTRY);
        organizations.push(value);
        id
    });
    (organizations, sponsor, registry)
}

fn identifier(ids: &mut Ids, text: &str, scope: &str) -> Value {
    json!({
        "id": ids.next("StudyIdentifier"),
        "text": text,
        "scopeId": scope,
        "instanceType": "StudyIdentifier",
    })
}

/// The design, and what stands for the concepts its activities measure.
fn design(
    trial: &Trial,
    ids: &mut Ids,
    interventions: &treatment::Interventions,
    criteria: &[Value],
) -> (Value, Vec<Value>) {
    let epochs = arms::Epochs::new(trial, ids);
    let arms = arms::arms(trial, ids);
    let (elements, cells) = arms::elements(trial, ids, &epochs, &arms, interventions);
    let schedule = schedule::schedule(trial, ids, &epochs, interventions);
    let populations = analysis::populations(trial, ids);
    let (objectives, endpoints) = analysis::objectives(trial, ids);
    let estimands = analysis::estimands(trial, ids, &populations, &endpoints, interventions);
    let criterion_ids: Vec<Value> = criteria.iter().map(|criterion| criterion["id"].clone()).collect();
    let design = trial.escalation.design.entry().title;
    let design = json!({
        "id": ids.next("InterventionalStudyDesign"),
        "name": trial.id,
        "label": null,
        "description": format!("Dose escalation by {design} over {} dose levels.", trial.dose_levels.len()),
        "studyType": ids.code(Term::INTERVENTIONAL),
        "studyPhase": ids.alias(code::phase(&trial.title)),
        "therapeuticAreas": [],
        "characteristics": [],
        "encounters": schedule.encounters,
        "activities": schedule.activities,
        "arms": arms,
        "studyCells": cells,
        "rationale": format!("Dose finding by {design}: the next dose follows from the dose-limiting toxicities seen."),
        "epochs": epochs.all,
        "elements": elements,
        "estimands": estimands,
        "indications": [{
            "id": ids.next("Indication"),
            "name": trial.condition,
            "label": null,
            "description": null,
            "codes": [],
            "isRareDisease": false,
            "instanceType": "Indication",
        }],
        "studyInterventionIds": interventions.ids(),
        "objectives": objectives,
        "population": eligibility::population(trial, ids, &criterion_ids),
        "scheduleTimelines": [schedule.timeline],
        "biospecimenRetentions": [],
        "documentVersionIds": [],
        "eligibilityCriteria": criteria,
        "analysisPopulations": populations.all,
        "subTypes": [ids.code(Term::SAFETY)],
        "model": ids.code(if trial.dose_levels.len() > 1 { Term::SEQUENTIAL } else { Term::SINGLE_GROUP }),
        "intentTypes": [ids.code(Term::TREATMENT_INTENT)],
        "blindingSchema": ids.alias(Term::OPEN_LABEL),
        "instanceType": "InterventionalStudyDesign",
    });
    (design, schedule.surrogates)
}
