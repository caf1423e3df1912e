//! `docs/validation.md` is what `docs/validation/clauses.toml` says, and every test it names is there.
//!
//! `TERCEL_WRITE_DOCS=1 cargo nextest run -p tercel-store validation` writes the page.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
struct Clauses {
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    title: String,
    about: String,
    clause: Vec<Clause>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clause {
    id: String,
    /// What is asked, in our words.
    asks: String,
    /// What the program does about it.
    #[serde(default)]
    program: String,
    /// Tests that fail where the program does not: `crate::binary::path::name`.
    #[serde(default)]
    tests: Vec<String>,
    /// What whoever runs the program has to do.
    #[serde(default)]
    operator: String,
    /// What is asked and not done.
    #[serde(default)]
    not_met: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn clauses() -> Clauses {
    let path = root().join("docs/validation/clauses.toml");
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A text within a cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('\n', " ").replace('|', "\\|")
}

fn page(clauses: &Clauses) -> String {
    let all: Vec<&Clause> = clauses.group.iter().flat_map(|group| &group.clause).collect();
    let count = |fits: fn(&Clause) -> bool| all.iter().filter(|clause| fits(clause)).count();
    let mut page = format!(
        "# Clauses, mechanisms, tests\n\nGenerated from [validation/clauses.toml](validation/clauses.toml); a test keeps the two equal \
         and looks for every test named. Requirements are in our own words: read the sources for theirs. {} clauses: {} with tests, \
         {} with a part for whoever runs the program (an operator: hospital, sponsor), {} of them not met in whole or in part.\n\n\
         What a test proves is proved by switching its mechanism off: see [validation/README.md](validation/README.md). A table is \
         no validation: the operator's own is of this program, installed there, for that study.\n",
        all.len(),
        count(|clause| !clause.tests.is_empty()),
        count(|clause| !clause.operator.is_empty()),
        count(|clause| !clause.not_met.is_empty()),
    );
    for group in &clauses.group {
        let (title, about) = (&group.title, group.about.trim());
        write!(
            page,
            "\n## {title}\n\n{about}\n\n| clause | asks | the program | tests | the operator's part |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        for clause in &group.clause {
            let tests: Vec<String> = clause.tests.iter().map(|test| format!("`{test}`")).collect();
            let mut program = cell(&clause.program);
            if !clause.not_met.is_empty() {
                let gap = if program.is_empty() { "" } else { " " };
                write!(program, "{gap}**Not met:** {}", cell(&clause.not_met)).unwrap();
            }
            writeln!(
                page,
                "| {} | {} | {program} | {} | {} |",
                cell(&clause.id),
                cell(&clause.asks),
                tests.join("<br>"),
                cell(&clause.operator)
            )
            .unwrap();
        }
    }
    page
}

#[test]
fn the_page_is_what_the_clauses_say() {
    let (path, expected) = (root().join("docs/validation.md"), page(&clauses()));
    if std::env::var_os("TERCEL_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/validation.md is not what clauses.toml says: TERCEL_WRITE_DOCS=1 cargo nextest run -p tercel-store validation"
    );
}

/// Why a test that is named is not there.
fn missing(test: &str) -> Option<String> {
    let parts: Vec<&str> = test.split("::").collect();
    let [package, binary, modules @ .., name] = parts.as_slice() else {
        return Some(format!("{test}: write crate::binary::path::name"));
    };
    let start = root().join("crates").join(package).join(match *binary {
        "lib" => "src".to_owned(),
        binary => format!("tests/{binary}"),
    });
    // A test of the library stands at the end of the file of what it tests.
    let modules = match modules {
        [modules @ .., "tests"] if *binary == "lib" => modules,
        modules => modules,
    };
    let path = start.join(modules.join("/"));
    let files = [path.with_extension("rs"), path.join("mod.rs")];
    let found = files.iter().find_map(|file| fs::read_to_string(file).ok());
    let Some(text) = found else {
        return Some(format!("{test}: there is no {}", path.display()));
    };
    let defined = text.contains(&format!("fn {name}("));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // Told on both databases, or marked as a test.
    let listed = lines.contains(&format!("{name},").as_str()) || text.contains(&format!("on_both!({name})"));
    let marked = lines.iter().enumerate().any(|(number, line)| {
        line.contains(&format!("fn {name}("))
            && lines[number.saturating_sub(3)..number].iter().any(|line| is_mark(line))
    });
    (!defined || !(listed || marked)).then(|| format!("{test}: no such test in {}", path.display()))
}

fn is_mark(line: &str) -> bool {
    line.starts_with("#[test") || line.starts_with("#[tokio::test")
}

#[test]
fn every_test_named_is_there_and_no_clause_is_left_to_nobody() {
    let clauses = clauses();
    let mut problems = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for clause in clauses.group.iter().flat_map(|group| &group.clause) {
        problems.extend(clause.tests.iter().filter_map(|test| missing(test)));
        if clause.tests.is_empty() && clause.operator.trim().is_empty() {
            problems.push(format!("{}: neither a test nor an operator's part", clause.id));
        }
        if !clause.tests.is_empty() && clause.program.trim().is_empty() {
            problems.push(format!("{}: tests of no mechanism", clause.id));
        }
        if !ids.insert(&clause.id) {
            problems.push(format!("{}: twice", clause.id));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(missing("tercel-store::it::story::no_such_test").is_some());
    assert!(missing("tercel-store::it::nowhere::no_such_test").is_some());
    assert!(missing("tercel-store::it::validation::missing").is_some(), "no test");
}

/// Every switch of `mutations.toml` fits its source once, and its test is named by a clause.
#[test]
fn every_mechanism_that_can_be_switched_off_belongs_to_a_clause() {
    #[derive(Deserialize)]
    struct Mutation {
        name: String,
        file: String,
        old: String,
        new: String,
        test: String,
    }
    #[derive(Deserialize)]
    struct Mutations {
        mutation: Vec<Mutation>,
    }
    let text = fs::read_to_string(root().join("docs/validation/mutations.toml")).unwrap();
    let table: Mutations = toml::from_str(&text).unwrap();
    let clauses = clauses();
    let named: Vec<&String> = clauses
        .group
        .iter()
        .flat_map(|group| &group.clause)
        .flat_map(|clause| &clause.tests)
        .collect();
    for one in &table.mutation {
        let source = fs::read_to_string(root().join(&one.file)).unwrap();
        assert_eq!(
            source.matches(&one.old).count(),
            1,
            "{}: does not fit {}",
            one.name,
            one.file
        );
        assert!(one.new.contains("OFF"), "{}", one.name);
        assert_eq!(missing(&one.test), None, "{}", one.name);
        assert!(named.contains(&&one.test), "{}: no clause names {}", one.name, one.test);
    }
}
