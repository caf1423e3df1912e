//! `ADTTE`: overall survival, progression-free survival, duration of response.

use jiff::civil::Date;

use super::Subjects;
use super::adrs::{Response, Responses};
use super::adsl::Subject;
use super::cells::maybe_day;
use super::rules::{Ending, TimeToEvent, time_to_event};
use crate::table::Table;

const COLUMNS: [&str; 14] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC",
    "SRCDOM", "SRCVAR", "SRCSEQ",
];

/// Writes the dataset: one row a subject and parameter; without responses overall survival alone. A subject without a response
/// has no duration of response.
pub(super) fn write_adtte(responses: Option<&Responses>, subjects: &Subjects) -> Table {
    let mut rows = Vec::new();
    for (id, subject) in subjects {
        let response = responses.and_then(|responses| responses.get(id));
        let death = event(subject.death_day(), "Death");
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
        let derived = if responses.is_some() { 2 } else { 1 };
        for (code, label, events, censorings) in survival.into_iter().take(derived) {
            let time = subject
                .reference()
                .and_then(|start| Some((start, time_to_event(start, &events, &censorings)?)));
            rows.extend(time.map(|(start, time)| row(subject, response, [code, label], start, &time)));
        }
        if let Some(start) = response.and_then(|found| found.responded) {
            let time = time_to_event(start, &[progression, death], &[assessed]);
            rows.extend(time.map(|time| row(subject, response, ["RSD", "Duration of Response"], start, &time)));
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

fn row(
    subject: &Subject,
    response: Option<&Response>,
    [code, label]: [&str; 2],
    start: Date,
    time: &TimeToEvent,
) -> Vec<String> {
    let [domain, variable] = source(time.ending.event);
    let sequence = response
        .filter(|_| domain == "RS")
        .map(|response| response.sequence_on(time.ending.day));
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
        domain.to_owned(),
        variable.to_owned(),
        sequence.unwrap_or_default(),
    ]
}

/// Dataset and variable of the date of an ending.
fn source(event: &str) -> [&'static str; 2] {
    match event {
        "Death" => ["ADSL", "DTHDT"],
        "Alive" => ["ADSL", "LSTALVDT"],
        "Randomization" => ["ADSL", "RANDDT"],
        "Treatment Start" => ["ADSL", "TRTSDT"],
        _ => ["RS", "RSDTC"],
    }
}
