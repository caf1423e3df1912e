//! Laboratory results of many subjects, and the file in which their laboratory sends them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Tests with their unit, range and a usual result.
pub(crate) const TESTS: [(&str, &str, f64, f64, f64); 10] = [
    ("ALT", "U/L", 7.0, 56.0, 30.0),
    ("AST", "U/L", 10.0, 40.0, 25.0),
    ("BILI", "umol/L", 3.0, 21.0, 10.0),
    ("CREAT", "umol/L", 50.0, 110.0, 80.0),
    ("NEUT", "10^9/L", 1.8, 7.5, 3.0),
    ("PLAT", "10^9/L", 150.0, 400.0, 120.0),
    ("HGB", "g/L", 120.0, 160.0, 105.0),
    ("LYM", "10^9/L", 1.0, 4.0, 0.6),
    ("K", "mmol/L", 3.5, 5.1, 4.2),
    ("SODIUM", "mmol/L", 135.0, 145.0, 139.0),
];

pub(crate) const SUBJECTS: usize = 1_000;

/// One row: subject, number, test, result, day. Results scatter around the usual one, some out of range, none past belief.
pub(crate) fn row(at: usize) -> (String, usize, usize, f64, String) {
    let subject = at % SUBJECTS;
    let number = at / SUBJECTS;
    let test = number % TESTS.len();
    let day = number / TESTS.len();
    let usual = TESTS[test].4;
    let swing = ((at * 7_919) % 1_000) as f64 / 1_000.0;
    let value = (usual * (0.6 + 0.8 * swing) * 10.0).round() / 10.0;
    let date = jiff::civil::date(2025, 1, 6) + jiff::Span::new().days(i64::try_from(day).unwrap());
    (format!("B-{subject:04}"), number + 1, test, value, date.to_string())
}

/// How the columns of the file are to be read.
pub(crate) const MAPPING: &str = "layout = \"long\"\nby_name = true\n[columns]\nsubject = \"Patient\"\ndate = \"Date\"\ntest = \"Test\"\nresult = \"Value\"\n\
                       unit = \"Unit\"\nlow = \"Low\"\nhigh = \"High\"\n";

/// Writes the file of a laboratory.
pub(crate) fn write_results(path: &Path, rows: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "Patient;Date;Test;Value;Unit;Low;High").unwrap();
    for at in 0..rows {
        let (subject, _, test, value, day) = row(at);
        let (code, unit, low, high, _) = TESTS[test];
        writeln!(file, "{subject};{day};{code};{value};{unit};{low};{high}").unwrap();
    }
    file.flush().unwrap();
}
