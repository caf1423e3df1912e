//! ClinicalTrials.gov's CSV download: one study a row, lists separated by `|`.

use super::flat::{parse_interventions, parse_outcomes};
use super::{Form, Kind, Record, RegistryError, choose};

const TITLE: &str = "Study Title";
const INTERVENTIONS: &str = "Interventions";
const PRIMARY: &str = "Primary Outcome Measures";

/// Whether the text begins with a header of the download rather than with a title.
pub(super) fn is_header(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let columns: Vec<String> = first
        .split(',')
        .map(|column| column.trim().trim_matches('"').to_lowercase())
        .collect();
    let known = [
        "nct number",
        "study title",
        "study url",
        "study status",
        "conditions",
        "interventions",
        "primary outcome measures",
    ];
    let found = known
        .iter()
        .filter(|known| columns.iter().any(|column| column == *known));
    found.count() >= 2 || (columns.len() >= 3 && columns.iter().all(|column| is_name(column)))
}

/// Words that may name a column: a file of such words only is a table, though not of a registry.
fn is_name(column: &str) -> bool {
    (1..=30).contains(&column.len())
        && column
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_ ".contains(letter))
}

pub(super) fn parse(text: &str, nct: Option<&str>) -> Result<Record, RegistryError> {
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(|name| name.trim().to_owned()).collect();
    let column = |name: &str| header.iter().position(|known| known.eq_ignore_ascii_case(name));
    for needed in [TITLE, INTERVENTIONS, PRIMARY] {
        if column(needed).is_none() {
            return Err(RegistryError::NoColumn(needed));
        }
    }
    let mut studies = Vec::new();
    for row in reader.records() {
        let row = row?;
        let value = |name: &str| {
            let at = column(name).and_then(|column| row.get(column));
            at.unwrap_or_default().trim().to_owned()
        };
        studies.push((value("NCT Number"), parse_row(&value)));
    }
    if studies.is_empty() {
        return Err(RegistryError::NoRow);
    }
    choose(studies, nct)
}

fn parse_row(value: &dyn Fn(&str) -> String) -> Record {
    let some = |name: &str| Some(value(name)).filter(|text| !text.is_empty());
    let mut record = Record::new(Form::Csv);
    record.nct = some("NCT Number");
    // "Other IDs" lists the sponsor's own identifier first.
    record.org_id = some("Other IDs").and_then(|ids| ids.split('|').next().map(|id| id.trim().to_owned()));
    record.brief_title = value(TITLE);
    record.official_title = value("Official Title");
    record.conditions = value("Conditions")
        .split('|')
        .map(|condition| condition.trim().to_owned())
        .filter(|condition| !condition.is_empty())
        .collect();
    record.submitted = some("Last Update Posted");
    record.summaries = vec![value("Brief Summary")];
    record.interventions = parse_interventions(&value(INTERVENTIONS));
    for (name, kind) in [
        (PRIMARY, Kind::Primary),
        ("Secondary Outcome Measures", Kind::Secondary),
        ("Other Outcome Measures", Kind::Other),
    ] {
        record.outcomes.extend(parse_outcomes(&value(name), kind));
    }
    record
}
