//! `tercel packet`: the same bytes again, the file whose digest is printed, and wrong requests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tercel_exchange::{packet_json, read_packet, sha256_hex};

fn study() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

fn packet(threads: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("packet")
        .arg(study())
        .args(arguments)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap()
}

#[test]
fn the_digest_printed_is_that_of_the_file_and_of_the_packet_in_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("packet.json");
    let arguments = ["--as-of", "2025-10-01", "--out", file.to_str().unwrap(), "--json"];
    let output = packet("1", &arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let bytes = fs::read_to_string(&file).unwrap();
    assert_eq!(answer["sha256"], sha256_hex(bytes.as_bytes()));
    assert_eq!(answer["packet"].to_string(), bytes);
    assert_eq!(packet_json(&read_packet(&bytes).unwrap()), bytes);
    assert_eq!(answer["packet"]["packet"]["occasion"]["kind"], "level completed");
    // The same on any number of threads.
    assert_eq!(packet("4", &arguments).stdout, output.stdout);
}

#[test]
fn the_page_is_written_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("packet.html");
    let path = file.to_str().unwrap();
    let output = packet("2", &["--as-of", "2025-08-01", "--language", "zh-CN", "--out", path]);
    assert!(output.status.success());
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.contains("剂量决策包") && page.contains("</html>"));
    let text = String::from_utf8(output.stdout).unwrap();
    let digest = text.lines().find_map(|line| line.strip_prefix("SHA-256: ")).unwrap();
    assert!(page.contains(digest), "{text}");
}

#[test]
fn a_wrong_request_says_what_to_do() {
    for (arguments, wanted) in [
        (["--occasion", "pause"], "no rule halts enrolment"),
        (
            ["--out", "packet.txt"],
            "ends in .html or .pdf (a page to print) or .json",
        ),
        #[cfg(not(feature = "pdf"))]
        (["--out", "packet.pdf"], "built without PDF"),
        (["--language", "fr"], "choose en or zh"),
        (["--occasion", " "], "say in words why the committee meets"),
    ] {
        let output = packet("2", &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(wanted), "{said}");
    }
    let early = packet("2", &["--as-of", "2025-02-01", "--occasion", "scheduled"]);
    assert!(
        String::from_utf8(early.stderr)
            .unwrap()
            .contains("nobody has been infused")
    );
    let open = packet("2", &["--as-of", "2025-08-01", "--occasion", "scheduled"]);
    assert!(
        String::from_utf8(open.stderr)
            .unwrap()
            .contains("level 3 is not completed")
    );
}
