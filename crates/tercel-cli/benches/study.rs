//! How the cost of a whole study grows with its subjects: reading, deriving, deciding, reporting; and what a million laboratory
//! rows cost by way of its record.
//!
//! `cargo bench -p tercel-cli` runs the sizes one after another, each in a process of its own so that its peak memory is
//! its own (where the system tells it, in /proc), and prints time and memory per subject and as a ratio to the size before;
//! then the record, which alone is measured with `-- --record`. With `--test` only the smallest size and a few thousand rows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

mod record;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use tercel::design::decide_study;
use tercel::endpoint::{Analysis, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::report::build_report;
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::check_study;
use tercel_exchange::{read_folder, write_sdtm};

const SIZES: [u32; 5] = [18, 100, 1_000, 3_000, 10_000];

/// Subjects written at a time.
const PART: usize = 500;

fn trial() -> Trial {
    let text = include_str!("../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, folder] = arguments.as_slice()
        && mode == "--measure"
    {
        measure(Path::new(folder));
        return;
    }
    let quick = arguments.iter().any(|argument| argument == "--test");
    if !arguments.iter().any(|argument| argument == "--record") {
        sizes(if quick { &SIZES[..1] } else { &SIZES[..] }, &arguments[0]);
    }
    record::measure(if quick { 5_000 } else { 1_000_000 });
}

/// Measures the sizes, each by this program.
fn sizes(sizes: &[u32], program: &str) {
    println!(
        "{:>8} {:>10} {:>10} {:>8} {:>10} {:>12} {:>11}",
        "subjects", "rows", "seconds", "ratio", "MiB", "ms/subject", "KiB/subject"
    );
    let mut before: Option<(f64, f64)> = None;
    for &size in sizes {
        let folder = tempfile::tempdir().unwrap();
        let (subjects, rows) = write(folder.path(), size);
        let output = Command::new(program)
            .arg("--measure")
            .arg(folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().unwrap());
        let (seconds, kib) = (numbers.next().expect("seconds"), numbers.next().expect("memory"));
        let count = f64::from(u32::try_from(subjects).unwrap());
        // 1 where time grows as the number of subjects does.
        let ratio = before.map_or(1.0, |(time, size)| (seconds / time) / (count / size));
        println!(
            "{subjects:>8} {rows:>10} {seconds:>10.3} {ratio:>8.2} {:>10.0} {:>12.2} {:>11.0}",
            kib / 1024.0,
            1000.0 * seconds / count,
            kib / count
        );
        before = Some((seconds, count));
    }
}

/// Writes a rehearsal as CSV; the number of its subjects and rows.
fn write(folder: &Path, subjects: u32) -> (usize, usize) {
    let trial = trial();
    let mut data = rehearse(&trial, RehearsalOptions { subjects, seed: 1 });
    let all = std::mem::take(&mut data.subjects);
    let number = all.len();
    let mut rows = 0;
    for (place, part) in all.chunks(PART).enumerate() {
        data.subjects = part.to_vec();
        for table in write_sdtm(&trial, &data) {
            rows += table.len();
            let bytes = table.to_csv().unwrap();
            let header = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let path = folder.join(&table.file);
            let begun = place > 0 && path.exists();
            let mut file = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .unwrap();
            file.write_all(if begun { &bytes[header..] } else { &bytes }).unwrap();
        }
    }
    (number, rows)
}

/// Runs the whole study once and prints seconds and peak memory in KiB.
fn measure(folder: &Path) {
    let start = Instant::now();
    let trial = trial();
    let whole = read_folder(folder, &trial).unwrap();
    let cut = whole.last_day().unwrap();
    let data = whole.into_as_of(cut);
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let cells = derive_cells(&analysis);
    let decision = decide_study(&analysis);
    let findings = check_study(&trial, &data);
    let page = tercel_report::render_html(&build_report(&analysis, &cells, decision.as_ref(), &findings));
    assert!(page.len() > 1000);
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {}", peak_kib("/proc/self/status").unwrap_or_default());
}

/// The peak memory that the system tells of a process.
pub(crate) fn peak_kib(status: &str) -> Option<f64> {
    let status = std::fs::read_to_string(status).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}
