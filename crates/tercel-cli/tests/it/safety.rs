//! `tercel run --json`: the keys `safety`, `episodes` and `expedited_reports` of a small study counted by hand; the whole run
//! 400 years later.
//!
//! | subject | level | lymphodepletion | infusion | events |
//! |---|---|---|---|---|
//! | A | 1 | 2025-03-15 | 2025-03-20 | nausea of grade 2 on 03-16; CRS of grade 3, serious, on 03-22, sponsor aware that day |
//! | B | 1 | 2025-04-15 | 2025-04-20 | fatal hepatic failure from 05-01 to 05-10, sponsor aware on 05-02 |
//! | C | 2 | 2025-06-15 | never | vomiting of grade 2 on 06-16 |

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

fn trial() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

fn json_of(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

const FILES: [(&str, &str); 7] = [
    (
        "dm.csv",
        "USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC,DTHFL\nA,2025-02-01,50,F,DL1,,\nB,2025-03-01,61,M,DL1,2025-05-10,Y\n\
         C,2025-05-01,44,M,DL2,,\n",
    ),
    (
        "ex.csv",
        "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nA,1,FLUDARABINE,30,mg/m2,2025-03-15\n\
         A,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-20T10:00\nB,1,FLUDARABINE,30,mg/m2,2025-04-15\n\
         B,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-04-20\nC,1,FLUDARABINE,30,mg/m2,2025-06-15\n",
    ),
    (
        "pr.csv",
        "USUBJID,PRSEQ,PRTRT,PRSTDTC\nA,1,LEUKAPHERESIS,2025-02-10\nB,1,LEUKAPHERESIS,2025-03-10\n\
         C,1,LEUKAPHERESIS,2025-05-10\n",
    ),
    (
        "ae.csv",
        "USUBJID,AESEQ,AETERM,AEBODSYS,AETOXGR,AESER,AESLIFE,AESHOSP,AEREL,AERELLD,AESTDTC,AEENDTC,AEOUT\n\
         A,1,Nausea,Gastrointestinal disorders,2,N,,,NOT RELATED,RELATED,2025-03-16,2025-03-17,RECOVERED/RESOLVED\n\
         A,2,CRS,Immune system disorders,3,Y,N,Y,RELATED,,2025-03-22,2025-03-24,RECOVERED/RESOLVED\n\
         B,1,Hepatic failure,Hepatobiliary disorders,5,Y,Y,Y,RELATED,,2025-05-01,2025-05-10,FATAL\n\
         C,1,Vomiting,Gastrointestinal disorders,2,N,,,NOT RELATED,RELATED,2025-06-16,2025-06-17,RECOVERED/RESOLVED\n",
    ),
    (
        "suppae.csv",
        "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QVAL\nA,AE,AESEQ,2,AEAWARE,2025-03-22\nA,AE,AESEQ,2,AERPTEC,2025-03-23\n\
         A,AE,AESEQ,2,AERPTNMP,2025-04-08\nB,AE,AESEQ,1,AEAWARE,2025-05-02\n",
    ),
    (
        "fa.csv",
        "USUBJID,FASEQ,FATESTCD,FAOBJ,FASTRESC,FAEVAL,FADTC\n\
         A,1,TEMP,CRS,39.0,INVESTIGATOR,2025-03-22T08:00\nA,2,HYPOTEN,CRS,N,INVESTIGATOR,2025-03-22T08:00\n\
         A,3,O2DEV,CRS,mask,INVESTIGATOR,2025-03-22T08:00\nA,4,TEMP,CRS,36.8,INVESTIGATOR,2025-03-23T08:00\n\
         A,5,HYPOTEN,CRS,N,INVESTIGATOR,2025-03-23T08:00\nA,6,O2DEV,CRS,none,INVESTIGATOR,2025-03-23T08:00\n",
    ),
    (
        "lb.csv",
        "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRHI,LBDTC\nA,1,ALT,30,U/L,40,2025-03-01\n",
    ),
];

fn small() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(trial().join("protocol.toml"), folder.path().join("protocol.toml")).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for (name, text) in FILES {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    folder
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Subjects, events, subjects of grade 3 or worse and of grade 5, at level 1, level 2 and overall.
fn counts(row: &Value) -> [[u64; 4]; 3] {
    let counts = row["counts"].as_array().unwrap();
    [json!(1), json!(2), Value::Null].map(|level| {
        let count = counts.iter().find(|count| count["dose_level"] == level).unwrap();
        ["subjects", "events", "subjects_grade_3_or_worse", "subjects_grade_5"].map(|key| count[key].as_u64().unwrap())
    })
}

#[test]
fn safety_counts_subjects_and_events_and_names_the_scales() {
    let folder = small();
    let answer = json_of(&["run", folder.path().to_str().unwrap()]);
    let safety = &answer["safety"];
    let expected = [
        "coding",
        "events_by_ctcae_category",
        "events_not_coded",
        "events_without_relation",
        "populations",
        "tables",
    ];
    assert_eq!(keys(safety), BTreeSet::from(expected));
    let treated: Vec<(&Value, Vec<u64>)> = safety["populations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let counts = one["counts"].as_array().unwrap().iter();
            (
                &one["reference"],
                counts.map(|count| count["subjects"].as_u64().unwrap()).collect(),
            )
        })
        .collect();
    // Levels 1, 2 and 3, and all.
    assert_eq!(
        treated,
        [
            (&json!("lymphodepletion"), vec![2, 1, 0, 3]),
            (&json!("infusion"), vec![2, 0, 0, 2])
        ]
    );
    let rows = |id: &str, reference: &str| {
        let tables = safety["tables"].as_array().unwrap().iter();
        let mut found = tables.filter(|table| table["id"] == id && table["reference"] == reference);
        found.next().unwrap()["rows"].as_array().unwrap().clone()
    };
    let any = |reference: &str| {
        rows("overview", reference)
            .into_iter()
            .find(|row| row["id"] == "any")
            .unwrap()
    };
    let (depletion, infusion) = (any("lymphodepletion"), any("infusion"));
    assert_eq!(counts(&depletion), [[2, 3, 2, 1], [1, 1, 0, 0], [3, 4, 2, 1]]);
    assert_eq!(counts(&infusion), [[2, 2, 2, 1], [0, 0, 0, 0], [2, 2, 2, 1]]);
    assert_eq!(infusion["scales"], json!(["CTCAE 5.0", "ASTCT 2019"]));
    let expected = ["counts", "id", "is_term", "label", "records", "scales"];
    assert_eq!(keys(&infusion), BTreeSet::from(expected));
    let terms: Vec<Value> = rows("terms", "infusion")
        .iter()
        .map(|row| json!([row["label"], row["is_term"], row["scales"]]))
        .collect();
    assert_eq!(
        terms,
        [
            json!(["Hepatobiliary disorders", false, ["CTCAE 5.0"]]),
            json!(["Hepatic failure", true, ["CTCAE 5.0"]]),
            json!(["Immune system disorders", false, ["ASTCT 2019"]]),
            json!(["CRS", true, ["ASTCT 2019"]]),
        ]
    );
}

/// Aware on 22 March: one day later the 23rd, 15 days later 6 April. Aware on 2 May of a death: the 3rd, the 9th, the 17th.
#[test]
fn expedited_reports_have_their_days() {
    let folder = small();
    let answer = json_of(&["run", folder.path().to_str().unwrap()]);
    assert_eq!(answer["data_cut"], "2025-06-17");
    let reports = answer["expedited_reports"].as_array().unwrap();
    let expected = [
        "authority",
        "aware",
        "days",
        "due",
        "event",
        "record",
        "stage",
        "standing",
        "subject",
        "submitted",
    ];
    assert!(reports.iter().all(|report| keys(report) == BTreeSet::from(expected)));
    let brief: Vec<Value> = reports
        .iter()
        .map(|report| {
            json!([
                report["subject"],
                report["authority"],
                report["days"],
                report["due"],
                report["submitted"]
            ])
        })
        .collect();
    assert_eq!(
        brief,
        [
            json!(["A", "ethics committee", 1, "2025-03-23", "2025-03-23"]),
            json!(["A", "NMPA", 15, "2025-04-06", "2025-04-08"]),
            json!(["B", "ethics committee", 1, "2025-05-03", null]),
            json!(["B", "NMPA", 7, "2025-05-09", null]),
            json!(["B", "NMPA", 15, "2025-05-17", null]),
        ]
    );
    let standing: BTreeSet<&str> = reports
        .iter()
        .map(|report| report["standing"].as_str().unwrap())
        .collect();
    assert_eq!(standing, BTreeSet::from(["in-time", "late", "overdue"]));
}

#[test]
fn an_episode_has_a_grade_on_each_scale() {
    let folder = small();
    let answer = json_of(&["run", folder.path().to_str().unwrap()]);
    let [episode] = answer["episodes"].as_array().unwrap().as_slice() else {
        panic!("{}", answer["episodes"]);
    };
    assert_eq!(
        episode["grades"],
        json!([
            { "scale": "ASTCT 2019", "grade": 3, "grade_min": 3, "grade_max": 3, "not_gradable": null },
            { "scale": "CTCAE 5.0", "grade": null, "grade_min": 2, "grade_max": 3, "not_gradable":
              "the fraction of inspired oxygen (below 40 %, or more) is not recorded, on 2025-03-22T08:00" },
        ])
    );
    assert_eq!(
        json!([
            episode["subject"],
            episode["syndrome"],
            episode["onset"],
            episode["end"],
            episode["duration_hours"]
        ]),
        json!(["A", "CRS", "2025-03-22T08:00", "2025-03-23T08:00", 24.0])
    );
    assert_eq!(episode["records"].as_array().unwrap().len(), 6);
}

/// A text with every date of this century in the 25th: the calendar repeats after 400 years, which are 146,097 days.
fn later(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut moved = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(6) {
        let digits = |from: usize, to: usize| bytes[from..to].iter().all(u8::is_ascii_digit);
        let apart = at == 0 || !bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'-' && bytes[at - 1] != b'.';
        if apart
            && bytes[at..].starts_with(b"20")
            && digits(at + 2, at + 4)
            && bytes[at + 4] == b'-'
            && digits(at + 5, at + 7)
        {
            moved[at + 1] = b'4';
        }
    }
    String::from_utf8(moved).unwrap()
}

#[test]
fn the_whole_run_146_097_days_later_differs_in_its_dates_alone() {
    let folder = tempfile::tempdir().unwrap();
    let [now, then] = ["now", "then"].map(|name| folder.path().join(name).join("il1rap-hcc"));
    for (root, change) in [(&now, str::to_owned as fn(&str) -> String), (&then, later)] {
        fs::create_dir_all(root.join("data")).unwrap();
        let protocol = fs::read_to_string(trial().join("protocol.toml")).unwrap();
        fs::write(root.join("protocol.toml"), change(&protocol)).unwrap();
        for entry in fs::read_dir(trial().join("data")).unwrap() {
            let path = entry.unwrap().path();
            let text = change(&fs::read_to_string(&path).unwrap());
            fs::write(root.join("data").join(path.file_name().unwrap()), text).unwrap();
        }
    }
    let text = |command: &str, root: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
            .args([command, root.to_str().unwrap(), "--json"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for command in ["run", "check"] {
        let (before, after) = (text(command, &now), text(command, &then));
        assert!(before.len() > 10_000, "{command}: {before}");
        let roots = [&now, &then].map(|root| root.parent().unwrap().to_str().unwrap().to_owned());
        let (before, after) = (later(&before.replace(&roots[0], "")), after.replace(&roots[1], ""));
        for (one, other) in before.lines().zip(after.lines()) {
            assert_eq!(one, other, "{command}");
        }
        assert_eq!(before.len(), after.len(), "{command}");
    }
    for root in [&now, &then] {
        let (data, out) = (root.join("data"), root.join("adam"));
        let paths = [&data, &out, root].map(|path| path.to_str().unwrap());
        json_of(&["derive", paths[0], "--out", paths[1], "--protocol", paths[2]]);
    }
    let mut files = 0;
    for entry in fs::read_dir(now.join("adam")).unwrap() {
        let path = entry.unwrap().path();
        let before = later(&fs::read_to_string(&path).unwrap());
        let after = fs::read_to_string(then.join("adam").join(path.file_name().unwrap())).unwrap();
        assert!(before == after, "{}", path.display());
        files += 1;
    }
    // ADSL ADAE ADEX ADLB ADPC ADPP ADRS ADTR ADTTE ADVS ADDLT ADOUT ADTOX.
    assert_eq!(files, 13);
}
