//! Lencioni R, Llovet JM. Modified RECIST (mRECIST) assessment for hepatocellular carcinoma. Semin Liver Dis
//! 2010;30:52-60. Table of overall responses, and vectors worked by hand from the text.
#![expect(clippy::unwrap_used, reason = "test data that cannot be read fails the test")]

use serde_json::Value;
use tercel::response::{Assessment, Criteria, Cytology, Effusion, Lesion, NonTarget, Overall, derive_time_points};

const MRECIST: Criteria = Criteria::Mrecist { floor_mm: 0.0 };

#[test]
fn the_table_of_overall_responses_is_reproduced() {
    let overall = |viable_mm, non_target, new_lesion| {
        let baseline = Assessment::new(-7, vec![Lesion::target("T", Some(50.0))]);
        let mut week4 = Assessment::new(28, vec![Lesion::target("T", Some(viable_mm))]);
        week4.non_target = Some(NonTarget::parse(non_target).unwrap());
        if new_lesion {
            week4.lesions.push(Lesion::new_lesion("X"));
        }
        derive_time_points(&baseline, &[week4], MRECIST)[0].overall
    };
    assert_eq!(overall(0.0, "CR", false), Overall::Cr);
    assert_eq!(overall(0.0, "IR/SD", false), Overall::Pr);
    for non_pd in ["CR", "IR/SD"] {
        assert_eq!(overall(35.0, non_pd, false), Overall::Pr);
        assert_eq!(overall(36.0, non_pd, false), Overall::Sd);
        assert_eq!(overall(60.0, non_pd, false), Overall::Pd);
        assert_eq!(overall(0.0, non_pd, true), Overall::Pd);
    }
    assert_eq!(overall(0.0, "PD", false), Overall::Pd);
}

#[test]
fn hand_worked_time_points_are_reproduced() {
    let vectors: Value = serde_json::from_str(include_str!("../../data/response/recist_vectors.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        if vector["criteria"] != "mRECIST" {
            continue;
        }
        let (baseline, later) = assessments(vector);
        let points = derive_time_points(&baseline, &later, MRECIST);
        let overall: Vec<String> = points.iter().map(|point| point.overall.to_string()).collect();
        assert_eq!(
            serde_json::json!(overall),
            vector["expected_timepoints"],
            "{}",
            vector["id"]
        );
    }
}

/// A vector as baseline and later assessments.
pub(super) fn assessments(vector: &Value) -> (Assessment, Vec<Assessment>) {
    let types = vector["baseline_targets"].as_array().unwrap();
    let lesion = |index: usize, mm: &Value| Lesion {
        id: format!("T{index}"),
        node: types[index]["type"] == "node",
        ..Lesion::target("", mm.as_f64())
    };
    let baseline = types
        .iter()
        .enumerate()
        .map(|(index, target)| lesion(index, &target["mm"]));
    let later = vector["visits"].as_array().unwrap().iter().map(|visit| {
        let targets = visit["targets"].as_array().unwrap().iter().enumerate();
        let day = i32::try_from(visit["day"].as_i64().unwrap()).unwrap();
        let mut assessment = Assessment::new(day, targets.map(|(index, mm)| lesion(index, mm)).collect());
        assessment.non_target = visit["nontarget"].as_str().map(|text| NonTarget::parse(text).unwrap());
        if visit["new_lesion"] == true {
            assessment.lesions.push(Lesion::new_lesion("X"));
        }
        if visit["effusion"] == "worsened" {
            assessment.effusion = Effusion::Worse(match visit["cytology"].as_str() {
                Some("positive") => Cytology::Positive,
                Some(_) => Cytology::Negative,
                None => Cytology::NotDone,
            });
        }
        assessment
    });
    (Assessment::new(-7, baseline.collect()), later.collect())
}
