//! Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours: revised RECIST
//! guideline (version 1.1). Eur J Cancer 2009;45:228-247. Tables 1 to 3, and vectors worked by hand from the text.

use serde_json::Value;
use tercel::response::{
    Assessment, Best, BestOptions, Bor, Criteria, Lesion, NonTarget, Overall, derive_best, derive_time_points,
};

const RECIST: BestOptions = BestOptions {
    confirmation_days: 28.0,
    sd_min_days: 42.0,
    max_ne: 1,
    accept_sd: false,
    stop_day: None,
};

/// A target lesion of 100 mm at baseline and `mm` on day 28, beside non-target lesions read as one.
fn overall(mm: Option<f64>, non_target: Option<NonTarget>, new_lesion: bool) -> Overall {
    let baseline = Assessment::new(-7, vec![Lesion::target("T", Some(100.0))]);
    let mut week4 = Assessment::new(28, vec![Lesion::target("T", mm)]);
    week4.non_target = non_target;
    if new_lesion {
        week4.lesions.push(Lesion::new_lesion("X"));
    }
    derive_time_points(&baseline, &[week4], Criteria::Recist11)[0].overall
}

#[test]
fn table_1_time_point_response_with_target_disease() {
    const CR: Option<f64> = Some(0.0);
    const PR: Option<f64> = Some(70.0);
    const SD: Option<f64> = Some(71.0);
    const PD: Option<f64> = Some(120.0);
    let non_pd = [
        None,
        Some(NonTarget::Cr),
        Some(NonTarget::NonCrNonPd),
        Some(NonTarget::Ne),
    ];
    assert_eq!(overall(CR, Some(NonTarget::Cr), false), Overall::Cr);
    assert_eq!(overall(CR, None, false), Overall::Cr);
    assert_eq!(overall(CR, Some(NonTarget::NonCrNonPd), false), Overall::Pr);
    assert_eq!(overall(CR, Some(NonTarget::Ne), false), Overall::Pr);
    for non_target in non_pd {
        assert_eq!(overall(PR, non_target, false), Overall::Pr);
        assert_eq!(overall(SD, non_target, false), Overall::Sd);
        assert_eq!(overall(None, non_target, false), Overall::Ne);
        assert_eq!(overall(PD, non_target, false), Overall::Pd);
        assert_eq!(overall(PD, non_target, true), Overall::Pd);
    }
    for target in [CR, PR, SD, PD, None] {
        assert_eq!(overall(target, Some(NonTarget::Pd), false), Overall::Pd);
        assert_eq!(overall(target, Some(NonTarget::Cr), true), Overall::Pd);
        assert_eq!(overall(target, None, true), Overall::Pd);
    }
}

#[test]
fn table_2_time_point_response_with_non_target_disease_only() {
    let only = |non_target, new_lesion| {
        let mut week4 = Assessment::new(28, vec![]);
        week4.non_target = Some(non_target);
        if new_lesion {
            week4.lesions.push(Lesion::new_lesion("X"));
        }
        derive_time_points(&Assessment::new(-7, vec![]), &[week4], Criteria::Recist11)[0].overall
    };
    assert_eq!(only(NonTarget::Cr, false), Overall::Cr);
    assert_eq!(only(NonTarget::NonCrNonPd, false), Overall::NonCrNonPd);
    assert_eq!(only(NonTarget::Ne, false), Overall::Ne);
    assert_eq!(only(NonTarget::Pd, false), Overall::Pd);
    for non_target in [NonTarget::Cr, NonTarget::NonCrNonPd, NonTarget::Ne, NonTarget::Pd] {
        assert_eq!(only(non_target, true), Overall::Pd);
    }
}

/// First response, the next one, the best with the minimum duration of SD met at the first, and without.
///
/// Two rows are read, not copied. CR then SD: the paper says "SD provided minimum criteria for SD duration met,
/// otherwise PD"; the SD itself lies after the minimum here, so the best is SD either way and the reader is asked.
/// CR then PR: the paper says "SD, PD or PR"; a single PR after the minimum leaves SD, and the reader is asked.
const TABLE_3: [(Overall, Overall, Bor, Bor); 11] = [
    (Overall::Cr, Overall::Cr, Bor::Cr, Bor::Cr),
    (Overall::Cr, Overall::Pr, Bor::Sd, Bor::Sd),
    (Overall::Cr, Overall::Sd, Bor::Sd, Bor::Sd),
    (Overall::Cr, Overall::Pd, Bor::Sd, Bor::Pd),
    (Overall::Cr, Overall::Ne, Bor::Sd, Bor::Ne),
    (Overall::Pr, Overall::Cr, Bor::Pr, Bor::Pr),
    (Overall::Pr, Overall::Pr, Bor::Pr, Bor::Pr),
    (Overall::Pr, Overall::Sd, Bor::Sd, Bor::Sd),
    (Overall::Pr, Overall::Pd, Bor::Sd, Bor::Pd),
    (Overall::Pr, Overall::Ne, Bor::Sd, Bor::Ne),
    (Overall::Ne, Overall::Ne, Bor::Ne, Bor::Ne),
];

#[test]
fn table_3_best_overall_response_with_confirmation() {
    for (first, next, met, not_met) in TABLE_3 {
        let best = |day: i32| derive_best(&[(day, first), (day + 28, next)], &RECIST);
        assert_eq!(best(42).confirmed, met, "{first} then {next}, duration met");
        assert_eq!(best(28).confirmed, not_met, "{first} then {next}, duration not met");
        let relapse = first == Overall::Cr && matches!(next, Overall::Pr | Overall::Sd);
        assert_eq!(best(42).disease_after_cr.is_some(), relapse, "{first} then {next}");
    }
}

#[test]
fn hand_worked_time_points_are_reproduced() {
    let vectors: Value = serde_json::from_str(include_str!("../../data/response/recist_vectors.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        if vector["criteria"] != "RECIST1.1" {
            continue;
        }
        let (baseline, later) = super::lencioni2010mrecist::assessments(vector);
        let points = derive_time_points(&baseline, &later, Criteria::Recist11);
        let overall: Vec<String> = points.iter().map(|point| point.overall.to_string()).collect();
        assert_eq!(
            serde_json::json!(overall),
            vector["expected_timepoints"],
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn hand_worked_best_responses_are_reproduced() {
    let vectors: Value = serde_json::from_str(include_str!("../../data/response/bor_vectors.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        let responses: Vec<(i32, Overall)> = vector["seq"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                let day = i32::try_from(entry[0].as_i64().unwrap()).unwrap();
                (day, Overall::parse(entry[1].as_str().unwrap()).unwrap())
            })
            .collect();
        let options = BestOptions {
            confirmation_days: vector["confirm"].as_f64().unwrap(),
            sd_min_days: vector["sd_min"].as_f64().unwrap(),
            ..RECIST
        };
        let best = derive_best(&responses, &options);
        assert_eq!(
            best.confirmed.to_string(),
            vector["bor"].as_str().unwrap(),
            "{}",
            vector["id"]
        );
    }
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    fn any_overall() -> impl Strategy<Value = Overall> {
        prop::sample::select(vec![
            Overall::Cr,
            Overall::Pr,
            Overall::Sd,
            Overall::NonCrNonPd,
            Overall::Pd,
            Overall::Ne,
        ])
    }

    /// Diameters in tenths of a millimetre, as they are read; `None` is not measured.
    fn any_scan(day: i32) -> impl Strategy<Value = Assessment> {
        let reading = (prop::option::weighted(0.9, 0_u32..800), any::<bool>(), any::<bool>());
        prop::collection::vec(reading, 4).prop_map(move |readings| {
            let lesions = readings.into_iter().enumerate().map(|(index, (tenths, node, named))| {
                let diameter = tenths.map(|tenths| f64::from(tenths) / 10.0);
                let id = format!("T{index}");
                match (node && index == 0, named && index == 3) {
                    (_, true) => Lesion::new_lesion("X"),
                    (true, _) => Lesion::target_node(&id, diameter),
                    (false, _) => Lesion::target(&id, diameter),
                }
            });
            Assessment::new(day, lesions.collect())
        })
    }

    fn shifted(mut best: Best, by: i32) -> Best {
        let shift = |day: &mut Option<i32>| *day = day.map(|day| day + by);
        shift(&mut best.unconfirmed_day);
        shift(&mut best.confirmed_day);
        shift(&mut best.first_response_day);
        shift(&mut best.awaiting_confirmation);
        shift(&mut best.progression_day);
        if let Some(response) = &mut best.confirmed_response {
            response.day += by;
            response.confirmed_on += by;
        }
        if let Some(asked) = &mut best.disease_after_cr {
            asked.cr_day += by;
            asked.day += by;
        }
        best
    }

    proptest! {
        #[test]
        fn neither_the_order_of_lesions_nor_of_visits_matters(
            baseline in any_scan(-7), week4 in any_scan(28), week8 in any_scan(56), turn in 0_usize..4,
        ) {
            let expected = derive_time_points(&baseline, &[week4.clone(), week8.clone()], Criteria::Recist11);
            let turned = |mut scan: Assessment| { scan.lesions.rotate_left(turn); scan };
            let actual = derive_time_points(&turned(baseline), &[turned(week8), turned(week4)], Criteria::Recist11);
            let bare = |points: Vec<tercel::response::TimePoint>| -> Vec<_> {
                points.into_iter().map(|mut point| { point.queries.clear(); point }).collect()
            };
            prop_assert_eq!(bare(actual), bare(expected));
        }

        #[test]
        fn shifting_all_days_and_the_clock_of_stable_disease_shifts_the_answer(
            responses in prop::collection::vec((0_i32..200, any_overall()), 0..8), by in 0_i32..1000,
        ) {
            let later: Vec<_> = responses.iter().map(|&(day, overall)| (day + by, overall)).collect();
            let options = BestOptions { sd_min_days: RECIST.sd_min_days + f64::from(by), ..RECIST };
            let reversed: Vec<_> = responses.iter().rev().copied().collect();
            prop_assert_eq!(derive_best(&later, &options), shifted(derive_best(&responses, &RECIST), by));
            prop_assert_eq!(derive_best(&reversed, &RECIST), derive_best(&responses, &RECIST));
        }

        #[test]
        fn a_confirmed_best_is_never_better_than_the_unconfirmed(
            responses in prop::collection::vec((0_i32..200, any_overall()), 0..8),
        ) {
            let best = derive_best(&responses, &RECIST);
            let order = [Bor::Cr, Bor::Pr, Bor::Sd, Bor::NonCrNonPd, Bor::Pd, Bor::Ne, Bor::Missing];
            let rank = |bor| order.iter().position(|&other| other == bor);
            prop_assert!(rank(best.confirmed) >= rank(best.unconfirmed));
            prop_assert_eq!(best.confirmed_response.is_some(), matches!(best.confirmed, Bor::Cr | Bor::Pr));
        }
    }
}
