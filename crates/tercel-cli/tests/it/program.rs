//! The program, run as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The study's own folder.
pub(crate) fn study() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

pub(crate) fn tercel(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The answer of a run that succeeds.
pub(crate) fn json(arguments: &[&str]) -> Value {
    let output = tercel(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The answer of an export of a trial in one form to a folder.
pub(crate) fn export(to: &str, trial: &Path, out: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["--json", "export", trial.to_str().unwrap()];
    arguments.extend(["--to", to, "--out", out.to_str().unwrap()]);
    arguments.extend(more);
    json(&arguments)
}
