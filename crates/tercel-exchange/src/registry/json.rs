//! The study as JSON: ClinicalTrials.gov API version 2, one study or a list of studies.

use serde_json::Value;

use super::{Arm, Form, Intervention, Kind, MAX_DEPTH, Record, RecordOutcome, RegistryError, choose};

pub(super) fn parse(text: &str, nct: Option<&str>) -> Result<Record, RegistryError> {
    parse_study(&choose_study(text, nct)?)
}

/// The study of a file as a value, results and all.
pub(super) fn parse_value(bytes: &[u8], nct: Option<&str>) -> Result<Value, RegistryError> {
    let text = std::str::from_utf8(bytes).map_err(|_| RegistryError::Encoding)?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(RegistryError::Empty);
    }
    choose_study(text, nct)
}

fn choose_study(text: &str, nct: Option<&str>) -> Result<Value, RegistryError> {
    if is_deep(text) {
        return Err(RegistryError::Deep);
    }
    let mut value = crate::strict_json::parse(text)?;
    let studies = match value.get_mut("studies").map(Value::take) {
        Some(Value::Array(studies)) => studies,
        Some(_) => return Err(RegistryError::NoStudy("list of studies")),
        None => match value {
            Value::Array(studies) => studies,
            study @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                vec![study]
            }
        },
    };
    if studies.is_empty() {
        return Err(RegistryError::NoStudy("study"));
    }
    let named = studies
        .into_iter()
        .map(|study| (text_at(&study, "/protocolSection/identificationModule/nctId"), study))
        .collect();
    choose(named, nct)
}

/// Whether brackets stand deeper in brackets than in any record; seen before anything is built.
fn is_deep(text: &str) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

fn parse_study(study: &Value) -> Result<Record, RegistryError> {
    let section = study
        .get("protocolSection")
        .ok_or(RegistryError::NoStudy("protocolSection"))?;
    let mut record = Record::new(Form::Json);
    record.nct = some(text_at(section, "/identificationModule/nctId"));
    record.org_id = some(text_at(section, "/identificationModule/orgStudyIdInfo/id"));
    record.brief_title = text_at(section, "/identificationModule/briefTitle");
    record.official_title = text_at(section, "/identificationModule/officialTitle");
    if record.brief_title.is_empty() && record.official_title.is_empty() {
        return Err(RegistryError::NoStudy("title"));
    }
    record.conditions = texts(section.pointer("/conditionsModule/conditions"));
    record.submitted = some(text_at(section, "/statusModule/lastUpdateSubmitDate"));
    record.summaries = vec![
        text_at(section, "/descriptionModule/briefSummary"),
        text_at(section, "/descriptionModule/detailedDescription"),
    ];
    record.arms = list(section, "/armsInterventionsModule/armGroups")
        .map(|arm| Arm {
            label: text_at(arm, "/label"),
            description: text_at(arm, "/description"),
        })
        .collect();
    record.interventions = list(section, "/armsInterventionsModule/interventions")
        .map(|given| Intervention {
            kind: text_at(given, "/type"),
            name: text_at(given, "/name"),
            description: text_at(given, "/description"),
            other_names: texts(given.get("otherNames")),
        })
        .collect();
    for (key, kind) in [
        ("/outcomesModule/primaryOutcomes", Kind::Primary),
        ("/outcomesModule/secondaryOutcomes", Kind::Secondary),
        ("/outcomesModule/otherOutcomes", Kind::Other),
    ] {
        record.outcomes.extend(list(section, key).map(|outcome| RecordOutcome {
            kind,
            measure: text_at(outcome, "/measure"),
            description: text_at(outcome, "/description"),
            time_frame: text_at(outcome, "/timeFrame"),
        }));
    }
    record.age_min = some(text_at(section, "/eligibilityModule/minimumAge"));
    record.age_max = some(text_at(section, "/eligibilityModule/maximumAge"));
    record.eligibility = text_at(section, "/eligibilityModule/eligibilityCriteria");
    Ok(record)
}

fn text_at(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
