//! `ADTTE` under a protocol: the durations that its outcomes rest on.
//!
//! # What it derives
//! `OS` and `PFS` from the first infusion, `TTRSP` to the first day of the confirmed response, `RSD` from that day to the end of
//! progression-free survival. `SRCDOM`, `SRCVAR` and `SRCSEQ` name the record that gives `ADT`.
//!
//! # Source
//! [`tercel::endpoint::Facts`]: censoring by the protocol's `response.pfs_censoring`.
//!
//! # Limits
//! Under a rule that gives progression the date of a planned visit, `ADT` is that date and the record that of the scan.

use jiff::ToSpan as _;
use jiff::civil::Date;
use tercel::endpoint::{Analysis, Duration, Facts, Situation};
use tercel::study::RecordId;

use super::cells::{listed, maybe_day};
use crate::table::Table;

const COLUMNS: [&str; 15] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC",
    "SRCDOM", "SRCVAR", "SRCSEQ", "SRCRECS",
];

/// Writes the dataset: one row a subject and parameter; only responders have `TTRSP` and `RSD`.
pub(super) fn write_adtte(analysis: &Analysis<'_>, study: &str) -> Table {
    let mut rows = Vec::new();
    for facts in &analysis.facts {
        let Some(day0) = facts.day0 else { continue };
        if let Some(os) = &facts.os {
            let source = if os.event {
                facts.death_records().into_iter().next()
            } else {
                os.records.last().cloned()
            };
            rows.push(row(facts, study, ["OS", "Overall Survival"], day0, os, source.as_ref()));
        }
        let Some(pfs) = &facts.pfs else { continue };
        let source = decided_by(facts, pfs, ends(facts, day0, pfs));
        rows.push(row(
            facts,
            study,
            ["PFS", "Progression Free Survival"],
            day0,
            pfs,
            source.as_ref(),
        ));
        let response = facts.tumour.best.and_then(|best| best.confirmed_response);
        if let Some(response) = response {
            let day = day0.saturating_add(response.day.days());
            let records = [facts.identity(), facts.tumour.records.clone()].concat();
            let time = Duration {
                months: facts.months_to(day0, day),
                event: true,
                ended_by: format!(
                    "{} on {day}, confirmed on day {}",
                    response.overall, response.confirmed_on
                ),
                situation: None,
                records,
            };
            let of = record_on(facts, day);
            rows.push(row(
                facts,
                study,
                ["TTRSP", "Time to Confirmed Response"],
                day0,
                &time,
                of.as_ref(),
            ));
            let lasted = Duration {
                // Both durations count their first day, so their difference counts none; give it back.
                months: (pfs.months - time.months + facts.months_to(day0, day0)).max(0.0),
                ..pfs.clone()
            };
            rows.push(row(
                facts,
                study,
                ["RSD", "Duration of Confirmed Response"],
                day,
                &lasted,
                source.as_ref(),
            ));
        }
    }
    Table::from_rows("ADTTE", &COLUMNS, rows)
}

/// Days of a duration.
fn days(facts: &Facts<'_>, duration: &Duration) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "durations are whole days, far below 2^31"
    )]
    let days = (duration.months * facts.trial.estimation.days_per_month).round() as i32;
    days
}

/// The day a duration ended.
fn ends(facts: &Facts<'_>, from: Date, duration: &Duration) -> Date {
    let first = i32::from(facts.trial.estimation.count_first_day);
    from.saturating_add((days(facts, duration) - first).days())
}

fn row(
    facts: &Facts<'_>,
    study: &str,
    [code, label]: [&str; 2],
    start: Date,
    duration: &Duration,
    source: Option<&RecordId>,
) -> Vec<String> {
    let situation = duration.situation.map(|situation| situation.to_string());
    let event = situation.unwrap_or_else(|| duration.ended_by.clone());
    vec![
        study.to_owned(),
        facts.subject.id.to_string(),
        code.to_owned(),
        label.to_owned(),
        maybe_day(Some(start)),
        maybe_day(Some(ends(facts, start, duration))),
        days(facts, duration).to_string(),
        "DAYS".to_owned(),
        u8::from(!duration.event).to_string(),
        event,
        if duration.event {
            String::new()
        } else {
            duration.ended_by.clone()
        },
        source.map_or_else(String::new, |record| record.dataset.to_string()),
        source
            .map_or("", |record| date_variable(record.dataset.as_str()))
            .to_owned(),
        source.map_or_else(String::new, |record| record.number.to_string()),
        listed(duration.records.iter()),
    ]
}

/// The record that gives progression-free survival its end.
fn decided_by(facts: &Facts<'_>, pfs: &Duration, ended: Date) -> Option<RecordId> {
    let progression = || facts.tumour.points.iter().find(|point| point.is_progression());
    match pfs.situation? {
        Situation::DeathBeforeAssessment | Situation::DeathBetweenAssessments => {
            facts.death_records().into_iter().next()
        }
        Situation::ProgressionAtVisit | Situation::ProgressionBetweenVisits => {
            progression().and_then(|point| record_on(facts, point.day))
        }
        Situation::NoBaseline => facts.infusion.map(|infusion| infusion.record.clone()),
        Situation::ClaimedProgression
        | Situation::MissedVisits
        | Situation::NewTherapy
        | Situation::UndocumentedProgression
        | Situation::LeftStudy
        | Situation::NoEvent => {
            let infused = facts.infusion.filter(|_| facts.day0 == Some(ended));
            record_on(facts, ended).or_else(|| infused.map(|infusion| infusion.record.clone()))
        }
    }
}

/// The first record of the tumour on a day: a measurement, else a response.
fn record_on(facts: &Facts<'_>, day: Date) -> Option<RecordId> {
    let subject = facts.subject;
    let mut measured = subject.measurements.iter();
    let measured = measured
        .find(|scan| scan.when.day() == Some(day))
        .map(|scan| scan.record.clone());
    let mut read = subject.responses.iter();
    measured.or_else(|| {
        read.find(|response| response.when.day() == Some(day))
            .map(|response| response.record.clone())
    })
}

/// The variable of a dataset that holds the date.
fn date_variable(domain: &str) -> &'static str {
    match domain {
        "CM" => "CMSTDTC",
        "DD" => "DDDTC",
        "DM" => "DTHDTC",
        "DS" => "DSSTDTC",
        "EX" => "EXSTDTC",
        "RS" => "RSDTC",
        "SS" => "SSDTC",
        "SV" => "SVSTDTC",
        "TR" => "TRDTC",
        _ => "",
    }
}
