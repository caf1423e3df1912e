//! How fast designs are compiled and true curves evaluated.
//!
//! `cargo bench -p tercel --bench design` prints medians of repeated runs in one process on one core, beside what 10,000
//! simulated trials of the programs in use take for one curve. With `--test` each case runs once.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use tercel::design::{
    Blrm, BlrmOptions, Boin, Crm, CrmModel, Plan, Target, ThreePlusThree, TiteBoin, TiteVariant, indifference_skeleton,
};
use tercel::exact::{Compiled, Curve, Limit, TimedPlan, compile, compile_timed};
use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

const LIMIT: Limit = Limit { bytes: 6 << 30 };

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    println!("{:<44} {:>10} {:>10} {:>12}", "compile", "states", "endings", "median");
    let boin = Boin::new(Target::new(0.3).unwrap());
    for (doses, n, cohort) in [(3, 18, 3), (5, 30, 3), (6, 36, 3), (5, 30, 1), (6, 36, 1)] {
        if quick && cohort == 1 {
            continue;
        }
        let design = boin.design(n).unwrap();
        let plan = Plan::new(&design, doses, cohort, Some(n));
        row(
            &format!("BOIN, {doses} doses, N={n}, cohorts of {cohort}"),
            quick,
            || cohorts(&plan),
        );
    }
    let rule = ThreePlusThree {
        variant: ThreePlusThreeVariant::KornStrict,
        start: DoseLevel::FIRST,
    };
    row("3+3, 6 doses", quick, || cohorts(&Plan::new(&rule, 6, 3, None)));
    let target = Target::new(0.3).unwrap();
    let skeleton = indifference_skeleton(target, 0.07, 5, 3, CrmModel::Power).unwrap();
    let crm = Crm::new(target, skeleton).unwrap();
    row("CRM, 5 doses, N=30, cohorts of 3", quick, || {
        cohorts(&Plan::new(&crm, 5, 3, Some(30)))
    });
    if !quick {
        let blrm = blrm();
        let plan = Plan {
            no_skipping: true,
            ..Plan::new(&blrm, 5, 3, Some(30))
        };
        row("BLRM, 5 doses, N=30, cohorts of 3", quick, || cohorts(&plan));
    }
    tite(&boin, quick);
    println!("\n{:<44} {:>14} {:>14}", "evaluate, one core", "curves/s", "curve");
    for (doses, n) in [(3, 18), (5, 30)] {
        let design = boin.design(n).unwrap();
        evaluate(
            &cohorts(&Plan::new(&design, doses, 3, Some(n))),
            &format!("BOIN, {doses} doses, N={n}"),
            quick,
        );
    }
}

fn cohorts(plan: &Plan<'_>) -> Compiled {
    compile(plan, LIMIT, &mut |_, _| true).unwrap()
}

fn blrm() -> Blrm {
    Blrm::new(BlrmOptions {
        doses: PerLevel::new(vec![50e6, 100e6, 250e6, 500e6, 800e6]),
        ref_dose: 500e6,
        prior_mean: [-1.386, 0.0],
        prior_sd: [2.0, 1.0],
        prior_cor: 0.0,
        cuts: vec![0.16, 0.33],
        overdose_limit: 0.25,
    })
    .unwrap()
}

fn tite(boin: &Boin, quick: bool) {
    for (n, steps) in [(12, 2), (18, 4)] {
        if quick && n > 12 {
            continue;
        }
        let mut design = TiteBoin::new(boin, TiteVariant::EffectiveSampleSize, n).unwrap();
        design.suspend_at_lowest = false;
        let plan = TimedPlan {
            design: &design,
            doses: 3,
            start: DoseLevel::FIRST,
            max_n: n,
            steps,
            window_days: 28.0,
        };
        let name = format!("TITE-BOIN, 3 doses, N={n}, {steps} steps a window");
        row(&name, quick, || compile_timed(&plan, LIMIT, &mut |_, _| true).unwrap());
    }
}

/// Runs a case unless the command line names another.
fn row(name: &str, quick: bool, run: impl Fn() -> Compiled) {
    let wanted = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect::<Vec<_>>();
    if !wanted.iter().all(|wanted| name.contains(wanted.as_str())) {
        return;
    }
    let compiled = run();
    let took = median(quick, || {
        black_box(run());
    });
    println!(
        "{name:<44} {:>10} {:>10} {took:>12.2?}",
        compiled.states(),
        compiled.endings_count()
    );
}

fn evaluate(compiled: &Compiled, name: &str, quick: bool) {
    let doses = compiled.doses();
    let curve = |shift: usize| {
        let p = |dose: usize| 0.05 + 0.08 * dose as f64 + 1e-6 * shift as f64;
        Curve::new((0..doses).map(p).collect()).unwrap()
    };
    let curves: Vec<Curve> = (0..if quick { 80 } else { 20_000 }).map(curve).collect();
    let took = median(quick, || {
        let mut sum = 0.0;
        compiled
            .evaluate_each(&curves, |_, found| sum += found.n_total)
            .unwrap();
        black_box(sum);
    });
    let each = took / u32::try_from(curves.len()).unwrap();
    println!("{name:<44} {:>14.0} {each:>14.2?}", 1.0 / each.as_secs_f64());
}

/// Median time of up to 15 runs, fewer where one takes long.
fn median(quick: bool, run: impl Fn()) -> Duration {
    let mut times = Vec::new();
    let begun = Instant::now();
    while times.len() < 15 && (times.is_empty() || (!quick && begun.elapsed() < Duration::from_secs(10))) {
        let start = Instant::now();
        run();
        times.push(start.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}
