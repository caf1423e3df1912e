//! A JSON file of short courses: `baseline_targets` with `visits`, or a `seq` of overall responses.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use serde_json::Value;
use tercel::response::irecist::as_recist;
use tercel::response::{Assessment, Immune, Lesion, NonTarget, Overall};
use tercel_exchange::bounded;

use super::words;
use super::{Args, Course, Settings, Subject};

/// Reads an array of courses, or a single one.
pub(super) fn read(path: &Path, settings: Settings, args: &Args) -> anyhow::Result<Vec<Subject>> {
    let read = bounded::read_text(path, bounded::Kind::JsonDocument, bounded::MAX_DOCUMENT);
    let text = read.with_context(|| format!("failed to read {}", path.display()))?;
    let document: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .with_context(|| format!("{} is not JSON", path.display()))?;
    let vectors = match &document {
        Value::Array(vectors) => vectors.as_slice(),
        Value::Object(_) => std::slice::from_ref(&document),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            bail!("{}: expected an array of courses", path.display())
        }
    };
    let read_one = |(index, vector): (usize, &Value)| {
        let id = match &vector["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            Value::Null => (index + 1).to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(wrong("id", "a text", &vector["id"])).with_context(|| format!("course {}", index + 1));
            }
        };
        subject(&id, vector, settings, args).with_context(|| format!("{}, course {id}", path.display()))
    };
    vectors.iter().enumerate().map(read_one).collect()
}

fn subject(id: &str, vector: &Value, mut settings: Settings, args: &Args) -> anyhow::Result<Subject> {
    if let Some(criteria) = text(vector, "criteria")? {
        settings.criteria = super::criteria(criteria, settings.mrecist_floor_mm)?;
    }
    let best = &mut settings.best;
    for (key, asked, days) in [
        ("confirm", args.confirmation_days, &mut best.confirmation_days),
        ("sd_min", args.sd_min_days, &mut best.sd_min_days),
    ] {
        if let Some(given) = number(vector, key)?.filter(|_| asked.is_none()) {
            *days = super::days(given).map_err(|why| anyhow!("{key}: {why}"))?;
        }
    }
    if let Some(max_ne) = integer(vector, "max_ne")?.filter(|_| args.max_ne.is_none()) {
        best.max_ne = u32::try_from(max_ne).map_err(|_| wrong("max_ne", "a count", &vector["max_ne"]))?;
    }
    if let Some(accept_sd) = flag(vector, "accept_sd")?.filter(|_| !args.accept_sd) {
        best.accept_sd = accept_sd;
    }
    if let Some(day) = integer(vector, "stop_day")? {
        best.stop_day = Some(day);
    }
    let course = match (vector.get("baseline_targets"), vector.get("seq")) {
        (Some(targets), None) => lesions(targets, vector)?,
        (None, Some(responses)) => Course::Responses(sequence(responses)?),
        (Some(_), Some(_)) => bail!("has both baseline_targets and seq; keep one"),
        (None, None) => bail!("has neither baseline_targets (with visits) nor seq"),
    };
    Ok(Subject {
        id: id.to_owned(),
        settings,
        course,
    })
}

fn sequence(responses: &Value) -> anyhow::Result<Vec<(i32, Overall, Option<Immune>)>> {
    let pair = |(index, entry): (usize, &Value)| {
        let key = format!("seq, entry {}", index + 1);
        let (Some(day), Some(overall)) = (entry[0].as_f64().and_then(super::whole), entry[1].as_str()) else {
            return Err(wrong(&key, "[day, \"response\"]", entry));
        };
        let immune = Immune::parse(overall).ok();
        let stands_for = immune.and_then(|immune| as_recist(&[immune]).first().copied());
        match stands_for {
            Some(stands_for) => Ok((day, stands_for, immune)),
            None => Ok((day, Overall::parse(overall).context(key)?, None)),
        }
    };
    array("seq", responses)?.iter().enumerate().map(pair).collect()
}

fn lesions(targets: &Value, vector: &Value) -> anyhow::Result<Course> {
    let targets = array("baseline_targets", targets)?;
    let baseline = targets.iter().enumerate().map(|(index, target)| {
        let key = format!("baseline_targets, entry {}", index + 1);
        let node = match target["type"].as_str() {
            Some("node") => true,
            Some("nonnode" | "non-node" | "non_node") => false,
            None if target.is_number() => false,
            Some(_) | None => return Err(wrong(&key, "type node or nonnode", target)),
        };
        let mm = if target.is_number() { target } else { &target["mm"] };
        lesion(index, node, mm).context(key)
    });
    let baseline: Vec<Lesion> = baseline.collect::<anyhow::Result<_>>()?;
    let visits = array("visits", &vector["visits"])?.iter().enumerate();
    let later =
        visits.map(|(index, visit)| self::visit(visit, &baseline).with_context(|| format!("visit {}", index + 1)));
    let later = later.collect::<anyhow::Result<_>>()?;
    Ok(Course::Lesions {
        baseline: Assessment::new(0, baseline),
        later,
    })
}

fn lesion(index: usize, node: bool, mm: &Value) -> anyhow::Result<Lesion> {
    let diameter_mm = match mm {
        Value::Null => None,
        mm => match mm.as_f64().filter(|mm| (0.0..=2000.0).contains(mm)) {
            Some(mm) => Some(mm),
            None => {
                return Err(wrong(
                    "mm",
                    "a diameter from 0 to 2000, or null where it was not measured",
                    mm,
                ));
            }
        },
    };
    Ok(Lesion {
        node,
        ..Lesion::target(&format!("target {}", index + 1), diameter_mm)
    })
}

fn visit(visit: &Value, baseline: &[Lesion]) -> anyhow::Result<Assessment> {
    let day = integer(visit, "day")?.ok_or_else(|| wrong("day", "a whole number", &Value::Null))?;
    let targets = array("targets", &visit["targets"])?;
    if targets.len() > baseline.len() {
        bail!(
            "targets: {} diameters for {} baseline targets",
            targets.len(),
            baseline.len()
        );
    }
    let lesions = targets
        .iter()
        .zip(baseline)
        .enumerate()
        .map(|(index, (mm, at_baseline))| {
            lesion(index, at_baseline.node, mm).with_context(|| format!("targets, entry {}", index + 1))
        });
    let mut assessment = Assessment::new(day, lesions.collect::<anyhow::Result<_>>()?);
    if let Some(name) = text(visit, "visit")? {
        name.clone_into(&mut assessment.visit);
    }
    if let Some(category) = text(visit, "nontarget")? {
        assessment.non_target = Some(NonTarget::parse(category).context("nontarget")?);
    }
    if flag(visit, "new_lesion")? == Some(true) {
        assessment.lesions.push(Lesion::new_lesion("new"));
    }
    let fluid = text(visit, "cytology")?.unwrap_or_default();
    let fluid = words::cytology(fluid).ok_or_else(|| wrong("cytology", words::CYTOLOGIES, &visit["cytology"]))?;
    assessment.effusion = words::effusion(text(visit, "effusion")?.unwrap_or_default(), fluid)
        .ok_or_else(|| wrong("effusion", words::EFFUSIONS, &visit["effusion"]))?;
    Ok(assessment)
}

fn wrong(key: &str, expected: &str, found: &Value) -> anyhow::Error {
    anyhow!("{key}: expected {expected}, found {found}")
}

fn array<'a>(key: &str, value: &'a Value) -> anyhow::Result<&'a [Value]> {
    match value {
        Value::Array(values) => Ok(values),
        value => Err(wrong(key, "an array", value)),
    }
}

fn text<'a>(object: &'a Value, key: &str) -> anyhow::Result<Option<&'a str>> {
    match &object[key] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        value => Err(wrong(key, "a text", value)),
    }
}

fn flag(object: &Value, key: &str) -> anyhow::Result<Option<bool>> {
    match &object[key] {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        value => Err(wrong(key, "true or false", value)),
    }
}

fn number(object: &Value, key: &str) -> anyhow::Result<Option<f64>> {
    match &object[key] {
        Value::Null => Ok(None),
        value => Ok(Some(value.as_f64().ok_or_else(|| wrong(key, "a number", value))?)),
    }
}

fn integer(object: &Value, key: &str) -> anyhow::Result<Option<i32>> {
    match number(object, key)? {
        None => Ok(None),
        Some(value) => {
            let whole = super::whole(value).ok_or_else(|| wrong(key, "a whole number", &object[key]))?;
            Ok(Some(whole))
        }
    }
}
