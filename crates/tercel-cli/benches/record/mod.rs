//! Laboratory rows into the record of a study and out of it again, by the program as a user runs it.

#[path = "../../../tercel-exchange/benches/rows/mod.rs"]
mod rows;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rows::{MAPPING, SUBJECTS, write_results};

/// Enters the rows for subjects that the record knows, looks at it, and exports it: each command is a process of its own, with
/// its own peak memory (where the system tells it, in /proc).
pub(crate) fn measure(rows: usize) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [trial, people, file, map] = ["trial", "people", "results.csv", "map.toml"].map(at);
    write_subjects(Path::new(&trial), Path::new(&people));
    write_results(Path::new(&file), rows);
    fs::write(&map, MAPPING).unwrap();
    tercel(&["import", &trial, &people]);
    println!(
        "\n{:<42} {:>10} {:>9} {:>10} {:>9}",
        "step", "rows", "seconds", "rows/s", "peak MiB"
    );
    let print = |label: &str, (seconds, mib): (f64, f64)| {
        let speed = rows as f64 / seconds;
        println!("{label:<42} {rows:>10} {seconds:>9.2} {speed:>10.0} {mib:>9.0}");
        seconds
    };
    let import = ["import", &trial, &file, "--format", "lab", "--map", &map];
    let dry = [&import[..], &["--dry-run"]].concat();
    let looked_at = print("import --dry-run", tercel(&dry));
    let entered = print("import", tercel(&import));
    let plain = plain_table(&file, &at("plain.db"), rows);
    print("audit verify", tercel(&["audit", "verify", &trial]));
    for (target, dataset) in [("sdtm", "lb.xpt"), ("adam", "adlb.xpt")] {
        let out = at(target);
        let export = ["export", &trial, "--to", target, "--format", "xpt", "--out", &out];
        print(&format!("export --to {target}"), tercel(&export));
        let written = fs::metadata(Path::new(&out).join(dataset)).unwrap().len();
        assert!(written > 50 * rows as u64, "{dataset} is too small");
    }
    println!(
        "of import, {:.0} % is reading, mapping and holding the rows against the record",
        100.0 * looked_at / entered
    );
    let Some(plain) = plain else {
        println!("python3 with sqlite3 is not here: no yardstick");
        return;
    };
    print("the same file to a plain table, sqlite3", plain);
    println!("tercel enters the file in {:.0} times that", entered / plain.0);
}

/// A folder of the trial, and one with subjects and their infusions.
fn write_subjects(trial: &Path, people: &Path) {
    fs::create_dir(trial).unwrap();
    fs::create_dir(people).unwrap();
    let protocol = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    fs::write(trial.join("protocol.toml"), protocol).unwrap();
    let file = |name: &str| BufWriter::new(File::create(people.join(name)).unwrap());
    let (mut dm, mut ex) = (file("dm.csv"), file("ex.csv"));
    writeln!(dm, "STUDYID,DOMAIN,USUBJID,SITEID,ARMCD,RFICDTC").unwrap();
    writeln!(ex, "STUDYID,DOMAIN,USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC").unwrap();
    for subject in 0..SUBJECTS {
        writeln!(dm, "B,DM,B-{subject:04},01,DL1,2025-01-01").unwrap();
        let infusion = "ANTI-IL1RAP CAR-T CELLS,100,10^6 cells,2025-01-08";
        writeln!(ex, "B,EX,B-{subject:04},1,{infusion}").unwrap();
    }
}

/// Runs the program; its seconds and its peak memory in MiB, looked at every few milliseconds.
fn tercel(arguments: &[&str]) -> (f64, f64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    let ended = loop {
        peak = crate::peak_kib(&status).unwrap_or(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.success(), "tercel {} failed", arguments.join(" "));
    (start.elapsed().as_secs_f64(), peak / 1024.0)
}

/// What the SQLite of Python takes to read the file into a table without keys, in one transaction on the disk: seconds and MiB;
/// `None` where it is not there.
fn plain_table(file: &str, database: &str, rows: usize) -> Option<(f64, f64)> {
    const SCRIPT: &str = "import csv, resource, sqlite3, sys, time\nstart = time.time()\n\
        base = sqlite3.connect(sys.argv[2])\nbase.execute('PRAGMA journal_mode = WAL')\nbase.execute('PRAGMA synchronous = FULL')\n\
        base.execute('CREATE TABLE result (patient, day, test, value, unit, low, high)')\n\
        lines = csv.reader(open(sys.argv[1]), delimiter=';')\nnext(lines)\n\
        base.executemany('INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?)', lines)\nbase.commit()\n\
        print(time.time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, \
        base.execute('SELECT COUNT(*) FROM result').fetchone()[0])";
    let output = Command::new("python3")
        .args(["-c", SCRIPT, file, database])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    let [seconds, mib, read] = numbers.as_slice() else {
        return None;
    };
    assert!((*read - rows as f64).abs() < 0.5, "{read} rows are in the plain table");
    Some((*seconds, *mib))
}
