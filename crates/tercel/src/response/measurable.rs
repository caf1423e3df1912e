//! What to ask about a baseline: double readings, and targets that the criteria do not allow.

use std::collections::BTreeMap;

use super::baseline::Baseline;
use super::category::Criteria;
use super::lesion::{Assessment, Lesion, Role};
use super::reason::Query;

/// Most target lesions (`eisenhauer2009recist` §3.2.1).
const MOST_TARGETS: usize = 5;
/// Most target lesions of one organ.
const MOST_IN_ORGAN: usize = 2;
/// Smallest target other than a node, mm (§3.1.1).
const SMALLEST_MM: u32 = 10;
/// Smallest target node by its short axis, mm.
const SMALLEST_NODE_MM: u32 = 15;
/// Smallest malignant node at the porta hepatis, mm (`lencioni2010mrecist`).
const SMALLEST_PORTA_HEPATIS_MM: u32 = 20;

/// What to ask about the readings of the baseline. The response is derived all the same.
pub fn check_baseline(baseline: &Assessment, criteria: Criteria) -> Vec<Query> {
    let mut queries = Baseline::read(baseline).queries;
    let mut targets: BTreeMap<&str, &Lesion> = BTreeMap::new();
    for lesion in baseline.lesions.iter().filter(|lesion| lesion.role == Role::Target) {
        targets.insert(&lesion.id, lesion);
    }
    let hepatic = matches!(criteria, Criteria::Mrecist { .. });
    let mut organs: BTreeMap<String, usize> = BTreeMap::new();
    for (id, lesion) in &targets {
        let least = match (lesion.node, hepatic && lesion.is_at_porta_hepatis()) {
            (_, true) => SMALLEST_PORTA_HEPATIS_MM,
            (true, false) => SMALLEST_NODE_MM,
            (false, false) => SMALLEST_MM,
        };
        if lesion.diameter_mm.is_some_and(|mm| mm < f64::from(least)) {
            queries.push(Query::TargetTooSmall((*id).to_owned(), least));
        }
        if hepatic && !lesion.node && lesion.is_in_portal_vein() {
            queries.push(Query::ThrombusAsTarget((*id).to_owned()));
        }
        let organ = organ(lesion);
        if !organ.is_empty() {
            *organs.entry(organ).or_default() += 1;
        }
    }
    if targets.len() > MOST_TARGETS {
        queries.push(Query::TooManyTargets(targets.len()));
    }
    let crowded = organs.into_iter().filter(|(_, found)| *found > MOST_IN_ORGAN);
    queries.extend(crowded.map(|(organ, found)| Query::TooManyInOrgan(organ, found)));
    queries
}

/// The organ of a lesion: all nodes are one, and a segment belongs to what stands before the comma.
fn organ(lesion: &Lesion) -> String {
    if lesion.node {
        return "lymph nodes".to_owned();
    }
    let place = lesion.organ.split(',').next().unwrap_or_default();
    place.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(organ: &str, lesion: Lesion) -> Lesion {
        Lesion {
            organ: organ.to_owned(),
            ..lesion
        }
    }

    fn asked(lesions: Vec<Lesion>, criteria: Criteria) -> Vec<Query> {
        check_baseline(&Assessment::new(-7, lesions), criteria)
    }

    const MRECIST: Criteria = Criteria::Mrecist { floor_mm: 0.0 };

    #[test]
    fn targets_are_measurable_from_10_mm_and_nodes_from_15_mm() {
        let small = vec![
            Lesion::target("A", Some(10.0)),
            Lesion::target("B", Some(9.9)),
            Lesion::target_node("C", Some(15.0)),
            Lesion::target_node("D", Some(14.9)),
        ];
        let expected = [
            Query::TargetTooSmall("B".to_owned(), 10),
            Query::TargetTooSmall("D".to_owned(), 15),
        ];
        assert_eq!(asked(small, Criteria::Recist11), expected);
    }

    #[test]
    fn at_most_five_targets_and_two_in_an_organ() {
        let many = |organs: &[&str]| {
            let numbered = organs.iter().enumerate();
            let lesion = |(index, organ): (usize, &&str)| at(organ, Lesion::target(&format!("T{index}"), Some(20.0)));
            asked(numbered.map(lesion).collect(), Criteria::Recist11)
        };
        assert_eq!(many(&["LIVER", "LIVER, LEFT LOBE", "LUNG", "BONE", "SKIN"]), []);
        let crowded = Query::TooManyInOrgan("liver".to_owned(), 3);
        assert_eq!(many(&["LIVER", "LIVER, LEFT LOBE", "LIVER"]), [crowded]);
        assert_eq!(many(&[""; 6]), [Query::TooManyTargets(6)]);
    }

    #[test]
    fn mrecist_asks_about_portal_thrombus_and_nodes_at_the_porta_hepatis() {
        let lesions = vec![
            at("PORTAL VEIN, LEFT BRANCH", Lesion::target("T1", Some(30.0))),
            at("PORTA HEPATIS LYMPH NODE", Lesion::target_node("T2", Some(19.0))),
        ];
        let expected = [
            Query::ThrombusAsTarget("T1".to_owned()),
            Query::TargetTooSmall("T2".to_owned(), 20),
        ];
        assert_eq!(asked(lesions.clone(), MRECIST), expected);
        assert_eq!(asked(lesions, Criteria::Recist11), []);
    }
}
