//! Time of tumour response: from lesion measurements in memory, and from `RS` as text to `ADRS` and `ADTTE` as text.
//!
//! `cargo bench -p tercel-exchange --bench response` prints the median time of eleven runs, one thread, beside what admiralonco
//! took for the `ADRS` of as many subjects and rows (wall time, measured elsewhere). With `--test` each is run once on few subjects.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use tercel::estimate::kinetics::{BlqRules, Method};
use tercel::grade::ctcae::Ctcae;
use tercel::response::{Assessment, BestOptions, Criteria, Lesion, derive_best, derive_time_points};
use tercel_exchange::Table;
use tercel_exchange::adam::{DeriveOptions, derive_datasets};

/// Subjects and responses of the measurement of admiralonco, and its seconds.
const SUBJECTS: usize = 3120;
const RESPONSES: usize = 9688;
const ADMIRALONCO: f64 = 108.0;

const BEST: BestOptions = BestOptions {
    confirmation_days: 28.0,
    sd_min_days: 42.0,
    max_ne: 1,
    accept_sd: false,
    stop_day: None,
};

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let runs = if quick { 1 } else { 11 };
    let (subjects, responses) = if quick { (30, 93) } else { (SUBJECTS, RESPONSES) };
    println!(
        "{:<44} {:>9} {:>12} {:>14}",
        "response", "subjects", "time", "admiralonco"
    );
    for criteria in [
        Criteria::Recist11,
        Criteria::Mrecist { floor_mm: 0.0 },
        Criteria::Irecist,
    ] {
        let courses: Vec<_> = (0..subjects).map(course).collect();
        let time = median(runs, || {
            for (baseline, later) in &courses {
                let points = derive_time_points(baseline, later, criteria);
                let sequence: Vec<_> = points.iter().map(|point| (point.day, point.overall)).collect();
                black_box(derive_best(&sequence, &BEST));
            }
        });
        println!(
            "{:<44} {subjects:>9} {time:>12.2?}",
            format!("lesions to best response, {criteria}")
        );
    }
    let (adsl, rs) = tables(subjects, responses);
    let time = median(runs, || {
        let read = |file, text: &str| Table::parse_csv(file, text.as_bytes()).unwrap();
        let tables = vec![read("adsl.csv", &adsl), read("rs.csv", &rs)];
        let derived = derive_datasets(tables, &options(), None).unwrap();
        assert!(
            derived
                .tables
                .iter()
                .any(|table| table.name == "ADRS" && table.len() > subjects)
        );
        for table in &derived.tables {
            black_box(table.to_csv().unwrap());
        }
    });
    let ratio = format!("{:.0} times", ADMIRALONCO / time.as_secs_f64());
    let peer = if quick { "" } else { &ratio };
    println!(
        "{:<44} {subjects:>9} {time:>12.2?} {peer:>14}",
        "RS to ADSL, ADRS and ADTTE, as text"
    );
}

/// Four targets and a non-target at baseline and eight later scans.
fn course(subject: usize) -> (Assessment, Vec<Assessment>) {
    let size = |scan: usize, lesion: usize| ((subject * 7 + scan * 11 + lesion * 13) % 50 + 10) as f64;
    let scan = |scan: usize, day| {
        let mut lesions: Vec<Lesion> = (1..=4)
            .map(|lesion| Lesion::target(&format!("T{lesion}"), Some(size(scan, lesion))))
            .collect();
        lesions.push(Lesion::non_target("NT1", tercel::response::LesionStatus::Present));
        Assessment::new(day, lesions)
    };
    let later = (1..=8_i32).map(|at| scan(usize::try_from(at).unwrap(), at * 42));
    (scan(0, -7), later.collect())
}

/// `ADSL` and `RS` as text.
fn tables(subjects: usize, responses: usize) -> (String, String) {
    let mut adsl = "STUDYID,USUBJID,TRTSDT,RANDDT,DTHDT,LSTALVDT\n".to_owned();
    let mut rs = "STUDYID,USUBJID,RSSEQ,RSTESTCD,RSCAT,RSSTRESC,RSEVAL,VISITNUM,VISIT,RSDTC\n".to_owned();
    for subject in 0..subjects {
        writeln!(adsl, "B,S{subject:05},2024-01-01,2024-01-01,,2024-12-30").unwrap();
    }
    for row in 0..responses {
        let (subject, at) = (row % subjects, row / subjects + 1);
        let response = ["PR", "SD", "CR", "NE", "PD"].get((subject * 3 + at * 2) % 5).unwrap();
        let (month, seq) = (at * 2 + 1, at);
        writeln!(
            rs,
            "B,S{subject:05},{seq},OVRLRESP,RECIST 1.1,{response},INVESTIGATOR,{at},V{at},2024-{month:02}-10"
        )
        .unwrap();
    }
    (adsl, rs)
}

fn options() -> DeriveOptions {
    DeriveOptions {
        best: BEST,
        criteria: Criteria::Recist11,
        evaluator: "INVESTIGATOR".to_owned(),
        lymphodepletion: Vec::new(),
        ctcae: Ctcae::V5,
        copies: Vec::new(),
        counts: Vec::new(),
        auc_method: Method::Linear,
        blq: BlqRules::PKNCA,
        baselines: None,
    }
}

fn median(runs: usize, run: impl Fn()) -> Duration {
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
