//! The parts of FHIR R4 resources that become variables; everything else of a resource is kept by name in `rest`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Number, Value};
use tercel::grade::units::{Dimension, Unit};

use crate::inbound::{VITALS, vital_unit};

/// Elements that no variable takes.
pub(super) type Rest = BTreeMap<String, Value>;

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Coding {
    pub(super) system: Option<String>,
    pub(super) code: Option<String>,
    pub(super) display: Option<String>,
}

/// `CodeableConcept`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Concept {
    #[serde(default)]
    pub(super) coding: Vec<Coding>,
    pub(super) text: Option<String>,
}

impl Concept {
    /// What somebody reads: the text, otherwise the first name of a code.
    pub(super) fn name(&self) -> Option<&str> {
        let display = || self.coding.iter().find_map(|coding| coding.display.as_deref());
        self.text
            .as_deref()
            .or_else(display)
            .map(str::trim)
            .filter(|name| !name.is_empty())
    }

    /// Whether a code is of this system.
    pub(super) fn is_of(&self, system: &str) -> bool {
        self.coding
            .iter()
            .any(|coding| coding.system.as_deref() == Some(system))
    }

    /// The first code, as of a status or a flag.
    pub(super) fn code(&self) -> Option<&str> {
        self.coding.iter().find_map(|coding| coding.code.as_deref())
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Quantity {
    pub(super) value: Option<Number>,
    pub(super) comparator: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) system: Option<String>,
    pub(super) code: Option<String>,
}

impl Quantity {
    /// The unit: the code where it is of UCUM, otherwise the words beside it.
    pub(super) fn unit(&self) -> &str {
        let ucum = self.system.as_deref() == Some("http://unitsofmeasure.org");
        let (code, words) = (self.code.as_deref(), self.unit.as_deref());
        let unit = if ucum { code.or(words) } else { words.or(code) };
        unit.unwrap_or_default().trim()
    }

    /// Code and words of a unit that contradict each other.
    pub(super) fn contradiction(&self) -> Option<(&str, &str)> {
        let (code, words) = (self.code.as_deref()?.trim(), self.unit.as_deref()?.trim());
        // Of vital signs, each unit that is known as one of another size: kg beside lb, cm beside in.
        let of_vitals = VITALS.iter().any(|(_, _, standard, _)| {
            let sizes = vital_unit(standard, code).zip(vital_unit(standard, words));
            sizes.is_some_and(|((one, _), (other, _))| (one / other - 1.0).abs() > 1e-9)
        });
        if of_vitals {
            return Some((code, words));
        }
        let (meant, said) = (Unit::readings(code).ok()?, Unit::readings(words).ok()?);
        let agree = |one: &Unit, other: &Unit| match (one.dimension, other.dimension) {
            (Dimension::Mass, Dimension::Substance) | (Dimension::Substance, Dimension::Mass) => false,
            (one_kind, other_kind) if one_kind == other_kind => (one.factor / other.factor - 1.0).abs() < 1e-9,
            _ => true,
        };
        let any = meant.iter().any(|one| said.iter().any(|other| agree(one, other)));
        (!any).then_some((code, words))
    }

    pub(super) fn number(&self) -> Option<f64> {
        self.value.as_ref().and_then(Number::as_f64)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Period {
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Identifier {
    #[serde(rename = "use")]
    used: Option<String>,
    system: Option<String>,
    value: Option<String>,
    period: Option<Period>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "reference")]
    pub(super) to: Option<String>,
    pub(super) display: Option<String>,
    identifier: Option<Identifier>,
}

impl Reference {
    /// The identifier of a system that the reference itself carries.
    pub(super) fn identifier_of(&self, system: &str) -> Option<String> {
        self.identifier
            .as_ref()
            .filter(|one| one.system.as_deref() == Some(system))?
            .value
            .clone()
    }
}

/// The identifier a reference ends in: `Patient/7`, `urn:uuid:…`, an address with a version.
pub(super) fn id_of(reference: &str) -> &str {
    let plain = reference.split("/_history/").next().unwrap_or(reference);
    let after = plain.rsplit('/').next().unwrap_or(plain);
    after
        .strip_prefix("urn:uuid:")
        .or_else(|| after.strip_prefix("urn:oid:"))
        .unwrap_or(after)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patient {
    #[serde(default)]
    identifier: Vec<Identifier>,
    pub(super) gender: Option<String>,
    pub(super) birth_date: Option<String>,
    pub(super) deceased_date_time: Option<String>,
    #[serde(default)]
    pub(super) deceased_boolean: bool,
}

impl Patient {
    /// Whether the patient is said to be dead.
    pub(super) const fn is_dead(&self) -> bool {
        self.deceased_boolean || self.deceased_date_time.is_some()
    }

    /// The identifier of a system: one whose time has no end before one that ended, the official one before others, never one
    /// that is no longer used.
    pub(super) fn identifier_of(&self, system: &str) -> Option<String> {
        let rank = |one: &&Identifier| {
            let ended = one.period.as_ref().is_some_and(|period| period.end.is_some());
            let used = match one.used.as_deref() {
                Some("official") => 0,
                Some("usual") => 1,
                None => 2,
                Some(_) => 3,
            };
            (ended, used)
        };
        let of_system = self
            .identifier
            .iter()
            .filter(|one| one.system.as_deref() == Some(system));
        let in_use = of_system.filter(|one| one.used.as_deref() != Some("old") && one.value.is_some());
        in_use.min_by_key(rank)?.value.clone()
    }
}

/// What was taken of the patient.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Specimen {
    #[serde(rename = "type")]
    pub(super) kind: Option<Concept>,
}

/// Resources that stand within another, as they came.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Container {
    #[serde(default)]
    pub(super) contained: Vec<Value>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Medication {
    pub(super) code: Option<Concept>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReferenceRange {
    pub(super) text: Option<String>,
    pub(super) low: Option<Quantity>,
    pub(super) high: Option<Quantity>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Concept>,
}

/// What an observation and each of its components have.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    #[serde(default)]
    pub(super) code: Concept,
    pub(super) value_quantity: Option<Quantity>,
    pub(super) value_codeable_concept: Option<Concept>,
    pub(super) value_string: Option<String>,
    pub(super) value_integer: Option<i64>,
    pub(super) value_boolean: Option<bool>,
    pub(super) data_absent_reason: Option<Concept>,
    #[serde(default)]
    pub(super) interpretation: Vec<Concept>,
    #[serde(default)]
    pub(super) reference_range: Vec<ReferenceRange>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Observation {
    #[serde(default)]
    pub(super) status: String,
    pub(super) subject: Option<Reference>,
    pub(super) effective_date_time: Option<String>,
    pub(super) effective_instant: Option<String>,
    pub(super) effective_period: Option<Period>,
    #[serde(default)]
    pub(super) has_member: Vec<Reference>,
    #[serde(default)]
    pub(super) component: Vec<Component>,
    pub(super) specimen: Option<Reference>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Component {
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Dosage {
    pub(super) dose: Option<Quantity>,
    pub(super) route: Option<Concept>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MedicationAdministration {
    #[serde(default)]
    pub(super) status: String,
    pub(super) subject: Option<Reference>,
    pub(super) medication_codeable_concept: Option<Concept>,
    pub(super) medication_reference: Option<Reference>,
    #[serde(default)]
    pub(super) contained: Vec<Contained>,
    pub(super) effective_date_time: Option<String>,
    pub(super) effective_period: Option<Period>,
    #[serde(default)]
    pub(super) reason_code: Vec<Concept>,
    pub(super) dosage: Option<Dosage>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Contained {
    pub(super) id: Option<String>,
    pub(super) code: Option<Concept>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AdverseEvent {
    #[serde(default)]
    pub(super) actuality: String,
    pub(super) event: Option<Concept>,
    pub(super) subject: Option<Reference>,
    pub(super) date: Option<String>,
    pub(super) detected: Option<String>,
    pub(super) seriousness: Option<Concept>,
    pub(super) severity: Option<Concept>,
    pub(super) outcome: Option<Concept>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    pub(super) clinical_status: Option<Concept>,
    pub(super) verification_status: Option<Concept>,
    pub(super) code: Option<Concept>,
    pub(super) subject: Option<Reference>,
    pub(super) onset_date_time: Option<String>,
    pub(super) onset_period: Option<Period>,
    pub(super) abatement_date_time: Option<String>,
    pub(super) abatement_period: Option<Period>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_ends_in_an_identifier_whatever_stands_before_it() {
        for (reference, id) in [
            ("Patient/7", "7"),
            ("https://fhir.example/r4/Patient/7/_history/2", "7"),
            ("urn:uuid:61ebe359", "61ebe359"),
            ("#med", "#med"),
        ] {
            assert_eq!(id_of(reference), id);
        }
    }
}
