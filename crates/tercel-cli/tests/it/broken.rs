//! `tercel check` on folders and files that are broken on purpose: each message names file, place and remedy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The hand-worked study in a folder of its own.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        root("../../trials/il1rap-hcc/protocol.toml"),
        folder.path().join("protocol.toml"),
    )
    .unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    for entry in fs::read_dir(root("tests/data/hand/sdtm")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, data.join(path.file_name().unwrap())).unwrap();
    }
    folder
}

/// What is done to the study.
enum Break {
    /// A file is replaced, or added.
    Put(&'static str, Vec<u8>),
    /// The first place of a text in a file is replaced.
    Swap(&'static str, &'static str, &'static str),
    /// A file is taken away.
    Remove(&'static str),
}

use Break::{Put, Remove, Swap};

impl Break {
    fn apply(&self, folder: &Path) {
        let place = |file: &str| {
            if file.ends_with("toml") {
                folder.join(file)
            } else {
                folder.join("data").join(file)
            }
        };
        match self {
            Put(file, bytes) => fs::write(place(file), bytes).unwrap(),
            Swap(file, from, to) => {
                let text = fs::read_to_string(place(file)).unwrap();
                assert!(text.contains(from), "{file} has no {from}");
                fs::write(place(file), text.replacen(from, to, 1)).unwrap();
            }
            Remove(file) => fs::remove_file(place(file)).unwrap(),
        }
    }
}

/// Exit code, standard output, standard error of `check --json`.
fn check(folder: &Path) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("check")
        .arg(folder)
        .arg("--json")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().expect("no panic"),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Files that cannot be read at all: the command ends with 2 and the message has every one of these texts.
fn unreadable() -> Vec<(Break, &'static [&'static str])> {
    let deep = "[".repeat(100_000).into_bytes();
    let long = [b"USUBJID,AESEQ\n".to_vec(), vec![b'x'; 2 << 20]].concat();
    let old = br#"{"datasetJSONVersion":"1.0.0","clinicalData":{"itemGroupData":{}}}"#.to_vec();
    vec![
        (Put("ae.csv", Vec::new()), &["ae.csv", "empty", "first line must name"]),
        (Put("ae.csv", b"\n \n".to_vec()), &["ae.csv", "empty"]),
        (
            Put("ae.csv", b"\x89PNG\r\n\x1a\n\0\0".to_vec()),
            &["ae.csv", "not text", "CSV UTF-8"],
        ),
        (Put("ae.csv", long), &["ae.csv", "line 2", "1 MiB", "quotation marks"]),
        (
            Put("ae.csv", b"USUBJID,AETERM\nH-01,\"Fever\nH-02,x\n".to_vec()),
            &["ae.csv", "line 2", "never closed"],
        ),
        (
            Put("ae.csv", b"USUBJID,AETERM,aeterm\n".to_vec()),
            &["ae.csv", "two columns", "AETERM", "rename"],
        ),
        (Put("ae2.json", deep), &["ae2.json", "nested more than 64"]),
        (
            Put("ae2.json", old),
            &["ae2.json", "Dataset-JSON 1.0", "ask for version 1.1"],
        ),
        (
            Put("ae2.json", b"{\"datasetJSONVersion\":\"1.1\",\n\"columns\":[".to_vec()),
            &["ae2.json", "line 2", "breaks off"],
        ),
        (
            Put("ae2.json", b"{\"resourceType\":\"Bundle\"}".to_vec()),
            &["ae2.json", "no Dataset-JSON 1.1"],
        ),
        (
            Put("zz.xpt", b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!".to_vec()),
            &["zz.xpt", "version 8", "version 5"],
        ),
        (
            Put("zz.xpt", b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!".to_vec()),
            &["zz.xpt", "holds no dataset"],
        ),
        (
            Put(
                "ae.json",
                br#"{"datasetJSONVersion":"1.1","name":"AE","columns":[{"name":"USUBJID"}],"rows":[["H-01"]]}"#
                    .to_vec(),
            ),
            &["ae.csv and ae.json", "keep one"],
        ),
        (Remove("dm.csv"), &["neither dataset DM nor ADSL", "--data"]),
        (
            Swap("dm.csv", "USUBJID", "SUBJECT"),
            &["dm.csv", "no column USUBJID", "SUBJID"],
        ),
    ]
}

/// Rows and values that are wrong: the JSON has a finding with this dataset, field and rule whose message has the text.
fn wrong() -> Vec<(Break, [&'static str; 4])> {
    vec![
        (
            Swap("dm.csv", "2022-11-26", "2022-02-30"),
            ["DM", "RFICDTC", "not-a-date", "2022-02-30"],
        ),
        (
            Swap("dm.csv", ",61,YEARS", ",610,YEARS"),
            ["DM", "AGE", "out-of-range", "check value and unit"],
        ),
        (
            Swap("dm.csv", "YEARS,M,DL1", "YEARS,M,DL9"),
            ["DM", "ARMCD", "not-in-protocol", "DL9"],
        ),
        (
            Swap("dm.csv", "H-02,02", "H-01,02"),
            ["DM", "USUBJID", "duplicate-subject", "keep one row"],
        ),
        (
            Swap("ae.csv", "disorders,1,N", "disorders,6,N"),
            ["AE", "AETOXGR", "not-in-codelist", "1, 2, 3, 4, 5"],
        ),
        (
            Swap("ae.csv", "2023-01-13", "2022-01-13"),
            ["AE", "AEENDTC", "out-of-order", "correct one of the dates"],
        ),
        (
            Swap("ae.csv", "AE,H-01,1,", "AE,H-99,1,"),
            ["AE", "USUBJID", "unknown-subject", "add it there or correct"],
        ),
        (
            Swap("ae.csv", "AE,H-01,2,", "AE,H-01,1,"),
            ["AE", "AESEQ", "duplicate-record", "more than once"],
        ),
        (
            Swap("ae.csv", "AETOXGR", "AEGRADE"),
            ["AE", "AETOXGR", "missing-column", "add it"],
        ),
        (
            Swap("ae.csv", "2023-01-12,2023-01-13", ",2023-01-13"),
            ["AE", "AESTDTC", "missing-value", "enter it"],
        ),
        (
            Swap("ae.csv", "RECOVERED/RESOLVED\n", "RECOVERED/RESOLVED,x,y\n"),
            ["AE", "", "incomplete", "more or fewer values"],
        ),
        (
            Swap("lb.csv", "60,60,U/L", "60,abc,U/L"),
            ["LB", "LBSTRESN", "not-a-number", "abc"],
        ),
        (
            Swap("lb.csv", "60,60,U/L", "60,6000,U/L"),
            ["LB", "LBSTRESN", "out-of-range", "100 times the upper limit"],
        ),
        (
            Swap("ex.csv", "IL1RAP CAR-T", "CD19 CAR-T"),
            ["EX", "EXTRT", "not-in-protocol", "study treatment"],
        ),
        (Remove("ae.csv"), ["AE", "", "incomplete", "not the same as none"]),
        (Put("qs.xlsx", b"PK".to_vec()), ["QS", "", "not-read", "save it as CSV"]),
        (
            Put("ae_old.csv", b"DOMAIN,USUBJID,AESEQ,AETERM\nAE,H-01,1,Fever\n".to_vec()),
            ["AE", "", "same-records", "ae.csv and ae_old.csv"],
        ),
        (
            Put(
                "lb.csv",
                b"USUBJID;LBSEQ;LBTESTCD;LBDTC;LBSTRESN\nH-01;1;ALT;2023-01-03;K\xf6ln\n".to_vec(),
            ),
            ["LB", "", "incomplete", "not UTF-8"],
        ),
    ]
}

#[test]
fn a_file_that_cannot_be_read_ends_the_command_with_file_place_and_remedy() {
    for (number, (broken, texts)) in unreadable().into_iter().enumerate() {
        let folder = copy();
        broken.apply(folder.path());
        let (code, stdout, stderr) = check(folder.path());
        assert_eq!((code, stdout.as_str()), (2, ""), "case {number}: {stderr}");
        for text in texts {
            assert!(stderr.contains(text), "case {number} does not say \"{text}\": {stderr}");
        }
    }
}

#[test]
fn a_wrong_value_is_a_finding_with_its_place_and_what_to_do() {
    for (number, (broken, [dataset, field, rule, text])) in wrong().into_iter().enumerate() {
        let folder = copy();
        broken.apply(folder.path());
        let (code, stdout, stderr) = check(folder.path());
        assert_eq!(code, 1, "case {number}: {stderr}");
        let answer: Value = serde_json::from_str(&stdout).unwrap();
        let findings = answer["findings"].as_array().unwrap();
        let said = findings.iter().any(|finding| {
            finding["dataset"] == dataset
                && finding["field"] == field
                && finding["rule"] == rule
                && finding["message"]
                    .as_str()
                    .is_some_and(|message| message.contains(text))
        });
        assert!(
            said,
            "case {number}: no {rule} for {dataset}.{field} with \"{text}\" in {findings:#?}"
        );
    }
}

/// What `decide` prints.
fn decided(broken: &Break) -> String {
    let folder = copy();
    broken.apply(folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("decide")
        .arg(folder.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_dose_far_off_a_copy_of_a_file_and_an_unread_file_stand_before_the_decision() {
    let cases = [
        (
            Swap("ex.csv", ",100,10^6", ",1000,10^6"),
            "1000.0 % of the group's dose",
        ),
        (Swap("ex.csv", ",100,10^6", ",200,10^6"), "200.0 % of the group's dose"),
        (
            Put(
                "ae - Copy.csv",
                b"DOMAIN,USUBJID,AESEQ,AETERM\nAE,H-01,1,Fever\n".to_vec(),
            ),
            "ae - Copy.csv and ae.csv",
        ),
        (
            Put("ae.xlsx", b"PK".to_vec()),
            "ae.xlsx is in a format that is not read",
        ),
    ];
    for (broken, text) in cases {
        let page = decided(&broken);
        let first = page.lines().next().unwrap();
        assert!(first.starts_with("Attention: ") && first.contains(text), "{page}");
    }
}

#[test]
fn all_mistakes_of_a_protocol_are_reported_together_with_line_and_remedy() {
    let folder = copy();
    for broken in [
        Swap("protocol.toml", "amount = 1.0e8", "amount = \"1e8\""),
        Swap("protocol.toml", "variant = \"korn-strict\"", "variant = \"korn\""),
        Swap("protocol.toml", "sentinel_days = 14", "sentinel_day = 14"),
        Swap("protocol.toml", "age_max = 70", "age_max = 7"),
    ] {
        broken.apply(folder.path());
    }
    let (code, stdout, _) = check(folder.path());
    assert_eq!(code, 1);
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    let mistakes = answer["diagnostics"].as_array().unwrap();
    for text in ["dose_level.amount", "variant", "sentinel_day", "age_m"] {
        let named = |mistake: &&Value| {
            mistake["message"]
                .as_str()
                .is_some_and(|message| message.contains(text))
        };
        let mistake = mistakes
            .iter()
            .find(named)
            .unwrap_or_else(|| panic!("{text} in {mistakes:#?}"));
        assert!(mistake["line"].as_u64().is_some_and(|line| line > 1), "{mistake}");
        assert!(
            mistake["hint"].as_str().is_some_and(|hint| !hint.is_empty()),
            "{mistake}"
        );
    }
}
