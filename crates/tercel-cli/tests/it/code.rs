//! `tercel code` and coding by MedDRA as a user runs them, on an invented dictionary.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::tercel;

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
const DM: &str = "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-02-01,50,F,DL1\n";
const EX: &str =
    "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nA,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-20\n";
const AE: &str = "USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AETOXGR,AESER,AEREL,AESTDTC
A,1,zorb ACHE,,,2,N,RELATED,2025-03-21
A,2,quell fevr,,,1,N,RELATED,2025-03-22
A,3,Quell Fevr,,,1,N,RELATED,2025-03-25
A,4,rash,Blim rash,Fabled system disorders,1,N,RELATED,2025-03-26
";

fn dictionary() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tercel-exchange/tests/data/meddra")
}

fn answer(arguments: &[&str]) -> Value {
    let output = tercel(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn refused(arguments: &[&str]) -> String {
    let output = tercel(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A trial whose protocol names the dictionary, copied into its folder, in these words.
fn trial(coding: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("protocol.toml"), format!("{PROTOCOL}\n{coding}")).unwrap();
    for name in ["data", "dictionary"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    for entry in fs::read_dir(dictionary()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join("dictionary").join(path.file_name().unwrap())).unwrap();
    }
    for (name, text) in [("dm.csv", DM), ("ex.csv", EX), ("ae.csv", AE)] {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    folder
}

const CODING: &str = "[coding]\nmeddra = \"dictionary\"\nmeddra_version = \"99.1\"\n";

#[test]
fn the_list_says_what_is_coded_and_suggests_terms_for_what_is_not() {
    let folder = trial(CODING);
    let place = folder.path().to_str().unwrap();
    let list = answer(&["code", place, "--json"]);
    assert_eq!(
        list["dictionary"],
        json!({"name": "MedDRA", "version": "99.1", "language": "English"})
    );
    let terms = list["terms"].as_array().unwrap();
    let told: Vec<Value> = terms
        .iter()
        .map(|one| json!([one["term"], one["events"], one["method"], one["pt"]]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["quell fevr", 2, "not coded", null],
            ["rash", 1, "study", "Blim rash"],
            ["zorb ACHE", 1, "exact", "Zorb pain"],
        ])
    );
    assert_eq!(terms[0]["suggestions"][0]["llt"], "Quell fever");
    assert_eq!(terms[0]["suggestions"][0]["match"], "spelling");
    assert!(
        terms[1]["problems"][0]
            .as_str()
            .unwrap()
            .contains("not the primary system organ class")
    );
    assert_eq!(list["terms_not_coded"], 1);
    let text = String::from_utf8(tercel(&["code", place]).stdout).unwrap();
    for part in [
        "MedDRA 99.1 (English); coding log",
        "Not coded (1 of 3 terms):\n      2  quell fevr\n           99200002  Quell fever; PT Quell fever, SOC Fabled system disorders",
        "      1  zorb ACHE: LLT Zorb ache, PT Zorb pain, SOC Imaginary organ disorders (exact)",
        "      1  rash: LLT –, PT Blim rash, SOC Fabled system disorders (study)\n           ! \"Fabled system disorders\" is not the primary",
        "Recoded (0):",
    ] {
        assert!(text.contains(part), "\"{part}\" is not in: {text}");
    }
}

#[test]
fn a_choice_is_added_to_the_log_and_a_change_needs_a_reason() {
    let folder = trial(CODING);
    let place = folder.path().to_str().unwrap();
    let log = folder.path().join("coding.csv");
    let code = |llt: &str, more: &[&str]| {
        let mut arguments = vec![
            "code",
            place,
            "--term",
            "QUELL fevr",
            "--llt",
            llt,
            "--coder",
            "A. Coder",
        ];
        arguments.extend(more);
        tercel(&arguments)
    };
    let first = code("99100004", &[]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.starts_with(
        "term,llt_code,meddra_version,coder,coded_at,reason,pt_code,soc_code\nquell fevr,99100004,99.1,A. Coder,20"
    ));
    assert!(text.ends_with("Z,,99200002,99300002\n"), "{text}");
    for (llt, more, part) in [
        (
            "99100004",
            &["--reason", "again"][..],
            "is coded to 99100004 already (log); nothing was written",
        ),
        ("99200002", &[], "is coded to 99100004; give --reason to change it"),
        ("99200002", &["--reason", "  "], "give --reason to change it"),
        (
            "99199999",
            &["--reason", "x"],
            "99199999 is no lowest level term of MedDRA 99.1",
        ),
        (
            "99100003",
            &["--reason", "x"],
            "\"Zorbitis old style\" is not current in MedDRA 99.1 (English); choose a current term under",
        ),
    ] {
        let output = code(llt, more);
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(
        fs::read_to_string(&log).unwrap(),
        text,
        "what is refused writes nothing"
    );
    assert!(code("99200002", &["--reason", "no type was meant"]).status.success());
    let after = fs::read_to_string(&log).unwrap();
    assert!(after.starts_with(&text) && after.lines().count() == 3, "{after}");
    let list = answer(&["code", place, "--json"]);
    assert_eq!(list["recodings"][0]["from"]["llt_code"], 99_100_004);
    assert_eq!(list["recodings"][0]["to"]["llt_code"], 99_200_002);
    assert_eq!(list["recodings"][0]["reason"], "no type was meant");
    assert_eq!(list["terms"][0]["method"], "log");
}

#[test]
fn a_term_that_no_event_has_or_the_data_code_is_refused() {
    let folder = trial(CODING);
    let place = folder.path().to_str().unwrap();
    let code = |term: &str, llt: &str| refused(&["code", place, "--term", term, "--llt", llt, "--coder", "A"]);
    assert!(code("quell", "99200002").contains("no event has the term \"quell\""));
    assert!(code("rash", "99200002").contains("the data carry a coding of \"rash\", which stands"));
    assert!(code("zorb ache", "99200002").contains("is coded to 99100001; give --reason"));
    assert!(code("zorb ache", "99100001").contains("already (exact); nothing was written"));
    assert!(!folder.path().join("coding.csv").exists());
    let alone = refused(&["code", place, "--llt", "99200002"]);
    assert!(alone.contains("--term"), "{alone}");
}

#[test]
fn tables_report_and_answer_name_the_dictionary_or_that_there_is_none() {
    let folder = trial(CODING);
    let place = folder.path().to_str().unwrap();
    for (llt, reason) in [("99100004", "first"), ("99200002", "no type was meant")] {
        let done = tercel(&[
            "code",
            place,
            "--term",
            "quell fevr",
            "--llt",
            llt,
            "--coder",
            "A. Coder",
            "--reason",
            reason,
        ]);
        assert!(done.status.success());
    }
    let out = folder.path().join("report");
    let run = answer(&["run", place, "--json", "--out", out.to_str().unwrap()]);
    let coding = &run["safety"]["coding"];
    assert_eq!(
        (&coding["dictionary"], &coding["version"]),
        (&json!("MedDRA"), &json!("99.1"))
    );
    assert_eq!(
        coding["events"],
        json!({"exact": 1, "log": 2, "study": 1, "not_coded": 0})
    );
    assert_eq!(coding["recodings"][0]["to"]["coder"], "A. Coder");
    let tables = run["safety"]["tables"].as_array().unwrap();
    let terms = tables
        .iter()
        .find(|one| one["id"] == "terms" && one["reference"] == "infusion")
        .unwrap();
    let labels: Vec<&str> = terms["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "Fabled system disorders",
            "Blim rash",
            "Quell fever",
            "Imaginary organ disorders",
            "Zorb pain"
        ]
    );
    assert_eq!(
        terms["rows"][2]["records"],
        json!(["AE/A/2", "AE/A/3", "DM/A/1", "EX/A/1"])
    );
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    for part in [
        "by MedDRA 99.1 (English). Events: 1 by the verbatim term itself, 2 by the coding log, 1 as the data carry it.",
        "Verbatim terms that were recoded",
        "no type was meant",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let plain = trial("");
    let run = answer(&["run", plain.path().to_str().unwrap(), "--json"]);
    let coding = &run["safety"]["coding"];
    assert!(coding["dictionary"].is_null());
    assert!(
        coding["text"]
            .as_str()
            .unwrap()
            .starts_with("No MedDRA: terms and classes are those of the data.")
    );
}

#[test]
fn an_export_of_the_tabulation_datasets_carries_the_coding() {
    let folder = trial(CODING);
    let out = folder.path().join("out");
    let place = folder.path().to_str().unwrap();
    answer(&[
        "--json",
        "export",
        place,
        "--to",
        "sdtm",
        "--format",
        "csv",
        "--out",
        out.to_str().unwrap(),
    ]);
    let text = fs::read_to_string(out.join("ae.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let at = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let of = |term: &str, name: &str| {
        let row = rows.iter().find(|row| row[at("AETERM")] == term).unwrap();
        row[at(name)]
    };
    assert!(!of("zorb ACHE", "AELLTCD").is_empty() && !of("zorb ACHE", "AEPTCD").is_empty());
    assert_eq!(of("zorb ACHE", "AEBODSYS"), of("zorb ACHE", "AESOC"));
    assert_eq!(of("zorb ACHE", "AEBDSYCD"), of("zorb ACHE", "AESOCCD"));
    // Nobody coded it yet.
    assert_eq!(of("quell fevr", "AELLTCD"), "");
    // What the data say stands, and its codes come to it.
    assert_eq!(
        (of("rash", "AEDECOD"), of("rash", "AEBODSYS")),
        ("Blim rash", "Fabled system disorders")
    );
    assert!(!of("rash", "AEPTCD").is_empty());
}

#[test]
fn another_version_than_the_protocol_names_and_a_folder_that_is_not_there_are_refused() {
    let other = trial("[coding]\nmeddra = \"dictionary\"\nmeddra_version = \"98.0\"\n");
    for command in ["run", "check", "decide", "code"] {
        let message = refused(&[command, other.path().to_str().unwrap()]);
        assert!(
            message.contains("holds MedDRA 99.1, but the protocol says coding.meddra_version = \"98.0\""),
            "{message}"
        );
    }
    let absent = trial("[coding]\nmeddra = \"elsewhere\"\n");
    let place = absent.path().to_str().unwrap();
    assert!(refused(&["run", place]).contains("elsewhere is not there; give --meddra DIR"));
    let given = answer(&["code", place, "--meddra", dictionary().to_str().unwrap(), "--json"]);
    assert_eq!(given["dictionary"]["version"], "99.1");
    let none = trial("");
    assert!(refused(&["code", none.path().to_str().unwrap()]).contains("no MedDRA is named; give --meddra DIR"));
    fs::write(none.path().join("coding.csv"), "term\n").unwrap();
    let unread = tercel(&["run", none.path().to_str().unwrap(), "--json"]);
    let warning = String::from_utf8(unread.stderr).unwrap();
    assert!(
        unread.status.success() && warning.contains("coding.csv is not applied, since no MedDRA is named"),
        "{warning}"
    );
    let misspelt = trial("[coding]\nmedra = \"dictionary\"\n");
    assert!(refused(&["run", misspelt.path().to_str().unwrap()]).contains("nothing reads `coding.medra`"));
}

#[test]
fn derive_writes_the_coding_into_adae() {
    let folder = trial(CODING);
    let (data, out) = (folder.path().join("data"), folder.path().join("adam"));
    let place = folder.path().to_str().unwrap();
    let answer = answer(&[
        "derive",
        data.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--protocol",
        place,
        "--json",
    ]);
    assert_eq!(answer["meddra"]["version"], "99.1");
    let adae = fs::read_to_string(out.join("adae.csv")).unwrap();
    let header = adae.lines().next().unwrap();
    assert!(header.contains("AELLT,AELLTCD,AEPTCD,AEBDSYCD"), "{header}");
    assert!(adae.contains("Zorb ache,99100001,99200001,99300001"), "{adae}");
}

#[test]
fn grade_term_looks_into_the_dictionary() {
    let place = dictionary();
    let found = answer(&[
        "grade",
        "term",
        "fever",
        "quell",
        "--meddra",
        place.to_str().unwrap(),
        "--json",
    ]);
    assert_eq!(found["dictionary"]["version"], "99.1");
    let terms = found["terms"].as_array().unwrap();
    assert_eq!(terms[0]["llt"], "Quell fever");
    assert_eq!(
        (&terms[1]["match"], &terms[1]["pt"], &terms[1]["soc_code"]),
        (&json!("words"), &json!("Quell fever"), &json!(99_300_002))
    );
    let text = String::from_utf8(
        tercel(&[
            "grade",
            "term",
            "Zorbitis old style",
            "--meddra",
            place.to_str().unwrap(),
        ])
        .stdout,
    )
    .unwrap();
    assert!(
        text.contains("99100003  Zorbitis old style; PT Zorb pain, SOC Imaginary organ disorders (exact, not current)"),
        "{text}"
    );
}

#[test]
fn an_earlier_release_shows_what_the_version_alters() {
    let folder = trial(CODING);
    let place = folder.path().to_str().unwrap();
    let earlier = folder.path().join("earlier");
    fs::create_dir(&earlier).unwrap();
    for entry in fs::read_dir(dictionary()).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let text = text
            .replace("99.1$", "99.0$")
            .replace("Zorb ache$99200001", "Zorb ache$99200002");
        fs::write(earlier.join(path.file_name().unwrap()), text).unwrap();
    }
    let list = answer(&["code", place, "--before", earlier.to_str().unwrap(), "--json"]);
    let changes = list["version_changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["term"], "zorb ACHE");
    assert_eq!(
        (
            &changes[0]["coded_by"],
            &changes[0]["before"]["pt"],
            &changes[0]["now"]["pt"]
        ),
        (&json!("99.0"), &json!("Quell fever"), &json!("Zorb pain"))
    );
}
