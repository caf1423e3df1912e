//! Race, ethnicity and country, in the registry's categories where the data have no others.

use std::collections::BTreeMap;

use tercel::endpoint::{Analysis, Facts};

use super::super::{BaselineMeasure, Denominator, Entry, Measure, Row};
use super::Arm;
use super::baseline::{is_known, row_value};
use crate::table::Table;

/// Where participants come from, as `DM` (or `ADSL`) has it, by subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins {
    of: BTreeMap<String, Origin>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    race: String,
    ethnicity: String,
    country: String,
}

impl Origins {
    /// Those of a study's datasets; none where no dataset of subjects has them.
    pub fn of(tables: &[Table]) -> Self {
        let mut origins = Self::default();
        // A later dataset replaces what an earlier one says of a subject.
        let subjects = ["ADSL", "DM"]
            .into_iter()
            .flat_map(|name| tables.iter().filter(move |table| table.name.eq_ignore_ascii_case(name)));
        for table in subjects {
            let Some(subject) = table.column("USUBJID") else {
                continue;
            };
            let columns = ["RACE", "ETHNIC", "COUNTRY"].map(|name| table.column(name));
            if columns.iter().all(Option::is_none) {
                continue;
            }
            for row in 0..table.len() {
                let [race, ethnicity, country] = columns.map(|column| {
                    let text = column.map_or("", |column| table.cell(row, column)).trim();
                    if matches!(text, "." | "NA") {
                        String::new()
                    } else {
                        text.to_owned()
                    }
                });
                let origin = Origin {
                    race,
                    ethnicity,
                    country,
                };
                origins.of.insert(table.cell(row, subject).trim().to_owned(), origin);
            }
        }
        origins
    }

    fn text<'o>(&'o self, facts: &Facts<'_>, of: fn(&Origin) -> &str) -> Option<&'o str> {
        let origin = self.of.get(facts.subject.id.as_str())?;
        Some(of(origin)).filter(|text| !text.is_empty())
    }
}

/// The registry's word for what nobody knows.
const UNKNOWN: &str = "Unknown or Not Reported";

/// Categories of race with the terms of CDISC that they hold.
const RACES: [(&str, &[&str]); 7] = [
    (
        "American Indian or Alaska Native",
        &["AMERICAN INDIAN OR ALASKA NATIVE"],
    ),
    ("Asian", &["ASIAN"]),
    (
        "Native Hawaiian or Other Pacific Islander",
        &["NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER"],
    ),
    ("Black or African American", &["BLACK OR AFRICAN AMERICAN"]),
    ("White", &["WHITE"]),
    ("More than one race", &["MULTIPLE"]),
    (UNKNOWN, &["UNKNOWN", "NOT REPORTED"]),
];

/// Categories of ethnicity, likewise.
const ETHNICITIES: [(&str, &[&str]); 3] = [
    ("Hispanic or Latino", &["HISPANIC OR LATINO"]),
    ("Not Hispanic or Latino", &["NOT HISPANIC OR LATINO"]),
    (UNKNOWN, &["UNKNOWN", "NOT REPORTED"]),
];

/// Names of countries in the registry for codes of ISO 3166; any other stands as it was recorded.
const COUNTRIES: [(&str, &str); 26] = [
    ("AUS", "Australia"),
    ("AUT", "Austria"),
    ("BEL", "Belgium"),
    ("BRA", "Brazil"),
    ("CAN", "Canada"),
    ("CHE", "Switzerland"),
    ("CHN", "China"),
    ("DEU", "Germany"),
    ("DNK", "Denmark"),
    ("ESP", "Spain"),
    ("FIN", "Finland"),
    ("FRA", "France"),
    ("GBR", "United Kingdom"),
    ("IND", "India"),
    ("ISR", "Israel"),
    ("ITA", "Italy"),
    ("JPN", "Japan"),
    ("MEX", "Mexico"),
    ("NLD", "Netherlands"),
    ("NOR", "Norway"),
    ("NZL", "New Zealand"),
    ("POL", "Poland"),
    ("SGP", "Singapore"),
    ("SWE", "Sweden"),
    ("THA", "Thailand"),
    ("USA", "United States"),
];

type Of<'o> = &'o dyn Fn(&Facts<'_>) -> Option<&'o str>;

/// Race, ethnicity and region; where the study did not ask for race and ethnicity, that.
pub(super) fn measures(analysis: &Analysis<'_>, origins: &Origins, groups: &[Arm<'_>]) -> Vec<BaselineMeasure> {
    let race = |facts: &Facts<'_>| origins.text(facts, |origin| &origin.race);
    let ethnicity = |facts: &Facts<'_>| origins.text(facts, |origin| &origin.ethnicity);
    let everywhere = analysis.trial.country.as_deref();
    let country = |facts: &Facts<'_>| origins.text(facts, |origin| &origin.country).or(everywhere);
    let asked = is_known(groups, race) || is_known(groups, ethnicity);
    let mut measures: Vec<BaselineMeasure> = [
        by_category(groups, "Race (NIH/OMB)", "Race", &RACES, &race),
        by_category(groups, "Ethnicity (NIH/OMB)", "Ethnicity", &ETHNICITIES, &ethnicity),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !asked && analysis.data.holds("DM") {
        measures.push(not_collected(groups));
    }
    measures.extend(region(groups, &country));
    measures
}

fn counted(rows: Vec<Row>, kind: &str, title: Option<String>) -> BaselineMeasure {
    BaselineMeasure {
        kind: kind.to_owned(),
        title,
        measure: Measure {
            parameter: Some("Count of Participants".to_owned()),
            dispersion: Some("Not Applicable".to_owned()),
            unit: Some("Participants".to_owned()),
            rows,
            ..Measure::default()
        },
    }
}

fn entry(category: &str, count: usize) -> Entry {
    Entry {
        category: category.to_owned(),
        value: Some(count.to_string()),
        ..Entry::default()
    }
}

/// Participants by the registry's categories; by those of the data where one of them has no place there.
fn by_category(
    groups: &[Arm<'_>],
    kind: &str,
    title: &str,
    categories: &[(&str, &[&str])],
    of: Of<'_>,
) -> Option<BaselineMeasure> {
    if !is_known(groups, of) {
        return None;
    }
    let place = |text: &str| {
        let upper = text.trim().to_uppercase();
        categories.iter().position(|(_, terms)| terms.contains(&upper.as_str()))
    };
    let recorded = groups.iter().flat_map(|arm| &arm.facts).filter_map(|facts| of(facts));
    let mut own: Vec<&str> = recorded.collect();
    own.sort_unstable();
    own.dedup();
    let fits = own.iter().all(|text| place(text).is_some());
    let values = groups.iter().map(|arm| {
        let count = |holds: &dyn Fn(Option<&str>) -> bool| arm.facts.iter().filter(|facts| holds(of(facts))).count();
        let entries: Vec<Entry> = if fits {
            let each = categories.iter().enumerate();
            each.map(|(at, (category, _))| {
                let holds = |text: Option<&str>| text.map_or(*category == UNKNOWN, |text| place(text) == Some(at));
                entry(category, count(&holds))
            })
            .collect()
        } else {
            let named = own.iter().map(|term| entry(term, count(&|text| text == Some(*term))));
            named.chain([entry(UNKNOWN, count(&|text| text.is_none()))]).collect()
        };
        row_value(arm, arm.facts.len(), entries)
    });
    let row = Row {
        title: String::new(),
        values: values.collect(),
    };
    Some(if fits {
        counted(vec![row], kind, None)
    } else {
        let title = format!("{title}, as recorded");
        counted(vec![Row { title, ..row }], "Race/Ethnicity, Customized", None)
    })
}

fn not_collected(groups: &[Arm<'_>]) -> BaselineMeasure {
    let values = groups.iter().map(|arm| {
        let mut value = row_value(arm, arm.facts.len(), vec![entry("", 0)]);
        value.analysed = Some(Denominator {
            subjects: Some("0".to_owned()),
            units: None,
        });
        value
    });
    let row = Row {
        title: String::new(),
        values: values.collect(),
    };
    let mut measure = counted(vec![row], "Race and Ethnicity Not Collected", None);
    measure.measure.population = Some("Race and ethnicity were not collected from any participant".to_owned());
    measure
}

/// A row for each country, where one is recorded.
fn region(groups: &[Arm<'_>], of: Of<'_>) -> Option<BaselineMeasure> {
    let recorded = groups.iter().flat_map(|arm| &arm.facts).filter_map(|facts| of(facts));
    let mut countries: Vec<&str> = recorded.collect();
    countries.sort_unstable();
    countries.dedup();
    let rows: Vec<Row> = countries
        .iter()
        .map(|country| {
            let known = COUNTRIES.iter().find(|(code, _)| code.eq_ignore_ascii_case(country));
            let values = groups.iter().map(|arm| {
                let here = arm.facts.iter().filter(|facts| of(facts) == Some(*country)).count();
                row_value(arm, arm.facts.len(), vec![entry("", here)])
            });
            Row {
                title: known.map_or(*country, |(_, name)| name).to_owned(),
                values: values.collect(),
            }
        })
        .collect();
    (!rows.is_empty()).then(|| counted(rows, "Region of Enrollment", None))
}
