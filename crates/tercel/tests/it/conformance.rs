//! What every design keeps to, whatever its rule: read from the list of all designs, so that a new one is held to it too.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tercel::design::{
    ALL, Action, Because, Count, CrmModel, Design, DesignName, Plan, Settings, Stage, Target, indifference_skeleton,
};
use tercel::exact::{Characteristics, Curve, Limit, TimedPlan, compile, compile_timed};
use tercel::protocol::{DoseLevel, PerLevel};

const LIMIT: Limit = Limit { bytes: 1 << 30 };

fn settings(name: DesignName, target: f64, doses: u8) -> Settings {
    let target_probability = Target::new(target).unwrap();
    let middle = doses.div_ceil(2);
    let blrm = name == DesignName::Blrm;
    Settings {
        target: Some(target),
        skeleton: indifference_skeleton(target_probability, target / 4.0, doses, middle, CrmModel::Power).unwrap(),
        doses: (0..doses).map(|level| 2.0_f64.powi(i32::from(level))).collect(),
        ref_dose: Some(2.0),
        prior_mean: vec![-1.0, 0.0],
        prior_sd: if blrm { vec![2.0, 1.0] } else { Vec::new() },
        ..Settings::default()
    }
}

/// The designs that treat cohorts and look at DLTs alone, with the subjects planned; none where they stop by themselves.
fn cohort_designs(target: f64, doses: u8, max_n: u32) -> Vec<(DesignName, Box<dyn Design>, Option<u32>)> {
    let mut designs = Vec::new();
    for entry in ALL.iter().filter(|entry| !entry.name.looks_at_responses()) {
        let settings = settings(entry.name, target, doses);
        if settings.late_onset(entry.name, doses, max_n).unwrap().is_some() {
            continue;
        }
        let by_itself = entry.name.stops_by_itself();
        let design = settings.design(entry.name, doses, max_n).unwrap();
        designs.push((entry.name, design, (!by_itself).then_some(max_n)));
    }
    assert!(designs.len() >= 9, "{}", designs.len());
    designs
}

/// Selection and subjects per dose, by following every order of outcomes of every subject.
fn enumerate(plan: &Plan<'_>, truth: &[f64]) -> (BTreeMap<Option<DoseLevel>, f64>, Vec<f64>) {
    let mut select = BTreeMap::new();
    let mut patients = vec![0.0; truth.len()];
    let counts = PerLevel::new(vec![Count::default(); truth.len()]);
    follow(plan, truth, &counts, plan.start, 1.0, &mut select, &mut patients);
    (select, patients)
}

fn follow(
    plan: &Plan<'_>,
    truth: &[f64],
    counts: &PerLevel<Count>,
    level: DoseLevel,
    chance: f64,
    select: &mut BTreeMap<Option<DoseLevel>, f64>,
    patients: &mut [f64],
) {
    let size = plan.cohort(counts, level);
    let p = truth[usize::from(level.number()) - 1];
    // Each order of outcomes on its own: the order inside a cohort must not matter.
    for order in 0_u32..1 << size {
        let dlts = order.count_ones();
        let chance = chance
            * (0..size)
                .map(|k| if order >> k & 1 == 1 { p } else { 1.0 - p })
                .product::<f64>();
        let mut counts = counts.clone();
        let count = counts.get_mut(level).unwrap();
        count.evaluable += size;
        count.dlt += dlts;
        let stage = Stage {
            counts: &counts,
            current: level,
            latest: Count::complete(size, dlts),
        };
        match plan.next(&stage).action {
            Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) => {
                follow(plan, truth, &counts, to, chance, select, patients);
            }
            Action::Stop(mtd) => {
                *select.entry(mtd).or_default() += chance;
                for (patients, count) in patients.iter_mut().zip(counts.values()) {
                    *patients += chance * f64::from(count.evaluable);
                }
            }
            Action::Wait => panic!("nothing is pending"),
        }
    }
}

fn exact(plan: &Plan<'_>, truth: &[f64]) -> Characteristics {
    let compiled = compile(plan, LIMIT, &mut |_, _| true).unwrap();
    compiled.evaluate(&Curve::new(truth.to_vec()).unwrap()).unwrap()
}

fn sums_to_one(found: &Characteristics) {
    let all = found.select_none + found.select.values().iter().sum::<f64>();
    assert!((all - 1.0).abs() < 1e-12, "{all}");
    let totals: f64 = found.n_distribution.iter().map(|(_, chance)| chance).sum();
    assert!((totals - 1.0).abs() < 1e-12, "{totals}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn exact_characteristics_are_those_of_every_path(
        target in 0.15_f64..0.4,
        low in 0.0_f64..0.3,
        steps in prop::collection::vec(0.0_f64..0.35, 2),
        cohort in 1_u32..=2,
    ) {
        let truth = [low, low + steps[0], low + steps[0] + steps[1]];
        for (name, design, max_n) in cohort_designs(target, 3, 6) {
            let size = if max_n.is_some() { cohort } else { 3 };
            // 3+3 by every subject has 2^18 paths: two levels are enough.
            let truth = if max_n.is_some() { &truth[..] } else { &truth[..2] };
            let plan = Plan::new(design.as_ref(), u8::try_from(truth.len()).unwrap(), size, max_n);
            let (select, patients) = enumerate(&plan, truth);
            let found = exact(&plan, truth);
            sums_to_one(&found);
            for (level, chance) in found.select.iter() {
                let path = select.get(&Some(level)).copied().unwrap_or(0.0);
                prop_assert!((chance - path).abs() < 1e-12, "{name:?} level {level}: {chance} against {path}");
            }
            for (mine, path) in found.patients.values().iter().zip(patients) {
                prop_assert!((mine - path).abs() < 1e-10, "{name:?}: {mine} against {path}");
            }
        }
    }

    #[test]
    fn nobody_is_treated_at_a_closed_level(
        target in 0.15_f64..0.4,
        table in prop::collection::vec((0_u32..=9, 0_u32..=9), 4),
        current in 1_u8..=4,
    ) {
        let counts: Vec<Count> = table.iter().map(|&(n, y)| Count::complete(n, y.min(n))).collect();
        let current = DoseLevel::new(current).unwrap();
        let counts = PerLevel::new(counts);
        prop_assume!(counts.at(current).evaluable > 0);
        for (name, design, _) in cohort_designs(target, 4, 40) {
            let stage = Stage { counts: &counts, current, latest: counts.at(current) };
            let decision = design.decide(&stage);
            if let Because::Closed { level, .. } = decision.because {
                let next = decision.action.level();
                prop_assert!(next.is_none_or(|next| next < level), "{name:?}: {decision:?}");
            }
            prop_assert!(!decision.because.to_string().is_empty());
            prop_assert!(decision.action.level().is_none_or(|level| counts.get(level).is_some()), "{name:?}");
        }
    }

    /// More DLTs at the current level never lead to a higher dose. 3+3 and accelerated titration are held to it on tables
    /// they can reach; the models on any.
    #[test]
    fn decisions_are_monotone_in_dlts(
        target in 0.15_f64..0.4,
        n in 1_u32..=9,
        below in 0_u32..=1,
    ) {
        for (name, design, _) in cohort_designs(target, 3, 30) {
            let rank = |dlts: u32| {
                let counts = PerLevel::new(vec![Count::complete(6, below), Count::complete(n, dlts), Count::default()]);
                let current = DoseLevel::new(2).unwrap();
                let latest = Count::complete(n, dlts);
                let decision = design.decide(&Stage { counts: &counts, current, latest });
                match decision.action {
                    Action::Stop(Some(level)) | Action::Escalate(level) | Action::Stay(level) | Action::DeEscalate(level) => level.number(),
                    Action::Wait | Action::Stop(None) => 0,
                }
            };
            let ranks: Vec<u8> = (0..=n).map(rank).collect();
            prop_assert!(ranks.is_sorted_by(|fewer, more| fewer >= more), "{name:?}, {n} subjects: {ranks:?}");
        }
    }
}

#[test]
fn late_onset_designs_end_with_probability_one() {
    let mut designs = 0;
    for entry in ALL.iter().filter(|entry| !entry.name.looks_at_responses()) {
        let settings = settings(entry.name, 0.28, 3);
        let Some(design) = settings.late_onset(entry.name, 3, 18).unwrap() else {
            continue;
        };
        designs += 1;
        for steps in [1, 2, 4] {
            let plan = TimedPlan {
                design: design.as_ref(),
                doses: 3,
                start: DoseLevel::FIRST,
                // A rolling six treats six a level at most; it must be able to end by itself.
                max_n: if entry.name == DesignName::RollingSix { 18 } else { 9 },
                steps,
                window_days: 28.0,
            };
            let compiled = compile_timed(&plan, LIMIT, &mut |_, _| true).unwrap();
            let found = compiled.evaluate(&Curve::new(vec![0.08, 0.2, 0.35]).unwrap()).unwrap();
            sums_to_one(&found);
            let days = found.duration_days.unwrap();
            assert!(days >= 28.0 && days.is_finite(), "{:?}: {days}", entry.name);
        }
    }
    assert_eq!(designs, 3);
}

/// With one step a window nobody is ever pending at a decision: TITE-BOIN is BOIN in cohorts of one.
#[test]
fn tite_boin_without_pending_subjects_is_boin() {
    let settings = settings(DesignName::TiteBoin, 0.28, 3);
    let late = settings.late_onset(DesignName::TiteBoin, 3, 12).unwrap().unwrap();
    let timed = TimedPlan {
        design: late.as_ref(),
        doses: 3,
        start: DoseLevel::FIRST,
        max_n: 12,
        steps: 1,
        window_days: 28.0,
    };
    let truth = [0.08, 0.2, 0.35];
    let curve = Curve::new(truth.to_vec()).unwrap();
    let found = compile_timed(&timed, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve)
        .unwrap();
    let boin = settings.design(DesignName::Boin, 3, 12).unwrap();
    let cohorts = exact(&Plan::new(boin.as_ref(), 3, 1, Some(12)), &truth);
    for (one, other) in found.select.values().iter().zip(cohorts.select.values()) {
        assert!((one - other).abs() < 1e-12, "{one} against {other}");
    }
}
