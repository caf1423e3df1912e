//! Published analysis datasets (ADaM): durations and classifications without calendar dates.

mod derive;

use std::collections::BTreeMap;

use tercel::language::Text;
use tercel::protocol::{Cells, Trial};
use tercel::study::{Blocks, Published, PublishedUnit, Rule, Subject, SubjectId};

use crate::reader::{Reader, Row};
use crate::sdtm::{AGES, DOSE_LEVEL, Domain, insert_subject};

pub use derive::{DeriveOptions, Derived, apply_protocol, derive_addlt, derive_adtox, derive_datasets, label_scales};
pub(crate) use derive::{EMERGENT, emergent_events, outcome_identifiers, outcome_parameter};

/// Datasets read beside `ADSL`.
pub(crate) const DATASETS: [Domain; 2] = [
    Domain {
        name: "ADTTE",
        read: read_published,
    },
    Domain {
        name: "ADRS",
        read: read_published,
    },
];

/// `ADSL`: subjects with dose level (`DOSELVL`, counted from 1) and actual dose.
pub(crate) fn read_subjects(reader: &Reader<'_>, trial: &Trial, subjects: &mut BTreeMap<SubjectId, Subject>) {
    for row in reader.rows() {
        let mut subject = Subject::known_by(row.record.clone());
        subject.site = row.text("SITEID").map(str::to_owned);
        subject.age = row.number_in("AGE", 0.0, 120.0, AGES);
        subject.level = level(&row, trial);
        if let Some(cells) = row.number("DOSEACT").and_then(Cells::new) {
            subject.published.push(Published {
                record: row.record.clone(),
                parameter: "DOSEACT".to_owned(),
                label: "Cells infused".to_owned(),
                value: Some(cells.to_cells()),
                unit: None,
                text: None,
                censored: None,
            });
        }
        insert_subject(&row, subject, subjects);
    }
}

fn level(row: &Row<'_>, trial: &Trial) -> Option<tercel::protocol::DoseLevel> {
    let text = row.require("DOSELVL", Blocks::Decision)?;
    let level = text.parse().ok().and_then(tercel::protocol::DoseLevel::new);
    let known = level.filter(|level| trial.dose_levels.get(*level).is_some());
    if known.is_none() {
        row.find(
            "DOSELVL",
            Rule::NotInProtocol(text.to_owned(), DOSE_LEVEL),
            Blocks::Decision,
        );
    }
    known
}

/// `ADTTE` and `ADRS`: one parameter value a row.
fn read_published(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(parameter) = row.require("PARAMCD", Blocks::Export) else {
        return;
    };
    let units = [
        ("DAYS", PublishedUnit::Days),
        ("DAY", PublishedUnit::Days),
        ("MONTHS", PublishedUnit::Months),
        ("MONTH", PublishedUnit::Months),
    ];
    let is_time = row.record.dataset.as_str() == "ADTTE";
    let unit = if is_time {
        row.code("AVALU", &units, "DAYS, MONTHS")
    } else {
        None
    };
    if is_time && row.text("AVALU").is_none() {
        row.require("AVALU", Blocks::Export);
    }
    let value = row.number("AVAL");
    if is_time && value.is_some_and(|value| value < 0.0) {
        let text = row.text("AVAL").unwrap_or_default().to_owned();
        row.find(
            "AVAL",
            Rule::OutOfRange(text, Text::new("0 and above", "0及以上")),
            Blocks::Export,
        );
        return;
    }
    subject.published.push(Published {
        record: row.record.clone(),
        parameter: parameter.to_uppercase(),
        label: row.text("PARAM").unwrap_or(parameter).to_owned(),
        value,
        unit,
        text: row.text("AVALC").map(str::to_owned),
        censored: row.code("CNSR", &[("0", false), ("1", true), ("2", true), ("3", true)], "0, 1"),
    });
}
