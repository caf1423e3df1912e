//! `tercel check` as a data manager uses it: grouped on the terminal, every finding in files.

use std::fmt::Write as _;
use std::fs;

use crate::program::tercel;

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

/// A trial whose subjects are all of an unknown arm, the last of them named like a formula.
fn folder(subjects: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("protocol.toml"), PROTOCOL).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let mut dm = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\n".to_owned();
    for number in 1..subjects {
        writeln!(dm, "X,S-{number:03},2025-01-02,51,M,DL9").unwrap();
    }
    dm.push_str("X,\"=HYPERLINK(\"\"a\"\")\",2025-01-02,51,M,<b>DL9</b>\n");
    fs::write(folder.path().join("data/dm.csv"), dm).unwrap();
    folder
}

#[test]
fn the_terminal_shows_a_group_with_its_first_rows_and_says_how_many_more_there_are() {
    let folder = folder(45);
    let output = tercel(&["check", folder.path().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("DM · ARMCD · not-in-protocol: 45 findings in 45 subjects; correct the value"),
        "{text}"
    );
    assert!(text.contains("and 35 more; --json or --out lists all"), "{text}");
    assert!(text.lines().count() < 60, "{text}");
}

#[test]
fn out_writes_every_finding_as_a_harmless_table_and_as_a_page() {
    let folder = folder(45);
    let trial = folder.path().to_str().unwrap();
    let out = folder.path().join("new/out");
    let with_files = tercel(&["check", trial, "--json", "--out", out.to_str().unwrap()]);
    let without = tercel(&["check", trial, "--json"]);
    assert_eq!(with_files.status.code(), without.status.code());
    assert_eq!(with_files.stdout, without.stdout, "files change nothing of the answer");
    let answer: serde_json::Value = serde_json::from_slice(&with_files.stdout).unwrap();
    let number = answer["findings"].as_array().unwrap().len();
    let table = fs::read_to_string(out.join("findings.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("blocks,subject,dataset,record,row,field,rule,message")
    );
    assert_eq!(lines.count(), number);
    assert!(table.contains("\"'=HYPERLINK(\"\"a\"\")\""), "{table}");
    assert!(!table.contains(",\"=HYPERLINK"), "{table}");
    let page = fs::read_to_string(out.join("findings.html")).unwrap();
    assert!(page.contains("45 findings in 45 subjects") && page.contains("&lt;b&gt;DL9"));
    assert!(!page.contains("<b>"));
}
