//! Adverse events in the JSON of `run`.

use serde_json::{Value, json};
use tercel::coding::{Choice, Recoding};
use tercel::endpoint::{Analysis, ScaleGrade};
use tercel::grade::Grade;
use tercel::protocol::DoseLevel;
use tercel::report::coding_sentence;
use tercel::safety::{Population, Row, derive_deadlines, derive_tables};
use tercel::study::{RecordId, Syndrome};

/// Counts by population, table and row; `null` where the source records no dated adverse events.
pub(crate) fn safety_json(analysis: &Analysis<'_>) -> Value {
    if !analysis.data.dated || !analysis.data.holds("AE") {
        return Value::Null;
    }
    let levels = analysis.trial.dose_levels.levels().map(Some).chain([None]);
    let levels: Vec<Option<DoseLevel>> = levels.collect();
    let tables = derive_tables(analysis);
    let populations = tables.populations.iter().map(|one| population_json(one, &levels));
    let each = tables.tables.iter().map(|table| {
        json!({
            "id": table.id,
            "reference": table.reference.name(),
            "rows": table.rows.iter().map(|row| row_json(row, &levels)).collect::<Vec<Value>>(),
        })
    });
    json!({
        "populations": populations.collect::<Vec<Value>>(),
        "tables": each.collect::<Vec<Value>>(),
        "coding": coding_json(analysis, &coding_sentence(analysis, tables.by_category, tables.not_coded)),
        "events_not_coded": tables.not_coded, "events_by_ctcae_category": tables.by_category,
        "events_without_relation": tables.relation_not_recorded,
    })
}

/// The dictionary of the events, how many it coded in which way, and what was recoded; `text` says it in words.
fn coding_json(analysis: &Analysis<'_>, text: &str) -> Value {
    let Some(coding) = &analysis.data.coding else {
        return json!({"dictionary": null, "version": null, "language": null, "text": text});
    };
    json!({
        "dictionary": "MedDRA",
        "version": coding.release.version,
        "language": coding.release.language,
        "events": {
            "exact": coding.exact, "log": coding.log, "study": coding.study, "not_coded": coding.not_coded,
        },
        "recodings": coding.recodings.iter().map(recoding_json).collect::<Vec<Value>>(),
        "text": text,
    })
}

/// A choice that took the place of another.
pub(crate) fn recoding_json(recoding: &Recoding) -> Value {
    let choice = |choice: &Choice| json!({"llt_code": choice.llt.0, "meddra_version": choice.version, "coder": choice.coder, "coded_at": choice.at.to_string()});
    json!({
        "term": recoding.to.term,
        "from": choice(&recoding.from),
        "to": choice(&recoding.to),
        "reason": recoding.to.reason,
    })
}

/// Expedited reports, one entry a report, in order of subject and event; `null` where the data carry no dates.
pub(crate) fn expedited_json(analysis: &Analysis<'_>) -> Value {
    let Some(cut) = analysis.cut else {
        return Value::Null;
    };
    let mut reports = Vec::new();
    for facts in &analysis.facts {
        for event in &facts.subject.adverse_events {
            for deadline in derive_deadlines(analysis.trial, event, cut) {
                reports.push(json!({
                    "subject": facts.subject.id.to_string(),
                    "record": event.record.to_string(),
                    "event": event.term,
                    "authority": deadline.authority.name(),
                    "stage": deadline.stage.name(),
                    "days": deadline.days,
                    "aware": event.details.aware.map(|aware| aware.to_string()),
                    "due": deadline.due.map(|due| due.to_string()),
                    "submitted": deadline.submitted.map(|when| when.to_string()),
                    "standing": deadline.standing.name(),
                }));
            }
        }
    }
    Value::Array(reports)
}

/// Episodes of CRS and ICANS with their worst grade on each scale; `null` where the data carry no dates.
pub(crate) fn episodes_json(analysis: &Analysis<'_>) -> Value {
    if analysis.cut.is_none() {
        return Value::Null;
    }
    let mut episodes = Vec::new();
    for facts in &analysis.facts {
        for (syndrome, name) in [(Syndrome::Crs, "CRS"), (Syndrome::Icans, "ICANS")] {
            for (index, episode) in facts.episodes(syndrome).iter().enumerate() {
                episodes.push(json!({
                    "subject": facts.subject.id.to_string(),
                    "syndrome": name,
                    "episode": index + 1,
                    "grades": episode.by_scale().iter().map(grade_json).collect::<Vec<Value>>(),
                    "onset": episode.onset.to_string(),
                    "worst": episode.worst_at.to_string(),
                    "end": episode.end.map(|end| end.to_string()),
                    "duration_hours": episode.duration_hours(),
                    "records": texts(episode.records().iter()),
                }));
            }
        }
    }
    Value::Array(episodes)
}

fn grade_json(grade: &ScaleGrade) -> Value {
    json!({
        "scale": grade.scale.name(),
        "grade": (grade.at_least == grade.at_most).then_some(grade.at_least),
        "grade_min": grade.at_least,
        "grade_max": grade.at_most,
        "not_gradable": grade.not_gradable,
    })
}

fn population_json(population: &Population, levels: &[Option<DoseLevel>]) -> Value {
    let count = |level: &Option<DoseLevel>| json!({"dose_level": level.map(DoseLevel::number), "subjects": population.count(*level)});
    json!({
        "reference": population.reference.name(),
        "counts": levels.iter().map(count).collect::<Vec<Value>>(),
        "records": texts(population.subjects.iter().flat_map(|part| &part.records)),
    })
}

fn row_json(row: &Row, levels: &[Option<DoseLevel>]) -> Value {
    let count = |level: &Option<DoseLevel>| {
        json!({
            "dose_level": level.map(DoseLevel::number),
            "subjects": row.subjects(*level),
            "events": row.events(*level),
            "subjects_grade_3_or_worse": row.subjects_from(Grade::G3, *level),
            "subjects_grade_5": row.subjects_from(Grade::G5, *level),
        })
    };
    json!({
        "id": row.id,
        "label": row.label,
        "is_term": row.is_term,
        "scales": row.scales().iter().map(|scale| scale.name()).collect::<Vec<&str>>(),
        "counts": levels.iter().map(count).collect::<Vec<Value>>(),
        "records": texts(row.parts.iter().flat_map(|part| &part.records)),
    })
}

fn texts<'r>(records: impl Iterator<Item = &'r RecordId>) -> Vec<String> {
    records.map(ToString::to_string).collect()
}
