//! `ADTTE`: overall survival, progression-free survival, duration of response.

use jiff::civil::Date;

use super::Subjects;
use super::adrs::Responses;
use super::adsl::Subject;
use super::cells::maybe_day;
use super::rules::{Ending, TimeToEvent, time_to_event};
use crate::table::Table;

const COLUMNS: [&str; 11] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC",
];

/// Writes the dataset: one row a subject and parameter. A subject without a response has no duration of response.
pub(super) fn write_adtte(responses: &Responses, subjects: &Subjects) -> Table {
    let mut rows = Vec::new();
    for (id, subject) in subjects {
        let response = responses.get(id);
        let death = event(subject.death, "Death");
        let progression = event(response.and_then(|found| found.progression), "Disease Progression");
        let assessed = censoring(
            response.and_then(|found| found.last_assessment),
            "Last Tumor Assessment",
            "Last Tumor Assessment",
        );
        let alive = censoring(subject.last_alive, "Alive", "Alive During Study");
        let began = subject.began_as();
        let began = censoring(subject.reference(), began, began);
        let survival = [
            ("OS", "Overall Survival", vec![death], [alive, began]),
            (
                "PFS",
                "Progression Free Survival",
                vec![progression, death],
                [assessed, began],
            ),
        ];
        for (code, label, events, censorings) in survival {
            let time = subject
                .reference()
                .and_then(|start| Some((start, time_to_event(start, &events, &censorings)?)));
            rows.extend(time.map(|(start, time)| row(subject, [code, label], start, &time)));
        }
        if let Some(start) = response.and_then(|found| found.responded) {
            let time = time_to_event(start, &[progression, death], &[assessed]);
            rows.extend(time.map(|time| row(subject, ["RSD", "Duration of Response"], start, &time)));
        }
    }
    Table::from_rows("ADTTE", &COLUMNS, rows)
}

fn event(day: Option<Date>, event: &'static str) -> Ending {
    censoring(day, event, "")
}

fn censoring(day: Option<Date>, event: &'static str, censoring: &'static str) -> Ending {
    Ending { day, event, censoring }
}

fn row(subject: &Subject, [code, label]: [&str; 2], start: Date, time: &TimeToEvent) -> Vec<String> {
    vec![
        subject.study.clone(),
        subject.id.to_string(),
        code.to_owned(),
        label.to_owned(),
        start.to_string(),
        maybe_day(Some(time.day)),
        time.days.to_string(),
        "DAYS".to_owned(),
        u8::from(time.censored).to_string(),
        time.ending.event.to_owned(),
        time.ending.censoring.to_owned(),
    ]
}
