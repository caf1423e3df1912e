//! What is given: the cells at each dose level, and lymphodepletion before them.

use serde_json::{Value, json};
use tercel::protocol::{DoseLevel, Trial};

use super::code::{Ids, Term};

/// The interventions with what refers to them.
pub(super) struct Interventions {
    pub(super) all: Vec<Value>,
    /// The product of every infusion.
    pub(super) product: Value,
    /// Identifier of the cells at each level.
    cells: Vec<(DoseLevel, String)>,
    /// Identifiers of the agents of lymphodepletion.
    pub(super) lymphodepletion: Vec<String>,
}

impl Interventions {
    pub(super) fn ids(&self) -> Vec<String> {
        self.cells().chain(self.lymphodepletion.iter().cloned()).collect()
    }

    /// The cells at every level.
    pub(super) fn cells(&self) -> impl Iterator<Item = String> + '_ {
        self.cells.iter().map(|(_, id)| id.clone())
    }

    /// The cells at a level.
    pub(super) fn at(&self, level: DoseLevel) -> Option<&str> {
        let found = self.cells.iter().find(|(one, _)| *one == level);
        found.map(|(_, id)| id.as_str())
    }
}

/// A product is given once at the dose of its level; where it is given is not stated by a protocol here.
pub(super) fn interventions(trial: &Trial, ids: &mut Ids) -> Interventions {
    let product = trial.names.infusion.first().map_or("CAR-T CELLS", String::as_str);
    let product_id = ids.next("AdministrableProduct");
    let mut found = Interventions {
        product: json!({
            "id": product_id,
            "name": product,
            "label": null,
            "description": null,
            "pharmacologicClass": null,
            "administrableDoseForm": ids.alias(Term::FORM_UNKNOWN),
            "productDesignation": ids.code(Term::INVESTIGATIONAL_PRODUCT),
            "sourcing": null,
            "properties": [],
            "identifiers": [],
            "ingredients": [],
            "instanceType": "AdministrableProduct",
        }),
        all: Vec::new(),
        cells: Vec::new(),
        lymphodepletion: Vec::new(),
    };
    for (level, group) in trial.dose_levels.iter() {
        let id = ids.next("StudyIntervention");
        let dose = (!group.planned.is_placeholder())
            .then(|| ids.quantity(group.planned.to_millions(), Some(Term::MILLION_CELLS)));
        let route = dose.as_ref().map(|_| ids.alias(Term::ROUTE_UNKNOWN));
        let product_ref = dose.as_ref().map(|_| product_id.clone());
        let frequency = dose.as_ref().map(|_| ids.alias(Term::ONCE));
        let administration = json!({
            "id": ids.next("Administration"),
            "name": format!("INFUSION {level}"),
            "label": group.label,
            "description": format!("One infusion of {}", group.planned),
            "duration": {
                "id": ids.next("Duration"),
                "text": "Single infusion",
                "quantity": null,
                "durationWillVary": true,
                "reasonDurationWillVary": "The protocol states no length of the infusion",
                "instanceType": "Duration",
            },
            "dose": dose,
            "route": route,
            "frequency": frequency,
            "administrableProductId": product_ref,
            "medicalDeviceId": null,
            "instanceType": "Administration",
        });
        found.all.push(json!({
            "id": id,
            "name": format!("{product} {level}"),
            "label": format!("{product}, {}", trial.level_label(level)),
            "description": format!("{product} at the dose of {}", group.label),
            "role": ids.code(Term::EXPERIMENTAL),
            "type": ids.code(Term::GENETIC),
            "minimumResponseDuration": null,
            "codes": [],
            "administrations": [administration],
            "instanceType": "StudyIntervention",
        }));
        found.cells.push((level, id));
    }
    for agent in &trial.names.lymphodepletion {
        let id = ids.next("StudyIntervention");
        found.all.push(json!({
            "id": id,
            "name": agent,
            "label": null,
            "description": format!("Lymphodepletion with {agent} before the infusion"),
            "role": ids.code(Term::ADDITIONAL),
            "type": ids.code(Term::DRUG),
            "minimumResponseDuration": null,
            "codes": [],
            "administrations": [],
            "instanceType": "StudyIntervention",
        }));
        found.lymphodepletion.push(id);
    }
    found
}
