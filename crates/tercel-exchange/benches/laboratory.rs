//! A million laboratory rows: read as CSV and as SAS XPORT, mapped from a laboratory's file, derived with grades, written.
//!
//! `cargo bench -p tercel-exchange --bench laboratory` runs each step in a process of its own, so that its peak memory is its own
//! (where the system tells it, in /proc), and prints time, rows a second and peak memory. Where Python with pandas is there, it
//! reads the same transport file in the same run. With `--test` a few thousand rows.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

mod rows;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use tercel::estimate::kinetics::{BlqRules, Method};
use tercel::grade::ctcae::{Ctcae, LabResult, grade_lab};
use tercel::protocol::{Trial, parse_protocol};
use tercel::response::{BestOptions, Criteria};
use tercel_exchange::adam::{DeriveOptions, derive_datasets};
use tercel_exchange::bounded::{self, Kind, MAX_DATASET};
use tercel_exchange::format::{read_datasets, xport};
use tercel_exchange::inbound::Subjects;
use tercel_exchange::inbound::laboratory::{Mapping, read_laboratories};
use tercel_exchange::{read_folder, read_tables};

use rows::{MAPPING, SUBJECTS, TESTS, row, write_results};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, step, folder] = arguments.as_slice()
        && mode == "--measure"
    {
        measure(step, Path::new(folder));
        return;
    }
    let quick = arguments.iter().any(|argument| argument == "--test");
    let rows = if quick { 5_000 } else { 1_000_000 };
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), rows);
    println!(
        "{:<34} {:>10} {:>9} {:>12} {:>9}",
        "step", "rows", "seconds", "rows/s", "peak MiB"
    );
    let mut xport = None;
    for step in ["csv", "xport", "mapping", "grade", "derive", "export"] {
        let output = Command::new(&arguments[0])
            .args(["--measure", step])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
        print(label(step), rows, numbers[0], numbers[1]);
        xport = if step == "xport" { Some(numbers[0]) } else { xport };
    }
    if let (Some(peer), Some(own)) = (pandas(&folder.path().join("lb.xpt"), rows), xport) {
        println!(
            "tercel reads and types it in {:.2} of the time pandas takes to read it",
            own / peer
        );
    }
}

fn label(step: &str) -> &str {
    match step {
        "csv" => "read CSV into typed records",
        "xport" => "read XPORT into typed records",
        "mapping" => "a laboratory's CSV by a mapping",
        "grade" => "grade every result by CTCAE 5.0",
        "derive" => "derive ADLB, grades included",
        _ => "write ADLB as XPORT",
    }
}

fn print(label: &str, rows: usize, seconds: f64, mib: f64) {
    println!(
        "{label:<34} {rows:>10} {seconds:>9.2} {:>12.0} {mib:>9.0}",
        rows as f64 / seconds
    );
}

/// pandas on the same file; `None` where it is not there.
fn pandas(file: &Path, rows: usize) -> Option<f64> {
    const SCRIPT: &str = "import sys, time, resource, pandas\nstart = time.time()\nframe = pandas.read_sas(sys.argv[1], format='xport')\n\
                          print(time.time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(frame))";
    let output = Command::new("python3").args(["-c", SCRIPT]).arg(file).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    let [seconds, mib, read] = numbers.as_slice() else {
        println!("python3 with pandas is not here: no yardstick");
        return None;
    };
    assert!((*read - rows as f64).abs() < 0.5, "pandas read {read} rows");
    print("pandas.read_sas of the same XPORT", rows, *seconds, *mib);
    Some(*seconds)
}

/// Writes `dm.csv` and `ex.csv`, the rows as `csv/lb.csv`, `lb.xpt` and `vendor.csv`.
fn write(folder: &Path, rows: usize) {
    let csv = folder.join("csv");
    fs::create_dir(&csv).unwrap();
    let file = |path: &Path| BufWriter::new(File::create(path).unwrap());
    let (mut dm, mut ex) = (file(&csv.join("dm.csv")), file(&csv.join("ex.csv")));
    writeln!(dm, "STUDYID,DOMAIN,USUBJID,ARMCD,RFICDTC").unwrap();
    writeln!(ex, "STUDYID,DOMAIN,USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC").unwrap();
    for subject in 0..SUBJECTS {
        writeln!(dm, "B,DM,B-{subject:04},DL1,2025-01-01").unwrap();
        writeln!(ex, "B,EX,B-{subject:04},1,IL1RAP CAR-T,100,10^6 cells,2025-01-08").unwrap();
    }
    let mut lb = file(&csv.join("lb.csv"));
    writeln!(
        lb,
        "STUDYID,DOMAIN,USUBJID,LBSEQ,LBTESTCD,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC"
    )
    .unwrap();
    for at in 0..rows {
        let (subject, number, test, value, day) = row(at);
        let (code, unit, low, high, _) = TESTS[test];
        writeln!(
            lb,
            "B,LB,{subject},{number},{code},{value},{value},{unit},{low},{high},{day}"
        )
        .unwrap();
    }
    drop((dm, ex, lb));
    write_results(&folder.join("vendor.csv"), rows);
    let bytes = fs::read(csv.join("lb.csv")).unwrap();
    let table = read_datasets("lb.csv", &bytes).unwrap().remove(0);
    fs::write(folder.join("lb.xpt"), xport::write(&table, "01JAN26:00:00:00").unwrap()).unwrap();
}

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

/// Runs one step and prints its seconds and the peak memory of the process in MiB.
fn measure(step: &str, folder: &Path) {
    let csv = folder.join("csv");
    let read = |path: &Path| bounded::read(path, Kind::Dataset, MAX_DATASET).unwrap();
    let tables = |files: &[&str]| {
        let read_one = |file: &&str| read_datasets(file, &read(&csv.join(file))).unwrap();
        files.iter().flat_map(read_one).collect::<Vec<_>>()
    };
    let mut start = Instant::now();
    match step {
        "csv" => assert!(read_folder(&csv, &trial()).unwrap().subjects.len() == SUBJECTS),
        "xport" => {
            let mut tables = tables(&["dm.csv", "ex.csv"]);
            tables.extend(read_datasets("lb.xpt", &read(&folder.join("lb.xpt"))).unwrap());
            assert!(read_tables(tables, &trial()).unwrap().subjects.len() == SUBJECTS);
        }
        "mapping" => {
            let files = [("vendor.csv".to_owned(), read(&folder.join("vendor.csv")))];
            let mapping = Mapping::parse(MAPPING).unwrap();
            let inbound = read_laboratories(&files, &mapping, "B", &Subjects::default()).unwrap();
            let left = inbound.not_taken.first();
            assert!(left.is_none() && inbound.tables.len() == 1, "{left:?}");
        }
        "grade" => {
            let data = read_folder(&csv, &trial()).unwrap();
            start = Instant::now();
            let mut graded = 0;
            for lab in data.subjects.iter().flat_map(|subject| &subject.labs) {
                let result = LabResult {
                    value: lab.value,
                    unit: Some(&lab.unit),
                    lln: lab.lln,
                    uln: lab.uln,
                    baseline: None,
                    is_baseline: false,
                };
                graded += grade_lab(Ctcae::V5, &lab.test, &result).unwrap_or_default().len();
            }
            assert!(graded > 0);
        }
        _ => {
            let derived = derive_datasets(tables(&["dm.csv", "ex.csv", "lb.csv"]), &options(), None).unwrap();
            let adlb = derived.tables.into_iter().find(|table| table.name == "ADLB").unwrap();
            if step == "export" {
                start = Instant::now();
                let bytes = xport::write(&adlb, "01JAN26:00:00:00").unwrap();
                assert!(bytes.len() > 1000);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = peak
        .and_then(|text| text.split_whitespace().next())
        .unwrap_or("0")
        .parse()
        .unwrap();
    println!("{seconds} {}", kib / 1024.0);
}

fn options() -> DeriveOptions {
    DeriveOptions {
        best: BestOptions {
            confirmation_days: 28.0,
            sd_min_days: 42.0,
            max_ne: 1,
            accept_sd: false,
            stop_day: None,
        },
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
