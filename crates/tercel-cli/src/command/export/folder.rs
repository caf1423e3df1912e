//! The folder of an export: what may be replaced, and how its files are written.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, bail};
use tercel_exchange::bounded;

use super::File;

/// Names the files of an export with their SHA-256, as `sha256sum -c` reads it.
const SUMS: &str = "SHA256SUMS";

/// Refuses a folder with anything in it that an earlier export did not write.
pub(super) fn refuse_other(out: &Path) -> anyhow::Result<()> {
    if !out.exists() {
        return Ok(());
    }
    let known = listed(out);
    for entry in std::fs::read_dir(out).with_context(|| format!("failed to open {}", out.display()))? {
        let name = entry
            .with_context(|| format!("failed to open {}", out.display()))?
            .file_name();
        if !known.contains(&name) {
            bail!(
                "{} holds {}, which no export wrote; give an empty folder, or take the file out",
                out.display(),
                name.to_string_lossy()
            );
        }
    }
    Ok(())
}

/// The files of an earlier export.
fn listed(out: &Path) -> BTreeSet<OsString> {
    let Ok(text) = bounded::read_text(&out.join(SUMS), bounded::Kind::Lines, bounded::MAX_SETTINGS) else {
        return BTreeSet::new();
    };
    let names = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(_, name)| OsString::from(name));
    names.chain([OsString::from(SUMS)]).collect()
}

/// The list of files with their sums.
pub(super) fn sums(files: &[File], sums: &[String]) -> String {
    let lines = files
        .iter()
        .zip(sums)
        .map(|(file, sum)| format!("{sum}  {}\n", file.name));
    lines.collect()
}

/// Writes the files; those of an earlier export are taken away first. The list of files comes first, so that what a broken
/// run leaves behind is known as an export.
pub(super) fn replace(out: &Path, files: &[File], hashes: &[String]) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("failed to create {}", out.display()))?;
    for name in listed(out) {
        let path = out.join(name);
        if path.is_file() {
            std::fs::remove_file(&path).with_context(|| format!("failed to remove {}", path.display()))?;
        }
    }
    let put = |name: &str, bytes: &[u8]| {
        let path = out.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("failed to write {}", path.display()))
    };
    put(SUMS, sums(files, hashes).as_bytes())?;
    for file in files {
        put(&file.name, &file.bytes)?;
    }
    Ok(())
}

/// Writes a file next to the folder: `out.head.json` beside `out`.
pub(super) fn write_beside(out: &Path, extension: &str, text: &str) -> anyhow::Result<()> {
    let mut path = out.to_owned().into_os_string();
    path.push(".");
    path.push(extension);
    std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.to_string_lossy()))
}
