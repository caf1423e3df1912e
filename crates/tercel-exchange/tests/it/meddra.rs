//! The reader of a MedDRA release, on an invented dictionary in the same format, and the coding log.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tercel::coding::{Choice, CodingLog, Meddra, MeddraCode, Rank, Search};
use tercel_exchange::meddra::{append_choice, read_coding_log, read_meddra};

/// The invented release; see its README.
pub(super) fn release_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/meddra")
}

/// A copy whose files are changed first.
pub(super) fn changed(file: &str, change: impl Fn(&str) -> Vec<u8>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["llt.asc", "pt.asc", "soc.asc", "mdhier.asc", "meddra_release.asc"] {
        let text = fs::read_to_string(release_folder().join(name)).unwrap();
        let bytes = if name == file { change(&text) } else { text.into_bytes() };
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn refused(file: &str, change: impl Fn(&str) -> Vec<u8>) -> String {
    let folder = changed(file, change);
    let message = read_meddra(folder.path(), None).unwrap_err().to_string();
    let place = folder.path().display().to_string();
    message.replace(&format!("{place}/"), "").replace(&place, "the folder")
}

fn meddra() -> Meddra {
    read_meddra(&release_folder(), None).unwrap()
}

#[test]
fn a_release_is_read_with_its_hierarchy() {
    let meddra = meddra();
    assert_eq!(meddra.release.to_string(), "MedDRA 99.1 (English)");
    assert_eq!(meddra.llts().len(), 8);
    let path = meddra.path(MeddraCode(99_100_004)).unwrap();
    assert_eq!(
        (path.llt.name.as_str(), path.pt.name.as_str(), path.soc.name.as_str()),
        ("Fever of quell type", "Quell fever", "Fabled system disorders")
    );
    assert!(path.llt.current && !meddra.llt(MeddraCode(99_100_003)).unwrap().current);
    // A preferred term is a lowest level term of the same code too, and a second class does not make two primary ones.
    let rash = meddra.path(MeddraCode(99_200_003)).unwrap();
    assert_eq!(rash.pt.code, rash.llt.code);
    assert_eq!(rash.soc.name, "Imaginary organ disorders");
    assert_eq!(meddra.path(MeddraCode(1)), None);
}

#[test]
fn line_ends_capitals_of_files_encoding_and_the_folder_above_change_nothing() {
    let unix = changed("llt.asc", |text| text.replace("\r\n", "\n").into_bytes());
    assert_eq!(read_meddra(unix.path(), None).unwrap().llts(), meddra().llts());
    let latin = changed("llt.asc", |text| {
        let text = text.replace("Itching blim", "Démangeaison");
        text.chars()
            .map(|letter| u8::try_from(u32::from(letter)).unwrap())
            .collect()
    });
    let read = read_meddra(latin.path(), None).unwrap();
    assert_eq!(read.llt(MeddraCode(99_100_005)).unwrap().name, "Démangeaison");
    let utf8 = changed("llt.asc", |text| {
        text.replace("Itching blim", "Démangeaison").into_bytes()
    });
    assert_eq!(read_meddra(utf8.path(), None).unwrap().llts(), read.llts());
    let above = tempfile::tempdir().unwrap();
    fs::create_dir(above.path().join("MedAscii")).unwrap();
    for entry in fs::read_dir(unix.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_uppercase();
        fs::copy(&path, above.path().join("MedAscii").join(name)).unwrap();
    }
    assert_eq!(read_meddra(above.path(), None).unwrap().llts(), meddra().llts());
}

#[test]
fn a_version_that_the_release_does_not_say_is_the_one_given() {
    let folder = changed("soc.asc", |text| text.as_bytes().to_vec());
    fs::remove_file(folder.path().join("meddra_release.asc")).unwrap();
    let read = read_meddra(folder.path(), Some("98.0")).unwrap();
    assert_eq!(read.release.to_string(), "MedDRA 98.0");
    let message = read_meddra(folder.path(), None).unwrap_err().to_string();
    assert!(
        message.ends_with("write coding.meddra_version in the protocol"),
        "{message}"
    );
}

#[test]
fn every_mistake_is_named_with_file_and_line() {
    let line = |file, from: &'static str, to: &'static str| {
        refused(file, move |text| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1).into_bytes()
        })
    };
    assert_eq!(
        line("llt.asc", "$Zorb ache$99200001$", "$Zorb ache$"),
        "llt.asc, line 2: 11 fields, each ended by $, are expected, found 10"
    );
    assert_eq!(
        line("pt.asc", "Quell fever$$", "Quell fever$$$"),
        "pt.asc, line 2: 11 fields, each ended by $, are expected, found 12"
    );
    assert_eq!(
        line("soc.asc", "$\r\n", "\r\n"),
        "soc.asc, line 1: 10 fields, each ended by $, are expected, found 9"
    );
    assert_eq!(
        line("mdhier.asc", "$Y$", "$Y"),
        "mdhier.asc, line 1: 12 fields, each ended by $, are expected, found 11"
    );
    assert_eq!(
        line("llt.asc", "99100001", "99200001"),
        "llt.asc, line 2: the LLT code 99200001 is used twice; first on line 1"
    );
    assert_eq!(
        line("soc.asc", "99300002", "99300001"),
        "soc.asc, line 2: the SOC code 99300001 is used twice; first on line 1"
    );
    assert_eq!(
        line("llt.asc", "Zorb ache$99200001", "Zorb ache$99299999"),
        "llt.asc, line 2: the LLT 99100001 belongs to 99299999, which is not in the dictionary"
    );
    assert_eq!(
        line("llt.asc", "99100001$", "ninety$"),
        "llt.asc, line 2: field 1 must be a code of digits, found \"ninety\""
    );
    assert_eq!(
        line("llt.asc", "$N$", "$no$"),
        "llt.asc, line 4: field 10 must be Y or N, found \"no\""
    );
    assert_eq!(
        line("soc.asc", "Fabled system disorders", " "),
        "soc.asc, line 2: field 2 must be a text, found \"\""
    );
    assert_eq!(
        line("pt.asc", "Zorb pain$$99300001", "Zorb pain$$99300002"),
        "pt.asc, line 1: the PT 99200001 has the primary SOC 99300002, but 99300001 in mdhier.asc, line 1"
    );
    assert_eq!(
        line("mdhier.asc", "$99300002$Y", "$99300002$N"),
        "pt.asc, line 2: the PT 99200002 has no line with a primary SOC in mdhier.asc"
    );
    assert_eq!(
        line("mdhier.asc", "$99300001$N$", "$99300001$Y$"),
        "mdhier.asc, line 4: the PT 99200003 has a second primary SOC, 99300002; line 3 has 99300001"
    );
}

#[test]
fn a_folder_that_is_no_release_says_what_to_give() {
    let nothing = tempfile::tempdir().unwrap();
    let message = read_meddra(nothing.path(), None).unwrap_err().to_string();
    assert!(
        message.ends_with("has no llt.asc; give the folder MedAscii of a MedDRA release"),
        "{message}"
    );
    for name in ["pt.asc", "soc.asc", "mdhier.asc"] {
        let folder = changed(name, |text| text.as_bytes().to_vec());
        fs::remove_file(folder.path().join(name)).unwrap();
        let message = read_meddra(folder.path(), None).unwrap_err().to_string();
        assert!(message.contains(&format!("has no {name};")), "{message}");
        let message = refused(name, |_| b"\r\n".to_vec());
        assert_eq!(message, format!("{name} is empty; take it from the release again"));
    }
    assert!(refused("llt.asc", |_| b"\x89PNG\0\0".to_vec()).starts_with("llt.asc is no text"));
    assert!(read_meddra(&nothing.path().join("absent"), None).is_err());
}

#[test]
fn a_search_ranks_the_name_then_its_beginning_its_words_and_its_spelling() {
    let meddra = meddra();
    let search = Search::new(&meddra);
    let find = |text: &str| -> Vec<(Rank, &str)> {
        let found = search.find(text, 9).into_iter();
        found.map(|(rank, llt)| (rank, llt.name.as_str())).collect()
    };
    assert_eq!(
        find("ZORB  ache"),
        [(Rank::Exact, "Zorb ache"), (Rank::Prefix, "Zorb ache on standing")]
    );
    assert_eq!(
        find("fever quell"),
        [(Rank::Words, "Quell fever"), (Rank::Words, "Fever of quell type")]
    );
    assert_eq!(find("qell fever").first(), Some(&(Rank::Spelling, "Quell fever")));
    assert_eq!(
        find("blims"),
        [(Rank::Spelling, "Blim rash"), (Rank::Spelling, "Itching blim")]
    );
    assert_eq!(find("Zorbitis old style"), [(Rank::Exact, "Zorbitis old style")]);
    assert_eq!(
        find("zorbitis"),
        [],
        "what is not current is found by its whole name alone"
    );
    assert_eq!(find(" "), []);
    assert_eq!(search.find("zorb", 2).len(), 2);
}

fn choice(term: &str, llt: u32, reason: &str) -> Choice {
    Choice {
        term: term.to_owned(),
        llt: MeddraCode(llt),
        version: "99.1".to_owned(),
        coder: "A. Coder".to_owned(),
        at: "2025-03-01T10:00:00Z".parse().unwrap(),
        reason: reason.to_owned(),
        led_to: Some((MeddraCode(99_200_001), MeddraCode(99_300_001))),
    }
}

#[test]
fn the_log_grows_at_its_end_and_its_last_line_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coding.csv");
    assert_eq!(read_coding_log(&path).unwrap(), CodingLog::default());
    let choices = [
        choice("aching, all over", 99_100_001, ""),
        choice("hot", 99_100_004, "said \"hot\""),
        choice("Aching,  all over", 99_100_002, "on standing"),
        choice("hot", 99_100_004, "confirmed"),
    ];
    let mut before = Vec::new();
    for one in &choices {
        append_choice(&path, one).unwrap();
        let now = fs::read(&path).unwrap();
        assert!(now.starts_with(&before), "no earlier line was touched");
        before = now;
    }
    let log = read_coding_log(&path).unwrap();
    assert_eq!(log.choices(), choices);
    assert_eq!(log.last("ACHING, all over"), Some(&choices[2]));
    let recodings = log.recodings();
    assert_eq!(recodings.len(), 1, "a confirmation is no recoding");
    assert_eq!((&recodings[0].from, &recodings[0].to), (&choices[0], &choices[2]));
}

#[test]
fn a_log_made_by_hand_is_read_and_added_to_in_its_own_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coding.csv");
    let by_hand =
        "coder,term,llt_code,meddra_version,coded_at,reason,page\nB,hot,99100004,99.0,2025-01-01T00:00:00Z,,7";
    fs::write(&path, by_hand).unwrap();
    append_choice(&path, &choice("cold", 99_100_001, "")).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(
        text.strip_prefix(by_hand),
        Some("\nA. Coder,cold,99100001,99.1,2025-03-01T10:00:00Z,,\n")
    );
    assert_eq!(read_coding_log(&path).unwrap().last("hot").unwrap().led_to, None);
}

#[test]
fn a_log_that_cannot_be_read_is_named_with_line_and_column_and_not_added_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coding.csv");
    let header = "term,llt_code,meddra_version,coder,coded_at,reason\n";
    for (text, part) in [
        ("term,llt_code\n".to_owned(), "has no column meddra_version"),
        (
            format!("{header}hot,x,99.1,B,2025-01-01T00:00:00Z,\n"),
            "line 2: llt_code must be a MedDRA code, found \"x\"",
        ),
        (
            format!("{header}hot,1,99.1,B,yesterday,\n"),
            "line 2: coded_at must be a time in UTC",
        ),
        (
            format!("{header}hot,1,99.1,,2025-01-01T00:00:00Z,\n"),
            "line 2: coder must be a text",
        ),
        (format!("{header}hot,1\n"), "it must be CSV in UTF-8"),
    ] {
        fs::write(&path, &text).unwrap();
        let message = read_coding_log(&path).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
        assert!(append_choice(&path, &choice("cold", 1, "")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
