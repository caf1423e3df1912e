//! Lin R, Zhou Y, Yan F, Li D, Yuan Y. BOIN12. JCO Precision Oncology 2020; 4: 1393–1402. doi:10.1200/PO.20.00257
//!
//! φT = 0.35, φE = 0.25, utilities 100, 40, 60, 0: the example of the paper (page 1396), the trial of figure S2 of its data
//! supplement and scores of table 3, as reproduced by the tests of the R package escalation; and the decisions after one
//! cohort that those tests took from the authors' web program. Outcomes: N neither, E response, T DLT, B both.

use tercel::design::{Action, Boin, Boin12, Boin12Options, EfficacyCount, Score, Target};
use tercel::exact::{Curve, EfficacyCharacteristics, EfficacyCurve, EfficacyPlan, Limit, evaluate_efficacy};
use tercel::protocol::{DoseLevel, PerLevel};

fn published() -> Boin12 {
    Boin12::new(Boin12Options::published(Target::new(0.35).unwrap(), 0.25)).unwrap()
}

/// Outcomes per level and the latest level of `1NNN 2ENT`.
fn outcomes(text: &str, doses: usize) -> (PerLevel<EfficacyCount>, DoseLevel) {
    let mut counts = PerLevel::new(vec![EfficacyCount::default(); doses]);
    let mut current = DoseLevel::FIRST;
    for cohort in text.split_whitespace() {
        current = DoseLevel::new(cohort[..1].parse().unwrap()).unwrap();
        let count = counts.get_mut(current).unwrap();
        for letter in cohort[1..].chars() {
            count.dlts.evaluable += 1;
            count.dlts.dlt += u32::from("TB".contains(letter));
            count.response += u32::from("EB".contains(letter));
            count.both += u32::from(letter == 'B');
        }
    }
    (counts, current)
}

fn next(design: &Boin12, text: &str) -> u8 {
    let (counts, current) = outcomes(text, 5);
    let action = design.decide(&counts, current).action;
    assert_eq!(design.next(&counts, current).action, action);
    action.level().map_or(0, DoseLevel::number)
}

#[test]
fn the_examples_of_the_paper_and_of_its_supplement() {
    let design = published();
    assert_eq!(next(&design, "1NNN 2ENT 3ETT 2EEN"), 2);
    let figure_s2 = [
        ("1NNN", 2),
        ("2NNB", 3),
        ("3NEE", 3),
        ("3NTN", 4),
        ("4ETE", 4),
        ("4NBE", 4),
        ("4BNN", 5),
        ("5BEN", 5),
        ("5NBT", 4),
        ("4NEN", 4),
    ];
    let mut so_far = String::new();
    for (cohort, to) in figure_s2 {
        so_far = format!("{so_far} {cohort}");
        assert_eq!(next(&design, &so_far), to, "{so_far}");
    }
    let (counts, _) = outcomes(&so_far, 5);
    assert_eq!(design.complete(&counts).action, Action::Stop(DoseLevel::new(4)));
}

#[test]
fn scores_of_table_3() {
    let scores = published().scores(&[0, 3, 6, 9]).unwrap();
    // Subjects, DLTs, responses, score; none where the level is eliminated. 9/2/3 and 9/5/5 tie at 32 and 33.
    let printed = [
        (0, 0, 0, Some(60.0)),
        (3, 0, 3, Some(91.0)),
        (6, 1, 5, Some(87.0)),
        (6, 5, 1, None),
        (9, 0, 8, Some(99.0)),
        (9, 2, 3, Some(32.5)),
        (9, 5, 5, Some(32.5)),
        (9, 3, 1, Some(7.0)),
        (9, 4, 0, None),
        (9, 6, 9, None),
    ];
    for (n, dlt, response, rank) in printed {
        let here = |score: &&Score| (score.evaluable, score.dlt, score.response) == (n, dlt, response);
        assert_eq!(scores.iter().find(here).unwrap().rank, rank, "{n} {dlt} {response}");
    }
}

#[test]
fn decisions_of_the_authors_program_after_one_cohort() {
    let design = published();
    let cohorts = [
        "EBB", "EEB", "EEE", "EET", "ETB", "ETT", "NBB", "NEB", "NEE", "NET", "NNB", "NNE", "NNN", "NNT", "NTB", "NTT",
    ];
    let after_level_1 = [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 1, 1];
    let after_level_2 = [1, 2, 2, 2, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 1, 1];
    let after_level_5 = [4, 5, 5, 5, 4, 4, 4, 5, 5, 4, 4, 4, 4, 4, 4, 4];
    for (level, after) in [(1, after_level_1), (2, after_level_2), (5, after_level_5)] {
        for (cohort, to) in cohorts.iter().zip(after) {
            assert_eq!(next(&design, &format!("{level}{cohort}")), to, "{level}{cohort}");
        }
    }
    for cohort in ["BBB", "TBB", "TTB", "TTT"] {
        assert_eq!(next(&design, &format!("2{cohort}")), 1, "{cohort}");
        assert_eq!(next(&design, &format!("5{cohort}")), 4, "{cohort}");
    }
}

#[test]
fn a_lowest_level_too_toxic_ends_the_trial() {
    // Pr(p > 0.35 | Beta(4, 1)) = 1 − 0.35⁴ = 0.985.
    let (counts, current) = outcomes("1TTT", 3);
    assert_eq!(published().decide(&counts, current).action, Action::Stop(None));
    assert_eq!(published().select(&counts), None);
}

#[test]
fn the_optimal_dose_is_the_most_useful_one_up_to_the_mtd() {
    // Isotonic DLT rates 0, 1/6 and 4/6: level 2 is closest to 0.35. x: level 1 (100·1 + 40·5)/100 = 3.0 of 6, mean utility
    // 100·4.0/8 = 50; level 2 (60·1 + 100·2 + 40·3)/100 = 3.8, mean 60. Level 3, above the MTD, is out.
    let (counts, _) = outcomes("1NNNNNE 2BEENNN 3TTBBEE", 3);
    let design = published();
    assert_eq!(design.mtd(&counts), DoseLevel::new(2));
    assert!((design.mean_utility(counts.at(DoseLevel::FIRST)) - 50.0).abs() < 1e-12);
    assert!((design.mean_utility(counts.at(DoseLevel::FIRST.above())) - 60.0).abs() < 1e-12);
    assert_eq!(design.select(&counts), DoseLevel::new(2));
}

#[test]
fn who_had_both_outcomes_counts_where_the_utilities_tell() {
    let options = Boin12Options {
        u2: 50.0,
        u3: 30.0,
        boin: Boin::new(Target::new(0.35).unwrap()),
        ..Boin12Options::published(Target::new(0.35).unwrap(), 0.25)
    };
    let design = Boin12::new(options).unwrap();
    // E, T, N: 100 + 0 + 50; B, N, N: 30 + 50 + 50. Mean utility 100·(1 + x)/5.
    assert!((design.mean_utility(EfficacyCount::complete(3, 1, 1, 0)) - 50.0).abs() < 1e-12);
    assert!((design.mean_utility(EfficacyCount::complete(3, 1, 1, 1)) - 46.0).abs() < 1e-12);
    assert!(design.scores(&[3]).is_err());
}

#[test]
fn a_pending_outcome_that_could_change_the_answer_is_waited_for() {
    let design = published();
    let (mut counts, current) = outcomes("1NN", 3);
    counts.get_mut(current).unwrap().dlts.pending = 1;
    // Whatever the third subject has, level 2 is next.
    for cohort in ["1NNN", "1NNE", "1NNT", "1NNB"] {
        assert_eq!(next(&design, cohort), 2);
    }
    assert_eq!(design.next(&counts, current).action, Action::Escalate(current.above()));
    let (mut counts, current) = outcomes("1NE", 3);
    counts.get_mut(current).unwrap().dlts.pending = 1;
    assert_eq!(design.next(&counts, current).action, Action::Wait);
}

const LIMIT: Limit = Limit { bytes: 2 << 30 };

fn exact(plan: &EfficacyPlan<'_>, dlt: &[f64], response: &[f64]) -> (u64, EfficacyCharacteristics) {
    let curve = EfficacyCurve::independent(&Curve::new(dlt.to_vec()).unwrap(), response).unwrap();
    let (states, mut found) = evaluate_efficacy(plan, &[curve], LIMIT, &mut |_, _| true).unwrap();
    (states, found.remove(0))
}

/// Adds the endings of every sequence of subjects after these outcomes: selections (none first), then responses per level.
fn enumerate(plan: &EfficacyPlan<'_>, truth: (&[f64], &[f64]), at: Trial, chance: f64, sums: &mut [f64]) {
    let Trial {
        counts,
        level,
        in_cohort,
        cohorts,
    } = at;
    if in_cohort == plan.cohort_size {
        let action = plan.design.decide(&counts, level).action;
        let full = cohorts + 1 == plan.cohorts;
        let selected = match action {
            _ if full => Some(plan.design.select(&counts)),
            Action::Stop(_) => Some(None),
            Action::Stay(_) if plan.stop_at.is_some_and(|n| counts.at(level).dlts.evaluable >= n) => {
                Some(plan.design.select(&counts))
            }
            _ => None,
        };
        if let Some(selected) = selected {
            sums[selected.map_or(0, |level| usize::from(level.number()))] += chance;
            for (index, count) in counts.values().iter().enumerate() {
                sums[1 + counts.len() + index] += chance * f64::from(count.response);
            }
            return;
        }
        let next = Trial {
            counts,
            level: action.level().unwrap(),
            in_cohort: 0,
            cohorts: cohorts + 1,
        };
        return enumerate(plan, truth, next, chance, sums);
    }
    let index = usize::from(level.number()) - 1;
    for (dlt, response) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mut counts = counts.clone();
        let count = counts.get_mut(level).unwrap();
        count.dlts.evaluable += 1;
        count.dlts.dlt += dlt;
        count.response += response;
        count.both += dlt * response;
        let of = |happens: u32, p: f64| if happens == 1 { p } else { 1.0 - p };
        let chance = chance * of(dlt, truth.0[index]) * of(response, truth.1[index]);
        enumerate(
            plan,
            truth,
            Trial {
                counts,
                level,
                in_cohort: in_cohort + 1,
                cohorts,
            },
            chance,
            sums,
        );
    }
}

struct Trial {
    counts: PerLevel<EfficacyCount>,
    level: DoseLevel,
    in_cohort: u32,
    cohorts: u32,
}

#[test]
fn exact_characteristics_are_those_of_every_sequence_of_subjects() {
    let joint = Boin12Options {
        u2: 50.0,
        u3: 30.0,
        ..*published().options()
    };
    let truth: (&[f64], &[f64]) = (&[0.1, 0.3, 0.5], &[0.2, 0.5, 0.45]);
    for design in [published(), Boin12::new(joint).unwrap()] {
        for stop_at in [None, Some(4)] {
            let plan = EfficacyPlan {
                design: &design,
                doses: 3,
                start: DoseLevel::FIRST,
                cohort_size: 2,
                cohorts: 4,
                stop_at,
            };
            let mut sums = [0.0; 7];
            let start = Trial {
                counts: PerLevel::new(vec![EfficacyCount::default(); 3]),
                level: DoseLevel::FIRST,
                in_cohort: 0,
                cohorts: 0,
            };
            enumerate(&plan, truth, start, 1.0, &mut sums);
            let (_, found) = exact(&plan, truth.0, truth.1);
            let all = [found.select_none]
                .into_iter()
                .chain(found.select.values().iter().copied());
            for (one, other) in all.chain(found.responses.values().iter().copied()).zip(sums) {
                assert!((one - other).abs() < 1e-12, "{one} {other}");
            }
        }
    }
}

#[test]
fn three_doses_and_eighteen_subjects_are_within_reach() {
    let design = published();
    let plan = EfficacyPlan {
        design: &design,
        doses: 3,
        start: DoseLevel::FIRST,
        cohort_size: 3,
        cohorts: 6,
        stop_at: None,
    };
    let (states, found) = exact(&plan, &[0.05, 0.15, 0.45], &[0.2, 0.5, 0.55]);
    let all: f64 = found.select.values().iter().sum();
    assert!((all + found.select_none - 1.0).abs() < 1e-9);
    assert!(states < 1_000_000, "{states}");
    // Level 2 has the largest true utility of the levels within φT.
    assert!(found.select.values()[1] > 0.5, "{found:?}");
    for (level, (patients, dlts)) in found.patients.values().iter().zip(found.dlts.values()).enumerate() {
        assert!((dlts - patients * [0.05, 0.15, 0.45][level]).abs() < 1e-9);
    }
}
