//! Concentrations from `PC` and `CP`: what `ADPC` lists and `ADPP` analyses.

use std::collections::BTreeMap;

use tercel::study::{Amount, Dataset, Level, RecordId, SubjectId, When};

use super::adsl::Subject;
use super::cells::{CellRow, Cells, as_exact_as};
use super::units::{self, Spellings};
use super::{DeriveOptions, Sources, Subjects};
use crate::sdtm::{is_given, same_unit};

/// One result as recorded.
pub(super) struct Concentration<'c> {
    pub(super) row: CellRow<'c>,
    /// Dataset it stands in: `PC` or `CP`.
    pub(super) domain: &'static str,
    /// When it was drawn; a result without any date has none.
    pub(super) when: Option<When>,
    /// What was found; `None`: not done, or not a number.
    pub(super) amount: Option<Amount>,
    /// Unit it was recorded in.
    pub(super) unit: &'c str,
    /// Whether that is another than the unit of its parameter.
    pub(super) in_other_unit: bool,
    /// Lower limit of quantification.
    pub(super) limit: Option<f64>,
    /// Number of its record: `--SEQ`, or the row.
    pub(super) number: u32,
}

impl<'c> Concentration<'c> {
    /// A cell of the variable with this name after the prefix of the dataset.
    pub(super) fn text(&self, suffix: &str) -> &'c str {
        self.row.text(&format!("{}{suffix}", self.domain))
    }

    /// The result as a sample of a profile.
    pub(super) fn level(&self, subject: &SubjectId) -> Option<Level> {
        let record = RecordId {
            dataset: Dataset::new(self.domain),
            subject: subject.clone(),
            number: self.number,
        };
        Some(Level {
            record,
            amount: self.amount?,
            when: self.when?,
        })
    }
}

/// Results by subject and code of the test, in order of time.
pub(super) type Groups<'c> = BTreeMap<(SubjectId, String), Vec<Concentration<'c>>>;

/// The results of a dataset that are of interest.
pub(super) fn read_concentrations<'c>(
    cells: &'c Cells<'c>,
    domain: &'static str,
    options: &DeriveOptions,
    groups: &mut Groups<'c>,
) {
    for (row, number) in cells.rows().zip(1..) {
        let text = |suffix: &str| row.text(&format!("{domain}{suffix}"));
        let (Some(id), code) = (row.subject(), text("TESTCD").to_ascii_uppercase()) else {
            continue;
        };
        if code.is_empty() || !is_asked(domain, &code, text("TEST"), options) {
            continue;
        }
        let limit = row.number(&format!("{domain}LLOQ"));
        let unit = [text("STRESU"), text("ORRESU")]
            .into_iter()
            .find(|unit| !unit.is_empty());
        let sequence = row.number(&format!("{domain}SEQ")).map(|number| format!("{number:.0}"));
        let results = groups.entry((id, code)).or_default();
        results.push(Concentration {
            row,
            domain,
            when: row.when(&format!("{domain}DTC")),
            amount: amount(row, domain, limit),
            unit: unit.unwrap_or_default(),
            in_other_unit: false,
            limit,
            number: sequence.and_then(|number| number.parse().ok()).unwrap_or(number),
        });
    }
    for results in groups.values_mut() {
        results.sort_by_key(|result| (result.when.map(When::order), result.number));
    }
}

/// What a code of a test is called, and its one unit.
#[derive(Debug, Default)]
pub(super) struct Parameter {
    /// `PARAM`.
    pub(super) label: String,
    pub(super) unit: String,
}

/// Gives every code one name and one unit, those of most of its results, and has every result in that unit: a sample that was
/// not taken has no unit and makes no other parameter, and results in two units share no baseline. What does not convert has
/// no value, and is said. A result without a unit is in that of its parameter, as where the study is read.
pub(super) fn settle_units(groups: &mut Groups<'_>, notes: &mut Vec<String>) -> BTreeMap<String, Parameter> {
    let mut spelled: BTreeMap<String, [Spellings; 2]> = BTreeMap::new();
    for ((_, code), results) in &*groups {
        let [names, units] = spelled.entry(code.clone()).or_default();
        for result in results {
            names.count(result.text("TEST"), true);
            units.count(result.unit, result.amount.is_some());
        }
    }
    let parameters = spelled.into_iter().map(|(code, [names, units])| {
        let unit = units.commonest().to_owned();
        let label = units::label(&code, names.commonest(), &unit);
        (code, Parameter { label, unit })
    });
    let parameters: BTreeMap<String, Parameter> = parameters.collect();
    for ((id, code), results) in groups {
        let Some(parameter) = parameters.get(code) else {
            continue;
        };
        let mut apart: BTreeMap<&str, usize> = BTreeMap::new();
        for result in results {
            let unit = result.unit;
            if result.amount.is_none() || unit.is_empty() || same_unit(unit, &parameter.unit) {
                continue;
            }
            result.in_other_unit = true;
            let convert = |value: f64| {
                let other = units::laboratory(None, value, unit, &parameter.unit)?;
                Some(as_exact_as(other, other.abs()))
            };
            result.limit = result.limit.and_then(convert);
            result.amount = match result.amount {
                Some(Amount::Quantified(value)) => convert(value).map(Amount::Quantified),
                Some(Amount::Below(Some(limit))) => convert(limit).map(|limit| Amount::Below(Some(limit))),
                below @ (Some(Amount::Below(None)) | None) => below,
            };
            if result.amount.is_none() {
                *apart.entry(unit).or_default() += 1;
            }
        }
        let said = |(unit, times)| units::apart(&format!("{code}, subject {id}"), times, unit, &parameter.unit);
        notes.extend(apart.into_iter().map(said));
    }
    parameters
}

/// With a protocol, what it names; without one every concentration, and of cell counts those of CAR-positive cells.
fn is_asked(domain: &str, code: &str, name: &str, options: &DeriveOptions) -> bool {
    let named = if domain == "PC" {
        &options.copies
    } else {
        &options.counts
    };
    if named.is_empty() {
        return domain == "PC" || code.contains("CAR") || name.to_ascii_uppercase().contains("CAR");
    }
    named.iter().any(|known| known.eq_ignore_ascii_case(code))
}

fn amount(row: CellRow<'_>, domain: &str, limit: Option<f64>) -> Option<Amount> {
    let texts = ["STRESC", "ORRES"].map(|suffix| row.text(&format!("{domain}{suffix}")));
    let text = texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let value = row.number(&format!("{domain}STRESN")).or_else(|| text.parse().ok());
    let below = text.starts_with('<')
        || ["BLQ", "BQL", "BLOQ", "NOT DETECTED"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    if below {
        let stated = text.strip_prefix('<').and_then(|limit| limit.trim().parse().ok());
        return Some(Amount::Below(limit.or(stated)));
    }
    let value = value.filter(|value| value.is_finite() && *value >= 0.0)?;
    Some(match limit {
        Some(limit) if value < limit => Amount::Below(Some(limit)),
        Some(_) | None => Amount::Quantified(value),
    })
}

/// Infusions of each subject in order of time, one a day; the date of first treatment where `EX` has none.
pub(super) fn infusions(
    sources: &Sources<'_>,
    subjects: &Subjects,
    options: &DeriveOptions,
) -> BTreeMap<SubjectId, Vec<When>> {
    let mut infusions: BTreeMap<SubjectId, Vec<When>> = BTreeMap::new();
    if let Some(exposure) = sources.cells("EX") {
        for row in exposure.rows() {
            let prepares = options.is_lymphodepletion(row.text("EXTRT"));
            let given = is_given(row.text("EXTRT"), row.text("EXDOSE"));
            let dated = row.when("EXSTDTC").filter(|when| when.day().is_some());
            if let (Some(id), Some(when), false, true) = (row.subject(), dated, prepares, given) {
                infusions.entry(id).or_default().push(when);
            }
        }
    }
    let treated = |subject: &Subject| subject.treatment_start.map(When::on);
    for (id, subject) in subjects {
        let given = infusions.entry(id.clone()).or_default();
        given.sort_by_key(|when| when.order());
        given.dedup_by_key(|when| when.day());
        if given.is_empty() {
            given.extend(treated(subject));
        }
    }
    infusions
}
