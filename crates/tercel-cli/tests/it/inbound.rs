//! Data of other systems into the record, and as datasets; files made to break the program.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{json, tercel};

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn given(name: &str) -> String {
    let path = root("../tercel-exchange/tests/data/inbound").join(name);
    path.to_str().unwrap().to_owned()
}

fn complaint(arguments: &[&str]) -> String {
    let output = tercel(arguments);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stderr).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        root("../../trials/il1rap-hcc/protocol.toml"),
        folder.path().join("protocol.toml"),
    )
    .unwrap();
    folder
}

fn put(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A trial folder whose record has the subjects `T-01-MRN-1` and `T-01-MRN-2`.
fn with_subjects() -> tempfile::TempDir {
    let folder = folder();
    let people = put(
        folder.path(),
        "people.csv",
        "subject,siteid,rficdtc,age,sex\nT-01-MRN-1,01,2026-02-01,60,F\nT-01-MRN-2,01,2026-02-01,61,M\n",
    );
    json(&[
        "--json",
        "import",
        folder.path().to_str().unwrap(),
        &people,
        "--form",
        "demography",
    ]);
    folder
}

#[test]
fn a_hospitals_bundle_enters_the_record_once_and_a_contradiction_enters_nothing() {
    let folder = with_subjects();
    let here = folder.path().to_str().unwrap();
    let bundle = given("hospital.json");
    let import = |file: &str, more: &[&str]| {
        let mut arguments = vec![
            "--json",
            "import",
            here,
            file,
            "--format",
            "fhir",
            "--patient-key",
            "https://hospital.example/mrn",
        ];
        arguments.extend(more);
        arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    let run = |arguments: Vec<String>| json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let planned = run(import(&bundle, &["--dry-run"]));
    let entered = run(import(&bundle, &[]));
    assert_eq!(planned["entered"], entered["entered"]);
    let rows = entered["rows"].as_object().unwrap();
    let of_rows: u64 = rows.values().map(|rows| rows.as_u64().unwrap()).sum();
    assert_eq!(
        entered["entered"].as_u64().unwrap(),
        of_rows,
        "every row becomes a record: {entered}"
    );
    assert_eq!(entered["counts"]["Observation"]["read"], 19);
    assert!(
        entered["duplicates"].as_array().unwrap().len() == 2 && !entered["findings"].as_array().unwrap().is_empty()
    );
    let places: Vec<&str> = entered["not_taken"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["place"].as_str())
        .collect();
    assert!(places.contains(&"Observation/other-patient") && places.contains(&"Encounter/e1"));
    assert_eq!(
        run(import(&bundle, &[]))["entered"],
        0,
        "what is there already is not entered twice"
    );

    let other = fs::read_to_string(&bundle).unwrap().replace("12.5", "11.5");
    let other = put(folder.path(), "other.json", &other);
    let said = complaint(&import(&other, &[]).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(
        said.contains("1 records say something else")
            && said.contains("LB/T-01-MRN-1/")
            && said.contains("Nothing was entered"),
        "{said}"
    );

    // What was sent is part of the study from now on.
    let found = json(&["--json", "run", here, "--as-of", "2026-03-10"]);
    assert_eq!(found["subjects"]["enrolled"], 2);
}

#[test]
fn subjects_of_a_capture_system_come_along_with_their_data() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let (file, map) = (given("odm_transactions.xml"), given("odm.toml"));
    let entered = json(&["--json", "import", here, &file, "--format", "odm", "--map", &map]);
    assert_eq!(entered["entered"], 4, "{entered}");
    assert_eq!(
        json(&["--json", "import", here, &file, "--format", "odm", "--map", &map])["entered"],
        0
    );
}

#[test]
fn converted_datasets_are_a_folder_that_is_read_and_nothing_is_replaced() {
    let folder = folder();
    let out = folder.path().join("data");
    let (here, there) = (folder.path().to_str().unwrap(), out.to_str().unwrap());
    let bundle = given("hospital.json");
    let mut arguments = vec![
        "--json",
        "convert",
        &bundle,
        "--format",
        "fhir",
        "--patient-key",
        "https://hospital.example/mrn",
    ];
    arguments.extend(["--protocol", here, "--out", there]);
    let converted = json(&arguments);
    let files: Vec<&str> = converted["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for file in [
        "ae.csv",
        "cm.csv",
        "dm.csv",
        "lb.csv",
        "mh.csv",
        "vs.csv",
        "not_taken.csv",
        "sent_twice.csv",
        "to_look_at.csv",
    ] {
        assert!(files.contains(&file) && out.join(file).is_file(), "{file}");
    }
    let checked: Value = serde_json::from_slice(&tercel(&["--json", "check", here]).stdout).unwrap();
    let text = checked.to_string();
    assert!(
        !text.contains("not_taken") && !text.contains("unknown-subject"),
        "{text}"
    );
    assert!(complaint(&arguments).contains("holds dataset"));

    let lab = put(folder.path(), "lab.csv", "ID,Day,Hb\n1,2026-03-01,13\n");
    let map = put(
        folder.path(),
        "lab.toml",
        "layout = \"wide\"\n[columns]\nsubject = \"ID\"\ndate = \"Day\"\n[tests.Hb]\ntest = \"HGB\"\nunit = \"g/dL\"\n",
    );
    let alone = folder.path().join("lab");
    let links = put(folder.path(), "links.csv", "identifier,subject\n1,T-9\n");
    let mut arguments = vec![
        "convert", &lab, "--format", "lab", "--map", &map, "--study", "T", "--links", &links,
    ];
    arguments.extend(["--out", alone.to_str().unwrap()]);
    assert!(tercel(&arguments).status.success());
    assert!(
        fs::read_to_string(alone.join("lb.csv"))
            .unwrap()
            .contains("T,LB,T-9,1,HGB,Hemoglobin,13,g/dL,130,130,g/L,2026-03-01")
    );
    assert_eq!(
        fs::read_to_string(alone.join("dm.csv")).unwrap(),
        "STUDYID,DOMAIN,USUBJID,SUBJID\nT,DM,T-9,9\n"
    );
}

#[test]
fn a_request_that_does_not_fit_is_said() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let bundle = given("hospital.json");
    assert!(complaint(&["import", here, &bundle, "--format", "lab"]).contains("needs --map"));
    assert!(complaint(&["import", here, &bundle, "--patient-key", "x"]).contains("--format fhir"));
    assert!(complaint(&["import", here, &bundle, &bundle]).contains("at a time"));
    assert!(complaint(&["import", here, &bundle, "--format", "fhir", "--form", "visit"]).contains("--form"));
    assert!(complaint(&["import", here, &bundle, "--format", "odm", "--patient-key", "x"]).contains("--format fhir"));
    assert!(complaint(&["import", here, "nowhere.json", "--format", "fhir"]).contains("nowhere.json"));
    assert!(complaint(&["convert", &bundle, "--format", "sdtm", "--out", here]).contains("need no conversion"));
    assert!(complaint(&["import", here, &bundle, "--format", "fhir", "--utc-offset", "8"]).contains("+08:00"));
    let said = complaint(&["import", here, &given("odm.toml"), "--format", "odm"]);
    assert!(said.contains("odm.toml"), "{said}");
    assert!(!folder.path().join("tercel.db").exists());
}

#[test]
fn every_file_of_a_user_is_read_within_limits() {
    // The list of the system's users is no file of a user.
    const ALLOWED: [&str; 1] = ["tercel-cli/src/record.rs"];
    let mut folders = vec![root("src"), root("../tercel-exchange/src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let name = path.to_string_lossy().replace("tercel-cli/../", "");
            if ["fs::read(", "read_to_string("].iter().any(|call| code.contains(call))
                && !ALLOWED.iter().any(|allowed| name.ends_with(allowed))
            {
                found.push(name);
            }
        }
    }
    assert_eq!(found, Vec::<String>::new(), "read them by tercel_exchange::bounded");
}

/// A file of a gigabyte that takes no disk: `start`, then bytes of zero.
fn giant(folder: &Path, name: &str, start: &[u8]) -> String {
    long(folder, name, start, 1 << 30)
}

/// The same of any length.
fn long(folder: &Path, name: &str, start: &[u8], length: u64) -> String {
    let path = folder.join(name);
    let mut file = File::create(&path).unwrap();
    file.write_all(start).unwrap();
    file.set_len(length).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Runs the program with 256 MiB of memory; what it complains of.
#[cfg(target_os = "linux")]
fn complaint_in_256_mib(arguments: &[&str]) -> String {
    let output = Command::new("sh")
        .args([
            "-c",
            "ulimit -v 262144 && exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_tercel"),
        ])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    said
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_files_are_refused_by_every_reader_in_256_mib() {
    let folder = folder();
    let (path, here) = (folder.path(), folder.path().to_str().unwrap());
    let map = put(
        path,
        "map.toml",
        "layout = \"wide\"\n[columns]\nsubject = \"ID\"\ndate = \"Day\"\n",
    );
    let deep = "[".repeat(100_000);
    let wide = format!("{{\"studies\":[\n{}0]}}", "0,\n".repeat(3_000_000));
    let xml_deep = format!("<ODM><ClinicalData>{}", "<a>".repeat(100_000));
    let bomb = (1..40)
        .map(|at| format!("<!ENTITY e{at} \"&e{0};&e{0};\">", at - 1))
        .collect::<Vec<_>>()
        .concat();
    let bomb = format!("<!DOCTYPE ODM [<!ENTITY e0 \"x\">{bomb}]><ODM><ClinicalData>&e39;</ClinicalData></ODM>");
    let json_line = long(path, "line.json", b"{\"a\":\"", 500 << 20);
    let lines = giant(path, "line.csv", b"ID,Day\n");
    let xml_line = long(
        path,
        "line.xml",
        b"<ODM><ClinicalData><SubjectData SubjectKey=\"",
        500 << 20,
    );
    let file = |name: &str, text: &str| put(path, name, text);
    let import = |format: &str, file: &str| {
        ["import", here, file, "--format", format, "--map", &map]
            .map(str::to_owned)
            .to_vec()
    };
    let convert = |format: &str, file: &str| {
        let out = path.join("out").to_str().unwrap().to_owned();
        ["convert", file, "--format", format, "--out", &out]
            .map(str::to_owned)
            .to_vec()
    };
    let new = |file: &str| {
        let out = path.join("p").to_str().unwrap().to_owned();
        ["new", file, "--out", &out].map(str::to_owned).to_vec()
    };
    let cases: Vec<(Vec<String>, &str)> = vec![
        (convert("fhir", &json_line), "line 1"),
        (convert("fhir", &file("deep.json", &deep)), "nested more than 64"),
        (
            convert(
                "fhir",
                &file("number.json", &format!("{{\"a\":{}", "1".repeat(2 << 20))),
            ),
            "400 characters",
        ),
        (convert("odm", &xml_line), "line 1 has a text or tag"),
        (convert("odm", &file("deep.xml", &xml_deep)), "64 deep"),
        (convert("odm", &file("bomb.xml", &bomb)), "document type"),
        (import("lab", &lines), "line 2 is longer than 1 MiB"),
        (new(&json_line), "larger than 16 MiB"),
        (convert("fhir", &giant(path, "giant.json", b"{")), "larger than 512 MiB"),
        (new(&file("wide.json", &wide)), "more than 400,000 values"),
        (new(&file("deep-record.json", &deep)), "nested more than 64"),
        (
            vec!["check".to_owned(), giant(path, "giant.toml", b"# ")],
            "larger than 1 MiB",
        ),
        (
            vec!["decide".to_owned(), file("deep.toml", &format!("x = {deep}"))],
            "mistake",
        ),
    ];
    for (arguments, part) in cases {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let said = complaint_in_256_mib(&arguments);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    assert!(!path.join("tercel.db").exists() && !path.join("out").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_records_dictionaries_heads_and_lists_are_refused_in_256_mib() {
    let folder = folder();
    let (path, here) = (folder.path(), folder.path().to_str().unwrap());
    let refused = |arguments: &[&str], part: &str| {
        let said = complaint_in_256_mib(arguments);
        assert!(said.contains(part), "{arguments:?}: {said}");
    };
    let lines = giant(path, "line.csv", b"term\n");
    let deep = "[".repeat(100_000);

    // A record of the registry, alone and beside the protocol.
    let out = path.join("out").to_str().unwrap().to_owned();
    for (record, part) in [
        (giant(path, "giant.json", b"{"), "larger than 16 MiB"),
        (long(path, "long.json", b"{\n\"a\":\"", 15 << 20), "line 2 has a text"),
        (put(path, "deep.json", &deep), "nested more than 64"),
    ] {
        refused(&["export", &record, "--to", "ctgov", "--out", &out], part);
        fs::rename(&record, path.join("registry-record.json")).unwrap();
        refused(&["export", here, "--to", "ctgov", "--out", &out], part);
    }
    fs::remove_file(path.join("registry-record.json")).unwrap();

    refused(&["audit", "verify", here, "--head", &lines], "larger than 1 MiB");
    let head = put(path, "head.json", &deep);
    refused(&["audit", "verify", here, "--head", &head], "nested more than 64");
    refused(&["import", here, &lines, "--form", "adverse-event"], "line 2 is longer");
    refused(&["restore", &lines, here], "backup");
    let design = [
        "design",
        "oc",
        "--design",
        "boin",
        "--target",
        "0.3",
        "--cohort-size",
        "3",
    ];
    let with = |more: &[&str]| refused(&[&design[..], &["--cohorts", "2"], more].concat(), "16 MiB");
    with(&["--truth-file", &lines]);
    refused(
        &[
            "response",
            "--criteria",
            "recist-1.1",
            &giant(path, "courses.json", b"["),
        ],
        "16 MiB",
    );

    // A release of MedDRA with one file too long, then a log of choices beside a good one.
    let release = path.join("MedAscii");
    fs::create_dir(&release).unwrap();
    for entry in fs::read_dir(root("../tercel-exchange/tests/data/meddra")).unwrap() {
        let file = entry.unwrap().path();
        fs::copy(&file, release.join(file.file_name().unwrap())).unwrap();
    }
    let meddra = release.to_str().unwrap();
    let terms = fs::read(release.join("llt.asc")).unwrap();
    giant(&release, "llt.asc", &terms);
    refused(&["code", here, "--meddra", meddra], "larger than 128 MiB");
    long(&release, "llt.asc", &terms, 100 << 20);
    refused(&["code", here, "--meddra", meddra], "is longer than 1 MiB");
    fs::write(release.join("llt.asc"), terms).unwrap();
    long(path, "coding.csv", b"term\n", 100 << 20);
    refused(&["code", here, "--meddra", meddra], "line 2 is longer than 1 MiB");
    assert!(!path.join("tercel.db").exists() && !path.join("out").exists());
}

/// The rehearsal's laboratory as a transport file.
#[cfg(target_os = "linux")]
fn laboratory() -> Vec<u8> {
    let bytes = fs::read(root("../../trials/il1rap-hcc/data/lb.csv")).unwrap();
    let mut table = tercel_exchange::Table::parse_csv("lb.csv", &bytes).unwrap();
    table.retain(|row| row < 500);
    tercel_exchange::format::xport::write(&table, "01JAN26:00:00:00").unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_transport_files_are_refused_by_every_command_in_256_mib() {
    let folder = folder();
    let (path, here) = (folder.path(), folder.path().to_str().unwrap());
    let data = path.join("data");
    fs::create_dir(&data).unwrap();
    let sound = laboratory();
    let with = |at: usize, new: &[u8]| {
        let mut bytes = sound.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    // The descriptions of the variables begin at byte 640: length of the first at 644, its place at 724; their number at 614.
    let noise: Vec<u8> = sound
        .iter()
        .copied()
        .chain((0..100_000_u32).flat_map(|at| (at | 1 << 24).to_le_bytes()))
        .collect();
    // The file may end in a number of zero.
    let zeros = sound.iter().rposition(|byte| *byte != 0).unwrap() + 2;
    let endless = format!("from byte {zeros} on, the same byte");
    let (there, out) = (data.to_str().unwrap(), path.join("out").to_str().unwrap().to_owned());
    for (start, length, part) in [
        // A real file that goes on without end, in whole records and not.
        (sound.clone(), 1 << 30, endless.as_str()),
        (sound.clone(), (1 << 30) / 80 * 80, endless.as_str()),
        (sound[..80].to_vec(), 1 << 30, "up to byte 320, it holds no dataset"),
        (sound[..640].to_vec(), 1 << 30, "no name, no length or no place"),
        (with(614, b"9999"), 1 << 30, endless.as_str()),
        (with(614, b"9999"), 0, "breaks off before its first row"),
        (with(614, b"-001"), 1 << 30, "how many variables"),
        (with(644, &[0xff, 0xff]), 1 << 30, "share their place"),
        (with(724, &[0xff; 4]), 1 << 30, "no place"),
        // A row of 16 MiB.
        (with(724, &[0, 0xff, 0, 0]), 1 << 30, endless.as_str()),
        (with(724, &[0, 0xff, 0, 0]), 0, "in the middle of a row"),
        (noise, 0, "row 501 of LB has in LBTEST what is no text"),
    ] {
        long(&data, "lb.xpt", &start, length.max(start.len() as u64));
        for arguments in [
            vec!["check", here],
            vec!["run", here, "--out", &out],
            vec!["derive", there, "--out", &out],
            vec!["import", here, there],
        ] {
            let said = complaint_in_256_mib(&arguments);
            assert!(said.contains(part) && said.contains("lb.xpt"), "{arguments:?}: {said}");
        }
    }
    assert!(!path.join("tercel.db").exists() && !path.join("out").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_datasets_of_a_study_are_refused_in_256_mib() {
    let folder = folder();
    let (path, here) = (folder.path(), folder.path().to_str().unwrap());
    let data = path.join("data");
    fs::create_dir(&data).unwrap();
    for (name, start, part) in [
        ("lb.csv", &b"USUBJID,LBSEQ\n"[..], "line 2 is longer"),
        (
            "lb.json",
            &b"{\"datasetJSONVersion\":\"1.1\",\"name\":\""[..],
            "line 1 has a text",
        ),
        (
            "lb.ndjson",
            &b"{\"columns\":[{\"name\":\"A\"}]}\n[\""[..],
            "line 2 has a text",
        ),
    ] {
        let hostile = giant(&data, name, start);
        let said = complaint_in_256_mib(&["check", here]);
        assert!(said.contains(part) && said.contains(name), "{name}: {said}");
        fs::remove_file(hostile).unwrap();
    }
}
