//! Rules of the house that a compiler does not check.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tercel::endpoint;
use tercel::protocol::SETTINGS;
use tercel::reference;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The code of a file without its unit tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap().to_owned()
}

#[test]
fn the_science_reads_no_clock_file_environment_or_network() {
    let forbidden = [
        "std::fs",
        "std::env",
        "std::net",
        "std::time",
        "std::process",
        "Timestamp::now",
        "Zoned::now",
        "thread_rng",
    ];
    for path in sources(&root().join("crates/tercel/src")) {
        for word in forbidden {
            assert!(!code(&path).contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn every_outcome_and_design_opens_with_the_same_headings() {
    let headings = ["# Source", "# Formula", "# Example", "# Limits"];
    let methods = sources(&root().join("crates/tercel/src/endpoint"));
    let with_method = methods
        .into_iter()
        .filter(|path| code(path).contains("pub(super) const METHOD"));
    // A design's file says in its head what it decides.
    let designs: Vec<PathBuf> = sources(&root().join("crates/tercel/src/design"))
        .into_iter()
        .filter(|path| code(path).contains("# What it decides"))
        .collect();
    let designs_count = designs.len();
    assert!(designs_count >= 6);
    let mut count = 0;
    for path in with_method.chain(designs) {
        count += 1;
        for heading in headings {
            assert!(
                code(&path).contains(heading),
                "{} has no heading {heading}",
                path.display()
            );
        }
    }
    assert_eq!(count, endpoint::ALL.len() + designs_count);
}

#[test]
fn every_reference_key_has_its_entry() {
    let references = fs::read_to_string(root().join("docs/references.md")).unwrap();
    let is_key = |word: &str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let starts = word.chars().next().is_some_and(|first| first.is_ascii_lowercase());
        let middle = word.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        starts
            && digits == 4
            && word.len() > 6
            && middle.len() >= 4
            && middle.chars().take(4).all(|c| c.is_ascii_digit())
    };
    for path in sources(&root().join("crates/tercel/src")) {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("//")) {
            for word in line.split('`').skip(1).step_by(2).filter(|word| is_key(word)) {
                assert!(
                    references.contains(&format!("## {word}\n")),
                    "{}: {word} is not in docs/references.md",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_outcome_cites_publications_as_the_list_of_references_does() {
    let references = fs::read_to_string(root().join("docs/references.md")).unwrap();
    for (key, citation) in reference::all() {
        assert!(
            references.contains(&format!("## {key}\n{citation}\n")),
            "{key} is cited otherwise"
        );
    }
    for method in endpoint::ALL {
        for key in [method.references, method.statistic.references()].concat() {
            assert!(
                reference::citation(key).is_some(),
                "{}: {key} has no citation",
                method.name
            );
        }
    }
    // What the head of an outcome's file names as its source, its readers are shown.
    for path in sources(&root().join("crates/tercel/src/endpoint")) {
        let text = code(&path);
        let Some(method) = endpoint::ALL
            .iter()
            .find(|method| text.contains(&format!("    name: \"{}\",", method.name)))
        else {
            continue;
        };
        let source = text.split("# Source").nth(1).unwrap().split("//! #").next().unwrap();
        let shown = [method.references, method.statistic.references()].concat();
        for (key, _) in reference::all().filter(|(key, _)| source.contains(&format!("`{key}`"))) {
            assert!(shown.contains(&key), "{} does not show {key}", path.display());
        }
    }
}

#[test]
fn every_setting_is_read_by_something_and_every_setting_read_exists() {
    let known: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.path).collect();
    assert_eq!(known.len(), SETTINGS.len());
    let read: BTreeSet<&str> = endpoint::ALL
        .iter()
        .flat_map(|method| method.settings)
        .copied()
        .collect();
    for path in &read {
        assert!(known.contains(path), "an outcome reads {path}, which is no setting");
    }
    // What outcomes do not read belongs to the dose decision, to findings, to profiles, to the reading of the data, to the safety
    // tables or to the gates.
    let elsewhere = [
        "escalation.",
        "dlt.pause",
        "eligibility.",
        "dose_level.",
        "names.",
        "kinetics.biomarker_floor",
        "kinetics.blq",
        "kinetics.auc_method",
        "safety.interest",
        "safety.episode_gap_hours",
        "safety.registry_threshold_percent",
        "safety.reporting",
        "conduct.",
    ];
    for path in known.difference(&read) {
        assert!(
            elsewhere.iter().any(|prefix| path.starts_with(prefix)),
            "nothing reads {path}"
        );
    }
}

#[test]
fn no_file_is_longer_than_six_hundred_lines_of_code() {
    for path in sources(&root().join("crates")) {
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let lines = code(&path)
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
            .count();
        assert!(lines <= 600, "{} has {lines} lines of code", path.display());
    }
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    let allowed = [
        "MIT",
        "MIT-0",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "ISC",
        "Zlib",
        "Unlicense",
        "CC0-1.0",
        "Unicode-3.0",
        "0BSD",
    ];
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            // Its typesetter is not even downloaded where nobody asks for PDF; its own tests look at its licences.
            "--workspace",
            "--exclude",
            "tercel-pdf",
            "--prefix",
            "none",
            "--format",
            "{p}|{l}",
            "--locked",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let trim = |text: &str| text.trim_matches(['(', ')', ' ']).to_owned();
    let mut packages = 0;
    for line in String::from_utf8(tree.stdout)
        .unwrap()
        .lines()
        .filter(|line| line.contains('|'))
    {
        let (package, licence) = line.split_once('|').unwrap();
        let licence = licence.replace(" (*)", "").replace('/', " OR ");
        let permissive = licence.split(" AND ").all(|part| {
            trim(part)
                .split(" OR ")
                .any(|one| allowed.contains(&trim(one).as_str()))
        });
        assert!(permissive, "{package}: {licence}");
        packages += 1;
    }
    assert!(packages > 50, "{packages}");
}
