//! The same study from the record in SQLite, from that in PostgreSQL, from the files it came in and from its own SDTM: every
//! target of `tercel export` gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::own_server::Own;
use crate::program::{export, json, study};

/// Every target.
const TARGETS: [&str; 6] = ["sdtm", "adam", "define", "ctgov", "usdm", "e2b"];

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

/// Where two texts part, for a message that can be read.
fn parting(one: &[u8], other: &[u8]) -> String {
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let around = |bytes: &[u8]| {
        let part = bytes.get(at.saturating_sub(120)..(at + 120).min(bytes.len()));
        String::from_utf8_lossy(part.unwrap_or_default()).into_owned()
    };
    format!("\n{}\n{}", around(one), around(other))
}

#[test]
fn sqlite_postgresql_files_and_their_own_sdtm_give_the_same_bytes_for_every_target() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("trial");
    fs::create_dir(&here).unwrap();
    for name in ["protocol.toml", "registry-record.txt"] {
        fs::copy(study().join(name), here.join(name)).unwrap();
    }
    let (trial, data) = (here.to_str().unwrap(), study().join("data"));
    let data = data.to_str().unwrap();
    json(&["--json", "import", trial, data]);
    let server = Own::start();
    if let Some(server) = &server {
        json(&["--json", "import", trial, data, "--database", &server.url]);
    }
    let sdtm = folder.path().join("sdtm");
    export("sdtm", &here, &sdtm, &["--data", data]);
    let mut sources = vec![
        ("files", Some(data)),
        ("record", None),
        ("sdtm", Some(sdtm.to_str().unwrap())),
    ];
    sources.extend(server.as_ref().map(|server| ("postgresql", Some(server.url.as_str()))));
    for target in TARGETS {
        let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
        for (name, data) in &sources {
            let out = folder.path().join(format!("{target}-of-{name}"));
            let data: Vec<&str> = data.iter().flat_map(|data| ["--data", data]).collect();
            export(target, &here, &out, &data);
            let made = files(&out);
            let first = first.get_or_insert_with(|| made.clone());
            assert!(made.keys().eq(first.keys()), "{target} of {name}: {:?}", made.keys());
            for (file, bytes) in &made {
                let same = bytes == &first[file];
                assert!(same, "{target} of {name}, {file}: {}", parting(&first[file], bytes));
            }
        }
    }
    // The relations that stand in SUPPAE are told in their own words by every source.
    let reports = files(&folder.path().join("e2b-of-record"));
    let told = |word: &str| {
        let of = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(&format!(">{word}<"));
        reports.values().any(of)
    };
    assert!(reports.len() > 3 && told("possibly related") && !told("possible"));
}
