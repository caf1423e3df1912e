//! Time of Kaplan-Meier curves with limits, median and landmarks.
//!
//! `cargo bench -p tercel --bench survival` prints the median time of several runs, one thread, beside what other programs took on
//! the same number of subjects (measured elsewhere). With `--test` each is run once on few subjects.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use tercel::estimate::Level;
use tercel::estimate::groups::{Grouped, Groups};
use tercel::estimate::survival::{ConfType, KaplanMeier, Observation};

/// Subjects, and seconds of R survival (survfit, median, landmarks) and of Python lifelines (fit) where measured.
const SIZES: [(usize, Option<f64>, Option<f64>); 3] = [
    (18, Some(3.4e-3), Some(14e-3)),
    (100_000, Some(227e-3), Some(21e-3)),
    (1_000_000, None, None),
];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    println!(
        "{:<36} {:>9} {:>12} {:>14} {:>14}",
        "estimate", "subjects", "time", "R survival", "lifelines"
    );
    for (size, survival, lifelines) in SIZES {
        let size = if quick { size.min(18) } else { size };
        let sample = sample(size);
        let time = median(quick, size, || estimate(&sample));
        let ratio =
            |peer: Option<f64>| peer.map_or_else(String::new, |peer| format!("{:.0} times", peer / time.as_secs_f64()));
        println!(
            "{:<36} {size:>9} {time:>12.2?} {:>14} {:>14}",
            "Kaplan-Meier",
            ratio(survival),
            ratio(lifelines)
        );
        let grouped: Vec<Grouped> = sample
            .iter()
            .enumerate()
            .map(|(at, observation)| Grouped {
                group: at % 3,
                observation: *observation,
            })
            .collect();
        let time = median(quick, size, || {
            let groups = Groups::new(&grouped, 3).unwrap();
            black_box((
                groups.log_rank(),
                groups.trend(),
                groups.hazard_ratio(Level::NINETY_FIVE),
            ));
        });
        println!("{:<36} {size:>9} {time:>12.2?}", "log-rank, trend, hazard ratio");
    }
}

/// Whole days up to ten years, two in three an event.
fn sample(size: usize) -> Vec<Observation> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut one = || Observation {
        time: (next() % 3652) as f64 + 1.0,
        event: next() % 3 > 0,
    };
    (0..size).map(|_| one()).collect()
}

fn estimate(sample: &[Observation]) {
    let curve = KaplanMeier::new(sample).unwrap();
    black_box(curve.steps(ConfType::LogLog, Level::NINETY_FIVE));
    black_box(curve.quantile(0.5, ConfType::LogLog, Level::NINETY_FIVE));
    for time in [91.0, 183.0, 365.0, 730.0] {
        black_box(curve.landmark(time, ConfType::LogLog, Level::NINETY_FIVE));
    }
}

fn median(quick: bool, size: usize, run: impl Fn()) -> Duration {
    let runs = match (quick, size) {
        (true, _) => 1,
        (false, ..=1000) => 1001,
        (false, _) => 11,
    };
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times.get(runs / 2).copied().unwrap_or_default()
}
