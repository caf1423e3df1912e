//! Trials a second of the Monte Carlo engine.
//!
//! `cargo bench -p tercel` prints trials a second on one thread and on all, cohort designs first, then trials on continuous
//! time. With `--test` each is run once on few trials.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::time::Instant;

use tercel::design::{Boin, Plan, Target, ThreePlusThree, TiteBoin, TiteVariant};
use tercel::exact::Curve;
use tercel::protocol::{DoseLevel, ThreePlusThreeVariant};
use tercel::trials::{Accrual, Conditions, Rule, simulate_cohorts, simulate_timed};

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let scale = if quick { 1000 } else { 1 };
    println!("{:<44} {:>8} {:>12} {:>14}", "design", "threads", "trials", "trials/s");
    for threads in [1, std::thread::available_parallelism().map_or(1, usize::from)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| measure_all(threads, scale));
    }
}

fn measure_all(threads: usize, scale: u64) {
    let boin = Boin::new(Target::new(0.28).unwrap());
    let three = Curve::new(vec![0.08, 0.2, 0.35]).unwrap();
    let six = Curve::new(vec![0.02, 0.06, 0.12, 0.2, 0.3, 0.42]).unwrap();

    let design = boin.design(18).unwrap();
    let small = Plan::new(&design, 3, 3, Some(18));
    measure(
        "BOIN, 3 levels, 18 in cohorts of 3",
        threads,
        10_000_000 / scale,
        |trials| {
            simulate_cohorts(&small, &three, trials, 1).unwrap();
        },
    );
    let design = boin.design(60).unwrap();
    let large = Plan::new(&design, 6, 1, Some(60));
    measure("BOIN, 6 levels, 60 one by one", threads, 200_000 / scale, |trials| {
        simulate_cohorts(&large, &six, trials, 1).unwrap();
    });
    let design = ThreePlusThree {
        variant: ThreePlusThreeVariant::KornStrict,
        start: DoseLevel::FIRST,
    };
    let classic = Plan::new(&design, 6, 3, None);
    measure("3+3, 6 levels", threads, 10_000_000 / scale, |trials| {
        simulate_cohorts(&classic, &six, trials, 1).unwrap();
    });
    let conditions = Conditions::new(28.0, Accrual::Poisson(14.0));
    measure(
        "BOIN, 3 levels, 18 in cohorts of 3, timed",
        threads,
        100_000 / scale,
        |trials| {
            simulate_timed(&Rule::Cohorts(&small), &conditions, &three, trials, 1).unwrap();
        },
    );
    let design = TiteBoin::new(&boin, TiteVariant::EffectiveSampleSize, 18).unwrap();
    let rule = Rule::LateOnset {
        design: &design,
        doses: 3,
        start: DoseLevel::FIRST,
        max_n: 18,
    };
    measure("TITE-BOIN, 3 levels, 18, timed", threads, 200_000 / scale, |trials| {
        simulate_timed(&rule, &conditions, &three, trials, 1).unwrap();
    });
}

fn measure(design: &str, threads: usize, trials: u64, run: impl Fn(u64)) {
    let start = Instant::now();
    run(trials);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{design:<44} {threads:>8} {trials:>12} {:>14.0}",
        trials as f64 / seconds
    );
}
