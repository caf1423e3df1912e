//! Laboratory values graded a second.
//!
//! `cargo bench -p tercel --bench grade` grades the results of one subject of the CDISC pilot study again and again, each by
//! every term of its test, by both versions of the CTCAE, and prints the ratio to `admiral`. With `--test` once.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use tercel::grade::ctcae::{Baseline, Ctcae, LabResult, grade_lab};

const RESULTS: &str = include_str!("../tests/data/adlb_ctcae_one_subject.csv");

/// `admiral` 1.5.0.9003, CTCAE 5.0, both directions: rows and seconds.
const PEER: (f64, f64) = (59_580., 6.8);

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let rows: Vec<BTreeMap<String, String>> = csv::Reader::from_reader(RESULTS.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .unwrap();
    let rounds = if quick { 1 } else { 185 };
    println!(
        "{:<10} {:>8} {:>8} {:>10} {:>12} {:>10}",
        "version", "rows", "grades", "time/ms", "rows/s", "x admiral"
    );
    for version in Ctcae::ALL {
        // The criteria are read on first use.
        grade(version, &rows[0]);
        let mut grades = 0;
        let start = Instant::now();
        for _ in 0..rounds {
            grades += rows.iter().map(|row| grade(version, row)).sum::<usize>();
        }
        let seconds = start.elapsed().as_secs_f64();
        let count = (rounds * rows.len()) as f64;
        println!(
            "{:<10} {count:>8} {grades:>8} {:>10.1} {:>12.0} {:>10.0}",
            version.number(),
            seconds * 1000.,
            count / seconds,
            count / seconds * PEER.1 / PEER.0
        );
    }
}

/// How many grades a row gets, each with its reason.
fn grade(version: Ctcae, row: &BTreeMap<String, String>) -> usize {
    let number = |name: &str| row[name].parse().ok();
    let result = LabResult {
        value: number("AVAL"),
        unit: Some(&row["AVALU"]),
        lln: number("ANRLO"),
        uln: number("ANRHI"),
        baseline: Some(Baseline {
            value: number("BASE"),
            ..Baseline::default()
        }),
        is_baseline: row["ABLFL"] == "Y",
    };
    let grades = grade_lab(version, &row["PARAMCD"], &result).unwrap_or_default();
    grades.iter().filter(|grade| !grade.reason().is_empty()).count()
}
