//! What single values and names must be like: subjects of the study, dates, names that fit a transport file, tests.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tercel::language::both;
use tercel::study::{DateError, Finding, Rule, When, days_between};

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
    let mut checks = vec![
        Check {
            what: "Every subject has its row in DM or ADSL",
            by: "SDTMIG 3.4, ADaMIG 1.3".to_owned(),
            looked_at: format!("{} datasets", datasets.len()),
            findings: subjects(datasets),
        },
        Check {
            what: "Every record is of one study",
            by: "SDTMIG 3.4, ADaMIG 1.3".to_owned(),
            looked_at: format!("{} datasets", datasets.len()),
            findings: studies(datasets),
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
    ];
    let is_sdtm = |dataset: &Dataset| dataset.standard == Standard::Sdtm;
    if datasets.iter().any(is_sdtm) {
        checks.push(Check {
            what: "Every study day is that of its date, counted from RFSTDTC",
            by: "SDTMIG 3.4, section 4.4.4".to_owned(),
            looked_at: format!("{} datasets", datasets.len()),
            findings: study_days(datasets),
        });
    }
    checks
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

/// Rows that name another study than the first dataset of subjects, once a dataset.
fn studies(datasets: &[Dataset]) -> Vec<Finding> {
    let home = datasets.iter().find(|dataset| matches!(dataset.name(), "DM" | "ADSL"));
    let Some((_, study)) = home.and_then(|home| cells(home, "STUDYID").next()) else {
        return Vec::new();
    };
    let other = |dataset: &Dataset| {
        let (row, named) = cells(dataset, "STUDYID").find(|(_, named)| !named.is_empty() && *named != study)?;
        let text = both!("\"{named}\" is not the study \"{study}\"", "“{named}”不是研究“{study}”");
        Some(finding(dataset, Some(row), "STUDYID", Rule::Disagree(text)))
    };
    datasets.iter().filter_map(other).collect()
}

/// Study days that are not those of their dates, once a variable.
fn study_days(datasets: &[Dataset]) -> Vec<Finding> {
    let Some(subjects) = datasets.iter().find(|dataset| dataset.name() == "DM") else {
        return Vec::new();
    };
    let day = |text: &str| When::parse(text).ok().and_then(When::day);
    let starts = cells(subjects, "USUBJID").zip(cells(subjects, "RFSTDTC"));
    let starts: BTreeMap<&str, Date> = starts
        .filter_map(|((_, id), (_, start))| Some((id, day(start)?)))
        .collect();
    let mut found = Vec::new();
    for dataset in datasets.iter().filter(|dataset| dataset.standard == Standard::Sdtm) {
        for (date, number) in [("DTC", "DY"), ("STDTC", "STDY"), ("ENDTC", "ENDY")] {
            let [date, number] = [date, number].map(|suffix| format!("{}{suffix}", dataset.name()));
            let rows = cells(dataset, "USUBJID")
                .zip(cells(dataset, &date))
                .zip(cells(dataset, &number));
            let wrong = rows.filter_map(|(((row, subject), (_, date)), (_, number))| {
                let written = (!number.is_empty()).then_some(number)?;
                // Without both days there is none to hold it against.
                let days = days_between(*starts.get(subject)?, day(date)?);
                let right = if days < 0 { days } else { days + 1 };
                (written.parse() != Ok(right)).then_some((row, written, right))
            });
            let wrong: Vec<(usize, &str, i32)> = wrong.collect();
            if let Some(&(row, written, right)) = wrong.first() {
                let rows = wrong.len();
                let text = both!(
                    "{written} is not the day of its date, which is {right}; rows: {rows}",
                    "{written}不是其日期对应的研究日{right}；行数：{rows}"
                );
                found.push(finding(dataset, Some(row), &number, Rule::Disagree(text)));
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
