//! `CO MB`: what a rehearsal records beside what is read: comments on deviations, tests for replication-competent vector.

use tercel::protocol::VisitTime;
use tercel::study::{Dataset, RecordId, Subject};

use super::{Sheet, Study, blank_table, moment, study_day};
use crate::table::Table;

/// Both datasets of a rehearsal.
pub(super) fn write(study: Study<'_>, subjects: &[Subject]) -> Vec<Table> {
    vec![comments(study, subjects), vector_tests(study, subjects)]
}

/// A comment on each deviation, related to its record, which has the day.
fn comments(study: Study<'_>, subjects: &[Subject]) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "RDOMAIN", "USUBJID", "COSEQ", "IDVAR", "IDVARVAL", "COVAL",
    ];
    let mut table = blank_table("CO", columns.map(str::to_owned).to_vec());
    for subject in subjects {
        for (deviation, number) in subject.deviations.iter().zip(1..) {
            let cells: [String; 8] = [
                study.id.to_owned(),
                "CO".to_owned(),
                "DV".to_owned(),
                subject.id.to_string(),
                format!("{number}"),
                "DVSEQ".to_owned(),
                deviation.record.number.to_string(),
                "Appointment moved by the hospital".to_owned(),
            ];
            table.push(cells.iter().map(String::as_str));
        }
    }
    table
}

/// Blood of infused subjects at the visits for which the protocol asks for it; a rehearsal finds no vector.
fn vector_tests(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(
        study,
        "MB",
        ["MBTESTCD", "MBTEST", "MBORRES", "MBSTRESC", "MBSPEC", "MBDTC", "MBDY"],
    );
    let asked = study
        .trial
        .conduct
        .as_ref()
        .map(|conduct| &conduct.long_term.vector_months);
    let asked = asked.map(Vec::as_slice).unwrap_or_default();
    let visits: Vec<&str> = study
        .trial
        .schedule
        .iter()
        .filter(|visit| matches!(visit.time, VisitTime::Months(months) if asked.contains(&months)))
        .map(|visit| visit.name.as_str())
        .collect();
    for subject in subjects.iter().filter(|subject| subject.is_infused()) {
        let attended = subject
            .contacts
            .iter()
            .filter(|contact| visits.contains(&contact.name.as_str()));
        for (contact, number) in attended.zip(1..) {
            let record = RecordId {
                dataset: Dataset::new("MB"),
                subject: subject.id.clone(),
                number,
            };
            let cells = [
                "RCLRNA".to_owned(),
                "Replication Competent Lentivirus RNA".to_owned(),
                "NEGATIVE".to_owned(),
                "NEGATIVE".to_owned(),
                "BLOOD".to_owned(),
                moment(Some(contact.when)),
                study_day(subject, Some(contact.when)),
            ];
            sheet.row(&record, cells);
        }
    }
    sheet.table
}
