//! The baseline of one subject: which lesions are followed, and as what.

use std::collections::{BTreeMap, BTreeSet};

use super::lesion::{Assessment, Lesion, Role};
use super::reason::Query;
use super::target::{Measured, measure};

/// The baseline of one subject: which lesions are followed, and as what.
pub(super) struct Baseline<'a> {
    /// Target lesions; true for a node.
    pub(super) targets: BTreeMap<&'a str, bool>,
    /// Non-target lesions.
    pub(super) non_targets: BTreeSet<&'a str>,
    /// Targets without a baseline measurement.
    pub(super) unmeasured: Vec<String>,
    /// Sum of target diameters, where there are targets and all were measured.
    pub(super) sum: Option<f64>,
    pub(super) queries: Vec<Query>,
}

impl<'a> Baseline<'a> {
    pub(super) fn read(assessment: &'a Assessment) -> Self {
        let mut baseline = Self {
            targets: BTreeMap::new(),
            non_targets: BTreeSet::new(),
            unmeasured: Vec::new(),
            sum: None,
            queries: Vec::new(),
        };
        for lesion in &assessment.lesions {
            match lesion.role {
                Role::Target => {
                    let node = baseline.targets.entry(&lesion.id).or_insert(lesion.node);
                    *node |= lesion.node;
                }
                Role::NonTarget => {
                    baseline.non_targets.insert(&lesion.id);
                }
                Role::New => baseline.queries.push(Query::NewAtBaseline(lesion.id.clone())),
            }
        }
        baseline.non_targets.retain(|id| !baseline.targets.contains_key(id));
        let readings = by_lesion(assessment);
        let mut sum = 0.0;
        for (&id, &node) in &baseline.targets {
            match measure(id, node, &readings, &mut baseline.queries) {
                Measured::Mm(diameter) => sum += diameter,
                Measured::Missing | Measured::Twice => baseline.unmeasured.push(id.to_owned()),
            }
        }
        let complete = !baseline.targets.is_empty() && baseline.unmeasured.is_empty();
        baseline.sum = complete.then_some(sum);
        baseline
    }
}

pub(super) type Readings<'a> = BTreeMap<&'a str, Vec<&'a Lesion>>;

pub(super) fn by_lesion(assessment: &Assessment) -> Readings<'_> {
    let mut readings = Readings::new();
    for lesion in &assessment.lesions {
        readings.entry(&lesion.id).or_default().push(lesion);
    }
    readings
}

/// Asks about readings whose role does not fit the baseline.
pub(super) fn check_roles(baseline: &Baseline, assessment: &Assessment, queries: &mut Vec<Query>) {
    for lesion in &assessment.lesions {
        let id = lesion.id.as_str();
        let at_baseline = if baseline.targets.contains_key(id) {
            Some(Role::Target)
        } else {
            baseline.non_targets.contains(id).then_some(Role::NonTarget)
        };
        let query = match (at_baseline, lesion.role) {
            (Some(role), now) if role != now => Query::RoleChanged(lesion.id.clone()),
            (None, Role::Target) => Query::TargetWithoutBaseline(lesion.id.clone()),
            (None, Role::NonTarget) => Query::NonTargetWithoutBaseline(lesion.id.clone()),
            (Some(_), _) | (None, Role::New) => continue,
        };
        queries.push(query);
    }
}
