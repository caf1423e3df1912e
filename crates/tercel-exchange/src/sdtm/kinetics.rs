//! `CP PC`: CAR-T cells by flow cytometry, transgene copies by PCR.

use tercel::language::Text;
use tercel::protocol::Trial;
use tercel::study::{Amount, Blocks, Level, Rule, Subject, When};

use super::is_named;
use crate::reader::Row;

/// Units of one meaning.
const UNIT_GROUPS: [&[&str]; 3] = [
    &[
        "COPIES/UG",
        "COPIES/µG",
        "DNA COPIES/UG",
        "COPIES/UG DNA",
        "COPIES/UG GDNA",
    ],
    &["CELLS/UL", "CELLS/µL", "10^6/L", "/UL", "10^6 CELLS/L"],
    &["NG/ML", "UG/L", "µG/L"],
];

/// A quantified or below-quantification result of the dataset with prefix `prefix`, in `unit`.
pub(super) fn read_level(row: &Row<'_>, prefix: &str, unit: &str, when: When) -> Option<Level> {
    let name = |suffix: &str| format!("{prefix}{suffix}");
    // A diluted sample is quantified from the limit of the assay times the dilution.
    let dilution = row
        .number_in(&name("DILFAC"), 1.0, 1e9, Text::new("1 and above", "1及以上"))
        .unwrap_or(1.0);
    let limit = row.number(&name("LLOQ")).map(|limit| limit * dilution);
    let text = row.first_text(&[&name("STRESC"), &name("ORRES")]);
    let value = row.number_in(&name("STRESN"), 0.0, 1e15, Text::new("0 and above", "0及以上"));
    let written = row.first_text(&[&name("STRESU"), &name("ORRESU")]);
    let below = text.is_some_and(|text| {
        text.starts_with('<')
            || ["BLQ", "BLOQ", "NOT DETECTED"]
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word))
    });
    row.check_agreement(&name("STRESN"), &name("STRESC"));
    if !same_unit(written.unwrap_or(unit), unit) {
        let rule = Rule::NotInCodelist(
            written.unwrap_or_default().to_owned(),
            "the analyte's unit in the protocol",
        );
        row.find(&name("STRESU"), rule, Blocks::Export);
        return None;
    }
    if below {
        let stated = text
            .and_then(|text| text.strip_prefix('<'))
            .and_then(|text| text.trim().parse().ok());
        return Some(Level {
            record: row.record.clone(),
            amount: Amount::Below(limit.or(stated)),
            when,
        });
    }
    let Some(value) = value.or_else(|| text.and_then(|text| text.parse().ok())) else {
        if text.is_none() && row.text(&name("STRESN")).is_none() && row.text(&name("STAT")).is_none() {
            row.find(&name("STRESN"), Rule::MissingValue, Blocks::Export);
        } else if let Some(text) = text {
            row.find(&name("STRESC"), Rule::NotANumber(text.to_owned()), Blocks::Export);
        }
        return None;
    };
    let amount = match limit {
        Some(limit) if value < limit => Amount::Below(Some(limit)),
        Some(_) | None => Amount::Quantified(value),
    };
    Some(Level {
        record: row.record.clone(),
        amount,
        when,
    })
}

/// Whether two spellings are one unit.
pub(crate) fn same_unit(written: &str, unit: &str) -> bool {
    let (written, unit) = (written.to_uppercase(), unit.to_uppercase());
    written == unit
        || UNIT_GROUPS
            .iter()
            .any(|group| group.contains(&written.as_str()) && group.contains(&unit.as_str()))
}

/// `PC`: transgene copies per µg DNA.
pub(super) fn read_pc(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(test) = row.require("PCTESTCD", Blocks::Export) else {
        return;
    };
    let Some(when) = row.require_when("PCDTC") else { return };
    if !is_named(&trial.names.copies, test) {
        row.find(
            "PCTESTCD",
            Rule::NotInProtocol(test.to_owned(), Text::new("transgene assay", "转基因拷贝检测")),
            Blocks::Export,
        );
        return;
    }
    subject.copies.extend(read_level(row, "PC", "copies/ug", when));
}

/// `CP`: CAR-T cells per µL.
pub(super) fn read_cp(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(test) = row.require("CPTESTCD", Blocks::Export) else {
        return;
    };
    let Some(when) = row.require_when("CPDTC") else { return };
    if !is_named(&trial.names.counts, test) {
        row.find(
            "CPTESTCD",
            Rule::NotInProtocol(test.to_owned(), Text::new("CAR-T cell assay", "CAR-T细胞检测")),
            Blocks::Export,
        );
        return;
    }
    subject.counts.extend(read_level(row, "CP", "10^6/L", when));
}
