//! What single values and names must be like: subjects of the study, dates, names that fit a transport file, tests.

use std::collections::{BTreeMap, BTreeSet};

use tercel::language::both;
use tercel::study::{DateError, Finding, Rule, When};

use super::checks::Check;
use super::sdtm::finding;
use super::{Dataset, Kind, Standard};

/// Longest name of a variable and longest label in SAS XPORT version 5, in bytes.
const NAME: usize = 8;
const LABEL: usize = 40;

/// The checks, in the order in which they are reported.
pub(super) fn conform(datasets: &[Dataset]) -> Vec<Check> {
    let dates = datasets.iter().flat_map(|dataset| &dataset.variables);
    let dates = dates.filter(|variable| variable.kind == Kind::DateTimeText).count();
    let variables: usize = datasets.iter().map(|dataset| dataset.variables.len()).sum();
    vec![
        Check {
            what: "Every subject has its row in DM or ADSL",
            by: "SDTMIG 3.4, ADaMIG 1.3".to_owned(),
            looked_at: format!("{} datasets", datasets.len()),
            findings: subjects(datasets),
        },
        Check {
            what: "Every date and time in text is ISO 8601",
            by: "SDTMIG 3.4, section 4.4.1".to_owned(),
            looked_at: format!("{dates} variables"),
            findings: datasets.iter().flat_map(moments).collect(),
        },
        Check {
            what: "Names and labels of variables, qualifiers and tests fit a transport file",
            by: "SAS XPORT version 5".to_owned(),
            looked_at: format!("{variables} variables"),
            findings: datasets.iter().flat_map(names).collect(),
        },
        Check {
            what: "A code of a test has one name, and a name one code",
            by: "SDTMIG 3.4, ADaMIG 1.3".to_owned(),
            looked_at: format!("{} datasets", datasets.len()),
            findings: datasets.iter().flat_map(tests).collect(),
        },
    ]
}

/// Subjects in other datasets that the dataset of subjects does not have, once a dataset; and that dataset missing.
fn subjects(datasets: &[Dataset]) -> Vec<Finding> {
    let Some(first) = datasets.first() else {
        return Vec::new();
    };
    let home = match first.standard {
        Standard::Sdtm => "DM",
        Standard::Adam => "ADSL",
    };
    let Some(known) = datasets.iter().find(|dataset| dataset.name() == home) else {
        let text = both!("there is no {home}", "没有{home}");
        return vec![finding(first, None, home, Rule::Disagree(text))];
    };
    let known: BTreeSet<&str> = cells(known, "USUBJID").map(|(_, subject)| subject).collect();
    let mut found = Vec::new();
    for dataset in datasets {
        let mut told = BTreeSet::new();
        for (row, subject) in cells(dataset, "USUBJID").filter(|(_, subject)| !subject.is_empty()) {
            if !known.contains(subject) && told.insert(subject) {
                found.push(finding(dataset, Some(row), "USUBJID", Rule::UnknownSubject));
            }
        }
    }
    found
}

fn cells<'d>(dataset: &'d Dataset, name: &str) -> impl Iterator<Item = (usize, &'d str)> {
    let table = &dataset.table;
    let at = table.column(name);
    let rows = if at.is_some() { table.len() } else { 0 };
    (0..rows).map(move |row| (row, at.map_or("", |at| table.cell(row, at))))
}

fn moments(dataset: &Dataset) -> Vec<Finding> {
    let mut found = Vec::new();
    for variable in dataset.variables.iter().filter(|one| one.kind == Kind::DateTimeText) {
        for (row, text) in cells(dataset, &variable.name) {
            let wrong = text.split('/').filter(|_| !text.is_empty()).find_map(wrong_moment);
            found.extend(wrong.map(|why| {
                let rule = Rule::NotADate(text.to_owned(), why);
                finding(dataset, Some(row), &variable.name, rule)
            }));
        }
    }
    found
}

/// Why a text is no moment of ISO 8601 as complete as it is known: parts that are not known are left off at the end, or are
/// hyphens before a part that is known (`2003---15`, `--12-15`, `-----T07:15`).
fn wrong_moment(text: &str) -> Option<DateError> {
    let why = When::parse(text).err()?;
    let stand_in = || {
        let (day, clock) = text.split_once('T').unwrap_or((text, ""));
        // Before a time nothing is left off: what is not known is a hyphen.
        let part = |text, unknown| part(text, unknown).filter(|_| clock.is_empty() || !text.is_empty());
        let (year, day) = part(day, "2000")?;
        let (month, day) = part(day, "01")?;
        let (day, rest) = part(day, "01")?;
        let clock = clock.replace("-:", "00:").replace(":-", ":00");
        rest.is_empty().then(|| format!("{year}-{month}-{day}T{clock}"))
    };
    let says_something = text.contains(|letter: char| letter.is_ascii_digit());
    let is_moment = stand_in().is_some_and(|whole| When::parse(whole.trim_end_matches('T')).is_ok());
    (!says_something || !is_moment).then_some(why)
}

/// The first part of a day, or what stands in for a hyphen, and what follows its separator.
fn part<'t>(text: &'t str, unknown: &'t str) -> Option<(&'t str, &'t str)> {
    let end = if text.starts_with('-') || text.is_empty() {
        text.len().min(1)
    } else {
        unknown.len()
    };
    let (part, rest) = text.split_at_checked(end)?;
    let known = if part.len() < unknown.len() { unknown } else { part };
    let rest = rest.strip_prefix('-').or(rest.is_empty().then_some(""))?;
    Some((known, rest))
}

fn names(dataset: &Dataset) -> Vec<Finding> {
    let long = |what: &str, most: usize| both!("\"{what}\" has more than {most} bytes", "“{what}”超过{most}个字节");
    let mut found = Vec::new();
    for variable in &dataset.variables {
        for (text, most) in [(&variable.name, NAME), (&variable.label, LABEL)] {
            if text.len() > most {
                let rule = Rule::Disagree(long(text, most));
                found.push(finding(dataset, None, &variable.name, rule));
            }
        }
        let most = match variable.name.as_str() {
            "QNAM" | "PARAMCD" => NAME,
            "QLABEL" => LABEL,
            name if name == format!("{}TESTCD", dataset.name()) => NAME,
            // Criteria of entry have up to 200 bytes.
            "IETEST" => continue,
            name if name == format!("{}TEST", dataset.name()) => LABEL,
            _ => continue,
        };
        let mut told = BTreeSet::new();
        for (row, text) in cells(dataset, &variable.name) {
            if text.len() > most && told.insert(text) {
                let rule = Rule::Disagree(long(text, most));
                found.push(finding(dataset, Some(row), &variable.name, rule));
            }
        }
    }
    found
}

/// Codes with two names, and names with two codes: of the second, its first row.
fn tests(dataset: &Dataset) -> Vec<Finding> {
    let name = dataset.name();
    let pairs = [
        (format!("{name}TESTCD"), format!("{name}TEST")),
        ("PARAMCD".to_owned(), "PARAM".to_owned()),
    ];
    let mut found = Vec::new();
    for (code, name) in pairs {
        for (of, to) in [(&code, &name), (&name, &code)] {
            let mut known: BTreeMap<&str, &str> = BTreeMap::new();
            let mut told = BTreeSet::new();
            let values = cells(dataset, to).map(|(_, text)| text);
            for ((row, of_text), to_text) in cells(dataset, of).zip(values) {
                let first = known.entry(of_text).or_insert(to_text);
                if *first != to_text && !of_text.is_empty() && told.insert((of_text, to_text)) {
                    let text = both!(
                        "\"{of_text}\" stands beside \"{first}\" and \"{to_text}\"",
                        "“{of_text}”同时对应“{first}”和“{to_text}”"
                    );
                    found.push(finding(dataset, Some(row), of, Rule::Disagree(text)));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SDTMIG 3.4, section 4.4.2: moments of every precision, and with parts in between that are not known.
    #[test]
    fn moments_of_the_guide_pass_and_others_do_not() {
        for text in [
            "2003-12-15T13:14:17",
            "2003-12-15T13:14",
            "2003-12-15T13",
            "2003-12-15",
            "2003-12",
            "2003",
            "2003---15",
            "--12-15",
            "2003-12-15T-:15",
            "2003-12-15T13:-:17",
            "-----T07:15",
            "2003-12-15T13:14:17+08:00",
        ] {
            assert_eq!(wrong_moment(text), None, "{text}");
        }
        for text in [
            "24FEB2025",
            "2025-02-30",
            "2025-03-05T25:00",
            "03/05/2025",
            "2025-13",
            "2025-1-5",
            "--13-15",
            "2003-12-15x",
            "-",
            "T07:15",
            "2003T07:15",
        ] {
            assert!(wrong_moment(text).is_some(), "{text}");
        }
    }
}
