//! Who may take part.

use serde_json::{Value, json};
use tercel::protocol::Trial;

use super::code::{Ids, Term, chain};

/// The criteria of the protocol: their texts, and what refers to them.
pub(super) fn criteria(trial: &Trial, ids: &mut Ids) -> (Vec<Value>, Vec<Value>) {
    let stated = trial
        .conduct
        .as_ref()
        .map(|conduct| conduct.criteria.as_slice())
        .unwrap_or_default();
    let mut texts: Vec<(String, String)> = stated
        .iter()
        .map(|criterion| (criterion.id.clone(), criterion.text.clone()))
        .collect();
    if texts.is_empty() {
        let limits = &trial.eligibility;
        let age = format!("Age {} to {} years", limits.age_min, limits.age_max);
        texts.push(("age".to_owned(), age));
        texts.extend(
            limits
                .ecog_max
                .map(|worst| ("ecog".to_owned(), format!("ECOG performance status at most {worst}"))),
        );
        texts.extend(
            limits
                .child_pugh_max
                .map(|worst| ("child-pugh".to_owned(), format!("Child-Pugh score at most {worst}"))),
        );
    }
    let (mut items, mut criteria) = (Vec::new(), Vec::new());
    for (place, (name, text)) in texts.iter().enumerate() {
        let item = ids.next("EligibilityCriterionItem");
        items.push(json!({
            "id": item,
            "name": name.to_uppercase(),
            "label": null,
            "description": null,
            "text": text,
            "dictionaryId": null,
            "instanceType": "EligibilityCriterionItem",
        }));
        criteria.push(json!({
            "id": ids.next("EligibilityCriterion"),
            "name": name.to_uppercase(),
            "label": null,
            "description": null,
            "category": ids.code(Term::INCLUSION),
            "identifier": format!("I{}", place + 1),
            "criterionItemId": item,
            "instanceType": "EligibilityCriterion",
        }));
    }
    chain(&mut criteria);
    (items, criteria)
}

/// The population of the study; its size is stated only where the design has one.
pub(super) fn population(trial: &Trial, ids: &mut Ids, criteria: &[Value]) -> Value {
    let limits = &trial.eligibility;
    let planned = trial
        .escalation
        .max_n
        .map(|subjects| ids.quantity(f64::from(subjects), None));
    let age = json!({
        "id": ids.next("Range"),
        "minValue": ids.quantity(limits.age_min, Some(Term::YEARS)),
        "maxValue": ids.quantity(limits.age_max, Some(Term::YEARS)),
        "isApproximate": false,
        "instanceType": "Range",
    });
    json!({
        "id": ids.next("StudyDesignPopulation"),
        "name": "POPULATION",
        "label": "Study population",
        "description": format!("Participants with {}", trial.condition),
        "includesHealthySubjects": false,
        "plannedEnrollmentNumber": planned,
        "plannedCompletionNumber": null,
        "plannedSex": [ids.code(Term::FEMALE), ids.code(Term::MALE)],
        "criterionIds": criteria,
        "plannedAge": age,
        "cohorts": [],
        "instanceType": "StudyDesignPopulation",
    })
}
