//! `CO IE MB` and the causes of death: what a rehearsal records beside what is read: comments on deviations, criteria of entry that were not met, tests for
//! replication-competent vector.

use tercel::protocol::{EntryCriterion, Limits, VisitTime};
use tercel::response::Overall;
use tercel::study::{Dataset, EventOutcome, Lab, RecordId, Subject};

use super::{Sheet, Study, Supplement, blank_table, moment, number as text, study_day};
use crate::form::{criterion_code, qualifier_label, shortened};
use crate::sdtm::evaluator;
use crate::table::Table;

/// These datasets of a rehearsal.
pub(super) fn write(study: Study<'_>, subjects: &[Subject]) -> Vec<Table> {
    let [criteria, values] = criteria(study, subjects);
    vec![
        causes(study, subjects),
        comments(study, subjects),
        criteria,
        values,
        vector_tests(study, subjects),
    ]
}

/// The cause of each death that no adverse event is: the disease where it had progressed, else liver failure, as the rehearsal has it.
fn causes(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut supplement = Supplement::new(study, "DM");
    let fatal = |subject: &Subject| {
        let mut events = subject.adverse_events.iter();
        events.any(|event| event.outcome == EventOutcome::Fatal)
    };
    for subject in subjects.iter().filter(|subject| subject.is_dead() && !fatal(subject)) {
        let mut responses = subject.responses.iter();
        let progressed = responses.any(|response| response.response() == Overall::Pd.to_string());
        let said: &[(&str, &str)] = if progressed {
            &[("DTHCAUSE", "DISEASE")]
        } else {
            &[("DTHCAUSE", "OTHER"), ("DTHTEXT", "HEPATIC FAILURE")]
        };
        for (name, value) in said {
            let label = qualifier_label("DM", name).unwrap_or_default();
            let by = evaluator("DM", name);
            let id = subject.id.as_str();
            let cells = [study.id, "DM", id, "", "", *name, label, *value, "Collected", by];
            supplement.table.push(cells);
        }
    }
    supplement.table
}

/// The criteria of entry that laboratory values of those who failed screening do not meet, and the values.
fn criteria(study: Study<'_>, subjects: &[Subject]) -> [Table; 2] {
    let mut sheet = Sheet::new(
        study,
        "IE",
        ["IETESTCD", "IETEST", "IECAT", "IEORRES", "IESTRESC", "IEDTC"],
    );
    let mut values = Supplement::new(study, "IE");
    let criteria = study.trial.conduct.iter().flat_map(|conduct| &conduct.criteria);
    let criteria: Vec<_> = (1..).zip(criteria).collect();
    for subject in subjects.iter().filter(|subject| subject.screen_failure().is_some()) {
        let unmet = criteria
            .iter()
            .filter_map(|(place, criterion)| Some((*place, *criterion, unmet(criterion, subject)?)));
        for ((place, criterion, lab), number) in unmet.zip(1..) {
            let record = RecordId {
                dataset: Dataset::new("IE"),
                subject: subject.id.clone(),
                number,
            };
            let cells = [
                criterion_code(place),
                shortened(&criterion.text),
                "INCLUSION".to_owned(),
                "N".to_owned(),
                "N".to_owned(),
                moment(Some(lab.when)),
            ];
            sheet.row(&record, cells);
            let uln = lab.uln.filter(|_| {
                criterion
                    .limits
                    .as_ref()
                    .is_some_and(|limits| limits.unit == Limits::ULN)
            });
            for (name, label, value) in [
                ("CNORRES", "Value", text(lab.value)),
                ("CNORRESU", "Unit", lab.unit.clone()),
                ("CNULN", "Upper limit of normal", text(uln)),
                ("WAIVED", "Waived", "N".to_owned()),
            ] {
                if !value.is_empty() {
                    values.row(&record, name, label, &value);
                }
            }
        }
    }
    [sheet.table, values.table]
}

/// The value that does not keep the bounds of a criterion.
fn unmet<'s>(criterion: &EntryCriterion, subject: &'s Subject) -> Option<&'s Lab> {
    let (measure, limits) = (criterion.measure.as_deref()?, criterion.limits.as_ref()?);
    let breaks = |lab: &&Lab| {
        let value = match lab.uln {
            Some(uln) if limits.unit == Limits::ULN => lab.value.map(|value| value / uln),
            _ => lab.value.filter(|_| lab.unit == limits.unit),
        };
        lab.test == measure && value.is_some_and(|value| !limits.hold(value))
    };
    subject.labs.iter().rfind(breaks)
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
        [
            "MBTESTCD", "MBTEST", "MBORRES", "MBSTRESC", "MBSPEC", "MBMETHOD", "MBDTC", "MBDY",
        ],
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
                "QUANTITATIVE REVERSE TRANSCRIPTASE POLYMERASE CHAIN REACTION".to_owned(),
                moment(Some(contact.when)),
                study_day(subject, Some(contact.when)),
            ];
            sheet.row(&record, cells);
        }
    }
    sheet.table
}
