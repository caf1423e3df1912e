//! Non-target lesions, new lesions and effusion at one assessment.

use std::collections::BTreeSet;

use super::baseline::{Baseline, Readings};
use super::category::NonTarget;
use super::lesion::{Assessment, Cytology, Effusion, LesionStatus, Role};
use super::nodules::Nodules;
use super::reason::Query;
use super::target::{NOISE_MM, gone, usable_diameter};

/// The non-target category, and the lesions that progressed.
pub(super) fn non_target_response(
    baseline: &Baseline,
    assessment: &Assessment,
    readings: &Readings,
    queries: &mut Vec<Query>,
) -> (Option<NonTarget>, Vec<String>) {
    let mut followed = baseline.non_targets.clone();
    followed.extend(assessment.lesions.iter().filter_map(|lesion| {
        let id = lesion.id.as_str();
        (lesion.role == Role::NonTarget && !baseline.targets.contains_key(id)).then_some(id)
    }));
    let mut progressing = Vec::new();
    let mut categories: Vec<NonTarget> = assessment.non_target.into_iter().collect();
    for id in followed {
        let category = non_target_lesion(id, readings, queries);
        if category == NonTarget::Pd {
            progressing.push(id.to_owned());
        }
        categories.push(category);
    }
    if malignant_effusion(assessment) {
        categories.push(NonTarget::Pd);
    }
    let worst = [NonTarget::Pd, NonTarget::Ne, NonTarget::NonCrNonPd, NonTarget::Cr]
        .into_iter()
        .find(|category| categories.contains(category));
    (worst, progressing)
}

fn non_target_lesion(id: &str, readings: &Readings, queries: &mut Vec<Query>) -> NonTarget {
    let lesion = match readings.get(id).map(Vec::as_slice) {
        None | Some([]) => return NonTarget::Ne,
        Some([lesion]) => lesion,
        Some(_) => {
            queries.push(Query::MeasuredTwice(id.to_owned()));
            return NonTarget::Ne;
        }
    };
    if lesion.status == Some(LesionStatus::Progression) {
        return NonTarget::Pd;
    }
    match usable_diameter(lesion, lesion.node) {
        Err(query) => {
            queries.push(query);
            NonTarget::Ne
        }
        Ok(Some(diameter)) if lesion.node || lesion.status != Some(LesionStatus::Present) => {
            if gone(diameter, lesion.node) {
                NonTarget::Cr
            } else {
                NonTarget::NonCrNonPd
            }
        }
        Ok(Some(_)) => NonTarget::NonCrNonPd,
        Ok(None) if lesion.status == Some(LesionStatus::Present) => NonTarget::NonCrNonPd,
        Ok(None) => NonTarget::Ne,
    }
}

/// Lesions that were not there at baseline and are there now.
pub(super) fn new_lesions(
    baseline: &Baseline,
    assessment: &Assessment,
    nodules: Option<&Nodules>,
    queries: &mut Vec<Query>,
) -> Vec<String> {
    let mut lesions = BTreeSet::new();
    for lesion in &assessment.lesions {
        let id = lesion.id.as_str();
        let known = baseline.targets.contains_key(id) || baseline.non_targets.contains(id);
        if lesion.role != Role::New || known {
            continue;
        }
        match nodules.and_then(|nodules| nodules.counts(lesion)) {
            Some(true) => {
                lesions.insert(id);
                continue;
            }
            Some(false) => {
                queries.push(Query::UnprovenNodule(lesion.id.clone()));
                continue;
            }
            None => {}
        }
        match lesion.status {
            Some(LesionStatus::Absent) => {}
            Some(LesionStatus::NotEvaluable) => queries.push(Query::EquivocalNewLesion(lesion.id.clone())),
            None if lesion.diameter_mm.is_some_and(|diameter| diameter < NOISE_MM) => {}
            Some(LesionStatus::Present | LesionStatus::Progression | LesionStatus::TooSmall) | None => {
                if nodules.is_some() && lesion.is_in_liver() {
                    queries.push(Query::UnmeasuredNodule(lesion.id.clone()));
                }
                lesions.insert(id);
            }
        }
    }
    lesions.into_iter().map(str::to_owned).collect()
}

pub(super) fn malignant_effusion(assessment: &Assessment) -> bool {
    assessment.effusion == Effusion::Worse(Cytology::Positive)
}
